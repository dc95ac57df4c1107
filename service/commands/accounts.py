"""account: opening an account anew that was put in or changed past the installation, as the plan has it.

Such an account is nobody's, and founding again leaves it alone: what stands there is evidence. An administrator, who
signs in and is another than the account's owner, opens it anew with a fresh password when an auditor has seen it. Where
no administrator is left who can sign in, one is added to the plan and founded (`yinzheng init`). Accounts of systems
are not in the plan: `yinzheng system add --anew`.
"""

from typing import Annotated

import typer

from service.commands.installation import installation
from service.commands.output import ERR, visible
from service.commands.standing_in import acts, in_demo, password_for
from service.identity import Person, Role
from service.problem import Usage
from service.trail.doing import note_about
from service.wiring import Yinzheng

account = typer.Typer(help="人员账号。", no_args_is_help=True)


@account.callback()
def about() -> None:
    """人员账号。"""


@account.command("renew")
def renew(
    login: Annotated[str, typer.Argument(help="账号")],
    by: Annotated[str | None, typer.Option("--as", help="办理的系统管理员的账号，须登录；演示中可不写")] = None,
) -> None:
    """按安装计划（city.toml）重新开立一个被绕过登记改动过的账号，并换新口令；没有被改动的不动。"""
    yinzheng = installation()
    person = _planned(yinzheng, login)
    if not yinzheng.archive.people.is_amiss(login):
        raise Usage(
            "account-sound",
            f"账号 {visible(login)} 没有被绕过登记改动过，不用重新开立。",
            f"the account {visible(login)} is as it was written; there is nothing to renew.",
        )
    admin = acts(_admin(yinzheng, by, login))
    note_about(login=login, by=admin.login)
    yinzheng.identity.enrol_anew(person, password_for(login))
    ERR.print(f"已重新开立 {visible(login)}，原来的登录都已失效。", markup=False)


def _planned(yinzheng: Yinzheng, login: str) -> Person:
    """The person of a login as the plan has them.

    Raises:
        Usage: the plan has no such login.

    """
    for person, _ in yinzheng.city.people:
        if person.login == login:
            return person
    raise Usage(
        "not-in-plan",
        f"安装计划里没有账号 {visible(login)}；业务系统的账号用 `yinzheng system add --anew` 重新开立。",
        f"{visible(login)} is not in the plan; accounts of systems are renewed by `yinzheng system add --anew`.",
    )


def _admin(yinzheng: Yinzheng, by: str | None, login: str) -> Person:
    """The administrator who opens the account of somebody else anew.

    Raises:
        Usage: nobody is named, or not an administrator, or the account's own.

    """
    names = [by] if by else [person.login for person, _ in yinzheng.city.people if in_demo()]
    for name in names:
        found = yinzheng.archive.people.find(name)
        if found is not None and found[0].role is Role.ADMIN and name != login:
            return found[0]
    raise Usage(
        "no-such-admin",
        "请用 --as 写明另一位系统管理员的账号；都不能登录时，在 city.toml 里增加一位，再运行 `yinzheng init`。",
        "name another administrator with --as; where none can sign in, add one to city.toml and run `yinzheng init`.",
    )
