"""Pages of the catalogue: every version of every type, one version with its items and history, and a new draft.

Officials draft, administrators review, publish and retire, auditors look; what somebody may not do is not offered, and
the catalogue refuses it in any case. Mandates are in `mandates`.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.catalogue.errors import CatalogueError
from issuer.catalogue.life import LIFE, State, Step
from issuer.catalogue.ports import Version
from issuer.catalogue.views import row_view
from service.catalogue_rights import CATALOGUE_RIGHTS
from service.field_words import SENTENCES
from service.guards import Guards, Sender
from service.identity import Person, require
from service.pages.forms import Form, read_form
from service.pages.rendering import render, see_other
from service.pages.uploading import Upload, read_document
from service.problem import Problem
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from templates.packing import unzip
from trust.errors import TrustError
from trust.rules.errors import FieldRefused
from trust.rules.field_kind import KIND_LABELS
from trust.rules.life import Who
from trust.rules.party import HOLDER_CODE_TYPES
from trust.sealing.ports import Officer

BADGES = {State.PUBLISHED: "s01", State.DRAFT: "s02", State.IN_REVIEW: "s02", State.REVIEWED: "s02"}
"""How a state is coloured; the others are at their end."""
DISCLOSURES = {"public": "公开", "scan": "扫码可见", "consent": "授权可见", "never": "不对外"}
VALIDITIES = {"permanent": "长期有效", "years": "定期", "given": "按每次决定"}
LABELS = {"file": "模板文件", "name": "模板名", "note": "说明"}
DONE = {"drafted": "已起草，尚未送审。", "done": "已办理。", "published": "已公布，信任列表已更新。"}


@dataclass(frozen=True)
class Handed:
    """Who handed in a template, and the form it came in."""

    person: Person
    upload: Upload


def add_catalogue(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/catalogue` and the pages below it."""
    _add_looking(routes, yinzheng, guards)
    _add_drafting(routes, yinzheng, guards)
    _add_steps(routes, yinzheng, guards)


def _add_looking(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Viewer = Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS["look"]))]  # noqa: N806  (an alias of a type)

    @routes.get("/issuer/catalogue")
    def entries(request: Request, viewer: Viewer) -> Response:
        in_force = yinzheng.catalogue.in_force_versions()
        rows = [row_view(one, in_force.get(one.type.code)) for one in yinzheng.catalogue.versions()]
        damaged = [one for one in yinzheng.catalogue.listed() if one.entry is None]
        may = viewer.role in CATALOGUE_RIGHTS["draft"]
        return render(request, "catalogue", rows=rows, damaged=damaged, may_draft=may, badges=BADGES)


def _add_drafting(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Drafter = Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS["draft"]))]  # noqa: N806  (an alias of a type)
    Template = Annotated[Handed, Depends(_template_reader(guards))]  # noqa: N806  (as above)

    @routes.get("/issuer/catalogue/draft")
    def blank(request: Request, drafter: Drafter) -> Response:  # noqa: ARG001  (who may draft is all that is asked)
        return _draft_page(request, {})

    @routes.post("/issuer/catalogue/draft")
    def draft(request: Request, handed: Template) -> Response:
        person, upload = handed.person, handed.upload
        texts = {name: upload.texts.get(name, "").strip() for name in ("name", "note")}
        if not upload.data:
            return _draft_page(request, texts, {"file": SENTENCES["missing"]}, 422)
        try:
            name, files = unzip(upload.data, texts["name"])
            by = Officer(person.login, person.name)
            made = yinzheng.catalogue.draft(name, files, by=by, department=person.department, note=texts["note"])
        except (CatalogueError, TemplatesError, TrustError) as error:
            told, problem = _told(error, "file")
            return _draft_page(request, texts, told, problem.status if problem.status < 500 else 422)
        code, number = made.place
        return see_other(f"/issuer/catalogue/{code}/{number}?done=drafted")


