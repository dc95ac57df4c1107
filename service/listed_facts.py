"""What the trust list says of this installation: its signers' certificates, and every seal on file with its history.

Gathered from the registers each time a trust list may be due. A seal that the public knows and that a restore has lost
stays listed as it was, and what was told of one whose acts it lost goes on counting (`trust.rules.carried_seal`). What
was listed of a seal otherwise never changes, and a history that changes without an act recorded since is refused:
nothing that was said is taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from service.archive import Archive
from service.seal_standings import restores_of, told_by
from trust.certification.profiles import END_ENTITIES
from trust.errors import Conflict
from trust.formats.certificate import load_certificate
from trust.formats.trust_list import ListedCertificate, TrustList
from trust.rules.carried_seal import history_after, is_taken_back
from trust.rules.seal_standing import ListedSeal, history_of, subject_of
from trust.rules.standing import Act, history
from trust.sealing.ports import FiledFacts


def certificates_listed(archive: Archive, at: datetime) -> tuple[ListedCertificate, ...]:
    """Every certificate of a signer that has begun, in the order of issue.

    One that has ended stays: what it sealed in its time is still verified.
    """
    listed = []
    for kind in END_ENTITIES:
        for record in archive.books.certificates.of_profile(kind.profile.name):
            if record.der is None:
                continue  # planned and never completed
            certificate = load_certificate(record.der)
            if certificate.not_before <= at:
                code = certificate.subject.organisation_code
                listed.append(ListedCertificate(kind.profile.purposes[0], code, record.der))
    return tuple(listed)


def seals_listed(archive: Archive, told: Iterable[TrustList]) -> tuple[ListedSeal, ...]:
    """Every seal on file, by number, with its history; those without an entry come later.

    `told` are the lists that this one has to follow on, the newest last: the last one here, and what the public sees.

    Raises:
        Conflict: `history-taken-back`, of a seal they say what its acts do not explain, nor any restore.

    """
    filed = archive.seals.listed()
    subjects = [subject_of(one.seal_id) for one in filed]
    restores, acts = restores_of(archive, archive.epochs.settled()), archive.acts.of_many(subjects)
    own = {one.seal_id: one for one in _own_seals(archive, filed, subjects, acts)}
    known = dict(own)
    for last in told:
        said = told_by(last)
        for one in last.seals or ():
            before, done = restores(one.seal_id), acts.get(subject_of(one.seal_id), ())
            if one.seal_id in own:
                if is_taken_back(said[one.seal_id], done, before):
                    raise Conflict("history-taken-back", one.seal_id)
                known[one.seal_id] = replace(one, history=history_after(done, before))
            elif before:
                known[one.seal_id] = one  # a restore has lost it
    return tuple(known[number] for number in sorted(known))


def _own_seals(
    archive: Archive, filed: Sequence[FiledFacts], subjects: Sequence[str], acts: Mapping[str, Sequence[Act]]
) -> tuple[ListedSeal, ...]:
    """The seals on file here, by number, as their acts tell."""
    slots = archive.slots.of(subjects)
    return tuple(
        ListedSeal(
            seal_id=one.seal_id,
            kind=one.kind,
            body_code=one.body_code,
            digest=one.digest,
            filed_at=one.filed_at,
            pointer=slots[subject],
            history=history_of(history(acts.get(subject, ()))),
        )
        for one, subject in zip(filed, subjects, strict=True)
        if subject in slots
    )
