"""Text as PDF operators: glyph numbers, moves where advances differ from the font's own, and maps back to characters."""

import pytest

from templates.fonts import EM, Subset
from templates.items import Text
from templates.pdf_text import text_operators, to_unicode, widths_operand

SUBSET = Subset(b"", {"证": 1, "照": 0x1F, "1": 2}, {"证": EM, "照": EM, "1": 500})


def operators(shown: str, *advances: float) -> str:
    return text_operators(Text(10.0, 20.0, 4.0, shown, advances, (0, 0, 255)), "/V", SUBSET, 100.0)


@pytest.mark.parametrize(
    ("shown", "advances", "run"),
    [
        ("证照", (4.0, 4.0), "<0001001F>"),
        ("证1照", (4.0, 2.0, 4.0), "<00010002001F>"),
        ("证照", (4.4, 4.0), "<0001>-100<001F>"),
        ("照1", (4.0, 1.0), "<001F0002>250<>"),
    ],
)
def test_a_line_moves_only_where_advances_are_not_the_fonts(shown: str, advances: tuple[float, ...], run: str) -> None:
    assert operators(shown, *advances) == f"0 0 1 rg BT /V 4 Tf 10 80 Td [{run}] TJ ET\n"


@pytest.mark.parametrize(
    ("by_glyph", "pairs"),
    [
        ([(1, "证"), (0x1F, "照")], "2 beginbfchar <0001> <8BC1> <001F> <7167> endbfchar"),
        ([(1, "证"), (2, "\U0002cd38")], "2 beginbfchar <0001> <8BC1> <0002> <D873DD38> endbfchar"),
        ([(3, "\uffff")], "1 beginbfchar <0003> <FFFF> endbfchar"),
    ],
)
def test_the_map_back_to_characters(by_glyph: list[tuple[int, str]], pairs: str) -> None:
    assert pairs in to_unicode(by_glyph).decode().splitlines()


def test_a_long_map_stands_in_blocks_of_a_hundred() -> None:
    lines = to_unicode([(glyph, chr(0x4E00 + glyph)) for glyph in range(250)]).decode().splitlines()
    assert [line.split()[0] for line in lines if "beginbfchar" in line] == ["100", "100", "50"]


def test_widths_of_neighbours_stand_in_one_row() -> None:
    assert widths_operand({1: 500, 2: 250, 3: EM, 7: 400}) == "[1 [500 250] 7 [400]]"
    assert widths_operand({1: EM}) == "[]"
