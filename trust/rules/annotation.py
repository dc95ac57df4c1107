"""What an annotated copy says of itself, in the one sentence that is printed on it, and whether it suits a reader.

The sentence stands on the face and is compared with the signed note when a copy is verified; nothing of it is left out
or shortened. Whether a purpose that a reader names is the copy's own is judged by the words alone: one must contain the
other, whatever their spacing, width and punctuation. Who names no purpose is told what the copy is for.
"""

from datetime import datetime
from unicodedata import normalize

from trust.rules.annotated_copy import CopyNote
from trust.rules.licence import CHINA
from trust.rules.text import quoted

LEAST = 2
"""Characters that a purpose must have to be looked for inside another."""


def annotation(note: CopyNote) -> str:
    """The sentence on the copy; what somebody chose stands in quotation marks, so that it says nothing of its own."""
    return (
        f"加注件：由{quoted(note.creator)}制作，仅供{quoted(note.recipient)}用于{quoted(note.cause)}，"
        f"有效期至{china_time(note.expires_at)}，逾期或者挪作他用无效。"
    )


def china_time(instant: datetime) -> str:
    """An instant on the clock in China, to the second: 2026年12月21日12时00分00秒."""
    local = instant.astimezone(CHINA)
    return f"{local.year:04}年{local.month:02}月{local.day:02}日{local.hour:02}时{local.minute:02}分{local.second:02}秒"


def suits(note: CopyNote, words: str) -> bool:
    """Whether the purpose or the organisation that a reader names is the one the copy was made for."""
    return alike(words, note.cause) or alike(words, note.recipient)


def alike(one: str, other: str) -> bool:
    """Whether two names of a purpose or an organisation mean the same as far as letters go: one contains the other."""
    short, long = sorted((_folded(one), _folded(other)), key=len)
    return short in long if len(short) >= LEAST else short == long != ""


def _folded(text: str) -> str:
    """Letters and digits in one width and one case."""
    return "".join(one for one in normalize("NFKC", text).casefold() if one.isalnum())
