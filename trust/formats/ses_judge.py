"""What can be said of a seal signature of any origin from its octets alone: findings of steps 2, 3 and 4.

Step 3 is the seal: the maker's signature, whether the signer is listed (by certificate or by digest), whether the
time judged lies in the seal's period, whether maker and signer are one. Step 4 is the signature value and the place
it names, step 2 the hash of the data. Whom the certificates belong to, whether their paths held, whether the seal was
in force, and which time can be believed are the verifier's business.

Names of findings are those of `seal_check` and `ofd.examine`. What cannot be examined (another algorithm, a time
nobody can read, a critical extension nobody knows) is INDETERMINATE, what does not hold FAILED, and a tolerance
a passed warning. A seal that bears our vendor mark gets no tolerance: it must be in the spelling `ses` writes.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from keys.errors import SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, verify
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import ses
from trust.formats.certificate_parts import CertificateParts, certificate_parts
from trust.formats.sealed_document import Form
from trust.formats.ses_read import ReadSeal, ReadSignature
from trust.formats.tolerances import tolerance_findings
from trust.rules.verdict import Finding, Indication

OUR_VENDOR = "YINZHENG"
SM2_WITH_SM3 = ses.SM2_WITH_SM3
SM2_OTHERWISE = frozenset({"1.2.156.10197.1.301", "1.2.156.10197.1.301.1"})
"""Identifiers of SM2 that some write in place of SM2 with SM3."""
DIGEST_NAMES = frozenset({"", "SM3", "1.2.156.10197.1.401"})
EIGHT_HOURS, NEARLY = timedelta(hours=8), timedelta(minutes=5)

REFUSAL = {
    "encoding": "签章数据无法按规定读取，已损坏或被改动。",
    "ses-shape": "签章数据不是电子签章结构，或版本混杂，无法核验。",
    "cms-shape": "签名数据不是国密消息语法的签名数据，或不是针对一份数据的单人签名，无法核验。",
    "profile": "签章数据不符合本系统签发文件的规定。",
    "certificate": "签章所用证书无法读取，签章不可信。",
}


def refusal(error: Malformed, *, step: int = 4) -> Finding:
    """The finding for a structure that could not be read."""
    return Finding(step, error.reason, Indication.FAILED, REFUSAL.get(error.reason, REFUSAL["encoding"]))


def is_ours(read: ReadSignature) -> bool:
    """Whether the seal claims to be of our making, and so has to be in our spelling."""
    return read.seal.vendor == OUR_VENDOR


def holds(certificate: bytes, message: bytes, raw: bytes | None) -> bool | None:
    """Whether an SM2 signature with the default identity holds under a certificate; None for another kind of key.

    Raises:
        Malformed: `certificate`, it cannot be read or its key is no point of the curve.

    """
    parts = certificate_parts(certificate)
    if not parts.is_sm2:
        return None
    if parts.public_key is None:
        raise Malformed("certificate", "the key is no point of the curve")
    if raw is None:
        return False
    try:
        verify(parts.public_key, message, raw, identity=DEFAULT_IDENTITY)
    except SignatureRefused:
        return False
    return True


_seal_holds = lru_cache(maxsize=64)(holds)
"""The maker's signature is the same in every file sealed with one seal."""


def seal_facts(read: ReadSignature, claimed_at: datetime | None, *, ours: bool = False) -> list[Finding]:
    """Step 3 as far as octets tell.

    Args:
        read: the seal signature.
        claimed_at: the time to hold against the seal's period; None where there is none.
        ours: whether the document says in another way that we made it.

    """
    strict = ours or is_ours(read)
    return [
        maker_finding(read.seal),
        *_same_party(read, strict=strict),
        signer_finding(read.seal, read.certificate),
        period_finding(read.seal, claimed_at),
        *_stamp_in_seal(read.seal),
        *_critical(read),
        *tolerance_findings(read.seal.tolerances, 3, ours=strict),
    ]


