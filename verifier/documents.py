"""Verifying a sealed document of any origin: what its octets tell, and then whom to believe.

    1 recognise · 2 unchanged, covered · 3 seal · 4 signature value · 5 certificate path · 8 standing of the seal

A reader has said what the octets tell, for each signature apart. Here every signature is judged as of its own time:
that of a time stamp or of our log where one proves it, else now. The signer's and the seal maker's certificates need a
path to a pinned anchor. A seal of our own register must be on file, in use, and its signer's body's (`seal_status`);
without that register at hand the document does not pass. Seals of others come without one: there the question stays
open at step 8. What a signature claims of itself is never evidence for it, but it can be evidence against it: a claimed
time outside the certificate's own period, or while the seal was suspended, is FAILED.

All signatures count. A document passes only if each of them does, and nothing is merged: findings name their signature.
A document whose roots nobody pinned is INDETERMINATE with crypto and coverage told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.certificate import Certificate, Purpose
from trust.formats.certificate_parts import CertificateParts, certificate_parts
from trust.formats.leaf import EntryKind, sealed_commitment
from trust.formats.path import reaches_anchor
from trust.formats.sealed_document import Form, SealedDocument, ShownSeal, SignatureFacts
from trust.formats.ses import Seal, parse_seal
from trust.rules.times import Times
from trust.rules.verdict import DOCUMENT_OFFLINE, DOCUMENT_ONLINE, Finding, Indication, Policy, Verdict, judge
from verifier.authority import judge_path, judge_seal
from verifier.budget import Budget, within_bounds
from verifier.errors import PolicyMismatch
from verifier.evidence import Evidence
from verifier.inclusion import judge_inclusion
from verifier.ports import LogProofs
from verifier.seal_status import judge_claimed_use, judge_seal_body, judge_without_seal
from verifier.time_stamps import judge_time_stamps

Stamped: TypeAlias = tuple[list[Finding], datetime | None]
STANDALONE = frozenset({Form.TIME_STAMP})
"""Signatures that seal nothing by themselves: a time stamp over a document proves a time, not an author."""


@dataclass(frozen=True)
class JudgedSignature:
    """One signature: what was read, what was found, and its own indication under the policy.

    `signer` and `maker` are names for people as their certificates state them, vouched for or not; empty if unknown.
    """

    facts: SignatureFacts
    findings: tuple[Finding, ...]
    indication: Indication
    signer: str
    maker: str
    sealed_at: datetime | None


@dataclass(frozen=True)
class ExaminedDocument:
    """The verdict on a document, each signature judged, and the digest of the file (SM3)."""

    verdict: Verdict
    document: SealedDocument
    signatures: tuple[JudgedSignature, ...]
    digest: bytes


def verify_document(
    data: bytes,
    document: SealedDocument,
    evidence: Evidence,
    *,
    now: datetime,
    log: LogProofs | None,
    policy: Policy | None = None,
) -> ExaminedDocument:
    """Judge a document that a reader has taken apart; `data` are its octets, `log` is None where there is no network.

    Raises:
        PolicyMismatch: the policy is not for documents.

    """
    chosen = policy or (DOCUMENT_ONLINE if log else DOCUMENT_OFFLINE)
    if chosen.subject != "document":
        raise PolicyMismatch(chosen.name)
    document, budget = within_bounds(document), Budget()
    known = _with_carried(evidence, document, budget)
    logged, logged_at = _logged(data, evidence, log, now)
    stamped, framed = judge_time_stamps(document.signatures, known, now)
    signatures = tuple(
        _judged(
            facts,
            stamped[place][0],
            _earliest(document.signatures, stamped, place, logged_at),
            framed[place],
            now,
            chosen,
        )
        for place, facts in enumerate(document.signatures)
    )
    of_signatures = (found for one in signatures for found in one.findings)
    findings = [*evidence.findings, *document.findings, *logged, *of_signatures]
    findings += budget.findings()
    return ExaminedDocument(judge(findings, chosen, at=now, subject=None), document, signatures, sm3(data))


def _logged(
    data: bytes, evidence: Evidence, log: LogProofs | None, now: datetime
) -> tuple[list[Finding], datetime | None]:
    """Whether this very file is in our log as sealed, and since when; of a file that is not, nothing follows."""
    found, at = judge_inclusion(sealed_commitment(data), evidence, log, now, EntryKind.SEAL_USE)
    if log is not None and found[0].indication is Indication.FAILED:
        text = "本系统的存证日志中没有这份文件的盖章记录；由其他系统盖章，或盖章后又加盖过的文件，本来就没有。"
        return [replace(found[0], indication=Indication.INDETERMINATE, detail=text)], None
    return found, at


def _earliest(
    signatures: Sequence[SignatureFacts], stamped: Sequence[Stamped], place: int, logged_at: datetime | None
) -> datetime | None:
    """The earliest instant at which the signature is proven to have existed.

    By its own time stamp, by one over the document that was added after it, or by the log, which has the whole file.
    """
    later = (stamped[other][1] for other in range(place + 1, len(signatures)) if signatures[other].form in STANDALONE)
    return min((at for at in (stamped[place][1], logged_at, *later) if at is not None), default=None)


def _with_carried(evidence: Evidence, document: SealedDocument, budget: Budget) -> Evidence:
    """The evidence, and what the file carries: candidates for paths, believed only as far as an anchor vouches."""
    budget.reserve(document)
    others = [*(octets for facts in document.signatures for octets in facts.others), *document.validation]
    certificates = (*evidence.certificates, *budget.helpers(dict.fromkeys(others)))
    crls = (*evidence.crls, *budget.lists(document.revocations))
    return replace(evidence, certificates=certificates, crls=crls, budget=budget)


def _judged(
    facts: SignatureFacts,
    stamped: Sequence[Finding],
    sealed_at: datetime | None,
    evidence: Evidence,
    now: datetime,
    policy: Policy,
) -> JudgedSignature:
    times = Times(now, sealed_at)
    found = [
        _time(times, facts.claimed_at),
        *facts.findings,
        *stamped,
        *_seal(facts, evidence, times),
        *_signer(facts, evidence, times),
    ]
    in_order = sorted(found, key=lambda one: one.step)
    named = tuple(replace(one, signature=facts.name) for one in in_order)
    recognised = Finding(1, "document", Indication.PASSED, "所在文件已读出。")
    indication = judge([recognised, *named], policy, at=now, subject=None).indication
    signer, maker = _parts(facts.signer), _parts(facts.seal.maker if facts.seal else None)
    return JudgedSignature(
        facts, named, indication, signer.shown if signer else "", maker.shown if maker else "", sealed_at
    )


def _time(times: Times, claimed_at: datetime | None) -> Finding:
    if times.sealed_at is not None:
        return Finding(0, "sealed-at", Indication.PASSED, f"签章时间有可信证明：{times.sealed_at:%Y-%m-%dT%H:%M:%SZ}。")
    claim = f"（签章自称 {claimed_at:%Y-%m-%dT%H:%M:%SZ}，不作依据）" if claimed_at else ""
    return Finding(0, "sealed-at", Indication.INDETERMINATE, f"没有可信的签章时间，按核验时刻判断{claim}。")


def _seal(facts: SignatureFacts, evidence: Evidence, times: Times) -> list[Finding]:
    """Steps 3 and 8: the seal's maker, period, filing and standing; of a signature without one, its signer's."""
    if facts.form in STANDALONE:
        return [Finding(3, "no-seal", Indication.PASSED, "这是文件的时间戳，不是印章。", warning=True)]
    signer = evidence.certificate(facts.signer) if facts.signer else None
    if facts.seal is None:
        return _without_seal(facts, signer, evidence, times)
    maker, ours = evidence.certificate(facts.seal.maker), _own(facts.seal)
    if maker is None or Purpose.SEAL_MAKER not in maker.purposes:
        return _foreign_seal(facts.seal, evidence, times, step=8)
    if ours is not None and maker in evidence.listed(Purpose.SEAL_MAKER):
        found = [*judge_seal(ours, evidence, times), *judge_seal_body(ours.seal_id, signer, evidence)]
        found += judge_claimed_use(ours.seal_id, facts.claimed_at, evidence)
        return [*found, *_register_age(evidence, times)]
    # a maker of our kind keeps a register, which is not at hand: without it nothing is known of the seal's standing
    return _foreign_seal(facts.seal, evidence, times, step=3)


def _register_age(evidence: Evidence, times: Times) -> list[Finding]:
    """A register that has run out leaves open what has come to light since, also of seals used long before."""
    listed = evidence.trust_list
    if listed is None or times.now < listed.next_update:
        return []
    return [Finding(3, "trust-list-fresh", Indication.INDETERMINATE, "印章备案清单已过更新期限，请更新后再核验。")]


def _without_seal(facts: SignatureFacts, signer: Certificate | None, evidence: Evidence, times: Times) -> list[Finding]:
    if facts.form in {Form.UNKNOWN, Form.BARE, Form.SES_1, Form.SES_4, Form.SES_5}:
        return []  # the reader has said why there is none
    if signer is not None and Purpose.SEAL_SIGNER in signer.purposes:
        return [judge_without_seal(signer, evidence, times)]
    return [Finding(3, "no-seal", Indication.PASSED, "这是文本签名，没有使用印章图形。", warning=True)]


def _own(shown: ShownSeal) -> Seal | None:
    try:
        return parse_seal(shown.octets)
    except Malformed:
        return None


def _foreign_seal(seal: ShownSeal, evidence: Evidence, times: Times, *, step: int) -> list[Finding]:
    """A seal whose register is not at hand; at `step` it stays open whether it was in use."""
    return [
        *_period(seal, times),
        _path(seal.maker, Purpose.SEAL_MAKER, evidence, times, step=3, name="seal-maker-path", who="制章者"),
        Finding(step, "seal-status", Indication.INDETERMINATE, "没有这枚印章的备案登记可查，是否停用或注销无法确认。"),
    ]


def _period(seal: ShownSeal, times: Times) -> list[Finding]:
    name, at = "seal-in-force", times.judged_at
    if seal.valid_from is None or seal.valid_until is None:
        return [Finding(3, name, Indication.INDETERMINATE, "印章的有效期无法读取。")]
    if at > seal.valid_until and times.sealed_at is None:
        text = f"印章“{seal.name}”现已过有效期，又没有可信时间证明签章在有效期内作出。"
        return [Finding(3, name, Indication.INDETERMINATE, text)]
    inside = seal.valid_from <= at <= seal.valid_until
    text = f"印章“{seal.name}”在判定时刻{'处于' if inside else '不在'}有效期内。"
    return [Finding(3, name, Indication.PASSED if inside else Indication.FAILED, text)]


def _signer(facts: SignatureFacts, evidence: Evidence, times: Times) -> list[Finding]:
    """Step 5: the signer's certificate at the judged instant, and at the time the signature claims."""
    if facts.form in STANDALONE:
        return []  # judged with the time stamp itself
    if facts.signer is None:
        return [Finding(5, "signer-path", Indication.INDETERMINATE, "文件中没有签章人证书可供检查。")]
    found = [_path(facts.signer, Purpose.SEAL_SIGNER, evidence, times, step=5, name="signer-path", who="签章人")]
    claimed, parts = facts.claimed_at, _parts(facts.signer)
    if claimed is None or parts is None or parts.not_before is None or parts.not_after is None:
        return found
    if not parts.not_before <= claimed <= parts.not_after:
        text = "签章自称的时间不在签章人证书的有效期内。"
        found.append(Finding(5, "signer-not-valid-at-time", Indication.FAILED, text))
    return found


def _path(
    octets: bytes, purpose: Purpose, evidence: Evidence, times: Times, *, step: int, name: str, who: str
) -> Finding:
    """One finding about one path; certificates of others name no purpose, ours always do.

    Before anything is held against a certificate, a pinned anchor has to be reached: strangers are not failed.
    """
    leaf = evidence.certificate(octets)
    if leaf is None:
        text = f"{who}的证书不在可检查之列（无法按规范读取，或不是国密证书），来源无法确认。"
        return Finding(step, name, Indication.INDETERMINATE, text)
    if not reaches_anchor(leaf, others=evidence.certificates, anchors=evidence.anchors, trials=evidence.trials):
        text = f"{who}的证书不是由受信任的机构颁发，来源无法确认；确知其根证书可信时，可另加为信任锚后再核验。"
        return Finding(step, name, Indication.INDETERMINATE, text)
    return judge_path(leaf, purpose if leaf.purposes else None, evidence, times, step=step, name=name, who=who)


def _parts(octets: bytes | None) -> CertificateParts | None:
    """The readable parts of a certificate of any origin."""
    try:
        return certificate_parts(octets) if octets else None
    except Malformed:
        return None
