"""Consents that an issuing body's copies rest on: recorded, confirmed by somebody else, and matched word by word."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from issuer.consenting.consent import CopyConsent, PaperWords, Stage, Step
from issuer.consenting.errors import ConsentMoved, ConsentNotTaken, ConsentOwnHand, NoSuchConsent
from issuer.consenting.recording import put_down_withdrawal
from issuer.converting.errors import ScanRefused
from issuer.copying.errors import BasisEnded, CopyRefused
from issuer.copying.ports import Asker, Terms
from issuer.errors import IdempotencyMismatch, NoSuchLicence
from issuer.issuing import Issued
from tests.city import City
from tests.copy_parts import SCAN, body_of, consented, holder_of, note_of, second_of
from tests.journey_parts import NUMBERS, PASSED, identifier, indication, number

TERMS = Terms("办理抵押登记", "云岭市不动产登记中心")
STRANGER = Asker("jyj", "许知夏", "11530199MB0T35T28E", "云岭市教育局", official=True)


@pytest.fixture(scope="module")
def issued(city: City) -> Issued:
    return city.issue(number=number())


def copied(city: City, issued: Issued, consent: CopyConsent, terms: Terms = TERMS, **changed: Any) -> Issued:
    """A copy of the body on a consent, or on something near it."""
    asked = {"mode": consent.mode, "reference": consent.reference, "by": body_of(issued)} | changed
    return city.yinzheng.copies.for_body(identifier(issued), terms, key=f"k-{next(NUMBERS)}", **asked)


def recorded(city: City, issued: Issued, **changed: Any) -> CopyConsent:
    """A consent on paper that one official has put down."""
    given = {
        "reference": f"SQ-{next(NUMBERS)}",
        "mode": "holder",
        "giver": issued.entry.licence.holders[0].name,
        "scan": SCAN,
        "by": body_of(issued),
        "key": f"consent-{next(NUMBERS)}",
        "terms": replace(TERMS, expires_at=city.clock() + timedelta(days=90)),
    } | changed
    words = PaperWords(given["reference"], given["mode"], given["giver"])
    consents = city.yinzheng.copy_consents
    return consents.record(identifier(issued), given["terms"], words, given["scan"], by=given["by"], key=given["key"])


def test_no_copy_rests_on_a_consent_that_nobody_gave(city: City, issued: Issued) -> None:
    with pytest.raises(BasisEnded, match="consent-unknown"):
        city.yinzheng.copies.for_body(
            identifier(issued), TERMS, mode="holder", reference="2099-NEVER-GIVEN", by=body_of(issued), key="never"
        )


def test_a_holder_gives_one_and_the_body_makes_the_copy(city: City, issued: Issued) -> None:
    consent = consented(city, issued, TERMS)
    assert (consent.stage, consent.document, consent.giver) == (
        Stage.GIVEN,
        None,
        issued.entry.licence.holders[0].name,
    )
    copy = copied(city, issued, consent)
    note = note_of(copy)
    assert (note.basis, note.cause, note.recipient) == (
        f"consent:{consent.reference}",
        TERMS.cause,
        TERMS.recipient,
    )
    assert note.expires_at == consent.valid_until.replace(microsecond=0)
    assert indication(city.yinzheng.verify_file(copy.ofd)) is PASSED


def test_a_paper_is_confirmed_by_somebody_else_before_it_counts(city: City, issued: Issued) -> None:
    consents, consent = city.yinzheng.copy_consents, recorded(city, issued)
    assert consent.stage is Stage.WAITING
    assert consents.paper(consent) == (SCAN, "application/pdf")
    with pytest.raises(BasisEnded, match="consent-unconfirmed"):
        copied(city, issued, consent)
    for by in (body_of(issued), replace(body_of(issued), login="other-account")):
        with pytest.raises(ConsentOwnHand):
            consents.decide(consent.reference, Step.CONFIRM, by=by)
    with pytest.raises(NoSuchConsent):
        consents.decide(consent.reference, Step.CONFIRM, by=STRANGER)
    given = consents.decide(consent.reference, Step.CONFIRM, by=second_of(issued))
    assert (given.stage, given.decided_by and given.decided_by.login) == (Stage.GIVEN, "scjg2")
    assert consents.decide(consent.reference, Step.CONFIRM, by=second_of(issued)) == given
    with pytest.raises(ConsentMoved):
        consents.decide(consent.reference, Step.REFUSE, by=second_of(issued), reason="不是本人签字")
    assert indication(city.yinzheng.verify_file(copied(city, issued, consent).pdf)) is PASSED


def test_a_paper_that_is_refused_carries_nothing(city: City, issued: Issued) -> None:
    consents, consent = city.yinzheng.copy_consents, recorded(city, issued)
    with pytest.raises(ConsentNotTaken) as refusal:
        consents.decide(consent.reference, Step.REFUSE, by=second_of(issued), reason=" ")
    assert refusal.value.problems == (("reason", "reason-missing"),)
    refused = consents.decide(consent.reference, Step.REFUSE, by=second_of(issued), reason="不是本人签字")
    assert (refused.stage, refused.reason) == (Stage.REFUSED, "不是本人签字")
    with pytest.raises(BasisEnded, match="consent-unconfirmed"):
        copied(city, issued, consent)


def test_another_mode_purpose_recipient_or_licence_is_not_carried(city: City, issued: Issued) -> None:
    consent, other = consented(city, issued, TERMS), city.issue(number=number())
    for terms in (replace(TERMS, cause="办理抵押"), replace(TERMS, recipient="任意一家公司")):
        with pytest.raises(BasisEnded, match="consent-terms"):
            copied(city, issued, consent, terms)
    with pytest.raises(BasisEnded, match="consent-terms"):
        copied(city, issued, consent, mode="agent")
    with pytest.raises(BasisEnded, match="consent-terms"):
        copied(city, other, consent)


def test_a_copy_ends_with_its_consent_and_none_is_made_behind_it(fresh: City) -> None:
    issued = fresh.issue()
    consent = consented(fresh, issued, replace(TERMS, expires_at=fresh.clock() + timedelta(days=2)))
    with pytest.raises(CopyRefused, match="copy-too-long"):
        copied(fresh, issued, consent, replace(TERMS, expires_at=fresh.clock() + timedelta(days=3)))
    assert note_of(copied(fresh, issued, consent)).expires_at == consent.valid_until.replace(microsecond=0)
    fresh.clock.forward(days=2, seconds=1)
    assert fresh.yinzheng.copy_consents.label(consent) == "已到期"
    with pytest.raises(BasisEnded, match="consent-expired"):
        copied(fresh, issued, consent)


def test_a_consent_that_is_withdrawn_takes_its_copies_along(fresh: City) -> None:
    issued = fresh.issue()
    consent = consented(fresh, issued, TERMS)
    copy = copied(fresh, issued, consent)
    fresh.clock.forward(minutes=1)
    since = fresh.yinzheng.copy_consents.withdraw(consent, by=holder_of(issued))
    assert since == fresh.yinzheng.copy_consents.withdrawn(consent)
    assert fresh.yinzheng.copy_consents.label(consent) == "已撤回"
    assert indication(fresh.yinzheng.verify_file(copy.ofd)) is not PASSED
    with pytest.raises(BasisEnded, match="consent-withdrawn"):
        copied(fresh, issued, consent)


def test_a_body_puts_no_reason_onto_what_the_holder_withdrew(city: City, issued: Issued) -> None:
    consents, consent = city.yinzheng.copy_consents, consented(city, issued, TERMS)
    since = consents.withdraw(consent, by=holder_of(issued))
    city.clock.forward(minutes=1)
    assert consents.withdraw(consent, by=body_of(issued), reason="持证主体来函撤回") == since
    assert consents.find(identifier(issued), consent.reference, body_of(issued)).reason is None


def test_what_a_body_began_to_withdraw_and_the_holder_withdrew_has_no_reason(city: City, issued: Issued) -> None:
    """The reason is put down before the withdrawal; where that breaks off, it is nobody's."""
    consents, consent = city.yinzheng.copy_consents, consented(city, issued, TERMS)
    put_down_withdrawal(consents.desk, consent, is_person=True, reason="持证主体来函撤回")
    consents.withdraw(consent, by=holder_of(issued))
    assert consents.find(identifier(issued), consent.reference, body_of(issued)).reason is None


