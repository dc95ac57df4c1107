"""The manifest is read strictly, and everything that is wrong with it is told at once, by row."""

import json
from datetime import date

import pytest

from issuer.converting.errors import StockRefused
from issuer.converting.manifest import MAX_ROWS, read_manifest
from templates.library import load_bundle
from trust.rules.conversion import Grade
from trust.rules.party import Holder

KIND = load_bundle("business-licence").type
BODY = "11530199MB0T35T1XE"
HEAD = "扫描件,证据等级,存量来源,证照编号,颁发日期,行政区划代码,持证主体,持证主体代码,持证主体代码类型,法定代表人"
ROW = "1.pdf,B,市档案馆 全宗 3,91530199MA6QH2K74U,2009-03-18,530199,云岭市青禾数据科技有限公司,91530199MA6QH2K74U,001,沈砚秋"


def read(text: str | bytes) -> list[tuple[str, str]]:
    """What is wrong with a manifest."""
    with pytest.raises(StockRefused) as refused:
        read_manifest(text.encode() if isinstance(text, str) else text, KIND, issuer_code=BODY)
    return list(refused.value.problems)


def as_json(**changed: object) -> str:
    row = {
        "file": "1.pdf",
        "grade": "C",
        "source": "市档案馆",
        "application": {
            "number": "91530199MA6QH2K74U",
            "issued_on": "2009-03-18",
            "area_code": "530199",
            "holder": {"name": "云岭市青禾数据科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"},
            "fields": {"legal_representative": "沈砚秋"},
        },
    }
    return json.dumps({"format": "yinzheng-stock/1", "rows": [row | changed]})


def test_a_table_with_chinese_headings() -> None:
    (row,) = read_manifest(f"\ufeff{HEAD}\r\n{ROW}\r\n\r\n".encode(), KIND, issuer_code=BODY)
    assert (row.file, row.claimed, row.source) == ("1.pdf", Grade.B, "市档案馆 全宗 3")
    application = row.application
    assert (application.number, application.issued_on) == ("91530199MA6QH2K74U", date(2009, 3, 18))
    assert application.holders == (Holder("云岭市青禾数据科技有限公司", "91530199MA6QH2K74U", "001"),)
    assert application.fields == {"legal_representative": "沈砚秋"}
    assert application.conversion is None
    assert (application.issuer_code, application.type_code) == (BODY, KIND.code)


def test_json_says_the_same() -> None:
    (row,) = read_manifest(as_json().encode(), KIND, issuer_code=BODY)
    (table,) = read_manifest(f"{HEAD}\n{ROW}".encode(), KIND, issuer_code=BODY)
    assert row.application == table.application
    assert row.claimed is Grade.C


def test_several_holders_stand_in_one_cell() -> None:
    both = ROW.replace("云岭市青禾数据科技有限公司", "甲公司、乙公司").replace(
        ",91530199MA6QH2K74U,001", ",91530199MA6QH2K74U、91530199MA6QH2K82N,001"
    )
    (row,) = read_manifest(f"{HEAD}\n{both}".encode(), KIND, issuer_code=BODY)
    assert [(one.name, one.code, one.code_type) for one in row.application.holders] == [
        ("甲公司", "91530199MA6QH2K74U", "001"), ("乙公司", "91530199MA6QH2K82N", "001"),
    ]  # fmt: skip


def test_an_empty_grade_claims_nothing() -> None:
    (row,) = read_manifest(f"{HEAD}\n{ROW.replace(',B,', ',,')}".encode(), KIND, issuer_code=BODY)
    assert row.claimed is Grade.A


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("rows", "missing")),
        (HEAD, ("rows", "missing")),
        ("颜色," + HEAD + "\n红," + ROW, ("颜色", "unknown")),
        (HEAD.replace("颁发日期", "证照编号"), ("number", "given-twice")),
        (HEAD.replace("证照编号,", ""), ("number", "missing")),
        (f"{HEAD}\n{ROW},多", ("rows.1", "cells")),
        (f"{HEAD}\n{ROW.replace(',B,', ',E,')}", ("rows.1.grade", "unknown")),
        (f"{HEAD}\n{ROW.replace(',B,', ',b,')}", ("rows.1.grade", "unknown")),
        (f"{HEAD}\n{ROW.replace('市档案馆 全宗 3', '')}", ("rows.1.source", "not-text")),
        (f"{HEAD}\n{ROW.replace('市档案馆', '市' * 130)}", ("rows.1.source", "too-long")),
        (f"{HEAD}\n{ROW.replace('市档案馆', '证据 等级A')}", ("rows.1.source", "reserved-words")),
        (as_json(source="已核原件，证据等级：\uff21"), ("rows.1.source", "reserved-words")),
        (f"{HEAD}\n{ROW.replace('1.pdf', '../1.pdf')}", ("rows.1.file", "file-name")),
        (f"{HEAD}\n{ROW.replace('2009-03-18', '2009/3/18')}", ("rows.1.issued_on", "not-a-date")),
        (f"{HEAD}\n{ROW.replace('云岭市青禾数据科技有限公司', '甲、乙')}", ("rows.1.holder", "missing")),
        (f"{HEAD}\n{ROW}\n{ROW}", ("rows.2.number", "given-twice")),
        (f"{HEAD}\n{ROW}\n{ROW}", ("rows.2.file", "given-twice")),
        (f"{HEAD}\n{ROW.replace('沈砚秋', chr(34) + '沈')}", ("", "not-csv")),
        ("{", ("", "not-json")),
        ('{"format": "yinzheng-stock/1", "rows": [], "rows": []}', ("", "not-json")),
        ('{"format": "yinzheng-stock/2", "rows": []}', ("", "manifest-form")),
        ('{"format": "yinzheng-stock/1", "rows": [7]}', ("rows.1", "not-an-object")),
        (as_json(colour="red"), ("rows.1.colour", "unknown")),
        (as_json(file=7), ("rows.1.file", "file-name")),
        (as_json(grade=None), ("rows.1.grade", "unknown")),
        (as_json(application={"number": "1", "conversion": {"grade": "A"}}), ("rows.1.conversion", "unknown")),
        (as_json(application=[]), ("rows.1", "not-an-object")),
    ],
    ids=range(27),
)
def test_what_is_wrong_is_told_by_row(text: str, problem: tuple[str, str]) -> None:
    assert problem in read(text)


def test_bounds() -> None:
    assert read(b"\xff\xfe") == [("", "not-utf-8")]
    assert read(b"a" * (4 * 1024 * 1024 + 1)) == [("", "too-large")]
    lines = "\n".join([HEAD, *[ROW] * (MAX_ROWS + 1)])
    assert read(lines) == [("rows", "too-many")]
