"""key list, key retire: the keys of an installation and their states."""

from typing import Annotated

import typer

from keys.lifecycle import KeyRecord
from service.commands.installation import installation
from service.commands.output import OUT, say_json
from service.keeping import retire_key

Name = Annotated[str, typer.Argument(help="密钥名称，见 yinzheng key list")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def list_keys(with_json: WithJson = False) -> None:
    """列出本安装的密钥及其状态。"""
    ring = installation().ring
    records = [ring.record(name) for name in ring.names()]
    if with_json:
        say_json([key_row(record) for record in records])
        return
    for record in records:
        since = f"，自 {record.since:%Y-%m-%dT%H:%M:%SZ}" if record.since else ""
        OUT.print(f"{record.reference:<24} {record.state.label}{since}", markup=False)


def retire(name: Name, with_json: WithJson = False) -> None:
    """停用一把密钥：不再签名，以前的签名仍然有效；不能恢复。"""
    yinzheng = installation()
    record = retire_key(yinzheng.ring, name, yinzheng.now())
    if with_json:
        say_json(key_row(record))
        return
    OUT.print(f"{record.reference} {record.state.label}。", markup=False)


def key_row(record: KeyRecord) -> dict[str, object]:
    """A key and its state, as programs see them."""
    row: dict[str, object] = {"reference": record.reference, "state": record.state.value}
    return row | ({"since": f"{record.since:%Y-%m-%dT%H:%M:%SZ}"} if record.since else {})
