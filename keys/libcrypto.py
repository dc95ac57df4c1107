"""SM2 by the EVP interface of an OpenSSL 3 libcrypto, called through ctypes; the GIL is released meanwhile.

Decides how keys are loaded and signatures made there, never which ones are well formed (`keys.codec`) or which
library is taken (`keys.backend`). The identity is always set, because OpenSSL before 4.0 takes the *empty* one
when it is not. Private numbers go in without their public half: libcrypto derives it, and the derived point is
compared with the one that was expected; given both, it would believe both.

One digest context per call, keys shared between threads, the error queue is the thread's own and is emptied after
every failure. Every function has `restype` and `argtypes`: without them pointers are cut to 32 bits.
"""

import ctypes as c
import importlib
import importlib.util
import weakref
from functools import lru_cache
from typing import Any, NoReturn

from keys.codec import (
    DER_SIZE_MAX,
    POINT_SIZE,
    PRIVATE_SIZE,
    SPKI_HEAD,
    check_identity,
    check_point,
    check_private,
    der_from_raw,
    raw_from_der,
)
from keys.errors import BackendFailed, BackendMissing, MalformedKey, SigningFailed

PKCS8_HEAD = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420")
"""PrivateKeyInfo without the public half, up to the 32 octets of the private number."""

OLDEST = 0x30000000
PUBLIC_KEYS_KEPT = 4096
"""Loading a public key costs about half a verification, so the loaded ones are kept: about 2 KiB each."""

_PTR, _INT, _SIZE, _OCTETS = c.c_void_p, c.c_int, c.c_size_t, c.c_char_p
_CALLS: dict[str, tuple[Any, ...]] = {  # name: (result, arguments …)
    "OpenSSL_version_num": (c.c_ulong,),
    "OpenSSL_version": (_OCTETS, _INT),
    "ERR_clear_error": (None,),
    "ERR_peek_error": (c.c_ulong,),
    "ERR_error_string_n": (None, c.c_ulong, _OCTETS, _SIZE),
    "d2i_PUBKEY": (_PTR, _PTR, c.POINTER(_PTR), c.c_long),
    "d2i_AutoPrivateKey": (_PTR, _PTR, c.POINTER(_PTR), c.c_long),
    "EVP_PKEY_is_a": (_INT, _PTR, _OCTETS),
    "EVP_PKEY_get_octet_string_param": (_INT, _PTR, _OCTETS, _OCTETS, _SIZE, c.POINTER(_SIZE)),
    "EVP_PKEY_get_bn_param": (_INT, _PTR, _OCTETS, c.POINTER(_PTR)),
    "BN_bn2binpad": (_INT, _PTR, _PTR, _INT),
    "BN_clear_free": (None, _PTR),
    "EVP_PKEY_CTX_new_from_name": (_PTR, _PTR, _OCTETS, _OCTETS),
    "EVP_PKEY_CTX_free": (None, _PTR),
    "EVP_PKEY_keygen_init": (_INT, _PTR),
    "EVP_PKEY_generate": (_INT, _PTR, c.POINTER(_PTR)),
    "EVP_PKEY_free": (None, _PTR),
    "EVP_MD_fetch": (_PTR, _PTR, _OCTETS, _OCTETS),
    "EVP_MD_CTX_new": (_PTR,),
    "EVP_MD_CTX_free": (None, _PTR),
    "EVP_DigestSignInit": (_INT, _PTR, c.POINTER(_PTR), _PTR, _PTR, _PTR),
    "EVP_DigestVerifyInit": (_INT, _PTR, c.POINTER(_PTR), _PTR, _PTR, _PTR),
    "EVP_PKEY_CTX_set1_id": (_INT, _PTR, _OCTETS, _INT),
    "EVP_DigestSign": (_INT, _PTR, _OCTETS, c.POINTER(_SIZE), _OCTETS, _SIZE),
    "EVP_DigestVerify": (_INT, _PTR, _OCTETS, _SIZE, _OCTETS, _SIZE),
}


