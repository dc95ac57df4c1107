"""docs/batches.md says what the code says."""

import re
from pathlib import Path

from issuer.batches import cells, comma_separated, reading, xlsx_package
from issuer.batches.columns import by_name, folded
from issuer.batches.sheet_words import SENTENCES
from tests.unit.issuer.batches.workbooks import KIND

PAGE = (Path(__file__).parents[4] / "docs/batches.md").read_text("utf-8")


def test_every_problem_stands_there_with_its_sentence():
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE, re.MULTILINE)) == dict(SENTENCES)


def test_every_sentence_says_what_to_do():
    assert [
        reason for reason, text in SENTENCES.items() if "请" not in text and "只能" not in text and "须" not in text
    ] == []


def test_bounds_are_those_of_the_code():
    assert (comma_separated.MAX_CSV, xlsx_package.MAX_PACKED, xlsx_package.MAX_EXPANDED) == (
        256 << 20,
        64 << 20,
        512 << 20,
    )
    assert (reading.MAX_ROWS, cells.MAX_COLUMNS, cells.MAX_CELL) == (100_000, 256, 32_767)
    assert (xlsx_package.MAX_PARTS, xlsx_package.MAX_GROWTH, xlsx_package.MAX_ELEMENTS) == (1_000, 250, 16_000_000)
    for said in (
        "256 MiB | 64 MiB, 512 MiB expanded, 1 000 parts, 250-fold growth, 16 million",
        "100 000, 256, 32 767",
    ):
        assert said in PAGE


def test_the_names_of_columns_are_known():
    known = by_name(KIND)
    table = PAGE.split("| Column | Also | Value |")[1].split("the type's own items")[0]
    names = [
        name
        for row in table.splitlines()
        if row.count("|") == 4
        for name in re.findall(r"[A-Za-z_一-鿿]{2,}", "|".join(row.split("|")[1:3]))
    ]
    assert len(names) > 20
    assert [name for name in names if folded(name) not in known] == []
