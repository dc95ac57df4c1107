"""The form that applies for a seal, in the name of the official's department; somebody else approves it.

What the form cannot hold, a picture brought along, goes by the command line or the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import department_name
from service.pages.rendering import render, see_other
from service.pages.seal_use import officer_of, own_seal
from service.pages.seal_words import LABELS, told, whole_number
from service.problem import Usage
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealWishRefused
from trust.sealing.ports import Cause, Limits, Wish

CAUSES = {
    Cause.RENEWED: "签名证书更新",
    Cause.LOST: "丢失",
    Cause.COMPROMISED: "签章制作数据泄露",
    Cause.CHANGED: "其他变更",
}


@dataclass(frozen=True)
class WishFields:
    """What the form asks for, as its fields hold it."""

    kind: str = SealKind.CONTRACT.value
    name: str = ""
    reason: str = ""
    years: str = "3"
    holder: str = ""
    replaces: str = ""
    cause: str = ""
    per_day: str = ""
    threshold: str = ""


def add_seal_application(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/seal-application`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer/seal-application")
    def blank(request: Request, official: Official, replaces: str = "") -> Response:
        asked = WishFields(replaces=replaces[:64])
        if replaces:
            asked = WishFields(kind=own_seal(yinzheng, official, replaces).kind.value, replaces=replaces[:64])
        return _apply_page(request, yinzheng, official, asked)

    @routes.post("/issuer/seal-application")
    def apply(request: Request, official: Official, form: Posted) -> Response:
        asked = WishFields(**{one.name: form.text(one.name) for one in fields(WishFields)})
        key = f"form:{official.login}:{form.nonce()}"
        try:
            made = yinzheng.seals.apply(_wish(yinzheng, official, asked), key=key, by=officer_of(official))
        except (TrustError, Usage) as error:
            errors, problem = told(error)
            return _apply_page(request, yinzheng, official, asked, errors, problem.status)
        return see_other(f"/issuer/seals/{made.seal_id}?done=applied")


def _wish(yinzheng: Yinzheng, official: Person, asked: WishFields) -> Wish:
    """The wish behind the fields; raises what the register would of a wish that cannot be."""
    register, body = yinzheng.seals, official.department or ""
    try:
        kind = SealKind(asked.kind)
        cause = Cause(asked.cause) if asked.cause else None
    except ValueError as error:
        raise Usage("unknown-kind", "请选择列出的种类和原因。", "choose one of those listed.") from error
    if kind is SealKind.PERSONAL and not asked.holder:
        raise SealWishRefused("wish-holder", "a personal seal has a holder")
    holder = register.holder(asked.holder, body) if asked.holder else None
    return Wish(
        body_code=body,
        kind=kind,
        name=asked.name or register.default_name(kind, body, holder),
        reason=asked.reason,
        years=whole_number(asked.years, "years") or 0,
        holder=holder,
        replaces=asked.replaces or None,
        cause=cause,
        limits=Limits(whole_number(asked.per_day, "per_day"), whole_number(asked.threshold, "threshold")),
    )


def _apply_page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    asked: WishFields,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "seal_apply",
        status=status,
        department=department_name(yinzheng, official),
        asked=asked,
        kinds=[(one.value, one.label) for one in SealKind],
        causes=[("", "不是换章"), *((one.value, text) for one, text in CAUSES.items())],
        errors=errors or {},
        labels=LABELS,
        nonce=fresh_nonce(yinzheng.random),
    )
