"""Routes of issuing: types, grounds, licences with their files, acts on them, and what a holder holds.

Who asks comes from `authorize`, which `service` gives; the issuing body is the asker's department and never stands in
a body. A licence is shown to its department and to its holders; for everyone else, and for an identifier that is
malformed, unknown or not released, the answer is one and the same. Keys of idempotency belong to the department that
sent them and are stored as digests, because people put anything into them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Response, status

from issuer.answers import CONFLICTS, MEDIA_TYPES, NOT_FOUND, FileName, file_of
from issuer.application import Application
from issuer.applying.operations import Operation
from issuer.applying.views import OperationView, operation_view
from issuer.bodies import ActBody, ApplicationBody
from issuer.errors import NoSuchLicence
from issuer.issuing import Issued
from issuer.ports import Entry
from issuer.views import (
    ActView,
    GroundView,
    IssuedView,
    LicenceView,
    StandingView,
    TypeView,
    act_view,
    address_of,
    ground_view,
    issued_view,
    licence_view,
    standing_view,
    type_view,
)
from templates.library import Bundle
from trust.errors import Malformed
from trust.http import NOT_SIGNED_IN, Key, attachment, uncached
from trust.revocation.acting import Order
from trust.rules.grounds import GROUNDS
from trust.rules.idempotency import own_key
from trust.rules.identifier import MAX_LENGTH, parse_lenient
from trust.rules.standing import Act, Standing

Right = Literal["look", "issue", "hold"]
"""What a route needs: `look` anybody who is signed in, `issue` an official, `hold` a holder."""

Overseen = Literal["", "standing", "reasons"]
"""What somebody sees of every licence's standing: nothing, the standing alone, or the acts and their reasons too."""

FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True)
class Viewer:
    """Who asks: a department for officials, a holder (code type, code), or one who oversees and sees standings."""

    login: str
    department: str | None = None
    holder: tuple[str, str] | None = None
    oversees: Overseen = ""


class Issue(Protocol):
    """`issuer.issuing.issue`, wired."""

    def __call__(self, application: Application, *, key: str, by: str) -> Issued: ...


class TakeAct(Protocol):
    """`trust.revocation.acting.act`, wired, with the publishing that follows it."""

    def __call__(self, order: Order, *, key: str) -> Act: ...


@dataclass(frozen=True)
class Desk:
    """What these routes depend on: the register's reading side, and the journeys."""

    bundles: Callable[[], Sequence[Bundle]]
    issue: Issue
    find: Callable[[str], Entry | None]
    held: Callable[[str, str], Sequence[Entry]]
    files: Callable[[Entry], Issued]
    proof: Callable[[Issued], bytes]
    act: TakeAct
    acts: Callable[[str], Sequence[Act]]
    standing: Callable[[str, datetime], Standing]
    published: Callable[[str], Mapping[int, datetime]]
    operations: Callable[[Entry], Sequence[Operation]]
    successor_of: Callable[[str], Entry | None]
    now: Callable[[], datetime]
    host_url: str


Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]


