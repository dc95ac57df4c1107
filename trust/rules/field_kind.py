"""Kinds of items 数据类型: what the text of one item of a licence must look like beyond its length.

A licence carries text alone, so that what is signed is what people read; a kind says which texts are sensible. A date
is written as it stands on the face (`2026年11月21日`), a number in digits without grouping, a value of a code list by
its name, and a table in the form of `table`. Several values of one item stand side by side, divided by `；`. The data
types of GB/T 36902 were not seen; these are the ones that published type templates need (reconstructed).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, get_args

from trust.errors import Malformed
from trust.rules.party import check_citizen_number, check_uscc
from trust.rules.table import ROWS

Kind = Literal["text", "date", "month", "number", "code", "uscc", "citizen", "table", "photo"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
KIND_LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        "text": "文字",
        "date": "日期",
        "month": "年月",
        "number": "数值",
        "code": "代码表",
        "uscc": "统一社会信用代码",
        "citizen": "公民身份号码",
        "table": "表格",
        "photo": "照片",
    }
)
ONCE: frozenset[Kind] = frozenset({"table", "photo"})
"""Kinds of which an item has one value; a table has rows instead."""

_DATE = re.compile(r"([0-9]{4})年([0-9]{2})月([0-9]{2})日")
_MONTH = re.compile(r"([0-9]{4})年([0-9]{2})月")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
PHOTO = re.compile(r"sm3:[0-9a-f]{64}")
"""What an item of kind photo holds: the digest of a picture that both files show."""


def check_value(kind: Kind, text: str, codes: tuple[tuple[str, str], ...] = ()) -> None:
    """See that one value is of its kind; tables are judged in `table`, by the number of their columns.

    Raises:
        Malformed: `not-a-day`, `not-a-month`, `not-a-number`, `not-in-list`, `photo`, or a reason of
            `check_uscc` or `check_citizen_number`.

    """
    if kind == "code":
        if text not in {name for _, name in codes}:
            raise Malformed("not-in-list")
    elif kind in _CHECKS:
        _CHECKS[kind](text)


def values_of(text: str) -> list[str]:
    """The values of an item that may have several."""
    return text.split(ROWS)


def _check_date(text: str) -> None:
    found = _DATE.fullmatch(text)
    if found is None or not _is_day(*map(int, found.groups())):
        raise Malformed("not-a-day")


def _check_month(text: str) -> None:
    found = _MONTH.fullmatch(text)
    if found is None or not _is_day(int(found[1]), int(found[2]), 1):
        raise Malformed("not-a-month")


def _check_number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise Malformed("not-a-number")


def _check_citizen(text: str) -> None:
    check_citizen_number(text, on=date.max)  # when the licence is issued is not known here


def _check_photo(text: str) -> None:
    if not PHOTO.fullmatch(text):
        raise Malformed("photo")


_CHECKS: Mapping[Kind, Callable[[str], None]] = MappingProxyType(
    {
        "date": _check_date,
        "month": _check_month,
        "number": _check_number,
        "uscc": check_uscc,
        "citizen": _check_citizen,
        "photo": _check_photo,
    }
)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
