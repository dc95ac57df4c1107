"""The store of orders of acts, on both databases: read back, moved once, decided once, never taken back."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from issuer.errors import IdempotencyMismatch
from issuer.warrants.errors import WarrantMoved
from issuer.warrants.life import Stage, Step
from issuer.warrants.store import SqlWarrants
from issuer.warrants.warrant import Event, Outcome, Wanted, Warrant
from tests.city import BEGINNING
from trust.rules.standing import ActKind
from trust.rules.two_people import Cause
from trust.sealing.ports import Officer

MAKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
NUMBERS = count(1)


def opened(store: SqlWarrants, **changed: Any) -> Warrant:
    values: dict[str, Any] = {
        "body_code": "B", "kind": ActKind.REVOKE, "ground": "penalty", "subjects": ("b", "a", "c"), "reason": "𬭎",
        "decision": "云市监罚〔2026〕18号", "decided_at": BEGINNING, "effective_at": None, "reverses": None,
    }  # fmt: skip
    wanted = Wanted(**values | changed)
    causes = (Cause.BULK, Cause.RETROACTIVE)
    number = f"{next(NUMBERS):016x}"
    made = Warrant(number, Stage.WAITING, 1, wanted, causes, MAKER, BEGINNING, BEGINNING)
    return store.open(made, event(made, Step.PLACE, MAKER))


def event(warrant: Warrant, step: Step, by: Officer, key: str = "", body: bytes = bytes(32)) -> Event:
    own = key or f"{warrant.number}-{warrant.sequence}"
    return Event(warrant.number, warrant.sequence, step, warrant.stage, warrant.moved_at, by, "", own, body)


def moved(
    store: SqlWarrants, before: Warrant, step: Step, stage: Stage, outcomes: tuple[Outcome, ...] = (), **more: Any
):
    after = replace(before, stage=stage, sequence=before.sequence + 1, moved_at=before.moved_at + timedelta(seconds=1))
    return store.move(before, after, event(after, step, more.pop("by", SECOND), **more), outcomes)


def test_what_was_stored_is_read_back(engine: Engine) -> None:
    store = SqlWarrants(engine)
    warrant = opened(store)
    assert store.find(warrant.number) == warrant  # the licences in the order given
    approved = moved(store, warrant, Step.APPROVE, Stage.APPROVED)
    told = (Outcome("b", 1), Outcome("a", None, "standing-final"), Outcome("c", 4))
    done = moved(store, approved, Step.CARRY_OUT, Stage.DONE, told)
    assert (store.find(warrant.number), tuple(store.outcomes(warrant.number))) == (done, told)
    assert [one.step for one in store.events(warrant.number)] == [Step.PLACE, Step.APPROVE, Step.CARRY_OUT]
    assert store.find("nothing") is None
    assert store.find("\0") is None
    assert store.by_key("nothing") is None


def test_a_key_gives_what_it_gave_and_nothing_else(engine: Engine) -> None:
    store = SqlWarrants(engine)
    warrant = opened(store)
    again = replace(warrant, number=f"{next(NUMBERS):016x}")
    key = f"{warrant.number}-1"
    assert store.open(again, event(again, Step.PLACE, MAKER, key)) == warrant
    with pytest.raises(IdempotencyMismatch):
        store.open(again, event(again, Step.PLACE, MAKER, key, b"\1" * 32))
    refused = moved(store, warrant, Step.REFUSE, Stage.REFUSED, key="r")
    assert moved(store, warrant, Step.REFUSE, Stage.REFUSED, key="r") == refused
    with pytest.raises(IdempotencyMismatch):
        moved(store, warrant, Step.APPROVE, Stage.APPROVED, key="r")


def test_whoever_saw_an_older_state_moves_nothing(engine: Engine) -> None:
    store = SqlWarrants(engine)
    warrant = opened(store)
    withdrawn = moved(store, warrant, Step.WITHDRAW, Stage.WITHDRAWN, by=MAKER, key="w")
    with pytest.raises(WarrantMoved):
        moved(store, warrant, Step.APPROVE, Stage.APPROVED, key="a")
    assert store.find(warrant.number) == withdrawn
    assert len(store.events(warrant.number)) == 2


def test_of_many_decisions_at_once_one_stands(engine: Engine) -> None:
    store = SqlWarrants(engine)
    warrant, gate, outcomes = opened(store), Barrier(8), []

    def decide(number: int) -> None:
        gate.wait()
        try:
            step, stage = (Step.APPROVE, Stage.APPROVED) if number % 2 else (Step.REFUSE, Stage.REFUSED)
            outcomes.append(moved(store, warrant, step, stage, key=f"d{number}"))
        except WarrantMoved as error:
            outcomes.append(error)

    threads = [Thread(target=decide, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    stood = [one for one in outcomes if isinstance(one, Warrant)]
    assert (len(outcomes), len(stood)) == (8, 1)
    assert store.find(warrant.number) == stood[0]
    assert len(store.events(warrant.number)) == 2


def test_lists_are_of_one_body_and_what_waits_comes_first(engine: Engine) -> None:
    store = SqlWarrants(engine)
    first, second, strange = opened(store), opened(store), opened(store, body_code="C")
    done = moved(store, second, Step.APPROVE, Stage.APPROVED)
    assert store.of_body("B", limit=9) == [first, done]
    assert store.of_body("B", limit=1) == [first]
    assert store.of_body("C", limit=9) == [strange]
    assert (store.waiting("B"), store.waiting("C"), store.waiting("D")) == (1, 1, 0)
    assert store.in_stage(Stage.APPROVED, 9) == [done]


def test_what_was_carried_out_is_found_by_kind_and_subject(engine: Engine) -> None:
    store = SqlWarrants(engine)
    cancel, others = ActKind.CANCEL, [opened(store, kind=ActKind.SUSPEND, subjects=("seal:1",)), opened(store)]
    waiting = opened(store, kind=cancel, subjects=("seal:2",))
    done = moved(store, opened(store, kind=cancel, subjects=("seal:1",)), Step.APPROVE, Stage.DONE)
    for one in others:
        moved(store, one, Step.APPROVE, Stage.DONE)
    assert store.done_on(cancel, "seal:") == [done]
    assert store.done_on(cancel, "seal_") == [], "no pattern"
    assert waiting.stage is Stage.WAITING


def test_lengths_are_held_by_the_database(engine: Engine) -> None:
    with pytest.raises(DatabaseError):
        opened(SqlWarrants(engine), decision="一" * 121)
