"""Signing in and out, and the choice of large text.

A wrong login and a wrong password get one answer. After signing in one is led to the page asked for, if it is a page of
ours, else to where the role works. The demo's people are shown with their passwords only where the installation is a
demo.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import COOKIE, check_origin, drop_session, keep_session
from service.identity import ROLE_LABELS, Role, TooManyTries, WrongCredentials
from service.pages.forms import Form, read_form
from service.pages.rendering import HOMES, SIZE_COOKIE, frame_of, render, see_other
from service.problems import problem_of
from service.wiring import Yinzheng

FOR_PROGRAMS = "这是业务系统的账号，不能登录网页；请在 POST /api/v1/token 取得访问令牌。"
A_YEAR = 365 * 86_400
_OURS = re.compile(r"/(?:(?:issuer|reviewer|me|audit)(?:/[0-9A-Za-z.\-]+)*|q|p|sign-in)?", re.ASCII)


def add_signing(routes: APIRouter, yinzheng: Yinzheng) -> None:
    """Add `/sign-in`, `/sign-out` and `/display`."""

    @routes.get("/sign-in")
    def show(request: Request, next: str = "") -> Response:  # noqa: A002  (the name in the address)
        session = frame_of(request).session
        return see_other(_home(session.person.role)) if session else _sign_in_page(request, yinzheng, after=next)

    @routes.post("/sign-in", dependencies=[Depends(check_origin)])
    def enter(request: Request, form: Annotated[Form, Depends(read_form)]) -> Response:
        login, after = form.text("login"), form.text("next")
        try:
            token = yinzheng.identity.sign_in(login, form.texts.get("password", ""), yinzheng.now())
        except (WrongCredentials, TooManyTries) as error:
            problem = problem_of(error)
            return _sign_in_page(request, yinzheng, after=after, login=login, refusal=problem.zh, status=problem.status)
        role = yinzheng.identity.session(token, yinzheng.now()).person.role
        if role is Role.SYSTEM:
            yinzheng.identity.sign_out(token)
            return _sign_in_page(request, yinzheng, after=after, login=login, refusal=FOR_PROGRAMS, status=403)
        _end_session(yinzheng, request)
        response = see_other(local_path(after) or _home(role))
        keep_session(response, token)
        return response

    @routes.post("/sign-out", dependencies=[Depends(check_origin)])
    def leave(request: Request) -> Response:
        _end_session(yinzheng, request)
        response = see_other("/")
        drop_session(response)
        return response

    @routes.post("/display", dependencies=[Depends(check_origin)])
    def display(form: Annotated[Form, Depends(read_form)]) -> Response:
        response = see_other(local_path(form.text("back")) or "/")
        if form.text("size") == "large":
            response.set_cookie(SIZE_COOKIE, "large", max_age=A_YEAR, samesite="lax", path="/")
        else:
            response.delete_cookie(SIZE_COOKIE, samesite="lax", path="/")
        return response


def local_path(path: str) -> str | None:
    """The path, if it is a page of ours that may be shown again; never another site."""
    return path if path and _OURS.fullmatch(path) else None


def _end_session(yinzheng: Yinzheng, request: Request) -> None:
    if token := request.cookies.get(COOKIE):
        yinzheng.identity.sign_out(token)


def _home(role: Role) -> str:
    return HOMES[role][0] if role in HOMES else "/"


def _sign_in_page(
    request: Request, yinzheng: Yinzheng, *, after: str, login: str = "", refusal: str = "", status: int = 200
) -> Response:
    shown = yinzheng.city.people if frame_of(request).demo else ()
    bodies = {one.body.code: one.body.name for one in yinzheng.city.bodies}
    bodies[yinzheng.city.operator.code] = yinzheng.city.operator.name
    people = [
        (person, password, ROLE_LABELS[person.role], bodies.get(person.department or "", ""))
        for person, password in shown
    ]
    return render(
        request,
        "sign_in",
        status=status,
        people=people,
        login=login[:64],
        refusal=refusal,
        after=local_path(after) or "",
    )
