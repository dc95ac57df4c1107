"""Pages about keys that were lost: report, look at how far it reaches, confirm as another person, work off what falls.

Officials see and act for their own body, administrators for every one; auditors look. The preview changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.compromise_routes import ACTING, SEEING, scope_of
from service.compromises.exporting import signed_csv
from service.compromises.reporting import LONGEST_REASON
from service.guards import Guards
from service.identity import Person, Role
from service.lost_keys.again import State
from service.lost_keys.errors import CompromiseError, CompromiseMoved
from service.lost_keys.order import Compromise, Loss, Stage
from service.lost_keys.signed import Kind
from service.pages.acting import Asked
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.pages.seal_use import officer_of
from service.problem import Usage
from service.problems import problem_of
from service.renewal import OWN
from service.wiring import Yinzheng
from trust.http import attachment
from trust.rules.people import same_person

MOST, PAGE = 100, 50
UNKNOWN = EVERYTHING = "1"
BADGES = {
    Stage.WAITING: "s02",
    Stage.CONFIRMED: "s02",
    Stage.DONE: "s01",
    Stage.REFUSED: "s03",
    Stage.WITHDRAWN: "s05",
}
OF_ITSELF = {
    "root": "根证书",
    "issuing": "证书签发",
    "trust-list": "信任列表",
    "status-list": "状态清单",
    "log": "存证日志",
    "receipt": "引用回执",
    "presentation": "亮证码",
    "time-stamp": "时间戳",
    "ocsp": "证书状态查询",
    "seal-maker": "制章者",
}
"""Roles whose certificates the installation has for itself."""
OF_BODY = "单位的证书：请系统管理员执行 yinzheng key renew --body 账号，再由两名经办人以“签名证书更新”重制印章。"
OF_SERVICE = "服务自己的证书：密钥在用的由系统换发；密钥已停用的，请系统管理员执行 yinzheng key renew --service 名称。"
OF_AUTHORITY = "签发机构的证书不能换发；到期以前须另建，并把新的根证书交给核验方。"
LABELS = {"body": "单位", "effective": "泄露时间", "reason": "情况"}


@dataclass(frozen=True)
class Lost:
    """What the form asks for, as its fields hold it; `effective` is the instant of the loss by the clock of China."""

    body: str = ""
    effective: str = ""
    unknown: str = ""
    reason: str = ""

    def loss(self, yinzheng: Yinzheng) -> Loss:
        """What is reported.

        Raises:
            Usage: neither an instant, nor that nobody knows it; or both.
            CompromiseRefused: as `Reports.loss_of_body`.

        """
        if bool(self.effective) is (self.unknown == UNKNOWN):
            raise Usage(
                "loss-since", "请填写泄露时间，或者勾选“时间不明”，二者选一。", "say since when, or tick unknown."
            )
        since = Asked("", "", self.effective).effective_at()
        return yinzheng.compromises.loss_of_body(self.body, since, self.reason)


def add_compromises(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/keys`."""
    _add_reporting(routes, yinzheng, guards)  # first: its address would else be taken for a report's
    _add_seeing(routes, yinzheng, guards)
    _add_deciding(routes, yinzheng, guards)


