"""The steps of a verification, in their order, for a file, a code and a number.

    0 times · 1 recognise · 2 unchanged · 3 seal · 4 seal signature · 5 certificate path · 6 mandate ·
    7 identifier, type, metadata · 8 standing · 9 log · 10 audience (codes)

The log is asked before the seal is judged, because its proof is the only trusted time of sealing; without one the
seal and the certificates are judged as of now. Every step leaves findings, whatever the others say; `judge` turns
them into the verdict under a named policy. `online` is None when there is no network: nothing else changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from keys.sm3 import sm3
from trust.errors import Malformed, TrustError
from trust.formats import cose
from trust.formats.certificate import Certificate, Purpose
from trust.formats.leaf import commitment, token_commitment
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealed_file import SealedFile
from trust.formats.token import TokenClaims, decode_claims, split_token
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.seal_standing import FOR_LICENCES
from trust.rules.times import Times
from trust.rules.verdict import (
    CODE_OFFLINE,
    CODE_ONLINE,
    OFFLINE,
    ONLINE,
    Finding,
    Indication,
    Policy,
    Verdict,
    judge,
)
from verifier.authority import judge_mandate, judge_path, judge_seal, judge_signer
from verifier.content import judge_type, read_licence
from verifier.documents import ExaminedDocument, verify_document
from verifier.errors import FileUnavailable, NotUnderstood, PolicyMismatch
from verifier.evidence import Evidence
from verifier.inclusion import judge_inclusion
from verifier.ports import Online
from verifier.reading import FileRead, read_sealed
from verifier.recognising import MAX_FILE, kind_of, read_code, read_words
from verifier.standing import judge_period, judge_register, judge_status

TOO_LARGE = Finding(1, "too-large", Indication.INDETERMINATE, "文件超过 20 MB，未检查。")
UNKNOWN_FORM = Finding(1, "unrecognised", Indication.FAILED, "既不是 OFD、PDF，也不是含有证照二维码的图片。")
UNREAD = {
    "limit": Finding(1, "limit", Indication.INDETERMINATE, "图片太复杂，在限定的时间内没有读完，未检查。"),
    "picture-too-large": Finding(1, "picture-too-large", Indication.INDETERMINATE, "图片尺寸过大，未检查。"),
}
"""Pictures that were given up; nothing is known of them."""
NOT_FOUND = Finding(1, "not-found", Indication.INDETERMINATE, "没有查到可供公开核验的证照，请核对标识。")
NO_LICENCE = Finding(7, "no-licence", Indication.INDETERMINATE, "这是一份盖章文件，不是本系统签发的证照。")
FILE_MISSING = Finding(
    1, "file-missing", Indication.INDETERMINATE, "证照文件暂时取不到，未检查；请改用 OFD、PDF 文件或二维码核验。"
)


@dataclass(frozen=True)
class Examined:
    """A verdict, and what a screen may show beside it: licence or claims, the digest of the file, the document.

    `document` is there for a sealed file that is no licence of ours.
    """

    verdict: Verdict
    licence: Licence | None = None
    claims: TokenClaims | None = None
    digest: bytes | None = None
    document: ExaminedDocument | None = None


def verify_file(
    data: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None = None,
    read: Callable[[bytes], FileRead] = read_sealed,
) -> Examined:
    """Verify a sealed file or a picture of a code; hostile octets lead to findings, never to errors.

    `read` takes a sealed file apart, here or in a process of its own (`confinement`). Under a policy for sealed
    documents, anything else is told to be none, which stays open.

    Raises:
        PolicyMismatch: the policy is for codes and this is a file, or for licences and this is a code.

    """
    if len(data) > MAX_FILE:
        return Examined(judge([TOO_LARGE], policy or _policy(online), at=now, subject=None))
    kind = kind_of(data)
    if kind == "picture":
        try:
            return _verify_code(read_code(data), evidence, now=now, online=online, policy=policy)
        except NotUnderstood as error:
            found = UNREAD.get(error.reason) or Finding(
                1, error.reason, Indication.FAILED, "图片中没有可识别的证照二维码。"
            )
            return Examined(judge([found], policy or _policy(online), at=now, subject=None))
    if kind == "unknown":
        return Examined(judge([UNKNOWN_FORM], policy or _policy(online), at=now, subject=None))
    taken = read(data)
    if isinstance(taken, SealedDocument):
        return _verify_document(data, taken, evidence, now=now, online=online, policy=policy)
    return _verify_sealed(data, taken, evidence, now=now, online=online, policy=policy or _policy(online))


def verify_words(
    words: str,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None = None,
) -> Examined:
    """Verify the text of a code, or a licence identifier.

    Raises:
        NotUnderstood: the words look like neither; nothing was verified.
        PolicyMismatch: the policy is for the other kind of subject.

    """
    try:
        subject = read_words(words)
    except Malformed as error:
        found = Finding(1, "malformed", Indication.FAILED, f"不是完整有效的证照二维码或证照标识（{error.reason}）。")
        return Examined(judge([found], policy or _policy(online), at=now, subject=None))
    if isinstance(subject, bytes):
        chosen = policy or (CODE_ONLINE if online else CODE_OFFLINE)
        return verify_token(subject, evidence, now=now, online=online, policy=chosen)
    return verify_number(subject, evidence, now=now, online=online, policy=policy or _policy(online))


def verify_number(
    identifier: LicenceIdentifier,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
) -> Examined:
    """Verify the licence of a number by fetching its sealed file; unknown and not open give one and the same answer.

    A file that is kept and cannot be had now leaves the question open: that we lost it makes no licence false.
    """
    try:
        data = online.files.file_of(str(identifier)) if online else None
    except FileUnavailable:
        return Examined(judge([FILE_MISSING], policy, at=now, subject=str(identifier)))
    if data is None:
        return Examined(judge([NOT_FOUND], policy, at=now, subject=str(identifier)))
    examined = verify_file(data, evidence, now=now, online=online, policy=policy)
    if examined.licence is not None and examined.licence.identifier != identifier:
        other = Finding(7, "other-licence", Indication.FAILED, "取得的文件不是这个标识的证照。")
        return Examined(judge([*examined.verdict.findings, other], policy, at=now, subject=str(identifier)))
    return examined


def verify_token(
    token: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
) -> Examined:
    """Verify the octets of a code: signature under a listed seal signer, then claims, log, mandate and standing.

    Raises:
        PolicyMismatch: the policy is for files.

    """
    _require_for(policy, "code")
    try:
        envelope = split_token(token)
    except Malformed as error:
        found = Finding(1, "code-malformed", Indication.FAILED, f"二维码内容不合规范（{error.reason}）。")
        return Examined(judge([found], policy, at=now, subject=None))
    findings = [Finding(1, "recognised", Indication.PASSED, "识别为电子证照二维码。")]
    signers = _signers_of(envelope, evidence)
    if not signers:
        known = evidence.trust_list is not None
        grave = Indication.FAILED if known else Indication.INDETERMINATE
        findings.append(Finding(4, "code-signature", grave, "二维码的签名不属于任何受信任的颁发机构。"))
        return Examined(judge(findings, policy, at=now, subject=None))
    findings.append(Finding(4, "code-signature", Indication.PASSED, "二维码签名成立。"))
    log, sealed_at = judge_inclusion(token_commitment(token), evidence, online.log if online else None)
    times = Times(now, sealed_at)
    signer = next((one for one in signers if one.not_before <= times.judged_at <= one.not_after), signers[0])
    findings.append(judge_path(signer, Purpose.SEAL_SIGNER, evidence, times, step=5, name="signer-path", who="签名人"))
    try:
        claims = decode_claims(envelope.payload)
    except Malformed as error:
        findings.append(Finding(7, "claims", Indication.FAILED, f"二维码数据不合规范（{error.reason}）。"))
        return Examined(judge(findings, policy, at=now, subject=None))
    identifier = claims.identifier
    standing = online.standings.standing(str(identifier), now) if online else None
    findings += [
        _times(times, None),
        *judge_mandate(signer, identifier.issuer_code, identifier.type_code, evidence, times),
        *judge_type(identifier, evidence),
        judge_period(claims.valid_from or claims.issued_on, claims.valid_until, now),
        judge_status(claims.status, evidence, now, standing),
        *judge_register(standing),
        log,
        *evidence.findings,
    ]
    return Examined(judge(findings, policy, at=now, subject=str(identifier)), claims=claims)


def _verify_sealed(
    data: bytes,
    sealed: SealedFile,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
) -> Examined:
    content, licence = read_licence(sealed)
    findings = [*evidence.findings, *sealed.findings, *content, *_no_document(policy)]
    if licence is None:
        return Examined(judge(findings, policy, at=now, subject=None), digest=sm3(data))
    digest, identifier = sm3(data), licence.identifier
    wanted = commitment(licence.log_salt, str(identifier), digest)
    log, sealed_at = judge_inclusion(wanted, evidence, online.log if online else None)
    times, body = Times(now, sealed_at), licence.issuing_body
    path, signer = judge_signer(sealed.signer, evidence, times)
    standing = online.standings.standing(str(identifier), now) if online else None
    findings += [
        _times(times, sealed.claimed_at),
        *judge_seal(sealed.seal, evidence, times, kinds=FOR_LICENCES),
        *path,
        *judge_mandate(signer, body.code, identifier.type_code, evidence, times, named=body.name),
        *judge_type(identifier, evidence, named=licence.type_name),
        judge_period(licence.valid_from or licence.issued_on, licence.valid_until, now),
        judge_status(licence.status, evidence, now, standing),
        *judge_register(standing),
        log,
    ]
    verdict = judge(findings, policy, at=now, subject=str(identifier))
    return Examined(verdict, licence=licence, digest=digest)


def _no_document(policy: Policy) -> list[Finding]:
    """What is told under a policy for sealed documents where there is none; raises PolicyMismatch for one for codes."""
    if policy.subject == "document":
        text = f"核验策略 {policy.name} 用于盖章文件，这里没有读出盖章文件；请换一个策略，或不指定。"
        return [Finding(1, "policy-mismatch", Indication.INDETERMINATE, text)]
    _require_for(policy, "file")
    return []


def _verify_code(
    words: str, evidence: Evidence, *, now: datetime, online: Online | None, policy: Policy | None
) -> Examined:
    """The code in a picture; nobody knows that there is one before looking."""
    if policy is None or policy.subject != "document":
        return verify_words(words, evidence, now=now, online=online, policy=policy)
    examined = verify_words(words, evidence, now=now, online=online)
    findings = [*examined.verdict.findings, *_no_document(policy)]
    return replace(examined, verdict=judge(findings, policy, at=now, subject=examined.verdict.subject))


def _verify_document(
    data: bytes,
    document: SealedDocument,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None,
) -> Examined:
    """A sealed document is judged as such; asked for under a policy for licences, it is none, which stays open."""
    asked = policy if policy is not None and policy.subject == "document" else None
    examined = verify_document(data, document, evidence, now=now, log=online.log if online else None, policy=asked)
    if policy is None or policy.subject == "document":
        return Examined(examined.verdict, digest=examined.digest, document=examined)
    _require_for(policy, "file")
    verdict = judge([*examined.verdict.findings, NO_LICENCE], policy, at=now, subject=None)
    return Examined(verdict, digest=examined.digest, document=examined)


def _times(times: Times, claimed_at: datetime | None) -> Finding:
    if times.sealed_at is not None:
        return Finding(
            0, "sealed-at", Indication.PASSED, f"签章时间由存证日志证明：{times.sealed_at:%Y-%m-%dT%H:%M:%SZ}。"
        )
    claim = f"（文件自称 {claimed_at:%Y-%m-%dT%H:%M:%SZ}，不作依据）" if claimed_at else ""
    return Finding(0, "sealed-at", Indication.INDETERMINATE, f"没有可信的签章时间，按核验时刻判断{claim}。")


def _signers_of(envelope: cose.Sign1, evidence: Evidence) -> tuple[Certificate, ...]:
    """The listed certificates of the key that signed, youngest first: a key that is certified again has several."""
    found = []
    for certificate in evidence.listed(Purpose.SEAL_SIGNER):
        if certificate.public_key.key_id != envelope.key_id:
            continue
        try:
            cose.check(envelope, certificate.public_key)
        except TrustError:
            continue  # key ids are short; another listed certificate may be the one
        found.append(certificate)
    return tuple(sorted(found, key=lambda one: one.not_before, reverse=True))


def _policy(online: Online | None) -> Policy:
    return ONLINE if online else OFFLINE


def _require_for(policy: Policy, subject: Literal["file", "code"]) -> None:
    if policy.subject != subject:
        raise PolicyMismatch(policy.name)
