"""Whatever bodies hand in, and whenever: between two chunks of one body every other that waits has had its turn."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from issuer.batches.life import Batch, Event, State, Step
from issuer.batches.store import SqlBatches
from service.database import open_engine
from tests.edges.conftest import load_all_stores
from trust.sealing.ports import Officer
from trust.store import METADATA

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
BODIES = ("A", "B", "C")
handed_in = st.lists(st.tuples(st.sampled_from(BODIES), st.integers(1, 9), st.booleans()), min_size=1, max_size=6)


def fresh() -> Engine:
    load_all_stores()
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    return engine


def opened(book: SqlBatches, place: int, body: str, rows: int, state: State) -> None:
    at = AT + timedelta(seconds=place)
    batch = Batch(f"{place:02x}", body, "type", "bundle/1", "", "sm3:00", rows, Officer("a", "甲"), at, at, state)
    given_rows = [(row, {"number": str(row)}) for row in range(2, 2 + rows)]
    book.open(batch, given_rows, Event(batch.number, 1, Step.SUBMIT, at, batch.submitted_by), f"key {place}")


def waiting(book: SqlBatches, handed: list[tuple[str, int, bool]]) -> set[str]:
    """Bodies of which some row waits."""
    return {body for place, (body, *_) in enumerate(handed) if sum(_left(book, place)) > 0}


def _left(book: SqlBatches, place: int) -> list[int]:
    return [count for state, count in book.counts(f"{place:02x}").items() if state == "waiting"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(handed_in, st.integers(1, 4))
def test_bodies_take_turns(handed: list[tuple[str, int, bool]], size: int) -> None:
    engine = fresh()
    book = SqlBatches(engine)
    for place, (body, rows, trial) in enumerate(handed):
        opened(book, place, body, rows, State.TRYING if trial else State.RUNNING)
    order: list[tuple[str, set[str]]] = []
    while True:
        wait = waiting(book, handed)
        taken = book.lease("w", at=AT, until=AT + timedelta(1), size=size)
        if taken is None:
            break
        order.append((taken[0].body_code, wait))
        book.issued(taken[0].number, [(row.number, "id") for row in taken[1]])
    assert not waiting(book, handed)
    for place, (body, _) in enumerate(order):
        later = next((one for one in range(place + 1, len(order)) if order[one][0] == body), None)
        if later is not None:
            assert order[later][1] <= {one for one, _ in order[place:later]}, order
    engine.dispose()
