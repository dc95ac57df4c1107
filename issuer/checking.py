"""Checks before anything is promised 签发前检查: mandate, holders, fields, dates.

Everything that is wrong with an application is told at once where that is possible; the rules themselves are those of
`trust.rules`, the same that a verifier knows. Nothing here stores or signs.
"""

from collections.abc import Sequence
from datetime import datetime

from issuer.application import Application
from issuer.errors import ApplicationRefused, NoMandate
from trust.errors import Malformed
from trust.rules.catalogue import LicenceType, field_problems
from trust.rules.errors import FieldRefused
from trust.rules.licence import Licence, check_licence, day_in_china
from trust.rules.mandate import Mandate, mandate_for
from trust.rules.metadata import check_metadata
from trust.rules.party import check_holder


def check(application: Application, kind: LicenceType, mandates: Sequence[Mandate], at: datetime) -> Mandate:
    """Give the mandate under which the application may become a licence.

    Raises:
        NoMandate: the body may not issue this type now.
        ApplicationRefused: every problem with the data.

    """
    mandate = mandate_for(mandates, application.issuer_code, application.type_code, at)
    if mandate is None:
        raise NoMandate(application.issuer_code, application.type_code)
    problems = [*_holders(application, kind, at), *_dates(application, kind, at)]
    problems += [(f"fields.{problem.key}", problem.reason) for problem in field_problems(kind, application.fields)]
    if problems:
        raise ApplicationRefused(problems)
    return mandate


def check_draft(licence: Licence, kind: LicenceType) -> None:
    """Hold a drafted licence against everything a licence of its type must be.

    Raises:
        ApplicationRefused: the first thing that is wrong.

    """
    try:
        check_licence(licence, kind)
        check_metadata(licence, kind)
    except FieldRefused as error:
        raise ApplicationRefused([(error.key, error.reason)]) from error
    except Malformed as error:
        raise ApplicationRefused([("", error.reason)]) from error


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
    if kind.validity == "years" and application.valid_until is None:
        problems.append(("valid_until", "missing"))
    return problems
