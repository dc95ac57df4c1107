"""Defining a type, or a new version of one: a draft, its review by a second person, or its end before it was published.

What can be known to be wrong is refused when it is drafted: the template is read and judged as a whole, its version is
above every version that was ever published or is under way, and its name is not another type's. A reviewer passes the
layout that is on record, because a draft cannot be changed once it was sent for review.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from issuer.catalogue.errors import EntryRefused, EntryUnknown
from issuer.catalogue.life import LIFE, State, Step
from issuer.catalogue.ports import Entries, Event, Shelf, Version
from trust.rules.errors import naming
from trust.rules.text import check_text
from trust.rules.times import aware
from trust.sealing.ports import Officer

MAX_NOTE = 200
OVER = frozenset({State.WITHDRAWN})


@dataclass(frozen=True)
class Drafting:
    """What drafting needs."""

    entries: Entries
    shelf: Shelf


def draft(
    desk: Drafting,
    name: str,
    files: Mapping[str, bytes],
    *,
    by: Officer,
    at: datetime,
    note: str = "",
    department: str | None = None,
) -> Version:
    """Keep the files of a bundle and store the version they describe as a draft.

    Raises:
        TemplateError: the template is not in order.
        EntryRefused: `version-taken`, `version-not-higher`, `bundle-taken`, `not-the-drafter`.
        FieldRefused: the note.

    """
    layout, sample = desk.shelf.keep(files)
    kind = desk.shelf.take(name, layout, sample).type
    known = desk.entries.find(kind.code, kind.bundle_version)
    if known is not None and known.state is State.DRAFT and known.drafted_by.login != by.login:
        raise EntryRefused("not-the-drafter", f"{kind.code}/{kind.bundle_version}")
    check_place(desk.entries, kind.code, kind.bundle_version, kind.bundle)
    version = Version(kind, layout, sample, State.DRAFT, by, aware(at), department)
    desk.entries.define(version, Event(Step.DRAFT, by, aware(at), check_note(note), layout))
    return find(desk.entries, *version.place)


def check_place(entries: Entries, type_code: str, version: int, bundle: str) -> None:
    """Refuse a version for which there is no room beside those that are there.

    Raises:
        EntryRefused: `version-not-higher`, a version as high was published or is under way; `bundle-taken`, another
            type has a template of this name.

    """
    others = [one for one in entries.all() if one.state not in OVER]
    if any(one.type.bundle == bundle and one.type.code != type_code for one in others):
        raise EntryRefused("bundle-taken", bundle)
    highest = max(
        (one.type.bundle_version for one in others if one.type.code == type_code and one.state is not State.DRAFT),
        default=0,
    )
    if version <= highest:
        raise EntryRefused("version-not-higher", f"{type_code}: {version}, and {highest} is there")


def submit(desk: Drafting, type_code: str, version: int, *, by: Officer, at: datetime) -> Version:
    """Send a draft for review; from now on it cannot be changed.

    Raises:
        EntryUnknown, StepRefused, EntryRefused.

    """
    return _step(desk, type_code, version, Step.SUBMIT, by=by, at=at)


def review(
    desk: Drafting, type_code: str, version: int, *, passed: bool, by: Officer, at: datetime, note: str = ""
) -> Version:
    """Pass a draft, or send it back with what is wrong; by somebody else than whoever drafted it.

    Raises:
        EntryUnknown, StepRefused.
        SecondPerson: whoever drafted it, or who bears the same name.
        EntryRefused: `note-missing`.

    """
    return _step(desk, type_code, version, Step.PASS if passed else Step.SEND_BACK, by=by, at=at, note=note)


def withdraw(desk: Drafting, type_code: str, version: int, *, by: Officer, at: datetime, note: str = "") -> Version:
    """Take back what was not published; only whoever drafted it.

    Raises:
        EntryUnknown, StepRefused, EntryRefused.

    """
    return _step(desk, type_code, version, Step.WITHDRAW, by=by, at=at, note=note)


def find(entries: Entries, type_code: str, version: int) -> Version:
    """A version, or EntryUnknown."""
    found = entries.find(type_code, version)
    if found is None:
        raise EntryUnknown
    return found


def event_of(version: Version, step: Step, *, by: Officer, at: datetime, note: str = "") -> Event:
    """The event of a step that this officer may take.

    Raises:
        StepRefused, SecondPerson.
        EntryRefused: `not-the-drafter`, `note-missing`.

    """
    LIFE.take(version.state, step, by, [version.drafted_by])
    if LIFE.row(step).needs_reason and not note:
        raise EntryRefused("note-missing", step)
    return Event(step, by, aware(at), check_note(note), version.layout)


def check_note(note: str) -> str:
    """Return a note that may be recorded; an empty one says nothing.

    Raises:
        FieldRefused: key `note`.

    """
    if not note:
        return ""
    with naming("note", "说明"):
        return check_text(note, MAX_NOTE)


def _step(
    desk: Drafting, type_code: str, number: int, step: Step, *, by: Officer, at: datetime, note: str = ""
) -> Version:
    version = find(desk.entries, type_code, number)
    event = event_of(version, step, by=by, at=at, note=note)
    desk.entries.move(version.place, version.state, LIFE.after(version.state, step), event)
    return find(desk.entries, type_code, number)
