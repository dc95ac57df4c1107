"""Withdrawing a consent 撤回授权: from then on it carries no citation and shows no face.

The officer of the department that the consent was given to records it, on the word of whoever gave it. A consent that
was never used here can be withdrawn too, so that it will not be. What was cited before stays on record: it was lawful
when it was done. A withdrawal is for good; who consents again gives a consent with a number of its own.
"""

from datetime import datetime

from cases.consent import Mode
from cases.errors import ConsentRefused, MalformedRequest
from cases.ports import ConsentRegister
from cases.privacy import COMING_OF_AGE, holds_citizen_number
from cases.wording import is_code
from trust.rules.licence import CHINA


def withdraw(register: ConsentRegister, department_code: str, mode: Mode, reference: str, at: datetime) -> datetime:
    """Withdraw a consent that was given to this department; the instant of the first withdrawal, if repeated.

    Raises:
        ConsentRefused: `consent-statutory` (a duty is nobody's to withdraw), `consent-reference`.
        MalformedRequest: `personal-data`; the reference would put a citizen number on record.

    """
    if mode is Mode.STATUTORY:
        raise ConsentRefused("consent-statutory")
    if not is_code(reference):
        raise ConsentRefused("consent-reference")
    if holds_citizen_number(reference, at.astimezone(CHINA).date(), youngest=COMING_OF_AGE):
        raise MalformedRequest("personal-data")
    return register.withdraw(department_code, mode, reference, at)
