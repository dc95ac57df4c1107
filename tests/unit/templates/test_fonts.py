"""The typeface and its subsets."""

import io

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from templates.errors import MissingGlyph
from templates.fonts import EM, FONT_FILE, typeface

NAMES = "林𬭎雅䶮㙱〇·（）ABC0123456789"


def drawn(font: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    picture = Image.new("L", (140, 150))
    ImageDraw.Draw(picture).text((5, 120), text, font=font, fill=255, anchor="ls")
    return picture


def difference(one: ImageFont.FreeTypeFont, other: ImageFont.FreeTypeFont, text: str) -> float:
    """Mean difference of the pictures, in levels of 255."""
    return ImageStat.Stat(ImageChops.difference(drawn(one, text), drawn(other, text))).mean[0]


def test_a_subset_draws_its_characters_by_its_own_cmap_as_the_whole_font_does() -> None:
    whole = ImageFont.truetype(FONT_FILE, 120, layout_engine=ImageFont.Layout.BASIC)
    octets = io.BytesIO(typeface().subset(NAMES + "国").octets)
    part = ImageFont.truetype(octets, 120, layout_engine=ImageFont.Layout.BASIC)
    for character in "林雅A9𬭎䶮㙱":
        assert difference(part, whole, character) < 1, "the same outline; only the hinting is gone"
    assert len({drawn(part, character).tobytes() for character in "𬭎䶮㙱国"}) == 4, "rare characters are not boxes"


def test_a_subset_is_small_and_the_same_for_the_same_characters() -> None:
    one, other = typeface().subset("云岭市人民政府"), typeface().subset("府政民人市岭云市")
    assert one.octets == other.octets
    assert len(one.octets) < 4000
    assert set(one.glyphs) == set("云岭市人民政府")
    assert set(one.advances.values()) == {EM}


def test_a_subset_holds_no_tables_that_readers_do_not_need() -> None:
    octets = typeface().subset("证").octets
    tags = {octets[12 + 16 * place : 16 + 16 * place] for place in range(int.from_bytes(octets[4:6], "big"))}
    assert {b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"} <= tags
    assert not tags & {b"GSUB", b"GPOS", b"GDEF", b"name", b"vhea", b"vmtx", b"BASE"}


def test_a_character_that_no_subset_can_hold_is_refused() -> None:
    with pytest.raises(MissingGlyph) as caught:
        typeface().subset("张𠮷")
    assert caught.value.character == "𠮷"


def test_outlines_stand_on_the_baseline_with_y_downward() -> None:
    outline = typeface().outline("口", "here")
    heights = [value for _, numbers in outline for value in numbers[1::2]]
    assert -0.9 < min(heights) < -0.5
    assert max(heights) < 0.2
    assert [command for command, _ in outline].count("Z") == [command for command, _ in outline].count("M") >= 2
