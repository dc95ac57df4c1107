"""Words are found wherever producers put them: whole lines, single letters, templates, turned, spaced, doubled."""

from pathlib import Path

import pytest

from tests.ofd_foreign import CLOSING, HEADER, content, letter, letter_entries, letters_of, line_of, packed
from trust.errors import Conflict, Malformed
from trust.formats.ofd.text_search import find_text
from trust.formats.sealed_document import SealBox


def page_with(objects: str) -> bytes:
    """A letter of one page that draws these objects only."""
    entries = letter_entries(1)
    return packed({**entries, "Doc_0/Pages/Page_0/Content.xml": content(objects, template=False).encode()})


def text_object(codes: str, attributes: str = "") -> str:
    return f'<TextObject ID="50" Boundary="100 100 60 20" Font="1" Size="4"{attributes}>{codes}</TextObject>'


def corners(boxes: list[SealBox]) -> list[tuple[float, float, float, float]]:
    return [(box.x, box.y, box.width, box.height) for box in boxes]


def test_a_line_in_a_template_is_found_on_every_page() -> None:
    found = find_text(letter(3), HEADER)
    assert [(box.page, box.x, box.y, box.width, box.height) for box in found] == [
        (page, 75, 20, len(HEADER) * 5, 5) for page in range(3)
    ]


def test_letters_drawn_one_by_one_in_any_order_are_a_word() -> None:
    assert corners(find_text(letter(2), CLOSING)) == [(140, 150, 22.5, 5)]


@pytest.mark.parametrize("words", ["（盖章处）", " ( 盖 章 处 ) ", "盖章"])
def test_width_and_space_do_not_matter(words: str) -> None:
    assert len(find_text(letter(2), words)) == 1


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        # steps given one by one, and as a run
        (text_object('<TextCode X="1" Y="4" DeltaX="5 5">申请人</TextCode>'), (101, 100.48, 14, 4)),
        (text_object('<TextCode X="0" Y="4" DeltaX="g 2 6">申请人</TextCode>'), (100, 100.48, 16, 4)),
        # no steps: by the characters' own widths
        (text_object('<TextCode X="0" Y="4">申请人</TextCode>'), (100, 100.48, 12, 4)),
        # in the middle of a line, behind a space that has a step of its own
        (text_object('<TextCode X="0" Y="4" DeltaX="g 5 4">甲 申请人乙</TextCode>'), (108, 100.48, 12, 4)),
        # the second code goes on without a place of its own for Y
        (text_object('<TextCode X="0" Y="4">申</TextCode><TextCode X="4" DeltaX="4">请人</TextCode>'), None),
        # downward
        (text_object('<TextCode X="0" Y="4" DeltaX="g 2 0" DeltaY="g 2 4">申请人</TextCode>'), (100, 100.48, 4, 12)),
        (text_object('<TextCode X="0" Y="4" DeltaY="g 2 4">申请人</TextCode>'), (100, 100.48, 4, 12)),
        # twice as large; moved; turned by a quarter
        (text_object('<TextCode X="0" Y="4">申请人</TextCode>', ' CTM="2 0 0 2 1 1"'), (101, 101.96, 24, 8)),
        (text_object('<TextCode X="0" Y="0">申请人</TextCode>', ' CTM="0 1 -1 0 0 0"'), (99.52, 100, 4, 12)),
        # spread over the line as forms do, and drawn twice for boldness
        (
            letters_of("申", 100, 100, 1) + letters_of("请", 115, 100, 2) + letters_of("人", 130, 100, 3),
            (100, 100, 35, 5),
        ),
        (line_of("申请人", 100, 100, 1) + line_of("申请人", 100.1, 100, 2), (100, 100, 15, 5)),
        (letters_of("申请人", 100, 100, 1) + letters_of("申请人", 100.1, 100, 5), (100, 100, 15, 5)),
        # inside blocks
        (
            f'<PageBlock ID="7"><PageBlock ID="8">{line_of("申请人", 100, 100, 1)}</PageBlock></PageBlock>',
            (100, 100, 15, 5),
        ),
    ],
)
def test_where_words_stand(objects: str, expected: tuple[float, float, float, float] | None) -> None:
    found = corners(find_text(page_with(objects), "申请人"))
    assert found == [pytest.approx(expected or (100, 100.48, 12, 4), abs=1e-3)]


@pytest.mark.parametrize(
    "objects",
    [
        line_of("申请", 10, 100, 1),
        line_of("申请", 10, 100, 1) + line_of("人", 60, 100, 5),
        line_of("申请", 10, 100, 1) + line_of("人", 20, 106, 5),
        line_of("申请人", 10, 100, 1).replace("<TextObject", '<TextObject Visible="false"'),
        "",
    ],
)
def test_what_nobody_would_read_as_the_words(objects: str) -> None:
    assert find_text(page_with(objects), "申请人") == []


def test_places_come_in_reading_order() -> None:
    objects = "".join(line_of("盖章", x, y, x + y) for x, y in [(100, 50), (10, 90), (10, 50)])
    assert [(box.x, box.y) for box in find_text(page_with(objects), "盖章")] == [(10, 50), (100, 50), (10, 90)]


@pytest.mark.parametrize("words", ["", " \t", "长" * 101])
def test_nothing_and_too_much_are_not_looked_for(words: str) -> None:
    with pytest.raises(Conflict) as refusal:
        find_text(letter(1), words)
    assert refusal.value.reason == "no-such-words"


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        (text_object('<TextCode X="a" Y="4">申</TextCode>'), "text-form"),
        (text_object('<TextCode X="0" Y="4" DeltaX="g">申请</TextCode>'), "text-form"),
        (text_object('<TextCode X="0" Y="4" DeltaX="g 3">申请</TextCode>'), "text-form"),
        (text_object('<TextCode X="0" Y="4" DeltaX="g 999999 1">申请</TextCode>'), "text-size"),
        (text_object('<TextCode X="0" Y="4" DeltaX="g -1 1">申请</TextCode>'), "text-size"),
        (text_object('<TextCode X="1e99" Y="4">申</TextCode>'), "text-form"),
        ('<TextObject ID="1" Boundary="0 0 1" Font="1" Size="4"/>', "text-form"),
        ('<TextObject ID="1" Font="1" Size="4"/>', "xml-form"),
        ("<TextObject>", "xml-form"),
    ],
)
def test_text_that_cannot_be_placed_is_refused(objects: str, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        find_text(page_with(objects), "申请人")
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("name", "words", "count", "first"),
    [
        ("exploration-licence-cms", "勘查许可证", 14, (50.0125, 47.6202, 24.6945, 4.9389)),
        ("v4-one-cert-maker-and-signer", "价税合计", 1, (17.0, 98.86, 12.0, 3.0)),
        ("v4-one-cert-maker-and-signer", "发票号码", 1, None),
    ],
)
def test_words_of_real_files(samples: Path, name: str, words: str, count: int, first: tuple[float, ...] | None) -> None:
    found = find_text((samples / "ofd" / f"{name}.ofd").read_bytes(), words)
    assert len(found) == count
    if first:
        assert corners(found)[0] == pytest.approx(first, abs=0.01)
