"""Signers 签名证书: whose certificates the public has been told of, taken up before anything that they signed.

A backup may be older than a key that the installation has made since, so the published trust list may be signed by a
key of which the database knows nothing, and so may status lists. Its own certificate stands in the list: it counts as
ours where our issuing CA has certified it for this purpose, and the published revocation list does not take it back.
A list that was signed by a key which leaked counts where the log has it: then it was ours when it was logged, and
nobody else who has the key can log anything. From a list that counts the certificates are put on record again.

Which keys leaked is told by the published revocation lists, and by certificates that hold under their issuer's key; the
columns of the database, which may have been written by anybody before the backup, are not asked.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from keys.errors import KeysError
from keys.lifecycle import KeyState
from keys.sm2 import PublicKey
from service.archive import Archive
from service.directory import Directory
from service.keyring import KeyRing
from service.public_folder import TRUST_LIST, PublicFolder
from service.renewal import OWN
from service.restoring.editions import adopt_edition, published_list
from trust.certification.issuing import key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.profiles import END_ENTITIES, ISSUING, ROOT
from trust.certification.profiles import TRUST_LIST as TRUST_LIST_KIND
from trust.certification.trust_listing import MAX_ENVELOPE, NAME, read_trust_list
from trust.errors import Malformed, Untrusted
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.cose import split
from trust.formats.crl import Revoked
from trust.formats.leaf import EntryKind, public_statement
from trust.formats.path import check_issued
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.rules.revoked_signer import is_revoked


@dataclass(frozen=True)
class Leaked:
    """Keys that the published revocation lists call compromised: of signers, and of our authority itself.

    `unknown` are serial numbers of certificates that nobody here can show, so that their keys cannot be told.
    """

    signers: frozenset[PublicKey]
    authorities: frozenset[PublicKey]
    unknown: tuple[str, ...]


def complete_certificates(archive: Archive, profile: str) -> list[Certificate]:
    """Every certificate of a kind on record, newest first."""
    records = archive.books.certificates.of_profile(profile)
    return [load_certificate(one.der) for one in reversed(records) if one.der is not None]


def adopt_trust_list(archive: Archive, folder: PublicFolder) -> TrustList | None:
    """Make the published edition of the trust list the current one.

    Raises:
        Conflict: as `adopt_edition`.
        Untrusted: `signature`, no key of ours that still counts has signed it.
        Malformed: it is not a trust list.

    """
    edition, lists = folder.newest(TRUST_LIST), archive.trust_lists
    if edition is None:
        return None
    listed = _opened(archive, folder, edition.octets)
    times = {"issued_at": listed.issued_at, "next_update": listed.next_update}
    signed = split(edition.octets, MAX_ENVELOPE).to_be_signed
    adopt_edition(lists, NAME, TRUST_LIST, edition, number=listed.sequence, **times, to_be_signed=signed)
    return listed


def certificates_again(archive: Archive, listed: TrustList | None) -> int:
    """Put certificates on record that the trust list names and the register has lost; how many."""
    kinds = {kind.profile.purposes[0]: kind.profile.name for kind in END_ENTITIES}
    books, count = archive.books.certificates, 0
    for one in listed.certificates if listed else ():
        certificate = load_certificate(one.der)
        known = books.find("issuing", certificate.serial)
        if known is not None and known.der is not None:
            continue
        if not _is_issued(archive, certificate):
            raise Malformed("certificate", "the trust list names a certificate of another authority")
        key, serial = key_digest(certificate.public_key), certificate.serial
        if known is None:
            kind, begins = kinds[one.purpose], certificate.not_before
            books.plan(CertificateRecord("issuing", serial, kind, key, begins, certificate.tbs))
        books.complete("issuing", serial, certificate.der)
        count += 1
    return count


def leaked_keys(archive: Archive, folder: PublicFolder, listed: TrustList | None) -> Leaked:
    """The keys that the published revocation lists call compromised."""
    told = [load_certificate(one.der) for one in listed.certificates] if listed else []
    shown = {one.serial: one for one in told if _is_issued(archive, one)}
    signers, authorities, unknown = set[PublicKey](), set[PublicKey](), list[str]()
    for name, found in (("issuing", signers), ("root", authorities)):
        for serial in _compromised(archive, folder, name):
            certificate = shown.get(serial) if name == "issuing" else None
            certificate = certificate or _on_record(archive, name, serial)
            if certificate is None:
                unknown.append(f"{name} {serial:x}")
            else:
                found.add(certificate.public_key)
    return Leaked(frozenset(signers), frozenset(authorities), tuple(unknown))


def without_key(ring: KeyRing, directory: Directory) -> list[str]:
    """Roles, and bodies by login, whose newest certificate is of a key that the ring lacks, or that may not sign.

    Such keys were made after the backup, or have leaked since.
    """
    usable = set[PublicKey]()
    for name in ring.names():
        with suppress(KeysError):  # what cannot be read cannot sign either
            record = ring.record(name)
            usable |= {record.public} if record.state is KeyState.ACTIVE else set()
    newest = [(role, found) for role, kind in OWN.items() if (found := directory.newest(kind)) is not None]
    return [name for name, one in (*newest, *directory.bodies()) if one.public_key not in usable]


def _compromised(archive: Archive, folder: PublicFolder, name: str) -> Iterator[int]:
    published = published_list(archive, folder, name)
    for serial, entry in published.revoked.items() if published else ():
        if entry.reason.compromise:
            yield serial


def _on_record(archive: Archive, name: str, serial: int) -> Certificate | None:
    """The certificate that the register has under a number, if it is what its authority signed."""
    record = archive.books.certificates.find(name, serial)
    if record is None or record.der is None:
        return None
    with suppress(Malformed):
        certificate = load_certificate(record.der)
        by = ROOT if name == "root" else ISSUING
        if certificate.serial == serial and _is_issued(archive, certificate, by.profile.name):
            return certificate
    return None


def _is_issued(archive: Archive, certificate: Certificate, by: str = ISSUING.profile.name) -> bool:
    """Whether our authority has issued a certificate, under any key it ever had."""
    for issuer in complete_certificates(archive, by):
        if issuer.subject.der == certificate.issuer.der:
            with suppress(Untrusted):
                check_issued(certificate, issuer.public_key)
                return True
    return False


def _opened(archive: Archive, folder: PublicFolder, octets: bytes) -> TrustList:
    """The published trust list, if a signer of ours has signed it that still counts."""
    said = decode_trust_list(split(octets, MAX_ENVELOPE).payload)
    published = published_list(archive, folder, "issuing")
    revoked = dict(published.revoked) if published else {}
    logged = archive.log.find(public_statement(EntryKind.TRUST_LIST, octets).commitments[0]) is not None
    for certificate in _signers(archive, said):
        if _counts(certificate, said, revoked.get(certificate.serial), logged=logged):
            with suppress(Untrusted):
                return read_trust_list(octets, certificate)
    raise Untrusted("signature", "the published trust list is of none of our keys")


def _signers(archive: Archive, said: TrustList) -> Sequence[Certificate]:
    """Who may have signed a trust list: those on record, newest first, and those of ours that it names itself."""
    known = complete_certificates(archive, TRUST_LIST_KIND.profile.name)
    named = [load_certificate(one.der) for one in said.certificates if one.purpose is Purpose.TRUST_LIST]
    return list(dict.fromkeys((*known, *(one for one in reversed(named) if _is_issued(archive, one)))))


def _counts(certificate: Certificate, said: TrustList, entry: Revoked | None, *, logged: bool) -> bool:
    """Whether a certificate is for trust lists, was in its period, and was not taken back when the list was made."""
    if Purpose.TRUST_LIST not in certificate.purposes or certificate.is_ca:
        return False
    if not certificate.not_before <= said.issued_at <= certificate.not_after:
        return False
    if entry is None or logged:
        return True
    compromise = entry.reason.compromise
    return not is_revoked(said.issued_at, at=entry.at, compromise=compromise, invalid_since=entry.invalid_since)
