"""Cosignatures of witnesses: somebody else has seen this checkpoint, and that it continues what they saw before.

A cosignature is one more signature line of the note. What is signed follows C2SP tlog-cosignature: a line that says
what it is, the witness's time in seconds, then the checkpoint's text; the line holds the time before the signature.
The type is 255 with an identifier of our own, as for the log's signature, because the published types know no SM2.
Ordinary witnesses with Ed25519 can sign beside it; here their lines are skipped.

    cosignature/v1
    time 1772352015
    rizhi.example/log
    3
    …
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Malformed
from trust.formats.checkpoint import (
    check_name,
    check_signature,
    find_signatures,
    note_key_id,
    parse_checkpoint,
    parse_note,
    signature_line,
)
from trust.formats.verifier_key import VerifierKey, decode_verifier_key

COSIGNATURE_TYPE = b"\xffyinzheng.sm2-sm3-cosignature/1"
_TIME_SIZE = 8
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True)
class Cosignature:
    """That a witness saw the checkpoint at `at`, and the signature line that says so, with its newline."""

    witness: str
    at: datetime
    line: bytes


def witness_key(name: str, public: PublicKey) -> VerifierKey:
    """The key of a witness; raises Malformed `note-name`."""
    return VerifierKey(name, public, COSIGNATURE_TYPE)


def read_witness_key(text: str) -> VerifierKey:
    """The key of a witness in its line; raises Malformed as `decode_verifier_key`."""
    return decode_verifier_key(text, COSIGNATURE_TYPE)


def cosign(note: bytes, name: str, signer: Signer, at: datetime) -> bytes:
    """The note with one more line: `name` has seen this checkpoint at `at` (whole seconds are kept).

    What the witness checks before is decided in `trust.log.witnessing`.

    Raises:
        Malformed: not a checkpoint, a name that no line can carry, or a note with too many signatures.

    """
    check_name(name)
    text, seconds = parse_checkpoint(note)[1].text, int(at.timestamp())
    signature = seconds.to_bytes(_TIME_SIZE, "big") + signer.sign(_message(text, seconds))
    line = signature_line(name, note_key_id(name, signer.public, kind=COSIGNATURE_TYPE), signature)
    cosigned = note + line.encode()
    parse_note(cosigned)
    return cosigned


def verify_cosignature(note: bytes, witness: VerifierKey) -> Cosignature:
    """The latest cosignature of this witness under the note.

    Raises:
        Malformed: not a checkpoint, or a cosignature of another form.
        Untrusted: `signature`, there is none of this witness, or one does not hold.

    """
    _, parsed = parse_checkpoint(note)
    found = []
    for signature in find_signatures(parsed, witness.name, witness.key_id):
        seconds = int.from_bytes(signature[:_TIME_SIZE], "big")
        if seconds > _LAST_SECOND:
            raise Malformed("note", "a cosignature without a time")
        check_signature(witness.public, _message(parsed.text, seconds), signature[_TIME_SIZE:])
        line = signature_line(witness.name, witness.key_id, signature).encode()
        found.append(Cosignature(witness.name, datetime.fromtimestamp(seconds, UTC), line))
    return max(found, key=lambda one: one.at)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
