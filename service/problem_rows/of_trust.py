"""What people are told of errors of `trust` and its formats."""

from service.problem import Problem, Rows
from trust import errors as trust
from trust.formats.pdf import errors as pdf
from trust.formats.time_stamp_query import RequestRefused

TRUST: Rows = {
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
    pdf.PdfRefused: Problem(
        422, "pdf-refused", "这份 PDF 不合规范，不能签章。", "This PDF is not in order and cannot be sealed."
    ),
    RequestRefused: Problem(
        422, "time-stamp-request", "时间戳请求不合规范。", "The request for a time stamp is not in order."
    ),
}