class LoadedKey:
    """A key inside libcrypto; shared between threads, freed when the last reference goes, never copied or pickled."""

    def __init__(self, library: c.CDLL, pointer: int) -> None:
        self.pointer = pointer
        self.point = b""
        # At exit the memory goes with the process; freeing it then could pull it from under a daemon thread.
        weakref.finalize(self, library.EVP_PKEY_free, pointer).atexit = False

    def __reduce__(self) -> NoReturn:
        raise TypeError("a loaded key stays in its process")


class Libcrypto:
    """One libcrypto, bound. Signs and verifies.

    Raises:
        BackendMissing: the file cannot be loaded, is older than OpenSSL 3.0, or was built without SM2 or SM3.

    """

    def __init__(self, path: str) -> None:
        try:
            self._library = c.CDLL(path, mode=c.RTLD_LOCAL)  # GLOBAL would replace symbols of another OpenSSL here
            for name, (result, *arguments) in _CALLS.items():
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError) as error:
            raise BackendMissing("libcrypto-unusable", f"{path}: {error}") from error
        if self._library.OpenSSL_version_num() < OLDEST:
            raise BackendMissing("libcrypto-too-old", f"{path}: older than OpenSSL 3.0")
        self.path = path
        self.description = f"{path} ({self._library.OpenSSL_version(0).decode()})"
        self._sm3 = self._library.EVP_MD_fetch(None, b"SM3", None)
        if not self._sm3 or not self._has_sm2():
            self._library.ERR_clear_error()
            raise BackendMissing("libcrypto-without-sm2", f"{self.description}: built without SM2 or SM3")
        self._public_key = lru_cache(PUBLIC_KEYS_KEPT)(self.public_key)

    def public_key(self, point: bytes) -> LoadedKey:
        """Load a public key.

        Raises:
            MalformedKey: refused by the codec or by libcrypto.

        """
        check_point(point)
        der = bytearray(SPKI_HEAD + point)
        return self._load(self._library.d2i_PUBKEY, der, point)

    def private_key(self, private: bytes | bytearray, point: bytes | None) -> LoadedKey:
        """Load a private number of 32 octets; refused unless its public half is `point` (where one is expected).

        Raises:
            MalformedKey: out of range, or another public half.

        """
        check_private(private)
        der = bytearray(len(PKCS8_HEAD) + PRIVATE_SIZE)
        der[: len(PKCS8_HEAD)], der[len(PKCS8_HEAD) :] = PKCS8_HEAD, private
        try:
            return self._load(self._library.d2i_AutoPrivateKey, der, point)
        finally:
            der[:] = bytes(len(der))

    def generate(self) -> LoadedKey:
        """Make a new key pair with libcrypto's own generator.

        Raises:
            SigningFailed: libcrypto could not.

        """
        context, pointer = self._library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None), _PTR()
        try:
            if not (
                self._library.EVP_PKEY_keygen_init(context) == 1
                and self._library.EVP_PKEY_generate(context, c.byref(pointer)) == 1
            ):
                raise SigningFailed("key-generation", self._complaint())
        finally:
            self._library.EVP_PKEY_CTX_free(context)
        return self._loaded(pointer.value, None)

    def private_octets(self, key: LoadedKey) -> bytearray:
        """Private number of a key made here, 32 octets, for writing its file; the caller overwrites them.

        Raises:
            BackendFailed: the key has no private number.

        """
        number, octets = _PTR(), bytearray(PRIVATE_SIZE)
        if self._library.EVP_PKEY_get_bn_param(key.pointer, b"priv", c.byref(number)) != 1:
            raise BackendFailed("libcrypto", self._complaint())
        try:
            target = (c.c_char * PRIVATE_SIZE).from_buffer(octets)
            if self._library.BN_bn2binpad(number, c.addressof(target), PRIVATE_SIZE) != PRIVATE_SIZE:
                raise BackendFailed("libcrypto", self._complaint())
        finally:
            self._library.BN_clear_free(number)
        check_private(octets)
        return octets

    def sign(self, key: LoadedKey, message: bytes, identity: bytes) -> bytes:
        """Sign the message, return r ‖ s. Not yet verified: that is the signer's duty (`keys.custody`).

        Raises:
            MalformedKey: the identity is too long.
            SigningFailed, BackendFailed: libcrypto could not.

        """
        context = self._begin(self._library.EVP_DigestSignInit, key, identity)
        try:
            der, size = c.create_string_buffer(DER_SIZE_MAX), _SIZE(DER_SIZE_MAX)
            if self._library.EVP_DigestSign(context, der, c.byref(size), message, len(message)) != 1:
                raise SigningFailed("libcrypto", self._complaint())
        finally:
            self._library.EVP_MD_CTX_free(context)
        return raw_from_der(der.raw[: size.value])

    def verify(self, point: bytes, message: bytes, identity: bytes, raw: bytes) -> bool:
        """Decide whether r ‖ s holds over the message under this identity.

        Raises:
            MalformedKey, SignatureRefused: the codec's.
            BackendFailed: libcrypto could not begin; nothing is known about the signature.

        """
        der = der_from_raw(raw)
        key = self._public_key(point)
        context = self._begin(self._library.EVP_DigestVerifyInit, key, identity)
        try:
            answer = self._library.EVP_DigestVerify(context, der, len(der), message, len(message))
        finally:
            self._library.EVP_MD_CTX_free(context)
        if answer != 1:  # 0 or −1
            self._library.ERR_clear_error()
        return bool(answer == 1)

    def _has_sm2(self) -> bool:
        context = self._library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        self._library.EVP_PKEY_CTX_free(context)
        return bool(context)

    def _begin(self, start: Any, key: LoadedKey, identity: bytes) -> int:
        check_identity(identity)
        context, owned = self._library.EVP_MD_CTX_new(), _PTR()
        if (
            context
            and start(context, c.byref(owned), self._sm3, None, key.pointer) == 1
            and self._library.EVP_PKEY_CTX_set1_id(owned, identity, len(identity)) == 1
        ):
            return int(context)
        self._library.EVP_MD_CTX_free(context)  # takes `owned` with it
        raise BackendFailed("libcrypto", self._complaint())

    def _load(self, read: Any, der: bytearray, wanted: bytes | None) -> LoadedKey:
        buffer = (c.c_char * len(der)).from_buffer(der)  # libcrypto reads in place: no copy of a private number
        return self._loaded(read(None, c.byref(_PTR(c.addressof(buffer))), len(der)), wanted)

    def _loaded(self, pointer: int | None, wanted: bytes | None) -> LoadedKey:
        if not pointer:
            raise MalformedKey("libcrypto", self._complaint())
        key = LoadedKey(self._library, pointer)
        point, size = c.create_string_buffer(POINT_SIZE), _SIZE()
        got = self._library.EVP_PKEY_get_octet_string_param(pointer, b"pub", point, POINT_SIZE, c.byref(size))
        if self._library.EVP_PKEY_is_a(pointer, b"SM2") != 1 or got != 1 or size.value != POINT_SIZE:
            raise MalformedKey("libcrypto", self._complaint())
        if wanted not in (None, point.raw):
            raise MalformedKey("public-half", "the private number belongs to another public key")
        key.point = point.raw
        return key

    def _complaint(self) -> str:
        """What libcrypto says last, for the log; empties the thread's queue."""
        text = c.create_string_buffer(256)
        self._library.ERR_error_string_n(self._library.ERR_peek_error(), text, 256)
        self._library.ERR_clear_error()
        return text.value.decode(errors="replace")


class _Image(c.Structure):
    """The head of `struct dl_phdr_info`."""

    _fields_ = (("address", c.c_void_p), ("name", c.c_char_p))


_VISIT = c.CFUNCTYPE(c.c_int, c.POINTER(_Image), c.c_size_t, c.c_void_p)


def already_loaded() -> list[str]:
    """Paths of the libcryptos in this process; none where the interpreter is linked statically, or on macOS."""
    process = c.CDLL(None)
    if importlib.util.find_spec("_ssl") is None or not hasattr(process, "dl_iterate_phdr"):
        return []
    importlib.import_module("_ssl")  # so that the interpreter's own libcrypto is there
    names: list[str] = []

    def note(image: Any, _size: int, _data: int) -> int:
        names.append((image.contents.name or b"").decode(errors="surrogateescape"))
        return 0

    walk = process.dl_iterate_phdr
    walk.restype, walk.argtypes = c.c_int, (_VISIT, c.c_void_p)
    walk(_VISIT(note), None)
    return [name for name in names if "libcrypto" in name]
