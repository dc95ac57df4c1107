"""Keeping the trail: one record for each piece of work, digests of registers' rows, and heads for the log.

At most once a minute, and before a checkpoint, the rows that became final are taken into the trail by digest, and the
trail's head is logged. What was planned for the log is stored first, so a crash between storing and logging is mended
by logging again.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from service.trail.doing import Actor, Doing
from service.trail.ledger import Ledger, SqlLedgers, When
from service.trail.marking import SERVICE
from service.trail.starting import OVERLAP
from service.trail.store import Committed, SqlTrail
from trust.formats.leaf import SALT_SIZE
from trust.formats.trail_record import MARKED, TrailRecord, trail_statement
from trust.log.appending import append
from trust.log.ports import LogStore

EVERY = timedelta(seconds=60)
AT_ONCE = 500
OPEN = "open"
"""Where a record lists what is under way: subjects of uses whose rows were not final yet, with the time first seen."""
GIVEN_UP = timedelta(days=1)
UNKNOWN = "?"


class Keeping:
    """The trail of one installation, which binds `ledgers`; `index_holder` keys the hash of a holder's code."""

    def __init__(
        self,
        engine: Engine,
        log: LogStore,
        ledgers: Mapping[str, Ledger],
        *,
        index_holder: Callable[[str, str], bytes],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self.store, self.ledgers = SqlTrail(engine), SqlLedgers(engine, ledgers)
        self._log, self._index_holder, self._now, self._random = log, index_holder, now, random
        self._committed_at: datetime | None = None
        self._known: dict[str, set[str]] = {}

    def record(self, doing: Doing, action: str, outcome: int) -> None:
        """Record a piece of work of somebody; nothing where nobody known did it, and no sign-in failed."""
        actor = doing.actor or doing.present
        if actor is None:
            return
        record = TrailRecord(
            number=0,
            at=self._now(),
            actor=self._called(actor) or UNKNOWN,
            role=actor.role,
            action=f"sign-in failed {action}" if doing.failed else action,
            outcome=outcome,
            about={**doing.about, **actor.signed_in},
            holders=tuple(doing.holders),
            why=doing.why,
        )
        self.store.add([record])

    def _called(self, actor: Actor) -> str:
        """Who acts, as a record says it: people who work here by login, holders by keyed hash."""
        return actor.login if actor.holder is None else f"holder:{self._index_holder(*actor.holder).hex()}"

    def commit(self, at: datetime) -> None:
        """Log the trail's head if there is anything new in it or in the registers, at most once in `EVERY`."""
        if self._committed_at is not None and _just_before(self._committed_at, at):
            return
        last = self.store.last_commitment()
        self._committed_at = None if last is None else last.at
        if last is not None and last.log_index is None:
            self._log_head(last, at)
        if last is not None and _just_before(last.at, at):
            return  # another process was here just now
        self._mark(at)
        number, _ = self.store.tip()
        if number and (last is None or number > last.number):
            self._log_head(self.store.plan_commitment(number, at, self._random(SALT_SIZE)), at)
        self._committed_at = at

    def _log_head(self, planned: Committed, at: datetime) -> None:
        head = self.store.head_of(planned.number)
        if head is not None:
            (place,) = append(self._log, [trail_statement(planned.salt, planned.number, head)], at)
            self.store.logged(planned.number, place)

    def _mark(self, at: datetime) -> None:
        """Take the rows that became final into the trail."""
        for ledger in self.ledgers.every.values():
            if ledger.when is When.FOUND:
                self._look_through(ledger, at)
        self._mark_uses(at)

    def _look_through(self, ledger: Ledger, at: datetime) -> None:
        """Mark the rows of a register that became final, and what belongs to them."""
        name = ledger.name
        known = self._marked(name) if ledger.at is None else self._marked_since(ledger)
        since = None if ledger.at is None else self._since(name)
        digests = self.ledgers.digests(name, sorted(set(self.ledgers.keys(name, since)) - known))
        self._add(at, name, digests)
        if ledger.at is None:
            known.update(digests)
        if not digests:
            return
        for other in self.ledgers.every.values():
            if other.beside is not None and other.beside[0] == name:
                values = sorted({key.split("/")[0] for key in digests})
                self._add(at, other.name, self.ledgers.beside(other, other.beside[1], values))

    def _since(self, name: str) -> datetime | None:
        """From when on a register is looked through: all of it at first, and after a restore."""
        last, restored = self.store.last_marks(name), self.ledgers.last_restore()
        if last is None or (restored is not None and restored >= last.at):
            return None
        return last.at - OVERLAP

    def _marked_since(self, ledger: Ledger) -> set[str]:
        """The keys of a register that were marked as long ago as it is looked through."""
        since = self._since(ledger.name)
        return set(_keys_of(self.store.marks(ledger.name, since)))

    def _mark_uses(self, at: datetime) -> None:
        waiting = self._waiting()
        subjects = dict(waiting)
        after = self._last_marked_use()
        while some := self.ledgers.uses_after(after, AT_ONCE):
            self._add(at, "seal_use", {str(number): digest for number, _, digest in some})
            subjects |= {subject: at for _, subject, _ in some if subject not in subjects}
            after = some[-1][0]
        done = self._final(at, list(subjects))
        left = {one: since for one, since in subjects.items() if one not in done}
        left = dict(
            sorted(((one, since) for one, since in left.items() if at - since < GIVEN_UP), key=_newest)[:AT_ONCE]
        )
        if left.keys() != waiting.keys():
            self._add(at, OPEN, {one: since.isoformat() for one, since in left.items()}, even_empty=True)

    def _final(self, at: datetime, subjects: list[str]) -> set[str]:
        """Mark the rows that uses of seals belong to; the subjects all of whose rows are final."""
        done: set[str] = set()
        for table in ("licence", "licence_copy"):
            found = self.ledgers.digests(table, (one for one in subjects if one not in done))
            self._add(at, table, found)
            done |= found.keys()
        rest = [one for one in subjects if one not in done]
        items = self.ledgers.items_of(rest)
        sealed = self.ledgers.digests("seal_request_item", [key for keys in items.values() for key in keys])
        whole = [number for number, keys in items.items() if sealed.keys() >= set(keys)]
        self._add(at, "seal_request_item", {key: sealed[key] for number in whole for key in items[number]})
        return done.union(whole)

    def _add(
        self,
        at: datetime,
        table: str,
        digests: dict[str, str],
        *,
        even_empty: bool = False,
    ) -> None:
        """Records with these digests, so many in each."""
        keys = sorted(digests)
        parts = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
        if even_empty and not parts:
            parts = [[]]
        rows = [{key: digests[key] for key in part} for part in parts]
        records = [TrailRecord(0, at, *SERVICE, MARKED, 0, {"table": table}, rows=part) for part in rows]
        if records:
            self.store.add(records)

    def _marked(self, table: str) -> set[str]:
        """The keys of a small register that are marked; read once in a process."""
        if table not in self._known:
            self._known[table] = set(_keys_of(self.store.marks(table)))
        return self._known[table]

    def _last_marked_use(self) -> int:
        last = self.store.last_marks("seal_use")
        return max(map(int, last.rows), default=0) if last else 0

    def _waiting(self) -> dict[str, datetime]:
        last = self.store.last_marks(OPEN)
        return {one: datetime.fromisoformat(since) for one, since in last.rows.items()} if last else {}


def _just_before(earlier: datetime, at: datetime) -> bool:
    """Whether it is too early to log a head again; what lies ahead, as after a clock went back, holds nobody up."""
    return timedelta(0) <= at - earlier < EVERY


def _newest(one: tuple[str, datetime]) -> tuple[float, str]:
    """Orders what waits, the newest first."""
    return -one[1].timestamp(), one[0]


def _keys_of(records: Iterable[TrailRecord]) -> Iterable[str]:
    for record in records:
        yield from record.rows
