"""Words of the face that only the system sets: the grade of a conversion, and what an annotated copy says of itself.

Who reads a face takes them for the register's own statement, so no template may have them among its fixed texts, and a
verifier counts the marks of a grade. One list for both sides; how the marks themselves read is in `conversion` and
`annotation`.

A letter of a grade with 级 beside it (「A级」) is no statement of ours, but a fixed text that says so would stand on
every licence of the type and pass for the grade of its evidence. Values may say it: they are about this licence.
"""

import re
import unicodedata

from trust.rules.conversion import MARK

RESERVED = (MARK, "存量转换", "加注件")
_GRADE = re.compile(
    "(?<![A-Za-z0-9])[A-Da-d](?:级(?!别)|等(?:级|$|[,，。;；、)]))|(?:等级|级别)[:为]?[A-Da-d](?![A-Za-z0-9])"
)
"""Not `5A级`, which is the word of the tourist trade, nor letters that belong to a word."""


def reserved_words(text: str) -> list[str]:
    """The reserved words in a text, whatever the spaces between their characters."""
    plain = "".join(text.split())
    return [word for word in RESERVED if word in plain]


def grade_words(text: str) -> list[str]:
    """The words in a fixed text that pass for a grade, whatever the spaces, the width and the size of their letters."""
    return _GRADE.findall("".join(unicodedata.normalize("NFKC", text).split()))
