"""Words about a verdict: what it means and what to do next, and the findings grouped by their steps.

The verdict itself is `trust.rules.verdict`'s; here it is only put into sentences. A failed standing is told apart from
a doubtful document, because the one says "genuine, but no longer in force" and the other "do not believe it".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from service.disclosing import is_genuine
from trust.rules.verdict import STEPS, Finding, Indication, Verdict
from verifier.audience import of_copies
from verifier.verifying import UNREAD

HEADLINES = {
    Indication.PASSED: "核验通过",
    Indication.FAILED: "核验未通过",
    Indication.INDETERMINATE: "无法确认",
}
MARKS = {Indication.PASSED: "通过", Indication.FAILED: "未通过", Indication.INDETERMINATE: "无法确认"}
POLICY_WORDS = {
    "online-1": "联网核验证照文件",
    "offline-1": "离线核验证照文件",
    "code-online-1": "联网核验证照二维码",
    "code-offline-1": "离线核验证照二维码",
    "presentation-online-1": "联网核验限时亮证码",
    "presentation-offline-1": "离线核验限时亮证码",
    "document-online-1": "联网核验盖章文件",
    "document-offline-1": "离线核验盖章文件",
    "document-compared-online-1": "联网核验盖章文件，须画出比对",
    "document-compared-offline-1": "离线核验盖章文件，须画出比对",
    "online-checked-1": "联网核验证照文件，须在校验期内",
    "offline-checked-1": "离线核验证照文件，须在校验期内",
    "code-online-checked-1": "联网核验证照二维码，须在校验期内",
    "code-offline-checked-1": "离线核验证照二维码，须在校验期内",
}
MOST_REASONS = 4
MISTYPED = {"malformed", "code-malformed"}
UNRECOGNISED = {
    "unrecognised", "no-code", "not-our-code", "several-codes", "picture-unreadable",
}  # fmt: skip
"""Findings of step 1 that speak of what was handed in and not of a document."""

DISTRUST = "不要采信，也不要据此办理业务。请向出示人索取原始文件重新核验，仍不通过请联系颁发机构或举报。"
_GRAVITY = list(Indication)


@dataclass(frozen=True)
class Step:
    """One numbered step with its findings; `indication` is the gravest of them."""

    number: int
    title: str
    indication: Indication
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Meaning:
    """What a verdict means, what to do next, and the findings that decided it where it did not pass."""

    headline: str
    meaning: str
    advice: str
    reasons: tuple[str, ...] = ()


def steps_of(verdict: Verdict) -> tuple[Step, ...]:
    """The findings of a verdict by step, in the order of the steps."""
    return told_steps(verdict.findings)


def told_steps(findings: Iterable[Finding]) -> tuple[Step, ...]:
    """Findings by step, in the order of the steps."""
    grouped = groupby(sorted(findings, key=lambda finding: finding.step), key=lambda finding: finding.step)
    return tuple(_step(number, tuple(findings)) for number, findings in grouped)


def oldest_evidence(verdict: Verdict) -> int | None:
    """The age of the oldest evidence any finding rests on, in seconds."""
    return max((one.evidence_age_s for one in verdict.findings if one.evidence_age_s is not None), default=None)


def meaning_of(verdict: Verdict, *, code: bool) -> Meaning:
    """The verdict in sentences; `code` when a code was verified and not the document itself."""
    passed = verdict.indication is Indication.PASSED
    grave = () if passed else verdict.of(verdict.indication)
    reasons = tuple(dict.fromkeys(finding.detail for finding in grave))[:MOST_REASONS]
    if of_copies(verdict.findings):
        told = _of_copy(verdict, code=code) or _sentences(verdict, code=code)
        return Meaning(f"加注件{HEADLINES[verdict.indication]}", *told, reasons)
    return Meaning(HEADLINES[verdict.indication], *_sentences(verdict, code=code), reasons)


def _of_copy(verdict: Verdict, *, code: bool) -> tuple[str, str] | None:
    """What is said of an annotated copy where it is not said of every licence alike."""
    what = "二维码" if code else "加注件"
    if verdict.indication is Indication.PASSED:
        return (
            f"{what}由有职权的机构签章，未被改动；加注件和原件目前有效。它只供所列单位、用途和期限使用，不是证照原件。",
            "请核对使用单位和用途是不是您的；不是的，请持证人出示原件，或者为您另行制作加注件。",
        )
    names = {finding.name for finding in verdict.of(Indication.FAILED)}
    if "copy-audience" in names and is_genuine(verdict):
        return (f"{what}是真的，但是为另一用途制作的。", "不要据此办理业务。请持证人出示原件，或者为您另行制作加注件。")
    if names == {"copy-expired"}:
        return (f"{what}是真的，但已经到期。", "不要据此办理业务。请持证人出示原件，或者重新制作加注件。")
    return None


def _step(number: int, findings: tuple[Finding, ...]) -> Step:
    gravest = max((finding.indication for finding in findings), key=_GRAVITY.index)
    return Step(number, STEPS[number], gravest, findings)


def _sentences(verdict: Verdict, *, code: bool) -> tuple[str, str]:
    if verdict.indication is Indication.PASSED:
        return _passed(code=code)
    grave = verdict.of(verdict.indication)
    steps, names = {finding.step for finding in grave}, {finding.name for finding in grave}
    if verdict.indication is Indication.FAILED:
        return _failed(steps, names, genuine=is_genuine(verdict), code=code)
    if "not-found" in names:
        return (
            "没有查到可供公开核验的证照。标识可能有误，也可能该证照不对外开放；两种情况的答复相同。",
            "请核对标识，或请持证人提供 OFD、PDF 文件或二维码再核验。",
        )
    if "busy" in names:
        return ("正在核验的文件太多，这份文件没有检查。", "请稍后再试。")
    if names & {"presentation-audience", "presentation-replay"}:
        return (
            "亮证码没有发现不符之处，但它是不是出示给您的，或者是不是第一次使用，没有确认。",
            "请写明核验单位后重新核验，或请持证人重新出示。",
        )
    if names & UNREAD.keys():
        return ("图片或文件太大、太复杂，没有读完。", "图片请只拍摄或截取二维码部分再试，或者上传 OFD、PDF 原始文件。")
    if "too-large" in names:
        return ("文件太大，没有检查。", "请使用 20 MB 以内的原始证照文件。")
    return (
        "没有发现不符之处，但有的检查所需的依据缺失或已过期。无法确认不等于有效，也不等于无效。",
        "请稍后重新核验；急需办理时，请向颁发机构查询。",
    )


def _passed(*, code: bool) -> tuple[str, str]:
    if code:
        return (
            "二维码由有职权的机构签发，所指的证照目前有效。二维码可以被翻拍，它证明的是证照，不是出示它的人或纸张。",
            "请把下列内容与照面逐项比对，并核对出示人身份；要确认文件本身，请上传 OFD 或 PDF 文件。",
        )
    return (
        "文件由有职权的机构签章，签章后未被改动，证照目前有效。",
        "请核对持证主体与办事人是否一致。之后状态可能变化，办理时请以当时的核验为准。",
    )


def _failed(steps: set[int], names: set[str], *, genuine: bool, code: bool) -> tuple[str, str]:
    if genuine and steps == {10} and all(name.startswith("presentation-") for name in names):
        return ("亮证码现在不能用：可能已经过期、已使用、已撤回，或者是出示给别人的。", "请持证人当面重新出示。")
    if genuine:
        what = "二维码" if code else "文件"
        return (
            f"{what}是真的，但证照目前不能使用。",
            "不要据此办理业务。持证人可向颁发机构了解原因和接下来怎样办理。",
        )
    if names <= MISTYPED:
        return ("内容不完整，或有输错的地方，认不出是哪一本证照。", "请核对后重新填写，或改为上传证照文件。")
    if names <= UNRECOGNISED:
        return (
            "没有认出可以核验的内容。",
            "请提供原始的 OFD 或 PDF 文件，或清晰完整的二维码图片；截图和转存的文件可能无法核验。",
        )
    if steps == {1}:
        return ("文件已损坏或被改动，或者不是规范的证照文件。", DISTRUST)
    return ("至少一项检查明确不成立：内容可能被改动，或签章、证书、职权不可信。", DISTRUST)
