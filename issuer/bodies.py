"""What the issuing API reads: the body of an application and the body of an act.

Bodies are closed: an unknown member is refused, so nobody sets a status by adding one. They bound sizes and types
only; what the values mean is judged by `issuer.application` and `issuer.checking`, the same as on the command line.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from issuer.application import Application, read_application
from trust.formats.instants import Instant
from trust.rules.standing import ActKind

Day = Annotated[str, Field(max_length=32, json_schema_extra={"format": "date"}, examples=["2026-11-21"])]


class Closed(BaseModel):
    """A body with no room for other members."""

    model_config = ConfigDict(extra="forbid")


class HolderBody(Closed):
    """持证主体."""

    name: str = Field(max_length=256, description="姓名或名称")
    code: str = Field(max_length=64, description="证件号码或统一社会信用代码")
    code_type: str = Field(max_length=8, description="证件类型，见 GET /api/v1/types 的 holder_code_types")


class ApplicationBody(Closed):
    """签发申请；颁发机构就是登录人的部门."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "11100000MB0143028R001",
                    "number": "91530199MA6QH2K74U",
                    "issued_on": "2026-03-18",
                    "area_code": "530199",
                    "holder": {
                        "name": "云岭市青禾数据科技有限公司",
                        "code": "91530199MA6QH2K74U",
                        "code_type": "001",
                    },
                    "fields": {"legal_representative": "沈砚秋", "registered_capital": "伍佰万元整"},
                },
            ],
        },
    )

    type: str = Field(max_length=32, description="证照类型代码")
    number: str = Field(max_length=256, description="照面上的证照编号")
    issued_on: Day
    valid_from: Day | None = None
    valid_until: Day | None = None
    area_code: str = Field(max_length=16, description="行政区划代码，六位")
    holder: HolderBody | None = Field(default=None, description="持证主体；多个时改用 holders")
    holders: list[HolderBody] | None = Field(default=None, max_length=20)
    fields: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=8000)]] = Field(
        default_factory=dict, max_length=100, description="照面特有信息：目录项的 key 到文字"
    )

    def to_application(self, issuer_code: str) -> Application:
        """The application this body makes for a department; raises ApplicationRefused."""
        members = self.model_dump(exclude_unset=True, exclude={"type"})
        return read_application(members, type_code=self.type, issuer_code=issuer_code)


class ActBody(Closed):
    """对证照的处理；时间不写即为登记之时."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "suspend", "ground": "penalty", "reason": "立案调查期间暂扣"}]},
    )

    kind: ActKind
    ground: str = Field(max_length=64, description="事由代码，见 GET /api/v1/grounds")
    reason: str = Field(default="", max_length=1000, description="事由说明，不超过 400 字")
    decision: str = Field(default="", max_length=200, description="决定文书号；有的事由必填")
    reverses: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="恢复、撤销的是第几次处理；不写则为生效时决定状态的那一次"
    )
    receiver: str = Field(default="", max_length=200, description="办理转出时必填：转入机构的代码或者全称")
    effective_at: Instant | None = Field(default=None, description="自何时起生效，须带时区")
    decided_at: Instant | None = Field(default=None, description="何时作出决定，须带时区")
