"""What is handed in to be verified over the wire, and what is answered: values and their JSON, no HTTP.

A submission is a file, the text of a code, or an identifier. The answer is the verdict as `verifier.report` writes it,
the digest of the file, the lines of the licence that the asker may read, or the signatures of a sealed document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from trust.formats.sealed_document import Form
from trust.rules.disclosure import Circle, Row
from trust.rules.verdict import Indication
from verifier.document_report import MOST_LISTED, document_as_json
from verifier.report import as_json
from verifier.verifying import Examined

MAX_AUDIENCE = 200
"""Characters of a purpose or an organisation that somebody names."""


@dataclass(frozen=True)
class Submission:
    """What is to be verified: octets or words; neither where the file was too large to be kept.

    `audience` is the purpose or the organisation that the asker names for himself.
    """

    file: bytes | None = None
    words: str | None = None
    audience: str | None = None


class Question(BaseModel):
    """核验请求：二维码文字 `code`，或者证照标识 `identifier`，二者取一."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"identifier": "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"},
            ],
        },
    )

    code: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(
        default=None, description="二维码里的全部文字"
    )
    identifier: Annotated[str, Field(min_length=1, max_length=256)] | None = Field(
        default=None, description="完整的证照标识"
    )

    audience: Annotated[str, Field(min_length=1, max_length=MAX_AUDIENCE)] | None = Field(
        default=None, description="核验人的单位或用途；加注件、指定出示对象的亮证码据此比对"
    )

    @model_validator(mode="after")
    def _one(self) -> "Question":
        if (self.code is None) is (self.identifier is None):
            raise PydanticCustomError("one_of", "exactly one of code and identifier")
        return self

    @property
    def words(self) -> str:
        """The text, whichever it is."""
        return self.code or self.identifier or ""


class FindingView(BaseModel):
    """核验项."""

    step: int = Field(description="核验步骤，0 至 10")
    name: str
    indication: Indication
    detail: str
    evidence_age_s: int | None = Field(default=None, description="所依据材料的年龄，秒")
    warning: bool | None = Field(default=None, description="通过，但应当让人看到")
    signature: str | None = Field(default=None, description="针对盖章文件的哪个签章；不填即针对整个文件")


class RowView(BaseModel):
    """One line of the licence, already masked."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    text: str


class ShownView(BaseModel):
    """What the asker may read: `public` by identifier, `scan` by code or file."""

    circle: str
    rows: list[RowView]


class BoxView(BaseModel):
    """签章在页面上的位置，毫米，左上角为原点."""

    page: int = Field(description="页码，从 1 起")
    x: float
    y: float
    width: float
    height: float
    clip: tuple[float, float, float, float] | None = Field(
        default=None, description="骑缝章在本页露出的部分：x、y、宽、高，相对于印章"
    )


class DocumentSealView(BaseModel):
    """签章所用的印章，按其数据所述."""

    id: str
    name: str
    version: int
    type: int
    vendor: str
    valid_from: datetime | None
    valid_until: datetime | None


class SignatureView(BaseModel):
    """盖章文件上的一个签章."""

    name: str = Field(description="文件中的编号或域名，与核验项的 signature 对应")
    form: Form = Field(description="签名数据的形式")
    indication: Indication
    signer: str = Field(description="证书所写的签章人；是否可信见核验项")
    maker: str = Field(description="证书所写的制章者；是否可信见核验项")
    seal: DocumentSealView | None = Field(description="没有印章的数字签名为 null")
    claimed_at: datetime | None = Field(description="签章自称的时间，不作依据")
    sealed_at: datetime | None = Field(description="有时间戳证明的时间")
    boxes: list[BoxView]
    covers: list[str] = Field(description=f"受保护的内容，最多列出 {MOST_LISTED} 项")
    covers_count: int
    uncovered: list[str] = Field(description=f"不受保护的内容，最多列出 {MOST_LISTED} 项")
    uncovered_count: int
    locks: bool = Field(description="是否锁定，锁定后不能再加盖")
    findings: list[FindingView]


class DocumentView(BaseModel):
    """盖章文件：不是本服务签发的证照时才有."""

    kind: Literal["ofd", "pdf"]
    pages: list[tuple[float, float]] = Field(description="各页的宽和高，毫米")
    signatures: list[SignatureView]


class VerificationView(BaseModel):
    """核验结论: PASSED 通过, FAILED 未通过, INDETERMINATE 无法确认."""

    indication: Indication
    policy: str
    at: datetime
    subject: str | None
    findings: list[FindingView]
    digest: str | None = Field(default=None, description="所核验文件的 SM3 摘要")
    copy_of: str | None = Field(default=None, description="核验的是加注件时，原件的证照标识")
    shown: ShownView | None = Field(default=None, description="可以出示的照面内容，已脱敏")
    document: DocumentView | None = Field(default=None, description="盖章文件的各个签章；证照没有这一项")


def circle_of(submission: Submission, examined: Examined) -> Circle:
    """Who hands in the file or the signed code has seen the licence; an identifier may have been heard anywhere."""
    seen = submission.file is not None or examined.claims is not None
    return Circle.SCAN if seen else Circle.PUBLIC


def view_of(examined: Examined, rows: Sequence[Row], circle: Circle) -> dict[str, object]:
    """The answer as values that JSON takes; members that have nothing to say are left out."""
    view = as_json(examined.verdict)
    if examined.digest is not None:
        view["digest"] = f"sm3:{examined.digest.hex()}"
    if examined.note is not None:
        view["copy_of"] = str(examined.note.original)
    if examined.document is not None:
        view["document"] = document_as_json(examined.document)
    if rows:
        shown = [{"key": row.key, "label": row.label, "text": row.text} for row in rows]
        view["shown"] = {"circle": circle.name.lower(), "rows": shown}
    return view
