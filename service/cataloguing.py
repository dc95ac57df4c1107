"""The catalogue of one installation: types, their templates, and mandates, with everything plugged in.

What comes into force or ends is in the trust list before the call returns, so that verifiers know it as soon as whoever
decided it. The plan's own types and mandates are taken up once in every process, before anything is issued.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from issuer.application import Application
from issuer.catalogue import defining, granting, publishing
from issuer.catalogue.defining import Drafting
from issuer.catalogue.errors import EntryUnknown, StepRefused, TypeRetired
from issuer.catalogue.granting import Actor, Granting
from issuer.catalogue.life import Step
from issuer.catalogue.numbering import draw_number
from issuer.catalogue.planning import take_up_mandates, take_up_template
from issuer.catalogue.ports import Event, FiledMandate, MandateRequest, MandateWish, Press, Shelf, Version
from issuer.catalogue.reading import Catalogue, Listed
from issuer.errors import UnknownType
from keys.signer import Signer
from service.archive import Archive
from service.city import City
from service.directory import Directory
from service.founding import mandates_of
from service.trail.following import require_marked
from service.trail.ledger import spelled_of
from templates.library import FOLDER, Bundle
from templates.packing import files_of
from trust.certification.profiles import TRUST_LIST
from trust.certification.trust_listing import NAME
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.leaf import EntryKind, public_statement
from trust.formats.trust_list import TrustList
from trust.log.appending import append
from trust.rules.catalogue import LicenceType
from trust.rules.catalogue_entry import EntryStatus, TypeInForce
from trust.rules.licence import Licence
from trust.rules.mandate import Mandate, MandateBook
from trust.rules.periodic_check import CheckDuty
from trust.sealing.ports import Officer


class Lists(Protocol):
    """What the catalogue asks of publishing; `service.publisher.Publisher` does it."""

    def trust_list(self) -> TrustList | None:
        """The current trust list, as this installation published it."""
        ...

    def after_catalogue(self, at: datetime) -> None:
        """Make a type or a mandate that was just decided about visible in the trust list."""
        ...


class Cataloguing:
    """Everything about types and mandates; `Yinzheng.catalogue` is one."""

    def __init__(
        self,
        archive: Archive,
        directory: Directory,
        city: City,
        shelf: Shelf,
        *,
        publisher: Callable[[], Lists],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._archive, self._directory, self._city, self._shelf = archive, directory, city, shelf
        self._publisher, self._now = publisher, now
        self._catalogue = Catalogue(archive.catalogue, shelf, self._signers)
        self._drafting = Drafting(archive.catalogue, shelf)
        self._press = Press(archive.catalogue, shelf, self._pen, self._log)
        self._granting = Granting(archive.mandates, self._body_name, self._has_type, random)
        self._taken_up = False

    # --- what issuing and publishing ask ---------------------------------------------------------------------------

    def in_force(self, type_code: str) -> Bundle:
        """The template in force for a type; raises as `issuer.catalogue.reading.Catalogue.in_force`.

        What the public was told is held against what the database says: nobody brings a retired type back, or an
        older version, by writing there.
        """
        found, listed = self._catalogue.in_force(type_code), self._publisher().trust_list()
        told = listed.type_in_force(type_code) if listed is not None else None
        if told is not None and not TypeInForce(type_code, found.type.bundle_version).may_follow(told):
            raise TypeRetired(type_code)
        return found

    def face(self, type_code: str, template: str) -> Bundle:
        """The template a licence was begun with; raises as `issuer.catalogue.reading.Catalogue.face`."""
        return self._catalogue.face(type_code, template)

    def type_of(self, licence: Licence) -> LicenceType:
        """The type of a licence in the version it was issued under; raises UnknownType, EntryDamaged."""
        return self._catalogue.type_of(licence.identifier.type_code, licence.template)

    def newest(self, type_code: str) -> LicenceType:
        """The type as it was published last, in force or not; raises UnknownType, EntryDamaged."""
        return self._catalogue.newest(type_code)

    def bundles(self) -> Sequence[Bundle]:
        """The templates of all types in force, by name."""
        return self._catalogue.bundles()

    def find_bundle(self, word: str) -> Bundle:
        """The template in force for a type code or under a template's name; raises as `in_force`."""
        for one in self._catalogue.listed():
            if word in (one.version.type.code, one.version.type.bundle):
                return self.in_force(one.version.type.code)
        raise UnknownType(word)

    def types(self) -> tuple[tuple[str, str], ...]:
        """Codes and names of all types ever published, older names first."""
        return self._catalogue.types()

    def types_in_force(self, told: Sequence[TypeInForce]) -> tuple[TypeInForce, ...]:
        """What the public is told of each type next, after it was `told` this: nothing that was said is taken back."""
        own = {one.code: one for one in self._catalogue.types_in_force()}
        for before in told:
            now = own.get(before.code)
            if now is None or not now.may_follow(before):
                own[before.code] = before
        return tuple(own[code] for code in sorted(own))

    def check_duties(self, told: Sequence[CheckDuty]) -> tuple[CheckDuty, ...]:
        """The checks that the public is told of next; a duty that it was `told` of keeps its beginning."""
        before = {one.type_code: one.since for one in told}
        own = self._catalogue.check_duties()
        return tuple(replace(one, since=min(one.since, before.get(one.type_code, one.since))) for one in own)

    def draw_number(self, kind: LicenceType, application: Application) -> str:
        """The next number of a type; raises as `issuer.catalogue.numbering.draw_number`."""
        return draw_number(self._archive.counts, self._archive.register, kind, application)

    def take_up(self, at: datetime) -> None:
        """Publish the templates that the plan names and that are not published yet; once in a process."""
        if self._taken_up:
            return
        for name in sorted({name for body in self._city.bodies for name in body.types}):
            take_up_template(self._press, files_of(FOLDER / name), name, at=at)
        publishing.log_again(self._press, at)
        self._taken_up = True

    def take_up_mandates(self, listed: Sequence[Mandate], at: datetime) -> tuple[Mandate, ...]:
        """Every mandate on file, after the plan and the last trust list were taken up."""
        planned = mandates_of(self._city, at.replace(microsecond=0))
        return take_up_mandates(self._archive.mandates, planned, listed, at=at)

    # --- entries ---------------------------------------------------------------------------------------------------

    def draft(
        self, name: str, files: Mapping[str, bytes], *, by: Officer, department: str | None = None, note: str = ""
    ) -> Version:
        """Draft a version; raises as `issuer.catalogue.defining.draft`."""
        return defining.draft(self._drafting, name, files, by=by, at=self._now(), note=note, department=department)

    def submit(self, type_code: str, version: int, *, by: Officer) -> Version:
        """Send a draft for review; raises as `issuer.catalogue.defining.submit`."""
        return defining.submit(self._drafting, type_code, version, by=by, at=self._now())

    def review(self, type_code: str, version: int, *, passed: bool, by: Officer, note: str = "") -> Version:
        """Pass a draft or send it back; raises as `issuer.catalogue.defining.review`."""
        return defining.review(self._drafting, type_code, version, passed=passed, by=by, at=self._now(), note=note)

    def withdraw(self, type_code: str, version: int, *, by: Officer, note: str = "") -> Version:
        """Take a version back; raises as `issuer.catalogue.defining.withdraw`."""
        return defining.withdraw(self._drafting, type_code, version, by=by, at=self._now(), note=note)

    def publish(self, type_code: str, version: int, *, by: Officer, note: str = "") -> Version:
        """Put a reviewed version in force; raises as `issuer.catalogue.publishing.publish`.

        Raises:
            StepRefused: the last step that was taken of it is no review that it passed, whatever its state says.
            Conflict: `register-changed`, one of its steps is not what was recorded.

        """
        self._require_reviewed(type_code, version)
        made = publishing.publish(self._press, type_code, version, by=by, at=self._now(), note=note)
        self._publisher().after_catalogue(self._now())
        return made

    def _require_reviewed(self, type_code: str, version: int) -> None:
        found = self.version(type_code, version)
        steps = self.events(found)
        keys = [spelled_of((*found.place, place)) for place in range(1, len(steps) + 1)]
        require_marked(self._archive.engine, "catalogue_event", keys)
        if not steps or steps[-1].step is not Step.PASS:
            raise StepRefused(found.state.value, Step.PUBLISH.value)

    def retire(self, type_code: str, *, by: Officer, note: str) -> Version:
        """End a type; raises as `issuer.catalogue.publishing.retire`."""
        ended = publishing.retire(self._press, type_code, by=by, at=self._now(), note=note)
        self._publisher().after_catalogue(self._now())
        return ended

    def versions(self) -> Sequence[Version]:
        """Every version in whatever state, by type and version."""
        return self._archive.catalogue.all()

    def version(self, type_code: str, version: int) -> Version:
        """One version; raises EntryUnknown."""
        return defining.find(self._archive.catalogue, type_code, version)

    def events(self, version: Version) -> Sequence[Event]:
        """Every step of a version, in order."""
        return self._archive.catalogue.events(version.place)

    def listed(self) -> Sequence[Listed]:
        """Every published version with its entry, or why that is not believed."""
        return self._catalogue.listed()

    def document(self, type_code: str, version: int) -> bytes:
        """What was signed last of a version; raises EntryUnknown where nothing was."""
        found = self._archive.catalogue.find(type_code, version)
        if found is None or found.document is None:
            raise EntryUnknown
        return found.document

    def newest_document(self, type_code: str) -> bytes:
        """What was signed last of the newest version of a type; raises EntryUnknown."""
        found = [one.version.document for one in self._catalogue.listed() if one.version.type.code == type_code]
        if not found or found[-1] is None:
            raise EntryUnknown
        return found[-1]

    def template_of(self, version: Version) -> Bundle:
        """The template of a version in whatever state, for looking at it; raises TemplateError."""
        return self._shelf.take(version.type.bundle, version.layout, version.sample)

    def in_force_version(self, type_code: str) -> int | None:
        """The number of the version in force; None where none is."""
        return self.in_force_versions().get(type_code)

    def in_force_versions(self) -> Mapping[str, int]:
        """The number of the version in force of every type that has one."""
        newest = {one.version.type.code: one for one in self._catalogue.listed()}  # in the order of versions
        return {
            code: one.version.type.bundle_version
            for code, one in newest.items()
            if one.entry is not None and one.entry.status is EntryStatus.PUBLISHED
        }

    # --- mandates --------------------------------------------------------------------------------------------------

    def mandates(self) -> Sequence[FiledMandate]:
        """Every mandate on file."""
        return self._archive.mandates.all()

    def mandate_book(self) -> MandateBook:
        """The mandates as published."""
        listed = self._publisher().trust_list()
        return listed.mandate_book if listed else MandateBook(())

    def requests(self) -> Sequence[MandateRequest]:
        """Every request about a mandate, newest first."""
        return self._archive.mandates.requests()

    def ask(self, wish: MandateWish, *, key: str, by: Actor) -> MandateRequest:
        """Ask for a mandate, a delegation or an end; raises as `issuer.catalogue.granting.ask`."""
        return granting.ask(self._granting, wish, key=key, by=by, at=self._now())

    def decide(self, number: str, *, approve: bool, by: Actor, note: str = "") -> MandateRequest:
        """Decide a request and publish what it brings; raises as `issuer.catalogue.granting.decide`."""
        decided = granting.decide(self._granting, number, approve=approve, by=by, at=self._now(), note=note)
        if approve:
            self._publisher().after_catalogue(self._now())
        return decided

    def withdraw_request(self, number: str, *, by: Actor) -> MandateRequest:
        """Take a request back; raises as `issuer.catalogue.granting.withdraw`."""
        return granting.withdraw(self._granting, number, by=by, at=self._now())

    def may_decide(self, wish: MandateWish, by: Actor) -> bool:
        """Whether somebody may decide a request, if somebody else asked for it."""
        return granting.may_decide(self._granting, wish, by)

    def own_bundles(self, body_code: str | None) -> Sequence[Bundle]:
        """The templates of the types in force that a body may issue somewhere now."""
        book, at = self.mandate_book(), self._now()
        return [
            bundle
            for bundle in self.bundles()
            if isinstance(book.judge(body_code or "", bundle.type.code, at), Mandate)
        ]

    def body_for(self, bundle: Bundle) -> str | None:
        """The body that the command line issues for: the first of the plan that may issue this type now."""
        book, at = self.mandate_book(), self._now()
        codes = [one.body.code for one in self._city.bodies]
        return next((code for code in codes if isinstance(book.judge(code, bundle.type.code, at), Mandate)), None)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _signers(self) -> Sequence[Certificate]:
        """Every certificate that this installation has had for its trust list."""
        records = self._archive.books.certificates.of_profile(TRUST_LIST.profile.name)
        return [load_certificate(record.der) for record in records if record.der is not None]

    def _pen(self) -> tuple[Signer, Certificate]:
        return self._directory.service(NAME)

    def _log(self, documents: Sequence[bytes], at: datetime) -> None:
        append(self._archive.log, [public_statement(EntryKind.CATALOGUE, one) for one in documents], at)

    def _body_name(self, code: str) -> str | None:
        return next((one.body.name for one in self._city.bodies if one.body.code == code), None)

    def _has_type(self, type_code: str) -> bool:
        return any(code == type_code for code, _ in self.types())
