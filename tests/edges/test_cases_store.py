"""Citations on SQLite and PostgreSQL: what is kept, and that a revocation committed before the citation wins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect, select, text

from cases.citation import Citation, CitationRequest
from cases.citing import cite
from cases.consent import Mode
from cases.errors import CasesError, ConsentRefused, IdempotencyMismatch, NumberTaken, StandingMoved
from cases.showing import show_face
from cases.store import CITATIONS, SqlCitations
from keys.randomness import random_octets
from tests.case_parts import (
    FIRM,
    KEY,
    NEWER,
    NOW,
    OLDER,
    PERSON,
    SCHOOLS,
    WINDOW,
    asked,
    checked,
    citing_ports,
    given,
    licence,
    shelf,
    showing_ports,
    statutory,
)
from tests.journey_parts import all_at_once
from trust.revocation.allotting import allot_many
from trust.revocation.store.acts import SqlActs, SqlRecording
from trust.revocation.store.slots import SqlSlots
from trust.rules.standing import Act, ActKind, Status

SIZE = 1 << 12
PATIENCE_S = 30
LONG_ENOUGH_S = 0.3


@pytest.fixture
def store(engine: Engine) -> SqlCitations:
    """A store in which the office's licences stand."""
    allot_many(SqlSlots(engine), [str(NEWER.identifier), str(OLDER.identifier)], random=random_octets, size=SIZE)
    return SqlCitations(engine)


def make(store: SqlCitations, request: CitationRequest | None = None, *, key: str = KEY, **changes: object) -> Citation:
    ports = replace(citing_ports(store=store), **changes)  # type: ignore[arg-type]  # names and values come from the test
    return cite(ports, request or asked(), key=key, at=NOW, number_random=random_octets)


def revoke(recording: SqlRecording, identifier: str = str(NEWER.identifier)) -> None:
    """Add a revocation in an open transaction."""
    act = Act(identifier, 1, ActKind.REVOKE, "other", "测试", NOW, NOW, NOW, "周明远")
    recording.add(act, salt=bytes(16), key=f"revoke {identifier}", body=bytes(32), status=Status.REVOKED)


