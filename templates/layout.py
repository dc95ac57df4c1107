"""The face of a licence type, and the face of one licence: from a layout in millimetres to drawing items.

A layout has parts that are the same on every licence (border, rosettes, rules, title, labels) and slots, tables and
photographs that this licence's own values fill. The first are set once per bundle, the second once per licence; both
canvases draw the same items. Values come from the licence alone: a slot's text may name, in braces, the standard items
of `face_values` or the type's own fields. A slot whose optional value is absent stays empty.

A table that needs more room goes on on further pages, so the number of pages is a matter of the licence. Which octets
a photograph has is decided by its digest in the licence's fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from templates.code import code_picture
from templates.decoration import ornaments
from templates.errors import DoesNotFit, PhotoMissing
from templates.fonts import typeface
from templates.items import Item, Outline, Photograph, Picture, Raster, Segment, Shape, Text, line, moved
from templates.parts import HOLDERS, NAMED, Frame, Label, Layout, Medallion, Rule, Sheet, Slot, Square, Table
from templates.table_rows import Row, head_items, lay_rows
from templates.typeset import Place, set_spread, set_text
from trust.rules.licence import HOLDER_SEPARATOR, Licence
from trust.rules.party import HOLDER_CODE_TYPES
from trust.rules.table import rows_of

__all__ = ["Frame", "Label", "Layout", "Medallion", "Rule", "Sheet", "Slot", "Square"]

STANDARD_LABELS = {
    "number": "证照编号",
    "identifier": "证照标识",
    "holder_names": "持证主体",
    "holder_codes": "持证主体代码",
    "issuing_body": "颁发机构",
    "issued_on": "颁发日期",
    "valid_from": "有效期起始日期",
    "valid_until": "有效期截止日期",
    "holder1_name": "持证主体",
    "holder1_code": "持证主体代码",
    "holder2_name": "第二持证主体",
    "holder2_code": "第二持证主体代码",
    "page": "页码",
    "pages": "页数",
}
"""The items every licence has, and what people call them when one of them does not fit."""

PERMANENT = "长期"
MAX_PAGES = 60
"""Of one licence."""
ROOM, BELOW, SMALL_PRINT = 6.0, 3.0, 7.5
"""The line of a conversion: the margin it needs, millimetres above the paper's edge, points."""
UNDER, SMALLER_PRINT, PRINT = 2.2, 5.0, (60, 60, 60)
"""The same on a card: millimetres under the frame, points; and the colour of both."""


@dataclass(frozen=True)
class LicencePage:
    """One page of a licence: which sheet it is drawn on, and what only this licence shows there."""

    sheet: int
    items: tuple[Item, ...]


def static_items(layout: Layout, sheet: int = 0) -> tuple[Item, ...]:
    """What every licence of the type shows on a sheet, in drawing order.

    Raises:
        MissingGlyph, DoesNotFit: the bundle itself cannot be set.

    """
    described = layout.sheets[sheet]
    items: list[Item] = []
    if described.background is not None:
        items.append(Photograph(0.0, 0.0, described.width, described.height, described.background))
    items += ornaments(described)
    items += [
        Shape(line(rule.x1, rule.y1, rule.x2, rule.y2), stroke=rule.colour, line_width=rule.width)
        for rule in described.rules
    ]
    for label in described.labels:
        set_as = (set_spread(label.text, label.place, label.text),) if label.spread else None
        for text in set_as or set_text(label.text, label.place, label.text):
            items.append(text)
            if label.weight:
                items.append(emboldened(text, label.weight))
    for table in described.tables:
        items += head_items(table)
    return tuple(items)


def emboldened(text: Text, weight: float) -> Shape:
    """The outlines of a set line with a stroke of `weight` millimetres around them, to lie over the line itself."""
    segments: list[Segment] = []
    x = text.x
    for character, advance in zip(text.text, text.advances, strict=True):
        segments += moved(_scaled(typeface().outline(character, text.text), text.size), x=x, y=text.baseline)
        x += advance
    return Shape(tuple(segments), stroke=text.colour, line_width=weight, fill=text.colour)


def _scaled(outline: Outline, size: float) -> Outline:
    return tuple((command, tuple(value * size for value in numbers)) for command, numbers in outline)


def licence_items(
    layout: Layout,
    licence: Licence,
    labels: Mapping[str, str],
    qr_text: str,
    photos: Mapping[str, Raster] | None = None,
) -> tuple[Item, ...]:
    """What only this licence shows, on all its pages: its values in their slots, and its code.

    Raises: what `licence_pages` raises.
    """
    pages = licence_pages(layout, licence, labels, qr_text, photos)
    return tuple(item for page in pages for item in page.items)


def licence_pages(
    layout: Layout,
    licence: Licence,
    labels: Mapping[str, str],
    qr_text: str,
    photos: Mapping[str, Raster] | None = None,
) -> tuple[LicencePage, ...]:
    """The pages of a licence.

    `labels` are the names people give to values, for errors: a value's key to its label. `photos` are the photographs
    by the names the licence gives them; with None they are left out, for whoever only asks whether texts fit.

    Raises:
        MissingGlyph: a value has a character the typeface cannot draw.
        DoesNotFit: a value is too long for its place.
        CodeDoesNotFit: the code would be printed too small.
        PhotoMissing: the licence names a photograph that is not given.

    """
    values = face_values(licence)
    laid = _lay_tables(layout, licence, labels)
    code = code_of(layout, qr_text)
    pages: list[LicencePage] = []
    for number, (place, rows) in enumerate(laid, start=1):
        sheet = layout.sheets[place]
        items: list[Item] = [code] if number == 1 else []
        items += _photographs(sheet, values, photos)
        counted = {**values, "page": str(number), "pages": str(len(laid))}
        for slot in sheet.slots:
            if any(counted.get(name) for name in slot.names):
                text = NAMED.sub(lambda name, held=counted: held.get(name[1], ""), slot.text)  # type: ignore[misc]  # bound at once
                items += _centred(set_text(text, slot.place, layout.where(slot, labels)), slot)
        items += converted_line(sheet, licence) if number == 1 else ()
        pages.append(LicencePage(place, (*items, *rows)))
    return tuple(pages)


