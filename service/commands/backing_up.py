"""backup, restore, mend-public: one folder with everything, an installation again from it, the public folder whole."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from service import clock
from service.commands.installation import installation, settings
from service.commands.output import ERR, OUT, say_json
from service.database import open_engine
from service.log_tiles import CHECKPOINT
from service.problem import Usage
from service.public_folder import PublicFolder
from service.restoring.backup import back_up, load_backup, lost_of
from service.restoring.mending import mend
from service.settings import read_note
from trust.errors import Conflict

DAMAGED = 1
"""A backup was made, and files of it were damaged before."""
LOST = {"missing": "缺失", "damaged": "损坏"}
"""What may be the matter with a file that a row names."""
HELD = {
    "held_batches": "批次已暂停待查，核对后才能继续",
    "approvals_ended": "批准已失效，核对后须重新批准的申请",
    "seal_applications_ended": "备份之后已经备案、公布的印章，制章申请已终止，不能再用同一号码办理",
    "held_stock": "存量证照已退回复核，核对没有签发过的，由另一人重新复核",
}
"""What a restore holds until somebody has looked, by its place in the report."""
KEYS = {
    "keys_unreadable": "读不出来的密钥，是否在泄露之列请两人查对",
    "authority_keys_leaked": "撤销列表称已泄露的证书机构密钥，请两人查实后封禁",
    "leaked_unknown": "撤销列表称已泄露、而本机没有其证书的（机构和证书序列号），请查对是哪一把密钥",
}
"""What of keys a restore leaves to people, by its place in the report."""
Folder = Annotated[Path, typer.Argument(help="备份目录")]
Since = Annotated[Path | None, typer.Option(help="别处（见证方、镜像）保存的检查点原文；日志没有接上它就不恢复")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def backup(folder: Folder, with_json: WithJson = False) -> None:
    """备份数据库、文件和（加密的）密钥到一个空目录；公布目录不在其中，请另行保存。"""
    yinzheng = installation()
    made = back_up(yinzheng.archive.engine, settings().data, folder, yinzheng.now())
    if with_json:
        told = {"made_at": made.made_at, "tables": made.tables, "files": len(made.files), "lost": list(made.lost)}
        say_json({"folder": str(folder), **told})
    else:
        OUT.print(f"已备份 {sum(made.tables.values())} 行到 {folder}。", markup=False)
        ERR.print("公布目录（YINZHENG_PUBLIC）必须比任何备份都新，请另行保存；口令不在备份中。")
    if made.lost:
        ERR.print(f"备份已做成，但有 {len(made.lost)} 项文件已经损坏或读不出来，请从较早的备份中找回：")
        for one in made.lost:
            ERR.print(f"  {one}", markup=False)
        raise typer.Exit(DAMAGED)


def restore(
    folder: Annotated[Path | None, typer.Argument(help="备份目录")] = None,
    by: Annotated[str, typer.Option(help="谁来恢复")] = "",
    approved_by: Annotated[str, typer.Option(help="谁批准；须是另一个人")] = "",
    without_missing: Annotated[
        bool, typer.Option("--without-missing", help="备份里缺少或损坏的文件不要了，列入恢复记录")
    ] = False,
    since: Since = None,
    here: Annotated[bool, typer.Option("--here", help="数据库已由别的工具恢复，只接上已经公布的内容")] = False,
    with_json: WithJson = False,
) -> None:
    """从备份恢复，并接上备份之后公布过的内容：编号不重复，失效的证照不会恢复有效。须两个人。"""
    if (folder is None) is not here:
        raise Usage(
            "restore-what",
            "请写明备份目录，或者用 --here，二者只能有一个。",
            "give a backup's folder or --here, not both.",
        )
    by, approved_by = named(by), named(approved_by)
    if not by or not approved_by or by.casefold() == approved_by.casefold() or max(len(by), len(approved_by)) > 128:
        raise Usage(
            "restore-by-two",
            "恢复须两个人：用 --by 和 --approved-by 写明恢复的人和批准的人。",
            "restoring takes two people: name them with --by and --approved-by.",
        )
    chosen, note = settings(), None if since is None else read_note(since)
    if not PublicFolder(chosen.public_folder).has(CHECKPOINT):
        raise Conflict("public-copy-missing", f"there is no checkpoint in {chosen.public_folder}")
    if folder is not None:
        engine = open_engine(chosen.database_url)
        try:
            at = clock.now()
            load_backup(folder, chosen.data, engine, at, by, approved_by, without_missing=without_missing)
        finally:
            engine.dispose()
    report = installation().take_up_published(by, approved_by, lost_of(chosen.data), since=note)
    if with_json:
        say_json(report)
        return
    for line in told(report):
        OUT.print(line, markup=False)


def mend_public(
    mirror: Annotated[Path, typer.Argument(help="镜像目录：公布目录的另一份")], with_json: WithJson = False
) -> None:
    """从镜像补齐公布目录：缺的文件取来，指针移到最新一期；已有的文件不改。"""
    made = mend(PublicFolder(settings().public_folder), PublicFolder(mirror))
    if with_json:
        say_json({"files": made.files, "pointers": list(made.pointers)})
        return
    OUT.print(f"取来 {made.files} 个文件，移动 {len(made.pointers)} 个指针。", markup=False)


def named(name: str) -> str:
    """A person's name without what cannot be seen: two spellings of one name are not two people."""
    shown = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) not in {"Cf", "Cc"})
    return " ".join(shown.split())


