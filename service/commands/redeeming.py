"""redeem: somebody at a window uses the one-time code that a holder shows, and sees the licence as it stands now.

It is that person's own deed, of which the holder is told by name, so the person is asked for the password. A code may
be read from standard input, so that it stands in no list of processes.
"""

import sys
from typing import Annotated

import typer

from issuer.presenting.redeeming import Redemption
from service.commands.installation import installation
from service.commands.output import EXIT, OUT, WORDS, say_json, visible
from service.commands.standing_in import acts, in_demo
from service.identity import Person, Role
from service.problem import Usage
from service.wiring import Yinzheng
from trust.rules.idempotency import own_key

MAX_CODE = 400
"""Characters of what is read from standard input."""


def redeem(
    code: Annotated[str, typer.Argument(help="扫到的文字或者一次性亮证码；- 从标准输入读")],
    place: Annotated[str, typer.Option(help="在哪里，例如：政务服务中心三号窗口；持证人会看到")],
    purpose: Annotated[str, typer.Option("--for", help="办什么事；持证人会看到")] = "",
    login: Annotated[str | None, typer.Option("--as", help="窗口人员账号（演示中可不给）")] = None,
    key: Annotated[str | None, typer.Option(help="幂等键；一分钟内同一键同一内容得到同一结果（默认随机）")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """核销一次性亮证码，并当场核验证照；只能用一次。退出码同 verify。"""
    yinzheng = installation()
    officer = acts(_reviewer(yinzheng, login))
    text = sys.stdin.readline(MAX_CODE).strip() if code == "-" else code
    asked = Redemption(text, officer.name, officer.department or "", place, purpose)
    done = yinzheng.presenting.redeem(asked, key=own_key(officer.login, key or yinzheng.random(16).hex()))
    if with_json:
        said = {"identifier": done.code.identifier, "indication": done.indication, "policy": done.policy}
        say_json(said | {"rows": [{"key": name, "label": label, "text": shown} for name, label, shown in done.shown]})
    else:
        OUT.print(f"{WORDS[done.verdict.indication]}  {done.code.identifier}")
        for _, label, shown in done.shown:
            OUT.print(f"{label}  {visible(shown)}", markup=False)
    raise typer.Exit(EXIT[done.verdict.indication])


def _reviewer(yinzheng: Yinzheng, login: str | None) -> Person:
    """The person at the window: named, or in the demo the first there is.

    Raises:
        Usage: nobody is named, or not somebody who may redeem.

    """
    if login is not None:
        found = yinzheng.archive.people.find(login)
        if found is not None and found[0].role in {Role.REVIEWER, Role.OFFICIAL}:
            return found[0]
        raise Usage("no-such-reviewer", f"没有窗口人员 {visible(login)}。", f"there is no officer {visible(login)}.")
    if in_demo():
        for person, _ in yinzheng.city.people:
            if person.role is Role.REVIEWER:
                return person
    raise Usage("no-such-reviewer", "请用 --as 写明窗口人员的账号。", "name the officer with --as.")
