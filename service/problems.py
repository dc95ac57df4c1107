"""Every error of the packages below, turned into one sentence for people: what happened, and what to do next.

One table from error class to (status, code, Chinese, English), and a second one (`service.reasons`) that makes the
sentence finer by the error's stable reason. The web answers RFC 9457 problems from it, the command line prints it. A
test walks all error classes and fails on one without a row, so nothing reaches a user as a traceback or an English
word of a library. Unknown and forbidden share their rows where telling them apart would tell something.
"""

import errno
from dataclasses import dataclass, replace

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from cases import errors as cases
from issuer import errors as issuer
from keys import errors as keys
from keys.backend import ADVICE_EN, ADVICE_ZH
from service import blobs, identity
from service.errors import NotYetPublished, TimeStampUnavailable
from service.reasons import REASONS
from templates import errors as templates
from trust import errors as trust
from trust.certification import errors as certification
from trust.certification.stamping import StampRefused
from trust.formats.pdf import errors as pdf
from trust.formats.time_stamp_query import RequestRefused
from trust.log import errors as log
from trust.revocation import errors as revocation
from trust.rules.errors import FieldRefused
from trust.sealing import errors as sealing
from verifier import errors as verifier


@dataclass(frozen=True)
class Problem:
    """An answer to an error: HTTP status, stable code, the sentence in both languages, and details by field."""

    status: int
    code: str
    zh: str
    en: str
    details: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The members of an `application/problem+json` answer."""
        body: dict[str, object] = {
            "type": f"urn:yinzheng:problem:{self.code}",
            "title": self.zh,
            "status": self.status,
            "detail": self.en,
            "code": self.code,
        }
        if self.details:
            body["errors"] = [{"field": field, "reason": reason} for field, reason in self.details]
        return body


class Usage(Exception):  # noqa: N818  (named by what it is about)
    """The caller's words do not fit; `zh` and `en` say which and what would."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


INTERNAL = Problem(
    500,
    "internal",
    "系统内部出现问题，本次操作没有完成；请稍后重试，仍不行请联系管理员。",
    "Something went wrong inside; nothing was completed. Try again later, then tell the administrator.",
)

NOT_FOUND = "not-found"
"""The one code of what is unknown and of what is not the asker's to see."""
FILE_MISSING = Problem(503, "file-missing", "证照文件暂时取不到，请联系管理员。", "The stored file cannot be had.")

