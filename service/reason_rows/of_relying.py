"""Sentences for reasons of those who rely on licences: citing, copies, codes, webhooks, time stamps and archives."""

ROWS: dict[str, tuple[str, str]] = {
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
    "test-too-soon": ("刚刚送过一次测试，请过十秒再试。", "A test was sent just now; try again in ten seconds."),
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
    "consent-unknown": (
        "本部门没有登记过这份授权；请先由持证主体授权，或者登记纸质授权书并由另一人复核。",
        "This body has no such consent on record; the holder gives one, or a paper is recorded and confirmed.",
    ),
    "consent-unconfirmed": (
        "这份授权还没有由另一人复核，或者没有通过复核，不能凭以制作加注件。",
        "Nobody else has confirmed this consent, so no copy rests on it.",
    ),
    "consent-terms": (
        "证照、用途或使用单位与授权所写的不一致；请按授权书原文填写。",
        "Licence, purpose and recipient have to be those of the consent, word by word.",
    ),
    "consent-known": ("本部门已经登记过这个编号的授权。", "This body has a consent of that number already."),
    "consent-until": ("授权的截止时间须晚于现在，最长三年。", "A consent ends in the future, in three years at most."),
    "scan-unknown": (
        "本机构没有交过这份扫描件；请先用 POST /api/v1/scans 提交，再写得到的摘要。",
        "This department has handed in no such scan; hand it in by POST /api/v1/scans and name the digest.",
    ),
    "consent-holder": ("授权人须是证照上的持证主体，名称须完全一致。", "It is given by a holder named on the licence."),
    "consent-agent": ("受托代理人不能是持证主体本人。", "An agent is somebody else than the holder."),
    "citation-old": (
        "这次引用已超过三十天，不能再凭以制作加注件；办件还需要的，请重新引用。",
        "The citation is more than thirty days old; cite again if the case still needs a copy.",
    ),
    "citation-copies": (
        "这次引用的加注件已有五份（含正在制作的），不能再制作；请使用已有的，正在制作的没有完成的十分钟后再试。",
        "There are five copies for this citation, made or under way; use those, or try again in ten minutes.",
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
