"""The library of bundles: one folder per licence type under `bundles/`, described in `template.toml`.

A bundle says what a type is (code, defining authority, items) and what its licences look like. It is read strictly
once per process: unknown words, colours that are no colours, a field that no slot shows or a slot that names no
value are refused, so that a mistake shows when the bundle is written and not when the ten thousandth licence is.
How to write one: `templates/README.md`.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from templates.errors import TemplateError, TemplatesError
from templates.items import Colour
from templates.layout import (
    STANDARD_LABELS,
    Frame,
    Label,
    Layout,
    Medallion,
    Rule,
    Slot,
    Square,
    static_items,
)
from templates.typeset import Place
from trust.errors import TrustError
from trust.rules.catalogue import FieldRule, LicenceType
from trust.rules.party import IssuingBody

FORMAT = "yinzheng-template/1"
FOLDER = Path(__file__).parent / "bundles"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A licence type with its face; one object per bundle and process, compared by identity."""

    type: LicenceType
    layout: Layout
    folder: Path

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def template(self) -> str:
        """What a licence calls the face it was drawn with, such as `business-licence/1`."""
        return f"{self.type.bundle}/{self.type.bundle_version}"

    @property
    def labels(self) -> Mapping[str, str]:
        """What people call the values on the face, by key."""
        return STANDARD_LABELS | {rule.key: rule.label for rule in self.type.fields}

    def read_sample(self) -> Mapping[str, Any]:
        """The bundle's `sample.json`.

        Raises:
            TemplateError: it cannot be read.

        """
        try:
            sample: Mapping[str, Any] = json.loads((self.folder / "sample.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise TemplateError("sample-unreadable", self.name, str(error)) from error
        return sample


def load_bundle(name: str) -> Bundle:
    """The bundle of this name.

    Raises:
        TemplateError: `unknown-bundle`, or what is wrong with it.

    """
    if name not in _names():
        raise TemplateError("unknown-bundle", name)
    return _loaded(name)


def bundles() -> list[Bundle]:
    """All bundles, by name.

    Raises:
        TemplateError: one of them is wrong.

    """
    return [_loaded(name) for name in _names()]


def bundle_for(type_code: str) -> Bundle:
    """The bundle that draws licences of this type.

    Raises:
        TemplateError: `unknown-type`.

    """
    for bundle in bundles():
        if bundle.type.code == type_code:
            return bundle
    raise TemplateError("unknown-type", type_code)


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/template.toml")))


@cache
def _loaded(name: str) -> Bundle:
    return read_bundle(FOLDER / name)


def read_bundle(folder: Path) -> Bundle:
    """Read and judge a bundle in any folder.

    Raises:
        TemplateError: `unreadable`, `form` (a word, colour or number that is not what it must be), `type` (the
            licence type contradicts its rules), `slots` (fields and slots do not match), `layout` (its own texts
            cannot be set).

    """
    try:
        described = tomllib.loads((folder / "template.toml").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TemplateError("unreadable", folder.name, str(error)) from error
    if described.keys() != {"format", "type", "layout"} or described["format"] != FORMAT:
        raise TemplateError("form", folder.name, f"expected {FORMAT} with a type and a layout")
    try:
        bundle = Bundle(_type(described["type"], folder.name), _layout(described["layout"]), folder)
    except TrustError as error:
        raise TemplateError("type", folder.name, str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TemplateError("form", folder.name, f"{type(error).__name__}: {error}") from error
    _judge(bundle)
    return bundle


def _judge(bundle: Bundle) -> None:
    """Every field has a slot, every slot names a value that exists, and the static part can be set."""
    shown = [name for slot in bundle.layout.slots for name in slot.names]
    if strange := set(shown) - bundle.labels.keys():
        raise TemplateError("slots", bundle.name, f"no such value: {', '.join(sorted(strange))}")
    wanted = {rule.key for rule in bundle.type.fields} | {"number", "identifier", "holder_names", "issuing_body"}
    if missing := (wanted | {"issued_on"}) - set(shown):
        raise TemplateError("slots", bundle.name, f"no slot shows {', '.join(sorted(missing))}")
    try:
        static_items(bundle.layout)
    except TemplatesError as error:
        raise TemplateError("layout", bundle.name, str(error)) from error


def _type(table: dict[str, Any], bundle: str) -> LicenceType:
    fields = tuple(FieldRule(**field) for field in table.pop("fields"))
    authority = IssuingBody(**table.pop("defining_authority"))
    codes = tuple(table.pop("holder_code_types"))
    source = "\n".join(table.pop("sources"))
    return LicenceType(
        **table, bundle=bundle, defining_authority=authority, holder_code_types=codes, fields=fields, source=source
    )


def _layout(table: dict[str, Any]) -> Layout:
    """A layout from its table; every part gives its words as keyword arguments, so an unknown word is refused."""
    palette = {name: _colour(text) for name, text in table.pop("palette").items()}
    frame = table.pop("frame")
    return Layout(
        width=_length(table.pop("width")),
        height=_length(table.pop("height")),
        frame=Frame(**frame, dark=palette["frame"], fine=palette["fine"]),
        medallions=tuple(Medallion(**part, colour=palette["pale"]) for part in table.pop("medallion", [])),
        rules=tuple(Rule(**part, colour=palette["fine"]) for part in table.pop("rule", [])),
        labels=tuple(_label(part, palette) for part in table.pop("label")),
        slots=tuple(_slot(part, palette) for part in table.pop("slot")),
        code=Square(**table.pop("code")),
        seal=(_length(table["seal"]["x"]), _length(table.pop("seal")["y"])),
        **table,
    )


def _label(part: dict[str, Any], palette: Mapping[str, Colour]) -> Label:
    text, spread, weight = part.pop("text"), part.pop("spread", False), part.pop("weight", 0.0)
    return Label(text, _place(part, palette, "label"), spread=spread, weight=weight)


def _slot(part: dict[str, Any], palette: Mapping[str, Colour]) -> Slot:
    return Slot(part.pop("text"), _place(part, palette, "ink"))


def _place(part: dict[str, Any], palette: Mapping[str, Colour], colour: str) -> Place:
    part.setdefault("smallest", part["size"])
    place = Place(**part | {"colour": palette[part.get("colour", colour)]})
    if place.align not in {"left", "centre", "right"} or not 0 < place.smallest <= place.size:
        raise ValueError(f"place at {place.x}, {place.baseline}")
    return place


def _colour(text: str) -> Colour:
    if len(text) != 7 or text[0] != "#":
        raise ValueError(text)
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def _length(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1000:
        raise ValueError(f"length {value!r}")
    return float(value)
