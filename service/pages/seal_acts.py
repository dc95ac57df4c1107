"""Pages on which a seal is suspended, resumed or cancelled: choose the ground, read what will follow, confirm.

When the page answers, the act is recorded and published; or, where it takes two people, ordered, and the page of the
order is shown. What cannot be undone has to be ticked as well.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.warrants.errors import NeedsSecond
from issuer.warrants.warrant import Wanted
from service.guards import Guards
from service.identity import Person, Role
from service.pages.acting import Asked
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.pages.seal_use import officer_of, own_seal
from service.pages.seal_words import BADGES, LABELS, LOST_ACTS, told
from service.problem import Usage
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.rules.grounds import REASON_LENGTH, Authority, Ground
from trust.rules.seal_grounds import LEAKED, SEAL_GROUNDS
from trust.rules.seal_standing import subject_of
from trust.sealing.errors import SealUnknown
from trust.sealing.life import ACTS, LIFE, Step
from trust.sealing.ports import FiledSeal

CONSEQUENCES = {
    Step.SUSPEND: "停用后不能用印；停用期间作出的签章一律核验不通过，停用之前的不受影响。以后可以恢复。",
    Step.RESUME: "恢复后可以继续用印；停用的那段时间不改变。",
    Step.CANCEL: "注销是最终处理，不能恢复；之后作出的签章一律核验不通过。需要继续使用的，须另行申请制章。",
}


def add_seal_acts(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/seals/{seal_id}/act`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/seals/{seal_id}/act/{word}"

    @routes.get(path)
    def ask(request: Request, official: Official, seal_id: str, word: str) -> Response:
        return _act_page(request, yinzheng, own_seal(yinzheng, official, seal_id), _step(word), Asked())

    @routes.post(path)
    def act(request: Request, official: Official, seal_id: str, word: str, form: Posted) -> Response:
        filed, step, nonce = own_seal(yinzheng, official, seal_id), _step(word), form.nonce()
        asked = Asked(form.text("ground"), form.text("reason"), form.text("effective"))
        key = f"form:{official.login}:{nonce}"
        if (known := yinzheng.warrants.placed(key)) is not None:
            return see_other(f"/issuer/acts/{known.number}?done=placed")  # the form sent again
        try:
            _check_sure(step, form)
            wanted = _wanted(filed, step, asked)
            yinzheng.seals.act(
                seal_id,
                step,
                ground=asked.ground,
                reason=asked.reason,
                by=officer_of(official),
                key=key,
                effective_at=wanted.effective_at,
            )
        except NeedsSecond:
            placed = yinzheng.warrants.place(wanted, by=officer_of(official), key=key)
            return see_other(f"/issuer/acts/{placed.number}?done=placed")
        except (TrustError, Usage) as error:
            errors, problem = told(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _act_page(request, yinzheng, filed, step, asked, errors, problem.status)
        return see_other(f"/issuer/seals/{seal_id}?done=acted")


def _step(word: str) -> Step:
    for step in ACTS:
        if step.value == word:
            return step
    raise SealUnknown


def _wanted(filed: FiledSeal, step: Step, asked: Asked) -> Wanted:
    """What is ordered where it takes two people; raises Usage for what is no time."""
    subjects = (subject_of(filed.seal.seal_id),)
    return Wanted(filed.body_code, ACTS[step], asked.ground, subjects, asked.reason, effective_at=asked.effective_at())


def _check_sure(step: Step, form: Form) -> None:
    """What cannot be undone is asked for twice."""
    if step is Step.CANCEL and form.text("sure") != "1":
        raise Usage("not-sure", "注销不能恢复：请勾选确认。", "tick the box: this cannot be undone.")


def _grounds(step: Step) -> list[Ground]:
    """The grounds that an official may choose; a key in other hands is reported as such."""
    return [
        one
        for one in SEAL_GROUNDS.values()
        if ACTS[step] in one.kinds and Authority.ISSUER in one.authorities and one.code != LEAKED
    ]


def _act_page(
    request: Request,
    yinzheng: Yinzheng,
    filed: FiledSeal,
    step: Step,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    state, lost_act = yinzheng.seals.state(filed.seal.seal_id), yinzheng.seals.lost_act(filed.seal.seal_id)
    LIFE.after(yinzheng.seals.recorded_state(filed.seal.seal_id), step)
    return render(
        request,
        "seal_act",
        status=status,
        filed=filed,
        state=state,
        badge=BADGES.get(state, ""),
        lost_act=lost_act,
        told_since=yinzheng.seals.told_since(filed.seal.seal_id),
        to_do=LOST_ACTS.get(lost_act, "") if lost_act else "",
        step=step,
        consequence=CONSEQUENCES[step],
        grounds=_grounds(step),
        asked=asked,
        errors=errors or {},
        labels=LABELS,
        longest=REASON_LENGTH,
        nonce=fresh_nonce(yinzheng.random),
    )
