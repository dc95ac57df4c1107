"""Who holds a licence and who issued it: codes of persons and organisations, and how they are masked.

Check characters are verified, never repaired. Rules as reconstructed: GB 11643 (citizen number), GB 32100 (unified
social credit code, USCC), GB 11714 (organisation code), GB/T 36903 annex A (types of holder codes). Each function
raises the *first* rule that fails, in the order of its docstring, so that the reason is stable.

    >>> check_uscc("11100000000013338W")
    >>> Holder("张三丰", "11010519491231002X", "111").masked_name
    '张**'

What a stranger may see is in `disclosure`; the masks themselves are here because they belong to the value.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from trust.errors import Malformed
from trust.rules.errors import FieldRefused, naming
from trust.rules.text import check_text

_ASSIGNED = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
PROVINCES = frozenset(str(number) for first, last in _ASSIGNED for number in range(first, last + 1))
"""Province parts of GB/T 2260; county parts retire over time and are not judged."""
CENTRAL_DIVISION = "100000"
RESIDENCE_PERMIT_DIVISIONS = frozenset({"810000", "820000", "830000"})  # 83 exists only in this one form

USCC = "001"
CITIZEN_NUMBER = "111"

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_USCC_WEIGHTS = tuple(pow(3, exponent, 31) for exponent in range(17))
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check_character(body: str) -> str:
    """The ninth character of an organisation code from its first eight (GB 11714)."""
    rest = 11 - _weighted(_ORGANISATION_ALPHABET, body, _ORGANISATION_WEIGHTS) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def uscc_check_character(body: str) -> str:
    """The eighteenth character of a USCC from its first seventeen (GB 32100)."""
    return _USCC_ALPHABET[-_weighted(_USCC_ALPHABET, body, _USCC_WEIGHTS) % 31]


def citizen_check_character(body: str) -> str:
    """The eighteenth character of a citizen number from its first seventeen (GB 11643, ISO 7064 MOD 11-2)."""
    return "10X98765432"[_weighted("0123456789", body, _CITIZEN_WEIGHTS) % 11]


def _weighted(alphabet: str, body: str, weights: Iterable[int]) -> int:
    return sum(alphabet.index(character) * weight for character, weight in zip(body, weights, strict=True))


def check_organisation_code(code: str) -> None:
    """Check nine characters without the hyphen of display.

    Raises:
        Malformed: `length`, `characters`, `check`.

    """
    if len(code) != 9:
        raise Malformed("length")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        raise Malformed("characters")
    if code[8] != organisation_check_character(code[:8]):
        raise Malformed("check")


@lru_cache(maxsize=1024)
def check_uscc(code: str) -> None:
    """Check a unified social credit code, its inner organisation code included; those that passed are remembered.

    Raises:
        Malformed: `length`, `characters`, `division`, `organisation-check`, `check`.

    """
    if len(code) != 18:
        raise Malformed("length")
    if not re.fullmatch(f"[{_USCC_ALPHABET}]{{18}}", code):
        raise Malformed("characters")
    division = code[2:8]
    if not re.fullmatch(r"[0-9]{6}", division) or not (division[:2] in PROVINCES or division == CENTRAL_DIVISION):
        raise Malformed("division")
    if code[16] != organisation_check_character(code[8:16]):
        raise Malformed("organisation-check")
    if code[17] != uscc_check_character(code[:17]):
        raise Malformed("check")


def check_citizen_number(code: str, *, on: date) -> None:
    """Check a citizen number of eighteen characters as of the day `on`.

    Numbers of residence permits (divisions 810000, 820000, 830000) pass; numbers of the foreign permanent resident
    card begin with 9 and are another kind of document.

    Raises:
        Malformed: `length`, `characters`, `foreign-permanent-resident`, `division`, `birth-date`,
            `birth-date-future`, `check`.

    """
    if len(code) != 18:
        raise Malformed("length")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code):
        raise Malformed("characters")
    if code[0] == "9":
        raise Malformed("foreign-permanent-resident")
    if code[:2] not in PROVINCES and code[:6] not in RESIDENCE_PERMIT_DIVISIONS:
        raise Malformed("division")
    if _birth_date(code) > on:
        raise Malformed("birth-date-future")
    if code[17] != citizen_check_character(code[:17]):
        raise Malformed("check")


def _birth_date(code: str) -> date:
    """Positions 7 to 14 as a day of the calendar."""
    try:
        return date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError as no_such_day:
        raise Malformed("birth-date") from no_such_day


@dataclass(frozen=True)
class HolderCodeType:
    """One row of GB/T 36903 annex A: what kind of code identifies a holder, and whether it is a person's."""

    code: str
    label: str
    person: bool
    pattern: str | None = None


