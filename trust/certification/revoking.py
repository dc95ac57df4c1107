"""Revoking certificates, and publishing the lists that say so.

Revocation is for ever and only gets graver: the first date stands, a compromise outweighs every other reason, the
earliest invalidity date counts. Certificates are not put on hold; seals and licences are, in registers of their own.

A list is made from the register as of one instant, with a number above every number recorded, stored before it is
signed, verified after, and never without an entry the last list had: after a restore from an old backup publishing
stops rather than take a revocation back. The number is read before the register, so of two publishers at the same
time the one that knows less is refused. Entries of expired certificates stay in (`kept_since`).
"""

from datetime import datetime

from trust.certification.errors import CertificateUnknown, PublicationDamaged
from trust.certification.issuing import Desk
from trust.certification.ports import Books
from trust.errors import Conflict, Malformed
from trust.formats.certificate import key_identifier
from trust.formats.crl import Reason, RevocationList, Revoked, assemble_crl, crl_tbs, load_crl
from trust.formats.merged_revocations import merged
from trust.formats.path import check_list_issued
from trust.rules.times import aware

NO_SIGNATURE = bytes(31) + b"\x01" + bytes(31) + b"\x01"
"""Stands where the signature will be while a list is looked at that is not signed yet."""


def standing_revocations(books: Books, authority: str) -> dict[int, Revoked]:
    """The revocations of an authority, one for each certificate."""
    return {serial: merged(some) for serial, some in books.revocations.of(authority).items()}


def revoke(
    books: Books, authority: str, serial: int, reason: Reason, at: datetime, invalid_since: datetime | None = None
) -> Revoked:
    """Record a revocation; after a compromise, of every certificate of that key. Doing it again changes nothing.

    `invalid_since` is when the key was lost, as far as is known. If a compromise has no such date, nothing that the
    key ever signed counts.

    Raises:
        CertificateUnknown: no such certificate.
        Malformed: `invalidity-date`, later than `at`; `revocation-reason`, a hold.

    """
    when = aware(at).replace(microsecond=0)
    since = None if invalid_since is None else aware(invalid_since).replace(microsecond=0)
    if since is not None and since > when:
        raise Malformed("invalidity-date", "a key cannot be lost later than it is revoked")
    if reason is Reason.CERTIFICATE_HOLD:
        raise Malformed("revocation-reason", "certificates are not put on hold")
    record = books.certificates.find(authority, serial)
    if record is None:
        raise CertificateUnknown("certificate-unknown", f"{authority} {serial:x}")
    wanted = Revoked(when, reason, since)
    concerned = books.certificates.of_key(record.key) if reason.compromise else (record,)
    for one in concerned:
        known = books.revocations.of(one.authority).get(one.serial, ())
        if not known or merged((*known, wanted)) != merged(known):
            books.revocations.add(one.authority, one.serial, wanted)
    return standing_revocations(books, authority)[serial]


def listed_revocations(books: Books, authority: str, last: RevocationList | None) -> dict[int, Revoked]:
    """What the next list says: the register's revocations, and the last list's of certificates it does not know.

    There are such only after a restore from a backup that is older than a certificate.
    """
    revoked = standing_revocations(books, authority)
    gone = {serial: entry for serial, entry in (last.revoked.items() if last else ()) if serial not in revoked}
    return revoked | {serial: one for serial, one in gone.items() if books.certificates.find(authority, serial) is None}


def due(desk: Desk, books: Books, at: datetime) -> bool:
    """Whether the desk's list is missing, getting old, or does not say what the register says."""
    current = books.editions.current(desk.name)
    if current is None or at >= current.issued_at + desk.renewed_after:
        return True
    last = load_crl(current.octets)
    return dict(last.revoked) != listed_revocations(books, desk.name, last)


def publish_list(desk: Desk, books: Books, at: datetime, served: bytes | None = None) -> RevocationList:
    """Publish the desk's revocation list as of `at`, read back from storage.

    `served` is the list that the public sees, which may be ahead of the register after a restore.

    Raises:
        Conflict: as `check_successor`, before anything is signed; `number-not-greater` also where another publisher
            was faster.
        PublicationDamaged: what was signed or stored is not what was meant.

    """
    issued_at = aware(at).replace(microsecond=0)
    last = books.editions.current(desk.name)
    number = books.editions.highest(desk.name) + 1
    before = load_crl(last.octets) if last else None
    earlier = {one for one in (before, load_crl(served) if served else None) if one is not None}
    revoked = listed_revocations(books, desk.name, before)
    next_update = min(issued_at + desk.list_holds, desk.certificate.not_after)
    tbs = crl_tbs(
        issuer=desk.certificate.subject,
        issuer_key_id=key_identifier(desk.signer.public),
        number=number,
        this_update=issued_at,
        next_update=next_update,
        kept_since=desk.certificate.not_before,
        revoked=revoked,
    )
    unsigned = load_crl(assemble_crl(tbs, NO_SIGNATURE))
    for one in earlier:
        check_list_issued(one, desk.signer.public)
        check_successor(one, unsigned)
    books.editions.plan(desk.name, number, issued_at=issued_at, next_update=next_update, to_be_signed=tbs)
    made = load_crl(assemble_crl(tbs, desk.signer.sign(tbs)))
    check_list_issued(made, desk.signer.public)
    if made.tbs != tbs or dict(made.revoked) != revoked:
        raise PublicationDamaged("list-damaged", f"{desk.name} {number}")
    books.editions.complete(desk.name, number, made.der)
    stored = books.editions.current(desk.name)
    if stored is None or stored.number < number or (stored.number == number and stored.octets != made.der):
        raise PublicationDamaged("list-damaged", f"{desk.name} {number}")
    return load_crl(stored.octets)


def check_successor(before: RevocationList, after: RevocationList) -> None:
    """Refuse a list that may not follow another one; it is read from the octets that will be signed.

    Raises:
        Conflict: `other-list`, of another issuer or key; `number-not-greater`; `clock-went-back`, older;
            `would-un-revoke`, without an entry that the other has, or with a milder one.

    """
    if (before.issuer.der, before.authority_key_id) != (after.issuer.der, after.authority_key_id):
        raise Conflict("other-list", f"{before.issuer.common_name} {before.number}: another issuer follows")
    if after.this_update < before.this_update:
        raise Conflict("clock-went-back", "the last list is from later than now")
    for serial, entry in before.revoked.items():
        now = after.revoked.get(serial)
        if now is None or merged((now, entry)) != now:
            raise Conflict("would-un-revoke", f"certificate {serial:x} was revoked in the last list")
    if after.number <= before.number:
        raise Conflict("number-not-greater", f"{before.issuer.common_name}: {after.number} follows {before.number}")
