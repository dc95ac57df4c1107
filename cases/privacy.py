"""Whether a text that is kept names somebody: it may hold no code of holder or agent, and no citizen number at all.

Texts are compared folded, because a code is the same code in full width, in small letters, with spaces or hyphens in
it, or with its digits written in Chinese. A citizen number is found anywhere in a text by its division, birth date and
check character, whoever it belongs to. This catches what is written by habit; who wants to hide a number in a text
will find a way, and answers for it.
"""

import re
from datetime import date
from unicodedata import decimal, normalize

from trust.errors import Malformed
from trust.rules.party import check_citizen_number

CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
NUMBER = re.compile(r"(?=([0-9]{17}[0-9x]))", re.ASCII)
OLDEST, COMING_OF_AGE = 150, 16
"""Years of age between which a number made of division, day and sequence is taken for a person's."""


def folded(text: str) -> str:
    """The letters and digits of a text alone, in one width, one case and one kind of digit."""
    plain = normalize("NFKC", text).casefold().translate(CHINESE_DIGITS)
    return "".join(str(decimal(one, one)) for one in plain if one.isalnum())


def holds_code(text: str, code: str) -> bool:
    """Say whether a code stands anywhere in a text, however it is spelt."""
    return bool(folded(code)) and folded(code) in folded(text)


def same_code(one: str, other: str) -> bool:
    """Say whether two spellings are of one code."""
    return folded(one) == folded(other)


def holds_citizen_number(text: str, on: date, *, youngest: int = 0) -> bool:
    """Say whether the number of a citizen of at least `youngest` years stands anywhere in a text, as of a day.

    Numbers of cases are often made of a division, a day of late and a sequence, and one in eleven of them checks;
    they are told from a person's by `youngest`.
    """
    years = range(on.year - OLDEST, on.year - youngest + 1)
    found = (match[1].upper() for match in NUMBER.finditer(folded(text)))
    return any(int(number[6:10]) in years and _is_citizen_number(number, on) for number in found)


def _is_citizen_number(number: str, on: date) -> bool:
    try:
        check_citizen_number(number, on=on)
    except Malformed:
        return False
    return True
