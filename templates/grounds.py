"""Whether texts stand out from the background picture of a sheet, judged on the picture as it is printed.

The rule that verifiers have (`trust.formats.showing`) knows no colours of pictures; so a template is looked at here,
where it is checked: the background is decoded, reduced to a few dots a millimetre, as the eye sees fine patterns, and
every fixed text and every place for a value must stand out from it nearly everywhere. What is painted between picture
and text is ground of its own, which `legible` judges. A sheet without a background needs no picture.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from templates.items import Raster
from templates.layout import static_items
from templates.legible import drawn, places_of
from templates.parts import Layout, Sheet
from templates.words import Fault
from trust.formats.showing import HIDDEN_SHARE, LEAST_CONTRAST, Area, Colour, Line, contrast

DOTS_A_MM = 3
_HEIGHTS, _MOST_POINTS = (0.1, 0.35, 0.6), 48
"""Of the em above the baseline, where a line is probed, and at how many points."""


@dataclass(frozen=True)
class _Ground:
    """A background as large as its sheet, in dots of a third of a millimetre."""

    picture: Image.Image
    width: float
    height: float

    def colour(self, x: float, y: float) -> Colour:
        """What is printed at a point of the sheet."""
        column = min(max(int(x / self.width * self.picture.width), 0), self.picture.width - 1)
        row = min(max(int(y / self.height * self.picture.height), 0), self.picture.height - 1)
        red, green, blue = self.picture.getpixel((column, row))  # type: ignore[misc]  # three numbers of an RGB picture
        return int(red), int(green), int(blue)


def judge_grounds(layout: Layout, paths: Sequence[str]) -> Iterator[Fault]:
    """The texts and places that do not stand out from their sheet's background; `paths` name the sheets."""
    for number, (sheet, path) in enumerate(zip(layout.sheets, paths, strict=True)):
        if sheet.background is None:
            continue
        ground = _decoded(sheet.background, sheet)
        if ground is None:
            yield Fault("layout", "picture-format", f"{path}.background")
            continue
        yield from _pale(ground, drawn(static_items(layout, number)), tuple(places_of(sheet, path)), path)


def _pale(ground: _Ground, fixed: Sequence[Line | Area], places: Sequence[Line], path: str) -> Iterator[Fault]:
    """The faults of one sheet, each text or place once; the first area is the background itself."""
    told: set[str] = set()
    for place, line in enumerate((*fixed, *places)):
        if not isinstance(line, Line) or line.text in told:
            continue
        below = [one for one in fixed[:place] if isinstance(one, Area)][1:]
        if (least := _least_contrast(ground, line, below)) is not None and least < LEAST_CONTRAST:
            told.add(line.text)
            is_fixed = place < len(fixed)
            fact = f"{least:.1f}:1"
            yield Fault(
                "layout",
                "pale-on-background",
                path if is_fixed else line.text,
                f"{line.text}: {fact}" if is_fixed else fact,
            )


def _least_contrast(ground: _Ground, line: Line, below: Sequence[Area]) -> float | None:
    """The contrast that nearly all of a line has; None where no point of it lies on the picture itself."""
    count = min(_MOST_POINTS, max(3, int(line.width * DOTS_A_MM)))
    found = sorted(
        contrast(line.colour, ground.colour(x, y))
        for x in (line.left + (point + 0.5) / count * line.width for point in range(count))
        for y in (line.baseline - share * line.size for share in _HEIGHTS)
        if not any(area.holds(x, y) for area in below)
    )
    return found[int(HIDDEN_SHARE * len(found))] if found else None


def _decoded(background: Raster, sheet: Sheet) -> _Ground | None:
    """The background as it is printed, small; None where it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(background.octets), formats=("JPEG", "PNG")) as opened:
            size = max(1, round(sheet.width * DOTS_A_MM)), max(1, round(sheet.height * DOTS_A_MM))
            small = opened.convert("RGB").resize(size, Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return None
    return _Ground(small, sheet.width, sheet.height)
