"""What the routes of issuing have in common: the files of a licence, and how refusals are described."""

from typing import Any, Literal

from issuer.completing import Issued
from templates.code import code_png
from trust.formats.licence_document import encode_licence
from trust.formats.token import to_text

FileName = Literal["ofd", "pdf", "qr.png", "licence.json"]
MEDIA_TYPES: dict[FileName, str] = {
    "ofd": "application/ofd",
    "pdf": "application/pdf",
    "qr.png": "image/png",
    "licence.json": "application/json",
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"description": "没有这本证照，或者不归您查看：两者回答相同"},
}
CONFLICTS: dict[int | str, dict[str, Any]] = {
    409: {"description": "与现状冲突：编号已用过、幂等键另有所用，或者证照状态不允许"},
    422: {"description": "请求不合规范，逐项列出"},
}


def file_of(issued: Issued, name: FileName, host_url: str) -> bytes:
    """The octets of one of the files of a licence, or of a copy."""
    match name:
        case "ofd":
            return issued.ofd
        case "pdf":
            return issued.pdf
        case "qr.png":
            return code_png(to_text(issued.token, host_url))
        case "licence.json":
            return encode_licence(issued.entry.licence)
