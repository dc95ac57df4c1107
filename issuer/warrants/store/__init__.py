"""Orders of acts in SQL: `act_order` as each stands, its licences with what became of them, every step it took.

Events are only ever added; an order is moved only from the very sequence that whoever moves it has seen, so that of two
decisions made at once one stands. Reasons may be about people.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from issuer.errors import IdempotencyMismatch
from issuer.store.steps import steps_of
from issuer.warrants.errors import WarrantMoved
from issuer.warrants.life import Stage
from issuer.warrants.store.rows import (
    act_order,
    act_order_event,
    act_order_subject,
    event_values,
    order_values,
    subject_rows,
    to_event,
    to_warrant,
    warrant_of,
)
from issuer.warrants.warrant import Event, Outcome, Warrant
from trust.rules.standing import ActKind


class SqlWarrants:
    """`issuer.warrants.ports.Warrants`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, new: Warrant, event: Event) -> Warrant:
        """See `Warrants`."""
        rows = [
            {"number": new.number, "place": place, "subject": subject}
            for place, subject in enumerate(new.wanted.subjects)
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(act_order).values(**order_values(new)))
                connection.execute(insert(act_order_subject), rows)
                connection.execute(insert(act_order_event).values(event_values(event)))
        except IntegrityError as error:
            return self._instead(event, error)
        return new

    def move(self, before: Warrant, after: Warrant, event: Event, outcomes: Sequence[Outcome] = ()) -> Warrant:
        """See `Warrants`."""
        try:
            with self._engine.begin() as connection:
                _move(connection, before, after, event)
                _note(connection, after.number, outcomes)
                connection.execute(insert(act_order_event).values(event_values(event)))
        except IntegrityError as error:
            return self._instead(event, error)
        except WarrantMoved:
            if (known := self.by_key(event.key)) is None:
                raise
            return _same(known, event)
        return after

    def find(self, number: str) -> Warrant | None:
        """See `Warrants`."""
        if "\0" in number:
            return None
        with self._engine.connect() as connection:
            return warrant_of(connection, number)

    def by_key(self, key: str) -> tuple[Warrant, Event] | None:
        """See `Warrants`."""
        wanted = select(act_order_event).where(act_order_event.c.idempotency_key == key)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
            warrant = None if row is None else warrant_of(connection, row.number)
        return None if row is None or warrant is None else (warrant, to_event(row))

    def events(self, number: str) -> Sequence[Event]:
        """See `Warrants`."""
        with self._engine.connect() as connection:
            return [to_event(row) for row in steps_of(connection, act_order_event, number)]

    def outcomes(self, number: str) -> Sequence[Outcome]:
        """See `Warrants`."""
        with self._engine.connect() as connection:
            return [Outcome(row.subject, row.act_sequence, row.refusal) for row in subject_rows(connection, number)]

    def of_body(self, body_code: str, *, limit: int) -> Sequence[Warrant]:
        """See `Warrants`."""
        waits_first = case((act_order.c.stage == Stage.WAITING, 0), else_=1)
        wanted = select(act_order).where(act_order.c.body_code == body_code)
        ordered = wanted.order_by(waits_first, act_order.c.moved_at.desc(), act_order.c.number).limit(limit)
        with self._engine.connect() as connection:
            return [to_warrant(connection, row) for row in connection.execute(ordered).all()]

    def waiting(self, body_code: str) -> int:
        """See `Warrants`."""
        of_body = (act_order.c.body_code == body_code) & (act_order.c.stage == Stage.WAITING)
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(act_order).where(of_body)) or 0

    def in_stage(self, stage: Stage, limit: int) -> Sequence[Warrant]:
        """See `Warrants`."""
        wanted = select(act_order).where(act_order.c.stage == stage).order_by(act_order.c.moved_at, act_order.c.number)
        with self._engine.connect() as connection:
            return [to_warrant(connection, row) for row in connection.execute(wanted.limit(limit)).all()]

    def done_on(self, kind: ActKind, beginning: str) -> Sequence[Warrant]:
        """See `Warrants`."""
        subject, stage = act_order_subject.c, act_order.c.stage == Stage.DONE
        own = select(subject.number).where(subject.subject.startswith(beginning, autoescape=True))
        wanted = select(act_order).where(stage, act_order.c.kind == kind.value, act_order.c.number.in_(own))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(act_order.c.moved_at, act_order.c.number)).all()
            return [to_warrant(connection, row) for row in rows]

    def _instead(self, event: Event, error: IntegrityError) -> Warrant:
        """What stands under the event's key already, or that somebody was faster."""
        if (known := self.by_key(event.key)) is not None:
            return _same(known, event)
        if (found := self.find(event.number)) is None:
            raise error
        raise WarrantMoved(found.stage, event.step) from error


def _move(connection: Connection, before: Warrant, after: Warrant, event: Event) -> None:
    """Move an order from where it was seen; raises WarrantMoved."""
    seen = (act_order.c.number == before.number) & (act_order.c.sequence == before.sequence)
    moved = {"stage": after.stage.value, "sequence": after.sequence, "moved_at": after.moved_at}
    if connection.execute(update(act_order).where(seen).values(**moved)).rowcount != 1:
        raise WarrantMoved("elsewhere", event.step)


def _note(connection: Connection, number: str, outcomes: Sequence[Outcome]) -> None:
    for place, one in enumerate(outcomes):
        own = (act_order_subject.c.number == number) & (act_order_subject.c.place == place)
        told = update(act_order_subject).where(own).values(act_sequence=one.act_sequence, refusal=one.refusal)
        connection.execute(told)


def _same(known: tuple[Warrant, Event], event: Event) -> Warrant:
    if known[1].body != event.body or known[1].step is not event.step:
        raise IdempotencyMismatch(event.key)
    return known[0]
