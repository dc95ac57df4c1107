"""Words of the face that only the system sets: the grade of a conversion, and what an annotated copy says of itself.

Who reads a face takes them for the register's own statement, so no template may have them among its fixed texts, and a
verifier counts the marks of a grade. One list for both sides; how the marks themselves read is in `conversion` and
`annotation`.
"""

from trust.rules.conversion import MARK

RESERVED = (MARK, "存量转换", "加注件")


def reserved_words(text: str) -> list[str]:
    """The reserved words in a text, whatever the spaces between their characters."""
    plain = "".join(text.split())
    return [word for word in RESERVED if word in plain]
