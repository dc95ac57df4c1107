"""A random secret of 32 octets in an encrypted file, for keyed digests such as the index of holders.

The file is JSON of five hexadecimal or decimal members; the secret is sealed with SM4-GCM under a key that PBKDF2 with
HMAC-SM3 derives from the passphrase, so a changed octet or another passphrase opens nothing. Written once, mode 0600,
never over another: whoever lost it would lose every index made with it.
"""

import json
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from keys.errors import CiphertextRefused, KeyFileRefused, UnknownReference, WrongPassphrase
from keys.files import read_private, write_once
from keys.key_file import ROUNDS_MAX, ROUNDS_MIN
from keys.randomness import random_octets
from keys.sm4 import decrypt_gcm, encrypt_gcm

FORMAT = "yinzheng-secret/1"
LENGTH = 32


def open_secret(path: Path, passphrase: Callable[[], bytes], *, rounds: int) -> bytes:
    """The secret in the file; made with `rounds` of work if there is no file yet.

    Raises:
        KeyFileRefused: the file is not in order.
        WrongPassphrase: it does not open.

    """
    try:
        octets = read_private(path)
    except UnknownReference:
        return _make(path, passphrase(), rounds)
    return _read(octets, passphrase())


def _make(path: Path, passphrase: bytes, rounds: int) -> bytes:
    secret, salt, iv = random_octets(LENGTH), random_octets(16), random_octets(12)
    sealed = encrypt_gcm(_key(passphrase, salt, rounds), iv, secret, associated=FORMAT.encode())
    members = {"format": FORMAT, "salt": salt.hex(), "rounds": rounds, "iv": iv.hex(), "sealed": sealed.hex()}
    write_once(path, json.dumps(members).encode())
    return secret


def _read(octets: bytes, passphrase: bytes) -> bytes:
    try:
        members = json.loads(octets)
        salt, iv, sealed = (bytes.fromhex(members[name]) for name in ("salt", "iv", "sealed"))
        rounds, found = members["rounds"], members["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileRefused("secret-file-form", "not a secret file") from error
    if found != FORMAT or type(rounds) is not int or not ROUNDS_MIN <= rounds <= ROUNDS_MAX:
        raise KeyFileRefused("secret-file-form", "not a secret file of this version")
    try:
        return decrypt_gcm(_key(passphrase, salt, rounds), iv, sealed, associated=FORMAT.encode())
    except CiphertextRefused:
        raise WrongPassphrase from None
    except ValueError as error:
        raise KeyFileRefused("secret-file-form", "the IV has not 12 octets") from error


def _key(passphrase: bytes, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(algorithm=SM3(), length=16, salt=salt, iterations=rounds).derive(passphrase)