def test_a_body_whose_withdrawal_broke_off_says_why_again(city: City, issued: Issued) -> None:
    consents, consent = city.yinzheng.copy_consents, consented(city, issued, TERMS)
    put_down_withdrawal(consents.desk, consent, is_person=True, reason="来函")
    consents.withdraw(consent, by=body_of(issued), reason="持证主体来函撤回")
    consents.withdraw(consent, by=body_of(issued), reason="另一个理由")
    consents.withdraw(consent, by=holder_of(issued))
    assert consents.find(identifier(issued), consent.reference, body_of(issued)).reason == "持证主体来函撤回"


def test_why_a_paper_was_refused_stays_when_it_is_withdrawn(city: City, issued: Issued) -> None:
    consents, consent = city.yinzheng.copy_consents, recorded(city, issued)
    consents.decide(consent.reference, Step.REFUSE, by=second_of(issued), reason="不是本人签字")
    consents.withdraw(consent, by=body_of(issued), reason="来函撤回")
    consents.withdraw(consent, by=holder_of(issued))
    assert consents.find(identifier(issued), consent.reference, body_of(issued)).reason == "不是本人签字"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"reference": "第 1 号"}, ("reference", "consent-reference")),
        ({"reference": ""}, ("reference", "consent-reference")),
        ({"reference": "SQ-530199191107070021"}, ("reference", "personal-data")),
        ({"mode": "statutory"}, ("mode", "unknown")),
        ({"giver": "别人"}, ("giver", "consent-holder")),
        ({"giver": ""}, ("giver", "empty")),
        ({"terms": replace(TERMS, cause="")}, ("purpose", "copy-purpose")),
        ({"terms": replace(TERMS, recipient="局" * 101)}, ("recipient", "copy-recipient")),
        ({"terms": TERMS}, ("valid_until", "consent-period")),
    ],
)
def test_what_cannot_be_put_down(city: City, issued: Issued, changed: dict[str, Any], problem: tuple[str, str]) -> None:
    with pytest.raises(ConsentNotTaken) as refusal:
        recorded(city, issued, **changed)
    assert refusal.value.problems == (problem,)


