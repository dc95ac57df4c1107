"""Which lines count as shown: size, place, contrast and cover, the same whichever way y grows."""

from dataclasses import replace
from datetime import date

import pytest

from trust.formats.figures import box_loop, loops_of
from trust.formats.ofd.document import ImageBox, OfdDocument, OfdPage, OfdTemplate, PageObject, PathShape, TextRun
from trust.formats.ofd.shown import lines_seen
from trust.formats.pdf.drawn import pieces_of
from trust.formats.showing import MOST_AREAS, PAPER, Area, Colour, Line, Seen, contrast, seen

INK, WHITE, GREY, YELLOW = (26, 26, 26), (255, 255, 255), (170, 170, 170), (255, 255, 0)
WIDTH, HEIGHT = 200.0, 100.0


def line(left: float = 20, baseline: float = 50, size: float = 4, colour: Colour = INK, width: float = 40) -> Line:
    return Line("云岭市印证餐饮", left, baseline, size, width, colour)


def box(left: float, low: float, right: float, high: float, colour: Colour | None = INK) -> Area:
    return Area((box_loop(left, low, right, high),), colour)


ALONE = {
    "plain": (line(), True),
    "white on white": (line(colour=WHITE), False),
    "grey": (line(colour=GREY), False),
    "yellow, dark in one channel only": (line(colour=YELLOW), False),
    "a tenth of a millimetre": (line(size=0.1), False),
    "just a millimetre": (line(size=1.0, width=7), True),
    "begins left of the paper": (line(left=-5), False),
    "runs off the paper": (line(left=170), False),
    "above the paper": (line(baseline=101.5), False),
    "below the paper": (line(baseline=-1), False),
}


@pytest.mark.parametrize(("drawn", "shown"), ALONE.values(), ids=ALONE.keys())
@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
def test_a_line_on_bare_paper(drawn: Line, shown: bool, up: bool) -> None:
    found = seen([drawn], WIDTH, HEIGHT, up=up)
    assert (found.shown, found.hidden) == (((drawn.text,), ()) if shown else ((), (drawn.text,)))


TEXT = line()
AROUND = (10.0, 40.0, 100.0, 60.0)
SMALL = (18.0, 44.0, 26.0, 54.0)
RING = Area((box_loop(*AROUND), box_loop(0, 30, 120, 70)), INK)
HOLLOW = Area(loops_of([("M", (0, 30)), ("L", (120, 30)), ("L", (120, 70)), ("L", (0, 70)), ("Z", ()),
                        ("M", (10, 40)), ("L", (10, 60)), ("L", (100, 60)), ("L", (100, 40)), ("Z", ())]), INK)  # fmt: skip
PAINTED = {
    "on dark ground": ([box(*AROUND), TEXT], False),
    "white on dark ground": ([box(*AROUND), line(colour=WHITE)], True),
    "white on a dark spot only": ([box(*SMALL), line(colour=WHITE)], False),
    "on pale ground": ([box(*AROUND, colour=(226, 235, 229)), TEXT], True),
    "a white plate over dark ground": ([box(*AROUND), box(*AROUND, colour=WHITE), TEXT], True),
    "covered": ([TEXT, box(*AROUND, colour=WHITE)], False),
    "covered by a picture": ([TEXT, box(*AROUND, colour=None)], False),
    "over a picture": ([box(*AROUND, colour=None), TEXT], True),
    "a tenth covered": ([TEXT, box(56.5, 40, 70, 60, colour=WHITE)], True),
    "half covered": ([TEXT, box(40, 40, 70, 60, colour=WHITE)], False),
    "painted over with its own colour": ([TEXT, box(*AROUND)], False),
    "beside": ([TEXT, box(70, 40, 100, 60)], True),
    "struck through by a thick line": ([TEXT, Area((box_loop(0, 48.4, 120, 48.5),), WHITE, filled=False, reach=5)], False),
    "in the hole of a ring": ([HOLLOW, TEXT], True),
    "both figures run the same way round": ([RING, TEXT], False),
}  # fmt: skip


@pytest.mark.parametrize(("drawn", "shown"), PAINTED.values(), ids=PAINTED.keys())
def test_a_line_and_what_is_painted(drawn: list[Line | Area], shown: bool) -> None:
    assert bool(seen(drawn, WIDTH, HEIGHT).shown) is shown


