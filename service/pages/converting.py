"""Pages for converting stock: the list, the form to hand in, and one paper licence with its scan beside its data.

The first person ticks what agrees with what, the second one ticks every page that was looked at; what is confirmed is
the digest that was in the form. Scans are drawn by the process for hostile files and carried in the page itself; the
scan as it was handed in can be saved by the department's officials alone.
"""

from base64 import b64encode
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.converting.errors import StockRefused
from issuer.converting.grading import Checks
from issuer.converting.http import scan_answer
from issuer.converting.manifest import read_manifest
from issuer.converting.stock import ITEM_LABELS, Stage, Stock, items_of
from issuer.converting.views import item_labels, item_views
from issuer.errors import IssuerError
from service.field_words import SENTENCES, sentence
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, read_form
from service.pages.issuing import department_name, own_bundle, own_bundles
from service.pages.rendering import render, see_other
from service.pages.stock_upload import MAX_SCANS, StockForm, stock_form_reader
from service.problems import problem_of
from service.shell import POLICY_WITH_PICTURES
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer

PAGE = 50
HOME = "/issuer/conversions"
BADGES = {Stage.SUBMITTED: "s02", Stage.COMPARED: "s02", Stage.CONFIRMED: "s02", Stage.RELEASED: "s01"}
"""How a stage is coloured; what was refused is at its end."""
WORDS = {
    "not-compared": "这一项既没有与扫描件、也没有与登记数据核对；编号和持证主体必须与扫描件核对。",
    "not-looked-at": "请逐页看过，并勾选每一页。",
    "no-scan": "没有扫描件，不能勾选与扫描件或纸质原件一致。",
    "not-an-item": "没有这一项。",
    "grade-too-low": "证据等级低于这类证照的要求，不能转换。",
    "given-twice": "重复了。",
    "duplicate-number": "这个证照编号已经用过。",
    "file-name": "文件名不合规范。",
    "cells": "这一行的列数与标题行不同。",
    "not-utf-8": "清单须为 UTF-8 编码，请另存后再试。",
    "not-csv": "清单读不出来，请检查引号。",
    "manifest-form": "清单格式不对。",
    "too-many": "清单最多两千行。",
}


