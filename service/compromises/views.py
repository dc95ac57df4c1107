"""Reports of lost keys, and how far they reach, as programs see them: the API and the command line say the same."""

from datetime import datetime
from typing import Any

from service.compromises.reporting import Reports
from service.lost_keys.again import State
from service.lost_keys.order import Compromise
from service.lost_keys.signed import Blast, Kind


def loss_view(reports: Reports, one: Compromise) -> dict[str, Any]:
    """A report, with the work on it and how many wait in its queue."""
    counts = reports.tools.archive.reissues.counts(one.number)
    return {
        "number": one.number,
        "body": one.loss.body_code,
        "about": "key" if one.loss.of_key else "seal",
        "key": one.loss.key_name,
        "seal": one.loss.seal_id,
        "since": _instant(one.loss.since),
        "reason": one.loss.reason,
        "digest": one.loss.digest,
        "stage": one.stage.value,
        "reported_by": one.reported_by.login,
        "reported_at": _instant(one.reported_at),
        "decided_by": one.decided_by.login if one.decided_by else None,
        "decided_at": _instant(one.decided_at),
        "note": one.note,
        "work": [{"step": done.work.value, "at": _instant(done.at), "count": done.count} for done in reports.work(one)],
        "queue": {state.value: sum(n for (_, each), n in counts.items() if each is state) for state in State},
    }


def blast_view(found: Blast) -> dict[str, Any]:
    """A preview."""
    return {
        "body": found.reach.body_code,
        "since": _instant(found.reach.since),
        "older_log_entries": found.reach.boundary,
        "totals": {kind.value: dict(zip(("before", "after", "none"), found.total(kind), strict=True)) for kind in Kind},
        "falls": found.falls,
        "codes_offline": found.codes,
        "departments": [
            {"kind": one.kind.value, "body": one.body_code, "before": one.before, "after": one.after, "none": one.none}
            for one in found.by_department()
        ],
        "counts": [
            {
                "kind": one.kind.value,
                "type": one.type_code,
                "body": one.body_code,
                "month": one.month,
                "before": one.before,
                "after": one.after,
                "none": one.none,
            }
            for one in found.counts
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"
