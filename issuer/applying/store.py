"""Applications in SQL: `docket` as each stands now, `docket_event` with every step it took.

Events are only ever added, each with the proposal as it then was where the step changed it; a docket is moved only from
the very sequence that whoever moves it has seen, so that of two decisions made at once one stands. A release is stored
with the licence and the end of its predecessor in one transaction. Proposals are personal data.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.applying.docket import Approval, Docket, Event, Proposal
from issuer.applying.errors import DocketMoved
from issuer.applying.life import AUTHORING, Stage, Step
from issuer.applying.ports import Consequence
from issuer.errors import IdempotencyMismatch
from issuer.feeding.store import note_act, note_application
from issuer.ports import Artefacts, Entry
from issuer.store import release_in, void_in
from issuer.store.steps import step_members, step_table, step_values, steps_of
from trust.revocation.store.acts import Note, SqlRecording
from trust.rules.succession import Succession, SuccessionKind
from trust.sealing.ports import Officer
from trust.store import METADATA, Instant, text

NUMBER, KEY, LOGIN, NAME = 64, 192, 64, 128

docket = Table(
    "docket",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("type_code", 32),
    text("stage", 16),
    Column("sequence", Integer, nullable=False),
    text("template", 80),
    Column("proposal", Text, nullable=False),
    text("kind", 16, nullable=True),
    text("predecessor", 140, nullable=True),
    text("basis", 200),
    Column("authors", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    text("approved_by", LOGIN, nullable=True),
    text("approved_name", NAME, nullable=True),
    text("approved_digest", 80, nullable=True),
    Column("approved_until", Instant),
    text("identifier", 128, nullable=True),
)
Index("ix_docket_body", docket.c.body_code, docket.c.stage, docket.c.moved_at)
Index("ix_docket_stage", docket.c.stage, docket.c.moved_at)
Index("ix_docket_moved_at", docket.c.moved_at)
docket_event = step_table(
    "docket_event",
    docket,
    text("stage", 16),
    text("digest", 80),
    Column("proposal", Text),
    text("idempotency_key", KEY, unique=True),
    Column("body", LargeBinary(32), nullable=False),
    why="reason",
    login=LOGIN,
    full_name=NAME,
)
Index("ix_docket_event_at", docket_event.c.at)


class SqlDockets:
    """`issuer.applying.ports.Dockets`; `noted` stores what rests on an act that follows, in the same transaction."""

    def __init__(self, engine: Engine, noted: Note = note_act) -> None:
        self._engine, self._noted = engine, noted

    def open(self, new: Docket, event: Event) -> Docket:
        """See `Dockets`."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(docket).values(number=new.number, **_values(new)))
                connection.execute(insert(docket_event).values(_event_values(new, event)))
        except IntegrityError as error:
            return self._instead(event, error)
        return new

    def move(self, before: Docket, after: Docket, event: Event, consequence: Consequence | None = None) -> Docket:
        """See `Dockets`."""
        try:
            with self._engine.begin() as connection:
                _move(connection, before, after, event)
                if consequence is not None:
                    consequence.record(SqlRecording(connection, consequence.subject, self._noted))
                if consequence is not None and consequence.gives_up is not None:
                    void_in(connection, [consequence.gives_up])
                _note(connection, after, event)
        except IntegrityError as error:
            return self._instead(event, error)
        except DocketMoved:
            if (known := self.by_key(event.key)) is None:
                raise
            return _same(known, event)
        return after

    def release(
        self,
        before: Docket,
        after: Docket,
        event: Event,
        wanted: Sequence[tuple[Entry, Artefacts]],
        consequence: Consequence | None,
    ) -> Sequence[Entry]:
        """See `Dockets`."""
        with self._engine.begin() as connection:
            standing = connection.execute(select(docket.c.stage).where(docket.c.number == before.number)).one()
            if standing.stage != Stage.RELEASED:
                _move(connection, before, after, event)
                if consequence is not None:
                    consequence.record(SqlRecording(connection, consequence.subject, self._noted))
                _note(connection, after, event, *(str(entry.licence.identifier) for entry, _ in wanted[:1]))
            return release_in(connection, wanted)

    def find(self, number: str) -> Docket | None:
        """See `Dockets`."""
        if "\0" in number:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(docket).where(docket.c.number == number)).first()
        return None if row is None else docket_of(row)

    def by_key(self, key: str) -> tuple[Docket, Event] | None:
        """See `Dockets`."""
        wanted = select(docket_event).where(docket_event.c.idempotency_key == key)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
            if row is None:
                return None
            own = connection.execute(select(docket).where(docket.c.number == row.number)).one()
        return docket_of(own), event_in(row)

    def events(self, number: str) -> Sequence[Event]:
        """See `Dockets`."""
        with self._engine.connect() as connection:
            return [event_in(row) for row in steps_of(connection, docket_event, number)]

    def of_body(self, body_code: str, stages: Sequence[Stage], *, limit: int, after: str = "") -> Sequence[Docket]:
        """See `Dockets`."""
        wanted = select(docket).where(docket.c.body_code == body_code, docket.c.stage.in_(stages))
        if after and (last := self.find(after)) is not None:
            same = (docket.c.moved_at == last.moved_at) & (docket.c.number > last.number)
            wanted = wanted.where((docket.c.moved_at < last.moved_at) | same)
        with self._engine.connect() as connection:
            ordered = wanted.order_by(docket.c.moved_at.desc(), docket.c.number).limit(limit)
            return [docket_of(row) for row in connection.execute(ordered)]

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """See `Dockets`."""
        wanted = select(docket.c.stage, func.count()).where(docket.c.body_code == body_code).group_by(docket.c.stage)
        with self._engine.connect() as connection:
            return {Stage(stage): count for stage, count in connection.execute(wanted)}

    def in_stage(self, stage: Stage, limit: int, *, after: Docket | None = None) -> Sequence[Docket]:
        """See `Dockets`."""
        wanted = select(docket).where(docket.c.stage == stage).order_by(docket.c.moved_at, docket.c.number)
        if after is not None:
            same = (docket.c.moved_at == after.moved_at) & (docket.c.number > after.number)
            wanted = wanted.where((docket.c.moved_at > after.moved_at) | same)
        with self._engine.connect() as connection:
            return [docket_of(row) for row in connection.execute(wanted.limit(limit))]

    def _instead(self, event: Event, error: IntegrityError) -> Docket:
        """What stands under the event's key already, or who was faster."""
        known = self.by_key(event.key)
        if known is not None:
            return _same(known, event)
        found = self.find(event.number)
        if found is None or found.sequence < event.sequence:
            raise error
        raise DocketMoved(found.stage, event.step) from error


