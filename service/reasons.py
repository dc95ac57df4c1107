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
        "这个单位现在的密钥还在使用，不能换发；泄露的请先登记，停用的请先停用。",
        "The body's key is in use; retire it or report it lost first.",
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
    # Publishing
    "clock-went-back": (
        "系统时钟倒退，已停止签发；请校时后重试。",
        "The clock went back and signing has stopped; set it right and try again.",
    ),
    "would-un-revoke": (
        "将要公布的状态清单会使已失效的证照恢复有效，已拒绝；请检查是否误用了旧备份。",
        "The list would make a revoked licence valid again and was refused; was an old backup restored?",
    ),
    "database-behind": (
        (
            "已经公布的内容在数据库中没有（可能恢复了旧备份），已停止签发和公布，以免编号重复、失效的证照恢复有效；"
            "请换回较新的数据库，或按恢复手册运行 `yinzheng restore --here`。"
        ),
        (
            "More was published than the database has (was an old backup restored?); nothing is issued or published. "
            "Bring back a newer database, or run `yinzheng restore --here` as the runbook for restoring says."
        ),
    ),
    "restore-unfinished": (
        "恢复尚未完成，不能签发和公布；请再次运行 `yinzheng restore --here`。",
        "A restore is not finished; nothing is issued or published. Run `yinzheng restore --here` again.",
    ),
    "public-copy-missing": (
        "找不到公布目录（YINZHENG_PUBLIC），无法得知备份之后公布过什么；请先从镜像取回公布目录。",
        "There is no public folder (YINZHENG_PUBLIC) to tell what was published since; fetch a copy of it first.",
    ),
    "log-forked": (
        "数据库中的存证日志与公布的不是同一本：恢复之后可能已经写入；请重新恢复备份。",
        "The stored log is no beginning of the published one; load the backup once more.",
    ),
    "public-copy-damaged": (
        "公布目录中的文件残缺或被改动，已停止公布；请从镜像取回这些文件后重试。",
        "A file in the public folder is damaged; nothing is published. Fetch it from a mirror and try again.",
    ),
    "public-copy-differs": (
        "公布目录中同一编号已有不同的内容，已停止公布；请查明是否有两套系统在公布。",
        "The public folder has other octets under this number; are there two installations publishing?",
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
    "act-reversal": (
        "所指的不是这次处理所针对的那一项；请核对要撤销或者恢复的是第几次处理。",
        "It names an act that this one is not about; check which one is to be reversed.",
    ),
    "already-reversed": ("所指的处理已经被撤销过。", "That act has been reversed already."),
    "decision-missing": (
        "这个事由必须写明决定文书号（--decision）。",
        "This ground needs the number of the decision it rests on (--decision).",
    ),
    "act-times": ("决定时间不能晚于登记之时。", "A decision cannot be later than its recording."),
    "act-recorded-order": (
        "系统时钟早于上一次登记，已停止办理；请校时后重试。",
        "The clock is behind the last act; set it right and try again.",
    ),
    "act-busy": ("这本证照正在办理另一项处理，请重试。", "Another act on this licence is under way; try again."),
    "act-sequence": ("这本证照刚刚办理了另一项处理，请重试。", "Another act has just been recorded; try again."),
    "log-busy": ("存证日志正忙，请重试。", "The log is busy; try again."),
    # Seals
    "seal-suspended": ("印章已停用，不能用印。", "The seal is suspended and cannot be used."),
    "seal-ended": ("印章已注销，不能用印。", "The seal has been cancelled and cannot be used."),
    "seal-expired": ("印章已过有效期，请重新申请制章。", "The seal has expired; apply for a new one."),
    "seal-not-yet-valid": ("印章尚未到启用时间。", "The seal is not in force yet."),
    "signer-not-in-seal": (
        "签名证书已更新，印章中没有这张证书；请重新制章（换章原因选“证书更新”）。",
        "The signing certificate was renewed and the seal does not list it; apply for a new seal.",
    ),
    "seal-still-in-use": (
        "旧印章还在使用；丢失或泄露的，请先停用或注销，再申请新章。",
        "The old seal is still in use; suspend or cancel it before applying for another.",
    ),
    "seal-replaces": (
        "没有这枚可以替换的印章；换章须为同一单位、同一种类、同一持有人。",
        "There is no such seal to replace; body, kind and holder must be the same.",
    ),
    "wish-period": ("有效期应为 1 至 5 年。", "A seal lasts 1 to 5 years."),
    "wish-limits": ("用印限额应为 1 至 1000000 的整数。", "A limit is a whole number from 1 to 1000000."),
    "wish-holder": ("个人名章须写明持有人，其他印章不写。", "A personal seal names its holder, and no other does."),
    "wish-cause": ("换章须写明换章原因。", "A seal that replaces another says why."),
    "wish-body": ("本系统没有这个单位。", "This installation has no such body."),
    "wish-picture": ("印章图片不是 Base64。", "The picture is not in Base64."),
    "seal-number-taken": ("印章编号碰巧重复，请重试。", "The number drawn is in use; try again."),
    "seal-file": ("请提交名为 file 的文件。", "Send the document as a file named file."),
    "seal-field": ("表单里有不认识的内容。", "The form has a field that is not known, or not in order."),
    "seal-place": (
        "请写明盖在哪里：页码与位置（page、x、y）、文字（words）或骑缝（riding），任选一种；文本签名和整包保护不写位置。",
        "Say where: page with x and y, or words, or riding; one of them, and none for text and package.",
    ),
    "wish-name": (
        "印章名称必须以本单位名称开头；个人名章只能是持有人姓名。",
        "A seal's name begins with its body's; a personal seal bears its holder's name.",
    ),
    "seal-manner": (
        "这种文件不能这样签：GB/T 38540 签章（ses）只用于 PDF，整包保护（package）只用于 OFD。",
        "Not for this kind of file: ses is for PDF, package for OFD.",
    ),
    "certificate-revoked": ("签名证书已被撤销，不能用印。", "The signing certificate is revoked."),
    "wish-documents": ("一次用印应为 1 至 1000 份文件。", "A request is for 1 to 1000 documents."),
    "seal-document": ("只能在 OFD、PDF 文件上用印。", "Only OFD and PDF files can be sealed."),
    "seal-request": ("这份文件不在用印请求之内，或者已换过。", "The document is not the one that was asked for."),
    "seal-refused": ("用印请求没有得到批准。", "The request was turned down by the second person."),
    "sealing-busy": (
        "正在处理的文件太多，还没有用印；请稍后用同一请求重试。",
        "Too many documents are being read and nothing was sealed; ask again later with the same key.",
    ),
    "sealing-limit": (
        "文件太复杂，在限定的时间和内存内没有读完，没有用印；请另存为简单的文件后再试。",
        "The document could not be read within the limits of time and memory; save it in a plainer form.",
    ),
    "no-such-page": ("文件没有这一页。", "The document has no such page."),
    "no-such-words": ("文件中找不到这些文字。", "The document does not contain these words."),
    "seal-off-page": ("印章超出了页面，请调整位置。", "The seal would reach over the edge of the page; move it."),
    "riding-one-page": ("骑缝章至少要有两页。", "A riding seal needs at least two pages."),
    "locked": ("文件已经锁定，不能再加盖印章。", "The document is locked; no further seal can be added."),
    "licence-form": ("这是电子证照，不能再加盖印章。", "This is a licence; it takes no further seal."),
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
    # Webhooks
    "url-form": ("回告地址写法不对。", "The address is not in form."),
    "url-https": ("回告地址必须是 https。", "The address has to be https."),
    "url-host": (
        "回告地址须用公网域名，不能用 IP 地址或本机名称。",
        "The address needs a public name, not an IP address or a local one.",
    ),
    "hook-moved": (
        "回告地址刚被别人改过，没有更换密钥；请刷新后再试。",
        "Somebody has just changed this webhook, and its secret stays; look again and retry.",
    ),
    "too-many": ("本部门的回告地址已满五个，请先停用一个。", "The department has five already; end one first."),
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
    "consent-statutory": (
        "依职能引用不以授权为依据，没有可以撤回的授权。",
        "A statutory citation rests on no consent, so there is none to withdraw.",
    ),
    "consent-withdrawn": ("授权已经撤回，请重新取得授权。", "The consent has been withdrawn; obtain a new one."),
    "key-retired": (
        "这把密钥已经停用，不能再签名；请换用新的密钥。",
        "This key was retired and signs no more; take a new one.",
    ),
    "key-compromised": (
        "这把密钥已登记为泄露，永久封禁；请换用新的密钥。",
        "This key was reported as compromised and is blocked for ever; take a new one.",
    ),
    "key-state": (
        "这把密钥已经停用或登记为泄露，状态不能退回。",
        "This key was put away already; nothing leads back.",
    ),
    "key-state-order": (
        "登记时间早于这把密钥现在的状态，请核对本机时钟。",
        "The present state of this key began later; check the clock.",
    ),
    "consent-changed": (
        "同一编号的授权先前内容不同，请核对授权编号。",
        "This consent number was used with other terms; check it.",
    ),
    # Annotated copies
    "copy-words": (
        "用途、使用单位中不能有“证据等级”字样，只有存量转换的标注才能这样写；请改写。",
        "Purpose and recipient may not name a grade of evidence, as only a conversion does; say it otherwise.",
    ),
    "copy-purpose": ("请写明用途，1 至 200 字，不能有看不见的字符。", "A purpose has 1 to 200 plain characters."),
    "copy-recipient": (
        "请写明使用单位，1 至 100 字，不能有看不见的字符。",
        "A recipient has 1 to 100 plain characters.",
    ),
    "copy-creator": ("制作者的名称太长，印不下。", "The name of whoever makes the copy is too long."),
    "copy-ended": ("有效期不能早于现在。", "A copy cannot end in the past."),
    "copy-too-long": (
        "有效期最长一年，并且不能晚于证照和授权的期限。",
        "A copy lasts a year at most, and no longer than licence and consent.",
    ),
    # Presenting
    "one-time-code": (
        "这是一次性亮证码，请登录后在“核销亮证码”中使用。",
        "This is a one-time code; sign in and redeem it.",
    ),
    "present-minutes": ("一次性亮证码的有效时间为 1 至 10 分钟。", "A one-time code lasts 1 to 10 minutes."),
    "present-audience": (
        "出示对象不超过 40 字，不能有看不见的字符。",
        "An audience has at most 40 plain characters.",
    ),
    "present-too-long": ("这本证照的二维码太长，放不进限时亮证码。", "The licence's own code leaves no room."),
    "not-in-force": ("证照目前不能使用，不能出示；请先查看证照状态。", "The licence is not in force."),
    "redeem-place": ("请写明在哪里核销，1 至 60 字。", "Say where the code is redeemed, in 1 to 60 characters."),
    "redeem-purpose": ("用途不超过 200 字，不能有看不见的字符。", "A purpose has at most 200 plain characters."),
    # Time stamps and archives
    "clock-jumped": (
        "本机时钟被调整过，暂停签发时间戳；请校时，然后重新启动服务。",
        "The clock was set and stamps are not given; have it synchronised, then start the service anew.",
    ),
    "clock-unsynchronised": (
        "本机时钟没有按时校准，暂停签发时间戳；请检查校时服务。",
        "The clock was not synchronised in time and stamps are not given; look at the time daemon.",
    ),
    "time-stamp-busy": ("一分钟内请求的时间戳过多，请稍后再试。", "Too many stamps in a minute; try again later."),
    "archive-not-sound": ("文件现在就核验不过，不能归档。", "The file does not verify now and cannot be archived."),
    "archive-lost": (
        "归档证据现在已不成立，不能续期；请检查是否缺少外部机构的撤销列表（--with）。",
        "The record does not hold as of now; is a revocation list of an authority outside missing (--with)?",
    ),
    "preserve-embed": (
        "只有盖章的 PDF 文件能写入验证资料；证照与 OFD 请另存归档证据（不加 --embed）。",
        "Only a sealed PDF can take evidence in; for licences and OFD make a record instead (without --embed).",
    ),
    "no-time-stamps": (
        "设置中没有时间戳服务（YINZHENG_TSA）。",
        "The settings name no time-stamp authority (YINZHENG_TSA).",
    ),
    "evidence-too-early": (
        "时间戳之后还没有新的证书撤销列表，请在下一期公布后再运行。",
        "No revocation list was issued since the time stamp; run this again after the next one.",
    ),
}
