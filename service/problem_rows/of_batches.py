"""What people are told of errors of batches."""

from issuer.batches import errors as batches
from service.problem import NOT_FOUND, Problem, Rows

BATCHES: Rows = {
    batches.NoSuchBatch: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
    batches.BatchMoved: Problem(
        409,
        "batch-moved",
        "批次目前的状态不能这样办理，可能刚刚有人办过；请刷新后再看。",
        "The batch does not stand where that step begins; somebody may just have acted on it.",
    ),
    batches.BatchOwnHand: Problem(
        403,
        "same-person",
        "提交批次的人不能自己审批；请由另一人办理。一人有两个账号的，也按同一人对待。",
        "Whoever submitted a batch may not approve it; somebody else has to.",
    ),
    batches.BatchStale: Problem(
        409,
        "approval-stale",
        "批次不是您审看的那一份，或者证照模板已经更新，没有批准；请重新审看，模板已更新的请取消后重新提交。",
        "The batch is not what was looked at, or its face is not in force any more; it was not approved.",
    ),
    batches.BatchNotOpened: Problem(
        409,
        "batch-not-opened",
        "审批之前，须由审批人本人打开各行内容和照面样张核对；还没有打开的，打开后再批准。",
        "Before approving, whoever approves has to open the rows and the face of one of them.",
    ),
    batches.PhotographsBusy: Problem(
        503,
        "busy",
        "正在检查照片的表格太多，请过几分钟再提交。",
        "Too many tables with photographs are being looked at; try again in a few minutes.",
    ),
    batches.PicturesLost: Problem(
        409,
        "pictures-lost",
        "试算用的照片已经不在了，例如系统从备份恢复过（备份里没有试算的照片）；表格没有错，请重新提交试算。",
        "The pictures of the trial are gone, as after a restore: nothing is wrong with the table; hand it in again.",
    ),
    batches.BatchRefused: Problem(
        422,
        "batch-refused",
        "表格有误，没有受理；请按所列逐项更正后重新提交。",
        "The table has errors and nothing was taken in; correct what is listed.",
    ),
}
