"""What the routes of issuing have in common in their description: files and their media types, answers to refusals."""

from typing import Any, Literal

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
NOT_SIGNED_IN: dict[int | str, dict[str, Any]] = {
    401: {"description": "没有登录，或者令牌已失效"},
    403: {"description": "没有这项权限"},
}
CONFLICTS: dict[int | str, dict[str, Any]] = {
    409: {"description": "与现状冲突：编号已用过、幂等键另有所用，或者证照状态不允许"},
    422: {"description": "请求不合规范，逐项列出"},
}
