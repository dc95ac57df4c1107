"""standing: was a licence valid on that day, with evidence that a stranger checks without us; and that check."""

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
from service.problem import Usage
from trust.errors import Malformed
from trust.formats.standing_evidence import MAX_EVIDENCE, decode_standing_evidence, encode_standing_evidence
from trust.rules.identifier import parse_lenient
from trust.rules.licence import CHINA
from trust.rules.past_standing import Answer
from trust.rules.standing import history
from trust.rules.verdict import STEPS, Indication
from verifier.errors import EvidenceUnusable
from verifier.past_standing import PastVerdict, check_past_standing
from verifier.report import finding_as_json

EXITS = {
    Answer.VALID: Indication.PASSED,
    Answer.VALID_NOT_SINCE: Indication.PASSED,
    Answer.UNKNOWN: Indication.INDETERMINATE,
}
"""Answers as exit codes: 0 valid then, 2 cannot be told, 1 anything else."""


def standing(
    identifier: Annotated[str | None, typer.Argument(help="证照标识")] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", help="哪一天（按当日结束时）或哪一时刻，如 2026-11-21、2026-11-21T12:00:00+08:00"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="举证文件写到哪里（.json）")] = None,
    check: Annotated[Path | None, typer.Option("--check", help="核对一份举证文件，不查询本系统")] = None,
    trust: Annotated[list[Path] | None, typer.Option(help="核对时另加受信任的根证书，PEM 或 DER，可多次")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """某日是否有效，并附证据；退出码 0 当时有效，1 当时无效或者尚未颁发，2 无法确认，64 用法不对。"""
    if (identifier is None) is (check is None) or (check is not None and (on or out)):
        raise Usage(
            "standing",
            "请写一个证照标识（可加 --on、--out），或者用 --check 核对一份举证文件。",
            "name a licence, or give a file to --check.",
        )
    take_up_cryptography(settings().libcrypto)
    if check is not None:
        verdict = _checked(check, trust or [])
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


def _checked(path: Path, trust: list[Path]) -> PastVerdict:
    """A file of evidence under the pinned roots of this machine and those that are named."""
    try:
        given = decode_standing_evidence(read_file(path, MAX_EVIDENCE))
    except Malformed as error:
        raise EvidenceUnusable(error.reason, path.name) from error
    return check_past_standing(given, (*pinned(), *anchors_in(trust)), clock.now())


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
