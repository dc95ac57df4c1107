"""key compromise: a key of any kind has leaked, which two people say, or in an emergency one with a reason."""

from typing import Annotated

import typer

from service.commands.installation import installation
from service.commands.keeping import Name, WithJson, key_row
from service.commands.key_people import Alone, ApprovedBy, Who, word_of
from service.commands.output import OUT, say_json
from service.commands.verifying import instant
from service.leaked_keys import block_on_word


def compromise(
    name: Name,
    since: Annotated[
        str | None,
        typer.Option(help="泄露的时间，如 2026-11-20T00:00:00+08:00；不给则这把密钥的全部签名都不再有效"),
    ] = None,
    reason: Annotated[str, typer.Option(help="怎样发现的，最多 400 字，不写个人信息；一人办理时必填")] = "",
    who: Who = None,
    approved_by: ApprovedBy = None,
    alone: Alone = False,
    with_json: WithJson = False,
) -> None:
    """登记一把密钥已经泄露（须两人）：永久封禁，吊销它的全部证书并公布；不能恢复。"""
    lost_at, yinzheng = instant(since), installation()
    word = word_of(yinzheng, name, who, approved_by, reason, alone=alone)
    archive, trail = yinzheng.archive, yinzheng.trail.store
    record, certificates = block_on_word(yinzheng.ring, archive, trail, name, word, yinzheng.now(), lost_at)
    yinzheng.publisher.publish_revocations(yinzheng.now())
    if with_json:
        second = word.second.login if word.second else None
        said = {"certificates_revoked": certificates, "by": word.by.login, "approved_by": second}
        say_json(key_row(record) | said)
        return
    also = f"，吊销证书 {certificates} 张，证书撤销列表已公布"
    OUT.print(f"{record.reference} {record.state.label}{also}。", markup=False)
