"""Steps 3, 5 and 6: was the seal in force, did the certificates hold, had the body the mandate, at the judged instant.

The judged instant is the proven time of sealing where the log proves one, else now. Seal maker and signer are judged
alike: path to a pinned anchor, purpose, period and revocation. A path that could not be examined for want of evidence
is INDETERMINATE; one that is definitely broken is FAILED. Where no time of sealing is proven, a period that is over by
now is want of evidence too: the seal may have been made inside it (promise P13).
"""

from datetime import datetime

from trust.errors import Malformed
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.crl import Revoked
from trust.formats.errors import CertificateRevoked, Expired, PathRefused
from trust.formats.ses import Seal
from trust.formats.trust_list import TrustList
from trust.rules.licence import CHINA
from trust.rules.mandate import Mandate, Want
from trust.rules.seal_standing import SealKind
from trust.rules.times import TOLERANCE, Times
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.seal_status import judge_seal_kind, judge_seal_status

PATH_WORDS = {
    "no-path": "证书链不能通到受信任的根证书",
    "expired": "证书在该时刻已过期",
    "not-yet-valid": "证书在该时刻尚未生效",
    "wrong-usage": "证书用途不符",
    "revoked": "证书在该时刻已被撤销",
    "revocation-unknown": "没有足够新的证书撤销列表，无法确认证书未被撤销",
    "signature": "证书链上有签名不成立",
    "constraint": "证书链违反约束",
}
WANTING: dict[Want, str] = {
    "none": "该机构在判定时刻没有颁发这类证照的职权。",
    "area": "该机构颁发这类证照的职权不包括证照所属的行政区划。",
    "delegation": "该机构颁发这类证照的职权来自委托，而所依据的职权在判定时刻已经终止，或者委托超出了它的范围。",
}
EXPIRED_UNPROVEN = "证书现已过期，又没有可信时间证明签名在有效期内作出"


def judge_seal(
    seal: Seal | None, evidence: Evidence, times: Times, *, kinds: frozenset[SealKind] | None = None
) -> list[Finding]:
    """Step 3 beyond the maker's signature value: the seal's period, filing, standing; its maker's path and listing.

    With `kinds` the seal must be on file as one of these: a licence does not bear a seal for invoices.
    """
    if seal is None:
        return [Finding(3, "seal-present", Indication.FAILED, "文件中没有电子印章。")]
    findings = [
        _in_force(seal, times),
        *judge_seal_status(seal.seal_id, seal.der, evidence, times, seal.created),
        *judge_seal_kind(seal.seal_id, evidence, kinds),
    ]
    try:
        maker = load_certificate(seal.maker_certificate)
    except Malformed as error:
        return [*findings, Finding(3, "seal-maker", Indication.FAILED, f"制章者证书无法读取（{error.reason}）。")]
    findings.append(
        judge_path(maker, Purpose.SEAL_MAKER, evidence, times, step=3, name="seal-maker-path", who="制章者")
    )
    if evidence.trust_list is not None and maker.der not in {one.der for one in evidence.listed(Purpose.SEAL_MAKER)}:
        findings.append(Finding(3, "seal-maker-listed", Indication.FAILED, "制章者不在信任列表中。"))
    return findings


def _in_force(seal: Seal, times: Times) -> Finding:
    """The seal's own period."""
    name, at = "seal-in-force", times.judged_at
    if at > seal.valid_until and times.sealed_at is None:
        text = f"印章“{seal.name}”现已过有效期，又没有可信时间证明签章在有效期内作出。"
        return Finding(3, name, Indication.INDETERMINATE, text)
    inside = seal.valid_from <= at <= seal.valid_until
    text = f"印章“{seal.name}”在判定时刻{'处于' if inside else '不在'}有效期内。"
    return Finding(3, name, Indication.PASSED if inside else Indication.FAILED, text)


def judge_signer(octets: bytes | None, evidence: Evidence, times: Times) -> tuple[list[Finding], Certificate | None]:
    """Step 5: the signer's certificate and its path."""
    if octets is None:
        return [Finding(5, "signer-path", Indication.INDETERMINATE, "没有签章人证书可供检查。")], None
    try:
        signer = load_certificate(octets)
    except Malformed as error:
        return [Finding(5, "signer-path", Indication.FAILED, f"签章人证书无法读取（{error.reason}）。")], None
    return [judge_path(signer, Purpose.SEAL_SIGNER, evidence, times, step=5, name="signer-path", who="签章人")], signer


