"""Sheets in CSV: encodings, headers, days, numbers that a program has damaged, problems by row."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.application import read_application
from issuer.batches.blank import blank_csv
from issuer.batches.columns import by_name, columns_of, folded, header_of
from issuer.batches.problem_sheet import problem_csv
from keys.sm3 import sm3
from templates.library import bundles, load_bundle
from tests.unit.issuer.batches.workbooks import KIND, only_row, read, reasons, rows_csv, sample, wide


def table(*changes: dict[str, str], drop: tuple[str, ...] = (), header: dict[str, str] | None = None) -> str:
    """A sheet with the sample's line once for each change, by header."""
    titles, cells = list(csv.reader(io.StringIO(rows_csv(KIND, (2, sample())).decode("utf-8-sig"))))
    lines = [dict(zip(titles, cells, strict=True)) | change for change in changes or ({},)]
    kept = [title for title in dict.fromkeys([*titles, *(key for one in lines for key in one)]) if title not in drop]
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([(header or {}).get(title, title) for title in kept])
    writer.writerows([line.get(title, "") for title in kept] for line in lines)
    return made.getvalue()


def read_text(text: str, **more):
    return read(text.encode(), "批次.csv", **more)


@pytest.mark.parametrize("bundle", bundles(), ids=lambda one: one.name)
def test_what_is_written_for_a_type_is_read_again_and_is_an_application(bundle):
    members = sample(bundle.name)
    octets = rows_csv(bundle.type, (2, members), (9, members))
    sheet = read(octets, "a.csv", kind=bundle.type)
    assert not sheet.problems
    assert [row.members for row in sheet.rows] == [members, members]
    assert sheet.digest == "sm3:" + sm3(octets).hex()
    made = read_application(next(iter(sheet.rows)).members, type_code=bundle.type.code, issuer_code="1")
    assert made.fields == members["fields"]


def test_a_filled_template_is_read_and_its_line_of_hints_passed_over():
    blank = blank_csv(KIND).decode("utf-8-sig")
    filled = rows_csv(KIND, (2, sample())).decode("utf-8-sig")
    titles, cells = list(csv.reader(io.StringIO(filled)))
    assert titles[:-1] == blank.split("\r\n")[0].split(",")
    made = io.StringIO()
    csv.writer(made).writerow(cells[:-1])
    row = only_row(read_text(blank + made.getvalue()))
    assert (row.number, row.members) == (3, sample())


NAMES = ["龘靐齉", "𠮷野家", "㐀㐁", "\U00030edd面馆", "·买买提"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", NAMES)
def test_names_survive_each_encoding(codec, name):
    octets = table({"持证主体": name}).encode(codec)
    assert only_row(read(octets, "a.csv")).members["holders"][0]["name"] == name


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs")), min_size=1, max_size=30)


@given(TEXTS, TEXTS, st.integers(1, 3))
def test_any_text_comes_back_from_a_list_of_problems(name, operator, holders):
    members = sample()
    several = [
        {"name": name.replace("；", "").replace(";", "").replace("、", "") or "甲", "code": f"A{n}", "code_type": "001"}
        for n in range(holders)
    ]
    members |= {"holders": several, "fields": members["fields"] | {next(iter(members["fields"])): operator}}
    mangled = operator.strip() != operator or "E+" in operator.upper()
    if not mangled:
        assert only_row(read(rows_csv(KIND, (7, members)), "a.csv")).members == members


@pytest.mark.parametrize(
    "title", ["证照编号", " 证照 编号* ", "编号", "number", "NUMBER", "ZZBH", wide("zzbh"), "certificateNumber"]
)
def test_a_column_has_several_names(title):
    assert only_row(read_text(table(header={"证照编号": title}))).members == sample()


def test_every_item_of_every_type_is_known_by_key_label_and_short_name():
    for bundle in bundles():
        for column in columns_of(bundle.type):
            if column.rule is not None:
                assert header_of(bundle.type, f"fields.{column.rule.key}") == column.header
                known = by_name(bundle.type)
                assert known[folded(column.rule.metadata_name)].place == column.place
                assert known[folded(column.rule.key)].place == column.place


def test_a_mapping_names_columns_and_leaves_others_out():
    text = table({"备注": "内部"}, header={"证照编号": "许可证号"})
    assert {one[2] for one in reasons(read_text(text))} == {"unknown-column", "missing-column"}
    row = only_row(read_text(text, mapping={"许可证号": "ZZBH", "备注": "", "不在文件里": "number"}))
    assert row.members == sample()
    assert ("mapping-unknown", "许可证号") in [
        (r, c) for _, c, r in reasons(read_text(text, mapping={"许可证号": "无此项", "备注": ""}))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(0, "", "empty-file")]),
        ("\ufeff\r\n  ", [(0, "", "empty-file")]),
        (table().split("\r\n")[0], [(0, "", "no-rows")]),
        (table(drop=("证照编号",)), [(1, "证照编号", "missing-column")]),
        (table({"编号": "1"}), [(1, "编号", "double-column")]),
        (table({"颜色": "红"}), [(1, "颜色", "unknown-column")]),
        (table().replace(",", ";"), [(1, "", "separator")]),
        (table({"证照编号": ""}), [(2, "证照编号", "missing")]),
        (
            table({"持证主体2": "乙"}),
            [(1, "持证主体代码2", "missing-column"), (1, "持证主体代码类型2", "missing-column")],
        ),
        ('证照编号\r\n"未完', [(1, "持证主体", "missing-column")]),
        (table() + '"未完', [(3, "", "quotes")]),
        (table() + "," * 300 + "x", [(3, "", "too-many-columns")]),
        (table() + "x" * 40_000, [(3, "", "cell-too-long")]),
        (table() + "x," * 600_000, [(3, "", "line-too-long")]),
        (table() + "," * 40 + "x", [(3, "", "no-header")]),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(text, expected):
    found = reasons(read_text(text))
    assert expected[0] in found
    assert set(expected) <= set(found)


