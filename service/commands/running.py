"""demo, init, serve, publish: making an installation and running it."""

import json
import os
from typing import Annotated

import typer

from issuer.application import parse_application
from keys.backend import can_sign
from service import clock
from service.commands.installation import ANCHORS, founded, installation, settings
from service.commands.output import ERR, OUT, write_file
from service.cryptography import require_signing
from service.problems import Usage
from service.settings import DEMO_PASSPHRASE, PROJECT, Settings
from service.wiring import DEMO_MARK, PLAN, Yinzheng, open_installation
from templates.library import load_bundle
from trust.formats.certificate import to_pem

SEEDS = PROJECT / "deploy" / "demo" / "licences"


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只建立演示城市，不启动网页服务")] = False,
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
            serve()  # what is there is served; nothing can be added to it
        return
    require_signing(chosen.libcrypto)
    ERR.print("[yellow]演示城市：密钥是软件密钥，口令众所周知，人和单位都是虚构的；不能用于正式业务。[/]")
    begun = clock.elapsed()
    yinzheng = open_installation(chosen)
    (chosen.data / DEMO_MARK).write_text("演示数据，不能用于正式业务\n", encoding="utf-8")
    _found(yinzheng, chosen)
    seeded = _seed(yinzheng)
    ERR.print(f"云岭市已就绪（{clock.elapsed() - begun:.1f} 秒，{seeded} 本样例证照），数据在 {chosen.data}")
    for person, password in yinzheng.city.people:
        ERR.print(f"  {person.login:<8} {password:<14} {person.name}", markup=False)
    if no_serve:
        return
    _serve(yinzheng)


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


def serve() -> None:
    """启动网页与接口服务。"""
    _serve(installation())


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
        yinzheng.issue(application, key=f"demo-{seed.stem}", by="demo")
    return len(seeds)


def _serve(yinzheng: Yinzheng) -> None:
    from service.serving import run_server  # noqa: PLC0415  (the web stack loads slowly; other commands do without)

    chosen = settings()
    if chosen.secret() == DEMO_PASSPHRASE.encode():
        ERR.print("[yellow]正在使用众所周知的演示口令；正式使用请设置 YINZHENG_PASSPHRASE。[/]")
    ERR.print(f"印证 → {chosen.public_url}   （Ctrl-C 结束，进程 {os.getpid()}）")
    run_server(yinzheng, chosen, warn=lambda text: ERR.print(text, markup=False))
