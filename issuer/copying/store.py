"""The register of copies in SQL: table `licence_copy`.

Like the register of licences it holds the document, the plan and the names of the files of each copy, and never deletes
a row. It is a table of its own because a copy bears the number of its original, which is unique among licences. The
tables `licence` and `citation_consent` belong to others; here they are only named.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Select,
    Table,
    and_,
    column,
    func,
    insert,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.copying.errors import BasisEnded
from issuer.copying.ports import ConsentName, CopyEntry
from issuer.errors import IdempotencyMismatch
from issuer.feeding.store import note_released
from issuer.ports import Artefacts, Entry, SigningPlan, State
from trust.formats.licence_document import decode_licence, encode_licence
from trust.rules.annotated_copy import CopyNote
from trust.store import METADATA, Instant, text

COPIES = Table(
    "licence_copy",
    METADATA,
    text("identifier", 128, primary_key=True),
    Column("original", ForeignKey("licence.identifier"), nullable=False),
    text("key", 128, unique=True),
    text("body_digest", 80),
    text("basis", 160),
    text("asker", 32),
    text("consent_department", 32, nullable=True),
    text("consent_mode", 16, nullable=True),
    text("consent_reference", 200, nullable=True),
    text("state", 16),
    Column("document", LargeBinary, nullable=False),
    text("by", 128),
    Column("begun_at", Instant, nullable=False),
    text("token_plan", 80),
    Column("token", LargeBinary, nullable=True),
    text("ofd_plan", 80, nullable=True),
    text("pdf_plan", 80, nullable=True),
    text("ofd", 80, nullable=True),
    text("pdf", 80, nullable=True),
    Column("leaf", BigInteger, nullable=True),
    Column("released_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
    CheckConstraint("state IN ('begun', 'planned', 'released')", name="state_known"),
    CheckConstraint(
        "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)",
        name="released_whole",
    ),
    CheckConstraint(
        "(consent_mode IS NULL) = (consent_reference IS NULL)"
        " AND (consent_mode IS NULL) = (consent_department IS NULL)",
        name="consent_whole",
    ),
    Index("ix_licence_copy_original", "original"),
    Index("ix_licence_copy_basis", "basis"),
    Index("ix_licence_copy_consent", "consent_department", "consent_mode", "consent_reference"),
)
UNDER_WAY = timedelta(minutes=10)
"""How long a copy that was begun may take to be released, longer than any takes."""
LICENCE = table("licence", column("identifier"))
CONSENT = table(
    "citation_consent", *(column(name) for name in ("department_code", "mode", "reference", "withdrawn_at"))
)


class SqlCopies:
    """`issuer.copying.ports.Copies` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_key(self, key: str) -> CopyEntry | None:
        """See `Copies`."""
        return self._first(COPIES.c.key == key)

    def find(self, identifier: str) -> CopyEntry | None:
        """See `Copies`."""
        if "\0" in identifier:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        return self._first(COPIES.c.identifier == identifier)

    def begin(self, copy: CopyEntry, *, most: int | None = None) -> CopyEntry:
        """See `Copies`."""
        values = _values(copy)
        try:
            with self._engine.begin() as connection:
                if most is not None:
                    _require_room(connection, copy.entry, copy.entry.begun_at, most)
                connection.execute(insert(COPIES).values(values))
        except IntegrityError:
            stored = self.by_key(copy.entry.key)
            if stored is None:
                raise
            if stored.entry.body_digest != copy.entry.body_digest:
                raise IdempotencyMismatch(copy.entry.key) from None
            return stored
        return copy

    def plan_many(self, wanted: Sequence[tuple[Entry, SigningPlan]]) -> Sequence[Entry]:
        """See `Copies`."""
        return [
            self._move(
                entry,
                COPIES.c.state == State.BEGUN,
                {"state": State.PLANNED, "token": plan.token, "ofd_plan": plan.ofd, "pdf_plan": plan.pdf},
            )
            for entry, plan in wanted
        ]

    def seal_many(self, wanted: Sequence[tuple[Entry, tuple[str, str]]]) -> Sequence[Entry]:
        """See `Copies`."""
        first = and_(COPIES.c.state == State.PLANNED, COPIES.c.ofd.is_(None))
        return [self._move(entry, first, {"ofd": files[0], "pdf": files[1]}) for entry, files in wanted]

    def release_many(self, wanted: Sequence[tuple[Entry, Artefacts]], *, most: int | None = None) -> Sequence[Entry]:
        """See `Copies`."""
        return [
            self._move(
                entry,
                COPIES.c.state == State.PLANNED,
                {
                    "state": State.RELEASED,
                    "ofd": made.ofd,
                    "pdf": made.pdf,
                    "leaf": made.log_index,
                    "released_at": made.released_at,
                },
                made,
                most,
            )
            for entry, made in wanted
        ]

    def of_original(self, identifier: str) -> Sequence[CopyEntry]:
        """See `Copies`."""
        return self._all(_newest(COPIES.c.original == identifier, COPIES.c.state == State.RELEASED))

    def of_basis(self, basis: str) -> Sequence[CopyEntry]:
        """See `Copies`."""
        return self._all(_newest(COPIES.c.basis == basis, COPIES.c.state == State.RELEASED))

    def of_consent(self, consent: ConsentName) -> Sequence[CopyEntry]:
        """See `Copies`."""
        return self._all(
            _newest(
                COPIES.c.consent_department == consent.department,
                COPIES.c.consent_mode == consent.mode,
                COPIES.c.consent_reference == consent.reference,
            )
        )

    def end(self, identifier: str, at: datetime) -> None:
        """See `Copies`."""
        named = (COPIES.c.identifier == identifier, COPIES.c.ended_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(update(COPIES).where(*named).values(ended_at=at))

    def unreleased(self, before: datetime) -> Sequence[Entry]:
        """Copies begun before an instant and never released: signatures of theirs may exist."""
        wanted = select(COPIES).where(COPIES.c.state != State.RELEASED, COPIES.c.begun_at < before)
        return [copy.entry for copy in self._all(wanted.order_by(COPIES.c.begun_at))]

    def orphaned(self) -> Sequence[CopyEntry]:
        """See `Copies`."""
        consent = and_(
            CONSENT.c.department_code == COPIES.c.consent_department,
            CONSENT.c.mode == COPIES.c.consent_mode,
            CONSENT.c.reference == COPIES.c.consent_reference,
        )
        wanted = select(COPIES).join(CONSENT, consent)
        return self._all(wanted.where(CONSENT.c.withdrawn_at.is_not(None), COPIES.c.ended_at.is_(None)))

    def _move(
        self,
        entry: Entry,
        where: ColumnElement[bool],
        values: Mapping[str, object],
        made: Artefacts | None = None,
        most: int | None = None,
    ) -> Entry:
        """Make a move where it applies, and give the entry as it is then."""
        named = COPIES.c.identifier == str(entry.licence.identifier)
        with self._engine.begin() as connection:
            if made is not None and most is not None and connection.scalar(select(COPIES.c.key).where(named, where)):
                _require_room(connection, entry, made.released_at, most)
            moved = connection.execute(update(COPIES).where(named, where).values(**values)).rowcount
            if moved and made is not None:
                note_released(connection, [(entry, made)])
            return _copy(connection.execute(select(COPIES).where(named)).one()).entry

    def _first(self, where: ColumnElement[bool]) -> CopyEntry | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(COPIES).where(where)).first()
        return None if row is None else _copy(row)

    def _all(self, wanted: Select[Any]) -> list[CopyEntry]:
        with self._engine.connect() as connection:
            return [_copy(row) for row in connection.execute(wanted)]


