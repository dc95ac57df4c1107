"""The registers of an installation as its audit reads them, in SQL: rows in blocks, and never all at once.

A row becomes the statement that its octets give; that it is the logged one is judged elsewhere. What registers say of
each other is compared here, because that is a matter of keys: every seal signature has one use on record, every seal
and mandate stands in the trust list as it stands in the register.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Engine, Row, Table, select, tuple_

from issuer.catalogue.store.tables import catalogue_edition
from issuer.copying.store import COPIES
from issuer.ports import Blobs, State
from issuer.store import licence
from keys.sm3 import sm3
from service.archive import Archive
from service.auditing.registers import PLANNED
from service.blobs import BlobMissing
from trust.certification.store import trust_list_publication, x509_crl
from trust.errors import TrustError
from trust.formats.act_record import act_commitment
from trust.formats.canonical_json import octets_from
from trust.formats.cose import split
from trust.formats.leaf import EntryKind, Statement, commitment, sealed_commitment, token_commitment
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.log.store import AT_ONCE, log_checkpoint
from trust.revocation.store import act, status_publication
from trust.rules.identifier import parse
from trust.rules.seal_standing import ListedSeal
from trust.rules.standing import Act, ActKind
from trust.sealing.store.tables import seal, seal_filing, seal_request, seal_request_item, seal_use
from trust.sealing.using import Result
from verifier.auditing.ports import Edition, Mismatch
from verifier.auditing.ports import Row as LoggedRow
from verifier.auditing.signers import MAX_ENVELOPE

BLOCK = 500
MOST_NOTES = 2000
"""Checkpoints whose signatures are looked at; of more, some from all over."""


class InsideSource:
    """The log and the lists of an installation from its database: `PublicLog` and `PublicLists`."""

    complete = True

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine, self._archive = engine, archive

    def checkpoint(self) -> bytes:
        """The latest note with its cosignatures; raises LookupError."""
        note = self._archive.log.latest()
        if note is None:
            raise LookupError("checkpoint")
        return note

    def entries(self, number: int, width: int) -> bytes:
        """A tile of entries as they are stored; raises LookupError."""
        try:
            found = self._archive.log.entries(number * 256, number * 256 + width)
        except TrustError as error:
            raise LookupError(str(number)) from error
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)

    def hashes(self, level: int, number: int, width: int) -> bytes | None:  # noqa: ARG002  (the port's signature)
        """None: hashes follow from the entries."""
        return None

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
        for row in _blocks(self._engine, table, [table.c.number], table.c.octets.is_not(None)):
            yield Edition(f"catalogue_edition/{row.number}", bytes(row.octets))

    def _status_list(self, shard: int) -> Iterator[Edition]:
        table = status_publication
        there = (table.c.shard == shard) & table.c.octets.is_not(None)
        for row in _blocks(self._engine, table, [table.c.number], there):
            yield Edition(f"status_publication/{shard}/{row.number}", bytes(row.octets), row.number)

    def _editions(self, table: Table, name: str) -> Iterator[Edition]:
        there = (table.c.name == name) & table.c.octets.is_not(None)
        for row in _blocks(self._engine, table, [table.c.number], there):
            yield Edition(f"{table.name}/{name}/{row.number}", bytes(row.octets), row.number)


class InsideRegisters:
    """`verifier.auditing.ports.Registers`."""

    def __init__(self, engine: Engine, archive: Archive, blobs: Blobs) -> None:
        self._engine, self._archive, self._blobs = engine, archive, blobs

    def rows(self) -> Iterator[LoggedRow]:
        """Licences, copies, acts and sealed documents, register by register."""
        for table in (licence, COPIES):
            for row in _blocks(self._engine, table, [table.c.identifier], table.c.ofd.is_not(None)):
                if (found := self._issued(table, row)) is not None:
                    yield found
        for row in _blocks(self._engine, act, [act.c.subject, act.c.sequence]):
            yield _act_row(row)
        table = seal_request_item
        for row in _blocks(self._engine, table, [table.c.number, table.c.position], table.c.file.is_not(None)):
            yield self._document(row)

    def _issued(self, table: Table, row: Row[*tuple[object, ...]]) -> LoggedRow | None:
        """A licence or copy; one that is logged counts as logged before its release, one that is not is a plan."""
        name, released = str(table.name), row.state == State.RELEASED
        try:
            statement = _statement_of(row)
        except (TrustError, ValueError, KeyError, TypeError) as error:
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

    def mismatches(self) -> Iterator[Mismatch]:
        """Uses against what was sealed, seals and mandates against the trust list."""
        for table in (licence, COPIES):
            rows = _blocks(self._engine, table, [table.c.identifier], table.c.state == State.RELEASED)
            while some := list(islice(rows, BLOCK)):
                yield from self._uses_of(some)
        items = seal_request_item
        sealed = _blocks(self._engine, items, [items.c.number, items.c.position], items.c.result == Result.SEALED.value)
        while some := list(islice(sealed, BLOCK)):
            yield from self._uses_of_items(some)
        yield from self._uses_of_nothing()
        listed = self._archive.trust_lists.current("trust-list")
        if listed is not None:
            found = decode_trust_list(split(listed.octets, MAX_ENVELOPE).payload)
            yield from self._seals(found)
            yield from self._mandates(found)

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
            for row in _blocks(self._engine, table, [table.c.identifier], table.c.state == State.RELEASED):
                yield from ((name, self._octets(name)) for name in (row.ofd, row.pdf))
        table = seal_request_item
        for row in _blocks(self._engine, table, [table.c.number, table.c.position], table.c.file.is_not(None)):
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

    def _uses(self, subjects: list[str]) -> dict[str, dict[bytes, str]]:
        """For each subject the digests that its seals signed, and by whom."""
        found: dict[str, dict[bytes, str]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(subjects), AT_ONCE):
                some = seal_use.c.subject.in_(subjects[start : start + AT_ONCE])
                wanted = select(seal_use.c.subject, seal_use.c.digest, seal_use.c.used_by).where(some)
                for row in connection.execute(wanted):
                    found.setdefault(row.subject, {})[bytes(row.digest)] = row.used_by
        return found

    def _uses_of(self, rows: list[Row[*tuple[object, ...]]]) -> Iterator[Mismatch]:
        uses = self._uses([row.identifier for row in rows])
        for row in rows:
            planned = {bytes.fromhex(plan.removeprefix("sm3:")) for plan in (row.ofd_plan, row.pdf_plan) if plan}
            found = uses.get(row.identifier, {})
            if planned != set(found):
                said = "签发的两个文件与用章记录不是一一对应：用章记录缺少、多出或被改。"
                yield Mismatch("seal-uses", "use-of-licence", row.identifier, said)
            elif set(found.values()) != {row.by}:
                yield Mismatch(
                    "seal-uses", "use-by-another", row.identifier, "证照登记的签发人与用章记录的用章人不同。"
                )

    def _uses_of_items(self, rows: list[Row[*tuple[object, ...]]]) -> Iterator[Mismatch]:
        uses = self._uses([row.number for row in rows])
        for row in rows:
            if row.signed is None or bytes(row.signed) not in uses.get(row.number, {}):
                said = "用印的文件没有对应的用章记录：用章记录被删除或改动。"
                yield Mismatch("seal-uses", "use-of-document", f"{row.number}/{row.position}", said)

    def _uses_of_nothing(self) -> Iterator[Mismatch]:
        rows = _blocks(self._engine, seal_use, [seal_use.c.number])
        while some := list(islice(rows, BLOCK)):
            subjects = {row.subject for row in some}
            known: set[str] = set()
            with self._engine.connect() as connection:
                for column in (licence.c.identifier, COPIES.c.identifier, seal_request.c.number):
                    known.update(connection.scalars(select(column).where(column.in_(subjects))))
            for row in some:
                if row.subject not in known:
                    said = "用章记录所指的证照或用印申请不存在：那一行登记被删除，或这条记录是插入的。"
                    yield Mismatch("seal-uses", "use-of-nothing", str(row.number), said)

    def _seals(self, listed: TrustList) -> Iterator[Mismatch]:
        named: dict[str, ListedSeal] = {one.seal_id: one for one in listed.seals or ()}
        filed = select(seal, seal_filing.c.digest, seal_filing.c.kind).join_from(seal, seal_filing)
        with self._engine.connect() as connection:
            rows = connection.execute(filed).all()
        for row in rows:
            one = named.pop(row.seal_id, None)
            digest = sm3(bytes(row.octets))
            said = (row.kind, row.body_code, digest, digest, row.filed_at)
            if one is not None and said != (one.kind.value, one.body_code, one.digest, bytes(row.digest), one.filed_at):
                yield Mismatch("seals", "seal-differs", row.seal_id, "印章登记与信任列表所列的不同：登记被改动或替换。")
        for seal_id in named:
            yield Mismatch("seals", "seal-deleted", seal_id, "信任列表列着的印章，登记里没有：登记被删除。")

    def _mandates(self, listed: TrustList) -> Iterator[Mismatch]:
        named = {one.number: one for one in listed.mandates}
        for filed in self._archive.mandates.all():
            one = named.pop(filed.mandate.number, None)
            if one is not None and one != filed.mandate:
                said = "职权登记与信任列表所列的不同：登记被改动，或改动还没有公布。"
                yield Mismatch("mandates", "mandate-differs", filed.mandate.number, said)
        for number in named:
            yield Mismatch("mandates", "mandate-deleted", number, "信任列表列着的职权，登记里没有：登记被删除。")


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
        )
        statement = Statement(EntryKind.ACT, (act_commitment(made, bytes(row.salt)),))
    except (TrustError, ValueError) as error:
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


def _blocks(
    engine: Engine, table: Table, key: list[ColumnElement[object]], where: ColumnElement[bool] | None = None
) -> Iterator[Row[*tuple[object, ...]]]:
    """The rows of a table in the order of its key, read in blocks, each in a short transaction."""
    last: tuple[object, ...] | None = None
    while True:
        query = select(table).order_by(*key).limit(BLOCK)
        if where is not None:
            query = query.where(where)
        if last is not None:
            query = query.where(tuple_(*key) > tuple_(*last) if len(key) > 1 else key[0] > last[0])
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield from rows
        last = tuple(getattr(rows[-1], str(column.key)) for column in key)
