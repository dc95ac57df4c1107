"""Sentences for what is wrong with a form or a field of it, by the stable reasons of the packages below.

They go before those of `service.reasons` and `service.problems`, which also speak to programs and at a command line.
"""

UNSEEN = "含有换行或看不见的字符，请删去后重新输入。"
ODD = "含有不能用在证照上的字符，请换成规范文字。"
SENTENCES = {
    "missing": "请填写这一项。",
    "empty": "请填写这一项。",
    "unknown": "没有这一项，或不是可选的值。",
    "not-text": "请填写文字。",
    "too-long": "内容太长，请缩短。",
    "not-a-date": "请填写真实存在的日期，例如 2026-11-21。",
    "in-the-future": "不能晚于今天。",
    "before-start": "不能早于有效期的第一天。",
    "this-type-has-no-end": "这类证照长期有效，请留空。",
    "dates": "有效期的第一天或最后一天与这类证照不符，请核对。",
    "area-code": "行政区划代码是 6 位数字。",
    "pattern": "格式不对，请按提示的格式填写。",
    "edge-space": "首尾有空格，请删去。",
    "control-character": UNSEEN,
    "format-character": UNSEEN,
    "surrogate": ODD,
    "private-use": ODD,
    "noncharacter": ODD,
    "replacement-character": ODD,
    "not-nfc": ODD,
    "combining-marks": ODD,
    "space": "含有特殊的空格，请改成普通空格或删去。",
    "length": "位数不对，请核对。",
    "characters": "含有这种代码不会有的字符，请核对。",
    "division": "其中的行政区划部分不对，请核对。",
    "organisation-check": "其中的组织机构代码校验位不对，请核对是否输错。",
    "check": "校验位不对，请核对是否输错。",
    "birth-date": "其中的出生日期不是真实的日期，请核对。",
    "birth-date-future": "其中的出生日期在将来，请核对。",
    "foreign-permanent-resident": "这是外国人永久居留证号码，请选择相应的代码类型。",
    "not-for-this-type": "这类证照不能颁发给这种主体。",
    "holder-kind": "这类证照不能颁发给这种主体。",
    "holder-separator": "名称和代码中不能有顿号。",
    "reason-missing": "这个事由必须写明理由。",
    "ground-unknown": "请选择一个事由。",
    "ground-kind": "这个事由不能用于这种处理，请另选。",
    "ground-authority": "这个事由不由颁发机构使用，请另选。",
    "not-retroactive": "这个事由不能追溯：生效时间不能早于现在。",
    "standing-final": "证照已经处于最终状态，不能再作这种处理。",
    "standing-move": "证照在生效时的状态不允许这种处理。",
    "idempotency-mismatch": "这张表单已经办理过，内容与这次不同；这次没有办理。请核对已办理的结果，确需再办的再提交。",
    "act-busy": "刚刚另有一项处理登记，请刷新后重试。",
    "case-number": "办件编号由 1 至 50 位字母、数字和连字符组成。",
    "code": "请选择一项材料。",
    "holder-code": "请填写持证主体代码。",
    "identifier": "不是完整的证照标识；可以留空，由系统按持证主体查找。",
    "purpose": "用途应为 1 至 200 字，不含换行。",
    "personal-data": "办件编号、用途和授权依据会长期留存，不能写入持证主体或代理人的代码，也不能写入公民身份号码。",
    "consent-purpose": "用途应为 1 至 200 字，不含换行。",
    "consent-giver": "授权人不对：委托用证须填写代理人代码，且不能是持证主体本人。",
    "consent-reference": "请填写授权书或委托书编号（字母、数字、连字符）。",
    "consent-basis": "依职能用证须写明法律依据，200 字以内。",
    "consent-period": "请填写授权的截止日期。",
    "consent-expired": "授权已经过期，请取得新的授权。",
    "consent-withdrawn": "这份授权已被撤回，不能使用。",
    "consent-changed": "这个授权编号用过，而当时的内容与这次不同；请核对编号。",
    "consent-fields": "授权范围没有包括这项材料需要的内容。",
    "consent-case": "这份授权是为另一个办件给出的。",
}


def sentence(reason: str) -> str:
    """The sentence for a reason; reasons that people cannot cause get a general one."""
    return SENTENCES.get(reason, "内容不合规范，请核对。")
