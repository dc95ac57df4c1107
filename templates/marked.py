"""Whether a face has room for what only the system sets: the line of a conversion, and the marks of an annotated copy.

Any licence of a type may be converted from stock, and any may be copied, so a template that leaves no room for these
would fail when somebody needs them. Tried with the sample: the longest line of a conversion lies on nothing else and
can be read; a copy with the longest recipient and purpose can be drawn.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from templates.annotation import annotated
from templates.errors import TemplatesError
from templates.items import Text
from templates.judging import boxes_of, meet, path_of, text_box
from templates.layout import converted_line, licence_pages, static_items
from templates.legible import drawn
from templates.library import Bundle
from templates.sample import SAMPLE_CODE
from templates.words import Fault
from trust.formats.showing import seen
from trust.rules.annotated_copy import MAX_CAUSE, CopyNote
from trust.rules.conversion import Conversion, Grade
from trust.rules.licence import Licence
from trust.rules.status_pointer import StatusPointer

LONGEST_RECIPIENT = 100
"""Characters: as many as a copy may be made for."""
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Any instant does; its length on the page is always the same."""


def judge_marks(bundle: Bundle, licence: Licence) -> Iterator[Fault]:
    """What stands in the way of the marks, on the face of this licence of the type."""
    yield from _conversion(bundle, licence)
    yield from _copy(bundle, licence)


def _conversion(bundle: Bundle, licence: Licence) -> Iterator[Fault]:
    sheet = bundle.layout.sheets[0]
    converted = replace(licence, conversion=Conversion(Grade.D, "样例"))
    try:
        lines = converted_line(sheet, converted)
    except TemplatesError as error:
        yield Fault("layout", "conversion-room", path_of(0), error.text)
        return
    fixed = static_items(bundle.layout)
    labels = [(text.text, text_box(text)) for text in fixed if isinstance(text, Text)]
    for line in lines:
        for name, box in (*boxes_of(bundle.layout, 0), *labels):
            if meet(text_box(line), box):
                yield Fault("layout", "conversion-room", path_of(0), name)
        if line.text in seen(drawn((*fixed, line)), sheet.width, sheet.height).hidden:
            yield Fault("layout", "conversion-room", path_of(0), line.text)


def _copy(bundle: Bundle, licence: Licence) -> Iterator[Fault]:
    note = CopyNote(
        original=replace(licence.identifier, serial=licence.identifier.serial[::-1]),
        original_status=StatusPointer(0, 0),
        made_at=_DAY,
        creator="国" * LONGEST_RECIPIENT,
        recipient="国" * LONGEST_RECIPIENT,
        cause="国" * MAX_CAUSE,
        expires_at=_DAY + timedelta(days=1),
        basis="holder",
    )
    copy = replace(licence, copy=note)
    try:
        annotated(bundle.layout, licence_pages(bundle.layout, copy, bundle.labels, SAMPLE_CODE), copy)
    except TemplatesError as error:
        yield Fault("layout", "copy-room", path_of(0), error.text)
