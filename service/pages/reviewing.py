"""Pages for reviewers at the counter: cite a licence in a case, see what was cited, and what became of it since.

Officer and department come from the session, never from the form. Codes of holders and case numbers travel in the
bodies of forms only; the address of a citation holds its number, which is random. A refusal says why, with the findings
where a verification failed, and keeps what was typed.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from cases.citation import Citation
from cases.consent import Mode
from cases.errors import CasesError, ConsentRefused, FileChanged
from cases.requirement import Matter
from cases.showing import citation_of, show_face
from cases.watching import watch_case
from service.field_words import SENTENCES
from service.guards import Guards
from service.identity import Person, Role
from service.pages.cite_form import NAMES, Refusal, refusal_of, request_of, sample_case
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import body_names, department_name
from service.pages.rendering import frame_of, render, see_other
from service.pages.words import MARKS
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.layout import STANDARD_LABELS
from trust.http import attachment
from trust.rules.party import HOLDER_CODE_TYPES

ENVELOPE_TYPE = 'application/cose; cose-type="cose-sign1"'


def add_reviewing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/reviewer` and the pages below it."""
    Reviewer = Annotated[Person, Depends(guards.person(Role.REVIEWER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/reviewer")
    def ask(request: Request, reviewer: Reviewer, sample: bool = False) -> Response:  # noqa: FBT001, FBT002  (a switch in the address)
        values = sample_case(yinzheng) if sample and frame_of(request).demo else {}
        return _ask_page(request, yinzheng, reviewer, {"mode": Mode.STATUTORY.value} | values)

    @routes.get("/reviewer/cite")
    @routes.get("/reviewer/case")
    def nothing_asked(_reviewer: Reviewer) -> Response:
        return see_other("/reviewer")

    @routes.post("/reviewer/cite")
    def cite(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        values, nonce = {name: form.text(name) for name in NAMES}, form.nonce()
        try:
            citation = yinzheng.cite(request_of(values, reviewer), key=f"form:{reviewer.login}:{nonce}")
        except (CasesError, Usage) as error:
            refusal = refusal_of(error, values)
            if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # the same form sent again takes it up where it stopped; a new key would not
            return _ask_page(request, yinzheng, reviewer, values, refusal)
        return see_other(f"/reviewer/citations/{citation.number}")

    @routes.post("/reviewer/case")
    def case(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        number = form.text("case_number")
        watched = watch_case(yinzheng.cases.showing.index, yinzheng, number, yinzheng.now())
        own = [one for one in watched if one.citation.department_code == reviewer.department]
        return render(
            request,
            "case",
            number=number[:50],
            watched=own,
            types=dict(yinzheng.catalogue.types()),
            matters=_names(yinzheng),
        )

    @routes.get("/reviewer/citations/{number}")
    def citation(request: Request, reviewer: Reviewer, number: str) -> Response:
        return _citation_page(request, yinzheng, reviewer, number)

    @routes.get("/reviewer/citations/{number}/receipt")
    def receipt(reviewer: Reviewer, number: str) -> Response:
        found = citation_of(yinzheng.cases.showing.index, number, reviewer.department or "")
        return attachment(found.receipt, ENVELOPE_TYPE, f"citation-{found.number}.cose")


def _ask_page(
    request: Request, yinzheng: Yinzheng, reviewer: Person, values: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    told = refusal or Refusal({}, status=200)
    return render(
        request,
        "reviewer",
        status=told.status,
        department=department_name(yinzheng, reviewer),
        matters=[one for one in yinzheng.cases.citing.matters if one.taken_in_by(reviewer.department or "")],
        code_types=_code_types(yinzheng),
        modes=list(Mode),
        values={name: values.get(name, "") for name in NAMES},
        errors=told.errors,
        steps=told.steps,
        marks=MARKS,
        nonce=fresh_nonce(yinzheng.random),
    )


def _citation_page(request: Request, yinzheng: Yinzheng, reviewer: Person, number: str) -> Response:
    found, at = citation_of(yinzheng.cases.showing.index, number, reviewer.department or ""), yinzheng.now()
    face, withheld = _face(yinzheng, found, at)
    watched = watch_case(yinzheng.cases.showing.index, yinzheng, found.case_number, at)
    now = next(one for one in watched if one.citation.number == found.number)
    return render(
        request,
        "citation",
        citation=found,
        face=face,
        withheld=withheld,
        now=now,
        matter=_matter(yinzheng, found),
        type_name=dict(yinzheng.catalogue.types()).get(found.type_code, found.type_code),
        department=body_names(yinzheng).get(found.department_code, found.department_code),
        copies=[(copy, yinzheng.copies.words(copy)) for copy in yinzheng.copies.of_citation(found.number)],
        nonce=fresh_nonce(yinzheng.random),
    )


def _face(yinzheng: Yinzheng, citation: Citation, at: datetime) -> tuple[list[tuple[str, str]], str]:
    """The face fields the citation may show, with their labels, or why it may not any more."""
    kind = yinzheng.catalogue.newest(citation.type_code)
    labels = {**STANDARD_LABELS, **{rule.key: rule.label for rule in kind.fields}}
    try:
        shown = show_face(yinzheng.cases.showing, citation.number, citation.department_code, at)
    except (ConsentRefused, FileChanged) as error:
        return [], SENTENCES.get(error.reason, problem_of(error).zh)
    return [(labels.get(key, key), text) for key, text in shown.items()], ""


def _matter(yinzheng: Yinzheng, citation: Citation) -> tuple[Matter | None, str]:
    """The matter of a citation and the name of its requirement, if the list still has them."""
    matter = next((one for one in yinzheng.cases.citing.matters if one.code == citation.matter_code), None)
    found = (one.name for one in (matter.requirements if matter else ()) if one.code == citation.requirement_code)
    return matter, next(found, citation.requirement_code)


def _names(yinzheng: Yinzheng) -> dict[str, str]:
    return {matter.code: matter.name for matter in yinzheng.cases.citing.matters}


def _code_types(yinzheng: Yinzheng) -> list[tuple[str, str]]:
    """The kinds of codes that some type of licence takes."""
    taken = {code for bundle in yinzheng.catalogue.bundles() for code in bundle.type.holder_code_types}
    return [(row.code, row.label) for row in HOLDER_CODE_TYPES.values() if row.code in taken]
