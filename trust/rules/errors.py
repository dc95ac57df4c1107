"""Leaves of the tree in `trust.errors` that carry facts of a rule.

Malformed
└── FieldRefused     one named item of text is refused; `key` and `label` say which, `reason` says why
Conflict
└── MoveRefused      no such move in the table of standings, or it would undo another; `status` and `kind` say from
                     where and how
"""

from collections.abc import Iterator
from contextlib import contextmanager

from trust.errors import Conflict, Malformed


class FieldRefused(Malformed):
    def __init__(self, reason: str, *, key: str, label: str) -> None:
        super().__init__(reason, f"{label} ({key})")
        self.key = key
        self.label = label


@contextmanager
def naming(key: str, label: str) -> Iterator[None]:
    """Say which item is meant: a `Malformed` raised inside leaves as a `FieldRefused` with the same reason."""
    try:
        yield
    except Malformed as refusal:
        raise FieldRefused(refusal.reason, key=key, label=label) from refusal


class MoveRefused(Conflict):
    def __init__(self, reason: str, *, status: str, kind: str) -> None:
        super().__init__(reason, f"{kind} from {status}")
        self.status = status
        self.kind = kind