def add_converting(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/conversions`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Handed = Annotated[StockForm, Depends(stock_form_reader(guards))]  # noqa: N806  (as above)

    @routes.get(HOME)
    def listed(request: Request, official: Official, stage: str = "", after: str = "") -> Response:
        chosen = Stage(stage) if stage in set(Stage) else None
        return _list(request, yinzheng, official, chosen, after[:32])

    @routes.post(HOME)
    def submit(request: Request, handed: Handed) -> Response:
        try:
            _submit(yinzheng, handed)
        except (IssuerError, TemplatesError) as error:
            return _list(request, yinzheng, handed.person, None, "", error)
        return see_other(f"{HOME}?stage={Stage.SUBMITTED}")

    @routes.get(HOME + "/{number}")
    def one(request: Request, official: Official, number: str) -> Response:
        return _page(request, yinzheng, official, _own(yinzheng, official, number))

    @routes.get(HOME + "/{number}/scan")
    def scan(official: Official, number: str) -> Response:
        return scan_answer(yinzheng.conversions, _own(yinzheng, official, number))

    _add_steps(routes, yinzheng, guards)


def _add_steps(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.post(HOME + "/{number}")
    def step(request: Request, official: Official, number: str, form: Posted) -> Response:
        stock = _own(yinzheng, official, number)
        try:
            _take(yinzheng, stock, form, Officer(official.login, official.name))
        except (IssuerError, TemplatesError) as error:
            if problem_of(error).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _page(request, yinzheng, official, _own(yinzheng, official, number), error, form)
        return see_other(f"{HOME}/{number}")


def _take(yinzheng: Yinzheng, stock: Stock, form: Form, by: Officer) -> None:
    """The step that the button names; anything else is no step, and StockRefused."""
    desk, lower = yinzheng.conversions, _lower(form)
    match form.text("step"):
        case "compare":
            items = items_of(stock.application)
            scan, register = (
                frozenset(key for key in items if form.text(f"{kind}.{key}")) for kind in ("scan", "register")
            )
            desk.compare(stock, Checks(scan, register, paper=bool(form.text("paper"))), lower=lower, by=by)
        case "confirm":
            count = stock.scan.pages if stock.scan else 0
            pages = [page for page in range(1, count + 1) if form.text(f"page.{page}")]
            desk.confirm(stock, content=form.text("content"), pages=pages, lower=lower, by=by)
        case "refuse":
            desk.refuse(stock, reason=form.text("reason"), by=by)
        case "release":
            desk.release(stock, by=by)
        case _:
            raise StockRefused([("step", "unknown")])


def _lower(form: Form) -> Grade | None:
    given = form.text("lower")
    if given and given not in set(Grade):
        raise StockRefused([("lower", "unknown")])
    return Grade(given) if given else None


def _submit(yinzheng: Yinzheng, handed: StockForm) -> None:
    """Keep the scans, then take the rows in."""
    bundle = own_bundle(yinzheng, handed.person, handed.bundle)
    body, by = handed.person.department or "", Officer(handed.person.login, handed.person.name)
    rows = read_manifest(handed.manifest, bundle.type, issuer_code=body)
    missing = [
        (f"rows.{number}.file", "missing") for number, row in enumerate(rows, 1) if row.file not in {"", *handed.scans}
    ]
    if missing:
        raise StockRefused(missing)
    named = {row.file for row in rows if row.file}
    scans = {
        name: yinzheng.conversions.keep_scan(octets, body_code=body, by=by)
        for name, octets in handed.scans.items()
        if name in named
    }
    yinzheng.conversions.submit(rows, scans, by=by)


def _own(yinzheng: Yinzheng, official: Person, number: str) -> Stock:
    return yinzheng.conversions.find(number, official.department or "")


def _list(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    chosen: Stage | None,
    after: str,
    error: Exception | None = None,
) -> Response:
    body = official.department or ""
    found = yinzheng.conversions.of_body(body, chosen, limit=PAGE, after=after)
    names = {bundle.type.code: bundle.type.name for bundle in own_bundles(yinzheng, official)}
    errors, status = _told(error, {})
    return render(
        request,
        "conversions",
        status=status,
        department=department_name(yinzheng, official),
        rows=[(one, names.get(one.application.type_code, one.application.type_code)) for one in found],
        more=found[-1].number if len(found) == PAGE else "",
        stages=list(Stage),
        counts=yinzheng.conversions.counts(body),
        chosen=chosen,
        badges=BADGES,
        bundles=own_bundles(yinzheng, official),
        most=MAX_SCANS,
        errors=errors,
        labels={},
    )


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    stock: Stock,
    error: Exception | None = None,
    form: Form | None = None,
) -> Response:
    desk = yinzheng.conversions
    bundle, who = desk.bundle_of(stock), Officer(official.login, official.name)
    labels = {**item_labels(bundle), "lower": "降低证据等级", "reason": "理由", "pages": "逐页看过", "scan": "扫描件"}
    errors, status = _told(error, labels)
    again = desk.reopened(stock)
    over = stock.stage in {Stage.RELEASED, Stage.REFUSED, Stage.CONFIRMED} and not again
    second = all(who.is_other_than(one) for one in stock.hands)
    ticked = frozenset(form.texts) if form is not None and form.text("step") == "compare" else None
    answer = render(
        request,
        "conversion",
        status=status,
        stock=stock,
        type_name=bundle.type.name,
        items=item_views(stock, bundle),
        ticked=ticked,
        pictures=[
            f"data:image/png;base64,{b64encode(page).decode()}" for page in ([] if over else desk.pages_of(stock))
        ],
        events=desk.events(stock),
        badge=BADGES.get(stock.stage, ""),
        may_compare=stock.stage in {Stage.SUBMITTED, Stage.COMPARED} or again,
        may_release=stock.stage is Stage.CONFIRMED and not again,
        again=again,
        may_confirm=stock.stage is Stage.COMPARED and second,
        waits=stock.stage is Stage.COMPARED and not second,
        may_refuse=stock.stage in {Stage.SUBMITTED, Stage.COMPARED},
        grades=[("", "不降低"), *((grade.value, f"{grade}：{grade.label}") for grade in Grade if grade is not Grade.A)],
        errors=errors,
        labels=labels,
        over=over,
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _told(error: Exception | None, labels: dict[str, str]) -> tuple[dict[str, str], int]:
    """What is said of a refusal, by the member it belongs to, and its status."""
    if error is None:
        return {}, 200
    problem = problem_of(error)
    if not isinstance(error, StockRefused):
        return {"": problem.zh}, problem.status
    told: dict[str, str] = {}
    for place, (name, reason) in enumerate(error.problems):
        said = WORDS.get(reason) or SENTENCES.get(reason) or sentence(reason)
        key = name if name in labels else f"·{place}"
        told[key] = said if name in labels else f"{_place(name)}{said}"
    return told, problem.status


def _place(name: str) -> str:
    """A place in a manifest, in words: `rows.3.number` is 第 3 行证照编号."""
    parts = name.split(".")
    if parts[0] == "rows" and len(parts) > 1 and parts[1].isdigit():
        member = ".".join(parts[2:])
        return f"第 {parts[1]} 行{ITEM_LABELS.get(member, member)}："
    return f"{ITEM_LABELS.get(name, name)}：" if name else ""
