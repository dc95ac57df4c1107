"""The digest that SM2 signs: e = SM3(Z ‖ M), where Z binds the signer's identity, the curve and the public key.

Source: GB/T 32918.2 §5.5 as reconstructed; the worked example of the standard is a test vector. Software backends
compute it by themselves; it is needed for devices, which are given e, and for the second opinion.
"""

from keys.codec import GX, GY, A, B, check_identity
from keys.sm3 import Sm3

DEFAULT_IDENTITY = b"1234567812345678"
"""What GM/T 0009 prescribes where the parties agreed on nothing else; certificates and seals use it."""

_CURVE = b"".join(number.to_bytes(32, "big") for number in (A, B, GX, GY))


def z_value(point: bytes, identity: bytes) -> bytes:
    """Z of a public key and an identity, 32 octets.

    Raises:
        MalformedKey: the identity is too long.

    """
    check_identity(identity)
    return Sm3((len(identity) * 8).to_bytes(2, "big") + identity + _CURVE + point[1:]).digest()


def digest_of(point: bytes, message: bytes, identity: bytes) -> bytes:
    """E of a message, 32 octets.

    Raises:
        MalformedKey: the identity is too long.

    """
    context = Sm3(z_value(point, identity))
    context.update(message)
    return context.digest()
