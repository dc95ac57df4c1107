"""After a restore: what the public had seen is taken up, so that nothing is un-revoked and no number comes twice.

    1 log             entries that the database lacks are recovered from the public copy, to the published root
    2 status lists    the published editions become the current ones; what they said beyond the acts is carried over
    3 certificates    those the trust list names are put on record again; so are published revocations, and keys that
                      leaked since the backup are blocked again
    4 trust list      the published edition becomes the current one
    5 feed            numbers of events leap, and the systems of departments are told
    6 holding         batches, approvals and confirmed stock from before wait until a person has looked at them
    7 settlement      lists of earlier epochs are closed, counts leap, the epoch is settled with a report

Each step may be repeated; the epoch stays unsettled, and nothing is signed, until the last one is done. Every list that
is taken up has to be signed by a key of ours. What only the lost part of the database knew — files, holders, the words
of acts — is not brought back; the report says how much that is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from issuer.applying.ports import Applying
from issuer.batches.ports import Batches
from keys.sm2 import PublicKey
from service.abreast import AUTHORITIES, Abreast, lag_of
from service.archive import Archive
from service.epochs.store import Epoch, Settlement
from service.keeping import block_revoked_keys
from service.keyring import KeyRing
from service.log_tiles import CHECKPOINT, TileReader
from service.public_folder import TRUST_LIST, Edition, PublicFolder, Series, revocation_list, status_list
from service.restoring.holding import end_approvals, hold_batches, hold_stock, issued_since, maybe_issued
from service.seen_checkpoints import log_keys, verified_by_any
from trust.certification.issuing import key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.profiles import END_ENTITIES, ISSUING, ROOT, STATUS_LIST
from trust.certification.profiles import TRUST_LIST as TRUST_LIST_KIND
from trust.certification.trust_listing import MAX_ENVELOPE as MAX_TRUST_LIST
from trust.certification.trust_listing import NAME, read_trust_list
from trust.errors import Conflict, Malformed, Untrusted
from trust.formats.canonical_json import encode_json
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.cose import split
from trust.formats.crl import RevocationList, load_crl
from trust.formats.leaf import EntryKind, decode_entry
from trust.formats.path import check_issued, check_list_issued
from trust.formats.status_list import SIZE, StatusList
from trust.formats.trust_list import TrustList
from trust.log.errors import LogDamaged
from trust.log.ports import LogStore
from trust.log.recovering import recover
from trust.revocation.errors import NotPublished
from trust.revocation.ports import PlannedList
from trust.revocation.publishing import MAX_ENVELOPE, entries_of, open_by_any
from trust.rules.carried_over import Carried

GAP = 16
"""How many lists are left out between the last that is known and the first of a new epoch."""
UNCOUNTED = -1
"""How many acts a list knows that was taken up: nobody can say, so that a new one is due at once."""
MARGIN = 500
"""How far counts leap beyond the entries that the log had more: licences whose entries were not copied in time."""
AT_ONCE = 1000
STRIDE = 1_000_000
"""Numbers of events that a body has for each entry of the public log, so that no two epochs share any."""


@dataclass(frozen=True)
class Desk:
    """Everything that taking up needs; `origin` is the log's name, `list_size` that of lists to be opened.

    `bodies` are the codes of the departments, `applying` and `batches` what the steps of theirs need. `missing` names
    files of the backup that were not there, which the report repeats. `since` is a checkpoint that was kept elsewhere:
    a public folder that does not reach it is itself an old copy.
    """

    archive: Archive
    folder: PublicFolder
    origin: str
    bodies: Sequence[str]
    applying: Applying
    batches: Batches
    ring: KeyRing
    list_size: int = SIZE
    missing: Sequence[str] = ()
    since: bytes | None = None


def take_up(desk: Desk, epoch: Epoch, at: datetime) -> dict[str, object]:
    """Take up everything published and settle the epoch; the report.

    Raises:
        Conflict: `public-copy-missing`, there is nothing to go by; `public-copy-damaged`; `public-copy-behind`, more
            was published than it has; `public-copy-differs`.
        LogDamaged: as `recover`.
        Untrusted: a published list that none of our keys has signed.

    """
    lags = [f"{one.series}: {one.published} > {one.stored}" for one in Abreast(desk.archive, desk.folder).lags()]
    _recover_log(desk)
    _require_reached(desk)
    shards = {shard: listed for shard in desk.folder.status_lists() if (listed := _adopt_list(desk, shard)) is not None}
    carried = [(shard, one) for shard, listed in shards.items() for one in _to_carry(desk.archive, listed, at)]
    certificates = _certificates_again(desk.archive, _adopt_trust_list(desk))
    revocations = sum(_adopt_revocations(desk.archive, name, desk.folder) for name in AUTHORITIES)
    blocked = block_revoked_keys(desk.ring, desk.archive, at)
    _leap_feed(desk, epoch)
    recovered = _recovered(desk.archive.log, epoch.log_size)
    issued = recovered[EntryKind.ISSUE.value]
    report: dict[str, object] = {
        "behind": lags,
        "log_entries_recovered": dict(recovered),
        "carried": [[shard, one.entry, one.value] for shard, one in carried],
        "certificates_recovered": certificates,
        "revocations_recovered": revocations,
        "keys_blocked": blocked,
        "held_batches": hold_batches(desk.batches, at),
        "approvals_ended": end_approvals(desk.applying, at),
        "held_stock": hold_stock(desk.archive, desk.bodies, at) if issued else [],
        "issued_since": issued_since(desk.archive, at),
        "maybe_issued": maybe_issued(desk.archive, at) if issued else [],
        "missing_files": list(desk.missing),
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


def _require_reached(desk: Desk) -> None:
    """Hold the recovered log against the checkpoint that was kept elsewhere, before anything else is taken up."""
    behind = None if desk.since is None else lag_of(desk.archive, desk.since)
    if behind is not None:
        told = f"the log had {behind.published} entries, the public folder leads to {behind.stored}"
        raise Conflict("public-copy-behind", told)


def _leap_feed(desk: Desk, epoch: Epoch) -> None:
    """Let the numbers of events go on beyond all that were given since the backup.

    The public log has grown since any epoch before this one began, because each is published as it is settled; and no
    body has had `STRIDE` events for one entry.
    """
    beyond, number = desk.archive.log.size() * STRIDE, str(epoch.number)
    desk.archive.feed.leap(desk.bodies, beyond, mark=f"restored:{number}", subject=number, at=epoch.at)


def _keys(archive: Archive, profile: str) -> list[PublicKey]:
    """Every key of a kind, newest first."""
    records = archive.books.certificates.of_profile(profile)
    return [load_certificate(one.der).public_key for one in reversed(records) if one.der is not None]


def _recover_log(desk: Desk) -> None:
    """Bring back the entries of the log that are missing."""
    note = desk.folder.read(CHECKPOINT)
    if note is None:
        raise Conflict("public-copy-missing", "there is no published checkpoint")
    checkpoint = verified_by_any(note, desk.origin, log_keys(desk.archive))
    missing = _published_entries(desk.folder, desk.archive.log.size(), checkpoint.size)
    recover(desk.archive.log, checkpoint, missing)


def _recovered(log: LogStore, since: int) -> Counter[str]:
    """How many entries of each kind the backup did not have, whichever attempt of this epoch brought them back."""
    counted: Counter[str] = Counter()
    end = log.size()
    for start in range(since, end, AT_ONCE):
        entries = log.entries(start, min(start + AT_ONCE, end))
        counted.update(decode_entry(one).statement.kind.value for one in entries)
    return counted


def _published_entries(folder: PublicFolder, first: int, end: int) -> Sequence[bytes]:
    """The entries from `first` up to `end`, read from entry tiles."""
    try:
        return TileReader(folder, end).entries(first, end)
    except LogDamaged as error:
        raise Conflict("public-copy-damaged", str(error)) from error


def _adopt_list(desk: Desk, shard: int) -> StatusList | None:
    """Make the published edition of a list the current one."""
    edition, publications = desk.folder.newest(status_list(shard)), desk.archive.publications
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
    else:
        _require_same(status_list(shard), edition, _stored(desk.archive, shard, listed.number))
    return listed


def _stored(archive: Archive, shard: int, number: int) -> bytes | None:
    try:
        return archive.publications.stored(shard, number)
    except NotPublished:
        return None


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
    edition, lists = desk.folder.newest(TRUST_LIST), desk.archive.trust_lists
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
    else:
        _require_same(TRUST_LIST, edition, lists.edition(NAME, edition.number))
    return listed


def _require_same(series: Series, edition: Edition, stored: bytes | None) -> None:
    """Refuse an edition of which the database has another under its number."""
    if stored != edition.octets:
        raise Conflict("public-copy-differs", f"{series.name}: number {edition.number} is stored with other octets")


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
    edition, books = folder.newest(revocation_list(name)), archive.books
    if edition is None:
        return 0
    crl, profile = load_crl(edition.octets), ROOT if name == "root" else ISSUING
    issuers = _keys(archive, profile.profile.name)
    if not issuers:
        raise Untrusted("signature", f"there is no certificate of the authority {name}")
    _check_issued_by_any(crl, issuers)
    if crl.number > books.editions.highest(name):
        books.editions.plan(
            name, crl.number, issued_at=crl.this_update, next_update=crl.next_update, to_be_signed=crl.tbs
        )
        books.editions.complete(name, crl.number, edition.octets)
    else:
        _require_same(revocation_list(name), edition, books.editions.edition(name, crl.number))
    known, count = books.revocations.of(name), 0
    for serial, entry in crl.revoked.items():
        if entry not in known.get(serial, ()) and books.certificates.find(name, serial) is not None:
            books.revocations.add(name, serial, entry)
            count += 1
    return count


def _check_issued_by_any(crl: RevocationList, issuers: Sequence[PublicKey]) -> None:
    """Check the list under the keys that the authority ever had, newest first; raises Untrusted."""
    for public in issuers[:-1]:
        with suppress(Untrusted):
            return check_list_issued(crl, public)
    return check_list_issued(crl, issuers[-1])
