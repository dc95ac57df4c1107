"""Small questions of `changes` about values: whether a list only grew, a value only says things, a form gives looks."""

from collections.abc import Mapping

from pyhanko.pdf_utils import generic

from trust.formats.pdf.allowances import WITHOUT_LOOKS
from trust.formats.pdf.fields import SeenField, annotations_of, name_in, pages_of
from trust.formats.pdf.source import Value
from trust.formats.pdf.views import View, same


def begins(old: list[Value], new: list[Value]) -> bool:
    """Whether one list begins with the other."""
    return len(new) >= len(old) and all(same(*pair) for pair in zip(old, new, strict=False))


def is_plain(value: Value | None) -> bool:
    """Whether a value holds names, numbers and texts alone."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.IndirectObject | generic.StreamObject):
            return False
        if isinstance(item, generic.DictionaryObject):
            waiting.extend(dict.values(item))
        elif isinstance(item, generic.ArrayObject):
            waiting.extend(list.__iter__(item))
    return True


def looked_up(view: View, fields: Mapping[str, SeenField]) -> bool:
    """Whether there is anything whose looks may come from the form: fields to fill in, or remarks on a page."""
    if any(not each.is_signature for each in fields.values()):
        return True
    boxes = (view.entries(item) for page in pages_of(view) for item in annotations_of(view, page))
    return any(name_in(view.resolve(dict.get(box, "/Subtype"))) not in WITHOUT_LOOKS for box in boxes)
