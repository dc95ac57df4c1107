"""Errors of presenting; `reason` is a stable code.

IssuerError
└── PresentingError
    ├── PresentingRefused   what was asked for is not in order, or the licence is not in force; `reason` says which
    ├── NoSuchCode          no code of that text or number, or another holder's: the same answer
    ├── CodeUsed            redeemed before; `at`, `by` and `place` tell when, by whom and where
    ├── CodeWithdrawn       the holder took it back, `at` when
    ├── CodeExpired         its time is over, since `at`
    ├── CodeForOthers       the holder made it for somebody else; it stays unused
    └── TooManyCodes        the holder has too many codes open at a time
"""

from datetime import datetime

from issuer.errors import IssuerError


class PresentingError(IssuerError):
    def __init__(self, reason: str, at: datetime | None = None, by: str = "", place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.at, self.by, self.place = reason, at, by, place


class PresentingRefused(PresentingError): ...


class NoSuchCode(PresentingError):
    def __init__(self) -> None:
        super().__init__("no-such-code")


class CodeUsed(PresentingError):
    def __init__(self, at: datetime, by: str, place: str) -> None:
        super().__init__("code-used", at, by, place)


class CodeWithdrawn(PresentingError):
    def __init__(self, at: datetime) -> None:
        super().__init__("code-withdrawn", at)


class CodeExpired(PresentingError):
    def __init__(self, at: datetime) -> None:
        super().__init__("code-expired", at)


class CodeForOthers(PresentingError):
    def __init__(self) -> None:
        super().__init__("code-for-others")


class TooManyCodes(PresentingError):
    def __init__(self) -> None:
        super().__init__("too-many-codes")
