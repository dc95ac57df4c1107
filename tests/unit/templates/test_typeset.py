"""Setting text: line breaks, justification, shrinking, spread labels."""

from dataclasses import replace

import pytest

from templates.errors import DoesNotFit, MissingGlyph
from templates.typeset import POINT, Place, set_spread, set_text

TEN = 10 * 10 * POINT  # ten full-width characters of ten points
PLACE = Place(x=20, baseline=50, width=TEN, size=10, smallest=10, colour=(0, 0, 0), depth=100)


def lines(text: str, place: Place = PLACE) -> list[str]:
    return [line.text for line in set_text(text, place, "这里")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一二三四五六七八九十", ["一二三四五六七八九十"]),
        ("一二三四五六七八九十百", ["一二三四五六七八九十", "百"]),
        ("一二三四五六七八九十，百", ["一二三四五六七八九", "十，百"]),
        ("一二三四五六七八九十）。百", ["一二三四五六七八九", "十）。百"]),
        ("一二三四五六七八九（十）", ["一二三四五六七八九", "（十）"]),
        ("一二三四五六七八《九》十", ["一二三四五六七八", "《九》十"]),
        ("一二三四五六七八WTO2026九", ["一二三四五六七八", "WTO2026九"]),
        ("一二三四五六七 A5-301 室八", ["一二三四五六七", "A5-301 室八"]),
        ("A" * 40, ["A" * 13, "A" * 13, "A" * 13, "A"]),
    ],
    ids=[
        "full line",
        "one over",
        "comma",
        "two closing marks",
        "opening mark",
        "title marks",
        "latin",
        "spaces",
        "long",
    ],
)
def test_lines_break_where_chinese_lines_may(text: str, expected: list[str]) -> None:
    found = lines(text)
    assert found == expected
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    text = "许可项目：食品销售（仅销售预包装食品）；餐饮服务“小餐饮”、《条例》规定的项目。" * 6
    for width in range(30, 120, 3):
        found = lines(text, replace(PLACE, width=width, depth=300))
        assert "".join(found) == text
        assert not [line for line in found if line[0] in "，。；：）”》、" or line[-1] in "（“《"]


def test_all_lines_but_the_last_are_justified() -> None:
    *full, last = set_text("一二三四五六七八九十，百千万", PLACE, "这里")
    assert [line.width for line in full] == pytest.approx([TEN] * len(full))
    assert last.width < TEN


def test_lines_follow_each_other_by_the_leading() -> None:
    first, second = set_text("一二三四五六七八九十百", PLACE, "这里")
    assert (first.baseline, second.baseline) == (50, pytest.approx(50 + 1.5 * 10 * POINT))


@pytest.mark.parametrize(
    ("align", "shift"), [("left", 0), ("centre", TEN / 2 - 10 * POINT), ("right", TEN - 20 * POINT)]
)
def test_short_lines_are_aligned(align: str, shift: float) -> None:
    (line,) = set_text("两字", replace(PLACE, align=align), "这里")  # type: ignore[arg-type]  # a table of strings
    assert line.x == pytest.approx(20 + shift)


def test_spacing_stands_between_characters_only() -> None:
    (line,) = set_text("三个字", replace(PLACE, spacing=0.5), "这里")
    assert line.width == pytest.approx(4 * 10 * POINT)


def test_text_is_set_in_the_largest_size_that_fits() -> None:
    place = replace(PLACE, size=12, smallest=5, depth=0)
    sizes = {count: set_text("字" * count, place, "这里")[0].size / POINT for count in (8, 9, 12, 20)}
    assert sizes == pytest.approx({8: 12, 9: 11, 12: 8.25, 20: 5})


@pytest.mark.parametrize(("count", "depth"), [(21, 0.0), (81, 10.0)])
def test_text_too_long_at_the_smallest_size_is_refused(count: int, depth: float) -> None:
    place = replace(PLACE, size=12, smallest=5, depth=depth)
    with pytest.raises(DoesNotFit) as caught:
        set_text("字" * count * 2, place, "经营范围")
    assert (caught.value.where, caught.value.length) == ("经营范围", count * 2)


def test_a_label_is_spread_over_its_width() -> None:
    label = set_spread("住所", PLACE, "住所")
    assert label.width == pytest.approx(TEN)
    assert label.advances[-1] == pytest.approx(10 * POINT)


def test_a_label_wider_than_its_place_is_refused() -> None:
    with pytest.raises(DoesNotFit):
        set_spread("十一个字的标签放不进这里", PLACE, "标签")


@pytest.mark.parametrize("character", ["𠮷", "\ufe00", "\u200b", "\ue000", "ꀀ"])
def test_a_character_without_a_glyph_is_an_error_that_names_the_place(character: str) -> None:
    with pytest.raises(MissingGlyph) as caught:
        set_text(f"王{character}明", PLACE, "持证主体")
    assert (caught.value.character, caught.value.where) == (character, "持证主体")
