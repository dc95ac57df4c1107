"""The line of a conversion stands on the first page of every face, and on nothing that is there already."""

from dataclasses import replace

import pytest

from templates.items import Item, Photograph, Picture, Shape, Text
from templates.layout import converted_line, licence_pages, static_items
from templates.library import Bundle, bundles
from templates.sample import sample_of
from trust.rules.conversion import Conversion, Grade

CONVERSION = Conversion(Grade.B, "云岭市档案馆", "sm3:" + "0a" * 32)
QUIET = 1.5
"""Millimetres around a code that have to stay empty."""
Box = tuple[float, float, float, float]


def box_of(item: Item) -> Box:
    """Left, top, right, bottom of what an item covers."""
    if isinstance(item, Text):
        return item.x, item.baseline - 0.9 * item.size, item.x + item.width, item.baseline + 0.2 * item.size
    if isinstance(item, Picture):
        return item.x - QUIET, item.y - QUIET, item.x + item.side + QUIET, item.y + item.side + QUIET
    if isinstance(item, Photograph):
        return item.x, item.y, item.x + item.width, item.y + item.height
    return item.bounds


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def is_ground(item: Item, width: float, height: float) -> bool:
    """Whether an item lies under everything: a background, fine lines, or what reaches around the page."""
    if isinstance(item, Photograph):
        return (item.width, item.height) == (width, height)
    return isinstance(item, Shape) and item.fill is None


@pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.name)
def test_the_line_is_on_the_first_page_and_touches_nothing(bundle: Bundle) -> None:
    sample = sample_of(bundle)
    plain, converted = sample.licence, replace(sample.licence, conversion=CONVERSION)
    before = licence_pages(bundle.layout, plain, bundle.labels, sample.qr_text)
    after = licence_pages(bundle.layout, converted, bundle.labels, sample.qr_text)
    sheet = bundle.layout.sheets[before[0].sheet]
    (line,) = converted_line(sheet, converted)
    assert line.text == "存量转换 证据等级B"
    assert [item for item in after[0].items if item not in before[0].items] == [line]
    assert after[1:] == before[1:]
    own = box_of(line)
    assert own[0] > 0
    assert own[3] < sheet.height
    beside = [
        item
        for item in (*static_items(bundle.layout, before[0].sheet), *before[0].items)
        if not is_ground(item, sheet.width, sheet.height)
    ]
    filled_frame = [
        item for item in beside if isinstance(item, Shape) and item.bounds[2] - item.bounds[0] > 0.9 * sheet.width
    ]
    assert [item for item in beside if item not in filled_frame and touch(own, box_of(item))] == []
    frame = sheet.frame
    inside = frame.margin + frame.band
    assert own[1] >= sheet.height - frame.margin or own[1] >= inside


def test_other_faces_have_no_such_line() -> None:
    bundle = bundles()[0]
    assert converted_line(bundle.layout.sheets[0], sample_of(bundle).licence) == ()