def maker_finding(seal: ReadSeal) -> Finding:
    """Whether the maker's signature over the seal holds."""
    if seal.algorithm not in {SM2_WITH_SM3, *SM2_OTHERWISE}:
        return foreign_algorithm(3, "印章")
    check = _seal_holds if len(seal.signed) <= ses.MAX_SEAL else holds
    try:
        answer = check(seal.maker, seal.signed, seal.raw)
    except Malformed:
        return Finding(3, "seal-signature-bad", Indication.FAILED, "印章内的制章者证书无法读取，印章不可信。")
    if answer is None:
        return foreign_algorithm(3, "印章")
    if not answer:
        return Finding(3, "seal-signature-bad", Indication.FAILED, "印章数据上的制章者签名不成立，印章不真实。")
    return Finding(3, "seal-signature", Indication.PASSED, f"印章“{seal.name}”上的制章者签名成立。")


def foreign_algorithm(step: int, what: str) -> Finding:
    """A signature of a kind that cannot be examined here."""
    text = f"{what}采用的签名算法不是 SM2，本系统不能核验。"
    return Finding(step, "foreign-algorithm", Indication.INDETERMINATE, text)


def _same_party(read: ReadSignature, *, strict: bool) -> list[Finding]:
    """Whether the maker vouches for itself, by certificate or by key; one name with two keys is pointed out as well."""
    maker, signer = _parts(read.seal.maker), _parts(read.certificate)
    if maker is None or signer is None:
        return []
    if read.seal.maker == read.certificate or maker.public_key == signer.public_key is not None:
        return tolerance_findings(["seal-maker-is-signer"], 3, ours=strict)
    return tolerance_findings(["seal-maker-same-name"] if maker.subject == signer.subject else [], 3)


def _parts(certificate: bytes) -> CertificateParts | None:
    try:
        return certificate_parts(certificate)
    except Malformed:
        return None


def signer_finding(seal: ReadSeal, signer: bytes) -> Finding:
    """Whether the seal lists the signer's certificate: octet for octet, or by its SM3 digest."""
    digest = sm3(signer)
    if signer in seal.certificates or any(value == digest for _, value in seal.digests):
        return Finding(3, "signer-in-seal", Indication.PASSED, "签章所用证书在印章的用章者名单中。")
    if any(kind.upper() not in DIGEST_NAMES and len(value) != len(digest) for kind, value in seal.digests):
        text = "印章以 SM3 以外的摘要列出用章者证书，本系统不能比对。"
        return Finding(3, "foreign-algorithm", Indication.INDETERMINATE, text)
    return Finding(3, "signer-not-in-seal", Indication.FAILED, "签章所用证书不在印章的用章者名单中。")


def period_finding(seal: ReadSeal, at: datetime | None) -> Finding:
    """Whether a time lies inside the seal's period; a time that is only claimed proves nothing more."""
    if at is None:
        return Finding(
            3, "seal-time-unknown", Indication.INDETERMINATE, "签章没有可读的签章时间，无法与印章有效期比对。"
        )
    if seal.valid_from is None or seal.valid_until is None:
        return Finding(3, "seal-time-unknown", Indication.INDETERMINATE, "印章的有效期无法读取。")
    if not seal.valid_from <= at <= seal.valid_until:
        return Finding(3, "seal-not-valid-at-time", Indication.FAILED, "签章自称的时间不在印章有效期内。")
    return Finding(3, "seal-claimed-time", Indication.PASSED, "签章自称的时间在印章有效期内（自称时间不作为证据）。")


def _stamp_in_seal(seal: ReadSeal) -> list[Finding]:
    """A time stamp over the maker's signature says when a seal was made; nothing rests on it, so it is not judged."""
    text = "印章带有制章时间戳，本系统不据此判断，未予核验。"
    return [] if seal.time_stamp is None else [Finding(3, "seal-time-stamp", Indication.PASSED, text, warning=True)]


def _critical(read: ReadSignature) -> list[Finding]:
    """Critical extensions: none is known here, and what is critical must not be passed over."""
    text = "{}含有标为关键而本系统不认识的自定义属性，不能确定其含义。"
    return [
        Finding(step, "critical-extension", Indication.INDETERMINATE, text.format(what))
        for step, what, extensions in ((3, "印章", read.seal.extensions), (4, "签章", read.extensions))
        if any(extension.critical for extension in extensions)
    ]


