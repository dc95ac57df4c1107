"""What people are told of errors of feeding."""

from issuer.feeding import errors as feeding
from service.problem import NOT_FOUND, Problem, Rows

FEEDING: Rows = {
    feeding.NoSuchHook: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
    feeding.CursorAhead: Problem(
        409,
        "feed-cursor",
        (
            "所给的编号比现有的都大：系统可能从备份恢复过，其后的事已经查不到。"
            "请从 after=0 重新读取，按所列的事项重新核对本部门已经登记的结果。"
        ),
        (
            "No event has that number yet: this installation may have been restored from a backup and has lost events "
            "that you have seen. Read again from after=0 and fetch anew what you keep."
        ),
    ),
    feeding.HookRefused: Problem(
        422,
        "hook-refused",
        "回告地址不合要求：须为公网上的 https 地址，每个部门最多五个。",
        "The address does not do: https on the public network, five of a department at most.",
    ),
    feeding.DeliveryFailed: Problem(
        502, "delivery-failed", "没有送达，将会重试。", "It did not arrive and is tried again."
    ),
}
