"""What commands print: sentences in both languages to stderr, results to stdout, JSON when asked for."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from service.problems import Problem, Usage
from trust.rules.verdict import STEPS, Indication
from verifier.report import as_json
from verifier.verifying import Examined

OUT, ERR = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)
MARK = {Indication.PASSED: "[green]✓[/]", Indication.FAILED: "[red]✗[/]", Indication.INDETERMINATE: "[yellow]?[/]"}
WORDS = {
    Indication.PASSED: "[bold green]核验通过 PASSED[/]",
    Indication.FAILED: "[bold red]核验未通过 FAILED[/]",
    Indication.INDETERMINATE: "[bold yellow]无法确认 INDETERMINATE[/]",
}
EXIT = {Indication.PASSED: 0, Indication.FAILED: 1, Indication.INDETERMINATE: 2}


def say_json(value: object) -> None:
    """One JSON value to stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201  (the result itself, unstyled)


def complain(problem: Problem) -> None:
    """A problem to stderr: the sentence in Chinese, in English, its code, and the fields at fault."""
    ERR.print(f"{problem.zh}\n{problem.en}  [{problem.code}]", markup=False)
    for field, reason in problem.details:
        ERR.print(f"  {field or '—'}: {reason}", markup=False)


def show_verdict(examined: Examined, *, with_json: bool) -> int:
    """Print a verdict and give the exit code that says it."""
    verdict = examined.verdict
    if with_json:
        say_json(as_json(verdict))
        return EXIT[verdict.indication]
    OUT.print(f"{WORDS[verdict.indication]}  {verdict.subject or ''}")
    for finding in verdict.findings:
        age = f"（依据 {finding.evidence_age_s} 秒前）" if finding.evidence_age_s is not None else ""
        OUT.print(f"{MARK[finding.indication]} {finding.step:>2} {STEPS[finding.step]}：{escape(finding.detail)}{age}")
    OUT.print(f"策略 {verdict.policy}，核验时刻 {verdict.at:%Y-%m-%dT%H:%M:%SZ}")
    return EXIT[verdict.indication]


def read_file(path: Path, limit: int) -> bytes:
    """The octets of a file, at most one more than `limit`.

    Raises:
        Usage: it cannot be read.

    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        said = error.strerror or str(error)
        raise Usage("file-unreadable", f"读不了文件 {path}：{said}。", f"cannot read {path}: {said}.") from error


def write_file(path: Path, octets: bytes) -> None:
    """Write a result.

    Raises:
        Usage: the place does not take it.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    except OSError as error:
        said = error.strerror or str(error)
        raise Usage("file-unwritable", f"写不了文件 {path}：{said}。", f"cannot write {path}: {said}.") from error
