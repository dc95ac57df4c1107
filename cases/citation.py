"""Citation 引用(用证): the values, and what of them is kept.

A `CitationRequest` is what an officer asks; a `CitationPlan` is everything the system is about to promise, written down
before it signs; a `Citation` is the plan together with the signed receipt. The receipt's payload says the same as
the plan, so a case file that holds only the receipt holds the whole promise (`docs/spec/citation.md`).

**What is kept of people, and why.** The officer's name and department stay in the record and in the receipt, because
somebody answers for every use of a licence. Of the holder nothing is kept in plain: the licence identifier, its type
code and the digest of its file are enough to find the licence again and to prove that it is the same one; whoever
holds the file sees the holder in it, whoever holds only the record does not. The holder's and the agent's codes are
needed to decide and are then forgotten; what remains of them is inside two digests keyed with a secret that is not in
the database (is this the same request, are these the same terms), and nobody can try codes out on those. Texts that
are kept may hold neither code, however spelt, nor any citizen number (`cases.privacy`); what an issuer writes into an
identifier is the issuer's to answer for.
"""

import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from cases.consent import MAX_PURPOSE, Consent, Mode
from cases.errors import MalformedRequest
from cases.privacy import COMING_OF_AGE, holds_citizen_number, holds_code
from cases.wording import is_code, is_plain
from keys.sm3 import hmac_sm3
from trust.errors import Malformed
from trust.formats.canonical_json import encode_json, text_of
from trust.formats.receipt import Receipt, encode_receipt
from trust.rules.conversion import Grade
from trust.rules.identifier import check_character, parse_lenient
from trust.rules.licence import CHINA

NUMBER = re.compile(r"YZ[A-Z2-7]{26}[0-9A-Z]", re.ASCII)
KEY = re.compile(r"[!-~]{16,128}", re.ASCII)
CASE_NUMBER = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,48}[0-9A-Za-z])?", re.ASCII)


@dataclass(frozen=True)
class Officer:
    """经办人: who acts, and for which department; established by the service, never by the request.

    `official` where they may also act for it as the body that issues, which a counter may not.
    """

    name: str
    department_code: str
    login: str = ""
    official: bool = False


@dataclass(frozen=True)
class CitationRequest:
    """What an officer asks: this requirement of this case, met by that holder's licence, for this purpose.

    `identifier` names the licence; without it the holder's newest licence of a fitting type that holds is taken.
    """

    case_number: str
    matter_code: str
    requirement_code: str
    holder_code_type: str
    holder_code: str
    identifier: str | None
    purpose: str
    officer: str
    department_code: str
    consent: Consent


@dataclass(frozen=True)
class CitationPlan:
    """Everything that is about to be promised; `file_digest` carries its algorithm, `fields` may be shown.

    `grade` is the evidence grade of a licence that was converted from stock, None for all others.
    """

    number: str
    case_number: str
    matter_code: str
    requirement_code: str
    department_code: str
    officer: str
    purpose: str
    consent_mode: Mode
    consent_reference: str
    consent_valid_until: datetime | None
    fields: tuple[str, ...]
    identifier: str
    type_code: str
    file_digest: str
    indication: str
    policy: str
    status_list: int | None
    standing_sequence: int
    cited_at: datetime
    grade: Grade | None = field(default=None, kw_only=True)

    def with_receipt(self, receipt: bytes) -> "Citation":
        """The citation that this plan becomes."""
        return Citation(**vars(self), receipt=receipt)


@dataclass(frozen=True)
class Citation(CitationPlan):
    """A recorded citation; `receipt` is the signed envelope, octet for octet as it was first given out."""

    receipt: bytes


def check_request(request: CitationRequest, at: datetime) -> None:
    """Refuse a request that cannot be answered at `at` whatever the registers hold.

    Raises:
        MalformedRequest: `case-number`, `code`, `holder-code`, `identifier`, `purpose`, `officer`, `personal-data` (a
            text that is kept holds the holder's or the agent's code, or a citizen number).

    """
    named = request.identifier
    sound = {
        "case-number": CASE_NUMBER.fullmatch(request.case_number) is not None,
        "code": is_code(request.matter_code) and is_code(request.requirement_code) and is_code(request.department_code),
        "holder-code": is_code(request.holder_code_type) and is_plain(request.holder_code, 64),
        "identifier": named is None or _is_identifier(named),
        "purpose": is_plain(request.purpose, MAX_PURPOSE),
        "officer": is_plain(request.officer, 60),
    }
    for reason, holds in sound.items():
        if not holds:
            raise MalformedRequest(reason)
    if _names_somebody(request, at.astimezone(CHINA).date()):
        raise MalformedRequest("personal-data")


