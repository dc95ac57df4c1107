"""key compromised, blast, losses, carry-on, reissue: a body's key in other hands, and what follows.

Two people stand behind a loss; the second is named with `--approved-by`, and in the demo is a stand-in for the body's
other official. The block is done before anything else, so whatever fails after it, saying it again goes on.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.commands.installation import installation, official_of, second_official
from service.commands.output import ERR, OUT, say_json, write_file
from service.commands.standing_in import acts, decides, officer
from service.commands.verifying import instant
from service.compromises.exporting import signed_csv
from service.compromises.views import blast_view, loss_view
from service.identity import Person, Role
from service.lost_keys.again import State
from service.lost_keys.order import Compromise, Loss, Stage
from service.lost_keys.signed import Blast
from service.problem import Usage
from service.wiring import Yinzheng
from trust.rules.licence import CHINA
from trust.sealing.errors import SealUnknown

UNKNOWN = "unknown"
SHOWN = 100

Body = Annotated[str | None, typer.Option(help="单位账号或代码：它的签章密钥")]
SealId = Annotated[str | None, typer.Option("--seal", help="印章编号：盖这枚印章所用的密钥")]
Since = Annotated[str, typer.Option(help="自何时起泄露，如 2026-11-20T00:00:00+08:00；不知道时写 unknown")]
Number = Annotated[str, typer.Argument(help="密钥泄露登记的编号，见 yinzheng key losses")]
As = Annotated[str | None, typer.Option("--as", help="办理人账号（默认为该单位的经办人）")]
Approved = Annotated[str | None, typer.Option("--approved-by", help="第二人的账号；演示城市可不给")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def compromised(
    since: Since,
    reason: Annotated[str, typer.Option(help="怎样发现的，最多 400 字")],
    body: Body = None,
    seal: SealId = None,
    who: As = None,
    approved_by: Approved = None,
    key: Annotated[str | None, typer.Option(help="幂等键（默认随机）")] = None,
    with_json: Json = False,
) -> None:
    """登记签章密钥自某时起泄露（须两人）：封禁、撤销证书、注销印章、公布，并列出须重新办理的。"""
    yinzheng = installation()
    reports, loss = yinzheng.compromises, _loss(yinzheng, body, seal, since, reason)
    maker = acts(_person(yinzheng, who, loss.body_code))
    second = decides(_second(yinzheng, maker, approved_by, loss.body_code))
    one = reports.report(loss, by=officer(maker), key=key or f"cli:{yinzheng.random(16).hex()}")
    done = reports.confirm(one, digest=loss.digest, by=officer(second))
    _say(yinzheng, done, with_json=with_json)


def blast(
    since: Since,
    body: Body = None,
    seal: SealId = None,
    csv: Annotated[Path | None, typer.Option(help="把不再有效的逐项写成 CSV 文件")] = None,
    everything: Annotated[bool, typer.Option("--all", help="CSV 中也列出仍然有效的")] = False,
    with_json: Json = False,
) -> None:
    """预览波及范围，不改变任何东西：这把密钥签过什么，多少能证明早于泄露，多少不再有效。"""
    yinzheng = installation()
    loss = _loss(yinzheng, body, seal, since, "预览波及范围")
    found = yinzheng.compromises.blast(loss)
    if csv is not None:
        listed = yinzheng.compromises.signed(loss, everything=everything)
        name = yinzheng.seals.body_name(loss.body_code)
        write_file(csv, signed_csv(listed, body_code=loss.body_code, body_name=name, types=types_of(yinzheng)))
    if with_json:
        say_json(blast_view(found))
        return
    say_blast(yinzheng, found)
    OUT.print(f"不再有效共 {found.falls}；离线核验时 {found.codes} 个二维码全部不能通过。", markup=False)


def losses(with_json: Json = False) -> None:
    """列出密钥泄露登记，以及印章注销后须重新办理的。"""
    yinzheng = installation()
    found = yinzheng.archive.compromises.recent(None, SHOWN)
    if with_json:
        say_json([loss_view(yinzheng.compromises, one) for one in found])
        return
    for one in found:
        since = _when(one.loss.since) if one.loss.since else "时间不明"
        what = one.loss.key_name or f"印章 {one.loss.seal_id}"
        OUT.print(f"{one.number}  {what:<20} 自 {since}  {one.stage.label}", markup=False)


def carry_on(number: Number, with_json: Json = False) -> None:
    """接着做被中断的处置。"""
    yinzheng = installation()
    done = yinzheng.compromises.carry_on(yinzheng.compromises.find(number, None))
    _say(yinzheng, done, with_json=with_json)


def reissue(
    number: Number,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="这一次最多办多少本")] = 100,
    after: Annotated[str, typer.Option(help="从这个标识之后办起，跳过前面办不成的")] = "",
    who: As = None,
    approved_by: Approved = None,
    with_json: Json = False,
) -> None:
    """把不再有效的证照按补发重新签发，一次一批，可反复执行；办不成的留在清单里并写明原因。"""
    yinzheng = installation()
    one = yinzheng.compromises.find(number, None)
    maker = acts(_person(yinzheng, who, one.loss.body_code))
    second = decides(second_official(maker, approved_by))
    worked = yinzheng.remaking.work(one, maker=officer(maker), second=officer(second), limit=limit, after=after)
    if with_json:
        say_json({"again": worked.again, "found": worked.found, "stuck": worked.stuck})
    else:
        OUT.print(f"重新签发 {worked.again} 本，原已接续 {worked.found} 本，未办成 {len(worked.stuck)} 本。")
        for subject, why in worked.stuck.items():
            OUT.print(f"  {subject}  {why}", markup=False)
    raise typer.Exit(1 if worked.stuck else 0)


def say_blast(yinzheng: Yinzheng, found: Blast) -> None:
    """Print the counts by type, and by department."""
    names = types_of(yinzheng)
    lines = [(f"{one.kind.label} {names.get(one.type_code, one.type_code)}", one) for one in found.by_type()]
    lines += [(f"{one.kind.label} {yinzheng.seals.body_name(one.body_code)}", one) for one in found.by_department()]
    for what, one in lines:
        OUT.print(f"{what}：早于该时间 {one.before}，该时间之后 {one.after}，没有时间证明 {one.none}", markup=False)


def types_of(yinzheng: Yinzheng) -> dict[str, str]:
    """Names of the licence types by code."""
    return {one.type.code: one.type.name for one in yinzheng.catalogue.bundles()}


def _loss(yinzheng: Yinzheng, body: str | None, seal: str | None, since: str, reason: str) -> Loss:
    if (body is None) is (seal is None):
        raise Usage(
            "key-of", "请用 --body 或 --seal 指明是哪一把密钥，二者只给一个。", "give one of --body and --seal."
        )
    at = None if since == UNKNOWN else instant(since)
    reports = yinzheng.compromises
    if seal is not None:
        if yinzheng.seals.find(seal) is None:
            raise SealUnknown
        return reports.loss_of_seal(seal, at, reason)
    return reports.loss_of_body(body or "", at, reason)


def _person(yinzheng: Yinzheng, login: str | None, body_code: str) -> Person:
    """Whoever acts: an administrator, or an official of the body."""
    if login is None:
        return official_of(body_code)
    found = yinzheng.archive.people.find(login)
    person = found[0] if found else None
    if person is None or not may_report(person, body_code):
        raise Usage(
            "no-such-official",
            f"{login} 不是机构 {body_code} 的经办人，也不是系统管理员。",
            f"{login} is neither an official of {body_code} nor an administrator.",
        )
    return person


def _second(yinzheng: Yinzheng, maker: Person, login: str | None, body_code: str) -> Person:
    if login is not None:
        return _person(yinzheng, login, body_code)
    return second_official(maker if maker.role is Role.OFFICIAL else official_of(body_code), None)


def may_report(person: Person, body_code: str) -> bool:
    """Whether somebody may report or confirm the loss of a body's key."""
    return person.role is Role.ADMIN or (person.role is Role.OFFICIAL and person.department == body_code)


def _say(yinzheng: Yinzheng, one: Compromise, *, with_json: bool) -> None:
    view = loss_view(yinzheng.compromises, one)
    if with_json:
        say_json(view)
        return
    OUT.print(f"{one.number}：{one.stage.label}", markup=False)
    for done in yinzheng.compromises.work(one):
        OUT.print(f"  {_when(done.at)}  {done.work.label}（{done.count}）", markup=False)
    if one.stage is Stage.DONE:
        waiting = view["queue"][State.WAITING.value]
        ERR.print(f"须重新办理 {waiting} 项：先 key renew、重制印章，再 key reissue {one.number}。", markup=False)


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
