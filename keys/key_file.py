"""Encrypted private-key files: PKCS#8 under PBES2 (RFC 8018), in PEM. Never a plain one, neither read nor written.

Written is the GM profile, PBKDF2 with HMAC-SM3 and SM4-CBC, with the inner key of 150 octets that GmSSL can read too.
Read are this profile and OpenSSL's two, HMAC-SHA-256 with SM4-CBC or AES-256-CBC; nothing else, and bounds on rounds
and salt, because a file can ask for any amount of work. Profile reconstructed from what GmSSL and OpenSSL write.

CBC has no integrity: a wrong passphrase shows as bad padding *or* as rubbish, so both are one answer, and what comes
out must be, octet for octet, one of four forms. Private numbers stay in a `bytearray` that is overwritten after use;
copies that Python or the cipher make beyond our reach remain, which is one reason why real keys belong in a device.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from itertools import product

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from keys.codec import POINT_SIZE, PRIVATE_SIZE, check_point, check_private
from keys.der import INTEGER, NULL, OCTETS, OID, SEQUENCE, contents, fields, integer, wrap
from keys.errors import KeyFileRefused, MalformedKey, WrongPassphrase
from keys.randomness import random_octets

ROUNDS_MIN, ROUNDS_MAX = 1024, 10_000_000
SALT_MIN, SALT_MAX, SALT_WRITTEN = 8, 64, 16
FILE_MAX, PASSPHRASE_MAX, BLOCK = 4096, 1024, 16

_PEM = re.compile(
    rb"-----BEGIN ENCRYPTED PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END ENCRYPTED PRIVATE KEY-----\s*",
)
_PBES2 = wrap(OID, bytes.fromhex("2a864886f70d01050d"))
_PBKDF2 = wrap(OID, bytes.fromhex("2a864886f70d01050c"))
_HMAC_SM3 = wrap(OID, bytes.fromhex("2a811ccf5501831102"))
_HMAC_SHA256 = wrap(OID, bytes.fromhex("2a864886f70d0209"))
_SM4_CBC = wrap(OID, bytes.fromhex("2a811ccf55016802"))
_AES256_CBC = wrap(OID, bytes.fromhex("60864801650304012a"))
_EC_PUBLIC_KEY = wrap(OID, bytes.fromhex("2a8648ce3d0201"))
_CURVE = wrap(OID, bytes.fromhex("2a811ccf5501822d"))


@dataclass(frozen=True)
class Profile:
    """One accepted pair of PRF and cipher, by the content of their AlgorithmIdentifiers."""

    prf: tuple[bytes, ...]
    cipher_oid: bytes
    hash_algorithm: type[SM3 | SHA256]
    cipher: type[SM4 | AES256]
    key_size: int


GM = Profile((_HMAC_SM3, _HMAC_SM3 + wrap(NULL)), _SM4_CBC, SM3, SM4, 16)
OPENSSL_SM4 = Profile((_HMAC_SHA256 + wrap(NULL),), _SM4_CBC, SHA256, SM4, 16)
OPENSSL_AES = Profile((_HMAC_SHA256 + wrap(NULL),), _AES256_CBC, SHA256, AES256, 32)
PROFILES = (GM, OPENSSL_SM4, OPENSSL_AES)


@dataclass(frozen=True)
class Envelope:
    """What a file says in clear about how it is encrypted, and the ciphertext."""

    profile: Profile
    salt: bytes
    rounds: int
    iv: bytes
    ciphertext: bytes


@dataclass(frozen=True, repr=False)
class Unlocked:
    """A private number, and the point that the file claims for it (to be compared with the derived one)."""

    private: bytearray
    point: bytes | None

    def wipe(self) -> None:
        """Overwrite the private number."""
        self.private[:] = bytes(len(self.private))


def lock(private: bytearray, point: bytes, passphrase: bytes, *, rounds: int) -> bytes:
    """Write a private number of 32 octets and its point as an encrypted PEM file in the GM profile.

    Raises:
        MalformedKey: the number or the point is not well formed.
        KeyFileRefused: no passphrase, a longer one than 1 024 octets, or rounds out of bounds.

    """
    check_private(private)
    check_point(point)
    _check_rounds(rounds)
    salt, iv = random_octets(SALT_WRITTEN), random_octets(BLOCK)
    encryptor = _cipher(Envelope(GM, salt, rounds, iv, b""), passphrase).encryptor()
    plain = _padded(private, point)
    try:
        ciphertext = encryptor.update(plain) + encryptor.finalize()
    finally:
        plain[:] = bytes(len(plain))
    return _pem(_envelope_der(Envelope(GM, salt, rounds, iv, ciphertext)))


def unlock(pem: bytes, passphrase: bytes) -> Unlocked:
    """Read an encrypted PEM file; the caller wipes what it gets.

    Raises:
        KeyFileRefused: not such a file, another profile, or rounds or salt out of bounds.
        WrongPassphrase: it does not open; also when the file was damaged behind its head.

    """
    envelope = read_envelope(pem)
    decryptor = _cipher(envelope, passphrase).decryptor()
    plain = bytearray(len(envelope.ciphertext) + BLOCK - 1)
    try:
        size = decryptor.update_into(envelope.ciphertext, plain)
        decryptor.finalize()
        return _private_key(memoryview(plain)[:size])
    except MalformedKey as error:
        raise KeyFileRefused(error.reason, error.text) from None
    finally:
        plain[:] = bytes(len(plain))


def read_envelope(pem: bytes) -> Envelope:
    """Read what stands in clear, strictly; costs no key derivation.

    Raises:
        KeyFileRefused: as for `unlock`.

    """
    match = _PEM.fullmatch(pem) if len(pem) <= FILE_MAX else None
    if match is None:
        raise KeyFileRefused("key-file-form", "not one PEM block ENCRYPTED PRIVATE KEY")
    try:
        envelope = _envelope(base64.b64decode(re.sub(rb"[\r\n]", b"", match[1]), validate=True))
    except (binascii.Error, MalformedKey):
        raise KeyFileRefused("key-file-form", "not strict DER of an encrypted private key") from None
    _check_rounds(envelope.rounds)
    if not SALT_MIN <= len(envelope.salt) <= SALT_MAX:
        raise KeyFileRefused("key-file-salt", f"the salt has not {SALT_MIN} to {SALT_MAX} octets")
    if len(envelope.iv) != BLOCK or not envelope.ciphertext or len(envelope.ciphertext) % BLOCK:
        raise KeyFileRefused("key-file-form", "the IV is not one block, or the ciphertext not whole blocks")
    return envelope


def _envelope(der: bytes) -> Envelope:
    (outer,) = contents(der, SEQUENCE)
    algorithm, ciphertext = contents(outer, SEQUENCE, OCTETS)
    scheme, parameters = contents(algorithm, OID, SEQUENCE)
    derivation, cipher = contents(parameters, SEQUENCE, SEQUENCE)
    function, details = contents(derivation, OID, SEQUENCE)
    cipher_oid, iv = contents(cipher, OID, OCTETS)
    tags = [tag for tag, _ in fields(details)]
    salt, rounds, *key_size, prf = contents(
        details, *((OCTETS, INTEGER, INTEGER, SEQUENCE) if len(tags) == 4 else (OCTETS, INTEGER, SEQUENCE))
    )
    if wrap(OID, scheme) != _PBES2 or wrap(OID, function) != _PBKDF2:
        raise KeyFileRefused("key-file-profile", "not PBES2 with PBKDF2")
    profile = _profile(prf, wrap(OID, cipher_oid))
    if any(wrap(INTEGER, size) != integer(profile.key_size) for size in key_size):
        raise KeyFileRefused("key-file-profile", "a key length that is not the cipher's")
    return Envelope(profile, salt, _number(rounds), iv, ciphertext)


def _profile(prf: bytes, cipher_oid: bytes) -> Profile:
    for profile in PROFILES:
        if prf in profile.prf and cipher_oid == profile.cipher_oid:
            return profile
    raise KeyFileRefused("key-file-profile", "not one of the accepted pairs of PRF and cipher")


def _number(content: bytes) -> int:
    value = int.from_bytes(content[:9], "big", signed=True)
    if value < 0 or integer(value) != wrap(INTEGER, content):
        raise KeyFileRefused("key-file-form", "not a minimal positive INTEGER of sensible size")
    return value


def _check_rounds(rounds: int) -> None:
    if not ROUNDS_MIN <= rounds <= ROUNDS_MAX:
        raise KeyFileRefused("key-file-rounds", f"not {ROUNDS_MIN} to {ROUNDS_MAX} rounds")


def _cipher(envelope: Envelope, passphrase: bytes) -> Cipher[CBC]:
    """Derive the key and make the cipher: the slow step, by intent."""
    if not 0 < len(passphrase) <= PASSPHRASE_MAX:
        raise KeyFileRefused("passphrase-size", f"a passphrase has 1 to {PASSPHRASE_MAX} octets")
    profile = envelope.profile
    derivation = PBKDF2HMAC(profile.hash_algorithm(), profile.key_size, envelope.salt, envelope.rounds)
    return Cipher(profile.cipher(derivation.derive(passphrase)), CBC(envelope.iv))


def _envelope_der(envelope: Envelope) -> bytes:
    profile = envelope.profile
    details = wrap(
        SEQUENCE,
        wrap(OCTETS, envelope.salt),
        integer(envelope.rounds),
        integer(profile.key_size),
        wrap(SEQUENCE, profile.prf[0]),
    )
    derivation = wrap(SEQUENCE, _PBKDF2, details)
    cipher = wrap(SEQUENCE, profile.cipher_oid, wrap(OCTETS, envelope.iv))
    algorithm = wrap(SEQUENCE, _PBES2, wrap(SEQUENCE, derivation, cipher))
    return wrap(SEQUENCE, algorithm, wrap(OCTETS, envelope.ciphertext))


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    body = b"\n".join(lines)
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + body + b"\n-----END ENCRYPTED PRIVATE KEY-----\n"


def _frame(*, parameters: bool, public: bool) -> tuple[bytes, bytes]:
    """Octets of a PrivateKeyInfo before and after its private number, up to the point."""
    gap = bytes(PRIVATE_SIZE)
    tail = wrap(0xA0, _CURVE) if parameters else b""
    if public:
        tail += wrap(0xA1, wrap(0x03, b"\0", bytes(POINT_SIZE)))
    key = wrap(SEQUENCE, integer(1), wrap(OCTETS, gap), tail)
    whole = wrap(SEQUENCE, integer(0), wrap(SEQUENCE, _EC_PUBLIC_KEY, _CURVE), wrap(OCTETS, key))
    head = whole[: len(whole) - len(tail) - PRIVATE_SIZE]
    return head, tail[:-POINT_SIZE] if public else tail


_FRAMES = {
    (parameters, public): _frame(parameters=parameters, public=public)
    for parameters, public in product((True, False), repeat=2)
}


def _padded(private: bytearray, point: bytes) -> bytearray:
    """PrivateKeyInfo of 150 octets and its PKCS#7 padding, in memory that can be overwritten."""
    head, middle = _FRAMES[True, True]
    size = len(head) + PRIVATE_SIZE + len(middle) + POINT_SIZE
    padding = BLOCK - size % BLOCK
    plain = bytearray(size + padding)
    at = 0
    for part in (head, private, middle, point, bytes([padding]) * padding):
        plain[at : at + len(part)] = part
        at += len(part)
    return plain


def _private_key(plain: memoryview) -> Unlocked:
    """Take the padding off and compare with the four forms; everything that is not exactly one is the same refusal."""
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or any(octet != padding for octet in plain[-padding:]):
        raise WrongPassphrase
    info = plain[:-padding]
    for (_, public), (head, middle) in _FRAMES.items():
        start = len(head)
        after = start + PRIVATE_SIZE
        end = after + len(middle)
        if len(info) == end + POINT_SIZE * public and info[:start] == head and info[after:end] == middle:
            private = bytearray(info[start:after])
            check_private(private)
            return Unlocked(private, bytes(info[end:]) if public else None)
    raise WrongPassphrase
