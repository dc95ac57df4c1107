"""Witnessing a log that somebody else runs: look at its checkpoint, and cosign it only if history goes on.

A witness remembers one checkpoint, the last it cosigned. A new one must be signed by the log, not be smaller, and be
joined to the remembered one by a consistency proof. Two roots for one size, or two sizes that no proof joins, are a
split view; fewer entries at a later time are a rollback, fewer at an earlier time an old copy. Who witnesses keeps both
notes and tells people; what is proof against the log, for strangers too, is decided in `trust.formats.misbehaviour`.
"""

from collections.abc import Sequence
from datetime import datetime

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Untrusted
from trust.formats.checkpoint import Checkpoint, verify_checkpoint
from trust.formats.cosignature import cosign
from trust.formats.merkle import verify_consistency
from trust.formats.misbehaviour import Kind, clash


def witness(
    seen: Checkpoint | None,
    note: bytes,
    proof: Sequence[bytes],
    *,
    origin: str,
    log_key: PublicKey,
    name: str,
    signer: Signer,
    at: datetime,
) -> bytes:
    """The note, cosigned by `name`; remember its checkpoint durably before handing it out.

    `proof` joins `seen` to the note's checkpoint; it is empty for the first one, and where the size is the same.

    Raises:
        Malformed: not a checkpoint.
        Untrusted: `checkpoint-origin`, `signature`; `checkpoint-older`, an old copy; `rolled-back`, smaller than the
            one seen and later, or larger and earlier; `split-view`, another root for the size seen; `consistency`, the
            proof does not join the two.

    """
    check_continues(seen, verify_checkpoint(note, origin, log_key), proof)
    return cosign(note, name, signer, at)


def check_continues(seen: Checkpoint | None, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check that a verified checkpoint continues the one seen; from an empty log everything does.

    Raises:
        Untrusted: `checkpoint-older`, `rolled-back`, `split-view`, `consistency`.

    """
    if seen is None or seen.size == 0:
        return
    broken = clash(seen, new)
    if broken is Kind.TWO_ROOTS:
        raise Untrusted("split-view", f"two roots for {new.size} entries")
    if broken is Kind.ROLLED_BACK:
        raise Untrusted("rolled-back", f"{new.size} entries, {seen.size} were seen; the later note has fewer")
    if new.size < seen.size:
        raise Untrusted("checkpoint-older", f"{new.size} entries, {seen.size} were seen")
    verify_consistency(seen.size, new.size, seen.root, new.root, proof)
