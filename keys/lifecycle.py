"""The life of a key: made, active, retired, compromised; which moves are allowed, and what each state permits.

Only an active key signs. A retired key's old signatures stand; a compromised key's are judged by the time they were
provably made, which is the verifier's business. Nothing leads back: a key that was put away is not taken out again.
Values only: where records are kept, and who decided, is for the caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from keys.errors import KeyNotUsable
from keys.sm2 import PublicKey


class KeyState(StrEnum):
    """State of a key pair."""

    MADE = "made"
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    KeyState.MADE: "已生成（未启用）",
    KeyState.ACTIVE: "使用中",
    KeyState.RETIRED: "已停用",
    KeyState.COMPROMISED: "已泄露",
}

MOVES = {
    KeyState.MADE: frozenset({KeyState.ACTIVE, KeyState.RETIRED, KeyState.COMPROMISED}),
    KeyState.ACTIVE: frozenset({KeyState.RETIRED, KeyState.COMPROMISED}),
    KeyState.RETIRED: frozenset({KeyState.COMPROMISED}),
    KeyState.COMPROMISED: frozenset[KeyState](),
}


@dataclass(frozen=True)
class KeyRecord:
    """What is known of a key: its reference, its public half, its state and since when."""

    reference: str
    public: PublicKey
    state: KeyState
    since: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None:
            raise ValueError("an instant needs a time zone")

    def moved(self, state: KeyState, at: datetime) -> "KeyRecord":
        """Return the record after a move.

        Raises:
            KeyNotUsable: the state does not lead there, or `at` is before the present state began.

        """
        if state not in MOVES[self.state]:
            raise KeyNotUsable("key-state", f"{self.reference}: {self.state} does not lead to {state}")
        if at < self.since:
            raise KeyNotUsable("key-state-order", f"{self.reference}: {at.isoformat()} is before the present state")
        return replace(self, state=state, since=at)

    def check_may_sign(self) -> None:
        """Accept an active key only.

        Raises:
            KeyNotUsable: any other state.

        """
        if self.state is not KeyState.ACTIVE:
            raise KeyNotUsable("key-not-active", f"{self.reference}: {self.state}")
