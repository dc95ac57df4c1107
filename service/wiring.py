"""The lights go on: one installation, every journey wired to its stores, keys, clock and randomness.

`Yinzheng` is what pages, API and command line call. It decides nothing about law or trust; it hands the instant and the
ports to the journeys below, and publishes after what they changed. Tests make one over a database in memory with
`MemoryRing` and a clock of their own.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from cases.citation import Citation, CitationRequest
from cases.citing import cite
from cases.http import CasePorts
from cases.ports import Checked, CitingPorts
from cases.requirement import Matter, load_matters
from cases.showing import ShowingPorts
from issuer.application import Application
from issuer.errors import UnknownType
from issuer.issuing import Issued, complete, issue
from issuer.ports import Blobs, Entry, Office
from keys.custody import Custody
from keys.secret_file import open_secret
from keys.sm3 import hmac_sm3
from service import clock
from service.adapters import LogBook, OnlinePorts
from service.archive import Archive
from service.blobs import FolderBlobs
from service.city import City, read_city
from service.cryptography import take_up_cryptography
from service.database import migrate, open_engine
from service.directory import Directory
from service.errors import published_later
from service.founding import found_city, take_up_authority
from service.identity import Identity
from service.keyring import KeyRing
from service.pens import Pens
from service.preserving import Preserving
from service.problems import Usage
from service.published import PublishedEvidence
from service.publisher import Publisher
from service.sealing import Seals
from service.settings import NO_TSA, OWN_TSA, PROJECT, Settings
from service.time_stamping import OutsideAuthority, Stamper, TrustedClock, WatchedClock, own_stamper, stamp_desk
from templates.errors import TemplateError
from templates.library import Bundle, bundle_for
from trust.certification.authority import Authority
from trust.certification.ports import ClockHealth
from trust.certification.stamping import StampDesk, answer_request
from trust.errors import Malformed
from trust.formats.bundle import Bundle as EvidenceBundle
from trust.formats.certificate import Certificate, load_certificate, load_pem
from trust.formats.status_list import SIZE
from trust.revocation.acting import Order, act
from trust.revocation.allotting import allot
from trust.revocation.errors import SubjectUnknown
from trust.revocation.reading import read_standing
from trust.rules.mandate import Mandate
from trust.rules.standing import Act, Standing
from trust.rules.verdict import Policy
from verifier.confinement import Confinement
from verifier.evidence import Evidence
from verifier.pictures.sheets import Drawn
from verifier.ports import Online
from verifier.reading import FileRead, read_sealed
from verifier.verifying import Examined, verify_file, verify_words

Read = Callable[[bytes], FileRead]
Draw = Callable[[bytes], Drawn]

DEMO_CITY = PROJECT / "deploy" / "demo" / "city.toml"
DEMO_MARK = "DEMO"
"""A file of this name marks a data folder whose keys and people are the demo's."""

PLAN, MATTERS = "city.toml", "matters.toml"
"""Files of an installation of its own: its bodies and people, and what their matters require."""
DEMO_MATTERS = PROJECT / "deploy" / "demo" / MATTERS


@dataclass(frozen=True)
class Means:
    """What an installation is made of; production and tests differ here and nowhere else.

    `index_key` opens the secret that keys the index of holders; it is asked for only where that index is used.
    `stamper` gives the time stamps of sealed documents, None for none; `clock_health` watches `now`.
    """

    engine: Engine
    ring: KeyRing
    blobs: Blobs
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    index_key: Callable[[], bytes]
    city: City
    base_url: str
    matters: tuple[Matter, ...] = ()
    list_size: int = SIZE
    stamper: Stamper | Literal["own"] | None = "own"
    clock_health: ClockHealth = field(default_factory=TrustedClock)


