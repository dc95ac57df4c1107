"""Citations in SQL: `citation_plan`, `citation` and `citation_consent`; nothing here updates a citation or deletes one.

The one rule that matters is in `record`: the licence's row in `standing` is locked first (FOR UPDATE; on SQLite the
whole transaction holds the write lock), its sequence is compared with the one the verdict was made under, and only then
is the citation inserted. An act on the licence updates the same row in its own transaction. So whichever commits
first, the other sees it: a revocation committed before the citation wins. Consents are locked in the same way against
their withdrawal. Locks are always taken in this order, standing before consent, so that they cannot embrace.

A transaction that loses a race for a unique key, or that the database gives up (SQLSTATE 40001 or 40P01), is run again
from its start; nothing inside has an effect outside. The table `standing` belongs to `trust.revocation`; here it is
only named.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    column,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from cases.citation import Citation, CitationPlan
from cases.consent import Mode
from cases.errors import ConsentRefused, IdempotencyMismatch, NumberTaken, StandingMoved
from keys.sm3 import sm3
from trust.rules.conversion import Grade
from trust.store import METADATA, Instant, text

Result = TypeVar("Result")

ATTEMPTS = 8
RETRIED = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock, by SQLSTATE; SQLite waits for its lock instead."""

STANDING = table("standing", column("subject", String), column("sequence", BigInteger))

