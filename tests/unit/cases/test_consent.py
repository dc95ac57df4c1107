"""Consent: who may use which mode, and that nothing goes further than it."""

from datetime import timedelta

import pytest

from cases.consent import Consent, Mode, check_consent, check_period
from cases.errors import ConsentRefused
from tests.case_parts import FIRM, NOW, PERSON, WINDOW, given, statutory


def check(consent: Consent, **changes: object) -> None:
    usual: dict[str, object] = {
        "holder_code": FIRM.code,
        "department_code": WINDOW,
        "case_number": "YL-2026-000815",
        "purpose": "食品经营许可新办",
        "fields": ("legal_representative", "address"),
        "at": NOW,
    }
    check_consent(consent, **(usual | changes))  # type: ignore[arg-type]  # names and values come from the test


AGENT = given(mode=Mode.AGENT, given_by=PERSON.code)


@pytest.mark.parametrize(
    "consent",
    [
        given(),
        given(fields="all"),
        given(fields=("legal_representative", "address", "registered_capital")),
        given(case_number="YL-2026-000815"),
        given(valid_until=NOW),
        AGENT,
        statutory(),
        statutory(valid_until=NOW + timedelta(days=1)),
    ],
)
def test_what_carries_a_citation(consent: Consent) -> None:
    check(consent)


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        (given(purpose=""), "consent-purpose"),
        (given(purpose="贷" * 201), "consent-purpose"),
        (given(purpose="贷款"), "consent-purpose"),
        (given(purpose="食品经营许可新办\n"), "consent-purpose"),
        (given(given_by=PERSON.code), "consent-giver"),
        (given(given_by=WINDOW), "consent-giver"),
        (given(mode=Mode.AGENT), "consent-giver"),
        (given(mode=Mode.AGENT, given_by=WINDOW), "consent-giver"),
        (given(mode=Mode.AGENT, given_by=f"{FIRM.code[0]} {FIRM.code[1:]}"), "consent-giver"),
        (given(mode=Mode.AGENT, given_by=FIRM.code.lower()), "consent-giver"),
        (given(mode=Mode.AGENT, given_by=f"{WINDOW[:8]}-{WINDOW[8:]}"), "consent-giver"),
        (given(mode=Mode.AGENT, given_by="—"), "consent-giver"),
        (given(mode=Mode.AGENT, given_by=""), "consent-giver"),
        (statutory(given_by=FIRM.code), "consent-giver"),
        (given(reference=""), "consent-reference"),
        (given(reference="授权书"), "consent-reference"),
        (statutory(reference=""), "consent-basis"),
        (statutory(reference="依" * 201), "consent-basis"),
        (given(valid_until=None), "consent-period"),
        (given(valid_until=NOW - timedelta(microseconds=1)), "consent-expired"),
        (statutory(valid_until=NOW - timedelta(days=1)), "consent-expired"),
        (given(fields=("legal_representative",)), "consent-fields"),
        (given(fields=()), "consent-fields"),
        (statutory(fields=("address",)), "consent-fields"),
        (given(case_number="YL-2026-000816"), "consent-case"),
    ],
)
def test_what_does_not(consent: Consent, reason: str) -> None:
    with pytest.raises(ConsentRefused) as refusal:
        check(consent)
    assert refusal.value.reason == reason


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ConsentRefused) as refusal:
        check(given(fields=("legal_representative",)))
    assert refusal.value.text == "address"


def test_a_requirement_that_shows_nothing_needs_no_field() -> None:
    check(given(fields=()), fields=())


def test_a_mode_may_be_written_as_text_and_must_exist() -> None:
    assert given(mode="agent").mode is Mode.AGENT
    with pytest.raises(ValueError, match="loan"):
        given(mode="loan")


def test_the_words_of_practice() -> None:
    assert [mode.label for mode in Mode] == ["持证人用证", "委托授权用证", "依职能用证"]


def test_a_period_ends_after_its_last_instant() -> None:
    check_period(Mode.HOLDER, NOW, NOW)
    with pytest.raises(ConsentRefused):
        check_period(Mode.HOLDER, NOW, NOW + timedelta(microseconds=1))