def told_lost(files: Mapping[str, Any]) -> Iterator[str]:
    """How many files that rows name are lost, and which, line by line."""
    yield f"登记所指的文件 {files['compared']} 项，缺失或损坏 {files['lost']} 项。"
    yield from (f"  {of} {digest} {LOST[kind]}" for of, digest, kind in files["first"])


def told_of_keys(report: Mapping[str, Any]) -> Iterator[str]:
    """What a restore found of keys: blocked again, missing, and left to people."""
    if report["keys_blocked"]:
        yield f"备份之后登记泄露的密钥，已按公布的撤销列表重新封禁：{'、'.join(report['keys_blocked'])}"
        yield "泄露登记和须重新办理的清单没有留存；签章密钥的请两人重新登记（`yinzheng key compromised`），重新列出。"
        yield "备份之后已换新密钥的单位不要再登记（登记的会是新密钥），请重新登记其旧印章的注销。"
    if report["unsigned"]:
        yield f"有的清单暂时签不出来：{'；'.join(report['unsigned'])}"
    if report["keys_to_renew"]:
        yield f"密钥不在备份里，或已经封禁的服务和单位：{'、'.join(report['keys_to_renew'])}"
        yield "逐个用 `yinzheng key renew --service` 或 `--body` 制作新的密钥和证书，公布和签发随即恢复。"
    yield from (f"{words}：{'、'.join(report[seen])}" for seen, words in KEYS.items() if report[seen])


def told(report: Mapping[str, Any]) -> Iterator[str]:
    """What a restore did and what people have to see to, line by line."""
    for line in report["behind"]:
        yield f"备份之后还公布过：{line}"
    beyond = report["log_entries_recovered"]
    if beyond:
        yield "备份之后的存证日志：" + "，".join(f"{kind} {count} 条" for kind, count in sorted(beyond.items()))
        yield f"其中签发 {beyond.get('issue', 0)} 条：不在库中，文件仍可核验；请与各部门核对，不要重复签发。"
    again = report["released_again"]
    if again:
        yield f"备份时正在签发、之后已经发出，文件还在的，已按原样登记：{'、'.join(again)}"
    if out := [one for one in report["issued_since"] if one not in again]:
        yield f"备份时正在签发、之后已经发出，文件不在的：{'、'.join(out)}"
        yield "向持证主体或用证部门取回这些文件，用 `yinzheng hand-in` 交回；在此之前不会重新签发，也不能作废。"
    if report["maybe_issued"]:
        yield f"备份时刚开始签发，之后是否发出无从分辨的：{'、'.join(report['maybe_issued'])}"
        yield "请与持证主体和用证部门核对：发出过的用 `yinzheng hand-in` 交回文件；没有发出过的放弃，另行申请。"
    yield from told_of_keys(report)
    files = report["files"]
    if files["lost"]:
        yield from told_lost(files)
        yield "从较早的备份或持证主体处取回，用 `yinzheng hand-in` 补回；`yinzheng hand-in --compare` 列出全部。"
    yield from (f"{words}：{'、'.join(report[held])}" for held, words in HELD.items() if report[held])
    if report["missing_files"]:
        yield f"备份里没有的文件 {len(report['missing_files'])} 项：{'、'.join(report['missing_files'])}"
    yield f"已恢复；按公布的清单保留了 {len(report['carried'])} 个条目的状态，见 `yinzheng audit rebuild`。"
