"""The library of bundles: one folder per licence type under `bundles/`, described in `template.toml`.

A bundle says what a type is (code, defining authority, items) and what its licences look like. It is read strictly
once per process: unknown words, colours that are no colours, a field that no slot shows or a slot that names no
value are refused, so that a mistake shows when the bundle is written and not when the ten thousandth licence is.
How to write one: `templates/README.md`.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from templates import raster
from templates.errors import TemplateError
from templates.judging import judge, matching
from templates.layout import STANDARD_LABELS
from templates.parts import Layout
from templates.reading import read_layout
from templates.toml_lines import line_at, lines_of
from templates.words import Fault, Words
from trust.errors import TrustError
from trust.rules.catalogue import FieldRule, LicenceType
from trust.rules.party import IssuingBody
from trust.rules.seal_standing import SealKind

FORMAT = "yinzheng-template/1"
TEMPLATE, SAMPLE = "template.toml", "sample.json"
MAX_TEMPLATE = 512 * 1024
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}\.(?:png|jpg)")
T = TypeVar("T")
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
        return {**STANDARD_LABELS, **{rule.key: rule.label for rule in self.type.fields}}

    def read_sample(self) -> Mapping[str, Any]:
        """The bundle's `sample.json`.

        Raises:
            TemplateError: it cannot be read.

        """
        try:
            sample: Mapping[str, Any] = json.loads((self.folder / SAMPLE).read_text("utf-8"))
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
    bundle, faults = inspect_bundle(folder)
    if faults or bundle is None:
        told = "; ".join(f"{fault.where}: {fault.reason} {fault.fact}".strip() for fault in faults)
        raise TemplateError(faults[0].group, folder.name, told)
    return bundle


def inspect_bundle(folder: Path) -> tuple[Bundle | None, tuple[Fault, ...]]:
    """A bundle, or everything that is wrong with its `template.toml`; never raises for what stands in it."""
    try:
        octets = (folder / TEMPLATE).read_bytes()
        if len(octets) > MAX_TEMPLATE:
            return None, (Fault("unreadable", "too-large", "", f"{len(octets)} > {MAX_TEMPLATE}"),)
        source = octets.decode("utf-8")
        described = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        return None, (Fault("unreadable", "not-toml", "", str(error), int(place[1]) if place else None),)
    except (OSError, ValueError, RecursionError) as error:
        return None, (Fault("unreadable", "unreadable", "", f"{type(error).__name__}: {error}"),)
    faults: list[Fault] = []
    bundle = _bundle(Words(described, "", faults), folder)
    if bundle is not None:
        faults += (matching if faults else judge)(bundle.type, bundle.layout, bundle.labels)
    lines = lines_of(source)
    placed = tuple(replace(fault, line=fault.line or line_at(lines, fault.where)) for fault in faults)
    return (None if faults else bundle), placed


def _bundle(words: Words, folder: Path) -> Bundle | None:
    words.choice("format", (FORMAT,))
    kind = _type(words.inner("type"), folder.name)
    layout = read_layout(words.inner("layout"), partial(read_file, folder))
    words.close()
    return Bundle(kind, layout, folder) if kind is not None else None


def read_file(folder: Path, name: str) -> bytes:
    """A file beside the template: a plain name, so that a template reads nothing else."""
    if not FILE_NAME.fullmatch(name):
        raise FileNotFoundError(2, "a plain name of the bundle's own folder", name)
    with (folder / name).open("rb") as file:
        return file.read(raster.MAX_OCTETS + 1)


def _type(words: Words, bundle: str) -> LicenceType | None:
    """The licence type; what its own rules refuse is a fault of group `type`, a word they do not know one of `form`."""
    rules = [_made(FieldRule, field.table, field) for field in words.each("fields")]
    authority = words.inner("defining_authority")
    body = _made(IssuingBody, authority.table, authority)
    told = {
        name: value for name, value in words.table.items() if name not in {"fields", "defining_authority", "sources"}
    }
    sources = words.table.get("sources")
    if not isinstance(sources, list) or not all(isinstance(line, str) for line in sources):
        words.fault("missing-word", "sources")
    if words.faults or body is None:
        return None
    more = {
        "bundle": bundle,
        "defining_authority": body,
        "fields": tuple(rules),
        "source": "\n".join(sources or ()),
    }
    return _made(LicenceType, told | more, words)


def _tupled(table: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: _tuple(value) for name, value in table.items()}
    if "seals" in made:
        made["seals"] = tuple(SealKind(kind) for kind in made["seals"])
    return made


def _tuple(value: object) -> object:
    return tuple(_tuple(one) for one in value) if isinstance(value, list) else value


def _made(kind: Callable[..., T], table: Mapping[str, Any], words: Words) -> T | None:
    """What a rule makes of a table; why it does not is told as a fault."""
    try:
        return kind(**_tupled(table))
    except TrustError as refusal:
        words.faults.append(Fault("type", refusal.reason, words.path, str(refusal)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        words.fault("words", "", str(error).replace(f"{getattr(kind, '__name__', '')}.__init__() ", ""))
    return None
