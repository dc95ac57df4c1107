"""One audit: as a stranger with public files alone, or inside an installation with its registers.

Both walk the log from its first entry, hold it against every checkpoint at hand, and judge every list. Inside, every
row of the registers has to open to its entry and every entry to its row, files are hashed again, and the operation
trail is replayed. Nothing that is stored is believed: keys come from a root or a line that the auditor brought along,
and the checkpoint of an earlier day, kept elsewhere, is what no database administrator can rewrite.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import TrustError
from trust.formats.canonical_json import text_of
from trust.formats.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from trust.formats.cosignature import verify_cosignature
from trust.formats.leaf import EntryKind
from trust.formats.verifier_key import VerifierKey
from verifier.auditing.covering import LISTS, ROWS, UNDER_WAY, Coverage
from verifier.auditing.ports import Looked, PublicLists, PublicLog, Registers, Trail, Unjudged
from verifier.auditing.report import Report
from verifier.auditing.series import Series
from verifier.auditing.signers import Signers
from verifier.auditing.trail import Replay
from verifier.auditing.walking import Progress, Walk, Walked

INSIDE = "inside"
CHECKS = {
    "licence": "licences",
    "licence_copy": "copies",
    "act": "acts",
    "seal_request_item": "documents",
}


@dataclass(frozen=True)
class Brought:
    """What the auditor brought along: keys of the log, old checkpoints with where they come from, witnesses."""

    log_keys: Sequence[VerifierKey] = ()
    since: Sequence[tuple[str, bytes]] = ()
    witnesses: Sequence[VerifierKey] = field(default=())


class Audit:
    """An audit at `now`; `progress` hears how many entries were walked."""

    def __init__(
        self,
        log: PublicLog,
        lists: PublicLists,
        signers: Signers,
        brought: Brought,
        now: datetime,
        *,
        manner: str,
        progress: Progress = lambda _count: None,
    ) -> None:
        self._log, self._lists, self._signers, self._brought = log, lists, signers, brought
        self._now, self._progress = now, progress
        self.report = Report(now, manner)

    def stranger(self) -> Report:
        """The audit that anybody can make."""
        walked, series = self._public(())
        if walked is not None:
            coverage = Coverage(walked, self.report, self._now)
            coverage.lists(series.expected)
            if self._lists.complete:
                coverage.entries(LISTS - {EntryKind.CATALOGUE})
            else:
                coverage.last_of(LISTS - {EntryKind.CATALOGUE})
        return self.report

    def inside(self, registers: Registers, trail: Trail, *, files: bool) -> Report:
        """The audit of whoever may read the registers; `files` also hashes every stored file again."""
        walked, series = self._public(list(registers.notes()))
        if walked is None:
            return self.report
        coverage = Coverage(walked, self.report, self._now)
        coverage.lists(series.expected)
        coverage.registers(registers, CHECKS)
        Replay(trail, walked, coverage, self.report).run()
        coverage.lost(registers)
        coverage.entries(ROWS | LISTS | {EntryKind.TRAIL})
        for one in registers.mismatches():
            if isinstance(one, Looked):
                self.report.look(one.check, one.count)
                continue
            if isinstance(one, Unjudged):
                self.report.open(one.check, one.name, one.detail)
                continue
            tell = self.report.failed if one.grave else self.report.listed
            tell(one.check, one.name, one.detail, key=one.key)
        for register, key, at in registers.plans(self._now - UNDER_WAY):
            self.report.look("plans")
            said = f"{register} 的一项计划于 {text_of(at)}，没有完成：可能有未放出的签名。"
            self.report.listed("plans", "plan-open", said, register=register, key=key, at=text_of(at))
        if files:
            self._files(registers)
        return self.report

    def trail_only(self, trail: Trail) -> Report:
        """The trail against the log, and the log against what the auditor brought along."""
        walked, _ = self._public(())
        if walked is not None:
            coverage = Coverage(walked, self.report, self._now)
            Replay(trail, walked, coverage, self.report).run()
            coverage.entries(frozenset({EntryKind.TRAIL}))
        return self.report

    def _public(self, stored: Sequence[bytes]) -> tuple[Walked | None, Series]:
        """Judge the lists, then walk the log; None where there is no log that could be walked over."""
        series = Series(self._signers, self.report, self._now)
        series.trust_lists(self._lists.trust_lists())
        series.status_lists(self._lists.status_lists())
        series.revocation_lists(self._lists.revocation_lists())
        series.catalogue(self._lists.catalogue())
        for one in self._lists.faults():
            tell = self.report.failed if one.grave else self.report.open
            tell(one.check, one.name, one.detail, path=one.place)
        keys = [*self._brought.log_keys]
        if series.last_trust_list is not None and (self._signers.pinned or not keys):
            keys += self._signers.log_keys(series.last_trust_list.log)
        if not self._signers.pinned and not self._brought.log_keys:
            self.report.open("signers", "no-anchor", "没有给出根证书或日志公钥：签名只能与清单自己列出的证书核对。")
        latest = self._latest(keys)
        if latest is None:
            return None, series
        wanted = {digest: one.place for digest, one in series.expected.items()}
        walk = Walk(self._log, latest, self._checkpoints(keys, stored), wanted, self.report)
        return walk.run(self._progress), series

    def _latest(self, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        try:
            note = self._log.checkpoint()
        except LookupError:
            self.report.open("log", "no-checkpoint", "没有检查点，日志无从复算。")
            return None
        if not keys:
            self.report.open("log", "no-log-key", "不知道日志的公钥：没有给出，也没有查到证书链成立的日志证书。")
            return self._unverified(note)
        found = _verified(note, keys)
        if found is None:
            self.report.failed("log", "checkpoint-signature", "最新检查点不是所给（或信任列表所列）的日志公钥签的。")
            return self._unverified(note)
        self.report.log = {
            "origin": found.origin,
            "size": found.size,
            "root": found.root.hex(),
            "at": text_of(found.at),
            "note_sm3": sm3(note).hex(),
        }
        for witness in self._brought.witnesses:
            self._witness(note, witness)
        return found

    def _unverified(self, note: bytes) -> Checkpoint | None:
        """Inside, the rest is looked at all the same: who spoils one certificate must not blind the whole audit."""
        if self.report.manner != INSIDE:
            return None
        try:
            return parse_checkpoint(note)[0]
        except TrustError:
            return None

    def _witness(self, note: bytes, witness: VerifierKey) -> None:
        self.report.look("witnesses")
        try:
            verify_cosignature(note, witness)
        except TrustError as error:
            said = f"最新检查点没有见证方 {witness.name} 成立的会签。"
            self.report.open("witnesses", "not-cosigned", said, witness=witness.name, reason=error.reason)

    def _checkpoints(self, keys: Sequence[VerifierKey], stored: Sequence[bytes]) -> list[tuple[str, Checkpoint]]:
        """Old checkpoints: those brought along, and those that the installation has stored."""
        found: list[tuple[str, Checkpoint]] = []
        for source, note in [*self._brought.since, *(("stored", one) for one in stored)]:
            checkpoint = _verified(note, keys)
            if checkpoint is not None:
                found.append((source, checkpoint))
            elif source == "stored":
                self.report.failed("checkpoints", "checkpoint-signature", "存储的一份检查点签名不成立。")
            else:
                self.report.open("since", "checkpoint-signature", "带来的检查点不是这个日志的公钥签的。", source=source)
        return found

    def _files(self, registers: Registers) -> None:
        for name, octets in registers.files():
            self.report.look("files")
            if octets is None:
                self.report.failed("files", "file-missing", "登记的一份文件读不到。", path=name)
            elif f"sm3:{sm3(octets).hex()}" != name:
                self.report.failed("files", "file-changed", "存储的一份文件与登记的摘要不同。", path=name)


def _verified(note: bytes, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """The checkpoint in a note that one of these keys signed."""
    for key in keys:
        try:
            return verify_checkpoint(note, key.name, key.public)
        except TrustError:
            continue  # of another key, or damaged; if no key fits, whoever asked says so
    return None
