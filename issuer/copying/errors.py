"""Errors of copying; `reason` is a stable code.

IssuerError
└── CopyingError
    ├── CopyRefused     what was asked for is not in order; `reason` names the member
    ├── NotInForce      the original is suspended, ended or outside its own dates; `carried-over`, by a list of
    │                   before a restore
    ├── BasisEnded      the consent or citation that the copy would rest on carries none, or no more
    └── NoSuchCopy      no copy of this identifier, none released, or not the asker's to see: the same answer
"""

from issuer.errors import IssuerError


class CopyingError(IssuerError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CopyRefused(CopyingError): ...


class NotInForce(CopyingError):
    def __init__(self, reason: str = "original-not-in-force") -> None:
        super().__init__(reason)


class BasisEnded(CopyingError): ...


class NoSuchCopy(CopyingError):
    def __init__(self) -> None:
        super().__init__("no-such-copy")
