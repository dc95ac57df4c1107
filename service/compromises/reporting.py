"""Reporting a key lost and confirming it: two people, one content, and the work that follows at once.

Who may do so is for the edges: an administrator, or an official of the body; the second is always another human. Until
the second one is there, an official can suspend the body's seals alone, which stops sealing and is undone easily.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.warrants.warrant import Warrant
from service.archive import Archive
from service.city import City
from service.compromises.ending import key_of_end, record_ends
from service.compromises.measuring import blast_of, older_entries, reach_of, seals_of_key, signed_with
from service.compromises.working import Tools, carry_out
from service.directory import Directory
from service.lost_keys.errors import CompromiseMoved, CompromiseRefused, NoSuchCompromise
from service.lost_keys.order import LIFE, Compromise, Done, Loss, Stage, Step, seal_end
from service.lost_keys.signed import Blast, Reach, Signed
from service.seal_standings import standing_of_seal
from service.sealing import Seals
from service.trail.doing import note_about, note_reason
from trust.certification.authority import ISSUING
from trust.certification.issuing import key_digest
from trust.certification.revoking import standing_revocations
from trust.errors import Malformed
from trust.rules.seal_standing import SUBJECT_PREFIX
from trust.rules.standing import ActKind
from trust.rules.text import check_text
from trust.rules.times import aware
from trust.sealing.errors import SealUnknown
from trust.sealing.ports import Officer

LONGEST_REASON, LONGEST_KEY = 400, 128


@dataclass(frozen=True)
class Reports:
    """Reports of one installation."""

    tools: Tools
    city: City
    directory: Directory
    seals: Seals

    # --- what is lost ------------------------------------------------------------------------------------------------

    def loss_of_body(self, body: str, since: datetime | None, reason: str) -> Loss:
        """The loss of the present key of a body, named by login or code.

        Raises:
            CompromiseRefused: `body-unknown`; and as `_loss`.

        """
        code = next((one.body.code for one in self.city.bodies if body in {one.login, one.body.code}), None)
        if code is None:
            raise CompromiseRefused("body-unknown", body)
        signer, certificate = self.directory.body(code)
        name = signer.reference.removeprefix("file:")
        return self._loss(Loss(code, name, key_digest(certificate.public_key), since, reason))

    def loss_of_seal(self, seal_id: str, since: datetime | None, reason: str) -> Loss:
        """The loss of the key that a seal is used with: its body's, or for a personal seal its own.

        Raises:
            SealUnknown: no seal is filed under this number; and as `_loss`.

        """
        filed = self.seals.find(seal_id)
        if filed is None:
            raise SealUnknown
        if filed.holder is None:
            return self.loss_of_body(filed.body_code, since, reason)
        signer, certificate = self.seals.key_of(filed)
        name = signer.reference.removeprefix("file:")
        return self._loss(Loss(filed.body_code, name, key_digest(certificate.public_key), since, reason, seal_id))

    def _loss(self, wanted: Loss) -> Loss:
        """The loss with its instant in whole seconds, as certificates are revoked.

        Raises:
            CompromiseRefused: `loss-in-future`; `loss-reason`, not 1 to 400 characters that can be shown.

        """
        try:
            check_text(wanted.reason, LONGEST_REASON)
        except Malformed as error:
            raise CompromiseRefused("loss-reason", error.reason) from error
        since = None if wanted.since is None else aware(wanted.since).replace(microsecond=0)
        if since is not None and since > self.tools.now():
            raise CompromiseRefused("loss-in-future", since.isoformat())
        return replace(wanted, since=since)

    # --- how far it reaches ------------------------------------------------------------------------------------------

    def reach(self, loss: Loss) -> Reach:
        """What is to be looked at for a loss."""
        return reach_of(self.tools.archive, loss)

    def blast(self, loss: Loss) -> Blast:
        """How far a loss would reach, or has reached, in numbers; nothing is changed."""
        return blast_of(self.tools.archive, self.tools.blobs, self.tools.stamps, self.reach(loss))

    def signed(self, loss: Loss, *, everything: bool = False) -> Iterator[Signed]:
        """What falls with the key, one by one, or everything that it signed."""
        tools = self.tools
        return signed_with(tools.archive, tools.blobs, tools.stamps, self.reach(loss), everything=everything)

    # --- seals that end without a loss -------------------------------------------------------------------------------

    def end_of_seal(self, seal_id: str, since: datetime | None) -> Loss:
        """The end of a seal that somebody thinks of, from an instant on, or from now; to be looked at alone.

        Raises:
            SealUnknown: no seal is filed under this number.

        """
        filed = self.seals.find(seal_id)
        if filed is None:
            raise SealUnknown
        return seal_end(filed.body_code, seal_id, aware(since) if since else self.tools.now(), "")

    def listed_end(self, order: Warrant, seal_id: str) -> Compromise | None:
        """The record of what does not count any more because an order ended a seal; None before that."""
        return self.tools.archive.compromises.by_key(key_of_end(order, seal_id))

    def list_ends(self, order: Warrant) -> Sequence[Compromise]:
        """List what does not count any more because of the seals that an order ended; done again, nothing changes.

        Raises:
            KeysError, TrustError: what was listed until then stays listed; it is carried on like all such work.

        """
        return [carry_out(self.tools, one) for one in record_ends(self.tools, order)]

    # --- two people ---------------------------------------------------------------------------------------------------

    def find(self, number: str, body_code: str | None) -> Compromise:
        """A report; `body_code` is the asker's body, None for those who see all.

        Raises:
            NoSuchCompromise: there is none, or it is another body's.

        """
        found = self.tools.archive.compromises.find(number)
        if found is None or (body_code is not None and found.loss.body_code != body_code):
            raise NoSuchCompromise
        return found

    def work(self, one: Compromise) -> Sequence[Done]:
        """The steps of the work that are over."""
        return self.tools.archive.compromises.work(one.number)

    def report(self, loss: Loss, *, by: Officer, key: str) -> Compromise:
        """Report a loss; the same key and content, the same report.

        Raises:
            CompromiseRefused: `idempotency-key`; `idempotency-mismatch`; `loss-known`, the very same was done.

        """
        if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
            raise CompromiseRefused("idempotency-key", f"1 to {LONGEST_KEY} printable characters")
        archive, at = self.tools.archive, self.tools.now()
        known = archive.compromises.by_key(key)
        if known is None:
            self._require_news(loss)
            number = f"KC{self.tools.random(8).hex()}"
            known = archive.compromises.report(Compromise(number, loss, Stage.WAITING, by, at), key=key)
        _note(known)
        if known.loss.digest != loss.digest or known.reported_by.login != by.login:
            raise CompromiseRefused("idempotency-mismatch", key)
        return known

    def confirm(self, one: Compromise, *, digest: str, by: Officer, note: str = "") -> Compromise:
        """Confirm it as another human, and do the work; confirmed again, what was cut off is carried on.

        Raises:
            NotAnother: whoever reported it, under whichever name.
            CompromiseRefused: `loss-changed`, another content than was looked at.
            CompromiseMoved: it was refused or withdrawn.
            NotYetPublished, KeysError, TrustError: as `carry_out`.

        """
        _note(one)
        if digest != one.loss.digest:
            raise CompromiseRefused("loss-changed", one.number)
        if one.stage is Stage.WAITING:
            boundary = older_entries(self.tools.archive.log, one.loss.since)
            one = self._move(replace(one, boundary=boundary), Step.CONFIRM, by, note)
        elif one.stage not in {Stage.CONFIRMED, Stage.DONE}:
            raise CompromiseMoved(one.stage)
        return carry_out(self.tools, one)

    def refuse(self, one: Compromise, *, by: Officer, note: str) -> Compromise:
        """Refuse it, as another human, with a reason; raises as `confirm`."""
        if not note:
            raise CompromiseRefused("loss-reason", "a refusal says why")
        return self._move(one, Step.REFUSE, by, note)

    def withdraw(self, one: Compromise, *, by: Officer, note: str = "") -> Compromise:
        """Withdraw one's own report.

        Raises:
            CompromiseMoved: it does not wait any more.
            CompromiseRefused: `loss-not-yours`.

        """
        return self._move(one, Step.WITHDRAW, by, note)

    def carry_on(self, one: Compromise) -> Compromise:
        """Do what is not done yet of a confirmed report; raises as `carry_out`."""
        _note(one)
        return carry_out(self.tools, one)

    def take_up(self) -> tuple[int, tuple[Exception, ...]]:
        """Carry on whatever was cut off; how many were completed, and what kept the others."""
        kept: list[Exception] = []
        for order in self.tools.archive.warrants.done_on(ActKind.CANCEL, SUBJECT_PREFIX):
            record_ends(self.tools, order)
        waiting = self.tools.archive.compromises.unfinished()
        for one in waiting:
            try:
                carry_out(self.tools, one)
            except Exception as error:  # noqa: BLE001  (whatever keeps one from going on must not keep the others)
                kept.append(error)
        return len(waiting) - len(kept), tuple(kept)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _move(self, one: Compromise, step: Step, by: Officer, note: str) -> Compromise:
        _note(one)
        LIFE.check_person(step, by, [one.reported_by])  # asked first: it is told to whoever comes too late as well
        stage = LIFE.after(one.stage, step)
        if note:
            try:
                check_text(note, LONGEST_REASON)
            except Malformed as error:
                raise CompromiseRefused("loss-reason", error.reason) from error
        moved = replace(one, stage=stage, decided_by=by, decided_at=self.tools.now(), note=note)
        return self.tools.archive.compromises.move(one, moved)

    def _require_news(self, loss: Loss) -> None:
        """A loss that is on record already, since no later, needs nobody to say it again.

        But for the work on it: after a restore that lost the report its seals have not ended by any act on record.
        """
        archive = self.tools.archive
        under_way = any(one.loss.key == loss.key for one in archive.compromises.unfinished())
        if not under_way and not _all_ended(archive, loss, self.tools.now()):
            return
        revoked = standing_revocations(archive.books, ISSUING)
        for record in archive.books.certificates.of_key(loss.key):
            known = revoked.get(record.serial)
            if known is None or not known.reason.compromise:
                return
            if known.invalid_since is not None and (loss.since is None or loss.since < known.invalid_since):
                return
        raise CompromiseRefused("loss-known", loss.key_name)


def _all_ended(archive: Archive, loss: Loss, at: datetime) -> bool:
    """Whether every seal of a key has ended by acts on record."""
    return all(standing_of_seal(archive, one, at).status.final for one in seals_of_key(archive, loss.key))


def _note(one: Compromise) -> None:
    """Tell the trail which loss it is about, of whose key."""
    note_about(loss=one.number, body=one.loss.body_code, digest=one.loss.digest)
    note_reason("key-compromise")
