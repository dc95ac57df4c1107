"""What lists are made from, checked before it is used: acts against the log, entries against what licences name.

The columns of `standing`, `status_slot` and `act.shard` are there for speed and are believed by nobody: a list takes a
standing from `standing` only where the list before, which is signed, says the same. Everything else is replayed from
acts, and each of these has to open to its log entry and to have none missing before it. Which entry a licence has is
what the signed token of the licence says, or for a seal the signed trust list; both are read by `Vouching`, which the
installation gives.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection, func, select

from trust.errors import Malformed
from trust.formats.act_record import act_commitment
from trust.formats.leaf import EntryKind, decode_entry
from trust.log.store import AT_ONCE, log_entry
from trust.revocation.errors import RegisterDamaged
from trust.revocation.ports import RecordedAct
from trust.revocation.store.tables import act, status_slot
from trust.rules.status_pointer import StatusPointer


class Vouching(Protocol):
    """What signed and logged documents say of entries, read in the transaction of whoever asks."""

    def named(self, connection: Connection, subjects: Sequence[str]) -> Mapping[str, StatusPointer]:
        """The entries that signed documents of these subjects name; none of a subject without such a document."""

    def carried(self, connection: Connection, shard: int) -> frozenset[tuple[int, int]]:
        """Entry and value of everything that reports of settled restores say was carried over in a list."""


def check_entries(connection: Connection, vouching: Vouching | None, entries: Mapping[str, StatusPointer]) -> None:
    """Refuse entries that are not those which the subjects' own documents name.

    Raises:
        RegisterDamaged: `entry-changed`.

    """
    named = vouching.named(connection, list(entries)) if vouching is not None and entries else {}
    for subject, pointer in entries.items():
        if named.get(subject, pointer) != pointer:
            raise RegisterDamaged("entry-changed", f"{subject} does not name entry {pointer.index} of {pointer.list}")


def check_logged(connection: Connection, acts: Sequence[RecordedAct]) -> None:
    """Refuse acts of which the log says something else, and such as have lost one before them.

    Raises:
        RegisterDamaged: `act-changed`, it does not open to its entry; `act-missing`, a number is left out.

    """
    numbers: dict[str, int] = {}
    for one in acts:
        numbers[one.act.subject] = numbers.get(one.act.subject, 0) + 1
        if one.act.sequence != numbers[one.act.subject]:
            raise RegisterDamaged("act-missing", f"{one.act.subject} has no act {numbers[one.act.subject]}")
    logged = [one for one in acts if one.log_index is not None]
    for start in range(0, len(logged), AT_ONCE):
        some = {one.log_index: one for one in logged[start : start + AT_ONCE]}
        rows = connection.execute(select(log_entry).where(log_entry.c.place.in_(list(some))))
        entries = {row.place: bytes(row.entry) for row in rows}
        for place, one in some.items():
            if not _opens(one, entries.get(place or 0, b"")):
                raise RegisterDamaged("act-changed", f"act {one.act.sequence} on {one.act.subject}, entry {place}")


def check_shards(connection: Connection, shard: int) -> None:
    """Refuse a list while acts stand under another list than their subject's entry.

    Raises:
        RegisterDamaged: `act-elsewhere`.

    """
    joined = select(func.count()).join_from(act, status_slot, act.c.subject == status_slot.c.subject)
    elsewhere = joined.where(
        (act.c.shard == shard) | (status_slot.c.shard == shard), act.c.shard != status_slot.c.shard
    )
    if connection.scalar(elsewhere):
        raise RegisterDamaged("act-elsewhere", f"acts on subjects of list {shard} stand under another one")


def _opens(one: RecordedAct, entry: bytes) -> bool:
    try:
        said = decode_entry(entry).statement
    except Malformed:
        return False
    return said.kind is EntryKind.ACT and said.commitments == (act_commitment(one.act, one.salt),)
