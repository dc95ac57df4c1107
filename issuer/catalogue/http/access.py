"""Who asks about the catalogue, what the routes depend on, and what every one of them says of itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import Header, Path

from issuer.catalogue.granting import Actor
from issuer.catalogue.ports import Event, FiledMandate, MandateRequest, MandateWish, Version
from trust.sealing.ports import Officer

Right = Literal["look", "draft", "decide", "ask"]
Authorize = Callable[[Right], Callable[..., Actor]]
GUARDED: dict[int | str, dict[str, Any]] = {
    401: {"description": "没有登录，或者令牌已失效"},
    403: {"description": "没有这项权限，或者起草人、申请人不能自己办理"},
    404: {"description": "没有这一条"},
}
REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "目前的状态不能这样办理，或者幂等键另有所用"},
    422: {"description": "请求不合规范，逐项列出"},
}
TypeCode = Annotated[str, Path(min_length=21, max_length=21, pattern="^[0-9A-Z]+$", description="证照类型代码")]
VersionNumber = Annotated[int, Path(ge=1, le=9_999, description="版本号")]
Number = Annotated[str, Path(max_length=64, pattern="^[!-~]+$", description="编号")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern="^[!-~]+$",
        description="幂等键：1 至 128 个可见 ASCII 字符；同一键、同一内容得到同一结果，重试不会重复办理",
    ),
]


class CatalogueService(Protocol):
    """Everything these routes depend on; `service.cataloguing.Cataloguing` is it."""

    def versions(self) -> Sequence[Version]: ...
    def version(self, type_code: str, version: int) -> Version: ...
    def events(self, version: Version) -> Sequence[Event]: ...
    def in_force_version(self, type_code: str) -> int | None: ...
    def in_force_versions(self) -> Mapping[str, int]: ...
    def newest_document(self, type_code: str) -> bytes: ...
    def document(self, type_code: str, version: int) -> bytes: ...
    def draft(
        self, name: str, files: Mapping[str, bytes], *, by: Officer, department: str | None = None, note: str = ""
    ) -> Version: ...
    def submit(self, type_code: str, version: int, *, by: Officer) -> Version: ...
    def review(self, type_code: str, version: int, *, passed: bool, by: Officer, note: str = "") -> Version: ...
    def withdraw(self, type_code: str, version: int, *, by: Officer, note: str = "") -> Version: ...
    def publish(self, type_code: str, version: int, *, by: Officer, note: str = "") -> Version: ...
    def retire(self, type_code: str, *, by: Officer, note: str) -> Version: ...
    def mandates(self) -> Sequence[FiledMandate]: ...
    def requests(self) -> Sequence[MandateRequest]: ...
    def ask(self, wish: MandateWish, *, key: str, by: Actor) -> MandateRequest: ...
    def decide(self, number: str, *, approve: bool, by: Actor, note: str = "") -> MandateRequest: ...
    def withdraw_request(self, number: str, *, by: Actor) -> MandateRequest: ...
