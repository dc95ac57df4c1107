"""Verifying when mandates, types or certificates have ended: before the sealing, after it, and years later.

Here too the seals are genuine: made by the city's own keys through an office in which one part was exchanged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from issuer.errors import NoPen
from issuer.issuing import Issued, complete
from issuer.ports import Entry, Pen
from service.directory import SERVICES
from tests.city import City
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    against,
    code_text,
    failed,
    finding,
    indication,
    issue_by,
    number,
    office_of,
    open_at,
    presented,
    relist,
    revoke_certificate,
    signer_certificate,
)
from tests.verify_parts import left_lying, pen_of
from trust.certification.profiles import SEAL_MAKER, SEAL_SIGNER
from trust.formats.certificate import Certificate, Purpose
from trust.formats.crl import Reason
from trust.formats.x509_fields import make_name
from trust.rules.party import IssuingBody
from verifier.verifying import verify_file, verify_words

# --- mandates and types ----------------------------------------------------------------------------------------------


def test_a_mandate_that_ended_before_the_sealing(fresh: City) -> None:
    mandates = fresh.yinzheng.office.mandates(fresh.clock())
    end = fresh.clock.forward(hours=1)
    relist(fresh, lambda one: replace(one, mandates=tuple(replace(m, valid_until=end) for m in one.mandates)))
    issued = issue_by(fresh, office_of(fresh, mandates=lambda _: mandates))
    for name, examined in presented(fresh, issued).items():
        assert failed(examined) == {(6, "mandate")}, name


def test_a_mandate_that_ended_after_the_sealing(fresh: City) -> None:
    """The log proves when it was sealed, files and code alike; without the log it is judged as of now."""
    issued = fresh.issue(number=number())
    end = fresh.clock.forward(hours=1)
    relist(fresh, lambda one: replace(one, mandates=tuple(replace(m, valid_until=end) for m in one.mandates)))
    fresh.clock.forward(hours=1)
    assert {name: against(one) for name, one in presented(fresh, issued).items() if against(one)} == {}
    offline = verify_file(issued.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == {(6, "mandate")}


def test_a_type_that_the_trust_list_does_not_know(fresh: City) -> None:
    issued = fresh.issue(number=number())
    code = issued.entry.licence.identifier.type_code
    fresh.clock.forward(seconds=1)
    relist(fresh, lambda one: replace(one, types=tuple(pair for pair in one.types if pair[0] != code)))
    for name, examined in presented(fresh, issued).items():
        assert failed(examined) == {(7, "type")}, name


def test_a_maker_that_the_trust_list_does_not_know(fresh: City) -> None:
    issued = fresh.issue(number=number())
    fresh.clock.forward(seconds=1)
    relist(
        fresh,
        lambda one: replace(
            one, certificates=tuple(c for c in one.certificates if c.purpose is not Purpose.SEAL_MAKER)
        ),
    )
    for file in (issued.ofd, issued.pdf):
        assert failed(fresh.yinzheng.verify_file(file)) == {(3, "seal-maker-listed")}


# --- revoked certificates: what the log's time is worth (promise P12) --------------------------------------------------


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("reason", "lost", "before", "after"),
    [
        # A compromise without a date: nothing that key ever signed counts.
        (Reason.KEY_COMPROMISE, None, FAILED, FAILED),
        # With a date: what the log proves to be older counts.
        (Reason.KEY_COMPROMISE, 1, PASSED, FAILED),
        (Reason.KEY_COMPROMISE, -1, FAILED, FAILED),
        (Reason.SUPERSEDED, None, PASSED, FAILED),
        (Reason.CESSATION_OF_OPERATION, None, PASSED, FAILED),
        (Reason.AFFILIATION_CHANGED, None, PASSED, FAILED),
    ],
)
@pytest.mark.parametrize("who", ["signer", "maker"])
def test_a_revoked_certificate(
    fresh: City, who: str, reason: Reason, lost: int | None, before: object, after: object
) -> None:
    """Sealed at 12:00; the key was lost an hour before, or after; revoked at 14:00; sealed again at 15:00.

    An office that does not look at revocations seals the second one. `lost` is in hours from the sealing.
    """
    first = fresh.issue(number=number())
    pen = pen_of(fresh, "business-licence")
    since = None if lost is None else fresh.clock() + lost * HOUR
    fresh.clock.forward(hours=2)
    certificate = signer_certificate(fresh) if who == "signer" else fresh.yinzheng.directory.certificate(SEAL_MAKER)
    revoke_certificate(fresh, certificate, reason, invalid_since=since)
    fresh.clock.forward(hours=1)
    second = issue_by(fresh, office_of(fresh, pen=lambda *_: pen))
    name = (5, "signer-path") if who == "signer" else (3, "seal-maker-path")
    for issued, expected in ((first, before), (second, after)):
        for file in (issued.ofd, issued.pdf):
            examined = fresh.yinzheng.verify_file(file)
            assert indication(examined) is expected, reason
            assert failed(examined) == (set() if expected is PASSED else {name})
        if who == "signer":  # no maker takes part in a code
            code = fresh.yinzheng.verify_words(code_text(issued))
            assert failed(code) == (set() if expected is PASSED else {name})
    offline = verify_file(first.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == {name}, "without the log nothing proves the time of sealing"
    offline = verify_words(code_text(first), fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert failed(offline) == ({name} if who == "signer" else set())


def test_a_time_that_a_document_claims_is_no_evidence(fresh: City) -> None:
    """Begun before the key was revoked, sealed and logged after: the file claims the earlier time, in vain."""
    pen, begun, claimed = pen_of(fresh, "business-licence"), left_lying(fresh, "late"), fresh.clock()
    office = office_of(fresh, pen=lambda *_: pen)
    fresh.clock.forward(hours=1)
    revoke_certificate(fresh, pen.certificate, Reason.SUPERSEDED)
    fresh.clock.forward(hours=1)
    late = complete(office, begun, at=fresh.clock())
    fresh.yinzheng.publisher.refresh(fresh.clock())
    offline = verify_file(late.ofd, fresh.yinzheng.evidence(), now=fresh.clock(), online=None)
    assert f"{claimed:%Y-%m-%dT%H:%M:%SZ}" in finding(offline, 0, "sealed-at").detail
    for file in (late.ofd, late.pdf):
        assert failed(fresh.yinzheng.verify_file(file)) == {(5, "signer-path")}


# --- years later (promise P13) ---------------------------------------------------------------------------------------


def renew(city: City, kind: object, key: str, owner: IssuingBody, common_name: str) -> Certificate:
    """Certify a key again, as a renewal does."""
    return city.yinzheng.publisher._authority.certify(
        city.ring.open(f"file:{key}").public,
        kind,  # type: ignore[arg-type]  # a kind of its own, on purpose
        subject=make_name(common_name, organisation=owner.name, organisation_code=owner.code),
        at=city.clock(),
        random=city.yinzheng.random,
    )


@dataclass(frozen=True)
class Later:
    """A city six years on: a licence of its first day, and one begun on that day that was left lying."""

    city: City
    issued: Issued
    left: Entry
    pen: Pen


@pytest.fixture(scope="module")
def later() -> Iterator[Later]:
    city = City(people=False)
    issued, pen = city.issue(number=number()), pen_of(city, "business-licence")
    left = left_lying(city, "left lying")
    city.clock.forward(days=6 * 365)
    for name, kind in SERVICES.items():
        renew(city, kind, name, city.plan.operator, f"{city.plan.operator.name} {name}")
    renew(city, SEAL_MAKER, "seal-maker", city.plan.seal_maker, city.plan.seal_maker.name)
    for body in city.plan.bodies:
        renew(city, SEAL_SIGNER, f"body-{body.login}", body.body, body.body.name)
    city.yinzheng.publisher.refresh(city.clock())
    yield Later(city, issued, left, pen)
    city.close()


def test_what_the_log_proves_outlives_the_certificates(later: Later) -> None:
    for form, examined in presented(later.city, later.issued).items():
        assert (indication(examined), against(examined)) == (PASSED, []), form


def test_what_nothing_proves_is_open_and_not_false(later: Later) -> None:
    """Without the log nobody can tell whether it was sealed in time: not known, which is no verdict of forgery."""
    city = later.city
    for file in (later.issued.ofd, later.issued.pdf):
        offline = verify_file(file, city.yinzheng.evidence(), now=city.clock(), online=None)
        assert (indication(offline), failed(offline)) == (INDETERMINATE, set())
        assert {(3, "seal-in-force"), (3, "seal-maker-path"), (5, "signer-path")} <= open_at(offline)


def test_what_was_sealed_after_the_end_is_false(later: Later) -> None:
    """The file claims its first day; the log proves a day on which seal and certificates had ended."""
    city = later.city
    late = complete(office_of(city, pen=lambda *_: later.pen), later.left, at=city.clock())
    city.yinzheng.publisher.refresh(city.clock())
    for file in (late.ofd, late.pdf):
        examined = city.yinzheng.verify_file(file)
        assert failed(examined) == {(3, "seal-in-force"), (3, "seal-maker-path"), (5, "signer-path")}


def test_what_was_left_lying_is_not_sealed_with_a_seal_that_has_ended(later: Later) -> None:
    with pytest.raises(NoPen) as caught:
        complete(later.city.yinzheng.office, later.left, at=later.city.clock())
    assert caught.value.reason in {"seal-expired", "signer-not-in-seal"}
