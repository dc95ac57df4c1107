"""Workbooks: what they may hold, what is told of them, and what a hostile one cannot do."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.batches import xlsx_package
from issuer.batches.blank import blank_xlsx
from issuer.batches.columns import columns_of
from issuer.batches.xlsx_lines import xlsx_lines
from issuer.batches.xlsx_workbook import alters_text, is_date
from issuer.batches.xlsx_writing import NewSheet, column_letters, xlsx_octets
from templates.library import bundles, load_bundle
from tests.unit.issuer.batches.workbooks import (
    KIND,
    MAIN,
    OFFICE,
    headers_and_row,
    line,
    only_row,
    packed,
    parts_of,
    read,
    reasons,
    sample,
    text_cell,
    worksheet,
)


def workbook(**cells: str) -> bytes:
    """The sample in one row, with these cells of their own XML."""
    return packed(parts_of(worksheet("".join(headers_and_row(sample(), **cells)))))


def filled_by_openpyxl(octets: bytes, lines: list[list[object]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(octets))
    for cells in lines:
        book["批量填写"].append(cells)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def values_by_place(members) -> dict[str, str]:
    values = {key: value for key, value in members.items() if isinstance(value, str)}
    values |= {f"holder.{key}": value for key, value in members["holders"][0].items()}
    return values | {f"fields.{key}": value for key, value in members["fields"].items()}


@pytest.mark.parametrize("bundle", bundles(), ids=lambda one: one.name)
def test_a_template_filled_by_another_program_is_read(bundle):
    members = sample(bundle.name)
    members["holders"] = members["holders"][:1]
    values = values_by_place(members)
    row = [values.get(column.place) for column in columns_of(bundle.type)]
    sheet = read(filled_by_openpyxl(blank_xlsx(bundle.type), [row, row]), kind=bundle.type)
    assert not sheet.problems
    assert [one.members for one in sheet.rows] == [members, members]
    assert [one.number for one in sheet.rows] == [2, 3]


def test_a_template_is_what_another_program_sees_too():
    book = openpyxl.load_workbook(io.BytesIO(blank_xlsx(KIND)))
    assert book.sheetnames == ["批量填写", "填写说明"]
    filled = book["批量填写"]
    assert [cell.value for cell in filled[1]] == [column.header for column in columns_of(KIND)]
    assert {one.number_format for cells in filled["A1:T1"] for one in cells if one.value} == {"@"}
    assert all(filled.column_dimensions[letter].width for letter in "ABC")
    assert any("统一社会信用代码" in rule.formula1 for rule in filled.data_validations.dataValidation)
    assert blank_xlsx(KIND) == blank_xlsx(KIND)


def test_days_of_another_program_are_days():
    values = values_by_place(sample())
    row = [values.get(column.place) for column in columns_of(KIND)]
    place = [column.place for column in columns_of(KIND)].index("issued_on")
    for given_day in (date(2026, 3, 18), datetime(2026, 3, 18)):  # noqa: DTZ001  (a cell has no zone)
        row[place] = given_day
        assert only_row(read(filled_by_openpyxl(blank_xlsx(KIND), [row]))).members["issued_on"] == "2026-03-18"
    row[place] = datetime(2026, 3, 18, 9, 30)  # noqa: DTZ001  (a cell has no zone)
    assert reasons(read(filled_by_openpyxl(blank_xlsx(KIND), [row]))) == [(2, "颁发日期", "not-a-day")]


@settings(max_examples=30)
@given(
    st.lists(
        st.text(st.characters(), min_size=1, max_size=40),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_that_is_written_is_read_again(texts):
    octets = xlsx_octets([NewSheet("一", (texts,), (10.0,))])
    (found,) = xlsx_lines(io.BytesIO(octets))
    assert [found.cells[place].text for place in range(len(texts))] == texts


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(place, letters):
    assert column_letters(place) == letters


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ('<c s="1"><v>46347</v></c>', "2026-11-21"),
        ('<c s="2"><v>46347.0</v></c>', "2026-11-21"),
        ('<c t="d"><v>2026-11-21T00:00:00</v></c>', "2026-11-21"),
        ("<c><v>20261121</v></c>", "2026-11-21"),
        ('<c s="1"><v>61</v></c>', "1900-03-01"),
    ],
)
def test_a_date_cell_is_a_day(cell, day):
    members = only_row(read(workbook(issued_on=cell))).members
    assert members["issued_on"] == day


def test_days_may_count_from_1904():
    parts = parts_of(worksheet("".join(headers_and_row(sample(), issued_on='<c s="1"><v>44885</v></c>'))))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert only_row(read(packed(parts))).members["issued_on"] == "2026-11-21"


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("yyyy-mm-dd", True),
        ('[$-804]yyyy"年"m"月"d"日";@', True),
        ("m/d", True),
        ("General", False),
        ("0.00", False),
        ('[Red]0"day"', False),
        ("h:mm", False),
        ("@", False),
    ],
)
def test_which_formats_show_a_day(code, shows):
    assert is_date(code) is shows


@pytest.mark.parametrize(
    ("code", "alters"),
    [
        ("@", False),
        ("General", False),
        ('yyyy"年"m"月"d"日";@', False),
        ('_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', False),
        ("[Red]0;[Blue]-0;0;[Color 5]@", False),
        ("0.00;-0.00;0.00", False),
        (';;;"另一家有限公司"', True),
        (";;;", True),
        ('@"（冒名）"', True),
        ('0;0;0;"冒名"@', True),
        ("@@", True),
        ("\\冒@", True),
        ("@*x", True),
        ('0;"@"', False),
        ("[$冒名-804]@", True),
    ],
)
def test_which_formats_show_a_text_otherwise(code, alters):
    assert alters_text(code) is alters


def styled(code: str, cell: str, more: str = "") -> dict[str, str | bytes]:
    """The sample with a cell of this format, which is the sixth, in place of the holder's name."""
    parts = parts_of(worksheet("".join(headers_and_row(sample(), holder_name=cell))))
    said = code.replace('"', "&quot;")
    styles = str(parts["xl/styles.xml"]).replace(
        "</numFmts>", f'<numFmt numFmtId="200" formatCode="{said}"/></numFmts>'
    )
    parts["xl/styles.xml"] = styles.replace("</cellXfs>", f'<xf numFmtId="200"/></cellXfs>{more}')
    return parts


