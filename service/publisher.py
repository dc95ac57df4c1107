"""Publishing what has to be fresh: revocation lists, trust list, status lists, checkpoint, each when it is due.

`refresh` may be called as often as one likes; it signs only what is due. After an act the caller asks for it at once, a
server asks every second. Lists are logged before the public sees them (`service.announcing`), and before the checkpoint
is signed, so that it covers them. What is published is copied into the public folder (`service.mirroring`), a status
list and its second form at once, the rest behind it; and nothing is signed while the database is behind that folder
(`service.abreast`), or the log is not the one that was shown there (`service.seen_checkpoints`).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache, partial
from threading import Lock

from keys.sm2 import PublicKey
from service.abreast import AUTHORITIES, Abreast
from service.announcing import Announcer, Stored
from service.archive import Archive
from service.cataloguing import Cataloguing
from service.directory import Directory
from service.listed_facts import certificates_listed, seals_listed
from service.mirroring import Mirror
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from service.seen_checkpoints import SeenCheckpoints
from trust.certification.authority import Authority
from trust.certification.profiles import STATUS_LIST
from trust.certification.trust_listing import MAX_ENVELOPE, NAME, next_number, publish_trust_list
from trust.errors import Conflict
from trust.formats.certificate import load_certificate
from trust.formats.cose import split
from trust.formats.leaf import EntryKind
from trust.formats.status_list import SIZE
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.log.appending import check_clock
from trust.log.checkpointing import publish_if_due
from trust.revocation.acting import resume
from trust.revocation.allotting import allot_many
from trust.revocation.errors import NotPublished
from trust.revocation.publishing import due, publish
from trust.revocation.second_form import publish_second_form
from trust.rules.seal_standing import subject_of

STATUS_HOLDS = timedelta(hours=24)
TRUST_LIST_HOLDS = timedelta(days=7)
CHECKPOINT_EVERY = timedelta(hours=1)
ATTEMPTS = 5
"""How often a status list is made anew when other processes keep publishing it at the same moment."""


@lru_cache(maxsize=4)
def _decoded(octets: bytes) -> TrustList:
    """A trust list of our own; the same one is asked for at every issue."""
    return decode_trust_list(split(octets, MAX_ENVELOPE).payload)


@contextmanager
def overtaken() -> Iterator[None]:
    """Let it pass that another process has just published the same list; what that one lacks is still due."""
    try:
        yield
    except Conflict as error:
        if error.reason != "number-not-greater":
            raise


class Publisher:
    """The publishing side of one installation."""

    def __init__(
        self,
        archive: Archive,
        directory: Directory,
        authority: Authority,
        catalogue: Cataloguing,
        *,
        base_url: str,
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        list_size: int = SIZE,
        folder: PublicFolder | None = None,
        abreast: Abreast | None = None,
        commit_trail: Callable[[datetime], None] = lambda _at: None,
        renew_due: Callable[[datetime], None] = lambda _at: None,
    ) -> None:
        self._mirror = Mirror(archive, folder, abreast)
        self._archive, self._directory, self._authority, self._catalogue = archive, directory, authority, catalogue
        self._base_url, self._now, self._random, self._list_size = base_url, now, random, list_size
        self._commit_trail, self._renew_due = commit_trail, renew_due
        self._lock = Lock()
        self._announcer = Announcer(archive.log)
        self._seen = SeenCheckpoints(archive, folder, lambda: self.origin)
        self._listed_shards: set[int] = set()
        self._unformed: set[int] = set()
        self._origin: str | None = None
        self.edition = 0
        """How often this process has published or looked what is due; whoever keeps evidence compares it."""

    @property
    def origin(self) -> str:
        """The log's name: the first public address without its scheme; it stays when the service moves."""
        if self._origin is None:
            last = self.trust_list()
            if last is None:
                return f"{self._base_url.partition('://')[2]}/log"
            self._origin = last.log
        return self._origin

    @property
    def status_base(self) -> str:
        """The address that status lists are named by; it stays too, since a list counts only under its own name."""
        last = self.trust_list()
        return last.status_base if last else f"{self._base_url}/status"

    def refresh(self, at: datetime) -> None:
        """Publish everything that is due as of `at`; what fails does not keep the rest from being published.

        Raises:
            Exception: the first failure, after everything else was tried; the standings of licences come first.

        """
        failures: list[Exception] = []
        with self._publishing():
            steps = (
                *(self._renew_due, self._entries_of_seals, self._standings),
                *(self._revocation_lists, self._catalogue.take_up),
            )
            for step in (
                *steps,
                self._trust_list,
                self._commit_trail,
                self._checkpoint,
                self._second_forms,
                self._show,
            ):
                try:
                    with overtaken():
                        step(max(at, self._now()))  # the steps before may have taken long
                except Exception as error:  # noqa: BLE001  (each is raised below, when the others have had their turn)
                    failures.append(error)
        if failures:
            raise failures[0]

    def ready(self) -> None:
        """See to the clock and open the keys that publishing an act or an issue needs, before anything is recorded.

        Raises:
            KeysError: a key is missing, broken, or not to be opened with this passphrase.
            Conflict: `certificate-missing`; `clock-went-back`, nothing can be logged now; `database-behind`, more was
                published than is stored.

        """
        self._mirror.abreast.require()
        check_clock(self._archive.log, self._now())
        for name in ("status-list", "log"):
            self._directory.service(name)[0].opened()

    def publish_revocations(self, at: datetime) -> None:
        """Publish the revocation lists that are due; nothing else that may be due can stand in their way."""
        with self._publishing(), overtaken():
            self._revocation_lists(at)

    def _revocation_lists(self, at: datetime) -> None:
        """Publish the revocation lists that are due: signed, then logged, then shown."""
        self._announce_revocation_lists(at)  # the present ones: the process that signed them may have died over it
        self._authority.publish_crls(at, lambda name: self._mirror.served(revocation_list(name)))
        self._announce_revocation_lists(at)

    def _announce_revocation_lists(self, at: datetime) -> None:
        editions = self._archive.books.editions
        for name in AUTHORITIES:
            if (current := editions.current(name)) is not None:
                stored = partial(editions.edition, name)
                self._announce(revocation_list(name), EntryKind.CRL, current.number, stored, at)
        self._mirror.show_revocation_lists()

    def _announce(self, series: Series, kind: EntryKind, newest: int, stored: Stored, at: datetime) -> None:
        """Log what is not logged of a series; editions that were overtaken are kept in the folder beside the newest."""
        for number, octets in self._announcer.announce(series.name, kind, newest, stored, at).items():
            if number < newest:
                self._mirror.keep(series, number, octets)

    def after_act(self, at: datetime) -> None:
        """Make an act that was just recorded visible; nothing else that may be due can stand in its way."""
        with self._publishing(), overtaken():
            self._standings(at)
            self._mirror.show_log()
            self._fresh_forms()

    def after_seal_act(self, at: datetime) -> None:
        """Make a seal that was just filed, or an act on one, visible: in its status list, then in the trust list."""
        with self._publishing(), overtaken():
            self._entries_of_seals(at)
            self._standings(at)
            self._trust_list(at)
            self._checkpoint(at)
            self._mirror.show_log()
            self._fresh_forms()

    def after_catalogue(self, at: datetime) -> None:
        """Make a type or a mandate that was just decided about visible in the trust list."""
        with self._publishing(), overtaken():
            self._trust_list(at)
            self._checkpoint(at)

    def _entries_of_seals(self, _at: datetime) -> None:
        """Give every filed seal its entry in a status list; also one that was filed before seals had entries."""
        subjects = [subject_of(one.seal_id) for one in self._archive.seals.listed()]
        if missing := set(subjects) - self._archive.slots.of(subjects).keys():
            allot_many(self._archive.slots, sorted(missing), random=self._random, size=self._list_size)

    def _standings(self, at: datetime) -> None:
        """Log what was recorded and not logged, publish the status lists that are due, and a checkpoint over both."""
        resume(self._archive.acts, self._archive.log, at)
        self._status_lists(at)
        self._checkpoint(at)

    def after_issue(self, shard: int, at: datetime) -> None:
        """Make what was just logged provable, and see that the licence's status list exists."""
        self.after_issues([shard], at)

    def after_issues(self, shards: Iterable[int], at: datetime) -> None:
        """The same for many licences issued together: one checkpoint over all their entries."""
        with self._publishing():
            for shard in sorted(set(shards) - self._listed_shards):
                if self._archive.publications.current(shard) is None:
                    self._publish_list(shard, at)
                self._listed_shards.add(shard)
            self._checkpoint(at, every=timedelta.max)  # only if the log has grown: repeating an issue stores nothing
            self._mirror.show_log()  # before anybody hears of it: a database put back later is noticed
            self._fresh_forms()

    def after_sealing(self, at: datetime) -> None:
        """Make the entry of a document that was just sealed provable."""
        with self._publishing():
            self._checkpoint(at, every=timedelta.max)

    def for_evidence(self, shard: int, at: datetime) -> None:
        """Publish a status list although nothing happened, so that it can be shown that nothing did."""
        with self._publishing():
            self._standings(at)
            current = self._archive.publications.current(shard)
            if current is None or current.at < at:
                self._publish_list(shard, at)
            self._checkpoint(at, every=timedelta.max)
            self._mirror.show_log()
            self._fresh_forms()

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        """One at a time; the edition moves on when it is over, also when it failed half-way."""
        with self._lock:
            self._mirror.abreast.require()
            try:
                yield
            finally:
                self.edition += 1

    def _second_forms(self, _at: datetime) -> None:
        """See that every status list that is current has its second form, and that the public sees it."""
        for shard in self._archive.publications.lists():
            self._second_form(shard)

    def _fresh_forms(self) -> None:
        """Sign the second form of the lists that were just published; it follows behind the first."""
        for shard in sorted(self._unformed):
            self._second_form(shard)

    def _second_form(self, shard: int) -> None:
        current = self._archive.publications.current(shard)
        if current is None:
            return
        signer, _ = self._directory.service("status-list")
        octets = publish_second_form(self._archive.second_forms, signer, current, size=self._list_size)
        self._mirror.show_second_form(shard, current.number, octets)
        self._unformed.discard(shard)

    def _show(self, _at: datetime) -> None:
        self._mirror.show_rest()

    def trust_list(self) -> TrustList | None:
        """The current trust list, as this installation published it."""
        current = self._archive.trust_lists.current(NAME)
        return None if current is None else _decoded(current.octets)

    def _trust_list(self, at: datetime) -> None:
        """Publish the trust list if it is due; who was overtaken looks whether the other one knows the newest act."""
        for attempt in range(ATTEMPTS):
            try:
                return self._publish_trust_list(at)
            except Conflict as error:
                if error.reason != "number-not-greater" or attempt == ATTEMPTS - 1:
                    raise
        return None

    def _publish_trust_list(self, at: datetime) -> None:
        self._announce_trust_list(at)
        # The number is read before the facts: facts that were read earlier must not get a later number.
        number = next_number(self._archive.trust_lists)
        last = self.trust_list()
        mandates = self._catalogue.take_up_mandates(last.mandates if last else (), at)
        listed, served = certificates_listed(self._archive, at), self._mirror.served(TRUST_LIST)
        seals = seals_listed(self._archive, self._told(served))
        types = tuple(dict.fromkeys((*(last.types if last else ()), *self._catalogue.types())))
        in_force = self._catalogue.types_in_force((last.in_force if last else None) or ())
        checks = self._catalogue.check_duties(last.checks if last else ())
        if last is not None:
            said = (last.certificates, last.mandates, last.types, last.seals, last.in_force, last.checks)
            same = said == (listed, mandates, types, seals, in_force, checks)
            young = at < last.issued_at + (last.next_update - last.issued_at) / 2
            if at < last.issued_at or (same and young):
                return
        signer, certificate = self._directory.service(NAME)
        publish_trust_list(
            self._archive.trust_lists,
            signer,
            certificate,
            certificates=listed,
            mandates=mandates,
            types=types,
            log=self.origin,
            status_base=self.status_base,
            at=at,
            next_update=at.replace(microsecond=0) + TRUST_LIST_HOLDS,
            seals=seals,
            in_force=in_force,
            checks=checks,
            sequence=number,
            served=served,
        )
        self._announce_trust_list(at)

    def _told(self, served: bytes | None) -> list[TrustList]:
        """The trust lists that the next one follows on: the current one, and that which the public sees."""
        current = self._archive.trust_lists.current(NAME)
        stored = None if current is None else current.octets
        return [_decoded(one) for one in dict.fromkeys((served, stored)) if one is not None]

    def _announce_trust_list(self, at: datetime) -> None:
        lists = self._archive.trust_lists
        if (current := lists.current(NAME)) is not None:
            self._announce(TRUST_LIST, EntryKind.TRUST_LIST, current.number, partial(lists.edition, NAME), at)
            self._mirror.show_trust_list()

    def _status_lists(self, at: datetime) -> None:
        for shard in sorted({0, *self._archive.slots.lists()}):  # the first is there before anything is issued
            for _ in range(ATTEMPTS):  # who was overtaken looks whether the other list knows the newest act
                current = self._archive.publications.current(shard)
                if current is not None:
                    self._announce_list(shard, current.number, at)  # a process may have died before it did
                if not due(self._archive.acts, current, at):
                    break
                self._publish_list(shard, at)

    def _publish_list(self, shard: int, at: datetime) -> None:
        """Sign a status list, then log it, then show it: no list is public that is in no log, and none is left out."""
        self._mirror.show_list(shard)  # the present one, which the process that signed it may not have shown
        signer, _ = self._directory.service("status-list")
        with overtaken():
            publish(
                self._archive.acts,
                self._archive.publications,
                signer,
                shard=shard,
                uri=f"{self.status_base}/{shard}",
                at=at,
                log_size=self._archive.log.size(),
                next_update=at.replace(microsecond=0) + STATUS_HOLDS,
                size=self._list_size,
                served=self._mirror.served(status_list(shard)),
                signers=self._former_signers(),
            )
        current = self._archive.publications.current(shard)
        if current is not None:  # ours, or the one that overtook ours; then both are logged
            self._announce_list(shard, current.number, at)
            self._unformed.add(shard)
            self._mirror.show_list(shard)

    def _announce_list(self, shard: int, newest: int, at: datetime) -> None:
        self._announce(status_list(shard), EntryKind.STATUS_LIST, newest, partial(self._stored, shard), at)

    def _stored(self, shard: int, number: int) -> bytes | None:
        """The octets of a publication that was signed."""
        try:
            return self._archive.publications.stored(shard, number)
        except NotPublished:
            return None

    def _former_signers(self) -> list[PublicKey]:
        """Every key that status lists were ever signed with, newest first."""
        records = self._archive.books.certificates.of_profile(STATUS_LIST.profile.name)
        return [load_certificate(one.der).public_key for one in reversed(records) if one.der is not None]

    def _checkpoint(self, at: datetime, every: timedelta = CHECKPOINT_EVERY) -> None:
        signer, _ = self._directory.service("log")
        publish_if_due(self._archive.log, signer, self.origin, at, every=every, seen=self._seen)
