"""Acts for the auditor's pages: on licences, copies and seals, each with when the public could first see it.

An act is public since the first status list whose log size is greater than the index of the act's entry, and that was
made when the act had taken effect; so it is said in the list itself, and no clock is compared. No name, identifier or
number of a holder leaves this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, literal, select

from issuer.copying.store import COPIES
from issuer.store import licence
from service.auditing.periods import Period, within
from trust.errors import TrustError
from trust.formats.cose import split
from trust.formats.status_list import decode_status_list
from trust.revocation.publishing import MAX_ENVELOPE
from trust.revocation.store.tables import act, status_publication
from trust.rules.grounds import GROUNDS
from trust.rules.seal_standing import SUBJECT_PREFIX
from trust.rules.standing import ActKind
from trust.sealing.store.tables import seal

SEAL, COPY = "印章", "加注件"
BLOCK = 200
"""Lists that are read at once; each is some twenty kilobytes."""


@dataclass(frozen=True)
class ActRow:
    """One act: what, on which ground, by which body on what, when, and when a list first showed it.

    `type_code` is that of a licence, or of the original of a copy; empty for a seal. `thing` says what it is then.
    """

    kind: ActKind
    ground: str
    issuer_code: str
    type_code: str
    thing: str
    effective_at: datetime
    recorded_at: datetime
    log_index: int | None
    shown_at: datetime | None = None

    @property
    def delay_s(self) -> float | None:
        """Seconds from when it could show to the first list that shows it; None while none does."""
        if self.shown_at is None:
            return None
        return max(0.0, (self.shown_at - max(self.recorded_at, self.effective_at)).total_seconds())


ORIGINAL = licence.alias("original")
BODY = func.coalesce(licence.c.issuer_code, ORIGINAL.c.issuer_code, seal.c.body_code, "")
"""The body of whatever an act is on: of a licence, of a copy's original, of a seal."""


def on_anything(query: Select[Any], period: Period | None) -> Select[Any]:
    """Join acts with what they are on, and limit them to a period and its body."""
    query = (
        query.select_from(act)
        .outerjoin(licence, act.c.subject == licence.c.identifier)
        .outerjoin(COPIES, act.c.subject == COPIES.c.identifier)
        .outerjoin(ORIGINAL, COPIES.c.original == ORIGINAL.c.identifier)
        .outerjoin(seal, act.c.subject == literal(SUBJECT_PREFIX) + seal.c.seal_id)
    )
    if period is None:
        return query
    query = query.where(*within(act.c.recorded_at, period))
    return query.where(BODY == period.body) if period.body else query  # noqa: SIM300  (a column on the left makes the condition)


def acts_in(engine: Engine, period: Period | None, *, offset: int, limit: int) -> list[ActRow]:
    """The acts of a period, or all, newest first, without when they were shown."""
    with engine.connect() as connection:
        return [_row(row) for row in _asked(connection, period, offset, limit)]


def acts_shown(engine: Engine, period: Period, *, offset: int, limit: int) -> list[ActRow]:
    """The same with when each was first shown."""
    with engine.connect() as connection:
        rows = _asked(connection, period, offset, limit)
        shards = {row.shard for row in rows}
        since = {one: min(row.recorded_at for row in rows if row.shard == one) for one in shards}
        shown = {one: _shown(connection, one, since[one], [row for row in rows if row.shard == one]) for one in shards}
    return [replace(_row(row), shown_at=shown[row.shard].get((row.subject, row.sequence))) for row in rows]


def _asked(connection: Connection, period: Period | None, offset: int, limit: int) -> Sequence[Row[Any]]:
    query: Select[Any] = select(
        *(act.c.kind, act.c.ground, act.c.effective_at, act.c.recorded_at, act.c.log_index),
        *(act.c.shard, act.c.subject, act.c.sequence),
        BODY.label("body"),
        func.coalesce(licence.c.type_code, ORIGINAL.c.type_code, "").label("type_code"),
        COPIES.c.identifier.label("copy"),
        seal.c.seal_id,
    )
    query = on_anything(query, period).order_by(act.c.recorded_at.desc(), act.c.subject, act.c.sequence.desc())
    return connection.execute(query.offset(offset).limit(limit)).all()


def _row(row: Row[Any]) -> ActRow:
    ground = GROUNDS.get(row.ground)
    return ActRow(
        kind=ActKind(row.kind),
        ground=row.ground if ground is None else ground.label,
        issuer_code=row.body,
        type_code=row.type_code,
        thing=SEAL if row.seal_id is not None else COPY if row.copy is not None else "",
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        log_index=row.log_index,
    )


def _shown(
    connection: Connection, shard: int, since: datetime, rows: Sequence[Row[Any]]
) -> Mapping[tuple[str, int], datetime]:
    """When each of these acts was first in a list of the shard; those that none shows yet are left out."""
    waiting = {(row.subject, row.sequence): row for row in rows if row.log_index is not None}
    found: dict[tuple[str, int], datetime] = {}
    last = -1
    while waiting:
        table = status_publication
        query = select(table.c.number, table.c.at, table.c.octets).where(
            table.c.shard == shard, table.c.number > last, table.c.at >= since, table.c.octets.is_not(None)
        )
        lists = connection.execute(query.order_by(table.c.number).limit(BLOCK)).all()
        if not lists:
            break
        for one in lists:
            size = _log_size(bytes(one.octets))
            ready = [key for key, row in waiting.items() if row.log_index < size and row.effective_at <= one.at]
            found |= dict.fromkeys(ready, one.at)
            for key in ready:
                del waiting[key]
        last = lists[-1].number
    return found


def _log_size(octets: bytes) -> int:
    """How much of the log a list covers; nothing, where it cannot be read: an audit says so."""
    try:
        return decode_status_list(split(octets, MAX_ENVELOPE).payload).log_size
    except TrustError:
        return 0
