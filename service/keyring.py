"""Key rings: signers by name, opened only when something is really signed.

Opening a key file costs half a second on purpose, so a process that never signs never opens one. A `LateSigner` knows
its public half from the certificate and opens the private one at its first signature, when it also makes sure that
the two belong together.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from keys.custody import memory_signer
from keys.errors import KeyNotUsable, UnknownReference
from keys.lifecycle import KeyRecord, KeyState
from keys.signer import Signer
from keys.sm2 import PublicKey


class KeyRing(Protocol):
    """Where signers come from; `keys.custody.Custody` is one, `MemoryRing` another."""

    def make(self, name: str) -> Signer:
        """A new key under a name that is free."""
        ...

    def open(self, reference: str) -> Signer:
        """The signer of a reference such as `file:log`; raises KeyNotUsable where its key was put away."""
        ...

    def names(self) -> list[str]:
        """Names in use."""
        ...

    def record(self, name: str) -> KeyRecord:
        """State of a key, also of one that was put away."""
        ...

    def put_away(self, name: str, state: KeyState, at: datetime) -> KeyRecord:
        """Retire a key or mark it as compromised, for ever; once more to the same state changes nothing."""
        ...


class MemoryRing:
    """Keys that live and die with the process, for tests."""

    def __init__(self) -> None:
        self._signers: dict[str, Signer] = {}
        self._records: dict[str, KeyRecord] = {}

    def make(self, name: str) -> Signer:
        """See `KeyRing`."""
        if name in self._signers:
            raise KeyNotUsable("key-exists", name)
        self._signers[name] = memory_signer(name)
        return self._signers[name]

    def open(self, reference: str) -> Signer:
        """See `KeyRing`."""
        name = reference.removeprefix("file:")
        self.record(name).check_may_sign()
        return self._signers[name]

    def record(self, name: str) -> KeyRecord:
        """See `KeyRing`."""
        if name not in self._signers:
            raise UnknownReference("no-such-key", name)
        return self._records.get(name, KeyRecord(f"file:{name}", self._signers[name].public))

    def put_away(self, name: str, state: KeyState, at: datetime) -> KeyRecord:
        """See `KeyRing`."""
        known = self.record(name)
        if known.state is not state:
            self._records[name] = known.moved(state, at)
        return self.record(name)

    def names(self) -> list[str]:
        """See `KeyRing`."""
        return sorted(self._signers)


class LateSigner:
    """A `Signer` whose private half is opened at the first signature."""

    def __init__(self, public: PublicKey, reference: str, opener: Callable[[str], Signer]) -> None:
        self.public, self.reference = public, reference
        self._opener = opener

    @property
    def software(self) -> bool:
        """Whether the key is a software key; asks the custody."""
        return self.opened().software

    def sign(self, message: bytes) -> bytes:
        """Sign, after making sure that the key is the certificate's and was not put away.

        Raises:
            KeyNotUsable: the private half belongs to another public key, or the key was put away.

        """
        return self.opened().sign(message)

    def opened(self) -> Signer:
        """The signer itself; asked for early, it finds what cannot sign before anything is promised.

        Raises:
            KeyNotUsable: the private half belongs to another public key; and whatever the custody raises.

        """
        signer = self._opener(self.reference)
        if signer.public != self.public:
            raise KeyNotUsable("key-mismatch", f"{self.reference} is not the key of its certificate")
        return signer
