"""What people are told of errors of converting stock."""

from issuer.converting import errors as converting
from service.problem import NOT_FOUND, Problem, Rows

CONVERTING: Rows = {
    converting.NoSuchStock: Problem(
        404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."
    ),
    converting.StockMoved: Problem(
        409,
        "stock-moved",
        "这份存量证照现在不能这样办理（可能刚刚有人办过），请刷新后查看。",
        "This stock does not stand where that step begins; somebody may just have acted on it.",
    ),
    converting.SecondPersonNeeded: Problem(
        409,
        "second-person",
        "录入或核对过的人不能复核，请由另一人办理。",
        "Whoever entered or compared it may not confirm it; somebody else has to.",
    ),
    converting.ConfirmationStale: Problem(
        409,
        "confirmation-stale",
        "内容在您查看之后有变化，没有复核；请重新查看。",
        "The content has changed since it was looked at; look at it again.",
    ),
    converting.FaceChanged: Problem(
        409,
        "face-changed",
        "复核之后证照模板有了新版本，没有签发；请按现在的照面重新核对，再由另一人复核。",
        "The template is newer than what was confirmed; nothing was issued. Compare again, and have it confirmed.",
    ),
    converting.ScanRefused: Problem(
        422,
        "scan-refused",
        "扫描件不合要求：须为 PDF、JPEG 或 PNG，不超过 20 MB、20 页，每一页都能显示。",
        "The scan does not do: a PDF, JPEG or PNG of at most 20 MB and 20 pages, each of which can be shown.",
    ),
    converting.StockRefused: Problem(
        422,
        "stock-refused",
        "存量清单或核对情况有误，没有受理；请按所列逐项更正。",
        "The manifest or the comparison has errors and nothing was taken in; correct what is listed.",
    ),
}
