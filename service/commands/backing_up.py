"""backup, restore: one folder with everything, and an installation again from it, without taking anything back."""

from pathlib import Path
from typing import Annotated

import typer

from service import clock
from service.commands.installation import installation, settings
from service.commands.output import ERR, OUT, say_json
from service.database import open_engine
from service.problem import Usage
from service.restoring.backup import back_up, load_backup

Folder = Annotated[Path, typer.Argument(help="备份目录")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def backup(folder: Folder, with_json: WithJson = False) -> None:
    """备份数据库、文件和（加密的）密钥到一个空目录；公布目录不在其中，请另行保存。"""
    yinzheng = installation()
    made = back_up(yinzheng.archive.engine, settings().data, folder, yinzheng.now())
    if with_json:
        say_json({"folder": str(folder), "made_at": made.made_at, "tables": made.tables, "files": len(made.files)})
        return
    OUT.print(f"已备份 {sum(made.tables.values())} 行到 {folder}。", markup=False)
    ERR.print("公布目录（YINZHENG_PUBLIC）必须比任何备份都新，请另行保存；口令不在备份中。")


def restore(
    folder: Annotated[Path | None, typer.Argument(help="备份目录")] = None,
    by: Annotated[str, typer.Option(help="谁来恢复")] = "",
    approved_by: Annotated[str, typer.Option(help="谁批准；须是另一个人")] = "",
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
    by, approved_by = by.strip(), approved_by.strip()
    if not by or not approved_by or by == approved_by or max(len(by), len(approved_by)) > 128:
        raise Usage(
            "restore-by-two",
            "恢复须两个人：用 --by 和 --approved-by 写明恢复的人和批准的人。",
            "restoring takes two people: name them with --by and --approved-by.",
        )
    chosen = settings()
    if folder is not None:
        engine = open_engine(chosen.database_url)
        try:
            load_backup(folder, chosen.data, engine, clock.now(), by, approved_by)
        finally:
            engine.dispose()
    report = installation().take_up_published(by, approved_by)
    if with_json:
        say_json(report)
        return
    for line in report["behind"] if isinstance(report["behind"], list) else ():
        OUT.print(f"备份之后还公布过：{line}", markup=False)
    carried = report["carried"] if isinstance(report["carried"], list) else []
    OUT.print(f"已恢复；按公布的清单保留了 {len(carried)} 个条目的状态，见 `yinzheng audit rebuild`。")
