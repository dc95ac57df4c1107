"""What people are told of errors of `issuer`, and of `templates` below it."""

from dataclasses import replace

from issuer import errors as issuer
from service.problem import INTERNAL, NOT_FOUND, Problem, Rows
from templates import errors as templates

ISSUER: Rows = {
    issuer.IssuerError: replace(INTERNAL, code="issuing"),
    issuer.ApplicationRefused: Problem(
        422,
        "application-refused",
        "申请数据有误，未签发；请按所列逐项更正。",
        "The application has errors and nothing was issued; correct the fields listed.",
    ),
    issuer.NoMandate: Problem(
        403,
        "no-mandate",
        "本机构没有颁发这类证照的职权，未签发。",
        "This body has no mandate for this type of licence.",
    ),
    issuer.OutsideArea: Problem(
        403,
        "outside-area",
        "证照的行政区划不在本机构的职权范围内，未签发；请核对行政区划代码。",
        "This body's mandate does not cover the area of the licence; check the area code.",
    ),
    issuer.UnknownType: Problem(
        404,
        "unknown-type",
        "证照目录中没有这个类型；`yinzheng types` 列出全部类型。",
        "No such licence type; `yinzheng types` lists them.",
    ),
    issuer.DuplicateNumber: Problem(
        409,
        "duplicate-number",
        "该证照编号已经用过，未签发；请换一个编号。",
        "This licence number is in use; give another.",
    ),
    issuer.IdempotencyMismatch: Problem(
        409,
        "idempotency-mismatch",
        "这个幂等键已用于另一份请求；请换一个键。",
        "This idempotency key belongs to another request; use a new one.",
    ),
    issuer.PlanBroken: Problem(
        500,
        "plan-broken",
        "将要签名的内容与事先登记的不一致，未签发；请用新的幂等键重新申请。",
        "What would be signed differs from the stored plan; apply again under a new key.",
    ),
    issuer.NoSuchLicence: Problem(404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."),
    issuer.NotSound: Problem(
        500,
        "not-sound",
        "签发后的自查未通过，未发出；请联系管理员。",
        "The check after signing failed; nothing was released.",
    ),
    issuer.GivenUp: Problem(
        409,
        "given-up",
        "这次签发没有发出就已作废，不会再发出；请另行申请，同一持证主体可以再用原来的编号。",
        "This issue was given up before its release and stays so; apply again, the same holder may keep the number.",
    ),
    issuer.ReleasedBefore: Problem(
        409,
        "released-before-restore",
        "这本证照在恢复之前已经发出，不能再签，也不能作废；请取回它的文件，用 `yinzheng hand-in` 交回。",
        "This licence was released before the restore; get its files from the holder and give them to "
        "`yinzheng hand-in`.",
    ),
    issuer.MaybeReleased: Problem(
        409,
        "maybe-released",
        "恢复所用的备份里这本证照还没有签，之后可能已经发出，系统无从分辨，不再自动签发；请与持证主体和用证部门核对："
        "发出过的，取回它的文件，用 `yinzheng hand-in` 交回；没有发出过的，由工作人员放弃这一本，另行申请。",
        "At the backup this licence was not signed yet; it may have been released since. Ask those who would have its "
        "files: hand them in with `yinzheng hand-in`, or give this one up and apply anew.",
    ),
    issuer.PeopleOnly: Problem(
        403,
        "people-only",
        "这一步须由工作人员本人办理，业务系统不能代办。",
        "A person has to take this step; a department's system may not.",
    ),
    issuer.NoPen: Problem(
        409, "no-seal", "本机构没有可用的电子印章，请先制章并启用。", "This body has no seal in force."
    ),
}

TEMPLATES: Rows = {
    templates.TemplatesError: replace(INTERNAL, code="templates"),
    templates.TemplateError: Problem(500, "template", "证照模板有误，请检查模板。", "The template is in error."),
    templates.MissingGlyph: Problem(
        422,
        "missing-glyph",
        "有一个字不能印出，未签发；请联系管理员补充字库。",
        "A character cannot be printed; nothing was issued.",
    ),
    templates.DoesNotFit: Problem(
        422,
        "does-not-fit",
        "有一项内容太长，照面放不下，未签发；请缩短后重试。",
        "A text is too long for the face; shorten it.",
    ),
    templates.CodeDoesNotFit: Problem(
        422,
        "code-does-not-fit",
        "二维码内容太长，未签发；请缩短持证主体名称或服务地址。",
        "The code is too dense to print; shorten name or address.",
    ),
    templates.CodeUnreadable: replace(INTERNAL, code="code-unreadable"),
    templates.PhotoMissing: Problem(
        422,
        "photograph-missing",
        "证照上的照片没有交，未签发；请先交照片，再填写得到的名称。",
        "A photograph of the licence was not handed in; nothing was issued.",
    ),
    templates.PhotoRefused: Problem(
        422,
        "photograph-refused",
        "照片不合要求：须为完整的 JPEG 或 PNG，短边不少于 120 点，不超过 6 MB，横竖放正，长宽比例与证件上的位置相近。",
        "The photograph does not do: a whole JPEG or PNG, 120 dots a side at least, 6 MB at most, upright, "
        "of about the proportion of its place.",
    ),
    templates.PictureRefused: Problem(
        422,
        "picture-refused",
        "印章图片不合要求：须为背景透明、不含附加信息的 PNG，200 至 1300 dpi，8 至 60 毫米，不超过 192 KB。",
        "The picture does not do: a PNG with clear ground and no metadata, 200 to 1300 dpi, 8 to 60 mm, 192 KB.",
    ),
}
