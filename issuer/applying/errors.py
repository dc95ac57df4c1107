"""What applying refuses beyond the tree of `issuer.errors`.

IssuerError
├── NoSuchDocket          no application of this number, or not the asker's to see: the same answer
├── DocketMoved           the table has no such step from where the application stands, or it moved meanwhile
├── SamePerson            whoever had a hand in an application may not decide on it
├── NotAnAuthor           only whoever had a hand in an application may withdraw it
├── ApprovalStale         what is approved is not what stands in the application now
├── NeedsApproval         a licence of this type is issued on an application that a second person has approved
└── ApplicationRefused
    └── SuccessionRefused the licence cannot follow that one; `problems` as in its base
"""

from issuer.errors import ApplicationRefused, IssuerError


class NoSuchDocket(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such application")


class DocketMoved(IssuerError):
    def __init__(self, stage: str, step: str) -> None:
        super().__init__(f"{step} from {stage}")
        self.stage, self.step = stage, step


class SamePerson(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NotAnAuthor(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class ApprovalStale(IssuerError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number}: another content than was looked at")
        self.number = number


class NeedsApproval(IssuerError):
    def __init__(self, type_code: str) -> None:
        super().__init__(type_code)
        self.type_code = type_code


class SuccessionRefused(ApplicationRefused): ...
