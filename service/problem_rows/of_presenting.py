"""What people are told of errors of `issuer.copying` and `issuer.presenting`."""

from dataclasses import replace

from issuer.consenting import errors as consenting
from issuer.copying import errors as copying
from issuer.presenting import errors as presenting
from service.problem import INTERNAL, NOT_FOUND, Problem, Rows

COPYING: Rows = {
    copying.CopyingError: replace(INTERNAL, code="copying"),
    copying.CopyRefused: Problem(
        422, "copy-refused", "加注件的内容不合要求，未制作；请更正后重试。", "The terms of the copy are not in order."
    ),
    copying.NotInForce: Problem(
        409,
        "original-not-in-force",
        "证照目前不能使用，不能制作加注件；请先查看证照状态。",
        "The licence is not in force, so no copy is made; look at its standing first.",
    ),
    copying.BasisEnded: Problem(
        403, "basis-ended", "没有可以凭以制作加注件的授权；请取得相应授权。", "No consent carries this copy."
    ),
    consenting.NoSuchConsent: Problem(
        404, NOT_FOUND, "没有查到这份授权，请核对编号。", "There is no such consent; check its number."
    ),
    consenting.ConsentMoved: Problem(
        409, "consent-moved", "这份授权已经复核过，请刷新后查看。", "The consent is decided already; look again."
    ),
    consenting.ConsentOwnHand: Problem(
        403,
        "consent-own-hand",
        "授权须由登记人以外的另一人复核；请由他人办理。",
        "Another person than whoever recorded the consent has to confirm it.",
    ),
    consenting.ConsentNotTaken: Problem(
        422,
        "consent-not-taken",
        "授权的内容不合要求，未登记；请更正后重试。",
        "The consent cannot be recorded like this.",
    ),
    copying.NoSuchCopy: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
}

PRESENTING: Rows = {
    presenting.PresentingError: replace(INTERNAL, code="presenting"),
    presenting.PresentingRefused: Problem(
        422, "presenting-refused", "亮证的要求不合规范；请更正后重试。", "What was asked for is not in order."
    ),
    presenting.NoSuchCode: Problem(
        404, NOT_FOUND, "没有这个亮证码，请核对后重新扫码。", "There is no such code; scan it again."
    ),
    presenting.CodeUsed: Problem(
        409,
        "code-used",
        "这个亮证码已使用，请持证人重新出示。",
        "This code has been used; ask the holder for a new one.",
    ),
    presenting.CodeWithdrawn: Problem(
        409,
        "code-withdrawn",
        "持证人已撤回这个亮证码，请其重新出示。",
        "The holder has withdrawn this code; ask for a new one.",
    ),
    presenting.CodeExpired: Problem(
        409,
        "code-expired",
        "这个亮证码已过有效期，请持证人重新出示。",
        "This code has expired; ask the holder for a new one.",
    ),
    presenting.CodeForOthers: Problem(
        403,
        "code-for-others",
        "持证人指定这个亮证码只向别的单位出示，尚未使用；请持证人重新出示。",
        "The holder made this code for somebody else, and it stays unused; ask the holder for a new one.",
    ),
    presenting.TooManyCodes: Problem(
        429,
        "too-many-codes",
        "未使用的亮证码太多，请等它们过期，或者先撤回一些。",
        "Too many codes are open; withdraw some or wait until they expire.",
    ),
}
