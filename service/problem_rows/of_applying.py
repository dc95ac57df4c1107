"""What people are told of errors of `issuer.applying`."""

from issuer import errors as issuer
from issuer.applying import errors as applying
from service.problem import Problem, Rows
from service.problem_rows.of_issuing import ISSUER

APPLYING: Rows = {
    issuer.AlreadySucceeded: Problem(
        409,
        "already-succeeded",
        "这本证照已经有了后续证照，不能再变更、延续或者补发；请对后续证照办理。",
        "Another licence follows this one already; apply for a successor of that one.",
    ),
    applying.NoSuchDocket: ISSUER[issuer.NoSuchLicence],
    applying.DocketMoved: Problem(
        409,
        "application-moved",
        "申请目前的状态不能这样办理，可能刚刚另有人办理过，或者批准已经过期；请刷新后再看。",
        "The application stands elsewhere by now, or its approval has run out; look at it again.",
    ),
    applying.SamePerson: Problem(
        403,
        "same-person",
        "经手这份申请的人不能自己审批；请由另一人办理。一人有两个账号的，也按同一人对待。",
        "Whoever had a hand in an application may not decide on it; somebody else has to.",
    ),
    applying.NotAnAuthor: Problem(
        403,
        "not-an-author",
        "只有经手这份申请的人才能撤回。",
        "Only whoever had a hand in an application may withdraw it.",
    ),
    applying.ApprovalStale: Problem(
        409,
        "approval-stale",
        "申请的内容已经不是您审看的那一份，没有批准；请重新审看。",
        "The application no longer says what was looked at, and was not approved; look at it again.",
    ),
    applying.NeedsApproval: Problem(
        409,
        "needs-approval",
        "这类证照须经另一人审批才能签发；请提交申请。",
        "Licences of this type need a second person's approval; hand in an application.",
    ),
    applying.SuccessionRefused: Problem(
        422,
        "succession-refused",
        "不能接续原证照办理；请按所列逐项核对。",
        "The licence cannot follow that one; see what is listed.",
    ),
}
