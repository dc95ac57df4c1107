"""Finer sentences for reasons that people meet: the stable reason of an error, then Chinese and English.

`service.problems` puts one of these in place of the general sentence of an error's class, where there is one. A reason
without a line here is told by the general sentence, and its code stands beside it.
"""

REASONS: dict[str, tuple[str, str]] = {
    # Writing once
    "idempotency-key": (
        "幂等键应为 1 至 128 个可见字符。",
        "An idempotency key has 1 to 128 visible characters.",
    ),
    "key": (
        "幂等键应为 16 至 128 个可见 ASCII 字符。",
        "An idempotency key has 16 to 128 visible ASCII characters here.",
    ),
    "idempotency-mismatch": (
        "这个幂等键已用于另一份请求；请换一个键。",
        "This idempotency key belongs to another request; use a new one.",
    ),
    # Publishing
    "clock-went-back": (
        "系统时钟倒退，已停止签发；请校时后重试。",
        "The clock went back and signing has stopped; set it right and try again.",
    ),
    "would-un-revoke": (
        "将要公布的状态清单会使已失效的证照恢复有效，已拒绝；请检查是否误用了旧备份。",
        "The list would make a revoked licence valid again and was refused; was an old backup restored?",
    ),
    "would-void-an-act": (
        "这项处理会使已经登记、尚待生效的暂扣或者限制落空；请先撤回该项，再办理。",
        "This would undo a measure already on record; lift that one as of its own beginning first.",
    ),
    "number-not-greater": (
        "另有进程先公布了更新的状态清单。",
        "Another process has published a newer status list.",
    ),
    "not-yet-published": (
        "已记入存证日志，尚未列入已签的检查点，请稍后再查。",
        "The log has the entry and has not signed for it yet; ask again in a moment.",
    ),
    # Acts
    "ground-unknown": (
        "没有这个事由；`yinzheng grounds` 列出全部事由。",
        "There is no such ground; `yinzheng grounds` and GET /api/v1/grounds list them.",
    ),
    "ground-kind": (
        "这个事由不能用于这种处理；`yinzheng grounds` 列出各事由的适用范围。",
        "This ground is not for this kind of act; `yinzheng grounds` says which is.",
    ),
    "ground-authority": ("这个事由不由颁发机构使用。", "An issuing body may not act on this ground."),
    "reason-missing": ("这个事由必须写明理由（--reason）。", "This ground needs a reason in words (--reason)."),
    "standing-final": (
        "证照已经失去效力，不能再作处理。",
        "The licence has come to its end; nothing more can be done to it.",
    ),
    "standing-move": (
        "证照目前的状态不能这样处理；请先查看证照状态。",
        "The present standing does not allow this; look at the standing first.",
    ),
    "not-retroactive": (
        "生效时间太早：这个事由不能追溯，恢复也不能早于登记之时。",
        "Effective too early: this ground does not reach back, and nothing is reinstated before it is recorded.",
    ),
    "act-times": ("决定时间不能晚于登记之时。", "A decision cannot be later than its recording."),
    "act-recorded-order": (
        "系统时钟早于上一次登记，已停止办理；请校时后重试。",
        "The clock is behind the last act; set it right and try again.",
    ),
    "act-busy": ("这本证照正在办理另一项处理，请重试。", "Another act on this licence is under way; try again."),
    "act-sequence": ("这本证照刚刚办理了另一项处理，请重试。", "Another act has just been recorded; try again."),
    "log-busy": ("存证日志正忙，请重试。", "The log is busy; try again."),
    # Identifiers and codes
    "check-character": ("校验位不对，请核对是否输错。", "The check character is wrong; was it mistyped?"),
    "structure": ("不是完整的证照标识。", "This is not a whole licence identifier."),
    "token-text": ("不是完整的证照二维码文字。", "This is not the whole text of a licence code."),
    "neither-code-nor-identifier": (
        "既不是证照二维码的文字，也不是完整的证照标识；请核对是否输错。",
        "This is neither the text of a licence code nor a whole identifier; was it mistyped?",
    ),
    "too-long": ("内容太长，请缩短后重试。", "The text is too long; shorten it."),
    # Citing
    "case-number": (
        "办件编号应为 1 至 50 个字母、数字或连字符。",
        "A case number has 1 to 50 letters, digits or hyphens.",
    ),
    "code": ("事项编码、材料编码或部门编码不合规范。", "A code of matter, requirement or department is malformed."),
    "holder-code": ("持证主体的证件类型或号码不合规范。", "The holder's code or its type is malformed."),
    "identifier": (
        "证照标识不完整或校验位不对，请核对是否输错。",
        "The identifier is not whole or its check character is wrong.",
    ),
    "purpose": ("用途应为 1 至 200 个字的通顺文字。", "A purpose has 1 to 200 characters of plain text."),
    "officer": ("经办人姓名不合规范。", "The officer's name is malformed."),
    "personal-data": (
        "办件编号、用途和授权编号会长期保存，不得写入持证主体或代理人的证件号码，也不得写入任何人的公民身份号码。",
        "Case number, purpose and reference are kept: they may hold no code of holder or agent and no citizen number.",
    ),
    "consent-purpose": ("授权的用途与这次引用不一致。", "The consent is for another purpose."),
    "consent-giver": (
        "授权不是由持证主体或其受托人、依职能的部门给出。",
        "The consent was not given by whoever may give it.",
    ),
    "consent-reference": ("请写明授权书或委托书的编号。", "Name the consent by its number."),
    "consent-basis": ("依职能引用须写明法律依据。", "A statutory citation needs its legal basis."),
    "consent-period": ("持证人授权或委托须写明截止时间。", "A holder's or agent's consent needs an end."),
    "consent-expired": ("授权已经到期，请重新取得授权。", "The consent has expired; obtain a new one."),
    "consent-fields": ("授权没有包括这项材料所需的照面项。", "The consent does not cover the fields needed."),
    "consent-case": ("授权不及于这个办件。", "The consent is not for this case."),
    "consent-withdrawn": ("授权已经撤回，请重新取得授权。", "The consent has been withdrawn; obtain a new one."),
    "consent-changed": (
        "同一编号的授权先前内容不同，请核对授权编号。",
        "This consent number was used with other terms; check it.",
    ),
}
