"""Time stamps: does a token prove when a signature existed, and whom do we believe about that?

A token counts when it is about the signature's value, its own signature holds, the signed attributes name the
certificate, and that certificate leads to a pinned anchor for time stamping and nothing else. Only then is its time
proven: no later than what it states plus its accuracy.

A token can tell its time only as long as its authority's key was the authority's. So the path is judged twice, as of
the stated time and as of `now`: a certificate that has expired since proves nothing without archived evidence, and a
key that was ever reported lost proves nothing at all. A certificate that was merely replaced or taken out of service
leaves the tokens made before in force (RFC 3161, section 4).

Two findings come of every token. `time-stamp` (step 0) is about its octets, `time-stamp-path` (step 5) about its
authority. A token that was changed is FAILED; one that cannot be judged is INDETERMINATE and proves no time. Neither is
passed over, because somebody may have put it there to be relied upon.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from trust.errors import Malformed
from trust.formats.certificate import Certificate, Purpose
from trust.formats.crl import Reason
from trust.formats.errors import CertificateRevoked, Expired, PathRefused
from trust.formats.sealed_document import Form, SignatureFacts
from trust.formats.time_stamp import TimeStampToken, imprint_holds, read_time_stamp, signature_holds
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication
from verifier.authority import PATH_WORDS
from verifier.evidence import Evidence
from verifier.past_evidence import framed

NAME, PATH_NAME = "time-stamp", "time-stamp-path"
WORST_ACCURACY = timedelta(seconds=1)
"""Time stamps are exact to a second (ETSI EN 319 421); one that says less of itself proves no time here."""
MAX_FRAMES = 4
"""Later time stamps that a signature is judged as of, the next ones; more only cost time."""
OUT_OF_SERVICE = frozenset({Reason.AFFILIATION_CHANGED, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION})
"""Reasons after which tokens of before still hold (RFC 3161, section 4); no reason at all is not among them."""
Stamped = tuple[list[Finding], datetime | None]
"""Findings about a time stamp, and the time it proves if it holds."""
IMPRINT_HELD = "time-stamp-imprint-held"


def judge_time_stamps(
    signatures: Sequence[SignatureFacts], evidence: Evidence, now: datetime
) -> tuple[list[Stamped], list[Evidence]]:
    """Judge the time stamps of a document's signatures, given in the order they were made.

    Returns what `judge_time_stamp` says of each, and for each the evidence to judge it with: a document time stamp that
    holds covers everything before it, the validation data of the file included, so these can be judged as of its time.
    """
    stamped: list[Stamped] = []
    evidences: list[Evidence] = []
    frames: tuple[datetime, ...] = ()
    for facts in reversed(signatures):
        known = framed(evidence, frames)
        found = judge_time_stamp(facts, known, now)
        if facts.form is Form.TIME_STAMP and found[1] is not None:
            frames = (found[1], *frames)[:MAX_FRAMES]
        stamped.append(found)
        evidences.append(known)
    return stamped[::-1], evidences[::-1]


def judge_time_stamp(facts: SignatureFacts, evidence: Evidence, now: datetime) -> Stamped:
    """Judge the token of a signature, if there is one: findings, and the time at which it proves the signature existed.

    For a time stamp over a document the reader has compared the imprint with the file, and its finding is looked at.
    """
    standalone = facts.form is Form.TIME_STAMP
    if facts.time_stamp is None:
        # the reader of a document time stamp that cannot be read has said so
        return [], None
    about = None if standalone else facts.value
    if standalone and not any(
        one.name == IMPRINT_HELD and one.indication is Indication.PASSED for one in facts.findings
    ):
        return [_open("文档时间戳没有对应到文件内容，不能证明时间。")], None
    findings, proven = judge_token(facts.time_stamp, about, evidence, now)
    if proven is not None and facts.claimed_at is not None and not standalone and facts.claimed_at > proven + TOLERANCE:
        text = "签章自称的时间晚于时间戳所证明的时间，以时间戳为准。"
        findings.append(Finding(0, "time-stamp-before-claim", Indication.PASSED, text, warning=True))
    return findings, proven


def judge_token(octets: bytes, about: bytes | None, evidence: Evidence, now: datetime) -> Stamped:
    """Judge a token over `about` (None: the imprint was compared already), as can be known at `now`."""
    try:
        token = read_time_stamp(octets)
    except Malformed:
        return [_failed("时间戳无法读取，可能被改动或不是时间戳。")], None
    matching = True if about is None else imprint_holds(token, about)
    if matching is False:
        return [_failed("时间戳不是对这个签章值加盖的，可能取自别处。")], None
    known = evidence.listed(Purpose.TIME_STAMP)
    certificate = token.certificate([one.der for one in (*known, *evidence.certificates)])
    if certificate is None:
        return [_open("时间戳没有附签发者证书，依据中也没有，不能核验。")], None
    trouble = _value(token, certificate) or _statement(token, now, matching=matching)
    if trouble is not None:
        return [trouble], None
    carried = replace(evidence, certificates=(*evidence.certificates, *evidence.helpers(token.certificates)))
    path, held = _path(certificate, token, carried, now)
    proven = min(token.info.at + (token.info.accuracy or WORST_ACCURACY), now)
    text = f"时间戳签名成立，所记时间为 {token.info.at:%Y-%m-%dT%H:%M:%SZ}。"
    return [Finding(0, NAME, Indication.PASSED, text), *_notes(token), path], proven if held else None


def _value(token: TimeStampToken, certificate: bytes) -> Finding | None:
    """Whether the signature holds and is bound to its certificate; None if so."""
    try:
        answer = signature_holds(token, certificate)
    except Malformed:
        return _failed("时间戳签发者证书无法读取，时间戳不可信。")
    if answer is None:
        return _open("时间戳采用的签名算法不是 SM2，本系统不能核验。")
    if not answer:
        return _failed("时间戳的签名不成立，时间戳被改动或系伪造。")
    if token.weakly_bound:
        return _open("时间戳只以 SHA-1 标识签发者证书，不足以确认签发者。")
    if not token.identifiers:
        return _open("时间戳的签名没有标明签发者证书，不足以确认签发者。")
    return None


def _statement(token: TimeStampToken, now: datetime, *, matching: bool | None) -> Finding | None:
    """Whether what the token states can be used; None if so."""
    if matching is None:
        return _open("时间戳采用的摘要算法不在可核验之列，不能比对。")
    if token.info.critical:
        return _open("时间戳含有标为关键而本系统不认识的扩展，不能确定其含义。")
    if token.info.accuracy is not None and token.info.accuracy > WORST_ACCURACY:
        return _open("时间戳自称的精度低于一秒，不足以证明时间。")
    if token.info.at > now + TOLERANCE:
        return _open("时间戳所记时间晚于核验时刻，不能采用。")
    return None


def _notes(token: TimeStampToken) -> list[Finding]:
    notes = []
    if token.info.accuracy is None:
        notes.append(("time-stamp-accuracy", "时间戳没有写明精度，按误差不超过一秒理解。"))
    if token.unsigned:
        notes.append(("time-stamp-unsigned", "时间戳带有不受签名保护的属性，未予采用。"))
    if token.tolerances:
        notes.append(("time-stamp-form", "时间戳的编码形式与规范不同。"))
    return [Finding(0, name, Indication.PASSED, text, warning=True) for name, text in notes]


def _path(octets: bytes, token: TimeStampToken, evidence: Evidence, now: datetime) -> tuple[Finding, bool]:
    """The authority's path: one finding, and whether it holds."""
    certificate = evidence.certificate(octets)
    if certificate is None:
        text = "时间戳签发者：证书不是本系统能核验的国密证书。"
        return Finding(5, PATH_NAME, Indication.INDETERMINATE, text), False
    try:
        age = _judged_twice(certificate, evidence, token.info.at, now)
    except PathRefused as error:
        return _refused(error), False
    text = f"时间戳签发者“{certificate.subject.common_name or ''}”的证书链有效。"
    return Finding(5, PATH_NAME, Indication.PASSED, text, age), True


def _judged_twice(certificate: Certificate, evidence: Evidence, at: datetime, now: datetime) -> int | None:
    """The path as of the stated time, and as of now but for being out of service; the age of what it rests on."""
    stated = min(at, now)
    path = evidence.path(certificate, Purpose.TIME_STAMP, at=stated, now=now)
    try:
        evidence.path(certificate, Purpose.TIME_STAMP, at=now, now=now)
    except CertificateRevoked as error:
        if error.cause not in OUT_OF_SERVICE:
            raise
    return path.revocation_age_s


def _refused(error: PathRefused) -> Finding:
    if isinstance(error, Expired):
        text = "时间戳签发者：证书现已过期，又没有归档证据证明时间戳在有效期内已经存在。"
        return Finding(5, PATH_NAME, Indication.INDETERMINATE, text)
    grave = Indication.FAILED if error.definite else Indication.INDETERMINATE
    return Finding(5, PATH_NAME, grave, f"时间戳签发者：{PATH_WORDS.get(error.reason, error.reason)}。")


def _open(text: str) -> Finding:
    return Finding(0, NAME, Indication.INDETERMINATE, text)


def _failed(text: str) -> Finding:
    return Finding(0, NAME, Indication.FAILED, text)