def _names_somebody(request: CitationRequest, on: date) -> bool:
    """Whether a text that is kept holds the code of holder or agent, or anybody's citizen number."""
    consent = request.consent
    statutory = consent.mode is Mode.STATUTORY
    numbers = (request.case_number, *(() if statutory else (consent.reference,)))
    words = (request.purpose, *((consent.reference,) if statutory else ()))
    codes = (request.holder_code, *(() if statutory else (consent.given_by,)))
    return (
        any(holds_code(text, code) for text in (*numbers, *words) for code in codes)
        or any(holds_citizen_number(text, on) for text in words)
        or any(holds_citizen_number(text, on, youngest=COMING_OF_AGE) for text in numbers)
    )


def _is_identifier(text: str) -> bool:
    """Whether a licence identifier in a form that somebody writes; whether it exists is another question."""
    try:
        parse_lenient(text)
    except Malformed:
        return False
    return True


def check_key(key: str) -> None:
    """Refuse an idempotency key that is not 16 to 128 visible ASCII characters.

    Raises:
        MalformedRequest: `key`.

    """
    if KEY.fullmatch(key) is None:
        raise MalformedRequest("key")


def body_digest(request: CitationRequest, index_key: bytes) -> bytes:
    """Tell one request from another: HMAC-SM3 over all of it, under a key kept outside the database."""
    members = {name: getattr(request, name) for name in _TEXTS}
    return hmac_sm3(index_key, encode_json({"kind": "citation-request", "consent": _terms(request.consent)} | members))


def terms_digest(request: CitationRequest, index_key: bytes) -> bytes:
    """Tell one consent's terms from another's: whose licence, whose word, for what, how far, until when."""
    holder = {"holder_code_type": request.holder_code_type, "holder_code": request.holder_code}
    return hmac_sm3(index_key, encode_json({"kind": "consent-terms"} | holder | _terms(request.consent)))


def allot_number(random: Callable[[int], bytes]) -> str:
    """A citation number 用证码: `YZ`, 128 random bits in base 32, and a check character (ISO 7064 MOD 37,36).

    Random, so that it can neither be guessed nor come twice after a backup has been restored.
    """
    body = "YZ" + b32encode(random(16)).decode("ascii").rstrip("=")
    return body + check_character(body)


def is_number(text: str) -> bool:
    """Say whether a text is a citation number whose check character is right."""
    return NUMBER.fullmatch(text) is not None and check_character(text[:-1]) == text[-1]


def digest_text(digest: bytes) -> str:
    """A file's SM3 digest with its algorithm, `sm3:` and 64 hexadecimal digits."""
    return f"sm3:{digest.hex()}"


def facts_of(plan: CitationPlan) -> dict[str, object]:
    """The facts of the receipt for this plan, in JSON's types; `docs/spec/citation.md` says what each is."""
    until = plan.consent_valid_until
    return {
        "number": plan.number,
        "case": {
            "number": plan.case_number,
            "matter": plan.matter_code,
            "requirement": plan.requirement_code,
            "department": plan.department_code,
            "officer": plan.officer,
        },
        "purpose": plan.purpose,
        "consent": {
            "mode": plan.consent_mode.value,
            "reference": plan.consent_reference,
            "valid_until": None if until is None else text_of(until),
            "fields": list(plan.fields),
        },
        "licence": {
            "identifier": plan.identifier,
            "type": plan.type_code,
            "file": plan.file_digest,
            **({"grade": plan.grade.value} if plan.grade else {}),
        },
        "verdict": {
            "indication": plan.indication,
            "policy": plan.policy,
            "status_list": plan.status_list,
            "standing": plan.standing_sequence,
        },
    }


def payload_of(plan: CitationPlan) -> bytes:
    """The octets of the receipt's payload: what is written down before it is signed."""
    return encode_receipt(Receipt("citation", plan.cited_at, facts_of(plan)))


_TEXTS = tuple(field.name for field in fields(CitationRequest) if field.name != "consent")


def _terms(consent: Consent) -> dict[str, object]:
    """A consent in JSON's types; the order in which fields were named is not part of it."""
    until = consent.valid_until
    return {
        "mode": consent.mode.value,
        "given_by": consent.given_by,
        "reference": consent.reference,
        "purpose": consent.purpose,
        "fields": consent.fields if consent.fields == "all" else sorted(set(consent.fields)),
        "valid_until": None if until is None else text_of(until),
        "case_number": consent.case_number,
    }
