"""Pages of mandates: those on file, the requests about them with their decisions, and the form that asks.

An official asks for the own department, delegates and ends what is its own; an administrator for everybody. Days are
those of the calendar in China: a mandate begins and ends at midnight there. Whoever asked never decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.catalogue.errors import CatalogueError
from issuer.catalogue.life import REQUEST_LIFE, RequestStep
from issuer.catalogue.ports import FiledMandate, MandateRequest, MandateWish, Wanted
from service.catalogue_rights import CATALOGUE_RIGHTS, actor_of
from service.field_words import SENTENCES
from service.guards import Guards
from service.identity import Person
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import body_names
from service.pages.rendering import render, see_other
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.rules.errors import FieldRefused
from trust.rules.licence import CHINA
from trust.rules.mandate import MandateBook

LABELS = {
    "wanted": "办理",
    "issuer_code": "机构",
    "type_code": "证照类型",
    "above": "所依据的职权",
    "area": "区域",
    "valid_from": "自何日起",
    "valid_until": "至何日止",
    "reason": "事由和依据",
    "note": "意见",
}
PLACES = {
    "mandate-area": "area",
    "area": "area",
    "mandate-period": "valid_until",
    "mandate-unknown": "above",
    "mandate-over": "above",
    "mandate-depth": "above",
    "mandate-itself": "issuer_code",
    "body-unknown": "issuer_code",
    "type-unknown": "type_code",
    "note-missing": "note",
}
DONE = {"asked": "已申请，待另一人批准。", "decided": "已办理；批准的已公布到信任列表。", "withdrawn": "已撤回。"}


@dataclass(frozen=True)
class Asked:
    """What the form asks for, as its fields hold it."""

    wanted: str = Wanted.GRANT.value
    issuer_code: str = ""
    type_code: str = ""
    above: str = ""
    area: str = ""
    valid_from: str = ""
    valid_until: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """A mandate of the list: whether it holds now, and whether the viewer may delegate or end it."""

    filed: FiledMandate
    type_name: str
    holds: bool
    own: bool


def add_mandates(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/mandates` and the pages below it."""
    Viewer = Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS["look"]))]  # noqa: N806  (an alias of a type)
    Asker = Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS["ask"]))]  # noqa: N806  (as above)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer/mandates")
    def mandates(request: Request, viewer: Viewer, done: str = "") -> Response:
        return _list_page(request, yinzheng, viewer, done=done)

    @routes.get("/issuer/mandates/ask")
    def blank(request: Request, asker: Asker, wanted: str = "", above: str = "") -> Response:
        return _ask_page(request, yinzheng, asker, _first(yinzheng, asker, wanted, above))

    @routes.post("/issuer/mandates/ask")
    def ask(request: Request, asker: Asker, form: Posted) -> Response:
        asked = Asked(**{one.name: form.text(one.name) for one in fields(Asked)})
        key = f"form:{asker.login}:{form.nonce()}"
        try:
            yinzheng.catalogue.ask(_wish(asked), key=key, by=actor_of(asker))
        except (CatalogueError, TrustError, Usage) as error:
            errors, status = _told(error)
            return _ask_page(request, yinzheng, asker, asked, errors, status)
        return see_other("/issuer/mandates?done=asked")

    @routes.post("/issuer/mandates/requests/{number}")
    def decide(request: Request, asker: Asker, number: str, form: Posted) -> Response:
        step, note, by = form.text("step"), form.text("note"), actor_of(asker)
        try:
            if step == "withdraw":
                yinzheng.catalogue.withdraw_request(number[:64], by=by)
            else:
                yinzheng.catalogue.decide(number[:64], approve=step == "approve", by=by, note=note)
        except (CatalogueError, TrustError) as error:
            errors, status = _told(error)
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.NOT_FOUND:
                raise
            return _list_page(request, yinzheng, asker, errors=errors, status=status)
        return see_other(f"/issuer/mandates?done={'withdrawn' if step == 'withdraw' else 'decided'}")


