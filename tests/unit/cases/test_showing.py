"""Showing: a citation opens the fields it was given, to its department, while the consent lasts, and no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.citing import cite
from cases.consent import Consent
from cases.errors import CasesError, ConsentRefused, FileChanged, NoSuchCitation
from cases.ports import CitingPorts
from cases.showing import citation_of, show_face
from tests.case_parts import (
    APPROVALS,
    KEY,
    NEWER,
    NOW,
    WINDOW,
    Ledger,
    asked,
    checked,
    citing_ports,
    counting,
    given,
    shelf,
    showing_ports,
    statutory,
)

LATER = NOW + timedelta(days=20)


def cited(consent: Consent | None = None) -> tuple[CitingPorts, str]:
    ports = citing_ports(shelf(), Ledger())
    request = asked(consent=consent or given())
    return ports, cite(ports, request, key=KEY, at=NOW, number_random=counting()).number


def test_the_fields_consented_to_and_no_others() -> None:
    ports, number = cited(given(fields="all"))
    face = show_face(showing_ports(ports), number, WINDOW, NOW)
    assert face == {"legal_representative": "林若溪", "address": "云岭市东大街１号"}


def test_a_field_the_licence_lacks_is_left_out() -> None:
    ports, number = cited()
    paper = replace(NEWER, fields={"address": "云岭市东大街１号"})
    ports.checks.papers[str(NEWER.identifier)] = checked(paper)  # type: ignore[attr-defined]  # here it is a Shelf
    assert show_face(showing_ports(ports), number, WINDOW, NOW) == {"address": "云岭市东大街１号"}


@pytest.mark.parametrize("department", [APPROVALS, "", "%"])
def test_another_departments_citation_looks_like_none(department: str) -> None:
    ports, number = cited()
    refusals: list[CasesError] = []
    for asked_number, who in (
        (number, department),
        (number[:-1] + "0", WINDOW),
        ("YZ" + "A" * 27, WINDOW),
        ("", WINDOW),
    ):
        with pytest.raises(NoSuchCitation) as refusal:
            show_face(showing_ports(ports), asked_number, who, NOW)
        refusals.append(refusal.value)
    assert len({(str(refusal), refusal.reason, refusal.text) for refusal in refusals}) == 1


def test_the_consent_ends() -> None:
    ports, number = cited()
    with pytest.raises(ConsentRefused) as refusal:
        show_face(showing_ports(ports), number, WINDOW, LATER)
    assert refusal.value.reason == "consent-expired"


def test_the_consent_is_withdrawn() -> None:
    ports, number = cited()
    citation = citation_of(showing_ports(ports).index, number, WINDOW)
    showing_ports(ports).consents.withdraw(WINDOW, citation.consent_mode, citation.consent_reference, NOW)
    with pytest.raises(ConsentRefused) as refusal:
        show_face(showing_ports(ports), number, WINDOW, NOW)
    assert refusal.value.reason == "consent-withdrawn"
    assert citation_of(showing_ports(ports).index, number, WINDOW) == citation


def test_a_statutory_duty_lasts() -> None:
    ports, number = cited(statutory())
    assert show_face(showing_ports(ports), number, WINDOW, LATER)


@pytest.mark.parametrize("gone", [True, False])
def test_only_the_file_that_was_cited_is_shown(gone: bool) -> None:
    ports, number = cited()
    papers = ports.checks.papers  # type: ignore[attr-defined]  # here it is a Shelf
    identifier = str(NEWER.identifier)
    if gone:
        del papers[identifier]
    else:
        papers[identifier] = replace(papers[identifier], file_digest=bytes(32))
    with pytest.raises(FileChanged):
        show_face(showing_ports(ports), number, WINDOW, NOW)
