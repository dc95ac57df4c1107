"""Issuing and using licences: by themselves, on application, in batches, from stock; copied, presented and cited."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from cases.citation import Citation, CitationRequest, Officer
from cases.citing import cite
from cases.consent import Mode
from cases.http import CasePorts
from issuer.application import Application
from issuer.applying.deciding import require_one
from issuer.chunks import Outcome
from issuer.copying.ports import Asker
from issuer.issuing import Issued, complete, issue
from issuer.ports import Entry, Office
from keys.errors import KeysError
from service.applications import Applications
from service.batches import Batches
from service.conversions import Conversions
from service.copy_consents import CopyConsents
from service.copying import ConsentsWithCopies, Copying
from service.counter import open_counter
from service.courier import PublicCourier
from service.errors import published_later
from service.feeding import Feeds
from service.office import open_office
from service.originals import Originals
from service.photographs import Photographs
from service.presenting import Presenting
from service.restoring.comparing import Compared, compare, mend
from service.restoring.giving_up import give_up
from service.restoring.handing_in import Window, from_blobs, hand_in, still_out
from service.restoring.signers import without_key
from service.restoring.taking_up import Desk as RestoreDesk
from service.restoring.taking_up import take_up
from service.trail.doing import note_about
from service.trial_pictures import TrialPictures
from service.wiring.ground import Read
from service.wiring.proving import Proving
from trust.errors import Conflict
from trust.revocation.acting import resume


@contextmanager
def _told(unsigned: list[str]) -> Iterator[None]:
    """Let a restore go on without a key that it does not have, and note which."""
    try:
        yield
    except KeysError as error:
        unsigned.append(str(error))


class Issuing(Proving):
    """An installation that issues."""

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

    def files_of(self, entry: Entry) -> Issued:
        """The files of a released licence."""
        return complete(self.office, entry, at=self.now())

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
        aside = TrialPictures(self._means.trials)
        return Batches(self.archive, lambda: self.office, lambda: self.publisher, self.now, aside)

    def take_up_published(
        self, by: str, approved_by: str, missing: Sequence[str] = (), *, since: bytes | None = None
    ) -> dict[str, object]:
        """After a restore: take up what the public has seen, begin an epoch, publish; the report.

        `missing` names the files that the backup had lost; the report repeats them. `since` is a checkpoint that was
        kept elsewhere, beside the one of the settings. What could not be published, because a key is not in the ring
        or was put away, stands in the report (`unsigned`), and whose keys are to be renewed (`keys_to_renew`).

        Raises:
            Conflict, LogDamaged, Untrusted: as `service.restoring.taking_up.take_up`; `public-copy-missing` also where
                this installation has no public folder.

        """
        means, archive = self._means, self.archive
        if means.public is None:
            raise Conflict("public-copy-missing", "this installation has no public folder")
        epoch = archive.epochs.begin(self.now(), by, approved_by, archive.log.size())
        desk = RestoreDesk(
            archive,
            means.public,
            self.publisher.origin,
            bodies=[one.body.code for one in self.city.bodies],
            applying=self.applications.ports,
            batches=self.batches.desk,
            ring=means.ring,
            list_size=means.list_size,
            missing=missing,
            since=since or means.since,
        )
        report, unsigned = take_up(desk, epoch, self.now()), list[str]()
        with _told(unsigned):
            self.publisher.refresh(self.now())
        again: Mapping[str, Outcome[Entry]] = {}
        with _told(unsigned), self._published_after():
            again = from_blobs(self._window, at=self.now())
        released = [one for one, found in again.items() if isinstance(found, Entry)]
        keys = {"unsigned": sorted(set(unsigned)), "keys_to_renew": without_key(means.ring, self.directory)}
        return {**report, **keys, "released_again": released, "files": compare(archive.engine, means.blobs).report}

    def hand_in(self, files: Iterable[bytes], *, read: Read | None = None) -> Mapping[str, Outcome[Entry]]:
        """Release what a restore has forgotten, from its files, and publish that; as `service.restoring.handing_in`.

        `read` takes a file apart; without one, whatever does so here.
        """
        self.publisher.ready()
        with self._published_after():
            return hand_in(replace(self._window, read=read or self._read), files, at=self.now())

    def give_up(self, identifier: str, *, words: str, by: str) -> Entry:
        """Give up what may be out, and publish that; raises as `service.restoring.giving_up`."""
        self.publisher.ready()
        note_about(identifier=identifier)
        with self._published_after():
            return give_up(self.archive, identifier, words=words, by=by, at=self.now(), random=self.random)

    def compare_files(self) -> Compared:
        """Every file that rows name, held against the blob folder; all that are lost are named."""
        return compare(self.archive.engine, self._means.blobs, shown=None)

    def mend_files(self, files: Sequence[bytes]) -> list[str]:
        """Put back files that rows name and that are lost or damaged; the digests of those that were."""
        return mend(self.archive.engine, self._means.blobs, files)

    def still_out(self) -> list[str]:
        """The identifiers of what waits for its files since a restore: they are out, or nobody can tell."""
        return still_out(self.archive, self.now())

    @property
    def _window(self) -> Window:
        if (folder := self._means.public) is None:
            raise Conflict("public-copy-missing", "this installation has no public folder")
        return Window(self.archive, self._means.blobs, self.applications.ports, folder, self._read)

    @contextmanager
    def _published_after(self) -> Iterator[None]:
        """Publish what followed from releases, as far as they came: acts on predecessors, lists that show them."""
        try:
            yield
        finally:
            resume(self.archive.acts, self.archive.log, self.now())
            self.publisher.refresh(self.now())

    @cached_property
    def feeds(self) -> Feeds:
        """What department systems are told."""
        means = self._means
        courier = PublicCourier(loopback=means.webhook_loopback)
        return Feeds(self.archive, means.index_key, courier, self.now, self.random, loopback=means.webhook_loopback)

    @cached_property
    def copies(self) -> Copying:
        """Annotated copies."""
        return Copying(self.archive, lambda: self.office, lambda: self.publisher, self.now, self.random)

    @cached_property
    def copy_consents(self) -> CopyConsents:
        """Consents that annotated copies of an issuing body rest on."""
        consents = ConsentsWithCopies(self.archive, lambda: self.copies)
        return CopyConsents(self.archive, self._means.blobs, lambda: consents, self.now, self.random)

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

    @cached_property
    def cases(self) -> CasePorts:
        """Everything citing needs."""
        consents = ConsentsWithCopies(self.archive, lambda: self.copies)
        return open_counter(
            self._means, self.archive, self.directory, self.licences, consents, self._withdraw_elsewhere
        )

    def _withdraw_elsewhere(self, officer: Officer, mode: Mode, reference: str, reason: str) -> datetime | None:
        """Withdraw a consent to copies, as its own route does."""
        asker = Asker(officer.login, officer.name, officer.department_code, official=officer.official)
        return self.copy_consents.withdraw_named(mode, reference, by=asker, reason=reason)

    def cite(self, request: CitationRequest, *, key: str) -> Citation:
        """Cite a licence in a case; raises as `cases.citing.cite`."""
        return cite(self.cases.citing, request, key=key, at=self.now(), number_random=self.random)
