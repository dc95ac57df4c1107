"""The tree of errors of `issuer`.

IssuerError
├── ApplicationRefused    the data cannot become a licence; `problems` lists field and reason
├── NoMandate             this body may not issue this type at this time
│   └── OutsideArea       it may, but not for this place
├── UnknownType           no such licence type in the catalogue
├── DuplicateNumber       the body has issued a licence of this type under this number
├── AlreadySucceeded      another licence follows the one that this was to follow
├── IdempotencyMismatch   the key was used before with another body
├── PlanBroken            what is about to be signed is not what was planned and stored
├── NoSuchLicence         no licence of this identifier, none released, or not the asker's to see: the same answer
├── NotSound              what was signed does not verify, or was not stored as it was made; nothing was released
├── GivenUp               what was begun was given up before its release, and never will be released
├── ReleasedBefore        it was released after the backup that was restored: its files are out, and are to be handed in
│   └── MaybeReleased     it may have been: nobody can tell until its files turn up, or a person gives it up
├── PeopleOnly            this step is for a person; a department's system may not take it
└── NoPen                 the body has no seal in force, or its key cannot be used
"""

from collections.abc import Sequence


class IssuerError(Exception):
    """Base of everything that issuing raises on purpose."""


class ApplicationRefused(IssuerError):
    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems))
        self.problems = tuple(problems)


class NoMandate(IssuerError):
    def __init__(self, issuer_code: str, type_code: str) -> None:
        super().__init__(f"{issuer_code} has no mandate for {type_code}")
        self.issuer_code, self.type_code = issuer_code, type_code


class OutsideArea(NoMandate): ...


class UnknownType(IssuerError):
    def __init__(self, type_code: str) -> None:
        super().__init__(type_code)
        self.type_code = type_code


class DuplicateNumber(IssuerError):
    def __init__(self, number: str) -> None:
        super().__init__("the number is in use")
        self.number = number


class AlreadySucceeded(IssuerError):
    def __init__(self, predecessor: str) -> None:
        super().__init__(predecessor)
        self.predecessor = predecessor


class IdempotencyMismatch(IssuerError):
    def __init__(self, key: str) -> None:
        super().__init__("the key was used with another body")
        self.key = key


class PlanBroken(IssuerError):
    def __init__(self, identifier: str, what: str) -> None:
        super().__init__(f"{what} of {identifier} differs from what was planned")
        self.identifier, self.what = identifier, what


class NoSuchLicence(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such licence")


class NotSound(IssuerError):
    def __init__(self, identifier: str, what: str) -> None:
        super().__init__(f"{identifier}: {what}")
        self.identifier, self.what = identifier, what


class GivenUp(IssuerError):
    def __init__(self, identifier: str, reason: str) -> None:
        super().__init__(f"{identifier}: {reason}")
        self.identifier, self.reason = identifier, reason


class ReleasedBefore(IssuerError):
    reason = "released-before-restore"

    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier


class MaybeReleased(ReleasedBefore):
    reason = "maybe-released"


class PeopleOnly(IssuerError):
    def __init__(self) -> None:
        super().__init__("a person has to do this")


class NoPen(IssuerError):
    def __init__(self, body_code: str, reason: str) -> None:
        super().__init__(f"{body_code}: {reason}")
        self.body_code, self.reason = body_code, reason
