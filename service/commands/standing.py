"""standing: was a licence valid on that day, with evidence that a stranger checks without us; and that check."""

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from service import clock
from service.commands.installation import installation, settings
from service.commands.output import (
    ERR,
    EXIT,
    MARK,
    OUT,
    WARNED,
    check_writable,
    read_file,
    say_json,
    visible,
    write_file,
)
from service.commands.verifying import anchors_in, instant, pinned
from service.cryptography import take_up_cryptography
from service.past_standings import last_instant_of
from service.past_worth import Worth, certificate_on, key_on, seal_on
from service.problem import Usage
from trust.certification.authority import ISSUING, ROOT
from trust.errors import Malformed
from trust.formats.standing_evidence import MAX_EVIDENCE, decode_standing_evidence, encode_standing_evidence
from trust.rules.identifier import parse_lenient
from trust.rules.licence import CHINA
from trust.rules.past_standing import Answer
from trust.rules.standing import history
from trust.rules.verdict import STEPS, Indication
from verifier.confinement import Confinement
from verifier.errors import EvidenceUnusable
from verifier.past_standing import PastVerdict, check_past_standing
from verifier.reading import FileRead
from verifier.recognising import MAX_FILE
from verifier.report import finding_as_json

OTHERS = ("seal:", "key:", "cert:")
EXITS = {
    Answer.VALID: Indication.PASSED,
    Answer.VALID_NOT_SINCE: Indication.PASSED,
    Answer.UNKNOWN: Indication.INDETERMINATE,
}
"""Answers as exit codes: 0 valid then, 2 cannot be told, 1 anything else."""


