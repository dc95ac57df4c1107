"""Whose hand is in a paper: whether everybody who took a step of it might, beside whom, and with what right then.

What a step asks for stands in the table of the life that it belongs to: somebody who had no hand in it before, somebody
who had one, anybody, or the register by itself, which is not looked at. What somebody was is told by the marks of the
register of people (`staff`). Which rights a step takes, and who counts as having had a hand in it, is said where the
paper is read (`papers`, `applied`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from service.auditing.staff import Doubt, Right, Staff
from trust.rules.life import Life, Row, Who
from trust.sealing.ports import Officer
from verifier.auditing.ports import Mismatch, Unjudged

CHECK = "people"
_DOUBTS = {
    Doubt.BEFORE_MARKS: "办理过人员登记开始留痕之前的步骤；当时的角色和部门没有留下标记，有没有权限无从核对。",
    Doubt.AROUND_CHANGE: "办理步骤的时间与其角色或者部门变更的时间只差几分钟，或者系统时钟前后拨动过，先后无从核对。",
    Doubt.FORMER_RULE: "以系统管理员的身份申请过制章或者用印；旧版本的命令行允许，现在只有本单位的经办人可以。",
    Doubt.NO_ACCOUNTS: "办理过步骤，而本安装没有账号，有没有权限无从核对。",
}
StageT = TypeVar("StageT", bound=StrEnum)
StepT = TypeVar("StepT", bound=StrEnum)
StepT_co = TypeVar("StepT_co", bound=StrEnum, covariant=True)
Hands = tuple[Officer, ...]


class Step(Protocol[StepT_co]):
    """A step that was taken: which, by whom, when."""

    @property
    def step(self) -> StepT_co: ...
    @property
    def by(self) -> Officer: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Taken:
    """A step of one paper: where it stands, what people call it, by whom and when, beside whom and with what right."""

    key: str
    label: str
    by: Officer
    at: datetime
    rights: tuple[Right, ...]
    who: Who = Who.ANYBODY
    beside: Hands = ()


def along(
    life: Life[StageT, StepT],
    steps: Iterable[Step[StepT]],
    key: str,
    rights: Callable[[Row[StageT, StepT]], tuple[Right, ...]],
    after: Callable[[Hands, StepT, Officer], Hands] = lambda hands, _step, _by: hands,
    hands: Hands = (),
) -> Iterator[Taken]:
    """The steps of a paper that people took; `after` says who has had a hand in it once a step is taken."""
    for place, one in enumerate(steps, 1):
        row = life.row(one.step)
        if row.who is not Who.REGISTER:
            label = getattr(one.step, "label", one.step.value)
            yield Taken(f"{key} #{place}", label, one.by, one.at, rights(row), row.who, hands)
        hands = after(hands, one.step, one.by)


def faults_of(taken: Iterable[Taken], staff: Staff) -> Iterator[Mismatch]:
    """The steps that were taken by whom they should not have been."""
    for one in taken:
        if not one.who.admits(one.by, one.beside):
            own = one.who is Who.ANOTHER
            ruled = "须由没有经手的另一人办理，办理的却是经手人" if own else "只能由经手人办理，办理的却是别人"
            yield Mismatch(CHECK, "second-had-a-hand" if own else "not-the-author", one.key, f"“{one.label}”{ruled}。")
        elif not staff.had(one.by, one.rights, one.at):
            said = f"“{one.label}”的办理人当时没有这项权限：角色或者部门不对，或者人员登记被改动过。"
            yield Mismatch(CHECK, "step-without-right", one.key, said)


def doubts_of(staff: Staff) -> Iterator[Unjudged]:
    """Of whom it is open, by what was asked until now, whether they might take their steps; each of them once."""
    for doubt, login in staff.doubts():
        yield Unjudged(CHECK, doubt.value, f"{login} {_DOUBTS[doubt]}")
