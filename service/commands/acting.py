"""suspend, reinstate, revoke, rescind, cancel, grounds: changing and explaining the standing of a licence."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from cases.watching import touched_by
from service.commands.installation import installation, official_of
from service.commands.output import ERR, OUT, say_json
from service.commands.verifying import instant
from service.wiring import Yinzheng
from trust.revocation.acting import Order
from trust.rules.grounds import GROUNDS
from trust.rules.identifier import parse_lenient
from trust.rules.licence import CHINA
from trust.rules.standing import Act, ActKind

HELP = {
    ActKind.SUSPEND: "暂扣一本证照。",
    ActKind.REINSTATE: "恢复一本被暂扣的证照。",
    ActKind.REVOKE: "吊销一本证照（行政处罚）。",
    ActKind.RESCIND: "撤销一本证照（许可本身违法）。",
    ActKind.CANCEL: "注销一本证照。",
}


def command(kind: ActKind) -> Callable[..., None]:
    """The command of one kind of act."""

    def run(
        identifier: Annotated[str, typer.Argument(help="证照标识")],
        ground: Annotated[str, typer.Option(help="事由代码，见 yinzheng grounds")],
        reason: Annotated[str, typer.Option(help="事由说明；other 必填")] = "",
        effective: Annotated[
            str | None, typer.Option(help="生效时间，如 2026-12-01T00:00:00+08:00（默认现在）")
        ] = None,
        decided: Annotated[str | None, typer.Option(help="决定时间（默认现在）")] = None,
        key: Annotated[str | None, typer.Option(help="幂等键（默认随机）")] = None,
        with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    ) -> None:
        yinzheng = installation()
        subject = parse_lenient(identifier)
        yinzheng.standing(str(subject), yinzheng.now())  # unknown before anything else is said, also of its body
        order = Order(
            kind=kind,
            subject=str(subject),
            ground=ground,
            reason=reason,
            by=official_of(subject.issuer_code).name,
            effective_at=instant(effective),
            decided_at=instant(decided),
        )
        done = yinzheng.act(order, key=key or yinzheng.random(16).hex())
        standing = yinzheng.standing(str(subject), yinzheng.now())
        if with_json:
            say_json(
                {
                    "subject": done.subject,
                    "kind": done.kind.value,
                    "sequence": done.sequence,
                    "status": standing.status.value,
                }
            )
            return
        since, now = _when(done.effective_at), standing.status.label
        OUT.print(f"已登记（第 {done.sequence} 次变更），{since} 起生效；现在状态：{now}", markup=False)
        ERR.print("状态清单已重新公布。")
        _tell_cases(yinzheng, done)

    run.__doc__ = HELP[kind]
    return run


def _tell_cases(yinzheng: Yinzheng, done: Act) -> None:
    """Say how many citations lost their ground; whose they are is for their departments, who see it in their cases."""
    touched = touched_by(yinzheng.archive.citations, done, yinzheng.archive.acts.of(done.subject), yinzheng.now())
    if touched:
        ERR.print(f"有 {len(touched)} 次引用以这本证照为依据，引用部门在办件中会看到须复核的提示。")


def grounds(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """列出状态变更的事由、适用的处理和法律依据。"""
    rows: list[dict[str, Any]] = [
        {
            "code": one.code,
            "label": one.label,
            "acts": sorted(kind.value for kind in one.kinds),
            "legal_basis": one.legal_basis,
            "retroactive": one.retroactive,
            "needs_reason": one.needs_reason,
        }
        for one in GROUNDS.values()
    ]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        OUT.print(f"{row['code']:<22} {row['label']}（{'、'.join(row['acts'])}；{row['legal_basis']}）", markup=False)


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
