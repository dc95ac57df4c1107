"""drill key-compromise: the loss of a department's key, worked through on a copy, with measured times."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from service.commands.compromising import UNKNOWN
from service.commands.installation import installation, settings
from service.commands.output import OUT, say_json
from service.commands.verifying import instant
from service.compromises.views import blast_view
from service.drilling import Drill, drill_key_loss
from service.lost_keys.order import Work
from service.lost_keys.signed import Kind
from service.opening import open_installation
from service.problem import Usage
from service.restoring.backup import DATABASE, back_up
from service.settings import NO_TSA
from trust.rules.licence import CHINA

drill = typer.Typer(help="演练，在副本上做，不影响正式数据。", no_args_is_help=True)


@drill.callback()
def about() -> None:
    """演练，在副本上做，不影响正式数据。"""


@drill.command("key-compromise")
def key_compromise(
    body: Annotated[str, typer.Option(help="单位账号或代码")],
    since: Annotated[str | None, typer.Option(help="假定自何时起泄露（默认取已签发证照的中间时刻）")] = None,
    sample: Annotated[int, typer.Option(min=1, max=1000, help="泄露前后各核验多少本")] = 5,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """演练一个单位的签章密钥泄露：复制整个安装到临时目录，在副本上处置、核验并计时；原安装不变。"""
    if since == UNKNOWN:
        raise Usage("drill-since", "演练须有一个假定的时间，或者不写。", "a drill needs an instant, or none is given.")
    at, chosen, yinzheng = instant(since), settings(), installation()
    with TemporaryDirectory(prefix="yinzheng-drill-") as folder:
        copied = Path(folder) / "copy"
        back_up(yinzheng.archive.engine, chosen.data, copied, yinzheng.now())
        own = {"data": copied, "public": None, "database": f"sqlite:///{copied / DATABASE}", "tsa": NO_TSA}
        copy = open_installation(chosen.model_copy(update=own), city=yinzheng.city)
        try:
            done = drill_key_loss(copy, body, at, sample=sample)
        finally:
            copy.archive.engine.dispose()
    if with_json:
        say_json(drill_view(done))
    else:
        _say(done)
    raise typer.Exit(0 if done.well else 1)


def drill_view(done: Drill) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "well": done.well,
        "key_blocked": done.blocked,
        "blast": blast_view(done.blast),
        "steps": [
            {"step": one.work.value, "count": one.count, "seconds": round(done.seconds(one), 3)} for one in done.work
        ],
        "sample": [
            {
                "subject": one.one.subject,
                "proof": one.one.proof.value,
                "before": one.before.value,
                "after": one.after.value,
                "offline": one.offline.value,
                "expected": one.expected.value,
                "well": one.well,
            }
            for one in done.sample
        ],
    }


def _say(done: Drill) -> None:
    since = done.compromise.loss.since
    when = since.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if since else "不明"
    OUT.print(f"演练（副本）：{done.compromise.loss.key_name} 自 {when} 起泄露", markup=False)
    for kind in Kind:
        before, after, none = done.blast.total(kind)
        OUT.print(f"  {kind.label}：早于泄露 {before}，泄露之后 {after}，没有时间证明 {none}", markup=False)
    OUT.print(f"  离线核验时不能通过的二维码：{done.blast.codes}", markup=False)
    for one in done.work:
        OUT.print(f"  {done.seconds(one):8.2f} 秒  {one.work.label}（{one.count}）", markup=False)
    shown = [done.seconds(one) for one in done.work if one.work is Work.PUBLISHED]
    OUT.print(f"从确认到最后一份公布：{max(shown, default=0):.2f} 秒", markup=False)
    OUT.print(f"抽样核验 {len(done.sample)} 本，与预期不符 {len(done.differing)} 本。", markup=False)
    for each in done.differing:
        OUT.print(
            f"  {each.one.subject}  预期 {each.expected.value}，实为 {each.after.value}，离线 {each.offline.value}",
            markup=False,
        )
    if not done.blocked:
        OUT.print("  密钥没有被封禁。")
