"""The form of a citation: what it asks of the cases, a sample for the demo, and a refusal told by its fields.

The form's own rules are few: a mode must be chosen and a day must be one. What the cases refuse comes back to the field
it belongs to; fields that were left empty are told along with it, so that nobody hears of them one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from cases.citation import CitationRequest
from cases.consent import Consent, Mode
from cases.errors import CasesError, NotVerified
from service.field_words import SENTENCES
from service.identity import Person
from service.pages.words import Step, steps_of
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.library import load_bundle
from trust.rules.licence import end_of

NAMES = (
    "requirement", "case_number", "purpose", "holder_code_type", "holder_code", "identifier",
    "mode", "reference", "given_by", "valid_until",
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
NEEDED = {"case_number": "case-number", "purpose": "purpose", "holder_code": "holder-code"}
NEEDED_BY_MODE = {
    Mode.STATUTORY: {"reference": "consent-basis"},
    Mode.HOLDER: {"reference": "consent-reference", "valid_until": "consent-period"},
    Mode.AGENT: {"reference": "consent-reference", "given_by": "consent-giver", "valid_until": "consent-period"},
}
"""The fields that must be given, and the reason by which an empty one is told."""


@dataclass(frozen=True)
class Refusal:
    """Why nothing was cited: by field, and the steps of a verification that did not pass."""

    errors: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    status: int = 422


def request_of(values: Mapping[str, str], reviewer: Person) -> CitationRequest:
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


def sample_case(yinzheng: Yinzheng) -> dict[str, str]:
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


def refusal_of(error: CasesError | Usage, values: Mapping[str, str]) -> Refusal:
    """What is said of a refusal: each thing at its field, empty fields too, in the order of the form."""
    problem = problem_of(error)
    if isinstance(error, Usage):
        return _with_missing(
            Refusal({error.code if error.code in NAMES else "": problem.zh}, status=problem.status), values
        )
    steps = steps_of(error.verdict) if isinstance(error, NotVerified) else ()
    said = SENTENCES.get(error.reason, problem.zh)
    return _with_missing(Refusal({PLACES.get(error.reason, ""): said}, steps, problem.status), values)


def _end(text: str) -> datetime | None:
    """The end of a day in China, as the instant until which a consent holds."""
    if not text:
        return None
    try:
        return end_of(date.fromisoformat(text))
    except ValueError as error:
        raise Usage("valid_until", "请填写真实存在的日期，例如 2026-11-21。", "not a date.") from error


def _with_missing(refusal: Refusal, values: Mapping[str, str]) -> Refusal:
    """The refusal, with every field that was left empty told at once, in the order of the form."""
    try:
        needed = NEEDED | NEEDED_BY_MODE[Mode(values["mode"])]
    except ValueError:
        needed = NEEDED  # what else is needed depends on a choice that was not made, and this is told already
    missing = {name: SENTENCES[reason] for name, reason in needed.items() if not values[name]}
    told = {**missing, **refusal.errors}
    return replace(refusal, errors={name: told[name] for name in ("", *NAMES) if name in told})