def judge_path(
    leaf: Certificate,
    purpose: Purpose | None,
    evidence: Evidence,
    times: Times,
    *,
    step: int,
    name: str,
    who: str,
) -> Finding:
    """One finding about the path of one certificate; `purpose` None is for certificates of others, that name none."""
    try:
        path = evidence.path(leaf, purpose, at=times.judged_at, now=times.now)
    except PathRefused as error:
        if isinstance(error, Expired) and times.sealed_at is None:
            return Finding(step, name, Indication.INDETERMINATE, f"{who}：{EXPIRED_UNPROVEN}。")
        grave = Indication.FAILED if error.definite else Indication.INDETERMINATE
        return Finding(step, name, grave, f"{who}：{_why(error, times)}。")
    if path.revoked_later is not None and times.sealed_at is not None:
        text = f"{who}的证书链在签章时有效；{_later(path.revoked_later)}，可信时间证明签名在此之前作出。"
        return Finding(step, name, Indication.PASSED, text, path.revocation_age_s, warning=True)
    return Finding(step, name, Indication.PASSED, f"{who}的证书链有效。", path.revocation_age_s)


def _why(error: PathRefused, times: Times) -> str:
    """Why a path does not hold; of a compromise, since when, because that is what people can do something about."""
    if not isinstance(error, CertificateRevoked) or not error.compromise:
        return PATH_WORDS.get(error.reason, error.reason)
    if error.invalid_since is None:
        return "证书的密钥已登记泄露，泄露时间不明，用它作出的签名都不再有效"
    since = f"证书的密钥已登记泄露（自 {_when(error.invalid_since)} 起）"
    if times.sealed_at is None:
        return f"{since}，没有可信时间证明签名在此之前作出"
    return f"{since}，签名的可信时间不早于泄露时间"


def _later(revoked: Revoked) -> str:
    """What became of a certificate after what is judged."""
    if revoked.reason.compromise and revoked.invalid_since is not None:
        return f"其密钥后来登记为泄露（自 {_when(revoked.invalid_since)} 起）"
    return f"证书后来被撤销（自 {_when(revoked.at)} 起）"


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def judge_mandate(
    signer: Certificate | None,
    body_code: str,
    type_code: str,
    evidence: Evidence,
    times: Times,
    named: str | None = None,
    area_code: str | None = None,
) -> list[Finding]:
    """Step 6: the certificate is that body's, the body might issue this type then and there, and is called so.

    `named` is what the body is called, `area_code` where the licence belongs; None where the subject does not tell.
    """
    listed = evidence.trust_list
    if listed is None:
        return [Finding(6, "mandate", Indication.INDETERMINATE, "没有可信的信任列表，无法判断颁发职权。")]
    findings = [_fresh(listed.issued_at, listed.next_update, times.now)]
    if signer is None or signer.subject.organisation_code != body_code:
        findings.append(Finding(6, "signer-is-body", Indication.FAILED, "签章证书不属于证照上写明的颁发机构。"))
    else:
        findings.append(Finding(6, "signer-is-body", Indication.PASSED, "签章证书属于证照上写明的颁发机构。"))
    findings += _type_in_force(listed, type_code, times)
    mandate = listed.mandate_book.judge(body_code, type_code, times.judged_at, area_code)
    if not isinstance(mandate, Mandate):
        findings.append(Finding(6, "mandate", Indication.FAILED, WANTING[mandate]))
        return findings
    findings.append(Finding(6, "mandate", Indication.PASSED, f"{mandate.issuer_name}有颁发这类证照的职权。"))
    if named is not None and named != mandate.issuer_name:
        findings.append(Finding(6, "body-name", Indication.FAILED, f"证照上的颁发机构名称与信任列表不符：{named}。"))
    return findings


def _type_in_force(listed: TrustList, type_code: str, times: Times) -> list[Finding]:
    """Nothing of a type is issued after it was retired; when something was, only a proven time tells."""
    edition, name = listed.type_in_force(type_code), "type-in-force"
    if edition is None or edition.retired_at is None:
        return []
    day = f"{edition.retired_at.astimezone(CHINA):%Y年%m月%d日}"
    if times.sealed_at is None:
        text = f"这类证照已于{day}停用，又没有可信时间证明签章在此之前作出。"
        return [Finding(6, name, Indication.INDETERMINATE, text)]
    if times.sealed_at.replace(microsecond=0) > edition.retired_at:  # an end is told in whole seconds
        return [Finding(6, name, Indication.FAILED, f"这类证照已于{day}停用，签章在此之后作出。")]
    return [Finding(6, name, Indication.PASSED, f"签章在这类证照停用（{day}）之前作出。")]


def _fresh(issued_at: datetime, next_update: datetime, now: datetime) -> Finding:
    age = max(0, int((now - issued_at).total_seconds()))
    if issued_at > now + TOLERANCE:
        text = "信任列表的签发时间晚于核验时刻，不能用来判断该时刻的职权。"
        return Finding(6, "trust-list-fresh", Indication.INDETERMINATE, text, age)
    if now >= next_update:
        return Finding(6, "trust-list-fresh", Indication.INDETERMINATE, "信任列表已过更新期限，请更新后再核验。", age)
    return Finding(6, "trust-list-fresh", Indication.PASSED, "信任列表在更新期限之内。", age)
