"""Step 10: for whom and for what something was made, and until when: annotated copies and presentations.

A genuine copy is never taken for its original: a finding says what it is, for whom and until when, also where nothing
else is to be said. Its end and its purpose are judged here; the standing of the original beside its own is judged in
step 8. A presentation is judged by the clock of whoever checks it: its end is never stretched, its beginning may lie
ten seconds ahead. It counts once, as far as anybody remembers what was shown.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from trust.formats.presentation import AHEAD, Presentation
from trust.formats.token import CopyClaims, TokenClaims
from trust.rules.annotated_copy import CopyNote
from trust.rules.annotation import alike, annotation, china_time, suits
from trust.rules.licence import HOLDER_SEPARATOR
from trust.rules.standing import Standing
from trust.rules.status_pointer import StatusPointer
from trust.rules.text import quoted
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.ports import Showings
from verifier.standing import judge_register, judge_status

COPY = "copy-purpose"
"""The finding that says: this is an annotated copy."""
CUT = "…"
"""Stands in a name that was shortened for the code."""


def judge_copy(note: CopyNote, now: datetime, audience: str | None) -> list[Finding]:
    """What a copy is for, whether it may still be used, and whether the reader is the one it was made for."""
    told = Finding(
        10,
        COPY,
        Indication.PASSED,
        f"这是加注件，不是证照原件；引号内的文字由制作者填写。{annotation(note)}",
        warning=True,
    )
    findings = [told, *_period(note.made_at, note.expires_at, now)]
    if given(audience):
        findings.append(_suited(note, audience))
    return findings


def judge_copy_code(copy: CopyClaims, note: CopyNote | None, now: datetime, audience: str | None) -> list[Finding]:
    """The same for the code of a copy, which holds its end only; `note` is that of its file, where it could be had."""
    if note is not None and (note.expires_at, note.original_status) == (copy.expires_at, copy.original_status):
        return judge_copy(note, now, audience)
    said = f"这是加注件的二维码，不是证照原件的；加注件有效期至{china_time(copy.expires_at)}，使用单位和用途见其水印。"
    findings = [Finding(10, COPY, Indication.PASSED, said, warning=True), *_period(None, copy.expires_at, now)]
    if given(audience):
        text = "二维码中没有加注件的用途，无法比对；请核验加注件的文件。"
        findings.append(Finding(10, "copy-audience", Indication.INDETERMINATE, text))
    return findings


def judge_original(
    pointer: StatusPointer, evidence: Evidence, now: datetime, standing: Standing | None
) -> list[Finding]:
    """Step 8 for the original of a copy: what befalls it befalls the copy."""
    found = (judge_status(pointer, evidence, now, standing), *judge_register(standing))
    return [replace(one, name=f"original-{one.name}", detail=f"加注件的原件：{one.detail}") for one in found]


def judge_presentation(
    shown: Presentation, now: datetime, audience: str | None, showings: Showings | None
) -> list[Finding]:
    """Whether a presentation holds now, for this audience, and is shown for the first time.

    It counts as shown only where all else holds, so that the wrong reader does not use it up.
    """
    period = _lasting(shown, now)
    findings = [period, *_for_whom(shown.audience, audience)]
    if all(one.indication is Indication.PASSED for one in findings):
        findings.append(_once(shown, now, showings))
    return findings


def judge_presenter(shown: Presentation, claims: TokenClaims) -> Finding:
    """The holder who shows the licence must be one that it names; one shortened for the code is told and let pass."""
    names = claims.holder.split(HOLDER_SEPARATOR)
    if shown.holder in names or shown.holder == claims.holder:
        return Finding(10, "presentation-holder", Indication.PASSED, f"由持证主体{shown.holder}登录后出示。")
    if CUT in claims.holder:
        text = f"由{shown.holder}登录后出示；证照码上的名称有省略，请比对。"
        return Finding(10, "presentation-holder", Indication.PASSED, text, warning=True)
    return Finding(10, "presentation-holder", Indication.FAILED, "出示人不是这本证照的持证主体。")


def given(audience: str | None) -> TypeGuard[str]:
    """Whether the reader named anybody: an empty name names nobody."""
    return audience is not None and bool(audience.strip())


def of_copies(findings: Iterable[Finding]) -> bool:
    """Whether findings are about an annotated copy."""
    return any(one.name == COPY for one in findings)


def _period(made_at: datetime | None, expires_at: datetime, now: datetime) -> list[Finding]:
    if now >= expires_at:
        text = f"加注件已于{china_time(expires_at)}到期。"
        return [Finding(10, "copy-expired", Indication.FAILED, text)]
    if made_at is not None and now + TOLERANCE < made_at:
        return [Finding(10, "copy-not-yet", Indication.FAILED, f"加注件到{china_time(made_at)}才制作。")]
    return []


def _suited(note: CopyNote, audience: str) -> Finding:
    if suits(note, audience):
        return Finding(10, "copy-audience", Indication.PASSED, "加注件就是为所述用途或单位制作的。")
    text = f"这份加注件是为另一用途制作的：供{quoted(note.recipient)}用于{quoted(note.cause)}。"
    return Finding(10, "copy-audience", Indication.FAILED, text)


def _lasting(shown: Presentation, now: datetime) -> Finding:
    if now >= shown.expires_at:
        text = f"亮证码已于{china_time(shown.expires_at)}失效，请持证人重新出示。"
        return Finding(10, "presentation-expired", Indication.FAILED, text)
    if now + AHEAD < shown.issued_at:
        text = f"亮证码的生成时间{china_time(shown.issued_at)}晚于核验时刻，请校对本机时钟。"
        return Finding(10, "presentation-not-yet", Indication.FAILED, text)
    left = int((shown.expires_at - now).total_seconds())
    return Finding(10, "presentation", Indication.PASSED, f"持证人刚刚出示的限时亮证码，还有 {left} 秒有效。")


def _for_whom(named: str | None, audience: str | None) -> list[Finding]:
    name = "presentation-audience"
    if named is None:
        return []
    if not given(audience):
        text = f"亮证码只供{quoted(named)}核验；请写明核验单位。"
        return [Finding(10, name, Indication.INDETERMINATE, text)]
    if alike(named, audience):
        return [Finding(10, name, Indication.PASSED, f"亮证码就是出示给{quoted(named)}的。")]
    return [Finding(10, name, Indication.FAILED, f"亮证码是出示给另一单位的：{quoted(named)}。")]


def _once(shown: Presentation, now: datetime, showings: Showings | None) -> Finding:
    name = "presentation-replay"
    if showings is None:
        return Finding(10, name, Indication.INDETERMINATE, "没有出示记录可查，不知道这个亮证码是否用过。")
    found = showings.show(shown.number, shown.expires_at, now)
    since = f"（{china_time(found.since)}）" if found.since else ""
    match found.kind:
        case "first":
            return Finding(10, name, Indication.PASSED, "这个亮证码是第一次核验。")
        case "again":
            return Finding(10, name, Indication.FAILED, f"这个亮证码已使用{since}，请持证人重新出示。")
        case "withdrawn":
            return Finding(10, "presentation-withdrawn", Indication.FAILED, f"持证人已撤回这个亮证码{since}。")
        case "unknown":
            return Finding(10, name, Indication.INDETERMINATE, "登记中没有这个亮证码，无法确认是否用过。")
