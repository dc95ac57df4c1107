"""What people are told of errors of `trust.sealing`."""

from service.problem import NOT_FOUND, Problem, Rows
from trust.sealing import errors as sealing

SEALING: Rows = {
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
}
