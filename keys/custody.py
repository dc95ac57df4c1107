"""Custody of private keys: where they are kept, who gets a `Signer`, and the promise that every signature was verified.

This custody keeps software keys, as encrypted files `<folder>/<name>.p8.pem` (`keys.key_file`), mode 0600, written
whole or not at all and never over another. A key reference names a key and is no secret: `file:<name>` here; `sdf:`
and `pkcs11:` are reserved for devices and refused until they are built. In production software keys are refused too:
then a device is the only custody.

While a key is open its private number is in the process's memory, inside libcrypto. Python's short-lived copies are
overwritten where it lets us; cores and swap should be off on a machine that keeps software keys.
"""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NoReturn

from keys import backend as backends
from keys.errors import (
    BackendFailed,
    KeyFileRefused,
    KeyNotUsable,
    MalformedKey,
    SignatureRefused,
    SigningFailed,
    UnknownReference,
)
from keys.files import read_private, write_once
from keys.key_file import ROUNDS_MAX, ROUNDS_MIN, lock, unlock
from keys.key_states import KeyStates
from keys.libcrypto import Libcrypto, LoadedKey
from keys.lifecycle import KeyRecord, KeyState
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify_made

SUFFIX = ".p8.pem"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_DEVICES = ("sdf:", "pkcs11:")


class SoftwareSigner:
    """A `Signer` whose private number is in this process; it verifies what it signs before handing it out.

    Before each signature `states` is asked whether the key was put away since it was opened.
    """

    software = True

    def __init__(self, library: Libcrypto, key: LoadedKey, reference: str, states: KeyStates | None = None) -> None:
        self._library, self._key, self._states = library, key, states
        self.public = PublicKey(key.point)
        self.reference = reference

    def __repr__(self) -> str:
        return f"<software key {self.reference}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key stays in its process")

    def sign(self, message: bytes) -> bytes:
        """Sign with the default identity, return r ‖ s of 64 octets.

        Raises:
            SigningFailed: libcrypto failed, or its signature did not verify; nothing was handed out.
            KeyNotUsable: the key was put away.

        """
        if self._states is not None:
            self._states.check_may_sign(self.reference, self.public)
        try:
            signature = self._library.sign(self._key, message, DEFAULT_IDENTITY)
            verify_made(self.public, message, signature)
        except SignatureRefused:
            raise SigningFailed("verify-after-sign", f"{self.reference}: the signature did not verify") from None
        except BackendFailed as error:
            raise SigningFailed(error.reason, f"{self.reference}: {error.text}") from error
        return signature


def memory_signer(name: str = "memory") -> Signer:
    """Make a key that lives and dies with this process, for tests and throw-away keys; reference `memory:<name>`.

    Raises:
        BackendMissing: nothing on this machine can sign.

    """
    library = backends.signing()
    return SoftwareSigner(library, library.generate(), f"memory:{name}")


class Custody:
    """The keys in one folder, opened with one passphrase, which is asked for each time and never kept.

    Safe to use from many threads. `rounds` is the work per key file; the default costs about half a second.
    """

    def __init__(
        self, folder: Path, passphrase: Callable[[], bytes], *, production: bool, rounds: int = 600_000
    ) -> None:
        if not ROUNDS_MIN <= rounds <= ROUNDS_MAX:
            raise ValueError(f"rounds are {ROUNDS_MIN} to {ROUNDS_MAX}")
        self._folder, self._passphrase = folder, passphrase
        self._production, self._rounds = production, rounds
        self._states = KeyStates(folder)
        self._open: dict[str, Signer] = {}
        self._lock = Lock()

    def make(self, name: str) -> Signer:
        """Make a new key and its file, durably; return it open.

        Raises:
            KeyNotUsable: production, a name that cannot be a file's, or one that is taken.
            KeyFileRefused: the file cannot be written, or no passphrase.
            BackendMissing: nothing on this machine can sign.

        """
        self._check_allowed(f"file:{name}")
        if not _NAME.fullmatch(name):
            raise KeyNotUsable("key-name", "a key's name is a-z, 0-9 and -, at most 64 characters")
        path = self._path(name)
        if path.exists():
            raise KeyNotUsable("key-exists", f"file:{name} exists")
        library = backends.signing()
        key = library.generate()
        private = library.private_octets(key)
        try:
            octets = lock(private, key.point, self._passphrase(), rounds=self._rounds)
        finally:
            private[:] = bytes(len(private))
        write_once(path, octets)
        signer = SoftwareSigner(library, key, f"file:{name}", self._states)
        with self._lock:  # whoever held another key of this name holds one whose file is gone
            self._open[signer.reference] = signer
        return signer

    def open(self, reference: str) -> Signer:
        """Return the signer behind a reference; opened once, then kept.

        Raises:
            UnknownReference: no such key, a malformed reference, or a kind of device that is not built yet.
            KeyNotUsable: a software key in production, or a key that was put away.
            KeyFileRefused, WrongPassphrase: the file is not in order, or does not open.

        """
        signer = self._signer(reference)
        self._states.check_may_sign(reference, signer.public)
        return signer

    def record(self, name: str) -> KeyRecord:
        """State of a key, also of one that was put away; raises as `open`."""
        reference = f"file:{name}"
        return self._states.record(reference, self._signer(reference).public)

    def put_away(self, name: str, state: KeyState, at: datetime) -> KeyRecord:
        """Retire a key, or mark it as compromised: for ever, by its public half, wherever it is open.

        Raises:
            KeyNotUsable: `key-state`, `key-state-order`; and whatever `open` raises.

        """
        reference = f"file:{name}"
        return self._states.put_away(reference, self._signer(reference).public, state, at)

    def _signer(self, reference: str) -> Signer:
        """The signer behind a reference, whatever state its key is in."""
        if reference.startswith(_DEVICES):
            kind = reference.partition(":")[0]
            raise UnknownReference(
                "device-not-built", f"密码设备（{kind}）的接入尚未实现 / {kind} devices are not built yet"
            )
        name = reference.removeprefix("file:")
        if name == reference or not _NAME.fullmatch(name):
            raise UnknownReference("reference-form", "a key reference looks like file:<name>")
        self._check_allowed(reference)
        with self._lock:
            if found := self._open.get(reference):
                return found
        return self._kept(self._read(name))

    def names(self) -> list[str]:
        """Names of the keys in the folder, sorted."""
        found = (path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))
        return sorted(name for name in found if _NAME.fullmatch(name))

    def _check_allowed(self, reference: str) -> None:
        if self._production:
            raise KeyNotUsable("software-key-in-production", f"{reference}: production takes keys in devices only")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{SUFFIX}"

    def _kept(self, signer: Signer) -> Signer:
        """Keep the first signer of a reference, so that everybody holds the same one."""
        with self._lock:
            return self._open.setdefault(signer.reference, signer)

    def _read(self, name: str) -> Signer:
        library = backends.signing()
        unlocked = unlock(read_private(self._path(name)), self._passphrase())
        try:
            key = library.private_key(unlocked.private, unlocked.point)
        except MalformedKey as error:
            raise KeyFileRefused(error.reason, f"file:{name}: {error.text}") from None
        finally:
            unlocked.wipe()
        return SoftwareSigner(library, key, f"file:{name}", self._states)
