"""After a restore: what the public had seen is taken up, so that nothing is un-revoked and no number comes twice.

    1 log             entries that the database lacks are recovered from the public copy, to the published root
    2 status lists    the published editions become the current ones; what they said beyond the acts is carried over
    3 certificates    those the trust list names are put on record again; so are revocations that are published
    4 trust list      the published edition becomes the current one
    5 settlement      lists of earlier epochs are closed, counts leap, the epoch is settled with a report

Each step may be repeated; the epoch stays unsettled, and nothing is signed, until the last one is done. Every list that
is taken up has to be signed by a key of ours. What only the lost part of the database knew — files, holders, the words
of acts — is not brought back; the report says how much that is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.sm2 import PublicKey
from service.archive import Archive
from service.epochs.store import Epoch, Settlement
from service.mirroring import AUTHORITIES, CHECKPOINT, ENTRIES, Mirror
from service.public_folder import TRUST_LIST, PublicFolder, revocation_list, status_list
from trust.certification.issuing import key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.profiles import END_ENTITIES, ISSUING, ROOT, STATUS_LIST
from trust.certification.profiles import TRUST_LIST as TRUST_LIST_KIND
from trust.certification.trust_listing import MAX_ENVELOPE as MAX_TRUST_LIST
from trust.certification.trust_listing import NAME, read_trust_list
from trust.errors import Conflict, Malformed, Untrusted
from trust.formats.canonical_json import encode_json
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.checkpoint import Checkpoint, verify_checkpoint
from trust.formats.cose import split
from trust.formats.crl import load_crl
from trust.formats.path import check_issued, check_list_issued
from trust.formats.status_list import SIZE, StatusList
from trust.formats.trust_list import TrustList
from trust.log.recovering import recover
from trust.log.tiles import WIDTH, Tile, tile_path
from trust.revocation.errors import NotPublished
from trust.revocation.ports import Carried, PlannedList
from trust.revocation.publishing import MAX_ENVELOPE, entries_of, open_by_any

GAP = 16
"""How many lists are left out between the last that is known and the first of a new epoch."""
UNCOUNTED = -1
"""How many acts a list knows that was taken up: nobody can say, so that a new one is due at once."""
MARGIN = 500
"""How far counts leap beyond the entries that the log had more: licences whose entries were not copied in time."""


@dataclass(frozen=True)
class Desk:
    """Everything that taking up needs; `origin` is the log's name, `list_size` that of lists to be opened."""

    archive: Archive
    folder: PublicFolder
    origin: str
    list_size: int = SIZE


def take_up(desk: Desk, epoch: Epoch, at: datetime) -> dict[str, object]:
    """Take up everything published and settle the epoch; the report.

    Raises:
        Conflict: `public-copy-missing`, there is nothing to go by; `public-copy-damaged`.
        LogDamaged: as `recover`.
        Untrusted: a published list that none of our keys has signed.

    """
    lags = [f"{one.series}: {one.published} > {one.stored}" for one in Mirror(desk.archive, desk.folder).lags()]
    recovered = _recover_log(desk)
    shards = {shard: listed for shard in desk.folder.status_lists() if (listed := _adopt_list(desk, shard)) is not None}
    carried = [(shard, one) for shard, listed in shards.items() for one in _to_carry(desk.archive, listed, at)]
    certificates = _certificates_again(desk.archive, _adopt_trust_list(desk))
    revocations = sum(_adopt_revocations(desk.archive, name, desk.folder) for name in AUTHORITIES)
    report: dict[str, object] = {
        "behind": lags,
        "log_entries_recovered": dict(recovered),
        "carried": [[shard, one.entry, one.value] for shard, one in carried],
        "certificates_recovered": certificates,
        "revocations_recovered": revocations,
    }
    lost = desk.archive.log.size() - epoch.log_size
    desk.archive.epochs.settle(
        epoch,
        Settlement(
            carried=carried,
            shards=[(shard, listed.size) for shard, listed in shards.items()],
            first_shard=max([-1, *shards, *desk.archive.slots.lists()]) + 1 + GAP,
            list_size=desk.list_size,
            leap=lost + MARGIN,
            report=encode_json(report),
        ),
    )
    return report


def _keys(archive: Archive, profile: str) -> list[PublicKey]:
    """Every key of a kind, newest first."""
    records = archive.books.certificates.of_profile(profile)
    return [load_certificate(one.der).public_key for one in reversed(records) if one.der is not None]


def _recover_log(desk: Desk) -> Counter[str]:
    """Bring back the entries of the log that are missing; how many of each kind."""
    note = desk.folder.read(CHECKPOINT)
    if note is None:
        raise Conflict("public-copy-missing", "there is no published checkpoint")
    checkpoint = _checkpoint(note, desk.origin, _keys(desk.archive, "log"))
    size = desk.archive.log.size()
    missing = list(_published_entries(desk.folder, size, checkpoint.size))
    found = recover(desk.archive.log, checkpoint, missing)
    return Counter(one.statement.kind.value for one in found)


def _checkpoint(note: bytes, origin: str, keys: Sequence[PublicKey]) -> Checkpoint:
    for public in keys:
        try:
            return verify_checkpoint(note, origin, public)
        except Untrusted:
            continue
    raise Untrusted("signature", "the published checkpoint is of none of our keys")


