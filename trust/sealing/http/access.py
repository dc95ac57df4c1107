"""Who asks about seals, what they may see, and what every route about seals says of itself.

Who asks comes from `Authorize`, which `service` gives. A seal is shown to its body and to those who oversee; for
everyone else, and for one that does not exist, the answer is one and the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Path

from trust.http import conflicting, guarded
from trust.rules.seal_grounds import SEAL_GROUNDS
from trust.sealing.errors import SealUnknown
from trust.sealing.http.service import SealService
from trust.sealing.ports import FiledSeal, Officer
from trust.sealing.views import SealPage, application_view, filed_view, step_views

Right = Literal["look", "use", "decide"]
"""What a route needs: `look` to see seals, `use` to apply, seal and act for one's body, `decide` to be the second."""

_LABELS = {code: ground.label for code, ground in SEAL_GROUNDS.items()}
GUARDED = guarded("没有这枚印章，或者不归您查看：两者回答相同", "没有这项权限，或者申请人不能自己批准")
CONFLICTS = conflicting("与现状冲突：印章停用、到期、到上限，或者幂等键另有所用")


@dataclass(frozen=True)
class SealViewer:
    """Who asks: an officer, of a body where it is an official, or one who oversees all bodies."""

    officer: Officer
    department: str | None = None
    oversees: bool = False


SealId = Annotated[str, Path(max_length=64, pattern="^[!-~]+$", description="印章编号")]
Authorize = Callable[[Right], Callable[..., SealViewer]]


def page_for(seals: SealService, seal_id: str, viewer: SealViewer) -> SealPage:
    """A seal, filed or applied for, that this viewer may see; raises SealUnknown."""
    filed, application = seals.find(seal_id), seals.application(seal_id)
    if filed is not None:
        body, view = filed.body_code, filed_view(filed, application, seals.state(seal_id), seals.lost_act(seal_id))
    elif application is not None:
        body, view = application.wish.body_code, application_view(application)
    else:
        raise SealUnknown
    if not may_see(body, viewer):
        raise SealUnknown
    return SealPage(seal=view, steps=step_views(seals.steps(seal_id), seals.acts_on(seal_id), _LABELS))


def filed_for(seals: SealService, seal_id: str, viewer: SealViewer) -> FiledSeal:
    """A filed seal that this viewer may see; raises SealUnknown, also of one that is only applied for."""
    filed = seals.find(seal_id)
    if filed is None or not may_see(filed.body_code, viewer):
        raise SealUnknown
    return filed


def may_see(body_code: str, viewer: SealViewer) -> bool:
    """Whether this viewer may see what belongs to a body."""
    return viewer.oversees or viewer.department == body_code


def department_of(viewer: SealViewer) -> str:
    """The body for which somebody acts; raises SealUnknown of whoever acts for none."""
    if viewer.department is None:
        raise SealUnknown  # whoever may use seals has a department; without one there are none to use
    return viewer.department
