"""What a department's system is told: that something happened, to what, and when; never about whom.

An event names its subject by an identifier (of a licence, a seal, an application) and says what happened to it. It has
no name, number or code of any person; whoever needs more asks for the subject with the rights it has. Each body has
events of its own, numbered from 1 without a gap but for those that a restore leaves, and nothing of them ever changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

MAX_SUBJECT, MAX_DETAIL, MAX_MARK = 140, 140, 200


class EventKind(StrEnum):
    """What happened."""

    LICENCE_ISSUED = "licence.issued"
    LICENCE_ACT = "licence.act"
    COPY_MADE = "copy.made"
    SEAL_ACT = "seal.act"
    APPLICATION_SUBMITTED = "application.submitted"
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_RETURNED = "application.returned"
    APPLICATION_REFUSED = "application.refused"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    APPLICATION_EXPIRED = "application.expired"
    APPLICATION_RELEASED = "application.released"
    STOCK_CONFIRMED = "stock.confirmed"
    STOCK_REFUSED = "stock.refused"
    BATCH_APPROVED = "batch.approved"
    BATCH_FINISHED = "batch.finished"
    BATCH_HELD = "batch.held"
    BATCH_CANCELLED = "batch.cancelled"
    FEED_RESTORED = "feed.restored"

    @property
    def label(self) -> str:
        """The words for people."""
        return _LABELS[self]


_LABELS = {
    EventKind.LICENCE_ISSUED: "证照已签发",
    EventKind.LICENCE_ACT: "证照状态处理",
    EventKind.COPY_MADE: "加注件已制作",
    EventKind.SEAL_ACT: "印章状态处理",
    EventKind.APPLICATION_SUBMITTED: "申请已提交",
    EventKind.APPLICATION_APPROVED: "申请已批准",
    EventKind.APPLICATION_RETURNED: "申请已退回补正",
    EventKind.APPLICATION_REFUSED: "申请不予批准",
    EventKind.APPLICATION_WITHDRAWN: "申请已撤回",
    EventKind.APPLICATION_EXPIRED: "批准已过期",
    EventKind.APPLICATION_RELEASED: "申请已办结发证",
    EventKind.STOCK_CONFIRMED: "存量证照已复核",
    EventKind.STOCK_REFUSED: "存量证照不予转换",
    EventKind.BATCH_APPROVED: "批次已批准",
    EventKind.BATCH_FINISHED: "批次已办结",
    EventKind.BATCH_HELD: "批次已暂停待查",
    EventKind.BATCH_CANCELLED: "批次已取消",
    EventKind.FEED_RESTORED: "系统已从备份恢复",
}


APPLICATION_STEPS: Mapping[str, EventKind] = MappingProxyType(
    {
        "submit": EventKind.APPLICATION_SUBMITTED,
        "approve": EventKind.APPLICATION_APPROVED,
        "waive": EventKind.APPLICATION_APPROVED,
        "return": EventKind.APPLICATION_RETURNED,
        "refuse": EventKind.APPLICATION_REFUSED,
        "withdraw": EventKind.APPLICATION_WITHDRAWN,
        "break-off": EventKind.APPLICATION_RETURNED,
        "abandon": EventKind.APPLICATION_REFUSED,
        "void": EventKind.APPLICATION_REFUSED,
        "expire": EventKind.APPLICATION_EXPIRED,
        "release": EventKind.APPLICATION_RELEASED,
    },
)
"""Steps of an application (`issuer.applying.life`) that are told, and as what."""


BATCH_STEPS: Mapping[str, EventKind] = MappingProxyType(
    {
        "approve": EventKind.BATCH_APPROVED,
        "finish": EventKind.BATCH_FINISHED,
        "hold": EventKind.BATCH_HELD,
        "cancel": EventKind.BATCH_CANCELLED,
    },
)
"""Steps of a batch (`issuer.batches.life`) that are told, and as what."""


@dataclass(frozen=True)
class Noted:
    """Something that happened for a body; `mark` tells it from everything else, so that it is noted once.

    `detail` says more where the kind alone says too little: the kind of an act, the original of a copy, the licence
    that an application led to, how many rows of a batch were issued and how many were not.
    """

    body_code: str
    kind: EventKind
    subject: str
    mark: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Event:
    """A noted event under its number."""

    number: int
    kind: EventKind
    subject: str
    detail: str
    at: datetime
