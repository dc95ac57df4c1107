"""What the converting API reads; bodies are closed, and no member of any of them is a grade that counts upwards."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from issuer.converting.manifest import MAX_ROWS
from trust.rules.conversion import Grade

Digest = Annotated[str, Field(max_length=80, pattern="^sm3:[0-9a-f]{64}$")]
Items = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=200)]


class Closed(BaseModel):
    """A body with no room for other members."""

    model_config = ConfigDict(extra="forbid")


class RowBody(Closed):
    """一本存量证照."""

    application: dict[Annotated[str, Field(max_length=64)], Any] = Field(
        max_length=20, description="与 POST /api/v1/licences 相同的申请内容，不含 type"
    )
    scan: Digest | None = Field(default=None, description="POST /api/v1/scans 得到的摘要；没有扫描件则不写")
    grade: Grade = Field(default=Grade.A, description="自报的证据等级，只会降低核对结果")
    source: str = Field(max_length=240, description="存量来源，如档案馆与全宗号")


class StockBody(Closed):
    """一批存量证照，一次最多两千本."""

    type: str = Field(max_length=32, description="证照类型代码")
    rows: list[RowBody] = Field(min_length=1, max_length=MAX_ROWS)


class ComparisonBody(Closed):
    """核对情况：哪些项与扫描件一致，哪些项与登记数据一致，是否见到纸质原件."""

    scan: Items = Field(default_factory=list, description="与扫描件一致的项")
    register_: Items = Field(default_factory=list, alias="register", description="与登记数据一致的项")
    paper: bool = Field(default=False, description="核对时纸质原件在场")
    lower: Grade | None = Field(default=None, description="另行降低的证据等级")


class ConfirmationBody(Closed):
    """复核：所复核内容的摘要，以及逐页看过的页码."""

    content: Digest = Field(description="GET /api/v1/conversions/{number} 回答中的 content")
    pages: list[int] = Field(default_factory=list, max_length=100, description="看过的页码，从 1 起，须为全部页")
    lower: Grade | None = Field(default=None, description="另行降低的证据等级")


class RefusalBody(Closed):
    """不予转换的理由."""

    reason: str = Field(max_length=1000)
