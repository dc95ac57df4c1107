"""What people were when they stood behind something: role and body at that instant, as the trail marked them.

Every change of a person is marked by digest in the transaction that makes it. Somebody's last mark before an instant
is therefore what they were then, whatever the register says now; the digest is computed from the answers that would do,
and held against it. What was changed before the register was marked at every write has no mark of its own time: there
any mark up to that beginning does, and where none does, it is open what somebody was then. Open too is what turns on a
few minutes, or on a time that the trail passed more than once because a clock was put back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, partial

from sqlalchemy import Engine, func, select, union

from issuer.applying.store import docket
from issuer.catalogue.store.tables import mandate
from service.admitting import CLERKS, SEALS
from service.identity import Role
from service.store import person
from service.trail.ledger import Ledger
from service.trail.store import trail
from trust.formats.trail_record import BOUND, TrailRecord, row_digest
from trust.sealing.ports import Officer
from trust.sealing.store.tables import seal, seal_application

APART = timedelta(minutes=10)
"""How far the clocks of two hosts may be apart before it is told who took a step when they might not."""
Times = Callable[[int], tuple[datetime, datetime]]
"""For the number of a record: the latest time of those up to it, and the earliest of those from it on."""


class Doubt(StrEnum):
    """Why it is open whether somebody had a right."""

    BEFORE_MARKS = "step-before-marks"
    AROUND_CHANGE = "step-around-change"
    FORMER_RULE = "step-by-administrator"
    NO_ACCOUNTS = "step-without-accounts"


@dataclass(frozen=True)
class Right:
    """In which role, and for which body, somebody may take a step; no body: whichever they have.

    `former` is what an earlier version let people in by: it is said of whom nothing else carries.
    """

    role: Role
    body_code: str | None = None
    former: bool = False


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


def users_of(body_code: str) -> tuple[Right, ...]:
    """Who applies for the seals of a body and seals with them; by command administrators could once."""
    once = (replace(one, former=True) for one in keepers_of(body_code) if one.role not in SEALS["use"])
    return (*rights_of(SEALS["use"], body_code), *once)


@dataclass(frozen=True)
class _Mark:
    """What a row was from a record of the trail on."""

    number: int
    at: datetime
    digest: str


@dataclass(frozen=True)
class Known:
    """A person as the register has them now."""

    name: str
    role: str
    department: str | None


class Staff:
    """The people of one installation, now and as the trail's marks of their register say.

    `bodies` are the codes of the departments that there are or were, any of which somebody may have been of; `times`
    tells how the clock went around a record, where it is not as the marks stand.
    """

    def __init__(
        self,
        ledger: Ledger,
        now: Mapping[str, Known],
        marks: Iterable[TrailRecord],
        bodies: Iterable[str] = (),
        times: Times | None = None,
    ) -> None:
        self._ledger, self._now, self._times = ledger, now, times
        self._departments = {None, *bodies, *(one.department for one in now.values())}
        self._would_do: dict[tuple[Officer, tuple[Right, ...]], tuple[frozenset[str], frozenset[str]]] = {}
        self._marks: dict[str, list[_Mark]] = {}
        self._begun: datetime | None = None
        self._doubts: set[tuple[Doubt, str]] = set()
        for record in marks:
            for login, digest in record.rows.items():
                self._marks.setdefault(login, []).append(_Mark(record.number, record.at, digest))
            if BOUND in record.about and self._begun is None:
                self._begun = record.at

    def knows(self, one: Officer) -> bool:
        """Whether there is such an account; where nobody ever had one, anybody may be who they are said to be."""
        return one.login in self._now or self._has_nobody

    def had(self, one: Officer, rights: tuple[Right, ...], at: datetime) -> bool:
        """Whether somebody had one of these rights at an instant, or nothing shows that they had not.

        Of whom it is open, `doubts` says so afterwards.
        """
        known = self._now.get(one.login)
        if known is None:
            return self._has_nobody and self._open(Doubt.NO_ACCOUNTS, one.login)
        present, former = self._giving(one, known, rights)
        then = self._then(one.login, known, at)
        if not present.isdisjoint(then):
            return True
        if not former.isdisjoint(then):
            return self._open(Doubt.FORMER_RULE, one.login)
        if self._begun is None or at < self._begun:
            return self._open(Doubt.BEFORE_MARKS, one.login)
        return self._is_close(one.login, present | former, at) and self._open(Doubt.AROUND_CHANGE, one.login)

    def doubts(self) -> Sequence[tuple[Doubt, str]]:
        """Of whom, by login, it was open whether they had a right that was asked about until now; each of them once."""
        return sorted(self._doubts)

    @property
    def _has_nobody(self) -> bool:
        return not self._now and not self._marks

    def _open(self, doubt: Doubt, login: str) -> bool:
        self._doubts.add((doubt, login))
        return True

    def _then(self, login: str, known: Known, at: datetime) -> AbstractSet[str]:
        """The digests that somebody's row may have had at an instant; without any marks, that which it has now."""
        if not self._marks:
            return {self._digest({"login": login, **vars(known)})}
        marks = self._marks.get(login, [])
        if self._begun is None or at < self._begun:
            return {one.digest for one in marks if self._begun is None or one.at <= self._begun}
        return {one.digest for one in [one for one in marks if one.at <= at][-1:]}

    def _is_close(self, login: str, possible: AbstractSet[str], at: datetime) -> bool:
        """Whether somebody's row gave a right at a time that cannot be told from this one."""
        marks = self._marks.get(login, [])
        return any(
            self._around(one)[1] - APART <= at and (then is None or at <= self._around(then)[0] + APART)
            for one, then in zip(marks, [*marks, None][1:], strict=True)
            if one.digest in possible
        )

    def _around(self, mark: _Mark) -> tuple[datetime, datetime]:
        return (mark.at, mark.at) if self._times is None else self._times(mark.number)

    def _giving(self, one: Officer, known: Known, rights: tuple[Right, ...]) -> tuple[frozenset[str], frozenset[str]]:
        """The digests of every row that gives one of the rights, and of those that gave one by a former rule."""
        found = self._would_do.get((one, rights))
        if found is None:  # the same people take most steps
            now = self._possible(one, known, [right for right in rights if not right.former])
            once = self._possible(one, known, [right for right in rights if right.former])
            found = self._would_do[one, rights] = (now, once)
        return found

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


