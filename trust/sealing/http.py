"""Routes of seals: the register, its steps and acts, uses, requests, and sealing a document.

Who asks comes from `authorize`, which `service` gives. A seal is shown to its body and to those who oversee; for
everyone else, and for one that does not exist, the answer is one and the same. Steps that need a second person are
refused to whoever asked. A document above the threshold is answered with 202: once somebody else has approved the
request, the same upload under the same key gives the file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Header, Path, Query, Response, status
from fastapi.responses import JSONResponse

from keys.sm3 import sm3
from trust.rules.seal_grounds import SEAL_GROUNDS
from trust.rules.seal_standing import SealKind
from trust.rules.standing import Act
from trust.sealing.bodies import (
    AllowanceBody,
    DecisionBody,
    RequestView,
    SealActBody,
    SealGroundView,
    SealPage,
    SealView,
    UseView,
    WishBody,
    application_view,
    filed_view,
    ground_view,
    request_view,
    step_views,
    use_view,
)
from trust.sealing.errors import SealUnknown
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, FiledSeal, Officer, SealUse, Taken, Wish
from trust.sealing.sealing import Manner, Sealed, Wanted
from trust.sealing.uploads import FORM, Handed, read_upload
from trust.sealing.using import Progress, Request

Right = Literal["look", "use", "decide"]
"""What a route needs: `look` to see seals, `use` to apply, seal and act for one's body, `decide` to be the second."""

MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}
LABELS = {code: ground.label for code, ground in SEAL_GROUNDS.items()}
SHOWN = 100
GUARDED: dict[int | str, dict[str, Any]] = {
    401: {"description": "没有登录，或者令牌已失效"},
    403: {"description": "没有这项权限，或者申请人不能自己批准"},
    404: {"description": "没有这枚印章，或者不归您查看：两者回答相同"},
}
CONFLICTS: dict[int | str, dict[str, Any]] = {
    409: {"description": "与现状冲突：印章停用、到期、到上限，或者幂等键另有所用"},
    422: {"description": "请求不合规范，逐项列出"},
}
UPLOAD_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "OFD 或 PDF，不超过 20 MB"},
                        "purpose": {"type": "string", "description": "用途"},
                        "page": {"type": "integer", "description": "页码，从 1 起；0 为每页"},
                        "x": {"type": "number", "description": "距左边，毫米"},
                        "y": {"type": "number", "description": "距上边，毫米"},
                        "words": {"type": "string", "description": "盖在这些文字上"},
                        "occurrence": {"type": "integer", "description": "第几处，-1 为最后一处"},
                        "riding": {"type": "string", "enum": ["left", "right", "top", "bottom"], "description": "骑缝"},
                        "lock": {"type": "integer", "enum": [0, 1], "description": "1：盖后锁定"},
                        "manner": {
                            "type": "string",
                            "enum": [one.value for one in Manner],
                            "description": "seal 盖章（默认）；ses 以 GB/T 38540 签章盖 PDF；"
                            "text 文本签名；package 保护整个 OFD 包。后两种不写位置",
                        },
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class SealViewer:
    """Who asks: an officer, of a body where it is an official, or one who oversees all bodies."""

    officer: Officer
    department: str | None = None
    oversees: bool = False


class SealService(Protocol):
    """Everything these routes depend on; `service.sealing.Seals` is it."""

    def apply(self, wish: Wish, *, key: str, by: Officer) -> Application: ...
    def decide(self, seal_id: str, *, approve: bool, note: str, by: Officer) -> Application: ...
    def withdraw(self, seal_id: str, *, note: str, by: Officer) -> Application: ...
    def file(self, seal_id: str, *, by: Officer) -> FiledSeal: ...
    def act(
        self,
        seal_id: str,
        step: Step,
        *,
        ground: str,
        reason: str,
        by: Officer,
        key: str,
        effective_at: datetime | None = None,
    ) -> State: ...
    def filed(self, body_code: str | None = None) -> Sequence[FiledSeal]: ...
    def applications(self, body_code: str | None = None) -> Sequence[Application]: ...
    def find(self, seal_id: str) -> FiledSeal | None: ...
    def application(self, seal_id: str) -> Application | None: ...
    def steps(self, seal_id: str) -> Sequence[Taken]: ...
    def acts_on(self, seal_id: str) -> Sequence[Act]: ...
    def state(self, seal_id: str) -> State: ...
    def uses(self, seal_id: str, *, after: int, limit: int) -> Sequence[tuple[int, SealUse, Request | None]]: ...
    def seal(self, seal_id: str, data: bytes, wanted: Wanted, *, key: str, by: Officer, department: str) -> Sealed: ...
    def allow(self, seal_id: str, count: int, *, purpose: str, key: str, by: Officer) -> Request: ...
    def request(self, number: str) -> Request | None: ...
    def requests(self, seal_id: str, limit: int) -> Sequence[Request]: ...
    def decide_request(self, number: str, *, approve: bool, by: Officer) -> Progress: ...
    def holder(self, login: str, body_code: str) -> Officer: ...
    def default_name(self, kind: SealKind, body_code: str, holder: Officer | None) -> str: ...


