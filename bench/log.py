"""The transparency log: appending, proving, and reading everything again, durable, in SQLite, with the real journeys.

Entries have three commitments, as those of licences have; a batch is one transaction with its own sync. The peer of
appending and of the re-check is the bound: two hashes for each leaf, `hashlib` with SHA-256 and our SM3, in a plain
loop that stores nothing. Proofs come from a tree of which only the nodes are stored (and the one entry that is asked
for): the store and the code are the real ones, the leaves are made up. `--rows` sets the leaves of that tree.

No other log could be measured in the same run: the one in Python that is published has another licence and no SM3.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter, process_time

from sqlalchemy import Engine, insert

from bench.rows import Row, measure
from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm3 import sm3
from service.database import open_engine
from trust.formats.checkpoint import Checkpoint, plan_checkpoint
from trust.formats.leaf import Entry, EntryKind, Statement, encode_entry
from trust.formats.log_proof import verify_log_proof
from trust.formats.merkle import Node, complete_nodes, fold, grow, leaf_hash, verify_consistency
from trust.log.appending import append
from trust.log.checkpointing import audit_log, publish_checkpoint
from trust.log.proving import consistency, prove
from trust.log.store import SqlLog, log_commitment, log_entry, log_head, log_node, position
from trust.store import METADATA

ORIGIN, AT = "rizhi.example/log", datetime(2026, 3, 1, 8, tzinfo=UTC)
LEAVES, TREE = 100_000, 1_000_000
BATCHES = (1, 10, 100, 1000)
BLOCK = 12
"""The tree for proofs is made in subtrees of this level."""
ASKED = 200


def run(rows: int = TREE) -> list[Row]:
    """Measure appending and the full re-check over 100 000 leaves, and proofs in a tree of `rows` leaves."""
    folder, signer = Path(mkdtemp(prefix="yinzheng-bench-log-")), memory_signer()
    try:
        return [*_bound(), *_growing(folder, signer), *_proving(folder, signer, rows)]
    finally:
        shutil.rmtree(folder)


def _statement(number: int) -> Statement:
    return Statement(EntryKind.ISSUE, tuple(sm3(b"%d/%d" % (number, form)) for form in range(3)))


def _row(name: str, rate: float, unit: str, to: tuple[str, float] | None = None) -> Row:
    return Row(name, rate, unit, to and to[0], to and rate / to[1], 0.0)


BOUND = "two SM3 for each leaf, nothing stored"


def _bound() -> list[Row]:
    """What hashing alone costs, for a leaf of the usual size and one inner node."""
    entry, pair = b"\x00" + encode_entry(Entry(AT, _statement(0))), bytes(65)
    rates = {
        BOUND: measure(lambda: (sm3(entry), sm3(pair)), seconds=0.5),
        "two SHA-256 for each leaf (hashlib), nothing stored": measure(
            lambda: (hashlib.sha256(entry).digest(), hashlib.sha256(pair).digest()), seconds=0.5
        ),
    }
    return [Row(name, rate, "leaves/s", None, None, spread) for name, (rate, spread) in rates.items()]


def _growing(folder: Path, signer: Signer) -> Iterator[Row]:
    """Appending in batches of several sizes, the checkpoint over all, and the full re-check."""
    engine = _opened(folder / "grown.db")
    log, numbers = SqlLog(engine), iter(range(10**9))
    for size in BATCHES:
        count = min(LEAVES // 10, 300 * size)
        statements = [_statement(next(numbers)) for _ in range(count)]
        wall, cpu = _spent(partial(_append, log, statements, size))
        yield _row(f"append, {size} in a transaction", count / cpu, "leaves/s")
        yield _row(f"append, {size} in a transaction, wall", count / wall, "leaves/s (wall)")
    _append(log, [_statement(next(numbers)) for _ in range(LEAVES - log.size())], 1000)
    notes: list[bytes] = []
    _, cpu = _spent(lambda: notes.append(publish_checkpoint(log, signer, ORIGIN, AT)))
    yield _row("checkpoint over everything new: read again, hashed, looked up", LEAVES / cpu, "leaves/s")
    _, cpu = _spent(lambda: audit_log(log, notes, ORIGIN, signer.public))
    yield _row("full re-check", LEAVES / cpu, "leaves/s")
    yield _row("full re-check of 1 000 000 leaves", cpu * 1_000_000 / LEAVES, "s (from this run's rate)")
    engine.dispose()


def _append(log: SqlLog, statements: Sequence[Statement], size: int) -> None:
    for start in range(0, len(statements), size):
        append(log, statements[start : start + size], AT)


def _proving(folder: Path, signer: Signer, rows: int) -> Iterator[Row]:
    """Proofs in a large tree, the slowest of a spread of places, and their verification."""
    engine = _opened(folder / "tree.db")
    log, asked = SqlLog(engine), sorted({rows * number // ASKED for number in range(ASKED)})
    _, cpu = _spent(lambda: _plant(engine, rows, asked, signer))
    yield _row(f"tree of {rows:,} leaves made, nodes alone", rows / cpu, "leaves/s")
    wanted = [_statement(place).commitments[0] for place in asked]
    times = [_spent(partial(prove, log, one)) for one in wanted]
    yield _row(f"inclusion proof at {rows:,} leaves: median", _quantile(times, 0.5), "ms (wall)")
    yield _row("the same, 99 of 100 within", _quantile(times, 0.99), "ms (wall)")
    yield _row("the same, a core", len(times) / sum(cpu for _, cpu in times), "1/s")
    proof = prove(log, wanted[7])
    rate, spread = measure(lambda: verify_log_proof(proof, wanted[7], ORIGIN, signer.public), seconds=0.3)
    yield Row("verify such a proof with its checkpoint", rate, "1/s", None, None, spread)
    olds = [place + 1 for place in asked]
    times = [_spent(partial(consistency, log, old, rows)) for old in olds]
    yield _row("consistency proof: median", _quantile(times, 0.5), "ms (wall)")
    verify_consistency(olds[3], rows, _root(log, olds[3]), _root(log, rows), consistency(log, olds[3], rows))
    engine.dispose()


def _quantile(times: Sequence[tuple[float, float]], part: float) -> float:
    """Milliseconds on the wall within which this part of the calls were done."""
    walls = sorted(wall for wall, _ in times)
    return walls[min(len(walls) - 1, int(len(walls) * part))] * 1000


def _root(log: SqlLog, size: int) -> bytes:
    return fold(log.nodes(complete_nodes(0, size)))


def _plant(engine: Engine, rows: int, asked: Sequence[int], signer: Signer) -> None:
    """Store a tree's nodes, the entries asked for, the head, and a signed checkpoint."""
    entries = {place: encode_entry(Entry(AT, _statement(place))) for place in asked}
    leaves = (leaf_hash(entries[place]) if place in entries else sm3(b"%d" % place) for place in range(rows))
    edge, size = list[bytes](), 0
    while size < rows:
        edge, nodes, size = _planted(size, min(rows, size + (1 << BLOCK)), edge, leaves)
        with engine.begin() as connection:
            connection.execute(insert(log_node), [{"position": position(node), "hash": value} for node, value in nodes])
    with engine.begin() as connection:
        connection.execute(insert(log_head), {"id": 1, "size": rows, "at": AT})
        connection.execute(insert(log_entry), [{"place": place, "entry": one} for place, one in entries.items()])
        places = [{"commitment": value, "place": one} for one in asked for value in _statement(one).commitments]
        connection.execute(insert(log_commitment), places)
    message, complete = plan_checkpoint(Checkpoint(ORIGIN, rows, fold(edge), AT), signer.public)
    log = SqlLog(engine)
    log.plan(rows, AT, message)
    log.complete(rows, AT, complete(signer.sign(message)))


def _planted(
    start: int, end: int, edge: list[bytes], leaves: Iterator[bytes]
) -> tuple[list[bytes], list[tuple[Node, bytes]], int]:
    """The next stretch of leaves: new edge, nodes that became complete, and where it ends."""
    edge, made = grow(start, edge, (next(leaves) for _ in range(end - start)))
    return edge, made, end


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = perf_counter(), process_time()
    work()
    return perf_counter() - wall, max(process_time() - cpu, 1e-9)


def _opened(path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    return engine
