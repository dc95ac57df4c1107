"""What batches refuse beyond the tree of `issuer.errors`.

IssuerError
├── NoSuchBatch           no batch of this number, or not the asker's to see: the same answer
├── BatchMoved            the table has no such step from where the batch stands, or it moved meanwhile
├── BatchOwnHand          whoever submitted a batch may not approve it
├── PhotographsBusy       so many tables with photographs are looked at that another has to wait
├── PicturesLost          the pictures of a trial on its way are not there any more
├── BatchNotOpened        whoever approves has not opened all that has to be looked at; `parts` are left
├── BatchStale            what is approved is not what was submitted, or its face is not in force any more
└── ApplicationRefused
    └── BatchRefused      the table has errors and nothing was taken in; `problems` as in its base
"""

from collections.abc import Sequence

from issuer.errors import ApplicationRefused, IssuerError


class NoSuchBatch(IssuerError):
    def __init__(self) -> None:
        super().__init__("no such batch")


class BatchMoved(IssuerError):
    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"{step} from {state}")
        self.state, self.step = state, step


class BatchOwnHand(IssuerError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class BatchStale(IssuerError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number}: another content than was looked at")
        self.number = number


class BatchNotOpened(IssuerError):
    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__("not opened: " + ", ".join(parts))
        self.parts = tuple(parts)


class BatchRefused(ApplicationRefused): ...


class PhotographsBusy(IssuerError): ...


class PicturesLost(IssuerError): ...