TABLE: dict[type[Exception], Problem] = {
    keys.KeysError: replace(INTERNAL, code="keys"),
    keys.MalformedKey: Problem(
        422, "malformed-key", "公钥或私钥不合规范，请换一把。", "The key is malformed; use another."
    ),
    keys.SignatureRefused: Problem(422, "signature-refused", "签名不成立。", "The signature does not hold."),
    keys.CiphertextRefused: Problem(422, "ciphertext-refused", "密文不能解开。", "The ciphertext does not decrypt."),
    keys.BackendMissing: Problem(
        503,
        "backend-missing",
        ADVICE_ZH,
        ADVICE_EN,
    ),
    keys.BackendFailed: Problem(
        503, "backend-failed", "密码库出错，请重试。", "The cryptographic library failed; retry."
    ),
    keys.SelfTestFailed: Problem(
        503,
        "self-test-failed",
        "密码自检未通过，服务不会启动；请检查密码库。",
        "The self-test failed; check libcrypto.",
    ),
    keys.KeyFileRefused: Problem(
        503,
        "key-file-refused",
        "密钥文件不合规范，请检查文件及其权限。",
        "A key file is not in order; check it and its mode.",
    ),
    keys.WrongPassphrase: Problem(
        503,
        "wrong-passphrase",
        "口令打不开密钥文件；请检查 YINZHENG_PASSPHRASE。",
        "The passphrase does not open the key file; check YINZHENG_PASSPHRASE.",
    ),
    keys.KeyNotUsable: Problem(
        409,
        "key-not-usable",
        "该密钥不能这样使用；生产环境须使用密码设备中的密钥。",
        "The key may not be used like this; production needs keys in a device.",
    ),
    keys.UnknownReference: Problem(409, "unknown-key", "没有这把密钥。", "There is no such key."),
    keys.SigningFailed: Problem(
        503,
        "signing-failed",
        "签名没有成功，未签发任何内容；请重试。",
        "Signing failed and nothing was issued; try again.",
    ),
    trust.TrustError: Problem(422, "refused", "数据未被接受。", "The data was refused."),
    trust.Malformed: Problem(
        422,
        "malformed",
        "数据格式不合规范，请按说明更正后重试。",
        "The data is not in the required form; correct it and try again.",
    ),
    trust.Untrusted: Problem(
        422, "untrusted", "数据不可信：签名、证书或权限不成立。", "Signature, certificate or authority does not hold."
    ),
    trust.Conflict: Problem(409, "conflict", "目前的状态不允许这样做。", "The present state does not allow this."),
    log.LogDamaged: Problem(
        503,
        "log-damaged",
        "存证日志的存储与已签的检查点不符，已停止签发；请立即联系审计人员。",
        "The stored log does not match what was signed; call the auditor.",
    ),
    log.NotLogged: Problem(404, "not-logged", "存证日志中没有这一条。", "The log has no such entry."),
    revocation.SubjectUnknown: Problem(
        404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."
    ),
    revocation.NotPublished: Problem(404, "not-published", "没有这份状态清单。", "There is no such status list."),
    revocation.PublicationDamaged: Problem(
        503,
        "publication-damaged",
        "状态清单存储异常，已停止公布；请联系管理员。",
        "A stored status list is damaged; publishing has stopped.",
    ),
    certification.CertificateUnknown: Problem(404, NOT_FOUND, "没有这张证书。", "There is no such certificate."),
    certification.NotPublished: Problem(
        404, "not-published", "没有这份清单，或者尚未公布。", "There is no such list, or none yet."
    ),
    certification.PublicationDamaged: Problem(
        503,
        "publication-damaged",
        "清单存储异常，已停止公布；请联系管理员。",
        "A stored list is damaged; publishing has stopped.",
    ),
    sealing.SealNotMade: Problem(
        422, "seal-not-made", "制章数据有误，未制章；请核对后重试。", "The seal was not made; correct its data."
    ),
    sealing.SealNotUsable: Problem(
        409,
        "seal-not-usable",
        "印章目前不能使用（停用、注销、过期或未到启用时间），未签章。",
        "The seal is not in force; nothing was sealed.",
    ),
    sealing.SealExists: Problem(
        409, "seal-exists", "这个印章编号已经备案，请换一个编号。", "This seal number is in use; give another."
    ),
    sealing.SealWishRefused: Problem(
        422,
        "seal-wish-refused",
        "印章申请或用印请求有误，请按说明更正后重试。",
        "The application or request for a seal is not in order; correct it.",
    ),
    sealing.SealMoveRefused: Problem(
        409,
        "seal-move",
        "印章或申请目前的状态不能这样办理，请先查看状态。",
        "The present state of the seal or application does not allow this; look at it first.",
    ),
    sealing.SealKindTaken: Problem(
        409, "seal-kind-taken", "已有同类印章在用或正在办理。", "There is such a seal already, or one under way."
    ),
    sealing.SameOfficer: Problem(
        403,
        "second-person",
        "申请人不能自己批准，请由另一人办理。",
        "Whoever asked cannot approve; another person has to.",
    ),
    sealing.SealQuotaReached: Problem(
        409,
        "seal-quota",
        "这枚印章今天的用印次数已到上限，未用印。",
        "The seal has reached its limit for today; nothing was sealed.",
    ),
    sealing.SealNeedsApproval: Problem(
        409,
        "seal-needs-approval",
        "今天用印次数已超过单人限额，须经第二人批准；未用印。",
        "More than one person may seal alone today; a second person has to approve.",
    ),
    sealing.SealingFailed: Problem(
        500,
        "sealing-failed",
        "用印后的自查未通过，文件未发出；请联系管理员。",
        "The check after sealing failed; nothing was handed out.",
    ),
    sealing.SealUnknown: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
    pdf.PdfRefused: Problem(
        422, "pdf-refused", "这份 PDF 不合规范，不能签章。", "This PDF is not in order and cannot be sealed."
    ),
    issuer.IssuerError: replace(INTERNAL, code="issuing"),
    issuer.ApplicationRefused: Problem(
        422,
        "application-refused",
        "申请数据有误，未签发；请按所列逐项更正。",
        "The application has errors and nothing was issued; correct the fields listed.",
    ),
    issuer.NoMandate: Problem(
        403,
        "no-mandate",
        "本机构没有颁发这类证照的职权，未签发。",
        "This body has no mandate for this type of licence.",
    ),
    issuer.UnknownType: Problem(
        404,
        "unknown-type",
        "证照目录中没有这个类型；`yinzheng types` 列出全部类型。",
        "No such licence type; `yinzheng types` lists them.",
    ),
    issuer.DuplicateNumber: Problem(
        409,
        "duplicate-number",
        "该证照编号已经用过，未签发；请换一个编号。",
        "This licence number is in use; give another.",
    ),
    issuer.IdempotencyMismatch: Problem(
        409,
        "idempotency-mismatch",
        "这个幂等键已用于另一份请求；请换一个键。",
        "This idempotency key belongs to another request; use a new one.",
    ),
    issuer.PlanBroken: Problem(
        500,
        "plan-broken",
        "将要签名的内容与事先登记的不一致，未签发；请用新的幂等键重新申请。",
        "What would be signed differs from the stored plan; apply again under a new key.",
    ),
    issuer.NoSuchLicence: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
    issuer.NotSound: Problem(
        500,
        "not-sound",
        "签发后的自查未通过，未发出；请联系管理员。",
        "The check after signing failed; nothing was released.",
    ),
    issuer.NoPen: Problem(
        409, "no-seal", "本机构没有可用的电子印章，请先制章并启用。", "This body has no seal in force."
    ),
    verifier.VerifierError: replace(INTERNAL, code="verifying"),
    verifier.EvidenceUnusable: Problem(
        422,
        "evidence-unusable",
        "核验依据读不出来；请重新导出核验包或检查根证书文件。",
        "The evidence cannot be read; export the bundle again or check the anchors.",
    ),
    verifier.NotCarried: replace(INTERNAL, code="reading"),
    verifier.NotUnderstood: Problem(
        422,
        "not-understood",
        "无法识别：请提供 OFD 或 PDF 文件、证照二维码，或完整的证照标识。",
        "Not recognised: give an OFD or PDF file, a licence code, or a whole identifier.",
    ),
    verifier.PolicyMismatch: Problem(
        422,
        "policy-mismatch",
        "这个核验策略不适用：文件与二维码各有策略，请换一个或不指定。",
        "The policy is for codes and this is a file, or the other way round; choose another or none.",
    ),
    verifier.FileUnavailable: FILE_MISSING,
    verifier.UnknownPolicy: Problem(422, "unknown-policy", "没有这个核验策略。", "There is no such policy."),
    cases.CasesError: replace(INTERNAL, code="citing"),
    cases.MalformedMatters: Problem(
        500, "malformed-matters", "事项清单读不出来，请检查 matters.toml。", "The list of matters cannot be read."
    ),
    cases.MalformedRequest: Problem(
        422, "malformed-request", "引用请求有误，请按说明更正。", "The request is malformed; correct it."
    ),
    cases.NoSuchRequirement: Problem(
        404,
        "no-such-requirement",
        "没有这个事项或这项材料，请核对事项编码与材料编码。",
        "No such matter or requirement.",
    ),
    cases.NoSuchCitation: Problem(404, NOT_FOUND, "没有查到，请核对用证码。", "Nothing was found; check the number."),
    cases.NothingHeld: Problem(
        404,
        "nothing-held",
        "没有查到可供引用的证照；可请持证人核对，或按规定收取材料。",
        "No licence was found that could be cited.",
    ),
    cases.WrongHolder: Problem(
        409, "wrong-holder", "这本证照不是该持证主体的，不能引用。", "The licence belongs to another holder."
    ),
    cases.WrongType: Problem(
        409, "wrong-type", "这类证照不能满足该项材料。", "This type of licence does not satisfy the requirement."
    ),
    cases.NotVerified: Problem(
        409,
        "not-verified",
        "证照核验未通过，不能引用；原因见核验项。",
        "The licence did not pass verification and cannot be cited.",
    ),
    cases.ConsentRefused: Problem(
        403, "consent-refused", "授权不足以支持这次引用，请取得相应授权。", "The consent does not carry this citation."
    ),
    cases.StandingMoved: Problem(
        409,
        "standing-moved",
        "证照状态刚刚发生变化，未引用；请重新核验。",
        "The licence's standing has just changed; verify again.",
    ),
    cases.FileChanged: Problem(409, "file-changed", "证照文件已与引用时不同。", "The file is no longer the one cited."),
    cases.IdempotencyMismatch: Problem(
        409,
        "idempotency-mismatch",
        "这个幂等键已用于另一份请求；请换一个键。",
        "This idempotency key belongs to another request; use a new one.",
    ),
    cases.NumberTaken: replace(INTERNAL, code="number-taken"),
    cases.ReceiptRefused: replace(INTERNAL, code="receipt-refused"),
    templates.TemplatesError: replace(INTERNAL, code="templates"),
    templates.TemplateError: Problem(500, "template", "证照模板有误，请检查模板。", "The template is in error."),
    templates.MissingGlyph: Problem(
        422,
        "missing-glyph",
        "有一个字不能印出，未签发；请联系管理员补充字库。",
        "A character cannot be printed; nothing was issued.",
    ),
    templates.DoesNotFit: Problem(
        422,
        "does-not-fit",
        "有一项内容太长，照面放不下，未签发；请缩短后重试。",
        "A text is too long for the face; shorten it.",
    ),
    templates.CodeDoesNotFit: Problem(
        422,
        "code-does-not-fit",
        "二维码内容太长，未签发；请缩短持证主体名称或服务地址。",
        "The code is too dense to print; shorten name or address.",
    ),
    templates.CodeUnreadable: replace(INTERNAL, code="code-unreadable"),
    templates.PictureRefused: Problem(
        422,
        "picture-refused",
        "印章图片不合要求：须为背景透明、不含附加信息的 PNG，200 至 1300 dpi，8 至 60 毫米，不超过 192 KB。",
        "The picture does not do: a PNG with clear ground and no metadata, 200 to 1300 dpi, 8 to 60 mm, 192 KB.",
    ),
    blobs.BlobMissing: FILE_MISSING,
    TimeStampUnavailable: Problem(
        503,
        "time-stamp-unavailable",
        "时间戳服务没有给出可用的时间戳，文件没有发出；请稍后用同一幂等键重试。",
        "The time-stamp authority gave no stamp that holds; nothing was handed out. Try again under the same key.",
    ),
    StampRefused: Problem(
        503,
        "time-stamp-refused",
        "现在不能签发时间戳（时钟不在精度范围之内，或请求过多）；请检查时钟，稍后再试。",
        "No time stamp can be given now: the clock is out, or too many were asked for. Check the clock and try again.",
    ),
    RequestRefused: Problem(
        422, "time-stamp-request", "时间戳请求不合规范。", "The request for a time stamp is not in order."
    ),
    NotYetPublished: Problem(
        503,
        "not-yet-published",
        "已经登记，不会丢失；但还没有公布，服务会自动再公布，也可运行 yinzheng publish。请勿换键重做。",
        "It is recorded and will not be lost; publishing failed and will be tried again, or run yinzheng publish.",
    ),
    identity.IdentityError: Problem(403, "not-allowed", "没有这项权限。", "Not allowed."),
    identity.NotSignedIn: Problem(401, "not-signed-in", "请先登录。", "Sign in first."),
    identity.NotAllowed: Problem(403, "not-allowed", "没有这项权限。", "Not allowed."),
    identity.WrongCredentials: Problem(401, "wrong-credentials", "账号或密码不对。", "Login or password is wrong."),
    identity.TooManyTries: Problem(
        429, "too-many-tries", "登录失败次数过多，请五分钟后再试。", "Too many failures; try again in five minutes."
    ),
    identity.Busy: Problem(
        503, "busy", "现在登录的人太多，请稍后再试。", "Too many are signing in; try again in a moment."
    ),
    identity.ForgedRequest: Problem(
        403,
        "forged-request",
        "页面已过期或请求不是从本站发出；请刷新页面后重试。",
        "The form is not from this site; reload the page.",
    ),
}

