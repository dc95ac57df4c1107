"""What orders of acts refuse beyond the trees of `issuer.errors` and `trust.errors`.

IssuerError
├── NoSuchWarrant        no order of this number, or not the asker's to see: the same answer
├── WarrantMoved         the order is decided already, or somebody was faster
├── OwnWarrant           whoever ordered an act may not decide on it
├── NotTheMaker          only whoever ordered it may withdraw it
├── NeedsSecond          an act that one person may not take alone; `causes` say why
└── ApplicationRefused
    └── WarrantRefused   the order cannot be placed; `problems` as in its base
"""

from collections.abc import Sequence

from issuer.errors import ApplicationRefused, IssuerError
from trust.rules.two_people import Cause


class NoSuchWarrant(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such order")


class WarrantMoved(IssuerError):
    def __init__(self, stage: str, step: str) -> None:
        super().__init__(f"{step} from {stage}")
        self.stage, self.step = stage, step


class OwnWarrant(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NotTheMaker(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NeedsSecond(IssuerError):
    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__(", ".join(causes))
        self.causes = tuple(causes)


class WarrantRefused(ApplicationRefused): ...
