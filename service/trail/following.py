"""Marking what is written to small registers in the transaction that writes it, whichever store that is.

Whatever goes through the installation's own engine is seen here: rows that are inserted, and rows that an update is
about to change. Before the transaction commits their digests are taken into the trail, with the login of whoever asks.
So a row that anybody writes past the register is one that nobody marked, however soon the audit looks and however late;
and a row that was changed past the register is refused at the next step that is taken on it, because it is not what its
last mark says. Work that is carried on because of what stands in a row asks first (`require_marked`). What takes
something away at once (`trust.store.STOPS`) is done all the same, and leaves such a row as the audit finds it. What is
written by other means than an insert or an update of rows is not marked, and so is found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Insert, Table, Update, event

from service.trail.doing import acting_now
from service.trail.ledger import Ledger, When, digests_in, digests_where, spelled_of
from service.trail.marking import SERVICE
from service.trail.store import add_in, last_marks_in
from trust.errors import Conflict
from trust.formats.trail_record import MARKED, TrailRecord

AT_ONCE = 500
Written = dict[str, dict[str, str | None]]
"""For each register the keys that a transaction wrote, with the digest from before; None where there was none."""


class Following:
    """The registers that are marked as they are written, through one engine."""

    def __init__(self, ledgers: Iterable[Ledger], now: Callable[[], datetime]) -> None:
        self._ledgers = tuple(ledgers)
        self._over: dict[object, list[Ledger]] = {}
        for one in self._ledgers:
            self._over.setdefault(one.table, []).append(one)
        self.now = now
        self._written: WeakKeyDictionary[Connection, Written] = WeakKeyDictionary()
        self._kept: WeakKeyDictionary[Connection, list[TrailRecord]] = WeakKeyDictionary()

    def before(
        self, connection: Connection, statement: Any, _more: object, _params: object, options: Mapping[str, Any]
    ) -> None:
        """Note the rows that an update is about to change.

        Raises:
            Conflict: `register-changed`, one of them is not what was marked last, and the update is no stop.

        """
        if not isinstance(statement, Update):
            return
        for ledger in self._registers(statement.table):
            if ledger.when is When.FOLLOWED:  # rows of others do not change; whoever changes one is found
                self._before(connection, ledger, statement, stops=bool(options.get("stops")))

    def _before(self, connection: Connection, ledger: Ledger, statement: Update, *, stops: bool) -> None:
        written, found = self._of(connection, ledger), digests_where(connection, ledger, statement.whereclause)
        found = {key: digest for key, digest in found.items() if key not in written}
        wrong = _differing(connection, ledger, found)
        if wrong and not stops:
            raise _changed_past(ledger.name, wrong)
        written.update((key, digest) for key, digest in found.items() if key not in wrong)

    def check(self, connection: Connection, name: str, keys: Sequence[str]) -> None:
        """Hold rows against their last marks; raises as `require_marked`."""
        ledger = self._named(name)
        found = digests_in(connection, ledger, keys)
        if wrong := _differing(connection, ledger, found) | (set(keys) - found.keys()):
            raise _changed_past(name, wrong)

    def as_marked(self, connection: Connection, name: str, key: str) -> str | None:
        """See `as_marked`."""
        ledger = self._named(name)
        found = digests_in(connection, ledger, [key])
        return None if _differing(connection, ledger, found) else found.get(key, "")

    def after(self, connection: Connection, statement: Any, _more: object, _params: object, *rest: Any) -> None:
        """Note the rows that were inserted."""
        if not isinstance(statement, Insert):
            return
        result = rest[-1]
        for ledger in self._registers(statement.table) if result.rowcount != 0 else ():  # else it was there already
            self._after(connection, ledger, result)

    def _after(self, connection: Connection, ledger: Ledger, result: Any) -> None:
        written = self._of(connection, ledger)
        for values in result.context.compiled_parameters:
            key = [values.get(name) for name in ledger.keys]
            if None in key:  # the database gave the number
                key = [getattr(result.inserted_primary_key, name) for name in ledger.keys]
            written.setdefault(spelled_of(key), None)

    def keep(self, connection: Connection, records: Iterable[TrailRecord]) -> None:
        """See `add_last`."""
        self._kept.setdefault(connection, []).extend(records)

    def commit(self, connection: Connection) -> None:
        """Take what was written into the trail, last of all that the transaction does."""
        written, kept = self._written.pop(connection, {}), self._kept.pop(connection, [])
        login, role = acting_now() or SERVICE
        records = kept + [
            TrailRecord(0, self.now(), login, role, MARKED, 0, {"table": name}, rows=rows)
            for name, before in sorted(written.items())
            for rows in _parts(_changed(connection, self._named(name), before))
        ]
        if records:
            add_in(connection, records)

    def forget(self, connection: Connection) -> None:
        """Nothing was written after all."""
        self._written.pop(connection, None)
        self._kept.pop(connection, None)

    def _registers(self, table: Any) -> Sequence[Ledger]:
        return self._over.get(table, ()) if isinstance(table, Table) else ()

    def _named(self, name: str) -> Ledger:
        return next(one for one in self._ledgers if one.name == name)

    def _of(self, connection: Connection, ledger: Ledger) -> dict[str, str | None]:
        return self._written.setdefault(connection, {}).setdefault(ledger.name, {})


_FOLLOWED: WeakKeyDictionary[Engine, Following] = WeakKeyDictionary()


def follow(engine: Engine, ledgers: Iterable[Ledger], now: Callable[[], datetime]) -> None:
    """Mark from now on what is written through this engine; said again for the same engine, only the clock is new."""
    if (known := _FOLLOWED.get(engine)) is not None:
        known.now = now
        return
    following = _FOLLOWED[engine] = Following(ledgers, now)
    event.listen(engine, "before_execute", following.before)
    event.listen(engine, "after_execute", following.after)
    event.listen(engine, "commit", following.commit)
    event.listen(engine, "rollback", following.forget)


def add_last(engine: Engine, connection: Connection, records: Iterable[TrailRecord]) -> None:
    """Chain records last of all that a transaction does, so that the trail's tip is held behind all other locks of it.

    Where nothing is marked through this engine they are chained at once.
    """
    if (following := _FOLLOWED.get(engine)) is None:
        add_in(connection, list(records))
    else:
        following.keep(connection, records)


def require_marked(engine: Engine, name: str, keys: Sequence[str]) -> None:
    """Make sure, before anything is done on their word alone, that rows of a register are what was marked last.

    What was there before marking began is marked too: that is done before anything else (`service.trail.starting`).

    Raises:
        Conflict: `register-changed`, one of them is not, was never marked, or is not there.

    """
    if (following := _FOLLOWED.get(engine)) is not None:
        with engine.connect() as connection:
            following.check(connection, name, keys)


def are_marked(engine: Engine, name: str, keys: Sequence[str]) -> bool:
    """Whether `require_marked` has nothing against rows."""
    try:
        require_marked(engine, name, keys)
    except Conflict:
        return False
    return True


def require_marked_in(engine: Engine, connection: Connection, name: str, keys: Sequence[str]) -> None:
    """The same, asked within a transaction; raises as `require_marked`."""
    if (following := _FOLLOWED.get(engine)) is not None:
        following.check(connection, name, keys)


def as_marked(engine: Engine, connection: Connection, name: str, key: str) -> str | None:
    """The digest of a row that is what was marked last, asked within a transaction; None where it is not.

    It is empty where nobody marks anything, or nothing of such a row.
    """
    if (following := _FOLLOWED.get(engine)) is None:
        return ""
    return following.as_marked(connection, name, key)


def was_marked(engine: Engine, connection: Connection, name: str, key: str) -> bool:
    """Whether a row of this key was ever marked, whatever there is now."""
    return engine in _FOLLOWED and bool(last_marks_in(connection, name, [key]))


def _differing(connection: Connection, ledger: Ledger, found: Mapping[str, str]) -> AbstractSet[str]:
    """The keys of rows, given with their digests, that are not what was marked last."""
    marked = last_marks_in(connection, ledger.name, found.keys()) if found else {}
    return {key for key, digest in found.items() if marked.get(key) != digest}


def _changed_past(name: str, keys: AbstractSet[str]) -> Conflict:
    return Conflict("register-changed", f"{name} {min(keys)} is not what was recorded")


def _changed(connection: Connection, ledger: Ledger, before: Mapping[str, str | None]) -> dict[str, str]:
    found = digests_in(connection, ledger, list(before))
    return {key: digest for key, digest in found.items() if digest != before[key]}


def _parts(rows: Mapping[str, str]) -> list[dict[str, str]]:
    keys = sorted(rows)
    return [{key: rows[key] for key in keys[start : start + AT_ONCE]} for start in range(0, len(keys), AT_ONCE)]
