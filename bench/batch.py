"""Issuing licences in a batch: how many a core can do in a second, where the time goes, and what the naive way costs.

The installation is that of `bench.issue`: file database with synchronous=FULL, files in a folder, every write synced,
every signature verified before it leaves the signer, every file examined from its octets before it is released. The
rows are business licences with invented holders, which differ in name, code, person, capital and address, so that each
has its own font subset and code. They are issued in chunks, as the worker issues them, with what is loaded set aside
from the garbage collector as the worker does; after each chunk a checkpoint covers its entries. The steps are measured
in the same run by the processor time spent in them and in nothing below them that is a step too; together with "the
rest" they are the whole. Memory is the highest resident size so far.

The naive way stands beside it, in the same run: a page by reportlab with the code as a PNG from `qrcode`, SM3 of the
page and an SM2 signature over the row by `gmssl` (nothing is verified, nothing is stored), sealed by pyHanko's
`PdfSigner` with P-256. It makes a PDF and no OFD, and has neither register nor log.
"""

import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import wraps
from itertools import islice
from typing import Any
from unittest.mock import patch

import issuer.drafting
import issuer.sealing
import templates.face
import templates.layout
from bench.firms import applications
from bench.issue import Installation, installation
from bench.naive import naive_way
from bench.rows import Row
from issuer.batches.running import CHUNK
from issuer.issuing import Issued, Order, issue_many
from issuer.ports import Office, Pen
from service.process_memory import give_back, settle
from trust.formats.token import to_text
from trust.rules.verdict import Indication

ROWS, NAIVE, WARM = 2_000, 12, 2
"""Rows by default, licences the naive way, chunks before anything is measured."""
WHOLE = "one licence of a batch: OFD, PDF and code, durable"
NAIVELY = "the naive way: reportlab, qrcode, gmssl, pyHanko P-256"


def run(rows: int = ROWS) -> list[Row]:
    """Issue so many rows, then the naive way; steps and memory from the same run."""
    with installation() as made, measured(made) as (office, spent):
        settle()
        chunks = chunked(applications(made, rows + WARM * CHUNK))
        (first, *_), *_ = [issue_chunk(made, office, next(chunks)) for _ in range(WARM)]
        for file in (first.ofd, first.pdf):
            if made.yinzheng.verify_file(file).verdict.indication is not Indication.PASSED:
                raise RuntimeError("only licences that verify are worth timing")
        spent.clear()
        rates, memory, seconds = [], [], 0.0
        for chunk in chunks:
            begun = time.process_time()
            issue_chunk(made, office, chunk)
            took = time.process_time() - begun
            rates.append(len(chunk) / took)
            seconds += took
            memory.append(resident_mb())
    octets = f"{len(first.ofd):,} + {len(first.pdf):,} octets, chunks of {CHUNK}"
    mean, naive = rows / seconds, naively(made, first)
    return [
        Row(WHOLE, mean, f"1/s ({octets})", NAIVELY, mean / naive, spread(rates)),
        Row(NAIVELY, naive, "1/s", None, None, 0.0),
        *(Row(f"  {step}", 1000 * seconds / rows, "ms a licence", None, None, 0.0) for step, seconds in ordered(spent)),
        Row("  the rest", 1000 / mean - 1000 * sum(spent.values()) / rows, "ms a licence", None, None, 0.0),
        Row(f"memory after {CHUNK} and after {rows} rows", memory[-1], f"MB ({memory[0]:.0f} before)", None, None, 0.0),
    ]


def issue_chunk(made: Installation, office: Office, orders: list[Order]) -> list[Issued]:
    """Issue one chunk and make it provable, as a worker does."""
    at = made.yinzheng.now()
    outcomes = issue_many(office, orders, at=at)
    issued = [one for one in outcomes if isinstance(one, Issued)]
    if len(issued) < len(orders):
        raise RuntimeError(f"not issued: {next(one for one in outcomes if not isinstance(one, Issued))}")
    made.yinzheng.publisher.after_issues({one.entry.licence.status.list for one in issued}, at)
    give_back()
    return issued


def chunked(orders: Iterator[Order]) -> Iterator[list[Order]]:
    """Orders in chunks."""
    while chunk := list(islice(orders, CHUNK)):
        yield chunk


class Spent(defaultdict[str, float]):
    """Seconds of this process by step; a step within a step does not count for the outer one."""

    def __init__(self) -> None:
        super().__init__(float)
        self._inner: list[float] = []

    def timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, its time noted."""

        @wraps(work)
        def noting(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            begun = time.process_time()
            try:
                return work(*arguments, **named)
            finally:
                took = time.process_time() - begun
                self[step] += took - self._inner.pop()
                if self._inner:
                    self._inner[-1] += took

        return noting


class Port:
    """A port of the office, the time of its calls noted."""

    def __init__(self, spent: Spent, step: str, port: object) -> None:
        self._spent, self._step, self._port = spent, step, port

    def __getattr__(self, name: str) -> Any:
        return self._spent.timed(self._step, getattr(self._port, name))


@contextmanager
def measured(made: Installation) -> Iterator[tuple[Office, Spent]]:
    """An office whose steps are timed."""
    spent, own = Spent(), made.yinzheng.office

    def pen(code: str, at: Any) -> Pen:
        found = own.pen(code, at)
        return replace(found, signer=Timed(found.signer, spent))

    office = replace(
        own,
        register=Port(spent, "register", own.register),
        uses=Port(spent, "register", own.uses),
        allot_many=spent.timed("register", own.allot_many),
        blobs=Port(spent, "store", own.blobs),
        log=Port(spent, "log and checkpoint", own.log),
        pen=pen,
    )
    functions = (
        (issuer.drafting, "draw_face", "render"),
        (templates.layout, "code_picture", "QR"),
        (issuer.drafting, "plan_ofd", "pack"),
        (issuer.drafting, "plan_drawing", "pack"),
        (issuer.sealing, "examine_ofd", "examine"),
        (issuer.sealing, "examine_pdf", "examine"),
        (made.yinzheng.publisher, "after_issues", "log and checkpoint"),
    )
    with ExitStack() as patched:
        for holder, name, step in functions:
            patched.enter_context(patch.object(holder, name, spent.timed(step, getattr(holder, name))))
        yield office, spent


class Timed:
    """A signer whose time is noted, verification after signing included."""

    software = True

    def __init__(self, signer: Any, spent: Spent) -> None:
        self.public, self.reference = signer.public, signer.reference
        self.sign = spent.timed("sign, verified", signer.sign)


def ordered(spent: Mapping[str, float]) -> list[tuple[str, float]]:
    """Steps, the longest first."""
    return sorted(spent.items(), key=lambda one: -one[1])


def spread(rates: list[float]) -> float:
    """The interquartile range."""
    low, _, high = statistics.quantiles(rates, n=4, method="inclusive")
    return high - low


def resident_mb() -> float:
    """The highest resident size of this process so far; ru_maxrss is in kilobytes, on macOS in octets."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def naively(made: Installation, first: Issued) -> float:
    """Licences in a CPU second the naive way."""
    make, text = naive_way(), to_text(first.token, made.yinzheng.office.host_url)
    orders = list(applications(made, NAIVE))
    make(orders[0].application, text)
    begun = time.process_time()
    for order in orders:
        make(order.application, text)
    return len(orders) / (time.process_time() - begun)
