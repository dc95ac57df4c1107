"""A key reported lost, as values: which key since when, who says so and who confirmed it, and how far the work is.

The end of a seal whose key was not lost stands here too, confirmed by the order that ended it: what was sealed with it
since has to be made again as well.

`LIFE` is the one table of its stages. The work between `confirmed` and `done` has steps of its own (`Work`), in this
order. Each is safe to repeat, and is noted with the instant at which it was over, so that one that was cut off is found
and carried on.
"""

from dataclasses import dataclass
from datetime import datetime

from keys.sm3 import sm3
from service.lost_keys.errors import CompromiseMoved, CompromiseRefused, NotAnother
from trust.formats.canonical_json import encode_json, text_of
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who
from trust.rules.seal_standing import subject_of
from trust.sealing.ports import Officer


class Stage(Labelled):
    """Where a report stands."""

    WAITING = "waiting", "待第二人确认"
    CONFIRMED = "confirmed", "已确认，处置中"
    DONE = "done", "已处置并公布"
    REFUSED = "refused", "不予确认"
    WITHDRAWN = "withdrawn", "已撤回"


class Step(Labelled):
    """What is done to a report; each row of `LIFE` explains one."""

    REPORT = "report", "报告"
    CONFIRM = "confirm", "确认"
    REFUSE = "refuse", "不予确认"
    WITHDRAW = "withdraw", "撤回"
    FINISH = "finish", "处置完毕"


LIFE = Life(
    rows=(
        Row(Step.REPORT, {None}, Stage.WAITING),
        Row(Step.CONFIRM, {Stage.WAITING}, Stage.CONFIRMED, Who.ANOTHER),
        Row(Step.REFUSE, {Stage.WAITING}, Stage.REFUSED, Who.ANOTHER, needs_reason=True),
        Row(Step.WITHDRAW, {Stage.WAITING}, Stage.WITHDRAWN, Who.ACCOUNT),
        Row(Step.FINISH, {Stage.CONFIRMED}, Stage.DONE, Who.REGISTER),
    ),
    moved=lambda stage, _: CompromiseMoved(stage),
    persons={Who.ANOTHER: NotAnother, Who.ACCOUNT: lambda login: CompromiseRefused("loss-not-yours", login)},
)


class Work(Labelled):
    """What is done once a loss is confirmed, in this order."""

    BLOCKED = "blocked", "封禁密钥，登记证书撤销"
    REVOKED_PUBLIC = "revoked-public", "公布证书撤销列表"
    SEALS_CANCELLED = "seals-cancelled", "注销这把密钥的印章"
    PUBLISHED = "published", "公布状态清单、信任列表和存证日志检查点"
    LISTED = "listed", "列出须补发、须重新盖章的"


@dataclass(frozen=True)
class Loss:
    """Which key was lost: its name, SM3 of its public half, whose it is; since when (None: nobody knows), and why.

    `seal_id` is the personal seal whose own key it is; None for the key of a body, which all of its other seals use.
    Where a seal ended and no key was lost (`seal_end`), no key is named, and `since` is when the end took effect.
    """

    body_code: str
    key_name: str
    key: bytes
    since: datetime | None
    reason: str
    seal_id: str | None = None

    @property
    def of_key(self) -> bool:
        """Whether a key was lost; else a seal ended."""
        return bool(self.key_name)

    @property
    def steps(self) -> tuple[Work, ...]:
        """The work that it takes: the order that ended a seal has published that already."""
        return tuple(Work) if self.of_key else (Work.LISTED,)

    @property
    def digest(self) -> str:
        """`sm3:` and hexadecimal digits over everything above: what the second person confirms."""
        members = {
            "body_code": self.body_code,
            "key": self.key.hex(),
            "key_name": self.key_name,
            "reason": self.reason,
            "seal_id": self.seal_id or "",
            "since": text_of(self.since) if self.since else "",
        }
        return f"sm3:{sm3(encode_json(members)).hex()}"


def seal_end(body_code: str, seal_id: str, since: datetime, reason: str) -> Loss:
    """The end of a seal from an instant on, without the loss of a key; SM3 of its subject stands in the key's place."""
    return Loss(body_code, "", sm3(subject_of(seal_id).encode()), since, reason, seal_id)


@dataclass(frozen=True)
class Compromise:
    """A report: the loss, who reported it, who decided, where it stands.

    `boundary` is the number of log entries older than the loss, known once it is confirmed: whatever is logged there is
    proven to be older.
    """

    number: str
    loss: Loss
    stage: Stage
    reported_by: Officer
    reported_at: datetime
    decided_by: Officer | None = None
    decided_at: datetime | None = None
    note: str = ""
    boundary: int | None = None


@dataclass(frozen=True)
class Done:
    """A step of the work, when it was over, and how many things it was about."""

    work: Work
    at: datetime
    count: int
