"""demo, init, serve, publish: making an installation and running it."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from issuer.application import parse_application
from issuer.applying.deciding import needs_two
from keys.backend import can_sign
from service import clock
from service.commands.installation import ANCHORS, founded, installation, settings
from service.commands.output import ERR, OUT, write_file
from service.commands.standing_in import decides, officer
from service.cryptography import require_signing
from service.data_folder import DEMO_MARK, PLAN
from service.identity import Role
from service.opening import open_installation
from service.problem import Usage
from service.settings import DEMO_PASSPHRASE, PROJECT, Settings, read_note
from service.wiring import Yinzheng
from templates.library import load_bundle
from trust.formats.certificate import to_pem
from trust.rules.seal_standing import SealKind
from trust.sealing.life import State
from trust.sealing.ports import Officer, Wish

SEEDS = PROJECT / "deploy" / "demo" / "licences"
PLAIN_ZH = (
    "对外地址 {} 不是 https：从别的机器打开时不能登录，口令和文件也没有加密。"
    "请在前面放置 TLS（反向代理），并把 YINZHENG_BASE_URL 设为 https 地址。"
)
PLAIN_EN = (
    "The public address {} is not https: people on other machines cannot sign in, and what they send is not encrypted. "
    "Put TLS in front (a reverse proxy) and set YINZHENG_BASE_URL to the https address."
)


NoWorker = Annotated[bool, typer.Option("--no-worker", help="不附带签发进程；批次由另外启动的 yinzheng worker 签发")]

Since = Annotated[Path | None, typer.Option(help="别处（见证方、镜像）保存的检查点原文；日志没有接上它就不启动")]


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只建立演示城市，不启动网页服务")] = False,
    no_worker: NoWorker = False,
) -> None:
    """建立演示城市（云岭市）并启动网页服务；已有则直接启动。"""
    chosen = settings()
    if chosen.production:
        raise Usage("demo-in-production", "生产环境不能建立演示城市。", "the demo is refused in production.")
    if (chosen.data / PLAN).exists() or (founded(chosen) and not (chosen.data / DEMO_MARK).exists()):
        raise Usage(
            "not-a-demo",
            f"{chosen.data} 里是一套正式安装，不能变成演示城市；请另选 YINZHENG_DATA，或用 `yinzheng serve` 启动它。",
            f"{chosen.data} holds an installation of its own; choose another YINZHENG_DATA, or run `yinzheng serve`.",
        )
    if founded(chosen) and not can_sign():
        if not no_serve:
            serve(no_worker)  # what is there is served; nothing can be added to it
        return
    require_signing(chosen.libcrypto)
    ERR.print("[yellow]演示城市：密钥是软件密钥，口令众所周知，人和单位都是虚构的；不能用于正式业务。[/]")
    begun = clock.elapsed()
    yinzheng = open_installation(chosen)
    (chosen.data / DEMO_MARK).write_text("演示数据，不能用于正式业务\n", encoding="utf-8")
    _found(yinzheng, chosen)
    seeded = _seed(yinzheng)
    _seed_seal(yinzheng)
    ERR.print(f"云岭市已就绪（{clock.elapsed() - begun:.1f} 秒，{seeded} 本样例证照），数据在 {chosen.data}")
    for person, password in yinzheng.city.people:
        ERR.print(f"  {person.login:<8} {password:<14} {person.name}", markup=False)
    if no_serve:
        return
    _serve(yinzheng, with_worker=not no_worker)


def init() -> None:
    """按数据目录中的 city.toml 建立一套正式安装。"""
    chosen = settings()
    if not (chosen.data / PLAN).exists():
        raise Usage(
            "no-city",
            f"请先在 {chosen.data} 写好 city.toml（可从 deploy/demo/city.toml 抄起）。",
            f"write {chosen.data}/city.toml first; deploy/demo/city.toml is an example.",
        )
    if chosen.secret() == DEMO_PASSPHRASE.encode():
        raise Usage(
            "no-passphrase",
            "请先设置 YINZHENG_PASSPHRASE；正式安装不用众所周知的演示口令。",
            "set YINZHENG_PASSPHRASE first; the demo's passphrase is known to all.",
        )
    require_signing(chosen.libcrypto)
    yinzheng = open_installation(chosen)
    _found(yinzheng, chosen)
    OUT.print(f"{yinzheng.city.name}已建立，数据在 {chosen.data}")


def serve(no_worker: NoWorker = False, since: Since = None) -> None:
    """启动网页与接口服务，连同一个签发批次的进程。"""
    yinzheng = installation()
    if since is not None:
        yinzheng.abreast.keep_to(read_note(since))
    _serve(yinzheng, with_worker=not no_worker)


def publish() -> None:
    """公布到期的信任列表、状态清单、证书撤销列表和检查点。"""
    yinzheng = installation()
    yinzheng.publisher.refresh(yinzheng.now())
    OUT.print("已公布。")


def _found(yinzheng: Yinzheng, chosen: Settings) -> None:
    """Found what is missing, and keep the root beside the database: a verification offline needs nothing else."""
    yinzheng.found()
    write_file(chosen.data / ANCHORS, to_pem(yinzheng.anchors))


def _seed(yinzheng: Yinzheng) -> int:
    """Issue the demo's sample licences; the fixed keys make repeating harmless."""
    seeds = sorted(SEEDS.glob("*.json"))
    for seed in seeds:
        kind = load_bundle(seed.stem).type
        body = next(one.body.code for one in yinzheng.city.bodies if seed.stem in one.types)
        octets = json.dumps(json.loads(seed.read_text("utf-8")), ensure_ascii=False).encode()
        application = parse_application(octets, type_code=kind.code, issuer_code=body)
        yinzheng.photographs.keep_sample(load_bundle(seed.stem))
        if needs_two(load_bundle(seed.stem)):
            key = f"demo-{seed.stem}"
            maker, second = _behind(yinzheng, key, body)
            yinzheng.applications.issue_for(application, key=key, maker=maker, second=second)
        else:
            yinzheng.issue(application, key=f"demo-{seed.stem}", by="demo")
    return len(seeds)


