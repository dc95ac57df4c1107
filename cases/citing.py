"""Cite 引用: a case stands on a licence instead of asking for the paper again.

    known before? -> requirement -> consent -> find the licence -> whose is it? -> of the right type? -> verdict
    -> evidence grade, of what was converted from stock
    -> write down what will be promised -> sign -> check what was signed -> record, if the standing has not moved
    -> read back, check again -> answer

A repeated request gets the first answer, octet for octet, even if the licence has fallen since; it is a question
about the past. Whose licence it is comes before what is wrong with it, so that a wrong guess learns no standing.
The verdict must be PASSED: "could not check" is not good enough to stand on. The citation is bound to the digest of
the octets that were verified, and a revocation that is committed before the citation wins, because the store compares
the standing in the transaction that records.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from cases.citation import (
    Citation,
    CitationPlan,
    CitationRequest,
    allot_number,
    body_digest,
    check_key,
    check_request,
    digest_text,
    payload_of,
    terms_digest,
)
from cases.consent import Mode, check_consent
from cases.errors import (
    CasesError,
    CopyNotCited,
    GradeTooLow,
    NothingHeld,
    NotVerified,
    ReceiptRefused,
    WrongHolder,
    WrongType,
)
from cases.ports import Checked, CitingPorts
from cases.requirement import Requirement, requirement_of
from keys.sm2 import PublicKey
from trust.errors import TrustError
from trust.formats.cose import check, sign1, split
from trust.formats.receipt import MAX_RECEIPT, RECEIPT_TYPE
from trust.rules.conversion import Grade
from trust.rules.times import aware
from trust.rules.verdict import Indication

MOST_TRIED = 8
"""Licences of one holder that are verified in search of one that holds; who holds more names the identifier."""


def cite(
    ports: CitingPorts, request: CitationRequest, *, key: str, at: datetime, number_random: Callable[[int], bytes]
) -> Citation:
    """Record that a case stands on a licence, and return the citation with its signed receipt.

    `key` is the caller's idempotency key, its own per department. `number_random` gives random octets.

    Raises:
        MalformedRequest, IdempotencyMismatch, NoSuchRequirement, NothingHeld, WrongHolder, WrongType, ConsentRefused,
            NotVerified, GradeTooLow, StandingMoved: the citation is refused, and nothing is recorded.
        NumberTaken, ReceiptRefused: something is broken here; nothing is handed out.

    """
    at = aware(at)
    check_key(key)
    check_request(request, at)
    digest = body_digest(request, ports.index_key)
    if earlier := ports.store.answered(request.department_code, key, digest):
        return _read_back(ports, earlier)
    requirement = requirement_of(
        ports.matters,
        matter_code=request.matter_code,
        requirement_code=request.requirement_code,
        department_code=request.department_code,
    )
    _check_consent(request, requirement, at)
    checked = _named(ports, request, requirement, at) if request.identifier else _held(ports, request, requirement, at)
    if checked.verdict.indication is not Indication.PASSED:
        raise NotVerified(checked.verdict)
    if (found := _grade(checked)) and not found.at_least(requirement.least_grade):
        raise GradeTooLow(found, requirement.least_grade)
    plan = _plan(request, requirement, checked, number=allot_number(number_random), at=at)
    citation = _sign(ports, request, plan)
    return _read_back(ports, ports.store.record(citation, digest, key, checked.standing_sequence))


def check_receipt(citation: Citation, keys: Iterable[PublicKey]) -> None:
    """Check that a citation's receipt is signed by one of these keys and promises exactly what the citation says.

    Raises:
        ReceiptRefused: `receipt-form`, `receipt-key` for a key that is none of these, `receipt-signature`,
            `receipt-differs` for another payload.

    """
    try:
        envelope = split(citation.receipt, MAX_RECEIPT + 512)
    except TrustError as error:
        raise ReceiptRefused("receipt-form", error.reason) from error
    public = next((key for key in keys if key.key_id == envelope.key_id), None)
    if public is None:
        raise ReceiptRefused("receipt-key", envelope.key_id.hex())
    try:
        check(envelope, public)
    except TrustError as error:
        raise ReceiptRefused("receipt-signature", error.reason) from error
    if envelope.content_type != RECEIPT_TYPE or envelope.payload != payload_of(citation):
        raise ReceiptRefused("receipt-differs", citation.number)


def _check_consent(request: CitationRequest, requirement: Requirement, at: datetime) -> None:
    """Refuse what the consent does not carry: all the fields the requirement shows must be covered."""
    check_consent(
        request.consent,
        holder_code=request.holder_code,
        department_code=request.department_code,
        case_number=request.case_number,
        purpose=request.purpose,
        fields=requirement.fields,
        at=at,
    )


def _named(ports: CitingPorts, request: CitationRequest, requirement: Requirement, at: datetime) -> Checked:
    """The licence that the request names."""
    checked = None if request.identifier is None else ports.checks.check(request.identifier, at)
    if checked is None:
        raise NothingHeld
    if mismatch := _mismatch(checked, request, requirement):
        raise mismatch
    return checked


def _held(ports: CitingPorts, request: CitationRequest, requirement: Requirement, at: datetime) -> Checked:
    """The newest licence held that holds on evidence enough; where none does, the one that comes nearest to it."""
    newest: Checked | None = None
    weak: Checked | None = None
    held = ports.holdings.held(request.holder_code_type, request.holder_code, requirement.type_codes)
    for identifier in held[:MOST_TRIED]:
        checked = ports.checks.check(identifier, at)
        if checked is None or _mismatch(checked, request, requirement):
            continue  # the index is behind the register: such a licence is not held
        if checked.verdict.indication is Indication.PASSED:
            grade = _grade(checked)
            if grade is None or grade.at_least(requirement.least_grade):
                return checked
            weak = weak or checked
        newest = newest or checked
    if (nearest := weak or newest) is None:
        raise NothingHeld
    return nearest


def _grade(checked: Checked) -> Grade | None:
    """The evidence grade of a licence that was converted from stock."""
    return checked.licence.conversion.grade if checked.licence.conversion else None


def _mismatch(checked: Checked, request: CitationRequest, requirement: Requirement) -> CasesError | None:
    """Whose licence it is, then of which type, then whether an original; codes as they stand in the licence."""
    holders = {(holder.code_type, holder.code) for holder in checked.licence.holders}
    if (request.holder_code_type, request.holder_code) not in holders:
        return WrongHolder()
    found = checked.licence.identifier.type_code
    if found not in requirement.type_codes:
        return WrongType(found, requirement.type_codes)
    return None if checked.licence.copy is None else CopyNotCited()


def _plan(
    request: CitationRequest, requirement: Requirement, checked: Checked, *, number: str, at: datetime
) -> CitationPlan:
    """Everything that will be promised."""
    return CitationPlan(
        number=number,
        case_number=request.case_number,
        matter_code=request.matter_code,
        requirement_code=request.requirement_code,
        department_code=request.department_code,
        officer=request.officer,
        purpose=request.purpose,
        consent_mode=request.consent.mode,
        consent_reference=request.consent.reference,
        consent_valid_until=request.consent.valid_until,
        fields=requirement.fields,
        identifier=str(checked.licence.identifier),
        type_code=checked.licence.identifier.type_code,
        grade=_grade(checked),
        file_digest=digest_text(checked.file_digest),
        indication=checked.verdict.indication.value,
        policy=checked.verdict.policy,
        status_list=checked.status_list_number,
        standing_sequence=checked.standing_sequence,
        cited_at=at,
    )


def _sign(ports: CitingPorts, request: CitationRequest, plan: CitationPlan) -> Citation:
    """Write the payload down, sign it, and check the signature before anything is recorded."""
    payload = payload_of(plan)
    statutory = plan.consent_mode is Mode.STATUTORY
    ports.store.plan(plan, payload, None if statutory else terms_digest(request, ports.index_key))
    citation = plan.with_receipt(sign1(payload, ports.pen, RECEIPT_TYPE))
    check_receipt(citation, [ports.pen.public])
    return citation


def _read_back(ports: CitingPorts, citation: Citation) -> Citation:
    """A citation from storage, once its receipt still says the same."""
    check_receipt(citation, [ports.pen.public, *ports.former_keys])
    return citation
