"""SM4 (GB/T 32907) in the two modes that are used: CBC with PKCS#7 padding for key files, GCM for everything else.

CBC has no integrity: whoever decrypts must check what comes out. GCM (RFC 8998) has, with a 12-octet IV that must
never come twice under one key and a 16-octet tag, which is carried behind the ciphertext. A refusal never says
what was wrong.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, GCM
from cryptography.hazmat.primitives.padding import PKCS7

from keys.errors import CiphertextRefused

BLOCK, TAG, GCM_IV = 16, 16, 12
"""Octets in a block, in a GCM tag, in a GCM IV."""


def encrypt_cbc(key: bytes, iv: bytes, octets: bytes | bytearray) -> bytes:
    """Pad as in PKCS#7 and encrypt; `key` and `iv` have 16 octets.

    Raises:
        ValueError: a key or IV of another size.

    """
    padder, encryptor = PKCS7(BLOCK * 8).padder(), Cipher(SM4(key), CBC(iv)).encryptor()
    return encryptor.update(padder.update(octets) + padder.finalize()) + encryptor.finalize()


def decrypt_cbc(key: bytes, iv: bytes, octets: bytes) -> bytes:
    """Decrypt and take the PKCS#7 padding off.

    Raises:
        CiphertextRefused: the length is no multiple of 16, or the padding is not right.
        ValueError: a key or IV of another size.

    """
    decryptor, unpadder = Cipher(SM4(key), CBC(iv)).decryptor(), PKCS7(BLOCK * 8).unpadder()
    try:
        return unpadder.update(decryptor.update(octets) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise CiphertextRefused("ciphertext") from None


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
    except InvalidTag:
        raise CiphertextRefused("ciphertext") from None


def _gcm_iv(iv: bytes) -> bytes:
    if len(iv) != GCM_IV:
        raise ValueError("an IV for GCM has 12 octets")
    return iv
