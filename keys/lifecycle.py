"""The life of a key: active, retired, compromised; which moves are allowed, and what each state permits.

A key is active from its making. Only an active key signs. A retired key's old signatures stand; a compromised key's
are judged by the time they were provably made, which is the verifier's business. Nothing leads back: a key that was
put away is not taken out again. Values only: `keys.key_states` keeps them, and who decided is for the caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from keys.errors import KeyNotUsable
from keys.sm2 import PublicKey


class KeyState(StrEnum):
    """State of a key pair."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {KeyState.ACTIVE: "使用中", KeyState.RETIRED: "已停用", KeyState.COMPROMISED: "已泄露"}

MOVES = {
    KeyState.ACTIVE: frozenset({KeyState.RETIRED, KeyState.COMPROMISED}),
    KeyState.RETIRED: frozenset({KeyState.COMPROMISED}),
    KeyState.COMPROMISED: frozenset[KeyState](),
}


@dataclass(frozen=True)
class KeyRecord:
    """What is known of a key: its reference, its public half, its state, and since when; None: since its making."""

    reference: str
    public: PublicKey
    state: KeyState = KeyState.ACTIVE
    since: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.since.tzinfo is None:
            raise ValueError("an instant needs a time zone")

    def moved(self, state: KeyState, at: datetime) -> "KeyRecord":
        """Return the record after a move.

        Raises:
            KeyNotUsable: `key-state`, the state does not lead there; `key-state-order`, the present one began later.

        """
        if state not in MOVES[self.state]:
            raise KeyNotUsable("key-state", f"{self.reference}: {self.state} does not lead to {state}")
        if self.since is not None and at < self.since:
            raise KeyNotUsable("key-state-order", f"{self.reference}: {at.isoformat()} is before the present state")
        return replace(self, state=state, since=at)

    def check_may_sign(self) -> None:
        """Accept an active key only.

        Raises:
            KeyNotUsable: `key-retired`, `key-compromised`.

        """
        if self.state is not KeyState.ACTIVE:
            raise KeyNotUsable(f"key-{self.state}", self.reference)
