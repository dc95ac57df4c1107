"""Walking the log from its first entry: every entry read, hashed and held against what is signed.

The entries come tile by tile and are not kept. What stays is the right edge of the tree, and for each entry a kind of
one octet and a fingerprint of 16 octets of its statement, some 20 octets in all: so a million entries need 20 MB. With
these a register's row finds its entry, and an entry without a row is found.

A signed checkpoint of any size is met on the way, where the walk passes that size: an old one that somebody kept proves
that nothing below it was changed, removed or put in between.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import text_of
from trust.formats.checkpoint import Checkpoint
from trust.formats.leaf import Entry, EntryKind, Statement, decode_entry
from trust.formats.merkle import fold, grow, leaf_hash, levels_of
from verifier.auditing.ports import PublicLog
from verifier.auditing.report import Report

WIDTH = 256
KINDS = list(EntryKind)
PRINT = 16
Progress = Callable[[int], None]


def fingerprint(statement: Statement) -> bytes:
    """16 octets that stand for a statement."""
    return sm3(statement.kind.value.encode() + b"".join(statement.commitments))[:PRINT]


@dataclass
class Walked:
    """What is known of the log after the walk: kinds, fingerprints and times of its entries, by index.

    `places` has the entries of the public documents that were asked for, by commitment.
    """

    size: int = 0
    kinds: bytearray = field(default_factory=bytearray)
    prints: bytearray = field(default_factory=bytearray)
    seconds: "array[int]" = field(default_factory=lambda: array("q"))
    places: dict[bytes, int] = field(default_factory=dict)

    def kind(self, index: int) -> EntryKind:
        """The kind of an entry."""
        return KINDS[self.kinds[index]]

    def at(self, index: int) -> datetime:
        """The time of an entry, in whole seconds."""
        return datetime.fromtimestamp(self.seconds[index], UTC)

    def says(self, index: int, statement: Statement) -> bool:
        """Whether the entry of this index is this statement."""
        if not 0 <= index < self.size:
            return False
        return bytes(self.prints[PRINT * index : PRINT * (index + 1)]) == fingerprint(statement)


def split_entries(octets: bytes, width: int) -> list[bytes]:
    """The entries in a tile.

    Raises:
        Malformed: `entry-tile`, not exactly `width` entries.

    """
    entries, at = list[bytes](), 0
    while at + 2 <= len(octets) and len(entries) < width:
        size = int.from_bytes(octets[at : at + 2], "big")
        entries.append(octets[at + 2 : at + 2 + size])
        at += 2 + size
    if len(entries) != width or at != len(octets):
        raise Malformed("entry-tile", f"not {width} entries")
    return entries


class Walk:
    """One walk over a log of `latest.size` entries; `known` are checkpoints that were signed, by size."""

    def __init__(
        self,
        log: PublicLog,
        latest: Checkpoint,
        known: Iterable[tuple[str, Checkpoint]],
        wanted: Mapping[bytes, str],
        report: Report,
    ) -> None:
        self._log, self._latest, self._wanted, self._report = log, latest, wanted, report
        self._known: dict[int, list[tuple[str, Checkpoint]]] = {}
        for source, checkpoint in known:
            self._known.setdefault(checkpoint.size, []).append((source, checkpoint))
        self._edge: list[bytes] = []
        self._blocks: list[bytes] = []
        self._last: datetime | None = None
        self._damaged = False
        self.walked = Walked()

    def run(self, progress: Progress = lambda _count: None) -> Walked:
        """Read everything; findings go into the report, and where an entry is unreadable the walk ends there."""
        self._meet()
        for number in range(-(-self._latest.size // WIDTH)):
            width = min(WIDTH, self._latest.size - number * WIDTH)
            if not self._tile(number, width):
                break
            progress(width)
        self._report.look("log", self.walked.size)
        if self.walked.size == self._latest.size:
            self._judge("log", "log-root", "最新检查点", self._latest)
            self._upper_tiles()
        self._beyond()
        return self.walked

    def _tile(self, number: int, width: int) -> bool:
        try:
            entries = split_entries(self._log.entries(number, width), width)
        except (Malformed, LookupError) as error:
            first = number * WIDTH
            self._report.failed(
                "log",
                "log-tile",
                f"日志从第 {first} 条起的 {width} 条读不出来，没有再往后复算。",
                index=first,
                tile=f"entries/{number}",
                reason=getattr(error, "reason", "missing"),
            )
            return False
        leaves = []
        for entry in entries:
            self._entry(entry)
            leaves.append(leaf_hash(entry))
            self._edge, _ = grow(self.walked.size - 1, self._edge, leaves[-1:])
            self._meet()
        self._compare(0, number, leaves)
        if width == WIDTH:
            self._blocks.append(levels_of(leaves)[-1][0])
        return True

    def _entry(self, octets: bytes) -> None:
        """Keep what is needed of one entry; an entry that is none stands as one that nothing opens."""
        walked, index = self.walked, self.walked.size
        walked.size += 1
        entry = self._read(octets, index)
        if entry is None:
            walked.kinds.append(0)
            walked.prints += bytes(PRINT)
            walked.seconds.append(walked.seconds[-1] if walked.seconds else 0)
            return
        if self._last is not None and entry.at < self._last:
            self._report.failed(
                "log",
                "log-time",
                f"日志第 {index} 条的时间 {text_of(entry.at)} 早于前一条的 {text_of(self._last)}。",
                index=index,
                at=text_of(entry.at),
                before=text_of(self._last),
            )
        self._last = entry.at
        walked.kinds.append(KINDS.index(entry.statement.kind))
        walked.prints += fingerprint(entry.statement)
        walked.seconds.append(int(entry.at.timestamp()))
        for value in entry.statement.commitments:
            if value in self._wanted:
                walked.places.setdefault(value, index)

    def _read(self, octets: bytes, index: int) -> Entry | None:
        try:
            return decode_entry(octets)
        except Malformed as error:
            self._report.failed("log", "log-entry", f"日志第 {index} 条不是一条条目（{error.reason}）。", index=index)
            return None

    def _meet(self) -> None:
        """Judge the checkpoints that were signed for the size reached."""
        for source, checkpoint in self._known.pop(self.walked.size, ()):
            check = "checkpoints" if source == "stored" else "since"
            self._report.look(check)
            self._judge(check, "log-rewritten", source, checkpoint)

    def _judge(self, check: str, name: str, source: str, checkpoint: Checkpoint) -> None:
        root = fold(self._edge)
        if root == checkpoint.root:
            return
        self._report.failed(
            check,
            name,
            f"日志的前 {checkpoint.size} 条算出的根与签过名的检查点（{text_of(checkpoint.at)}）不同：其中的条目被改过、"
            "删过、插过或换过。",
            size=checkpoint.size,
            signed_root=checkpoint.root.hex(),
            computed_root=root.hex(),
            signed_at=text_of(checkpoint.at),
            source=source,
        )

    def _beyond(self) -> None:
        """Checkpoints of more entries than there are: what was signed for is gone."""
        for size, found in sorted(self._known.items()):
            for source, checkpoint in found:
                check = "checkpoints" if source == "stored" else "since"
                self._report.look(check)
                self._report.failed(
                    check,
                    "log-shorter",
                    f"检查点（{text_of(checkpoint.at)}）签过 {size} 条，现在只有 {self.walked.size} 条：日志被截短。",
                    size=size,
                    present=self.walked.size,
                    signed_at=text_of(checkpoint.at),
                    source=source,
                )

    def _compare(self, level: int, number: int, hashes: list[bytes]) -> None:
        """Hold a hash tile, where there is one, against what the entries give."""
        served = self._log.hashes(level, number, len(hashes))
        if served is not None and served != b"".join(hashes):
            self._report.failed(
                "log",
                "log-hash-tile",
                f"第 {level} 层第 {number} 块散列与条目算出的不同。",
                level=level,
                tile=number,
            )

    def _upper_tiles(self) -> None:
        """The tiles above the leaves' own."""
        level, hashes = 1, self._blocks
        while hashes:
            for number, part in enumerate(_parts(hashes)):
                self._compare(level, number, part)
            hashes = [levels_of(part)[-1][0] for part in _parts(hashes) if len(part) == WIDTH]
            level += 1


def _parts(hashes: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(hashes), WIDTH):
        yield hashes[start : start + WIDTH]
