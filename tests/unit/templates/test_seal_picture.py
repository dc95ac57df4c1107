"""Pictures of seals."""

import io
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageStat

from templates.errors import MissingGlyph
from templates.seal_picture import RED, round_seal, seal_from_png

NAME, LINE, CODE = "云岭市市场监督管理局", "电子证照专用章", "5301990010127"


def picture(name: str = NAME, **more: str) -> Image.Image:
    return Image.open(io.BytesIO(round_seal(name, **more).png))  # type: ignore[arg-type]  # only texts are passed


def test_the_picture_is_a_small_palette_png_of_its_true_size() -> None:
    seal = round_seal(NAME, line=LINE, code=CODE)
    image = Image.open(io.BytesIO(seal.png))
    assert (seal.width, seal.height, image.size, image.mode) == (42, 42, (496, 496), "P")
    assert len(seal.png) < 12_000


def test_corners_are_transparent_ring_and_star_are_red() -> None:
    image = picture(line=LINE).convert("RGBA")
    assert [image.getpixel(corner)[3] for corner in ((0, 0), (495, 0), (0, 495), (495, 495))] == [0, 0, 0, 0]
    for place in ((248, 248), (248, 5), (5, 248), (490, 248)):
        assert image.getpixel(place)[:3] == RED
        assert image.getpixel(place)[3] > 200
    assert image.getpixel((248, 130))[3] == 0, "between name and star"


def test_holes_in_characters_stay_open() -> None:
    image = picture("口" * 3).convert("RGBA").getchannel("A")
    middle = image.crop((210, 30, 286, 110))
    share = ImageStat.Stat(middle.point(lambda value: 255 if value else 0)).mean[0] / 255
    assert 0.1 < share < 0.6


@pytest.mark.parametrize("name", ["云岭市教育局", NAME, "云岭市临江区农业农村和水务局行政审批服务专用"])
@pytest.mark.parametrize("line", ["", LINE])
def test_everything_lies_inside_the_ring(name: str, line: str) -> None:
    seal = round_seal(name, line=line)
    ring, _, letters = seal.shapes[:3]
    for shape in seal.shapes[1:]:
        for _, numbers in shape.outline:
            for x, y in zip(numbers[0::2], numbers[1::2], strict=True):
                assert ((x - 21) ** 2 + (y - 21) ** 2) ** 0.5 < 21 - 0.029 * 42
    assert ring.bounds == pytest.approx((0, 0, 42, 42))
    across = [numbers[0] for _, numbers in letters.outline if numbers]
    assert across[0] < 21 < across[-1], "the name begins on the left and ends on the right"


def test_the_same_seal_is_drawn_once_and_always_alike() -> None:
    assert round_seal(NAME, line=LINE) is round_seal(NAME, line=LINE)
    again = round_seal.__wrapped__(NAME, line=LINE)
    assert again.png == round_seal(NAME, line=LINE).png
    different = [round_seal(NAME).png, round_seal(NAME, line=LINE).png, round_seal(NAME, line=LINE, code=CODE).png]
    assert all(one != other for one, other in pairwise(different))


def test_a_seal_made_elsewhere_keeps_its_picture() -> None:
    png = round_seal(NAME).png
    seal = seal_from_png(png, 40.0, 30.0)
    assert (seal.png, seal.width, seal.height, seal.shapes) == (png, 40.0, 30.0, ())
    assert seal is seal_from_png(png, 40.0, 30.0)


def test_a_body_whose_name_cannot_be_drawn_gets_no_seal() -> None:
    with pytest.raises(MissingGlyph):
        round_seal("𠮷县人民政府")


def test_the_name_makes_the_difference() -> None:
    one, other = (picture(name).convert("RGBA").getchannel("A") for name in ("云岭市教育局", "云岭市公安局"))
    assert ImageChops.difference(one, other).getbbox() is not None
