"""What people are told of errors about lost keys."""

from service.lost_keys import errors
from service.problem import NOT_FOUND, Problem, Rows

COMPROMISES: Rows = {
    errors.NoSuchCompromise: Problem(
        404, NOT_FOUND, "没有这份密钥泄露登记，请核对编号。", "There is no such report; check its number."
    ),
    errors.CompromiseRefused: Problem(
        422,
        "compromise-refused",
        "不能这样登记密钥泄露，请核对后再办。",
        "The loss of a key cannot be reported or worked on like this.",
    ),
    errors.CompromiseMoved: Problem(
        409,
        "compromise-moved",
        "这一项已经办结，或者刚刚另有人办理过；请刷新后再看。",
        "This is decided already, or somebody was faster; look at it again.",
    ),
    errors.NotAnother: Problem(
        403,
        "same-person",
        "登记的人不能自己确认；请由另一人办理。一人有两个账号的，也按同一人对待。",
        "Whoever reported it may not confirm it; somebody else has to.",
    ),
    errors.CompromiseError: Problem(
        422, "compromise-refused", "不能这样办理，请核对后再办。", "This cannot be done like this."
    ),
}