def router(desk: Desk, *, authorize: Callable[[Right], Callable[..., Viewer]]) -> APIRouter:
    """The routes; `authorize` gives the dependency that admits whoever has a right."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"])
    _add_catalogue(routes, desk)
    _add_issuing(routes, desk, authorize("issue"))
    _add_reading(routes, desk, authorize("look"))
    _add_acting(routes, desk, authorize("look"))
    _add_holding(routes, desk, authorize("hold"))
    return routes


def _add_catalogue(routes: APIRouter, desk: Desk) -> None:
    """What anybody may know: types and grounds."""

    @routes.get("/types", summary="证照目录", description="全部证照类型及其照面项。")
    def types(out: Response) -> list[TypeView]:
        out.headers["Cache-Control"] = FOR_A_WHILE
        return [type_view(bundle) for bundle in desk.bundles()]

    @routes.get("/grounds", summary="事由目录", description="可以暂扣、恢复、撤销、吊销、注销证照的全部事由。")
    def grounds(out: Response) -> list[GroundView]:
        out.headers["Cache-Control"] = FOR_A_WHILE
        return [ground_view(ground) for ground in GROUNDS.values()]


def _add_issuing(routes: APIRouter, desk: Desk, authorize: Callable[..., Viewer]) -> None:
    Official = Annotated[Viewer, Depends(authorize)]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/licences",
        summary="签发证照",
        description="以本部门名义签发一本证照。收到 201 时，文件已签章、自查、存证、存妥。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | {404: {"description": "证照目录中没有这个类型"}} | CONFLICTS,
    )
    def issue(body: ApplicationBody, key: Key, viewer: Official, out: Response) -> IssuedView:
        department = _department(viewer)
        issued = desk.issue(body.to_application(department), key=own_key(department, key), by=viewer.login)
        _private(out, address_of(str(issued.entry.licence.identifier)))
        return issued_view(issued.entry)


def _add_reading(routes: APIRouter, desk: Desk, authorize: Callable[..., Viewer]) -> None:
    """A licence and its files, for its department and its holders; its standing, also for those who oversee."""
    Asker = Annotated[Viewer, Depends(authorize)]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/licences/{identifier}",
        summary="证照信息",
        description="仅颁发部门与持证主体可见。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def licence(identifier: Identifier, viewer: Asker, out: Response) -> LicenceView:
        _private(out)
        return licence_view(_shown(desk, identifier, viewer), desk.successor_of(identifier))

    @routes.get(
        "/licences/{identifier}/files/{name}",
        summary="证照文件",
        description="签章的 OFD、PDF，二维码图片，或受签章保护的元数据。",
        response_class=Response,
        responses=NOT_SIGNED_IN
        | NOT_FOUND
        | {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "文件本身"}},
    )
    def file(identifier: Identifier, name: FileName, viewer: Asker) -> Response:
        octets = file_of(desk.files(_shown(desk, identifier, viewer)), name, desk.host_url)
        return attachment(octets, MEDIA_TYPES[name], name if "." in name else f"licence.{name}")

    @routes.get(
        "/licences/{identifier}/proof",
        summary="存证证明",
        description="证照在存证日志中的证明，含检查点和见证方的会签；离线核验可用。仅颁发部门与持证主体可见。",
        response_class=Response,
        responses=NOT_SIGNED_IN | NOT_FOUND | {200: {"content": {"application/json": {}}, "description": "证明"}},
    )
    def proof(identifier: Identifier, viewer: Asker) -> Response:
        octets = desk.proof(desk.files(_shown(desk, identifier, viewer)))
        return attachment(octets, "application/json", "proof.json")

    @routes.get(
        "/licences/{identifier}/standing",
        summary="证照状态",
        description="供颁发部门、持证主体、审计人员和窗口核验人员查询；公众通过核验得知状态。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def standing(identifier: Identifier, viewer: Asker, out: Response) -> StandingView:
        _private(out)
        entry = _released(desk, identifier)
        if not (viewer.oversees or _may_see(entry, viewer)):
            raise NoSuchLicence
        acts, at = desk.acts(identifier), desk.now()
        standing = desk.standing(identifier, at)
        why = viewer.oversees != "standing"
        published = desk.published(identifier) if why else {}
        return standing_view(identifier, standing, acts, at, why=why, published=published)

    @routes.get(
        "/licences/{identifier}/operations",
        summary="办理记录",
        description="从颁发起的每一次办理及其业务代码，供颁发部门、持证主体和审计人员查询。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def operations(identifier: Identifier, viewer: Asker, out: Response) -> list[OperationView]:
        _private(out)
        entry = _released(desk, identifier)
        if not (viewer.oversees == "reasons" or _may_see(entry, viewer)):
            raise NoSuchLicence
        return [operation_view(one) for one in desk.operations(entry)]


def _add_acting(routes: APIRouter, desk: Desk, authorize: Callable[..., Viewer]) -> None:
    Asker = Annotated[Viewer, Depends(authorize)]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/licences/{identifier}/acts",
        summary="办理暂扣、恢复、撤销、吊销、注销",
        description="仅颁发部门的经办人可办。收到 201 时，处理已登记、存证，新的状态清单已公布。"
        "须由两人办理的（溯及既往的、由两人签发的类型终结效力的）回答 409，改用 POST /api/v1/act-orders。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def act(identifier: Identifier, body: ActBody, key: Key, viewer: Asker, out: Response) -> ActView:
        entry = _released(desk, identifier)
        if viewer.department is None or viewer.department != entry.licence.issuing_body.code:
            raise NoSuchLicence
        order = Order(
            kind=body.kind,
            subject=identifier,
            ground=body.ground,
            reason=body.reason,
            by=viewer.login,
            effective_at=body.effective_at,
            decided_at=body.decided_at,
            decision=body.decision,
            reverses=body.reverses,
            receiver=body.receiver,
        )
        done = desk.act(order, key=own_key(viewer.department, key))
        _private(out, f"{address_of(identifier)}/standing")
        return act_view(done, desk.published(identifier).get(done.sequence))


def _add_holding(routes: APIRouter, desk: Desk, authorize: Callable[..., Viewer]) -> None:
    Holding = Annotated[Viewer, Depends(authorize)]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/me/licences",
        summary="我的证照",
        description="登录的持证主体名下的全部证照，新的在前。",
        responses=NOT_SIGNED_IN,
    )
    def mine(viewer: Holding, out: Response) -> list[LicenceView]:
        _private(out)
        held = desk.held(*viewer.holder) if viewer.holder else ()
        return [licence_view(entry, desk.successor_of(str(entry.licence.identifier))) for entry in held]


def _released(desk: Desk, identifier: str) -> Entry:
    """The released entry of an identifier, which is not put to the register unless it is one."""
    try:
        parse_lenient(identifier)
    except Malformed as error:
        raise NoSuchLicence from error
    entry = desk.find(identifier)
    if entry is None or entry.artefacts is None:
        raise NoSuchLicence
    return entry


def _shown(desk: Desk, identifier: str, viewer: Viewer) -> Entry:
    """The entry, if this viewer may see the licence."""
    entry = _released(desk, identifier)
    if not _may_see(entry, viewer):
        raise NoSuchLicence
    return entry


def _may_see(entry: Entry, viewer: Viewer) -> bool:
    licence = entry.licence
    if viewer.department is not None:
        return viewer.department == licence.issuing_body.code
    return viewer.holder in {(one.code_type, one.code) for one in licence.holders}


def _department(viewer: Viewer) -> str:
    if viewer.department is None:
        raise NoSuchLicence  # whoever may issue has a department; without one there is nothing to issue for
    return viewer.department


def _private(out: Response, location: str | None = None) -> None:
    """The answer is about somebody: no cache may keep it."""
    uncached(out)
    if location is not None:
        out.headers["Location"] = location
