"""What reading a PDF of any origin can find, by code: the step, how grave it is, and what a person is told.

One table, so that a code means the same wherever it is noted. What fails, fails whoever made the file; what cannot be
examined is indeterminate and never more than that; a warning passed and should still be seen. Codes shared with other
formats (`foreign-algorithm`, `not-signed`, `encrypted` …) have the same names there.

The same code noted again for one signature adds its subject (a revision, a field), so that a file with a thousand
faults gives a short report.
"""

from dataclasses import dataclass

from trust.rules.verdict import Finding, Indication

FAILED, OPEN, PASSED = Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED
SHOWN, MAX_SUBJECT = 3, 60


@dataclass(frozen=True)
class Code:
    """What a code means."""

    step: int
    indication: Indication
    sentence: str


def refusal(step: int, sentence: str) -> Code:
    """A fault that no origin excuses."""
    return Code(step, FAILED, sentence)


def unexamined(step: int, sentence: str) -> Code:
    """Something that prevents a judgement."""
    return Code(step, OPEN, sentence)


def warning(step: int, sentence: str) -> Code:
    """Something a person should see, which does not stand against the file."""
    return Code(step, PASSED, sentence)


CODES = {
    "pdf-size": refusal(1, "文件过大或过于庞杂，超出本系统接收的上限。"),
    "not-pdf": refusal(1, "文件不是 PDF，或文件头之前夹带了其他内容。"),
    "pdf-unreadable": refusal(1, "文件不是完好的 PDF，已损坏或被改动。"),
    "pdf-unreadable-part": refusal(2, "签章所在的部分无法按规定读取，已损坏或被改动。"),
    "encrypted": unexamined(1, "文件已加密，解密之前无法核验。"),
    "pdf-hybrid": unexamined(1, "文件混用两种交叉引用表，不同软件会读到不同内容，无法核验。"),
    "pdf-read-differently": unexamined(
        1,
        "文件在盖章时的内容有不止一种读法（交叉引用表不合规定，或夹带未列出的对象），各软件读到的不同，无法核验。",
    ),
    "pdf-active-content": unexamined(1, "文件含有脚本、自动动作或动态表单，显示的内容可能随时变化，无法核验。"),
    "pdf-external-content": refusal(2, "页面内容取自文件之外，不受签章保护。"),
    "pdf-layers": warning(1, "文件含有可以切换显示的图层，请确认各图层的内容。"),
    "not-signed": refusal(2, "文件没有电子签章。"),
    "pdf-field-unlisted": refusal(2, "页面上有不属于文件表单的签章域，可能用于冒充签章。"),
    "pdf-field-empty": warning(2, "文件还有未签署的签章域。"),
    "pdf-signature-unaccounted": unexamined(2, "文件中有不属于任何签章域的签名数据，未能核验。"),
    "pdf-signature-dictionary": refusal(2, "签章字典残缺、重复或形式不合规定。"),
    "pdf-byte-range": refusal(2, "签章声明的覆盖范围不合规定。"),
    "pdf-contents-place": refusal(2, "签章声明的覆盖范围让出的位置不是签名值本身，可能夹带了其他内容。"),
    "pdf-revision-end": refusal(2, "签章覆盖的末尾不是文件的一个完整版本。"),
    "pdf-beyond-range": refusal(2, "签章时的版本引用了签章覆盖范围之外的内容。"),
    "pdf-coverage": refusal(2, "最后一个签章之后有内容被追加，不在任何签章的覆盖之内。"),
    "pdf-dss-unstamped": warning(2, "最后一个签章之后追加了验证资料，未加盖文档时间戳；验证资料不改变显示的内容。"),
    "pdf-trailing-eol": warning(2, "签章没有覆盖文件末尾的换行符。"),
    "pdf-table-form": refusal(2, "盖章之后追加的版本，其交叉引用表或对象的形式不合规定，不同软件会读到不同内容。"),
    "pdf-unlisted-object": refusal(2, "盖章之后的部分夹带了交叉引用表没有列出的对象，有的软件会把它当作文件内容显示。"),
    "pdf-gap": refusal(2, "盖章之后追加的各版之间夹带了不属于任何一版的数据。"),
    "pdf-shown-differs": refusal(2, "盖章之后文件显示的内容变了：把盖章时的版本与后来的版本逐页画出比对，二者不同。"),
    "pdf-not-compared": warning(
        2,
        "盖章之后文件有追加，未能把盖章时的版本与后来的版本逐页画出比对；追加的内容已按结构逐项检查。",
    ),
    "pdf-changed-after-seal": refusal(2, "盖章之后文件内容被改动，超出允许的范围。"),
    "pdf-page-changed": refusal(2, "盖章之后页面被改动。"),
    "pdf-annotation-added": refusal(2, "盖章之后页面上添加了批注或其他浮动内容。"),
    "pdf-time-stamp-shown": refusal(2, "盖章之后加盖的时间戳带有图样，可能遮盖页面内容；时间戳任何人都能取得。"),
    "pdf-object-removed": refusal(2, "盖章之后有内容被删去。"),
    "pdf-object-supplied": refusal(2, "盖章时缺失的内容在盖章之后被补上，显示的内容因此改变。"),
    "pdf-field-added": refusal(2, "盖章之后添加了签章域以外的表单域，或添加了未签署而可见的签章域。"),
    "pdf-field-changed": refusal(2, "盖章之后签章域被改动、移动或删去。"),
    "pdf-form-changed": refusal(2, "盖章之后表单的设置被改动。"),
    "pdf-dss-form": refusal(2, "盖章之后追加的验证资料形式不合规定，可能夹带其他内容。"),
    "docmdp-violated": refusal(2, "签章规定盖章后不得再有改动，文件却被改动过。"),
    "docmdp-field-added": refusal(2, "文件已作认证签章，之后却添加了可见的签章域，可能遮盖页面内容。"),
    "docmdp-order": refusal(2, "认证签章不是文件的第一个签章。"),
    "docmdp-form": refusal(2, "认证签章的权限设置不合规定。"),
    "pdf-field-locked": refusal(2, "签章已锁定的表单域在盖章之后被填写。"),
    "pdf-form-filled": unexamined(2, "盖章之后又填写了表单域，填写的内容不在本签章的覆盖之内。"),
    "pdf-form-filled-permitted": warning(2, "盖章之后按盖章人允许填写了表单域，填写的内容不在本签章的覆盖之内。"),
    "pdf-described-anew": warning(2, "盖章之后文件的说明信息（标题等）有更新，显示的内容不变。"),
    "pdf-digest": refusal(2, "文件内容与签章时不一致，签章后被改动过，或签章取自别处。"),
    "pdf-digest-weak": unexamined(2, "签章采用的摘要算法不可靠或不认识，无从判断内容是否被改动。"),
    "pdf-subfilter": warning(4, "签章声明的格式与签名数据的形式不一致，按实际形式核验。"),
    "unsupported-seal-format": unexamined(4, "签章采用本系统不认识的格式，无法核验。"),
    "bare-signature": unexamined(4, "签名数据只有签名值，没有附带证书，无法单独核验。"),
    "signature-value-form": refusal(4, "签名数据无法读取，已损坏或被改动。"),
    "contents-padding": refusal(4, "签名数据之后的空位不全是零，夹带了其他内容。"),
    "pdf-signature-value": refusal(4, "签名值不成立：不是由签章证书的密钥作出，或数据被改动。"),
    "pdf-seal-large": unexamined(2, "签章图样异常大，可能遮盖页面内容。"),
    "cms-encoding": refusal(4, "签名数据自称由本系统写出，但不是规定的唯一形式，已被改动。"),
    "cms-algorithm": refusal(4, "签名数据各处所写的算法互相矛盾，或与证书不符。"),
    "cms-certificate": refusal(4, "随附的签章证书不是签名时指定的那一张。"),
    "cms-certificates": refusal(4, "随附的证书无法读取或被改动。"),
    "cms-unsigned-attribute": refusal(4, "签名数据的不受保护部分夹带了不认识的内容。"),
    "cms-unprotected": warning(4, "随附的部分证书不在签名保护之内，只作为查找证书的线索。"),
    "cms-signer-unbound": warning(4, "签名没有指定所用的证书，证书只由其公钥与签名相联系。"),
    "cms-signer-missing": refusal(4, "签名数据中没有签章人的证书，无法确定由谁签章。"),
    "foreign-algorithm": unexamined(4, "签章采用了国密以外的算法，本系统不作判断。"),
    "no-seal": warning(3, "签名没有附带电子印章数据，只是数字签名；页面上的图样不能作为印章的依据。"),
    "seal-encoding": refusal(3, "随附的电子印章数据无法读取，已损坏或被改动。"),
    "property-info": refusal(4, "签章数据所指的覆盖范围不是本签章的覆盖范围，签章可能取自别处。"),
    "time-stamp-form": refusal(2, "文档时间戳无法读取，已损坏或被改动。"),
    "time-stamp-imprint": refusal(2, "文档时间戳不是对本文件加盖的，或文件在加盖之后被改动过。"),
    "time-differs": warning(4, "签章各处所写的签章时间不一致（自称时间不作为证据）。"),
}


