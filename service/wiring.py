"""The lights go on: one installation, every journey wired to its stores, keys, clock and randomness.

`Yinzheng` is what pages, API and command line call. It decides nothing about law or trust; it hands the instant and the
ports to the journeys below, and publishes after what they changed. `service.opening` makes one from the settings; tests
make one over a database in memory with `MemoryRing` and a clock of their own.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from cases.citation import Citation, CitationRequest
from cases.citing import cite
from cases.http import CasePorts
from issuer.application import Application
from issuer.applying.deciding import require_one
from issuer.issuing import Issued, complete, issue
from issuer.ports import Entry, Office
from keys.sm3 import hmac_sm3
from service.adapters import OnlinePorts
from service.applications import Applications
from service.archive import Archive
from service.batches import Batches
from service.cataloguing import Cataloguing
from service.conversions import Conversions
from service.copying import ConsentsWithCopies, Copying
from service.counter import OurLicences, open_counter
from service.courier import PublicCourier
from service.directory import Directory
from service.errors import published_later
from service.feeding import Feeds
from service.founding import found_city, take_up_authority
from service.identity import Identity
from service.means import Means
from service.office import open_office
from service.photographs import Photographs
from service.presenting import Presenting
from service.preserving import Preserving
from service.published import PublishedEvidence
from service.publisher import Publisher
from service.sealing import Seals
from service.shelf import TemplateShelf
from service.time_stamping import Stamper, own_stamper, stamp_desk
from trust.certification.authority import Authority
from trust.certification.stamping import StampDesk, answer_request
from trust.formats.bundle import Bundle as EvidenceBundle
from trust.formats.certificate import Certificate
from trust.revocation.acting import Order, act
from trust.rules.standing import Act, Standing
from trust.rules.verdict import Policy
from verifier.comparing import Look
from verifier.confinement import Confinement
from verifier.evidence import Evidence
from verifier.pictures.sheets import Drawn
from verifier.ports import Online
from verifier.reading import FileRead, read_sealed
from verifier.verifying import Examined, verify_file, verify_words

Read = Callable[[bytes], FileRead]
Draw = Callable[[bytes], Drawn]


class Yinzheng:
    """One installation at work."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.city, self.now, self.random, self.ring = means.city, means.now, means.random, means.ring
        self.archive = Archive(means.engine, self._index_holder)
        self.directory = Directory(self.archive, means.ring, means.city)
        self.identity = Identity(self.archive.people, means.random)
        self.ports = OnlinePorts(self.archive, means.blobs, means.random)
        self._read: Read = read_sealed
        self._look: Look | None = None
        self.draw: Draw = not_drawn
        """The pages of a document as pictures; none are drawn in this process."""
        self._published = PublishedEvidence(self.archive)

    # --- founding and publishing ---------------------------------------------------------------------------------

    def found(self) -> None:
        """Make what the plan names and is not there yet, then publish; safe to repeat."""
        means = self._means
        found_city(
            self.city,
            self.archive,
            means.ring,
            self.identity,
            base_url=means.base_url,
            at=self.now(),
            random=means.random,
        )
        self.publisher.refresh(self.now())

    @cached_property
    def authority(self) -> Authority:
        """The embedded authority; needs a founded installation."""
        means = self._means
        return take_up_authority(
            self.city,
            self.archive,
            means.ring,
            base_url=means.base_url,
            at=self.now(),
            random=means.random,
        )

    @cached_property
    def publisher(self) -> Publisher:
        """The publishing side; needs a founded installation."""
        means = self._means
        return Publisher(
            self.archive,
            self.directory,
            self.authority,
            self.catalogue,
            base_url=means.base_url,
            now=self.now,
            random=means.random,
            list_size=means.list_size,
        )

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """The pinned root of this installation; empty before it is founded."""
        return self._published.anchors

    # --- the catalogue ---------------------------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Cataloguing:
        """Types, their templates, and mandates."""
        means = self._means
        return Cataloguing(
            self.archive,
            self.directory,
            self.city,
            TemplateShelf(means.blobs, means.templates),
            publisher=lambda: self.publisher,
            now=self.now,
            random=self.random,
        )

    # --- issuing ---------------------------------------------------------------------------------------------------

    @cached_property
    def office(self) -> Office:
        """Everything an issue needs."""
        return open_office(self._means, self.archive, self.directory, self.catalogue)

    def issue(self, application: Application, *, key: str, by: str) -> Issued:
        """Issue a licence and make it provable; raises as `issuer.issuing.issue`.

        Raises:
            NeedsApproval: this type is issued on an application that a second person has approved.
            NotYetPublished: it is issued, and its proof is not public yet; the same key takes it up again.

        """
        if self.archive.register.by_key(key) is None:  # what was begun is completed, whatever is in force now
            require_one(self.office.bundle(application.type_code))
        self.publisher.ready()
        issued = issue(self.office, application, key=key, by=by, at=self.now())
        with published_later(str(issued.entry.licence.identifier)):
            self.publisher.after_issue(issued.entry.licence.status.list, self.now())
        return issued

    @cached_property
    def photographs(self) -> Photographs:
        """Photographs that are handed in before the licences that name them."""
        return Photographs(self._means.blobs)

    @cached_property
    def applications(self) -> Applications:
        """Applications, their approval, and licences that follow others."""
        return Applications(self.archive, lambda: self.office, lambda: self.publisher, self.now, self.random)

    @cached_property
    def conversions(self) -> Conversions:
        """Conversion of stock; scans are shown by whatever draws at that moment."""
        return Conversions(
            self.archive,
            self._means.blobs,
            lambda: self.office,
            lambda: self.publisher,
            self._draw_now,
            self.now,
        )

    @cached_property
    def batches(self) -> Batches:
        """Batches of applications in one table."""
        return Batches(self.archive, lambda: self.office, lambda: self.publisher, self.now)

    @cached_property
    def feeds(self) -> Feeds:
        """What department systems are told."""
        means = self._means
        courier = PublicCourier(loopback=means.webhook_loopback)
        return Feeds(self.archive, means.index_key, courier, self.now, self.random, loopback=means.webhook_loopback)

    def files_of(self, entry: Entry) -> Issued:
        """The files of a released licence."""
        return complete(self.office, entry, at=self.now())

    @cached_property
    def copies(self) -> Copying:
        """Annotated copies."""
        return Copying(self.archive, lambda: self.office, lambda: self.publisher, self.now, self.random)

    @cached_property
    def presenting(self) -> Presenting:
        """Codes that holders show, and their redemption."""
        return Presenting(
            self.archive,
            self.directory,
            self.verify_words,
            self.catalogue.type_of,
            self.now,
            self.random,
            self._means.base_url,
        )

    # --- acts ------------------------------------------------------------------------------------------------------

    def act(self, order: Order, *, key: str) -> Act:
        """Record an act and publish the list that shows it; raises as `trust.revocation.acting.act`.

        Raises:
            NotYetPublished: it is recorded and in force, and the list does not show it yet.

        """
        self.publisher.ready()
        done = act(self.archive.acts, self.archive.log, order, key=key, at=self.now(), random=self.random)
        with published_later(done.subject):
            self.publisher.after_act(self.now())
        return done

    # --- seals -----------------------------------------------------------------------------------------------------

    @cached_property
    def seals(self) -> Seals:
        """The seal register and sealing."""
        return Seals(
            self.archive,
            self.directory,
            self._means.ring,
            self.city,
            self._means.blobs,
            publisher=lambda: self.publisher,
            authority=lambda: self.authority,
            now=self.now,
            random=self.random,
            stamp=self.stamper,
        )

    # --- time ------------------------------------------------------------------------------------------------------

    @property
    def stamp_desk(self) -> StampDesk:
        """Our own time-stamp authority, under its newest certificate."""
        return stamp_desk(self.archive, self.directory, self._means.clock_health, self.random)

    @property
    def stamper(self) -> Stamper | None:
        """Whose time stamps go into sealed documents."""
        chosen = self._means.stamper
        return own_stamper(lambda: self.stamp_desk, self.now, self.random) if chosen == "own" else chosen

    def answer_stamp_request(self, octets: bytes) -> bytes:
        """The answer to a request for a time stamp; raises as `trust.certification.stamping.answer_request`."""
        return answer_request(self.stamp_desk, octets, self.now())

    @property
    def preserving(self) -> Preserving:
        """Archive records and long-term validation data, with what this installation has published."""
        return Preserving(self.evidence_bundle, lambda: self.anchors, self.online, self.stamper, self.now)

    # --- verifying -------------------------------------------------------------------------------------------------

    def confine(self, readers: Confinement) -> None:
        """From now on read files that are handed in, and draw them, in the process that `readers` has for it."""
        self._read, self._look, self.draw = readers.read, readers.look, readers.draw
        self.seals.confine(readers)

    def evidence_bundle(self) -> EvidenceBundle:
        """Everything published, as one bundle; raises EvidenceUnusable before the first publication."""
        return self._published.bundle(self.now())

    def carried_bundle(self) -> EvidenceBundle:
        """The bundle for verifiers without network; raises EvidenceUnusable while an act waits to be published."""
        return self._published.carried(self.now())

    def evidence(self) -> Evidence:
        """The published evidence, weighed under this installation's own root."""
        return self._published.evidence(self.now(), edition=self._edition())

    def _edition(self) -> int:
        """How often this process has published; 0 where it never did, without opening the publishing side."""
        return self.publisher.edition if "publisher" in vars(self) else 0

    @property
    def online(self) -> Online:
        """The online ports of the verifier."""
        return Online(self.ports, self.ports, self.ports, self.ports)

    def verify_file(
        self, data: bytes, *, policy: Policy | None = None, at: datetime | None = None, audience: str | None = None
    ) -> Examined:
        """Verify a file or a picture that is handed in, with this installation's evidence."""
        at, evidence, online = at or self.now(), self.evidence(), self.online
        return verify_file(
            data,
            evidence,
            now=at,
            online=online,
            policy=policy,
            audience=audience,
            read=self._read,
            look=self._look,
        )

    def verify_words(
        self, words: str, *, policy: Policy | None = None, at: datetime | None = None, audience: str | None = None
    ) -> Examined:
        """Verify the text of a code, or an identifier; raises NotUnderstood."""
        at, evidence, online = at or self.now(), self.evidence(), self.online
        return verify_words(words, evidence, now=at, online=online, policy=policy, audience=audience)

    # --- citing ----------------------------------------------------------------------------------------------------

    @cached_property
    def licences(self) -> OurLicences:
        """What citing asks of the licences issued here."""
        return OurLicences(self.archive, self.ports, self.evidence, self.online)

    @cached_property
    def cases(self) -> CasePorts:
        """Everything citing needs."""
        consents = ConsentsWithCopies(self.archive, lambda: self.copies)
        return open_counter(self._means, self.archive, self.directory, self.licences, consents)

    def cite(self, request: CitationRequest, *, key: str) -> Citation:
        """Cite a licence in a case; raises as `cases.citing.cite`."""
        return cite(self.cases.citing, request, key=key, at=self.now(), number_random=self.random)

    def standing(self, identifier: str, at: datetime) -> Standing:
        """What pages show of a licence's standing; raises SubjectUnknown."""
        return self.licences.standing(identifier, at)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _draw_now(self, data: bytes) -> Drawn:
        """Draw with whatever draws at this moment."""
        return self.draw(data)

    def _index_holder(self, code_type: str, code: str) -> bytes:
        return hmac_sm3(self._means.index_key(), f"{code_type}:{code}".encode())


def not_drawn(data: bytes) -> Drawn:  # noqa: ARG001  (it takes what drawing takes)
    """No picture of anything."""
    return Drawn()