def signature_facts(
    read: ReadSignature, expected_hash: bytes, expected_location: str | None, *, ours: bool = False
) -> list[Finding]:
    """Steps 2 and 4: the hash of the data, the signature value, the place it names, the spelling.

    Args:
        read: the seal signature.
        expected_hash: SM3 of the octets the signature has to be about.
        expected_location: the absolute package path of Signature.xml; None where the format has no such place.
        ours: whether the document says in another way that we made it.

    """
    strict = ours or is_ours(read)
    return [
        hash_finding(read, expected_hash),
        value_finding(read),
        *location_findings(read, expected_location, strict=strict),
        *tolerance_findings(read.tolerances, 4, ours=strict),
        *(_otherwise_named(read, strict=strict)),
        *(_our_spelling(read) if strict else []),
    ]


def hash_finding(read: ReadSignature, expected: bytes) -> Finding:
    """Whether the signature is about these data."""
    if len(expected) != 32 or read.data_hash != expected:
        return Finding(
            2, "datahash", Indication.FAILED, "签章所记的摘要与文件内容不一致，签章后被改动过，或签章取自别处。"
        )
    return Finding(2, "data-hash", Indication.PASSED, "签章所记的摘要与文件内容一致。")


def value_finding(read: ReadSignature) -> Finding:
    """Whether the signer's signature over TBS_Sign holds."""
    if read.algorithm not in {SM2_WITH_SM3, *SM2_OTHERWISE}:
        return foreign_algorithm(4, "签章")
    try:
        answer = holds(read.certificate, read.signed, read.raw)
    except Malformed as error:
        return refusal(error)
    if answer is None:
        return foreign_algorithm(4, "签章")
    if not answer:
        text = "签章值不成立：签章不是由所附证书的密钥作出，或数据被改动。"
        return Finding(4, "seal-signature-value", Indication.FAILED, text)
    return Finding(4, "seal-signature-value", Indication.PASSED, "签章值成立，由所附证书的密钥作出。")


def _otherwise_named(read: ReadSignature, *, strict: bool) -> list[Finding]:
    named = SM2_OTHERWISE & {read.algorithm, read.seal.algorithm}
    return tolerance_findings(["signature-oid"] if named else [], 4, ours=strict)


def location_findings(read: ReadSignature, expected: str | None, *, strict: bool = False) -> list[Finding]:
    """Whether the place the signature names is where it was found.

    The exact path is in order. The same path spelled otherwise, JSON or a mere identifier is a tolerance: which data
    are meant is bound by the hash. Another path is a failure.
    """
    if expected is None or read.property_info == expected:
        return []
    named = read.property_info.strip()
    if _path(named) == _path(expected) or not named.lower().endswith(".xml"):
        return tolerance_findings(["property-info"], 4, ours=strict)
    text = "签章所指的位置不是本文件的签名描述，签章可能取自别处。"
    return [Finding(4, "property-info", Indication.FAILED, text)]


def _path(text: str) -> str:
    return "/" + text.replace("\\", "/").removeprefix("./").lstrip("/")


def _our_spelling(read: ReadSignature) -> list[Finding]:
    """What the strict reader has against a signature that claims to be ours."""
    if read.form not in {Form.SES_4, Form.SES_5}:
        return [refusal(Malformed("profile", "version 1"))]
    try:
        ses.parse_signature(read.octets, version=read.seal.version, stamped=True)
    except Malformed as error:
        return [refusal(error)]
    return []


def local_time_findings(claimed_at: datetime | None, written: datetime | None, *, ours: bool = False) -> list[Finding]:
    """Diagnose Beijing time written with Z: the same moment stated twice, eight hours apart.

    Never a reason to correct a time, only to tell a person why two differ.
    """
    if claimed_at is None or written is None or abs(abs(claimed_at - written) - EIGHT_HOURS) > NEARLY:
        return []
    return tolerance_findings(["time-local-as-z"], 4, ours=ours)
