"""Placings become boxes: points, pages, words, edges; what would not be seen is refused."""

import pytest

from trust.errors import Conflict
from trust.formats.placing import AtPoint, AtWords, OnPages, Placing, Riding, Size, boxes_of, groups
from trust.formats.sealed_document import SealBox

A4: Size = (210.0, 297.0)
SEAL: Size = (42.0, 42.0)
WORDS = [SealBox(0, 100, 100, 20, 5), SealBox(1, 5, 5, 20, 5), SealBox(2, 205, 290, 5, 5)]


def found(words: str) -> list[SealBox]:
    return WORDS if words == "盖章" else []


def boxes(placing: Placing, pages: int = 3, size: Size = SEAL) -> tuple[SealBox, ...]:
    return boxes_of(placing, [A4] * pages, size, found)


def refusal(placing: Placing, pages: int = 3) -> str:
    with pytest.raises(Conflict) as refused:
        boxes(placing, pages)
    return refused.value.reason


def test_a_point_is_the_upper_left_corner() -> None:
    assert boxes(AtPoint(1, 10, 20)) == (SealBox(1, 10, 20, 42, 42),)


@pytest.mark.parametrize(("pages", "expected"), [(None, (0, 1, 2)), ((2, 0), (2, 0))])
def test_the_same_point_on_several_pages(pages: tuple[int, ...] | None, expected: tuple[int, ...]) -> None:
    assert tuple(box.page for box in boxes(OnPages(10, 20, pages))) == expected


@pytest.mark.parametrize(
    ("occurrence", "expected"),
    [
        (1, (0, 89.0, 81.5)),
        (2, (1, 0.0, 0.0)),
        (3, (2, 168.0, 255.0)),
        (-1, (2, 168.0, 255.0)),
        (-3, (0, 89.0, 81.5)),
    ],
)
def test_words_lie_in_the_middle_unless_the_page_ends(occurrence: int, expected: tuple[int, float, float]) -> None:
    (box,) = boxes(AtWords("盖章", occurrence))
    assert (box.page, box.x, box.y) == expected


@pytest.mark.parametrize(
    ("placing", "reason"),
    [
        (AtPoint(3, 10, 10), "no-such-page"),
        (AtPoint(-1, 10, 10), "no-such-page"),
        (OnPages(10, 10, (0, 7)), "no-such-page"),
        (AtPoint(0, 169, 10), "seal-off-page"),
        (AtPoint(0, -1, 10), "seal-off-page"),
        (AtPoint(0, 10, 256), "seal-off-page"),
        (AtPoint(0, 10, -0.5), "seal-off-page"),
        (AtWords("不在其中"), "no-such-words"),
        (AtWords("盖章", 4), "no-such-words"),
        (AtWords("盖章", -4), "no-such-words"),
        (AtWords("盖章", 0), "no-such-words"),
        (Riding(y=260), "seal-off-page"),
        (Riding("top", y=-3), "seal-off-page"),
    ],
)
def test_what_would_not_be_seen_is_refused(placing: Placing, reason: str) -> None:
    assert refusal(placing) == reason


def test_one_page_cannot_be_ridden_over() -> None:
    assert refusal(Riding(), pages=1) == "riding-one-page"
    with pytest.raises(ValueError, match="three pages"):
        Riding(together=2)


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_every_strip_touches_its_edge_and_all_make_the_picture(edge: str) -> None:
    placed = boxes(Riding(edge), pages=7)  # type: ignore[arg-type]  # one of the four words of the type
    covered = 0.0
    for box in placed:
        assert box.clip is not None
        left, top, width, height = box.clip
        x, y = box.x + left, box.y + top
        touching = {"left": x, "right": x + width - 210, "top": y, "bottom": y + height - 297}[edge]
        assert touching == pytest.approx(0, abs=1e-6)
        covered += width if edge in {"left", "right"} else height
    assert covered == pytest.approx(42)
    starts = [box.clip[0] + box.clip[1] for box in placed if box.clip]
    assert starts == sorted(starts, reverse=edge in {"left", "top"})


def test_a_riding_seal_lies_in_the_middle_of_the_edge_unless_told() -> None:
    assert {box.y for box in boxes(Riding())} == {127.5}
    assert {box.x for box in boxes(Riding("top"))} == {84.0}
    assert {box.y for box in boxes(Riding(y=30))} == {30}


def test_pages_of_different_size_each_show_their_strip_at_their_own_edge() -> None:
    placed = boxes_of(Riding(), [(210.0, 297.0), (420.0, 297.0)], SEAL, found)
    assert [box.x + (box.clip or (0, 0, 0, 0))[0] for box in placed] == [189.0, 399.0]


@pytest.mark.parametrize(
    ("count", "together", "sizes"),
    [(2, 20, [2]), (20, 20, [20]), (21, 20, [10, 11]), (41, 20, [13, 14, 14]), (4, 3, [2, 2]), (7, 3, [2, 2, 3])],
)
def test_many_pages_share_several_pictures_evenly(count: int, together: int, sizes: list[int]) -> None:
    parted = groups(count, together)
    assert [len(group) for group in parted] == sizes
    assert [page for group in parted for page in group] == list(range(count))
