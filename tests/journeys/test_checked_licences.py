"""A type that asks for checks 校验: told in the signed list, overdue after a year, well again once a check is recorded."""

from datetime import date, timedelta

import pytest

from issuer.issuing import Issued
from tests.city import City
from tests.journey_parts import code_text, identifier
from trust.formats.catalogue_entry import FORMAT as ENTRY_FORMAT
from trust.formats.trust_list import FORMAT as LIST_FORMAT
from trust.rules.standing import ActKind, Status
from trust.rules.verdict import OFFLINE_CHECKED, ONLINE_CHECKED, Finding, Indication
from verifier.examined import Examined
from verifier.past_standing import check_past_standing
from verifier.verifying import verify_file, verify_words

BUNDLE = "medical-institution-permit"
YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def city() -> City:
    """A city of its own: years go by in it."""
    return City(people=False)


@pytest.fixture(scope="module")
def issued(city: City) -> Issued:
    today = city.clock().date()
    return city.issue(BUNDLE, issued_on=today.isoformat(), valid_from=today.isoformat(), valid_until="2041-01-19")


def check_of(examined: Examined) -> Finding:
    (found,) = [one for one in examined.verdict.findings if one.name.startswith("check")]
    return found


def verified(city: City, issued: Issued) -> list[Examined]:
    """File, second file and code, online."""
    yinzheng = city.yinzheng
    yinzheng.publisher.refresh(city.clock())
    files = [yinzheng.verify_file(one) for one in (issued.ofd, issued.pdf)]
    evidence, now = yinzheng.evidence(), city.clock()
    return [*files, verify_words(code_text(issued), evidence, now=now, online=yinzheng.online)]


def offline(city: City, issued: Issued) -> Examined:
    return verify_file(issued.ofd, city.yinzheng.evidence(), now=city.clock(), online=None)


def test_years_of_a_licence_that_has_to_be_checked(city: City, issued: Issued) -> None:
    yinzheng, licence = city.yinzheng, issued.entry.licence
    listed = yinzheng.publisher.trust_list()
    assert listed is not None
    assert listed.format == LIST_FORMAT
    assert listed.check_duty(licence.identifier.type_code) == listed.checks[0]
    assert ENTRY_FORMAT.encode() in yinzheng.catalogue.newest_document(licence.identifier.type_code)

    for examined in [*verified(city, issued), offline(city, issued)]:
        assert (check_of(examined).name, check_of(examined).warning) == ("check", False)
        assert examined.verdict.indication is Indication.PASSED

    begun = city.clock()
    city.clock.forward(days=366)
    for examined in verified(city, issued):
        assert (check_of(examined).name, check_of(examined).warning) == ("check-overdue", True)
        assert "没有校验合格的记录" in check_of(examined).detail
        assert examined.verdict.indication is Indication.PASSED
    assert check_of(offline(city, issued)).name == "check-unknown"
    strict = [
        yinzheng.verify_file(issued.ofd, policy=ONLINE_CHECKED),
        verify_file(issued.ofd, yinzheng.evidence(), now=city.clock(), online=None, policy=OFFLINE_CHECKED),
    ]
    assert {one.verdict.indication for one in strict} == {Indication.INDETERMINATE}

    city.act(ActKind.CHECK, issued, "check-passed")
    checked = city.clock()
    assert yinzheng.standing(identifier(issued), checked).status is Status.VALID
    for examined in verified(city, issued):
        assert check_of(examined).name == "check"
        assert examined.verdict.indication is Indication.PASSED
    assert yinzheng.verify_file(issued.ofd, policy=ONLINE_CHECKED).verdict.indication is Indication.PASSED
    term = yinzheng.check_term(licence, checked)
    assert term is not None
    assert (term.overdue, term.due.year, term.checked_at) == (False, checked.year + 1, checked)

    for on, name in ((begun + timedelta(days=1), "check"), (checked - timedelta(hours=1), "check-overdue")):
        made, _ = yinzheng.past_standings.evidence(identifier(issued), on)
        told = {one.name for one in check_past_standing(made, yinzheng.anchors, city.clock()).findings}
        assert name in told
        assert {"check", "check-overdue"} - {name} - told == {"check", "check-overdue"} - {name}


def test_a_type_that_asks_for_none_says_nothing(city: City) -> None:
    other = city.issue("food-operation", number="JY00000000009999")
    assert [one for one in offline(city, other).verdict.findings if one.name.startswith("check")] == []
    assert city.yinzheng.check_term(other.entry.licence, city.clock()) is None
    assert isinstance(other.entry.licence.issued_on, date)
