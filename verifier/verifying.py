"""The steps of a verification, in their order, for a file and a number; codes are in `codes`.

    0 times · 1 recognise · 2 unchanged · 3 seal · 4 seal signature · 5 certificate path · 6 mandate ·
    7 identifier, type, metadata · 8 standing · 9 log · 10 audience (annotated copies, codes to present)

The log is asked before the seal is judged, because its proof is the only trusted time of sealing; without one the
seal and the certificates are judged as of now. Every step leaves findings, whatever the others say; `judge` turns
them into the verdict under a named policy. `online` is None when there is no network: nothing else changes.
`audience` is the purpose or the organisation that the asker names, None where he names none.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.leaf import commitment
from trust.formats.presentation import is_presentation
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealed_file import SealedFile
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.seal_standing import FOR_LICENCES
from trust.rules.times import Times
from trust.rules.verdict import (
    CODE_OFFLINE,
    CODE_ONLINE,
    OFFLINE,
    ONLINE,
    PRESENTATION_OFFLINE,
    PRESENTATION_ONLINE,
    Finding,
    Indication,
    Policy,
    judge,
)
from verifier.audience import judge_copy, judge_original
from verifier.authority import judge_mandate, judge_seal, judge_signer
from verifier.codes import verify_presentation, verify_token
from verifier.comparing import Look, with_comparison
from verifier.content import judge_type, read_licence
from verifier.documents import verify_document
from verifier.errors import FileUnavailable, NotUnderstood
from verifier.evidence import Evidence
from verifier.examined import Examined, require_for, told_time
from verifier.inclusion import judge_inclusion
from verifier.periodic_checks import judge_check
from verifier.ports import Online, Showings
from verifier.reading import FileRead, read_sealed
from verifier.recognising import MAX_FILE, kind_of, read_code, read_words
from verifier.standing import judge_period, judge_register, judge_status

__all__ = [
    "TOO_LARGE", "UNREAD", "Examined", "verify_file", "verify_number", "verify_presentation", "verify_token",
    "verify_words",
]  # fmt: skip

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


def verify_file(
    data: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None = None,
    audience: str | None = None,
    showings: Showings | None = None,
    read: Callable[[bytes], FileRead] = read_sealed,
    look: Look | None = None,
) -> Examined:
    """Verify a sealed file or a picture of a code; hostile octets lead to findings, never to errors.

    `read` takes a sealed file apart, here or in a process of its own (`confinement`), and `look` draws the versions of
    a PDF there, where there are several (`comparing`); without it nothing is drawn. Under a policy for sealed
    documents, anything else is told to be none, which stays open.

    Raises:
        PolicyMismatch: the policy is for codes and this is a file, or for licences and this is a code.

    """
    if len(data) > MAX_FILE:
        return Examined(judge([TOO_LARGE], policy or _policy(online), at=now, subject=None))
    kind = kind_of(data)
    if kind == "picture":
        try:
            words = read_code(data)
            return _verify_code(
                words, evidence, now=now, online=online, policy=policy, audience=audience, showings=showings
            )
        except NotUnderstood as error:
            found = UNREAD.get(error.reason) or Finding(
                1, error.reason, Indication.FAILED, "图片中没有可识别的证照二维码。"
            )
            return Examined(judge([found], policy or _policy(online), at=now, subject=None))
    if kind == "unknown":
        return Examined(judge([UNKNOWN_FORM], policy or _policy(online), at=now, subject=None))
    taken = read(data)
    if isinstance(taken, SealedDocument):
        taken = with_comparison(data, taken, look)
        return _verify_document(data, taken, evidence, now=now, online=online, policy=policy)
    chosen = policy or _policy(online)
    return _verify_sealed(data, taken, evidence, now=now, online=online, policy=chosen, audience=audience)


def verify_words(
    words: str,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None = None,
    audience: str | None = None,
    showings: Showings | None = None,
) -> Examined:
    """Verify the text of a code, or a licence identifier.

    `showings` remembers presentations where there is no network; online its port does.

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
        if is_presentation(subject):
            chosen = policy or (PRESENTATION_ONLINE if online else PRESENTATION_OFFLINE)
            return verify_presentation(
                subject, evidence, now=now, online=online, policy=chosen, audience=audience, showings=showings
            )
        chosen = policy or (CODE_ONLINE if online else CODE_OFFLINE)
        return verify_token(subject, evidence, now=now, online=online, policy=chosen, audience=audience)
    chosen = policy or _policy(online)
    return verify_number(subject, evidence, now=now, online=online, policy=chosen, audience=audience)


