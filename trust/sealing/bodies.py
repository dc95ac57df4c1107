"""The bodies of requests about seals, and the views of what is answered; sentences for people are Chinese."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from trust.formats.instants import Instant
from trust.rules.grounds import Ground
from trust.rules.seal_standing import SealKind
from trust.rules.standing import Act
from trust.sealing.errors import SealWishRefused
from trust.sealing.life import MOVES, State, Step
from trust.sealing.ports import Application, Cause, FiledSeal, Limits, Officer, SealUse, Taken, Uploaded, Wish
from trust.sealing.using import Request

MAX_PICTURE_TEXT = 300_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PictureBody(_Body):
    """A picture that is brought along."""

    png: str = Field(max_length=MAX_PICTURE_TEXT, description="PNG，Base64")
    width_mm: int = Field(ge=1, le=200, description="宽，毫米")
    height_mm: int = Field(ge=1, le=200, description="高，毫米")


class WishBody(_Body):
    """What seal is applied for; the body is that of whoever asks."""

    kind: SealKind = Field(
        description="unit 公章，contract、finance、invoice 专用章，personal 个人名章，licence 证照专用章"
    )
    reason: str = Field(max_length=200, description="申请事由")
    name: str | None = Field(default=None, max_length=60, description="印章名称；不填则按单位与种类命名")
    years: int = Field(default=3, description="有效期，1 至 5 年")
    holder: str | None = Field(default=None, max_length=64, description="个人名章持有人的账号")
    picture: PictureBody | None = Field(default=None, description="自备图片；不填则按种类绘制")
    replaces: str | None = Field(default=None, max_length=64, description="替换的印章编号")
    cause: Cause | None = Field(
        default=None, description="换章原因：renewed 证书更新，lost 丢失，compromised 泄露，changed 其他变更"
    )
    per_day: int | None = Field(default=None, description="每日用印上限")
    threshold: int | None = Field(default=None, description="每日单人用印上限，超过须第二人批准")

    def to_wish(self, body_code: str, name: str, holder: Officer | None) -> Wish:
        """The wish of a body, under the name that stands where none is given."""
        return Wish(
            body_code=body_code,
            kind=self.kind,
            name=self.name or name,
            reason=self.reason,
            years=self.years,
            holder=holder,
            picture=None if self.picture is None else _uploaded(self.picture),
            replaces=self.replaces,
            cause=self.cause,
            limits=Limits(self.per_day, self.threshold),
        )


class DecisionBody(_Body):
    """A second person's decision."""

    approve: bool = Field(description="是否批准")
    note: str = Field(default="", max_length=200, description="意见；不批准时必填")


class SealActBody(_Body):
    """Suspending, resuming, cancelling; withdrawing an application."""

    step: Literal["suspend", "resume", "cancel", "withdraw"] = Field(description="停用、恢复、注销，或撤回申请")
    ground: str = Field(default="", max_length=64, description="事由代码，见 GET /api/v1/seal-grounds；撤回不填")
    reason: str = Field(default="", max_length=200, description="事由说明")
    effective_at: Instant | None = Field(default=None, description="生效时间；不填为登记之时")


class AllowanceBody(_Body):
    """Asking for more signatures today than one person may make alone."""

    count: int = Field(ge=1, le=1000, description="份数")
    purpose: str = Field(max_length=200, description="用途")


class SealView(BaseModel):
    """A seal, filed or applied for."""

    seal: str
    body_code: str
    kind: SealKind
    kind_label: str
    name: str
    state: State
    state_label: str
    holder: str | None = None
    filed_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    per_day: int | None = None
    threshold: int | None = None
    reason: str | None = None
    replaces: str | None = None
    applied_by: str | None = None
    applied_at: datetime | None = None


class StepView(BaseModel):
    """One step of a seal's life."""

    step: str
    label: str
    by: str
    at: datetime
    note: str = ""


class SealPage(BaseModel):
    """A seal with everything that happened to it, oldest first."""

    seal: SealView
    steps: list[StepView]


class RequestView(BaseModel):
    """A request to seal."""

    number: str
    seal: str
    purpose: str
    count: int
    progress: str
    progress_label: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    documents: list["DocumentView"]


class DocumentView(BaseModel):
    """One document of a request: its SM3, where the seal goes, and what became of it."""

    digest: str
    place: str
    result: str
    result_label: str
    detail: str


