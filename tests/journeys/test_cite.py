"""Citing: a case stands on a licence; what is promised, to whom it may be promised, and what wins when things meet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.citation import Citation, CitationRequest
from cases.citing import check_receipt, cite
from cases.consent import Consent, Mode
from cases.errors import (
    CasesError,
    ConsentRefused,
    IdempotencyMismatch,
    MalformedRequest,
    NoSuchRequirement,
    NothingHeld,
    NotVerified,
    StandingMoved,
    WrongHolder,
    WrongType,
)
from cases.showing import show_face
from cases.watching import Ground, watch_case
from issuer.issuing import Issued
from keys.randomness import random_octets
from keys.sm3 import sm3
from tests.city import OFFICIAL, City
from tests.journey_parts import FAILED, INDETERMINATE, Exchanged, identifier, number
from trust.formats.certificate import Purpose, load_certificate
from trust.formats.receipt import open_receipt
from trust.formats.trust_list import TrustList
from trust.revocation.acting import Order, act
from trust.rules.standing import ActKind

FOOD = {"matter": "11530199MB0T35T369000131017001000", "requirement": "01", "department": "11530199MB0T35T369"}
TEACHER = {"matter": "11530199MB0T35T28E000105008002000", "requirement": "01", "department": "11530199MB0T35T28E"}
WINDOW = "11530199MB0T35T60R"
CASE = "530199202611210001"
PURPOSE = "办理本事项"


@pytest.fixture
def issued(city: City) -> Issued:
    city.clock.forward(seconds=1)
    return city.issue(number=number())


def ask(city: City, issued: Issued, **changed: object) -> CitationRequest:
    """A request that names the licence, on statutory duty, unless changed."""
    return city.request(issued, **FOOD, **({"identifier": identifier(issued)} | changed))


def keyed(what: str) -> str:
    """An idempotency key made of words."""
    return sm3(what.encode()).hex()


def cited(city: City, request: CitationRequest) -> Citation:
    """Cite under a key of its own."""
    return city.yinzheng.cite(request, key=random_octets(16).hex())


def given(issued: Issued, city: City, **changed: object) -> Consent:
    """The holder's own consent."""
    values: dict[str, object] = {
        "mode": Mode.HOLDER,
        "given_by": issued.entry.licence.holders[0].code,
        "reference": f"SQ-{random_octets(6).hex()}",
        "purpose": PURPOSE,
        "fields": ("legal_representative", "address", "business_scope"),
        "valid_until": city.clock() + timedelta(days=30),
        "case_number": CASE,
    }
    return Consent(**values | changed)  # type: ignore[arg-type]  # names and values come from the test


def listed(city: City) -> TrustList:
    trust_list = city.yinzheng.evidence().trust_list
    assert trust_list is not None
    return trust_list


# --- citing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
def test_by_statutory_duty(city: City, issued: Issued, named: bool) -> None:
    """By its identifier, or by whatever licence of that type the holder has."""
    citation = cited(city, ask(city, issued) if named else ask(city, issued, identifier=None))
    assert citation.type_code == issued.entry.licence.identifier.type_code
    assert (citation.indication, citation.policy, citation.officer) == ("PASSED", "online-1", OFFICIAL)
    assert citation.fields == ("legal_representative", "address", "business_scope")
    if named:
        assert citation.identifier == identifier(issued)
        assert citation.file_digest == f"sm3:{sm3(issued.ofd).hex()}"


def test_the_newest_that_holds_is_taken(city: City, issued: Issued) -> None:
    """Where the newest is suspended, the case stands on the one before."""
    city.clock.forward(seconds=1)
    newer = city.issue(number=number())
    assert cited(city, ask(city, issued, identifier=None)).identifier == identifier(newer)
    city.act(ActKind.SUSPEND, newer, "penalty")
    assert cited(city, ask(city, issued, identifier=None)).identifier == identifier(issued)


def test_by_the_holder_s_consent(city: City, issued: Issued) -> None:
    consent = given(issued, city)
    citation = cited(city, ask(city, issued, consent=consent))
    assert (citation.consent_mode, citation.consent_reference) == (Mode.HOLDER, consent.reference)
    assert issued.entry.licence.holders[0].code.encode() not in citation.receipt.replace(
        identifier(issued).encode(), b""
    )


def test_by_an_agent(city: City, issued: Issued) -> None:
    consent = given(issued, city, mode=Mode.AGENT, given_by="530199191107070021")
    assert cited(city, ask(city, issued, consent=consent)).consent_mode is Mode.AGENT


def test_the_receipt_verifies_with_the_certificate_in_the_trust_list(city: City, issued: Issued) -> None:
    citation = cited(city, ask(city, issued))
    keys = [load_certificate(one.der).public_key for one in listed(city).certificates if one.purpose is Purpose.RECEIPT]
    (key,) = keys
    receipt = open_receipt(citation.receipt, key)
    assert (receipt.kind, receipt.at) == ("citation", citation.cited_at)
    for promised in (citation.number, citation.identifier, citation.file_digest, OFFICIAL):
        assert promised in str(receipt.facts)
    check_receipt(citation, keys)
    others = [one for one in listed(city).certificates if one.purpose is not Purpose.RECEIPT]
    with pytest.raises(CasesError):
        check_receipt(citation, [load_certificate(one.der).public_key for one in others])
    with pytest.raises(CasesError):
        check_receipt(replace(citation, file_digest="sm3:" + "0" * 64), keys)


