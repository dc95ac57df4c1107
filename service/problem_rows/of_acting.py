"""What people are told of errors of `issuer.warrants`."""

from issuer import errors as issuer
from issuer.warrants import errors as warrants
from service.problem import Problem, Rows
from service.problem_rows.of_issuing import ISSUER

ACTING: Rows = {
    warrants.NoSuchWarrant: ISSUER[issuer.NoSuchLicence],
    warrants.WarrantMoved: Problem(
        409,
        "act-order-moved",
        "这份处理审批单已经办结，或者刚刚另有人办理过；请刷新后再看。",
        "The order is decided already, or somebody was faster; look at it again.",
    ),
    warrants.OwnWarrant: Problem(
        403,
        "same-person",
        "提请处理的人不能自己审批；请由另一人办理。一人有两个账号的，也按同一人对待。",
        "Whoever ordered an act may not decide on it; somebody else has to.",
    ),
    warrants.NotTheMaker: Problem(
        403, "not-the-maker", "只有提请处理的人才能撤回。", "Only whoever ordered the act may withdraw it."
    ),
    warrants.NeedsSecond: Problem(
        409,
        "needs-second-person",
        "这项处理须由两人办理：请提请处理，由本部门另一人批准后登记。",
        "This act takes two people: place an order, and another person of the body approves it.",
    ),
    warrants.WarrantRefused: Problem(
        422,
        "act-order-refused",
        "不能这样提请或者批准处理；请按所列逐项核对。",
        "The order cannot be placed or approved like this; see what is listed.",
    ),
}
