"""Photographs of a table: found in the ZIP, taken apart by whoever is named, named by their digests; or told by row."""

import io
from zipfile import ZIP_STORED

import pytest

from issuer.batches.picturing import MOST_TOLD
from issuer.batches.problem_sheet import problem_csv
from issuer.batches.reading import read_sheet
from issuer.batches.sheet import Sheet
from issuer.batches.spooled import Spooled
from templates.library import load_bundle
from templates.photo import MAX_OCTETS, photo_name, take_photo
from tests.batch_parts import BUNDLE, table
from tests.photo_parts import KIND, cards, packed, picture, table_of

KEPT = "sm3:" + "1" * 64


def take(octets: bytes, field: str) -> bytes:
    assert field == "photo"
    return take_photo(octets, 15.6, 19.5)


def read(octets: bytes) -> Sheet:
    return read_sheet(io.BytesIO(octets), name="a.zip", kind=KIND, take=take)


def photos(sheet: Sheet) -> list[str]:
    return [row.members["fields"]["photo"] for row in sheet.rows]  # type: ignore[index]  # members of an application


def told(sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.reason) for one in sheet.problems]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_name_the_photographs_that_the_pictures_become(ending: str):
    sheet = read(cards(3, ending=ending))
    made = [take(picture(place + 1), "photo") for place in range(3)]
    assert (sheet.problems, sheet.warnings) == ((), ())
    assert photos(sheet) == [photo_name(one) for one in made]
    assert [sheet.photographs[name] for name in photos(sheet)] == made
    assert len(sheet.photographs) == 3


def test_what_is_wrong_with_a_picture_is_told_at_its_row():
    names = (
        "无此照片.jpg",
        "文档.jpg",
        "太小.jpg",
        "太大.jpg",
        "横放.jpg",
        "空.png",
        "两张",
        "好.jpg",
        "../a.jpg",
        KEPT,
    )
    files = {
        "文档.jpg": b"%PDF-1.7",
        "太小.jpg": picture(size=(90, 110)),
        "太大.jpg": picture() + bytes(MAX_OCTETS),
        "横放.jpg": picture(size=(640, 480)),
        "空.png": b"",
        "两张.jpg": picture(1),
        "两张.png": picture(2, form="PNG"),
        "好.jpg": picture(3),
    }
    sheet = read(packed({"表.csv": table_of(*names)} | files, ZIP_STORED))
    assert [one[2] for one in told(sheet)] == [
        "photo-missing", "photo-format", "photo-dots", "photo-octets", "photo-shape", "photo-octets",
        "photo-ambiguous", "photo-missing",
    ]  # fmt: skip
    assert [(row, column) for row, column, _ in told(sheet)][:2] == [(2, "照片"), (3, "照片")]
    assert "无此照片.jpg" in sheet.problems[0].sentence
    assert [row.number for row in sheet.rows] == [9, 11]
    assert photos(sheet)[1] == KEPT, "one that was handed in before"


def test_pictures_that_nobody_names_or_several_do_are_warnings():
    more = {f"多{number}.jpg": picture(number) for number in range(MOST_TOLD + 5)}
    sheet = read(
        packed({"表.csv": table_of("甲.jpg", "甲", "乙.jpg"), "甲.jpg": picture(1), "乙.jpg": picture(2)} | more)
    )
    assert (sheet.problems, len(sheet.rows), len(sheet.photographs)) == ((), 3, 2)
    assert [(one.row, one.reason) for one in sheet.warnings] == [(0, "photo-unused"), (3, "photo-shared")]
    assert f" {MOST_TOLD + 5} 张" in sheet.warnings[0].sentence
    assert "第 2 行" in sheet.warnings[1].sentence


def test_pictures_of_rows_with_other_problems_are_judged_and_are_not_unused():
    sheet = read(packed({"表.csv": table_of("甲.jpg", "乙.jpg", issued_on="昨天"), "甲.jpg": picture(1)}))
    assert told(sheet) == [
        (2, "颁发日期", "not-a-day"),
        (3, "颁发日期", "not-a-day"),
        (3, "照片", "photo-missing"),
    ]
    assert sheet.warnings == ()


def test_where_reading_ends_early_nothing_is_called_unused():
    octets = cards(5)
    sheet = read_sheet(io.BytesIO(octets), name="a.zip", kind=KIND, take=take, max_rows=2)
    assert [one[2] for one in told(sheet)] == ["too-many-rows"]
    assert sheet.warnings == ()


def test_a_table_alone_may_only_name_photographs_that_were_handed_in():
    sheet = read(table_of("张三.jpg", KEPT))
    assert told(sheet) == [(2, "照片", "photo-needs-zip")]
    assert photos(sheet) == [KEPT]
    missing = read(table_of(""))
    assert told(missing) == [(2, "照片", "missing")]


def test_a_list_of_problems_is_handed_in_again_in_the_place_of_the_table():
    files = {"甲.jpg": picture(1), "乙.jpg": picture(2)}
    octets = packed({"表.csv": table_of("甲.jpg", "丙.jpg")} | files)
    sheet = read(octets)
    listed = problem_csv(io.BytesIO(octets), name="a.zip", kind=KIND, problems=sheet.problems)
    assert "丙.jpg" in listed.decode()
    again = read(packed({"问题.csv": listed.replace("丙.jpg,".encode(), "乙.jpg,".encode())} | files))
    assert (told(again), len(again.rows)) == ([], 1)
    assert photos(again) == [photo_name(take(files["乙.jpg"], "photo"))]


def test_a_zip_that_cannot_be_read_is_a_problem_of_the_whole_file():
    assert told(read(packed({"表/a.csv": b"a"}))) == [(0, "", "zip-folder")]
    assert told(read(cards(1)[:-30])) == [(0, "", "not-a-sheet")]


def test_spooled_octets_come_back_and_a_name_has_one_place():
    kept = Spooled()
    for name, octets in (("a", b"one"), ("b", b"three"), ("a", b"one")):
        kept.add(name, octets)
    assert dict(kept) == {"a": b"one", "b": b"three"}
    with pytest.raises(KeyError):
        kept["c"]


def test_pictures_beside_a_table_that_has_no_use_for_them_are_told():
    octets = packed({"表.csv": table(2), "甲.jpg": picture(1)})
    sheet = read_sheet(io.BytesIO(octets), name="a.zip", kind=load_bundle(BUNDLE).type, take=take)
    assert ([one.reason for one in sheet.warnings], len(sheet.rows), sheet.problems) == (["photo-unused"], 2, ())
