"""What this installation has published, as a verifier takes it: one bundle, and its parts weighed.

The weighed evidence is used again for a moment, because weighing checks every signature in it. Nothing here signs.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.archive import Archive
from trust.certification.trust_listing import NAME as TRUST_LIST
from trust.formats.bundle import Bundle, earliest
from trust.formats.certificate import Certificate, load_certificate
from trust.revocation.publishing import behind
from verifier.errors import EvidenceUnusable
from verifier.evidence import Evidence, weigh

EVIDENCE_KEPT, LOOK_EVERY = timedelta(seconds=30), timedelta(seconds=1)
"""How long weighed evidence is used again while no part of it changes, and how often it is looked whether one did.

What this process publishes is seen at once; what another process published, within a second.
"""


@dataclass(frozen=True)
class Weighed:
    """Evidence with the parts it was weighed from, and when it was last looked whether they have changed."""

    parts: tuple[object, ...]
    edition: int
    weighed_at: datetime
    looked_at: datetime
    evidence: Evidence


class PublishedEvidence:
    """The published side of one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._weighed: Weighed | None = None

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """The root of the embedded authority; empty before it is founded."""
        records = self._archive.books.certificates.of_profile("root-ca")
        return tuple(load_certificate(record.der) for record in records if record.der is not None)

    def carried(self, at: datetime) -> Bundle:
        """Everything published, as one bundle for verifiers without network; it hides no act that is recorded.

        Raises:
            EvidenceUnusable: `not-published` yet; `acts-unpublished`, an act waits for its publication.

        """
        made = self.bundle(at)
        for shard in self._archive.slots.lists():
            last = self._archive.publications.current(shard)
            if last is None or behind(self._archive.acts, last, at):
                raise EvidenceUnusable("acts-unpublished", f"list {shard}")
        return made

    def bundle(self, at: datetime) -> Bundle:
        """Everything published, as one bundle.

        Raises:
            EvidenceUnusable: nothing has been published yet.

        """
        archive = self._archive
        listed, note = archive.trust_lists.current(TRUST_LIST), archive.log.latest()
        crls = [one for name in ("root", "issuing") if (one := archive.books.editions.current(name))]
        lists = [found for shard in archive.publications.lists() if (found := archive.publications.current(shard))]
        if listed is None or note is None:
            raise EvidenceUnusable("not-published", "this installation")
        records = (
            record
            for profile in ("issuing-ca", "trust-list")
            for record in archive.books.certificates.of_profile(profile)
        )
        return Bundle(
            made_at=at.replace(microsecond=0),
            expires_at=earliest(
                [listed.next_update, *(one.next_update for one in crls), *(one.next_update for one in lists)],
            ),
            trust_list=listed.octets,
            certificates=tuple(record.der for record in records if record.der is not None),
            crls=tuple(one.octets for one in crls),
            status_lists=tuple(found.octets for found in lists),
            checkpoint=note,
        )

    def evidence(self, at: datetime, *, edition: int) -> Evidence:
        """The published evidence, weighed, and the log's witnesses; used again for a moment while nothing changed."""
        kept = self._weighed
        if kept and kept.edition == edition and timedelta(0) <= at - kept.looked_at < LOOK_EVERY:
            return kept.evidence
        bundle, admitted = self.bundle(at), tuple(self._archive.witnesses.admitted())
        parts = (bundle.trust_list, bundle.certificates, bundle.crls, bundle.status_lists, bundle.checkpoint, admitted)
        if kept and kept.parts == parts and timedelta(0) <= at - kept.weighed_at < EVIDENCE_KEPT:
            self._weighed = replace(kept, edition=edition, looked_at=at)
        else:
            weighed = replace(weigh(bundle, self.anchors, at), cosigners=admitted)
            self._weighed = Weighed(parts, edition, at, at, weighed)
        return self._weighed.evidence