class Yinzheng:
    """One installation at work."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.city, self.now, self.random, self.ring = means.city, means.now, means.random, means.ring
        self.archive = Archive(means.engine, self._index_holder)
        self.directory = Directory(self.archive, means.ring, means.city)
        self.identity = Identity(self.archive.people, means.random)
        self.ports = OnlinePorts(self.archive, means.blobs)
        self._read: Read = read_sealed
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
            self.city,
            base_url=means.base_url,
            random=means.random,
            list_size=means.list_size,
        )

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """The pinned root of this installation; empty before it is founded."""
        return self._published.anchors

    # --- issuing ---------------------------------------------------------------------------------------------------

    @cached_property
    def office(self) -> Office:
        """Everything an issue needs."""
        return Office(
            register=self.archive.register,
            blobs=self._means.blobs,
            log=LogBook(self.archive),
            uses=self.archive.seals,
            pen=Pens(self.archive, self.directory, self.city).pen,
            bundle=_bundle,
            mandates=self._mandates,
            allot=lambda subject, _at: allot(
                self.archive.slots,
                subject,
                random=self.random,
                size=self._means.list_size,
            ),
            random=self.random,
            host_url=self._means.base_url,
        )

    def issue(self, application: Application, *, key: str, by: str) -> Issued:
        """Issue a licence and make it provable; raises as `issuer.issuing.issue`.

        Raises:
            NotYetPublished: it is issued, and its proof is not public yet; the same key takes it up again.

        """
        self.publisher.ready()
        issued = issue(self.office, application, key=key, by=by, at=self.now())
        with published_later(str(issued.entry.licence.identifier)):
            self.publisher.after_issue(issued.entry.licence.status.list, self.now())
        return issued

    def files_of(self, entry: Entry) -> Issued:
        """The files of a released licence."""
        return complete(self.office, entry, at=self.now())

    def _mandates(self, _at: datetime) -> Sequence[Mandate]:
        listed = self.publisher.trust_list()
        return listed.mandates if listed else ()

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
        self._read, self.draw = readers.read, readers.draw
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
        return Online(self.ports, self.ports, self.ports)

    def verify_file(self, data: bytes, *, policy: Policy | None = None, at: datetime | None = None) -> Examined:
        """Verify a file or a picture that is handed in, with this installation's evidence."""
        at = at or self.now()
        return verify_file(data, self.evidence(), now=at, online=self.online, policy=policy, read=self._read)

    def verify_words(self, words: str, *, policy: Policy | None = None, at: datetime | None = None) -> Examined:
        """Verify the text of a code, or an identifier; raises NotUnderstood."""
        return verify_words(words, self.evidence(), now=at or self.now(), online=self.online, policy=policy)

    # --- citing ----------------------------------------------------------------------------------------------------

    @cached_property
    def cases(self) -> CasePorts:
        """Everything citing needs."""
        signer, _ = self.directory.service("receipt")
        citing = CitingPorts(
            matters=self._means.matters,
            holdings=self,
            checks=self,
            store=self.archive.citations,
            pen=signer,
            index_key=self._means.index_key(),
        )
        showing = ShowingPorts(index=self.archive.citations, checks=self, consents=self.archive.citations)
        return CasePorts(citing, showing, self)

    def cite(self, request: CitationRequest, *, key: str) -> Citation:
        """Cite a licence in a case; raises as `cases.citing.cite`."""
        return cite(self.cases.citing, request, key=key, at=self.now(), number_random=self.random)

    def held(self, code_type: str, code: str, type_codes: Sequence[str]) -> Sequence[str]:
        """`cases.ports.Holdings`."""
        return [str(entry.licence.identifier) for entry in self.archive.register.held(code_type, code, type_codes)]

    def check(self, identifier: str, at: datetime) -> Checked | None:
        """`cases.ports.Checks`: the sequence is read before the evidence, so a later act is always noticed.

        Of an act that is recorded and not yet published, the verifier hears from the register.
        """
        try:
            acts = self.archive.acts.of(identifier)
        except SubjectUnknown:
            return None
        file = self.ports.stored(identifier)
        if file is None:
            return None
        examined = verify_file(file, self.evidence(), now=at, online=self.online)  # our own file: read here
        if examined.licence is None or examined.digest is None:
            return None
        pointer = examined.licence.status
        found = self.evidence().status_lists.get(pointer.list)
        return Checked(
            verdict=examined.verdict,
            licence=examined.licence,
            file_digest=examined.digest,
            standing_sequence=acts[-1].sequence if acts else 0,
            status_list_number=found.number if found else None,
        )

    def standing(self, identifier: str, at: datetime) -> Standing:
        """`cases.ports.Standings`, and what pages show; raises SubjectUnknown."""
        return read_standing(self.archive.acts, identifier, at)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _index_holder(self, code_type: str, code: str) -> bytes:
        return hmac_sm3(self._means.index_key(), f"{code_type}:{code}".encode())


