"""Where a seal goes on a document, in words that hold for OFD and PDF alike.

A placing says what somebody wants: a point, some words of the document, several pages, or the edge of all pages
(骑缝章). `boxes_of` turns it into boxes: which page, where on it, and which part of the picture. Lengths are
millimetres of the page as displayed, origin upper left, y downward; pages count from 0. Finding words is left to a
callable, because each format keeps its text in its own way. `PlannedSealing` is what planning gives in either format.

Riding seals: laid beside each other in their order, the pages' edges show the whole picture. A strip must stay wide
enough to be seen, so more than `Riding.together` pages are parted into even groups, each with a whole picture.

Refusals are `Conflict`: `no-such-page`, `no-such-words`, `seal-off-page`, `riding-one-page`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from trust.errors import Conflict
from trust.formats.sealed_document import SealBox

Edge = Literal["left", "right", "top", "bottom"]
Size = tuple[float, float]
"""Width and height in millimetres."""

FindWords = Callable[[str], Sequence[SealBox]]
"""All places of some words in reading order, as the boxes their glyphs take."""

TOLERANCE_MM = 0.01


@dataclass(frozen=True)
class AtPoint:
    """One picture on one page; `x` and `y` are its upper left corner."""

    page: int
    x: float
    y: float


@dataclass(frozen=True)
class OnPages:
    """A picture on each of several pages at the same point (页章); `pages` None means every page."""

    x: float
    y: float
    pages: tuple[int, ...] | None = None


@dataclass(frozen=True)
class AtWords:
    """Centred on some words; `occurrence` counts from 1 in reading order, or from the end with -1."""

    words: str
    occurrence: int = 1


@dataclass(frozen=True)
class Riding:
    """Across the edges of all pages; `y` is where the picture begins along the edge, None its middle.

    For the top and bottom edge, `y` counts from the left. At most `together` pages share a picture (at least 3).
    """

    edge: Edge = "right"
    y: float | None = None
    together: int = 20

    def __post_init__(self) -> None:
        if self.together < 3:
            raise ValueError("fewer than three pages to a riding seal would leave a page alone")


Placing = AtPoint | OnPages | AtWords | Riding


@dataclass(frozen=True)
class PlannedSealing:
    """A sealed file but for its signature: sign `to_be_signed` (SM2 over the message, default identity).

    `complete` takes r‖s and the signer's certificate (DER) and gives the file; it raises `Malformed` with
    `signer-not-in-seal` or `encoding`. `boxes` is where the seal will be seen, empty where nothing is shown.
    `complete_stamped` takes a time stamp token (DER) over the signature value besides, where the format has room.
    """

    to_be_signed: bytes
    complete: Callable[[bytes, bytes], bytes]
    boxes: tuple[SealBox, ...] = ()
    complete_stamped: Callable[[bytes, bytes, bytes], bytes] | None = None


def boxes_of(placing: Placing, pages: Sequence[Size], size: Size, find: FindWords) -> tuple[SealBox, ...]:
    """Where a picture of `size` is shown on `pages` (their sizes).

    Raises:
        Conflict: a reason above.

    """
    match placing:
        case AtPoint():
            boxes: tuple[SealBox, ...] = (SealBox(placing.page, placing.x, placing.y, *size),)
        case OnPages():
            wanted = range(len(pages)) if placing.pages is None else placing.pages
            boxes = tuple(SealBox(page, placing.x, placing.y, *size) for page in wanted)
        case AtWords():
            boxes = (centred(chosen(placing, find(placing.words)), pages, size),)
        case Riding():
            boxes = riding(placing, pages, size)
    for box in boxes:
        check(box, pages)
    return boxes


def chosen(placing: AtWords, found: Sequence[SealBox]) -> SealBox:
    """The occurrence meant."""
    number = placing.occurrence
    if number == 0 or abs(number) > len(found):
        raise Conflict("no-such-words", f"occurrence {number} of {len(found)}")
    return found[number - 1 if number > 0 else number]


def centred(words: SealBox, pages: Sequence[Size], size: Size) -> SealBox:
    """A box of `size` about the middle of `words`, moved back where it would leave the page."""
    width, height = size
    across, down = pages[words.page]
    x = min(max(words.x + words.width / 2 - width / 2, 0), across - width)
    y = min(max(words.y + words.height / 2 - height / 2, 0), down - height)
    return SealBox(words.page, rounded(x), rounded(y), width, height)


def riding(placing: Riding, pages: Sequence[Size], size: Size) -> tuple[SealBox, ...]:
    """One box per page, each with the strip of the picture that its page shows."""
    if len(pages) < 2:
        raise Conflict("riding-one-page", "a riding seal needs two pages")
    boxes: list[SealBox] = []
    for group in groups(len(pages), placing.together):
        boxes += [strip(placing, page, pages[page], size, (group.index(page), len(group))) for page in group]
    return tuple(boxes)


def groups(count: int, together: int) -> list[range]:
    """Pages that share a picture: as few groups as may be, as even as can be."""
    parts = -(-count // together)
    starts = [count * part // parts for part in range(parts + 1)]
    return [range(start, end) for start, end in pairwise(starts)]


def strip(placing: Riding, page: int, paper: Size, size: Size, share: tuple[int, int]) -> SealBox:
    """The box on one page, of which only a strip is shown.

    Each page shows a further part of the picture, in the order in which the edges of fanned-out pages lie: to the
    right for the right edge, to the left for the left one, and so on.
    """
    index, count = share
    place = index if placing.edge in {"right", "bottom"} else count - 1 - index
    along, across = (0, 1) if placing.edge in {"left", "right"} else (1, 0)
    start, end = rounded(size[along] * place / count), rounded(size[along] * (place + 1) / count)
    at = -start if placing.edge in {"left", "top"} else paper[along] - end
    beside = rounded((paper[across] - size[across]) / 2) if placing.y is None else placing.y
    shown = rounded(end - start)
    if along == 0:
        return SealBox(page, rounded(at), beside, *size, clip=(start, 0, shown, size[1]))
    return SealBox(page, beside, rounded(at), *size, clip=(0, start, size[0], shown))


def check(box: SealBox, pages: Sequence[Size]) -> None:
    """What is shown must lie on a page of the document, as a whole."""
    if not 0 <= box.page < len(pages):
        raise Conflict("no-such-page", f"page {box.page} of {len(pages)}")
    left, top, width, height = box.clip or (0, 0, box.width, box.height)
    across, down = pages[box.page]
    x, y = box.x + left, box.y + top
    fits = x >= -TOLERANCE_MM and x + width <= across + TOLERANCE_MM
    if not fits or y < -TOLERANCE_MM or y + height > down + TOLERANCE_MM:
        raise Conflict("seal-off-page", f"the picture reaches over the edge of page {box.page}")


def rounded(value: float) -> float:
    """To a ten-thousandth of a millimetre, which is what files carry."""
    return round(value, 4)
