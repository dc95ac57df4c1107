"""From a cell to the text of an application, by the column it stands in.

Repaired is only what cannot change a meaning: white space around a value goes; in codes, dates and numbers full-width
signs become half-width; days may be written in five ways; a code of a list becomes its name. Names and other texts stay
as they are. What a spreadsheet program may have damaged is refused and never guessed: a long number in exponent form or
with its last digits lost, leading zeros, `.0`, formulas. Whether a value is right is for `issuer.checking`.
"""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from issuer.batches.cells import Cell
from issuer.batches.columns import Column, Form
from trust.errors import Malformed
from trust.rules.field_kind import values_of
from trust.rules.party import check_citizen_number, check_uscc
from trust.rules.table import CELLS, ROWS

ENDLESS = frozenset({"长期", "长期有效", "永久", "永久有效"})
MARK = "【待更正】"
"""Stands in a list of problems before a damaged value, so that it is not taken for a good one when it comes back."""
DAMAGED = frozenset(
    {
        "formula",
        "error-cell",
        "truth-cell",
        "number-format",
        "number-cell",
        "number-mangled",
        "digits-lost",
        "leading-zeros",
        "date-cell",
    }
)
_AROUND = " \u3000\xa0\t\r\n"
_NARROW = {ord(one) + 0xFEE0: one for one in string.ascii_letters + string.digits + "-+/.:"}
_EXPONENT = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_WHOLE_AS_FRACTION = re.compile(r"[0-9]+\.0+")
_DAY = re.compile(
    r"([0-9]{4})(?:(?P<dash>[-/.])([0-9]{1,2})(?P=dash)([0-9]{1,2})|([0-9]{2})([0-9]{2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|([0-9]{2})|年([0-9]{1,2})月)")
_LOST = re.compile(r"[1-9][0-9]{14}0{3,}")
_REFUSED_KINDS = {"formula": "formula", "error": "error-cell", "truth": "truth-cell", "formatted": "number-format"}
_HALF_WIDTH: frozenset[Form] = frozenset(
    {"day", "last-day", "area", "holder-code", "code-type", "field-day", "field-month", "decimal", "identity"}
)
_CODES: frozenset[Form] = frozenset({"number", "area", "holder-code", "code-type", "identity"})


class CellError(ValueError):
    """A cell that is refused; the reason is stable, `facts` are those of its sentence."""

    def __init__(self, reason: str, *facts: object) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


def value_of(column: Column, cell: Cell) -> str:
    """The text that the cell means in its column, empty for none.

    Raises:
        CellError: one of `DAMAGED`, `not-corrected`, `not-a-day`, `not-a-month`, `several-in-one`, `line-break`.

    """
    if reason := _REFUSED_KINDS.get(cell.kind):
        raise CellError(reason)
    text = _of_number(column, cell) if cell.kind == "number" else cell.text.strip(_AROUND)
    if cell.kind == "date" and column.form not in {"day", "last-day", "field-day", "field-month"}:
        raise CellError("date-cell")
    if text.startswith(MARK):
        raise CellError("not-corrected")
    if column.form in _HALF_WIDTH:
        text = _half_width(text)
    if not text:
        return ""
    _refuse_damaged(column, text)
    return _READ.get(column.form, _plain)(column, text)


@dataclass
class LongNumbers:
    """Of the numbers of a column those of sixteen digits and more: how many, and whether all end in zeros from there.

    A single one may be right; where it is all of them, at least two, a program has kept fifteen digits.
    """

    seen: int = 0
    kept: int = 0

    def see(self, text: str) -> None:
        """Look at one more."""
        if is_long(text):
            self.seen += 1
            self.kept += not _LOST.fullmatch(text)

    @property
    def all_lost(self) -> bool:
        """Whether the digits behind the fifteenth are gone."""
        return self.seen > 1 and not self.kept


def is_long(text: str) -> bool:
    """Whether these are more digits than a spreadsheet program keeps of a number."""
    return len(text) > 15 and text.isascii() and text.isdecimal()


def _half_width(text: str) -> str:
    """Letters, digits and the signs of days and numbers that were typed in full width; not what divides values."""
    return text.translate(_NARROW)


