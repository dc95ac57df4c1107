"""Certificates end on known days: services certify themselves again in time, bodies by order, put away keys never."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.auditing.report_signing import ReportPen
from service.city import read_city
from service.data_folder import DEMO_CITY
from service.founding import seal_number
from service.keeping import block_leaked_key
from service.lost_keys.errors import CompromiseRefused
from service.renewal import AHEAD, EVERY, OWN
from tests.city import City
from tests.journey_parts import FAILED, PASSED, code_text
from tests.pdf_parts import page
from trust.certification.authority import ISSUING
from trust.certification.profiles import SEAL_SIGNER, STATUS_LIST, YEAR, Kind
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate, load_certificate
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind
from trust.sealing.ports import Cause
from verifier.verifying import verify_words

DAY = timedelta(days=1)


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def go_on(city: City, until: timedelta, step: timedelta = timedelta(days=60)) -> None:
    """Let time pass as a server does that publishes whatever is due."""
    end = city.clock() + until
    while city.clock() < end:
        city.clock.forward(seconds=min(step, end - city.clock()).total_seconds())
        city.yinzheng.publisher.refresh(city.clock())


def certificates(city: City, kind: Kind) -> list[Certificate]:
    records = city.yinzheng.archive.books.certificates.of_profile(kind.profile.name)
    return [load_certificate(one.der) for one in records if one.der is not None]


def leak(city: City, name: str) -> None:
    """Somebody else has this key since now."""
    block_leaked_key(city.yinzheng.ring, city.yinzheng.archive, name, city.clock(), city.clock())


def test_a_city_goes_on_beyond_the_end_of_every_certificate_it_began_with(city: City) -> None:
    old = city.issue()
    go_on(city, 2 * YEAR + 300 * DAY)
    assert city.yinzheng.evidence().findings == ()
    new = city.issue(number="YL-NEW")
    city.clock.forward(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    for issued in (old, new):
        for file in (issued.ofd, issued.pdf):
            assert city.yinzheng.verify_file(file).verdict.indication is PASSED
    city.act(ActKind.REVOKE, old, "penalty")
    city.clock.forward(seconds=1)
    assert city.yinzheng.verify_file(old.ofd).verdict.indication is FAILED, "a revocation reaches the public as ever"
    offline = verify_words(code_text(old), city.yinzheng.evidence(), now=city.clock(), online=None)
    assert offline.verdict.indication is FAILED


def test_a_certificate_is_made_anew_once_for_the_same_key(city: City) -> None:
    (first,) = certificates(city, STATUS_LIST)
    go_on(city, first.not_after - city.clock() - AHEAD - DAY)
    assert certificates(city, STATUS_LIST) == [first]
    go_on(city, 3 * DAY, step=EVERY)
    before, after = certificates(city, STATUS_LIST)
    assert (after.public_key, after.subject) == (before.public_key, before.subject)
    assert after.not_after > before.not_after + YEAR
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    assert {before.der, after.der} <= {one.der for one in listed.certificates}


def test_what_cannot_outlive_its_authority_is_not_made_again_and_again(city: City) -> None:
    go_on(city, 10 * YEAR - AHEAD / 2, step=300 * DAY)
    made = len(certificates(city, STATUS_LIST))
    go_on(city, 10 * DAY, step=2 * DAY)
    assert len(certificates(city, STATUS_LIST)) == made
    assert {one.name for one in city.yinzheng.renewal.ending_soon(city.clock())} >= {"issuing", "status-list"}


def test_what_ends_soon_is_told(city: City) -> None:
    assert list(city.yinzheng.renewal.ending_soon(city.clock())) == []
    go_on(city, 3 * YEAR - AHEAD + DAY)
    bodies = {body.login for body in city.plan.bodies}
    assert {one.name for one in city.yinzheng.renewal.ending_soon(city.clock())} == bodies


# --- by order ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(OWN.keys() - {"log"}))
def test_a_service_whose_key_was_put_away_goes_on_with_a_new_one(city: City, role: str) -> None:
    issued, yinzheng = city.issue(), city.yinzheng
    city.clock.forward(hours=1)
    leak(city, role)
    reference, certificate = yinzheng.renew_key(role)
    assert reference == f"file:{role}2"
    city.clock.forward(hours=13)
    yinzheng.publisher.refresh(city.clock())
    assert certificates(city, OWN[role])[-1].der == certificate.der
    assert yinzheng.verify_file(issued.ofd).verdict.indication is PASSED
    with pytest.raises(CompromiseRefused, match="key-in-use"):
        yinzheng.renew_key(role)
    assert city.issue(number="YL-AFTER").pdf


def test_a_log_goes_on_under_its_key_or_not_at_all(city: City) -> None:
    leak(city, "log")
    with pytest.raises(CompromiseRefused, match="log-key-fixed"):
        city.yinzheng.renew_key("log")


def test_a_body_is_certified_again_before_its_certificate_ends_and_its_seal_is_made_anew(city: City) -> None:
    with pytest.raises(CompromiseRefused, match="key-in-use"):
        city.yinzheng.renew_key("scjg")
    go_on(city, 3 * YEAR - AHEAD / 2)
    reference, renewed = city.yinzheng.renew_key("scjg")
    assert reference == "file:body-scjg", "the same key"
    between = city.issue(number="YL-BETWEEN")
    assert between.pdf, "the seal that lists the certificate before is used until it is made again"
    city.clock.forward(seconds=1)
    own = city.body_code("business-licence")
    old = next(one for one in city.yinzheng.seals.filed(own) if one.kind is SealKind.LICENCE).seal.seal_id
    name = city.yinzheng.seals.default_name(SealKind.LICENCE, own, None)
    filed = city.seal(SealKind.LICENCE, replaces=old, cause=Cause.RENEWED, name=name)
    assert filed.seal.signer_certificates == (renewed.der,)
    go_on(city, AHEAD)
    new = city.issue(number="YL-NEW")
    city.clock.forward(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    for issued in (between, new):
        assert city.yinzheng.verify_file(issued.ofd).verdict.indication is PASSED
    assert len([one for one in certificates(city, SEAL_SIGNER) if one.public_key == renewed.public_key]) == 2


def test_of_a_key_that_was_certified_twice_every_certificate_falls_with_it(city: City) -> None:
    go_on(city, 3 * YEAR - AHEAD / 2)
    city.yinzheng.renew_key("scjg")
    issued = city.issue()
    city.clock.forward(hours=1)
    block_leaked_key(city.yinzheng.ring, city.yinzheng.archive, "body-scjg", city.clock(), None)
    city.yinzheng.publisher.refresh(city.clock())
    revoked = standing_revocations(city.yinzheng.archive.books, ISSUING)
    own = city.body_code("business-licence")
    both = [one for one in certificates(city, SEAL_SIGNER) if one.subject.organisation_code == own]
    assert len(both) == 2
    assert {one.serial for one in both} <= revoked.keys()
    assert city.yinzheng.verify_file(issued.ofd).verdict.indication is FAILED


@pytest.mark.parametrize("operator", ["no body", "a body"])
def test_audit_reports_are_sealed_beyond_the_end_of_their_seal(operator: str) -> None:
    plan, own = read_city(DEMO_CITY), operator == "a body"
    city = City(plan=replace(plan, operator=plan.bodies[0].body) if own else plan, people=False)
    pen, reports = ReportPen(city.yinzheng), list[bytes]()
    reports.append(pen.sign(page(), city.clock()))
    go_on(city, 3 * YEAR - AHEAD / 2)
    if own:
        city.yinzheng.renew_key(plan.bodies[0].login)
    for more in (DAY, AHEAD):
        go_on(city, more)
        reports.append(pen.sign(page(pages=1 + len(reports)), city.clock()))
    city.clock.forward(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    numbers = {one.seal.seal_id for one in city.yinzheng.archive.seals.of_body(city.plan.operator.code)}
    assert len([number for number in numbers if number != seal_number(plan.bodies[0])]) == 2, "made anew once"
    for report in reports:
        assert city.yinzheng.verify_file(report).verdict.indication is PASSED
    city.close()
