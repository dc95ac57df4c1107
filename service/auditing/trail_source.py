"""The operation trail as its audit reads it."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from service.trail.ledger import SqlLedgers, When
from service.trail.store import SqlTrail, Stored, columns_of
from service.trail.vouching import RecordTags
from trust.errors import Malformed
from trust.formats.trail_record import decode_record
from verifier.auditing.ports import TrailHead, TrailRow

MARKED_WHOLE = frozenset({When.FOUND, When.WRITTEN, When.FOLLOWED})


class TrailSource:
    """`verifier.auditing.ports.Trail`."""

    def __init__(self, store: SqlTrail, ledgers: SqlLedgers, tags: RecordTags | None) -> None:
        self._store, self._ledgers = store, ledgers
        self._tags = tags if tags is not None and tags.can_tell() else None

    def tip(self) -> tuple[int, bytes]:
        """Number and head of the last record."""
        return self._store.tip()

    def records(self) -> Iterator[TrailRow]:
        """Every record, with whether the columns for finding it agree."""
        for one in self._store.records():
            try:
                agrees = columns_of(decode_record(one.record)) == one.columns
            except Malformed:
                agrees = True  # it is found unreadable where it is judged
            yield TrailRow(one.number, one.record, one.head, agrees, self._vouched(one))

    def heads(self) -> Sequence[TrailHead]:
        """Every head that the log commits to."""
        return [TrailHead(one.number, one.salt, one.log_index) for one in self._store.commitments()]

    def rows(self, table: str, keys: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Rows of a register; none of a register that there is not; one that cannot be read is there, with nothing."""
        if table not in self._ledgers.every:
            return {}
        try:
            return self._ledgers.rows(table, keys)
        except (ValueError, TypeError, ArithmeticError):
            return {} if len(keys) == 0 else {key: row for key in keys for row in self._row(table, key)}

    def whole(self) -> Mapping[str, bool]:
        """The registers whose rows are all marked; acts are from the moment they are recorded."""
        return {name: one.when is When.WRITTEN for name, one in self._ledgers.every.items() if one.when in MARKED_WHOLE}

    def followed(self) -> AbstractSet[str]:
        """The registers that are marked at every write."""
        return {name for name, one in self._ledgers.every.items() if one.when is When.FOLLOWED}

    def final(self, table: str) -> Iterator[tuple[str, datetime | None]]:
        """Every final row of a register, by key."""
        return self._ledgers.final(table)

    def use_numbers(self, first: int, last: int) -> Sequence[int]:
        """Numbers of uses."""
        return self._ledgers.use_numbers(first, last)

    def _vouched(self, one: Stored) -> bool | None:
        return None if self._tags is None else self._tags.holds(one.record, one.head, one.tag)

    def _row(self, table: str, key: str) -> Sequence[Mapping[str, object]]:
        try:
            return list(self._ledgers.rows(table, [key]).values())
        except (ValueError, TypeError, ArithmeticError):
            return [{}]
