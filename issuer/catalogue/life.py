"""The lives of the catalogue: of an entry, from draft to retirement, and of a request about a mandate.

What a step leads to and who took it, when and why is recorded and never changed. A draft may be changed until it is
sent for review; from then on it stays what it is. A new version has a life of its own beside the older ones: publishing
it is what ends issuing under them. Neither entry nor mandate is decided on by whoever asks for it.
"""

from issuer.catalogue.errors import EntryRefused, EntryUnknown, SecondPerson, StepRefused
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who


class State(Labelled):
    """Where a version stands in its life."""

    DRAFT = "draft", "草稿"
    IN_REVIEW = "in-review", "待审核"
    REVIEWED = "reviewed", "已审核，待公布"
    PUBLISHED = "published", "已公布"
    RETIRED = "retired", "已停用"
    WITHDRAWN = "withdrawn", "已撤回"

    @property
    def listed(self) -> bool:
        """Whether the version was ever in force, so that licences of it may exist."""
        return self in {State.PUBLISHED, State.RETIRED}


class Step(Labelled):
    """What may be done with a version."""

    DRAFT = "draft", "起草"
    SUBMIT = "submit", "送审"
    SEND_BACK = "send-back", "退回"
    PASS = "pass", "审核通过"
    PUBLISH = "publish", "公布"
    RETIRE = "retire", "停用"
    WITHDRAW = "withdraw", "撤回"


LIFE = Life(
    rows=(
        Row(Step.DRAFT, {None, State.DRAFT}, State.DRAFT, Who.ACCOUNT),
        Row(Step.SUBMIT, {State.DRAFT}, State.IN_REVIEW, Who.ACCOUNT),
        Row(Step.SEND_BACK, {State.IN_REVIEW}, State.DRAFT, Who.ANOTHER, needs_reason=True),
        Row(Step.PASS, {State.IN_REVIEW}, State.REVIEWED, Who.ANOTHER),
        Row(Step.PUBLISH, {State.REVIEWED}, State.PUBLISHED),
        Row(Step.RETIRE, {State.PUBLISHED}, State.RETIRED, needs_reason=True),
        Row(Step.WITHDRAW, {State.DRAFT, State.IN_REVIEW, State.REVIEWED}, State.WITHDRAWN, Who.ACCOUNT),
    ),
    moved=StepRefused,
    persons={Who.ANOTHER: SecondPerson, Who.ACCOUNT: lambda login: EntryRefused("not-the-drafter", login)},
)


class Progress(Labelled):
    """How far a request about a mandate has come."""

    WAITING = "waiting", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class RequestStep(Labelled):
    """What may be done with a request about a mandate."""

    ASK = "ask", "申请"
    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予批准"
    WITHDRAW = "withdraw", "撤回"


REQUEST_LIFE = Life(
    rows=(
        Row(RequestStep.ASK, {None}, Progress.WAITING),
        Row(RequestStep.APPROVE, {Progress.WAITING}, Progress.APPROVED, Who.ANOTHER),
        Row(RequestStep.REFUSE, {Progress.WAITING}, Progress.REFUSED, Who.ANOTHER, needs_reason=True),
        Row(RequestStep.WITHDRAW, {Progress.WAITING}, Progress.WITHDRAWN, Who.ACCOUNT),
    ),
    moved=StepRefused,
    persons={Who.ANOTHER: SecondPerson, Who.ACCOUNT: lambda _: EntryUnknown()},
)