@pytest.mark.parametrize("days", [0, -1, 4 * 365])
def test_a_consent_ends_in_the_future_and_within_three_years(city: City, issued: Issued, days: int) -> None:
    with pytest.raises(ConsentNotTaken, match="consent-until"):
        recorded(city, issued, terms=replace(TERMS, expires_at=city.clock() + timedelta(days=days)))


def test_an_agent_is_not_the_holder(city: City, issued: Issued) -> None:
    with pytest.raises(ConsentNotTaken, match="consent-agent"):
        recorded(city, issued, mode="agent")
    assert recorded(city, issued, mode="agent", giver="代办人").giver == "代办人"


@pytest.mark.parametrize("scan", [b"", b"MZ", SCAN + b"x" * 2000])
def test_a_paper_is_a_scan(city: City, issued: Issued, scan: bytes) -> None:
    with pytest.raises(ScanRefused):
        recorded(city, issued, scan=scan)


def test_a_number_is_used_once_and_a_key_for_one_consent(city: City, issued: Issued) -> None:
    until = city.clock() + timedelta(days=9)
    once = {"key": "the same", "reference": "SQ-ONCE", "terms": replace(TERMS, expires_at=until)}
    first = recorded(city, issued, **once)
    assert recorded(city, issued, **once) == first
    with pytest.raises(IdempotencyMismatch):
        recorded(city, issued, **once | {"reference": "SQ-TWICE"})
    with pytest.raises(ConsentNotTaken, match="consent-known"):
        recorded(city, issued, reference="SQ-ONCE")


def test_others_neither_see_nor_give(city: City, issued: Issued) -> None:
    consents, mine, other = city.yinzheng.copy_consents, identifier(issued), city.issue("teacher-qualification")
    given = replace(TERMS, expires_at=city.clock() + timedelta(days=1))
    for asker in (STRANGER, holder_of(other), Asker("nobody", "无名")):
        with pytest.raises(NoSuchLicence):
            consents.of_licence(mine, asker)
        with pytest.raises(NoSuchLicence):
            consents.give(mine, given, by=asker, key=f"not-mine-{next(NUMBERS)}")
    with pytest.raises(NoSuchLicence):
        recorded(city, issued, by=STRANGER)
    with pytest.raises(NoSuchConsent):
        consents.find(mine, "no-such", body_of(issued))
