"""What people were when they stood behind something: role and body at that instant, as the trail marked them.

Every change of a person is marked by digest in the transaction that makes it. Somebody's last mark before an instant
is therefore what they were then, whatever the register says now; the digest is computed from the answers that would do,
and held against it. What was changed before the register was marked at every write has no mark of its own time: there
any mark up to that beginning does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Engine, select

from service.admitting import CLERKS, SEALS
from service.identity import Role
from service.store import person
from service.trail.ledger import Ledger
from trust.formats.trail_record import BOUND, TrailRecord, row_digest
from trust.sealing.ports import Officer


@dataclass(frozen=True)
class Right:
    """In which role, and for which body, somebody may take a step; no body: whichever they have."""

    role: Role
    body_code: str | None = None


_FOR_THEIR_OWN = frozenset({Role.OFFICIAL, Role.REVIEWER, Role.SYSTEM})
"""Roles in which somebody acts for the department that they are of."""


@cache
def rights_of(roles: tuple[Role, ...], body_code: str | None) -> tuple[Right, ...]:
    """Who in one of these roles may do something for a body; without a body, for whichever is theirs."""
    return tuple(Right(role, body_code if role in _FOR_THEIR_OWN else None) for role in roles)


def officials_of(body_code: str) -> tuple[Right, ...]:
    """Who decides for a body."""
    return rights_of(CLERKS["decide"], body_code)


def clerks_of(body_code: str) -> tuple[Right, ...]:
    """Who may ask for something in the name of a body: its officials, and its systems for them."""
    return rights_of(CLERKS["enter"], body_code)


def keepers_of(body_code: str) -> tuple[Right, ...]:
    """Who looks after the seals and keys of a body: its officials, and administrators."""
    return rights_of(SEALS["decide"], body_code)


@dataclass(frozen=True)
class Known:
    """A person as the register has them now."""

    name: str
    role: str
    department: str | None


class Staff:
    """The people of one installation, now and as the trail's marks of their register say.

    `bodies` are the codes of the departments that there are, any of which somebody may have been of.
    """

    def __init__(
        self, ledger: Ledger, now: Mapping[str, Known], marks: Iterable[TrailRecord], bodies: Iterable[str] = ()
    ) -> None:
        self._ledger, self._now = ledger, now
        self._departments = {None, *bodies, *(one.department for one in now.values())}
        self._would_do: dict[tuple[Officer, tuple[Right, ...]], frozenset[str]] = {}
        self._marks: dict[str, list[tuple[datetime, str]]] = {}
        self._begun: datetime | None = None
        for record in marks:
            for login, digest in record.rows.items():
                self._marks.setdefault(login, []).append((record.at, digest))
            if BOUND in record.about and self._begun is None:
                self._begun = record.at

    def knows(self, one: Officer) -> bool:
        """Whether there is such an account."""
        return one.login in self._now

    def had(self, one: Officer, rights: tuple[Right, ...], at: datetime) -> bool:
        """Whether somebody had one of these rights at an instant."""
        known = self._now.get(one.login)
        if known is None:
            return False
        if not self._marks:  # nothing was ever marked here: the register's word is all there is
            return any(known.role == right.role and _fits(known.department, right) for right in rights)
        possible = self._would_do.get((one, rights))
        if possible is None:  # the same people take most steps
            possible = self._would_do[one, rights] = self._possible(one, known, rights)
        return not possible.isdisjoint(self._then(one.login, at))

    def _then(self, login: str, at: datetime) -> set[str]:
        """The digests that somebody's row may have had at an instant."""
        marks = self._marks.get(login, [])
        if self._begun is None or at < self._begun:
            return {digest for marked, digest in marks if self._begun is None or marked <= self._begun}
        before = [digest for marked, digest in marks if marked <= at]
        return set(before[-1:])

    def _possible(self, one: Officer, known: Known, rights: Iterable[Right]) -> frozenset[str]:
        """The digests of every row that would give one of the rights; a record may bear a name of its time."""
        return frozenset(
            self._digest({"login": one.login, "name": name, "role": right.role.value, "department": department})
            for right in rights
            for department in ({right.body_code} if right.body_code is not None else self._departments)
            for name in {one.name, known.name}
        )

    def _digest(self, values: Mapping[str, object]) -> str:
        return row_digest(self._ledger.name, {name: values[name] for name in self._ledger.columns})


def _fits(department: str | None, right: Right) -> bool:
    return right.body_code is None or department == right.body_code


def staff_of(
    engine: Engine, ledger: Ledger, marks: Callable[[str], Iterable[TrailRecord]], bodies: Iterable[str]
) -> Staff:
    """The people of the installation in a database; `marks` gives the trail's marks of a register."""
    table = person.c
    with engine.connect() as connection:
        rows = connection.execute(select(table.login, table.name, table.role, table.department)).all()
    now = {row.login: Known(row.name, row.role, row.department) for row in rows}
    return Staff(ledger, now, marks(ledger.name), bodies)
