"""The tables beside the log's entries: hashes of the tree, and where an entry is found by what it commits to.

Both follow from the entries and serve proofs; a row that was changed makes proofs that do not hold, or finds nothing.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Engine, func, select

from trust.formats.merkle import Node, levels_of
from trust.log.errors import LogDamaged
from trust.log.store import SqlLog, log_commitment, log_entry, log_head, log_node
from verifier.auditing.ports import Mismatch

_COMMITMENT = re.compile(rb'"([0-9a-f]{64})"')


def misfiled(log: SqlLog, first: int, entries: Sequence[bytes]) -> list[int]:
    """The entries from `first` on that are not found by one of their commitments."""
    wanted = {bytes.fromhex(one.decode()): first + place for place, entry in enumerate(entries) for one in _in(entry)}
    found = log.places(list(wanted))
    return sorted({place for value, place in wanted.items() if found.get(value) != place})


def stored_hashes(log: SqlLog, level: int, first: int, width: int) -> bytes:
    """The stored hashes of `width` nodes; empty where one is missing, or one above them is not what they give."""
    tops = [[Node(level, first + place) for place in range(width)]]
    while len(tops[-1]) > 1:
        below = tops[-1]
        tops.append([Node(one.level + 1, one.place // 2) for one in below[: len(below) // 2 * 2 : 2]])
    try:
        stored = [log.nodes(some) for some in tops]
    except LogDamaged:
        return b""
    return b"".join(stored[0]) if _fits(stored) else b""


def counted(engine: Engine, log: SqlLog) -> Iterator[Mismatch]:
    """The head counts the entries, and the tree has as many nodes as so many entries make."""
    size = log.size()
    with engine.connect() as connection:
        count, last = connection.execute(select(func.count(), func.max(log_entry.c.place))).one()
        nodes = connection.scalar(select(func.count()).select_from(log_node)) or 0
        heads = connection.scalar(select(func.count()).select_from(log_head)) or 0
        strays = connection.scalar(select(func.count()).where(log_commitment.c.place >= size)) or 0
    if size != count or (count and last != count - 1) or (count and heads != 1):
        yield Mismatch("log-index", "log-head", "log_head", f"日志登记有 {size} 条，实际有 {count} 条。")
    if nodes != 2 * count - count.bit_count():
        yield Mismatch("log-index", "log-nodes", "log_node", f"{count} 条日志的散列树有 {nodes} 个节点，数目不对。")
    if strays:
        yield Mismatch("log-index", "log-strays", "log_commitment", f"有 {strays} 个承诺指向不存在的日志条目。")


def _in(entry: bytes) -> list[bytes]:
    return _COMMITMENT.findall(entry)


def _fits(stored: list[list[bytes]]) -> bool:
    """Whether every row of hashes is what the pairs of the row below give."""
    for below, above in pairwise(stored):
        pairs = [below[place : place + 2] for place in range(0, len(above) * 2, 2)]
        if [levels_of(pair)[-1][0] for pair in pairs] != above:
            return False
    return True
