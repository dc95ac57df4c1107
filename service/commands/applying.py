"""application, succeed: hand in an application, decide on it, and have one licence follow another.

Commands act for the officials of a body, who sign in for their steps (`standing_in`); who decides is named with `--as`.
In the demo it is a stand-in for the body's other official, and the record says so.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.application import decode_members
from issuer.applying.deciding import needs_two
from issuer.applying.docket import Docket
from issuer.applying.errors import NoSuchDocket
from issuer.applying.life import Stage
from issuer.applying.succeeding import carried_on
from issuer.applying.views import docket_view, summary_view
from issuer.errors import ApplicationRefused, NoSuchLicence
from issuer.issuing import Issued
from service.commands.installation import installation, official_named, official_of, second_official
from service.commands.output import ERR, OUT, check_writable, read_file, say_json, write_file
from service.commands.standing_in import acts, decides, officer
from service.identity import Person
from service.problem import Usage
from service.wiring import Yinzheng
from templates.code import code_png
from templates.library import Bundle
from trust.formats.licence_document import encode_licence
from trust.formats.token import to_text
from trust.rules.identifier import LicenceIdentifier, parse
from trust.rules.licence import CHINA
from trust.rules.succession import SuccessionKind
from trust.rules.text import quoted
from verifier.recognising import MAX_FILE

MAX_APPLICATION = 65_536
FILES = ("licence.ofd", "licence.pdf", "qr.png", "licence.json")

Number = Annotated[str, typer.Argument(help="申请编号，见 yinzheng application list")]
Acting = Annotated[str | None, typer.Option("--as", help="以哪个账号办理（默认为该机构的经办人）")]
Reason = Annotated[str, typer.Option(help="理由，最多 400 字")]
Key = Annotated[str | None, typer.Option(help="幂等键（默认随机）")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]

application = typer.Typer(help="申请与审批。", no_args_is_help=True)


@application.command("submit")
def submit(
    type_code: Annotated[str, typer.Option("--type", help="证照类型代码或模板名，见 yinzheng types")],
    data: Annotated[Path, typer.Option(help="申请数据，JSON 文件")],
    kind: Annotated[SuccessionKind | None, typer.Option(help="接续原证照办理的种类")] = None,
    predecessor: Annotated[str | None, typer.Option(help="原证照标识")] = None,
    basis: Annotated[str, typer.Option(help="更正、依法律文书变更的依据")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="只存草稿，不提交")] = False,
    acting: Acting = None,
    key: Key = None,
    with_json: Json = False,
) -> None:
    """提交申请，打印申请编号。"""
    yinzheng, bundle = installation(), bundle_of(type_code)
    maker = _maker(yinzheng, bundle, acting)
    proposal = yinzheng.applications.propose(
        members_in(read_file(data, MAX_APPLICATION)),
        type_code=bundle.type.code,
        issuer_code=maker.department or "",
        succession=(kind or "", predecessor or "") if kind or predecessor else None,
        basis=basis,
    )
    desk, by = yinzheng.applications, officer(maker)
    docket = (desk.open if draft else desk.hand_in)(proposal, by=by, key=key or yinzheng.random(16).hex())
    _say(yinzheng, docket, with_json=with_json)


@application.command("list")
def list_applications(
    stage: Annotated[Stage | None, typer.Option(help="只列这个状态的")] = None, with_json: Json = False
) -> None:
    """列出申请，最近办理的在前。"""
    yinzheng = installation()
    stages = (stage,) if stage else tuple(Stage)
    found = [one for body in yinzheng.city.bodies for one in yinzheng.applications.of_body(body.body.code, stages)]
    if with_json:
        say_json([summary_view(docket).model_dump(mode="json") for docket in found])
        return
    for docket in found:
        moved = docket.moved_at.astimezone(CHINA)
        OUT.print(f"{docket.number}  {docket.stage.label}  {moved:%Y-%m-%d %H:%M}  {docket.maker.name}", markup=False)


@application.command("show")
def show(number: Number, with_json: Json = False) -> None:
    """一份申请的内容、须注意的事项和办理过程。"""
    yinzheng = installation()
    _say(yinzheng, _docket(yinzheng, number), with_json=with_json, whole=True)


@application.command("approve")
def approve(
    number: Number,
    digest: Annotated[str | None, typer.Option(help="所审内容的摘要，见 show；不给则按现在的内容")] = None,
    out: Annotated[Path | None, typer.Option(help="证照文件写到哪里")] = None,
    acting: Acting = None,
    key: Key = None,
    with_json: Json = False,
) -> None:
    """批准并签发；须与提交人不是同一人。"""
    yinzheng = installation()
    docket = _docket(yinzheng, number)
    second = _second(docket, acting)
    if out is not None:
        check_writable(*(out / name for name in FILES))
    key = key or yinzheng.random(16).hex()
    chosen = digest or docket.proposal.digest
    docket, issued = yinzheng.applications.approve(docket, digest=chosen, by=officer(second), key=key)
    if out is not None:
        write_licence(yinzheng, issued, out)
    _say(yinzheng, docket, with_json=with_json)


@application.command("return")
def send_back(number: Number, reason: Reason = "", acting: Acting = None, key: Key = None) -> None:
    """退回补正，须写明理由。"""
    yinzheng = installation()
    docket = _docket(yinzheng, number)
    by, key = officer(_second(docket, acting)), key or yinzheng.random(16).hex()
    _say(yinzheng, yinzheng.applications.send_back(docket, reason=reason, by=by, key=key))


@application.command("refuse")
def refuse(number: Number, reason: Reason = "", acting: Acting = None, key: Key = None) -> None:
    """不予批准，须写明理由。"""
    yinzheng = installation()
    docket = _docket(yinzheng, number)
    by, key = officer(_second(docket, acting)), key or yinzheng.random(16).hex()
    _say(yinzheng, yinzheng.applications.refuse(docket, reason=reason, by=by, key=key))


@application.command("withdraw")
def withdraw(number: Number, reason: Reason = "", acting: Acting = None, key: Key = None) -> None:
    """撤回申请。"""
    yinzheng = installation()
    docket = _docket(yinzheng, number)
    author = official_named(acting or docket.maker.login, docket.proposal.issuer_code)
    by = officer(acts(author))
    done = yinzheng.applications.withdraw(docket, reason=reason, by=by, key=key or yinzheng.random(16).hex())
    _say(yinzheng, done)


@application.command("resume")
def resume() -> None:
    """继续办理已经开始而没有签发完的申请。"""
    done, kept = installation().applications.take_up()
    OUT.print(f"签发完 {done} 份。")
    if kept:
        raise kept[0]


def succeed(
    identifier: Annotated[str, typer.Argument(help="原证照标识")],
    kind: Annotated[SuccessionKind, typer.Option(help="办理种类：延续、变更、补发、更正、转入、依法律文书变更")],
    out: Annotated[Path, typer.Option(help="输出目录")],
    data: Annotated[Path | None, typer.Option(help="有变动的数据，JSON 文件；没写的与原证照相同")] = None,
    basis: Annotated[str, typer.Option(help="更正、依法律文书变更的依据")] = "",
    body: Annotated[str | None, typer.Option(help="转入时接收机构的统一社会信用代码")] = None,
    evidence: Annotated[str, typer.Option(help="存量转换的证照：两人重新核实的证据；不给则沿用原证据等级")] = "",
    original: Annotated[Path | None, typer.Option(help="外库证照转入：原证照的 OFD 或 PDF 文件")] = None,
    approved_by: Annotated[str | None, typer.Option("--approved-by", help="审批人账号；须由两人办理的类型必填")] = None,
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一数据只签发一次（默认随机）")] = None,
) -> None:
    """接续一本证照：延续、变更、补发、更正、转入；新证照发出时原证照同时失效。"""
    yinzheng, before = installation(), parse(identifier)
    receiver = _receiver(yinzheng, before, kind, body)
    bundle = bundle_of(before.type_code)
    entry = yinzheng.archive.register.find(identifier)
    if entry is None and kind is not SuccessionKind.TRANSFER_IN:
        raise NoSuchLicence
    changed = members_in(read_file(data, MAX_APPLICATION)) if data else {}
    members = carried_on(entry.licence, changed, at=yinzheng.now()) if entry else changed
    check_writable(*(out / name for name in FILES))
    maker = acts(official_of(receiver))
    issued = issue_applied(
        yinzheng,
        bundle,
        members,
        maker,
        approved_by,
        key=key,
        succession=(kind.value, identifier),
        basis=basis,
        evidence=evidence,
        original=yinzheng.originals.keep(read_file(original, MAX_FILE)) if original else None,
    )
    OUT.print(str(issued.entry.licence.identifier), markup=False)
    write_licence(yinzheng, issued, out)
    ERR.print(f"{kind.label}已办结，文件在 {out}", markup=False)


def issue_applied(
    yinzheng: Yinzheng,
    bundle: Bundle,
    members: dict[str, Any],
    maker: Person,
    approved_by: str | None,
    *,
    key: str | None,
    succession: tuple[str, str] | None = None,
    basis: str = "",
    evidence: str = "",
    original: str | None = None,
) -> Issued:
    """Hand in, have it approved where the type needs two, and issue; repeated under its key, the same licence."""
    desk, key = yinzheng.applications, key or yinzheng.random(16).hex()
    resting = {name: value for name, value in (("evidence", evidence), ("original", original)) if value}
    two = needs_two(bundle) or approved_by is not None or bool(resting)
    second = decides(second_official(maker, approved_by)) if two else None
    proposal = desk.propose(
        members | resting,
        type_code=bundle.type.code,
        issuer_code=maker.department or "",
        succession=succession,
        basis=basis,
    )
    docket = desk.hand_in(proposal, by=officer(maker), key=f"cli:{key}")
    if second is None:
        return desk.issue(docket, by=officer(maker))[1]
    digest = docket.proposal.digest
    return desk.approve(docket, digest=digest, by=officer(second), key=f"cli:{key}:approve")[1]


def write_licence(yinzheng: Yinzheng, issued: Issued, out: Path) -> None:
    """Write the four files of a licence."""
    text = to_text(issued.token, yinzheng.office.host_url)
    made = (issued.ofd, issued.pdf, code_png(text), encode_licence(issued.entry.licence))
    for name, octets in zip(FILES, made, strict=True):
        write_file(out / name, octets)


def bundle_of(word: str) -> Bundle:
    """The type of a code or of a bundle's name; raises UnknownType."""
    return installation().catalogue.find_bundle(word)


