"""The lights go on: one installation, every journey wired to its stores, keys, clock and randomness.

`Yinzheng` is what pages, API and command line call. It decides nothing about law or trust; it hands the instant and the
ports to the journeys below, and publishes after what they changed. `service.opening` makes one from the settings; tests
make one over a database in memory with `MemoryRing` and a clock of their own.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from sqlalchemy.exc import DBAPIError

from cases.citation import Citation, CitationRequest
from cases.citing import cite
from cases.http import CasePorts
from issuer.application import Application
from issuer.applying.deciding import require_one
from issuer.issuing import Issued, complete, issue
from issuer.ports import Entry, Office
from keys.errors import KeysError
from keys.sm3 import hmac_sm3
from service.adapters import OnlinePorts
from service.applications import Applications
from service.archive import Archive
from service.batches import Batches
from service.cataloguing import Cataloguing
from service.compromises.remaking import Remaking
from service.compromises.renewing import renew_key
from service.compromises.reporting import Reports
from service.compromises.working import Tools
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
from service.originals import Originals
from service.past_standings import PastStandings
from service.photographs import Photographs
from service.presenting import Presenting
from service.preserving import Preserving
from service.public_lists import PublicEditions, PublicLists, public_revocation_lists, public_trust_lists
from service.published import PublishedEvidence
from service.publisher import Publisher
from service.restoring.taking_up import Desk as RestoreDesk
from service.restoring.taking_up import take_up
from service.sealing import Seals
from service.shelf import TemplateShelf
from service.time_stamping import Stamper, own_stamper, stamp_desk
from service.trail.doing import note_about, note_holder, note_reason
from service.trail.keeping import Keeping
from service.warranting import Warranting
from trust.certification.authority import Authority
from trust.certification.responding import Reply, Responder, respond, trouble
from trust.certification.stamping import StampDesk, answer_request
from trust.errors import Conflict
from trust.formats.bundle import Bundle as EvidenceBundle
from trust.formats.certificate import Certificate
from trust.formats.log_proof import encode_log_proof
from trust.formats.ocsp import Trouble
from trust.formats.verifier_key import VerifierKey
from trust.log.cosigning import take_cosignatures
from trust.log.proving import prove
from trust.revocation.acting import Order, act
from trust.revocation.reading import published_since
from trust.rules.licence import Licence
from trust.rules.periodic_check import CheckTerm, last_check
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
        self.archive = Archive(means.engine, self._looked_for)
        self.directory = Directory(self.archive, means.ring, means.city)
        self.trail = Keeping(
            means.engine, self.archive.log, index_holder=self._index_holder, now=means.now, random=means.random
        )
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
            folder=means.public,
            commit_trail=self.trail.commit,
        )

    def take_up_published(self, by: str, approved_by: str) -> dict[str, object]:
        """After a restore: take up what the public has seen, begin an epoch, publish; the report.

        Raises:
            Conflict, LogDamaged, Untrusted: as `service.restoring.taking_up.take_up`; `public-copy-missing` also where
                this installation has no public folder.

        """
        means, archive = self._means, self.archive
        if means.public is None:
            raise Conflict("public-copy-missing", "this installation has no public folder")
        epoch = archive.epochs.begin(self.now(), by, approved_by, archive.log.size())
        desk = RestoreDesk(archive, means.public, self.publisher.origin, means.list_size)
        report = take_up(desk, epoch, self.now())
        self.publisher.refresh(self.now())
        return report

    @property
    def public_lists(self) -> PublicLists:
        """The status lists as the public has them."""
        return PublicLists(self._means.public, self.archive)

    @property
    def public_crls(self) -> PublicEditions:
        """The revocation lists as the public has them."""
        return public_revocation_lists(self._means.public, self.archive)

    @property
    def public_trust_lists(self) -> PublicEditions:
        """The trust list as the public has it."""
        return public_trust_lists(self._means.public, self.archive)

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
        note_about(identifier=str(issued.entry.licence.identifier), type_code=application.type_code)
        with published_later(str(issued.entry.licence.identifier)):
            self.publisher.after_issue(issued.entry.licence.status.list, self.now())
        return issued

    @cached_property
    def photographs(self) -> Photographs:
        """Photographs that are handed in before the licences that name them."""
        return Photographs(self._means.blobs)

    @cached_property
    def originals(self) -> Originals:
        """Files of licences of other libraries, handed in before the applications that follow them."""
        return Originals(self._means.blobs, self.verify_file)

    @cached_property
    def applications(self) -> Applications:
        """Applications, their approval, and licences that follow others."""
        return Applications(
            self.archive, lambda: self.office, lambda: self.publisher, self.now, self.random, self.originals.find
        )

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
            self._name_of_body,
        )

    def _name_of_body(self, code: str) -> str:
        """The name of a department of this installation; nothing for a code that is none."""
        bodies = (*(one.body for one in self.city.bodies), self.city.operator)
        return next((body.name for body in bodies if body.code == code), "")

    # --- acts ------------------------------------------------------------------------------------------------------

    def act(self, order: Order, *, key: str) -> Act:
        """Record an act and publish the list that shows it; raises as `trust.revocation.acting.act`.

        Raises:
            NeedsSecond: one person may not take it alone; it is ordered and approved (`warrants`).
            NotYetPublished: it is recorded and in force, and the list does not show it yet.

        """
        note_about(identifier=order.subject, act=order.kind.value)
        note_reason(order.ground)
        if self.archive.acts.by_key(key) is None:  # what was recorded stays what it was, whatever is asked for now
            self.warrants.require_alone(order, self.now())
        self.publisher.ready()
        done = act(self.archive.acts, self.archive.log, order, key=key, at=self.now(), random=self.random)
        with published_later(done.subject):
            self.publisher.after_act(self.now())
        return done

    @property
    def past_standings(self) -> PastStandings:
        """What was valid when, with evidence."""
        return PastStandings(
            self.archive,
            self.ports,
            read=self._read,
            bundle=self.evidence_bundle,
            anchors=lambda: self.anchors,
            now=self.now,
        )

    def check_term(self, licence: Licence, on: datetime) -> CheckTerm | None:
        """Where a licence stood with its periodic checks; None where its type asks for none."""
        listed = self.publisher.trust_list()
        duty = listed.check_duty(licence.identifier.type_code) if listed is not None and licence.copy is None else None
        if duty is None:
            return None
        return duty.term(licence.issued_on, last_check(self.archive.acts.of(str(licence.identifier)), on), on)

    def published_since(self, identifier: str) -> dict[int, datetime]:
        """When each act on a licence was made public, by its sequence; those that no list shows yet are not there."""
        archive = self.archive
        pointer = archive.slots.of([identifier]).get(identifier)
        if pointer is None:
            return {}
        return published_since(archive.acts.recorded_of(identifier), archive.publications, pointer.list)

    @cached_property
    def warrants(self) -> Warranting:
        """Acts that two people stand behind."""
        return Warranting(self.archive, self.catalogue, lambda: self.publisher, self.now, self.random)

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

    # --- keys that were lost ----------------------------------------------------------------------------------------

    @cached_property
    def compromises(self) -> Reports:
        """Keys reported lost, and the work that follows."""
        publisher = lambda: self.publisher  # noqa: E731  (asked for late, as everywhere here)
        tools = Tools(self.archive, self.ring, self._means.blobs, publisher, self.now, self.random)
        return Reports(tools, self.city, self.directory, self.seals)

    @cached_property
    def remaking(self) -> Remaking:
        """What has to be made again after a loss."""
        return Remaking(self.archive, lambda: self.applications, lambda: self.office, self.now)

    def renew_key(self, body: str) -> tuple[str, Certificate]:
        """A new key and certificate for a body whose key was put away; raises as `service.compromises.renewing`."""
        return renew_key(
            self.city,
            self.directory,
            self.ring,
            self.authority,
            self.publisher,
            body,
            at=self.now(),
            random=self.random,
        )

    # --- time ------------------------------------------------------------------------------------------------------

    @property
    def stamp_desk(self) -> StampDesk:
        """Our own time-stamp authority, under its newest certificate."""
        return stamp_desk(self.archive, self.directory, self._means.clock_health, self.random)

    def answer_ocsp(self, octets: bytes) -> Reply:
        """The answer to an OCSP request; that there is none now where the register cannot be asked."""
        try:
            signer, certificate = self.directory.service("ocsp")
            issuing = self.authority.issuing
            responder = Responder(issuing.name, issuing.certificate, signer, certificate, self.archive.books)
            return respond(responder, octets, self.now())
        except (DBAPIError, KeysError, Conflict):
            return trouble(Trouble.TRY_LATER)

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

    # --- the log and its witnesses -----------------------------------------------------------------------------------

    @property
    def log_key(self) -> VerifierKey:
        """The log's name and key, as witnesses and verifiers need them; needs a founded installation."""
        return VerifierKey(self.publisher.origin, self.directory.service("log")[0].public)

    def log_proof(self, wanted: bytes) -> bytes:
        """The file that proves the entry with this commitment to whoever cannot ask; raises NotLogged."""
        return encode_log_proof(prove(self.archive.log, wanted))

    def take_cosignatures(self, note: bytes) -> list[str]:
        """Keep the cosignatures of admitted witnesses under a note; raises as `trust.log.cosigning`."""
        return take_cosignatures(self.archive.log, self.archive.witnesses, note, self.now())

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
        return Online(self.ports, self.ports, self.ports, self.ports, self.ports)

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

    def _looked_for(self, code_type: str, code: str) -> bytes:
        """The index of a holder whose licences are looked for or stored; the trail is told."""
        holder = self._index_holder(code_type, code)
        note_holder(holder)
        return holder

    def _index_holder(self, code_type: str, code: str) -> bytes:
        return hmac_sm3(self._means.index_key(), f"{code_type}:{code}".encode())


def not_drawn(data: bytes) -> Drawn:  # noqa: ARG001  (it takes what drawing takes)
    """No picture of anything."""
    return Drawn()
