"""Whether a widget of a signature is seen: nobody sees one that has neither an extent on paper nor a picture.

Many seals and all time stamps should leave a page as it is. Programs disagree about a widget without extent that has a
picture: some draw it in its own size. They disagree about numbers, too, if these are large, or spelt as integers here
and as reals there. So a widget is unseen only if it is so to everybody; its picture may be there and be empty.
"""

import re
from decimal import Decimal

from pyhanko.pdf_utils import generic

from trust.formats.pdf.packed import plainly_packed
from trust.formats.pdf.source import READING_ERRORS, Value, unreadable
from trust.formats.pdf.views import Key, View

MAX_NUMBER = 100_000
"""Beyond this, numbers are not the same to all programs; no page is so large."""
MAX_PICTURES = 64
MAX_EMPTY = 4_096
"""Octets of a picture that is looked at to see that there is none; comments, and what sets up nothing to draw."""
_NOTHING = re.compile(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*+)*+")


def visible(view: View, key: Key) -> bool:
    """Whether a widget may be seen by somebody.

    Raises:
        PdfRefused: `pdf-unreadable`, its picture cannot be decoded.

    """
    entries = view.entries(view.value(key))
    if "/Rect" in entries and not _flat(view, dict.get(entries, "/Rect")):
        return True
    return any(_shows(view, picture) for picture in _pictures(view, dict.get(entries, "/AP")))


def _flat(view: View, value: Value | None) -> bool:
    """Whether a rectangle is one without extent."""
    sides = [view.resolve(item) for item in view.items(value)]
    kinds = {type(side) for side in sides}
    numbers = [Decimal(side) for side in sides if isinstance(side, generic.NumberObject | generic.FloatObject)]
    if len(sides) != 4 or len(numbers) != 4:
        return False
    plain = len(kinds) == 1 and all(abs(number) <= MAX_NUMBER for number in numbers)
    return (plain or not any(numbers)) and (numbers[0] == numbers[2] or numbers[1] == numbers[3])


def _pictures(view: View, value: Value | None) -> list[Value]:
    """The pictures of an appearance, for every state of each kind.

    Raises:
        PdfRefused: `pdf-unreadable`, there are more than any widget has.

    """
    found: list[Value] = []
    waiting, met = list(dict.values(view.entries(value))), 0
    while waiting:
        item, met = view.resolve(waiting.pop()), met + 1
        if met > MAX_PICTURES:
            raise unreadable()
        if isinstance(item, generic.DictionaryObject) and not isinstance(item, generic.StreamObject):
            waiting.extend(dict.values(item))
        elif item is not None:
            found.append(item)
    return found


def _shows(view: View, picture: Value) -> bool:
    if not isinstance(picture, generic.StreamObject):
        return False
    if "/BBox" in picture and _flat(view, dict.get(picture, "/BBox")):
        return False
    if not plainly_packed(picture):
        return True
    try:
        octets = picture.data
    except READING_ERRORS as error:
        raise unreadable() from error
    return len(octets) > MAX_EMPTY or _NOTHING.fullmatch(octets) is None