def _add_seeing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Looking: the list, one report, and the table of what the key signed."""
    Seeing = Annotated[Person, Depends(guards.person(*SEEING))]  # noqa: N806  (an alias of a type)

    @routes.get("/keys")
    def listed(request: Request, person: Seeing) -> Response:
        scope, bodies = scope_of(person), _bodies(yinzheng)
        return render(
            request,
            "keys",
            rows=yinzheng.archive.compromises.recent(scope, MOST),
            endings=_endings(yinzheng, scope),
            badges=BADGES,
            bodies=bodies,
            may=person.role in ACTING,
            most=MOST,
        )

    @routes.get("/keys/{number}")
    def one(request: Request, person: Seeing, number: str, done: str = "", after: str = "") -> Response:
        return _page(request, yinzheng, person, _find(yinzheng, person, number), done=done, after=after)

    @routes.get("/keys/{number}/signed.csv")
    def table(person: Seeing, number: str, everything: str = "") -> Response:
        found = _find(yinzheng, person, number)
        code = found.loss.body_code
        octets = signed_csv(
            yinzheng.compromises.signed(found.loss, everything=everything == EVERYTHING),
            body_code=code,
            body_name=_bodies(yinzheng).get(code, code),
            types=_types(yinzheng),
        )
        return attachment(octets, "text/csv; charset=utf-8", f"{number}.csv")


def _add_reporting(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Reporting: the form, then how far it reaches, then the report."""
    Acting = Annotated[Person, Depends(guards.person(*ACTING))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/keys/new")
    def blank(request: Request, person: Acting) -> Response:
        return _form_page(request, yinzheng, person, Lost(person.department or ""))

    @routes.post("/keys/new")
    def report(request: Request, person: Acting, form: Posted) -> Response:
        nonce, asked = form.nonce(), _asked(person, form)
        if form.text("step") == "back":
            return _form_page(request, yinzheng, person, asked)
        try:
            loss = asked.loss(yinzheng)
            if form.text("step") == "confirm":
                one = yinzheng.compromises.report(loss, by=officer_of(person), key=f"form:{person.login}:{nonce}")
                return see_other(f"/keys/{one.number}?done=reported")
        except (CompromiseError, Usage) as error:
            problem = problem_of(error)
            return _form_page(request, yinzheng, person, asked, {"": problem.zh}, problem.status)
        return render(
            request,
            "key_preview",
            asked=asked,
            loss=loss,
            blast=yinzheng.compromises.blast(loss),
            kinds=tuple(Kind),
            bodies=_bodies(yinzheng),
            types=_types(yinzheng),
            nonce=nonce,
        )


def _add_deciding(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Steps of a report, and of what has to be made again."""
    Acting = Annotated[Person, Depends(guards.person(*ACTING))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.post("/keys/{number}/steps")
    def step(request: Request, person: Acting, number: str, form: Posted) -> Response:
        found, word = _find(yinzheng, person, number), form.text("step")
        try:
            _take(yinzheng, person, found, word, form)
        except CompromiseError as error:
            problem = problem_of(error)
            return _page(request, yinzheng, person, _find(yinzheng, person, number), {"": problem.zh}, problem.status)
        return see_other(f"/keys/{number}?done={word}")

    @routes.post("/keys/{number}/again")
    def settle(request: Request, person: Acting, number: str, form: Posted) -> Response:
        found = _find(yinzheng, person, number)
        try:
            _settle(yinzheng, person, found, form)
        except CompromiseError as error:
            problem = problem_of(error)
            return _page(request, yinzheng, person, found, {"": problem.zh}, problem.status)
        return see_other(f"/keys/{number}?done=again#again")


def _take(yinzheng: Yinzheng, person: Person, found: Compromise, word: str, form: Form) -> Compromise:
    """Take the step that a button names; raises CompromiseMoved for no button of ours."""
    reports, by, note = yinzheng.compromises, officer_of(person), form.text("note")
    match word:
        case "confirm":
            return reports.confirm(found, digest=form.text("digest"), by=by, note=note)
        case "refuse":
            return reports.refuse(found, by=by, note=note)
        case "withdraw":
            return reports.withdraw(found, by=by, note=note)
        case "carry-on":
            return reports.carry_on(found)
    raise CompromiseMoved(found.stage)


def _settle(yinzheng: Yinzheng, person: Person, found: Compromise, form: Form) -> None:
    entry = yinzheng.remaking.entry(found, form.text("subject"))
    if form.text("step") == "again":
        yinzheng.remaking.settle(entry, successor=form.text("successor"), by=officer_of(person))
    else:
        yinzheng.remaking.drop(entry, reason=form.text("successor"), by=officer_of(person))


def _asked(person: Person, form: Form) -> Lost:
    """What was filled in; an official speaks for the own body alone."""
    own = person.department or "" if person.role is Role.OFFICIAL else form.text("body")
    return Lost(own, form.text("effective"), form.text("unknown"), form.text("reason"))


def _find(yinzheng: Yinzheng, person: Person, number: str) -> Compromise:
    return yinzheng.compromises.find(number, scope_of(person))


def _endings(yinzheng: Yinzheng, scope: str | None) -> dict[str, list[tuple[str, str, datetime]]]:
    """Whose certificates end soon (an official's own body's, or all): what to do, and of whom, by which name, when."""
    own, told = {one.login: one.body for one in yinzheng.city.bodies}, dict[str, list[tuple[str, str, datetime]]]()
    for one in yinzheng.renewal.ending_soon(yinzheng.now()):
        body = own.get(one.name)
        if scope is None or (body is not None and body.code == scope):
            label = body.name if body is not None else OF_ITSELF[one.name]
            advice = OF_BODY if body is not None else OF_SERVICE if one.name in OWN else OF_AUTHORITY
            told.setdefault(advice, []).append((label, one.name, one.ends_at))
    return told


def _bodies(yinzheng: Yinzheng) -> dict[str, str]:
    return {one.body.code: one.body.name for one in yinzheng.city.bodies}


def _types(yinzheng: Yinzheng) -> dict[str, str]:
    return {one.type.code: one.type.name for one in yinzheng.catalogue.bundles()}


def _form_page(
    request: Request,
    yinzheng: Yinzheng,
    person: Person,
    asked: Lost,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "key_new",
        status=status,
        asked=asked,
        bodies=_bodies(yinzheng),
        choose=person.role is Role.ADMIN,
        errors=errors or {},
        labels=LABELS,
        longest=LONGEST_REASON,
        nonce=fresh_nonce(yinzheng.random),
    )


def _page(
    request: Request,
    yinzheng: Yinzheng,
    person: Person,
    found: Compromise,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    done: str = "",
    after: str = "",
) -> Response:
    entries = yinzheng.remaking.listed(found, after=after, limit=PAGE)
    counts = yinzheng.archive.reissues.counts(found.number)
    return render(
        request,
        "key",
        status=status,
        found=found,
        work={each.work: each for each in yinzheng.compromises.work(found)},
        steps=found.loss.steps,
        blast=yinzheng.compromises.blast(found.loss) if found.stage is Stage.WAITING else None,
        kinds=tuple(Kind),
        states=tuple(State),
        waits=State.WAITING,
        counts=counts,
        total=sum(counts.values()),
        entries=entries,
        followers=_followers(yinzheng, [one.signed.subject for one in entries if one.signed.kind is Kind.LICENCE]),
        more=entries[-1].signed.subject if len(entries) == PAGE else "",
        bodies=_bodies(yinzheng),
        types=_types(yinzheng),
        badges=BADGES,
        own=same_person(found.reported_by, officer_of(person)),
        may=person.role in ACTING,
        official=person.role is Role.OFFICIAL,
        waiting=found.stage is Stage.WAITING,
        cut_off=found.stage is Stage.CONFIRMED,
        done=done,
        errors=errors or {},
        nonce=fresh_nonce(yinzheng.random),
    )


def _followers(yinzheng: Yinzheng, subjects: list[str]) -> dict[str, str]:
    """The licence that follows each, where there is one."""
    found = {subject: yinzheng.applications.successor_of(subject) for subject in subjects}
    return {subject: str(entry.licence.identifier) for subject, entry in found.items() if entry is not None}
