"""What tables say that follows from others: entries, standings, what was carried over, and which list is current.

Each is a copy that is kept for speed; what it is a copy of is signed, logged or bound by the trail. So a copy that
differs was changed. Memory: one table is read in blocks, with the documents that its rows are about.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine, Row, Select, func, select

from issuer.copying.store import COPIES
from issuer.store import licence
from service.blocks import BLOCK, blocks_of
from service.vouching import SEAL, Documents
from trust.errors import TrustError
from trust.formats.cose import split
from trust.formats.status_list import decode_status_list
from trust.log.store import AT_ONCE
from trust.revocation.publishing import MAX_ENVELOPE
from trust.revocation.store.acts import SqlActs
from trust.revocation.store.tables import (
    standing,
    status_carried,
    status_current,
    status_publication,
    status_shard,
    status_slot,
)
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Status, standing_at
from trust.rules.status_pointer import StatusPointer
from trust.sealing.store.tables import seal
from verifier.auditing.ports import Looked, Mismatch

AnyRow = Row[*tuple[object, ...]]


class Derived:
    """The copies of one installation beside what they are copies of."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._acts, self._documents = engine, SqlActs(engine), Documents()

    def mismatches(self) -> Iterator[Mismatch | Looked]:
        """Every copy that is not what it should be."""
        yield from self._slots()
        yield from self._without_slot()
        yield from self._standings()
        yield from self._shards()
        yield from self._current()
        yield from self._carried()

    def _slots(self) -> Iterator[Mismatch]:
        """Entries are those which tokens and the trust list name."""
        rows = blocks_of(self._engine, status_slot, [status_slot.c.subject])
        while some := list(islice(rows, BLOCK)):
            with self._engine.connect() as connection:
                named = self._documents.named(connection, [row.subject for row in some])
            for row in some:
                own = StatusPointer(row.shard, row.entry)
                if named.get(row.subject, own) != own:
                    said = "状态清单条目的登记与已签的证照或信任列表所写的不同：登记被改动或调换。"
                    yield Mismatch("standings", "entry-differs", row.subject, said)

    def _without_slot(self) -> Iterator[Mismatch]:
        """Whatever has a token or is listed has its entry, and a standing."""
        for table in (licence, COPIES):
            for row in self._rows(_missing(table.c.identifier).where(table.c.token.is_not(None))):
                said = "已签的证照没有状态清单条目或现状的登记：登记被删除。"
                yield Mismatch("standings", "entry-deleted", str(row[0]), said)
        with self._engine.connect() as connection:
            seals = self._documents.listed_seals(connection)
            there = set(connection.scalars(select(standing.c.subject).where(standing.c.subject.startswith(SEAL))))
            filed = {subject_of(one) for one in connection.scalars(select(seal.c.seal_id))}
        for subject in sorted((seals.keys() & filed) - there):  # whether a seal itself is missing, `agreeing` tells
            yield Mismatch("standings", "entry-deleted", subject, "信任列表列着的印章没有现状的登记：登记被删除。")

    def _standings(self) -> Iterator[Mismatch | Looked]:
        """The standing beside a subject is what its acts make of it, and its number that of the last act."""
        rows = blocks_of(self._engine, standing, [standing.c.subject])
        while some := list(islice(rows, AT_ONCE)):
            yield Looked("standings", len(some))
            acts = self._acts.of_many([row.subject for row in some])
            for row in some:
                recorded = acts.get(row.subject, ())
                status = standing_at(recorded, recorded[-1].recorded_at).status if recorded else Status.VALID
                if (row.sequence, row.status) != (len(recorded), status.value):
                    own = f"登记的现状是 {row.status}（第 {row.sequence} 件）"
                    said = f"{own}，按处理登记应为 {status.value}（{len(recorded)} 件）。"
                    yield Mismatch("standings", "standing-differs", row.subject, said)

    def _shards(self) -> Iterator[Mismatch]:
        """A list counts the entries that were given away, or is closed; and has the size that was published."""
        counted = select(status_slot.c.shard, func.count()).group_by(status_slot.c.shard)
        with self._engine.connect() as connection:
            given = {row[0]: row[1] for row in connection.execute(counted)}
            rows = connection.execute(select(status_shard)).all()
        known = {row.shard: row for row in rows}
        for shard in sorted(given.keys() - known.keys()):
            yield Mismatch("standings", "list-deleted", str(shard), "有条目的状态清单没有登记：登记被删除。")
        for shard, row in known.items():
            if row.allotted not in {given.get(shard, 0), row.size}:
                said = f"登记着给出 {row.allotted} 个条目，实际有 {given.get(shard, 0)} 个。"
                yield Mismatch("standings", "list-count", str(shard), said)
        sizes = self._published_sizes()
        for shard, size in sizes.items():
            if shard not in known or known[shard].size != size:
                said = f"公布的状态清单有 {size} 个条目，登记的不同或没有登记。"
                yield Mismatch("standings", "list-size", str(shard), said)

    def _published_sizes(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for row in self._rows(_newest()):
            try:
                found[row.shard] = decode_status_list(split(bytes(row.octets), MAX_ENVELOPE).payload).size
            except TrustError:
                continue  # it is found unreadable where it is judged
        return found

    def _current(self) -> Iterator[Mismatch]:
        """The list that is served is the newest that was signed."""
        with self._engine.connect() as connection:
            served = {row.shard: row.number for row in connection.execute(select(status_current))}
        for row in self._rows(_newest()):
            if served.get(row.shard) != row.number:
                said = f"现行的是第 {served.get(row.shard)} 期，最新签过的是第 {row.number} 期。"
                yield Mismatch("status-lists", "not-the-newest", str(row.shard), said)

    def _carried(self) -> Iterator[Mismatch]:
        """What is carried over stands in the report of a settled restore, and in the list before it."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(status_carried)).all()
            vouched = {shard: self._documents.carried(connection, shard) for shard in {row.shard for row in rows}}
        for row in rows:
            key = f"{row.shard}/{row.entry}"
            if (row.entry, row.value) not in vouched[row.shard] or not self._was_shown(row):
                said = "恢复时保留的条目，恢复报告或恢复前公布的清单中没有：是插入或改动的。"
                yield Mismatch("standings", "carried-by-nobody", key, said)

    def _was_shown(self, row: AnyRow) -> bool:
        """Whether the newest list from before says what was carried over."""
        before = _newest(row.since).where(status_publication.c.shard == row.shard)
        for found in self._rows(before):
            try:
                listed = decode_status_list(split(bytes(found.octets), MAX_ENVELOPE).payload)
            except TrustError:
                return False
            return bool(row.entry < listed.size and listed.value(row.entry) == row.value)
        return False

    def _rows(self, query: Select[*tuple[object, ...]]) -> Sequence[AnyRow]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()


def _missing(identifier: object) -> Select[*tuple[object, ...]]:
    """Those of the identifiers that have no entry or no standing."""
    query = select(identifier).outerjoin(status_slot, status_slot.c.subject == identifier)  # type: ignore[call-overload]  # it is a column
    query = query.outerjoin(standing, standing.c.subject == identifier)
    missing: Select[*tuple[object, ...]] = query.where(status_slot.c.subject.is_(None) | standing.c.subject.is_(None))
    return missing


def _newest(until: datetime | None = None) -> Select[*tuple[object, ...]]:
    """The newest signed edition of every list, as of an instant where one is given."""
    table, inner = status_publication, status_publication.alias()
    signed = select(func.max(inner.c.number)).where(inner.c.shard == table.c.shard, inner.c.octets.is_not(None))
    if until is not None:
        signed = signed.where(inner.c.at <= until)
    return select(table.c.shard, table.c.number, table.c.octets).where(table.c.number == signed.scalar_subquery())
