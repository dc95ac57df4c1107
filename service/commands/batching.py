"""batch: a table becomes licences; handed in and watched here, issued by whoever runs a worker.

Commands act as the official of the body that issues the type, or as whoever `--as` names. A batch that needs a second
person is approved by one who is named, for the digest that `batch status` prints. `submit --wait` issues in this very
process; otherwise `yinzheng worker` does (`working`).
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import ESPIPE
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from issuer.batches.blank import blank_csv, blank_xlsx
from issuer.batches.errors import NoSuchBatch
from issuer.batches.life import Batch, RowState, State
from issuer.batches.problem_sheet import problem_csv, problem_xlsx
from issuer.batches.sheet import Ending, RowProblem, Sheet
from issuer.batches.views import batch_view
from service.batches import trouble_of
from service.commands.installation import installation, official_named, official_of
from service.commands.output import ERR, OUT, check_writable, say_json, visible, write_file
from service.commands.standing_in import acts, decides, officer
from service.commands.working import TICK_S, stopping
from service.problem import Usage
from service.process_memory import give_back, settle
from service.wiring import Yinzheng
from templates.library import Bundle
from trust.rules.idempotency import own_key
from trust.sealing.ports import Officer

REFUSED = 1
batch = typer.Typer(help="批量签发：一张表格，一类证照。", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="表格，CSV 或 XLSX；照面有照片的，表格和照片压缩成一个 ZIP")]
Type = Annotated[str, typer.Option("--type", help="证照类型代码或模板名")]
Maps = Annotated[list[str] | None, typer.Option("--map", help="列名=字段，可以有多个；列名= 略去这一列")]
Report = Annotated[Path | None, typer.Option(help="有问题的行连同原因写到这里（.csv 或 .xlsx），改好后可以重新提交")]
As = Annotated[str | None, typer.Option("--as", help="办理人账号（默认为该单位的经办人）")]
Number = Annotated[str, typer.Argument(help="批次编号，见 yinzheng batch list")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@batch.command("submit")
def submit(
    file: File,
    type_code: Type,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只逐行检查，什么也不登记")] = False,
    maps: Maps = None,
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一表格只受理一次（默认为表格的摘要）")] = None,
    report: Report = None,
    wait: Annotated[bool, typer.Option("--wait", help="当场签发，并显示进度")] = False,
    who: As = None,
) -> None:
    """提交一张表格，打印批次编号；重复提交得到同一个批次。"""
    yinzheng, mapping = installation(), mapping_of(maps or [])
    bundle, body = _issued_by(yinzheng, type_code)
    desk, code = yinzheng.batches, bundle.type.code
    if report is not None:
        ending_of(report)
        check_writable(report)
    with opened(file) as table:
        sheet = desk.read(table, type_code=code, name=file.name, mapping=mapping)
        _warn_of(sheet)
        if dry_run or sheet.problems:
            _report(yinzheng, sheet, bundle, body, table, file.name, mapping, report)
            return
        by = officer_for(who, body)
        own = own_key(body, key) if key else desk.key_for(sheet, type_code=code, body_code=body)
        taken = desk.submit(sheet, type_code=code, body_code=body, name=file.name, by=by, key=own)
    OUT.print(taken.number, markup=False)
    ERR.print(f"已受理 {taken.total} 行，{taken.state.label}。", markup=False)
    if taken.state is State.SUBMITTED:
        ERR.print(f"须由另一人审批：yinzheng batch approve {taken.number} --digest {taken.digest} --as 账号")
    elif wait:
        _carry_out(yinzheng, taken)


@batch.command("check")
def check(file: File, type_code: Type, maps: Maps = None, report: Report = None) -> None:
    """逐行检查一张表格，什么也不登记。"""
    submit(file, type_code, dry_run=True, maps=maps, report=report)


@batch.command("template")
def template(
    type_code: Type,
    out: Annotated[Path, typer.Option(help="输出文件，.xlsx 或 .csv")],
) -> None:
    """写出一类证照的空白表格。"""
    kind = installation().catalogue.find_bundle(type_code).type
    write_file(out, blank_xlsx(kind) if ending_of(out) == "xlsx" else blank_csv(kind))
    ERR.print(f"空白表格已写入 {out}", markup=False)
    if kind.photos:
        ERR.print("照片列填照片的文件名；填好后，表格和照片一起压缩成一个 ZIP 提交。", markup=False)


@batch.command("list")
def list_batches(
    body: Annotated[str, typer.Option(help="单位代码或账号")],
    after: Annotated[str, typer.Option(help="从这一批次之后列起")] = "",
    with_json: Json = False,
) -> None:
    """列出一个单位的批次，最近提交的在前。"""
    yinzheng = installation()
    code = next((one.body.code for one in yinzheng.city.bodies if body in (one.login, one.body.code)), None)
    if code is None:
        raise Usage("no-body", f"没有这个单位：{body}。", f"there is no body {body}.")
    found = yinzheng.batches.of_body(code, after=after)
    if with_json:
        say_json([_told(yinzheng, one) for one in found])
        return
    for one in found:
        OUT.print(f"{one.number}  {one.state.label}  {one.total} 行  {visible(one.name)}", markup=False)


@batch.command("status")
def status(number: Number, with_json: Json = False) -> None:
    """显示一个批次的状态和进度。"""
    yinzheng, one = installation(), batch_of(number)
    if with_json:
        say_json(_told(yinzheng, one))
        return
    counts = yinzheng.batches.counts(one)
    OUT.print(f"{one.number}  {one.state.label}  {visible(one.name)}", markup=False)
    OUT.print("，".join(f"{state.label} {counts[state]} 行" for state in RowState), markup=False)
    OUT.print(f"内容摘要 {one.digest}", markup=False)
    if told := trouble_of(one):
        OUT.print(told, markup=False)
    with _bar(one.total) as bar:
        bar.update(bar.task_ids[0], completed=one.total - counts[RowState.WAITING])


@batch.command("approve")
def approve(
    number: Number,
    digest: Annotated[str, typer.Option(help="所审内容的摘要，见 yinzheng batch status")],
    who: Annotated[str, typer.Option("--as", help="审批人账号，须为提交人以外的另一人")],
) -> None:
    """批准一个批次，随后即可签发。"""
    one = batch_of(number)
    done = installation().batches.approve(one, digest=digest, by=officer(decides(official_named(who, one.body_code))))
    ERR.print(f"已批准，{done.state.label}。", markup=False)


@batch.command("pause")
def pause(number: Number, who: As = None) -> None:
    """暂停一个批次；正在签发的一组办完为止。"""
    one = batch_of(number)
    installation().batches.pause(one, by=officer_for(who, one.body_code))
    ERR.print("已暂停。")


@batch.command("resume")
def resume(number: Number, who: As = None) -> None:
    """继续一个暂停的批次。"""
    one = batch_of(number)
    installation().batches.resume(one, by=officer_for(who, one.body_code))
    ERR.print("已继续。")


@batch.command("cancel")
def cancel(number: Number, who: As = None) -> None:
    """取消一个批次；已签发的仍然有效，已开始签发的办完为止。"""
    one = batch_of(number)
    installation().batches.cancel(one, by=officer_for(who, one.body_code))
    ERR.print("已取消。")


@batch.command("errors")
def errors(number: Number, out: Annotated[Path, typer.Option(help="输出文件，.xlsx 或 .csv")]) -> None:
    """把未签发的行连同原因写成表格，改好后可以直接重新提交。"""
    ending, yinzheng, one = ending_of(out), installation(), batch_of(number)
    check_writable(out)
    write_file(out, yinzheng.batches.unissued(one, ending))
    ERR.print(f"未签发 {yinzheng.batches.counts(one)[RowState.FAILED]} 行，已写入 {out}", markup=False)


def _carry_out(yinzheng: Yinzheng, one: Batch) -> None:
    """Work until this batch is through, or stands still; other workers may help."""
    name = yinzheng.random(8).hex()
    settle()
    with _bar(one.total) as bar, stopping() as stop:
        while not stop.is_set():
            done = yinzheng.batches.work(name)
            give_back()
            now, counts = yinzheng.batches.find(one.number, one.body_code), yinzheng.batches.counts(one)
            bar.update(bar.task_ids[0], completed=one.total - counts[RowState.WAITING])
            if now.state is not State.RUNNING:
                break
            if done is None:
                stop.wait(TICK_S)
    now, counts = yinzheng.batches.find(one.number, one.body_code), yinzheng.batches.counts(one)
    ERR.print(
        f"{now.state.label}：已签发 {counts[RowState.DONE]} 行，未签发 {counts[RowState.FAILED]} 行", markup=False
    )
    if told := trouble_of(now):
        ERR.print(told, markup=False)
    if counts[RowState.FAILED] or now.state is not State.DONE:
        raise typer.Exit(REFUSED)


def _try(yinzheng: Yinzheng, sheet: Sheet, bundle: Bundle, body: str) -> list[RowProblem]:
    """Say row by row what is wrong, and give it."""
    with _bar(len(sheet.rows)) as bar:
        tried = yinzheng.batches.try_sheet(
            sheet,
            type_code=bundle.type.code,
            body_code=body,
            progress=lambda count: bar.update(bar.task_ids[0], completed=count),
        )
        found = [RowProblem(row, one.place, one.reason, one.sentence) for row, one in tried]
    for one in found:
        OUT.print(line_of(one), markup=False)
    wrong = len({one.row for one in found})
    ERR.print(f"共 {len(sheet.rows)} 行可读，{wrong} 行有问题；什么也没有登记。", markup=False)
    return found


def _issued_by(yinzheng: Yinzheng, type_code: str) -> tuple[Bundle, str]:
    """The type's bundle, and the body that issues it; raises Usage where none does."""
    bundle = yinzheng.catalogue.find_bundle(type_code)
    body = yinzheng.catalogue.body_for(bundle)
    if body is None:
        raise Usage("no-body", f"没有机构颁发{bundle.type.name}。", f"no body issues {bundle.name}.")
    return bundle, body


