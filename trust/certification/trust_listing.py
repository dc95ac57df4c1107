"""Publishing the trust list: numbered upwards, stored before it is signed, verified after, read back.

What is listed must be sound on the day: every certificate is readable, serves the purpose it is listed for, is the
body's it is listed under, and has begun. One that has ended may stay: what it sealed in its time is still verified,
and its path says until when it counts. A mandate that has begun is ended, never forgotten and never changed: without
it, licences issued under it would lose their ground; one that has ended stays ended. A seal on file stays listed, and
one that has ended stays ended. Whether two people agreed to the change is decided above.
"""

from collections.abc import Sequence
from datetime import datetime

from keys.signer import Signer
from trust.certification.errors import PublicationDamaged
from trust.certification.ports import Editions
from trust.errors import Conflict, Untrusted
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.cose import plan_sign1, split, unwrap
from trust.formats.trust_list import (
    CONTENT_TYPE,
    MAX_OCTETS,
    ListedCertificate,
    TrustList,
    decode_trust_list,
    encode_trust_list,
)
from trust.rules.catalogue_entry import TypeInForce
from trust.rules.mandate import Mandate
from trust.rules.periodic_check import CheckDuty
from trust.rules.seal_standing import ListedSeal, standing_of
from trust.rules.times import aware

NAME = "trust-list"
MAX_ENVELOPE = MAX_OCTETS + 512


def publish_trust_list(
    editions: Editions,
    signer: Signer,
    certificate: Certificate,
    *,
    certificates: Sequence[ListedCertificate],
    mandates: Sequence[Mandate],
    types: Sequence[tuple[str, str]],
    log: str,
    status_base: str,
    at: datetime,
    next_update: datetime,
    seals: Sequence[ListedSeal] | None = None,
    in_force: Sequence[TypeInForce] | None = None,
    checks: Sequence[CheckDuty] = (),
    sequence: int | None = None,
    served: bytes | None = None,
) -> bytes:
    """Publish the next edition as of `at` and return its signed octets, read back from storage.

    `certificate` is the signer's own. The number is one above every number recorded, or `sequence`: whoever read that
    with `next_number` before it gathered what is listed is refused if another publisher came between. `served` is the
    edition that the public sees, which may be ahead of storage after a restore.

    Raises:
        Conflict: `key-mismatch`; as `check_successor`; `number-not-greater` also where another publisher was faster.
        Untrusted: `wrong-usage`, `signer-period`, `listed-purpose`, `listed-body`, `listed-period`.
        Malformed: a certificate that cannot be read, or what a list cannot hold.
        PublicationDamaged: what was signed or stored is not what was meant.

    """
    issued_at = aware(at).replace(microsecond=0)
    _check_signer(signer, certificate, issued_at)
    for listed in certificates:
        _check_listed(listed, issued_at)
    last = editions.current(NAME)
    sequence = next_number(editions) if sequence is None else sequence
    value = TrustList(
        sequence,
        issued_at,
        next_update,
        tuple(certificates),
        tuple(mandates),
        tuple(types),
        log,
        status_base,
        None if seals is None else tuple(seals),
        None if in_force is None else tuple(in_force),
        tuple(checks),
    )
    for octets in {one for one in (last.octets if last else None, served) if one is not None}:
        check_successor(decode_trust_list(split(octets, MAX_ENVELOPE).payload), value)
    message, complete = plan_sign1(encode_trust_list(value), signer.public, CONTENT_TYPE)
    editions.plan(NAME, sequence, issued_at=issued_at, next_update=value.next_update, to_be_signed=message)
    octets = complete(signer.sign(message))
    if read_trust_list(octets, certificate) != value:
        raise PublicationDamaged("list-damaged", f"trust list {sequence}")
    editions.complete(NAME, sequence, octets)
    stored = editions.current(NAME)
    if stored is None or stored.number < sequence or (stored.number == sequence and stored.octets != octets):
        raise PublicationDamaged("list-damaged", f"trust list {sequence}")
    return stored.octets


