"""Taking the cosignatures of witnesses: who looks after this log hands in a note that it cosigned.

Nothing is believed: the text must be a checkpoint that this log signed and stored, and the line must hold under the key
of a witness that was admitted here. What is stored is served with the checkpoint and inside proofs. Which witnesses
count is for every verifier to say; admission keeps strangers from filling the storage, and proves nothing.
"""

from datetime import datetime, timedelta

from trust.errors import Untrusted
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cosignature import Cosignature, verify_cosignature
from trust.log.errors import NotLogged
from trust.log.ports import Checkpoints, Witnesses

TOLERANCE = timedelta(minutes=5)
"""How far a witness's clock may be ahead of ours, or behind the checkpoint's time."""


def take_cosignatures(log: Checkpoints, witnesses: Witnesses, note: bytes, at: datetime) -> list[str]:
    """Check and keep every cosignature of an admitted witness under the note; the names, in order of admission.

    Raises:
        Malformed: not a checkpoint, or a cosignature of another form.
        NotLogged: `no-checkpoint`, this log signed no such text.
        Untrusted: `witness-unknown`, no line of an admitted witness; `signature`, one that does not hold;
            `cosignature-time`, a time that cannot be.

    """
    checkpoint, parsed = parse_checkpoint(note)
    ours = log.signed(checkpoint.size, checkpoint.at)
    if ours is None or parse_checkpoint(ours)[1].text != parsed.text:
        raise NotLogged("no-checkpoint", "this log signed no such checkpoint")
    lines = {(line.name, line.key_id) for line in parsed.signatures}
    known = [one for one in witnesses.admitted() if (one.name, one.key_id) in lines]
    if not known:
        raise Untrusted("witness-unknown", "no line of a witness that was admitted")
    found = [verify_cosignature(note, one) for one in known]
    for cosignature in found:
        _check_time(cosignature, checkpoint.at, at)
    for cosignature in found:
        witnesses.keep(checkpoint.size, checkpoint.at, cosignature)
    return [cosignature.witness for cosignature in found]


def _check_time(cosignature: Cosignature, signed_at: datetime, at: datetime) -> None:
    if not signed_at - TOLERANCE <= cosignature.at <= at + TOLERANCE:
        raise Untrusted("cosignature-time", f"cosigned at {cosignature.at.isoformat()}")
