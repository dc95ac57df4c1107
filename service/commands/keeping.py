"""key list, key retire, key compromise: what an operator says about the keys of an installation."""

from typing import Annotated

import typer

from keys.lifecycle import KeyRecord
from service.commands.installation import installation
from service.commands.output import OUT, say_json
from service.commands.verifying import instant
from service.keeping import block_leaked_key, retire_key

Name = Annotated[str, typer.Argument(help="密钥名称，见 yinzheng key list")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def list_keys(with_json: WithJson = False) -> None:
    """列出本安装的密钥及其状态。"""
    ring = installation().ring
    records = [ring.record(name) for name in ring.names()]
    if with_json:
        say_json([_row(record) for record in records])
        return
    for record in records:
        since = f"，自 {record.since:%Y-%m-%dT%H:%M:%SZ}" if record.since else ""
        OUT.print(f"{record.reference:<24} {record.state.label}{since}", markup=False)


def retire(name: Name, with_json: WithJson = False) -> None:
    """停用一把密钥：不再签名，以前的签名仍然有效；不能恢复。"""
    yinzheng = installation()
    _say(retire_key(yinzheng.ring, name, yinzheng.now()), with_json=with_json)


def compromise(
    name: Name,
    since: Annotated[
        str | None,
        typer.Option(help="泄露的时间，如 2026-11-20T00:00:00+08:00；不给则这把密钥的全部签名都不再有效"),
    ] = None,
    with_json: WithJson = False,
) -> None:
    """登记一把密钥已经泄露：永久封禁，吊销它的全部证书并公布；不能恢复。"""
    lost_at = instant(since)
    yinzheng = installation()
    record, certificates = block_leaked_key(yinzheng.ring, yinzheng.archive, name, yinzheng.now(), lost_at)
    yinzheng.publisher.publish_revocations(yinzheng.now())
    _say(record, with_json=with_json, certificates=certificates)


def _say(record: KeyRecord, *, with_json: bool, certificates: int | None = None) -> None:
    if with_json:
        more = {} if certificates is None else {"certificates_revoked": certificates}
        say_json(_row(record) | more)
        return
    also = "" if certificates is None else f"，吊销证书 {certificates} 张，证书撤销列表已公布"
    OUT.print(f"{record.reference} {record.state.label}{also}。", markup=False)


def _row(record: KeyRecord) -> dict[str, object]:
    row: dict[str, object] = {"reference": record.reference, "state": record.state.value}
    return row | ({"since": f"{record.since:%Y-%m-%dT%H:%M:%SZ}"} if record.since else {})
