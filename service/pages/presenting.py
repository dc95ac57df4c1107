"""Pages for presenting: a holder makes codes and sees what became of them, a reviewer redeems one.

A code is shown in the answer to the form that asked for it and can be had nowhere else; its picture is part of the
page, because only its digest is kept. Without a program the page says until when the code holds and has a button for a
new one; with it the seconds are counted. A code travels in the bodies of forms and behind a `#`, never in an address.
"""

from base64 import b64encode
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.errors import IssuerError
from issuer.presenting.errors import PresentingError
from issuer.presenting.http import state_of
from issuer.presenting.ports import Code, CodeKind, Presented
from issuer.presenting.redeeming import Redemption
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import body_names
from service.pages.rendering import render, see_other
from service.pages.words import MARKS, meaning_of, steps_of
from service.presenting import USUAL_MINUTES
from service.problem import Usage
from service.problems import problem_of
from service.shell import POLICY_WITH_PICTURES
from service.who import presenter_of
from service.wiring import Yinzheng
from templates.code import code_png
from trust.rules.idempotency import own_key

STATES = {"open": "未使用", "used": "已使用", "withdrawn": "已撤回", "expired": "已过期"}
MINUTES = (1, 5, 10)


def add_presenting(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the holder's pages below `/me/present` and `/me/codes`."""
    Held = Annotated[Person, Depends(guards.person(Role.HOLDER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/me/present/{identifier}")
    def choose(request: Request, holder: Held, identifier: str) -> Response:
        return _choice(request, yinzheng, holder, identifier)

    @routes.post("/me/present/{identifier}")
    def present(request: Request, holder: Held, identifier: str, form: Posted) -> Response:
        asked = {name: form.text(name) for name in ("kind", "minutes", "audience")}
        try:
            made = _made(yinzheng, holder, identifier, asked)
        except (PresentingError, Usage) as error:
            problem = problem_of(error)
            return _choice(request, yinzheng, holder, identifier, asked, problem.zh, problem.status)
        return _shown(request, yinzheng, made, asked)

    @routes.get("/me/codes/{number}")
    def code(request: Request, holder: Held, number: str) -> Response:
        found = yinzheng.presenting.code(number, presenter_of(holder))
        return _code_page(request, yinzheng, found)

    @routes.post("/me/codes/{number}")
    def withdraw(holder: Held, number: str, _form: Posted) -> Response:
        found = yinzheng.presenting.withdraw(number, presenter_of(holder))
        return see_other(f"/me/codes/{found.number}")


def add_redeeming(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/p` for whoever scans a one-time code, and `/reviewer/redeem`."""
    Reviewer = Annotated[Person, Depends(guards.person(Role.REVIEWER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/p")
    def scanned(request: Request) -> Response:
        return _redeem_page(request, yinzheng, {})

    @routes.get("/reviewer/redeem")
    def ask(request: Request, _reviewer: Reviewer) -> Response:
        return _redeem_page(request, yinzheng, {})

    @routes.post("/reviewer/redeem")
    def redeem(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        values = {name: form.text(name) for name in ("code", "place", "purpose")}
        key = own_key(reviewer.login, f"form:{form.nonce()}")
        asked = Redemption(values["code"], reviewer.name, reviewer.department or "", values["place"], values["purpose"])
        try:
            done = yinzheng.presenting.redeem(asked, key=key)
        except IssuerError as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # the same form sent again gets the first answer; a new key would not
            return _redeem_page(request, yinzheng, values, problem.zh, problem.status)
        return render(
            request,
            "redeemed",
            code=done.code,
            verdict=done.verdict,
            meaning=meaning_of(done.verdict, code=False),
            steps=steps_of(done.verdict),
            marks=MARKS,
            rows=done.rows,
        )


def _made(yinzheng: Yinzheng, holder: Person, identifier: str, asked: dict[str, str]) -> Presented:
    presenter, audience = presenter_of(holder), asked["audience"]
    if asked["kind"] == CodeKind.SIGNED:
        return yinzheng.presenting.signed(identifier, presenter, audience=audience)
    if asked["kind"] != CodeKind.ONCE:
        raise Usage("form-incomplete", "表单不完整，请刷新页面后重新填写。", "the form lacks the kind of code.")
    minutes = int(asked["minutes"]) if asked["minutes"] in {str(one) for one in MINUTES} else 0
    return yinzheng.presenting.once(identifier, presenter, minutes=minutes, audience=audience)


def _choice(
    request: Request,
    yinzheng: Yinzheng,
    holder: Person,
    identifier: str,
    asked: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The page where a holder chooses how to show a licence; raises NoSuchLicence for another's."""
    yinzheng.presenting.mine(identifier, presenter_of(holder))
    entry = yinzheng.archive.register.find(identifier)
    return render(
        request,
        "present",
        status=status,
        entry=entry,
        asked=asked or {"kind": "", "minutes": str(USUAL_MINUTES), "audience": ""},
        minutes=MINUTES,
        refusal=refusal,
    )


def _shown(request: Request, yinzheng: Yinzheng, made: Presented, asked: dict[str, str]) -> Response:
    """The page with the code; its picture is in the page, which says so in its policy for content."""
    picture = f"data:image/png;base64,{b64encode(code_png(made.text)).decode()}"
    left = max(0, int((made.code.expires_at - yinzheng.now()).total_seconds()))
    answer = render(request, "presented", made=made, picture=picture, left=left, asked=asked)
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _code_page(request: Request, yinzheng: Yinzheng, code: Code) -> Response:
    state = state_of(code, yinzheng.now())
    return render(request, "code", code=code, state=state, state_label=STATES[state], bodies=body_names(yinzheng))


def _redeem_page(
    request: Request, yinzheng: Yinzheng, values: dict[str, str], refusal: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "redeem",
        status=status,
        values={name: values.get(name, "") for name in ("code", "place", "purpose")},
        refusal=refusal,
        nonce=fresh_nonce(yinzheng.random),
    )
