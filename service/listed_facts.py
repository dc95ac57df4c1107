"""What the trust list says of this installation: its signers' certificates, and every seal on file with its history.

Gathered from the registers each time a trust list may be due. A seal that the public knows and that a restore has lost
stays listed as it was, and what was told of one whose acts it lost goes on counting (`trust.rules.carried_seal`):
nothing that was said is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from service.archive import Archive
from trust.certification.profiles import END_ENTITIES
from trust.formats.certificate import load_certificate
from trust.formats.trust_list import ListedCertificate, TrustList
from trust.rules.carried_seal import history_after
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


def seals_listed(archive: Archive, last: TrustList | None) -> tuple[ListedSeal, ...]:
    """Every seal on file, by number, with its history as far as acts tell it; those without an entry come later."""
    filed = archive.seals.listed()
    subjects = [subject_of(one.seal_id) for one in filed]
    acts, restored_at = archive.acts.of_many(subjects), archive.epochs.restored_at()
    own = _own_seals(archive, filed, subjects, acts)
    if last is None or restored_at is None:
        return own
    known = {one.seal_id: one for one in own}
    for told in last.seals or ():
        now, done = known.get(told.seal_id), acts.get(subject_of(told.seal_id), ())
        told_on = told if now is None else replace(now, history=history_after(done, told.history, restored_at))
        known[told.seal_id] = told_on
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
