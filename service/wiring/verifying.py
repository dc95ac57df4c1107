"""Verifying with this installation's own evidence: files and codes that are handed in, and what was valid when."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property

from service.abreast import left_open
from service.counter import OurLicences
from service.past_standings import PastStandings
from service.trail.doing import note_about
from service.wiring.publishing import Publishing
from trust.errors import Conflict
from trust.formats.bundle import Bundle as EvidenceBundle
from trust.rules.licence import Licence
from trust.rules.periodic_check import CheckTerm, last_check
from trust.rules.standing import Standing
from trust.rules.verdict import Policy
from verifier.evidence import Evidence
from verifier.ports import Online
from verifier.verifying import Examined, verify_file, verify_words


class Verifying(Publishing):
    """An installation that verifies what it is handed."""

    def evidence_bundle(self) -> EvidenceBundle:
        """Everything published, as one bundle; raises EvidenceUnusable before the first publication."""
        return self._published.bundle(self.now())

    def carried_bundle(self) -> EvidenceBundle:
        """The bundle for verifiers without network; raises EvidenceUnusable while an act waits to be published.

        Raises:
            Conflict: `database-behind`, `restore-unfinished`: what the public has seen is not in it.

        """
        self._require_abreast()
        return self._published.carried(self.now())

    def evidence(self) -> Evidence:
        """The published evidence, weighed under this installation's own root; open where more was published."""
        return self.as_far_as_known(self._published.evidence(self.now(), edition=self._edition()))

    def as_far_as_known(self, evidence: Evidence) -> Evidence:
        """Evidence of this database, with what it leaves open while more was published than the database has."""
        trouble = self.abreast.trouble()
        return evidence if trouble is None else replace(evidence, findings=(*evidence.findings, *left_open(trouble)))

    def certain_bundle(self) -> EvidenceBundle:
        """`evidence_bundle`, to be kept for later; raises Conflict as `carried_bundle`."""
        self._require_abreast()
        return self.evidence_bundle()

    def _require_abreast(self) -> None:
        if (trouble := self.abreast.trouble()) is not None:
            raise Conflict(trouble, "more was published than is stored")

    def _edition(self) -> int:
        """How often this process has published; 0 where it never did, without opening the publishing side."""
        return self.publisher.edition if "publisher" in vars(self) else 0

    @property
    def online(self) -> Online:
        """The online ports of the verifier."""
        return Online(self.ports, self.ports, self.ports, self.ports, self.ports)

    def verify_file(
        self, data: bytes, *, policy: Policy | None = None, at: datetime | None = None, audience: str | None = None
    ) -> Examined:
        """Verify a file or a picture that is handed in, with this installation's evidence."""
        at, evidence, online = at or self.now(), self.evidence(), self.online
        return _noted(
            verify_file(
                data,
                evidence,
                now=at,
                online=online,
                policy=policy,
                audience=audience,
                read=self._read,
                look=self._look,
            )
        )

    def verify_words(
        self, words: str, *, policy: Policy | None = None, at: datetime | None = None, audience: str | None = None
    ) -> Examined:
        """Verify the text of a code, or an identifier; raises NotUnderstood."""
        at, evidence, online = at or self.now(), self.evidence(), self.online
        return _noted(verify_words(words, evidence, now=at, online=online, policy=policy, audience=audience))

    @property
    def past_standings(self) -> PastStandings:
        """What was valid when, with evidence."""
        return PastStandings(
            self.archive,
            self.ports,
            read=self._read,
            bundle=self.evidence_bundle,
            anchors=lambda: self.anchors,
            publish=self.publisher.for_evidence,
            now=self.now,
        )

    def check_term(self, licence: Licence, on: datetime) -> CheckTerm | None:
        """Where a licence stood with its periodic checks; None where its type asks for none."""
        listed = self.publisher.trust_list()
        duty = listed.check_duty(licence.identifier.type_code) if listed is not None and licence.copy is None else None
        if duty is None:
            return None
        return duty.term(licence.issued_on, last_check(self.archive.acts.of(str(licence.identifier)), on), on)

    @cached_property
    def licences(self) -> OurLicences:
        """What citing asks of the licences issued here."""
        return OurLicences(self.archive, self.ports, self.evidence, self.online)

    def standing(self, identifier: str, at: datetime) -> Standing:
        """What pages show of a licence's standing; raises SubjectUnknown."""
        return self.licences.standing(identifier, at)


def _noted(examined: Examined) -> Examined:
    """The same; the trail is told whose licence was looked at, where it is one."""
    if examined.licence is not None:
        note_about(identifier=str(examined.licence.identifier))
    return examined
