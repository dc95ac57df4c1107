"""A file verified with its archive record 归档证据: what was true when it was archived, and what came to light since.

The layers are judged from the last to the first. The last time stamp is judged as of now, with the evidence of today;
each earlier one as of the time the next one proves, with the evidence that the next one covers. What is left is the
time of the first stamp and the evidence under it, and with these the file is verified as if it were that day. The
verdict says so: it rests on the archived evidence, whose time it names.

Two things that are known only today still count. A certificate that was reported compromised since, from a time before
it was relied on, holds no longer (promise P12). A seal whose standing at that time was changed afterwards, and a
licence that is no longer in force, are told. What cannot be known today for want of evidence is left to the archive,
but for a licence: whether it is in force is a question about today, and stays open then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Malformed, TrustError
from trust.formats import cose
from trust.formats.archive import ALGORITHMS, Archive, Layer, stamped_octets
from trust.formats.bundle import decode_bundle
from trust.formats.certificate import Purpose
from trust.formats.log_proof import LogProof, decode_log_proof
from trust.formats.time_stamp import read_time_stamp
from trust.rules.standing import Standing
from trust.rules.times import Times
from trust.rules.verdict import POLICIES, Finding, Indication, Policy, judge
from verifier.comparing import Look
from verifier.documents import JudgedSignature
from verifier.evidence import MAX_PART, Evidence, weigh
from verifier.past_evidence import PastEvidence
from verifier.ports import Awaited, Online
from verifier.seal_status import judge_seal_status
from verifier.standing import judge_status
from verifier.time_stamps import judge_token
from verifier.verifying import Examined, verify_file

NAME = "archive"


@dataclass(frozen=True)
class ProvenArchive:
    """What an archive record proves of its file: findings, and if it holds, since when, and the evidence of then."""

    findings: tuple[Finding, ...]
    at: datetime | None
    evidence: Evidence | None


@dataclass(frozen=True)
class ArchivedLog:
    """`verifier.ports` of an archive: one proof, no files, no words about standings."""

    proof: LogProof

    def prove(self, commitment: bytes) -> LogProof | Awaited | None:  # noqa: ARG002  (whether it fits is judged with it)
        """See `LogProofs`."""
        return self.proof

    def file_of(self, identifier: str) -> bytes | None:  # noqa: ARG002  (the port's signature)
        """See `Files`."""
        return None

    def standing(self, identifier: str, at: datetime) -> Standing | None:  # noqa: ARG002  (the port's signature)
        """See `Standings`."""
        return None


def verify_archived(
    data: bytes,
    archive: Archive,
    present: Evidence,
    *,
    now: datetime,
    policy: Policy | None = None,
    audience: str | None = None,
    look: Look | None = None,
) -> Examined:
    """Verify a file with its record; `present` is the evidence of today, with the anchors that are pinned.

    `audience` and `look` are as in `verify_file`.

    Raises:
        PolicyMismatch: the policy is for another kind of subject.

    """
    proven = judge_archive(data, archive, present, now)
    if proven.at is None or proven.evidence is None:
        alone = verify_file(data, present, now=now, online=None, policy=policy, audience=audience, look=look)
        return _judged_again(alone, [*proven.findings, *alone.verdict.findings], now)
    proof, notes = _proof(archive)
    log = ArchivedLog(proof) if proof else None
    online = Online(log, log, log) if log else None
    then = verify_file(data, proven.evidence, now=proven.at, online=online, policy=policy, audience=audience, look=look)
    since = [*notes, *_since(then, present, proven.at, now)]
    return _judged_again(then, [*proven.findings, *then.verdict.findings, *since], now)


def _judged_again(examined: Examined, findings: Sequence[Finding], now: datetime) -> Examined:
    verdict = examined.verdict
    return replace(examined, verdict=judge(findings, POLICIES[verdict.policy], at=now, subject=verdict.subject))


def judge_archive(data: bytes, archive: Archive, present: Evidence, now: datetime) -> ProvenArchive:
    """Judge the layers of a record, the last first."""
    if sm3(data) != archive.digest:
        return ProvenArchive((_said(Indication.FAILED, "归档证据属于另一份文件，或文件在归档后被改动。"),), None, None)
    findings: list[Finding] = []
    evidence, at = present, now
    for number in range(len(archive.layers) - 1, -1, -1):
        found, proven = _stamp(data, archive, number, evidence, at)
        findings += found
        if proven is None:
            return ProvenArchive(tuple(findings), None, None)
        evidence, notes = _evidence_of(archive.layers[number], present, proven, now)
        findings += notes
        at = proven
    renewals = len(archive.layers) - 1
    text = f"归档证据成立：文件和当时的核验依据在 {at:%Y-%m-%dT%H:%M:%SZ} 已经存在"
    text += f"，此后续期 {renewals} 次；以下按该时刻的依据核验。" if renewals else "；以下按该时刻的依据核验。"
    return ProvenArchive((_said(Indication.PASSED, text), *findings), at, evidence)


def _stamp(
    data: bytes, archive: Archive, number: int, evidence: Evidence, at: datetime
) -> tuple[list[Finding], datetime | None]:
    """The stamp of one layer, as can be known at an instant."""
    layer = archive.layers[number]
    try:
        stated = read_time_stamp(layer.stamp).info.algorithm
    except Malformed:
        return [_said(Indication.FAILED, f"归档证据第 {number + 1} 层的时间戳无法读取。")], None
    if stated != ALGORITHMS[layer.algorithm]:
        text = f"归档证据第 {number + 1} 层的时间戳与所称的摘要算法不符。"
        return [_said(Indication.FAILED, text)], None
    found, proven = judge_token(layer.stamp, stamped_octets(archive, number, data), evidence, at)
    return [
        replace(one, name=f"{NAME}-{one.name}", detail=f"归档证据第 {number + 1} 层：{one.detail}") for one in found
    ], proven


def _evidence_of(layer: Layer, present: Evidence, at: datetime, now: datetime) -> tuple[Evidence, list[Finding]]:
    """The evidence under a layer, weighed as of the time its stamp proves; what today knows against it counts."""
    try:
        bundle = decode_bundle(layer.evidence)
    except Malformed:
        nothing = replace(present, certificates=(), crls=(), trust_list=None, status_lists={}, log_keys=(), findings=())
        return nothing, [_said(Indication.INDETERMINATE, "归档的核验依据无法读取。")]
    weighed = weigh(bundle, present.anchors, at)
    known = replace(present, certificates=(*present.certificates, *weighed.certificates))
    past = PastEvidence(**vars(weighed), today=known, today_at=now)
    if _trust_list_lost(bundle.trust_list, past, at):
        note = _said(Indication.INDETERMINATE, "归档的信任列表的签名证书后来被撤销，未采用。")
        return replace(past, trust_list=None, status_lists={}, log_keys=()), [note]
    return past, []


def _trust_list_lost(octets: bytes, evidence: Evidence, at: datetime) -> bool:
    """Whether every certificate of the key that signed the trust list is known today to have been revoked by then."""
    if evidence.trust_list is None:
        return False
    key_id = cose.split(octets, MAX_PART).key_id
    signers = [one for one in evidence.certificates if one.public_key.key_id == key_id]
    for signer in signers:
        try:
            evidence.path(signer, Purpose.TRUST_LIST, at=at, now=at)
        except TrustError:
            continue
        return False
    return True


def _proof(archive: Archive) -> tuple[LogProof | None, list[Finding]]:
    if archive.proof is None:
        return None, []
    try:
        return decode_log_proof(archive.proof), []
    except Malformed:
        return None, [_said(Indication.INDETERMINATE, "归档的存证日志证明无法读取。")]


def _since(then: Examined, present: Evidence, at: datetime, now: datetime) -> list[Finding]:
    """What is known today about what was judged as of then."""
    found: list[Finding] = []
    if then.document is not None:
        for judged in then.document.signatures:
            found += _seal_since(judged, present, at, now)
    if then.licence is not None:
        status = judge_status(then.licence.status, present, now)
        found.append(replace(status, name="status-since", detail=f"归档以后：{status.detail}"))
    return found


def _seal_since(judged: JudgedSignature, present: Evidence, at: datetime, now: datetime) -> list[Finding]:
    """A seal of our register whose standing then is told otherwise today."""
    seal = judged.facts.seal
    listed = present.trust_list.seal(seal.seal_id) if seal and present.trust_list else None
    if seal is None or listed is None:
        return []
    times = Times(now, judged.sealed_at or at)
    return [
        replace(one, name="seal-status-since", detail=f"归档以后：{one.detail}", signature=judged.facts.name)
        for one in judge_seal_status(seal.seal_id, seal.octets, present, times)
        if one.indication is Indication.FAILED
    ]


def _said(indication: Indication, text: str) -> Finding:
    return Finding(0, NAME, indication, text)
