"""The table of moves: what each act is called, from which standing it leads and to which.

暂扣, 恢复, 撤销, 吊销, 注销 and 失效 are different acts in law. `MOVES` is the one table of what each does, with the
operation code of the housing ministry's interface. Codes of `Status` are those of the same interface (reconstructed).

Two acts leave the standing as it is and are on record beside it: a periodic check that was passed (校验、年检), and
that a final decision was itself set aside (原决定被撤销), after which the right lives on in another document.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from trust.rules.labelled import Labelled


class Status(Labelled):
    """What a licence is worth at an instant; expiry by its own dates is judged elsewhere (`licence.validity`)."""

    VALID = "01", "有效"
    SUSPENDED = "02", "暂扣"
    RESCINDED = "03", "撤销"
    CANCELLED = "04", "注销"
    LAPSED = "05", "失效"
    TRANSFERRING = "06", "办理转出"
    REVOKED = "07", "吊销"
    OTHER = "99", "其他"

    @property
    def final(self) -> bool:
        """Whether no later act can change it."""
        return self in _FINAL


_FINAL = frozenset({Status.RESCINDED, Status.CANCELLED, Status.LAPSED, Status.REVOKED})

LIST_VALUE = MappingProxyType(
    {status: 1 if status in _FINAL else 3 for status in Status} | {Status.VALID: 0, Status.SUSPENDED: 2},
)
"""The two bits of a status list entry: 0 valid, 1 invalid, 2 suspended, 3 other."""


class ActKind(StrEnum):
    """The acts; each row of `MOVES` explains one."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RESCIND = "rescind"
    REVOKE = "revoke"
    CANCEL = "cancel"
    LAPSE = "lapse"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_BACK = "transfer-back"
    RESTRICT = "restrict"
    CHECK = "check"
    OVERTURN = "overturn"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return MOVES[self].label


@dataclass(frozen=True)
class Move:
    """One row of the table: what an act is called, from where it leads, and to where; None leaves the standing."""

    kind: ActKind
    label: str
    allowed_from: frozenset[Status]
    result: Status | None
    operation: str

    @property
    def lifts(self) -> bool:
        """Whether the act ends an interruption rather than begins something."""
        return self.result is Status.VALID

    @property
    def ends(self) -> bool:
        """Whether the act ends a licence for good."""
        return self.result is not None and self.result.final

    @property
    def reverses(self) -> bool:
        """Whether the act is about another act, which it has to name."""
        return self.lifts or self.kind is ActKind.OVERTURN


_LIVE = frozenset(Status) - _FINAL
MOVES = MappingProxyType(
    {
        move.kind: move
        for move in (
            Move(ActKind.SUSPEND, "暂扣", frozenset({Status.VALID}), Status.SUSPENDED, "03"),
            Move(ActKind.REINSTATE, "恢复", frozenset({Status.SUSPENDED, Status.OTHER}), Status.VALID, "06"),
            Move(ActKind.RESCIND, "撤销", _LIVE, Status.RESCINDED, "05"),
            Move(ActKind.REVOKE, "吊销", _LIVE, Status.REVOKED, "05"),
            Move(ActKind.CANCEL, "注销", _LIVE, Status.CANCELLED, "05"),
            Move(ActKind.LAPSE, "失效", _LIVE, Status.LAPSED, "04"),
            Move(ActKind.TRANSFER_OUT, "办理转出", frozenset({Status.VALID}), Status.TRANSFERRING, "05"),
            Move(ActKind.TRANSFER_BACK, "撤回转出", frozenset({Status.TRANSFERRING}), Status.VALID, "10"),
            Move(ActKind.RESTRICT, "限制使用", frozenset({Status.VALID}), Status.OTHER, "07"),
            Move(ActKind.CHECK, "校验合格", frozenset(_LIVE), None, "07"),
            Move(ActKind.OVERTURN, "原决定被撤销", _FINAL, None, "07"),
        )
    },
)
