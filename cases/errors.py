"""The tree of errors of `cases`; facts are attributes, the sentences for people are in `service.problems`.

CasesError
├── MalformedMatters     a list of matters that cannot be read; `reason` says what is wrong with it
├── MalformedRequest     a citation asked for in a form that cannot be answered; `reason` names the member
├── NoSuchRequirement    no such matter, none for this department, or no such requirement in it
├── NoSuchCitation       no such citation, or another department's: the same answer
├── NothingHeld          no licence that could be cited: none held, not known, not open to this service
├── WrongHolder          the licence named belongs to somebody else
├── WrongType            the licence named is not of a type that the requirement accepts
├── CopyNotCited         an annotated copy was named; only an original is cited
├── GradeTooLow          the licence was converted from stock on less evidence than the requirement asks for
├── NotVerified          the licence did not pass verification; `verdict` says why
├── ConsentRefused       the consent does not carry this citation; `reason` begins with `consent-`
├── StandingMoved        the licence's standing changed between verification and record
├── FileChanged          the licence's file is no longer the one that was cited
├── IdempotencyMismatch  the idempotency key was used before, for another request
├── NumberTaken          the number drawn for a citation exists: the source of random octets is broken
└── ReceiptRefused       a receipt that is not the one that was promised; it is not handed out

Every refusal leaves nothing recorded. What is unknown, closed or another department's shares one class.
"""

from trust.rules.conversion import Grade
from trust.rules.verdict import Verdict


class CasesError(Exception):
    """Base of everything that `cases` raises on purpose; `reason` is a stable, hyphenated code."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        self.text = text


class MalformedMatters(CasesError): ...


class MalformedRequest(CasesError): ...


class NoSuchRequirement(CasesError):
    def __init__(self) -> None:
        super().__init__("no-such-requirement")


class NoSuchCitation(CasesError):
    def __init__(self) -> None:
        super().__init__("no-such-citation")


class NothingHeld(CasesError):
    def __init__(self) -> None:
        super().__init__("nothing-held")


class WrongHolder(CasesError):
    def __init__(self) -> None:
        super().__init__("wrong-holder")


class WrongType(CasesError):
    def __init__(self, found: str, accepted: tuple[str, ...]) -> None:
        super().__init__("wrong-type", found)
        self.found = found
        self.accepted = accepted


class GradeTooLow(CasesError):
    def __init__(self, found: Grade, needed: Grade) -> None:
        super().__init__("grade-too-low", f"{found} < {needed}")
        self.found = found
        self.needed = needed


class CopyNotCited(CasesError):
    def __init__(self) -> None:
        super().__init__("copy-not-cited")


class NotVerified(CasesError):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__("not-verified", verdict.indication.value)
        self.verdict = verdict


class ConsentRefused(CasesError): ...


class StandingMoved(CasesError):
    def __init__(self, expected: int, found: int | None) -> None:
        super().__init__("standing-moved", f"{expected} -> {found}")
        self.expected = expected
        self.found = found


class FileChanged(CasesError):
    def __init__(self) -> None:
        super().__init__("file-changed")


class IdempotencyMismatch(CasesError):
    def __init__(self) -> None:
        super().__init__("idempotency-mismatch")


class NumberTaken(CasesError):
    def __init__(self) -> None:
        super().__init__("number-taken")


class ReceiptRefused(CasesError): ...
