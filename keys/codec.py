"""The door in front of every SM2 backend: which keys, signatures and identities are well formed at all.

Libraries differ in what they let through: OpenSSL loads the point at infinity as a public key and private numbers
out of range, others take padded or negative INTEGERs, values above n, or keys that are not on the curve. So the
rules stand here once, before any library, and each backend gets octets that *we* wrote. What the equation says of
a well-formed signature is not decided here.

Source: GB/T 32918.1/.2/.5 (curve, ranges) and GB/T 35276 (DER of a signature), reconstructed from public
implementations and the standard's worked example. Signatures are carried as r ‖ s, 64 octets; DER only where a
format asks for it. Unlike ECDSA, n − s is no second signature, so there is no rule about a low s.
"""

from keys.errors import MalformedKey, SignatureRefused

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

POINT_SIZE, PRIVATE_SIZE, RAW_SIZE, SPKI_SIZE = 65, 32, 64, 91
DER_SIZE_MAX = 72
IDENTITY_MAX = 8190
"""Octets: Z gives the identity's length in bits in two octets, and OpenSSL stops one octet before that limit."""

SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo up to the point: ecPublicKey on curve 1.2.156.10197.1.301."""

_ZERO, _PRIVATE_MAX = bytes(PRIVATE_SIZE), (N - 2).to_bytes(PRIVATE_SIZE, "big")


def check_point(point: bytes) -> None:
    """Accept only the uncompressed form of a finite point of the curve.

    The curve has prime order, so a point of it that is not infinity needs no further check.

    Raises:
        MalformedKey: another length or form octet, a coordinate not below p, or not on the curve.

    """
    if len(point) != POINT_SIZE or point[0] != 4:
        raise MalformedKey("point-form", "a public key is an uncompressed point of 65 octets")
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    if x >= P or y >= P or (y * y - (x * x + A) * x - B) % P:
        raise MalformedKey("point-off-curve", "the point is not on the SM2 curve")


def point_from_spki(der: bytes) -> bytes:
    """Take the point out of a SubjectPublicKeyInfo of exactly the form we write.

    Raises:
        MalformedKey: any other octets, and every point that `check_point` refuses.

    """
    if len(der) != SPKI_SIZE or not der.startswith(SPKI_HEAD):
        raise MalformedKey("spki", "not the 91-octet SubjectPublicKeyInfo of an SM2 key")
    point = der[len(SPKI_HEAD) :]
    check_point(point)
    return point


def check_private(private: bytes | bytearray) -> None:
    """Accept 32 octets with 1 ≤ d ≤ n − 2; octets are compared, so that no further copy of d is made.

    Raises:
        MalformedKey: another size or out of range.

    """
    if len(private) != PRIVATE_SIZE or not _ZERO < private <= _PRIVATE_MAX:
        raise MalformedKey("private-range", "the private number is not between 1 and n - 2")


def check_identity(identity: bytes) -> None:
    """Accept an identity that every backend can take (an empty one is legal, though ours never is).

    Raises:
        MalformedKey: longer than 8 190 octets.

    """
    if len(identity) > IDENTITY_MAX:
        raise MalformedKey("identity-too-long", "an identity has at most 8190 octets")


def check_raw(raw: bytes) -> None:
    """Accept 64 octets r ‖ s with 1 ≤ r, s < n and r + s ≠ n.

    Raises:
        SignatureRefused: anything else.

    """
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    if len(raw) != RAW_SIZE or not (0 < r < N and 0 < s < N) or r + s == N:
        raise SignatureRefused("signature-encoding", "r or s is out of range")


def der_from_raw(raw: bytes) -> bytes:
    """Write r ‖ s as SEQUENCE { r INTEGER, s INTEGER }, minimal DER.

    Raises:
        SignatureRefused: `raw` is not r ‖ s in range.

    """
    check_raw(raw)
    body = _integer(raw[:32]) + _integer(raw[32:])
    return bytes((0x30, len(body))) + body


def raw_from_der(der: bytes) -> bytes:
    """Read a signature strictly: the only DER accepted is the one we would write for the same r and s.

    Raises:
        SignatureRefused: too long, not DER of two INTEGERs, not minimal, octets behind it, or out of range.

    """
    if not 8 <= len(der) <= DER_SIZE_MAX:
        raise SignatureRefused("signature-encoding", "not a DER signature")
    second = 4 + der[3]
    parts = der[4:second], der[second + 2 :]
    try:
        raw = b"".join(int.from_bytes(part, "big").to_bytes(32, "big") for part in parts)
    except OverflowError:
        raise SignatureRefused("signature-encoding", "not a DER signature") from None
    if der_from_raw(raw) != der:
        raise SignatureRefused("signature-encoding", "not the minimal DER of a signature")
    return raw


def _integer(number: bytes) -> bytes:
    """Write a positive INTEGER: no leading zeros, but one where the sign bit would be set."""
    number = number.lstrip(b"\0")
    if number[0] & 0x80:
        number = b"\0" + number
    return bytes((2, len(number))) + number