class Notes:
    """Findings in the making: facts that hold, and codes, each code once with its subjects."""

    def __init__(self) -> None:
        self._good: list[Finding] = []
        self._noted: dict[str, list[str]] = {}

    def passed(self, step: int, name: str, detail: str) -> None:
        """Note a fact that holds."""
        self._good.append(Finding(step, name, PASSED, detail))

    def add(self, *findings: Finding) -> None:
        """Note findings made elsewhere."""
        self._good.extend(findings)

    def note(self, code: str, *subjects: str) -> None:
        """Note a code of the table, and what it is about."""
        if code not in CODES:
            raise KeyError(code)
        noted = self._noted.setdefault(code, [])
        noted.extend(subject for subject in subjects if subject not in noted[: SHOWN + 1])

    @property
    def sound(self) -> bool:
        """Whether nothing noted so far stands against the file, or is open."""
        return all(finding.indication is PASSED for finding in self.findings(None))

    def findings(self, signature: str | None) -> tuple[Finding, ...]:
        """What was noted, as findings about a signature or about the document."""
        coded = (code_finding(code, *subjects) for code, subjects in self._noted.items())
        return tuple(about(finding, signature) for finding in (*self._good, *coded))


def code_finding(code: str, *subjects: str) -> Finding:
    """The finding of a code."""
    known = CODES[code]
    names = "、".join(f"“{subject[:MAX_SUBJECT]}”" for subject in subjects[:SHOWN])
    more = " 等" if len(subjects) > SHOWN else ""
    detail = f"{known.sentence.removesuffix('。')}（{names}{more}）。" if subjects else known.sentence
    return Finding(known.step, code, known.indication, detail, warning=known.indication is PASSED)


def about(finding: Finding, signature: str | None) -> Finding:
    """The same finding, about one signature."""
    if signature is None:
        return finding
    return Finding(
        finding.step,
        finding.name,
        finding.indication,
        finding.detail,
        finding.evidence_age_s,
        finding.warning,
        signature,
    )