def _behind(yinzheng: Yinzheng, key: str, body_code: str) -> tuple[Officer, Officer]:
    """Who stands behind a sample that two people have to issue: officials of its body, or whoever did before."""
    people = (one for one, _ in yinzheng.city.people if (one.role, one.department) == (Role.OFFICIAL, body_code))
    maker, second = list(people)[:2]
    known = yinzheng.archive.dockets.by_key(key)
    if known is not None and known[0].approval is not None:
        return known[0].maker, known[0].approval.by
    return officer(maker) if known is None else known[0].maker, officer(decides(second))


def _seed_seal(yinzheng: Yinzheng) -> None:
    """A unit seal for the first body that has two officials: one applies, the other approves; safe to repeat."""
    officials = [person for person, _ in yinzheng.city.people if person.role is Role.OFFICIAL]
    pairs = ((one, other) for one in officials for other in officials if one.department == other.department)
    first, second = next((pair for pair in pairs if pair[0].login != pair[1].login), (None, None))
    if first is None or second is None or first.department is None:
        return
    seals, by = yinzheng.seals, officer(first)
    name = seals.default_name(SealKind.UNIT, first.department, None)
    wish = Wish(first.department, SealKind.UNIT, name, "日常公文用印")
    made = seals.apply(wish, key="demo-unit-seal", by=by)
    if made.state is State.APPLIED:
        made = seals.decide(made.seal_id, approve=True, note="同意", by=officer(decides(second)))
    if made.state in {State.APPROVED, State.MADE}:
        seals.file(made.seal_id, by=by)


def _serve(yinzheng: Yinzheng, *, with_worker: bool) -> None:
    from service.serving import run_server  # noqa: PLC0415  (the web stack loads slowly; other commands do without)

    chosen = settings()
    yinzheng.account_tags.check()  # another index secret is told now, and not to each who signs in
    orders, stuck = yinzheng.warrants.take_up()
    if orders or stuck:
        ERR.print(f"接着登记完 {orders} 份处理审批单" + (f"，{len(stuck)} 份还不能登记" if stuck else ""))
    worked, open_ones = yinzheng.compromises.take_up()
    if worked or open_ones:
        ERR.print(f"接着处置完 {worked} 份密钥泄露" + (f"，{len(open_ones)} 份未完，见“密钥”页面" if open_ones else ""))
    done, kept = yinzheng.applications.take_up()
    if done or kept:
        ERR.print(f"接着签发完 {done} 份申请" + (f"，{len(kept)} 份还不能签发，见“申请”页面" if kept else ""))
    if chosen.secret() == DEMO_PASSPHRASE.encode():
        ERR.print("[yellow]正在使用众所周知的演示口令；正式使用请设置 YINZHENG_PASSPHRASE。[/]")
    if chosen.open_in_plain:
        ERR.print(f"[yellow]{PLAIN_ZH.format(chosen.public_url)}\n{PLAIN_EN.format(chosen.public_url)}[/]")
    ERR.print(f"印证 → {chosen.public_url}   （Ctrl-C 结束，进程 {os.getpid()}）")
    run_server(yinzheng, chosen, warn=lambda text: ERR.print(text, markup=False), with_worker=with_worker)
