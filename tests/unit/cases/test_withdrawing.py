"""Withdrawing a consent: for good, by its number, and only where there is a consent."""

from datetime import timedelta

import pytest

from cases.citing import cite
from cases.consent import Mode
from cases.errors import CasesError, ConsentRefused
from cases.withdrawing import withdraw
from tests.case_parts import KEY, NOW, WINDOW, Ledger, asked, citing_ports, counting, given


def test_a_withdrawn_consent_carries_nothing_more() -> None:
    ledger = Ledger()
    reference = given().reference
    assert withdraw(ledger, WINDOW, Mode.HOLDER, reference, NOW) == NOW
    assert withdraw(ledger, WINDOW, Mode.HOLDER, reference, NOW + timedelta(days=1)) == NOW
    with pytest.raises(ConsentRefused) as refusal:
        cite(citing_ports(store=ledger), asked(consent=given()), key=KEY, at=NOW, number_random=counting())
    assert refusal.value.reason == "consent-withdrawn"
    other = given(reference="SQ-2026-000118")
    cite(citing_ports(store=ledger), asked(consent=other), key=KEY, at=NOW, number_random=counting())


@pytest.mark.parametrize(
    ("mode", "reference", "reason"),
    [
        (Mode.STATUTORY, "SQ-2026-000117", "consent-statutory"),
        (Mode.HOLDER, "", "consent-reference"),
        (Mode.HOLDER, "授权书", "consent-reference"),
        (Mode.AGENT, "SQ-2026-000117\n", "consent-reference"),
        (Mode.AGENT, "x" * 65, "consent-reference"),
        (Mode.HOLDER, "11010119900307125X", "personal-data"),
    ],
)
def test_what_is_no_consent(mode: Mode, reference: str, reason: str) -> None:
    ledger = Ledger()
    with pytest.raises(CasesError) as refusal:
        withdraw(ledger, WINDOW, mode, reference, NOW)
    assert refusal.value.reason == reason
    assert ledger.ended == {}