@contextmanager
def running(work: Callable[[], object]) -> Iterator[list[object]]:
    """Do the work in a thread beside the block; its result, or its error, is in the list after the block."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(work())
        except CasesError as error:
            outcome.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield outcome
    finally:
        thread.join(PATIENCE_S)
    assert not thread.is_alive()


# What is kept


@pytest.mark.parametrize("consent", [statutory(), statutory(valid_until=NOW + timedelta(days=1)), given()])
def test_a_citation_comes_back_as_it_went_in(store: SqlCitations, consent: object) -> None:
    citation = make(store, asked(consent=consent))
    assert store.find(citation.number) == citation
    assert list(store.of_case(citation.case_number)) == [citation]
    assert list(store.of_licence(citation.identifier)) == [citation]


def test_what_may_be_absent(store: SqlCitations) -> None:
    papers = shelf(replace(checked(NEWER), status_list_number=None))
    matters = (
        replace(
            citing_ports().matters[0], requirements=(replace(citing_ports().matters[0].requirements[0], fields=()),)
        ),
    )
    citation = make(store, holdings=papers, checks=papers, matters=matters)
    found = store.find(citation.number)
    assert found is not None
    assert (found.fields, found.status_list, found.consent_valid_until) == ((), None, None)


def test_nothing_is_found_where_nothing_is(store: SqlCitations) -> None:
    assert store.find("YZ") is None
    assert store.answered(WINDOW, KEY, b"") is None
    assert not [*store.of_case("YL-1"), *store.of_licence("x"), *store.unrecorded(NOW)]
    assert store.withdrawn(WINDOW, Mode.HOLDER, "SQ-1") is None


def test_citations_are_listed_by_time(store: SqlCitations) -> None:
    ports, numbers = citing_ports(store=store), []
    for minutes in (3, 1, 2):
        at = NOW + timedelta(minutes=minutes)
        numbers.append(cite(ports, asked(), key=f"{KEY}{minutes}", at=at, number_random=random_octets).number)
    assert [found.number for found in store.of_case("YL-2026-000815")] == [numbers[1], numbers[2], numbers[0]]


def test_no_table_names_the_holder(store: SqlCitations, engine: Engine) -> None:
    make(store, asked(consent=given(mode=Mode.AGENT, given_by=PERSON.code)))
    dump, tables = b"", inspect(engine).get_table_names()
    with engine.begin() as connection:
        for table in tables:
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                dump += b"".join(
                    bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row
                )
    assert "罗小满".encode() in dump
    for secret in (FIRM.code, FIRM.name, PERSON.code, PERSON.name, KEY):
        assert secret.encode() not in dump


def test_a_citation_shows_its_fields_until_the_consent_is_withdrawn(store: SqlCitations) -> None:
    citation = make(store, asked(consent=given()))
    ports = showing_ports(citing_ports(store=store))
    assert show_face(ports, citation.number, WINDOW, NOW) == {
        "legal_representative": "林若溪",
        "address": "云岭市东大街１号",
    }
    store.withdraw(WINDOW, Mode.HOLDER, citation.consent_reference, NOW)
    with pytest.raises(ConsentRefused):
        show_face(ports, citation.number, WINDOW, NOW)


# Keys, numbers, plans


def test_same_key_same_octets_other_body_refused(store: SqlCitations) -> None:
    first = make(store)
    assert make(store) == first
    with pytest.raises(IdempotencyMismatch):
        make(store, asked(case_number="YL-2026-000816"))
    with pytest.raises(IdempotencyMismatch):
        store.record(replace(first, number="YZ0"), b"other", KEY, 0)
    assert store.answered(SCHOOLS, KEY, b"other") is None


def test_the_first_answer_stays_after_the_licence_fell(store: SqlCitations, engine: Engine) -> None:
    first = make(store)
    with SqlActs(engine).recording(first.identifier) as recording:
        revoke(recording)
    assert make(store) == first


def test_a_number_is_planned_once(store: SqlCitations) -> None:
    ports = citing_ports(store=store)
    cite(ports, asked(), key=KEY, at=NOW, number_random=bytes)
    with pytest.raises(NumberTaken):
        cite(ports, asked(), key=KEY + "2", at=NOW, number_random=bytes)


def test_a_plan_without_a_record_is_listed(store: SqlCitations, engine: Engine) -> None:
    done = make(store)
    with SqlActs(engine).recording(done.identifier) as recording:
        revoke(recording)
    with pytest.raises(StandingMoved):
        make(store, key=KEY + "2")
    assert list(store.unrecorded(NOW)) == []
    (left,) = store.unrecorded(NOW + timedelta(seconds=1))
    assert left != done.number


# Standing and consent


def test_a_licence_without_a_standing_row_is_not_cited(engine: Engine) -> None:
    with pytest.raises(StandingMoved) as refusal:
        make(SqlCitations(engine))
    assert refusal.value.found is None


def test_a_consent_keeps_its_terms(store: SqlCitations) -> None:
    make(store, asked(consent=given()))
    make(store, asked(consent=given(), case_number="YL-2026-000816"), key=KEY + "2")
    with pytest.raises(ConsentRefused) as refusal:
        make(store, asked(consent=given(fields="all")), key=KEY + "3")
    assert refusal.value.reason == "consent-changed"


@pytest.mark.parametrize("used_before", [True, False])
def test_a_withdrawn_consent_is_not_used_again(store: SqlCitations, used_before: bool) -> None:
    if used_before:
        make(store, asked(consent=given()))
    reference = given().reference
    assert store.withdraw(WINDOW, Mode.HOLDER, reference, NOW) == NOW
    assert store.withdraw(WINDOW, Mode.HOLDER, reference, NOW + timedelta(days=1)) == NOW
    assert store.withdrawn(WINDOW, Mode.HOLDER, reference) == NOW
    assert store.withdrawn(WINDOW, Mode.AGENT, reference) is None
    with pytest.raises(ConsentRefused) as refusal:
        make(store, asked(consent=given()), key=KEY + "2")
    assert refusal.value.reason == "consent-withdrawn"
    other = given(reference="SQ-2026-000118")
    assert make(store, asked(consent=other), key=KEY + "3").consent_reference == other.reference


# Races


def cited_when_revoked(engine: Engine, identifier: str) -> list[str]:
    """Revoke, and in the same transaction, before it is committed, look which citations of the licence there are."""
    with SqlActs(engine).recording(identifier) as recording:
        revoke(recording, identifier)
        wanted = select(CITATIONS.c.number).where(CITATIONS.c.identifier == identifier)
        return list(recording._connection.scalars(wanted))


@contextmanager
def paused_before(engine: Engine, statement_start: str) -> Iterator[tuple[Event, Event]]:
    """Pause whoever is about to execute such a statement: the first event says so, the second lets it go on."""
    reached, released = Event(), Event()

    def pause(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(statement_start) and not reached.is_set():
            reached.set()
            assert released.wait(PATIENCE_S)

    event.listen(engine, "before_cursor_execute", pause)
    try:
        yield reached, released
    finally:
        released.set()
        event.remove(engine, "before_cursor_execute", pause)


def test_a_revocation_under_way_is_waited_for_and_wins(store: SqlCitations, engine: Engine) -> None:
    """Verified before the revocation began, recorded while it is open: the citation waits, then is refused."""
    verified, begun, papers = Event(), Event(), shelf()

    def hold(_identifier: str) -> None:
        verified.set()
        assert begun.wait(PATIENCE_S)

    papers.before_answer = hold
    with running(lambda: make(store, holdings=papers, checks=papers)) as outcome:
        assert verified.wait(PATIENCE_S)
        with SqlActs(engine).recording(str(NEWER.identifier)) as recording:
            revoke(recording)
            begun.set()
            Event().wait(LONG_ENOUGH_S)
            assert outcome == []
    (refusal,) = outcome
    assert isinstance(refusal, StandingMoved)
    assert (refusal.expected, refusal.found) == (0, 1)
    assert list(store.of_licence(str(NEWER.identifier))) == []


def test_a_citation_under_way_is_waited_for_and_seen(store: SqlCitations, engine: Engine) -> None:
    """The other order: a revocation that begins while the citation is being recorded sees it."""
    identifier = str(NEWER.identifier)
    with paused_before(engine, "INSERT INTO citation (") as (reached, released), running(lambda: make(store)) as made:
        assert reached.wait(PATIENCE_S)
        with running(lambda: cited_when_revoked(engine, identifier)) as revoked:
            Event().wait(LONG_ENOUGH_S)
            assert revoked == []
            released.set()
    (citation,) = made
    assert isinstance(citation, Citation)
    assert revoked == [[citation.number]]


def test_revocation_and_citation_always_have_an_order(store: SqlCitations, engine: Engine) -> None:
    """Many licences, each revoked and cited at the same moment: cited means seen by the revocation, or refused."""
    papers = [licence(f"R{count}") for count in range(40)]
    allot_many(SqlSlots(engine), [str(paper.identifier) for paper in papers], random=random_octets, size=SIZE)
    ports = citing_ports(shelf(*map(checked, papers)), store)
    for count, paper in enumerate(papers):
        identifier = str(paper.identifier)

        def use(identifier: str = identifier, key: str = f"{KEY}{count}") -> Citation:
            return cite(ports, asked(identifier=identifier), key=key, at=NOW, number_random=random_octets)

        def fall(identifier: str = identifier) -> list[str]:
            return cited_when_revoked(engine, identifier)

        citation, seen = all_at_once(use, fall)
        recorded = [found.number for found in store.of_licence(identifier)]
        assert seen == recorded
        assert isinstance(citation, Citation if recorded else StandingMoved)


def test_a_withdrawal_under_way_is_waited_for_and_wins(store: SqlCitations, engine: Engine) -> None:
    first = make(store, asked(consent=given()))
    named = Mode.HOLDER, first.consent_reference
    with (
        paused_before(engine, "UPDATE citation_consent") as (reached, released),
        running(lambda: store.withdraw(WINDOW, *named, NOW)) as withdrawn,
    ):
        assert reached.wait(PATIENCE_S)
        with running(lambda: make(store, asked(consent=given()), key=KEY + "2")) as outcome:
            Event().wait(LONG_ENOUGH_S)
            assert outcome == []
            released.set()
    assert withdrawn == [NOW]
    (refusal,) = outcome
    assert isinstance(refusal, ConsentRefused)
    assert refusal.reason == "consent-withdrawn"
    assert list(store.of_licence(first.identifier)) == [first]


def test_one_key_pressed_many_times_is_one_citation(store: SqlCitations) -> None:
    outcomes = all_at_once(*[lambda: make(store)] * 12)
    assert len(store.of_case("YL-2026-000815")) == 1
    assert outcomes == [store.of_case("YL-2026-000815")[0]] * 12


def test_many_officers_cite_one_licence(store: SqlCitations) -> None:
    consent = given()
    keys = [f"{KEY}-{count}" for count in range(12)]
    outcomes = all_at_once(*[lambda key=key: make(store, asked(consent=consent), key=key) for key in keys])
    assert all(isinstance(outcome, Citation) for outcome in outcomes), outcomes
    assert len(store.of_licence(str(NEWER.identifier))) == 12


def test_one_set_of_terms_prevails(store: SqlCitations) -> None:
    terms = [given(), given(fields="all")] * 4
    works = [
        lambda count=count, consent=consent: make(store, asked(consent=consent), key=f"{KEY}-{count}")
        for count, consent in enumerate(terms)
    ]
    outcomes = all_at_once(*works)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, ConsentRefused)]
    assert {refusal.reason for refusal in refusals} == {"consent-changed"}
    assert sum(isinstance(outcome, Citation) for outcome in outcomes) == len(refusals) == 4


@pytest.mark.postgres
def test_under_serializable_the_race_is_run_again(store: SqlCitations, engine: Engine) -> None:
    """A stricter database gives one of two transactions up (40001); it is run again and finds what happened."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    strict = SqlCitations(engine.execution_options(isolation_level="SERIALIZABLE"))
    keys = [f"{KEY}-{count}" for count in range(5)]
    consent = given()
    outcomes = all_at_once(*[lambda key=key: make(strict, asked(consent=consent), key=key) for key in keys])
    assert all(isinstance(outcome, Citation) for outcome in outcomes), outcomes
    assert len(store.of_licence(str(NEWER.identifier))) == 5
