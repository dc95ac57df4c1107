"""The mark of an act, taken in the transaction that records it: the trail names the act's row, and who recorded it.

So there is no moment in which an act is in force and not vouched for, and a row that anybody writes past the register
is one that nobody marked. The record bears the login of whoever asks; where no request or command is under way it is
the service's own.
"""

from sqlalchemy import Connection

from service.trail.doing import acting_now
from service.trail.ledger import Ledger, When, digest_in
from trust.formats.trail_record import MARKED, TrailRecord
from trust.revocation.store.tables import act
from trust.rules.standing import Act

SERVICE = ("yinzheng", "service")
ACTS = Ledger(
    act,
    ("subject", "sequence"),
    (
        *("subject", "sequence", "kind", "ground", "reason", "decided_at", "effective_at", "recorded_at"),
        *("recorded_by", "salt", "idempotency_key", "body", "shard", "decision", "reverses", "receiver"),
    ),
    at="recorded_at",
    when=When.WRITTEN,
)
"""The register of acts; its log index comes later and is bound by the log itself."""


def mark_of(connection: Connection, new: Act) -> TrailRecord:
    """The record that takes the row of an act that was just stored into the trail."""
    login, role = acting_now() or SERVICE
    rows = digest_in(connection, ACTS, (new.subject, new.sequence))
    return TrailRecord(0, new.recorded_at, login, role, MARKED, 0, {"table": ACTS.name}, rows=rows)