def _report(
    yinzheng: Yinzheng,
    sheet: Sheet,
    bundle: Bundle,
    body: str,
    table: BinaryIO,
    name: str,
    mapping: Mapping[str, str],
    report: Path | None,
) -> None:
    """Say what is wrong, and write it down where that is wanted; exits with a failure where anything is."""
    found = _try(yinzheng, sheet, bundle, body)
    if report is not None:
        make = problem_xlsx if ending_of(report) == "xlsx" else problem_csv
        write_file(report, make(table, name=name, kind=bundle.type, problems=found, mapping=mapping))
    if found:
        raise typer.Exit(REFUSED)


def _warn_of(sheet: Sheet) -> None:
    """Say what keeps nothing and should be looked at."""
    for one in sheet.warnings:
        ERR.print(f"提示：{line_of(one)}", markup=False)


def line_of(problem: RowProblem) -> str:
    """A problem, for the terminal."""
    where = f"第 {problem.row} 行" if problem.row else "整个文件"
    return visible(f"{where}：{problem.sentence}")


def ending_of(path: Path) -> Ending:
    """What kind of table a file is to be; raises Usage where its name does not say so."""
    if path.suffix == ".xlsx":
        return "xlsx"
    if path.suffix == ".csv":
        return "csv"
    raise Usage("ending", "输出文件须以 .xlsx 或 .csv 结尾。", "the file must end in .xlsx or .csv.")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A table to be gone through more than once, a piece at a time.

    Raises:
        Usage: it cannot be read, or only once, as a pipe.

    """
    try:
        file = _seekable(path)
    except (OSError, ValueError) as error:  # a name with a NUL is no name
        said = getattr(error, "strerror", None) or str(error)
        raise Usage("file-unreadable", f"读不了文件 {path}：{said}。", f"cannot read {path}: {said}.") from error
    with file:
        yield file


def _seekable(path: Path) -> BinaryIO:
    file = path.open("rb")
    if not file.seekable():
        file.close()
        raise OSError(ESPIPE, os.strerror(ESPIPE))
    return file


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """A progress bar on the terminal, with one task."""
    columns = (TextColumn("进度"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR) as bar:
        bar.add_task("", total=total)
        yield bar


def mapping_of(given: Sequence[str]) -> Mapping[str, str]:
    """Headers and what they mean; raises Usage."""
    pairs = [one.partition("=") for one in given]
    if any(not (header and mark) for header, mark, _ in pairs):
        raise Usage("map", "--map 应写作 列名=字段。", "--map takes HEADER=FIELD.")
    return {header: field for header, _, field in pairs}


def batch_of(number: str) -> Batch:
    """The batch of a number; the command line serves all bodies."""
    found = installation().archive.batches.find(number)
    if found is None:
        raise NoSuchBatch
    return found


def officer_for(login: str | None, body_code: str) -> Officer:
    """Who a command acts as for a body."""
    return officer(acts(official_of(body_code) if login is None else official_named(login, body_code)))


def _told(yinzheng: Yinzheng, one: Batch) -> dict[str, object]:
    return batch_view(one, yinzheng.batches.counts(one), yinzheng.batches.events(one)).model_dump(mode="json")
