"""Errors of consents to copies.

IssuerError
├── NoSuchConsent       no consent of this number with this body: the same answer as for another's
├── ConsentMoved        it is decided already, or somebody was faster
├── ConsentOwnHand      whoever recorded a consent does not confirm it
└── ApplicationRefused
    └── ConsentNotTaken what was handed in cannot be recorded; `problems` as in its base
"""

from issuer.errors import ApplicationRefused, IssuerError


class NoSuchConsent(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such consent")


class ConsentMoved(IssuerError):
    def __init__(self, stage: str, step: str) -> None:
        super().__init__(f"{step} from {stage}")
        self.stage, self.step = stage, step


class ConsentOwnHand(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class ConsentNotTaken(ApplicationRefused): ...
