"""SM2 public keys and the verification of signatures (GB/T 32918), message level, identity always given.

A `PublicKey` cannot exist unless its point is on the curve, and a signature reaches a backend only after the codec
has found it well formed; so no backend's leniency matters. Whether the key may sign this kind of thing is decided
above, by certificates. Signing is in `keys.custody`, behind `keys.signer.Signer`.

    public = PublicKey.from_spki(der)
    verify(public, message, signature_raw, identity=DEFAULT_IDENTITY)     # None, or SignatureRefused
"""

from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from keys import backend as backends
from keys.codec import SPKI_HEAD, check_identity, check_point, check_raw, point_from_spki
from keys.digest import DEFAULT_IDENTITY, digest_of
from keys.errors import SignatureRefused
from keys.sm3 import sm3

__all__ = ["DEFAULT_IDENTITY", "PublicKey", "backend", "digest", "verify", "verify_made"]

MAX_REMEMBERED = 64 * 1024
"""Octets of a message."""


@dataclass(frozen=True)
class PublicKey:
    """A public key, by its uncompressed point of 65 octets.

    Raises:
        MalformedKey: not a finite point of the curve in that form.

    """

    point: bytes

    def __post_init__(self) -> None:
        check_point(self.point)

    @classmethod
    def from_spki(cls, der: bytes) -> "PublicKey":
        """Read a SubjectPublicKeyInfo of exactly 91 octets.

        Raises:
            MalformedKey: any other form.

        """
        return cls(point_from_spki(der))

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo, 91 octets DER."""
        return SPKI_HEAD + self.point

    @cached_property
    def key_id(self) -> bytes:
        """First 4 octets of SM3 over the SPKI: a hint for finding the key, never a proof."""
        return sm3(self.spki)[:4]


def verify(public: PublicKey, message: bytes, signature_raw: bytes, *, identity: bytes) -> None:
    """Return if r ‖ s (64 octets) holds over the message under this key and identity.

    Raises:
        SignatureRefused: it does not, or is malformed; the exception does not tell which.
        MalformedKey: the identity is longer than 8 190 octets.
        BackendFailed: the backend broke, and nothing is known about the signature.

    """
    check_identity(identity)
    if identity == DEFAULT_IDENTITY and _AFTER_SIGNING.taken(public.point, message, signature_raw):
        return
    try:
        check_raw(signature_raw)
        holds = backends.chosen().verify(public.point, message, identity, signature_raw)
    except SignatureRefused:
        holds = False
    if not holds:
        raise SignatureRefused("signature", "the signature does not hold") from None


class _AfterSigning:
    """Signatures that were found to hold right after they were made, each for one more question about the very same.

    Whoever seals a file verifies the signature that was made (`keys.custody`), then has the finished file examined,
    which comes to the same key, message and signature from its octets. All three are compared, octet for octet; the
    equation, which cannot answer otherwise, is not computed a second time. Only a signer in this process adds to it.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._held: dict[tuple[bytes, bytes, bytes], None] = {}

    def add(self, point: bytes, message: bytes, raw: bytes) -> None:
        """Remember one that held; the oldest is forgotten."""
        with self._lock:
            self._held[point, message, raw] = None
            if len(self._held) > self._most:
                del self._held[next(iter(self._held))]

    def taken(self, point: bytes, message: bytes, raw: bytes) -> bool:
        """Whether it is remembered; it is not from then on."""
        with self._lock:
            return self._held.pop((point, message, raw), self) is None


_AFTER_SIGNING = _AfterSigning(256)
"""As many as the files of a chunk of 100 licences, which are all signed before the first of them is examined."""


def verify_made(public: PublicKey, message: bytes, signature_raw: bytes) -> None:
    """Verify a signature that this process has just made with the default identity, before it is handed out.

    Raises:
        SignatureRefused, BackendFailed: as `verify`.

    """
    verify(public, message, signature_raw, identity=DEFAULT_IDENTITY)
    if len(message) <= MAX_REMEMBERED:
        _AFTER_SIGNING.add(public.point, message, signature_raw)


def digest(public: PublicKey, message: bytes, *, identity: bytes) -> bytes:
    """Return e = SM3(Z ‖ M), 32 octets: what a device signs.

    Raises:
        MalformedKey: the identity is longer than 8 190 octets.

    """
    return digest_of(public.point, message, identity)


def backend() -> str:
    """Path and version of the library that decides, for the readiness page and the trail."""
    return backends.chosen().description
