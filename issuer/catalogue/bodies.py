"""What the API reads about the catalogue: a step, a wish about a mandate, a decision. Closed, and bounded in size."""

from typing import Literal

from pydantic import Field

from issuer.bodies import Closed
from issuer.catalogue.ports import MandateWish, Wanted
from trust.formats.instants import Instant


class DraftingBody(Closed):
    """起草人的办理：送审、撤回."""

    step: Literal["submit", "withdraw"]
    note: str = Field(default="", max_length=1_000, description="说明，200 字以内")


class ReviewBody(Closed):
    """第二人的办理：审核通过、退回、公布."""

    step: Literal["pass", "send-back", "publish"]
    note: str = Field(default="", max_length=1_000, description="说明；退回时必填，200 字以内")


class RetireBody(Closed):
    """停用一类证照；已经签发的不受影响."""

    note: str = Field(max_length=1_000, description="停用的理由，200 字以内")


class WishBody(Closed):
    """申请授予、委托或者终止一项职权."""

    wanted: Wanted
    issuer_code: str = Field(default="", max_length=32, description="取得职权的机构代码；终止时不写")
    type_code: str = Field(default="", max_length=32, description="证照类型代码；委托和终止时不写")
    area: str | None = Field(default=None, max_length=6, description="行政区划代码，2、4 或 6 位；不写为不限")
    valid_from: Instant | None = Field(default=None, description="自何时起，须带时区；不写为批准之时")
    valid_until: Instant | None = Field(default=None, description="至何时止，须带时区；终止时不写为批准之时")
    above: str | None = Field(default=None, max_length=64, description="所依据（委托）或者要终止的职权编号")
    reason: str = Field(max_length=1_000, description="事由和依据，200 字以内")

    def to_wish(self) -> MandateWish:
        """The wish that this body states."""
        return MandateWish(
            self.wanted,
            self.issuer_code,
            self.type_code,
            self.reason,
            self.area,
            self.valid_from,
            self.valid_until,
            self.above,
        )


class VerdictBody(Closed):
    """对一份职权申请的决定."""

    approve: bool
    note: str = Field(default="", max_length=1_000, description="意见；不批准时必填，200 字以内")
