"""The register of consents to copies on both databases: what is unique, and that each is decided once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from issuer.consenting.consent import CopyConsent, Stage
from issuer.consenting.errors import ConsentMoved, ConsentNotTaken
from issuer.consenting.store import SqlCopyConsents
from issuer.errors import IdempotencyMismatch
from issuer.ports import Entry
from issuer.store import SqlRegister
from tests.case_parts import licence
from tests.journey_parts import all_at_once
from trust.sealing.ports import Officer

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
MAKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
ORIGINAL = licence("ORIGINAL")
BODY = ORIGINAL.identifier.issuer_code


def consent(reference: str = "SQ-1", **changed: Any) -> CopyConsent:
    """A consent on paper that waits."""
    made = CopyConsent(
        BODY, reference, "holder", str(ORIGINAL.identifier), "甲", "开户", "某银行", AT + timedelta(days=9),
        Stage.WAITING, MAKER, AT, f"key {reference}", f"sm3:{reference:0>64}", "sm3:" + "0a" * 32,
    )  # fmt: skip
    return replace(made, **changed)


def given(one: CopyConsent) -> CopyConsent:
    return replace(one, stage=Stage.GIVEN, decided_by=SECOND, decided_at=AT)


@pytest.fixture
def consents(engine: Engine) -> SqlCopyConsents:
    begun = Entry("key", "sm3:" + "0" * 64, ORIGINAL, "周明远", AT, "sm3:" + "0c" * 32)
    SqlRegister(engine, lambda _kind, code: code.encode().ljust(32)).begin_many([begun])
    return SqlCopyConsents(engine)


def test_what_was_stored_is_read_back(consents: SqlCopyConsents) -> None:
    paper, own = consent(), consent("ZX-1", document=None, stage=Stage.GIVEN, recorded_at=AT + timedelta(seconds=1))
    assert [consents.add(one) for one in (paper, own)] == [paper, own]
    assert consents.find(BODY, "SQ-1") == consents.by_key("key SQ-1") == paper
    assert consents.of_original(str(ORIGINAL.identifier)) == [own, paper]
    decided = replace(paper, stage=Stage.REFUSED, decided_by=SECOND, decided_at=AT, reason="不是本人签字")
    assert consents.decide(decided) == consents.find(BODY, "SQ-1") == decided
    for nothing in ("", "SQ-2", "\0"):
        assert consents.find(BODY, nothing) is None
    assert consents.find("another", "SQ-1") is None


def test_a_number_and_a_key_are_given_once(consents: SqlCopyConsents) -> None:
    first = consents.add(consent())
    assert consents.add(consent("SQ-2", key=first.key, asked=first.asked)) == first
    with pytest.raises(IdempotencyMismatch):
        consents.add(consent("SQ-2", key=first.key))
    with pytest.raises(ConsentNotTaken, match="consent-known"):
        consents.add(consent(key="another"))
    assert consents.add(consent(key="third", body_code="another")).body_code == "another"


def test_only_what_waits_is_decided_and_once(consents: SqlCopyConsents) -> None:
    paper = consents.add(consent())
    outcomes = all_at_once(*[partial(consents.decide, given(paper))] * 4)
    assert sum(isinstance(one, CopyConsent) for one in outcomes) == 1
    assert sum(isinstance(one, ConsentMoved) for one in outcomes) == 3
    with pytest.raises(ConsentMoved):
        consents.decide(replace(paper, stage=Stage.REFUSED, decided_by=SECOND, decided_at=AT, reason="否"))


def test_the_table_itself_asks_for_the_second_person(consents: SqlCopyConsents) -> None:
    with pytest.raises(IntegrityError):
        consents.decide(replace(given(consents.add(consent())), decided_by=None))


def test_a_list_goes_on_behind_a_number_with_what_no_database_keeps(consents: SqlCopyConsents) -> None:
    for reference in ("A", "B"):
        consents.add(consent(reference))
    found = {
        after: [one.reference for one in consents.of_body(BODY, None, limit=9, after=after)]
        for after in ("\0", "A\0", "A", "B\0C")
    }
    assert found == {"\0": ["A", "B"], "A\0": ["B"], "A": ["B"], "B\0C": []}


def test_why_a_consent_is_withdrawn_may_be_said_anew_as_long_as_it_is_not(consents: SqlCopyConsents) -> None:
    one = consents.add(consent())
    for reason in ("来函撤回", "另一个理由"):
        consents.explain(BODY, one.reference, reason)
    assert consents.find(BODY, one.reference) == replace(one, reason="另一个理由")


def test_a_confirmation_leaves_the_reason_of_a_withdrawal_under_way(consents: SqlCopyConsents) -> None:
    one = consents.add(consent())
    consents.explain(BODY, one.reference, "来函撤回")
    consents.decide(given(one))  # by somebody who saw it before
    assert consents.find(BODY, one.reference) == replace(given(one), reason="来函撤回")


def test_a_consent_needs_its_licence(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        SqlCopyConsents(engine).add(consent())
