"""From an act to the public file, with a million licences on the books; and how large the lists are.

The installation is the demo city's on a file database (SQLite, WAL, synchronous=FULL), with lists of full size and a
public folder. A million entries are given away in two lists, as they fill; one licence in a hundred has been revoked,
each by an act that is stored, committed to and logged like any other. Only the licences' documents are left out: lists
are made without them. Then acts are taken one after another, each measured by the wall clock from the order to the
moment when the file that a web server hands out shows it, synced (the time the file system gives its pointer), and on
to the moment when the act is answered: then the second form shows it too, and the log's tiles cover both.

Sizes stand beside the entropy bound of as many independent entries, and beside a certificate revocation list of our own
with the same number of revocations, made by our own writer and signed by SM2.
"""

import math
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from bench.rows import Row
from keys.custody import memory_signer
from keys.sm3 import sm3
from service.blobs import FolderBlobs
from service.city import read_city
from service.data_folder import DEMO_CITY
from service.database import migrate, open_engine
from service.keyring import MemoryRing
from service.means import Means
from service.public_editions import status_list_in
from service.public_folder import PublicFolder, Series, bitstring, status_list
from service.wiring import Yinzheng
from trust.formats.act_record import act_commitment
from trust.formats.crl import Reason, Revoked, assemble_crl, crl_tbs, load_crl
from trust.formats.leaf import EntryKind, Statement
from trust.formats.status_list import SIZE
from trust.formats.x509_fields import make_name
from trust.log.appending import append
from trust.revocation.acting import Order, act
from trust.revocation.publishing import entries_of
from trust.revocation.store.tables import act as act_table
from trust.revocation.store.tables import standing, status_shard, status_slot
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Act, ActKind, Status
from trust.rules.status_pointer import StatusPointer

LICENCES, SHARE, ACTS = 1_000_000, 0.01, 200
AT_ONCE = 20_000
BEGINNING = datetime(2026, 11, 21, 4, tzinfo=UTC)


@dataclass
class Clock:
    """An instant that moves a second at every look."""

    at: datetime = BEGINNING

    def __call__(self) -> datetime:
        """The next second."""
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(frozen=True)
class Books:
    """The installation, its folder, and the subjects that nothing has happened to yet."""

    yinzheng: Yinzheng
    folder: PublicFolder
    place: Path
    free: list[tuple[str, StatusPointer]]


def run() -> list[Row]:
    """Measure the way of an act, its parts, and the sizes."""
    with books() as made:
        measured = [to_file(made, subject, pointer) for subject, pointer in made.free[:ACTS]]
        parts = steps(made)
        sizes = measured_sizes(made)
    delays, both, costs = (sorted(some) for some in zip(*measured, strict=True))
    answered = "act to both forms public, and answered"
    first = [
        *of_delays("act to public file", f"{ACTS}, {LICENCES:,} licences", delays),
        *of_delays(answered, str(ACTS), both),
        Row("the same in CPU time, p50", 1000 * statistics.median(costs), "ms of CPU", None, None, 0.0),
    ]
    return [*first, *parts, *sizes]


