"""Lists of problems: corrected and handed in again as they are, and harmless in a spreadsheet program."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.batches.neutral import csv_octets, neutral, plain
from issuer.batches.problem_sheet import problem_csv, problem_xlsx, reason_of
from tests.unit.issuer.batches.test_reading_csv import table
from tests.unit.issuer.batches.workbooks import KIND, only_row, read, reasons, rows_csv, sample, wide

SIGNS = "=+-@\t\r\n" + wide("=+-@")


def cells_of(octets: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u3000", "'", "''", "' "])
def test_no_cell_that_is_written_begins_a_formula(sign, before):
    text = f"{before}{sign}cmd|' /C calc'!A0"
    ((cell,),) = cells_of(csv_octets([[text]]))
    assert cell.startswith("'")
    assert plain(cell) == text


@given(st.text(alphabet=st.one_of(st.sampled_from(SIGNS + "' a甲,\""), st.characters(exclude_categories=("Cs",)))))
def test_making_safe_is_exact(text):
    assert plain(neutral(text)) == text
    assert neutral(text).lstrip()[:1] not in tuple("=+-@" + wide("=+-@"))


def test_a_value_that_begins_with_a_sign_is_read_as_it_was():
    members = sample()
    key = next(iter(members["fields"]))
    members["fields"][key] = "=1+1"
    octets = rows_csv(KIND, (2, members))
    assert ",'=1+1" in octets.decode()
    assert only_row(read(octets, "a.csv")).members == members


def test_rows_with_problems_come_back_corrected_and_only_those():
    text = table({}, {"颁发日期": "2026-02-30", "证照编号": "=A1"}, header={"证照编号": "许可证号"})
    mapping = {"许可证号": "number"}
    sheet = read(text.encode(), "a.csv", mapping=mapping)
    assert reasons(sheet) == [(3, "颁发日期", "not-a-day")]
    again = problem_csv(io.BytesIO(text.encode()), name="a.csv", kind=KIND, problems=sheet.problems, mapping=mapping)
    titles, bad = cells_of(again)
    assert (titles[0], titles[-1], bad[0]) == ("序号", "问题", "3")
    assert bad[-1] == reason_of(sheet.problems)
    assert bad[-1].startswith("第 3 行：颁发日期：不是真实存在的日期")
    mended = again.decode().replace("2026-02-30", "2026-02-28").encode()
    assert only_row(read(mended, "b.csv")).members == sample() | {"number": "=A1", "issued_on": "2026-02-28"}


def test_a_problem_of_the_whole_file_stands_in_a_line_that_is_not_read():
    text = table({"颜色": "红"})
    sheet = read(text.encode(), "a.csv")
    (titles, note) = cells_of(problem_csv(io.BytesIO(text.encode()), name="a.csv", kind=KIND, problems=sheet.problems))
    assert note[0] == "说明"
    assert "颜色" in note[-1]
    assert titles[-1] == "问题"


def test_a_damaged_value_stays_refused_until_it_is_corrected():
    text = table({"证照编号": "5.30199E+17"}).encode()
    for _ in range(2):
        sheet = read(text, "a.csv")
        assert [one.column for one in sheet.problems] == ["证照编号"]
        text = problem_csv(io.BytesIO(text), name="a.csv", kind=KIND, problems=sheet.problems)
        assert text.decode().count("【待更正】5.30199E+17") == 1
    mended = text.decode().replace("【待更正】5.30199E+17", sample()["number"]).encode()
    assert only_row(read(mended, "a.csv")).members == sample()


def test_a_list_of_problems_may_be_a_workbook():
    text = table({}, {"颁发日期": "2026-02-30", "持证主体": "=A1"}).encode()
    problems = read(text, "a.csv").problems
    book = openpyxl.load_workbook(
        io.BytesIO(problem_xlsx(io.BytesIO(text), name="a.csv", kind=KIND, problems=problems))
    )
    titles, row = (list(cells) for cells in book["批量填写"].values)
    assert (row[0], row[-1]) == ("3", reason_of(problems))
    row[titles.index("颁发日期")] = "2026-02-28"
    for place, text in enumerate(row, 1):
        cell = book["批量填写"].cell(2, place)
        cell.value, cell.data_type = text, "s"
    made = io.BytesIO()
    book.save(made)
    again = only_row(read(made.getvalue()))
    assert again.members["issued_on"] == "2026-02-28"
    assert again.members["holders"][0]["name"] == "=A1"
