"""Consent 授权: on whose word a licence may be used in a case, for what, and how far.

Three modes, as practice knows them: the holder cites an own licence (持证人用证), an agent cites on the holder's
entrustment (委托授权用证), a department cites on its statutory duty (依职能用证). This module decides whether the
consent carries the citation asked for. It never widens: the purpose must be the one consented to, every field the
requirement shows must be covered, the period must not be over, and a consent given for one case serves no other.

Whether the holder really consented is established by whoever took the consent and gave it its reference (for a
statutory duty the reference is the legal basis itself); `cases.store` sees to it that a reference keeps the terms it
was first used with, and that a withdrawn one is not used again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cases.errors import ConsentRefused
from cases.privacy import same_code
from cases.wording import is_code, is_plain
from trust.rules.labelled import Labelled

MAX_PURPOSE = 200
"""Characters; the limit that sharing services set for a purpose in plain text."""


class Mode(Labelled):
    """Who acts, and on what basis."""

    HOLDER = "holder", "持证人用证"
    AGENT = "agent", "委托授权用证"
    STATUTORY = "statutory", "依职能用证"


@dataclass(frozen=True)
class Consent:
    """Terms on which a licence may be used.

    `given_by` is the holder's code (holder), the agent's code (agent) or the department's code (statutory).
    `reference` is the number of the recorded consent or entrustment; in the statutory mode it is the text of the
    legal basis. `fields` are catalogue keys of the face. `valid_until` may be left open only in the statutory mode.
    `case_number` ties the consent to one case.
    """

    mode: Mode
    given_by: str
    reference: str
    purpose: str
    fields: tuple[str, ...] | Literal["all"]
    valid_until: datetime | None
    case_number: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "mode", Mode(self.mode))


def check_consent(
    consent: Consent,
    *,
    holder_code: str,
    department_code: str,
    case_number: str,
    purpose: str,
    fields: tuple[str, ...],
    at: datetime,
) -> None:
    """Refuse a consent that does not carry a citation of this holder's licence in this case, for this purpose.

    Raises:
        ConsentRefused: `consent-purpose` (none, too long, or another one), `consent-giver`, `consent-reference`,
            `consent-basis` (a statutory duty without its legal basis), `consent-period` (a holder's or agent's consent
            without an end), `consent-expired`, `consent-fields`, `consent-case`.

    """
    if not is_plain(consent.purpose, MAX_PURPOSE) or consent.purpose != purpose:
        raise ConsentRefused("consent-purpose")
    _check_giver(consent, holder_code, department_code)
    _check_reference(consent)
    check_period(consent.mode, consent.valid_until, at)
    if consent.fields != "all" and not set(fields) <= set(consent.fields):
        raise ConsentRefused("consent-fields", ", ".join(sorted(set(fields) - set(consent.fields))))
    if consent.case_number is not None and consent.case_number != case_number:
        raise ConsentRefused("consent-case")


def check_period(mode: Mode, valid_until: datetime | None, at: datetime) -> None:
    """Refuse a consent that is over at `at`, or that would never be; the last instant itself is still covered.

    Raises:
        ConsentRefused: `consent-period`, `consent-expired`.

    """
    if valid_until is None:
        if mode is not Mode.STATUTORY:
            raise ConsentRefused("consent-period")
    elif at > valid_until:
        raise ConsentRefused("consent-expired")


def _check_giver(consent: Consent, holder_code: str, department_code: str) -> None:
    """Each mode has its own giver; the holder's own word is not taken from an agent, nor the other way round."""
    right = {
        Mode.HOLDER: consent.given_by == holder_code,
        Mode.AGENT: is_plain(consent.given_by, 64)
        and not any(same_code(consent.given_by, other) for other in ("", holder_code, department_code)),
        Mode.STATUTORY: consent.given_by == department_code,
    }
    if not right[consent.mode]:
        raise ConsentRefused("consent-giver")


def _check_reference(consent: Consent) -> None:
    """A statutory duty names its legal basis in words; the other modes name a recorded consent by its number."""
    if consent.mode is Mode.STATUTORY:
        if not is_plain(consent.reference, MAX_PURPOSE):
            raise ConsentRefused("consent-basis")
    elif not is_code(consent.reference):
        raise ConsentRefused("consent-reference")
