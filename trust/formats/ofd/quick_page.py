"""Pages in our own spelling, read in one pass.

The general reader (`xml`, `read`) makes an element of everything it meets; of a page that our writer wrote, whose
spelling is known to the last octet, only the values are wanted. `quick_page` takes them out by patterns. It decides
nothing: whoever reads a page writes it again from the values and compares every octet (`read.read_document`), so what
was passed over here is found there. Whatever is spelt otherwise (paths, characters outside the basic plane,
references) is left to the general reader.
"""

import re

from trust.formats.ofd.document import ImageBox, OfdPage, PageObject, TextRun
from trust.formats.ofd.numbers import count, length, remembered_spread
from trust.formats.ofd.write_page import ascent_of, margin_of
from trust.formats.ofd.xml import HEAD, NAMESPACE

_NUMBER = "(-?[0-9.]{1,10})"
_BEGIN = re.compile(
    f'{re.escape(HEAD)}<ofd:Page xmlns:ofd="{re.escape(NAMESPACE)}">'
    '(?:<ofd:Template TemplateID="([0-9]{1,5})" ZOrder="Background"/>)?'
    f"<ofd:Area><ofd:PhysicalBox>0 0 {_NUMBER} {_NUMBER}</ofd:PhysicalBox></ofd:Area>"
    '<ofd:Content><ofd:Layer ID="[0-9]{1,7}" Type="Body">'
)
_END = "</ofd:Layer></ofd:Content></ofd:Page>"
_TEXT = re.compile(
    f'<ofd:TextObject ID="[0-9]{{1,7}}" Boundary="{_NUMBER} {_NUMBER} {_NUMBER} [0-9.]{{1,10}}"'
    f' Font="([0-9]{{1,5}})" Size="{_NUMBER}">'
    '<ofd:FillColor Value="([0-9]{1,3}) ([0-9]{1,3}) ([0-9]{1,3})"/>'
    '<ofd:TextCode X="0" Y="[0-9.]{1,10}"(?: DeltaX="([-0-9.g ]*)")?>([^<>&\r]+)</ofd:TextCode></ofd:TextObject>'
)
_IMAGE = re.compile(
    f'<ofd:ImageObject ID="[0-9]{{1,7}}" CTM="[-0-9. ]{{1,60}}" Boundary="{_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER}"'
    ' ResourceID="([0-9]{1,5})"/>'
)


def quick_page(octets: bytes) -> OfdPage | None:
    """The values of a Content.xml; None where it is not in the plain spelling that this reads.

    Raises:
        Malformed: `document-xml`, a number that we do not write.

    """
    try:
        text = octets.decode("utf-8")
    except ValueError:
        return None
    begin = _BEGIN.match(text)
    if begin is None or not text.endswith(_END):
        return None
    position, end = begin.end(), len(text) - len(_END)
    drawn: list[PageObject] = []
    while position < end:
        if (found := _TEXT.match(text, position, end)) is not None:
            drawn.append(_run(found))
        elif (found := _IMAGE.match(text, position, end)) is not None:
            x, y, width, height, number = found.groups()
            drawn.append(ImageBox(length(x), length(y), length(width), length(height), count(number)))
        else:
            return None
        position = found.end()
    template, width, height = begin.groups()
    below = None if template is None else count(template)
    return OfdPage(length(width), length(height), tuple(drawn), below)


def _run(found: re.Match[str]) -> TextRun:
    """A run in one piece; its last advance follows from where its box ends."""
    left, top, across, font, height, red, green, blue, delta, text = found.groups()
    size = length(height)
    known = remembered_spread(delta or "", len(text) - 1)
    return TextRun(
        x=length(left),
        baseline=round(length(top) + ascent_of(size), 4),
        size=size,
        font_id=count(font),
        text=text,
        advances=(*known, round(length(across) - margin_of(size) - sum(known), 4)),
        colour=(int(red), int(green), int(blue)),
    )