def of_delays(name: str, of: str, delays: list[float]) -> list[Row]:
    """Median, p99 and the slowest of sorted seconds."""
    quantiles = statistics.quantiles(delays, n=100, method="inclusive")
    spread = delays[len(delays) * 3 // 4] - delays[len(delays) // 4]
    return [
        Row(f"{name}, p50 of {of}", 1000 * quantiles[49], "ms", None, None, 1000 * spread),
        Row(f"{name}, p99", 1000 * quantiles[98], "ms", None, None, 0.0),
        Row(f"{name}, slowest", 1000 * delays[-1], "ms", None, None, 0.0),
    ]


@contextmanager
def books() -> Iterator[Books]:
    """The founded installation with its books filled."""
    with tempfile.TemporaryDirectory(prefix="yinzheng-bench-") as name:
        place = Path(name)
        engine = open_engine(f"sqlite:///{place / 'yinzheng.db'}")
        migrate(engine)
        folder = PublicFolder(place / "public")
        clock = Clock()
        yinzheng = Yinzheng(
            Means(
                engine=engine,
                ring=MemoryRing(),
                blobs=FolderBlobs(place / "blobs"),
                now=clock,
                random=secrets.token_bytes,
                index_key=lambda: b"bench, and nothing else uses it.",
                city=replace(read_city(DEMO_CITY), people=()),
                base_url="http://127.0.0.1:8000",
                public=folder,
            ),
        )
        try:
            yinzheng.found()
            yield Books(yinzheng, folder, place / "public", filled(yinzheng))
        finally:
            engine.dispose()


def filled(yinzheng: Yinzheng) -> list[tuple[str, StatusPointer]]:
    """Give away a million entries, revoke one in a hundred; some of those that are left."""
    full = SIZE * 3 // 4
    with yinzheng.archive.engine.begin() as connection:
        connection.execute(update(status_shard).where(status_shard.c.shard == 0).values(allotted=full))
        connection.execute(insert(status_shard).values(shard=1, size=SIZE, allotted=LICENCES - full))
    seals = [subject_of(one.seal_id) for one in yinzheng.archive.seals.listed()]
    taken = {one.index for one in yinzheng.archive.slots.of(seals).values()}
    entries = [StatusPointer(0, index) for index in drawn(full) if index not in taken]
    entries += [StatusPointer(1, index) for index in drawn(LICENCES - full)]
    subjects = [(f"licence {number}", pointer) for number, pointer in enumerate(entries)]
    for start in range(0, len(subjects), AT_ONCE):
        enrol(yinzheng, subjects[start : start + AT_ONCE])
    revoked = subjects[:: round(1 / SHARE)]
    for start in range(0, len(revoked), 1000):
        revoke(yinzheng, revoked[start : start + 1000])
    yinzheng.publisher.refresh(yinzheng.now())
    return subjects[1 :: LICENCES // (ACTS * 2)]


def drawn(count: int) -> list[int]:
    """Distinct entries of a list by chance."""
    chance = secrets.SystemRandom()
    return chance.sample(range(SIZE), count)


def enrol(yinzheng: Yinzheng, some: list[tuple[str, StatusPointer]]) -> None:
    """Entries and standings of subjects."""
    with yinzheng.archive.engine.begin() as connection:
        slots = [{"subject": subject, "shard": one.list, "entry": one.index} for subject, one in some]
        connection.execute(insert(status_slot), slots)
        rows = [{"subject": subject, "sequence": 0, "status": Status.VALID.value} for subject, _ in some]
        connection.execute(insert(standing), rows)


def revoke(yinzheng: Yinzheng, some: list[tuple[str, StatusPointer]]) -> None:
    """Acts as they are stored: logged, with their standings; only stored many at a time."""
    at = yinzheng.now()
    acts = [Act(subject, 1, ActKind.REVOKE, "penalty", "", at, at, at, "bench") for subject, _ in some]
    salts = [secrets.token_bytes(16) for _ in acts]
    statements = [Statement(EntryKind.ACT, (act_commitment(one, salt),)) for one, salt in zip(acts, salts, strict=True)]
    indexes = append(yinzheng.archive.log, statements, at)
    rows = [
        {
            "subject": one.subject, "sequence": 1, "kind": one.kind.value, "ground": one.ground, "reason": "",
            "decided_at": at, "effective_at": at, "recorded_at": at, "recorded_by": one.by, "salt": salt,
            "idempotency_key": one.subject, "body": sm3(one.subject.encode()), "shard": pointer.list,
            "log_index": index,
        }
        for (_, pointer), one, salt, index in zip(some, acts, salts, indexes, strict=True)
    ]  # fmt: skip
    with yinzheng.archive.engine.begin() as connection:
        connection.execute(insert(act_table), rows)
        for one in acts:
            moved = update(standing).where(standing.c.subject == one.subject)
            connection.execute(moved.values(sequence=1, status=Status.REVOKED.value))


def to_file(made: Books, subject: str, pointer: StatusPointer) -> tuple[float, float, float]:
    """Seconds from the order of an act to the file that shows it, to its answer, and of this process."""
    yinzheng, order = made.yinzheng, Order(ActKind.REVOKE, subject, "penalty", "", "bench")
    at = yinzheng.now()
    begun, since, spent = time.perf_counter(), time.time_ns(), time.process_time()
    act(yinzheng.archive.acts, yinzheng.archive.log, order, key=f"bench {subject}", at=at, random=yinzheng.random)
    yinzheng.publisher.after_act(at)
    took, cost = time.perf_counter() - begun, time.process_time() - spent
    series, second = status_list(pointer.list), bitstring(pointer.list)
    if not all(status_list_in(one, edition(made, one)).value(pointer.index) == 1 for one in (series, second)):
        raise RuntimeError("only what the public sees is worth timing")
    shown = (made.place / series.name / "current").stat().st_mtime_ns
    return (shown - since) / 1e9, took, cost


def edition(made: Books, series: Series) -> bytes:
    """What the public is served."""
    found = made.folder.current(series)
    return b"" if found is None else found.octets


def steps(made: Books) -> list[Row]:
    """The parts that grow with the lists, each by the wall clock."""
    archive, at = made.yinzheng.archive, made.yinzheng.now()
    size = archive.log.size()
    whole = clocked(lambda: entries_of(archive.acts.listed(0, size, at), at))
    plainly = clocked(lambda: [one for _, some in archive.acts.recorded_in(0) for one in some])
    return [
        Row("entries of list 0, from standings and acts that move", 1000 * whole, "ms", None, None, 0.0),
        Row("reading every act of list 0 instead", 1000 * plainly, "ms", None, None, 0.0),
    ]


def clocked(work: Callable[[], object]) -> float:
    """Median seconds of five calls."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def measured_sizes(made: Books) -> list[Row]:
    """Octets per licence: the lists, their second form, the bound, and a revocation list of as many."""
    made.yinzheng.publisher.refresh(made.yinzheng.now())
    lists = [made.folder.current(status_list(shard)) for shard in (0, 1)]
    forms = [made.folder.current(bitstring(shard)) for shard in (0, 1)]
    octets = sum(len(one.octets) for one in lists if one)
    second = sum(len(one.octets) for one in forms if one)
    revoked = round(LICENCES * SHARE) + ACTS
    share = revoked / LICENCES
    bound = -(share * math.log2(share) + (1 - share) * math.log2(1 - share)) / 8
    crl = revocation_list(revoked)
    unit = f"octets per licence, {100 * share:.2f} % revoked"

    def row(name: str, size: float, to: str | None, base: float) -> Row:
        return Row(name, size / LICENCES, unit, to, None if to is None else size / base, 0.0)

    total = bound * LICENCES
    return [
        row(f"two status lists, {octets:,} octets", octets, "entropy bound", total),
        row(f"the same as Bitstring Status Lists, {second:,} octets", second, "entropy bound", total),
        row("entropy bound", total, None, 0.0),
        row(f"revocation list of {revoked:,} certificates, {len(crl):,} octets", len(crl), "two status lists", octets),
    ]


def revocation_list(count: int) -> bytes:
    """A list of our own authority's form with this many entries, signed."""
    signer = memory_signer("authority")
    tbs = crl_tbs(
        issuer=make_name("云岭市签发", organisation="云岭市"),
        issuer_key_id=bytes(20),
        number=1,
        this_update=BEGINNING,
        next_update=BEGINNING + timedelta(days=7),
        kept_since=None,
        revoked={
            1 << 126 | secrets.randbits(126): Revoked(BEGINNING, Reason.PRIVILEGE_WITHDRAWN) for _ in range(count)
        },
    )
    made = assemble_crl(tbs, signer.sign(tbs))
    if len(load_crl(made).revoked) != count:
        raise RuntimeError("only a list that can be read is worth weighing")
    return made
