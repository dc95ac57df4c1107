"""audit: what an auditor runs over a whole installation, or a stranger over what it publishes.

Without `--public` the registers of the installation in the data folder are audited, from its database. With it nothing
of an installation is needed: a folder or an address, and what the auditor brought along. Exit codes are as in verify.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service import clock
from service.auditing.opening import inside, stranger
from service.auditing.public import AddressSource, FolderSource
from service.commands.installation import ANCHORS, installation, settings
from service.commands.output import ERR, EXIT, MARK, OUT, check_writable, read_file, say_json, visible, write_file
from service.commands.proving import witnesses_in
from service.commands.verifying import anchors_in
from service.cryptography import take_up_cryptography
from service.problem import Usage
from service.public_folder import PublicFolder
from service.rebuilding import rebuild as rebuild_all
from trust.errors import Malformed
from trust.formats.certificate import Certificate
from trust.formats.checkpoint import MAX_NOTE, SM2_TYPE
from trust.formats.verifier_key import VerifierKey, decode_verifier_key
from trust.rules.verdict import Indication
from verifier.auditing.auditing import Brought
from verifier.auditing.report import TITLES, Report
from verifier.auditing.walking import Progress as Told

audit = typer.Typer(help="审计：复算、比对。")
SCHEMES = ("http://", "https://")

Since = Annotated[list[Path] | None, typer.Option("--since", help="自己留存的旧检查点（文件），可多次")]
Trust = Annotated[list[Path] | None, typer.Option("--trust", help="根证书（PEM 或 DER），可多次；可含签发机构证书")]
LogKey = Annotated[str | None, typer.Option("--log-key", help="日志公钥（一行，见 yinzheng witness log-key）")]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="须有其会签的见证方公钥，可多次")]
WithJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Out = Annotated[Path | None, typer.Option("--out", help="报告（JSON）另存到文件")]


@audit.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    public: Annotated[str | None, typer.Option("--public", help="公布目录，或 https 地址；不读本机的安装")] = None,
    since: Since = None,
    log_key: LogKey = None,
    trust: Trust = None,
    witness: Witnesses = None,
    files: Annotated[bool, typer.Option("--files/--no-files", help="是否重算存储的每一份文件")] = True,
    with_json: WithJson = False,
    out: Out = None,
) -> None:
    """复算日志、清单、登记、用章和留痕，指出不符之处及其证明；退出码 0 相符，1 不符，2 有不能确认的。"""
    if context.invoked_subcommand is not None:
        return
    brought = _brought(since or [], log_key, witness or [])
    if out is not None:
        check_writable(out)
    take_up_cryptography(settings().libcrypto)
    with _watched() as told:
        if public is not None:
            source = AddressSource(public) if public.startswith(SCHEMES) else FolderSource(_folder(public))
            report = stranger(source, anchors_in(trust or []), brought, clock.now(), told).stranger()
        else:
            made, registers, trail = inside(installation(), _pinned(trust or []), brought, clock.now(), told)
            report = made.inside(registers, trail, files=files)
    _finish(report, with_json=with_json, out=out)


@audit.command("trail")
def trail(
    since: Since = None, trust: Trust = None, log_key: LogKey = None, with_json: WithJson = False, out: Out = None
) -> None:
    """只复算操作留痕：逐条核对链值，并与存证日志的承诺比对；退出码同 audit。"""
    brought = _brought(since or [], log_key, [])
    take_up_cryptography(settings().libcrypto)
    with _watched() as told:
        made, _, replayed = inside(installation(), _pinned(trust or []), brought, clock.now(), told)
        report = made.trail_only(replayed)
    _finish(report, with_json=with_json, out=out)


@audit.command("rebuild")
def rebuild(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> int:
    """按登记的决定重算每一期公布过的清单并比对；有不能解释的差异时退出码为 1。"""
    found = rebuild_all(installation().archive, PublicFolder(settings().public_folder))
    if with_json:
        say_json(
            {
                "checked": found.checked,
                "sound": found.sound,
                "findings": [
                    {
                        "series": one.series,
                        "number": one.number,
                        "kind": one.kind,
                        "detail": one.detail,
                        "grave": one.grave,
                    }
                    for one in found.oddities
                ],
            }
        )
        return 0 if found.sound else 1
    for one in found.oddities:
        OUT.print(f"{'✗' if one.grave else '·'} {one.series} 第 {one.number} 期：{one.detail}。", markup=False)
    OUT.print(f"重算了 {found.checked} 期清单，{'没有不能解释的差异' if found.sound else '有不能解释的差异'}。")
    return 0 if found.sound else 1


def _brought(since: list[Path], log_key: str | None, witnesses: list[str]) -> Brought:
    notes = [(path.name, read_file(path, MAX_NOTE)) for path in since]
    keys = witnesses_in(witnesses, len(witnesses)).keys if witnesses else ()
    return Brought((_key(log_key),) if log_key is not None else (), notes, keys)


def _key(text: str) -> VerifierKey:
    try:
        return decode_verifier_key(text, SM2_TYPE)
    except Malformed as error:
        raise Usage(
            "log-key", "日志公钥应是“名称+八位十六进制+公钥”一行。", f"not a verifier key: {error.reason}."
        ) from error


def _folder(name: str) -> Path:
    """A folder that is there.

    Raises:
        Usage: it is not.

    """
    try:
        there = Path(name).is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        raise Usage("public-folder", f"没有公布目录 {name}。", f"there is no public folder {name}.")
    return Path(name)


def _pinned(trust: list[Path]) -> tuple[Certificate, ...]:
    """The roots that were given; else those kept beside the database when it was founded, and not those in it."""
    kept = settings().data / ANCHORS
    return anchors_in(trust or ([kept] if kept.exists() else []))


@contextmanager
def _watched() -> Iterator[Told]:
    """A line on the terminal that counts entries while the log is walked over."""
    columns = (SpinnerColumn(), TextColumn("复算日志 {task.completed} 条"), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)


def _finish(report: Report, *, with_json: bool, out: Path | None) -> None:
    """Print the report, store it where that was asked for, and leave with the exit code that says it."""
    if out is not None:
        write_file(out, json.dumps(report.as_json(), ensure_ascii=False, indent=2).encode() + b"\n")
    if with_json:
        say_json(report.as_json())
    else:
        _show(report)
    raise typer.Exit(EXIT[report.indication])


SAID = {
    Indication.PASSED: "[bold green]审计相符 PASSED[/]",
    Indication.FAILED: "[bold red]审计不符 FAILED[/]",
    Indication.INDETERMINATE: "[bold yellow]有不能确认的 INDETERMINATE[/]",
}


def _show(report: Report) -> None:
    """The result, every check, and every finding below its check, each with its proof."""
    OUT.print(SAID[report.indication])
    if report.log:
        OUT.print(f"日志 {report.log['origin']}，{report.log['size']} 条，检查点 {report.log['at']}", markup=False)
    for check, count, worst in report.checks:
        OUT.print(f"{MARK[worst]} {TITLES[check]}：{count} 项")
        for one in report.findings:
            if one.check == check:
                proof = "，".join(f"{name}={value}" for name, value in one.proof.items())
                OUT.print(
                    f"    {MARK[one.indication]} [dim]{one.name}[/] {escape(visible(f'{one.detail}（{proof}）'))}"
                )
    for name, count in report.left_out.items():
        OUT.print(f"另有 {count} 项同类情况没有列出（{name}）。", markup=False)
