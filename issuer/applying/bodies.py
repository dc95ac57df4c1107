"""What the API of applications reads: an application that may be a draft, and a step on one.

Bodies are closed and bound sizes only; what the values mean is judged where the application is checked.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from issuer.bodies import Closed, HolderBody
from trust.rules.succession import SuccessionKind

Text = Annotated[str, Field(max_length=256)]


class DocketBody(Closed):
    """申请；草稿可以不完整."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "11100000MB0143028R001",
                    "number": "91530199MA6QH2K74U",
                    "issued_on": "2026-11-21",
                    "valid_from": "2026-03-18",
                    "area_code": "530199",
                    "holder": {
                        "name": "云岭市青禾数据科技有限公司",
                        "code": "91530199MA6QH2K74U",
                        "code_type": "001",
                    },
                    "fields": {"legal_representative": "顾远舟"},
                    "kind": "amend",
                    "predecessor": "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
                },
            ],
        },
    )

    type: str = Field(max_length=32, description="证照类型代码")
    number: Text | None = None
    issued_on: Text | None = None
    valid_from: Text | None = None
    valid_until: Text | None = None
    area_code: Text | None = None
    holder: HolderBody | None = Field(default=None, description="持证主体；多个时改用 holders")
    holders: list[HolderBody] | None = Field(default=None, max_length=20)
    fields: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=8000)]] = Field(
        default_factory=dict, max_length=100, description="照面特有信息：目录项的 key 到文字"
    )
    kind: SuccessionKind | None = Field(default=None, description="接续原证照办理的种类；首次申领不填")
    predecessor: Annotated[str, Field(max_length=140)] | None = Field(default=None, description="原证照的标识")
    basis: str = Field(default="", max_length=400, description="更正、依法律文书变更的依据，如文书编号")
    evidence: str | None = Field(
        default=None, max_length=400, description="原证照为存量转换的，两人重新核实的证据；不写则沿用原证据等级"
    )
    original: str | None = Field(
        default=None, max_length=80, description="外库证照转入：原证照文件的名称，见 POST /api/v1/originals"
    )
    draft: bool = Field(default=False, description="只存草稿，不提交")

    def members(self) -> dict[str, Any]:
        """The members of the application itself."""
        own = {"type", "kind", "predecessor", "basis", "draft"}
        return self.model_dump(mode="json", exclude_unset=True, exclude=own)

    @property
    def follows(self) -> tuple[str, str] | None:
        """The kind of succession and the predecessor, in words; None for a first issue."""
        if self.kind is None and self.predecessor is None:
            return None
        return (self.kind.value if self.kind else "", self.predecessor or "")


class StepBody(Closed):
    """办理一步：提交、撤回、批准、退回、不予批准、继续签发、作废."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"step": "return", "reason": "经营范围与批准文件不一致，请核对"}]},
    )

    step: Literal["submit", "withdraw", "approve", "return", "refuse", "issue", "abandon"]
    digest: str = Field(default="", max_length=80, description="批准时必填：所审内容的摘要，见申请的 digest")
    reason: str = Field(default="", max_length=1000, description="退回、不予批准、作废必填，不超过 400 字")
