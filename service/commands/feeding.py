"""feed, system: what department systems are told, where they are told it, and the accounts they ask with.

The command line is run by whoever may read the keys; it acts for the body that is named.
"""

from typing import Annotated

import typer

from issuer.feeding.errors import NoSuchHook
from issuer.feeding.hooks import Hook
from issuer.feeding.views import delivery_view, feed_view, hook_view, secret_view
from service.city import LOGIN
from service.commands.installation import installation
from service.commands.output import ERR, OUT, say_json, visible
from service.delivery_words import reason_of
from service.identity import NotAllowed
from service.problem import Usage
from service.trail.doing import note_about
from service.wiring import Yinzheng
from trust.errors import Malformed
from trust.rules.text import check_text

MAX_NAME, NOT_ARRIVED = 64, 1
feed = typer.Typer(help="业务系统的回告：发生了什么，送到哪里。", no_args_is_help=True)
system = typer.Typer(help="部门业务系统的账号。", no_args_is_help=True)

Body = Annotated[str, typer.Option(help="单位代码或账号")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
HookId = Annotated[str, typer.Argument(help="回告地址编号，见 yinzheng feed hooks")]
Login = Annotated[str, typer.Argument(help="系统账号")]


@feed.command("read")
def read(
    body: Body,
    after: Annotated[int, typer.Option(min=0, help="从这一编号之后")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500, help="最多几件")] = 100,
) -> None:
    """以 JSON 输出一个单位发生的事。"""
    yinzheng = installation()
    code = _body(yinzheng, body)
    found = yinzheng.feeds.after(code, after, limit)
    say_json(feed_view(code, after, found, yinzheng.feeds.last(code)).model_dump(mode="json"))


@feed.command("hooks")
def hooks(body: Body, with_json: Json = False) -> None:
    """列出一个单位的回告地址。"""
    yinzheng = installation()
    found = yinzheng.feeds.hooks(_body(yinzheng, body))
    if with_json:
        say_json([hook_view(hook).model_dump(mode="json") for hook in found])
        return
    for hook in found:
        trouble = f"  {hook.trouble}（连续 {hook.failures} 次）" if hook.failures else ""
        OUT.print(f"{hook.hook_id}  {hook.state.label}  {visible(hook.url)}{trouble}", markup=False)


@feed.command("add")
def add(url: Annotated[str, typer.Argument(help="https 地址")], body: Body) -> None:
    """登记回告地址；密钥只输出这一次。"""
    yinzheng = installation()
    made = yinzheng.feeds.register(url, body_code=_body(yinzheng, body), by="yinzheng")
    say_json(secret_view(*made).model_dump(mode="json"))


@feed.command("renew")
def renew(hook_id: HookId) -> None:
    """更换回告地址的密钥；新密钥只输出这一次。"""
    yinzheng = installation()
    say_json(secret_view(*yinzheng.feeds.renew(_hook(yinzheng, hook_id))).model_dump(mode="json"))


@feed.command("test")
def test(hook_id: HookId) -> None:
    """立即送一份不含事项的测试消息，并说明是否送达。"""
    yinzheng = installation()
    done = yinzheng.feeds.test(_hook(yinzheng, hook_id))
    if done.trouble:
        ERR.print(f"没有送达：{reason_of(done)}。", markup=False)
        raise typer.Exit(NOT_ARRIVED)
    ERR.print(f"已送达，对方答复 {done.status}。", markup=False)


@feed.command("pause")
def pause(hook_id: HookId) -> None:
    """暂停向一个回告地址送达；恢复后补送。"""
    yinzheng = installation()
    yinzheng.feeds.pause(_hook(yinzheng, hook_id))
    ERR.print("已暂停。", markup=False)


@feed.command("resume")
def resume(hook_id: HookId) -> None:
    """恢复已暂停的回告地址，从中断处继续。"""
    yinzheng = installation()
    yinzheng.feeds.resume(_hook(yinzheng, hook_id))
    ERR.print("已恢复。", markup=False)


@feed.command("end")
def end(hook_id: HookId) -> None:
    """停用回告地址，不能恢复。"""
    yinzheng = installation()
    yinzheng.feeds.end(_hook(yinzheng, hook_id))
    ERR.print("已停用。", markup=False)


@feed.command("deliveries")
def deliveries(hook_id: HookId) -> None:
    """以 JSON 输出最近的送达记录。"""
    yinzheng = installation()
    found = yinzheng.feeds.deliveries(_hook(yinzheng, hook_id))
    say_json([delivery_view(one).model_dump(mode="json") for one in found])


@feed.command("deliver")
def deliver() -> None:
    """把该送的送一遍；平时由 yinzheng worker 办理。"""
    done = installation().feeds.deliver_once()
    arrived = sum(not one.trouble for one in done)
    ERR.print(f"送达 {arrived} 处，未送达 {len(done) - arrived} 处。", markup=False)
    for one in done:
        if one.trouble:
            OUT.print(f"{one.hook_id}  {reason_of(one)}", markup=False)


@system.command("add")
def add_system(
    login: Login,
    body: Body,
    name: Annotated[str, typer.Option(help="系统名称")] = "部门业务系统",
    anew: Annotated[bool, typer.Option("--anew", help="账号被绕过登记改动过，按这里写的重新开立")] = False,
) -> None:
    """开立或更换一个业务系统的密钥；密钥只输出这一次，先前的立即作废。"""
    yinzheng = installation()
    if not LOGIN.fullmatch(login):
        raise Usage("login", "账号为 1 至 32 位小写字母、数字和连字符。", "a login has 1 to 32 of a-z, 0-9 and -.")
    try:
        check_text(name, MAX_NAME)
    except Malformed as error:
        raise Usage("name", "系统名称不合规范。", "the name cannot be shown.") from error
    if anew and login in {person.login for person, _ in yinzheng.city.people}:
        raise NotAllowed(login)
    note_about(login=login)
    admit = yinzheng.identity.renew_system if anew else yinzheng.identity.admit_system
    OUT.print(admit(login, name, _body(yinzheng, body)), markup=False)
    ERR.print(f"用 {login} 和这把密钥在 POST /api/v1/token 取得访问令牌。", markup=False)


@system.command("list")
def list_systems(with_json: Json = False) -> None:
    """列出业务系统的账号。"""
    rows = [
        {"login": one.login, "name": one.name, "department": one.department}
        for one in installation().identity.systems()
    ]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        OUT.print(f"{row['login']}  {row['department']}  {visible(row['name'] or '')}", markup=False)


@system.command("end")
def end_system(login: Login) -> None:
    """收回一个业务系统的密钥和令牌。"""
    installation().identity.end_system(login)
    ERR.print("已收回。", markup=False)


def _body(yinzheng: Yinzheng, word: str) -> str:
    for one in yinzheng.city.bodies:
        if word in (one.login, one.body.code):
            return one.body.code
    raise Usage("no-body", f"没有这个单位：{word}。", f"there is no body {word}.")


def _hook(yinzheng: Yinzheng, hook_id: str) -> Hook:
    """A hook of any body; the command line serves all."""
    found = yinzheng.archive.feed.find(hook_id)
    if found is None:
        raise NoSuchHook
    return found
