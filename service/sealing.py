"""Seals of one installation: their register, their acts, and sealing, with everything plugged in.

What changes a seal's standing is published before the call returns, so that verifiers know it as soon as whoever did
it. A body's seals are used with the body's own key and certificate; a personal seal has a key of its own, whose
certificate names the person and no body's code, so that it can never speak for one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from keys.signer import Signer
from service.archive import Archive
from service.city import City
from service.directory import Directory
from service.keyring import KeyRing, LateSigner
from service.publisher import Publisher
from service.seal_acts import SealActs
from service.seal_pictures import picture_for
from service.seal_planners import READERS, confined, planners
from service.seal_standings import known_seal, lost_act_of, told_since
from service.trail.doing import note_about, note_reason
from service.trail.following import require_marked
from service.trail.ledger import spelled_of
from trust.certification.authority import ISSUING, Authority
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_SIGNER
from trust.certification.revoking import standing_revocations
from trust.errors import Conflict, Malformed
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.leaf import EntryKind, Statement, sealed_commitment
from trust.formats.ses import SealPicture
from trust.formats.x509_fields import make_name
from trust.log.appending import append, check_clock
from trust.revocation.acting import Order
from trust.rules.carried_seal import KnownSeal
from trust.rules.seal_grounds import LEAKED
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import Act, Standing
from trust.sealing import applying, using
from trust.sealing.acting import RESERVED, act_on_seal
from trust.sealing.applying import Registry
from trust.sealing.errors import SealMoveRefused, SealNotUsable, SealUnknown, SealWishRefused
from trust.sealing.filing import Workshop, make_and_file
from trust.sealing.life import ACTS, LIFE, LostAct, State, Step, state_of
from trust.sealing.ports import Application, FiledSeal, Officer, SealUse, Taken, Wish
from trust.sealing.sealing import Files, Sealed, SealingDesk, Wanted, seal_document
from trust.sealing.using import Progress, Request
from verifier.confinement import Confinement

KEY_PREFIX = "seal-"


class Seals:
    """Everything about seals; `Yinzheng.seals` is one."""

    def __init__(
        self,
        archive: Archive,
        directory: Directory,
        ring: KeyRing,
        city: City,
        files: Files,
        *,
        publisher: Callable[[], Publisher],
        authority: Callable[[], Authority],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        stamp: Callable[[bytes], bytes] | None = None,
        require_alone: Callable[[Order, datetime], Order],
    ) -> None:
        self._require_alone = require_alone
        self._archive, self._directory, self._ring, self._city = archive, directory, ring, city
        self._publisher, self._authority, self._now, self._random = publisher, authority, now, random
        self.acts = SealActs(archive, publisher, now, random)
        self.registry = Registry(archive.seal_applications, archive.seals, self.acts, self._picture, random)
        self.workshop = Workshop(directory.maker, self._signers)
        self.desk = SealingDesk(
            seals=archive.seals,
            requests=archive.seal_requests,
            standings=self.acts,
            pen=self.pen,
            planners=planners(self.body_name, self._chain),
            readers=READERS,
            files=files,
            note=self._note,
            random=random,
            now=now,
            stamp=stamp,
        )

    def confine(self, readers: Confinement) -> None:
        """From now on read documents, before and after sealing, in the process that `readers` has for it."""
        made = planners(self.body_name, self._chain, readers.prepare)
        self.desk = replace(self.desk, planners=made, readers=confined(readers))

    # --- the register ----------------------------------------------------------------------------------------------

    def apply(self, wish: Wish, *, key: str, by: Officer) -> Application:
        """Apply for a seal; raises as `trust.sealing.applying.apply`, and `wish-body`, `wish-holder`."""
        self._check_name(wish)
        if wish.holder is not None and wish.holder != self.holder(wish.holder.login, wish.body_code):
            raise SealWishRefused("wish-holder", wish.holder.login)
        return applying.apply(self.registry, wish, key=key, by=by, at=self._now())

    def decide(self, seal_id: str, *, approve: bool, note: str, by: Officer) -> Application:
        """Approve or turn down; raises as `trust.sealing.applying.decide`, and `seal-listed-already`, as `file`."""
        if approve:
            self._require_unlisted(seal_id)
        return applying.decide(self.registry, seal_id, approve=approve, note=note, by=by, at=self._now())

    def withdraw(self, seal_id: str, *, note: str, by: Officer) -> Application:
        """Take an application back; raises as `trust.sealing.applying.withdraw`."""
        return applying.withdraw(self.registry, seal_id, note=note, by=by, at=self._now())

    def file(self, seal_id: str, *, by: Officer) -> FiledSeal:
        """Make and file an approved seal and publish it; raises as `trust.sealing.filing.make_and_file`.

        Raises:
            Conflict: `register-changed`, one of its steps was not taken here; `seal-move`, nobody else approved it;
                `seal-listed-already`, the public knows a seal of this number that a restore has lost.

        """
        self._require_unlisted(seal_id)
        self._require_approval(seal_id)
        filed = make_and_file(self.registry, self.workshop, seal_id, by=by, at=self._now())
        self._publisher().after_seal_act(self._now())
        return filed

    def _require_unlisted(self, seal_id: str) -> None:
        """Make sure that no seal is filed under the number of one that is listed and not in the register."""
        listed = self._publisher().trust_list()
        if listed is not None and listed.seal(seal_id) is not None and self.find(seal_id) is None:
            raise Conflict("seal-listed-already", seal_id)

    def _require_approval(self, seal_id: str) -> None:
        """Make sure that an application that is said to be approved was, by somebody else, and here."""
        application, steps = self.application(seal_id), self.steps(seal_id)
        keys = [spelled_of([seal_id, place]) for place in range(1, len(steps) + 1)]
        require_marked(self._archive.engine, "seal_step", keys)
        if application is None or application.state not in {State.APPROVED, State.MADE}:
            return  # it is told why by whoever makes it
        approved = {taken.by.login for taken in steps if taken.step is Step.APPROVE}
        if not approved - {application.applied_by.login}:
            raise SealMoveRefused(application.state, Step.MAKE)

    def act(
        self,
        seal_id: str,
        step: Step,
        *,
        ground: str,
        reason: str,
        by: Officer,
        key: str,
        effective_at: datetime | None = None,
    ) -> State:
        """Suspend, resume or cancel as far as one person may; raises as `trust.sealing.acting.act_on_seal`.

        Raises:
            NeedsSecond: an end, or an act that reaches back, takes two people; it is ordered and approved.
            Malformed: `idempotency-reserved`, the key begins as those do that the register makes for itself.
            Conflict: `report-key-loss`; when the key itself is in other hands, the seal is the least of it.

        """
        note_about(seal_id=seal_id, act=step.value)
        note_reason(ground)
        if ground == LEAKED:
            raise Conflict("report-key-loss", seal_id)
        if self.find(seal_id) is not None and step in ACTS and not self.acts.recorded(key):
            LIFE.after(self.recorded_state(seal_id), step)
            order = Order(ACTS[step], subject_of(seal_id), ground, reason, by.login, effective_at=effective_at)
            self._require_alone(order, self._now())
            if key.startswith(RESERVED):
                raise Malformed("idempotency-reserved", "it begins like a key of the register's own")
        return act_on_seal(
            self._archive.seals,
            self.acts,
            seal_id,
            step,
            ground=ground,
            reason=reason,
            by=by,
            key=key,
            at=self._now(),
            effective_at=effective_at,
        )

    # --- reading ---------------------------------------------------------------------------------------------------

    def filed(self, body_code: str | None = None) -> Sequence[FiledSeal]:
        """The filed seals of a body, or of all bodies."""
        codes = [body_code] if body_code else sorted({one.body_code for one in self._archive.seals.listed()})
        return [filed for code in codes for filed in self._archive.seals.of_body(code)]

    def applications(self, body_code: str | None = None) -> Sequence[Application]:
        """The applications of a body, or of all bodies, newest first."""
        codes = [body_code] if body_code else [body.body.code for body in self._city.bodies]
        return [one for code in codes for one in self._archive.seal_applications.of_body(code)]

    def find(self, seal_id: str) -> FiledSeal | None:
        """The filed seal of a number."""
        return self._archive.seals.find(seal_id)

    def application(self, seal_id: str) -> Application | None:
        """The application of a number."""
        return self._archive.seal_applications.find(seal_id)

    def steps(self, seal_id: str) -> Sequence[Taken]:
        """The steps of an application."""
        return self._archive.seal_applications.steps(seal_id)

    def known(self, seal_id: str) -> KnownSeal:
        """What is on record of a filed seal, and what was told of it before a restore."""
        return known_seal(self._archive, seal_id)

    def acts_on(self, seal_id: str) -> Sequence[Act]:
        """The acts on a filed seal."""
        return self.known(seal_id).acts

    def state(self, seal_id: str) -> State:
        """Where a seal stands now, by all that counts (`service.seal_standings`).

        Raises:
            SealUnknown: neither filed nor applied for.

        """
        return self._state(seal_id, KnownSeal.counting)

    def recorded_state(self, seal_id: str) -> State:
        """Where a seal stands by its acts alone, from which the next one leads on; raises as `state`."""
        return self._state(seal_id, KnownSeal.recorded)

    def lost_act(self, seal_id: str) -> LostAct | None:
        """Which act on a filed seal a restore lost and nobody recorded again, as far as it is missed now."""
        return None if self.find(seal_id) is None else lost_act_of(self.known(seal_id), self._now())

    def told_since(self, seal_id: str) -> datetime | None:
        """As `service.seal_standings.told_since`, now."""
        return None if self.find(seal_id) is None else told_since(self.known(seal_id), self._now())

    def _state(self, seal_id: str, standing: Callable[[KnownSeal, datetime], Standing]) -> State:
        if self.find(seal_id) is not None:
            return state_of(standing(self.known(seal_id), self._now()).status)
        application = self.application(seal_id)
        if application is None:
            raise SealUnknown
        return application.state

    def uses(self, seal_id: str, *, after: int, limit: int) -> Sequence[tuple[int, SealUse, Request | None]]:
        """Uses of a seal, each with the request it rests on, where it is a document that was sealed."""
        found = self._archive.seals.uses(seal_id, after=after, limit=limit)
        return [(number, use, self._archive.seal_requests.find(use.subject)) for number, use in found]

    # --- using -----------------------------------------------------------------------------------------------------

    def seal(self, seal_id: str, data: bytes, wanted: Wanted, *, key: str, by: Officer, department: str) -> Sealed:
        """Seal a document; raises as `trust.sealing.sealing.seal_document`."""
        at = self._now()
        note_about(seal_id=seal_id)
        return seal_document(self.desk, seal_id, data, wanted, key=key, by=by, department=department, at=at)

    def allow(self, seal_id: str, count: int, *, purpose: str, key: str, by: Officer) -> Request:
        """Ask for so many more signatures today than one person may make alone; a second person decides."""
        filed = self.find(seal_id)
        if filed is None:
            raise SealUnknown
        return using.ask(
            self._archive.seal_requests,
            filed,
            (),
            purpose=purpose,
            key=key,
            by=by,
            at=self._now(),
            random=self._random,
            allowance=count,
        )

    def request(self, number: str) -> Request | None:
        """The request of a number."""
        return self._archive.seal_requests.find(number)

    def requests(self, seal_id: str, limit: int) -> Sequence[Request]:
        """The requests of a seal, newest first."""
        return self._archive.seal_requests.of_seal(seal_id, limit)

    def decide_request(self, number: str, *, approve: bool, by: Officer) -> Progress:
        """Approve a request or turn it down; raises as `trust.sealing.using.decide`, and SealUnknown."""
        request = self.request(number)
        if request is None:
            raise SealUnknown
        return using.decide(self._archive.seal_requests, request, approve=approve, by=by, at=self._now())

    def pen(self, filed: FiledSeal) -> tuple[Signer, Certificate]:
        """Signer and certificate of a filed seal.

        Raises:
            SealNotUsable: `certificate-revoked`.
            Conflict: `certificate-missing`, the body is no longer one of this installation; `clock-went-back`, the use
                could not be logged now.

        """
        check_clock(self._archive.log, self._now())
        signer, certificate = self.key_of(filed)
        if certificate.serial in standing_revocations(self._archive.books, ISSUING):
            raise SealNotUsable("certificate-revoked", filed.seal.seal_id)
        return signer, certificate

    def key_of(self, filed: FiledSeal) -> tuple[Signer, Certificate]:
        """Signer and certificate behind a filed seal, whatever became of them; raises `certificate-missing`."""
        if filed.holder:
            return self._personal(filed)
        return self._directory.body(filed.body_code, filed.seal.signer_certificates)

    def body_name(self, code: str) -> str:
        """The name of a body of this installation.

        Raises:
            SealWishRefused: `wish-body`.

        """
        for body in self._city.bodies:
            if body.body.code == code:
                return body.body.name
        raise SealWishRefused("wish-body", code)

    def holder(self, login: str, body_code: str) -> Officer:
        """A person of a body, as the holder of a personal seal.

        Raises:
            SealWishRefused: `wish-holder`, there is nobody of this login in the body.

        """
        found = self._archive.people.find(login)
        if found is None or found[0].department != body_code:
            raise SealWishRefused("wish-holder", login)
        return Officer(found[0].login, found[0].name)

    def default_name(self, kind: SealKind, body_code: str, holder: Officer | None) -> str:
        """What a seal of this kind is called where nobody says otherwise."""
        if holder is not None:
            return f"{holder.name}印"
        name = self.body_name(body_code)
        return name if kind is SealKind.UNIT else f"{name}{kind.label}"

    def _check_name(self, wish: Wish) -> None:
        """A seal is called after its body or its holder, and may say more behind that; it never names another."""
        body = self.body_name(wish.body_code)
        named = wish.holder.name if wish.holder is not None else body
        if not wish.name.startswith(named) or (wish.holder is not None and wish.name not in {named, f"{named}印"}):
            raise SealWishRefused("wish-name", wish.name)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _picture(self, application: Application) -> SealPicture:
        return picture_for(application, self.body_name(application.wish.body_code))

    def _signers(self, application: Application) -> Sequence[Certificate]:
        """Whose certificates the seal lists: the body's own, or that of a key made for this personal seal."""
        wish = application.wish
        if wish.holder is None:
            return [self._directory.body(wish.body_code)[1]]
        name = f"{KEY_PREFIX}{application.seal_id}"
        signer = self._ring.open(f"file:{name}") if name in self._ring.names() else self._ring.make(name)
        for record in self._archive.books.certificates.of_key(key_digest(signer.public)):
            if record.der is not None:
                return [load_certificate(record.der)]
        subject = make_name(wish.holder.name, organisation=self.body_name(wish.body_code))
        authority = self._authority()
        return [authority.certify(signer.public, SEAL_SIGNER, subject=subject, at=self._now(), random=self._random)]

    def _personal(self, filed: FiledSeal) -> tuple[Signer, Certificate]:
        """The key of a personal seal and its newest certificate."""
        listed = load_certificate(filed.seal.signer_certificates[-1])
        records = self._archive.books.certificates.of_key(key_digest(listed.public_key))
        newest = next((load_certificate(one.der) for one in reversed(records) if one.der is not None), listed)
        name = f"file:{KEY_PREFIX}{filed.seal.seal_id}"
        return LateSigner(newest.public_key, name, self._ring.open), newest

    def _chain(self) -> tuple[bytes, ...]:
        records = self._archive.books.certificates.of_profile("issuing-ca")
        return tuple(record.der for record in records if record.der is not None)

    def _note(self, file: bytes, at: datetime) -> None:
        append(self._archive.log, [Statement(EntryKind.SEAL_USE, (sealed_commitment(file),))], at)
        self._publisher().after_sealing(at)
