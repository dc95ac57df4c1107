"""Conversion of stock (存量转换): a licence made from a paper one, and how good the evidence for it is.

The grade is signed with the licence and shown wherever it is shown: on the face, in the metadata, in the code, in what
a verifier finds and in whatever cites it. Nothing raises it afterwards: better evidence leads to a new licence. The
letters are those of 国办函〔2016〕108号 for copies of materials; what each means for stock is ours.
"""

import re
import unicodedata
from dataclasses import dataclass

from trust.errors import Malformed
from trust.rules.errors import naming
from trust.rules.labelled import Labelled
from trust.rules.text import check_text

MAX_SOURCE = 120
"""Characters of the text that says where the stock lay."""
MARK = "证据等级"
"""Words that only the line of a conversion may have on a face."""
CONVERSION_NAMES = ("KZ_CLZHDJ", "KZ_CLZHLY")
"""Grade and source in the metadata of a converted licence; the names are ours, and no item of a type may have them."""
_MARKED = re.compile(f"{MARK}([A-D\uff21-\uff24a-d]?)")


_HINT = re.compile("[据據]|存量")
"""Without one of these no text speaks of evidence or of stock."""
_ONE_SCRIPT = str.maketrans("證據級別類轉換檔", "证据级别类转换档")
_CLAIM = re.compile(
    "证据.{0,3}(?:等级|级别|级)|证据.?[A-Da-d]等|(?:级|[A-Da-d]等)的?证据|(?:等级|级别).{0,3}证据|存量转换"
)


class Grade(Labelled):
    """How well the paper licence is evidenced, best first."""

    A = "A", "登记数据与纸质证照核对一致"
    B = "B", "有纸质证照扫描件，登记数据部分核对"
    C = "C", "仅有扫描件，未能与登记数据核对"
    D = "D", "仅有登记数据，未见纸质证照"

    def at_least(self, needed: "Grade") -> bool:
        """Whether this evidence is as good as the one needed, or better."""
        return self.value <= needed.value


@dataclass(frozen=True)
class Conversion:
    """The grade, the digest (`sm3:…`) of the scan where there is one, and where the stock came from.

    Raises:
        Malformed: `conversion-scan`, no such digest, or no scan where the grade rests on one (A to C).
        FieldRefused: the source is no text that can be shown.

    """

    grade: Grade
    source: str
    scan: str | None = None

    def __post_init__(self) -> None:
        with naming("source", "存量来源"):
            check_text(self.source, MAX_SOURCE)
        sound = self.grade is Grade.D if self.scan is None else re.fullmatch("sm3:[0-9a-f]{64}", self.scan)
        if not sound:
            raise Malformed("conversion-scan")

    @property
    def line(self) -> str:
        """What the face says, in small print."""
        return f"存量转换 {MARK}{self.grade}"


def marks_of(text: str) -> list[str]:
    """The grades that a text claims, whatever its spaces: a letter each, or nothing where the words stand alone."""
    return _MARKED.findall("".join(text.split()))


def claims_grade(text: str) -> bool:
    """Whether a text that somebody writes speaks of a grade of evidence, in whatever script, order, width or spacing.

    It keeps honest writers from what looks like the mark of a conversion. What somebody insists on saying otherwise is
    shown as theirs: in quotation marks, under a heading that says who wrote it.
    """
    if not _HINT.search(text):
        return False
    plain = unicodedata.normalize("NFKC", text).translate(_ONE_SCRIPT)
    return _CLAIM.search("".join(one for one in plain if one.isalnum())) is not None