PLANS = Table(
    "citation_plan",
    METADATA,
    text("number", 32, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Index("ix_citation_plan_planned_at", "planned_at"),
)

CONSENTS = Table(
    "citation_consent",
    METADATA,
    text("department_code", 64, primary_key=True),
    text("mode", 16, primary_key=True),
    text("reference", 64, primary_key=True),
    Column("terms", LargeBinary, nullable=True),  # none while a consent is withdrawn that was never used
    Column("withdrawn_at", Instant, nullable=True),
)

CITATIONS = Table(
    "citation",
    METADATA,
    Column("number", String(32), ForeignKey(PLANS.c.number), primary_key=True),
    text("case_number", 50),
    text("matter_code", 64),
    text("requirement_code", 64),
    text("department_code", 64),
    text("officer", 60),
    text("purpose", 200),
    text("consent_mode", 16),
    text("consent_reference", 200),
    Column("consent_valid_until", Instant, nullable=True),
    text("fields", 4000),
    text("identifier", 140),
    text("type_code", 21),
    text("file_digest", 80),
    text("indication", 16),
    text("policy", 64),
    Column("status_list", Integer, nullable=True),
    Column("standing_sequence", BigInteger, nullable=False),
    Column("cited_at", Instant, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("grade", String(1), nullable=True),  # of a licence that was converted from stock
    text("key_digest", 64, unique=True),
    Column("body_digest", LargeBinary, nullable=False),
    Index("ix_citation_identifier", "identifier"),
    Index("ix_citation_case_number", "case_number"),
    Index("ix_citation_cited_at", "cited_at"),
)


class SqlCitations:
    """The `CitationStore`, `CitationIndex` and `ConsentRegister` on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def answered(self, department_code: str, key: str, body_digest: bytes) -> Citation | None:
        """See `CitationStore`."""
        with self.engine.begin() as connection:
            return _answered(connection, _key_digest(department_code, key), body_digest)

    def plan(self, plan: CitationPlan, payload: bytes, terms: bytes | None) -> None:
        """See `CitationStore`."""

        def work(connection: Connection) -> None:
            if connection.scalar(select(PLANS.c.number).where(PLANS.c.number == plan.number)):
                raise NumberTaken
            if terms is not None:
                _bind(connection, plan, terms)
            connection.execute(insert(PLANS).values(number=plan.number, payload=payload, planned_at=plan.cited_at))

        self._transact(work)

    def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
        """See `CitationStore`."""
        key_digest = _key_digest(citation.department_code, key)

        def work(connection: Connection) -> str:
            earlier = _answered(connection, key_digest, body_digest)
            if earlier is not None:
                return earlier.number
            _hold_standing(connection, citation.identifier, expected_sequence)
            _hold_consent(connection, citation)
            connection.execute(
                insert(CITATIONS).values(**_values(citation), key_digest=key_digest, body_digest=body_digest)
            )
            return citation.number

        number = self._transact(work)
        recorded = self.find(number)
        assert recorded is not None  # it was committed a moment ago, and nothing deletes citations
        return recorded

    def find(self, number: str) -> Citation | None:
        """See `CitationIndex`."""
        found = self._list(select(CITATIONS).where(CITATIONS.c.number == number))
        return found[0] if found else None

    def of_licence(self, identifier: str) -> Sequence[Citation]:
        """See `CitationIndex`."""
        return self._list(select(CITATIONS).where(CITATIONS.c.identifier == identifier))

    def of_case(self, case_number: str) -> Sequence[Citation]:
        """See `CitationIndex`."""
        return self._list(select(CITATIONS).where(CITATIONS.c.case_number == case_number))

    def unrecorded(self, planned_before: datetime) -> Sequence[str]:
        """See `CitationIndex`."""
        recorded = select(CITATIONS.c.number).where(CITATIONS.c.number == PLANS.c.number).exists()
        wanted = select(PLANS.c.number).where(PLANS.c.planned_at < planned_before, ~recorded)
        with self.engine.begin() as connection:
            return list(connection.scalars(wanted.order_by(PLANS.c.planned_at, PLANS.c.number)))

    def withdraw(self, department_code: str, mode: Mode, reference: str, at: datetime) -> datetime:
        """See `ConsentRegister`."""
        named = _consent(department_code, mode, reference)

        def work(connection: Connection) -> datetime:
            row = connection.execute(select(CONSENTS).where(*named).with_for_update()).one_or_none()
            if row is not None and row.withdrawn_at is not None:
                earlier: datetime = row.withdrawn_at
                return earlier
            if row is not None:
                connection.execute(update(CONSENTS).where(*named).values(withdrawn_at=at))
            else:
                values = {"department_code": department_code, "mode": mode.value, "reference": reference}
                connection.execute(insert(CONSENTS).values(**values, terms=None, withdrawn_at=at))
            return at

        return self._transact(work)

    def withdrawn(self, department_code: str, mode: Mode, reference: str) -> datetime | None:
        """See `ConsentRegister`."""
        wanted = select(CONSENTS.c.withdrawn_at).where(*_consent(department_code, mode, reference))
        with self.engine.begin() as connection:
            return connection.scalar(wanted)

    def _list(self, wanted: Select[Any]) -> list[Citation]:
        with self.engine.begin() as connection:
            rows = connection.execute(wanted.order_by(CITATIONS.c.cited_at, CITATIONS.c.number))
            return [_citation(row) for row in rows]

    def _transact(self, work: Callable[[Connection], Result]) -> Result:
        """Run the work in a transaction; again from its start when a race was lost."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except IntegrityError:
                if attempt == ATTEMPTS:
                    raise
            except OperationalError as error:
                if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in RETRIED:
                    raise
        raise AssertionError("the last attempt returns or raises")


def _answered(connection: Connection, key_digest: str, body_digest: bytes) -> Citation | None:
    """The citation under this key, if the request is the same; refuses another one."""
    row = connection.execute(select(CITATIONS).where(CITATIONS.c.key_digest == key_digest)).one_or_none()
    if row is None:
        return None
    if row.body_digest != body_digest:
        raise IdempotencyMismatch
    return _citation(row)


def _hold_standing(connection: Connection, identifier: str, expected: int) -> None:
    """Lock the licence's standing until the transaction ends, and refuse one that moved or that is not there."""
    wanted = select(STANDING.c.sequence).where(STANDING.c.subject == identifier).with_for_update()
    found = connection.scalar(wanted)
    if found != expected:
        raise StandingMoved(expected, found)


def _hold_consent(connection: Connection, citation: Citation) -> None:
    """Lock the consent until the transaction ends, and refuse a withdrawn one; `plan` has made the row."""
    if citation.consent_mode is Mode.STATUTORY:
        return
    named = _consent(citation.department_code, citation.consent_mode, citation.consent_reference)
    row = connection.execute(select(CONSENTS).where(*named).with_for_update()).one()
    if row.withdrawn_at is not None:
        raise ConsentRefused("consent-withdrawn")


def _bind(connection: Connection, plan: CitationPlan, terms: bytes) -> None:
    """Keep the terms a reference is first used with, and refuse others later."""
    named = _consent(plan.department_code, plan.consent_mode, plan.consent_reference)
    row = connection.execute(select(CONSENTS).where(*named)).one_or_none()
    if row is None:
        values = {"department_code": plan.department_code, "mode": plan.consent_mode.value}
        connection.execute(insert(CONSENTS).values(**values, reference=plan.consent_reference, terms=terms))
    elif row.withdrawn_at is not None:
        raise ConsentRefused("consent-withdrawn")
    elif row.terms != terms:
        raise ConsentRefused("consent-changed")


def _consent(department_code: str, mode: Mode, reference: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions that name one consent."""
    return (
        CONSENTS.c.department_code == department_code,
        CONSENTS.c.mode == mode.value,
        CONSENTS.c.reference == reference,
    )


def _key_digest(department_code: str, key: str) -> str:
    """A department's idempotency key as it is kept: a digest, because callers put anything into their keys."""
    return sm3(f"{department_code}\n{key}".encode()).hex()


def _values(citation: Citation) -> dict[str, object]:
    """A citation as a row."""
    plain = {"consent_mode": citation.consent_mode.value, "fields": ",".join(citation.fields)}
    return vars(citation) | plain | {"grade": citation.grade and citation.grade.value}


def _citation(row: Row[Any]) -> Citation:
    """A row as a citation."""
    kept = {member.name: getattr(row, member.name) for member in fields(Citation)}
    named = tuple(kept["fields"].split(",")) if kept["fields"] else ()
    grade = Grade(kept["grade"]) if kept["grade"] else None
    return Citation(**kept | {"consent_mode": Mode(kept["consent_mode"]), "fields": named, "grade": grade})
