"""Checks before anything is promised 签发前检查: mandate, holders, fields, dates.

Everything that is wrong with an application is told at once where that is possible; the rules themselves are those of
`trust.rules`, the same that a verifier knows. Nothing here stores or signs.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from issuer.application import Application
from issuer.drafting import facts_of
from issuer.errors import ApplicationRefused, NoMandate, NoPen, OutsideArea
from issuer.ports import Pen
from trust.errors import Malformed
from trust.rules.catalogue import LicenceType, field_problems
from trust.rules.conversion import claims_grade
from trust.rules.errors import FieldRefused
from trust.rules.licence import Licence, check_licence, day_in_china
from trust.rules.mandate import Mandate, MandateBook
from trust.rules.metadata import check_metadata
from trust.rules.number_rule import check_alphabet
from trust.rules.party import check_holder


def check(
    application: Application, kind: LicenceType, mandates: Sequence[Mandate] | MandateBook, at: datetime
) -> Mandate:
    """Give the mandate under which the application may become a licence.

    Raises:
        NoMandate: the body may not issue this type now; OutsideArea where it may, but not for this place.
        ApplicationRefused: every problem with the data.

    """
    mandate = _mandate(application, mandates, at)
    problems = [*_number(application, kind), *_holders(application, kind, at), *_dates(application, kind, at)]
    if application.succession is None:
        resting = {"evidence": application.evidence, "original": application.original}
        problems += [(name, "needs-predecessor") for name, value in resting.items() if value]
    problems += [(f"fields.{problem.key}", problem.reason) for problem in field_problems(kind, application.fields)]
    if problems:
        raise ApplicationRefused(problems)
    return mandate


def check_draft(licence: Licence, kind: LicenceType) -> None:
    """Hold a drafted licence against everything a licence of its type must be.

    No text of it may claim an evidence grade, which only the line of a conversion does.

    Raises:
        ApplicationRefused: the first thing that is wrong.

    """
    if (conversion := licence.conversion) is not None and not conversion.grade.at_least(kind.least_grade):
        raise ApplicationRefused([("conversion", "grade-too-low")])
    if claiming := [key for key, text in _texts(licence) if claims_grade(text)]:
        raise ApplicationRefused([(key, "reserved-words") for key in claiming])
    try:
        check_licence(licence, kind)
        check_metadata(licence, kind)
    except FieldRefused as error:
        raise ApplicationRefused([(error.key, error.reason)]) from error
    except Malformed as error:
        raise ApplicationRefused([("", error.reason)]) from error


def check_seal(kind: LicenceType, pen: Pen) -> None:
    """See that the seal is of a kind that licences of this type bear.

    Raises:
        NoPen: `seal-kind`.

    """
    if pen.seal.seal_type not in {seal.code for seal in kind.seals}:
        raise NoPen(pen.body.code, "seal-kind")


def require_mandate(
    issuer_code: str, type_code: str, place: str | None, mandates: Sequence[Mandate] | MandateBook, at: datetime
) -> Mandate:
    """The mandate under which a body may issue a type for a place now; None asks for no place.

    Raises:
        NoMandate: it may not; OutsideArea where it may, but not for this place.

    """
    book = mandates if isinstance(mandates, MandateBook) else MandateBook(mandates)
    found = book.judge(issuer_code, type_code, at, place)
    if isinstance(found, Mandate):
        return found
    refusal = OutsideArea if found == "area" else NoMandate
    raise refusal(issuer_code, type_code)


def _mandate(application: Application, mandates: Sequence[Mandate] | MandateBook, at: datetime) -> Mandate:
    """The mandate for the place of the application; a place that is none is told with the other problems."""
    place = application.area_code if re.fullmatch("[0-9]{6}", application.area_code) else None
    return require_mandate(application.issuer_code, application.type_code, place, mandates, at)


def _number(application: Application, kind: LicenceType) -> list[tuple[str, str]]:
    """What is wrong with the number; one that is left out is drawn, where the type lets it be."""
    if not application.number:
        return [] if kind.number_drawn else [("number", "missing")]
    try:
        check_alphabet(application.number)
        if kind.numbering is not None:
            kind.numbering.check(application.number, facts_of(application))
    except Malformed as error:
        return [("number", error.reason)]
    return []


def _texts(licence: Licence) -> Iterator[tuple[str, str]]:
    """Everything on the face, or told with it, that somebody has typed, by the member it came in."""
    yield "number", licence.number
    if licence.conversion is not None:
        yield "conversion.source", licence.conversion.source
    yield from (("holder", holder.name) for holder in licence.holders)
    yield from ((f"fields.{key}", text) for key, text in licence.fields.items())


def _holders(application: Application, kind: LicenceType, at: datetime) -> list[tuple[str, str]]:
    problems = []
    for holder in application.holders:
        if holder.code_type not in kind.holder_code_types:
            problems.append(("holder.code_type", "not-for-this-type"))
        try:
            check_holder(holder, day_in_china(at))
        except Malformed as error:
            problems.append(("holder", error.reason))
    return problems


def _dates(application: Application, kind: LicenceType, at: datetime) -> list[tuple[str, str]]:
    problems = []
    if application.issued_on > day_in_china(at):
        problems.append(("issued_on", "in-the-future"))
    if application.valid_until is not None and application.valid_until < (
        application.valid_from or application.issued_on
    ):
        problems.append(("valid_until", "before-start"))
    if kind.validity == "permanent" and application.valid_until is not None:
        problems.append(("valid_until", "this-type-has-no-end"))
    last = kind.last_day(application.valid_from or application.issued_on)
    if application.valid_until is None and (kind.validity == "years" or last is not None):
        problems.append(("valid_until", "missing"))
    if application.valid_until is not None and last is not None and application.valid_until > last:
        problems.append(("valid_until", "beyond-longest"))
    return problems
