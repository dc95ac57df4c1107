"""What is judged before anything is promised: mandate, holders, fields, dates; all problems of the data at once."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from issuer.application import Application, read_application
from issuer.checking import check, check_draft
from issuer.drafting import draft
from issuer.errors import ApplicationRefused, NoMandate
from templates.library import load_bundle
from tests.city import BEGINNING, LICENCES, City
from trust.rules.catalogue import LicenceType
from trust.rules.mandate import Mandate
from trust.rules.party import Holder, IssuingBody

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BODY = "11530199MB0T35T1XE"
FIRM = Holder("云岭市青禾数据科技有限公司", "91530199MA6QH2K74U", "001")
PERSON = Holder("林𬭎雅", "530199191107070021", "111")


def kind(bundle: str) -> LicenceType:
    return load_bundle(bundle).type


def mandate(bundle: str = "business-licence", **changed: Any) -> Mandate:
    sound = Mandate(BODY, "云岭市市场监督管理局", kind(bundle).code, AT - timedelta(days=1))
    return replace(sound, **changed)


def application(bundle: str = "business-licence", **changed: Any) -> Application:
    body = json.loads((LICENCES / f"{bundle}.json").read_text("utf-8"))
    return replace(read_application(body, type_code=kind(bundle).code, issuer_code=BODY), **changed)


def problems(bundle: str = "business-licence", at: datetime = AT, **changed: Any) -> tuple[tuple[str, str], ...]:
    with pytest.raises(ApplicationRefused) as refusal:
        check(application(bundle, **changed), kind(bundle), [mandate(bundle)], at)
    return refusal.value.problems


@pytest.mark.parametrize("bundle", ["business-licence", "food-operation", "teacher-qualification"])
def test_the_applications_of_the_demo_are_in_order(bundle: str) -> None:
    assert check(application(bundle), kind(bundle), [mandate(bundle)], AT) == mandate(bundle)


@pytest.mark.parametrize(
    "mandates",
    [
        [],
        [mandate(issuer_code="11530199MB0T35T369")],
        [mandate("food-operation")],
        [mandate(valid_from=AT + timedelta(microseconds=1))],
        [mandate(valid_until=AT)],
    ],
    ids=["none", "of another body", "for another type", "not yet begun", "just ended"],
)
def test_without_a_mandate_nothing_else_is_looked_at(mandates: list[Mandate]) -> None:
    with pytest.raises(NoMandate) as refusal:
        check(application(area_code="", holders=()), kind("business-licence"), mandates, AT)
    assert (refusal.value.issuer_code, refusal.value.type_code) == (BODY, kind("business-licence").code)


def test_the_youngest_mandate_counts() -> None:
    young = mandate(valid_from=AT - timedelta(hours=1), valid_until=AT + timedelta(days=1))
    assert check(application(), kind("business-licence"), [young, mandate()], AT) == young


HOLDERS: dict[str, tuple[tuple[Holder, ...], tuple[tuple[str, str], ...]]] = {
    "a person for a firm's licence": ((PERSON,), (("holder.code_type", "not-for-this-type"),)),
    "a wrong check character": ((replace(FIRM, code="91530199MA6QH2K74T"),), (("holder", "check"),)),
    "a code of another length": ((replace(FIRM, code="91530199"),), (("holder", "length"),)),
    "a code type nobody knows": (
        (replace(FIRM, code_type="000"),),
        (("holder.code_type", "not-for-this-type"), ("holder", "unknown")),
    ),
    "a name with a zero-width space": ((replace(FIRM, name="青\u200b禾"),), (("holder", "format-character"),)),
    "a name with a lone surrogate": ((replace(FIRM, name="青\ud800"),), (("holder", "surrogate"),)),
    "the second of two": ((FIRM, replace(FIRM, name=" 青禾")), (("holder", "edge-space"),)),
}


@pytest.mark.parametrize(("holders", "expected"), HOLDERS.values(), ids=HOLDERS.keys())
def test_holders(holders: tuple[Holder, ...], expected: tuple[tuple[str, str], ...]) -> None:
    assert problems(holders=holders) == expected


def test_a_birth_date_is_judged_by_the_day_in_china() -> None:
    """19:00 UTC on 6 November is the 7th in China."""
    born = replace(PERSON, code="530199202611070026")
    born = replace(born, code=born.code[:17] + _check(born.code[:17]))
    late = datetime(2026, 11, 6, 19, 0, tzinfo=UTC)
    changed: Mapping[str, Any] = {"holders": (born,), "issued_on": date(2026, 11, 7)}
    rules = [mandate("teacher-qualification", valid_from=late)]
    assert check(application("teacher-qualification", **changed), kind("teacher-qualification"), rules, late)
    early = late - timedelta(hours=4)
    rules = [mandate("teacher-qualification", valid_from=early)]
    with pytest.raises(ApplicationRefused) as refusal:
        check(application("teacher-qualification", **changed), kind("teacher-qualification"), rules, early)
    assert refusal.value.problems == (("holder", "birth-date-future"), ("issued_on", "in-the-future"))


def _check(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


DATES: dict[str, tuple[str, dict[str, object], tuple[tuple[str, str], ...]]] = {
    "issued tomorrow": ("business-licence", {"issued_on": date(2026, 11, 22)}, (("issued_on", "in-the-future"),)),
    "an end for what has none": (
        "business-licence",
        {"valid_until": date(2030, 1, 1)},
        (("valid_until", "this-type-has-no-end"),),
    ),
    "no end for what has one": ("food-operation", {"valid_until": None}, (("valid_until", "missing"),)),
    "an end before the beginning": (
        "food-operation",
        {"valid_from": date(2026, 4, 2), "valid_until": date(2026, 4, 1)},
        (("valid_until", "before-start"),),
    ),
    "an end before the issue": (
        "food-operation",
        {"valid_from": None, "valid_until": date(2026, 4, 1)},
        (("valid_until", "before-start"),),
    ),
}


@pytest.mark.parametrize(("bundle", "changed", "expected"), DATES.values(), ids=DATES.keys())
def test_dates(bundle: str, changed: dict[str, object], expected: tuple[tuple[str, str], ...]) -> None:
    assert problems(bundle, **changed) == expected


def test_a_licence_of_one_day_is_one() -> None:
    one_day: dict[str, Any] = {"valid_from": date(2026, 4, 2), "valid_until": date(2026, 4, 2)}
    assert check(application("food-operation", **one_day), kind("food-operation"), [mandate("food-operation")], AT)


def test_fields_holders_and_dates_are_told_together() -> None:
    fields = {"legal_representative": "沈\n秋", "colour": "red"}
    told = problems(fields=fields, holders=(PERSON,), valid_until=date(2030, 1, 1))
    assert ("holder.code_type", "not-for-this-type") in told
    assert ("valid_until", "this-type-has-no-end") in told
    assert ("fields.legal_representative", "control-character") in told
    assert ("fields.colour", "unknown") in told
    assert ("fields.address", "missing") in told


def drafted(city: City, **changed: Any) -> Any:
    pen = city.yinzheng.office.pen(BODY, BEGINNING)
    licence = draft(
        city.application("business-licence"), load_bundle("business-licence"), pen, serial="A1", salt=bytes(16)
    )
    return replace(licence, **changed)


DRAFTS: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "a division of letters": ({"area_code": "53O199"}, ("", "area-code")),
    "a number with a newline": ({"number": "1\n2"}, ("number", "control-character")),
    "a number with a lone surrogate": ({"number": "\udc00"}, ("number", "surrogate")),
    "another body's name on it": (
        {"issuing_body": IssuingBody("云岭市教育局", "11530199MB0T35T28E")},
        ("", "issuer-mismatch"),
    ),
    "another type's name": ({"type_name": "驾驶证"}, ("", "type-mismatch")),
    "another face": ({"template": "business-licence/9"}, ("", "template")),
    "one holder twice": ({"holders": (FIRM, FIRM)}, ("", "holders")),
    "a field left empty": ({"fields": {}}, ("company_type", "missing")),
}


@pytest.mark.parametrize(("changed", "expected"), DRAFTS.values(), ids=DRAFTS.keys())
def test_a_draft_is_held_against_its_type(city: City, changed: dict[str, object], expected: tuple[str, str]) -> None:
    with pytest.raises(ApplicationRefused) as refusal:
        check_draft(drafted(city, **changed), kind("business-licence"))
    (told,) = refusal.value.problems
    assert told[1] == expected[1]
    assert expected[0] in told[0]


def test_a_sound_draft_passes(city: City) -> None:
    check_draft(drafted(city), kind("business-licence"))