SealId = Annotated[str, Path(max_length=64, pattern="^[!-~]+$", description="印章编号")]
RequestNumber = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", description="用印请求编号")]
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
Authorize = Callable[[Right], Callable[..., SealViewer]]


def router(seals: SealService, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON."""
    routes = APIRouter(prefix="/api/v1", tags=["sealing"])
    _add_register(routes, seals, authorize)
    _add_life(routes, seals, authorize)
    _add_requests(routes, seals, authorize)
    return routes


def plain_router(seals: SealService, *, authorize: Authorize) -> APIRouter:
    """The routes that take a document, or no body at all."""
    routes = APIRouter(prefix="/api/v1", tags=["sealing"])
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (an alias of a type, written as one)
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/seals/{seal_id}/filing",
        summary="制作并备案",
        description="制作已批准的印章并备案，公布后即可使用；它替换的印章同时注销。",
        responses=GUARDED | CONFLICTS,
    )
    def filing(seal_id: SealId, viewer: Second, out: Response) -> SealPage:
        out.headers["Cache-Control"] = "no-store"
        _page(seals, seal_id, viewer)
        seals.file(seal_id, by=viewer.officer)
        return _page(seals, seal_id, viewer)

    @routes.post(
        "/seals/{seal_id}/sealings",
        summary="用印",
        description="在 OFD 或 PDF 上用印，得到盖好的文件。超过单人限额的，回答 202，第二人批准后用同一键再提交一次。",
        response_class=Response,
        openapi_extra=UPLOAD_SCHEMA,
        responses=GUARDED
        | CONFLICTS
        | {
            200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "盖好的文件"},
            202: {"model": RequestView, "description": "已登记，待第二人批准"},
            400: {"description": "表单残缺，读不出来"},
            413: {"description": "文件太大"},
            415: {"description": "不是表单"},
        },
    )
    def seal(seal_id: SealId, key: Key, viewer: User, handed: Annotated[Handed, Depends(read_upload)]) -> Response:
        department = _department(viewer)
        made = seals.seal(
            seal_id,
            handed.data,
            handed.wanted,
            key=_owned(department, key),
            by=viewer.officer,
            department=department,
        )
        headers = {"Cache-Control": "no-store", "Seal-Request": made.request.number}
        if made.file is None:
            view = request_view(made.request).model_dump(mode="json")
            return JSONResponse(view, status_code=status.HTTP_202_ACCEPTED, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="sealed.{made.kind}"'
        return Response(made.file, media_type=MEDIA_TYPES[made.kind], headers=headers)

    return routes


def _add_register(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Looking: grounds, seals, their pictures and uses."""
    Viewer = Annotated[SealViewer, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get("/seal-grounds", summary="印章事由目录", description="停用、恢复、注销印章的全部事由。")
    def grounds(out: Response) -> list[SealGroundView]:
        out.headers["Cache-Control"] = "public, max-age=300"
        return [ground_view(ground) for ground in SEAL_GROUNDS.values()]

    @routes.get("/seals", summary="印章登记簿", description="本单位已备案和正在办理的印章。", responses=GUARDED)
    def register(viewer: Viewer, out: Response) -> list[SealView]:
        out.headers["Cache-Control"] = "no-store"
        body = None if viewer.oversees else _department(viewer)
        applied = {one.seal_id: one for one in seals.applications(body)}
        filed = [one for one in seals.filed(body) if _may_see(one.body_code, viewer)]
        views = [filed_view(one, applied.pop(one.seal.seal_id, None), seals.state(one.seal.seal_id)) for one in filed]
        return [*views, *map(application_view, applied.values())]

    @routes.get("/seals/{seal_id}", summary="印章信息", description="印章及其全部经过。", responses=GUARDED)
    def seal(seal_id: SealId, viewer: Viewer, out: Response) -> SealPage:
        out.headers["Cache-Control"] = "no-store"
        return _page(seals, seal_id, viewer)

    @routes.get(
        "/seals/{seal_id}/picture.png",
        summary="印章图样",
        description="已备案印章的图样。",
        response_class=Response,
        responses=GUARDED | {200: {"content": {"image/png": {}}, "description": "图样"}},
    )
    def picture(seal_id: SealId, viewer: Viewer) -> Response:
        filed = _filed(seals, seal_id, viewer)
        return Response(filed.seal.picture.octets, media_type="image/png", headers={"Cache-Control": "no-store"})

    @routes.get("/seals/{seal_id}/uses", summary="用印记录", description="每次用印的记录。", responses=GUARDED)
    def uses(
        seal_id: SealId,
        viewer: Viewer,
        out: Response,
        after: Annotated[int, Query(ge=0, le=2**53, description="从这一号之后")] = 0,
    ) -> list[UseView]:
        out.headers["Cache-Control"] = "no-store"
        _filed(seals, seal_id, viewer)
        return [use_view(*one) for one in seals.uses(seal_id, after=after, limit=SHOWN)]


def _add_life(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Applying, deciding, filing, acting."""
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (an alias of a type, written as one)
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/seals",
        summary="申请制章",
        description="以本单位名义申请一枚印章；须由另一人批准。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def apply(body: WishBody, key: Key, viewer: User, out: Response) -> SealView:
        code = _department(viewer)
        holder = seals.holder(body.holder, code) if body.holder else None
        wish = body.to_wish(code, seals.default_name(body.kind, code, holder), holder)
        made = seals.apply(wish, key=_owned(code, key), by=viewer.officer)
        out.headers.update({"Cache-Control": "no-store", "Location": f"/api/v1/seals/{made.seal_id}"})
        return application_view(made)

    @routes.post(
        "/seals/{seal_id}/decision",
        summary="审批制章申请",
        description="批准或者不予批准；申请人不能自己办理。",
        responses=GUARDED | CONFLICTS,
    )
    def decision(seal_id: SealId, body: DecisionBody, viewer: Second, out: Response) -> SealPage:
        out.headers["Cache-Control"] = "no-store"
        _page(seals, seal_id, viewer)
        seals.decide(seal_id, approve=body.approve, note=body.note, by=viewer.officer)
        return _page(seals, seal_id, viewer)

    @routes.post(
        "/seals/{seal_id}/acts",
        summary="办理停用、恢复、注销、撤回",
        description="收到 201 时，处理已登记、存证，信任列表和状态清单已公布。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def act(seal_id: SealId, body: SealActBody, key: Key, viewer: Second, out: Response) -> SealPage:
        out.headers["Cache-Control"] = "no-store"
        page = _page(seals, seal_id, viewer)
        if body.step == "withdraw":
            seals.withdraw(seal_id, note=body.reason, by=viewer.officer)
        else:
            seals.act(
                seal_id,
                Step(body.step),
                ground=body.ground,
                reason=body.reason,
                by=viewer.officer,
                key=_owned(page.seal.body_code, key),
                effective_at=body.effective_at,
            )
        return _page(seals, seal_id, viewer)


def _add_requests(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Requests to seal, and the second person's word on them."""
    Viewer = Annotated[SealViewer, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (as above)
    Second = Annotated[SealViewer, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.get("/seals/{seal_id}/requests", summary="用印请求", description="新的在前。", responses=GUARDED)
    def requests(seal_id: SealId, viewer: Viewer, out: Response) -> list[RequestView]:
        out.headers["Cache-Control"] = "no-store"
        _filed(seals, seal_id, viewer)
        return [request_view(one) for one in seals.requests(seal_id, SHOWN)]

    @routes.post(
        "/seals/{seal_id}/requests",
        summary="申请增加当日用印份数",
        description="当日单人限额不够时（如批量签发）申请；须由另一人批准。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def allow(seal_id: SealId, body: AllowanceBody, key: Key, viewer: User, out: Response) -> RequestView:
        out.headers["Cache-Control"] = "no-store"
        filed = _filed(seals, seal_id, viewer)
        own = _owned(filed.body_code, key)
        return request_view(seals.allow(seal_id, body.count, purpose=body.purpose, key=own, by=viewer.officer))

    @routes.post(
        "/seals/{seal_id}/requests/{number}/decision",
        summary="审批用印请求",
        description="批准或者不予批准；申请人不能自己办理。",
        responses=GUARDED | CONFLICTS,
    )
    def decision(
        seal_id: SealId, number: RequestNumber, body: DecisionBody, viewer: Second, out: Response
    ) -> RequestView:
        out.headers["Cache-Control"] = "no-store"
        _filed(seals, seal_id, viewer)
        request = seals.request(number)
        if request is None or request.seal_id != seal_id:
            raise SealUnknown
        seals.decide_request(number, approve=body.approve, by=viewer.officer)
        return request_view(seals.request(number) or request)


def _page(seals: SealService, seal_id: str, viewer: SealViewer) -> SealPage:
    """A seal, filed or applied for, that this viewer may see."""
    filed, application = seals.find(seal_id), seals.application(seal_id)
    if filed is not None:
        body, view = filed.body_code, filed_view(filed, application, seals.state(seal_id))
    elif application is not None:
        body, view = application.wish.body_code, application_view(application)
    else:
        raise SealUnknown
    if not _may_see(body, viewer):
        raise SealUnknown
    return SealPage(seal=view, steps=step_views(seals.steps(seal_id), seals.acts_on(seal_id), LABELS))


def _filed(seals: SealService, seal_id: str, viewer: SealViewer) -> FiledSeal:
    filed = seals.find(seal_id)
    if filed is None or not _may_see(filed.body_code, viewer):
        raise SealUnknown
    return filed


def _may_see(body_code: str, viewer: SealViewer) -> bool:
    return viewer.oversees or viewer.department == body_code


def _department(viewer: SealViewer) -> str:
    if viewer.department is None:
        raise SealUnknown  # whoever may use seals has a department; without one there are none to use
    return viewer.department


def _owned(department: str, key: str) -> str:
    """A department's own key: two departments may choose the same, and what is in it is not stored."""
    return f"{department}:{sm3(key.encode()).hex()}"