def test_a_text_that_the_program_shows_otherwise_is_refused():
    cell = '<c s="5" t="inlineStr"><is><t>云岭市青禾食品有限公司</t></is></c>'
    assert only_row(read(packed(styled('yyyy;"x";0;@', cell))))
    sheet = read(packed(styled(';;;"另一家有限公司"', cell)))
    assert reasons(sheet) == [(2, "持证主体", "number-format")]


def test_a_format_that_comes_with_a_condition_may_not_alter_texts_either():
    dxf = '<dxfs><dxf><numFmt numFmtId="{}" formatCode="{}"/></dxf></dxfs>'
    cell = text_cell("云岭市青禾食品有限公司")
    assert only_row(read(packed(styled("@", cell, dxf.format(200, "0.00")))))
    assert reasons(read(packed(styled("@", cell, dxf.format(201, ";;;&quot;另一家&quot;"))))) == [
        (0, "", "text-format")
    ]


def test_a_day_whose_format_has_digits_of_its_own_is_refused():
    cell = '<c s="5"><v>46347</v></c>'
    parts = styled('"2036-"mm-dd', text_cell("云岭市青禾食品有限公司"))
    parts |= {"xl/worksheets/sheet1.xml": worksheet("".join(headers_and_row(sample(), issued_on=cell)))}
    assert reasons(read(packed(parts))) == [(2, "颁发日期", "number-format")]


def test_a_header_that_the_program_shows_otherwise_is_refused():
    parts = styled(';;;"持证主体代码"', text_cell("云岭市青禾食品有限公司"))
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    disguised = sheet.replace('<c t="inlineStr"><is><t>holder_name', '<c s="5" t="inlineStr"><is><t>holder_name')
    assert disguised != sheet
    parts["xl/worksheets/sheet1.xml"] = disguised
    assert reasons(read(packed(parts))) == [(1, "holder_name", "number-format")]


@pytest.mark.parametrize(
    "cell",
    [
        '<c t="inlineStr"><is><t>青禾</t></is><v>（冒名）</v></c>',
        '<c t="inlineStr"><v>（冒名）</v></c>',
        '<c t="inlineStr"><is><t>青禾</t></is><is><t>冒名</t></is></c>',
        '<c t="str"><is><t>青禾</t></is><v>（冒名）</v></c>',
        '<c t="str"><v>青禾</v><v>冒名</v></c>',
    ],
)
def test_a_cell_says_what_it_holds_in_one_way(cell):
    assert reasons(read(workbook(holder_name=cell))) == [(0, "", "xlsx-form")]


