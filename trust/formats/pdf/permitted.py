"""Whether what happened to a file after a signature is what that signature allows.

`changes` says what each later update did. Here it is held against one signature: the level of its certification
(DocMDP, ISO 32000-2 §12.8.2.2, where validation data and document time stamps never count as changes), the fields it
locks (FieldMDP), and the rule that a new visible field after a certification could cover what was certified. Last, the
file as a whole: behind the last signature nothing may follow but validation data.
"""

from collections.abc import Sequence

from trust.formats.pdf.codes import Notes
from trust.formats.pdf.fields import Permissions
from trust.formats.pdf.ranges import LINE_ENDS, Covered
from trust.formats.pdf.steps import Step


def judge_later(notes: Notes, permissions: Permissions, later: Sequence[Step], stamps: frozenset[str]) -> None:
    """Hold the updates after a signature against it; `stamps` are the fields that hold document time stamps."""
    for step in later:
        for code, subjects in step.faults.items():
            notes.note(code, *sorted(subjects))
        _judge(notes, permissions, step, stamps)


def _judge(notes: Notes, permissions: Permissions, step: Step, stamps: frozenset[str]) -> None:
    if shown := sorted((step.sealed | step.added) & stamps):
        notes.note("pdf-time-stamp-shown", *shown)
    acted = step.sealed | step.added | step.filled | (step.unseen - stamps)
    if permissions.level == 1 and (acted or step.described):
        notes.note("docmdp-violated", f"第 {step.revision + 1} 版")
    elif permissions.level is not None and step.added:
        notes.note("docmdp-field-added", *sorted(step.added))
    if locked := sorted(name for name in acted if permissions.locked(name)):
        notes.note("pdf-field-locked", *locked)
    if step.filled:
        permitted = permissions.level is not None and permissions.level > 1
        notes.note("pdf-form-filled-permitted" if permitted else "pdf-form-filled", *sorted(step.filled))
    if step.metadata or (step.described and permissions.level != 1):
        notes.note("pdf-described-anew", f"第 {step.revision + 1} 版")


def judge_after_seals(notes: Notes, later: Sequence[Step], stamps: frozenset[str]) -> None:
    """See that what follows the last seal is validation data and document time stamps alone.

    A time stamp covers what it follows too, but anybody can have one made.
    """
    for step in later:
        if step.described or step.touched - stamps:
            notes.note("pdf-coverage", f"第 {step.revision + 1} 版")


def judge_end(notes: Notes, last: Covered, later: Sequence[Step], *, ours: bool) -> None:
    """See that what follows the last signature or time stamp is validation data alone.

    Behind a seal of `ours` not even a line end follows. That nothing lies between the revisions, nor behind them, is
    seen in `one_reading`.
    """
    rest = last.data[last.end :]
    if not rest:
        return
    if not later and rest in LINE_ENDS and not ours:
        notes.note("pdf-trailing-eol")
    elif later and all(step.security and step.only_security for step in later):
        notes.note("pdf-dss-unstamped")
    else:
        notes.note("pdf-coverage", f"{len(rest)} 个字节")


def covered_words(covered: Covered, revisions: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a signature covers and what it leaves out, in words."""
    upto = covered.revision + 1
    if covered.whole_file:
        return ("整个文件",), ()
    covers = f"第 1 版至第 {upto} 版" if upto > 1 else "第 1 版"
    if upto == revisions:
        return (covers,), ("文件末尾追加的内容",)
    left = f"第 {upto + 1} 版至第 {revisions} 版" if revisions > upto + 1 else f"第 {revisions} 版"
    return (covers,), (f"{left}（签章之后追加）",)
