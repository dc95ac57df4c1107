"""The manifest 清单 of a batch of stock: a row for each paper licence, in CSV or JSON.

A CSV has one heading row; headings are the keys below or their Chinese words, and the items of the type by key or
label. Several holders stand in one cell, separated by "、", names and codes in the same order. JSON has the application
as it is sent to be issued:

    {"format": "yinzheng-stock/1",
     "rows": [{"file": "0001.pdf", "grade": "B", "source": "云岭市档案馆 全宗 12", "application": {"number": …}}]}

Reading is strict, and everything that is wrong is told at once, by row. A grade here is a claim: it can lower what the
comparison earns and never raise it; an empty cell claims nothing.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from issuer.application import Application, read_application
from issuer.converting.errors import StockRefused
from issuer.errors import ApplicationRefused
from trust.errors import Malformed
from trust.rules.catalogue import LicenceType
from trust.rules.conversion import MAX_SOURCE, Grade, claims_grade
from trust.rules.licence import HOLDER_SEPARATOR
from trust.rules.text import check_text

FORMAT = "yinzheng-stock/1"
MAX_MANIFEST, MAX_ROWS, MAX_CELL = 4 * 1024 * 1024, 2000, 8000
MAX_NAME = 200
HEADINGS = {
    "file": "扫描件",
    "grade": "证据等级",
    "source": "存量来源",
    "number": "证照编号",
    "issued_on": "颁发日期",
    "valid_from": "有效期起始日期",
    "valid_until": "有效期截止日期",
    "area_code": "行政区划代码",
    "holder_name": "持证主体",
    "holder_code": "持证主体代码",
    "holder_code_type": "持证主体代码类型",
}
NEEDED = frozenset({"number", "issued_on", "area_code", "holder_name", "holder_code", "holder_code_type"})
PLAIN = ("number", "issued_on", "valid_from", "valid_until", "area_code")
ROW_MEMBERS = frozenset({"file", "grade", "source", "application"})


@dataclass(frozen=True)
class Row:
    """One row: what is to be issued, where the scan is (empty for none), what grade is claimed, where the stock lay."""

    application: Application
    file: str
    claimed: Grade
    source: str


def read_manifest(octets: bytes, kind: LicenceType, *, issuer_code: str) -> tuple[Row, ...]:
    """Read a manifest, all of it or nothing.

    Raises:
        StockRefused: every problem, as (`rows.<number>.<member>`, reason); rows are counted from 1.

    """
    if len(octets) > MAX_MANIFEST:
        raise StockRefused([("", "too-large")])
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StockRefused([("", "not-utf-8")]) from error
    tables = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text, kind)
    if not 0 < len(tables) <= MAX_ROWS:
        raise StockRefused([("rows", "missing" if not tables else "too-many")])
    return rows_from(tables, type_code=kind.code, issuer_code=issuer_code)


def rows_from(tables: Sequence[object], *, type_code: str, issuer_code: str) -> tuple[Row, ...]:
    """Rows from decoded JSON objects; raises StockRefused as `read_manifest`."""
    problems: list[tuple[str, str]] = []
    rows: list[Row] = []
    for number, table in enumerate(tables, start=1):
        try:
            rows.append(_row(table, type_code=type_code, issuer_code=issuer_code))
        except ApplicationRefused as refused:
            problems += [(f"rows.{number}.{name}".rstrip("."), reason) for name, reason in refused.problems]
    problems += _twice("number", [row.application.number for row in rows])
    problems += _twice("file", [row.file for row in rows if row.file])
    if problems:
        raise StockRefused(problems)
    return tuple(rows)


def _row(table: object, *, type_code: str, issuer_code: str) -> Row:
    if not isinstance(table, dict):
        raise StockRefused([("", "not-an-object")])
    problems = [(str(name)[:64], "unknown") for name in sorted(table.keys() - ROW_MEMBERS, key=str)]
    file, source, claimed = table.get("file") or "", table.get("source"), table.get("grade")
    if not isinstance(file, str) or len(file) > MAX_NAME or "/" in file or "\\" in file or file.startswith("."):
        problems.append(("file", "file-name"))
    try:
        check_text(source, MAX_SOURCE)
    except Malformed as error:
        problems.append(("source", error.reason))
    if claims_grade(str(source)):
        problems.append(("source", "reserved-words"))
    if not isinstance(claimed, str) or claimed not in set(Grade):
        problems.append(("grade", "unknown"))
    try:
        application = read_application(table.get("application"), type_code=type_code, issuer_code=issuer_code)
    except ApplicationRefused as refused:
        raise StockRefused([*problems, *refused.problems]) from refused
    if problems:
        raise StockRefused(problems)
    return Row(application, str(file), Grade(str(claimed)), str(source))


def _json_rows(text: str) -> Sequence[object]:
    try:
        body = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise StockRefused([("", "not-json")]) from error
    if body.keys() != {"format", "rows"} or body["format"] != FORMAT or not isinstance(body["rows"], list):
        raise StockRefused([("", "manifest-form")])
    return list(body["rows"][: MAX_ROWS + 1])


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member is given twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _csv_rows(text: str, kind: LicenceType) -> Sequence[object]:
    """The rows of a CSV in the form of JSON; empty cells are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [line for _, line in zip(range(MAX_ROWS + 2), reader, strict=False) if any(line)]
    except csv.Error as error:
        raise StockRefused([("", "not-csv")]) from error
    if not lines:
        raise StockRefused([("rows", "missing")])
    names = _headings(lines[0], kind)
    wrong = [
        (f"rows.{number}", "cells")
        for number, line in enumerate(lines[1:], start=1)
        if len(line) != len(names) or any(len(cell) > MAX_CELL for cell in line)
    ]
    if wrong:
        raise StockRefused(wrong)
    return [_table(dict(zip(names, line, strict=True))) for line in lines[1:]]


