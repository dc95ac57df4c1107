"""What the second implementation is asked about: signed objects with any payload, header or text, and a log of any size.

Nothing here is checked while it is made, so that a payload which no writer of ours would sign can be signed all the same:
behind a false signature no reader gets to look at it.
"""

import random
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import cbor2

from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm3 import sm3
from tests.interop.second_parts import Question
from trust.formats.canonical_json import base64_of, encode_json
from trust.formats.checkpoint import Checkpoint, encode_checkpoint, note_key_id, signature_line
from trust.formats.cose import protected
from trust.formats.leaf import Entry, EntryKind, Statement, encode_entry
from trust.formats.merkle import Node, consistency_proof, grow, inclusion_proof, leaf_hash, root_of
from trust.formats.verifier_key import VerifierKey, encode_verifier_key

ORIGIN = "rizhi.example/log"
SIGNER, OTHER = memory_signer("second"), memory_signer("other")
SPKI = SIGNER.public.spki
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MOST = 40
COMMITMENTS = [sm3(bytes([number])) for number in range(MOST)]
ENTRIES = [
    encode_entry(Entry(AT, Statement(EntryKind.ACT if place % 3 else EntryKind.ISSUE, (value,))))
    for place, value in enumerate(COMMITMENTS)
]


def string(octets: bytes) -> bytes:
    """A byte string in CBOR."""
    return cbor2.dumps(octets)


def signed(header: bytes, payload: bytes, signer: Signer = SIGNER) -> bytes:
    """An envelope with this header and payload, whatever they are, and a signature that holds."""
    message = b"\x84\x6aSignature1" + string(header) + b"\x40" + string(payload)
    return b"\xd2\x84" + string(header) + b"\xa0" + string(payload) + string(signer.sign(message))


def typed(payload: bytes, content_type: str | None, signer: Signer = SIGNER) -> bytes:
    """An envelope of a type around any payload."""
    return signed(protected(signer.public.key_id, content_type), payload, signer)


def canonical(value: object) -> bytes:
    return cbor2.dumps(value, canonical=True)


# --- damage -----------------------------------------------------------------------------------------------------------


def flips(data: bytes, chance: random.Random, count: int) -> list[bytes]:
    """One bit turned over, at `count` places spread over everything."""
    places = chance.sample(range(len(data)), min(count, len(data)))
    return [data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :] for at in sorted(places)]


def hurt(data: bytes, chance: random.Random) -> bytes:
    """One to three small changes: a bit, an octet that is other, lost, doubled or put in, the end cut off or longer."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(data)) if data else 0
        data = chance.choice(
            (
                data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :] if data else b"\0",
                data[:at] + chance.randbytes(1) + data[at + 1 :],
                data[:at] + data[at + 1 :],
                data[:at] + data[at : at + 1] + data[at:],
                data[:at] + chance.choice(INSERTED) + data[at:],
                data[: len(data) - chance.randrange(4)],
                data + chance.randbytes(1),
            )
        )
    return data


INSERTED = (
    b"\0", b"\n", b" ", b"\x18", b"\x1b", b"\x5f", b"\xbf", b"\xff", b"\xf6", b"\xc2\x41\x01", b"\xa0", b"\x80", b"\xfb",
    b"\xcc\x81", b"\xe2\x80\x8b", b"\xed\xa0\x80", b'"', b"\\u0041", b"1", b",", b"0", b".0", b"-",
)  # fmt: skip


# --- the log ----------------------------------------------------------------------------------------------------------


def vkey(signer: Signer = SIGNER, name: str = ORIGIN) -> bytes:
    """The line that names the log's key."""
    return encode_verifier_key(VerifierKey(name, signer.public)).encode()


@cache
def nodes() -> Mapping[Node, bytes]:
    return dict(grow(0, [], map(leaf_hash, ENTRIES))[1])


def read(wanted: Sequence[Node]) -> list[bytes]:
    return [nodes()[node] for node in wanted]


@cache
def note(size: int, root: bytes | None = None) -> bytes:
    """The checkpoint at a size, with its own root or another."""
    return encode_checkpoint(Checkpoint(ORIGIN, size, root or root_of(ENTRIES[:size]), AT), SIGNER)


def signed_text(text: str, signer: Signer = SIGNER, name: str = ORIGIN) -> bytes:
    """Any text as a note, with a signature that holds."""
    line = signature_line(name, note_key_id(name, signer.public), signer.sign(text.encode()))
    return f"{text}\n{line}".encode()


def inclusion(
    name: str, index: int, size: int, asked: Mapping[str, Any] | None = None, /, **changed: object
) -> Question:
    """The proof of an entry under the checkpoint of a size, with members changed."""
    path = inclusion_proof(read, index, size)
    value = {
        "checkpoint": base64_of(note(size)),
        "entry": base64_of(ENTRIES[index]),
        "format": "yinzheng-log-proof/1",
        "index": index,
        "path": [base64_of(one) for one in path],
    } | changed
    octets = encode_json(value)
    return Question(name, "inclusion", (octets, vkey()), {"commitment": COMMITMENTS[index].hex()} | (asked or {}))


def about_entry(name: str, entry: bytes, commitment: bytes = COMMITMENTS[0]) -> Question:
    """The proof of one entry of any octets in a tree of its own."""
    root = leaf_hash(entry)
    spelt = {"entry": base64_of(entry), "checkpoint": base64_of(note(1, root)), "path": []}
    value = {"format": "yinzheng-log-proof/1", "index": 0} | spelt
    return Question(name, "inclusion", (encode_json(value), vkey()), {"commitment": commitment.hex()})


def consistency(
    name: str, old: int, new: int, /, *, notes: tuple[bytes, bytes] | None = None, **changed: object
) -> Question:
    """The proof that one checkpoint continues another, with members changed."""
    path = [base64_of(one) for one in consistency_proof(read, old, new)]
    octets = encode_json({"old": old, "new": new, "path": path} | changed)
    return Question(name, "consistency", (octets, vkey(), *(notes or (note(old), note(new)))))


def base64(octets: bytes) -> str:
    return b64encode(octets).decode()
