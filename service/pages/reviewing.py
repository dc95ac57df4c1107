"""Pages for reviewers at the counter: cite a licence in a case, see what was cited, and what became of it since.

Officer and department come from the session, never from the form. Codes of holders and case numbers travel in the
bodies of forms only; the address of a citation holds its number, which is random. A refusal says why, with the findings
where a verification failed, and keeps what was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from cases.citation import Citation, CitationRequest
from cases.consent import Consent, Mode
from cases.errors import CasesError, ConsentRefused, FileChanged, NotVerified
from cases.requirement import Matter
from cases.showing import citation_of, show_face
from cases.watching import watch_case
from service.guards import Guards
from service.identity import Person, Role
from service.pages.field_words import SENTENCES
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import body_names, department_name
from service.pages.rendering import frame_of, render, see_other
from service.pages.words import MARKS, Step, steps_of
from service.problems import Usage, problem_of
from service.wiring import Yinzheng
from templates.library import bundle_for, bundles, load_bundle
from trust.rules.licence import end_of
from trust.rules.party import HOLDER_CODE_TYPES

NAMES = (
    "requirement", "case_number", "holder_code_type", "holder_code", "identifier",
    "purpose", "mode", "reference", "given_by", "valid_until",
)  # fmt: skip
PLACES = {
    "case-number": "case_number",
    "code": "requirement",
    "holder-code": "holder_code",
    "identifier": "identifier",
    "purpose": "purpose",
    "consent-purpose": "purpose",
    "consent-giver": "given_by",
    "consent-reference": "reference",
    "consent-basis": "reference",
    "consent-changed": "reference",
    "consent-withdrawn": "reference",
    "consent-period": "valid_until",
    "consent-expired": "valid_until",
    "nothing-held": "holder_code",
    "wrong-holder": "identifier",
    "wrong-type": "identifier",
    "no-such-requirement": "requirement",
}
"""Which field a refusal belongs to; others stand above the form."""

ENVELOPE_TYPE = 'application/cose; cose-type="cose-sign1"'


@dataclass(frozen=True)
class Refusal:
    """Why nothing was cited: by field, and the steps of a verification that did not pass."""

    errors: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    status: int = 422


def add_reviewing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/reviewer` and the pages below it."""
    Reviewer = Annotated[Person, Depends(guards.person(Role.REVIEWER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/reviewer")
    def ask(request: Request, reviewer: Reviewer, sample: bool = False) -> Response:  # noqa: FBT001, FBT002  (a switch in the address)
        values = _sample_values(yinzheng) if sample and frame_of(request).demo else {}
        return _ask_page(request, yinzheng, reviewer, {"mode": Mode.STATUTORY.value} | values)

    @routes.post("/reviewer/cite")
    def cite(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        values, nonce = {name: form.text(name) for name in NAMES}, form.nonce()
        try:
            citation = yinzheng.cite(_request(values, reviewer), key=f"form:{reviewer.login}:{nonce}")
        except (CasesError, Usage) as error:
            return _ask_page(request, yinzheng, reviewer, values, _refusal(error))
        return see_other(f"/reviewer/citations/{citation.number}")

    @routes.post("/reviewer/case")
    def case(request: Request, reviewer: Reviewer, form: Posted) -> Response:
        number = form.text("case_number")
        watched = watch_case(yinzheng.cases.showing.index, yinzheng, number, yinzheng.now())
        own = [one for one in watched if one.citation.department_code == reviewer.department]
        return render(request, "case", number=number[:50], watched=own, types=_type_names(), matters=_names(yinzheng))

    @routes.get("/reviewer/citations/{number}")
    def citation(request: Request, reviewer: Reviewer, number: str) -> Response:
        return _citation_page(request, yinzheng, reviewer, number)

    @routes.get("/reviewer/citations/{number}/receipt")
    def receipt(reviewer: Reviewer, number: str) -> Response:
        found = citation_of(yinzheng.cases.showing.index, number, reviewer.department or "")
        named = f'attachment; filename="citation-{found.number}.cose"'
        headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
        return Response(found.receipt, media_type=ENVELOPE_TYPE, headers=headers)


def _request(values: Mapping[str, str], reviewer: Person) -> CitationRequest:
    """What the form asks; codes in capitals, as licences hold them.

    Raises:
        Usage: a choice that was not made, or a day that is none.

    """
    matter, _, requirement = values["requirement"].partition("/")
    code, department = values["holder_code"].upper(), reviewer.department or ""
    try:
        mode = Mode(values["mode"])
    except ValueError as error:
        raise Usage("mode", "请选择用证方式。", "choose a mode.") from error
    given_by = {Mode.HOLDER: code, Mode.STATUTORY: department, Mode.AGENT: values["given_by"].upper()}[mode]
    return CitationRequest(
        case_number=values["case_number"],
        matter_code=matter,
        requirement_code=requirement,
        holder_code_type=values["holder_code_type"],
        holder_code=code,
        identifier=values["identifier"] or None,
        purpose=values["purpose"],
        officer=reviewer.name,
        department_code=department,
        consent=Consent(
            mode=mode,
            given_by=given_by,
            reference=values["reference"],
            purpose=values["purpose"],
            fields="all",
            valid_until=None if mode is Mode.STATUTORY else _end(values["valid_until"]),
            case_number=values["case_number"],
        ),
    )


def _sample_values(yinzheng: Yinzheng) -> dict[str, str]:
    """An invented case for the demo: its firm's business licence, for a matter that asks for one."""
    sample = load_bundle("business-licence")
    holder = sample.read_sample()["licence"]["holders"][0]
    wanted = (
        f"{matter.code}/{one.code}"
        for matter in yinzheng.cases.citing.matters
        for one in matter.requirements
        if sample.type.code in one.type_codes
    )
    return {
        "requirement": next(wanted, ""),
        "case_number": f"YL-{yinzheng.now():%Y%m%d}-{int.from_bytes(yinzheng.random(3), 'big') % 10_000:04}",
        "holder_code_type": holder["code_type"],
        "holder_code": holder["code"],
        "purpose": "办理食品经营许可，核验主体资格",
        "reference": "《中华人民共和国行政许可法》第三十四条",
    }


def _end(text: str) -> datetime | None:
    """The end of a day in China, as the instant until which a consent holds."""
    if not text:
        return None
    try:
        return end_of(date.fromisoformat(text))
    except ValueError as error:
        raise Usage("valid_until", "请填写真实存在的日期，例如 2026-11-21。", "not a date.") from error


def _refusal(error: CasesError | Usage) -> Refusal:
    problem = problem_of(error)
    if isinstance(error, Usage):
        return Refusal({error.code if error.code in NAMES else "": problem.zh}, status=problem.status)
    steps = steps_of(error.verdict) if isinstance(error, NotVerified) else ()
    said = SENTENCES.get(error.reason, problem.zh)
    return Refusal({PLACES.get(error.reason, ""): said}, steps, problem.status)


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
        code_types=_code_types(),
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
        type_name=_type_names().get(found.type_code, found.type_code),
        department=body_names(yinzheng).get(found.department_code, found.department_code),
    )


def _face(yinzheng: Yinzheng, citation: Citation, at: datetime) -> tuple[list[tuple[str, str]], str]:
    """The face fields the citation may show, with their labels, or why it may not any more."""
    labels = bundle_for(citation.type_code).labels
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


def _type_names() -> dict[str, str]:
    return {bundle.type.code: bundle.type.name for bundle in bundles()}


def _code_types() -> list[tuple[str, str]]:
    """The kinds of codes that some type of licence takes."""
    taken = {code for bundle in bundles() for code in bundle.type.holder_code_types}
    return [(row.code, row.label) for row in HOLDER_CODE_TYPES.values() if row.code in taken]
