"""The register of licences in SQL: table `licence`, and `licence_holder` from keyed holder digest to licence.

The licence document is personal data and stands in one column of one table; the holder index carries only a keyed
digest. Rows are never deleted, and `identifier` and `key` are unique for ever, so a number given out once is not given
out again. Trust: who can write these tables can hide licences but cannot make one pass: seals, status lists and log
are checked by the verifier on their own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.errors import DuplicateNumber, IdempotencyMismatch
from issuer.ports import Artefacts, Entry, SigningPlan, State
from trust.formats.licence_document import decode_licence, encode_licence
from trust.rules.licence import Licence
from trust.rules.party import Holder
from trust.store import METADATA, Instant, text

licence = Table(
    "licence",
    METADATA,
    text("identifier", 128, primary_key=True),
    text("key", 128, unique=True),
    text("body_digest", 80),
    text("type_code", 32),
    text("issuer_code", 32),
    text("number", 128),
    text("state", 16),
    Column("document", LargeBinary, nullable=False),
    text("by", 128),
    Column("begun_at", Instant, nullable=False),
    text("token_plan", 80),
    Column("token", LargeBinary),
    text("ofd_plan", 80, nullable=True),
    text("pdf_plan", 80, nullable=True),
    text("ofd", 80, nullable=True),
    text("pdf", 80, nullable=True),
    Column("leaf", BigInteger),
    Column("released_at", Instant),
    UniqueConstraint("issuer_code", "type_code", "number", name="uq_licence_number"),
    CheckConstraint("state IN ('begun', 'planned', 'released')", name="state_known"),
    CheckConstraint(
        "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)",
        name="released_whole",
    ),
    Index("ix_licence_released", "issuer_code", "released_at"),
)

holder = Table(
    "licence_holder",
    METADATA,
    Column("holder", LargeBinary(32), primary_key=True),
    Column("identifier", ForeignKey("licence.identifier"), primary_key=True),
)


_MOVES = update(licence).where(licence.c.identifier == bindparam("moved"))


class SqlRegister:
    """`issuer.ports.Register`, and the reading side that pages, cases and the verifier are wired to."""

    def __init__(self, engine: Engine, index_holder: Callable[[str, str], bytes]) -> None:
        self._engine = engine
        self._index_holder = index_holder  # (code type, code) -> 32 octets, keyed

    def by_key(self, key: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.key == key)).first()
        return None if row is None else _entry(row)

    def find(self, identifier: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        if "\0" in identifier:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.identifier == identifier)).first()
        return None if row is None else _entry(row)

    def numbered(self, issuer_code: str, type_code: str, number: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        wanted = select(licence).where(
            licence.c.issuer_code == issuer_code, licence.c.type_code == type_code, licence.c.number == number
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _entry(row)

    def begin(self, entry: Entry) -> Entry:
        """See `issuer.ports.Register`."""
        identifier = str(entry.licence.identifier)
        values = {
            "identifier": identifier,
            "key": entry.key,
            "body_digest": entry.body_digest,
            "type_code": entry.licence.identifier.type_code,
            "issuer_code": entry.licence.identifier.issuer_code,
            "number": entry.licence.number,
            "state": State.BEGUN,
            "document": encode_licence(entry.licence),
            "by": entry.by,
            "begun_at": entry.begun_at,
            "token_plan": entry.token_plan,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(licence).values(values))
                connection.execute(insert(holder), self._index(entry.licence.holders, identifier))
        except IntegrityError as error:
            stored = self.by_key(entry.key)
            if stored is None:
                raise DuplicateNumber(entry.licence.number) from error
            if stored.body_digest != entry.body_digest:
                raise IdempotencyMismatch(entry.key) from error
            return stored
        return entry

    def plan(self, identifier: str, plan: SigningPlan) -> Entry:
        """See `issuer.ports.Register`."""
        values = {"state": State.PLANNED, "token": plan.token, "ofd_plan": plan.ofd, "pdf_plan": plan.pdf}
        return self._move(identifier, _MOVES.where(licence.c.state == State.BEGUN), values)

    def seal(self, identifier: str, files: tuple[str, str]) -> Entry:
        """See `issuer.ports.Register`."""
        first = _MOVES.where(licence.c.state == State.PLANNED, licence.c.ofd.is_(None))
        return self._move(identifier, first, {"ofd": files[0], "pdf": files[1]})

    def release(self, identifier: str, artefacts: Artefacts) -> Entry:
        """See `issuer.ports.Register`."""
        values = {
            "state": State.RELEASED,
            "ofd": artefacts.ofd,
            "pdf": artefacts.pdf,
            "leaf": artefacts.log_index,
            "released_at": artefacts.released_at,
        }
        return self._move(identifier, _MOVES.where(licence.c.state == State.PLANNED), values)

    def _move(self, identifier: str, move: Update, values: Mapping[str, object]) -> Entry:
        """Make a move where it applies, and give the entry as it is then."""
        with self._engine.begin() as connection:
            row = connection.execute(move.values(values).returning(licence), {"moved": identifier}).first()
            if row is None:
                row = connection.execute(select(licence).where(licence.c.identifier == identifier)).one()
        return _entry(row)

    def held(self, code_type: str, code: str, type_codes: Sequence[str] = ()) -> Sequence[Entry]:
        """Released licences of a holder, newest first, of the given types or of all."""
        wanted = (
            select(licence)
            .join(holder, holder.c.identifier == licence.c.identifier)
            .where(holder.c.holder == self._index_holder(code_type, code), licence.c.state == State.RELEASED)
            .order_by(licence.c.released_at.desc(), licence.c.identifier)
        )
        if type_codes:
            wanted = wanted.where(licence.c.type_code.in_(type_codes))
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def recent(self, issuer_code: str, limit: int) -> Sequence[Entry]:
        """The newest released licences of a body."""
        wanted = (
            select(licence)
            .where(licence.c.issuer_code == issuer_code, licence.c.state == State.RELEASED)
            .order_by(licence.c.released_at.desc(), licence.c.identifier)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def unreleased(self, before: datetime) -> Sequence[Entry]:
        """Entries begun before an instant and never released: signatures of theirs may exist."""
        wanted = select(licence).where(licence.c.state != State.RELEASED, licence.c.begun_at < before)
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted.order_by(licence.c.begun_at))]

    def _index(self, holders: Sequence[Holder], identifier: str) -> list[dict[str, object]]:
        indexed = {self._index_holder(one.code_type, one.code) for one in holders}
        return [{"holder": digest, "identifier": identifier} for digest in sorted(indexed)]


@lru_cache(maxsize=256)
def _document(octets: bytes) -> Licence:
    """A stored document; one licence is read many times on its way to release."""
    return decode_licence(octets)


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for the row as a mapping)
    plan = SigningPlan(values["token"], values["ofd_plan"], values["pdf_plan"]) if values["token"] else None
    artefacts = None
    if values["state"] == State.RELEASED:
        artefacts = Artefacts(values["ofd"], values["pdf"], values["leaf"], values["released_at"])
    return Entry(
        key=values["key"],
        body_digest=values["body_digest"],
        licence=_document(values["document"]),
        by=values["by"],
        begun_at=values["begun_at"],
        token_plan=values["token_plan"],
        state=State(values["state"]),
        plan=plan,
        sealed=(values["ofd"], values["pdf"]) if values["ofd"] else None,
        artefacts=artefacts,
    )
