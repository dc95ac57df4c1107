"""Columns of a batch: which there are for a type, what they may be called, and which place of an application they fill.

Each column has one header of its own, the Chinese label, and more names under which it is known: the key, the short
name of the metadata (`ZZBH`, `KZ_…`), the label and the English name of the national table. A name that would fit two
columns fits none of them but the one whose header it is. Names are compared in half width, without spaces and without
regard to capitals.

Places: `number`, `issued_on` and so on; `fields.<key>`; `holder.name`, and `holder.name.2` for the second holder.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from trust.errors import Malformed
from trust.rules.catalogue import FieldRule, LicenceType
from trust.rules.metadata import ITEMS
from trust.rules.party import HOLDER_CODE_TYPES

MOST_HOLDERS = 20
SERIAL, PROBLEM = "序号", "问题"
"""Columns that say nothing about a licence: the count of the lines, and what is wrong with one."""

Form = Literal[
    "number", "day", "last-day", "area", "holder", "holder-code", "code-type",
    "text", "field-day", "field-month", "decimal", "choice", "identity", "table", "photo", "aside",
]  # fmt: skip
_OF_KIND: Mapping[str, Form] = {
    "date": "field-day", "month": "field-month", "number": "decimal", "code": "choice",
    "uscc": "identity", "citizen": "identity", "table": "table", "photo": "photo",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: `names` are what it may be called besides its header, `choices` pairs of code and name."""

    place: str
    header: str
    form: Form
    required: bool = False
    names: tuple[str, ...] = ()
    max_length: int = 256
    choices: tuple[tuple[str, str], ...] = ()
    rule: FieldRule | None = None


def columns_of(kind: LicenceType) -> tuple[Column, ...]:
    """The columns of a template of this type: with one holder, and none for problems."""
    return tuple(column for column in all_columns(kind)[:-1] if not column.place.split(".")[-1].isdecimal())


def all_columns(kind: LicenceType) -> tuple[Column, ...]:
    """Every column that a sheet of this type may have."""
    serial, problem = (Column("aside", name, "aside") for name in (SERIAL, PROBLEM))
    holders, standard = tuple(_holders(kind)), tuple(_standard(kind))
    taken = {folded(column.header) for column in (serial, problem, *holders, *standard)}
    own = []
    for rule in kind.fields:
        header = rule.label if folded(rule.label) not in taken else f"{rule.label}（{rule.key}）"
        taken.add(folded(header))
        own.append(_own(rule, header))
    return (serial, *holders, *standard, *own, problem)


def by_name(kind: LicenceType) -> dict[str, Column]:
    """The columns by every name, folded, that means one of them."""
    columns = all_columns(kind)
    known = {folded(column.header): column for column in columns}
    more: dict[str, list[Column]] = {}
    for column in columns:
        for name in {folded(name) for name in (column.place, *column.names)} - known.keys():
            more.setdefault(name, []).append(column)
    return known | {name: found[0] for name, found in more.items() if len(found) == 1}


def header_of(kind: LicenceType, place: str) -> str:
    """The header of the column for a member that a check has named, or the member itself.

    A problem of a holder is told at the first holder's name.
    """
    headers = {column.place: column.header for column in all_columns(kind)}
    return headers.get({"holder": "holder.name", "holders": "holder.name"}.get(place, place), place)


def folded(name: str) -> str:
    """The form in which names are compared."""
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", name)).casefold()


def _standard(kind: LicenceType) -> Iterator[Column]:
    ends = kind.validity == "years"
    yield Column("number", "证照编号", "number", not kind.number_drawn, ("编号", *_table("ZZBH")), 128)
    yield Column("issued_on", "颁发日期", "day", True, ("发证日期", "签发日期", *_table("ZZBFRQ")))
    yield Column("valid_from", "有效期自", "day", False, ("有效期起始日期", *_table("ZZYXQQSRQ")))
    yield Column("valid_until", "有效期至", "last-day", ends, ("有效期截止日期", *_table("ZZYXQJZRQ")))
    area = next(item for item in ITEMS if item.english == "certificateAreaCode")
    yield Column("area_code", "行政区划代码", "area", True, (area.label, area.english), 6)


def _holders(kind: LicenceType) -> Iterator[Column]:
    types = tuple((code, HOLDER_CODE_TYPES[code].label) for code in kind.holder_code_types)
    given = len(types) > 1
    for place in range(1, MOST_HOLDERS + 1):
        dot, mark, first = (f".{place}", str(place), False) if place > 1 else ("", "", True)

        def named(*names: str, mark: str = mark) -> tuple[str, ...]:
            more = tuple(f"{name}1" for name in names) if not mark else ()
            return tuple(f"{name}{mark}" for name in names) + more

        yield Column(
            f"holder.name{dot}", f"持证主体{mark}", "holder", first,
            named("持证主体名称", "持证主体姓名", "holder_name", *_table("CZZT")),
        )  # fmt: skip
        yield Column(
            f"holder.code{dot}", f"持证主体代码{mark}", "holder-code", first,
            named("holder_code", *_table("CZZTDM")),
        )  # fmt: skip
        yield Column(
            f"holder.code_type{dot}", f"持证主体代码类型{mark}", "code-type", first and given,
            named("holder_code_type", "代码类型", *_table("CZZTDMLX"), *_table("CZZTDMLXDM")), choices=types,
        )  # fmt: skip


def _table(short: str) -> tuple[str, ...]:
    """What the national table calls an item."""
    item = next(item for item in ITEMS if item.short == short)
    return (short, item.label, item.english)


def _own(rule: FieldRule, header: str) -> Column:
    form = _OF_KIND.get(rule.kind) or _written_as(rule)
    names = (rule.label, rule.key, rule.short_name, rule.metadata_name)
    return Column(f"fields.{rule.key}", header, form, rule.required, names, rule.max_length, rule.codes, rule)


def _written_as(rule: FieldRule) -> Form:
    """A text whose pattern takes a day or a month and no other text is one, although its kind does not say so."""
    if not rule.pattern or _takes(rule, "文字"):
        return "text"
    return "field-day" if _takes(rule, "2026年11月21日") else "field-month" if _takes(rule, "2026年11月") else "text"


def _takes(rule: FieldRule, text: str) -> bool:
    try:
        rule.check(text)
    except Malformed:
        return False
    return True


@lru_cache(maxsize=1024)
def holder_place(place: str) -> tuple[str, int] | None:
    """The part of a holder that a place is, and which holder's; None where it is something else."""
    of, _, rest = place.partition(".")
    part, _, number = rest.partition(".")
    return (part, int(number or 1)) if of == "holder" else None
