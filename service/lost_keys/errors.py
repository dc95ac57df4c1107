"""Refusals about keys that were lost.

CompromiseError
├── NoSuchCompromise   unknown, or another body's: the same answer
├── CompromiseRefused  it cannot be reported, or an entry not be settled, like this; `reason`
├── CompromiseMoved    it does not stand where this step begins, or somebody was faster
└── NotAnother         the second of two people is the first one, or not of those who may
"""


class CompromiseError(Exception):
    """Base of refusals about lost keys; `reason` is stable and fit for a program."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason


class NoSuchCompromise(CompromiseError):
    """There is none of this number, or it is another body's."""

    def __init__(self) -> None:
        super().__init__("compromise-unknown")


class CompromiseRefused(CompromiseError):
    """What is asked for does not go."""


class CompromiseMoved(CompromiseError):
    """Decided already, or somebody was faster."""

    def __init__(self, stage: str) -> None:
        super().__init__("compromise-moved", stage)


class NotAnother(CompromiseError):
    """One human may not take both steps."""

    def __init__(self, login: str) -> None:
        super().__init__("same-person", login)
