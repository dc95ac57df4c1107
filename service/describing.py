"""The description of the API (OpenAPI 3.1): FastAPI's, completed where it does not know our ways.

Every answer to an error is one problem, whatever the route: so wherever a route names a status of error, its content is
the problem, and the validation answer that FastAPI would promise is not promised. Who reads the description finds every
status that can come, and the shape it comes in.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.field_english import about
from service.outlet import INVALID, MEDIA_TYPE

PROBLEM_NAME, REF = "Problem", {"$ref": "#/components/schemas/Problem"}
EXAMPLE = replace(INVALID, details=(("issued_on", "not-a-date"),), told=(about("not-a-date"),))
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "问题",
    "description": "RFC 9457；title 是中文说明，detail 是英文说明，code 是稳定的代码。",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": {"type": "string"},
                    "reason": {"type": "string", "description": "稳定的代码"},
                    "title": {"type": "string", "description": "中文说明，知道时才有"},
                    "detail": {"type": "string", "description": "英文说明，知道时才有"},
                },
            },
        },
    },
    "examples": [EXAMPLE.as_json()],
}
FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
TAGS = [
    {"name": "issuing", "description": "签发与管理"},
    {"name": "sealing", "description": "印章与用印"},
    {"name": "verifying", "description": "核验，无须登录"},
    {"name": "cases", "description": "办件引用证照"},
    {"name": "identity", "description": "访问令牌"},
    {"name": "status", "description": "状态清单"},
    {"name": "log", "description": "存证日志"},
    {"name": "certification", "description": "信任列表与证书撤销列表"},
    {"name": "operating", "description": "运行"},
]
FAULTS = {"500": "系统内部出现问题，本次操作没有完成", "503": "暂时不能提供服务，请稍后再试"}
OF_BODIES = {"400": "请求残缺，读不出来", "413": "提交的内容太大", "415": "不接受这种格式的内容"}
GUARDED = {"401": "没有登录，或者令牌已失效", "403": "没有这项权限"}
TITLE, VERSION = "印证", "1"
DESCRIPTION = (
    "电子证照与电子印章的可信服务。写操作须带 Idempotency-Key：同一键、同一内容得到同一结果。"
    "出错时回答 application/problem+json，先中文后英文，说明下一步怎么办。"
)


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The description of everything that `app` serves."""
    made = get_openapi(
        title=TITLE, version=VERSION, description=DESCRIPTION, tags=TAGS, routes=app.routes, openapi_version="3.1.0"
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas[PROBLEM_NAME] = PROBLEM
    for operation in operations(made):
        _add_common(operation)
        for status, response in operation["responses"].items():
            if status[0] in "45":
                _tell(status, response)
    return made


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a description."""
    for item in described["paths"].values():
        yield from (part for part in item.values() if isinstance(part, dict) and "responses" in part)


def _add_common(operation: dict[str, Any]) -> None:
    """The errors that come with what an operation takes, where the route did not describe them itself."""
    common = FAULTS | (OF_BODIES if "requestBody" in operation else {}) | (GUARDED if "security" in operation else {})
    for status, description in common.items():
        operation["responses"].setdefault(status, {"description": description})


def _tell(status: str, response: dict[str, Any]) -> None:
    """Say that an error comes as a problem, unless the route has a shape of its own for it."""
    content = response.get("content", {})
    own = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    if own and not own.endswith(FRAMEWORKS_OWN):
        return
    response["content"] = {MEDIA_TYPE: {"schema": REF}}
    if status == "422" and response.get("description") == "Validation Error":
        response["description"] = INVALID.zh
