"""SM3 digests and HMAC-SM3 (GB/T 32905), by the OpenSSL inside `cryptography`: about 270 MB/s a core.

`hashlib` is not used, because its `sm3` depends on the OpenSSL that Python was built with. An empty context is
kept and copied: for short inputs that is nearly twice as fast as making a new one each time.
"""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac

from keys.errors import BackendMissing

SIZE = 32
"""Octets in a digest."""

try:
    _EMPTY = hashes.Hash(hashes.SM3())
except UnsupportedAlgorithm as error:
    raise BackendMissing(
        "sm3-missing",
        "本机的 cryptography 不含 SM3，请改用 PyPI 发布的安装包（pip install --force-reinstall cryptography）/ "
        "this machine's `cryptography` has no SM3: install the wheel from PyPI",
    ) from error


def sm3(octets: bytes) -> bytes:
    """Digest of `octets`, 32 octets."""
    context = _EMPTY.copy()
    context.update(octets)
    return context.finalize()


def hmac_sm3(key: bytes, octets: bytes) -> bytes:
    """HMAC-SM3 tag of `octets`, 32 octets; compare tags with `hmac.compare_digest`."""
    context = hmac.HMAC(key, hashes.SM3())
    context.update(octets)
    return context.finalize()


class Sm3:
    """A digest in progress; `digest` may be asked for at any time and does not end it."""

    def __init__(self, octets: bytes = b"") -> None:
        self._context = _EMPTY.copy()
        self._context.update(octets)

    def update(self, octets: bytes) -> None:
        """Take more octets."""
        self._context.update(octets)

    def digest(self) -> bytes:
        """Digest of everything taken so far, 32 octets."""
        return self._context.copy().finalize()

    def copy(self) -> "Sm3":
        """Return an independent digest with the same octets taken."""
        other = Sm3.__new__(Sm3)
        other._context = self._context.copy()  # noqa: SLF001  (another object of this very class)
        return other