@pytest.mark.parametrize(
    ("place", "cell", "reason"),
    [
        ("number", "<c><v>530199202603180000</v></c>", "number-mangled"),
        ("number", "<c><v>5.3019920260318003E+17</v></c>", "number-mangled"),
        ("number", "<c><v>12345</v></c>", "number-cell"),
        ("holder_code", "<c><v>5.3E+17</v></c>", "number-mangled"),
        ("holder_name", '<c s="1"><v>46347</v></c>', "date-cell"),
        ("holder_name", "<c><f>A1</f><v>1</v></c>", "formula"),
        ("holder_name", '<c t="str"><f>HYPERLINK("http://x","y")</f><v>y</v></c>', "formula"),
        ("holder_name", "<c><f>A1</f></c>", "formula"),
        ("holder_name", '<c t="e"><v>#N/A</v></c>', "error-cell"),
        ("holder_name", '<c t="b"><v>1</v></c>', "truth-cell"),
        ("issued_on", '<c s="1"><v>46347.5</v></c>', "not-a-day"),
        ("issued_on", "<c><v>46347</v></c>", "not-a-day"),
        ("issued_on", '<c s="1"><v>60</v></c>', "not-a-day"),
        ("area_code", '<c s="3"><v>530199</v></c>', "number-format"),
        ("area_code", '<c s="4"><v>530199.4</v></c>', "number-format"),
        ("area_code", "<c><v>5301</v></c>", "leading-zeros"),
        ("holder_code_type", "<c><v>1</v></c>", "leading-zeros"),
    ],
)
def test_a_cell_that_may_be_damaged_is_refused(place, cell, reason):
    sheet = read(workbook(**{place: cell}))
    assert [(one.row, one.reason) for one in sheet.problems] == [(2, reason)]
    assert "请" in sheet.problems[0].sentence


def test_a_plain_number_is_what_the_program_shows():
    kind = load_bundle("food-operation").type
    for cell in ("<c><v>530199</v></c>", '<c s="4"><v>530199</v></c>'):
        assert only_row(read(workbook(area_code=cell), kind=kind)).members["area_code"] == "530199"


def test_readings_and_formatted_runs_and_escapes():
    rich = '<c t="inlineStr"><is><r><t>云岭</t></r><r><t>_x0041_</t></r><rPh sb="0" eb="1"><t>ユン</t></rPh></is></c>'
    assert only_row(read(workbook(holder_name=rich))).members["holders"][0]["name"] == "云岭A"


def test_hidden_lines_and_columns_are_told():
    head, row = headers_and_row(sample())
    sheet = read(packed(parts_of(worksheet(head + row.replace("<row ", '<row hidden="1" ') + row))))
    assert reasons(sheet) == [(2, "", "hidden-row")]
    assert [one.number for one in sheet.rows] == [3]
    columns = '<cols><col min="2" max="3" hidden="1"/></cols>'
    assert [one[2] for one in reasons(read(packed(parts_of(worksheet(head + row, columns)))))] == ["hidden-column"] * 2


def two_sheets(first: str, second: str, attributes: str = "", name: str = "二") -> bytes:
    parts = parts_of(first) | {"xl/worksheets/sheet2.xml": second}
    more = f'<sheet name="{name}" sheetId="2" r:id="s2" {attributes}/></sheets>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", more)
    return packed(parts)


def test_which_sheet_is_read():
    whole, other = worksheet("".join(headers_and_row(sample()))), worksheet(line(text_cell("别的")))
    assert only_row(read(two_sheets(whole, worksheet(""))))
    assert only_row(read(two_sheets(whole, other, 'state="hidden"')))
    assert only_row(read(two_sheets(whole, other, 'state="veryHidden"')))
    assert only_row(read(two_sheets(whole, other, name="填写说明")))
    assert only_row(read(two_sheets(other, whole, name="批量填写")))
    assert reasons(read(two_sheets(whole, other))) == [(0, "", "several-sheets")]
    assert reasons(read(two_sheets(worksheet(""), worksheet("")))) == [(0, "", "empty-file")]


