"""The marks of a copy: on every page, off the code, nothing of them left out, and the same in PDF and OFD."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from templates.annotation import MOST_CHARACTERS, MOST_LINES, PAPER, annotated, mark_lines, note_items, watermark
from templates.errors import MissingGlyph
from templates.items import Shape, Text
from templates.layout import LicencePage
from templates.library import load_bundle
from templates.parts import Square
from tests.case_parts import licence
from trust.rules.annotated_copy import MAX_CAUSE, CopyNote
from trust.rules.annotation import annotation
from trust.rules.licence import Licence

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ORIGINAL = licence("ORIGINAL")
CODE = Square(24.8, 150.5, 38)


def note(**changed: str) -> CopyNote:
    usual = CopyNote(
        ORIGINAL.identifier,
        ORIGINAL.status,
        AT,
        "云岭市青禾食品有限公司",
        "云岭市住房和城乡建设局",
        "办理商铺租赁合同备案",
        AT + timedelta(days=30),
        "holder",
    )
    return replace(usual, **changed)


def copy(made: CopyNote) -> Licence:
    return replace(ORIGINAL, identifier=replace(ORIGINAL.identifier, serial="COPY"), copy=made)


def inside(shape: Shape, square: Square) -> bool:
    """Whether any point of the outline lies in the square."""
    return any(
        square.x <= x <= square.x + square.side and square.y <= y <= square.y + square.side
        for _, numbers in shape.outline
        for x, y in zip(numbers[0::2], numbers[1::2], strict=True)
    )


@pytest.mark.parametrize(("width", "height"), [(297.0, 210.0), (210.0, 297.0), (85.6, 54.0)])
def test_the_watermark_lies_on_the_page(width: float, height: float) -> None:
    for long in ("办事", "用" * MAX_CAUSE):
        (shape,) = watermark(width, height, note(cause=long), None)
        assert isinstance(shape, Shape)
        left, top, right, bottom = shape.bounds
        assert (left > 0, top > 0, right < width, bottom < height) == (True, True, True, True)
        assert right - left > width / 4


def test_it_is_hollow_so_that_nothing_is_hidden_and_keeps_off_the_code() -> None:
    (shape,) = watermark(297.0, 210.0, note(), CODE)
    assert isinstance(shape, Shape)
    assert shape.fill is None
    middle = Square(130.0, 90.0, 38)
    assert inside(shape, middle)
    (clear,) = watermark(297.0, 210.0, note(), middle)
    assert isinstance(clear, Shape)
    assert not inside(clear, middle)


def test_its_lines_name_recipient_purpose_and_end() -> None:
    lines = mark_lines(note())
    assert lines[0].startswith("加注件")
    assert (lines[1:4], lines[-1]) == (
        ("单位和用途由制作者填写", "仅供「云岭市住房和城乡建设局」", "用于「办理商铺租赁合同备案」"),
        "有效期至2026年12月21日12时00分00秒",
    )


@pytest.mark.parametrize(("cause", "recipient"), [("用" * MAX_CAUSE, "局"), ("用", "局" * 100), ("用" * 41, "局" * 41)])
def test_long_texts_are_broken_and_then_cut_but_the_end_stays(cause: str, recipient: str) -> None:
    lines = mark_lines(note(cause=cause, recipient=recipient))
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= MOST_CHARACTERS for line in lines[2:-1])
    assert lines[-1].startswith("有效期至")
    assert any(line.endswith("…") for line in lines[2:-1])
    assert [line[:2] for line in lines].count("仅供") == [line[:2] for line in lines].count("用于") == 1
    assert len(lines) == MOST_LINES


@pytest.mark.parametrize("recipient", ["某银行股份有限公司" + "及其分支机构" * 14, "局" * 256])
def test_no_recipient_is_so_long_that_the_purpose_is_left_out(recipient: str) -> None:
    assert "用于「申请贷款」" in mark_lines(note(cause="申请贷款", recipient=recipient))
    assert mark_lines(note(cause="用" * MAX_CAUSE, recipient="某银行"))[2] == "仅供「某银行」"


@pytest.mark.parametrize("cause", ["办事", "用" * MAX_CAUSE, "A" * MAX_CAUSE])
@pytest.mark.parametrize("recipient", ["局", "局" * 100])
@pytest.mark.parametrize("creator", ["云岭市青禾食品有限公司", "司" * 100])
def test_the_page_at_the_end_says_all_of_it_on_the_page(cause: str, recipient: str, creator: str) -> None:
    made = note(cause=cause, recipient=recipient, creator=creator)
    items = note_items(copy(made), made)
    said = "".join(item.text for item in items)
    assert annotation(made).replace(" ", "") in said.replace(" ", "")
    for part in (str(ORIGINAL.identifier), str(copy(made).identifier), cause, recipient, "持证主体本人"):
        assert part in said
    assert all(item.x > 0 and item.x + item.width < PAPER[0] and 0 < item.baseline < PAPER[1] for item in items)


@pytest.mark.parametrize(
    ("basis", "said"),
    [("citation:YZ1", "用证码 YZ1"), ("consent:SQ-1", "颁发机构登记的授权 SQ-1"), ("holder", "持证主体本人")],
)
def test_the_basis_is_said(basis: str, said: str) -> None:
    made = note(basis=basis)
    texts = "".join(item.text for item in note_items(copy(made), made))
    assert said in texts
    assert ("只列出该引用获准查看的照面项" in texts) is basis.startswith("citation")
    assert ("不能确认授权人本人" in texts) is basis.startswith("consent")


def test_what_somebody_chose_stands_under_a_heading_that_says_so() -> None:
    made = note(cause="办理租赁，信用等级A", recipient="某某公司")
    assert mark_lines(made)[1:4] == ("单位和用途由制作者填写", "仅供「某某公司」", "用于「办理租赁，信用等级A」")
    texts = [item.text for item in note_items(copy(made), made)]
    assert {"使用单位（制作者填写）", "用途（制作者填写）"} <= set(texts)


def test_every_page_is_marked_and_originals_are_left_alone() -> None:
    layout = load_bundle("business-licence").layout
    text = Text(10.0, 10.0, 4.0, "字", (4.0,), (0, 0, 0))
    pages = [LicencePage(0, (text,)), LicencePage(0, (text,))]
    assert annotated(layout, pages, ORIGINAL) == tuple(pages)
    marked = annotated(layout, pages, copy(note()))
    assert len(marked) == len(pages) + 1
    for page in marked[:-1]:
        assert isinstance(page.items[0], Shape)
        assert page.items[-1] == text
    assert marked[-1].sheet == len(layout.sheets)


def test_a_character_that_is_not_in_the_font_is_no_hole() -> None:
    with pytest.raises(MissingGlyph):
        watermark(297.0, 210.0, note(cause="办理𠀀𪛖"), None)
