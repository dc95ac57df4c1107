"""What feeding refuses beyond the tree of `issuer.errors`.

IssuerError
├── NoSuchHook        no webhook of this number, or not the asker's: the same answer
├── HookRefused       an address that nothing is sent to, or one too many; `reason` says which
├── CursorAhead       a reader has seen events that this installation does not know: it was restored
└── DeliveryFailed    what was sent did not arrive; `reason` says how it failed, `status` what was answered
"""

from issuer.errors import IssuerError


class NoSuchHook(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such webhook")


class HookRefused(IssuerError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CursorAhead(IssuerError):
    def __init__(self, number: int, last: int) -> None:
        super().__init__(f"{number} > {last}")
        self.number, self.last = number, last


class DeliveryFailed(IssuerError):
    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason if status is None else f"{reason}: {status}")
        self.reason, self.status = reason, status
