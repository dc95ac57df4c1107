"""A status list in the form of the W3C's Bitstring Status List: a credential in JSON, the same entries, other octets.

Made from a `StatusList` and from nothing else, so it says what that says. The two bits of an entry are one status of
the purpose `message`; in the W3C's order the first entry is the leftmost, so the bits of every octet turn round by
pairs. The array is compressed by gzip and written in base64url behind a `u` (multibase). The number of the list, of the
publication, and the size of the log stand beside it; the W3C has no words for them.

The envelope is a COSE_Sign1 with SM2 over the JSON; what of this conforms is said in docs/spec/status-list.md.

Source: W3C Bitstring Status List v1.0 (reconstructed: written from what is known of it, the text was not at hand).
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, text_of
from trust.formats.status_list import SIZE, StatusList

BITSTRING_TYPE = "application/vc+cose"
CONTEXT = "https://www.w3.org/ns/credentials/v2"
TYPES = ["VerifiableCredential", "BitstringStatusListCredential"]
SUFFIX = "/bitstring"
MAX_CREDENTIAL = 1024 * 1024
_TURNED = bytes(octet >> 6 | (octet >> 2 & 0x0C) | (octet << 2 & 0x30) | (octet << 6 & 0xC0) for octet in range(256))
"""Each octet with its four pairs of bits in the other order."""


def encode_bitstring(status_list: StatusList) -> bytes:
    """The credential to be signed, in canonical JSON."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_RLE)  # a hundredth of the time for a tenth more octets
    packed = packer.compress(status_list.bits.translate(_TURNED)) + packer.flush()
    return encode_json(_credential(status_list, "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()))


def decode_bitstring(payload: bytes, *, max_size: int = SIZE) -> StatusList:
    """The status list that a signed credential states; call it after the signature has been checked.

    Raises:
        Malformed: `bitstring-list`, `too-large`, or as `decode_json`.

    """
    value = decode_json(payload, limit=MAX_CREDENTIAL)
    subject = value.get("credentialSubject")
    if not isinstance(subject, dict):
        raise Malformed("bitstring-list", "the credential is about nothing")
    numbers = {name: subject.get(name) for name in ("list", "number", "logSize", "ttl")}
    if not all(type(number) is int and number >= 0 for number in numbers.values()):
        raise Malformed("bitstring-list", "a number is none")
    encoded = subject.get("encodedList")
    found = StatusList(
        uri=str(value.get("id")).removesuffix(SUFFIX),
        list=subject["list"],
        number=subject["number"],
        issued_at=instant_from(value.get("validFrom")),
        next_update=instant_from(value.get("validUntil")),
        ttl_s=subject["ttl"] // 1000,
        log_size=subject["logSize"],
        bits=_inflated(encoded, max_size // 4).translate(_TURNED),
    )
    if value != _credential(found, str(encoded)):
        raise Malformed("bitstring-list", "not exactly the members of such a credential")
    return found


def _credential(status_list: StatusList, encoded: str) -> dict[str, object]:
    address = status_list.uri + SUFFIX
    return {
        "@context": [CONTEXT],
        "id": address,
        "type": TYPES,
        "issuer": status_list.uri.rpartition("/")[0],
        "validFrom": text_of(status_list.issued_at),
        "validUntil": text_of(status_list.next_update),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "message",
            "statusSize": 2,
            "ttl": status_list.ttl_s * 1000,
            "encodedList": encoded,
            "list": status_list.list,
            "number": status_list.number,
            "logSize": status_list.log_size,
        },
    }


def _inflated(text: object, limit: int) -> bytes:
    """The array in `u` and base64url of one whole gzip stream, of no more than `limit` octets."""
    if type(text) is not str or not text.startswith("u") or not text.isascii():
        raise Malformed("bitstring-list", "the array is not in base64url behind a u")
    stream = zlib.decompressobj(wbits=31)
    try:
        packed = urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        bits = stream.decompress(packed, limit + 1)
    except (NotBase64, zlib.error, ValueError) as error:
        raise Malformed("bitstring-list", "not gzip in base64url") from error
    if len(bits) > limit:
        raise Malformed("too-large", f"more than {limit * 4} entries")
    if not stream.eof or stream.unused_data or not bits:
        raise Malformed("bitstring-list", "the gzip stream is cut short, empty, or goes on")
    return bits
