"""How far the loss of a key, or the end of a seal, reaches 波及范围: what was signed, and what of it is proven older.

The log decides. Its entries are in the order of their instants, so everything older than the loss is below one place,
which is found by halving. A licence and a copy know their place in it; a document is looked up by the commitment to its
file, many at a time, whenever it was planned: planned early and logged late, it does not count by that. Then its time
stamps are asked (`stamped`), which may prove it older, logged or not, as they do for every verifier.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from issuer.ports import Blobs
from service.archive import Archive
from service.blobs import BlobMissing
from service.compromises.stamped import Stamps
from service.lost_keys.order import Loss
from service.lost_keys.signed import Blast, Count, Kind, Proof, Reach, Signed
from service.lost_keys.store.extent import CLOCKS, Document
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_SIGNER
from trust.formats.certificate import load_certificate
from trust.formats.leaf import decode_entry, sealed_commitment
from trust.log.ports import LogStore
from trust.rules.licence import CHINA
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealUnknown

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


def reach_of(archive: Archive, loss: Loss) -> Reach:
    """What is to be looked at for a loss, or for the end of a seal."""
    boundary = older_entries(archive.log, loss.since)
    if not loss.of_key:
        return _reach_of_seal(archive, loss, boundary)
    seals = seals_of_key(archive, loss.key)
    records = archive.books.certificates.of_profile(SEAL_SIGNER.profile.name)
    begins = min(one.planned_at for one in records if one.key == loss.key)
    others = (
        one.planned_at
        for one in records
        if one.der is not None and one.key != loss.key and one.planned_at > begins
        if load_certificate(one.der).subject.organisation_code == loss.body_code
    )
    ends = None if loss.seal_id else min(others, default=None)
    return Reach(loss.body_code, loss.since, boundary, begins, ends, seals, licences=loss.seal_id is None)


def _reach_of_seal(archive: Archive, loss: Loss, boundary: int) -> Reach:
    """What one seal was put to since it was filed; raises SealUnknown."""
    filed = archive.seals.find(loss.seal_id or "")
    if filed is None:
        raise SealUnknown
    licences = filed.kind is SealKind.LICENCE
    numbers = (filed.seal.seal_id,)
    return Reach(filed.body_code, loss.since, boundary, filed.filed_at, None, numbers, licences=licences, used=True)


def seals_of_key(archive: Archive, key: bytes) -> tuple[str, ...]:
    """The seals, of whichever body, that list a certificate of this key (SM3 of its public half)."""
    bodies = sorted({facts.body_code for facts in archive.seals.listed()})
    return tuple(
        filed.seal.seal_id
        for code in bodies
        for filed in archive.seals.of_body(code)
        if any(key_digest(load_certificate(der).public_key) == key for der in filed.seal.signer_certificates)
    )


def blast_of(archive: Archive, blobs: Blobs, stamps: Stamps, reach: Reach) -> Blast:
    """The counts of everything signed with the key, by kind, type, department and month."""
    counts: list[Count] = []
    span = archive.extent.span(reach) if reach.licences else None
    for label, begin, end in _months(*span) if span else ():
        for kind, read in ((Kind.LICENCE, archive.extent.licences), (Kind.COPY, archive.extent.copies)):
            counts += [
                Count(kind, one.type_code, reach.body_code, label, one.before, one.after, one.none)
                for one in read(reach, begin, end)
            ]
    return Blast(reach, (*counts, *_documents(archive, blobs, stamps, reach)))


def signed_with(
    archive: Archive, blobs: Blobs, stamps: Stamps, reach: Reach, *, everything: bool = False
) -> Iterator[Signed]:
    """What was signed with the key, one by one: what falls with it, or everything."""
    for kind in (Kind.LICENCE, Kind.COPY) if reach.licences else ():
        yield from archive.extent.signed(reach, kind, everything=everything)
    for document, proof in _proven(archive, blobs, stamps, reach):
        if everything or proof is not Proof.BEFORE:
            yield Signed(Kind.DOCUMENT, document.subject, document.seal_id, document.planned_at, proof)


def _documents(archive: Archive, blobs: Blobs, stamps: Stamps, reach: Reach) -> Iterator[Count]:
    tallies: dict[tuple[str, str], dict[Proof, int]] = {}
    for document, proof in _proven(archive, blobs, stamps, reach):
        month = document.planned_at.astimezone(CHINA).strftime("%Y-%m")
        tallies.setdefault((document.seal_id, month), dict.fromkeys(Proof, 0))[proof] += 1
    filed = {seal_id: archive.seals.find(seal_id) for seal_id in {seal_id for seal_id, _ in tallies}}
    for (seal_id, month), tally in sorted(tallies.items()):
        body = one.body_code if (one := filed[seal_id]) else reach.body_code
        yield Count(Kind.DOCUMENT, seal_id, body, month, tally[Proof.BEFORE], tally[Proof.AFTER], tally[Proof.NONE])


def _proven(archive: Archive, blobs: Blobs, stamps: Stamps, reach: Reach) -> Iterator[tuple[Document, Proof]]:
    """Every document with what is proven of it: by the log, and where that proves nothing, by its time stamps."""
    for some in archive.extent.documents(reach):
        commitments = _commitments(blobs, some)
        places = archive.log.places(list(commitments.values()))
        for document in some:
            place = places.get(commitments.get(document.subject, b""))
            proof = Proof.NONE if place is None else _side(place, reach)
            if proof is not Proof.BEFORE and document.subject in commitments and _may_be_older(document, reach):
                proof = Proof.BEFORE if stamps.prove_older(blobs.get(document.file or ""), reach) else proof
            yield document, proof


def _may_be_older(document: Document, reach: Reach) -> bool:
    """Whether its time stamp can be older: it is given after the plan, so that few files have to be read."""
    return reach.since is not None and document.planned_at < reach.since + CLOCKS


def _side(place: int, reach: Reach) -> Proof:
    return Proof.BEFORE if place < reach.boundary else Proof.AFTER


def _commitments(blobs: Blobs, some: Sequence[Document]) -> dict[str, bytes]:
    """The commitments to the files of documents; a file that is gone, or never was, has none: nothing is proven."""
    found: dict[str, bytes] = {}
    for document in some:
        if document.file is None:
            continue
        with suppress(BlobMissing):
            found[document.subject] = sealed_commitment(blobs.get(document.file))
    return found


def _months(first: datetime, last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Each calendar month of China from the first instant to the last: its name, its begin and its end."""
    begin = first.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while begin <= last:
        year, month = divmod(begin.year * MONTHS + begin.month, MONTHS)
        end = begin.replace(year=year, month=month + 1)
        yield begin.strftime("%Y-%m"), begin, end
        begin = end
