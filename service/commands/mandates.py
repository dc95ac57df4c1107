"""mandate: which body may issue which type where; granting, delegating and ending take two people.

A request is asked for by one person and approved by another: in two commands, or in one that names both.
"""

from datetime import datetime
from typing import Annotated

import typer

from issuer.catalogue.ports import MandateRequest, MandateWish, Wanted
from issuer.catalogue.views import mandate_view, request_view
from service.catalogue_rights import actor_of
from service.commands.catalogue import person_with
from service.commands.installation import installation
from service.commands.output import ERR, OUT, say_json, visible
from service.commands.standing_in import acts, decides
from service.commands.verifying import instant
from trust.rules.licence import CHINA

Reason = Annotated[str, typer.Option("--reason", help="事由和依据")]
By = Annotated[str, typer.Option("--by", help="申请人账号")]
ApprovedBy = Annotated[str | None, typer.Option("--approved-by", help="批准人账号；不给则等待 mandate approve")]
Body = Annotated[str, typer.Option("--body", help="取得职权的机构代码或账号")]
Area = Annotated[str | None, typer.Option("--area", help="行政区划代码，2、4 或 6 位；不给为不限")]
From = Annotated[str | None, typer.Option("--from", help="自何时起（默认批准之时）")]
Until = Annotated[str | None, typer.Option("--until", help="至何时止")]
Number = Annotated[str, typer.Argument(help="职权编号，见 yinzheng mandate list")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]

mandate = typer.Typer(help="颁发职权：授予、委托、终止。", no_args_is_help=True)


@mandate.command("list")
def list_mandates(
    with_json: Json = False,
    requests: Annotated[bool, typer.Option("--requests", help="列出申请，不列职权")] = False,
) -> None:
    """列出职权，或者关于职权的申请。"""
    service = installation().catalogue
    if requests:
        asked = [request_view(one) for one in service.requests()]
        if with_json:
            say_json([one.model_dump(mode="json") for one in asked])
            return
        for one in asked:
            OUT.print(f"{one.number}  {one.wanted_label} {one.progress_label}  {visible(one.reason)}", markup=False)
        return
    rows = [mandate_view(one) for one in service.mandates()]
    if with_json:
        say_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        period = f"{_day(row.valid_from)} 起{f'至 {_day(row.valid_until)}' if row.valid_until else ''}"
        above = f"，委托自 {row.delegated_from}" if row.delegated_from else ""
        OUT.print(f"{row.number}  {visible(row.issuer_name)}  区域 {row.area or '不限'}，{period}{above}", markup=False)


@mandate.command("grant")
def grant(
    body: Body,
    type_code: Annotated[str, typer.Option("--type", help="证照类型代码或模板名")],
    reason: Reason,
    by: By,
    area: Area = None,
    valid_from: From = None,
    until: Until = None,
    approved_by: ApprovedBy = None,
) -> None:
    """申请授予一个机构颁发一类证照的职权。"""
    code = installation().catalogue.find_bundle(type_code).type.code
    wish = MandateWish(Wanted.GRANT, _body(body), code, reason, area, instant(valid_from), instant(until))
    _ask(wish, by, approved_by)


@mandate.command("delegate")
def delegate(
    number: Number,
    body: Body,
    reason: Reason,
    by: By,
    area: Area = None,
    valid_from: From = None,
    until: Until = None,
    approved_by: ApprovedBy = None,
) -> None:
    """申请把一项职权委托给县、乡镇的机构；区域和期限只能缩小，随原职权终止。"""
    above = installation().catalogue.mandate_book().numbered(number)
    chosen = area if area is not None else above.area if above else None
    wish = MandateWish(Wanted.DELEGATE, _body(body), "", reason, chosen, instant(valid_from), instant(until), number)
    _ask(wish, by, approved_by)


@mandate.command("end")
def end(number: Number, reason: Reason, by: By, until: Until = None, approved_by: ApprovedBy = None) -> None:
    """申请终止一项职权；委托出去的随之终止，已签发的证照不受影响。"""
    wish = MandateWish(Wanted.END, "", "", reason, valid_until=instant(until), above=number)
    _ask(wish, by, approved_by)


@mandate.command("approve")
def approve(
    request: Annotated[str, typer.Argument(help="申请编号，见 yinzheng mandate list --requests")],
    by: Annotated[str, typer.Option("--by", help="批准人账号；不能是申请人")],
    reject: Annotated[bool, typer.Option("--reject", help="不予批准")] = False,
    note: Annotated[str, typer.Option("--note", help="意见；不批准时必填")] = "",
) -> None:
    """批准申请，或者不予批准。"""
    actor = actor_of(decides(person_with(by, "ask")))
    _tell(installation().catalogue.decide(request, approve=not reject, by=actor, note=note))


def _ask(wish: MandateWish, by: str, approved_by: str | None) -> None:
    yinzheng, asker = installation(), actor_of(acts(person_with(by, "ask")))
    second = actor_of(decides(person_with(approved_by, "ask"))) if approved_by else None
    request = yinzheng.catalogue.ask(wish, key=yinzheng.random(16).hex(), by=asker)
    if second is None:
        OUT.print(request.number, markup=False)
        ERR.print(f"已申请{wish.wanted.label}，待另一人批准。", markup=False)
        return
    _tell(yinzheng.catalogue.decide(request.number, approve=True, by=second))


def _tell(request: MandateRequest) -> None:
    OUT.print(request.mandate or request.number, markup=False)
    ERR.print(f"{request.wish.wanted.label}：{request.progress.label}。", markup=False)


def _body(word: str) -> str:
    return next((one.body.code for one in installation().city.bodies if word in (one.login, one.body.code)), word)


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d")