def _published_entries(folder: PublicFolder, first: int, end: int) -> Iterable[bytes]:
    """The entries from `first` up to `end`, read from entry tiles."""
    for number in range(first // WIDTH, -(-end // WIDTH)):
        width = min(WIDTH, end - number * WIDTH)
        octets = folder.read(f"{ENTRIES}/{tile_path(Tile(number, width))}")
        entries = _entries_in(octets or b"")
        if len(entries) != width:
            raise Conflict("public-copy-damaged", f"entry tile {number} of width {width} is missing or cut short")
        yield from entries[max(0, first - number * WIDTH) :]


def _entries_in(octets: bytes) -> list[bytes]:
    found, place = [], 0
    while place + 2 <= len(octets):
        length = int.from_bytes(octets[place : place + 2], "big")
        found.append(octets[place + 2 : place + 2 + length])
        place += 2 + length
    return found if place == len(octets) else []


def _adopt_list(desk: Desk, shard: int) -> StatusList | None:
    """Make the published edition of a list the current one."""
    edition, publications = desk.folder.current(status_list(shard)), desk.archive.publications
    if edition is None:
        return None
    listed = open_by_any(edition.octets, _keys(desk.archive, STATUS_LIST.profile.name))
    if (listed.list, listed.number) != (shard, edition.number):
        raise Conflict("public-copy-damaged", f"status/{shard} holds list {listed.list}, number {listed.number}")
    if listed.number > publications.highest(shard):
        signed = split(edition.octets, MAX_ENVELOPE).to_be_signed
        times = (listed.issued_at, listed.next_update, listed.ttl_s)
        publications.plan(PlannedList(shard, listed.number, *times, UNCOUNTED, signed))
        publications.complete(shard, listed.number, edition.octets)
        publications.make_current(shard, listed.number)
    elif not _is_stored(desk.archive, shard, listed.number, edition.octets):
        raise Conflict("public-copy-differs", f"status/{shard}: number {listed.number} is stored with other octets")
    return listed


def _is_stored(archive: Archive, shard: int, number: int, octets: bytes) -> bool:
    try:
        return archive.publications.stored(shard, number) == octets
    except NotPublished:
        return False


def _to_carry(archive: Archive, listed: StatusList, at: datetime) -> Iterable[Carried]:
    """The entries of which the published list says more than the acts do."""
    own = entries_of(archive.acts.listed(listed.list, archive.log.size(), at), at)
    for place, octet in enumerate(listed.bits):
        if octet:
            for entry in range(place * 4, place * 4 + 4):
                value = listed.value(entry)
                if value and own.get(entry, 0) not in {value, 1}:
                    yield Carried(entry, value, at)


def _adopt_trust_list(desk: Desk) -> TrustList | None:
    """Make the published edition of the trust list the current one."""
    edition, lists = desk.folder.current(TRUST_LIST), desk.archive.trust_lists
    if edition is None:
        return None
    records = desk.archive.books.certificates.of_profile(TRUST_LIST_KIND.profile.name)
    signers = [load_certificate(one.der) for one in reversed(records) if one.der is not None]
    listed = _trust_list(edition.octets, signers)
    if listed.sequence > lists.highest(NAME):
        signed = split(edition.octets, MAX_TRUST_LIST).to_be_signed
        times = {"issued_at": listed.issued_at, "next_update": listed.next_update}
        lists.plan(NAME, listed.sequence, **times, to_be_signed=signed)
        lists.complete(NAME, listed.sequence, edition.octets)
    return listed


def _trust_list(octets: bytes, signers: Sequence[Certificate]) -> TrustList:
    for certificate in signers:
        try:
            return read_trust_list(octets, certificate)
        except Untrusted:
            continue
    raise Untrusted("signature", "the published trust list is of none of our keys")


def _certificates_again(archive: Archive, listed: TrustList | None) -> int:
    """Put certificates on record that the trust list names and the register has lost; how many."""
    issuers = [
        load_certificate(one.der) for one in archive.books.certificates.of_profile(ISSUING.profile.name) if one.der
    ]
    kinds = {kind.profile.purposes[0]: kind.profile.name for kind in END_ENTITIES}
    count = 0
    for one in listed.certificates if listed else ():
        certificate = load_certificate(one.der)
        if archive.books.certificates.find("issuing", certificate.serial) is not None:
            continue
        issuer = next((by for by in issuers if by.subject.der == certificate.issuer.der), None)
        if issuer is None:
            raise Malformed("certificate", "the trust list names a certificate of another authority")
        check_issued(certificate, issuer.public_key)
        key, serial = key_digest(certificate.public_key), certificate.serial
        planned = CertificateRecord("issuing", serial, kinds[one.purpose], key, certificate.not_before, certificate.tbs)
        archive.books.certificates.plan(planned)
        archive.books.certificates.complete("issuing", serial, certificate.der)
        count += 1
    return count


def _adopt_revocations(archive: Archive, name: str, folder: PublicFolder) -> int:
    """Make the published revocation list the current one and record what it says; how many entries were not known."""
    edition, books = folder.current(revocation_list(name)), archive.books
    if edition is None:
        return 0
    crl, profile = load_crl(edition.octets), ROOT if name == "root" else ISSUING
    issuers = _keys(archive, profile.profile.name)
    if not issuers:
        raise Untrusted("signature", f"there is no certificate of the authority {name}")
    check_list_issued(crl, issuers[0])
    if crl.number > books.editions.highest(name):
        books.editions.plan(
            name, crl.number, issued_at=crl.this_update, next_update=crl.next_update, to_be_signed=crl.tbs
        )
        books.editions.complete(name, crl.number, edition.octets)
    known, count = books.revocations.of(name), 0
    for serial, entry in crl.revoked.items():
        if entry not in known.get(serial, ()) and books.certificates.find(name, serial) is not None:
            books.revocations.add(name, serial, entry)
            count += 1
    return count