def test_empty_lines_are_counted_and_rows_stand_for_themselves():
    good = table({}, {"颁发日期": "2026-02-30"}, {})
    first, *rest = good.split("\r\n")
    sheet = read_text("\r\n".join([first, "", *rest]))
    assert [row.number for row in sheet.rows] == [3, 5]
    assert reasons(sheet) == [(4, "颁发日期", "not-a-day")]


def test_too_many_rows_are_told_and_reading_ends():
    sheet = read_text(table({}, {}, {}), max_rows=2)
    assert len(sheet.rows) == 2
    assert reasons(sheet) == [(4, "", "too-many-rows")]


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-21",
        "20261121",
        "2026年11月21日",
        "2026/11/21",
        "2026.11.21",
        wide("2026-11-21"),
        " 2026-11-21 ",
        "2026-11-21 00:00:00",
    ],
)
def test_a_day_may_be_written_in_several_ways(day):
    assert only_row(read_text(table({"颁发日期": day}))).members["issued_on"] == "2026-11-21"


@pytest.mark.parametrize(
    "day",
    ["2026-02-30", "26-11-21", "11/21/2026", "2026-11-21 08:00", "2026-11/21", "2026年11月", "46347", "二〇二六年"],
)
def test_what_is_no_day_is_refused(day):
    assert reasons(read_text(table({"颁发日期": day}))) == [(2, "颁发日期", "not-a-day")]


def test_an_item_that_is_a_day_is_written_as_on_the_face():
    kind = load_bundle("business-licence").type
    members = sample("business-licence")
    members["fields"]["established_on"] = "2026/3/8"
    sheet = read(rows_csv(kind, (2, members)), "a.csv", kind=kind)
    assert only_row(sheet).members["fields"]["established_on"] == "2026年03月08日"


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("证照编号", "5.30199E+17", "number-mangled"),
        ("证照编号", "5E+17", "number-mangled"),
        ("证照编号", "530199202603180101.0", "number-mangled"),
        ("持证主体代码", "530101199001010000", "digits-lost"),
        ("持证主体代码", "9.1530199E+17", "number-mangled"),
        ("持证主体代码类型", "1", "leading-zeros"),
        ("持证主体", "甲公司；乙公司", "several-in-one"),
        ("证照编号", "JY1\n2", "line-break"),
    ],
)
def test_a_damaged_value_is_refused(column, text, reason):
    sheet = read_text(table({column: text}))
    assert (2, column, reason) in reasons(sheet)
    assert not sheet.rows


def test_numbers_that_all_lost_their_last_digits_are_refused_and_one_alone_is_not():
    lost = [{"证照编号": "530199202603180000"}, {"证照编号": "530199202603181000"}]
    assert [one[2] for one in reasons(read_text(table(*lost)))] == ["digits-lost", "digits-lost"]
    assert len(read_text(table(lost[0], {"证照编号": "530199202603180101"})).rows) == 2
    assert len(read_text(table(lost[0])).rows) == 1


def test_only_what_cannot_change_a_meaning_is_repaired():
    holder = sample()["holders"][0]
    changed = {
        "持证主体": wide("AB"),
        "持证主体代码": wide(holder["code"].lower()),
        "持证主体代码类型": "统一社会信用代码",
        "证照编号": wide("JY"),
    }
    members = only_row(read_text(table(changed))).members
    assert members["holders"] == [{"name": wide("AB"), "code": holder["code"], "code_type": "001"}]
    assert members["number"] == wide("JY")


@pytest.mark.parametrize(
    ("octets", "name", "reason"),
    [
        (b"\xff\xfe" + "证照编号".encode("utf-16-le"), "a.csv", "encoding"),
        (b"\x80\xff", "a.csv", "encoding"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.xlsx", "old-format"),
        (b"<html>", "a.xls", "other-format"),
        (b"PK\x03\x04", "a.xlsm", "other-format"),
        (b"PK\x03\x04", "a.xlsx", "not-a-sheet"),
        (b"x" * (256 * 1024 * 1024 + 1), "a.csv", "too-large"),
    ],
)
def test_a_file_that_is_no_sheet_is_told_as_one_problem(octets, name, reason):
    sheet = read(octets, name)
    assert reasons(sheet) == [(0, "", reason)]
    assert "请" in sheet.problems[0].sentence


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "", "."]))
def test_any_octets_give_a_sheet(octets, name):
    sheet = read(octets, name)
    assert sheet.problems
    assert problem_csv(io.BytesIO(octets), name=name, kind=KIND, problems=sheet.problems)