def next_number(editions: Editions) -> int:
    """The number that the next edition would have."""
    return editions.highest(NAME) + 1


def read_trust_list(octets: bytes, certificate: Certificate) -> TrustList:
    """The list in an envelope signed by the key of `certificate`, which the caller has decided to believe.

    Raises:
        Malformed, Untrusted: not such an envelope.

    """
    payload = unwrap(octets, certificate.public_key, content_type=CONTENT_TYPE, limit=MAX_ENVELOPE)
    return decode_trust_list(payload)


def _check_signer(signer: Signer, certificate: Certificate, at: datetime) -> None:
    if signer.public != certificate.public_key:
        raise Conflict("key-mismatch", "the certificate belongs to another key")
    if Purpose.TRUST_LIST not in certificate.purposes:
        raise Untrusted("wrong-usage", "the signer is not for trust lists")
    if not certificate.not_before <= at <= certificate.not_after:
        raise Untrusted("signer-period", "the signer's certificate is not in its period")


def _check_listed(listed: ListedCertificate, at: datetime) -> None:
    certificate = load_certificate(listed.der)
    if listed.purpose not in certificate.purposes:
        raise Untrusted("listed-purpose", certificate.fingerprint.hex())
    if listed.body_code is not None and listed.body_code != certificate.subject.organisation_code:
        raise Untrusted("listed-body", certificate.fingerprint.hex())
    if at < certificate.not_before:
        raise Untrusted("listed-period", certificate.fingerprint.hex())


def check_successor(last: TrustList, value: TrustList) -> None:
    """Refuse a list that may not follow another: it is later, and forgets no mandate that has begun, no seal, no type.

    Raises:
        Conflict: `clock-went-back`, `number-not-greater`, `mandate-forgotten`, `mandate-revived`, `seal-forgotten`,
            `type-revived`; `other-list`, it is about another log or other status lists.

    """
    at = value.issued_at
    if at < last.issued_at:
        raise Conflict("clock-went-back", "the last trust list is from later than now")
    if (value.log, value.status_base) != (last.log, last.status_base):
        raise Conflict("other-list", f"trust list {last.sequence} is of {last.log} and {last.status_base}")
    if value.sequence <= last.sequence:
        raise Conflict("number-not-greater", f"trust list {last.sequence} is published")
    _check_mandates(last.mandates, value.mandates, at)
    for type_before in last.in_force or ():
        now = value.type_in_force(type_before.code)
        if now is None or not now.may_follow(type_before):
            raise Conflict("type-revived", f"{type_before.code}: publish a higher version")
    listed = {one.seal_id: one for one in value.seals or ()}
    for old in last.seals or ():
        new = listed.get(old.seal_id)
        if new is None or new.digest != old.digest or (_ended(old, at) and not _ended(new, at)):
            raise Conflict("seal-forgotten", f"{old.seal_id}: cancel it, do not drop it; an end is final")


def _ended(listed: ListedSeal, at: datetime) -> bool:
    standing = standing_of(listed, max(at, listed.filed_at))
    return standing is not None and standing.final


def _check_mandates(last: Sequence[Mandate], mandates: Sequence[Mandate], at: datetime) -> None:
    """A mandate that has begun stays what it was; only its end may be fixed, and one that has come stays."""
    kept: dict[object, list[Mandate]] = {}
    for one in mandates:
        kept.setdefault(one.identity, []).append(one)
    for before in last:
        if before.valid_from > at:
            continue
        same = [one for one in kept.get(before.identity, ()) if before.number in ("", one.number)]
        if not same:
            raise Conflict("mandate-forgotten", f"{before.issuer_code} for {before.type_code}: end it, do not drop it")
        ended = before.valid_until is not None and before.valid_until <= at
        if ended and all(one.valid_until != before.valid_until for one in same):
            raise Conflict("mandate-revived", f"{before.issuer_code} for {before.type_code}: grant a new one")
