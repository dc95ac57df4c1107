"""A riding seal as people see it: the drawn pages, laid edge to edge, show the seal; each page shows its strip alone."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.ofd_foreign import letter, letter_entries, packed
from tests.ofd_renderer import render_ofd
from tests.sealing_parts import picture, seal_on
from trust.formats.placing import AtPoint, Riding

DPI = 127  # five pixels to a millimetre, so that strips of whole fifths end on a pixel
PER_MM = 5


def drawn(data: bytes, count: int) -> list[Image.Image]:
    return [render_ofd(data, page=page, dpi=DPI) for page in range(count)]


def cut(page: Image.Image, x: float, y: float, width: float, height: float) -> Image.Image:
    return page.crop(tuple(round(side * PER_MM) for side in (x, y, x + width, y + height)))  # type: ignore[arg-type]  # four numbers


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far apart two pictures are, from 0 to 255 on average."""
    assert one.size == other.size
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def whole() -> Image.Image:
    """The seal alone on white paper, as large as the renderer draws it."""
    side = 42 * PER_MM
    paper = Image.new("RGB", (side, side), "white")
    seal = Image.open(io.BytesIO(picture())).convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    paper.paste(seal, (0, 0), seal)
    return paper


def joined(strips: list[Image.Image], *, beside: bool) -> Image.Image:
    width = sum(strip.width for strip in strips) if beside else strips[0].width
    height = strips[0].height if beside else sum(strip.height for strip in strips)
    paper, x, y = Image.new("RGB", (width, height)), 0, 0
    for strip in strips:
        paper.paste(strip, (x, y))
        x, y = (x + strip.width, y) if beside else (x, y + strip.height)
    return paper


@pytest.mark.parametrize("edge", ["right", "left", "top", "bottom"])
def test_strips_laid_together_make_the_seal(edge: str) -> None:
    count, along = 3, 14  # 42 mm over three pages
    pages = drawn(seal_on(letter(count), Riding(edge, y=100)), count)  # type: ignore[arg-type]  # one of the type's words
    beside = edge in {"left", "right"}
    x, y = {"right": (210 - along, 100), "left": (0, 100), "top": (100, 0), "bottom": (100, 297 - along)}[edge]
    strips = [cut(page, x, y, *((along, 42) if beside else (42, along))) for page in pages]
    ordered = strips if edge in {"right", "bottom"} else strips[::-1]
    assert difference(joined(ordered, beside=beside), whole()) < 3
    assert difference(joined(ordered[::-1], beside=beside), whole()) > 15


def test_nothing_is_drawn_beside_the_strip() -> None:
    sealed, plain = drawn(seal_on(letter(3), Riding(y=100)), 3), drawn(letter(3), 3)
    for with_seal, without in zip(sealed, plain, strict=True):
        assert difference(cut(with_seal, 0, 0, 196, 297), cut(without, 0, 0, 196, 297)) == 0
        assert difference(cut(with_seal, 196, 100, 14, 42), cut(without, 196, 100, 14, 42)) > 5


def test_more_pages_than_fit_show_the_seal_twice() -> None:
    pages = drawn(seal_on(letter(6), Riding(y=100, together=3)), 6)
    for group in (pages[:3], pages[3:]):
        assert difference(joined([cut(page, 196, 100, 14, 42) for page in group], beside=True), whole()) < 3


def test_a_whole_seal_is_drawn_where_it_was_put() -> None:
    (page,) = drawn(seal_on(packed(letter_entries(1)), AtPoint(0, 20, 200)), 1)
    assert difference(cut(page, 20, 200, 42, 42), whole()) < 3
