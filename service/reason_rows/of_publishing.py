"""Sentences for reasons of publishing, acts and seals, in Chinese and English."""

ROWS: dict[str, tuple[str, str]] = {
    # Publishing
    "clock-went-back": (
        "系统时钟倒退，已停止签发；请校时后重试。",
        "The clock went back and signing has stopped; set it right and try again.",
    ),
    "register-changed": (
        "这一项登记与留痕所记的不同，已被人绕过系统改动，没有办理；请保留现场，告知审计人员。",
        "This is not what the trail recorded: it was changed past the system. Nothing was done; tell the auditors.",
    ),
    "would-un-revoke": (
        "将要公布的状态清单会使已失效的证照恢复有效，已拒绝；请检查是否误用了旧备份。",
        "The list would make a revoked licence valid again and was refused; was an old backup restored?",
    ),
    "seal-forgotten": (
        "将要公布的信任列表会漏掉或替换已公布的印章，或使已注销的印章恢复，已拒绝；请运行 yinzheng audit。",
        "The trust list would drop a seal, replace it or revive one that ended, and was refused; run yinzheng audit.",
    ),
    "history-taken-back": (
        (
            "信任列表公布过的印章停用、恢复或注销，登记的处理和恢复记录都说明不了，已拒绝公布新的信任列表，这枚印章停止使用；"
            "处理或恢复记录可能被删除、改动，请保留现场，联系审计人员，并运行 yinzheng audit。"
        ),
        (
            "The trust list told of changes to a seal that neither its acts nor a restore on record explain; no newer "
            "list is published and the seal rests. Rows may have been deleted or changed: run yinzheng audit."
        ),
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
        (
            "公布目录残缺或被改动，已停止公布和恢复；请运行 `yinzheng mend-public 镜像目录`，从镜像补齐后重试"
            "（恢复到一半的用 `yinzheng restore --here`）。"
        ),
        (
            "The public folder is damaged or was cut off; nothing is published or restored. "
            "Run `yinzheng mend-public MIRROR` to bring from a mirror what is missing, and try again "
            "(`yinzheng restore --here` where a restore was begun)."
        ),
    ),
    "public-copy-behind": (
        "公布目录比别处保存的检查点旧，是落后的镜像；请从更新的镜像补齐（`yinzheng mend-public 镜像目录`）再恢复。",
        (
            "The public folder is older than the checkpoint that was kept elsewhere; bring what is missing from a "
            "newer mirror (`yinzheng mend-public MIRROR`) before restoring."
        ),
    ),
    "public-copy-differs": (
        "公布目录中同一编号已有不同的内容，已停止公布；请查明是否有两套系统在公布。",
        "The public folder has other octets under this number; are there two installations publishing?",
    ),
    "handed-in-half": (
        "OFD 和 PDF 须一起交回，还缺一个；请向持证主体或用证部门取齐两个文件。",
        "OFD and PDF are handed in together, and one is missing; get both from the holder or a department.",
    ),
    "handed-in-differs": (
        "文件不是存证日志所记的那一份，没有登记；请另取一份。",
        "The file is not the one that was logged; nothing was released. Get another copy.",
    ),
    "handed-in-unread": (
        "文件没有在限定的时间和内存内读完，不知道是哪一本，没有登记；请稍后再交一次，仍不行请另取一份。",
        "The file could not be read within its limits; hand it in once more, or get another copy.",
    ),
    "not-in-doubt": (
        "不是恢复之后等待查明的证照，不能这样放弃；`yinzheng hand-in` 不写文件时列出等待的各本。",
        "This is none of those that wait to be cleared up after a restore; `yinzheng hand-in` lists them.",
    ),
    "given-up-with-application": (
        "这本证照是按申请签发的，请由办理这件申请的工作人员在“申请”页面放弃。",
        "It was begun on an application; whoever handles that application gives it up there.",
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
    "recorded-too-late": (
        "这个事由不能追溯，生效时间最多比登记早三十日；更早的决定现在才登记的，请改为登记时生效。",
        "This ground does not reach back: at most thirty days; an older decision takes effect when it is recorded.",
    ),
    "before-issue": (
        "生效时间早于证照颁发或者印章备案之日；请核对时间。",
        "It would take effect before the licence was issued, or the seal filed; check the time.",
    ),
    "too-many-alone": (
        "您在 24 小时内单独办理的终结、暂扣、限制、转出已达规定本数；请提请本部门另一人审批。",
        "You have taken as many such acts alone as one person may in 24 hours; order it and have it approved.",
    ),
    "report-key-loss": (
        "密钥在他人手中时只注销印章没有用：请先停用印章，再由两人登记密钥泄露（yinzheng key compromised）。",
        "Ending the seal is not enough: suspend it, then two people report the lost key (yinzheng key compromised).",
    ),
    "act-reversal": (
        "所指的不是这次处理所针对的那一项；请核对要撤销或者恢复的是第几次处理。",
        "It names an act that this one is not about; check which one is to be reversed.",
    ),
    "already-reversed": ("所指的处理已经被撤销过。", "That act has been reversed already."),
    "receiver-missing": (
        "办理转出须写明转入机构的统一社会信用代码或者全称。",
        "A transfer out names the body that takes the licence in, by code or name.",
    ),
    "receiver-needless": ("只有办理转出才写转入机构。", "Only a transfer out names a receiving body."),
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
    "seal-listed-already": (
        "这个号码的印章已经备案并公布，登记因恢复备份没有留存；不能用同一号码再制作一枚，请另行申请。",
        "A seal of this number is filed and listed; a restore lost it. No other is made under it: apply anew.",
    ),
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
}
