"""What a department's system is told: that something happened, to what, and when; never about whom.

An event names its subject by an identifier (of a licence, a seal, an application) and says what happened to it. It has
no name, number or code of any person; whoever needs more asks for the subject with the rights it has. Each body has
events of its own, numbered from 1 without a gap but for those that a restore leaves, and nothing of them ever changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from trust.rules.labelled import Labelled

MAX_SUBJECT, MAX_DETAIL, MAX_MARK = 140, 140, 200


class EventKind(Labelled):
    """What happened."""

    LICENCE_ISSUED = "licence.issued", "证照已签发"
    LICENCE_ACT = "licence.act", "证照状态处理"
    COPY_MADE = "copy.made", "加注件已制作"
    SEAL_ACT = "seal.act", "印章状态处理"
    APPLICATION_SUBMITTED = "application.submitted", "申请已提交"
    APPLICATION_APPROVED = "application.approved", "申请已批准"
    APPLICATION_RETURNED = "application.returned", "申请已退回补正"
    APPLICATION_REFUSED = "application.refused", "申请不予批准"
    APPLICATION_WITHDRAWN = "application.withdrawn", "申请已撤回"
    APPLICATION_EXPIRED = "application.expired", "批准已过期"
    APPLICATION_RELEASED = "application.released", "申请已办结发证"
    STOCK_CONFIRMED = "stock.confirmed", "存量证照已复核"
    STOCK_REFUSED = "stock.refused", "存量证照不予转换"
    BATCH_APPROVED = "batch.approved", "批次已批准"
    BATCH_FINISHED = "batch.finished", "批次已办结"
    BATCH_HELD = "batch.held", "批次已暂停待查"
    BATCH_CANCELLED = "batch.cancelled", "批次已取消"
    FEED_RESTORED = "feed.restored", "系统已从备份恢复"


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
