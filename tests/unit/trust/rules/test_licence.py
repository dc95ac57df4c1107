"""The licence: what must hold before it is sealed, and what its own dates say at an instant."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from trust.errors import Malformed
from trust.rules.errors import FieldRefused
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Validity, check_licence, day_in_china, end_of, validity
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

OTHER_PERSON = Holder("李四", "110101190402290010", "111")


def test_a_good_licence_passes(licence, licence_type):
    check_licence(licence, licence_type)
    check_licence(replace(licence, holders=(*licence.holders, OTHER_PERSON)), licence_type)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"identifier": LicenceIdentifier("11100000000013338W032", "340100", "1")}, "issuer-code"),
        ({"identifier": LicenceIdentifier("11100000000013338W011", "11440106007480318H", "1")}, "type-mismatch"),
        ({"type_name": "别的证书"}, "type-mismatch"),
        ({"identifier": LicenceIdentifier("11100000000013338W032", "11430000006122244L", "1")}, "issuer-mismatch"),
        ({"issuing_body": IssuingBody("甲局", "11430000006122244L")}, "issuer-mismatch"),
        ({"issuing_body": IssuingBody("", "11440106007480318H")}, "empty"),
        ({"holders": (Holder("李四", "H12345678", "516"),)}, "holder-kind"),
        ({"holders": (Holder("李、四", "110101190402290010", "111"), OTHER_PERSON)}, "holder-separator"),
        ({"holders": (OTHER_PERSON, OTHER_PERSON)}, "holders"),
        ({"holders": (Holder("李四", "110101190402290011", "111"),)}, "check"),
        ({"valid_until": None}, "dates"),
        ({"valid_from": None}, "dates"),
        ({"valid_until": date(2026, 1, 4)}, "dates"),
        ({"valid_from": date(2028, 1, 5)}, "dates"),
        ({"valid_from": date(2020, 1, 1), "valid_until": date(2026, 1, 4)}, "dates"),
        ({"name": "证\u202e书"}, "format-character"),
        ({"number": ""}, "empty"),
        ({"area_code": "44010"}, "area-code"),
        ({"area_code": "\uff144010\uff16"}, "area-code"),
        ({"template": "special-work/2"}, "template"),
        ({"fields": {"work": "建筑电工", "level": "三"}}, "pattern"),
        ({"fields": {}}, "missing"),
        ({"fields": {"work": "建筑电工", "home": ""}}, "empty"),
    ],
)
def test_what_may_not_be_sealed(licence, licence_type, changes, reason):
    with pytest.raises(Malformed) as caught:
        check_licence(replace(licence, **changes), licence_type)
    assert caught.value.reason == reason


def test_a_single_holder_may_have_the_separator_in_the_name(licence, licence_type):
    firm = Holder("甲、乙联合事务所", "91440300MA5TEXT03E", "001")
    check_licence(replace(licence, holders=(firm,)), licence_type)


def test_validity_rules_of_types(licence, licence_type):
    permanent, given = replace(licence_type, validity="permanent"), replace(licence_type, validity="given")
    with pytest.raises(Malformed, match="dates"):
        check_licence(licence, permanent)
    check_licence(replace(licence, valid_until=None), permanent)
    check_licence(replace(licence, valid_until=None, valid_from=None), given)
    check_licence(licence, given)


@pytest.mark.parametrize(("changes", "reason"), [({"holders": ()}, "holders"), ({"log_salt": b"short"}, "log-salt")])
def test_what_cannot_even_be_made(licence, changes, reason):
    with pytest.raises(Malformed) as caught:
        replace(licence, **changes)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("list_number", "index"), [(-1, 0), (0, -1)])
def test_status_pointers_are_not_negative(list_number, index):
    with pytest.raises(Malformed, match="status-pointer"):
        StatusPointer(list_number, index)


def test_a_field_refusal_says_which_field(licence, licence_type):
    with pytest.raises(FieldRefused) as caught:
        check_licence(replace(licence, fields={"work": "建筑电工", "level": "三"}), licence_type)
    assert (caught.value.key, caught.value.label) == ("level", "级别")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 1, 4, 15, 59, 59, 999999, tzinfo=UTC), Validity.NOT_YET),
        (datetime(2026, 1, 4, 16, 0, tzinfo=UTC), Validity.WITHIN),
        (datetime(2028, 1, 4, 15, 59, 59, 999999, tzinfo=UTC), Validity.WITHIN),
        (datetime(2028, 1, 4, 16, 0, tzinfo=UTC), Validity.EXPIRED),
    ],
)
def test_days_begin_and_end_in_china(licence, at, expected):
    assert licence.validity(at) is expected


def test_a_missing_day_is_no_bound():
    at = datetime(2026, 1, 5, tzinfo=UTC)
    assert validity(None, None, at) is Validity.WITHIN
    assert validity(None, date(2026, 1, 4), at) is Validity.EXPIRED
    assert validity(date(2026, 1, 6), None, at) is Validity.NOT_YET


def test_the_end_of_a_day_is_the_first_instant_after_it():
    end = end_of(date(2028, 1, 4))
    assert end == datetime(2028, 1, 4, 16, tzinfo=UTC)
    assert day_in_china(end) == date(2028, 1, 5)
    with pytest.raises(Malformed, match="date-range"):
        end_of(date.max)


def test_instants_need_a_zone(licence):
    with pytest.raises(ValueError, match="time zone"):
        licence.validity(datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None))
