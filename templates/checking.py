"""Checking a template as a department hands it in: everything that is wrong with it, told at once.

First what `template.toml` says (`library.inspect_bundle`); then, with its sample: is it a licence of its type, does
every item fit at its full length, do several holders with long names fit, does the seal lie over issuing body and date,
can the code be printed, is there room for what conversion and copying add, do texts stand out from the background. The
background is the only picture that is decoded, and no other file is read than those of the folder.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from templates.errors import DoesNotFit, TemplateError, TemplatesError
from templates.face import draw_face
from templates.grounds import judge_grounds
from templates.items import Text
from templates.judging import path_of
from templates.layout import LicencePage, chinese_date, licence_pages
from templates.library import Bundle, inspect_bundle
from templates.marked import judge_marks
from templates.parts import HOLDERS
from templates.sample import SAMPLE_CODE, Sample, sample_of
from templates.seal_picture import UNIT_SEAL_MM
from templates.words import Fault
from trust.rules.field import FieldRule
from trust.rules.licence import Licence
from trust.rules.party import Holder
from trust.rules.table import CELLS, ROWS

LONG = "国"
NAMES, NAMES_OF_PERSONS = {1: 60, 2: 30, 3: 18}, {1: 30, 2: 14}
"""How many holders with names how long must fit; the second where no organisation can be a holder."""
ORGANISATIONS = frozenset({"001", "099"})


def check_folder(folder: Path) -> tuple[Bundle | None, tuple[Fault, ...]]:
    """The bundle in a folder, where it can be read, and everything that is wrong with it."""
    bundle, faults = inspect_bundle(folder)
    if bundle is None:
        return None, faults
    try:
        sample = sample_of(bundle)
        draw_face(bundle, sample.licence, sample.qr_text, sample.seal, photos=sample.photos)
    except TemplateError as error:
        return bundle, (Fault("sample", error.reason, "sample.json", error.text.removeprefix(f"{bundle.name}: ")),)
    except TemplatesError as error:
        return bundle, (Fault("sample", error.reason, "sample.json", error.text),)
    faults = (*_full_length(bundle, sample), *_many_holders(bundle, sample), *_under_seal(bundle, sample))
    paths = [path_of(sheet) for sheet, _ in enumerate(bundle.layout.sheets)]
    return bundle, (*faults, *judge_marks(bundle, sample.licence), *judge_grounds(bundle.layout, paths))


def fullest(rule: FieldRule) -> str | None:
    """A value as long as the rule allows, of the widest characters; None where the rule says more than a length."""
    if rule.kind == "table":
        width = len(rule.columns)
        cell = rule.max_length // rule.repeat // width - 2 if rule.repeat else 4
        row = CELLS.join([LONG * max(1, cell)] * width)
        count = (rule.max_length + 1) // (len(row) + 1)
        return ROWS.join([row] * max(1, min(count, rule.repeat or count)))
    if rule.kind == "code":
        return max((name for _, name in rule.codes), key=len)
    return LONG * rule.max_length if rule.kind == "text" and rule.pattern is None else None


def _full_length(bundle: Bundle, sample: Sample) -> Iterator[Fault]:
    """Each item alone at full length, so that the one that does not fit is named."""
    for number, rule in enumerate(bundle.type.fields, start=1):
        value = fullest(rule)
        if value is None or rule.key in {table.beside for table in bundle.layout.tables}:
            continue
        changed = replace(sample.licence, fields={**sample.licence.fields, rule.key: value})
        if (refusal := _refusal(bundle, changed)) is not None:
            fact = f"{rule.label} ({rule.key}): {rule.max_length}"
            yield Fault("layout", f"full-length-{refusal.reason}", f"type.fields[{number}].max_length", fact)


def _many_holders(bundle: Bundle, sample: Sample) -> Iterator[Fault]:
    first = sample.licence.holders[0]
    organisations = ORGANISATIONS & set(bundle.type.holder_code_types)
    for count, length in (NAMES if organisations else NAMES_OF_PERSONS).items():
        holders = tuple(Holder(f"{LONG * length}{place}", first.code, first.code_type) for place in range(count))
        fields = {key: value for key, value in sample.licence.fields.items() if key not in _beside(bundle)}
        if (refusal := _refusal(bundle, replace(sample.licence, holders=holders, fields=fields))) is not None:
            yield Fault("layout", f"holders-{refusal.reason}", "layout", f"{count} × {length + 1}")


def _beside(bundle: Bundle) -> set[str]:
    return {table.beside for table in bundle.layout.tables if table.field == HOLDERS}


def _refusal(bundle: Bundle, licence: Licence) -> TemplatesError | None:
    try:
        licence_pages(bundle.layout, licence, bundle.labels, SAMPLE_CODE)
    except DoesNotFit as error:
        return error
    except TemplatesError as error:
        return error
    return None


def _under_seal(bundle: Bundle, sample: Sample) -> Iterator[Fault]:
    """The middle of issuing body and date lies under the seal."""
    pages = licence_pages(bundle.layout, sample.licence, bundle.labels, sample.qr_text)
    page = next(page for page in pages if page.sheet == bundle.layout.stamp.sheet)
    for what, text in (
        ("issuing_body", sample.licence.issuing_body.name),
        ("issued_on", chinese_date(sample.licence.issued_on)),
    ):
        if not under_seal(bundle, page, text):
            yield Fault("layout", "seal-beside", f"{path_of(bundle.layout.stamp.sheet)}.seal", what)


def under_seal(bundle: Bundle, page: LicencePage, text: str) -> bool:
    """Whether the middle of a line of text on the page lies under the seal."""
    x, y = bundle.layout.seal
    half = (bundle.layout.stamp.width or UNIT_SEAL_MM) / 2
    lines = [item for item in page.items if isinstance(item, Text) and item.text == text]
    return any(abs(line.x + line.width / 2 - x) < half and abs(line.baseline - y) < half for line in lines)
