"""The operation trail computed anew: every record read and chained, every head held against the log.

A record that was edited, left out, put in between or moved gives other heads from there on. Whoever rebuilds the heads
too is found by the first head that the log commits to; whoever cuts the end off, by a head that the log commits to and
the trail no longer has. Rows that records vouch for are read and compared, so with the trail they cannot change either;
and a row that is there and that no record vouches for was put there past the register.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import instant_from, text_of
from trust.formats.trail_record import (
    ACCOUNT,
    AGAIN,
    BEGINNING,
    BOUND,
    MARKED,
    RECORDS,
    SIGNED_IN,
    TAGGED,
    TrailRecord,
    decode_record,
    next_head,
    row_digest,
    trail_statement,
)
from verifier.auditing.covering import UNDER_WAY, Coverage
from verifier.auditing.ports import Trail, TrailHead, TrailRow
from verifier.auditing.report import Report
from verifier.auditing.walking import Progress, Walked

STARTED = "started"
NO_REGISTERS = frozenset({"open", STARTED})
"""Where a record lists what was under way, and which registers are marked as they are written; no rows of any table."""
MOST_NAMED = 10
TOGETHER = timedelta(minutes=1)
AT_ONCE = 500


class Replay:
    """One replay of the trail against a log that was walked over."""

    def __init__(self, trail: Trail, walked: Walked, coverage: Coverage, report: Report) -> None:
        self._trail, self._walked, self._coverage, self._report = trail, walked, coverage, report
        self._heads: dict[int, list[TrailHead]] = defaultdict(list)
        for head in trail.heads():
            self._heads[head.number].append(head)
        self._head, self._number = BEGINNING, 0
        self._tagged, self._untold = False, 0
        self._last: datetime | None = None
        self._uses_marked = 0
        self._committed: datetime | None = None
        self._waiting: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
        self._marked: dict[str, array[int]] = {table: array("Q") for table in trail.whole()}
        self._followed, self._begun = trail.followed(), dict[str, datetime]()
        self._accounts: dict[str, list[tuple[datetime, str]]] = defaultdict(list)

    def run(self, progress: Progress = lambda _count: None) -> None:
        """Read everything; findings go into the report."""
        for row in self._trail.records():
            self._report.look("trail")
            self._row(row)
            progress(1)
        for table in list(self._waiting):
            self._compare(table)
        self._tip()
        if self._untold:
            said = f"索引密钥不在，或者口令打不开：{self._untold} 条留痕的标记无从核对。"
            self._report.open("trail", "trail-unchecked", said, count=self._untold)
        for number, heads in sorted(self._heads.items()):
            if number > self._number:
                self._cut(number, heads)
        for table, strict in self._trail.whole().items():
            self._unmarked(table, strict=strict or table in self._begun)

    def _row(self, row: TrailRow) -> None:
        if row.number != self._number + 1:
            said = f"第 {self._number} 条之后是第 {row.number} 条：中间的留痕被删除。"
            self._report.failed("trail", "trail-missing", said, number=row.number, after=self._number)
        self._number = row.number
        self._head = next_head(self._head, row.record)
        record = self._read(row)
        if row.head != self._head:
            said = f"第 {row.number} 条留痕算出的链值与存储的不同：这一条或它之前的被改过、换过。"
            self._report.failed("trail", "trail-chain", said, number=row.number, computed=self._head.hex())
            self._head = row.head  # one fault is told once, and not again at every record behind it
        for head in self._heads.get(row.number, ()):
            self._logged(head)
        if record is not None:
            self._tagged = self._tagged or _says_tagged(record)
            self._judge(row, record)
        if self._tagged and row.vouched is False:
            said = f"第 {row.number} 条留痕没有本系统的标记：是绕过系统写进去的。"
            self._report.failed("trail", "trail-forged", said, number=row.number)
        self._untold += self._tagged and row.vouched is None

    def _read(self, row: TrailRow) -> TrailRecord | None:
        try:
            return decode_record(row.record)
        except Malformed as error:
            said = f"第 {row.number} 条留痕读不出来（{error.reason}）。"
            self._report.failed("trail", "trail-record", said, number=row.number)
            return None

    def _judge(self, row: TrailRow, record: TrailRecord) -> None:
        """What a record says fits its place, and the rows that it vouches for are there."""
        if record.number != row.number or not row.agrees:
            said = f"第 {row.number} 条留痕的内容与它旁边的检索列不符。"
            self._report.failed("trail", "trail-columns", said, number=row.number)
        if self._last is not None and record.at < self._last and (self._last - record.at).total_seconds() > 60:
            said = f"第 {row.number} 条的时间 {text_of(record.at)} 比前面的 {text_of(self._last)} 早一分钟以上。"
            self._report.open("trail", "trail-time", said, number=row.number)
        self._last = record.at
        table = record.about.get("table", "")
        if record.action == MARKED and table not in NO_REGISTERS:
            self._rows(row.number, table, record)
        if SIGNED_IN in record.about:
            self._signed_in(row.number, record)

    def _signed_in(self, number: int, record: TrailRecord) -> None:
        """Whoever works here signed in on the account as it was marked last by then; a minute is left to clocks."""
        marks, login = self._accounts[record.actor], record.actor
        at = _instant(record.about[SIGNED_IN])
        of_then = None if at is None else next((one for when, one in reversed(marks) if when <= at - TOGETHER), None)
        about_then = {one for when, one in marks if at is not None and abs(when - at) <= TOGETHER}
        if record.about.get(ACCOUNT) not in about_then | {of_then}:
            said = f"留痕第 {number} 条：{login} 登录用的账号不是当时留痕的那一个，是换回去的旧账号或旧口令。"
            self._report.failed("trail", "sign-in-on-former-account", said, number=number, login=login)

    def _rows(self, number: int, table: str, record: TrailRecord) -> None:
        """Note the rows that a record vouches for; they are read many at a time, or at the end if they may change."""
        self._report.look("rows", len(record.rows))
        marked = self._marked.get(table)
        if AGAIN in record.about:
            self._taken_up_again(number, table, record)
        for key, digest in record.rows.items():
            self._waiting[table][key] = (number, digest)
            if table == ACCOUNT:
                self._accounts[key].append((record.at, digest))
            if marked is not None:
                marked.append(_short(key))
        if BOUND in record.about:
            self._begins(number, table, record.at)
        if len(self._waiting[table]) >= AT_ONCE and table not in self._followed:
            self._compare(table)
        if table == "seal_use" and record.rows:
            self._uses(number, sorted(map(int, record.rows)))

    def _taken_up_again(self, number: int, table: str, record: TrailRecord) -> None:
        """Rows that were changed before changes were marked: once, when that began; an auditor has to judge them.

        Two processes that begin at the same moment may both say so; the second says nothing new.
        """
        known = self._waiting[table]
        keys = sorted(key for key, digest in record.rows.items() if key not in known or known[key][1] != digest)
        keys = keys[:MOST_NAMED]
        if keys and table in self._begun:
            said = f"留痕第 {number} 条把 {table} 的行当作升级之前改动的重新收入，而那时早已逐次留痕：不是登记所为。"
            self._report.failed("rows", "row-edited", said, table=table, keys=keys, number=number)
        if not keys or table in self._begun:
            return
        said = f"{table} 有 {len(record.rows)} 行在改为逐次留痕之前变过，分不清是照章变更还是被改动，请对照原件核实。"
        self._report.open("rows", "row-changed-before", said, table=table, keys=keys, number=number)

    def _begins(self, number: int, table: str, at: datetime) -> None:
        """A register begins to be marked at every write once: whatever began again took up what stood there by then.

        Processes of an older version that started at the same moment may both have begun.
        """
        first = self._begun.setdefault(table, at)
        if at - first > TOGETHER:
            said = f"留痕第 {number} 条说 {table} 又一次开始逐次留痕：起初的记录曾被藏起，此前插入的行会随之收入。"
            self._report.failed("rows", "begun-again", said, table=table, number=number, first=text_of(first))

    def _compare(self, table: str) -> None:
        """Read rows that were vouched for and compare them."""
        wanted = self._waiting.pop(table)
        present = self._trail.rows(table, list(wanted))
        for key, (number, digest) in wanted.items():
            row = present.get(key)
            if row is None:
                said = f"留痕第 {number} 条记着 {table} 的一行，现在没有了：已被删除。"
                self._report.failed("rows", "row-deleted", said, table=table, key=key, number=number)
            elif _digest(table, row) != digest:
                said = f"留痕第 {number} 条记着 {table} 的一行，现在的内容与当时不同：已被改动或替换。"
                self._report.failed("rows", "row-edited", said, table=table, key=key, number=number)

    def _unmarked(self, table: str, *, strict: bool) -> None:
        """Every row of a register is vouched for, but for those that came after the last look at it."""
        marked, young = array("Q", sorted(self._marked[table])), 0
        for key, at in self._trail.final(table):
            short = _short(key)
            place = bisect_left(marked, short)
            if place < len(marked) and marked[place] == short:
                continue
            if strict or (at is not None and self._committed is not None and at < self._committed - UNDER_WAY):
                said = f"{table} 的一行没有留痕：不是经登记写入的，是插入的。"
                self._report.failed("rows", "row-inserted", said, table=table, key=key)
            else:
                young += 1
        if young:
            said = f"{table} 有 {young} 行还没有收入留痕，下次写入留痕时收入。"
            self._report.listed("rows", "row-not-marked-yet", said, table=table, count=young)

    def _uses(self, number: int, marked: Sequence[int]) -> None:
        """Between the uses marked before and these, there are no others."""
        if marked[-1] <= self._uses_marked:
            return
        there = self._trail.use_numbers(self._uses_marked + 1, marked[-1])
        if extra := sorted(set(there) - set(marked)):
            said = f"用章记录里有 {len(extra)} 行是留痕第 {number} 条写下时没有的：事后插入。"
            self._report.failed("rows", "row-inserted", said, keys=extra[:MOST_NAMED], number=number)
        self._uses_marked = marked[-1]

    def _logged(self, head: TrailHead) -> None:
        """The log has committed to this very head."""
        statement = trail_statement(head.salt, head.number, self._head)
        if head.log_index is None or head.log_index >= self._walked.size:
            self._report.listed("trail", "trail-later", "这一链值还没有检查点覆盖。", number=head.number)
        elif self._walked.says(head.log_index, statement):
            self._coverage.open(head.log_index)
            self._committed = self._walked.at(head.log_index)
        else:
            said = f"第 {head.number} 条留痕处的链值与日志第 {head.log_index} 条的承诺不符：留痕在写入日志之后被改写。"
            self._report.failed("trail", "trail-rewritten", said, number=head.number, index=head.log_index)
            self._coverage.open(head.log_index)  # it is told here; the entry has its row

    def _tip(self) -> None:
        number, head = self._trail.tip()
        if number != self._number or (number and head != self._head):
            said = f"登记的末条是第 {number} 条，实际读到第 {self._number} 条：末尾的留痕被删除或改动。"
            self._report.failed("trail", "trail-tip", said, number=number, present=self._number)

    def _cut(self, number: int, heads: Sequence[TrailHead]) -> None:
        for head in heads:
            said = f"日志承诺过第 {number} 条留痕处的链值，现在只有 {self._number} 条：末尾的留痕被删除。"
            self._report.failed("trail", "trail-cut", said, number=number, present=self._number, index=head.log_index)
            if head.log_index is not None:
                self._coverage.open(head.log_index)


def _says_tagged(record: TrailRecord) -> bool:
    """Whether every record bears a tag from this one on."""
    return record.action == MARKED and record.about.get("table") == STARTED and record.about.get(RECORDS) == TAGGED


def _instant(text: str) -> datetime | None:
    try:
        return instant_from(text)
    except Malformed:
        return None


def _short(key: str) -> int:
    """Eight octets that stand for a key, so that a million of them need eight megabytes."""
    return int.from_bytes(sm3(key.encode("utf-8", "surrogatepass"))[:8], "big")


def _digest(table: str, row: Mapping[str, object]) -> str:
    """The digest of a row; of one that has no spelling, none."""
    try:
        return row_digest(table, row)
    except (Malformed, TypeError, ValueError):
        return ""
