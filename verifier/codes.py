"""Verifying codes: the token on a licence's face, and the 60-second code that wraps it for one showing.

    0 times · 1 recognise · 4 signature of the token · 5 path of its signer · 6 mandate · 7 identifier, type ·
    8 standing · 9 log · 10 audience

A code is judged as the licence it stands for, without its file. The code of an annotated copy says so, and is judged by
its original too. Of a presentation both signatures have to hold: the department's on the token, and the service's,
which presents and does nothing else, on the minute in which it may be used.
"""

from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.formats.certificate import Purpose
from trust.formats.leaf import token_commitment
from trust.formats.licence_document import decode_licence
from trust.formats.presentation import Presentation, decode_presentation, split_presentation
from trust.formats.sealed_file import SealedFile
from trust.formats.token import TokenClaims, decode_claims, split_token
from trust.rules.annotated_copy import CopyNote
from trust.rules.times import Times
from trust.rules.verdict import Finding, Indication, Policy, judge
from verifier.audience import judge_copy_code, judge_original, judge_presentation, judge_presenter
from verifier.authority import judge_mandate, judge_path
from verifier.content import judge_grade, judge_type
from verifier.errors import FileUnavailable
from verifier.evidence import Evidence
from verifier.examined import Examined, require_for, told_time
from verifier.inclusion import judge_inclusion
from verifier.periodic_checks import judge_check
from verifier.ports import Online, Showings
from verifier.reading import read_sealed
from verifier.signers import signers_of
from verifier.standing import judge_period, judge_register, judge_status


@dataclass(frozen=True)
class _Token:
    """What was found out about a token."""

    findings: tuple[Finding, ...]
    claims: TokenClaims | None = None
    note: CopyNote | None = None

    @property
    def subject(self) -> str | None:
        """The identifier, where the claims could be read."""
        return None if self.claims is None else str(self.claims.identifier)


def verify_token(
    token: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
    audience: str | None = None,
) -> Examined:
    """Verify the octets of a code: signature under a listed seal signer, then claims, log, mandate and standing.

    Raises:
        PolicyMismatch: the policy is for files.

    """
    require_for(policy, "code")
    found = _examine(token, evidence, now=now, online=online, audience=audience)
    verdict = judge(found.findings, policy, at=now, subject=found.subject)
    return Examined(verdict, claims=found.claims, note=found.note)


def verify_presentation(
    octets: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
    audience: str | None = None,
    showings: Showings | None = None,
) -> Examined:
    """Verify a 60-second code: the service's signature and its minute, then the licence's token inside.

    That it is shown is noted only where nothing else stands against it, so that a forgery uses nothing up.

    Raises:
        PolicyMismatch: the policy is for files.

    """
    require_for(policy, "code")
    findings, shown = _opened(octets, evidence, now)
    if shown is None:
        return Examined(judge(findings, policy, at=now, subject=None))
    found = _examine(shown.token, evidence, now=now, online=online, audience=None)
    findings += found.findings
    if found.claims is not None:
        findings.append(judge_presenter(shown, found.claims))
    memory = online.showings if online else showings
    sound = not any(one.indication is Indication.FAILED for one in findings if one.step != 8)
    if sound:
        findings += judge_presentation(shown, now, audience, memory)
    verdict = judge(findings, policy, at=now, subject=found.subject)
    return Examined(verdict, claims=found.claims, presentation=shown)


def _opened(octets: bytes, evidence: Evidence, now: datetime) -> tuple[list[Finding], Presentation | None]:
    """The presentation in an envelope, once its signature holds under a listed key for presentations."""
    try:
        envelope = split_presentation(octets)
    except Malformed as error:
        return [Finding(1, "code-malformed", Indication.FAILED, f"亮证码内容不合规范（{error.reason}）。")], None
    findings = [Finding(1, "presented", Indication.PASSED, "识别为限时亮证码。")]
    signers = signers_of(envelope, evidence, Purpose.PRESENTATION)
    if not signers:
        grave = Indication.INDETERMINATE if evidence.trust_list is None else Indication.FAILED
        findings.append(Finding(4, "presentation-signature", grave, "亮证码的签名不属于受信任的亮证服务。"))
        return findings, None
    findings.append(Finding(4, "presentation-signature", Indication.PASSED, "亮证码签名成立。"))
    path = judge_path(
        signers[0], Purpose.PRESENTATION, evidence, Times(now), step=5, name="presentation-path", who="亮证服务"
    )
    findings.append(path)
    try:
        return findings, decode_presentation(envelope.payload)
    except Malformed as error:
        findings.append(Finding(7, "claims", Indication.FAILED, f"亮证码数据不合规范（{error.reason}）。"))
        return findings, None


