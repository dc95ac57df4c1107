"""From cells to values, by the kind of the item, for a type that has an item of every kind."""

from dataclasses import replace

import pytest

from issuer.batches.cells import Cell
from issuer.batches.columns import by_name, columns_of, header_of
from issuer.batches.hints import hint_of
from issuer.batches.values import CellError, LongNumbers, value_of
from tests.unit.issuer.batches.workbooks import KIND, read, reasons, sample, wide
from trust.rules.catalogue import FieldRule

CODES = (("1", "一级"), ("2", "二级"))
MADE = replace(
    KIND,
    fields=(
        FieldRule("area", "MJ", "面积", 20, kind="number"),
        FieldRule("levels", "DJ", "等级", 20, kind="code", codes=CODES, repeat=2),
        FieldRule("days", "RQ", "日期", 60, kind="date", repeat=2),
        FieldRule("since", "NY", "年月", 20, kind="month"),
        FieldRule("unit", "DW", "单位代码", 18, kind="uscc"),
        FieldRule("trees", "SM", "树木", 200, kind="table", columns=("树种", "株数")),
        FieldRule("serial", "XH", "序号", 20),
        FieldRule("face", "ZP", "照片", 68, kind="photo", required=False),
    ),
)


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("area", Cell("4.3499999999999996", "number"), "4.35"),
        ("area", Cell("1.0000000000000001E-5", "number"), "0.00001"),
        ("area", Cell("120", "number"), "120"),
        ("area", Cell(wide("35.6")), "35.6"),
        ("levels", Cell("1"), "一级"),
        ("levels", Cell("2；一级"), "二级；一级"),
        ("levels", Cell("三级"), "三级"),
        ("days", Cell("2026-11-21；20261122"), "2026年11月21日；2026年11月22日"),
        ("days", Cell("2026-11-21", "date"), "2026年11月21日"),
        ("since", Cell("202611"), "2026年11月"),
        ("since", Cell("2026-1"), "2026年01月"),
        ("since", Cell("2026-11-01", "date"), "2026年11月"),
        ("unit", Cell("91530199ma6qh2k74u"), "91530199MA6QH2K74U"),
        ("trees", Cell("杉木|12\n马尾松｜3；\n"), "杉木｜12；马尾松｜3"),
        ("serial", Cell("  "), ""),
    ],
)
def test_a_cell_becomes_a_value_by_the_kind_of_its_item(key, cell, value):
    assert value_of(by_name(MADE)[key], cell) == value


@pytest.mark.parametrize(
    ("key", "cell", "reason"),
    [
        ("area", Cell("35.6", "formatted"), "number-format"),
        ("area", Cell("1.2E+05"), "number-mangled"),
        ("area", Cell("NaN", "number"), "number-mangled"),
        ("since", Cell("2026-13"), "not-a-month"),
        ("since", Cell("十一月"), "not-a-month"),
        ("unit", Cell("915301990000000", "number"), "number-cell"),
        ("serial", Cell("12", "number"), "number-cell"),
        ("serial", Cell("【待更正】12"), "not-corrected"),
    ],
)
def test_a_cell_that_cannot_be_trusted_is_refused(key, cell, reason):
    with pytest.raises(CellError) as refusal:
        value_of(by_name(MADE)[key], cell)
    assert refusal.value.reason == reason


def test_an_item_that_is_called_like_a_fixed_column_gets_a_header_of_its_own():
    headers = [column.header for column in columns_of(MADE)]
    assert headers[0] == "序号"
    assert "序号（serial）" in headers
    assert len(set(headers)) == len(headers)
    assert header_of(MADE, "fields.serial") == "序号（serial）"
    assert header_of(MADE, "holder.code_type") == "持证主体代码类型"
    assert header_of(MADE, "conversion") == "conversion"


def test_a_photograph_has_a_column_like_any_other_item():
    (column,) = (column for column in columns_of(MADE) if column.form == "photo")
    assert (column.header, column.required, column.place) == ("照片", False, "fields.face")
    assert "ZIP" in hint_of(column, MADE)
    sheet = read("照片\r\n1\r\n".encode(), "a.csv", kind=MADE)
    assert (1, "照片", "unknown-column") not in reasons(sheet)


def test_hints_name_lists_columns_and_bounds():
    hints = {column.header: hint_of(column, MADE) for column in columns_of(MADE)}
    assert "一级、二级" in hints["等级"]
    assert "最多 2 个" in hints["等级"]
    assert "树种｜株数" in hints["树木"]
    assert "当天仍然有效" in hints["有效期至"]
    assert sample()["holders"][0]["code_type"] in hints["持证主体代码类型"]


@pytest.mark.parametrize(
    ("numbers", "lost"),
    [
        ([], False),
        (["530199202603180000"], False),
        (["530199202603180000", "530199202603181000"], True),
        (["530199202603180000", "530199202603180001"], False),
        (["530199202603180000", "530199202603181000", "JY1"], True),
    ],
)
def test_when_numbers_have_lost_their_last_digits(numbers, lost):
    seen = LongNumbers()
    for number in numbers:
        seen.see(number)
    assert seen.all_lost is lost