def _move(connection: Connection, before: Docket, after: Docket, event: Event) -> None:
    """Move a docket from where it was seen, and store why.

    Raises:
        DocketMoved: it stands elsewhere by now.

    """
    seen = update(docket).where(docket.c.number == before.number, docket.c.sequence == before.sequence)
    if connection.execute(seen.values(**_values(after))).rowcount != 1:
        raise DocketMoved("elsewhere", event.step)
    connection.execute(insert(docket_event).values(_event_values(after, event)))


def _note(connection: Connection, after: Docket, event: Event, detail: str = "") -> None:
    """Tell the body's systems of a step; behind all other locks of the transaction."""
    note_application(
        connection,
        body_code=after.proposal.issuer_code,
        number=after.number,
        sequence=event.sequence,
        step=event.step.value,
        at=event.at,
        detail=detail,
    )


def _same(known: tuple[Docket, Event], event: Event) -> Docket:
    if known[1].body != event.body or known[1].number != event.number:
        raise IdempotencyMismatch(event.key)
    return known[0]


def _values(one: Docket) -> dict[str, object]:
    proposal, approval, succession = one.proposal, one.approval, one.proposal.succession
    return {
        "body_code": proposal.issuer_code,
        "type_code": proposal.type_code,
        "stage": one.stage.value,
        "sequence": one.sequence,
        "template": proposal.template,
        "proposal": proposal.body,
        "kind": succession.kind.value if succession else None,
        "predecessor": succession.predecessor if succession else None,
        "basis": proposal.basis,
        "authors": json.dumps([[author.login, author.name] for author in one.authors]),
        "opened_at": one.opened_at,
        "moved_at": one.moved_at,
        "approved_by": approval.by.login if approval else None,
        "approved_name": approval.by.name if approval else None,
        "approved_digest": approval.digest if approval else None,
        "approved_until": approval.expires_at if approval else None,
        "identifier": one.identifier,
    }


def _event_values(one: Docket, event: Event) -> dict[str, object]:
    return step_values(
        event,
        stage=event.stage.value,
        reason=event.reason,
        digest=event.digest,
        proposal=one.proposal.body if event.step in AUTHORING else None,
        idempotency_key=event.key,
        body=event.body,
    )


def docket_of(row: Row[*tuple[Any, ...]]) -> Docket:
    """The application in a row."""
    succession = Succession(SuccessionKind(row.kind), row.predecessor) if row.kind else None
    approval = None
    if row.approved_by is not None:
        approval = Approval(Officer(row.approved_by, row.approved_name), row.approved_digest, row.approved_until)
    return Docket(
        number=row.number,
        stage=Stage(row.stage),
        sequence=row.sequence,
        proposal=Proposal(row.type_code, row.body_code, row.template, row.proposal, succession, row.basis),
        authors=tuple(Officer(login, name) for login, name in json.loads(row.authors)),
        opened_at=row.opened_at,
        moved_at=row.moved_at,
        approval=approval,
        identifier=row.identifier,
    )


def event_in(row: Row[*tuple[Any, ...]]) -> Event:
    """The step in a row."""
    return Event(
        **step_members(row, Step),
        stage=Stage(row.stage),
        reason=row.reason,
        digest=row.digest,
        key=row.idempotency_key,
        body=bytes(row.body),
    )