def code_of(layout: Layout, qr_text: str) -> Picture:
    """The code in its place on the first page.

    Raises:
        CodeDoesNotFit: it would be printed too small.

    """
    return code_picture(qr_text, x=layout.code.x, y=layout.code.y, side=layout.code.side)


def converted_line(sheet: Sheet, licence: Licence) -> tuple[Text, ...]:
    """What a licence converted from stock says of its evidence.

    It stands in the margin below the frame; where that is too narrow, as on a card, in smaller print under its upper
    edge.
    """
    if licence.conversion is None:
        return ()
    frame = sheet.frame
    if frame.margin >= ROOM:
        baseline, size = sheet.height - BELOW, SMALL_PRINT
    else:
        baseline, size = frame.margin + frame.band + UNDER, SMALLER_PRINT
    place = Place(0.0, baseline, sheet.width, size, size, PRINT, align="centre")
    return set_text(licence.conversion.line, place, "存量转换")


def _lay_tables(
    layout: Layout, licence: Licence, labels: Mapping[str, str]
) -> tuple[tuple[int, tuple[Item, ...]], ...]:
    """Which sheets are drawn, in their order, and the rows that stand on each."""
    rows = {table.field: table_rows(licence, table) for table in layout.tables}
    following = dict.fromkeys(rows, 0)
    laid: list[tuple[int, tuple[Item, ...]]] = []
    for place, sheet in enumerate(layout.sheets):
        while not sheet.continues or following[sheet.continues] < len(rows[sheet.continues]):
            items: list[Item] = []
            for table in sheet.tables:
                start = following[table.field] if sheet.continues == table.field else 0
                set_rows = lay_rows(table, rows[table.field], start, labels.get(table.field, table.field))
                following[table.field] = set_rows.following
                items += set_rows.items
            laid.append((place, tuple(items)))
            if len(laid) > MAX_PAGES:
                raise DoesNotFit("页数", len(laid))
            if not sheet.continues:
                break
    for name, done in following.items():
        if done < len(rows[name]):
            raise DoesNotFit(labels.get(name, name), len(rows[name]))
    return tuple(laid)


def table_rows(licence: Licence, table: Table) -> Sequence[Row]:
    """The rows of a table as this licence has them.

    Raises:
        DoesNotFit: beside the holders there are more rows than holders.

    """
    if table.field != HOLDERS:
        value = licence.fields.get(table.field, "")
        return rows_of(value) if value else ()
    held = licence.fields.get(table.beside, "")
    beside = rows_of(held) if held else ()
    if len(beside) > len(licence.holders):
        raise DoesNotFit(table.beside, len(beside))
    more = (*beside, *((),) * (len(licence.holders) - len(beside)))
    return tuple(
        (holder.name, HOLDER_CODE_TYPES[holder.code_type].label, holder.code, *cells)
        for holder, cells in zip(licence.holders, more, strict=True)
    )


def _centred(texts: Sequence[Text], slot: Slot) -> Sequence[Text]:
    """The lines of a slot, around its baseline where it says so."""
    if not slot.middle or len(texts) < 2:
        return texts
    up = (texts[-1].baseline - texts[0].baseline) / 2
    return [replace(text, baseline=round(text.baseline - up, 3)) for text in texts]


def _photographs(sheet: Sheet, values: Mapping[str, str], photos: Mapping[str, Raster] | None) -> list[Photograph]:
    shown: list[Photograph] = []
    for place in sheet.photos if photos is not None else ():
        name = values.get(place.field, "")
        if name and photos is not None:
            if name not in photos:
                raise PhotoMissing(place.field)
            shown.append(Photograph(place.x, place.y, place.width, place.height, photos[name]))
    return shown


def face_values(licence: Licence) -> Mapping[str, str]:
    """Every text a slot may name: the standard items of a licence and its fields."""
    first_two = {
        f"holder{place}_{word}": text
        for place, holder in enumerate(licence.holders[:2], start=1)
        for word, text in (("name", holder.name), ("code", holder.code))
    }
    return {
        **licence.fields,
        **first_two,
        "number": licence.number,
        "identifier": str(licence.identifier),
        "holder_names": HOLDER_SEPARATOR.join(holder.name for holder in licence.holders),
        "holder_codes": HOLDER_SEPARATOR.join(holder.code for holder in licence.holders),
        "issuing_body": licence.issuing_body.name,
        "issued_on": chinese_date(licence.issued_on),
        "valid_from": chinese_date(licence.valid_from) if licence.valid_from else "",
        "valid_until": chinese_date(licence.valid_until) if licence.valid_until else PERMANENT,
    }


def chinese_date(day: date) -> str:
    """A day as printed licences write it: 2026年03月18日."""
    return f"{day.year:04}年{day.month:02}月{day.day:02}日"