def staff_of(
    engine: Engine, ledger: Ledger, marks: Callable[[str], Iterable[TrailRecord]], bodies: Iterable[str]
) -> Staff:
    """The people of the installation in a database; `marks` gives the trail's marks of a register.

    `bodies` are those of the plan; a body that is there no more is known by its seals, mandates and applications.
    """
    table = person.c
    once = union(*(select(one) for one in _BODIES))
    with engine.connect() as connection:
        rows = connection.execute(select(table.login, table.name, table.role, table.department)).all()
        former = [code for code in connection.scalars(once) if code is not None]
    now = {row.login: Known(row.name, row.role, row.department) for row in rows}
    return Staff(ledger, now, marks(ledger.name), [*bodies, *former], cache(partial(_times_around, engine)))


_BODIES = (seal.c.body_code, seal_application.c.body_code, mandate.c.issuer_code, docket.c.body_code)


def _times_around(engine: Engine, number: int) -> tuple[datetime, datetime]:
    """The latest time of the records up to this one, and the earliest of those from it on."""
    with engine.connect() as connection:
        latest = connection.scalar(select(func.max(trail.c.at)).where(trail.c.number <= number))
        earliest = connection.scalar(select(func.min(trail.c.at)).where(trail.c.number >= number))
    if latest is None or earliest is None:
        raise LookupError(number)
    return latest, earliest