def _wish(asked: Asked) -> MandateWish:
    """The wish behind the fields; raises Usage for days and choices that are none."""
    if asked.wanted not in set(Wanted):
        raise Usage("unknown-kind", "请选择列出的办理。", "choose one of those listed.")
    return MandateWish(
        wanted=Wanted(asked.wanted),
        issuer_code=asked.issuer_code,
        type_code=asked.type_code if asked.wanted == Wanted.GRANT else "",
        reason=asked.reason,
        area=asked.area or None,
        valid_from=_midnight(asked.valid_from),
        valid_until=_midnight(asked.valid_until),
        above=asked.above or None,
    )


def _midnight(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Usage("not-a-date", SENTENCES["not-a-date"], "a day that exists.") from error
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _first(yinzheng: Yinzheng, asker: Person, wanted: str, above: str) -> Asked:
    """What a new form begins with."""
    found = yinzheng.catalogue.mandate_book().numbered(above)
    if found is None or wanted not in {Wanted.DELEGATE, Wanted.END}:
        return Asked(issuer_code=actor_of(asker).department or "")
    return Asked(wanted=wanted, above=found.number, area=found.area or "" if wanted == Wanted.DELEGATE else "")


def _told(error: Exception) -> tuple[dict[str, str], int]:
    """A refusal beside the field it belongs to, and its status."""
    problem = problem_of(error)
    if isinstance(error, FieldRefused):
        return {error.key: SENTENCES.get(error.reason, problem.zh)}, problem.status
    return {PLACES.get(getattr(error, "reason", ""), ""): problem.zh}, problem.status


def _list_page(
    request: Request,
    yinzheng: Yinzheng,
    viewer: Person,
    *,
    done: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    names, catalogue = dict(yinzheng.catalogue.types()), yinzheng.catalogue
    filed = catalogue.mandates()
    book, at, actor = MandateBook(one.mandate for one in filed), yinzheng.now(), actor_of(viewer)
    may = viewer.role in CATALOGUE_RIGHTS["ask"]
    rows = [
        Row(
            one,
            names.get(one.mandate.type_code, one.mandate.type_code),
            book.holds(one.mandate, at),
            may and (actor.administers or actor.department in _bodies(book, one)),
        )
        for one in filed
    ]
    return render(
        request,
        "mandates",
        status=status,
        rows=sorted(rows, key=lambda row: not row.holds),
        requests=[(one, _may(yinzheng, viewer, one)) for one in catalogue.requests()],
        bodies=body_names(yinzheng),
        types=names,
        may_ask=may,
        done=DONE.get(done, ""),
        errors=errors or {},
        labels=LABELS,
        now=at,
    )


def _bodies(book: MandateBook, filed: FiledMandate) -> set[str]:
    """The bodies that may delegate or end a mandate: its own, and the one it was delegated by."""
    above = book.numbered(filed.mandate.delegated_from)
    return {filed.mandate.issuer_code} | ({above.issuer_code} if above else set())


def _may(yinzheng: Yinzheng, viewer: Person, request: MandateRequest) -> str:
    """What the viewer may do with a request: decide, withdraw, or nothing."""
    if viewer.role not in CATALOGUE_RIGHTS["ask"]:
        return ""
    actor = actor_of(viewer)
    may = REQUEST_LIFE.open_to(request.progress, actor.officer, [request.asked_by])
    if RequestStep.WITHDRAW in may:
        return "withdraw"
    return "decide" if RequestStep.APPROVE in may and yinzheng.catalogue.may_decide(request.wish, actor) else ""


def _ask_page(
    request: Request,
    yinzheng: Yinzheng,
    asker: Person,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    bodies = [(one.body.code, one.body.name) for one in yinzheng.city.bodies]
    own = actor_of(asker).department
    if asked.wanted == Wanted.GRANT and own is not None:
        bodies = [one for one in bodies if one[0] == own]
    return render(
        request,
        "mandate_ask",
        status=status,
        asked=asked,
        wanted=Wanted(asked.wanted) if asked.wanted in set(Wanted) else Wanted.GRANT,
        bodies=bodies,
        types=[(bundle.type.code, bundle.type.name) for bundle in yinzheng.catalogue.bundles()],
        above=yinzheng.catalogue.mandate_book().numbered(asked.above),
        type_names=dict(yinzheng.catalogue.types()),
        errors=errors or {},
        labels=LABELS,
        nonce=fresh_nonce(yinzheng.random),
    )
