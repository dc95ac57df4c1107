"""Every error of the packages below, turned into one sentence for people: what happened, and what to do next.

One table from error class to (status, code, Chinese, English), put together from each package's rows, and a second one
(`service.reasons`) that makes the sentence finer by the error's stable reason. The web answers RFC 9457 problems from
it, the command line prints it. A test walks all error classes and fails on one without a row, so nothing reaches a user
as a traceback or an English word of a library. Unknown and forbidden share their rows where telling them apart would
tell something.
"""

import errno
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from cases import errors as cases
from issuer import errors as issuer
from issuer.catalogue import errors as catalogue
from issuer.converting import errors as converting
from issuer.copying import errors as copying
from issuer.feeding import errors as feeding
from issuer.presenting import errors as presenting
from keys import errors as keys
from service.errors import LogMisbehaved, LogUnavailable, NotYetPublished
from service.field_english import about
from service.lost_keys.errors import CompromiseRefused
from service.problem import INTERNAL, NOT_FOUND, Problem, Rows, Usage
from service.problem_rows.of_acting import ACTING
from service.problem_rows.of_applying import APPLYING
from service.problem_rows.of_batches import BATCHES
from service.problem_rows.of_catalogue import CATALOGUE
from service.problem_rows.of_compromises import COMPROMISES
from service.problem_rows.of_converting import CONVERTING
from service.problem_rows.of_feeding import FEEDING
from service.problem_rows.of_issuing import ISSUER, TEMPLATES
from service.problem_rows.of_keys import KEYS
from service.problem_rows.of_presenting import COPYING, PRESENTING
from service.problem_rows.of_registers import REGISTERS
from service.problem_rows.of_relying import CASES, VERIFIER
from service.problem_rows.of_sealing import SEALING
from service.problem_rows.of_service import SERVICE
from service.problem_rows.of_trust import TRUST
from service.reasons import REASONS
from templates import errors as templates
from trust import errors as trust
from trust.rules.errors import FieldRefused
from trust.rules.licence import CHINA
from trust.rules.text import quoted
from verifier import errors as verifier

TABLE: Rows = {
    **KEYS,
    **TRUST,
    **REGISTERS,
    **SEALING,
    **TEMPLATES,
    **ISSUER,
    **CATALOGUE,
    **APPLYING,
    **ACTING,
    **COMPROMISES,
    **BATCHES,
    **CONVERTING,
    **FEEDING,
    **COPYING,
    **PRESENTING,
    **VERIFIER,
    **CASES,
    **SERVICE,
}

NOT_PUBLISHED = Problem(
    503,
    "not-published",
    "尚未公布任何核验依据，暂时不能核验；请稍后再试。",
    "No evidence has been published yet; try again later.",
)
ACTS_UNPUBLISHED = Problem(
    503,
    "acts-unpublished",
    "有已登记的决定还没有公布，现在不能导出核验包；请先运行 yinzheng publish，或稍后再试。",
    "An act is recorded and not published yet; run yinzheng publish, or try again in a moment.",
)
EVIDENCE = {problem.code: problem for problem in (NOT_PUBLISHED, ACTS_UNPUBLISHED)}
STORAGE = Problem(
    503,
    "storage",
    "数据库或者文件存储暂时不可用，本次操作没有完成；请稍后重试，仍不行请联系管理员。",
    "The database or the store of files cannot be had; nothing was completed. Try again later.",
)
TABLES_BEHIND = Problem(
    503,
    "tables-behind",
    "数据库的表与程序的版本不一致，本次操作没有完成；请先备份，停下其他版本的进程，再重新启动（启动时自动升级表结构）。",
    "The tables are of another version than the program; back up, stop the others, and start it anew, which migrates.",
)
FULL = Problem(
    507,
    "storage-full",
    "存储空间已满，本次操作没有完成；请联系管理员。",
    "The storage is full and nothing was completed; tell the administrator.",
)


