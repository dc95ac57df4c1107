"""The operation trail as its audit reads it."""

from collections.abc import Iterator, Mapping, Sequence

from service.trail.ledger import LEDGERS, SqlLedgers
from service.trail.store import SqlTrail, columns_of
from trust.errors import Malformed
from trust.formats.trail_record import decode_record
from verifier.auditing.ports import TrailHead, TrailRow


class TrailSource:
    """`verifier.auditing.ports.Trail`."""

    def __init__(self, store: SqlTrail, ledgers: SqlLedgers) -> None:
        self._store, self._ledgers = store, ledgers

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
            yield TrailRow(one.number, one.record, one.head, agrees)

    def heads(self) -> Sequence[TrailHead]:
        """Every head that the log commits to."""
        return [TrailHead(one.number, one.salt, one.log_index) for one in self._store.commitments()]

    def rows(self, table: str, keys: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Rows of a register; none of a register that there is not."""
        return self._ledgers.rows(table, keys) if table in LEDGERS else {}

    def use_numbers(self, first: int, last: int) -> Sequence[int]:
        """Numbers of uses."""
        return self._ledgers.use_numbers(first, last)