def members_in(octets: bytes) -> dict[str, Any]:
    """The members of an application in JSON; raises ApplicationRefused."""
    found = decode_members(octets)
    if not isinstance(found, dict):
        raise ApplicationRefused([("", "not-an-object")])
    return found


def _maker(yinzheng: Yinzheng, bundle: Bundle, login: str | None) -> Person:
    body = next((one.body.code for one in yinzheng.city.bodies if bundle.name in one.types), None)
    if body is None:
        raise Usage("no-body", f"没有机构颁发{bundle.type.name}。", f"no body issues {bundle.name}.")
    return acts(official_named(login, body) if login else official_of(body))


def _receiver(yinzheng: Yinzheng, before: LicenceIdentifier, kind: SuccessionKind, body: str | None) -> str:
    """The body that issues the successor."""
    if kind is not SuccessionKind.TRANSFER_IN:
        return before.issuer_code
    if body is None or body not in {one.body.code for one in yinzheng.city.bodies}:
        raise Usage("no-body", "转入须用 --body 写明本系统的接收机构。", "name the receiving body with --body.")
    return body


def _docket(yinzheng: Yinzheng, number: str) -> Docket:
    found = yinzheng.archive.dockets.find(number)
    if found is None:
        raise NoSuchDocket
    return found


def _second(docket: Docket, login: str | None) -> Person:
    """Whoever decides on an application."""
    maker = official_named(docket.maker.login, docket.proposal.issuer_code)
    return decides(second_official(maker, login))


def _say(yinzheng: Yinzheng, docket: Docket, *, with_json: bool = False, whole: bool = False) -> None:
    desk = yinzheng.applications
    if with_json or whole:
        view = docket_view(docket, desk.events(docket), desk.warnings(docket)).model_dump(mode="json")
    if with_json:
        say_json(view)
        return
    OUT.print(
        f"{docket.number}  {docket.stage.label}{f'  {docket.identifier}' if docket.identifier else ''}", markup=False
    )
    for event in desk.events(docket) if whole else ():
        at, why = event.at.astimezone(CHINA), quoted(event.reason) if event.reason else ""
        OUT.print(f"  {at:%Y-%m-%d %H:%M:%S}  {event.step.label}  {event.by.name}{why}", markup=False)
