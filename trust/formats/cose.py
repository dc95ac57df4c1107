"""COSE_Sign1 with SM2: the one envelope for tokens, status lists, trust lists and receipts.

Shape (RFC 9052 §4.2): tag 18 around four members: the protected header, an empty unprotected header, the payload,
the signature r‖s of 64 octets. The protected header holds the algorithm −65537 (private use; no number is registered
for SM2 with SM3), a key id of four octets, and, for everything but the token, the type of the payload under label 16
(RFC 9596). The type is signed, so an object of one kind never passes for another.

Generic CBOR decoders accept trailing octets, repeated keys and several spellings of one value. So the envelope is
taken apart by hand here: every length in its shortest form, the header exactly as this module would write it,
nothing after the signature. What the payload means is decided elsewhere, and only after the signature holds.

    d2 84  4d a2 01 3a00010000 04 44 <key id>  a0  58 62 <payload>  58 40 <signature>
"""

from collections.abc import Callable
from dataclasses import dataclass

import cbor2

from keys.errors import SignatureRefused
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, PublicKey
from keys.sm2 import verify as verify_sm2
from trust.errors import Malformed, Untrusted

SM2_WITH_SM3 = -65537
ALGORITHM, KEY_ID, TYPE = 1, 4, 16
MAX_TYPE_LENGTH = 100
START = b"\xd2\x84"
"""Tag 18 and the head of an array of four."""


@dataclass(frozen=True)
class Sign1:
    """A taken-apart envelope; `payload` is not to be believed before `check` has passed."""

    header: bytes
    key_id: bytes
    content_type: str | None
    payload: bytes
    signature: bytes

    @property
    def to_be_signed(self) -> bytes:
        """The Sig_structure of RFC 9052 §4.4, rebuilt from the octets received."""
        return to_be_signed(self.header, self.payload)


def protected(key_id: bytes, content_type: str | None) -> bytes:
    """The protected header in its only spelling.

    Raises:
        Malformed: `cose-header`, a key id that is not four octets or a type that is not short printable ASCII.

    """
    if len(key_id) != 4:
        raise Malformed("cose-header", "a key id has four octets")
    members: dict[int, object] = {ALGORITHM: SM2_WITH_SM3, KEY_ID: key_id}
    if content_type is not None:
        sound = content_type.isascii() and content_type.isprintable() and 0 < len(content_type) <= MAX_TYPE_LENGTH
        if not sound:
            raise Malformed("cose-header", "a type is short printable ASCII")
        members[TYPE] = content_type
    return cbor2.dumps(members, canonical=True)


def to_be_signed(header: bytes, payload: bytes) -> bytes:
    """What the signature covers: context, protected header, no external data, payload."""
    return cbor2.dumps(["Signature1", header, b"", payload])


def plan_sign1(
    payload: bytes, public: PublicKey, content_type: str | None = None
) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The octets to be signed under `public`, and the function that makes the envelope from the raw signature.

    For journeys that store what they are about to sign before they sign it.
    """
    header = protected(public.key_id, content_type)

    def complete(signature: bytes) -> bytes:
        if len(signature) != 64:
            raise Malformed("cose-signature", "a raw signature has 64 octets")
        return cbor2.dumps(cbor2.CBORTag(18, [header, {}, payload, signature]))

    return to_be_signed(header, payload), complete


def sign1(payload: bytes, signer: Signer, content_type: str | None = None) -> bytes:
    """A signed envelope around `payload`."""
    message, complete = plan_sign1(payload, signer.public, content_type)
    return complete(signer.sign(message))


def split(data: bytes, limit: int) -> Sign1:
    """Take an envelope of at most `limit` octets apart, accepting only the form that `sign1` writes.

    Raises:
        Malformed: `cose-too-large`, `cose-structure`, `cose-length`, `cose-header`, `cose-signature`, `cose-trailing`.

    """
    if len(data) > limit:
        raise Malformed("cose-too-large", f"more than {limit} octets")
    if data[:2] != START:
        raise Malformed("cose-structure", "not a COSE_Sign1 envelope with tag 18")
    header, at = _octets(data, 2)
    key_id, content_type = _read_header(header)
    if data[at : at + 1] != b"\xa0":
        raise Malformed("cose-header", "the unprotected header is not empty")
    payload, at = _octets(data, at + 1)
    signature, at = _octets(data, at)
    if len(signature) != 64:
        raise Malformed("cose-signature", "a raw signature has 64 octets")
    if at != len(data):
        raise Malformed("cose-trailing", "octets after the signature")
    return Sign1(header, key_id, content_type, payload, signature)


def check(envelope: Sign1, public: PublicKey) -> None:
    """Check the signature under `public`, which the caller has already decided to trust for this type of payload.

    Raises:
        Untrusted: `signature`, for a wrong signature and for a key id that is not that of `public` alike.

    """
    if envelope.key_id != public.key_id:
        raise Untrusted("signature", "the envelope names another key")
    try:
        verify_sm2(public, envelope.to_be_signed, envelope.signature, identity=DEFAULT_IDENTITY)
    except SignatureRefused as error:
        raise Untrusted("signature", "the SM2 signature does not hold") from error


def unwrap(data: bytes, public: PublicKey, *, content_type: str | None, limit: int) -> bytes:
    """The payload of an envelope of the type expected, signed by `public`.

    Raises:
        Malformed: as `split`, and `cose-type` for a payload of another type.
        Untrusted: `signature`.

    """
    envelope = split(data, limit)
    if envelope.content_type != content_type:
        raise Malformed("cose-type", f"expected {content_type}, found {envelope.content_type}")
    check(envelope, public)
    return envelope.payload


def _read_header(header: bytes) -> tuple[bytes, str | None]:
    """Key id and type, read at their fixed places and then compared with the only spelling there is."""
    key_id, content_type = header[9:13], None
    if len(header) > 13:
        start = 15 if header[14:15] < b"\x78" else 16
        try:
            content_type = header[start:].decode("ascii")
        except UnicodeDecodeError as error:
            raise Malformed("cose-header", "the type is not ASCII") from error
    if protected(key_id, content_type) != header:
        raise Malformed("cose-header", "not {algorithm: SM2 with SM3, key id, type} in deterministic form")
    return key_id, content_type


def _octets(data: bytes, at: int) -> tuple[bytes, int]:
    """The byte string that starts at `at` and where it ends; only the shortest form of a length is accepted."""
    head = data[at] if at < len(data) else -1
    at += 1
    if 0x40 <= head <= 0x57:
        size = head - 0x40
    elif head in _WIDTHS:
        width, least = _WIDTHS[head]
        size = int.from_bytes(data[at : at + width], "big")
        at += width
        if size < least:
            raise Malformed("cose-length", "a length is not in its shortest form")
    else:
        raise Malformed("cose-structure", "a byte string was expected")
    if at + size > len(data):
        raise Malformed("cose-length", "the envelope ends too early")
    return data[at : at + size], at + size


_WIDTHS = {0x58: (1, 24), 0x59: (2, 256), 0x5A: (4, 65536)}
