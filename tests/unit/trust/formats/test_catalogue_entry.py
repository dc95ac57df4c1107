"""Catalogue entries as documents: one spelling, read back as written, everything else refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from templates.library import bundles
from trust.errors import Malformed
from trust.formats.catalogue_entry import FORMAT, FORMAT_1, MAX_OCTETS, decode_entry, encode_entry
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.rules.conversion import Grade
from trust.rules.field import FieldRule
from trust.rules.seal_standing import SealKind

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
LAYOUT = "sm3:" + "5a" * 32
KINDS = [bundle.type for bundle in bundles()]
FULL = CatalogueEntry(
    replace(
        KINDS[0],
        validity="years",
        years=5,
        number_rule="A{year}{sequence:4}",
        number_drawn=True,
        approval="two",
        seals=(SealKind.UNIT, SealKind.LICENCE),
        least_grade=Grade.B,
        check_months=36,
        fields=(
            FieldRule("sex", "XB", "性别", 2, kind="code", codes=(("1", "男"), ("2", "女")), group="持证人"),
            FieldRule("rows", "MX", "明细", 900, kind="table", columns=("品种", "数量", "数量"), repeat=30),
            FieldRule("level", "DJ", "等级", 3, required=False, pattern="[0-9]{1,3}", disclosure="never"),
        ),
    ),
    LAYOUT,
    EntryStatus.RETIRED,
    AT,
)
PAYLOAD = encode_entry(FULL)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.bundle)
def test_every_type_goes_there_and_back(kind) -> None:
    entry = CatalogueEntry(kind, LAYOUT, EntryStatus.PUBLISHED, AT)
    assert decode_entry(encode_entry(entry)) == entry


def test_so_does_one_with_everything() -> None:
    assert decode_entry(PAYLOAD) == FULL
    assert encode_entry(decode_entry(PAYLOAD)) == PAYLOAD
    assert json.loads(PAYLOAD)["format"] == FORMAT


def test_a_type_that_asks_for_no_check_has_the_first_form() -> None:
    plain = replace(FULL, type=replace(FULL.type, check_months=None))
    octets = encode_entry(plain)
    assert json.loads(octets)["format"] == FORMAT_1
    assert "check_months" not in json.loads(octets)
    assert decode_entry(octets) == plain
    assert b"yinzheng-catalogue-entry/2" in PAYLOAD


def changed(*path: object, to: object = None, drop: bool = False) -> bytes:
    value = json.loads(PAYLOAD)
    place = value
    for step in path[:-1]:
        place = place[step]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


REFUSED = {
    "another format": changed("format", to="yinzheng-catalogue-entry/3"),
    "the first form with what the second has": changed("format", to="yinzheng-catalogue-entry/1"),
    "the second form without it": changed("check_months", drop=True),
    "a check of none": changed("check_months", to=None),
    "a check of no months": changed("check_months", to=0),
    "a check of truth": changed("check_months", to=True),
    "a member missing": changed("approval", drop=True),
    "a member too many": changed("extra", to=1),
    "a status of none": changed("status", to="draft"),
    "a version of zero": changed("version", to=0),
    "a version of truth": changed("version", to=True),
    "a layout without digest": changed("layout", "digest", to="sm3:00"),
    "a bundle without name": changed("layout", "bundle", to=""),
    "an authority whose code is another's": changed("authority", "code", to="11100000000013338W"),
    "a type code of another authority": changed("code", to="11100000000013338W003"),
    "a seal of no kind": changed("seals", to=["any"]),
    "a seal that licences do not bear": changed("seals", to=["contract"]),
    "no seal": changed("seals", to=[]),
    "an approval of three": changed("approval", to="three"),
    "a validity of none": changed("validity", "rule", to="sometimes"),
    "years of truth": changed("validity", "years", to=True),
    "a number rule of none": changed("number", "rule", to="{colour}"),
    "numbers drawn without a rule": changed("number", "rule", to=None),
    "a grade of none": changed("least_grade", to="E"),
    "a holder of no kind": changed("holder_code_types", to=["000"]),
    "holders twice": changed("holder_code_types", to=["001", "001"]),
    "a field twice": changed("fields", 1, to=json.loads(PAYLOAD)["fields"][0]),
    "a field with more": changed("fields", 0, "extra", to=1),
    "a field of no kind": changed("fields", 0, "kind", to="colour"),
    "a field without label": changed("fields", 0, "label", to=""),
    "codes that are no pairs": changed("fields", 0, "codes", to=[["1", "男", "x"]]),
    "codes twice": changed("fields", 0, "codes", to=[["1", "男"], ["1", "男"]]),
    "columns that are none": changed("fields", 1, "columns", to={}),
    "a pattern that is none": changed("fields", 2, "pattern", to="("),
    "an instant that is none": changed("since", to="2026-02-30T00:00:00Z"),
    "spaces": PAYLOAD.replace(b",", b", ", 1),
    "nothing": b"",
    "a list": b"[]",
    "too much": b'{"a":"' + b"x" * MAX_OCTETS + b'"}',
}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_entry(payload)


def test_an_entry_that_would_not_be_read_back_is_not_written() -> None:
    """An empty source is no text."""
    with pytest.raises(Malformed):
        encode_entry(replace(FULL, type=replace(FULL.type, source="")))