def test_what_was_cited_can_be_found_and_shown(city: City, issued: Issued) -> None:
    case = f"53019920261121{random_octets(3).hex()}"
    citation = cited(city, ask(city, issued, case_number=case))
    index = city.yinzheng.archive.citations
    assert index.find(citation.number) == citation
    assert list(index.of_case(case)) == [citation]
    face = show_face(city.yinzheng.cases.showing, citation.number, FOOD["department"], city.clock())
    fields = issued.entry.licence.fields
    assert {face[name] for name in citation.fields} == {fields[name] for name in citation.fields}
    assert fields["registered_capital"] not in face.values()
    with pytest.raises(CasesError):
        show_face(city.yinzheng.cases.showing, citation.number, TEACHER["department"], city.clock())


def test_a_person_s_certificate(city: City) -> None:
    issued = city.issue("teacher-qualification", number=number())
    request = city.request(issued, **TEACHER, identifier=identifier(issued))
    assert cited(city, request).fields == ("kind", "subject")


def test_a_window_that_takes_cases_in(city: City, issued: Issued) -> None:
    """The counter of the city may ask for the bureau's matter, on its own duty."""
    consent = replace(ask(city, issued).consent, given_by=WINDOW)
    citation = cited(city, ask(city, issued, department_code=WINDOW, consent=consent))
    assert citation.department_code == WINDOW


# --- what may not be cited ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ground", "reason"),
    [
        (ActKind.SUSPEND, "penalty", ""),
        (ActKind.REVOKE, "penalty", ""),
        (ActKind.RESCIND, "fraud", ""),
        (ActKind.CANCEL, "holder-request", ""),
        (ActKind.LAPSE, "superseded", ""),
        (ActKind.RESTRICT, "other", "另案调查期间限制使用"),
    ],
)
def test_a_licence_out_of_force(city: City, issued: Issued, kind: ActKind, ground: str, reason: str) -> None:
    city.act(kind, issued, ground, reason=reason)
    with pytest.raises(NotVerified) as caught:
        cited(city, ask(city, issued))
    assert caught.value.verdict.indication is FAILED
    assert {one.step for one in caught.value.verdict.of(FAILED)} == {8}
    assert list(city.yinzheng.archive.citations.of_licence(identifier(issued))) == []


def test_a_reinstated_licence_can_be_cited_again(city: City, issued: Issued) -> None:
    city.act(ActKind.SUSPEND, issued, "penalty")
    city.clock.forward(seconds=1)
    city.act(ActKind.REINSTATE, issued, "rectified")
    assert cited(city, ask(city, issued)).standing_sequence == 2


def test_a_licence_whose_evidence_is_stale(fresh: City) -> None:
    """Not known to be in force is not good enough to stand on."""
    issued = fresh.issue(number=number())
    fresh.clock.forward(hours=25)
    with pytest.raises(NotVerified) as caught:
        cited(fresh, ask(fresh, issued))
    assert caught.value.verdict.indication is INDETERMINATE
    fresh.yinzheng.publisher.refresh(fresh.clock())
    assert cited(fresh, ask(fresh, issued)).identifier == identifier(issued)


def test_somebody_else_s_licence(city: City, issued: Issued) -> None:
    other = {"holder_code": "91530199MA6RT5X39X"}
    with pytest.raises(WrongHolder):
        cited(city, ask(city, issued, **other))
    with pytest.raises(NothingHeld):
        cited(city, ask(city, issued, **other, identifier=None))


def test_somebody_else_s_fallen_licence_is_not_told_to_be_fallen(city: City, issued: Issued) -> None:
    city.act(ActKind.REVOKE, issued, "penalty")
    with pytest.raises(WrongHolder):
        cited(city, ask(city, issued, holder_code="91530199MA6RT5X39X"))


def test_a_licence_of_another_type(city: City) -> None:
    issued = city.issue("food-operation", number=number())
    with pytest.raises(WrongType):
        cited(city, ask(city, issued))
    with pytest.raises(NothingHeld):
        cited(city, ask(city, issued, identifier=None))


def test_an_identifier_that_nobody_has(city: City, issued: Issued) -> None:
    unknown = replace(issued.entry.licence.identifier, serial="0" * 20)
    with pytest.raises(NothingHeld):
        cited(city, ask(city, issued, identifier=str(unknown)))
    with pytest.raises(MalformedRequest):
        cited(city, ask(city, issued, identifier=f"{unknown}X"))


