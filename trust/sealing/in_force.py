"""Whether a filed seal may be used now, asked before every use.

The seal's own period, its standing by the acts recorded on it, and the signer's certificate in its list by binary
comparison: a department whose certificate was renewed needs its seal made again. The path of that certificate is
judged by whoever opens the key, and the verifier asks everything again.
"""

from datetime import datetime

from trust.formats.ses import Seal
from trust.rules.carried_over import REASON
from trust.rules.standing import Standing, Status
from trust.rules.times import aware
from trust.sealing.errors import SealNotUsable


def check_in_force(seal: Seal, *, standing: Standing, signer: bytes, at: datetime) -> None:
    """Return if the seal may be used at `at` by the holder of the certificate `signer` (DER).

    Raises:
        SealNotUsable: with the reason that comes first: standing, period, list of signers.

    """
    now = aware(at)
    if standing.carried:
        raise SealNotUsable(REASON, seal.seal_id)
    if standing.status is not Status.VALID:
        raise SealNotUsable("seal-ended" if standing.status.final else "seal-suspended", seal.seal_id)
    if now < seal.valid_from:
        raise SealNotUsable("seal-not-yet-valid", seal.seal_id)
    if now > seal.valid_until:
        raise SealNotUsable("seal-expired", seal.seal_id)
    if signer not in seal.signer_certificates:
        raise SealNotUsable("signer-not-in-seal", seal.seal_id)
