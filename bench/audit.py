"""What auditing costs: walking over the log, and keeping the trail beside issuing.

The walk reads tiles from memory, so that it is hashing and judging that is measured, not a disk. What it holds while it
walks is counted from the buffers it keeps. A record of the trail is one durable transaction on the same file database
that licences are issued into; it stands beside one whole licence, of the same run.
"""

from datetime import UTC, datetime, timedelta

from bench.issue import WHOLE, installation
from bench.rows import Row, compared, measure_together
from keys.custody import memory_signer
from keys.sm3 import sm3
from service.trail.doing import beginning, note_about, note_actor
from trust.formats.checkpoint import Checkpoint
from trust.formats.leaf import Entry, EntryKind, Statement, encode_entry
from trust.formats.merkle import root_of
from verifier.auditing.report import Report
from verifier.auditing.walking import WIDTH, Walk, Walked

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ENTRIES = 51_200
RECORD = "one record of the trail, durable"


class Tiles:
    """A log of so many entries of three commitments each, as tiles in memory."""

    def __init__(self, count: int) -> None:
        self.entries_of = [
            encode_entry(
                Entry(
                    AT + timedelta(seconds=place),
                    Statement(EntryKind.ISSUE, tuple(sm3(b"%d %d" % (place, one)) for one in range(3))),
                )
            )
            for place in range(count)
        ]
        self.size = count

    def checkpoint(self) -> bytes:
        """None is asked for here."""
        raise LookupError("checkpoint")

    def entries(self, number: int, width: int) -> bytes:
        """One tile."""
        some = self.entries_of[number * WIDTH : number * WIDTH + width]
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in some)

    def hashes(self, level: int, number: int, width: int) -> bytes | None:  # noqa: ARG002  (the port's signature)
        """None: hashes follow from the entries."""
        return None


def run() -> list[Row]:
    """Measure and return two groups: the walk, and the trail beside issuing."""
    tiles = Tiles(ENTRIES)
    latest = Checkpoint("rizhi.example/log", tiles.size, root_of(tiles.entries_of), AT)

    def walk() -> Walked:
        report = Report(AT, "public")
        walked = Walk(tiles, latest, [("kept", latest)], {}, report).run()
        if report.findings or walked.size != tiles.size:
            raise RuntimeError("only right answers are worth timing")
        return walked

    (rate, spread) = measure_together({"walk": walk}, repeats=3)["walk"]
    walked = walk()
    held = len(walked.kinds) + len(walked.prints) + walked.seconds.itemsize * len(walked.seconds)
    rows = [
        Row("log: entries walked over and judged", rate * ENTRIES, "1/s", None, None, spread * ENTRIES),
        Row("log: kept of each entry while walking", held / ENTRIES, "octets", None, None, 0.0),
    ]
    return [*rows, *_beside_issuing()]


def _beside_issuing() -> list[Row]:
    """A record of the trail, and a licence."""
    memory_signer()  # the libcrypto is loaded before anything is timed
    with installation() as made:
        issue, keeping = made.issuing(), made.yinzheng.trail

        def record() -> None:
            with beginning() as doing:
                note_actor("scjg", "official")
                note_about(identifier="1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U")
                keeping.record(doing, "POST /api/v1/licences", 201)

        measured = measure_together({WHOLE: issue, RECORD: record}, repeats=3)
    return compared(measured, "1/s", WHOLE)