MISDEEDS = {
    "two-roots": "分叉，同样多的条目有两个根",
    "not-continued": "分叉，后来的检查点没有延续先前的内容",
    "rolled-back": "回退，后来签的检查点条目更少",
}
"""How a log misbehaves, by the kind of its proof."""
NO_SUCH = ("no such table", "no such column", "has no column named")
"""What SQLite says of a table or a column that is not there."""
UNDEFINED = frozenset({"42P01", "42703"})
"""What PostgreSQL says of one: undefined table, undefined column."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
BROKEN = frozenset({errno.EIO, errno.EROFS, errno.ENXIO, errno.ENODEV, errno.ESTALE})
"""What the system says of a disk that fails, or was taken away."""


def problem_of(error: Exception) -> Problem:
    """The problem of an error; errors of no package of ours are internal, and their words are not shown."""
    if isinstance(error, Usage):
        return Problem(422, error.code, error.zh, error.en)
    if isinstance(error, keys.KeyFileRefused) and isinstance(error.__cause__, OSError):
        machine = _of_the_machine(error.__cause__)  # the disk, and not the file that was to be written
        return machine if machine is not INTERNAL else TABLE[keys.KeyFileRefused]
    row = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None) or _of_the_machine(error)
    if isinstance(error, issuer.ApplicationRefused):
        return replace(row, details=error.problems, told=tuple(about(reason) for _, reason in error.problems))
    if isinstance(error, templates.MissingGlyph):
        return replace(row, zh=f"“{error.character}”字不能印出（{error.where}），未签发；请联系管理员补充字库。")
    if isinstance(error, cases.NotVerified):
        failed = [item for item in error.verdict.findings if item.indication.value != "PASSED"]
        return replace(row, details=tuple((item.name, item.detail) for item in failed))
    if isinstance(error, (NotYetPublished, LogUnavailable, LogMisbehaved)):
        return _with_facts(row, error)
    if isinstance(error, verifier.EvidenceUnusable) and error.reason in EVIDENCE:
        return EVIDENCE[error.reason]
    if isinstance(error, presenting.CodeUsed) and error.at is not None:
        return _used(row, error.at, error.place)
    return _finer(row, error)


def sentence_of(code: str) -> str:
    """What people are told under a stable code, where only that was kept; empty for one that stands in no table."""
    rows = (*TABLE.values(), STORAGE, FULL, INTERNAL)
    return next((row.zh for row in rows if row.code == code), REASONS.get(code, ("", ""))[0])


def _with_facts(row: Problem, error: NotYetPublished | LogUnavailable | LogMisbehaved) -> Problem:
    """An error of `service` with what it is about."""
    if isinstance(error, NotYetPublished):
        return replace(row, details=(("subject", error.subject),))
    if isinstance(error, LogUnavailable):
        return replace(row, details=(("reason", error.reason),))
    said = f"{row.zh[:-1]}：{MISDEEDS[error.kind]}。"
    return replace(row, zh=said, details=(("kind", error.kind), ("proof", error.proof)))


def _used(row: Problem, at: datetime, place: str) -> Problem:
    """A one-time code that was used before: when, and where."""
    said = f"这个亮证码已使用：{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}，{quoted(place)}；请持证人重新出示。"
    return replace(row, zh=said, details=(("used_at", f"{at:%Y-%m-%dT%H:%M:%SZ}"), ("place", place)))


def _finer(row: Problem, error: Exception) -> Problem:
    """The row with the sentence and the code of the error's reason, where people can do something about it.

    What is unknown keeps its row: a finer word could tell it from what is only hidden.
    """
    if row.code == NOT_FOUND:
        return row
    finer = (
        trust.TrustError, keys.KeyNotUsable, cases.ConsentRefused, cases.MalformedRequest, verifier.NotUnderstood,
        converting.ScanRefused, feeding.HookRefused, catalogue.EntryRefused, catalogue.MandateRefused,
        copying.CopyingError, presenting.PresentingRefused, CompromiseRefused,
    )  # fmt: skip
    if not isinstance(error, finer):
        return row
    zh, en = REASONS.get(error.reason, (row.zh, row.en))
    return replace(
        row,
        code=error.reason if isinstance(error, trust.TrustError) else row.code,
        zh=zh,
        en=en,
        details=((error.key if isinstance(error, FieldRefused) else "reason", error.reason),),
    )


def _lacks_tables(error: Exception) -> bool:
    """Whether the database has not the tables or columns that the program asks for."""
    if not isinstance(error, (OperationalError, ProgrammingError)):
        return False
    said = str(error.orig)
    return getattr(error.orig, "sqlstate", None) in UNDEFINED or any(word in said for word in NO_SUCH)


def _of_the_machine(error: Exception) -> Problem:
    """The problem of an error that no package of ours raises."""
    if _lacks_tables(error):
        return TABLES_BEHIND
    if isinstance(error, OSError) and error.errno in NO_ROOM | BROKEN:
        return FULL if error.errno in NO_ROOM else STORAGE
    if (
        isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError
    ):  # as of a file that is none
        said = str(error.orig)
        return FULL if "disk is full" in said or "No space left" in said else STORAGE
    return INTERNAL
