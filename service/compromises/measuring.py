"""How far the loss of a key reaches 波及范围: what was signed with it, and which of it is proven to be older.

The log decides. Its entries are in the order of their instants, so everything older than the loss is below one place,
which is found by halving. A licence and a copy know their place in it. A document is looked up by the commitment to its
file; one that was planned more than an hour before the loss is taken for older without that, because reading every file
would take hours, and what the verifier says of it is the verifier's business.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from issuer.ports import Blobs
from service.archive import Archive
from service.lost_keys.order import Loss
from service.lost_keys.signed import Blast, Count, Kind, Proof, Reach, Signed
from service.lost_keys.store.extent import Document
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_SIGNER
from trust.formats.certificate import load_certificate
from trust.formats.leaf import decode_entry, sealed_commitment
from trust.log.ports import LogStore
from trust.rules.licence import CHINA

NEAR = timedelta(hours=1)
MONTHS = 12


def older_entries(log: LogStore, since: datetime | None) -> int:
    """How many entries of the log are older than an instant; none are where nobody knows it."""
    if since is None:
        return 0
    low, high = 0, log.size()
    while low < high:
        middle = (low + high) // 2
        if decode_entry(log.entries(middle, middle + 1)[0]).at < since:
            low = middle + 1
        else:
            high = middle
    return low


def reach_of(archive: Archive, loss: Loss, seals: tuple[str, ...]) -> Reach:
    """What is to be looked at for a loss; `seals` are the numbers of the seals of the key."""
    records = archive.books.certificates.of_profile(SEAL_SIGNER.profile.name)
    begins = min(one.planned_at for one in records if one.key == loss.key)
    others = (
        one.planned_at
        for one in records
        if one.der is not None and one.key != loss.key and one.planned_at > begins
        if load_certificate(one.der).subject.organisation_code == loss.body_code
    )
    boundary = older_entries(archive.log, loss.since)
    ends = None if loss.seal_id else min(others, default=None)
    return Reach(loss.body_code, loss.since, boundary, begins, ends, seals, licences=loss.seal_id is None)


def seals_of_key(archive: Archive, body_code: str, key: bytes) -> tuple[str, ...]:
    """The seals of a body that list a certificate of this key (SM3 of its public half)."""
    return tuple(
        filed.seal.seal_id
        for filed in archive.seals.of_body(body_code)
        if any(key_digest(load_certificate(der).public_key) == key for der in filed.seal.signer_certificates)
    )


def blast_of(archive: Archive, blobs: Blobs, reach: Reach) -> Blast:
    """The counts of everything signed with the key, by kind, type and month."""
    counts: list[Count] = []
    span = archive.extent.span(reach) if reach.licences else None
    for label, begin, end in _months(*span) if span else ():
        for kind, read in ((Kind.LICENCE, archive.extent.licences), (Kind.COPY, archive.extent.copies)):
            counts += [
                Count(kind, one.type_code, label, one.before, one.after, one.none) for one in read(reach, begin, end)
            ]
    return Blast(reach, (*counts, *_documents(archive, blobs, reach)))


def signed_with(archive: Archive, blobs: Blobs, reach: Reach, *, everything: bool = False) -> Iterator[Signed]:
    """What was signed with the key, one by one: what falls with it, or everything."""
    for kind in (Kind.LICENCE, Kind.COPY) if reach.licences else ():
        yield from archive.extent.signed(reach, kind, everything=everything)
    for document in archive.extent.documents(reach):
        proof = _proof_of(archive, blobs, reach, document)
        if everything or proof is not Proof.BEFORE:
            yield Signed(Kind.DOCUMENT, document.subject, document.seal_id, document.planned_at, proof)


def _documents(archive: Archive, blobs: Blobs, reach: Reach) -> Iterator[Count]:
    tallies: dict[tuple[str, str], dict[Proof, int]] = {}
    for document in archive.extent.documents(reach):
        month = document.planned_at.astimezone(CHINA).strftime("%Y-%m")
        tally = tallies.setdefault((document.seal_id, month), dict.fromkeys(Proof, 0))
        tally[_proof_of(archive, blobs, reach, document)] += 1
    for (seal_id, month), tally in sorted(tallies.items()):
        yield Count(Kind.DOCUMENT, seal_id, month, tally[Proof.BEFORE], tally[Proof.AFTER], tally[Proof.NONE])


def _proof_of(archive: Archive, blobs: Blobs, reach: Reach, document: Document) -> Proof:
    if reach.since is not None and document.planned_at < reach.since - NEAR:
        return Proof.BEFORE
    place = archive.log.find(sealed_commitment(blobs.get(document.file)))
    if place is None:
        return Proof.NONE
    return Proof.BEFORE if place < reach.boundary else Proof.AFTER


def _months(first: datetime, last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Each calendar month of China from the first instant to the last: its name, its begin and its end."""
    begin = first.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while begin <= last:
        year, month = divmod(begin.year * MONTHS + begin.month, MONTHS)
        end = begin.replace(year=year, month=month + 1)
        yield begin.strftime("%Y-%m"), begin, end
        begin = end
