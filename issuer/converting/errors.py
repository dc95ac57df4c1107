"""What the conversion of stock refuses beyond the tree of `issuer.errors`.

IssuerError
├── NoSuchStock           no stock of this number, or not the asker's to see: the same answer
├── StockMoved            the stock does not stand where this step begins, or it moved meanwhile
├── SecondPersonNeeded    whoever entered or compared stock may not confirm it
├── ConfirmationStale     what is confirmed is not what stands there now
├── FaceChanged           the type has another face than the one it was confirmed for
├── ScanRefused           a scan that is none, too large, or cannot be shown; `reason` says which
└── ApplicationRefused
    └── StockRefused      a manifest or a comparison has errors; `problems` as in its base
"""

from issuer.errors import ApplicationRefused, IssuerError


class NoSuchStock(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such stock")


class StockMoved(IssuerError):
    def __init__(self, stage: str, step: str) -> None:
        super().__init__(f"{step} from {stage}")
        self.stage, self.step = stage, step


class SecondPersonNeeded(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class ConfirmationStale(IssuerError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number}: another content than was looked at")
        self.number = number


class FaceChanged(IssuerError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number}: the face is another one by now")
        self.number = number


class ScanRefused(IssuerError):
    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(f"{name}: {reason}" if name else reason)
        self.reason, self.name = reason, name


class StockRefused(ApplicationRefused): ...