def _headings(line: Sequence[str], kind: LicenceType) -> list[str]:
    """The keys that the headings mean."""
    known = {name: name for name in HEADINGS} | {word: name for name, word in HEADINGS.items()}
    own = {rule.label: f"fields.{rule.key}" for rule in kind.fields}
    own |= {rule.key: f"fields.{rule.key}" for rule in kind.fields}
    meant = [(own | known).get(cell.strip(), "") for cell in line]
    problems = [(cell.strip()[:64], "unknown") for cell, name in zip(line, meant, strict=True) if not name]
    problems += [(name, "missing") for name in sorted(NEEDED - set(meant))]
    problems += [(name, "given-twice") for name in sorted(set(meant)) if name and meant.count(name) > 1]
    if problems:
        raise StockRefused(problems)
    return meant


def _table(cells: Mapping[str, str]) -> dict[str, object]:
    said = {name: text.strip() for name, text in cells.items() if text.strip()}
    columns = [said.get(f"holder_{part}", "").split(HOLDER_SEPARATOR) for part in ("name", "code", "code_type")]
    names, codes, types = columns
    types = types * len(names) if len(types) == 1 else types
    holders = (
        [
            {"name": name, "code": code, "code_type": code_type}
            for name, code, code_type in zip(names, codes, types, strict=True)
        ]
        if len(names) == len(codes) == len(types)
        else []
    )
    application: dict[str, object] = {name: said[name] for name in PLAIN if name in said}
    fields = {name.removeprefix("fields."): text for name, text in said.items() if name.startswith("fields.")}
    application |= {"holders": holders, "fields": fields}
    return {
        "file": said.get("file", ""),
        "grade": said.get("grade", Grade.A.value),
        "source": said.get("source"),
        "application": application,
    }


def _twice(member: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Values that stand in two rows."""
    return [
        (f"rows.{number}.{member}", "given-twice")
        for number, value in enumerate(values, start=1)
        if value in values[: number - 1]
    ]
