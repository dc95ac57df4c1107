"""Sentences for reasons of what a licence follows, catalogue, mandates and stock, in Chinese and English."""

ROWS: dict[str, tuple[str, str]] = {
    # What a licence is to follow
    "predecessor-suspended": (
        "原证照现已暂扣，接续的证照没有发出，申请停在签发中；原证照恢复后再继续签发，不再办理的由另一人作废。",
        "The licence to be followed is suspended; nothing was released. Go on when it is reinstated, or give it up.",
    ),
    "predecessor-restricted": (
        "原证照现已限制使用，接续的证照没有发出，申请停在签发中；限制解除后再继续签发，不再办理的由另一人作废。",
        "The licence to be followed is restricted; nothing was released. Go on when that ends, or give the issue up.",
    ),
    "predecessor-transferring": (
        "原证照正在办理转出，接续的证照没有发出，申请停在签发中；撤回转出后再继续签发，不再办理的由另一人作废。",
        "The licence to be followed is being transferred out; nothing was released. Go on when that is taken back.",
    ),
    "predecessor-standing": (
        "原证照已经终止，或者未办理转出，接续的证照没有发出，也不能再发出；请由另一人把这份申请作废，再另行申请。",
        "The licence to be followed has ended or is not being transferred; have the issue given up, and apply anew.",
    ),
    "carried-over": (
        "登记簿从备份恢复，恢复前公布过的暂扣、终止等处理还没有重新登记，没有办理；请先查原卷，重新登记原来的处理。",
        "A restore lost the act by which this licence or seal is listed as not in force; record it again first.",
    ),
    # Catalogue and mandates
    "version-taken": (
        "这个版本号已经用过；请提高模板的 bundle_version 后重新起草。",
        "This version is taken; raise bundle_version in the template and draft it again.",
    ),
    "version-not-higher": (
        "版本号须高于已公布和正在办理的版本；请提高模板的 bundle_version。",
        "The version must be above those published and under way; raise bundle_version in the template.",
    ),
    "bundle-taken": (
        "模板名已经用于另一类证照，请换一个模板名。",
        "Another type has a template of this name; choose another.",
    ),
    "not-the-drafter": (
        "只有起草人本人可以修改、送审或撤回。",
        "Only whoever drafted it may change, submit or withdraw it.",
    ),
    "note-missing": ("请写明理由。", "Say why."),
    "mandate-not-yours": (
        "本单位不能办理这项职权；请由有关单位或系统管理员办理。",
        "This mandate is not for your body to ask for or to decide; the body concerned or an administrator may.",
    ),
    "mandate-unknown": ("没有所指的职权，请核对编号。", "There is no such mandate; check its number."),
    "mandate-over": (
        "所指的职权已经终止，或者在此之前就会终止。",
        "The mandate has ended, or ends before that anyway.",
    ),
    "mandate-area": (
        "委托的区域超出了所依据职权的区域，请缩小区域。",
        "A delegation cannot reach beyond the area it rests on; narrow it.",
    ),
    "mandate-period": (
        "期限不对：须在开始之后终止，委托的期限不能超出所依据的职权。",
        "The period is wrong: it ends after it begins, and a delegation inside what it rests on.",
    ),
    "mandate-depth": ("委托的层级太多，最多四级。", "Mandates rest on each other at most four deep."),
    "mandate-itself": ("不能委托给本单位自己。", "A body does not delegate to itself."),
    "mandate-known": ("该单位已有同样的职权。", "The body has this mandate already."),
    "loss-in-future": ("泄露时间不能晚于现在，请核对。", "A key cannot have been lost later than now."),
    "loss-reason": ("请写明理由，1 至 400 字，不含控制字符。", "Say why, in 1 to 400 characters that can be shown."),
    "loss-known": (
        "这把密钥自同一时间或更早起泄露已经登记过，不必再登记。",
        "The loss of this key, since then or earlier, is on record already.",
    ),
    "loss-changed": ("所确认的内容与登记的不一致，请刷新后再看。", "What was confirmed is not what was reported."),
    "loss-not-yours": ("只有登记的人才能撤回。", "Only whoever reported it may withdraw it."),
    "loss-successor": (
        "没有找到本单位这样的证照、加注件或用印请求，请核对编号。",
        "This body has no such licence, copy or request to seal.",
    ),
    "loss-never-released": (
        "这一本没有签发完，不能补发；请另行申请，并在清单中写明不再办理。",
        "It was never released; apply anew and drop it here.",
    ),
    "key-in-use": (
        "现在的密钥还在使用，证书离到期还有三个月以上，不能换发；泄露的请先登记，要停用的请先停用。",
        "The key is in use and its certificate lasts three months more; retire the key or report it lost first.",
    ),
    "log-key-fixed": (
        "存证日志的密钥已停用或泄露，这本日志不能换钥续写；请按处置说明另建日志。",
        "The log's key was put away; a log cannot go on under another. See the document on lost keys.",
    ),
    "body-unknown": ("没有这个机构，请核对机构代码。", "There is no such body; check its code."),
    "type-unknown": ("证照目录中没有公布过这个类型。", "This type was never published in the catalogue."),
    "area": (
        "区域应为 2、4 或 6 位行政区划代码，省、市用 2 位、4 位。",
        "An area is two, four or six digits of GB/T 2260, as short as they can be.",
    ),
    "mandate-revived": (
        "已经终止的职权不能恢复，请重新授予；信任列表未公布。",
        "A mandate that has ended stays ended; grant a new one. No list was published.",
    ),
    # Stock
    "scan-too-large": (
        "扫描件超过 20 MB，请降低分辨率后重新扫描。",
        "The scan is larger than 20 MB; scan it again at less.",
    ),
    "scan-form": ("扫描件不是完整的 PDF、JPEG 或 PNG 文件。", "The scan is no whole PDF, JPEG or PNG."),
    "scan-dots": (
        "扫描件的像素太多：每边不超过 12000，总数不超过四千万。",
        "The scan has too many dots: 12 000 a side and 40 million in all at most.",
    ),
    "scan-tail": (
        "图片末尾之后还有别的内容，不能作为扫描件；请重新扫描或另存。",
        "There is something behind the end of the picture; scan it again or save it anew.",
    ),
    "scan-pages": ("扫描件超过 20 页，请分开扫描。", "The scan has more than 20 pages; scan it in parts."),
    "scan-unshown": (
        "扫描件有的页显示不出来，或者现在正在读的文件太多；请稍后再试，或重新扫描。",
        "A page of the scan cannot be shown, or too many files are being read; try again later or scan it again.",
    ),
}
