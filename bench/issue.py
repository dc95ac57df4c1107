"""Issuing whole licences, durably: from the application to both sealed files, logged, provable and released.

The installation is the demo city's on a file database (SQLite, WAL, synchronous=FULL) and a folder of files, every
write synced, with status lists of full size; only its keys live in memory. A licence is an OFD and a PDF, each drawn,
sealed, examined after sealing and read back from storage, and a code on the face; its entry is in the log and under a
signed checkpoint when the caller has his answer. Applications differ in their number alone.

The steps are measured apart, in the same run, with the same inputs, and stand beside the whole; they do not add up to
it exactly. Rates are per CPU second; the row by the wall clock shows what waiting for the disk adds on this machine.
"""

import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bench.rows import Row, Work, compared, measure_together
from issuer.application import Application, read_application
from issuer.drafting import draw, plan_token
from issuer.issuing import Issued
from issuer.ports import Artefacts, Entry, SigningPlan, State
from service.blobs import FolderBlobs
from service.city import read_city
from service.data_folder import DEMO_CITY
from service.database import migrate, open_engine
from service.keyring import MemoryRing
from service.means import Means
from service.wiring import Yinzheng
from templates.library import load_bundle
from trust.formats.leaf import EntryKind, Statement
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.rules.verdict import Indication

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
LICENCES = DEMO_CITY.parent / "licences"
BUNDLE = "business-licence"
WHOLE = "one licence: OFD, PDF and code, durable"
WALL_ROUNDS = 15


@dataclass(frozen=True)
class Installation:
    """The demo city at work, and where its files are."""

    yinzheng: Yinzheng
    blobs: FolderBlobs

    def body_code(self, bundle: str) -> str:
        """The code of the body that issues a bundle's licences."""
        return next(one.body.code for one in self.yinzheng.city.bodies if bundle in one.types)

    def issuing(self, bundle: str = BUNDLE) -> Callable[[], Issued]:
        """A function that issues a new licence each time."""
        numbers, body = count(1), json.loads((LICENCES / f"{bundle}.json").read_text("utf-8"))
        kind, issuer = load_bundle(bundle).type.code, self.body_code(bundle)

        def application(number: str) -> Application:
            return read_application({**body, "number": number}, type_code=kind, issuer_code=issuer)

        def issue() -> Issued:
            number = f"{bundle[:2].upper()}{next(numbers):012d}"
            return self.yinzheng.issue(application(number), key=number, by="bench")

        return issue


@contextmanager
def installation() -> Iterator[Installation]:
    """The demo city, founded in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="yinzheng-bench-") as name:
        folder = Path(name)
        engine, blobs = open_engine(f"sqlite:///{folder / 'city.db'}"), FolderBlobs(folder / "blobs")
        migrate(engine)
        means = Means(
            engine=engine,
            ring=MemoryRing(),
            blobs=blobs,
            now=lambda: AT,
            random=secrets.token_bytes,
            index_key=lambda: b"an index key for measuring, 32 octets",
            city=replace(read_city(DEMO_CITY), people=()),
            base_url="http://127.0.0.1:8000",
        )
        try:
            yinzheng = Yinzheng(means)
            yinzheng.found()
            yield Installation(yinzheng, blobs)
        finally:
            engine.dispose()


def run() -> list[Row]:
    """Measure the whole, its steps, and the whole by the wall clock."""
    with installation() as made:
        issue = made.issuing()
        issued = issue()
        for file in (issued.ofd, issued.pdf):
            if made.yinzheng.verify_file(file).verdict.indication is not Indication.PASSED:
                raise RuntimeError("only licences that verify are worth timing")
        octets = f"{len(issued.ofd):,} + {len(issued.pdf):,} octets"
        works: dict[str, Work] = {WHOLE: issue} | steps(made, issued)
        rows = compared(measure_together(works), "1/s", WHOLE)
        return [replace(rows[0], unit=f"1/s ({octets})"), *rows[1:], by_the_wall(issue)]


def steps(made: Installation, issued: Issued) -> dict[str, Work]:
    """What a licence is made of, each repeatable by itself."""
    office, entry, fresh = made.yinzheng.office, issued.entry, count(1)
    pen = office.pen(entry.licence.identifier.issuer_code, AT)
    bundle = office.bundle(entry.licence.identifier.type_code)
    drawn = draw(entry.licence, bundle, pen, token=issued.token, host_url=office.host_url, at=AT)
    messages = (plan_token(entry.licence, pen)[0], drawn.ofd.to_be_signed, drawn.pdf.to_be_signed)

    def sign() -> None:
        for message in messages:
            pen.signer.sign(message)

    def complete() -> None:
        drawn.ofd.complete(signatures[1], pen.certificate.der)
        drawn.pdf.complete(signatures[2])

    def examine() -> None:
        examine_ofd(issued.ofd)
        examine_pdf(issued.pdf)

    def store() -> None:
        mark = next(fresh).to_bytes(8, "big")
        for file in (issued.ofd, issued.pdf):
            made.blobs.stored(made.blobs.put(file + mark))

    def log() -> None:
        office.log.append(Statement(EntryKind.ISSUE, (secrets.token_bytes(32), secrets.token_bytes(32))), AT)
        made.yinzheng.publisher.after_issue(entry.licence.status.list, AT)

    signatures = [pen.signer.sign(message) for message in messages]
    return {
        "draw both faces, plan both seals": lambda: draw(
            entry.licence, bundle, pen, token=issued.token, host_url=office.host_url, at=AT
        ),
        "sign three times, verified": sign,
        "complete both files": complete,
        "examine both files": examine,
        "store both files, read back": store,
        "status entry and register: allot, begin, plan, seal, release": registering(made, entry, fresh),
        "log entry and checkpoint": log,
    }


def registering(made: Installation, entry: Entry, fresh: Iterator[int]) -> Work:
    """Everything that the register and the status slots write for one licence."""
    office = made.yinzheng.office

    def register() -> None:
        serial = f"{next(fresh):020d}"
        identifier = replace(entry.licence.identifier, serial=serial)
        pointer = office.allot(str(identifier), AT)
        licence = replace(entry.licence, identifier=identifier, number=f"register {serial}", status=pointer)
        begun = replace(entry, key=f"register {serial}", licence=licence, state=State.BEGUN, plan=None, sealed=None)
        office.register.begin_many([begun])
        office.register.plan_many([(begun, SigningPlan(b"token", "sm3:0", "sm3:1"))])
        office.register.seal_many([(begun, ("sm3:2", "sm3:3"))])
        office.register.release_many([(begun, Artefacts("sm3:2", "sm3:3", 1, AT))])

    return register


def by_the_wall(issue: Work) -> Row:
    """The whole once more, one after another, disk and all."""
    times = []
    for _ in range(WALL_ROUNDS):
        begun = time.perf_counter()
        issue()
        times.append(time.perf_counter() - begun)
    low, median, high = statistics.quantiles((1 / one for one in times), n=4, method="inclusive")
    return Row("one licence, by the wall clock", median, "1/s of wall time", None, None, high - low)
