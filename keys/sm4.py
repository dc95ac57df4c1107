"""SM4 (GB/T 32907) in GCM (RFC 8998); key files alone take CBC, because that is what others can read (`keys.key_file`).

The 12-octet IV must never come twice under one key; the 16-octet tag is carried behind the ciphertext. A refusal never
says what was wrong.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from keys.errors import CiphertextRefused

TAG, GCM_IV = 16, 12
"""Octets in a tag, in an IV."""


def encrypt_gcm(key: bytes, iv: bytes, octets: bytes, *, associated: bytes = b"") -> bytes:
    """Encrypt, return ciphertext ‖ tag; `associated` is protected but not carried.

    Raises:
        ValueError: the key has not 16 octets, or the IV not 12.

    """
    encryptor = Cipher(SM4(key), GCM(_gcm_iv(iv))).encryptor()
    encryptor.authenticate_additional_data(associated)
    return encryptor.update(octets) + encryptor.finalize() + encryptor.tag


def decrypt_gcm(key: bytes, iv: bytes, octets: bytes, *, associated: bytes = b"") -> bytes:
    """Check the tag and decrypt ciphertext ‖ tag.

    Raises:
        CiphertextRefused: too short, or the tag does not hold for ciphertext, IV and `associated`.
        ValueError: the key has not 16 octets, or the IV not 12.

    """
    if len(octets) < TAG:
        raise CiphertextRefused("ciphertext")
    decryptor = Cipher(SM4(key), GCM(_gcm_iv(iv), octets[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(associated)
    try:
        return decryptor.update(octets[:-TAG]) + decryptor.finalize()
    except (InvalidTag, ValueError):  # an older error of OpenSSL's on this thread makes a ValueError of a wrong tag
        raise CiphertextRefused("ciphertext") from None


def _gcm_iv(iv: bytes) -> bytes:
    if len(iv) != GCM_IV:
        raise ValueError("an IV for GCM has 12 octets")
    return iv
