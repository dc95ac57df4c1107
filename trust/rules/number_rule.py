"""Number rules 编号规则: how the number on the face of a type is made, so that it can be checked, and drawn.

A rule is a text with places in braces:

    {area} {area:4}   the licence's division code, all six digits or the first of them
    {year}            the year of the day of issue, four digits
    {sequence:6}      so many digits, counted up; a rule that has this and nothing free can be drawn
    {holder}          the code of the holder, for types that are numbered by it
    {digits:3}        so many digits; {letters:2} capitals A–Z, {any:4} either
    {check}           one digit, ISO 7064 MOD 11,10 over the digits before it

Everything else stands as it is: `JY1{area}{sequence:6}{check}`, `云（{year}）第{sequence:7}号`. Numbers are written in
a closed alphabet: Latin letters, digits, Chinese characters, their punctuation, and of all dashes the one on the
keyboard. Two numbers that people would read as one (capitals and small letters, full and half width, letters and dashes
of other scripts that look alike) are one: `same_number` gives the form in which they are compared.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.rules.text import check_text

MAX_RULE, MAX_NUMBER = 200, 128
_PLACE = re.compile(r"\{([a-z]+)(?::([0-9]{1,2}))?\}")
_SIZED = {"sequence": (1, 18), "digits": (1, 32), "letters": (1, 32), "any": (1, 32), "area": (2, 6)}
_ALPHABET = re.compile(
    "["
    " -~"  # ASCII
    "\uff01-\uff5e"  # the same, full width
    "\u2160-\u217f\u2460-\u249b"  # Roman and circled numerals
    "\u3001\u3007\u3008-\u3011\u3014\u3015\u00b7"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "]*"
)
_DASHES = (*range(0x2010, 0x2016), 0x2043, 0x2212, 0x02D7, 0x30FC, 0x2E3A, 0x2E3B, 0x058A, 0x05BE, 0x1806)
_CYRILLIC = {
    0x0410: "A",
    0x0412: "B",
    0x0415: "E",
    0x0405: "S",
    0x0406: "I",
    0x0408: "J",
    0x041A: "K",
    0x041C: "M",
    0x041D: "H",
    0x041E: "O",
    0x0420: "P",
    0x0421: "C",
    0x0422: "T",
    0x0423: "Y",
    0x0425: "X",
    0x051A: "Q",
    0x051C: "W",
    0x04AE: "Y",
}
_GREEK = {
    0x0391: "A",
    0x0392: "B",
    0x0395: "E",
    0x0396: "Z",
    0x0397: "H",
    0x0399: "I",
    0x039A: "K",
    0x039C: "M",
    0x039D: "N",
    0x039F: "O",
    0x03A1: "P",
    0x03A4: "T",
    0x03A5: "Y",
    0x03A7: "X",
    0x03F9: "C",
}
_LOOKS_LIKE = dict.fromkeys(_DASHES, "-") | _CYRILLIC | _GREEK
"""Dashes, and capitals of Cyrillic and Greek, by what they look like."""
_WORDS = {
    "area": ("区划代码", "区划代码前{}位"),
    "year": ("颁发年份", ""),
    "sequence": ("", "{}位顺序号"),
    "holder": ("持证主体代码", ""),
    "digits": ("", "{}位数字"),
    "letters": ("", "{}位大写字母"),
    "any": ("", "{}位字母或数字"),
    "check": ("校验位", ""),
}
"""What stands in a place, in words: without a size and with one."""
_FREE = {"digits": "[0-9]", "letters": "[A-Z]", "any": "[0-9A-Z]"}


@dataclass(frozen=True)
class NumberFacts:
    """What of a licence its number may follow from."""

    area_code: str
    issued_on: date
    holder_code: str


@dataclass(frozen=True)
class NumberRule:
    """A rule in the form above.

    Raises:
        Malformed: `number-rule`, it is not in that form.

    """

    text: str

    def __post_init__(self) -> None:
        check_text(self.text, MAX_RULE)
        plain = _PLACE.sub("", self.text)
        names = [name for name, _ in self._places]
        sized = all(_size_fits(name, size) for name, size in self._places)
        once = all(names.count(name) <= 1 for name in ("sequence", "check", "holder"))
        if "{" in plain or "}" in plain or not names or not sized or not once or not _ALPHABET.fullmatch(plain):
            raise Malformed("number-rule", self.text)

    @cached_property
    def _places(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, int(size or 0)) for name, size in _PLACE.findall(self.text))

    @property
    def words(self) -> str:
        """The rule as people read it: `JY1〔区划代码〕〔6位顺序号〕〔校验位〕`."""
        return _PLACE.sub(lambda found: f"〔{_WORDS[found[1]][bool(found[2])].format(found[2])}〕", self.text)

    @property
    def drawable(self) -> bool:
        """Whether numbers can be made by it: it counts, and leaves nothing free."""
        names = {name for name, _ in self._places}
        return "sequence" in names and not names & _FREE.keys()

    @property
    def by_year(self) -> bool:
        """Whether what is counted together is of one year."""
        return ("year", 0) in self._places

    def check(self, number: str, facts: NumberFacts) -> None:
        """See that a number is what the rule makes of this licence.

        Raises:
            Malformed: `number-form`, it has not the form; `number-check`, its check digit is wrong.

        """
        if not re.fullmatch(self._pattern(facts), number, re.ASCII):
            raise Malformed("number-form", self.text)
        if ("check", 0) in self._places:
            place = re.fullmatch(self._pattern(facts, mark=True), number, re.ASCII)
            if place is not None and place["check"] != check_digit(number[: place.start("check")]):
                raise Malformed("number-check")

    def scope(self, facts: NumberFacts) -> str:
        """What numbers that are counted together have in common: the number with nothing in the place of the count."""
        return self._filled(facts, None)

    def number(self, facts: NumberFacts, count: int) -> str:
        """The number with this count in it.

        Raises:
            Malformed: `number-rule`, the rule cannot be drawn by; `number-exhausted`, the count has too many digits.

        """
        size = dict(self._places).get("sequence", 0)
        if not self.drawable:
            raise Malformed("number-rule", "nothing to count")
        if not 0 < count < 10**size:
            raise Malformed("number-exhausted", self.text)
        return self._filled(facts, count)

    def widest(self, facts: NumberFacts) -> str:
        """A number as long as every one that is drawn."""
        return self.number(facts, 10 ** dict(self._places).get("sequence", 1) - 1)

    def _filled(self, facts: NumberFacts, count: int | None) -> str:
        made, last = "", 0
        for found in _PLACE.finditer(self.text):
            made += self.text[last : found.start()]
            made += _value(found[1], int(found[2] or 0), facts, count, made)
            last = found.end()
        return made + self.text[last:]

    def _pattern(self, facts: NumberFacts, *, mark: bool = False) -> str:
        made, last = "", 0
        for found in _PLACE.finditer(self.text):
            made += re.escape(self.text[last : found.start()])
            made += _part(found[1], int(found[2] or 0), facts, mark=mark)
            last = found.end()
        return made + re.escape(self.text[last:])


@lru_cache(maxsize=1024)
def number_rule(text: str) -> NumberRule:
    """The rule of a text; raises as `NumberRule`."""
    return NumberRule(text)


def check_digit(text: str) -> str:
    """The digit of ISO 7064 MOD 11,10 over the digits of a text."""
    rest = 10
    for digit in re.findall("[0-9]", text):
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def check_alphabet(number: str) -> None:
    """See that a number is written in the characters that numbers are written in.

    Raises:
        Malformed: `number-characters`.

    """
    if not _ALPHABET.fullmatch(number):
        raise Malformed("number-characters")


def same_number(number: str) -> str:
    """The form in which numbers are compared: half width, capitals, no spaces and nothing that nobody sees.

    What looks like a Latin letter or a dash is taken for one. A digest where that is too long.
    """
    plain, before = number, ""
    while plain != before:  # a capital may have another form in turn; it settles within a few rounds
        before, plain = plain, _folded(plain)
    return plain if 0 < len(plain) <= MAX_NUMBER else f"sm3:{sm3(number.encode('utf-8', 'surrogatepass')).hex()}"


def _folded(number: str) -> str:
    one_form = unicodedata.normalize("NFKC", number).upper().translate(_LOOKS_LIKE)
    return (
        one_form
        if one_form.isascii() and one_form.isalnum()
        else "".join(one for one in one_form if not one.isspace() and unicodedata.category(one) != "Cf")
    )


def _size_fits(name: str, size: int) -> bool:
    if name in _SIZED:
        least, most = _SIZED[name]
        return least <= size <= most or (name == "area" and size == 0)
    return name in {"year", "holder", "check"} and size == 0


def _value(name: str, size: int, facts: NumberFacts, count: int | None, before: str) -> str:
    if name == "sequence":
        return "" if count is None else f"{count:0{size}d}"
    if name == "check":
        return "" if count is None else check_digit(before)
    fixed = {"area": facts.area_code[: size or 6], "year": f"{facts.issued_on.year:04d}", "holder": facts.holder_code}
    return fixed.get(name, "")


def _part(name: str, size: int, facts: NumberFacts, *, mark: bool) -> str:
    if name in _FREE:
        return f"{_FREE[name]}{{{size}}}"
    if name == "sequence":
        return f"[0-9]{{{size}}}"
    if name == "check":
        return "(?P<check>[0-9])" if mark else "[0-9]"
    return re.escape(_value(name, size, facts, None, ""))
