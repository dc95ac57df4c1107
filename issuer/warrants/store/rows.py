"""The tables of orders, and the way between their rows and the values of orders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, LargeBinary, Row, String, Table, select

from issuer.store.steps import step_members, step_table, step_values
from issuer.warrants.life import Stage, Step
from issuer.warrants.warrant import Event, Wanted, Warrant
from trust.rules.standing import ActKind
from trust.rules.two_people import Cause
from trust.sealing.ports import Officer
from trust.store import METADATA, Instant, text

NUMBER, KEY, LOGIN, NAME = 64, 192, 64, 128

act_order = Table(
    "act_order",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("stage", 16),
    Column("sequence", Integer, nullable=False),
    text("kind", 32),
    text("ground", 64),
    text("reason", 400),
    text("decision", 120),
    Column("effective_at", Instant),
    Column("decided_at", Instant),
    Column("reverses", Integer),
    text("receiver", 100, nullable=True),
    text("causes", 80),
    text("maker_login", LOGIN),
    text("maker_name", NAME),
    Column("opened_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
)
Index("ix_act_order_body", act_order.c.body_code, act_order.c.stage, act_order.c.moved_at)
Index("ix_act_order_stage", act_order.c.stage, act_order.c.moved_at)
act_order_subject = Table(
    "act_order_subject",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("act_order.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    text("subject", 140),
    Column("act_sequence", Integer),
    text("refusal", 64, nullable=True),
)
Index("ix_act_order_subject_subject", act_order_subject.c.subject)
act_order_event = step_table(
    "act_order_event",
    act_order,
    text("stage", 16),
    text("idempotency_key", KEY, unique=True),
    Column("body", LargeBinary(32), nullable=False),
    why="reason",
    login=LOGIN,
    full_name=NAME,
)


def warrant_of(connection: Connection, number: str) -> Warrant | None:
    """The order of a number; None if there is none."""
    row = connection.execute(select(act_order).where(act_order.c.number == number)).first()
    return None if row is None else to_warrant(connection, row)


def subject_rows(connection: Connection, number: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of an order's licences, in the order in which they were given."""
    own = select(act_order_subject).where(act_order_subject.c.number == number)
    return connection.execute(own.order_by(act_order_subject.c.place)).all()


def order_values(one: Warrant) -> dict[str, object]:
    """The row of an order."""
    wanted = one.wanted
    return {
        "number": one.number,
        "body_code": wanted.body_code,
        "stage": one.stage.value,
        "sequence": one.sequence,
        "kind": wanted.kind.value,
        "ground": wanted.ground,
        "reason": wanted.reason,
        "decision": wanted.decision,
        "effective_at": wanted.effective_at,
        "decided_at": wanted.decided_at,
        "reverses": wanted.reverses,
        "receiver": wanted.receiver or None,
        "causes": ",".join(one.causes),
        "maker_login": one.maker.login,
        "maker_name": one.maker.name,
        "opened_at": one.opened_at,
        "moved_at": one.moved_at,
    }


def event_values(event: Event) -> dict[str, object]:
    """The row of a step."""
    return step_values(event, stage=event.stage.value, reason=event.reason, idempotency_key=event.key, body=event.body)


def to_warrant(connection: Connection, row: Row[*tuple[Any, ...]]) -> Warrant:
    """The order in a row, with its licences."""
    wanted = Wanted(
        body_code=row.body_code,
        kind=ActKind(row.kind),
        ground=row.ground,
        subjects=tuple(one.subject for one in subject_rows(connection, row.number)),
        reason=row.reason,
        decision=row.decision,
        effective_at=row.effective_at,
        decided_at=row.decided_at,
        reverses=row.reverses,
        receiver=row.receiver or "",
    )
    return Warrant(
        number=row.number,
        stage=Stage(row.stage),
        sequence=row.sequence,
        wanted=wanted,
        causes=tuple(Cause(word) for word in row.causes.split(",") if word),
        maker=Officer(row.maker_login, row.maker_name),
        opened_at=row.opened_at,
        moved_at=row.moved_at,
    )


def to_event(row: Row[*tuple[Any, ...]]) -> Event:
    """The step in a row."""
    return Event(
        **step_members(row, Step),
        stage=Stage(row.stage),
        reason=row.reason,
        key=row.idempotency_key,
        body=bytes(row.body),
    )
