"""Verdict 核验结论 and finding 核验项.

A verification collects findings: separate facts, each with the number of its step, a stable name, an
indication in the words of ETSI EN 319 102-1 (PASSED, FAILED, INDETERMINATE) and a sentence in Chinese. A named,
versioned `Policy` turns findings into a verdict; the same findings can be judged again under another policy.

Two rules hold everywhere. "Could not check" is INDETERMINATE, never PASSED: a step that the policy requires and
that left no finding at all counts as INDETERMINATE too. And a verdict has no truth value: callers say which
indication they mean.

    0 times and evidence · 1 input recognised · 2 content unchanged · 3 seal genuine and in force · 4 seal signature ·
    5 certificate path · 6 mandate · 7 identifier, type, face, metadata · 8 standing · 9 log · 10 audience
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NoReturn


class Indication(StrEnum):
    """Outcome of one finding or of the whole, gravest last."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"


STEPS = {
    0: "时间与核验依据",
    1: "识别输入",
    2: "内容未被改动",
    3: "印章真实有效",
    4: "签章值成立",
    5: "证书链有效",
    6: "颁发职权",
    7: "标识、类型与照面一致",
    8: "证照状态",
    9: "存证日志",
    10: "出示对象",
}


@dataclass(frozen=True)
class Finding:
    """One fact: at `step`, the check `name` came out as `indication`; `detail` tells a person why.

    `warning` marks a passed finding that a person should still see: a tolerance, or something left open on purpose.
    `signature` names the signature that the finding is about, in a document that may have several.
    """

    step: int
    name: str
    indication: Indication
    detail: str
    evidence_age_s: int | None = None
    warning: bool = False
    signature: str | None = None


@dataclass(frozen=True)
class Policy:
    """Which steps must have been passed for PASSED; findings of other steps are shown, and FAILED ones still count.

    A policy is for licences as files, for codes, or for sealed documents that are no licences: each asks other things,
    so that of one would be too weak for another. `heeded` are names of findings that leave their step open under this
    policy although they are warnings; `needs` are names of findings that have to be there, and passed.
    """

    name: str
    required: frozenset[int]
    subject: Literal["file", "code", "document"] = "file"
    heeded: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


ONLINE = Policy("online-1", frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9}))
OFFLINE = Policy("offline-1", frozenset({1, 2, 3, 4, 5, 6, 7, 8}))
CODE_ONLINE = Policy("code-online-1", frozenset({1, 4, 5, 6, 7, 8, 9}), "code")
CODE_OFFLINE = Policy("code-offline-1", frozenset({1, 4, 5, 6, 7, 8}), "code")
PRESENTATION_ONLINE = Policy("presentation-online-1", frozenset({1, 4, 5, 6, 7, 8, 9, 10}), "code")
PRESENTATION_OFFLINE = Policy("presentation-offline-1", frozenset({1, 4, 5, 6, 7, 8, 10}), "code")
DOCUMENT_ONLINE = Policy("document-online-1", frozenset({1, 2, 3, 4, 5}), "document")
DOCUMENT_OFFLINE = Policy("document-offline-1", frozenset({1, 2, 3, 4, 5}), "document")
COMPARED_ONLINE = Policy(
    "document-compared-online-1", DOCUMENT_ONLINE.required, "document", heeded=frozenset({"pdf-not-compared"})
)
COMPARED_OFFLINE = Policy(
    "document-compared-offline-1", DOCUMENT_OFFLINE.required, "document", heeded=COMPARED_ONLINE.heeded
)
WITNESSED = frozenset({"log-witnessed"})
ONLINE_WITNESSED = Policy("online-witnessed-1", ONLINE.required, needs=WITNESSED)
CODE_ONLINE_WITNESSED = Policy("code-online-witnessed-1", CODE_ONLINE.required, "code", needs=WITNESSED)
CHECKED = frozenset({"check-overdue", "check-unknown"})
"""Findings about the periodic checks that a type asks for: one is overdue, or nobody can tell."""
ONLINE_CHECKED = Policy("online-checked-1", ONLINE.required, heeded=CHECKED)
OFFLINE_CHECKED = Policy("offline-checked-1", OFFLINE.required, heeded=CHECKED)
CODE_ONLINE_CHECKED = Policy("code-online-checked-1", CODE_ONLINE.required, "code", heeded=CHECKED)
CODE_OFFLINE_CHECKED = Policy("code-offline-checked-1", CODE_OFFLINE.required, "code", heeded=CHECKED)
_ALL = (
    *(ONLINE, OFFLINE, CODE_ONLINE, CODE_OFFLINE, PRESENTATION_ONLINE, PRESENTATION_OFFLINE),
    *(DOCUMENT_ONLINE, DOCUMENT_OFFLINE, COMPARED_ONLINE, COMPARED_OFFLINE),
    *(ONLINE_WITNESSED, CODE_ONLINE_WITNESSED),
    *(ONLINE_CHECKED, OFFLINE_CHECKED, CODE_ONLINE_CHECKED, CODE_OFFLINE_CHECKED),
)
POLICIES = {policy.name: policy for policy in _ALL}


@dataclass(frozen=True)
class Verdict:
    """What a verification says of `subject`, under which policy, as of when, and everything it found."""

    indication: Indication
    policy: str
    at: datetime
    subject: str | None
    findings: tuple[Finding, ...] = field(default=())

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has no truth value; compare its indication")

    def of(self, indication: Indication) -> tuple[Finding, ...]:
        """The findings with this indication."""
        return tuple(finding for finding in self.findings if finding.indication is indication)


def judge(findings: Iterable[Finding], policy: Policy, *, at: datetime, subject: str | None) -> Verdict:
    """Turn findings into a verdict.

    FAILED if any finding failed. Otherwise PASSED only when every step the policy requires has at least one
    PASSED finding and none that is INDETERMINATE, nor a warning that the policy heeds, and everything the policy needs
    was found; steps outside the policy may stay open. Anything else is INDETERMINATE.
    """
    found = tuple(sorted(findings, key=lambda finding: finding.step))
    if any(finding.indication is Indication.FAILED for finding in found):
        return Verdict(Indication.FAILED, policy.name, at, subject, found)
    passed = {finding.step for finding in found if finding.indication is Indication.PASSED}
    open_steps = {
        finding.step
        for finding in found
        if finding.indication is Indication.INDETERMINATE or finding.name in policy.heeded
    }
    names = {finding.name for finding in found if finding.indication is Indication.PASSED}
    sound = policy.required <= passed and not policy.required & open_steps and policy.needs <= names
    return Verdict(Indication.PASSED if sound else Indication.INDETERMINATE, policy.name, at, subject, found)
