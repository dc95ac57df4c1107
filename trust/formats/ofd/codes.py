"""What reading an OFD of any origin can find, by code: the step, how grave it is, and what a person is told.

One table, so that a code means the same wherever it is noted; those of seals and messages are in `tolerances`. A
tolerance is a finding that passed with `warning` set; in a signature of our making it is a failure, because we write
one spelling of everything. A refusal fails; what cannot be examined is indeterminate, and never more than that.

`Notes` collects codes while a file is read. The same code noted again adds its subject, the entry or page it is about,
so that a file with a thousand faults gives a short report.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trust.rules.verdict import Finding, Indication

FAILED, OPEN, PASSED = Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED
SHOWN, MAX_SUBJECT = 3, 80


@dataclass(frozen=True)
class Code:
    """What a code means: `strict` ones are about the spelling of a signature, which is free in files of others only."""

    step: int
    indication: Indication
    sentence: str
    strict: bool = False


def refusal(step: int, sentence: str) -> Code:
    """A fault that no origin excuses."""
    return Code(step, FAILED, sentence)


def unexamined(step: int, sentence: str) -> Code:
    """Something that prevents a judgement."""
    return Code(step, OPEN, sentence)


def warning(step: int, sentence: str) -> Code:
    """Something a person should see, of files whoever made them."""
    return Code(step, PASSED, sentence)


def tolerance(step: int, sentence: str) -> Code:
    """A spelling of a signature that real files use and we do not."""
    return Code(step, PASSED, sentence, strict=True)


CODES = {
    "zip-size": refusal(1, "文件过大，超出本系统接收的上限。"),
    "zip-form": refusal(1, "文件不是完整的 OFD 包，可能已损坏，请重新获取原件。"),
    "zip-path": refusal(1, "包内有名称不合法的条目，可能用于攻击，文件不可信。"),
    "zip-duplicate": refusal(1, "包内有重名条目，不同软件会读到不同内容，文件不可信。"),
    "zip-bomb": refusal(1, "包内条目解压后异常庞大，文件不可信。"),
    "zip-mismatch": refusal(1, "包内条目的两处说明不一致，不同软件会读到不同内容，文件不可信。"),
    "zip-gap": refusal(1, "包内有不属于任何条目的数据，或条目互相重叠，文件被改动过。"),
    "zip-ours": refusal(2, "最后一枚签章由本系统加盖，而文件包的封装不是本系统写出的形式，盖章之后被改动过。"),
    "zip-checksum": refusal(1, "包内条目的校验值不符，文件已损坏或被改动。"),
    "zip-encrypted": unexamined(1, "文件已加密，无法核验。"),
    "zip-method": unexamined(1, "文件使用了本系统不支持的压缩方式，无法核验。"),
    "not-ofd": refusal(1, "文件不是 OFD 文档。"),
    "encrypted": unexamined(1, "文档按 GM/T 0099 加密，解密之前无法核验。"),
    "xml-doctype": refusal(1, "文件内的 XML 带有文档类型声明，可能用于攻击，文件不可信。"),
    "xml-instruction": refusal(1, "文件内的 XML 带有处理指令，文件不可信。"),
    "xml-size": refusal(1, "文件内的 XML 过大或嵌套过深，文件不可信。"),
    "xml-form": refusal(1, "文件内的 XML 无法按规定读取，已损坏或被改动。"),
    "xml-comment": refusal(1, "文件内决定结构的 XML 在取值中夹有注释，不同软件会读到不同内容，文件不可信。"),
    "xml-encoding": unexamined(1, "文件内的 XML 使用 UTF-8 以外的编码，无法核验。"),
    "path-escape": refusal(1, "文件内有指向包外的路径，可能用于攻击，文件不可信。"),
    "path-ambiguous": refusal(1, "文件内的路径有两种解释，不同软件会读到不同内容，文件不可信。"),
    "limit": refusal(1, "文件内的签名、引用或页面数量超出本系统接收的上限。"),
    "ns-variant": warning(1, "文件使用了早期的 OFD 命名空间。"),
    "path-case": warning(1, "文件内的路径与条目名称大小写不一致，有的软件可能打不开。"),
    "path-form": warning(1, "文件内的路径使用了反斜杠，不合规范。"),
    "path-two-ways": warning(1, "文件内的路径有两种解释，两处内容均按文档内容核验。"),
    "location-missing": warning(1, "文档指向的条目不在文件中，显示可能不完整。"),
    "location-outside": unexamined(1, "文档的内容指向文件之外的地址，显示的内容不全在文件中。"),
    "custom-doubled": warning(1, "文件的自定义信息中有重名的项目，均不采用。"),
    "several-documents": warning(1, "文件内有不止一份文档，请逐份查看。"),
    "versions": warning(1, "文件内保存有多个版本，请确认查看的是哪一版。"),
    "version-differs": unexamined(2, "文件内标为当前的版本不是文档入口所指的版本，不同软件会显示不同内容。"),
    "entry-missing": refusal(2, "文件缺少签章所必需的部分，已损坏或被改动。"),
    "not-signed": refusal(2, "文件没有电子签章。"),
    "signatures-empty": refusal(2, "签名列表为空，签章可能已被删去。"),
    "unsigned-docbody": refusal(2, "文件内有一份没有签章的文档，与签过章的文档放在一起，可能用于冒充。"),
    "docroot-not-covered": refusal(2, "文档入口不在签章保护之内，显示的内容可能被整体替换。"),
    "uncovered-reachable": unexamined(2, "文档的一部分内容不在任何有效签章的保护之内，是否被改动无从判断。"),
    "metadata-unprotected": unexamined(2, "OFD.xml 不在签章保护之内，标题、标识等信息和文档入口不能作为依据。"),
    "uncovered-unreferenced": warning(2, "文件内有文档用不到、签章也不保护的条目。"),
    "extra-entry": refusal(2, "文件中有签章未保护的条目，是签章后加入的。"),
    "signatures-open": warning(2, "签名列表未受保护，可以继续加盖签章，已有的签章也可能被整个删去。"),
    "coverage-unknown": unexamined(2, "没有一个签章的签名成立，无从判断哪些内容受到保护。"),
    "signature-covers-part": unexamined(2, "本签章只保护文档的一部分，其余内容由其他签章保护或未受保护。"),
    "signature-leaves-indexes": warning(2, "本签章不保护文档信息或目录类条目，这些条目由其他签章保护或未受保护。"),
    "signature-type": refusal(2, "签名的类型不在标准规定之内。"),
    "signature-id-doubled": refusal(2, "签名列表中有相同的签名标识或重复的签名，不同软件会有不同的读法。"),
    "relative-missing": refusal(2, "签名所依附的前一签名不在签名列表中，可能已被删去。"),
    "relative-not-covered": unexamined(2, "签名依附于前一签名，却没有保护前一签名的数据。"),
    "checkmethod": refusal(2, "签名描述采用了不可靠或不适用的摘要算法。"),
    "foreign-algorithm": unexamined(2, "签名采用了国密以外的算法，本系统不作判断。"),
    "ref-empty": refusal(2, "签章没有保护任何条目。"),
    "ref-missing": refusal(2, "签章所保护的条目不在文件中，文件被改动过。"),
    "ref-digest": refusal(2, "文件内容与签章时不一致，签章后被改动过。"),
    "seal-file-differs": refusal(2, "随附的印章文件与签章内的印章不一致，文件被改动过。"),
    "seal-file-missing": warning(2, "签名描述所指的印章文件不在文件中。"),
    "stamp-page": refusal(2, "签名描述中盖章的页不在文档中。"),
    "stamp-form": refusal(2, "签名描述中盖章的位置无法读取。"),
    "stamp-page-not-covered": unexamined(2, "印章显示在一页上，却不保护该页的内容，该页不能算盖过章。"),
    "page-id-doubled": refusal(2, "文档内有两页使用同一标识，盖章的位置有两种读法。"),
    "stamp-missing": warning(2, "签章没有注明盖在哪一页，页面上看不到印章。"),
    "stamp-outside": warning(2, "印章盖在页面之外，页面上看不到。"),
    "ref-doubled": tolerance(2, "签名描述对同一条目有不止一次摘要。"),
    "ref-relative": tolerance(2, "签名描述中的条目路径不是绝对路径。"),
    "checkmethod-name": tolerance(2, "签名描述以名称而不是标识写明摘要算法。"),
    "method-absent": tolerance(2, "签名描述没有写明签名算法。"),
    "method-name": tolerance(2, "签名描述以规定以外的名称写明签名算法。"),
    "time-form": tolerance(4, "签名时间的写法不合规范，按北京时间或标明的时区理解。"),
    "time-unreadable": tolerance(4, "签名描述中的时间无法读取。"),
    "time-differs": tolerance(4, "签名描述中的时间与签章数据中的时间不一致。"),
    "type-differs": tolerance(4, "签名列表标明的类型与签名数据的形式不一致。"),
    "signature-value-form": refusal(4, "签名数据无法读取，已损坏或被改动。"),
    "bare-signature": unexamined(4, "签名数据只有签名值，没有附带证书，无法单独核验。"),
    "profile": refusal(4, "签章自称由本系统制作，但写法不合本系统的规定，签章后被改动过。"),
    "entries-form": refusal(2, "整包保护清单（OFDEntries.xml）无法按规定读取。"),
    "entries-unlisted": refusal(2, "文件中有整包保护清单以外的条目，是保护之后加入的。"),
    "entries-missing": refusal(2, "整包保护清单所列的条目不在文件中，文件被改动过。"),
    "entries-unsigned": refusal(2, "整包保护清单没有签名，不能作为依据。"),
}
UNREADABLE = Code(1, FAILED, "文件无法按规定读取，不可信。")


class Notes:
    """Findings in the making; facts that hold and codes, each code once."""

    def __init__(self) -> None:
        self._good: list[Finding] = []
        self._noted: dict[str, list[str]] = {}

    def passed(self, step: int, name: str, detail: str) -> None:
        """Note a fact that holds."""
        self._good.append(Finding(step, name, PASSED, detail))

    def note(self, code: str, *subjects: str) -> None:
        """Note a code, and the entries or pages it is about."""
        noted = self._noted.setdefault(code, [])
        noted.extend(readable(subject) for subject in subjects if subject)

    def has(self, *codes: str) -> bool:
        """Whether one of these was noted."""
        return any(code in self._noted for code in codes)

    def findings(self, *, ours: bool = False) -> list[Finding]:
        """All of them; with `ours` the tolerances are failures."""
        noted = [finding_of(code, subjects, ours=ours) for code, subjects in self._noted.items()]
        return [*self._good, *noted]


def finding_of(code: str, subjects: Iterable[str] = (), *, ours: bool = False) -> Finding:
    """The finding for a code and its subjects, of which the first few are named."""
    meaning = CODES.get(code, UNREADABLE)
    indication = FAILED if ours and meaning.strict else meaning.indication
    detail = meaning.sentence.removesuffix("。") + about(list(subjects)) + "。"
    return Finding(meaning.step, code, indication, detail, warning=indication is PASSED)


def readable(text: str, limit: int = MAX_SUBJECT) -> str:
    """Text of a hostile file cut to what a person can be shown, without characters that are not seen."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:limit])


def about(subjects: list[str]) -> str:
    """The first few subjects in brackets, each once."""
    subjects = list(dict.fromkeys(subjects))
    if not subjects:
        return ""
    named = "、".join(subjects[:SHOWN])
    return f"（{named}等 {len(subjects)} 处）" if len(subjects) > SHOWN else f"（{named}）"
