"""hand-in: files that the installation has lost are given back to it by whoever has them: holders, departments.

A licence that was released after the backup that was restored is released again as it was; the log says which files
they have to be. A file that a row names by its digest and that is missing or damaged is put back. So nobody has to
approve. What is neither is passed over, and the command says so. Files come from anybody: they are taken apart in a
process that can be ended, and a few at a time are kept in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from issuer.chunks import Outcome
from issuer.ports import Entry
from service.commands.backing_up import named, told_lost
from service.commands.installation import installation
from service.commands.output import ERR, OUT, read_file, say_json, visible
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from verifier.confinement import Confinement
from verifier.recognising import MAX_FILE

REFUSED, MOST, TOGETHER, MAX_NAMES = 1, 100, 4, 120
Paths = Annotated[list[Path] | None, typer.Argument(help="文件；证照的 OFD 和 PDF 一起交，可以一次交多本的")]


def hand_in(
    paths: Paths = None,
    comparing: Annotated[bool, typer.Option("--compare", help="只比对登记所指的文件，列出全部缺失和损坏的")] = False,
    giving_up: Annotated[str, typer.Option("--give-up", help="放弃这一本（证照标识）：核对过，确实没有发出过")] = "",
    reason: Annotated[str, typer.Option(help="放弃的理由，写明怎样核对的")] = "",
    by: Annotated[str, typer.Option(help="放弃：谁来办")] = "",
    approved_by: Annotated[str, typer.Option(help="放弃：谁批准；须是另一个人")] = "",
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """交回文件：恢复之前已经发出的证照按存证日志核对后原样登记，丢失或损坏的文件补回。不写文件时列出还缺哪些。"""
    given = paths or []
    if comparing:
        if given:
            raise Usage("compare-alone", "--compare 不能同时交文件。", "--compare takes no files.")
        _compare(with_json=with_json)
        return
    if giving_up:
        _give_up(given, giving_up, reason.strip(), named(by), named(approved_by), with_json=with_json)
        return
    if len(given) > MOST:
        raise Usage("too-many-files", f"一次最多交 {MOST} 个文件。", f"at most {MOST} files at a time.")
    for path in given:
        read_file(path, 0)  # one that cannot be read is told before anything is done
    yinzheng = installation()
    mended, done = _mended(yinzheng, given), _handed_in(yinzheng, given)
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


def _give_up(given: Sequence[Path], identifier: str, reason: str, by: str, second: str, *, with_json: bool) -> None:
    if given or not (reason and by and second) or by.casefold() == second.casefold() or len(by + second) > MAX_NAMES:
        raise Usage(
            "give-up-by-two",
            "放弃一本不能同时交文件，须写明理由和两个人：--reason、--by、--approved-by。",
            "giving up takes no files, but a reason and two people: --reason, --by, --approved-by.",
        )
    entry = installation().give_up(identifier, words=reason, by=f"{by}；批准：{second}")
    if with_json:
        say_json({"given_up": str(entry.licence.identifier)})
    else:
        OUT.print(f"已放弃：{entry.licence.identifier}；这个标识不再使用，请另行申请。", markup=False)


def _mended(yinzheng: Yinzheng, paths: Sequence[Path]) -> list[str]:
    files, mended = _octets(paths), list[str]()
    while some := list(islice(files, TOGETHER)):
        mended += yinzheng.mend_files(some)
    return mended


def _handed_in(yinzheng: Yinzheng, paths: Sequence[Path]) -> Mapping[str, Outcome[Entry]]:
    if not paths or not yinzheng.still_out():
        return {}
    with closing(Confinement()) as readers:
        return yinzheng.hand_in(_octets(paths), read=readers.read)


def _octets(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        yield read_file(path, MAX_FILE)


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
