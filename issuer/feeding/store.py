"""The feed and the webhooks in SQL: `feed_body`, `feed_event`, `feed_hook`, `feed_delivery`.

An event is stored in the very transaction of what it tells (`note_in`), so there is none without the other. The body's
row in `feed_body` is locked until that transaction ends, and its counter gives the number: numbers become visible in
their order, and one that was rolled back was never given. Whoever notes does so last in its transaction, behind all
other locks, so that two transactions cannot embrace. No secret of a hook is stored: it is derived when it is needed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)

from issuer.feeding.errors import HookRefused
from issuer.feeding.events import (
    APPLICATION_STEPS,
    BATCH_STEPS,
    MAX_DETAIL,
    MAX_MARK,
    MAX_SUBJECT,
    Event,
    EventKind,
    Noted,
)
from issuer.feeding.hooks import KEPT, MAX_URL, Delivery, Hook, HookState
from issuer.ports import Artefacts, Entry
from trust.errors import Malformed
from trust.log.store import AT_ONCE, insert_if_absent
from trust.rules.identifier import parse
from trust.rules.seal_standing import SUBJECT_PREFIX
from trust.rules.standing import Act
from trust.store import METADATA, Instant, text

BODY, HOOK = 32, 32
CHANGED = frozenset({"state", "generation", "failures", "trouble", "next_at"})
"""What people change of a hook."""

bodies = Table(
    "feed_body",
    METADATA,
    text("body_code", BODY, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
events = Table(
    "feed_event",
    METADATA,
    Column("body_code", String(BODY), ForeignKey("feed_body.body_code"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text("kind", 32),
    text("subject", MAX_SUBJECT),
    text("detail", MAX_DETAIL),
    text("mark", MAX_MARK),
    Column("at", Instant, nullable=False),
    UniqueConstraint("body_code", "mark", name="uq_feed_event_mark"),
)
hooks = Table(
    "feed_hook",
    METADATA,
    text("hook_id", HOOK, primary_key=True),
    text("body_code", BODY),
    text("url", MAX_URL),
    text("state", 16),
    Column("generation", Integer, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    text("trouble", 80),
    Column("next_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    text("made_by", 64),
    Index("ix_feed_hook_due", "state", "next_at"),
    Index("ix_feed_hook_body", "body_code"),
)
deliveries = Table(
    "feed_delivery",
    METADATA,
    Column("hook_id", String(HOOK), ForeignKey("feed_hook.hook_id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    text("trouble", 80),
    Column("status", Integer, nullable=True),
)
SEALS = table("seal", column("seal_id", String), column("body_code", String))
"""Whose a seal is; the table belongs to the seal register."""


def note_in(connection: Connection, told: Sequence[Noted]) -> None:
    """Store events within somebody's transaction; one that is noted already is not noted again."""
    for body_code in sorted({one.body_code for one in told}):
        own = {one.mark: one for one in told if one.body_code == body_code}
        last = _locked(connection, body_code)
        known: set[str] = set()
        marks = list(own)
        for start in range(0, len(marks), AT_ONCE):
            some = events.c.mark.in_(marks[start : start + AT_ONCE])
            known |= set(connection.scalars(select(events.c.mark).where(events.c.body_code == body_code, some)))
        fresh = [one for mark, one in own.items() if mark not in known]
        if not fresh:
            continue
        rows = [_event_row(one, last + place) for place, one in enumerate(fresh, start=1)]
        connection.execute(insert(events), rows)
        moved = update(bodies).where(bodies.c.body_code == body_code).values(last=last + len(fresh))
        connection.execute(moved)


def note_released(connection: Connection, wanted: Sequence[tuple[Entry, Artefacts]]) -> None:
    """Note that licences, or copies of some, were released."""
    note_in(connection, [_released(entry, artefacts.released_at) for entry, artefacts in wanted])


def note_application(
    connection: Connection, *, body_code: str, number: str, sequence: int, step: str, at: datetime, detail: str = ""
) -> None:
    """Note a step of an application, if it is one that a system waits for; drafts are nobody's news."""
    if (kind := APPLICATION_STEPS.get(step)) is not None:
        note_in(connection, [Noted(body_code, kind, number, f"application:{number}:{sequence}", at, detail)])


def note_batch(
    connection: Connection, *, body_code: str, number: str, sequence: int, step: str, at: datetime, detail: str = ""
) -> None:
    """Note a step of a batch, if it is one that a system waits for."""
    if (kind := BATCH_STEPS.get(step)) is not None:
        note_in(connection, [Noted(body_code, kind, number, f"batch:{number}:{sequence}", at, detail)])