def _newest(*where: ColumnElement[bool]) -> Select[Any]:
    return select(COPIES).where(*where).order_by(COPIES.c.begun_at.desc(), COPIES.c.identifier)


def _require_room(connection: Connection, entry: Entry, at: datetime, most: int) -> None:
    """See that fewer than so many others rest on the basis of a copy; the original's row is held until all is stored.

    Others are those released and those begun less than `UNDER_WAY` before: what was cut off or failed counts no longer,
    so it has to ask again where it is released after all. SQLite has one writer at a time; on PostgreSQL whoever waited
    for the row counts what the one before has stored.

    Raises:
        BasisEnded: `citation-copies`.

    """
    note = _note_of(entry)
    held = select(LICENCE.c.identifier).where(LICENCE.c.identifier == str(note.original))
    connection.execute(held.with_for_update(key_share=True))
    others = select(func.count()).select_from(COPIES)
    counts = or_(COPIES.c.state == State.RELEASED, COPIES.c.begun_at > at - UNDER_WAY)
    others = others.where(COPIES.c.basis == note.basis, COPIES.c.key != entry.key, counts)
    if (connection.scalar(others) or 0) >= most:
        raise BasisEnded("citation-copies")


def _note_of(entry: Entry) -> CopyNote:
    if (note := entry.licence.copy) is None:
        raise ValueError("a copy has a note")
    return note


def _values(copy: CopyEntry) -> dict[str, object]:
    """A new copy as a row."""
    entry, consent, note = copy.entry, copy.consent, _note_of(copy.entry)
    return {
        "identifier": str(entry.licence.identifier),
        "original": str(note.original),
        "key": entry.key,
        "body_digest": entry.body_digest,
        "basis": note.basis,
        "asker": copy.asker,
        "consent_department": consent and consent.department,
        "consent_mode": consent and consent.mode,
        "consent_reference": consent and consent.reference,
        "state": State.BEGUN,
        "document": encode_licence(entry.licence),
        "by": entry.by,
        "begun_at": entry.begun_at,
        "token_plan": entry.token_plan,
    }


def _copy(row: Row[Any]) -> CopyEntry:
    plan = SigningPlan(row.token, row.ofd_plan, row.pdf_plan) if row.token else None
    released = row.state == State.RELEASED
    entry = Entry(
        key=row.key,
        body_digest=row.body_digest,
        licence=decode_licence(row.document),
        by=row.by,
        begun_at=row.begun_at,
        token_plan=row.token_plan,
        state=State(row.state),
        plan=plan,
        sealed=(row.ofd, row.pdf) if row.ofd else None,
        artefacts=Artefacts(row.ofd, row.pdf, row.leaf, row.released_at) if released else None,
    )
    consent = None
    if row.consent_mode is not None:
        consent = ConsentName(row.consent_department, row.consent_mode, row.consent_reference)
    return CopyEntry(entry, row.asker, consent, row.ended_at)
