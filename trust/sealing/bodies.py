"""The bodies of requests about seals; sentences for people are Chinese."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from trust.formats.instants import Instant
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealWishRefused
from trust.sealing.ports import Cause, Limits, Officer, Uploaded, Wish

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


def _uploaded(body: PictureBody) -> Uploaded:
    try:
        return Uploaded(b64decode(body.png, validate=True), body.width_mm, body.height_mm)
    except (NotBase64, ValueError) as error:
        raise SealWishRefused("wish-picture", "Base64 was expected") from error