def note_act(connection: Connection, act: Act) -> None:
    """Note an act on a licence or on a seal, for the body that the subject belongs to."""
    mark = f"act:{act.subject}:{act.sequence}"
    if act.subject.startswith(SUBJECT_PREFIX):
        seal_id = act.subject.removeprefix(SUBJECT_PREFIX)
        kind, named = EventKind.SEAL_ACT, seal_id
        body = connection.scalar(select(SEALS.c.body_code).where(SEALS.c.seal_id == seal_id))
    else:
        kind, named = EventKind.LICENCE_ACT, act.subject
        body = _issuer_of(act.subject)
    if body is not None:  # else it is nobody's here, and nobody is to be told
        note_in(connection, [Noted(body, kind, named, mark, act.recorded_at, act.kind.value)])


def _issuer_of(identifier: str) -> str | None:
    try:
        return parse(identifier).issuer_code
    except Malformed:
        return None


class SqlFeed:
    """`issuer.feeding.ports.Feed` and `Hooks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, told: Sequence[Noted]) -> None:
        """`note_in` in a transaction of its own."""
        with self._engine.begin() as connection:
            note_in(connection, told)

    def leap(self, body_codes: Sequence[str], beyond: int, *, mark: str, subject: str, at: datetime) -> None:
        """See `Feed`; the row of no body says behind which number bodies begin that have no events yet."""
        with self._engine.begin() as connection:
            insert_if_absent(connection, bodies, body_code="", last=0)
            known = set(connection.scalars(select(bodies.c.body_code))) - {""}
            lasts = {code: _locked(connection, code) for code in sorted({*known, *body_codes})}
            connection.execute(update(bodies).where(bodies.c.last < beyond).values(last=beyond))
            told = [
                Noted(code, EventKind.FEED_RESTORED, subject, mark, at, f"after={last}") for code, last in lasts.items()
            ]
            note_in(connection, told)

    def after(self, body_code: str, number: int, limit: int) -> Sequence[Event]:
        """See `Feed`."""
        wanted = select(events).where(events.c.body_code == body_code, events.c.number > number)
        with self._engine.connect() as connection:
            return [_event(row) for row in connection.execute(wanted.order_by(events.c.number).limit(limit))]

    def last(self, body_code: str) -> int:
        """See `Feed`."""
        with self._engine.connect() as connection:
            return connection.scalar(select(bodies.c.last).where(bodies.c.body_code == body_code)) or 0

    def add(self, hook: Hook, most: int) -> Hook:
        """See `Hooks`."""
        live = (hooks.c.body_code == hook.body_code, hooks.c.state != HookState.ENDED.value)
        with self._engine.begin() as connection:
            _locked(connection, hook.body_code)
            known = connection.execute(select(hooks).where(hooks.c.hook_id == hook.hook_id)).first()
            if known is not None:
                if (known.body_code, known.url) != (hook.body_code, hook.url):
                    raise HookRefused("hook-moved")
                return _hook(known)
            if (connection.scalar(select(func.count()).select_from(hooks).where(*live)) or 0) >= most:
                raise HookRefused("too-many")
            connection.execute(insert(hooks).values(hook_id=hook.hook_id, **_hook_values(hook)))
        return hook

    def find(self, hook_id: str) -> Hook | None:
        """See `Hooks`."""
        if "\0" in hook_id:
            return None  # PostgreSQL refuses even to be asked
        with self._engine.connect() as connection:
            row = connection.execute(select(hooks).where(hooks.c.hook_id == hook_id)).first()
        return None if row is None else _hook(row)

    def of_body(self, body_code: str) -> Sequence[Hook]:
        """See `Hooks`."""
        wanted = select(hooks).where(hooks.c.body_code == body_code).order_by(hooks.c.made_at, hooks.c.hook_id)
        with self._engine.connect() as connection:
            return [_hook(row) for row in connection.execute(wanted)]

    def due(self, at: datetime, limit: int, *, deaf: bool) -> Sequence[Hook]:
        """See `Hooks`."""
        wanted = (
            select(hooks)
            .join(bodies, bodies.c.body_code == hooks.c.body_code)
            .where(
                hooks.c.state == HookState.ACTIVE.value,
                hooks.c.next_at <= at,
                bodies.c.last > hooks.c.delivered,
                hooks.c.failures > 0 if deaf else hooks.c.failures == 0,
            )
            .order_by(hooks.c.next_at, hooks.c.hook_id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_hook(row) for row in connection.execute(wanted)]

    def claim(self, hook: Hook, until: datetime) -> bool:
        """See `Hooks`."""
        held = (
            hooks.c.hook_id == hook.hook_id,
            hooks.c.next_at == hook.next_at,
            hooks.c.delivered == hook.delivered,
            hooks.c.state == HookState.ACTIVE.value,
        )
        with self._engine.begin() as connection:
            return connection.execute(update(hooks).where(*held).values(next_at=until)).rowcount == 1

    def change(self, hook: Hook, seen: Hook) -> bool:
        """See `Hooks`."""
        before, after = _hook_values(seen), _hook_values(hook)
        changed = {name: value for name, value in after.items() if value != before[name] and name in CHANGED}
        same = (
            hooks.c.hook_id == seen.hook_id,
            hooks.c.state == seen.state.value,
            hooks.c.generation == seen.generation,
        )
        with self._engine.begin() as connection:
            return (
                connection.execute(update(hooks).where(*same).values(changed | {"state": after["state"]})).rowcount == 1
            )

    def told(self, hook: Hook, delivery: Delivery, until: datetime) -> None:
        """See `Hooks`; what somebody decided about the hook meanwhile stays."""
        after = {"failures": hook.failures, "trouble": hook.trouble, "next_at": hook.next_at}
        own = hooks.c.hook_id == hook.hook_id
        with self._engine.begin() as connection:
            further = update(hooks).where(own, hooks.c.delivered < hook.delivered)
            connection.execute(further.values(delivered=hook.delivered))
            held = connection.execute(update(hooks).where(own, hooks.c.next_at == until).values(after)).rowcount == 1
            if held and hook.state is HookState.PAUSED:
                paused = update(hooks).where(own, hooks.c.state == HookState.ACTIVE.value)
                connection.execute(paused.values(state=hook.state.value))
            _keep(connection, delivery)

    def tested(self, delivery: Delivery) -> None:
        """See `Hooks`."""
        with self._engine.begin() as connection:
            _keep(connection, delivery)

    def deliveries(self, hook_id: str, limit: int) -> Sequence[Delivery]:
        """See `Hooks`."""
        wanted = select(deliveries).where(deliveries.c.hook_id == hook_id)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(deliveries.c.sequence.desc()).limit(limit))
            return [
                Delivery(row.hook_id, row.sequence, row.at, row.first, row.last, row.trouble, row.status)
                for row in rows
            ]


def _locked(connection: Connection, body_code: str) -> int:
    """Lock the counter of a body until the transaction ends, and give the number of its newest event."""
    wanted = select(bodies.c.last).where(bodies.c.body_code == body_code).with_for_update()
    last = connection.scalar(wanted)
    if last is None:
        beyond = connection.scalar(select(bodies.c.last).where(bodies.c.body_code == "")) or 0
        insert_if_absent(connection, bodies, body_code=body_code, last=beyond)
        last = connection.scalar(wanted)
    assert last is not None  # it was there, or was made by this or another transaction
    return int(last)


def _keep(connection: Connection, delivery: Delivery) -> None:
    """Store a try behind those before it, of which the old ones go; the hook is locked until the transaction ends."""
    connection.execute(select(hooks.c.hook_id).where(hooks.c.hook_id == delivery.hook_id).with_for_update())
    log = deliveries.c.hook_id == delivery.hook_id
    connection.execute(delete(deliveries).where(log, deliveries.c.at < delivery.at - KEPT))
    place = select(func.coalesce(func.max(deliveries.c.sequence), 0)).where(log)
    sequence = (connection.scalar(place) or 0) + 1
    connection.execute(insert(deliveries).values(vars(delivery) | {"sequence": sequence}))


def _released(entry: Entry, at: datetime) -> Noted:
    licence, identifier = entry.licence, str(entry.licence.identifier)
    body = licence.identifier.issuer_code
    if licence.copy is not None:
        return Noted(body, EventKind.COPY_MADE, identifier, f"copy:{identifier}", at, str(licence.copy.original))
    return Noted(body, EventKind.LICENCE_ISSUED, identifier, f"issued:{identifier}", at)


def _event_row(one: Noted, number: int) -> dict[str, object]:
    return {
        "body_code": one.body_code,
        "number": number,
        "kind": one.kind.value,
        "subject": one.subject,
        "detail": one.detail,
        "mark": one.mark,
        "at": one.at,
    }


def _event(row: Row[*tuple[object, ...]]) -> Event:
    return Event(row.number, EventKind(row.kind), row.subject, row.detail, row.at)


def _hook_values(hook: Hook) -> dict[str, object]:
    return {
        "body_code": hook.body_code,
        "url": hook.url,
        "state": hook.state.value,
        "generation": hook.generation,
        "delivered": hook.delivered,
        "failures": hook.failures,
        "trouble": hook.trouble,
        "next_at": hook.next_at,
        "made_at": hook.made_at,
        "made_by": hook.made_by,
    }


def _hook(row: Row[*tuple[object, ...]]) -> Hook:
    return Hook(
        hook_id=row.hook_id,
        body_code=row.body_code,
        url=row.url,
        made_at=row.made_at,
        made_by=row.made_by,
        next_at=row.next_at,
        state=HookState(row.state),
        generation=row.generation,
        delivered=row.delivered,
        failures=row.failures,
        trouble=row.trouble,
    )