NOT_PUBLISHED = Problem(
    503,
    "not-published",
    "尚未公布任何核验依据，暂时不能核验；请稍后再试。",
    "No evidence has been published yet; try again later.",
)
ACTS_UNPUBLISHED = Problem(
    503,
    "acts-unpublished",
    "有已登记的决定还没有公布，现在不能导出核验包；请先运行 yinzheng publish，或稍后再试。",
    "An act is recorded and not published yet; run yinzheng publish, or try again in a moment.",
)
EVIDENCE = {problem.code: problem for problem in (NOT_PUBLISHED, ACTS_UNPUBLISHED)}
STORAGE = Problem(
    503,
    "storage",
    "数据库暂时不可用，本次操作没有完成；请稍后重试。",
    "The database cannot be had; nothing was completed. Try again later.",
)
FULL = Problem(
    507,
    "storage-full",
    "存储空间已满，本次操作没有完成；请联系管理员。",
    "The storage is full and nothing was completed; tell the administrator.",
)


def problem_of(error: Exception) -> Problem:
    """The problem of an error; errors of no package of ours are internal, and their words are not shown."""
    if isinstance(error, Usage):
        return Problem(422, error.code, error.zh, error.en)
    row = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None) or _of_the_machine(error)
    if isinstance(error, issuer.ApplicationRefused):
        return replace(row, details=error.problems)
    if isinstance(error, templates.MissingGlyph):
        return replace(row, zh=f"“{error.character}”字不能印出（{error.where}），未签发；请联系管理员补充字库。")
    if isinstance(error, cases.NotVerified):
        failed = [item for item in error.verdict.findings if item.indication.value != "PASSED"]
        return replace(row, details=tuple((item.name, item.detail) for item in failed))
    if isinstance(error, NotYetPublished):
        return replace(row, details=(("subject", error.subject),))
    if isinstance(error, verifier.EvidenceUnusable) and error.reason in EVIDENCE:
        return EVIDENCE[error.reason]
    return _finer(row, error)


def _finer(row: Problem, error: Exception) -> Problem:
    """The row with the sentence and the code of the error's reason, where people can do something about it.

    What is unknown keeps its row: a finer word could tell it from what is only hidden.
    """
    if row.code == NOT_FOUND:
        return row
    finer = (
        trust.TrustError, keys.KeyNotUsable, cases.ConsentRefused, cases.MalformedRequest, verifier.NotUnderstood,
    )  # fmt: skip
    if not isinstance(error, finer):
        return row
    zh, en = REASONS.get(error.reason, (row.zh, row.en))
    return replace(
        row,
        code=error.reason if isinstance(error, trust.TrustError) else row.code,
        zh=zh,
        en=en,
        details=((error.key if isinstance(error, FieldRefused) else "reason", error.reason),),
    )


def _of_the_machine(error: Exception) -> Problem:
    """The problem of an error that no package of ours raises."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FULL
    if (
        isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError
    ):  # as of a file that is none
        said = str(error.orig)
        return FULL if "disk is full" in said or "No space left" in said else STORAGE
    return INTERNAL
