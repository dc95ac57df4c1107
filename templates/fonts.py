"""The typeface of all faces: which glyph draws a character, how wide it is, and subsets small enough to embed.

One TrueType font (Noto Serif SC Regular, SIL Open Font License, `fonts/OFL.txt`) is opened once per process, mapped
into memory and preprocessed once, so that a subset costs a tenth of a millisecond. Subsets keep their cmap, because
OFD readers go from character to glyph by it, and lose what no reader of ours needs (vertical metrics, shaping
tables, names, hinting). A character without a glyph is an error wherever it is met: never a hole in a name.
Variation selectors and other invisible characters count as characters without a glyph.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz as hb

from templates.errors import MissingGlyph
from templates.items import Outline, Segment

FONT_FILE = Path(__file__).parent / "fonts" / "NotoSerifSC-Regular.ttf"
FAMILY = "Noto Serif SC"
POSTSCRIPT_NAME = "NotoSerifSC-Regular"
EM = 1000
"""Units per em of the font; checked when it is opened."""

_DROPPED_TABLES = [
    int.from_bytes(tag.encode(), "big")
    for tag in ("BASE", "GDEF", "GPOS", "GSUB", "STAT", "VORG", "gasp", "name", "vhea", "vmtx")
]


@dataclass(frozen=True)
class Subset:
    """A font file holding the glyphs of some characters, and under which number it holds each of them."""

    octets: bytes
    glyphs: dict[str, int]
    advances: dict[str, int]


class Typeface:
    """An opened font: answers in font units of 1/1000 em and is safe to share between threads."""

    def __init__(self, path: Path) -> None:
        face = hb.Face(hb.Blob.from_file_path(str(path)))
        if face.upem != EM:
            raise ValueError(f"{path.name} has {face.upem} units per em")
        self._font = hb.Font(face)
        self._stock = hb.subset_preprocess(face)
        self._known: dict[str, tuple[int, int]] = {}
        self._subset = lru_cache(maxsize=16)(self._make_subset)  # both canvases ask for the same one

    def _find(self, character: str, where: str) -> tuple[int, int]:
        found = self._known.get(character)
        if found is None:
            glyph = self._font.get_nominal_glyph(ord(character))
            if not glyph:
                raise MissingGlyph(character, where)
            found = self._known[character] = glyph, self._font.get_glyph_h_advance(glyph)
        return found

    def advances(self, text: str, where: str) -> list[int]:
        """Widths of the characters, in font units.

        Raises:
            MissingGlyph: a character of `text` has no glyph; `where` names the place for the message.

        """
        known = self._known
        return [(known.get(character) or self._find(character, where))[1] for character in text]

    def outline(self, character: str, where: str) -> Outline:
        """The contours of a character, in ems: origin on the baseline, y downward as on the page.

        Raises:
            MissingGlyph: there is no such glyph.

        """
        glyph, _ = self._find(character, where)
        pen = _Contours()
        self._font.draw_glyph_with_pen(glyph, pen)
        return tuple(pen.segments)

    def subset(self, characters: Iterable[str]) -> Subset:
        """A font with just these characters, the same octets for the same characters.

        Raises:
            MissingGlyph: there is no glyph for one of them.

        """
        return self._subset("".join(sorted(set(characters))))

    def _make_subset(self, wanted: str) -> Subset:
        known = self._known
        found = {character: known.get(character) or self._find(character, "subset") for character in wanted}
        request = hb.SubsetInput()
        request.unicode_set.update(map(ord, wanted))
        request.drop_table_tag_set.update(_DROPPED_TABLES)
        request.flags = hb.SubsetFlags.NO_HINTING
        plan = hb.SubsetPlan(self._stock, request)
        renumbered = dict(plan.old_to_new_glyph_mapping.items())
        return Subset(
            octets=plan.execute().blob.data,
            glyphs={character: renumbered[glyph] for character, (glyph, _) in found.items()},
            advances={character: advance for character, (_, advance) in found.items()},
        )


class _Contours:
    """A pen that takes HarfBuzz's contours down in ems."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    def _put(self, command: str, *points: tuple[float, float]) -> None:
        self.segments.append((command, tuple(value for x, y in points for value in (x / EM, -y / EM))))

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802  (the pen protocol's name)
        self._put("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802  (the pen protocol's name)
        self._put("L", point)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802  (the pen protocol's name)
        self._put("B", *points)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802  (the pen protocol's name)
        self._put("Q", *points)

    def closePath(self) -> None:  # noqa: N802  (the pen protocol's name)
        self.segments.append(("Z", ()))

    def endPath(self) -> None:  # noqa: N802  (the pen protocol's name)
        """Nothing to do: glyph contours are closed."""


@cache
def typeface() -> Typeface:
    """The typeface of all faces, opened at the first call."""
    return Typeface(FONT_FILE)
