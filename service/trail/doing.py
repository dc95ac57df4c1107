"""What is being done now, and by whom: gathered while a request or a command runs, recorded once when it is answered.

Whoever opens a piece of work (`beginning`) gets a `Doing`; the places that know something add it with the functions
here: the guards who asks, the installation's index whose licences are looked for, the journeys what came of it. They
need not know whether anybody gathers: outside of any piece of work nothing is remembered. Threads that a request is
handed to see the same `Doing`, because a context is handed on with what it holds.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime

from trust.formats.canonical_json import text_of
from trust.formats.trail_record import ACCOUNT, SIGNED_IN

MAX_NOTED, MAX_TEXT = 20, 140
_SAFE = re.compile(r"[0-9A-Za-z._:/@+-]{1,140}", re.ASCII)
"""What may stand in a record as it is; anything else might be words about somebody."""


@dataclass(frozen=True)
class Actor:
    """Who acts: login and role; of a holder also the kind and number of the code, which no record shows.

    `signed_in` is what a record says of somebody who works here and signed in for this very piece of work.
    """

    login: str
    role: str
    holder: tuple[str, str] | None = None
    signed_in: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Doing:
    """What is known so far; `present` is whoever is signed in where nobody has to be.

    After a sign-in that failed, `failed` is set and `actor` is whose it would have been, if there is such a person.
    """

    actor: Actor | None = None
    present: Actor | None = None
    failed: bool = False
    about: dict[str, str] = field(default_factory=dict)
    holders: list[bytes] = field(default_factory=list)
    why: str = ""


_NOW: ContextVar[Doing | None] = ContextVar("doing", default=None)


@contextmanager
def beginning() -> Iterator[Doing]:
    """Gather for one piece of work."""
    doing = Doing()
    token = _NOW.set(doing)
    try:
        yield doing
    finally:
        _NOW.reset(token)


def acting_now() -> tuple[str, str] | None:
    """Login and role of whoever works here and asks now; None where nobody does, and for holders."""
    doing = _NOW.get()
    actor = None if doing is None else doing.actor or doing.present
    return None if actor is None or actor.holder is not None else (actor.login, actor.role)


def note_actor(login: str, role: str, holder: tuple[str, str] | None = None) -> None:
    """It is this person who asks."""
    if (doing := _NOW.get()) is not None:
        known = doing.actor.signed_in if doing.actor is not None and doing.actor.login == login else {}
        doing.actor, doing.failed = Actor(login, role, holder, known), False


def note_signed_in(account: str, at: datetime) -> None:
    """Whoever asks has signed in at this instant, on the account of this digest."""
    if (doing := _NOW.get()) is not None and doing.actor is not None:
        doing.actor = replace(doing.actor, signed_in={ACCOUNT: account, SIGNED_IN: text_of(at)})


def note_present(login: str, role: str, holder: tuple[str, str] | None = None) -> None:
    """This person is signed in, on a page that is for everybody."""
    if (doing := _NOW.get()) is not None:
        doing.present = Actor(login, role, holder)


def note_failure(login: str, role: str) -> None:
    """A sign-in failed: that of this person, or, where both are empty, of nobody known."""
    if (doing := _NOW.get()) is not None:
        doing.failed, doing.actor = True, Actor(login, role)


def note_about(**values: str) -> None:
    """It is about these things, by name; what might be words about a person is left out."""
    doing = _NOW.get()
    for name, value in values.items():
        if doing is not None and len(doing.about) < MAX_NOTED and _SAFE.fullmatch(value):
            doing.about.setdefault(name, value)


def note_holder(holder: bytes) -> None:
    """It is about the licences of this holder, by keyed hash."""
    doing = _NOW.get()
    if doing is not None and holder not in doing.holders and len(doing.holders) < MAX_NOTED:
        doing.holders.append(holder)


def note_reason(code: str) -> None:
    """It is done for this reason: a ground, a matter, the number of a case."""
    doing = _NOW.get()
    if doing is not None and _SAFE.fullmatch(code):
        doing.why = doing.why or code
