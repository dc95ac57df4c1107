"""key list, key retire: the keys of an installation and their states."""

from datetime import datetime
from typing import Annotated

import typer

from keys.lifecycle import KeyRecord
from service.commands.installation import installation
from service.commands.key_people import Alone, ApprovedBy, Who, word_of
from service.commands.output import OUT, say_json
from service.leaked_keys import retire_on_word
from service.renewal import certified_until

Name = Annotated[str, typer.Argument(help="密钥名称，见 yinzheng key list")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def list_keys(with_json: WithJson = False) -> None:
    """列出本安装的密钥及其状态，以及证书何时到期。"""
    yinzheng = installation()
    records = [yinzheng.ring.record(name) for name in yinzheng.ring.names()]
    ends = [certified_until(yinzheng.archive, record.public) for record in records]
    if with_json:
        say_json([key_row(*one) for one in zip(records, ends, strict=True)])
        return
    for record, end in zip(records, ends, strict=True):
        since = f"，自 {_when(record.since)}" if record.since else ""
        until = f"，证书至 {_when(end)}" if end else "，没有证书"
        OUT.print(f"{record.reference:<24} {record.state.label}{since}{until}", markup=False)


def retire(
    name: Name,
    reason: Annotated[str, typer.Option(help="为什么停用，最多 400 字，不写个人信息；一人办理时必填")] = "",
    who: Who = None,
    approved_by: ApprovedBy = None,
    alone: Alone = False,
    with_json: WithJson = False,
) -> None:
    """停用一把密钥（须两人）：不再签名，以前的签名仍然有效；不能恢复。"""
    yinzheng = installation()
    word = word_of(yinzheng, name, who, approved_by, reason, alone=alone)
    record = retire_on_word(yinzheng.ring, yinzheng.trail.store, name, word, yinzheng.now())
    if with_json:
        say_json(key_row(record))
        return
    OUT.print(f"{record.reference} {record.state.label}。", markup=False)


def key_row(record: KeyRecord, until: datetime | None = None) -> dict[str, object]:
    """A key and its state, as programs see them, with the end of its last certificate where it is asked for."""
    row: dict[str, object] = {"reference": record.reference, "state": record.state.value}
    told = {"since": record.since, "until": until}
    return row | {name: _when(at) for name, at in told.items() if at is not None}


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
