"""Holding the limits of a seal in SQL: what it has done on a day, and whether more uses fit.

A use counts as one person's unless the request that it belongs to was approved by a second one. Whoever records uses
calls this under the lock of the seal's row, so that nothing is recorded between counting and recording.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, func, select

from trust.sealing.ports import FiledSeal, Limits, SealUse
from trust.sealing.store.tables import seal_request, seal_request_item, seal_use
from trust.sealing.using import Progress, Spent, check_limits, day_of

Decided = Callable[[Connection, Sequence[str]], None]
"""Makes sure, within a transaction, that requests of these numbers were decided through the installation."""
_SECOND = select(seal_request.c.number).where(seal_request.c.progress == Progress.APPROVED.value)


def hold_limits(connection: Connection, filed: FiledSeal, fresh: Sequence[SealUse], decided: Decided) -> None:
    """Refuse uses that the seal's limits do not allow; seals without limits cost no query.

    Raises:
        SealQuotaReached, SealNeedsApproval: as `trust.sealing.using.check_limits`.
        TrustError: as `decided`, which is asked where a second person's word is needed.

    """
    if filed.limits == Limits():
        return
    subjects = {use.subject for use in fresh}
    second = set(connection.scalars(_SECOND.where(seal_request.c.number.in_(subjects))))
    for day, own in groupby(sorted(fresh, key=lambda use: use.at), key=lambda use: day_of(use.at)):
        some = list(own)
        alone = sum(use.subject not in second for use in some)
        spent = spent_between(connection, filed.seal.seal_id, day)
        check_limits(filed, spent, more=len(some), alone=alone)
        if filed.limits.threshold is not None and spent.total + len(some) > filed.limits.threshold:
            known = second & {use.subject for use in some}
            decided(connection, sorted(known | _words_of_the_day(connection, filed.seal.seal_id, day)))


def spent_between(connection: Connection, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
    """What a seal has done between two instants."""
    begins, ends = day
    today = (seal_use.c.seal_id == seal_id, seal_use.c.at >= begins, seal_use.c.at < ends)
    total = connection.scalar(select(func.count()).select_from(seal_use).where(*today)) or 0
    second = select(func.count()).select_from(seal_use).where(*today, seal_use.c.subject.in_(_SECOND))
    allowed = select(func.coalesce(func.sum(seal_request.c.wanted), 0)).where(*_allowing(seal_id, day))
    return Spent(total, total - (connection.scalar(second) or 0), int(connection.scalar(allowed) or 0))


def _allowing(seal_id: str, day: tuple[datetime, datetime]) -> tuple[ColumnElement[bool], ...]:
    """The allowances that a second person gave between two instants."""
    table, (begins, ends) = seal_request.c, day
    approved = (table.progress == Progress.APPROVED.value, table.decided_at >= begins, table.decided_at < ends)
    return (table.seal_id == seal_id, *approved, table.number.not_in(select(seal_request_item.c.number)))


def _words_of_the_day(connection: Connection, seal_id: str, day: tuple[datetime, datetime]) -> set[str]:
    """The requests by which more was, or may be, signed between two instants than one person may alone."""
    begins, ends = day
    today = (seal_use.c.seal_id == seal_id, seal_use.c.at >= begins, seal_use.c.at < ends)
    used = _SECOND.where(seal_request.c.number.in_(select(seal_use.c.subject).where(*today)))
    allowed = select(seal_request.c.number).where(*_allowing(seal_id, day))
    return {*connection.scalars(used), *connection.scalars(allowed)}
