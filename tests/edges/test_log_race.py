"""Several processes append and publish at once: no two of the notes that come out contradict each other."""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from sqlalchemy import Engine, create_engine, select

from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm3 import sm3
from service.database import open_engine
from trust.errors import Conflict, Untrusted
from trust.formats.checkpoint import Checkpoint, parse_checkpoint
from trust.formats.leaf import EntryKind, Statement
from trust.formats.merkle import consistency_proof
from trust.formats.misbehaviour import accuse, clash
from trust.log.appending import append
from trust.log.checkpointing import publish_checkpoint
from trust.log.errors import LogDamaged
from trust.log.store import SqlLog, log_checkpoint
from trust.log.witnessing import check_continues

ORIGIN, SIGNER = "rizhi.example/log", memory_signer()
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ROUNDS = 25


def statement(name: str) -> Statement:
    return Statement(EntryKind.ACT, (sm3(name.encode()),))


class Delayed:
    """A signer that lets others go first: `meanwhile` happens after the plan and before the signature."""

    public, reference, software = SIGNER.public, SIGNER.reference, SIGNER.software

    def __init__(self, meanwhile: Sequence[object]) -> None:
        self._meanwhile = iter(meanwhile)

    def sign(self, message: bytes) -> bytes:
        for one in self._meanwhile:
            one()  # type: ignore[operator]  # what the test hands in
        return SIGNER.sign(message)


def notes_of(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        return [bytes(one) for one in connection.scalars(select(log_checkpoint.c.note)) if one is not None]


def contradictions(notes: Sequence[bytes]) -> list[tuple[Checkpoint, Checkpoint]]:
    read = [parse_checkpoint(note)[0] for note in notes]
    return [(one, other) for one, other in combinations(read, 2) if clash(one, other) is not None]


def test_who_publishes_while_another_signs_is_not_earlier_with_more(engine: Engine) -> None:
    log, late = SqlLog(engine), AT - timedelta(milliseconds=5)
    append(log, [statement("a")], AT - timedelta(seconds=1))
    notes: dict[str, bytes] = {}

    def other() -> None:
        append(log, [statement("b")], late)
        notes["B"] = publish_checkpoint(log, SIGNER, ORIGIN, late)

    notes["A"] = publish_checkpoint(log, Delayed([other]), ORIGIN, AT)
    assert accuse(notes["A"], notes["B"], ORIGIN, SIGNER.public, None) is None
    assert [parse_checkpoint(notes[name])[0].size for name in "AB"] == [1, 2]
    assert parse_checkpoint(notes["B"])[0].at == AT


def test_nothing_smaller_or_earlier_is_planned_than_what_is_planned(engine: Engine) -> None:
    log = SqlLog(engine)
    assert log.planned() is None
    log.plan(3, AT, b"text")
    log.plan(5, AT, b"more")
    for size, at in ((4, AT), (6, AT - timedelta(microseconds=1)), (4, AT + timedelta(days=1))):
        with pytest.raises(Conflict, match="checkpoint-overtaken"):
            log.plan(size, at, b"other")
    log.plan(3, AT, b"text")  # what was planned in its turn may be signed later
    with pytest.raises(LogDamaged, match="plan-changed"):
        log.plan(3, AT, b"another root")
    assert log.planned() == (5, AT)


@contextmanager
def suppress_overtaken() -> Iterator[None]:
    """Whoever is overtaken again and again leaves it to the other, whose checkpoint has these entries too."""
    try:
        yield
    except Conflict as error:
        if error.reason != "checkpoint-overtaken":
            raise


def work(url: str, name: str, sign: Signer, behind: timedelta) -> None:
    """One process: it appends and publishes, and its clock is read a little before."""
    engine = open_engine(url) if url.startswith("sqlite") else create_engine(url)
    log = SqlLog(engine)
    for turn in range(ROUNDS):
        at = AT + timedelta(milliseconds=10 * turn) - behind
        append(log, [statement(f"{name} {turn}")], at)
        with suppress_overtaken():
            publish_checkpoint(log, sign, ORIGIN, at)
    engine.dispose()


def test_two_processes_never_contradict_each_other(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()  # children must not share its connections
    context = multiprocessing.get_context("fork")
    pair = [
        context.Process(target=work, args=(url, name, SIGNER, timedelta(milliseconds=behind)))
        for name, behind in (("A", 0), ("B", 7))
    ]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert [one.exitcode for one in pair] == [0, 0]
    notes = notes_of(engine)
    assert len(notes) > ROUNDS
    assert contradictions(notes) == []
    in_order = sorted((parse_checkpoint(note)[0] for note in notes), key=lambda one: (one.size, one.at))
    log = SqlLog(engine)
    for before, after in pairwise(in_order):
        proof = consistency_proof(log.nodes, before.size, after.size) if before.size != after.size else []
        check_continues(before, after, proof)


@pytest.mark.parametrize(("sizes", "later"), [((3, 5), -1), ((5, 3), 1)])
def test_a_witness_refuses_what_would_convict_the_log(sizes: tuple[int, int], later: int) -> None:
    """The larger one earlier, in either order: what two notes prove against a log, no witness has cosigned."""
    seen = Checkpoint(ORIGIN, sizes[0], bytes(32), AT)
    new = Checkpoint(ORIGIN, sizes[1], bytes(32), AT + timedelta(milliseconds=later))
    assert clash(seen, new) is not None
    with pytest.raises(Untrusted, match="rolled-back"):
        check_continues(seen, new, [])
