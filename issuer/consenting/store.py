"""The register of consents to copies in SQL: table `copy_consent`.

A row changes by the one decision on it, and by why it is withdrawn, as long as it is not. The table `citation_consent`,
where withdrawals are, belongs to others; here it is only named.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Engine,
    ForeignKey,
    Index,
    Row,
    Table,
    column,
    exists,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.consenting.consent import CopyConsent, Stage, Step
from issuer.consenting.errors import ConsentMoved, ConsentNotTaken
from issuer.errors import IdempotencyMismatch
from trust.sealing.ports import Officer
from trust.store import METADATA, STOPS, Instant, text

CONSENTS = Table(
    "copy_consent",
    METADATA,
    text("body_code", 32, primary_key=True),
    text("reference", 64, primary_key=True),
    text("mode", 16),
    Column("original", ForeignKey("licence.identifier"), nullable=False),
    text("giver", 60),
    text("cause", 200),
    text("recipient", 100),
    text("document", 80, nullable=True),
    text("stage", 16),
    text("recorded_login", 64),
    text("recorded_name", 128),
    text("decided_login", 64, nullable=True),
    text("decided_name", 128, nullable=True),
    text("reason", 200, nullable=True),
    text("key", 128, unique=True),
    text("asked", 80),
    Column("valid_until", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("decided_at", Instant, nullable=True),
    CheckConstraint("stage <> 'given' OR document IS NULL OR decided_login IS NOT NULL", name="two_people"),
    Index("ix_copy_consent_original", "original"),
)
WITHDRAWN = table(
    "citation_consent", *(column(name) for name in ("department_code", "mode", "reference", "withdrawn_at"))
)


class SqlCopyConsents:
    """`issuer.consenting.ports.CopyConsents` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, consent: CopyConsent) -> CopyConsent:
        """See `CopyConsents`."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(CONSENTS).values(_values(consent)))
        except IntegrityError:
            known = self.by_key(consent.key)
            if known is None and self.find(consent.body_code, consent.reference) is not None:
                raise ConsentNotTaken([("reference", "consent-known")]) from None
            if known is None:
                raise
            if known.asked != consent.asked:
                raise IdempotencyMismatch(consent.key) from None
            return known
        return consent

    def find(self, body_code: str, reference: str) -> CopyConsent | None:
        """See `CopyConsents`."""
        if "\0" in reference:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        return self._first(CONSENTS.c.body_code == body_code, CONSENTS.c.reference == reference)

    def by_key(self, key: str) -> CopyConsent | None:
        """See `CopyConsents`."""
        return self._first(CONSENTS.c.key == key)

    def of_original(self, identifier: str) -> Sequence[CopyConsent]:
        """See `CopyConsents`."""
        wanted = select(CONSENTS).where(CONSENTS.c.original == identifier)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(CONSENTS.c.recorded_at.desc(), CONSENTS.c.reference))
            return [_consent(row) for row in rows]

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[CopyConsent]:
        """See `CopyConsents`."""
        from_ = after.partition("\0")[0]  # no row has one; what is before it leads to the same place
        wanted = select(CONSENTS).where(CONSENTS.c.body_code == body_code, CONSENTS.c.reference > from_)
        if stage is not None:
            wanted = wanted.where(CONSENTS.c.stage == stage.value)
        with self._engine.connect() as connection:
            return [_consent(row) for row in connection.execute(wanted.order_by(CONSENTS.c.reference).limit(limit))]

    def decide(self, decided: CopyConsent) -> CopyConsent:
        """See `CopyConsents`."""
        waiting = (
            CONSENTS.c.body_code == decided.body_code,
            CONSENTS.c.reference == decided.reference,
            CONSENTS.c.stage == Stage.WAITING.value,
        )
        names = ("stage", "decided_login", "decided_name", "decided_at", *(("reason",) if decided.reason else ()))
        values = _values(decided)
        with self._engine.begin() as connection:
            moved = connection.execute(update(CONSENTS).where(*waiting).values({name: values[name] for name in names}))
        if moved.rowcount != 1:
            raise ConsentMoved("elsewhere", Step.CONFIRM if decided.stage is Stage.GIVEN else Step.REFUSE)
        return decided

    def explain(self, body_code: str, reference: str, reason: str | None) -> None:
        """See `CopyConsents`."""
        gone = exists().where(
            WITHDRAWN.c.department_code == CONSENTS.c.body_code,
            WITHDRAWN.c.mode == CONSENTS.c.mode,
            WITHDRAWN.c.reference == CONSENTS.c.reference,
            WITHDRAWN.c.withdrawn_at.is_not(None),
        )
        named = (CONSENTS.c.body_code == body_code, CONSENTS.c.reference == reference)
        open_ones = update(CONSENTS).where(*named, CONSENTS.c.stage != Stage.REFUSED.value, ~gone)
        with self._engine.begin() as connection:
            connection.execute(open_ones.values(reason=reason), execution_options=STOPS)  # it is about to be withdrawn

    def _first(self, *where: ColumnElement[bool]) -> CopyConsent | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(CONSENTS).where(*where)).first()
        return None if row is None else _consent(row)


_PLAIN = (
    "body_code", "reference", "mode", "original", "giver", "cause", "recipient", "document", "reason", "key", "asked",
    "valid_until", "recorded_at", "decided_at",
)  # fmt: skip


def _values(consent: CopyConsent) -> dict[str, object]:
    """A consent as a row."""
    by = consent.decided_by
    return {
        **{name: getattr(consent, name) for name in _PLAIN},
        "stage": consent.stage.value,
        "recorded_login": consent.recorded_by.login,
        "recorded_name": consent.recorded_by.name,
        "decided_login": by and by.login,
        "decided_name": by and by.name,
    }


def _consent(row: Row[Any]) -> CopyConsent:
    return CopyConsent(
        **{name: getattr(row, name) for name in _PLAIN},
        stage=Stage(row.stage),
        recorded_by=Officer(row.recorded_login, row.recorded_name),
        decided_by=Officer(row.decided_login, row.decided_name) if row.decided_login is not None else None,
    )
