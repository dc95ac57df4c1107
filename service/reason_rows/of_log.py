"""Sentences for reasons of what is written once, the log and its witnesses, in Chinese and English."""

ROWS: dict[str, tuple[str, str]] = {
    # Writing once
    "idempotency-key": (
        "幂等键应为 1 至 128 个可见字符。",
        "An idempotency key has 1 to 128 visible characters.",
    ),
    "key": (
        "幂等键应为 16 至 128 个可见 ASCII 字符。",
        "An idempotency key has 16 to 128 visible ASCII characters here.",
    ),
    "idempotency-reserved": (
        "幂等键的开头（warrant:、seal:、compromise:、replaced-by:）留给登记自己用；请换一个键。",
        "Keys that begin so (warrant:, seal:, compromise:, replaced-by:) are the register's own; choose another one.",
    ),
    "idempotency-mismatch": (
        "这个幂等键已用于另一份请求；请换一个键。",
        "This idempotency key belongs to another request; use a new one.",
    ),
    # The log and its witnesses
    "checkpoint-origin": (
        "这是别的存证日志的检查点。",
        "This is a checkpoint of another log.",
    ),
    "checkpoint-older": (
        "这是一份旧的检查点，条目比已会签的少，没有会签；请取最新的一份。",
        "This is an old checkpoint with fewer entries than the one cosigned; nothing was cosigned. Fetch the latest.",
    ),
    "split-view": (
        "存证日志分叉：同样多的条目有两个根。没有会签。",
        "The log shows two trees of one size; nothing was cosigned.",
    ),
    "rolled-back": (
        "存证日志回退：后来签的检查点条目更少。没有会签。",
        "The log has gone back: a later checkpoint is of fewer entries. Nothing was cosigned.",
    ),
    "consistency": (
        "没有证明能把这个检查点与已会签的那个连起来，没有会签；请告知审计人员。",
        "No proof joins this checkpoint to the one cosigned; nothing was cosigned. Tell the auditor.",
    ),
    "misbehaviour": (
        "这份文件不能证明日志自相矛盾：两个检查点可以同时成立。",
        "This file proves nothing against the log: both checkpoints may be true.",
    ),
    "note-name": (
        "名称应为 1 至 200 个可见字符，不带空格和加号。",
        "A name has 1 to 200 visible characters, without spaces and plus signs.",
    ),
    "verifier-key": (
        "公钥写法不对：应为“名称+编号+密钥”一行，且用途相符。",
        "Not a key of this use: one line of name, key id and key is needed.",
    ),
    "witness-unknown": (
        "没有已登记的见证方的会签；先由日志一方运行 `yinzheng witness admit`。",
        "No line of an admitted witness; the log's side runs `yinzheng witness admit` first.",
    ),
    "witness-name": (
        "这个名称已由另一把密钥使用；先停用原来的见证方，或另取名称。",
        "Another key has this name; dismiss that witness first, or choose another name.",
    ),
    "witnesses-full": ("见证方已满 15 个。", "There are 15 witnesses already."),
    "cosignature-time": (
        "会签的时间不可能：早于检查点，或者晚于现在；请校准见证方的时钟。",
        "The time of the cosignature cannot be; set the witness's clock.",
    ),
    "type-revived": (
        "已公布停用的证照类型不能按原版本恢复；请提高模板的版本号，另行公布。",
        "A type that was told to be retired does not come back in the same version; publish a higher one.",
    ),
}
