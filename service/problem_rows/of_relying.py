"""What people are told of errors of `verifier`, and of `cases`, which rely on it."""

from dataclasses import replace

from cases import errors as cases
from service.problem import FILE_MISSING, INTERNAL, NOT_FOUND, Problem, Rows
from verifier import errors as verifier

VERIFIER: Rows = {
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
}

CASES: Rows = {
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
    cases.GradeTooLow: Problem(
        409,
        "grade-too-low",
        "证照由存量转换而来，证据等级低于本材料的要求，没有引用；请另行核对原件，或请颁发机构补充核对后重新转换。",
        "The licence was converted from stock on less evidence than this material asks for; nothing was cited.",
    ),
    cases.CopyNotCited: Problem(
        409,
        "copy-not-cited",
        "这是加注件，不能代替证照原件引用；请引用原件。",
        "This is an annotated copy, which does not stand in for the licence; cite the original.",
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
}