@pytest.mark.parametrize(
    "changed",
    [{"matter_code": "x"}, {"requirement_code": "02"}, {"department_code": "11530199MB0T35T28E"}],
)
def test_a_requirement_that_is_not_theirs(city: City, issued: Issued, changed: dict[str, str]) -> None:
    with pytest.raises(NoSuchRequirement):
        cited(city, ask(city, issued, **changed))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"purpose": "另一件事"}, "consent-purpose"),
        ({"given_by": "91530199MA6RT5X39X"}, "consent-giver"),
        ({"fields": ("address",)}, "consent-fields"),
        ({"case_number": "530199202611210002"}, "consent-case"),
        ({"valid_until": None}, "consent-period"),
        ({"reference": ""}, "consent-reference"),
        ({"mode": Mode.STATUTORY}, "consent-giver"),
    ],
)
def test_a_consent_that_does_not_carry_it(city: City, issued: Issued, changed: dict[str, object], reason: str) -> None:
    with pytest.raises(ConsentRefused) as caught:
        cited(city, ask(city, issued, consent=given(issued, city, **changed)))
    assert caught.value.reason == reason


def test_a_consent_that_has_run_out_or_was_withdrawn(city: City, issued: Issued) -> None:
    past = given(issued, city, valid_until=city.clock() - timedelta(seconds=1))
    with pytest.raises(ConsentRefused) as caught:
        cited(city, ask(city, issued, consent=past))
    assert caught.value.reason == "consent-expired"
    consent = given(issued, city)
    cited(city, ask(city, issued, consent=consent))
    city.yinzheng.archive.citations.withdraw(FOOD["department"], Mode.HOLDER, consent.reference, city.clock())
    with pytest.raises(ConsentRefused) as caught:
        cited(city, ask(city, issued, consent=consent))
    assert caught.value.reason == "consent-withdrawn"


# --- whichever is committed first wins ---------------------------------------------------------------------------------


def order(issued: Issued, kind: ActKind = ActKind.REVOKE) -> Order:
    return Order(kind, identifier(issued), "penalty", "", OFFICIAL)


def test_a_revocation_between_check_and_record(city: City, issued: Issued) -> None:
    ports = city.yinzheng.cases.citing

    def record(*asked: object) -> Citation:
        city.act(ActKind.REVOKE, issued, "penalty")
        return ports.store.record(*asked)  # type: ignore[arg-type]  # names and values come from the test

    store = Exchanged(ports.store, record=record)
    with pytest.raises(StandingMoved):
        cite(
            replace(ports, store=store),
            ask(city, issued),
            key=keyed("between"),
            at=city.clock(),
            number_random=random_octets,
        )
    assert list(city.yinzheng.archive.citations.of_licence(identifier(issued))) == []


def test_a_revocation_that_is_recorded_but_not_yet_published(city: City, issued: Issued) -> None:
    """The list still says valid; the register knows better, and the register is asked before anything stands on it."""
    archive = city.yinzheng.archive
    act(archive.acts, archive.log, order(issued), key="unpublished", at=city.clock(), random=random_octets)
    with pytest.raises(NotVerified) as caught:
        cited(city, ask(city, issued))
    assert caught.value.verdict.indication is FAILED
    assert list(archive.citations.of_licence(identifier(issued))) == []
    city.yinzheng.publisher.refresh(city.clock())


def test_a_suspension_that_took_effect_and_is_not_yet_published(city: City, issued: Issued) -> None:
    city.act(ActKind.SUSPEND, issued, "penalty", effective_at=city.clock() + timedelta(minutes=1))
    assert cited(city, ask(city, issued)).standing_sequence == 1
    city.clock.forward(minutes=1)
    with pytest.raises(NotVerified):
        cited(city, ask(city, issued))
    city.yinzheng.publisher.refresh(city.clock())


def test_a_citation_stays_true_of_its_day(city: City, issued: Issued) -> None:
    """Asked again with its key it is given again, even after the licence fell; and whoever watches the case is told."""
    case = f"53019920261121{random_octets(3).hex()}"
    request = ask(city, issued, case_number=case)
    first = city.yinzheng.cite(request, key=keyed(case))
    city.clock.forward(days=1)
    city.act(ActKind.REVOKE, issued, "penalty")
    assert city.yinzheng.cite(request, key=keyed(case)) == first
    (watched,) = watch_case(city.yinzheng.archive.citations, city.yinzheng, case, city.clock())
    assert (watched.citation, watched.ground) == (first, Ground.FELL_SINCE)
    with pytest.raises(NotVerified):
        cited(city, request)


def test_one_key_one_citation(city: City, issued: Issued) -> None:
    request, key = ask(city, issued), keyed("one key")
    first = city.yinzheng.cite(request, key=key)
    assert city.yinzheng.cite(request, key=key) == first
    with pytest.raises(IdempotencyMismatch):
        city.yinzheng.cite(
            replace(request, purpose="另一件事", consent=replace(request.consent, purpose="另一件事")), key=key
        )
    assert list(city.yinzheng.archive.citations.of_licence(identifier(issued))) == [first]
