"""Fonts by glyph number: the table that is put in leads to the glyphs the font has, and nothing else is taken."""

import struct
from collections.abc import Callable

import pytest
from PIL import ImageFont

from templates.fonts import FONT_FILE, typeface
from trust.errors import Malformed
from verifier.pictures.fonts import MAX_KEPT, PRIVATE, Font, Fonts, numbered, tables_of


def subset() -> tuple[bytes, dict[str, int]]:
    made = typeface().subset("章印")
    return made.octets, made.glyphs


def shape(font: ImageFont.FreeTypeFont, text: str) -> bytes:
    return bytes(font.getmask(text))


def test_glyphs_are_found_by_number_and_by_character() -> None:
    octets, glyphs = subset()
    fonts, font = Fonts(FONT_FILE), Font(octets)
    by_number, by_character = fonts.for_glyph(font, 40.0), fonts.for_character(font, "章", 40.0)
    assert by_number is not None
    assert shape(by_number, chr(PRIVATE + glyphs["章"])) == shape(by_character, "章")
    assert shape(by_number, chr(PRIVATE + glyphs["印"])) != shape(by_character, "章")


def test_what_the_font_lacks_is_drawn_with_the_other() -> None:
    octets, _ = subset()
    fonts = Fonts(FONT_FILE)
    own, other = fonts.for_character(Font(octets), "章", 40.0), fonts.for_character(Font(octets), "文", 40.0)
    assert own is not other
    assert other is fonts.for_character(None, "文", 40.0)
    assert fonts.for_character(Font(b"no font"), "文", 40.0) is other


def cut(octets: bytes) -> bytes:
    return octets[: len(octets) // 2]


def without_maxp(octets: bytes) -> bytes:
    return octets.replace(b"maxp", b"maxq", 1)


def far_table(octets: bytes) -> bytes:
    return octets[:20] + struct.pack(">I", 0xFFFFFF00) + octets[24:]


@pytest.mark.parametrize("spoil", [cut, without_maxp, far_table, lambda _: b"", lambda _: b"\0\1\0\0\0\0" + bytes(8)])
def test_what_is_no_font_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Malformed) as refused:
        numbered(spoil(subset()[0]))
    assert refused.value.reason == "font-form"
    assert Fonts(FONT_FILE).for_glyph(Font(spoil(subset()[0])), 20.0) is None


def test_the_tables_stay_as_they_are_but_for_the_characters() -> None:
    octets, _ = subset()
    before, after = tables_of(octets), tables_of(numbered(octets))
    assert {tag for tag in before if before[tag] != after[tag]} == {b"cmap"}


def test_not_more_sizes_are_kept_than_the_bound() -> None:
    fonts = Fonts(FONT_FILE)
    for size in range(MAX_KEPT + 5):
        fonts.for_character(None, "文", 4.0 + size / 4)
    assert len(fonts._open) <= MAX_KEPT