def test_too_much_to_be_judged_shows_nothing() -> None:
    dust = Area(tuple(box_loop(1, 1, 2, 2) for _ in range(MOST_AREAS)), INK)
    assert seen([dust, TEXT], WIDTH, HEIGHT).shown
    assert seen([dust, box(1, 1, 2, 2), TEXT], WIDTH, HEIGHT) == Seen((), (TEXT.text,))


def test_curves_are_followed() -> None:
    half = loops_of([("M", (10, 50)), ("B", (10, 90, 90, 90, 90, 50)), ("Z", ())])
    quadratic = loops_of([("M", (10, 50)), ("Q", (50, 110, 90, 50)), ("Z", ())])
    for loops in (half, quadratic):
        assert Area(loops).holds(50, 70)
        assert not Area(loops).holds(12, 78), "inside the box, outside the curve"


@pytest.mark.parametrize(("ink", "ratio"), [((0, 0, 0), 21), (WHITE, 1), ((119, 119, 119), 4.48)])
def test_contrast_is_that_of_wcag(ink: Colour, ratio: float) -> None:
    assert contrast(ink, PAPER) == pytest.approx(ratio, abs=0.01) == pytest.approx(contrast(PAPER, ink), abs=0.01)


RUN = TextRun(20, 50, 4, 1, "云岭市", (4.0, 4.0, 4.0), INK)
FILLED = PathShape(10, 40, 60, 30, "M 0 0 L 60 0 L 60 30 L 0 30 C", stroke=None, fill=INK)
ARC = PathShape(10, 40, 60, 30, "M 0 0 A 30 30 0 0 1 60 0 C", stroke=None, fill=INK)
WIDE = PathShape(10, 40, 60, 30, "M 0 10 L 60 10", stroke=WHITE, line_width=20)
OFD = {
    "plain": ((), (RUN,), True),
    "on a filled path of the template": ((FILLED,), (RUN,), False),
    "under a filled path": ((), (RUN, FILLED), False),
    "under a path of arcs": ((), (RUN, ARC), False),
    "under a thick stroke": ((), (RUN, WIDE), False),
    "on a fine stroke": ((replace(WIDE, line_width=0.3),), (RUN,), True),
    "under an image": ((), (RUN, ImageBox(10, 40, 60, 30, 7)), False),
    "over an image": ((ImageBox(10, 40, 60, 30, 7),), (RUN,), True),
}


@pytest.mark.parametrize(("below", "own", "shown"), OFD.values(), ids=OFD.keys())
def test_pages_of_an_ofd(
    below: tuple[PageObject, ...],
    own: tuple[PageObject, ...],
    shown: bool,
) -> None:
    template = OfdTemplate(11, 1001, WIDTH, HEIGHT, below)
    page = OfdPage(WIDTH, HEIGHT, own, 11)
    document = OfdDocument("0" * 32, "照面", "印证", date(2026, 3, 18), (page,), templates=(template,))
    assert bool(lines_seen(document).shown) is shown
    assert lines_seen(document) == lines_seen(document), "what is remembered of a template changes nothing"


HEAD, TAIL = b"q 2.835 0 0 2.835 0 0 cm\n", b"Q\n"
CONTENTS = {
    "what we write": (b"0 0 0 rg 1 1 1 RG 0.3 w 1 1 m 2 2 l 3 1 4 1 5 5 c h B\n1 1 1 RG 0.2 w 1 1 m 2 2 l S\n", True),
    "another matrix": (b"q 0.001 0 0 0.001 0 0 cm\n", False),
    "a clip": (b"0 0 m 1 1 l W n\n", False),
    "invisible text": (b"3 Tr\n", False),
    "a graphics state": (b"/G gs\n", False),
    "a fill in whatever colour": (b"1 1 m 2 2 l 3 1 l f\n", False),
    "a stroke of whatever width": (b"1 1 m 2 2 l S\n", False),
    "numbers too many": (b"0 0 0 rg 1 1 1 m 2 2 l f\n", False),
}


@pytest.mark.parametrize(("content", "ours"), CONTENTS.values(), ids=CONTENTS.keys())
def test_contents_of_a_pdf_are_ours_to_the_last_line(content: bytes, ours: bool) -> None:
    assert (pieces_of(HEAD + content + TAIL) is not None) is ours
    assert pieces_of(content) is None, "without our scale"
