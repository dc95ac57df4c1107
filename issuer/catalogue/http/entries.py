"""Routes of catalogue entries: the list, one version, a new draft, and the steps of its life."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from issuer.catalogue.bodies import DraftingBody, RetireBody, ReviewBody
from issuer.catalogue.granting import Actor
from issuer.catalogue.http.access import GUARDED, REFUSED, Authorize, CatalogueService, TypeCode, VersionNumber
from issuer.catalogue.ports import Version
from issuer.catalogue.views import EntryRow, EntryView, entry_view, row_view
from issuer.handed_in import read_octets
from templates.packing import MAX_BUNDLE, unzip
from trust.http import file_body

ZIP = "application/zip"
MAX_ZIP = MAX_BUNDLE + 65_536


def add_entries(routes: APIRouter, service: CatalogueService, authorize: Authorize) -> None:
    """Looking at entries, and moving them."""
    Viewer = Annotated[Actor, Depends(authorize("look"))]  # noqa: N806  (an alias of a type, written as one)
    Drafter = Annotated[Actor, Depends(authorize("draft"))]  # noqa: N806  (as above)
    Decider = Annotated[Actor, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.get("/catalogue", summary="目录条目", description="全部类型的全部版本，含草稿。", responses=GUARDED)
    def entries(viewer: Viewer) -> list[EntryRow]:  # noqa: ARG001  (who may look is all that is asked)
        in_force = service.in_force_versions()
        return [row_view(one, in_force.get(one.type.code)) for one in service.versions()]

    @routes.get(
        "/catalogue/{type_code}/{version}",
        summary="目录条目的一个版本",
        description="信息项、规则、版面摘要和办理经过。",
        responses=GUARDED,
    )
    def entry(type_code: TypeCode, version: VersionNumber, viewer: Viewer) -> EntryView:  # noqa: ARG001  (as above)
        return _answer(service, service.version(type_code, version))

    @routes.post(
        "/catalogue/{type_code}/{version}/drafting",
        summary="送审或撤回草稿",
        description="只有起草人本人可以办理。",
        responses=GUARDED | REFUSED,
    )
    def drafting(type_code: TypeCode, version: VersionNumber, body: DraftingBody, actor: Drafter) -> EntryView:
        if body.step == "submit":
            return _answer(service, service.submit(type_code, version, by=actor.officer))
        return _answer(service, service.withdraw(type_code, version, by=actor.officer, note=body.note))

    @routes.post(
        "/catalogue/{type_code}/{version}/review",
        summary="审核或公布",
        description="起草人不能自己审核。公布后即为现行版本，已公布到信任列表。",
        responses=GUARDED | REFUSED,
    )
    def review(type_code: TypeCode, version: VersionNumber, body: ReviewBody, actor: Decider) -> EntryView:
        by, note = actor.officer, body.note
        if body.step == "publish":
            return _answer(service, service.publish(type_code, version, by=by, note=note))
        passed = body.step == "pass"
        return _answer(service, service.review(type_code, version, passed=passed, by=by, note=note))

    @routes.post(
        "/catalogue/{type_code}/retirement",
        summary="停用一类证照",
        description="此后不能再签发；已经签发的照常有效、照常核验。",
        responses=GUARDED | REFUSED,
    )
    def retirement(type_code: TypeCode, body: RetireBody, actor: Decider) -> EntryView:
        return _answer(service, service.retire(type_code, by=actor.officer, note=body.note))


def add_drafts(routes: APIRouter, service: CatalogueService, authorize: Authorize) -> None:
    """Handing in a template; the body is the ZIP itself."""
    Handed = Annotated[tuple[Actor, bytes], Depends(_zip_reader(authorize("draft")))]  # noqa: N806  (an alias of a type)

    @routes.post(
        "/catalogue",
        summary="起草目录条目",
        description="以 ZIP 作为请求正文提交模板：一个以模板名命名的文件夹，或者只有文件、另用 name 给出模板名。",
        status_code=status.HTTP_201_CREATED,
        openapi_extra=file_body([ZIP]),
        responses=GUARDED | REFUSED | {413: {"description": "文件太大"}, 415: {"description": "不是 ZIP"}},
    )
    def draft(
        handed: Handed,
        out: Response,
        name: Annotated[str, Query(max_length=40, pattern="^[a-z0-9-]*$", description="模板名")] = "",
        note: Annotated[str, Query(max_length=200, description="起草说明")] = "",
    ) -> EntryView:
        actor, octets = handed
        chosen, files = unzip(octets, name)
        made = service.draft(chosen, files, by=actor.officer, department=actor.department, note=note)
        code, number = made.place
        out.headers["Location"] = f"/api/v1/catalogue/{code}/{number}"
        return _answer(service, made)


def _answer(service: CatalogueService, version: Version) -> EntryView:
    return entry_view(version, service.events(version), service.in_force_version(version.type.code))


def _zip_reader(actor: Callable[..., Actor]) -> Callable[..., AsyncIterator[tuple[Actor, bytes]]]:
    """The dependency that reads a ZIP, once it is known who sends it."""

    async def handed(request: Request, who: Annotated[Actor, Depends(actor)]) -> AsyncIterator[tuple[Actor, bytes]]:
        yield who, await read_octets(request, [ZIP], MAX_ZIP)

    return handed
