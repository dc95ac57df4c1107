"""Judging a layout against its type: every item is shown, nothing is shown that does not exist, all of it fits.

What is asked here needs no sample: fields and places must match, fixed texts must be set, parts must lie on the paper
and not on each other. Whether the texts of a licence fit at full length, and whether its code can be printed, is tried
with the sample (`checking`).
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from templates.code import SMALLEST_MODULE_MM
from templates.errors import TemplatesError
from templates.items import Shape, Text
from templates.layout import STANDARD_LABELS, static_items
from templates.legible import judge_legibility
from templates.parts import HOLDERS, Layout, Sheet, Table
from templates.seal_picture import UNIT_SEAL_MM
from templates.typeset import POINT
from templates.words import Fault
from trust.rules.catalogue import LicenceType
from trust.rules.field import FieldRule
from trust.rules.marks import grade_words, reserved_words

USUAL_MODULES = 69
"""Modules of the code of a usual licence, quiet zone included."""
Box = tuple[float, float, float, float]
_ABOVE, _BELOW = 0.8, 0.12
"""Of the em: how far a line of text reaches above and below its baseline."""


def judge(kind: LicenceType, layout: Layout, labels: Mapping[str, str]) -> list[Fault]:
    """Everything that is wrong, in groups: what does not match, what cannot be set, what lies wrong."""
    faults = [*matching(kind, layout, labels), *_setting(layout)]
    paths = [path_of(sheet) for sheet, _ in enumerate(layout.sheets)]
    return faults or [*_code_and_seal(layout), *_lying(layout), *judge_legibility(layout, paths)]


def path_of(sheet: int) -> str:
    """How a sheet is named in the template."""
    return "layout" if sheet == 0 else f"layout.page[{sheet}]"


def matching(kind: LicenceType, layout: Layout, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Fields and the places that show them."""
    shown = {name for slot in layout.slots for name in slot.names}
    tables = {table.field for table in layout.tables} | {table.beside for table in layout.tables}
    photos = {photo.field for photo in layout.photos}
    yield from _slots(layout, labels)
    yield from _reserved(kind, layout)
    for rule in kind.fields:
        yield from _shown(rule, {"table": tables, "photo": photos, "text": shown})
    for name in ("number", "identifier", "holder_names", "issuing_body", "issued_on"):
        if name not in shown and not (name == "holder_names" and HOLDERS in tables):
            yield Fault("slots", "not-shown", "layout", name)
    known = {rule.key for rule in kind.fields} | {HOLDERS, ""}
    for name in sorted((tables | photos) - known):
        yield Fault("slots", "no-such-value", "layout", name)
    for table in layout.tables:
        yield from _columns(kind, table)
    continued = [table.field for sheet in layout.sheets if sheet.continues for table in sheet.tables]
    for name in sorted({name for name in continued if continued.count(name) > 1}):
        yield Fault("slots", "continued-twice", "layout", name)


