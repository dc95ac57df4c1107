"""Is everything logged, and is everything that is logged there: lists and rows against the entries of the log.

A row opens to its entry when the statement that follows from its octets is the one that the log has at that index. Two
rows cannot open one entry. What opens nothing was edited or put there; an entry that nothing opens has lost its row.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from trust.errors import Malformed
from trust.formats.canonical_json import text_of
from trust.formats.leaf import EntryKind, Statement, decode_entry
from verifier.auditing.ports import Registers, Row
from verifier.auditing.report import Report
from verifier.auditing.series import KINDS, Expected
from verifier.auditing.walking import Walked

UNDER_WAY = timedelta(minutes=5)
"""Within which something recorded may still wait for its log entry."""
LISTS = frozenset({EntryKind.STATUS_LIST, EntryKind.TRUST_LIST, EntryKind.CRL, EntryKind.CATALOGUE})
ROWS = frozenset({EntryKind.ISSUE, EntryKind.ACT, EntryKind.SEAL_USE})
"""Kinds of entries that a row of a register opens."""
WORDS = {
    EntryKind.ISSUE: "签发",
    EntryKind.ACT: "处理",
    EntryKind.SEAL_USE: "用印",
    EntryKind.STATUS_LIST: "状态清单",
    EntryKind.TRUST_LIST: "信任列表",
    EntryKind.CATALOGUE: "目录条目",
    EntryKind.CRL: "证书撤销列表",
    EntryKind.TRAIL: "操作留痕",
}


class Coverage:
    """What has been opened of a log that was walked over."""

    def __init__(self, walked: Walked, report: Report, now: datetime) -> None:
        self._walked, self._report, self._now = walked, report, now
        self._opened = bytearray(walked.size)

    def lists(self, expected: Mapping[bytes, Expected]) -> None:
        """Every published list is logged, as what it is, and after the entries that it says it reflects."""
        for digest, wanted in expected.items():
            index = self._walked.places.get(digest)
            if index is None:
                self._unlogged(wanted.check, wanted.place, wanted.at)
                continue
            self._opened[index] = 1
            if self._walked.kind(index) is not KINDS[wanted.check]:
                said = f"日志第 {index} 条不是{WORDS[KINDS[wanted.check]]}。"
                self._report.failed(wanted.check, "list-kind", said, path=wanted.place, index=index)
            if wanted.log_size is not None and wanted.log_size > index:
                said = f"自称依据日志的前 {wanted.log_size} 条，自己却在第 {index} 条。"
                self._report.failed(wanted.check, "list-log-size", said, path=wanted.place, index=index)

    def registers(self, registers: Registers, checks: Mapping[str, str]) -> None:
        """Every row opens to its entry."""
        for row in registers.rows():
            check = checks[row.register]
            self._report.look(check)
            self._row(check, row, registers)

    def entries(self, kinds: Iterator[EntryKind] | frozenset[EntryKind]) -> None:
        """Every entry of these kinds was opened by something."""
        wanted = frozenset(kinds)
        for index in range(self._walked.size):
            kind = self._walked.kind(index)
            if kind in wanted:
                self._report.look("entries")
                if not self._opened[index]:
                    said = f"日志第 {index} 条（{WORDS[kind]}）没有对应的登记：登记被删除或改动。"
                    at = datetime.fromtimestamp(self._walked.seconds[index], self._now.tzinfo)
                    self._report.failed(
                        "entries", "entry-without-row", said, index=index, kind=kind.value, at=text_of(at)
                    )

    def last_of(self, kinds: frozenset[EntryKind]) -> None:
        """Of each kind the entry logged last is one of the lists at hand, where only present editions can be had."""
        for kind in sorted(kinds):
            last = next((one for one in range(self._walked.size - 1, -1, -1) if self._walked.kind(one) is kind), None)
            if last is not None and not self._opened[last]:
                said = f"日志里最后一份{WORDS[kind]}（第 {last} 条）没有提供：缺了一份，或者提供的是旧的一期。"
                self._report.open("entries", "list-not-served", said, index=last, kind=kind.value)

    def open(self, index: int) -> None:
        """Something else, such as a head of the trail, opens this entry."""
        if 0 <= index < self._walked.size:
            self._opened[index] = 1

    def lost(self, registers: Registers) -> None:
        """Entries whose rows were lost with an older backup that was put back: told, and held against nobody."""
        for entries in registers.lost():
            for index in entries:
                if 0 <= index < self._walked.size and not self._opened[index]:
                    kind = self._walked.kind(index)
                    if kind in ROWS:
                        said = f"日志第 {index} 条（{WORDS[kind]}）的登记在恢复较旧的备份时丢失，恢复报告已列明。"
                        self._report.listed("entries", "entry-lost", said, index=index, kind=kind.value)
                    self._opened[index] = 1

    def _row(self, check: str, row: Row, registers: Registers) -> None:
        if row.statement is None:
            said = f"登记“{row.key}”的内容不能成立（{row.fault}）。"
            self._report.failed(check, "row-broken", said, key=row.key, reason=row.fault)
        elif row.log_index is None:
            self._unlogged(check, row.key, row.at)
        elif row.log_index >= self._walked.size:
            self._later(check, row, row.log_index, row.statement, registers)
        elif not self._walked.says(row.log_index, row.statement):
            said = f"登记“{row.key}”与日志第 {row.log_index} 条的承诺不符：登记被改动、替换，或条目号被改。"
            self._report.failed(check, "row-does-not-open", said, key=row.key, index=row.log_index)
        elif self._opened[row.log_index]:
            said = f"登记“{row.key}”所指的日志第 {row.log_index} 条已属于另一行登记。"
            self._report.failed(check, "row-twice", said, key=row.key, index=row.log_index)
        else:
            self._opened[row.log_index] = 1

    def _later(self, check: str, row: Row, index: int, statement: Statement, registers: Registers) -> None:
        """A row whose entry no checkpoint covers yet: the log has it all the same, or it is made up."""
        entry = registers.later(index)
        if entry is None:
            said = f"登记“{row.key}”所指的日志第 {index} 条不存在：登记是插入的，或条目号被改。"
            self._report.failed(check, "row-beyond", said, key=row.key, index=index)
        elif not _states(entry, statement):
            said = f"登记“{row.key}”与日志第 {index} 条不符：登记被改动、替换，或条目号被改。"
            self._report.failed(check, "row-does-not-open", said, key=row.key, index=index)
        else:
            self._report.listed(check, "row-later", "在最新检查点之后，下一个检查点会包含它。", key=row.key)

    def _unlogged(self, check: str, which: str, at: datetime | None) -> None:
        """Not logged: under way if it is young, else against whoever keeps the register."""
        if at is not None and self._now - at < UNDER_WAY:
            self._report.listed(check, "not-logged-yet", "刚刚产生，还没有写入日志。", key=which)
            return
        said = f"“{which}”没有写入存证日志。"
        self._report.failed(check, "not-logged", said, key=which, at=None if at is None else text_of(at))


def _states(entry: bytes, statement: Statement) -> bool:
    try:
        return decode_entry(entry).statement == statement
    except Malformed:
        return False
