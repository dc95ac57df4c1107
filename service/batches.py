"""Batches of an installation: tables handed in, tried, approved, run, and what came of their rows.

The journeys are `issuer.batches`; here they get their stores and their instant, refusals get their words, and what a
chunk has issued is published with one checkpoint. Running takes no server: whoever has the database and the keys can.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import BinaryIO

from issuer.batches import looking, submitting, trials
from issuer.batches.columns import header_of
from issuer.batches.errors import BatchRefused
from issuer.batches.examining import Take
from issuer.batches.life import MAX_ROWS, Batch, Event, Failure, Row, RowState, State
from issuer.batches.looking import Opened, Part
from issuer.batches.ports import Aside, BatchBook
from issuer.batches.ports import Batches as Desk
from issuer.batches.reading import read_sheet
from issuer.batches.running import CHUNK, LEASE, Worked, finish_batches, run_chunk
from issuer.batches.sheet import Ending, Sheet
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.sheet_words import SENTENCES as OF_SHEETS
from issuer.batches.submitting import Handed
from issuer.batches.trying import try_rows
from issuer.batches.unissued import pieces_of, rows_csv, rows_xlsx
from issuer.errors import ApplicationRefused
from issuer.ports import Office
from service.archive import Archive
from service.errors import published_later
from service.field_words import SENTENCES
from service.photograph_series import series
from service.problems import problem_of, sentence_of
from service.publisher import Publisher
from service.trail.following import are_marked
from service.trail.ledger import spelled_of
from templates.errors import DoesNotFit, MissingGlyph
from templates.library import Bundle
from trust.rules.catalogue import LicenceType
from trust.rules.idempotency import own_key
from trust.sealing.ports import Officer

PAGE, AT_ONCE = 50, 1000
HELD = {
    "template-changed": "证照模板在提交之后已经更新；请取消这个批次，按新模板重新提交。",
    "needs-approval": "这类证照现在须由另一人审批；请取消这个批次后重新提交。",
    "unknown-type": "这类证照已经停用；请取消这个批次。",
    "register-changed": (
        "这个批次的状态、批准人与办理步骤不符，或者步骤不是在系统里办的，可能被人改动过，已停止签发；"
        "请取消这个批次，查明原因后重新提交。"
    ),
    "content-changed": "库中的行与内容摘要不符，可能被人改动过，已停止签发；请取消这个批次，查明原因后重新提交。",
    "restored": (
        "系统从备份恢复过：备份之后，这个批次可能已经批准、签发过。请先与已经发出的证照核对；"
        "确认没有签发过的，再继续或者批准；签发过的请取消，把没有签发的行另行提交。"
    ),
}
"""Why a worker, or a restore, has paused a batch."""


class Batches:
    """What pages, API, command line and worker ask about batches."""

    def __init__(
        self,
        archive: Archive,
        office: Callable[[], Office],
        publisher: Callable[[], Publisher],
        now: Callable[[], datetime],
        aside: Aside,
    ) -> None:
        self._archive, self._office, self._publisher, self._now = archive, office, publisher, now
        self._aside = aside

    @property
    def desk(self) -> Desk:
        """What the journeys need."""
        return Desk(self._archive.batches, self._office(), failure_of, taking, self._aside, self._were_taken)

    def _were_taken(self, steps: Sequence[Event]) -> bool:
        keys = [spelled_of([one.number, one.sequence]) for one in steps]
        return are_marked(self._archive.engine, "batch_step", keys)

    def bundle(self, type_code: str) -> Bundle:
        """The type in force, which a table is read for; raises UnknownType."""
        return self._office().bundle(type_code)

    def read(
        self, file: BinaryIO, *, type_code: str, name: str, mapping: Mapping[str, str], max_rows: int | None = None
    ) -> Sheet:
        """Read a table for a type, or a ZIP with a table and photographs; raises UnknownType, PhotographsBusy."""
        most, bundle = MAX_ROWS if max_rows is None else max_rows, self.bundle(type_code)
        with taking(bundle) as take:
            return read_sheet(file, name=name, kind=bundle.type, mapping=mapping, max_rows=most, take=take)

    def try_sheet(
        self, sheet: Sheet, *, type_code: str, body_code: str, progress: Callable[[int], None] = lambda _: None
    ) -> Iterator[tuple[int, Failure]]:
        """Everything that is wrong in a table, by row, as it is found; nothing is stored. Raises as `try_rows`."""
        found = ((one.row, Failure(one.column, one.reason, one.sentence)) for one in sheet.problems)
        at, rows = self._now(), sheet.rows
        tried = try_rows(
            self.desk,
            rows,
            type_code=type_code,
            body_code=body_code,
            at=at,
            photographs=sheet.photographs,
            progress=progress,
        )
        return merge(found, tried, key=lambda one: one[0])

    def submit(
        self,
        sheet: Sheet,
        *,
        type_code: str,
        body_code: str,
        name: str,
        by: Officer,
        key: str,
    ) -> Batch:
        """Take a table in, all of it or nothing; raises as `submitting.submit`.

        Raises:
            BatchRefused: cells that cannot be read, by row and column.

        """
        if told := sheet.problems[: submitting.MOST_TOLD]:
            raise BatchRefused([(".".join(filter(None, (f"rows.{one.row}", one.column))), one.reason) for one in told])
        handed = _handed(sheet, type_code, body_code, name)
        return submitting.submit(self.desk, handed, by=by, key=key, at=self._now())

    def open_trial(self, sheet: Sheet, *, type_code: str, body_code: str, name: str, by: Officer) -> Batch:
        """Let the worker judge a readable table; the same table is the same trial while that is on its way.

        Raises:
            IssuerError: as `trials.open_trial`.

        """
        key = own_key(body_code, f"try {type_code} {sheet.digest} {json.dumps(sheet.headers)}")
        while (known := self._archive.batches.by_key(key)) is not None and known.state is not State.TRYING:
            key = own_key(body_code, key)
        handed = _handed(sheet, type_code, body_code, name)
        return trials.open_trial(self.desk, handed, by=by, key=key, at=self._now())

    def discard(self, batch: Batch, *, by: Officer) -> Batch:
        """Delete a trial; raises BatchMoved."""
        return trials.discard(self.desk, batch, by=by, at=self._now())

    def digest_of(self, sheet: Sheet, batch: Batch) -> str:
        """The digest that a table has as this batch: whoever approves can have it anew from the file."""
        handed = Handed(batch.type_code, batch.body_code, "", sheet.rows)
        return handed.content(batch.type_code, batch.template).digest

    def key_for(self, sheet: Sheet, *, type_code: str, body_code: str) -> str:
        """The key of a table for whoever chooses none: the same table, read alike, is one batch until cancelled."""
        key = own_key(body_code, f"{type_code} {sheet.digest} {json.dumps(sheet.headers)}")
        while (known := self._archive.batches.by_key(key)) is not None and known.state is State.CANCELLED:
            key = own_key(body_code, key)
        return key

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, number: str, body_code: str) -> Batch:
        """The batch of a body; raises NoSuchBatch."""
        return submitting.find(self.desk, number, body_code)

    def events(self, batch: Batch) -> Sequence[Event]:
        """Its steps, oldest first."""
        return self._archive.batches.events(batch.number)

    def counts(self, batch: Batch) -> Mapping[RowState, int]:
        """How many of its rows stand how."""
        return self._archive.batches.counts(batch.number)

    def rows(self, batch: Batch, states: Sequence[RowState], *, limit: int, after: int = 0) -> Sequence[Row]:
        """Its rows in these states, by number."""
        return self._archive.batches.rows(batch.number, states, limit=limit, after=after)

    def unissued(self, batch: Batch, ending: Ending = "csv") -> bytes:
        """Its rows that failed, with the reasons, as a table that can be put right and handed in again."""
        kind = self._office().face(batch.type_code, batch.template).type
        failed = _Rows(self._archive.batches, batch.number, (RowState.FAILED,))
        return (rows_xlsx if ending == "xlsx" else rows_csv)(kind, failed)

    def of_body(self, body_code: str, *, limit: int = PAGE, after: str = "") -> Sequence[Batch]:
        """The batches of a body, the newest first."""
        return self._archive.batches.of_body(body_code, limit=limit, after=after)

    def open_rows(self, batch: Batch, *, by: Officer, words: str = "", limit: int = PAGE, after: int = 0) -> Opened:
        """Its rows as they were read, for somebody who looks at them; noted as `looking.open_rows`."""
        return looking.open_rows(self.desk, batch, words=words, limit=limit, after=after, by=by, at=self._now())

    def last_row(self, batch: Batch) -> int:
        """The number of its last row."""
        return self._archive.batches.last_row(batch.number)

    def open_face(self, batch: Batch, row: int, *, by: Officer) -> bytes:
        """The face of a row as it would be printed, as a PDF; noted and raises as `looking.open_face`."""
        return looking.open_face(self.desk, batch, row, by=by, at=self._now())

    def unopened(self, batch: Batch, by: Officer) -> Sequence[Part]:
        """What they have to open before they may approve."""
        return looking.unopened(self.desk, batch, by)

    def table(self, batch: Batch, ending: Ending = "csv") -> Iterator[bytes]:
        """All of its rows as a table, piece by piece; read again, it has the digest of the batch."""
        kind = self._office().face(batch.type_code, batch.template).type
        return pieces_of(kind, _Rows(self._archive.batches, batch.number, tuple(RowState)), ending)

    # --- steps -------------------------------------------------------------------------------------------------------

    def approve(self, batch: Batch, *, digest: str, by: Officer) -> Batch:
        """Approve it; raises as `submitting.approve`."""
        return submitting.approve(self.desk, batch, digest=digest, by=by, at=self._now())

    def pause(self, batch: Batch, *, by: Officer) -> Batch:
        """Stop it for a while; raises as `submitting.pause`."""
        return submitting.pause(self.desk, batch, by=by, at=self._now())

    def resume(self, batch: Batch, *, by: Officer) -> Batch:
        """Let it go on; raises as `submitting.resume`."""
        return submitting.resume(self.desk, batch, by=by, at=self._now())

    def cancel(self, batch: Batch, *, by: Officer) -> Batch:
        """Give up what has not begun; raises as `submitting.cancel`."""
        return submitting.cancel(self.desk, batch, by=by, at=self._now())

    # --- running -----------------------------------------------------------------------------------------------------

    def work(self, worker: str, *, size: int = CHUNK, lease: timedelta = LEASE) -> Worked | None:
        """Issue the next chunk and make it provable; None where nothing waits. Batches that are through are finished.

        Raises:
            Exception: as `running.run_chunk`; nothing of the chunk is lost, and it is taken up again.
            NotYetPublished: the licences are issued, and their proof is not public yet.

        """
        self._publisher().ready()
        worked = run_chunk(self.desk, worker, now=self._now, size=size, lease=lease)
        if worked is not None and worked.lists:
            with published_later(worked.batch.number):
                self._publisher().after_issues(worked.lists, self._now())
        self._finish()
        return worked

    def _finish(self) -> None:
        """Finish what is through, once everything issued of it can be proved: who issued it may have died before."""
        issued = next((batch for batch in self.desk.book.finished() if not batch.is_trial), None)
        if issued is not None:
            with published_later(issued.number):
                self._publisher().after_issues((), self._now())
        finish_batches(self.desk, at=self._now())


@contextmanager
def taking(bundle: Bundle) -> Iterator[Take]:
    """What makes photographs for the places of a face, in a process of its own that ends with the context."""
    places = {place.field: place for place in bundle.layout.photos}
    with series() as child:
        yield lambda octets, field: child.take(octets, places[field].width, places[field].height)


@dataclass(frozen=True)
class _Rows:
    """The rows of a batch in these states, a page at a time, as often as they are gone through."""

    book: BatchBook
    number: str
    states: Sequence[RowState]

    def __iter__(self) -> Iterator[tuple[SheetRow, str]]:
        last = 0
        while some := self.book.rows(self.number, self.states, limit=AT_ONCE, after=last):
            for one in some:
                yield SheetRow(one.number, one.members), one.failure.sentence if one.failure else ""
            last = some[-1].number


def _handed(sheet: Sheet, type_code: str, body_code: str, name: str) -> Handed:
    return Handed(type_code, body_code, name, sheet.rows, sheet.headers, sheet.photographs, sheet.pictures_wait)


def trouble_of(batch: Batch) -> str:
    """What keeps a batch from going on, in a sentence; empty where nothing does."""
    reason = batch.trouble
    if reason and batch.is_trial:
        return f"试算没有查完（{reason}）：{sentence_of(reason)}"
    if not reason or reason in HELD:
        return HELD.get(reason, "")
    if batch.state is State.PAUSED:
        return (
            f"因系统方面的原因接连没有办成，批次已自动停下（{reason}）。{sentence_of(reason)}"
            "没有一行因此作废，都仍在等待签发；排除原因后继续这个批次即可。"
        )
    return f"有的行暂时不能签发（{reason}），将自动重试。"


def failure_of(refusal: Exception, kind: LicenceType | None) -> Failure:
    """A refusal in words: the column of the type that it is about, a stable code, and a sentence for people."""
    problem = problem_of(refusal)
    if kind is None:
        return Failure("", problem.code, problem.zh)
    if isinstance(refusal, ApplicationRefused) and refusal.problems:
        told = [(header_of(kind, place) if place else "", reason) for place, reason in refusal.problems]
        return Failure(*told[0], "".join(_said(header, reason) for header, reason in told))
    if isinstance(refusal, MissingGlyph | DoesNotFit):
        return Failure(header_of(kind, refusal.where), problem.code, problem.zh)
    return Failure("", problem.code, problem.zh)


def _said(header: str, reason: str) -> str:
    """One problem of an application, in words."""
    sentence = SENTENCES.get(reason) or OF_SHEETS.get(reason, f"内容不合规范（{reason}），请核对。")
    return f"{header}：{sentence}" if header else sentence
