"""What commands print: sentences in both languages to stderr, results to stdout, JSON when asked for.

What is printed may come from a hostile file: characters that would move the cursor, change colours or begin a line of
their own are shown as their code, so that no file can write a verdict of its own onto the screen.
"""

import json
import os
from collections.abc import Iterable
from errno import EACCES, EISDIR, ENOTDIR
from pathlib import Path
from unicodedata import category

from rich.console import Console
from rich.markup import escape

from service.problem import Problem, Usage
from trust.rules.verdict import STEPS, Finding, Indication
from verifier.document_report import document_as_json
from verifier.documents import JudgedSignature
from verifier.report import as_json
from verifier.verifying import Examined

OUT, ERR = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)
MARK = {Indication.PASSED: "[green]✓[/]", Indication.FAILED: "[red]✗[/]", Indication.INDETERMINATE: "[yellow]?[/]"}
WORDS = {
    Indication.PASSED: "[bold green]核验通过 PASSED[/]",
    Indication.FAILED: "[bold red]核验未通过 FAILED[/]",
    Indication.INDETERMINATE: "[bold yellow]无法确认 INDETERMINATE[/]",
}
WARNED = "[yellow]![/]"
"""The mark of a finding that passed and that a person should still see."""
_GRAVITY = list(Indication)
MOST_NAMED = 5
EXIT = {Indication.PASSED: 0, Indication.FAILED: 1, Indication.INDETERMINATE: 2}


def visible(text: str) -> str:
    """The text on one line, with every character that acts on a terminal shown as its code."""
    return "".join(one.encode("unicode_escape").decode() if _acts(one) else one for one in text)


def _acts(character: str) -> bool:
    """Controls, marks of direction and format, line ends, lone surrogates, private use."""
    return category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def say_json(value: object) -> None:
    """One JSON value to stdout; what acts on a terminal stands there in JSON's own escapes, the value is the same."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    print("".join(json.dumps(one)[1:-1] if one != "\n" and _acts(one) else one for one in text))  # noqa: T201  (the result itself, unstyled)


def complain(problem: Problem, *notes: str) -> None:
    """A problem to stderr: the sentence in Chinese, in English, its code, the fields at fault, and notes."""
    ERR.print(f"{visible(problem.zh)}\n{visible(problem.en)}  [{problem.code}]", markup=False)
    for place, (field, reason) in enumerate(problem.details):
        said = f"  {problem.told[place][0]}" if place < len(problem.told) else ""
        ERR.print(f"  {visible(field) or '—'}: {visible(reason)}{said}", markup=False)
    for note in notes:
        ERR.print(f"  {visible(note)}", markup=False)


def show_verdict(examined: Examined, *, with_json: bool) -> int:
    """Print a verdict and give the exit code that says it."""
    verdict = examined.verdict
    if with_json:
        document = {"document": document_as_json(examined.document)} if examined.document else {}
        say_json(as_json(verdict) | document)
        return EXIT[verdict.indication]
    copy = "[bold]加注件，不是证照原件[/]  " if examined.is_copy else ""
    OUT.print(f"{WORDS[verdict.indication]}  {copy}{verdict.subject or ''}")
    for finding in verdict.findings:
        if finding.signature is None or examined.document is None:
            OUT.print(_line(finding))
    for number, one in enumerate(examined.document.signatures if examined.document else (), 1):
        _show_signature(number, one)
    OUT.print(f"策略 {verdict.policy}，核验时刻 {verdict.at:%Y-%m-%dT%H:%M:%SZ}")
    return EXIT[verdict.indication]


def _show_signature(number: int, one: JudgedSignature) -> None:
    """One signature of a document: who, with which seal, when, what it leaves out; then its findings, gravest first."""
    facts, when = one.facts, one.sealed_at or one.facts.claimed_at
    seal = f"印章“{facts.seal.name}”" if facts.seal else "没有印章"
    time = f"{when:%Y-%m-%dT%H:%M:%SZ}{'' if one.sealed_at else '（自称）'}" if when else "没有时间"
    head = f"签章 {number}（{facts.name}）：{one.signer or '签章人不详'}，{seal}，{time}"
    OUT.print(f"{MARK[one.indication]} [bold]{escape(visible(head))}[/]")
    left = "、".join(facts.uncovered[:MOST_NAMED])
    more = f"等 {len(facts.uncovered)} 项" if len(facts.uncovered) > MOST_NAMED else ""
    OUT.print(f"     覆盖 {len(facts.covers)} 项内容；不在覆盖内：{escape(visible(left)) or '没有'}{more}")
    for finding in sorted(one.findings, key=lambda found: (-_GRAVITY.index(found.indication), not found.warning)):
        OUT.print(f"   {_line(finding)}")


def _line(finding: Finding) -> str:
    age = f"（依据 {finding.evidence_age_s} 秒前）" if finding.evidence_age_s is not None else ""
    mark = WARNED if finding.warning and finding.indication is Indication.PASSED else MARK[finding.indication]
    return f"{mark} {finding.step:>2} {STEPS[finding.step]}：{escape(visible(finding.detail))}{age}"


def read_file(path: Path, limit: int) -> bytes:
    """The octets of a file, at most one more than `limit`.

    Raises:
        Usage: it cannot be read.

    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is no name
        said = getattr(error, "strerror", None) or str(error)
        raise Usage("file-unreadable", f"读不了文件 {path}：{said}。", f"cannot read {path}: {said}.") from error


def check_writable(*paths: Path) -> None:
    """Make sure that results can be written, before something is done that cannot be undone; nothing is written.

    Raises:
        Usage: one of the places does not take its file.

    """
    for path in paths:
        try:
            _check_place(path)
        except (OSError, ValueError) as error:  # as above
            raise _unwritable(path, error) from error


def _check_place(path: Path) -> None:
    """Whether a file could be written there; folders that are missing could be made."""
    place = path
    while not _is_there(place):
        place = place.parent
    if place == path and path.is_dir():
        raise OSError(EISDIR, os.strerror(EISDIR))
    if place != path and not place.is_dir():
        raise OSError(ENOTDIR, os.strerror(ENOTDIR))
    if not os.access(place, os.W_OK):
        raise OSError(EACCES, os.strerror(EACCES))


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def write_file(path: Path, octets: bytes) -> None:
    """Write a result.

    Raises:
        Usage: the place does not take it.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    except (OSError, ValueError) as error:  # as above
        raise _unwritable(path, error) from error


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a result that comes in pieces; raises as `write_file`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(pieces)
    except (OSError, ValueError) as error:  # as above
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> Usage:
    said = getattr(error, "strerror", None) or str(error)
    return Usage("file-unwritable", f"写不了文件 {path}：{said}。", f"cannot write {path}: {said}.")