def _examine(token: bytes, evidence: Evidence, *, now: datetime, online: Online | None, audience: str | None) -> _Token:
    """Everything that is found out about a token."""
    try:
        envelope = split_token(token)
    except Malformed as error:
        return _Token((Finding(1, "code-malformed", Indication.FAILED, f"二维码内容不合规范（{error.reason}）。"),))
    findings = [Finding(1, "recognised", Indication.PASSED, "识别为电子证照二维码。")]
    signers = signers_of(envelope, evidence, Purpose.SEAL_SIGNER)
    if not signers:
        known = evidence.trust_list is not None
        grave = Indication.FAILED if known else Indication.INDETERMINATE
        refused = Finding(4, "code-signature", grave, "二维码的签名不属于任何受信任的颁发机构。")
        return _Token((*findings, refused))
    findings.append(Finding(4, "code-signature", Indication.PASSED, "二维码签名成立。"))
    log, sealed_at = judge_inclusion(token_commitment(token), evidence, online.log if online else None, now)
    times = Times(now, sealed_at)
    signer = next((one for one in signers if one.not_before <= times.judged_at <= one.not_after), signers[0])
    findings.append(judge_path(signer, Purpose.SEAL_SIGNER, evidence, times, step=5, name="signer-path", who="签名人"))
    try:
        claims = decode_claims(envelope.payload)
    except Malformed as error:
        findings.append(Finding(7, "claims", Indication.FAILED, f"二维码数据不合规范（{error.reason}）。"))
        return _Token(tuple(findings))
    identifier = claims.identifier
    standing = online.standings.standing(str(identifier), now) if online else None
    findings += [
        told_time(times, None),
        *judge_mandate(signer, identifier.issuer_code, identifier.type_code, evidence, times),
        *judge_type(identifier, evidence),
        *([judge_grade(claims.grade)] if claims.grade else []),
        judge_period(claims.valid_from or claims.issued_on, claims.valid_until, now),
        judge_status(claims.status, evidence, now, standing),
        *judge_register(standing),
        *log,
        *evidence.findings,
    ]
    note = _note_of(claims, online)
    original = identifier if claims.copy is None else note.original if note is not None else None
    subject = None if original is None else str(original)
    findings += judge_check(identifier.type_code, subject, claims.issued_on, evidence, now, online)
    return _Token((*findings, *_about_copy(claims, note, evidence, now, online, audience)), claims, note)


def _about_copy(
    claims: TokenClaims,
    note: CopyNote | None,
    evidence: Evidence,
    now: datetime,
    online: Online | None,
    audience: str | None,
) -> list[Finding]:
    """What is said of the code of an annotated copy, and nothing of any other."""
    if claims.copy is None:
        return []
    standing = online.standings.standing(str(note.original), now) if online and note else None
    original = judge_original(claims.copy.original_status, evidence, now, standing)
    return [*original, *judge_copy_code(claims.copy, note, now, audience)]


def _note_of(claims: TokenClaims, online: Online | None) -> CopyNote | None:
    """The note of a copy from its file, where the file can be had and is the one that the code stands for."""
    if claims.copy is None or online is None:
        return None
    try:
        data = online.files.file_of(str(claims.identifier))
    except FileUnavailable:
        return None
    sealed = None if data is None else read_sealed(data)
    if not isinstance(sealed, SealedFile) or sealed.metadata is None:
        return None
    if any(one.indication is Indication.FAILED for one in sealed.findings):
        return None
    try:
        licence = decode_licence(sealed.metadata)
    except Malformed:
        return None
    return licence.copy if licence.identifier == claims.identifier else None
