"""What was done last, for the auditor's page: recent acts without words about people.

Neither the licence nor the reason is read, so they cannot be shown by mistake; the issuing body and the type come from
the register of licences beside the act.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from issuer.store import licence
from trust.revocation.store.tables import act
from trust.rules.grounds import GROUNDS
from trust.rules.standing import ActKind


@dataclass(frozen=True)
class RecentAct:
    """One act: what, on which ground, by which body on which type, when, and where it stands in the log."""

    kind: ActKind
    ground: str
    issuer_code: str
    type_code: str
    effective_at: datetime
    recorded_at: datetime
    log_index: int | None


def recent_acts(engine: Engine, limit: int) -> list[RecentAct]:
    """The acts recorded last, newest first."""
    wanted = (
        select(
            act.c.kind,
            act.c.ground,
            licence.c.issuer_code,
            licence.c.type_code,
            act.c.effective_at,
            act.c.recorded_at,
            act.c.log_index,
        )
        .join_from(act, licence, act.c.subject == licence.c.identifier)
        .order_by(act.c.recorded_at.desc(), act.c.subject, act.c.sequence.desc())
        .limit(limit)
    )
    with engine.begin() as connection:
        rows = connection.execute(wanted).all()
    return [RecentAct(ActKind(kind), GROUNDS[ground].label, *rest) for kind, ground, *rest in rows]
