"""seal, seals: sealing a document, and the seal register.

Commands act as the official of the seal's body, or as whoever `--as` names: approving takes a second person, who has
to be named. The document to be sealed and the sealed file stay where the caller puts them.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.warrants.warrant import Wanted as WantedAct
from service.admitting import SEALS
from service.commands.acting import by_two
from service.commands.compromising import say_blast, types_of
from service.commands.installation import installation, official_of
from service.commands.output import ERR, OUT, check_writable, read_file, say_json, visible, write_file
from service.commands.standing_in import acts, decides, officer
from service.commands.verifying import instant
from service.compromises.exporting import signed_csv
from service.compromises.views import blast_view
from service.identity import Person, Role
from service.problem import Usage
from trust.rules.licence import CHINA
from trust.rules.seal_grounds import SEAL_GROUNDS
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import ActKind
from trust.sealing.errors import SealUnknown
from trust.sealing.http.access import Right
from trust.sealing.life import LostAct, Step
from trust.sealing.ports import Cause, Limits, Officer, Uploaded, Wish
from trust.sealing.sealing import MAX_DOCUMENT, Manner, Wanted
from trust.sealing.uploads import wanted_from
from trust.sealing.using import Progress

MAX_PICTURE = 1024 * 1024
SHOWN = 1000

As = Annotated[str | None, typer.Option("--as", help="办理人账号（默认为该单位的经办人）")]
SealId = Annotated[str, typer.Argument(help="印章编号")]
KeyOption = Annotated[str | None, typer.Option(help="幂等键（默认随机）")]
GroundOption = Annotated[str, typer.Option(help="事由代码，见 yinzheng seals grounds")]
ReasonOption = Annotated[str, typer.Option(help="事由说明")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]

seals = typer.Typer(help="印章登记簿：申请、审批、备案、停用、恢复、注销、用印记录。", no_args_is_help=True)


def seal(
    file: Annotated[Path, typer.Argument(help="OFD 或 PDF 文件")],
    seal_id: Annotated[str, typer.Option("--seal", help="印章编号，见 yinzheng seals list")],
    out: Annotated[Path, typer.Option(help="盖好的文件")],
    purpose: Annotated[str, typer.Option(help="用途")] = "用印",
    page: Annotated[int | None, typer.Option(help="页码，从 1 起；0 为每页")] = None,
    x: Annotated[float | None, typer.Option(help="距左边，毫米")] = None,
    y: Annotated[float | None, typer.Option(help="距上边，毫米；骑缝时为距上边（或左边）")] = None,
    words: Annotated[str | None, typer.Option(help="盖在这些文字上")] = None,
    occurrence: Annotated[int, typer.Option(help="第几处文字，-1 为最后一处")] = 1,
    riding: Annotated[bool, typer.Option("--riding", help="骑缝章")] = False,
    edge: Annotated[str, typer.Option(help="骑缝的边：left、right、top、bottom")] = "right",
    lock: Annotated[bool, typer.Option("--lock", help="盖后锁定，不能再加盖")] = False,
    manner: Annotated[
        Manner,
        typer.Option(help="seal 盖章；ses 以 GB/T 38540 签章盖 PDF；text 文本签名；package 保护整个 OFD 包"),
    ] = Manner.SEAL,
    who: As = None,
    key: KeyOption = None,
) -> None:
    """在 OFD 或 PDF 文件上盖章。"""
    texts = {"purpose": purpose, "lock": str(int(lock)), "words": words or "", "riding": edge if riding else ""}
    texts["manner"] = manner.value
    if page is not None:
        texts["page"] = str(page)
    if words is not None:
        texts["occurrence"] = str(occurrence)
    texts |= {name: f"{value:g}" for name, value in (("x", x), ("y", y)) if value is not None}
    wanted = wanted_from(texts)
    check_writable(out)
    data = read_file(file, MAX_DOCUMENT)
    _seal(seal_id, data, wanted, out, who, key)


def _seal(seal_id: str, data: bytes, wanted: Wanted, out: Path, who: str | None, key: str | None) -> None:
    yinzheng = installation()
    filed = yinzheng.seals.find(seal_id)
    if filed is None:
        raise SealUnknown
    by = _officer(who or filed.holder, filed.body_code, "use")
    made = yinzheng.seals.seal(
        seal_id, data, wanted, key=key or yinzheng.random(16).hex(), by=by, department=filed.body_code
    )
    if made.file is None:
        again = "批准后用同一 --key 再盖一次" if key else "下次请用 --key，批准后用同一个键再盖一次"
        ERR.print(f"用印请求 {made.request.number} 待第二人批准；{again}。", markup=False)
        raise typer.Exit(1)
    write_file(out, made.file)
    ERR.print(f"已用印（{filed.seal.name}），文件在 {out}", markup=False)


@seals.command("list")
def list_seals(with_json: Json = False) -> None:
    """列出已备案和正在办理的印章。"""
    register = installation().seals
    filed = {one.seal.seal_id: one for one in register.filed()}
    rows: list[dict[str, Any]] = [
        {
            "seal": number,
            "body": one.body_code,
            "kind": one.kind.value,
            "name": one.seal.name,
            "state": register.state(number).value,
            "label": register.state(number).label,
            "lost_act": lost.value if (lost := register.lost_act(number)) else None,
        }
        for number, one in filed.items()
    ]
    rows += [
        {
            "seal": one.seal_id,
            "body": one.wish.body_code,
            "kind": one.wish.kind.value,
            "name": one.wish.name,
            "state": one.state.value,
            "label": one.state.label,
            "lost_act": None,
        }
        for one in register.applications()
        if one.seal_id not in filed
    ]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        to_do = f"  {LostAct(row['lost_act']).label}" if row["lost_act"] else ""
        OUT.print(f"{row['seal']}  {row['label']:<8} {row['kind']:<9} {visible(row['name'])}{to_do}", markup=False)


@seals.command("apply")
def apply(
    kind: Annotated[SealKind, typer.Option(help="种类")],
    body: Annotated[str, typer.Option(help="单位代码或账号")],
    reason: Annotated[str, typer.Option(help="申请事由")],
    name: Annotated[str | None, typer.Option(help="印章名称（默认按单位与种类命名）")] = None,
    years: Annotated[int, typer.Option(help="有效期，年")] = 3,
    holder: Annotated[str | None, typer.Option(help="个人名章持有人的账号")] = None,
    picture: Annotated[Path | None, typer.Option(help="自备的 PNG 图片（默认按种类绘制）")] = None,
    width: Annotated[int, typer.Option(help="自备图片的宽，毫米")] = 42,
    height: Annotated[int, typer.Option(help="自备图片的高，毫米")] = 42,
    replaces: Annotated[str | None, typer.Option(help="替换的印章编号")] = None,
    cause: Annotated[Cause | None, typer.Option(help="换章原因")] = None,
    per_day: Annotated[int | None, typer.Option(help="每日用印上限")] = None,
    threshold: Annotated[int | None, typer.Option(help="每日单人用印上限，超过须第二人批准")] = None,
    who: As = None,
    key: KeyOption = None,
) -> None:
    """申请制章，打印印章编号；须由另一人批准。"""
    yinzheng = installation()
    code = next((one.body.code for one in yinzheng.city.bodies if body in (one.login, one.body.code)), body)
    person = yinzheng.seals.holder(holder, code) if holder else None
    shown = Uploaded(read_file(picture, MAX_PICTURE), width, height) if picture else None
    wish = Wish(
        body_code=code,
        kind=kind,
        name=name or yinzheng.seals.default_name(kind, code, person),
        reason=reason,
        years=years,
        holder=person,
        picture=shown,
        replaces=replaces,
        cause=cause,
        limits=Limits(per_day, threshold),
    )
    made = yinzheng.seals.apply(wish, key=key or yinzheng.random(16).hex(), by=_officer(who, code, "use"))
    OUT.print(made.seal_id, markup=False)
    ERR.print(f"已申请{kind.label}，待另一人批准。", markup=False)


@seals.command("approve")
def approve(
    seal_id: SealId,
    who: Annotated[str, typer.Option("--as", help="审批人账号；不能是申请人")],
    reject: Annotated[bool, typer.Option("--reject", help="不予批准")] = False,
    note: Annotated[str, typer.Option(help="意见；不批准时必填")] = "",
    request: Annotated[str | None, typer.Option(help="批准的是这一用印请求，不是制章申请")] = None,
) -> None:
    """批准制章申请或用印请求。"""
    register, code = installation().seals, _body_of(seal_id)
    by = officer(decides(_named(who, code)))
    if request is not None:
        progress: Progress = register.decide_request(request, approve=not reject, by=by)
        OUT.print(progress.label)
        return
    OUT.print(register.decide(seal_id, approve=not reject, note=note, by=by).state.label)


@seals.command("file")
def file(seal_id: SealId, who: As = None) -> None:
    """制作已批准的印章并备案、公布。"""
    register, code = installation().seals, _body_of(seal_id)
    filed = register.file(seal_id, by=_officer(who, code))
    OUT.print(f"已备案：{visible(filed.seal.name)}，有效期至 {_when(filed.seal.valid_until)}", markup=False)


@seals.command("suspend")
def suspend(
    seal_id: SealId,
    ground: GroundOption,
    reason: ReasonOption = "",
    who: As = None,
    key: KeyOption = None,
) -> None:
    """停用印章。"""
    _act(seal_id, Step.SUSPEND, ground, reason, None, who, key)


@seals.command("resume")
def resume(
    seal_id: SealId,
    ground: GroundOption,
    reason: ReasonOption = "",
    who: As = None,
    key: KeyOption = None,
) -> None:
    """恢复停用的印章。"""
    _act(seal_id, Step.RESUME, ground, reason, None, who, key)


@seals.command("cancel")
def cancel(
    seal_id: SealId,
    ground: GroundOption,
    reason: ReasonOption = "",
    effective: Annotated[str | None, typer.Option(help="生效时间；丢失可以追溯")] = None,
    approved_by: Annotated[
        str | None, typer.Option("--approved-by", help="审批人账号；注销须由两人办理，演示城市可不给")
    ] = None,
    who: As = None,
    key: KeyOption = None,
) -> None:
    """注销印章，须由两人办理；密钥泄露的用 yinzheng key compromised。"""
    yinzheng = installation()
    filed = yinzheng.seals.find(seal_id)
    if filed is None:
        raise SealUnknown
    subjects, at = (subject_of(seal_id),), instant(effective)
    wanted = WantedAct(filed.body_code, ActKind.CANCEL, ground, subjects, reason, effective_at=at)
    maker = acts(_person(who, filed.body_code))
    reports = yinzheng.compromises
    found = reports.blast(reports.end_of_seal(seal_id, at))
    ERR.print(f"波及范围：不再有效或者无法确认的 {found.falls} 件，逐项见 yinzheng seals blast。", markup=False)
    done, _ = by_two(yinzheng, wanted, approved_by, key=key or yinzheng.random(16).hex(), maker=maker)
    OUT.print(f"已登记（处理审批单 {done.number}）；现在状态：{yinzheng.seals.state(seal_id).label}", markup=False)
    ERR.print("信任列表和状态清单已重新公布。")


@seals.command("blast")
def blast(
    seal_id: SealId,
    effective: Annotated[str | None, typer.Option(help="自何时起注销（默认现在）")] = None,
    csv: Annotated[Path | None, typer.Option(help="把不再有效的逐项写成 CSV 文件")] = None,
    everything: Annotated[bool, typer.Option("--all", help="CSV 中也列出仍然有效的")] = False,
    with_json: Json = False,
) -> None:
    """预览注销一枚印章（密钥没有泄露）的波及范围，不改变任何东西。"""
    yinzheng = installation()
    reports = yinzheng.compromises
    end = reports.end_of_seal(seal_id, instant(effective))
    found = reports.blast(end)
    if csv is not None:
        name, listed = yinzheng.seals.body_name(end.body_code), reports.signed(end, everything=everything)
        write_file(csv, signed_csv(listed, body_code=end.body_code, body_name=name, types=types_of(yinzheng)))
    if with_json:
        say_json(blast_view(found))
        return
    say_blast(yinzheng, found)
    OUT.print(f"不再有效或者无法确认的共 {found.falls}。", markup=False)


@seals.command("grounds")
def grounds() -> None:
    """列出停用、恢复、注销印章的事由。"""
    for one in SEAL_GROUNDS.values():
        OUT.print(f"{one.code:<26} {one.label}（{'、'.join(sorted(kind.value for kind in one.kinds))}）", markup=False)


@seals.command("uses")
def uses(seal_id: SealId, with_json: Json = False) -> None:
    """列出用印记录。"""
    register = installation().seals
    if register.find(seal_id) is None:
        raise SealUnknown
    rows = [
        {
            "number": number,
            "at": use.at.isoformat(),
            "by": use.by,
            "subject": use.subject,
            "signed": use.digest.hex(),
            "purpose": request.purpose if request else None,
            "documents": [
                {"digest": item.document.hex(), "place": item.place, "result": item.result.value}
                for item in (request.items if request else ())
            ],
        }
        for number, use, request in register.uses(seal_id, after=0, limit=SHOWN)
    ]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        what = row["purpose"] or row["subject"]
        OUT.print(f"{row['number']:>6}  {row['at']}  {visible(str(row['by']))}  {visible(str(what))}", markup=False)


def _act(
    seal_id: str, step: Step, ground: str, reason: str, effective: datetime | None, who: str | None, key: str | None
) -> None:
    yinzheng, code = installation(), _body_of(seal_id)
    state = yinzheng.seals.act(
        seal_id,
        step,
        ground=ground,
        reason=reason,
        by=_officer(who, code),
        key=key or yinzheng.random(16).hex(),
        effective_at=effective,
    )
    OUT.print(f"已登记；现在状态：{state.label}", markup=False)
    ERR.print("信任列表和状态清单已重新公布。")


def _body_of(seal_id: str) -> str:
    """The body of a seal, filed or applied for; raises SealUnknown."""
    register = installation().seals
    if (filed := register.find(seal_id)) is not None:
        return filed.body_code
    if (application := register.application(seal_id)) is not None:
        return application.wish.body_code
    raise SealUnknown


def _officer(login: str | None, body_code: str, right: Right = "decide") -> Officer:
    """Who acts, as the record names them."""
    return officer(acts(_person(login, body_code, right)))


def _person(login: str | None, body_code: str, right: Right = "decide") -> Person:
    """Whoever is named and has the right for the body, or the body's first official."""
    return official_of(body_code) if login is None else _named(login, body_code, right)


def _named(login: str, body_code: str, right: Right = "decide") -> Person:
    found = installation().archive.people.find(login)
    if found is not None and _may(found[0], body_code, right):
        return found[0]
    raise Usage("no-official", f"机构 {body_code} 没有经办人 {login}。", f"body {body_code} has no official {login}.")


def _may(person: Person, body_code: str, right: Right) -> bool:
    """Whether the table that the interface asks lets somebody in; officials are let in for their own body."""
    own = person.role is not Role.OFFICIAL or person.department == body_code
    return person.role in SEALS[right] and own


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d")