def _add_steps(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Viewer = Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS["look"]))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/catalogue/{type_code}/{version}"

    @routes.get(path)
    def entry(request: Request, viewer: Viewer, type_code: str, version: int, done: str = "") -> Response:
        found = yinzheng.catalogue.version(type_code[:32], version)
        return _entry_page(request, yinzheng, viewer, found, done=done)

    @routes.post(path)
    def step(request: Request, viewer: Viewer, type_code: str, version: int, form: Posted) -> Response:
        found = yinzheng.catalogue.version(type_code[:32], version)
        try:
            _take(yinzheng, viewer, found, form.text("step"), form.text("note"))
        except (CatalogueError, TrustError) as error:
            told, problem = _told(error, "note")
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _entry_page(request, yinzheng, viewer, found, errors=told, status=problem.status)
        done = "published" if form.text("step") in {Step.PUBLISH, Step.RETIRE} else "done"
        return see_other(f"/issuer/catalogue/{found.type.code}/{found.type.bundle_version}?done={done}")


def _take(yinzheng: Yinzheng, person: Person, version: Version, step: str, note: str) -> None:
    """Take a step in somebody's name; raises NotAllowed, CatalogueError."""
    by, place, catalogue = Officer(person.login, person.name), version.place, yinzheng.catalogue
    own = step in {Step.SUBMIT, Step.WITHDRAW}
    require(person, CATALOGUE_RIGHTS["draft" if own else "decide"])
    if step == Step.SUBMIT:
        catalogue.submit(*place, by=by)
    elif step == Step.WITHDRAW:
        catalogue.withdraw(*place, by=by, note=note)
    elif step == Step.PUBLISH:
        catalogue.publish(*place, by=by, note=note)
    elif step == Step.RETIRE:
        catalogue.retire(version.type.code, by=by, note=note)
    else:
        catalogue.review(*place, passed=step == Step.PASS, by=by, note=note)


def _template_reader(guards: Guards) -> Callable[..., AsyncIterator[Handed]]:
    """The dependency that reads a form with a template, once it is known who sends it."""

    async def handed(
        request: Request, sender: Annotated[Sender, Depends(guards.sender(*CATALOGUE_RIGHTS["draft"]))]
    ) -> AsyncIterator[Handed]:
        upload = await read_document(request)
        sender.check(upload.texts.get("form_token"))
        yield Handed(sender.person, upload)

    return handed


def _told(error: Exception, place: str) -> tuple[dict[str, str], Problem]:
    """A refusal beside the field it belongs to, and the problem it is."""
    problem = problem_of(error)
    if isinstance(error, FieldRefused):
        return {error.key if error.key in LABELS else "": SENTENCES.get(error.reason, problem.zh)}, problem
    at_field = isinstance(error, TemplatesError) or getattr(error, "reason", "") == "note-missing"
    more = f"（{error}）" if isinstance(error, TemplatesError) else ""
    return {place if at_field else "": f"{problem.zh.rstrip('。')}{more}。"}, problem


def _draft_page(
    request: Request, texts: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    return render(request, "catalogue_draft", status=status, texts=texts, errors=errors or {}, labels=LABELS)


def _entry_page(
    request: Request,
    yinzheng: Yinzheng,
    person: Person,
    version: Version,
    *,
    done: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    in_force = yinzheng.catalogue.in_force_version(version.type.code)
    return render(
        request,
        "catalogue_entry",
        status=status,
        version=version,
        kind=version.type,
        row=row_view(version, in_force),
        others=[one for one in yinzheng.catalogue.versions() if one.type.code == version.type.code],
        events=yinzheng.catalogue.events(version),
        may=_offered(person, version, in_force),
        waits_for_another=version.state is State.IN_REVIEW and person.login == version.drafted_by.login,
        holders=[HOLDER_CODE_TYPES[code].label for code in version.type.holder_code_types],
        kinds=KIND_LABELS,
        disclosures=DISCLOSURES,
        validities=VALIDITIES,
        badges=BADGES,
        done=DONE.get(done, ""),
        errors=errors or {},
        labels=LABELS,
    )


def _offered(person: Person, version: Version, in_force: int | None) -> list[Step]:
    """The steps that this person may take now."""
    offered: list[Step] = []
    for step in LIFE.open_to(version.state, Officer(person.login, person.name), [version.drafted_by]):
        right = CATALOGUE_RIGHTS["draft" if LIFE.row(step).who is Who.ACCOUNT else "decide"]
        current = step is not Step.RETIRE or in_force == version.type.bundle_version
        if person.role in right and step is not Step.DRAFT and current:
            offered.append(step)
    return offered
