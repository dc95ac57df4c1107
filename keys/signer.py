"""What code above `keys` knows of a private key: an object that signs, and its public half.

A signer may be software, a device or a remote service; private octets are not part of the interface. Its promise:
`sign` hands out only signatures that it has itself verified under `public`, and may be called from many threads.
"""

from typing import Protocol

from keys.sm2 import PublicKey


class Signer(Protocol):
    """One private key in custody."""

    @property
    def public(self) -> PublicKey:
        """Public half, the one a certificate must show."""

    @property
    def reference(self) -> str:
        """Where the key lives, such as `file:seal-maker`; safe to log."""

    @property
    def software(self) -> bool:
        """True if the private number is in this process's memory: such keys announce themselves, everywhere."""

    def sign(self, message: bytes) -> bytes:
        """Sign with the default identity, return r ‖ s of 64 octets, verified.

        Raises:
            SigningFailed: no signature, or one that did not verify; nothing was handed out.

        """
