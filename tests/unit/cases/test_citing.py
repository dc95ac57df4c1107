"""Citing: the whole journey in memory, every refusal, and what happens between verification and record."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cases.citation import Citation, CitationRequest, facts_of, is_number, payload_of
from cases.citing import MOST_TRIED, check_receipt, cite
from cases.errors import (
    CasesError,
    ConsentRefused,
    CopyNotCited,
    IdempotencyMismatch,
    MalformedRequest,
    NoSuchRequirement,
    NothingHeld,
    NotVerified,
    NumberTaken,
    ReceiptRefused,
    StandingMoved,
    WrongHolder,
    WrongType,
)
from cases.ports import CitingPorts
from keys.custody import memory_signer
from tests.case_parts import (
    BUSINESS,
    FIRM,
    FOOD,
    HIRING,
    INDEX_KEY,
    KEY,
    NEWER,
    NOW,
    OLDER,
    PEN,
    PERSON,
    SCHOOLS,
    TEACHER,
    TEACHERS,
    WINDOW,
    Ledger,
    asked,
    checked,
    citing_ports,
    counting,
    given,
    licence,
    shelf,
    statutory,
)
from trust.formats.cose import sign1
from trust.formats.receipt import RECEIPT_TYPE, open_receipt
from trust.rules.annotated_copy import CopyNote
from trust.rules.verdict import Indication


def make(
    ports: CitingPorts, request: CitationRequest | None = None, *, key: str = KEY, draw: object = None
) -> Citation:
    return cite(ports, request or asked(), key=key, at=NOW, number_random=draw or counting())  # type: ignore[arg-type]  # a test's own chance


def refused(ports: CitingPorts, request: CitationRequest | None = None) -> CasesError:
    with pytest.raises(CasesError) as refusal:
        make(ports, request)
    assert isinstance(ports.store, Ledger)
    assert ports.store.citations == {}
    return refusal.value


def test_a_case_stands_on_the_newest_licence() -> None:
    citation = make(citing_ports())
    assert is_number(citation.number)
    assert citation.identifier == str(NEWER.identifier)
    assert citation.type_code == BUSINESS
    assert citation.file_digest == f"sm3:{checked(NEWER).file_digest.hex()}"
    assert citation.fields == ("legal_representative", "address")
    assert (citation.indication, citation.policy, citation.status_list) == ("PASSED", "online-1", 12)
    assert (citation.officer, citation.department_code, citation.cited_at) == ("罗小满", WINDOW, NOW)


def test_the_receipt_says_what_the_citation_says_and_holds_under_the_pen() -> None:
    citation = make(citing_ports())
    receipt = open_receipt(citation.receipt, PEN.public)
    assert (receipt.kind, receipt.at) == ("citation", NOW)
    assert receipt.facts == facts_of(citation)
    assert receipt.facts["case"] == {
        "number": "YL-2026-000815",
        "matter": FOOD.code,
        "requirement": "01",
        "department": WINDOW,
        "officer": "罗小满",
    }


def test_nothing_kept_names_the_holder() -> None:
    ledger = Ledger()
    consent = given()
    citation = make(citing_ports(store=ledger), asked(consent=consent))
    kept = repr(ledger).encode() + citation.receipt
    for secret in (FIRM.code, FIRM.name, "林若溪"):
        assert secret.encode() not in kept


def test_what_is_signed_was_written_down_before() -> None:
    class Journal(Ledger):
        def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
            assert self.plans[citation.number] == (payload_of(citation), NOW)
            return super().record(citation, body_digest, key, expected_sequence)

    journal = Journal()
    citation = make(citing_ports(store=journal))
    assert journal.unrecorded(NOW + timedelta(days=1)) == []
    assert citation.number in journal.citations


@pytest.mark.parametrize("consent", [given(), given(case_number="YL-2026-000815"), statutory()])
def test_consents_of_every_kind(consent: object) -> None:
    citation = make(citing_ports(), asked(consent=consent))
    assert citation.consent_reference == consent.reference  # type: ignore[attr-defined]  # here it is a Consent


def test_a_licence_may_be_named() -> None:
    papers = shelf()
    citation = make(citing_ports(papers), asked(identifier=str(OLDER.identifier)))
    assert citation.identifier == str(OLDER.identifier)
    assert papers.asked_for == [str(OLDER.identifier)]


def test_any_of_several_holders_will_do() -> None:
    shared = licence("B3", PERSON, FIRM)
    assert make(citing_ports(shelf(checked(shared)))).identifier == str(shared.identifier)


def test_the_next_licence_is_taken_where_the_newest_does_not_hold() -> None:
    papers = shelf(checked(NEWER, Indication.FAILED), checked(OLDER))
    assert make(citing_ports(papers)).identifier == str(OLDER.identifier)


def test_the_search_ends() -> None:
    papers = shelf(*(checked(licence(f"B{count}"), Indication.FAILED) for count in range(100)))
    assert isinstance(refused(citing_ports(papers)), NotVerified)
    assert len(papers.asked_for) == MOST_TRIED


@pytest.mark.parametrize("indication", [Indication.FAILED, Indication.INDETERMINATE])
def test_only_passed_is_good_enough(indication: Indication) -> None:
    refusal = refused(citing_ports(shelf(checked(NEWER, indication), checked(OLDER, indication))))
    assert isinstance(refusal, NotVerified)
    assert refusal.reason == "not-verified"
    assert (refusal.verdict.indication, refusal.verdict.subject) == (indication, str(NEWER.identifier))


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (asked(matter_code="unknown"), NoSuchRequirement),
        (asked(requirement_code="02"), NoSuchRequirement),
        (asked(department_code=SCHOOLS, consent=statutory(given_by=SCHOOLS)), NoSuchRequirement),
        (asked(holder_code="91530199MA6TE5T76D"), NothingHeld),
        (asked(holder_code_type="099"), NothingHeld),
        (asked(identifier=str(licence("B9").identifier)), NothingHeld),
        (asked(identifier=str(TEACHERS.identifier)), WrongHolder),
        (asked(identifier=str(NEWER.identifier), holder_code_type="111"), WrongHolder),
        (asked(consent=statutory(purpose="其他")), ConsentRefused),
        (asked(consent=statutory(fields=("address",))), ConsentRefused),
        (asked(consent=given(valid_until=NOW - timedelta(seconds=1))), ConsentRefused),
        (asked(purpose=""), MalformedRequest),
    ],
)
def test_refusals(request_: CitationRequest, kind: type[CasesError]) -> None:
    assert type(refused(citing_ports(), request_)) is kind


def test_a_type_that_does_not_satisfy_the_requirement() -> None:
    papers = licence("T2", FIRM, type_code=TEACHER)
    refusal = refused(citing_ports(shelf(checked(papers))), asked(identifier=str(papers.identifier)))
    assert isinstance(refusal, WrongType)
    assert (refusal.found, refusal.accepted) == (TEACHER, (BUSINESS,))


def test_a_wrong_guess_learns_no_standing() -> None:
    papers = shelf(checked(TEACHERS, Indication.FAILED))
    assert isinstance(refused(citing_ports(papers), asked(identifier=str(TEACHERS.identifier))), WrongHolder)


def test_an_index_behind_the_register_finds_nothing() -> None:
    papers = shelf(checked(licence("B2", PERSON)))
    papers.held = lambda *_: list(papers.papers)  # type: ignore[method-assign]  # the index still names the firm
    assert isinstance(refused(citing_ports(papers)), NothingHeld)


def test_a_revocation_between_verification_and_record_wins() -> None:
    papers, ledger = shelf(), Ledger()
    papers.before_answer = lambda identifier: ledger.standing.update({identifier: 1})
    refusal = refused(citing_ports(papers, ledger))
    assert isinstance(refusal, StandingMoved)
    assert (refusal.expected, refusal.found) == (0, 1)
    assert len(ledger.unrecorded(NOW + timedelta(seconds=1))) == 1


def test_a_withdrawal_between_verification_and_record_wins() -> None:
    class Withdrawn(Ledger):
        def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
            self.withdraw(citation.department_code, citation.consent_mode, citation.consent_reference, NOW)
            return super().record(citation, body_digest, key, expected_sequence)

    refusal = refused(citing_ports(store=Withdrawn()), asked(consent=given()))
    assert refusal.reason == "consent-withdrawn"


def test_the_same_request_gets_the_same_octets_even_after_the_licence_fell() -> None:
    papers, ledger = shelf(), Ledger()
    ports, draw = citing_ports(papers, ledger), counting()
    first = make(ports, draw=draw)
    papers.papers.clear()
    ledger.standing[first.identifier] = 5
    assert make(ports, draw=draw) == first
    assert len(ledger.plans) == 1


def test_a_key_is_for_one_request() -> None:
    ports, draw = citing_ports(), counting()
    make(ports, draw=draw)
    with pytest.raises(IdempotencyMismatch):
        make(ports, asked(case_number="YL-2026-000816"), draw=draw)
    with pytest.raises(IdempotencyMismatch):
        make(ports, asked(officer="沈知夏"), draw=draw)


def test_a_key_is_the_departments_own() -> None:
    ports, draw = citing_ports(), counting()
    make(ports, draw=draw)
    school = asked(
        matter_code=HIRING.code,
        department_code=SCHOOLS,
        holder_code=PERSON.code,
        holder_code_type="111",
        consent=statutory(given_by=SCHOOLS),
    )
    assert make(ports, school, draw=draw).identifier == str(TEACHERS.identifier)


def test_a_consent_keeps_the_terms_it_was_first_used_with() -> None:
    ports, draw = citing_ports(), counting()
    make(ports, asked(consent=given()), draw=draw)
    wider = asked(consent=given(fields="all"))
    with pytest.raises(ConsentRefused) as refusal:
        make(ports, wider, key=KEY + "2", draw=draw)
    assert refusal.value.reason == "consent-changed"
    again = asked(consent=given(), case_number="YL-2026-000816")
    assert make(ports, again, key=KEY + "3", draw=draw).case_number == "YL-2026-000816"


def test_a_broken_source_of_chance_is_noticed() -> None:
    ports = citing_ports()
    make(ports, draw=bytes)
    with pytest.raises(NumberTaken):
        make(ports, key=KEY + "2", draw=bytes)


def test_a_receipt_from_storage_is_checked_before_it_is_given_out() -> None:
    class Forgetful(Ledger):
        def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
            return replace(super().record(citation, body_digest, key, expected_sequence), officer="沈知夏")

    with pytest.raises(ReceiptRefused) as refusal:
        make(citing_ports(store=Forgetful()))
    assert refusal.value.reason == "receipt-differs"


CITED = make(citing_ports())
STRANGER = memory_signer("stranger")


@pytest.mark.parametrize(
    ("receipt", "reason"),
    [
        (b"", "receipt-form"),
        (CITED.receipt + b"\x00", "receipt-form"),
        (b"\xd2" * 100_000, "receipt-form"),
        (CITED.receipt[:-1] + bytes([CITED.receipt[-1] ^ 1]), "receipt-signature"),
        (sign1(payload_of(CITED), STRANGER, RECEIPT_TYPE), "receipt-key"),
        (sign1(payload_of(CITED), PEN, "application/json"), "receipt-differs"),
        (sign1(payload_of(CITED), PEN), "receipt-differs"),
        (sign1(payload_of(replace(CITED, purpose="其他")), PEN, RECEIPT_TYPE), "receipt-differs"),
    ],
)
def test_a_receipt_that_is_not_the_one_promised(receipt: bytes, reason: str) -> None:
    with pytest.raises(ReceiptRefused) as refusal:
        check_receipt(replace(CITED, receipt=receipt), [PEN.public])
    assert refusal.value.reason == reason


def test_a_request_repeated_after_a_change_of_key_gets_its_first_receipt() -> None:
    before = citing_ports()
    first = make(before)
    after = replace(before, pen=STRANGER, former_keys=(PEN.public,))
    assert make(after) == first
    with pytest.raises(ReceiptRefused) as refusal:
        make(replace(after, former_keys=()))
    assert refusal.value.reason == "receipt-key"


def test_an_instant_without_a_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="time zone"):
        cite(citing_ports(), asked(), key=KEY, at=NOW.replace(tzinfo=None), number_random=counting())


def test_the_payload_is_json_that_people_can_read() -> None:
    text = json.loads(payload_of(CITED))
    assert text["facts"]["purpose"] == "食品经营许可新办"
    assert text["at"] == "2026-03-02T01:30:15.250000Z"
    assert INDEX_KEY.hex() not in payload_of(CITED).decode()


def test_a_copy_is_not_cited_for_its_original() -> None:
    note = CopyNote(
        NEWER.identifier,
        NEWER.status,
        NOW.replace(microsecond=0),
        "甲",
        "乙",
        "丙",
        NOW.replace(microsecond=0) + timedelta(days=1),
        "holder",
    )
    copy = replace(NEWER, identifier=replace(NEWER.identifier, serial="COPY"), copy=note)
    ports = citing_ports(shelf(checked(copy), checked(NEWER)))
    request = asked(identifier=str(copy.identifier))
    with pytest.raises(CopyNotCited):
        cite(ports, request, key=KEY, at=NOW, number_random=counting())
    with pytest.raises(WrongHolder):  # whose it is comes first
        cite(ports, replace(request, holder_code="91530199MA6QH2K74U"), key=KEY, at=NOW, number_random=counting())