_DOCUMENT_NUMBER = r"[0-9A-Z]{5,20}"  # our bound; the issuing states' own rules are not ours to judge
HOLDER_CODE_TYPES = MappingProxyType(
    {
        row.code: row
        for row in (
            HolderCodeType(USCC, "统一社会信用代码", person=False),
            HolderCodeType("099", "其他法人或其他组织有效证件", person=False),
            HolderCodeType(CITIZEN_NUMBER, "公民身份号码", person=True),
            HolderCodeType("114", "中国人民解放军军官证", person=True),
            HolderCodeType("115", "中国人民武装警察部队警官证", person=True),
            HolderCodeType("118", "中国人民解放军士兵证", person=True),
            HolderCodeType("119", "中国人民武装警察部队士兵证", person=True),
            HolderCodeType("120", "中国人民解放军文职人员证", person=True),
            HolderCodeType("122", "中国人民武装警察部队文职人员证", person=True),
            HolderCodeType("411", "外交护照", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("412", "公务护照", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("413", "公务普通护照", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("414", "普通护照", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("511", "台湾居民来往大陆通行证", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("516", "港澳居民来往内地通行证", person=True, pattern=_DOCUMENT_NUMBER),
            HolderCodeType("999", "其他自然人有效证件", person=True),
        )
    },
)


@dataclass(frozen=True)
class Holder:
    """持证主体: a name, a code, and the type of the code (a key of `HOLDER_CODE_TYPES`)."""

    name: str
    code: str
    code_type: str

    @property
    def is_person(self) -> bool:
        """Whether a natural person; an unknown code type counts as one, because that is the safe side."""
        row = HOLDER_CODE_TYPES.get(self.code_type)
        return row is None or row.person

    @property
    def masked_name(self) -> str:
        """A person's first character and up to three stars; an organisation's name is public and stays."""
        if not self.is_person:
            return self.name
        return "*" if len(self.name) < 2 else self.name[0] + "*" * min(len(self.name) - 1, 3)

    @property
    def masked_code(self) -> str:
        """First and last character and stars between; a USCC is public and stays.

        More of a citizen number would tell too much: with division and sequence known, the birth date is soon found
        by trying, because the check character tells which guess is right.
        """
        if self.code_type == USCC:
            return self.code
        if len(self.code) < 5:
            return "*" * len(self.code)
        return self.code[0] + "*" * (len(self.code) - 2) + self.code[-1]


@dataclass(frozen=True)
class IssuingBody:
    """颁发机构 or 定义机构: a name and a USCC."""

    name: str
    code: str


def check_holder(holder: Holder, on: date) -> None:
    """Check name, code type and code of a holder as of the day `on`.

    Raises:
        FieldRefused: key `holder_name`, `holder_code_type` (reason `unknown`) or `holder_code` (reason of the code's
            own rule, `characters` where only a pattern is known, or a reason of `check_text`).

    """
    row = HOLDER_CODE_TYPES.get(holder.code_type)
    if row is None:
        raise FieldRefused("unknown", key="holder_code_type", label="持证主体代码类型")
    with naming("holder_name", "持证主体"):
        check_text(holder.name, 256)
    with naming("holder_code", "持证主体代码"):
        _check_code(row, holder.code, on)


def _check_code(row: HolderCodeType, code: str, on: date) -> None:
    check_text(code, 64)
    if row.code == USCC:
        check_uscc(code)
    elif row.code == CITIZEN_NUMBER:
        check_citizen_number(code, on=on)
    elif row.pattern and not re.fullmatch(row.pattern, code):
        raise Malformed("characters")


def check_issuing_body(body: IssuingBody) -> None:
    """Check name and USCC of a body.

    Raises:
        FieldRefused: key `issuing_body_name` or `issuing_body_code`.

    """
    with naming("issuing_body_name", "证照颁发机构"):
        check_text(body.name, 256)
    with naming("issuing_body_code", "证照颁发机构代码"):
        check_uscc(body.code)