def _slots(layout: Layout, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Slots name values, and values that there are."""
    for place, sheet in enumerate(layout.sheets):
        for number, slot in enumerate(sheet.slots, start=1):
            where = f"{path_of(place)}.slot[{number}].text"
            if not slot.names:
                yield Fault("slots", "no-value", where, slot.text)
            for name in slot.names:
                if name not in labels:
                    yield Fault("slots", "no-such-value", where, name)


def _reserved(kind: LicenceType, layout: Layout) -> Iterator[Fault]:
    """No fixed text says what only the system says; several together do not either."""
    for word in reserved_words(kind.name):
        yield Fault("slots", "reserved-words", "type.name", word)
    for word in grade_words(kind.name):
        yield Fault("slots", "grade-words", "type.name", word)
    for place, sheet in enumerate(layout.sheets):
        heads = [column.label for table in sheet.tables for column in table.columns]
        texts = [*(label.text for label in sheet.labels), *(slot.text for slot in sheet.slots), *heads]
        found = {word for text in texts for word in reserved_words(text)} or set(reserved_words("".join(texts)))
        for word in sorted(found):
            yield Fault("slots", "reserved-words", path_of(place), word)
        graded = {word for text in texts for word in grade_words(text)} or set(grade_words("".join(texts)))
        for word in sorted(graded):
            yield Fault("slots", "grade-words", path_of(place), word)


def _shown(rule: FieldRule, places: Mapping[str, set[str]]) -> Iterator[Fault]:
    """A field stands where its kind is shown, and nowhere else."""
    if rule.key in STANDARD_LABELS or rule.key == HOLDERS:
        yield Fault("slots", "name-taken", "type", rule.key)
    wanted = rule.kind if rule.kind in places else "text"
    for of, names in places.items():
        if of == wanted and rule.key not in names:
            yield Fault("slots", "not-shown", "layout", f"{rule.key} ({of})")
        if of != wanted and rule.key in names:
            yield Fault("slots", "wrong-kind", "layout", f"{rule.key} ({rule.kind})")


def _columns(kind: LicenceType, table: Table) -> Iterator[Fault]:
    """Columns take the cells of a row in their order, all of them; beside holders all cells of the other table."""
    cells = [column.cell for column in table.columns if column.cell]
    of = {rule.key: len(rule.columns) for rule in kind.fields}
    where = f"table {table.field}"
    if cells != sorted(set(cells)) or 0 in [column.cell for column in table.columns[1:]]:
        yield Fault("slots", "columns-order", "layout", where)
    wanted = set(range(1, of.get(table.field, 0) + 1))
    if table.field == HOLDERS:
        wanted = {1} | set(range(4, 4 + of.get(table.beside, 0)))
    elif table.beside:
        yield Fault("slots", "beside", "layout", where)
    if missing := wanted - set(cells):
        yield Fault("slots", "columns-missing", "layout", f"{where}: {', '.join(map(str, sorted(missing)))}")
    most = 3 + of.get(table.beside, 0) if table.field == HOLDERS else of.get(table.field, 0)
    if max(cells, default=0) > most:
        yield Fault("slots", "columns-many", "layout", where)


def _setting(layout: Layout) -> Iterator[Fault]:
    """Fixed texts are set."""
    for place, _ in enumerate(layout.sheets):
        try:
            static_items(layout, place)
        except TemplatesError as error:
            yield Fault("layout", error.reason, path_of(place), error.text)


def _code_and_seal(layout: Layout) -> Iterator[Fault]:
    code, least = layout.code, USUAL_MODULES * SMALLEST_MODULE_MM
    if code.side < least:
        yield Fault("layout", "code-small", "layout.code", f"{code.side:g} < {least:g} mm")
    half = (layout.stamp.width or UNIT_SEAL_MM) / 2
    sheet = layout.sheets[layout.stamp.sheet]
    x, y = layout.seal
    if not (half <= x <= sheet.width - half and half <= y <= sheet.height - half):
        yield Fault("layout", "seal-off-page", "layout.seal", f"{x:g}, {y:g}")


def _lying(layout: Layout) -> Iterator[Fault]:
    for place, _ in enumerate(layout.sheets):
        yield from _inside(layout, place, path_of(place))
        boxes = dict(boxes_of(layout, place))
        for (name, one), (other, two) in combinations(boxes.items(), 2):
            if meet(one, two):
                yield Fault("layout", "overlap", name, other)


def _inside(layout: Layout, place: int, path: str) -> Iterator[Fault]:
    """Nothing of the bundle's own runs over the frame's margin or off the paper."""
    sheet = layout.sheets[place]
    edge = sheet.frame.margin - 0.55 if sheet.frame.style != "none" else 0.0
    shapes = [item.bounds for item in static_items(layout, place) if isinstance(item, Shape)]
    texts = [text_box(item) for item in static_items(layout, place) if isinstance(item, Text)]
    cornered = sheet.frame.band if sheet.frame.style in {"beads", "double"} else 0.0
    for left, top, right, bottom in (*shapes, *texts):
        out = min(left, top, sheet.width - right, sheet.height - bottom)
        if out < edge - cornered * 0.5:
            yield Fault("layout", "off-page", path, f"{left:.1f}, {top:.1f}, {right:.1f}, {bottom:.1f}")
            return


def boxes_of(layout: Layout, place: int) -> Iterator[tuple[str, Box]]:
    """What may not lie on each other on a sheet, by its name in the template."""
    yield from _boxes(layout.sheets[place], path_of(place))
    if place == 0:
        code = layout.code
        yield "layout.code", (code.x, code.y, code.x + code.side, code.y + code.side)


def _boxes(sheet: Sheet, path: str) -> Iterator[tuple[str, Box]]:
    """What may not lie on each other: slots, tables, photographs, and the labels."""
    for number, slot in enumerate(sheet.slots, start=1):
        at = slot.place
        high = at.size * POINT
        above, below = (at.depth / 2, at.depth / 2) if slot.middle else (0.0, at.depth)
        top, bottom = at.baseline - above - _ABOVE * high, at.baseline + below + _BELOW * high
        yield f"{path}.slot[{number}]", (at.x, top, at.x + at.width, bottom)
    for number, table in enumerate(sheet.tables, start=1):
        yield f"{path}.table[{number}]", (table.x, table.y, table.x + table.width, table.y + table.depth)
    for number, photo in enumerate(sheet.photos, start=1):
        yield f"{path}.photo[{number}]", (photo.x, photo.y, photo.x + photo.width, photo.y + photo.height)


def text_box(text: Text) -> Box:
    """What a line of text covers."""
    top, bottom = text.baseline - _ABOVE * text.size, text.baseline + _BELOW * text.size
    return text.x, top, text.x + text.width, bottom


def meet(one: Box, two: Box) -> bool:
    """Whether two boxes overlap by more than can be seen."""
    slack = 0.05
    return one[2] > two[0] + slack and two[2] > one[0] + slack and one[3] > two[1] + slack and two[3] > one[1] + slack
