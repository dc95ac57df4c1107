"""The registers of an installation as its audit reads them, in SQL: rows in blocks, and never all at once.

A row becomes the statement that its octets give; that it is the logged one is judged elsewhere, and what registers say
of each other is compared in `service.auditing.agreeing`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, Row, Table, select

from issuer.catalogue.store.tables import catalogue_edition
from issuer.copying.store import COPIES
from issuer.errors import IssuerError
from issuer.ports import Blobs, State
from issuer.store import licence
from service.archive import Archive
from service.auditing.agreeing import mismatches
from service.auditing.log_tables import counted, misfiled, stored_hashes
from service.auditing.registers import PLANNED
from service.blobs import BlobMissing
from service.blocks import BLOCK, blocks_of
from service.vouching import recovered_in
from trust.certification.store import trust_list_publication, x509_crl
from trust.errors import TrustError
from trust.formats.act_record import act_commitment
from trust.formats.canonical_json import octets_from
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.leaf import EntryKind, Statement, commitment, sealed_commitment, token_commitment
from trust.log.store import log_checkpoint
from trust.revocation.store.tables import act, status_publication
from trust.rules.identifier import parse
from trust.rules.standing import Act, ActKind
from trust.sealing.store.tables import seal_request_item
from verifier.auditing.ports import Edition, Fault, Looked, Mismatch, Unjudged
from verifier.auditing.ports import Row as LoggedRow

Compared = Callable[[], Iterator[Mismatch | Looked | Unjudged]]
"""A comparison of registers with each other."""
BROKEN = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, IssuerError)
"""What reading a row gives whose values nobody would store."""
MOST_NOTES = 2000
"""Checkpoints whose signatures are looked at; of more, some from all over."""


class InsideSource:
    """The log and the lists of an installation from its database: `PublicLog` and `PublicLists`."""

    complete = True

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine, self._archive = engine, archive
        self._misfiled: list[int] = []

    def checkpoint(self) -> bytes:
        """The note over most entries, by what it says itself; raises LookupError."""
        table = log_checkpoint
        signed = select(table.c.size, table.c.note).where(table.c.note.is_not(None))
        with self._engine.connect() as connection:
            for row in connection.execute(signed.order_by(table.c.size.desc(), table.c.at.desc())):
                if _size_of(bytes(row.note)) == row.size:
                    return bytes(row.note)
        raise LookupError("checkpoint")

    def entries(self, number: int, width: int) -> bytes:
        """A tile of entries as they are stored; raises LookupError. How they are found is compared on the way."""
        try:
            found = self._archive.log.entries(number * 256, number * 256 + width)
        except TrustError as error:
            raise LookupError(str(number)) from error
        self._misfiled += misfiled(self._archive.log, number * 256, found)
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)

    def hashes(self, level: int, number: int, width: int) -> bytes | None:
        """The hashes as they are stored; nothing where those between them do not follow from them."""
        return stored_hashes(self._archive.log, 8 * level, number * 256, width)

    def mismatches(self) -> Iterator[Mismatch | Looked]:
        """After a walk: entries that are not found by what they commit to."""
        yield Looked("log-index", 1)
        yield from counted(self._engine, self._archive.log)
        for index in self._misfiled:
            said = f"日志第 {index} 条按它的承诺查不到，或查到的是别的条目：查找表被改动。"
            yield Mismatch("log-index", "log-commitment", str(index), said)

    def status_lists(self) -> Mapping[int, Iterator[Edition]]:
        """Every list that was signed."""
        with self._engine.connect() as connection:
            shards = connection.scalars(select(status_publication.c.shard).distinct()).all()
        return {shard: self._status_list(shard) for shard in sorted(shards)}

    def trust_lists(self) -> Iterator[Edition]:
        """Every trust list that was signed."""
        return self._editions(trust_list_publication, "trust-list")

    def revocation_lists(self) -> Mapping[str, Iterator[Edition]]:
        """Every revocation list that was signed."""
        with self._engine.connect() as connection:
            names = connection.scalars(select(x509_crl.c.name).distinct()).all()
        return {name: self._editions(x509_crl, name) for name in sorted(names)}

    def catalogue(self) -> Iterator[Edition]:
        """Every catalogue entry that was signed and taken up."""
        table = catalogue_edition
        for row in blocks_of(self._engine, table, [table.c.number], table.c.octets.is_not(None)):
            yield Edition(f"catalogue_edition/{row.number}", bytes(row.octets))

    def faults(self) -> Iterator[Fault]:
        """None: what the tables say of each other is compared elsewhere."""
        yield from ()

    def _status_list(self, shard: int) -> Iterator[Edition]:
        table = status_publication
        there = (table.c.shard == shard) & table.c.octets.is_not(None)
        for row in blocks_of(self._engine, table, [table.c.number], there):
            yield Edition(f"status_publication/{shard}/{row.number}", bytes(row.octets), row.number)

    def _editions(self, table: Table, name: str) -> Iterator[Edition]:
        there = (table.c.name == name) & table.c.octets.is_not(None)
        for row in blocks_of(self._engine, table, [table.c.number], there):
            yield Edition(f"{table.name}/{name}/{row.number}", bytes(row.octets), row.number)


class InsideRegisters:
    """`verifier.auditing.ports.Registers`."""

    def __init__(self, engine: Engine, archive: Archive, blobs: Blobs, more: Sequence[Compared] = ()) -> None:
        self._engine, self._archive, self._blobs, self._more = engine, archive, blobs, more

    def rows(self) -> Iterator[LoggedRow]:
        """Licences, copies, acts and sealed documents, register by register."""
        for table in (licence, COPIES):
            for row in blocks_of(self._engine, table, [table.c.identifier], table.c.ofd.is_not(None)):
                if (found := self._issued(table, row)) is not None:
                    yield found
        for row in blocks_of(self._engine, act, [act.c.subject, act.c.sequence]):
            yield _act_row(row)
        table = seal_request_item
        for row in blocks_of(self._engine, table, [table.c.number, table.c.position], table.c.file.is_not(None)):
            yield self._document(row)

    def _issued(self, table: Table, row: Row[*tuple[object, ...]]) -> LoggedRow | None:
        """A licence or copy; one that is logged counts as logged before its release, one that is not is a plan."""
        name, released = str(table.name), row.state == State.RELEASED
        try:
            statement = _statement_of(row)
        except (TrustError, *BROKEN) as error:
            return LoggedRow(
                name, row.identifier, None, row.leaf, row.released_at, getattr(error, "reason", "document")
            )
        index = row.leaf
        if not released:
            index = self._archive.log.find(statement.commitments[0])
            if index is None:
                return None
        return LoggedRow(name, row.identifier, statement, index, row.released_at)

    def _document(self, row: Row[*tuple[object, ...]]) -> LoggedRow:
        key = f"{row.number}/{row.position}"
        try:
            value = sealed_commitment(self._blobs.stored(row.file))
        except BlobMissing:
            return LoggedRow("seal_request_item", key, None, None, row.planned_at, "file-missing")
        index = self._archive.log.find(value)
        return LoggedRow("seal_request_item", key, Statement(EntryKind.SEAL_USE, (value,)), index, row.planned_at)

    def later(self, index: int) -> bytes | None:
        """An entry of the log as it is stored; None where there is none."""
        try:
            return self._archive.log.entries(index, index + 1)[0]
        except (TrustError, ValueError, OverflowError):
            return None

    def lost(self) -> Iterator[range]:
        """Entries that settled restores brought back from the public copy: their rows are not in the backup."""
        for epoch in self._archive.epochs.every():
            if (count := recovered_in(epoch.report)) > 0:
                yield range(epoch.log_size, epoch.log_size + count)

    def mismatches(self) -> Iterator[Mismatch | Looked | Unjudged]:
        """What registers say of each other; a comparison that a broken row cuts off is a finding too."""
        first: Compared = partial(mismatches, self._engine, self._archive)
        for compare in (first, *self._more):
            try:
                yield from compare()
            except (TrustError, *BROKEN) as error:
                said = f"登记里有读不出来的行（{type(error).__name__}），这一项比对没有做完。"
                yield Mismatch("standings", "row-broken", getattr(compare, "__qualname__", "agreeing"), said)

    def plans(self, before: datetime) -> Iterator[tuple[str, str, datetime]]:
        """Everything planned before an instant that was not completed, register by register."""
        for one in PLANNED:
            query = select(*one.key, one.at.label("planned")).where(one.open, one.at < before).order_by(one.at)
            with self._engine.connect() as connection:
                rows = connection.execute(query.limit(BLOCK)).all()
            for row in rows:
                yield one.register, "/".join(str(part) for part in row[:-1]), row.planned

    def files(self) -> Iterator[tuple[str, bytes | None]]:
        """The files of licences, copies and sealed documents, as they lie there."""
        for table in (licence, COPIES):
            for row in blocks_of(self._engine, table, [table.c.identifier], table.c.state == State.RELEASED):
                yield from ((name, self._octets(name)) for name in (row.ofd, row.pdf))
        table = seal_request_item
        for row in blocks_of(self._engine, table, [table.c.number, table.c.position], table.c.file.is_not(None)):
            yield row.file, self._octets(row.file)

    def notes(self) -> Iterator[bytes]:
        """Checkpoints of rising size, at most `MOST_NOTES`."""
        table = log_checkpoint
        signed = select(table.c.size, table.c.at).where(table.c.note.is_not(None)).order_by(table.c.size, table.c.at)
        with self._engine.connect() as connection:
            places = connection.execute(signed).all()
            step = max(1, -(-len(places) // MOST_NOTES))
            for size, at in {*places[::step], *places[-1:]}:
                note = connection.scalar(select(table.c.note).where(table.c.size == size, table.c.at == at))
                if note is not None:
                    yield bytes(note)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _octets(self, name: str) -> bytes | None:
        try:
            return self._blobs.stored(name)
        except BlobMissing:
            return None


def _size_of(note: bytes) -> int | None:
    """How many entries a note says it covers; None where it is no checkpoint."""
    try:
        return parse_checkpoint(note)[0].size
    except TrustError:
        return None


def _act_row(row: Row[*tuple[object, ...]]) -> LoggedRow:
    key = f"{row.subject} #{row.sequence}"
    try:
        made = Act(
            subject=row.subject,
            sequence=row.sequence,
            kind=ActKind(row.kind),
            ground=row.ground,
            reason=row.reason,
            decided_at=row.decided_at,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            by=row.recorded_by,
            decision=row.decision or "",
            reverses=row.reverses,
            receiver=row.receiver or "",
        )
        statement = Statement(EntryKind.ACT, (act_commitment(made, bytes(row.salt)),))
    except (TrustError, *BROKEN) as error:
        return LoggedRow("act", key, None, row.log_index, row.recorded_at, getattr(error, "reason", "act"))
    return LoggedRow("act", key, statement, row.log_index, row.recorded_at)


def _statement_of(row: Row[*tuple[object, ...]]) -> Statement:
    """What the log says of a licence, from its row; its columns must be those of its document."""
    document = json.loads(bytes(row.document))
    if document["identifier"] != row.identifier:
        raise ValueError("the document is of another licence")
    identifier = parse(row.identifier)
    told = (identifier.type_code, identifier.issuer_code, document["number"])
    if hasattr(row, "claim") and (row.type_code, row.issuer_code, row.number) != told:
        raise ValueError("columns of another licence")
    salt = octets_from(document["log_salt"])
    digests = [bytes.fromhex(name.removeprefix("sm3:")) for name in (row.ofd, row.pdf)]
    values = [commitment(salt, row.identifier, digest) for digest in digests]
    return Statement(EntryKind.ISSUE, (*values, token_commitment(bytes(row.token))))
