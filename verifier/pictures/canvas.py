"""Drawing on a picture with Pillow: shapes, lines, pictures and characters, all in pixels.

Everything is drawn `SMOOTH` times too large and then reduced, because Pillow's polygons have hard edges. A mask is made
no larger than what it covers. `clip` bounds what is drawn; it is a box, which is what clips of pages nearly always are.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil, floor
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFont

from verifier.pictures.matrix import Box, Matrix, Point, around, at, common, inverse, scaled, sides, then
from verifier.pictures.outlines import Contour

SMOOTH = 2
UPRIGHT, NEARLY = 1e-3, 0.03
"""How far a character may be turned, and how far off its size, to be drawn without turning."""
WHOLE = 255
Ink: TypeAlias = tuple[int, int, int, int]
"""Red, green, blue, and how much of it (255 covers)."""


class Canvas:
    """White paper of a size in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * SMOOTH, height * SMOOTH), "white")
        self.clip: Box = (0, 0, self.image.width, self.image.height)
        self._pen = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        """The picture in its own size."""
        return self.image.reduce(SMOOTH)

    @contextmanager
    def within(self, box: Box | None) -> Iterator[None]:
        """Draw only inside a box."""
        before = self.clip
        self.clip = common(before, box) if box else before
        try:
            yield
        finally:
            self.clip = before

    def fill(self, contours: Sequence[Contour], ink: Ink, *, even_odd: bool = False) -> None:
        """Fill contours; without `even_odd`, one that turns against the largest is a hole in it."""
        lines = [one.points for one in contours if len(one.points) > 2]
        if not lines or (placed := self._covered(around([point for line in lines for point in line]))) is None:
            return
        left, top, right, bottom = placed
        mask = Image.new("1", (right - left, bottom - top))
        shifted = [[(x - left, y - top) for x, y in line] for line in lines]
        if even_odd:
            mask = _every_other(mask, shifted)
        else:
            pen, by_size = ImageDraw.Draw(mask), sorted(shifted, key=lambda line: -abs(area(line)))
            outward = area(by_size[0]) > 0
            for line in by_size:
                pen.polygon(line, fill=int((area(line) > 0) == outward))
        self._paste(mask, ink, (left, top))

    def stroke(self, contours: Sequence[Contour], ink: Ink, width: float) -> None:
        """Draw along contours, with a line of at least half a pixel of the finished picture."""
        across = max(1, round(width))
        every = [point for one in contours for point in one.points]
        if not every:
            return
        left, top, right, bottom = around(every)
        placed = self._covered((left - across, top - across, right + across, bottom + across))
        if placed is None:
            return
        mask = Image.new("1", (placed[2] - placed[0], placed[3] - placed[1]))
        pen = ImageDraw.Draw(mask)
        for one in contours:
            path = [*one.points, *one.points[:2]] if one.closed else one.points
            pen.line([(x - placed[0], y - placed[1]) for x, y in path], fill=1, width=across, joint="curve")
        self._paste(mask, ink, placed[:2])

    def lay(self, picture: Image.Image, matrix: Matrix, *, alpha: int = 255, like_ink: bool = False) -> None:
        """Lay a picture (RGBA) over the paper; `matrix` places the unit square. `like_ink` darkens what is below."""
        placed = self._covered(around([at(matrix, corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]))
        back = inverse(matrix)
        if placed is None or back is None:
            return
        across, down = sides(matrix)
        picture = _reduced(picture, across, down)
        to_source = then(then((1, 0, 0, 1, placed[0] + 0.5, placed[1] + 0.5), back), scaled(*picture.size))
        a, b, c, d, e, f = to_source
        size = placed[2] - placed[0], placed[3] - placed[1]
        tile = picture.transform(size, Image.Transform.AFFINE, (a, c, e, b, d, f), Image.Resampling.BILINEAR)
        if like_ink:
            on_white = Image.new("RGB", size, "white")
            on_white.paste(tile, (0, 0), tile)
            self.image.paste(ImageChops.multiply(self.image.crop(placed), on_white), placed[:2])
            return
        mask = tile.getchannel("A")
        self.image.paste(tile, placed[:2], mask.point(lambda value: value * alpha // 255) if alpha < 255 else mask)

    def write(self, text: str, matrix: Matrix, font: ImageFont.FreeTypeFont, ink: Ink) -> None:
        """Draw a character; `matrix` takes a font of `font.size` pixels, baseline at the origin, to its place."""
        a, b, c, d, x, y = matrix
        if max(abs(b), abs(c)) < UPRIGHT and max(abs(a - 1), abs(d - 1)) < NEARLY and ink[3] == WHOLE:
            left, top, right, bottom = self.clip
            if left <= x + font.size and x <= right and top <= y and y - font.size <= bottom:
                self._pen.text((x, y), text, font=font, fill=ink[:3], anchor="ls")
            return
        left, top, right, bottom = (int(value) for value in font.getbbox(text, anchor="ls"))
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left + 2, bottom - top + 2))
        ImageDraw.Draw(mask).text((1 - left, 1 - top), text, font=font, fill=255, anchor="ls")
        tile = Image.new("RGBA", mask.size, (*ink[:3], 0))
        tile.putalpha(mask)
        square: Matrix = (mask.width, 0, 0, mask.height, left - 1, top - 1)
        self.lay(tile, then(square, matrix), alpha=ink[3])

    def _covered(self, box: Box) -> tuple[int, int, int, int] | None:
        """The pixels of a box that can be drawn on, or None."""
        left, top, right, bottom = common((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1), self.clip)
        if not (left < right and top < bottom):
            return None
        return floor(left), floor(top), ceil(right), ceil(bottom)

    def _paste(self, mask: Image.Image, ink: Ink, place: tuple[int, int]) -> None:
        if ink[3] < 255:
            mask = mask.convert("L").point(lambda value: value * ink[3] // 255)
        self.image.paste(ink[:3], place, mask)


def area(points: Sequence[Point]) -> float:
    """Twice the area, negative for one direction of turning."""
    following = [*points[1:], points[0]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, following, strict=True))


def _every_other(mask: Image.Image, lines: Sequence[Sequence[Point]]) -> Image.Image:
    for line in lines:
        one = Image.new("1", mask.size)
        ImageDraw.Draw(one).polygon(list(line), fill=1)
        mask = ImageChops.logical_xor(mask, one)
    return mask


def _reduced(picture: Image.Image, across: float, down: float) -> Image.Image:
    """A picture no more than twice as large as it will be, so that nothing is skipped when it is laid."""
    factors = max(1, int(picture.width / max(across, 1))), max(1, int(picture.height / max(down, 1)))
    return picture.reduce(factors) if max(factors) > 1 else picture