HEAD, ROW = headers_and_row(sample())
DOCTYPE = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
XXE = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (DOCTYPE + worksheet(HEAD + line(text_cell("&c;"))), "xml-doctype"),
        (XXE + worksheet(HEAD + line(text_cell("&x;"))), "xml-doctype"),
        (worksheet(HEAD + line(text_cell("&c;"))), "xlsx-form"),
        (worksheet(HEAD + line('<c r="XFD2"><v>1</v></c>', attributes='r="2"')), "too-many-columns"),
        (worksheet(line("<c><v>1</v></c>" * 1_000_000)), "too-many-columns"),
        (worksheet(line("<c/>" * 1_000_000) + HEAD + ROW), "xlsx-form"),
        (worksheet(line('<c r="A2"/>', attributes='r="1"')), "xlsx-form"),
        (worksheet('<row r="2"/><row r="1"/>'), "xlsx-form"),
        (worksheet('<row r="99999999"/>'), "xlsx-form"),
        (worksheet(line('<c t="s"><v>5</v></c>')), "xlsx-form"),
        (worksheet(line('<c t="?"><v>5</v></c>')), "xlsx-form"),
        (worksheet(line('<c s="-1"><v>5</v></c>')), "xlsx-form"),
        (worksheet(line("<c><v></c>")), "xlsx-form"),
        (worksheet(line(f"<c><v>{'1' * 40_000}</v></c>")), "cell-too-long"),
        (worksheet(line(f'<c x="{"1" * 3_000_000}"><v>1</v></c>')), "xlsx-bounds"),
        (worksheet("<x>" * 100 + "</x>" * 100), "xlsx-bounds"),
        ("", "xlsx-form"),
    ],
)
def test_a_hostile_sheet_is_told_and_costs_little(sheet, reason, monkeypatch):
    octets = packed(parts_of(sheet))
    monkeypatch.setattr(xlsx_package, "MAX_GROWTH", 10_000)
    tracemalloc.start()
    try:
        found = read(octets)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [one.reason for one in found.problems] == [reason]
    assert peak < 48 * 1024 * 1024


def test_a_part_that_grows_too_much_is_not_expanded():
    octets = packed(parts_of(worksheet(" " * 50_000_000)))
    assert len(octets) < 100_000
    assert reasons(read(octets)) == [(0, "", "xlsx-bounds")]


def test_what_the_directory_says_is_bounded(monkeypatch):
    whole = parts_of(worksheet(HEAD + ROW))
    assert reasons(read(packed(whole | {f"x/{n}": "" for n in range(1_001)}))) == [(0, "", "xlsx-bounds")]
    assert reasons(read(packed(whole | {"xl/vbaProject.bin": "x"}))) == [(0, "", "macros")]
    twice = packed(whole | {"xl/Styles.xml": ""})
    assert reasons(read(twice)) == [(0, "", "xlsx-form")]
    monkeypatch.setattr(xlsx_package, "MAX_PACKED", 100)
    assert reasons(read(packed(whole))) == [(0, "", "too-large")]


def test_a_part_that_is_longer_than_it_says_or_damaged_is_told():
    octets = bytearray(packed(parts_of(worksheet(HEAD + ROW))))
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 30 + len(entry.filename) + 20
    octets[start : start + 8] = b"\xff" * 8
    assert reasons(read(bytes(octets))) == [(0, "", "xlsx-form")]


def test_links_to_other_files_are_not_followed():
    parts = parts_of(worksheet(HEAD + ROW))
    link = f'<Relationship Id="s9" Type="{OFFICE}/worksheet" TargetMode="External" Target="http://127.0.0.1:9/x"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", link)
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "</sheets>", '<sheet name="远" sheetId="9" r:id="s9"/></sheets>'
    )
    assert only_row(read(packed(parts)))


def test_elements_are_counted(monkeypatch):
    octets = packed(parts_of(worksheet(HEAD + ROW)))
    monkeypatch.setattr(xlsx_package, "MAX_ELEMENTS", 40)
    assert reasons(read(octets)) == [(0, "", "xlsx-bounds")]


def test_shared_texts_are_bounded(monkeypatch):
    parts = parts_of(worksheet(HEAD + ROW))
    rel = f'<Relationship Id="s8" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", rel)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">' + "<si><t>甲</t></si>" * 11 + "</sst>"
    assert only_row(read(packed(parts)))
    monkeypatch.setattr("issuer.batches.xlsx_workbook.MAX_SHARED", 10)
    assert reasons(read(packed(parts))) == [(0, "", "xlsx-bounds")]


@settings(max_examples=60)
@given(st.data())
def test_any_damage_to_a_workbook_gives_a_sheet(data):
    octets = bytearray(packed(parts_of(worksheet(HEAD + ROW))))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))
    sheet = read(bytes(octets))
    assert sheet.problems or sheet.rows
