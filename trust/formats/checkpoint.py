"""Checkpoints: a signed statement of a log's size and root, as a C2SP signed note.

The text has the lines of C2SP tlog-checkpoint (origin, size, root in base64) and exactly one extension line, the
instant at which the log said so, because a verifier has to tell how old its evidence is. Signature lines follow an
empty line. Notes know no type for SM2, so the type is 255, which asks for a longer identifier after it: ours is
`yinzheng.sm2-sm3/1`. The key id is the first four octets of SHA-256 over name, 0A, type with identifier, and the
public point: SHA-256 because C2SP says so; it only helps to find the key.

    rizhi.example/log
    3
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    time 2026-03-01T08:00:00Z

    — rizhi.example/log az3grlgtPICeoATcntVWEsg6…

Lines of keys not asked for are skipped; a line of the key asked for that does not hold spoils the note.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from keys.errors import SignatureRefused
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, PublicKey
from keys.sm2 import verify as verify_sm2
from trust.errors import Malformed, Untrusted
from trust.formats.canonical_json import base64_of, instant_from, octets_from, text_of
from trust.formats.merkle import HASH_SIZE

SM2_TYPE = b"\xffyinzheng.sm2-sm3/1"
MAX_NOTE = 16 * 1024
MAX_SIGNATURES = 16
MAX_SIZE = 2**63 - 1
_DASH = "\u2014 "


@dataclass(frozen=True)
class Checkpoint:
    """The log `origin` said at `at` that it has `size` entries with this root."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def __post_init__(self) -> None:
        check_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise Malformed("checkpoint", "size or root out of range")


@dataclass(frozen=True)
class SignatureLine:
    """One signature of a note: who, four octets naming the key, and the octets of the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and its signatures; nothing is verified yet."""

    text: str
    signatures: tuple[SignatureLine, ...]


def check_name(name: str) -> None:
    """Refuse an origin or key name that a note cannot carry: empty, long, with space, plus sign or control.

    Raises:
        Malformed: `note-name`.

    """
    if not (0 < len(name) <= 200 and name.isprintable()) or any(mark in name for mark in " +"):
        raise Malformed("note-name", "a name is printable, without spaces and plus signs")


def note_key_id(name: str, public: PublicKey, *, kind: bytes = SM2_TYPE) -> bytes:
    """The key id in a signature line."""
    return sha256(name.encode() + b"\n" + kind + public.point).digest()[:4]


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The signed part, with its final newline."""
    lines = (checkpoint.origin, str(checkpoint.size), base64_of(checkpoint.root), f"time {text_of(checkpoint.at)}")
    return "".join(f"{line}\n" for line in lines)


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """A signature line with its newline."""
    return f"{_DASH}{name} {b64encode(key_id + signature).decode()}\n"


def plan_checkpoint(checkpoint: Checkpoint, public: PublicKey) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The octets to be signed, and the function that makes the note from the raw signature.

    For journeys that store what they are about to sign before they sign it. The key's name is the origin.
    """
    text, name = checkpoint_text(checkpoint), checkpoint.origin

    def complete(signature: bytes) -> bytes:
        return f"{text}\n{signature_line(name, note_key_id(name, public), signature)}".encode()

    return text.encode(), complete


def encode_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The signed note."""
    message, complete = plan_checkpoint(checkpoint, signer.public)
    return complete(signer.sign(message))


def parse_note(octets: bytes) -> Note:
    """Take a signed note of at most 16 signatures apart.

    Raises:
        Malformed: `note`, `note-name`, `base64`.

    """
    if len(octets) > MAX_NOTE:
        raise Malformed("note", f"more than {MAX_NOTE} octets")
    try:
        whole = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("note", "not UTF-8") from error
    if any(ord(character) < 0x20 and character != "\n" for character in whole):
        raise Malformed("note", "a control character")
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise Malformed("note", "no text with signature lines after an empty line")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed("note", f"more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(map(_parse_line, lines)))


def parse_checkpoint(octets: bytes) -> tuple[Checkpoint, Note]:
    """The checkpoint that a note states, and the note, whose signatures are still to be verified.

    Raises:
        Malformed: not a note, or not a checkpoint of exactly this profile.

    """
    note = parse_note(octets)
    lines = note.text.split("\n")
    if len(lines) != 5 or not lines[3].startswith("time "):
        raise Malformed("checkpoint", "not origin, size, root and time")
    size = lines[1]
    if not (size.isascii() and size.isdigit() and len(size) <= 19):
        raise Malformed("checkpoint", "the size is not a number")
    checkpoint = Checkpoint(lines[0], int(size), octets_from(lines[2]), instant_from(lines[3][5:]))
    if checkpoint_text(checkpoint) != note.text:
        raise Malformed("checkpoint", "not in canonical form")
    return checkpoint, note


def verify_checkpoint(octets: bytes, origin: str, public: PublicKey) -> Checkpoint:
    """The checkpoint of the log `origin`, signed by `public`.

    Raises:
        Malformed: not a checkpoint.
        Untrusted: `checkpoint-origin`, of another log; `signature`, not or not rightly signed by this key.

    """
    checkpoint, note = parse_checkpoint(octets)
    if checkpoint.origin != origin:
        raise Untrusted("checkpoint-origin", f"a checkpoint of {checkpoint.origin}")
    for signature in find_signatures(note, origin, note_key_id(origin, public)):
        check_signature(public, note.text.encode(), signature)
    return checkpoint


def signed_alone(octets: bytes, name: str, key_id: bytes) -> bytes:
    """The note with the signature lines of this name and key only, so that there is room for others.

    Raises:
        Malformed: not a note.
        Untrusted: `signature`, there is no such line.

    """
    note = parse_note(octets)
    lines = (signature_line(name, key_id, one) for one in find_signatures(note, name, key_id))
    return f"{note.text}\n{''.join(lines)}".encode()


def find_signatures(note: Note, name: str, key_id: bytes) -> Sequence[bytes]:
    """The signatures that claim this name and key: at least one.

    Raises:
        Untrusted: `signature`, there is none.

    """
    found = [line.signature for line in note.signatures if (line.name, line.key_id) == (name, key_id)]
    if not found:
        raise Untrusted("signature", "not signed by this key")
    return found


def check_signature(public: PublicKey, message: bytes, signature: bytes) -> None:
    """Check one SM2 signature r‖s.

    Raises:
        Untrusted: `signature`.

    """
    try:
        verify_sm2(public, message, signature, identity=DEFAULT_IDENTITY)
    except SignatureRefused as error:
        raise Untrusted("signature", "a signature of the note does not hold") from error


def _parse_line(line: str) -> SignatureLine:
    """Name, key id and signature of a signature line."""
    parts = line.split(" ")
    if len(parts) != 3 or not line.startswith(_DASH):
        raise Malformed("note", "not a signature line")
    check_name(parts[1])
    octets = octets_from(parts[2])
    if len(octets) < 5:
        raise Malformed("note", "a signature line without a signature")
    return SignatureLine(parts[1], octets[:4], octets[4:])
