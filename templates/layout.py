"""The face of a licence type, and the face of one licence: from a layout in millimetres to drawing items.

A layout has a part that is the same on every licence (border, rosettes, rules, title, labels) and slots that this
licence's own values fill. The first is set once per bundle, the second once per licence; both canvases draw the
same items. Values come from the licence alone: a slot's text may name, in braces, the standard items of
`face_values` or the type's own fields. A slot whose optional value is absent stays empty.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from templates import ornament
from templates.code import code_picture
from templates.fonts import typeface
from templates.items import Colour, Item, Outline, Segment, Shape, Text, line, moved
from templates.typeset import Place, set_spread, set_text
from trust.rules.licence import HOLDER_SEPARATOR, Licence

STANDARD_LABELS = {
    "number": "证照编号",
    "identifier": "证照标识",
    "holder_names": "持证主体",
    "holder_codes": "持证主体代码",
    "issuing_body": "颁发机构",
    "issued_on": "颁发日期",
    "valid_from": "有效期起始日期",
    "valid_until": "有效期截止日期",
}
"""The items every licence has, and what people call them when one of them does not fit."""

PERMANENT = "长期"

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Label:
    """A text that is always the same; `spread` fills the width of its place, `weight` > 0 draws it bolder (mm)."""

    text: str
    place: Place
    spread: bool = False
    weight: float = 0.0


@dataclass(frozen=True)
class Slot:
    """A text made from the licence: `text` with names in braces."""

    text: str
    place: Place

    @property
    def names(self) -> tuple[str, ...]:
        """The values it needs."""
        return tuple(_NAMED.findall(self.text))


@dataclass(frozen=True)
class Medallion:
    """A woven rosette behind the text."""

    x: float
    y: float
    inner: float
    outer: float
    petals: int
    rings: int
    colour: Colour


@dataclass(frozen=True)
class Rule:
    """A fine straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    colour: Colour


@dataclass(frozen=True)
class Frame:
    """The border: distance from the paper's edge, breadth of the woven band, two colours."""

    margin: float
    band: float
    dark: Colour
    fine: Colour


@dataclass(frozen=True)
class Square:
    """Where the code stands: upper left corner and side."""

    x: float
    y: float
    side: float


@dataclass(frozen=True)
class Layout:
    """A page of `width` × `height`; `seal` is the point the seal is centred on."""

    width: float
    height: float
    frame: Frame
    medallions: tuple[Medallion, ...]
    rules: tuple[Rule, ...]
    labels: tuple[Label, ...]
    slots: tuple[Slot, ...]
    code: Square
    seal: tuple[float, float]

    def where(self, slot: Slot, labels: Mapping[str, str]) -> str:
        """What people call the slot: the label of the first value in it."""
        return labels.get(slot.names[0], slot.names[0]) if slot.names else slot.text


def static_items(layout: Layout) -> tuple[Item, ...]:
    """What every licence of the type shows, in drawing order.

    Raises:
        MissingGlyph, DoesNotFit: the bundle itself cannot be set.

    """
    frame = layout.frame
    items: list[Item] = [
        ornament.medallion(
            part.x,
            part.y,
            inner=part.inner,
            outer=part.outer,
            petals=part.petals,
            rings=part.rings,
            colour=part.colour,
            line_width=0.12,
        )
        for part in layout.medallions
    ]
    items += ornament.border(
        layout.width, layout.height, margin=frame.margin, band=frame.band, dark=frame.dark, fine=frame.fine
    )
    items += [
        Shape(line(rule.x1, rule.y1, rule.x2, rule.y2), stroke=rule.colour, line_width=rule.width)
        for rule in layout.rules
    ]
    for label in layout.labels:
        set_as = (set_spread(label.text, label.place, label.text),) if label.spread else None
        for text in set_as or set_text(label.text, label.place, label.text):
            items.append(text)
            if label.weight:
                items.append(emboldened(text, label.weight))
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


def licence_items(layout: Layout, licence: Licence, labels: Mapping[str, str], qr_text: str) -> tuple[Item, ...]:
    """What only this licence shows: its values in their slots, and its code.

    `labels` are the names people give to values, for errors: a value's key to its label.

    Raises:
        MissingGlyph: a value has a character the typeface cannot draw.
        DoesNotFit: a value is too long for its place.
        CodeDoesNotFit: the code would be printed too small.

    """
    values = face_values(licence)
    items: list[Item] = [code_picture(qr_text, x=layout.code.x, y=layout.code.y, side=layout.code.side)]
    for slot in layout.slots:
        if any(values.get(name) for name in slot.names):
            text = _NAMED.sub(lambda name: values.get(name[1], ""), slot.text)
            items += set_text(text, slot.place, layout.where(slot, labels))
    return tuple(items)


def face_values(licence: Licence) -> Mapping[str, str]:
    """Every text a slot may name: the standard items of a licence and its fields."""
    return {
        **licence.fields,
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