def standing(
    identifier: Annotated[
        str | None, typer.Argument(help="证照标识；或者 seal:印章编号、key:密钥名、cert:证书序列号（十六进制）")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", help="哪一天（按当日结束时）或哪一时刻，如 2026-11-21、2026-11-21T12:00:00+08:00"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="举证文件写到哪里（.json）")] = None,
    check: Annotated[Path | None, typer.Option("--check", help="核对一份举证文件，不查询本系统")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="核对时：证照文件（.ofd、.pdf），确认举证的就是这一份")
    ] = None,
    trust: Annotated[list[Path] | None, typer.Option(help="核对时另加受信任的根证书，PEM 或 DER，可多次")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """某日是否有效，并附证据；退出码 0 当时有效，1 当时无效或者尚未颁发，2 无法确认，64 用法不对。"""
    if (identifier is None) is (check is None) or (check is not None and (on or out)) or (file and check is None):
        raise Usage(
            "standing",
            "请写一个证照标识（可加 --on、--out），或者用 --check 核对一份举证文件。",
            "name a licence, or give a file to --check.",
        )
    take_up_cryptography(settings().libcrypto)
    if check is not None:
        verdict = _checked(check, file, trust or [])
    elif identifier is not None and identifier.startswith(OTHERS):
        _tell_worth(identifier, moment_of(on), out, with_json=with_json)
        return
    else:
        yinzheng, wanted = installation(), moment_of(on)
        if out is not None:
            check_writable(out)
        made, verdict = yinzheng.past_standings.evidence(str(parse_lenient(identifier or "")), wanted)
        if out is not None:
            write_file(out, encode_standing_evidence(made))
            ERR.print(f"举证文件在 {out}；任何人可用 yinzheng standing --check 和根证书核对。", markup=False)
    _say(verdict, with_json=with_json)
    raise typer.Exit(EXIT[EXITS.get(verdict.answer, Indication.FAILED)])


def _tell_worth(subject: str, on: datetime, out: Path | None, *, with_json: bool) -> None:
    """A seal, key or certificate at an instant, by the register's own word; leaves with the exit code."""
    if out is not None:
        raise Usage("standing", "举证文件（--out）只为证照制作。", "--out makes evidence about licences alone.")
    found = _worth(subject, on)
    if with_json:
        say_json([asdict(one) | {"on": _utc(one.on), "as_of": _utc(one.as_of)} for one in found])
    else:
        for one in found:
            told = f"  {one.why}" if one.why else ""
            OUT.print(f"{one.answer.label}  {visible(one.subject)}{told}", markup=False)
        OUT.print(f"问的是 {_when(on)}，依据截至 {_when(clock.now())}", markup=False)
    worst = max((EXITS.get(one.answer, Indication.FAILED) for one in found), key=EXIT.__getitem__)
    raise typer.Exit(EXIT[worst])


def _worth(subject: str, on: datetime) -> Sequence[Worth]:
    """Raises SealUnknown, UnknownReference for a key, and Usage for a certificate that is not on record."""
    yinzheng, now = installation(), clock.now()
    kind, _, name = subject.partition(":")
    if kind == "seal":
        return [seal_on(yinzheng.archive, name, on, now)]
    if kind == "key":
        found = key_on(yinzheng.archive, yinzheng.ring.record(name).public, on, now)
    else:
        serial = int(name, 16) if re.fullmatch("[0-9a-fA-F]{1,40}", name) else -1
        books = yinzheng.archive.books.certificates
        records = [books.find(authority, serial) for authority in (ROOT, ISSUING)]
        found = [certificate_on(yinzheng.archive, one, on, now) for one in records if one is not None and one.der]
    if not found:
        raise Usage("no-certificate", "没有这张证书，或者密钥没有证书。", "no such certificate is on record.")
    return found


def moment_of(words: str | None) -> datetime:
    """The instant that was asked about: a day means its end in China, or now while it lasts.

    Raises:
        Usage: neither a day nor a time with a zone.

    """
    now = clock.now()
    if words is None:
        return now
    day = last_instant_of(words, now)
    return day if day is not None else instant(words) or now


def as_json(verdict: PastVerdict) -> dict[str, Any]:
    """The answer with what it rests on, as values that `json.dumps` takes."""
    told = verdict.standing
    return {
        "answer": verdict.answer.value,
        "label": verdict.answer.label,
        "subject": verdict.identifier,
        "on": _utc(verdict.on),
        "as_of": None if verdict.as_of is None else _utc(verdict.as_of),
        "known_then": told.then.status.value if told else None,
        "known_today": told.today.status.value if told else None,
        "retroactive": told.retroactive if told else None,
        "acts": [
            {
                "sequence": act.sequence,
                "kind": act.kind.value,
                "ground": act.ground,
                "decision": act.decision,
                "reverses": act.reverses,
                "receiver": act.receiver,
                "decided_at": _utc(act.decided_at),
                "effective_at": _utc(act.effective_at),
                "recorded_at": _utc(act.recorded_at),
            }
            for act in verdict.acts
        ],
        "findings": [finding_as_json(one) for one in verdict.findings],
    }


def _checked(path: Path, file: Path | None, trust: list[Path]) -> PastVerdict:
    """A file of evidence under the pinned roots of this machine and those that are named, beside the licence itself."""
    licence = None if file is None else _read_licence(file)
    try:
        given = decode_standing_evidence(read_file(path, MAX_EVIDENCE))
    except Malformed as error:
        raise EvidenceUnusable(error.reason, path.name) from error
    return check_past_standing(given, (*pinned(), *anchors_in(trust)), clock.now(), licence)


def _read_licence(path: Path) -> tuple[bytes, FileRead]:
    """A licence file as the confined reader takes it apart."""
    octets = read_file(path, MAX_FILE)
    try:
        with closing(Confinement()) as confined:
            return octets, confined.read(octets)
    except ValueError as error:
        raise Usage("not-a-licence", "所附文件既不是 OFD 也不是 PDF。", "the file is neither OFD nor PDF.") from error


def _say(verdict: PastVerdict, *, with_json: bool) -> None:
    if with_json:
        say_json(as_json(verdict))
        return
    OUT.print(f"{verdict.answer.label}  {visible(verdict.identifier)}", markup=False)
    until = "依据不足" if verdict.as_of is None else f"依据截至 {_when(verdict.as_of)}"
    OUT.print(f"问的是 {_when(verdict.on)}，{until}", markup=False)
    for period in history(verdict.acts):
        since = f"自 {_when(period.standing.since)}" if period.standing.since else "自颁发"
        until = f"，至 {_when(period.until)}" if period.until else ""
        OUT.print(f"  {period.standing.status.label}  {since}{until}", markup=False)
    for finding in verdict.findings:
        mark = WARNED if finding.warning else MARK[finding.indication]
        OUT.print(f"{mark} {finding.step:>2} {STEPS[finding.step]}：", end="")
        OUT.print(visible(finding.detail), markup=False)


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
