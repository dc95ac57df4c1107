"""hand-in: files that the installation has lost are given back to it by whoever has them: holders, departments.

A licence that was released after the backup that was restored is released again as it was; the log says which files
they have to be. A file that a row names by its digest and that is missing or damaged is put back. So nobody has to
approve. What is neither is passed over, and the command says so.
"""

from pathlib import Path
from typing import Annotated

import typer

from issuer.ports import Entry
from service.commands.backing_up import told_lost
from service.commands.installation import installation
from service.commands.output import ERR, OUT, read_file, say_json, visible
from service.problem import Usage
from service.problems import problem_of
from verifier.recognising import MAX_FILE

REFUSED, MOST = 1, 100
Paths = Annotated[list[Path] | None, typer.Argument(help="文件；证照的 OFD 和 PDF 一起交，可以一次交多本的")]


def hand_in(
    paths: Paths = None,
    comparing: Annotated[bool, typer.Option("--compare", help="只比对登记所指的文件，列出全部缺失和损坏的")] = False,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """交回文件：恢复之前已经发出的证照按存证日志核对后原样登记，丢失或损坏的文件补回。不写文件时列出还缺哪些。"""
    given = paths or []
    if comparing:
        if given:
            raise Usage("compare-alone", "--compare 不能同时交文件。", "--compare takes no files.")
        _compare(with_json=with_json)
        return
    if len(given) > MOST:
        raise Usage("too-many-files", f"一次最多交 {MOST} 个文件。", f"at most {MOST} files at a time.")
    files, yinzheng = [read_file(path, MAX_FILE) for path in given], installation()
    mended = yinzheng.mend_files(files)
    done = yinzheng.hand_in(files) if files and yinzheng.still_out() else {}
    refused = {one: problem_of(found) for one, found in done.items() if not isinstance(found, Entry)}
    released, missing = [one for one in done if one not in refused], yinzheng.still_out()
    if with_json:
        codes = {one: told.code for one, told in refused.items()}
        say_json({"released": released, "mended": mended, "refused": codes, "missing": missing})
    else:
        _say("已按原样登记", released)
        _say("已补回文件", mended)
        _say("还在等文件的证照", missing)
    for one, told in refused.items():
        ERR.print(f"{one}：{visible(told.zh)}", markup=False)
    if given and not (done or mended):
        ERR.print("这些文件里没有要交回的。")
    if refused or (given and not (done or mended)):
        raise typer.Exit(REFUSED)


def _compare(*, with_json: bool) -> None:
    found = installation().compare_files().report
    if with_json:
        say_json(found)
    else:
        for line in told_lost(found):
            OUT.print(line, markup=False)
    if found["lost"]:
        raise typer.Exit(REFUSED)


def _say(words: str, names: list[str]) -> None:
    OUT.print(f"{words} {len(names)} 项{'：' if names else ''}{'、'.join(names)}", markup=False)
