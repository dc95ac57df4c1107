"""Which text may stand in a licence: what is signed must be what a person sees, and nothing else.

Refused are characters that show nothing, change what stands beside them, or mean different things to different
readers: controls, bidirectional and zero-width marks, fillers and variation selectors, lone surrogates, private use,
noncharacters, replacement characters, unusual spaces, piles of combining marks. Text must be in Unicode NFC, so that
two spellings of one name cannot differ in octets; U+F900 and its like fall with that rule.

Unassigned code points are let through on purpose: Python 3.11 knows Unicode 14 and would refuse ideographs of
extensions H and I, which are in GB 18030-2022 or on their way there and stand in real names. Whether a character can be
drawn is decided where it is drawn.
"""

import re
import unicodedata

from trust.errors import Malformed

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing although their category does not say so."""
_REPLACEMENT = frozenset("\ufffc\ufffd")
_SPACES = frozenset(" \u3000")
_PLAIN = re.compile(r"[ -~\u4e00-\u9fff，。、；：？！（）《》“”‘’…—·]*")
"""Nearly all texts are of these, none of which is refused, combines with another or has a second spelling."""
_MARKS_IN_A_ROW = 4  # Tibetan stacks need three; more is decoration that runs over its neighbours


def check_text(text: object, max_length: int) -> str:
    """Return the text if it may stand in a licence; `max_length` counts code points.

    Raises:
        Malformed: `not-text`, `empty`, `too-long`, `edge-space`, `surrogate`, `control-character`,
            `format-character`, `private-use`, `noncharacter`, `replacement-character`, `space`, `not-nfc`,
            `combining-marks`.

    """
    if not isinstance(text, str):
        raise Malformed("not-text")
    if not text:
        raise Malformed("empty")
    if len(text) > max_length:
        raise Malformed("too-long", f"{len(text)} > {max_length}")
    if text[0] in _SPACES or text[-1] in _SPACES:
        raise Malformed("edge-space")
    if _PLAIN.fullmatch(text):
        return text
    for character in text:
        if reason := _refusal(character):
            raise Malformed(reason, f"U+{ord(character):04X}")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("not-nfc")
    if _longest_run_of_marks(text) > _MARKS_IN_A_ROW:
        raise Malformed("combining-marks")
    return text


def quoted(text: str) -> str:
    """A text that somebody chose, as it stands inside a sentence of ours: it cannot end its quotation marks itself."""
    return f"「{text.translate(_INNER)}」"


_INNER = str.maketrans({"「": "『", "」": "』", "\ufe41": "『", "\ufe42": "』", "\uff62": "『", "\uff63": "』"})
"""Corner brackets of any width and direction, as they are written inside others."""
_BY_CATEGORY = {
    "Cc": "control-character",
    "Zl": "control-character",
    "Zp": "control-character",
    "Cf": "format-character",
    "Cs": "surrogate",
    "Co": "private-use",
}


def _refusal(character: str) -> str | None:
    """Why this one character is refused, or None."""
    code, category = ord(character), unicodedata.category(character)
    if reason := _BY_CATEGORY.get(category):
        return reason
    if character in _INVISIBLE or _is_variation_selector(code):
        return "format-character"
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "noncharacter"
    if character in _REPLACEMENT:
        return "replacement-character"
    if category == "Zs" and character not in _SPACES:
        return "space"
    return None


def _is_variation_selector(code: int) -> bool:
    """Selectors choose among glyphs of one character, so two names that look alike would differ."""
    return 0x180B <= code <= 0x180F or 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF


def _longest_run_of_marks(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        longest = max(longest, run)
    return longest
