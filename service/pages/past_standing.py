"""Pages for "was it valid on that day": at the counter the answer and the standings, for the auditor the evidence too.

Both ask with a form, so that no identifier stands in an address. The counter is told standings and no reasons; the
auditor sees every act with its three times, what the checker finds, and can take the file of evidence along.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.errors import IssuerError
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, read_form
from service.pages.rendering import render
from service.pages.words import MARKS, told_steps
from service.past_standing_routes import asked_about, require_sight
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from trust.formats.standing_evidence import encode_standing_evidence
from trust.http import attachment
from trust.rules.grounds import GROUNDS
from trust.rules.past_standing import Answer, PastStanding
from trust.rules.periodic_check import CheckTerm
from trust.rules.standing import history

HOMES = {Role.REVIEWER: ("/reviewer", "办件用证"), Role.AUDITOR: ("/audit", "审计")}


def add_past_standing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/reviewer/standing` and `/audit/standing`."""
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (an alias of a type)
    Reviewer = Annotated[Person, Depends(guards.person(Role.REVIEWER))]  # noqa: N806  (as above)
    Auditor = Annotated[Person, Depends(guards.person(Role.AUDITOR))]  # noqa: N806  (as above)

    @routes.get("/reviewer/standing")
    def ask_at_the_counter(request: Request, reviewer: Reviewer) -> Response:
        return _page(request, yinzheng, reviewer)

    @routes.post("/reviewer/standing")
    def answer_at_the_counter(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        return _answered(request, yinzheng, reviewer, form)

    @routes.get("/audit/standing")
    def ask(request: Request, auditor: Auditor) -> Response:
        return _page(request, yinzheng, auditor)

    @routes.post("/audit/standing")
    def answer(request: Request, auditor: Auditor, form: Posted) -> Response:
        return _answered(request, yinzheng, auditor, form)


def _answered(request: Request, yinzheng: Yinzheng, person: Person, form: Form) -> Response:
    identifier, words = form.text("identifier"), form.text("on")
    try:
        on = asked_about(words, yinzheng.now())
        require_sight(yinzheng, person, identifier, why=person.role is Role.AUDITOR)
        if form.text("step") == "evidence" and person.role is Role.AUDITOR:
            made, _ = yinzheng.past_standings.evidence(identifier, on)
            return attachment(encode_standing_evidence(made), "application/json", "standing.json")
        found = yinzheng.past_standings.answer(identifier, on)
    except (Usage, IssuerError) as error:
        problem = problem_of(error)
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        place = "on" if isinstance(error, Usage) else "identifier"
        return _page(request, yinzheng, person, identifier, words, errors={place: problem.zh}, status=problem.status)
    return _page(request, yinzheng, person, identifier, words, found=found, on=on)


def _page(
    request: Request,
    yinzheng: Yinzheng,
    person: Person,
    identifier: str = "",
    words: str = "",
    *,
    found: PastStanding | None = None,
    on: datetime | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    acts = yinzheng.archive.acts.of(identifier) if found else []
    with_reasons = person.role is Role.AUDITOR
    verdict = yinzheng.past_standings.evidence(identifier, on)[1] if found and on and with_reasons else None
    home, named = HOMES[person.role]
    return render(
        request,
        "past_standing",
        status=status,
        above=home,
        named=named,
        identifier=identifier,
        on=words,
        found=found,
        periods=history(acts),
        acts=acts if with_reasons else [],
        published=yinzheng.published_since(identifier) if found and with_reasons else {},
        grounds=GROUNDS,
        term=_term(yinzheng, identifier, found),
        verdict=verdict,
        steps=told_steps(verdict.findings) if verdict else [],
        marks=MARKS,
        errors=errors or {},
    )


def _term(yinzheng: Yinzheng, identifier: str, found: PastStanding | None) -> CheckTerm | None:
    """Where the licence stood with its periodic checks at the instant asked about; None where it was not issued yet."""
    entry = yinzheng.archive.register.find(identifier) if found is not None else None
    if found is None or entry is None or found.answer is Answer.NOT_YET_ISSUED:
        return None
    return yinzheng.check_term(entry.licence, found.on)
