"""The store of applications, and the register's claims of successors, on both databases."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from issuer.applying.docket import Approval, Docket, Event, propose
from issuer.applying.errors import DocketMoved
from issuer.applying.life import Stage, Step
from issuer.applying.moving import asked, event_of
from issuer.applying.ports import Consequence
from issuer.applying.store import SqlDockets
from issuer.errors import AlreadySucceeded, DuplicateNumber, IdempotencyMismatch, IssuerError
from issuer.feeding.store import SqlFeed
from issuer.ports import Artefacts, Entry, SigningPlan
from issuer.store import SqlRegister
from tests.city import BEGINNING
from tests.edges.test_issuer_store import entry as plain_entry
from trust.revocation.allotting import allot
from trust.revocation.store.acts import SqlActs
from trust.revocation.store.slots import SqlSlots
from trust.rules.succession import Succession, SuccessionKind
from trust.sealing.ports import Officer

MAKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
BEFORE = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
NUMBERS = count(1)


def opened(store: SqlDockets, **changed: Any) -> Docket:
    """An application stored as a draft."""
    values: dict[str, Any] = {"type_code": "T", "issuer_code": "I", "template": "t/1"} | changed
    proposal = propose({"number": f"A{next(NUMBERS)}", "fields": {"姓名": "𬭎"}}, **values)
    docket = Docket(f"{next(NUMBERS):024x}", Stage.DRAFT, 1, proposal, (MAKER,), BEGINNING, BEGINNING)
    return store.open(docket, first_event(docket))


def first_event(docket: Docket, key: str = "") -> Event:
    body = asked(Step.OPEN, docket.proposal.digest, MAKER)
    own = key or f"open-{docket.number}"
    return Event(docket.number, 1, Step.OPEN, Stage.DRAFT, BEGINNING, MAKER, "", docket.proposal.digest, own, body)


def moved(store: SqlDockets, docket: Docket, step: Step, by: Officer = MAKER, *, key: str = "", **more: Any) -> Docket:
    at = more.pop("at", docket.moved_at + timedelta(seconds=1))
    after, event = event_of(docket, step, by=by, key=key or f"{docket.number}-{docket.sequence}", at=at, **more)
    return store.move(docket, after, event)


def test_what_was_stored_is_read_back(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store, succession=Succession(SuccessionKind.COURT_ORDER, BEFORE), basis="（2026）云0199执12号")
    assert store.find(docket.number) == docket
    approval = Approval(SECOND, docket.proposal.digest, BEGINNING + timedelta(days=7))
    docket = moved(store, docket, Step.SUBMIT)
    docket = moved(store, docket, Step.APPROVE, SECOND, approval=approval)
    assert store.find(docket.number) == docket
    assert docket.approval == approval
    docket = moved(store, docket, Step.RETURN, SECOND, reason="请补正", approval=None)
    assert store.find(docket.number) == docket
    events = store.events(docket.number)
    assert [event.step for event in events] == [Step.OPEN, Step.SUBMIT, Step.APPROVE, Step.RETURN]
    assert (events[-1].by, events[-1].reason) == (SECOND, "请补正")
    assert events[0].at == BEGINNING


def test_the_content_of_every_version_is_kept(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store)
    other = replace(docket.proposal, body='{"number":"B"}')
    moved(store, moved(store, docket, Step.SAVE, proposal=other), Step.SUBMIT)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT proposal FROM docket_event ORDER BY sequence")).scalars().all()
    assert kept == [docket.proposal.body, other.body, other.body]


def test_a_key_gives_what_it_gave_and_nothing_else(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store)
    again = replace(docket, number="f" * 24)
    event = first_event(docket)
    assert store.open(docket, event) == docket
    with pytest.raises(IdempotencyMismatch):
        store.open(again, replace(first_event(again), key=event.key, body=bytes(32)))
    found = store.by_key(event.key)
    assert found is not None
    assert found[0] == docket
    assert store.by_key("another") is None
    assert store.find("f" * 24) is None


def test_whoever_saw_an_older_state_moves_nothing(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store)
    now = moved(store, docket, Step.SUBMIT)
    with pytest.raises(DocketMoved):
        moved(store, docket, Step.WITHDRAW, key="late")
    with pytest.raises(DocketMoved):
        moved(store, replace(docket, number="e" * 24), Step.WITHDRAW, key="nobody")
    assert store.find(docket.number) == now
    assert len(store.events(docket.number)) == 2


def test_a_step_repeated_under_its_key_gives_what_stands_now(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store)
    moved(store, docket, Step.SUBMIT, key="once")
    back = moved(store, moved(store, docket, Step.SUBMIT, key="once"), Step.RETURN, SECOND, reason="请补正")
    assert moved(store, docket, Step.SUBMIT, key="once") == back
    with pytest.raises(IdempotencyMismatch):
        moved(store, docket, Step.WITHDRAW, key="once")


def test_of_two_at_once_one_decides(engine: Engine) -> None:
    store = SqlDockets(engine)
    for place in range(5):
        docket = moved(store, opened(store), Step.SUBMIT)
        barrier, outcomes = Barrier(2), []

        def decide(step: Step, key: str, docket: Docket = docket, barrier: Barrier = barrier) -> None:
            barrier.wait(10)
            try:
                outcomes.append(moved(store, docket, step, SECOND, key=key, reason="理由"))  # noqa: B023  (joined below)
            except DocketMoved as error:
                outcomes.append(error)  # noqa: B023  (joined below)

        threads = [Thread(target=decide, args=(step, f"{step}-{place}")) for step in (Step.APPROVE, Step.REFUSE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(isinstance(one, DocketMoved) for one in outcomes) == [False, True]
        assert len(store.events(docket.number)) == 3


def test_lists_are_of_one_body_newest_first_and_go_on_where_they_stopped(engine: Engine) -> None:
    store = SqlDockets(engine)
    own = [opened(store) for _ in range(5)]
    opened(store, issuer_code="J")
    own[2] = moved(store, own[2], Step.SUBMIT, at=BEGINNING + timedelta(hours=1))
    listed = store.of_body("I", tuple(Stage), limit=9)
    assert listed[0].number == own[2].number
    assert {one.number for one in listed} == {one.number for one in own}
    pages, last = [], ""
    while page := store.of_body("I", tuple(Stage), limit=2, after=last):
        pages += page
        last = page[-1].number
    assert pages == list(listed)
    assert store.counts("I") == {Stage.DRAFT: 4, Stage.SUBMITTED: 1}
    assert store.counts("K") == {}
    assert [one.number for one in store.of_body("I", [Stage.SUBMITTED], limit=9)] == [own[2].number]
    assert [one.number for one in store.in_stage(Stage.DRAFT, 2)] == sorted(
        one.number for one in store.in_stage(Stage.DRAFT, 9)
    )[:2]


def test_what_no_database_could_keep_is_kept_all_the_same(engine: Engine) -> None:
    """A draft may hold what a licence may not: NUL, lone surrogates, other planes."""
    store = SqlDockets(engine)
    proposal = propose({"number": "\0\ud800\U0010ffff"}, type_code="T", issuer_code="I", template="t/1")
    docket = Docket("a" * 24, Stage.DRAFT, 1, proposal, (MAKER,), BEGINNING, BEGINNING)
    store.open(docket, first_event(docket))
    found = store.find("a" * 24)
    assert found is not None
    assert found.proposal.members == {"number": "\0\ud800\U0010ffff"}
    assert store.find("\0") is None


def test_lengths_are_held_by_the_database(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = opened(store)
    with pytest.raises(DatabaseError):
        moved(store, docket, Step.SUBMIT, Officer("x" * 65, "周明远"))
    assert store.find(docket.number) == docket


# --- release ----------------------------------------------------------------------------------------------------------


def begin(register: SqlRegister, entry: Entry) -> Entry:
    (stored,) = register.begin_many([entry])
    if isinstance(stored, IssuerError):
        raise stored
    return stored


def planned(engine: Engine, key: str) -> tuple[SqlRegister, Entry]:
    register = SqlRegister(engine, lambda *_: bytes(32))
    entry = replace(plain_entry(f"S{next(NUMBERS)}"), key=key)
    begin(register, entry)
    (ready,) = register.plan_many([(entry, SigningPlan(b"token", "sm3:o", "sm3:p"))])
    return register, ready


def issuing(store: SqlDockets) -> Docket:
    docket = moved(store, opened(store), Step.SUBMIT)
    docket = moved(store, docket, Step.APPROVE, SECOND)
    return moved(store, docket, Step.BEGIN)


ARTEFACTS = Artefacts("sm3:o", "sm3:p", 7, BEGINNING)


def test_licence_and_application_are_released_together(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = issuing(store)
    register, entry = planned(engine, docket.key)
    after, event = event_of(docket, Step.RELEASE, by=SECOND, key="release", at=BEGINNING, identifier="x")
    for _ in range(2):  # repeated, it is what it was
        (released,) = store.release(docket, after, event, [(entry, ARTEFACTS)], None)
        assert released.artefacts == ARTEFACTS
        assert store.find(docket.number) == after
    assert len(store.events(docket.number)) == 5
    assert register.find(str(entry.licence.identifier)) == released


def test_where_the_consequence_fails_nothing_is_released(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = issuing(store)
    register, entry = planned(engine, docket.key)
    allot(SqlSlots(engine), "subject", random=bytes, size=64)
    after, event = event_of(docket, Step.RELEASE, by=SECOND, key="release", at=BEGINNING)

    def fail(recording: Any) -> Any:
        assert recording.acts() == []
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.release(docket, after, event, [(entry, ARTEFACTS)], Consequence("subject", fail))
    assert store.find(docket.number) == docket
    found = register.find(str(entry.licence.identifier))
    assert found is not None
    assert found.artefacts is None
    assert SqlActs(engine).of("subject") == []


def test_what_was_given_up_is_not_released(engine: Engine) -> None:
    store = SqlDockets(engine)
    docket = issuing(store)
    register, entry = planned(engine, docket.key)
    after, event = event_of(docket, Step.RELEASE, by=SECOND, key="release", at=BEGINNING)
    moved(store, docket, Step.ABANDON, SECOND, key="abandon", reason="作废")
    with pytest.raises(DocketMoved):
        store.release(docket, after, event, [(entry, ARTEFACTS)], None)
    found = register.find(str(entry.licence.identifier))
    assert found is not None
    assert found.artefacts is None


@pytest.mark.parametrize(
    ("step", "told"), [(Step.BREAK_OFF, "application.returned"), (Step.ABANDON, "application.refused")]
)
def test_what_was_not_issued_is_told(engine: Engine, step: Step, told: str) -> None:
    store = SqlDockets(engine)
    docket = moved(store, issuing(store), step, SECOND, reason="照面放不下")
    (*_, last) = SqlFeed(engine).after(docket.proposal.issuer_code, 0, 10)
    assert (last.kind.value, last.subject) == (told, docket.number)


# --- claims -----------------------------------------------------------------------------------------------------------


def following(before: Entry, key: str, kind: SuccessionKind = SuccessionKind.AMEND, **changed: Any) -> Entry:
    """An entry that follows another: the next version of the same licence."""
    licence = before.licence
    new = replace(
        licence,
        identifier=licence.identifier.next_version(),
        succession=Succession(kind, str(licence.identifier)),
        **changed,
    )
    return replace(before, key=key, licence=new)


def test_a_successor_keeps_the_number_and_nobody_else_may(engine: Engine) -> None:
    register = SqlRegister(engine, lambda *_: bytes(32))
    one = plain_entry(f"S{next(NUMBERS)}")
    begin(register, one)
    two = following(one, "two")
    three = following(two, "three")
    assert begin(register, two) == two
    assert begin(register, three) == three
    stranger = replace(plain_entry(f"S{next(NUMBERS)}"), key="stranger")
    with pytest.raises(DuplicateNumber):
        begin(register, replace(stranger, licence=replace(stranger.licence, number=one.licence.number)))
    numbers = one.licence.identifier.issuer_code, one.licence.identifier.type_code
    assert register.numbered(*numbers, one.licence.number) == one
    assert register.numbered_many(*numbers, [one.licence.number]) == {one.licence.number: one.key}
    assert register.successor_of(str(one.licence.identifier)) == two
    assert register.successor_of(str(three.licence.identifier)) is None
    assert register.successor_of("\0") is None


def test_a_licence_has_one_successor_whatever_its_identifier(engine: Engine) -> None:
    register = SqlRegister(engine, lambda *_: bytes(32))
    one = plain_entry(f"S{next(NUMBERS)}")
    begin(register, one)
    two = following(one, "two")
    begin(register, two)
    with pytest.raises(AlreadySucceeded):
        begin(register, replace(two, key="again"))
    later = replace(two.licence, identifier=two.licence.identifier.next_version())
    with pytest.raises(AlreadySucceeded):
        begin(register, replace(two, key="beside", licence=later))
    assert begin(register, two) == two


def test_a_successor_takes_no_number_of_another_licence(engine: Engine) -> None:
    register = SqlRegister(engine, lambda *_: bytes(32))
    one, other = plain_entry(f"S{next(NUMBERS)}"), replace(plain_entry(f"S{next(NUMBERS)}"), key="other")
    begin(register, one)
    begin(register, other)
    with pytest.raises(DuplicateNumber):
        begin(register, following(one, "two", SuccessionKind.CORRECT, number=other.licence.number))
    two = following(one, "three", SuccessionKind.CORRECT, number="CORRECTED")
    begin(register, two)
    back = following(two, "four", SuccessionKind.CORRECT, number=one.licence.number)
    assert begin(register, back) == back  # its own old number, not another's
    assert begin(register, following(back, "five")) is not None


def test_a_chunk_with_successors_is_stored_as_one(engine: Engine) -> None:
    register = SqlRegister(engine, lambda *_: bytes(32))
    one, other = plain_entry(f"S{next(NUMBERS)}"), replace(plain_entry(f"S{next(NUMBERS)}"), key="other")
    register.begin_many([one, other])
    chunk = [following(one, "one-two"), following(other, "other-two")]
    assert register.begin_many(chunk) == chunk