class UseView(BaseModel):
    """One use: who, what, for what purpose, where, and what came of it; of licences the register tells the rest."""

    number: int
    at: datetime
    by: str
    subject: str
    signed: str
    purpose: str | None = None
    document: str | None = None
    place: str | None = None
    result: str | None = None
    approved_by: str | None = None


class SealGroundView(BaseModel):
    """One ground for an act on a seal."""

    code: str
    label: str
    acts: list[str]
    needs_reason: bool
    retroactive: bool


def filed_view(filed: FiledSeal, application: Application | None, state: State) -> SealView:
    """A seal on file, with what its application says, where it had one."""
    made = filed.seal
    view = SealView(
        seal=made.seal_id,
        body_code=filed.body_code,
        kind=filed.kind,
        kind_label=filed.kind.label,
        name=made.name,
        state=state,
        state_label=state.label,
        holder=filed.holder,
        filed_at=filed.filed_at,
        valid_from=made.valid_from,
        valid_until=made.valid_until,
        width_mm=made.picture.width_mm,
        height_mm=made.picture.height_mm,
        per_day=filed.limits.per_day,
        threshold=filed.limits.threshold,
    )
    return view if application is None else view.model_copy(update=_applied(application))


def application_view(application: Application) -> SealView:
    """A seal that is not on file."""
    wish = application.wish
    view = SealView(
        seal=application.seal_id,
        body_code=wish.body_code,
        kind=wish.kind,
        kind_label=wish.kind.label,
        name=wish.name,
        state=application.state,
        state_label=application.state.label,
        holder=wish.holder.login if wish.holder else None,
        per_day=wish.limits.per_day,
        threshold=wish.limits.threshold,
    )
    return view.model_copy(update=_applied(application))


def _applied(application: Application) -> dict[str, object]:
    return {
        "reason": application.wish.reason,
        "replaces": application.wish.replaces,
        "applied_by": application.applied_by.name,
        "applied_at": application.applied_at,
    }


def step_views(steps: Sequence[Taken], acts: Sequence[Act], labels: dict[str, str]) -> list[StepView]:
    """The steps of an application and the acts on the seal, in the order of time."""
    taken = [StepView(step=one.step, label=one.step.label, by=one.by.name, at=one.at, note=one.note) for one in steps]
    for act in acts:
        step = next(found for found in Step if MOVES[found].act is act.kind)
        note = "；".join(filter(None, (labels.get(act.ground, act.ground), act.reason)))
        taken.append(StepView(step=step, label=step.label, by=act.by, at=act.effective_at, note=note))
    return sorted(taken, key=lambda one: one.at)


def request_view(request: Request) -> RequestView:
    """A request as people see it."""
    return RequestView(
        number=request.number,
        seal=request.seal_id,
        purpose=request.purpose,
        count=request.count,
        progress=request.progress,
        progress_label=request.progress.label,
        asked_by=request.by.name,
        asked_at=request.at,
        decided_by=request.decided_by.name if request.decided_by else None,
        decided_at=request.decided_at,
        documents=[
            DocumentView(
                digest=item.document.hex(),
                place=item.place,
                result=item.result,
                result_label=item.result.label,
                detail=item.detail,
            )
            for item in request.items
        ],
    )


def use_view(number: int, use: SealUse, request: Request | None) -> UseView:
    """A use, with what its request says."""
    known = UseView(number=number, at=use.at, by=use.by, subject=use.subject, signed=use.digest.hex())
    if request is not None:
        known.purpose = request.purpose
        known.approved_by = request.decided_by.name if request.decided_by else None
        item = next((one for one in request.items if one.signed == use.digest), None)
        if item is not None:
            known.document, known.place, known.result = item.document.hex(), item.place, item.result.label
    return known


def ground_view(ground: Ground) -> SealGroundView:
    """A ground, with the steps that it is for."""
    return SealGroundView(
        code=ground.code,
        label=ground.label,
        acts=[step.value for step in Step if MOVES[step].act in ground.kinds],
        needs_reason=ground.needs_reason,
        retroactive=ground.retroactive,
    )


def _uploaded(body: PictureBody) -> Uploaded:
    try:
        return Uploaded(b64decode(body.png, validate=True), body.width_mm, body.height_mm)
    except (NotBase64, ValueError) as error:
        raise SealWishRefused("wish-picture", "Base64 was expected") from error
