"""The log in SQL, on SQLite and PostgreSQL: order, no gaps under many writers, nothing half-done, tampering found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select, update

from keys.custody import memory_signer
from keys.errors import SigningFailed
from keys.sm3 import sm3
from trust.errors import Conflict
from trust.formats.checkpoint import verify_checkpoint
from trust.formats.cosignature import cosign, witness_key
from trust.formats.leaf import Entry, EntryKind, Statement, decode_entry, encode_entry
from trust.formats.log_proof import verify_log_proof
from trust.formats.merkle import Node, complete_nodes, grow, leaf_hash, root_of
from trust.log.appending import append
from trust.log.checkpointing import audit_log, publish_checkpoint
from trust.log.cosigning import take_cosignatures
from trust.log.errors import LogDamaged, NotLogged
from trust.log.ports import Addition, Head
from trust.log.proving import find, prove
from trust.log.store import (
    SqlLog,
    SqlWitnesses,
    log_checkpoint,
    log_commitment,
    log_entry,
    log_node,
    position,
)

ORIGIN = "rizhi.example/log"
SIGNER = memory_signer()
AT = datetime(2026, 3, 1, 8, 0, 0, 123_456, tzinfo=UTC)


def statement(name: object) -> Statement:
    return Statement(EntryKind.ISSUE, (sm3(f"{name}/ofd".encode()), sm3(f"{name}/pdf".encode())))


def test_nodes_have_different_positions() -> None:
    nodes = [Node(level, place) for level in range(8) for place in range(256 >> level)]
    assert len({position(node) for node in nodes}) == len(nodes)


def test_what_is_appended_is_found_proved_and_published(engine: Engine) -> None:
    log = SqlLog(engine)
    assert (log.size(), log.latest(), log.find(bytes(32)), append(log, [], AT)) == (0, None, None, [])
    assert log.head() == Head(0, None)
    assert append(log, [statement(n) for n in range(5)], AT) == [0, 1, 2, 3, 4]
    assert append(log, [statement(n) for n in range(3, 8)], AT + timedelta(days=1)) == [3, 4, 5, 6, 7]
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    checkpoint = verify_checkpoint(note, ORIGIN, SIGNER.public)
    assert (checkpoint.size, checkpoint.root, log.latest()) == (8, root_of(log.entries(0, 8)), note)
    for commitment in statement(6).commitments:
        entry, _ = verify_log_proof(prove(log, commitment), commitment, ORIGIN, SIGNER.public)
        assert entry == find(log, commitment)[1]
    assert decode_entry(log.entries(4, 5)[0]).at == AT


def test_more_than_fits_one_query(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(1100)], AT)
    append(log, [statement(n) for n in range(1000, 1300)], AT)
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert verify_checkpoint(note, ORIGIN, SIGNER.public).size == 1300
    assert audit_log(log, log.checkpoints(), ORIGIN, SIGNER.public) == 1300


def test_many_writers_leave_no_gap_and_no_double(engine: Engine) -> None:
    log = SqlLog(engine)

    def write(writer: int) -> list[int]:
        return [append(log, [statement((writer // 2, number))], AT)[0] for number in range(10)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(write, range(8)))
    assert sorted(index for answer in answers[::2] for index in answer) == list(range(40))
    assert answers[::2] == answers[1::2]
    assert log.size() == 40
    assert audit_log(log, [publish_checkpoint(log, SIGNER, ORIGIN, AT)], ORIGIN, SIGNER.public) == 40


def test_a_refused_call_leaves_nothing(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement("a")], AT)
    clash = Statement(EntryKind.ISSUE, (statement("a").commitments[0],))
    with pytest.raises(Conflict, match="commitment-in-use"):
        append(log, [statement("b"), clash], AT)
    assert (log.size(), log.find(statement("b").commitments[0])) == (1, None)


def add_and_lose_power(log: SqlLog) -> None:
    entry = encode_entry(Entry(AT, statement("lost")))
    with log.writing() as writer:
        edge = writer.nodes(complete_nodes(0, writer.head().size))
        nodes = grow(writer.head().size, edge, [leaf_hash(entry)])[1]
        writer.add(Addition([entry], [statement("lost").commitments], nodes, AT))
        raise RuntimeError("power")


def test_a_crash_inside_the_transaction_leaves_nothing(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement("a")], AT)
    with pytest.raises(RuntimeError, match="power"):
        add_and_lose_power(log)
    assert (log.size(), append(log, [statement("b")], AT)) == (1, [1])
    publish_checkpoint(log, SIGNER, ORIGIN, AT)


def test_tampering_in_the_database_is_not_signed(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(5)], AT)
    publish_checkpoint(log, SIGNER, ORIGIN, AT)
    append(log, [statement(n) for n in range(5, 9)], AT)
    other = log.entries(2, 3)[0]
    with engine.begin() as connection:
        connection.execute(update(log_entry).where(log_entry.c.place == 7).values(entry=other))
    with pytest.raises(LogDamaged, match="entry-changed"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)


def test_lost_rows_are_damage_and_not_silence(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(5)], AT)
    with engine.begin() as connection:
        connection.execute(delete(log_node).where(log_node.c.position == position(Node(0, 4))))
    with pytest.raises(LogDamaged, match="node-missing"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)
    with pytest.raises(LogDamaged, match="entry-missing"):
        log.entries(3, 6)


def test_checkpoints_one_for_each_size_and_the_later_stays(engine: Engine) -> None:
    log = SqlLog(engine)
    kept(log, 3, AT, b"first")
    with pytest.raises(Conflict, match="checkpoint-overtaken"):
        kept(log, 3, AT - timedelta(seconds=1), b"earlier")
    assert log.latest() == b"first"
    kept(log, 3, AT + timedelta(seconds=1), b"later")
    kept(log, 5, AT + timedelta(seconds=1), b"larger")
    assert (log.latest(), log.checkpoints(), log.checkpoints(4)) == (b"larger", [b"later", b"larger"], [b"larger"])


def kept(log: SqlLog, size: int, at: datetime, note: bytes) -> None:
    log.plan(size, at, b"text")
    log.complete(size, at, note)


def test_a_checkpoint_is_planned_first_and_nothing_that_was_signed_is_replaced(engine: Engine) -> None:
    log = SqlLog(engine)
    with pytest.raises(Conflict, match="not-planned"):
        log.complete(3, AT, b"note")
    log.plan(3, AT, b"text")
    assert (log.latest(), log.checkpoints()) == (None, [])
    log.plan(3, AT, b"text")  # another publisher, of the same mind
    log.complete(3, AT, b"note")
    log.complete(3, AT, b"other")
    log.plan(4, AT, b"larger")
    assert (log.latest(), log.checkpoints()) == (b"note", [b"note"])
    with pytest.raises(LogDamaged, match="plan-changed"):
        log.plan(3, AT, b"another root")


def test_a_publisher_that_was_cut_off_while_signing_is_no_obstacle(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(5)], AT)
    with pytest.raises(SigningFailed):
        publish_checkpoint(log, CutOffSigner(), ORIGIN, AT)
    with engine.connect() as connection:
        assert [row.note for row in connection.execute(select(log_checkpoint))] == [None]
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert (log.latest(), log.checkpoints()) == (note, [note])


class CutOffSigner:
    public = SIGNER.public

    def sign(self, message: bytes) -> bytes:
        raise SigningFailed("power")


def test_what_is_not_below_a_checkpoint_is_not_proved(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement("a")], AT)
    with pytest.raises(NotLogged, match="not-yet-published"):
        prove(log, statement("a").commitments[0])


def cosigned(log: SqlLog, witnesses: SqlWitnesses, note: bytes, *names: str) -> None:
    for name in names:
        take_cosignatures(log, witnesses, cosign(note, name, WITNESSES[name], AT), AT)


WITNESSES = {name: memory_signer(name) for name in ("one.example", "two.example")}


def test_witnesses_are_admitted_dismissed_and_admitted_again(engine: Engine) -> None:
    witnesses = SqlWitnesses(engine)
    one, two = (witness_key(name, signer.public) for name, signer in WITNESSES.items())
    for _ in range(2):
        witnesses.admit(one, AT)
    witnesses.admit(two, AT + timedelta(seconds=1))
    with pytest.raises(Conflict, match="witness-name"):
        witnesses.admit(witness_key("one.example", SIGNER.public), AT)
    assert witnesses.admitted() == [one, two]
    assert [witnesses.dismiss("one.example", AT) for _ in range(2)] == [True, False]
    assert witnesses.admitted() == [two]
    witnesses.admit(one, AT + timedelta(seconds=2))
    assert witnesses.admitted() == [two, one]
    for number in range(13):
        witnesses.admit(witness_key(f"{number}.example", SIGNER.public), AT)
    with pytest.raises(Conflict, match="witnesses-full"):
        witnesses.admit(witness_key("more.example", SIGNER.public), AT)


def test_cosignatures_stay_and_the_note_with_most_is_given(engine: Engine) -> None:
    log, witnesses = SqlLog(engine), SqlWitnesses(engine)
    for name, signer in WITNESSES.items():
        witnesses.admit(witness_key(name, signer.public), AT)
    notes = []
    for count in (2, 4, 6):
        append(log, [statement(n) for n in range(count)], AT)
        notes.append(publish_checkpoint(log, SIGNER, ORIGIN, AT))
    assert log.cosigned(0) is None
    cosigned(log, witnesses, notes[0], "one.example")
    cosigned(log, witnesses, notes[1], "two.example", "one.example")
    cosigned(log, witnesses, notes[1], "two.example")
    cosigned(log, witnesses, notes[2], "two.example")
    assert log.cosigned(0).startswith(notes[1])
    assert len(log.cosignatures(4, AT)) == 2
    assert log.cosigned(5).startswith(notes[2])
    assert log.cosigned(7) is None
    assert (log.latest(), log.signed(2, AT), log.signed(3, AT)) == (notes[2], notes[0], None)
    proof = prove(log, statement(1).commitments[0])
    assert verify_log_proof(proof, statement(1).commitments[0], ORIGIN, SIGNER.public)[1].size == 4
    assert proof.checkpoint == log.cosigned(0)


def test_a_subtree_is_read_in_the_order_of_a_walk(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(9)], AT)
    for top in (Node(0, 5), Node(1, 3), Node(2, 1), Node(3, 0)):
        first, width = top.place << top.level, 1 << top.level
        walked = [*range(2 * first, 2 * (first + width) - 1)]
        asked = {position(node): node for level in range(4) for node in (Node(level, n) for n in range(9 >> level))}
        assert log.subtree(top) == log.nodes([asked[place] for place in walked])
    with engine.begin() as connection:
        connection.execute(delete(log_node).where(log_node.c.position == position(Node(1, 2))))
    with pytest.raises(LogDamaged, match="node-missing"):
        log.subtree(Node(2, 1))


def test_a_commitment_that_leads_elsewhere_stops_publishing(engine: Engine) -> None:
    log = SqlLog(engine)
    append(log, [statement(n) for n in range(5)], AT)
    with engine.begin() as connection:
        wrong = log_commitment.c.commitment == statement(3).commitments[1]
        connection.execute(update(log_commitment).where(wrong).values(place=2))
    with pytest.raises(LogDamaged, match="index-changed"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert log.latest() is None