def not_drawn(data: bytes) -> Drawn:  # noqa: ARG001  (it takes what drawing takes)
    """No picture of anything."""
    return Drawn()


def _bundle(type_code: str) -> Bundle:
    try:
        return bundle_for(type_code)
    except TemplateError as error:
        raise UnknownType(type_code) from error


def open_installation(settings: Settings, *, city: City | None = None) -> Yinzheng:
    """The installation of the settings: database, keys, files and clock of this machine.

    Raises:
        SelfTestFailed: the cryptography of this machine answers wrongly; where it only cannot sign, that is no error.
        Usage: a setting, the data folder or the plan in it does not do; production finds a demo's data, or no plan of
            its own.

    """
    take_up_cryptography(settings.libcrypto)
    if settings.production:
        _require_no_demo(settings.data)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable_folder(settings.data, error) from error
    engine = open_engine(settings.database_url)
    migrate(engine)
    passphrase, secret_file = settings.secret, settings.data / "keys" / "index.secret"
    return Yinzheng(
        Means(
            engine=engine,
            ring=Custody(
                settings.data / "keys",
                passphrase,
                production=settings.production,
                rounds=settings.key_rounds,
            ),
            blobs=FolderBlobs(settings.data / "blobs"),
            now=clock.now,
            random=secrets.token_bytes,
            index_key=cache(partial(open_secret, secret_file, passphrase, rounds=settings.key_rounds)),
            city=city or read_city(_plan_file(settings.data)),
            matters=matters_of(settings.data),
            base_url=settings.public_url,
            stamper=_stamper(settings),
            clock_health=WatchedClock(clock.now, clock.steady, settings.mark_of_clock),
        ),
    )


def _stamper(settings: Settings) -> Stamper | Literal["own"] | None:
    """Whose time stamps the settings name.

    Raises:
        Usage: an address without a certificate, or a certificate that cannot be read.

    """
    if settings.tsa == OWN_TSA:
        return "own"
    if settings.tsa == NO_TSA:
        return None
    try:
        octets = settings.tsa_certificate.read_bytes() if settings.tsa_certificate else b""
        pinned = load_pem(octets)[0] if octets.startswith(b"-----BEGIN") else load_certificate(octets)
    except (OSError, Malformed) as error:
        raise Usage(
            "tsa-certificate",
            "使用外部时间戳服务须用 YINZHENG_TSA_CERTIFICATE 指定其国密证书（PEM 或 DER）。",
            "an authority outside needs its SM2 certificate in YINZHENG_TSA_CERTIFICATE.",
        ) from error
    return OutsideAuthority(settings.tsa, pinned, clock.now, secrets.token_bytes)


def unusable_folder(folder: Path, error: OSError) -> Usage:
    """What is said of a data folder that cannot be used."""
    said = f"{folder}: {error.strerror}"
    return Usage("data-folder", f"数据目录用不了（{said}）。", f"the data folder cannot be used ({said}).")


def _require_no_demo(data: Path) -> None:
    """Refuse what a demo left behind, and a folder without a plan, for which the demo's would be taken."""
    if (data / DEMO_MARK).exists():
        raise Usage(
            "demo-in-production",
            f"{data} 是演示城市的数据，不能用于正式业务。",
            f"{data} holds the demo's data, which production refuses.",
        )
    if not (data / PLAN).exists():
        raise Usage(
            "demo-in-production",
            f"{data} 里没有 city.toml，正式业务不能用演示城市的设置。",
            f"there is no city.toml in {data}, and production does not take the demo's plan.",
        )


def _plan_file(data: Path) -> Path:
    own = data / PLAN
    return own if own.exists() else DEMO_CITY


def matters_of(data: Path) -> tuple[Matter, ...]:
    """The matters of an installation; the demo's go with the demo's plan, and one of its own may have none yet."""
    own = data / MATTERS
    if own.exists():
        return load_matters(own.read_text("utf-8"))
    return () if (data / PLAN).exists() else load_matters(DEMO_MATTERS.read_text("utf-8"))