def verify_number(
    identifier: LicenceIdentifier,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
    audience: str | None = None,
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
    examined = verify_file(data, evidence, now=now, online=online, policy=policy, audience=audience)
    if examined.licence is not None and examined.licence.identifier != identifier:
        other = Finding(7, "other-licence", Indication.FAILED, "取得的文件不是这个标识的证照。")
        return Examined(judge([*examined.verdict.findings, other], policy, at=now, subject=str(identifier)))
    return examined


def _verify_sealed(
    data: bytes,
    sealed: SealedFile,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy,
    audience: str | None,
) -> Examined:
    content, licence = read_licence(sealed)
    findings = [*evidence.findings, *sealed.findings, *content, *_no_document(policy)]
    if licence is None:
        return Examined(judge(findings, policy, at=now, subject=None), digest=sm3(data))
    digest, identifier = sm3(data), licence.identifier
    wanted = commitment(licence.log_salt, str(identifier), digest)
    log, sealed_at = judge_inclusion(wanted, evidence, online.log if online else None, now)
    times, body = Times(now, sealed_at), licence.issuing_body
    path, signer = judge_signer(sealed.signer, evidence, times)
    standing = online.standings.standing(str(identifier), now) if online else None
    findings += [
        told_time(times, sealed.claimed_at),
        *judge_seal(sealed.seal, evidence, times, kinds=FOR_LICENCES),
        *path,
        *judge_mandate(signer, body.code, identifier.type_code, evidence, times, body.name, licence.area_code),
        *judge_type(identifier, evidence, named=licence.type_name),
        judge_period(licence.valid_from or licence.issued_on, licence.valid_until, now),
        judge_status(licence.status, evidence, now, standing),
        *judge_register(standing),
        *_check(licence, evidence, now, online),
        *log,
        *_about_copy(licence, evidence, now, online, audience),
    ]
    verdict = judge(findings, policy, at=now, subject=str(identifier))
    return Examined(verdict, licence=licence, digest=digest, note=licence.copy)


def _check(licence: Licence, evidence: Evidence, now: datetime, online: Online | None) -> list[Finding]:
    """What is said of the periodic check; a copy has none of its own, its original has."""
    subject = licence.identifier if licence.copy is None else licence.copy.original
    return judge_check(subject.type_code, str(subject), licence.issued_on, evidence, now, online)


def _about_copy(
    licence: Licence, evidence: Evidence, now: datetime, online: Online | None, audience: str | None
) -> list[Finding]:
    """What is said of an annotated copy: the standing of its original beside its own, and what it is for."""
    note = licence.copy
    if note is None:
        return []
    standing = online.standings.standing(str(note.original), now) if online else None
    return [*judge_original(note.original_status, evidence, now, standing), *judge_copy(note, now, audience)]


def _no_document(policy: Policy) -> list[Finding]:
    """What is told under a policy for sealed documents where there is none; raises PolicyMismatch for one for codes."""
    if policy.subject == "document":
        text = f"核验策略 {policy.name} 用于盖章文件，这里没有读出盖章文件；请换一个策略，或不指定。"
        return [Finding(1, "policy-mismatch", Indication.INDETERMINATE, text)]
    require_for(policy, "file")
    return []


def _verify_code(
    words: str,
    evidence: Evidence,
    *,
    now: datetime,
    online: Online | None,
    policy: Policy | None,
    audience: str | None,
    showings: Showings | None,
) -> Examined:
    """The code in a picture; nobody knows that there is one before looking."""
    if policy is None or policy.subject != "document":
        return verify_words(
            words, evidence, now=now, online=online, policy=policy, audience=audience, showings=showings
        )
    examined = verify_words(words, evidence, now=now, online=online, audience=audience, showings=showings)
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
    require_for(policy, "file")
    verdict = judge([*examined.verdict.findings, NO_LICENCE], policy, at=now, subject=None)
    return Examined(verdict, digest=examined.digest, document=examined)


def _policy(online: Online | None) -> Policy:
    return ONLINE if online else OFFLINE
