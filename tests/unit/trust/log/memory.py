"""A log in memory: the port's second implementation, and the hands of an intruder for tests."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from keys.custody import memory_signer
from keys.sm3 import sm3
from trust.errors import Conflict
from trust.formats.cosignature import Cosignature
from trust.formats.leaf import EntryKind, Statement
from trust.formats.merkle import Node
from trust.formats.verifier_key import VerifierKey
from trust.log.appending import append
from trust.log.checkpointing import publish_checkpoint
from trust.log.errors import LogDamaged
from trust.log.ports import Addition, Head


class MemoryLog:
    """A `CheckpointedLog` and its own `LogWriter`; everything is public on purpose."""

    def __init__(self) -> None:
        self.stored: list[bytes] = []
        self.commitments: dict[bytes, int] = {}
        self.tree: dict[Node, bytes] = {}
        self.at: datetime | None = None
        self.plans: dict[tuple[int, datetime], bytes] = {}
        self.notes: dict[int, tuple[datetime, bytes]] = {}
        self.kept: list[tuple[tuple[int, datetime], Cosignature]] = []
        self.witnesses: list[VerifierKey] = []

    def size(self) -> int:
        return len(self.stored)

    def head(self) -> Head:
        return Head(len(self.stored), self.at)

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        if missing := [node for node in wanted if node not in self.tree]:
            raise LogDamaged("node-missing", str(missing[0]))
        return [self.tree[node] for node in wanted]

    def subtree(self, top: Node) -> list[bytes]:
        if top.level == 0:
            return self.nodes([top])
        left, right = Node(top.level - 1, 2 * top.place), Node(top.level - 1, 2 * top.place + 1)
        return [*self.subtree(left), *self.nodes([top]), *self.subtree(right)]

    def entries(self, first: int, end: int) -> list[bytes]:
        found = self.stored[first:end]
        if len(found) != end - first:
            raise LogDamaged("entry-missing")
        return found

    def entry(self, index: int) -> bytes:
        return self.entries(index, index + 1)[0]

    def find(self, wanted: Sequence[bytes] | bytes) -> Mapping[bytes, int] | int | None:
        if isinstance(wanted, bytes):
            return self.commitments.get(wanted)
        return {value: self.commitments[value] for value in wanted if value in self.commitments}

    def places(self, wanted: Sequence[bytes]) -> Mapping[bytes, int]:
        return {value: self.commitments[value] for value in wanted if value in self.commitments}

    @contextmanager
    def writing(self) -> Iterator["MemoryLog"]:
        before = (self.stored.copy(), self.commitments.copy(), self.tree.copy(), self.at)
        try:
            yield self
        except BaseException:
            self.stored, self.commitments, self.tree, self.at = before
            raise

    def instant(self, at: datetime) -> datetime:
        return at

    def add(self, addition: Addition) -> None:
        for entry, values in zip(addition.entries, addition.commitments, strict=True):
            self.commitments |= dict.fromkeys(values, len(self.stored))
            self.stored.append(entry)
        self.tree |= dict(addition.nodes)
        self.at = addition.at

    def signed(self, size: int, at: datetime) -> bytes | None:
        return self.notes[size][1] if size in self.notes and self.notes[size][0] == at else None

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        return [one.line for place, one in self.kept if place == (size, at)]

    def cosigned(self, first: int) -> bytes | None:
        places = {place for place, _ in self.kept if place[0] >= first}
        if not places:
            return None
        best = max(places, key=lambda place: (len(self.cosignatures(*place)), place))
        return self.signed(*best) + b"".join(self.cosignatures(*best))

    def cosigned_by(self, witness: str) -> bytes | None:
        places = [place for place, one in self.kept if one.witness == witness]
        return self.signed(*max(places)) + b"".join(self.cosignatures(*max(places))) if places else None

    def keep(self, size: int, at: datetime, cosignature: Cosignature) -> None:
        if cosignature.witness not in {one.witness for place, one in self.kept if place == (size, at)}:
            self.kept.append(((size, at), cosignature))

    def admitted(self) -> list[VerifierKey]:
        return self.witnesses

    def latest(self) -> bytes | None:
        return self.notes[max(self.notes)][1] if self.notes else None

    def planned(self) -> tuple[int, datetime] | None:
        return (max(size for size, _ in self.plans), max(at for _, at in self.plans)) if self.plans else None

    def plan(self, size: int, at: datetime, to_be_signed: bytes) -> None:
        before = None if (size, at) in self.plans else self.planned()
        if before is not None and (size < before[0] or at < before[1]):
            raise Conflict("checkpoint-overtaken")
        if self.plans.setdefault((size, at), to_be_signed) != to_be_signed:
            raise LogDamaged("plan-changed")

    def complete(self, size: int, at: datetime, note: bytes) -> None:
        if (size, at) not in self.plans:
            raise Conflict("not-planned")
        if size not in self.notes or self.notes[size][0] <= at:
            self.notes[size] = (at, note)


ORIGIN = "rizhi.example/log"
SIGNER = memory_signer()
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def grown(log: MemoryLog, count: int) -> MemoryLog:
    """Log `count` more entries, with the commitments SM3(00), SM3(01) …"""
    start = log.size()
    append(
        log,
        [
            Statement(
                EntryKind.ISSUE, (sm3((start + n).to_bytes(2, "big") if start + n > 255 else bytes([start + n])),)
            )
            for n in range(count)
        ],
        log.at or AT,
    )
    return log


def published(*sizes: int) -> MemoryLog:
    """A log that published a checkpoint at each of these sizes."""
    log = MemoryLog()
    for size in sizes:
        publish_checkpoint(grown(log, size - log.size()), SIGNER, ORIGIN, AT)
    return log