def _of_number(column: Column, cell: Cell) -> str:
    """The digits of a number cell, where nothing can have been lost."""
    if not re.fullmatch(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[Ee][+-]?[0-9]{1,3})?", cell.text):
        raise CellError("number-mangled")
    if column.form == "decimal":  # fifteen digits are what the program itself shows; the file has binary remainders
        return _fixed(format(float(cell.text), ".15g"))
    if re.fullmatch("[0-9]{1,15}", cell.text):
        if column.form in {"day", "last-day", "field-day", "field-month"}:
            return cell.text
        if column.form in {"area", "code-type"}:
            if len(cell.text) < {"area": 6}.get(column.form, 3):
                raise CellError("leading-zeros")
            return cell.text
    raise CellError("number-mangled" if len(cell.text) > 15 or "e" in cell.text.casefold() else "number-cell")


def _fixed(text: str) -> str:
    """A number without an exponent; one too long to be any item's stays as it is and is refused as a number."""
    return f"{Decimal(text):f}" if abs(float(text)) < 1e15 else text


def _refuse_damaged(column: Column, text: str) -> None:
    if column.form != "table" and _EXPONENT.fullmatch(text):
        raise CellError("number-mangled")
    if column.form in _CODES and _WHOLE_AS_FRACTION.fullmatch(text):
        raise CellError("number-mangled")
    if column.form in {"holder-code", "identity"} and _LOST.fullmatch(text) and not _is_code(text):
        raise CellError("digits-lost")


def _is_code(text: str) -> bool:
    for check in (check_uscc, lambda code: check_citizen_number(code, on=date.max)):
        try:
            check(text)
        except Malformed:
            continue
        return True
    return False


def _plain(column: Column, text: str) -> str:  # noqa: ARG001  (one of a table of readers)
    if "\n" in text or "\r" in text:
        raise CellError("line-break")
    return text


def _holder(column: Column, text: str) -> str:
    if re.search("[；;、\r\n]", text):
        raise CellError("several-in-one")
    return text.upper() if column.form == "holder-code" else text


def _code_type(column: Column, text: str) -> str:
    names = {name: code for code, name in column.choices}
    if text.isascii() and text.isdecimal() and len(text) < 3:
        raise CellError("leading-zeros")
    return names.get(text, text)


def _identity(column: Column, text: str) -> str:
    return _plain(column, text).upper()


def _day(column: Column, text: str) -> str:  # noqa: ARG001  (one of a table of readers)
    return _found_day(text).isoformat()


def _last_day(column: Column, text: str) -> str:
    return "" if text in ENDLESS else _day(column, text)


def _field_day(column: Column, text: str) -> str:
    return _each(column, text, lambda one: _chinese(_found_day(one)))


def _field_month(column: Column, text: str) -> str:
    return _each(column, text, _found_month)


def _choice(column: Column, text: str) -> str:
    names = dict(column.choices)
    return _each(column, text, lambda one: names.get(one, one))


def _table(column: Column, text: str) -> str:  # noqa: ARG001  (one of a table of readers)
    """Lines of a cell are rows; a half-width divider is one where nothing else can be meant."""
    rows = ROWS.join(line.strip(_AROUND).removesuffix(ROWS) for line in text.splitlines() if line.strip(_AROUND))
    return rows.replace("|", CELLS)


def _each(column: Column, text: str, read: Callable[[str], str]) -> str:
    several = column.rule is not None and column.rule.repeat is not None and column.rule.repeat > 1
    return ROWS.join(read(one.strip(_AROUND)) for one in values_of(text)) if several else read(text)


def _found_day(text: str) -> date:
    """A day in one of the five ways of writing; a time of midnight behind it, which programs add, is dropped."""
    found = _DAY.fullmatch(re.sub(r"[ T]0{1,2}:00(?::00)?$", "", text))
    if found is None:
        raise CellError("not-a-day")
    month, day = [part for part in found.groups() if part and part not in "-/."][1:]
    try:
        return date(int(found[1]), int(month), int(day))
    except ValueError as error:
        raise CellError("not-a-day") from error


def _found_month(text: str) -> str:
    found = _MONTH.fullmatch(text)
    if found is None:
        try:
            return _chinese(_found_day(text))[:8]
        except CellError as error:
            raise CellError("not-a-month") from error
    month = next(part for part in found.groups()[1:] if part)
    if not 1 <= int(month) <= 12:
        raise CellError("not-a-month")
    return f"{found[1]}年{int(month):02}月"


def _chinese(day: date) -> str:
    return f"{day.year:04}年{day.month:02}月{day.day:02}日"


_READ: Mapping[Form, Callable[[Column, str], str]] = MappingProxyType(
    {
        "day": _day,
        "last-day": _last_day,
        "holder": _holder,
        "holder-code": _holder,
        "code-type": _code_type,
        "identity": _identity,
        "field-day": _field_day,
        "field-month": _field_month,
        "choice": _choice,
        "table": _table,
    }
)
