"""Holding the limits of a seal in SQL: what it has done on a day, and whether more uses fit.

A use counts as one person's unless the request that it belongs to was approved by a second one. Whoever records uses
calls this under the lock of the seal's row, so that nothing is recorded between counting and recording.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from trust.sealing.ports import FiledSeal, Limits, SealUse
from trust.sealing.store.tables import seal_request, seal_request_item, seal_use
from trust.sealing.using import Progress, Spent, check_limits, day_of

_SECOND = select(seal_request.c.number).where(seal_request.c.progress == Progress.APPROVED.value)


def hold_limits(connection: Connection, filed: FiledSeal, fresh: Sequence[SealUse]) -> None:
    """Refuse uses that the seal's limits do not allow; seals without limits cost no query.

    Raises:
        SealQuotaReached, SealNeedsApproval: as `trust.sealing.using.check_limits`.

    """
    if filed.limits == Limits():
        return
    subjects = {use.subject for use in fresh}
    second = set(connection.scalars(_SECOND.where(seal_request.c.number.in_(subjects))))
    for day, own in groupby(sorted(fresh, key=lambda use: use.at), key=lambda use: day_of(use.at)):
        some = list(own)
        alone = sum(use.subject not in second for use in some)
        check_limits(filed, spent_between(connection, filed.seal.seal_id, day), more=len(some), alone=alone)


def spent_between(connection: Connection, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
    """What a seal has done between two instants."""
    begins, ends = day
    today = (seal_use.c.seal_id == seal_id, seal_use.c.at >= begins, seal_use.c.at < ends)
    total = connection.scalar(select(func.count()).select_from(seal_use).where(*today)) or 0
    second = select(func.count()).select_from(seal_use).where(*today, seal_use.c.subject.in_(_SECOND))
    table = seal_request
    allowed = select(func.coalesce(func.sum(table.c.wanted), 0)).where(
        table.c.seal_id == seal_id,
        table.c.progress == Progress.APPROVED.value,
        table.c.decided_at >= begins,
        table.c.decided_at < ends,
        table.c.number.not_in(select(seal_request_item.c.number)),
    )
    return Spent(total, total - (connection.scalar(second) or 0), int(connection.scalar(allowed) or 0))
