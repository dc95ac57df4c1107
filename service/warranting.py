"""Acts that two people stand behind, in one installation: placing, deciding, and publishing what came of it.

The journeys are `issuer.warrants`; here they get their stores and their instant, and what they changed is published.
What no longer counts because a seal ended is listed to be made again (`after_end`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from issuer.errors import UnknownType
from issuer.warrants import deciding, placing
from issuer.warrants.life import Stage
from issuer.warrants.ports import Bench
from issuer.warrants.warrant import Event, Outcome, Wanted, Warrant
from service.archive import Archive
from service.cataloguing import Cataloguing
from service.errors import published_later
from service.publisher import Publisher
from service.trail.doing import note_about, note_reason
from service.trail.following import require_marked
from service.trail.ledger import spelled_of
from trust.revocation.acting import Order
from trust.rules.catalogue import Approval
from trust.rules.licence import start_of
from trust.rules.seal_standing import seal_in
from trust.rules.standing import MOVES
from trust.rules.two_people import ALONE_A_DAY, Cause
from trust.sealing.ports import Officer

PAGE = 50


class Warranting:
    """`issuer.warrants` at work; every method that writes takes whoever acts and an idempotency key."""

    def __init__(
        self,
        archive: Archive,
        catalogue: Cataloguing,
        publisher: Callable[[], Publisher],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        alone: int = ALONE_A_DAY,
        *,
        after_end: Callable[[Warrant], object],
    ) -> None:
        self._after_end = after_end
        self._archive, self._catalogue, self._publisher = archive, catalogue, publisher
        self._now, self._random, self._alone = now, random, alone

    @property
    def bench(self) -> Bench:
        """What the journeys need."""
        archive = self._archive
        return Bench(
            archive.warrants,
            archive.acts,
            archive.log,
            self._body_of,
            self._begun,
            self._approval,
            self._random,
            self._alone,
        )

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, number: str, body_code: str) -> Warrant:
        """The order of a body; raises NoSuchWarrant."""
        return deciding.find(self.bench, number, body_code)

    def placed(self, key: str) -> Warrant | None:
        """The order that was placed under an idempotency key."""
        known = self._archive.warrants.by_key(key)
        return None if known is None else known[0]

    def events(self, warrant: Warrant) -> Sequence[Event]:
        """Its steps, oldest first."""
        return self._archive.warrants.events(warrant.number)

    def outcomes(self, warrant: Warrant) -> Sequence[Outcome]:
        """Its licences, with what became of them."""
        return self._archive.warrants.outcomes(warrant.number)

    def of_body(self, body_code: str, *, limit: int = PAGE) -> Sequence[Warrant]:
        """The orders of a body, those that wait first."""
        return self._archive.warrants.of_body(body_code, limit=limit)

    def waiting(self, body_code: str) -> int:
        """How many orders of a body wait for a decision."""
        return self._archive.warrants.waiting(body_code)

    def causes(self, wanted: Wanted, login: str) -> tuple[Cause, ...]:
        """Why this takes two people; empty if this one may do it alone."""
        return placing.causes_of(self.bench, wanted, login, self._now())

    def check(self, order: Order) -> None:
        """Ask the rules now what the register will ask them; raises as `placing.check`."""
        placing.check(self.bench, order, self._now())

    def refusals(self, wanted: Wanted, by: Officer) -> dict[str, str]:
        """The licences that could not be acted on now; raises as `placing.refusals` and `placing.check_subjects`."""
        placing.check_subjects(self.bench, wanted)
        return placing.refusals(self.bench, wanted, by.login, self._now())

    # --- writing -----------------------------------------------------------------------------------------------------

    def require_alone(self, order: Order, at: datetime) -> Order:
        """The order as one person may take it alone; raises as `placing.require_alone`."""
        return placing.require_alone(self.bench, order, at)

    def place(self, wanted: Wanted, *, by: Officer, key: str, reason: str = "") -> Warrant:
        """Place an order; raises as `placing.place`."""
        _note(wanted)
        placed = placing.place(self.bench, wanted, by=by, key=key, at=self._now(), reason=reason)
        note_about(order=placed.number)
        return placed

    def approve(self, warrant: Warrant, *, digest: str, by: Officer, key: str, reason: str = "") -> Warrant:
        """Approve it, record its acts and publish them; raises as `deciding.approve`.

        Raises:
            Conflict: `register-changed`, one of its steps was not taken here; nothing was done.
            NotYetPublished: they are recorded and in force, and no list shows them yet.

        """
        _note(warrant.wanted, warrant.number)
        self._require_own_steps(warrant)
        self._publisher().ready()
        done = deciding.approve(self.bench, warrant, digest=digest, by=by, key=key, at=self._now(), reason=reason)
        self._publish(done)
        return done

    def refuse(self, warrant: Warrant, *, reason: str, by: Officer, key: str) -> Warrant:
        """Refuse it; raises as `deciding.refuse`."""
        _note(warrant.wanted, warrant.number)
        return deciding.refuse(self.bench, warrant, reason=reason, by=by, key=key, at=self._now())

    def withdraw(self, warrant: Warrant, *, by: Officer, key: str, reason: str = "") -> Warrant:
        """Withdraw it; raises as `deciding.withdraw`."""
        _note(warrant.wanted, warrant.number)
        return deciding.withdraw(self.bench, warrant, reason=reason, by=by, key=key, at=self._now())

    def take_up(self) -> tuple[int, tuple[Exception, ...]]:
        """Carry on every order whose acts were cut off; how many were completed, and what kept the others."""
        kept: list[Exception] = []
        waiting = deciding.unfinished(self.bench)
        for warrant in waiting:
            try:
                self._require_own_steps(warrant)
                self._publish(deciding.carry_out(self.bench, warrant, at=self._now()))
            except Exception as error:  # noqa: BLE001  (whatever keeps one from going on must not keep the others)
                kept.append(error)
        return len(waiting) - len(kept), tuple(kept)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _require_own_steps(self, warrant: Warrant) -> None:
        """Make sure that whoever is said to have ordered and approved did it here; raises as `require_marked`."""
        steps = [spelled_of([one.number, one.sequence]) for one in self.events(warrant)]
        require_marked(self._archive.engine, "act_order_event", steps)

    def _publish(self, warrant: Warrant) -> None:
        publisher = self._publisher()
        of_seals = any(seal_in(subject) is not None for subject in warrant.wanted.subjects)
        with published_later(warrant.number):
            (publisher.after_seal_act if of_seals else publisher.after_act)(self._now())
            if of_seals and MOVES[warrant.wanted.kind].ends and warrant.stage is Stage.DONE:
                self._after_end(warrant)

    def _body_of(self, subject: str) -> str | None:
        """The body whose released licence or filed seal this is."""
        if (seal_id := seal_in(subject)) is not None:
            filed = self._archive.seals.find(seal_id)
            return None if filed is None else filed.body_code
        entry = self._archive.register.find(subject)
        released = entry is not None and entry.artefacts is not None
        return entry.licence.identifier.issuer_code if entry is not None and released else None

    def _begun(self, subject: str) -> datetime | None:
        """Since when something is there: a seal since its filing, a licence since its day of issue began in China."""
        if (seal_id := seal_in(subject)) is not None:
            filed = self._archive.seals.find(seal_id)
            return None if filed is None else filed.filed_at
        entry = self._archive.register.find(subject)
        return None if entry is None else start_of(entry.licence.issued_on)

    def _approval(self, subject: str) -> Approval:
        """What a seal, or the type of a licence, asks for; one person's for what is neither, as a copy."""
        if seal_in(subject) is not None:
            return "two"
        entry = self._archive.register.find(subject)
        if entry is None:
            return "one"
        try:
            return self._catalogue.type_of(entry.licence).approval
        except UnknownType:
            return "one"


def _note(wanted: Wanted, number: str = "") -> None:
    """Tell the trail what an order is about, and why; its digest stands for all that it names."""
    first = wanted.subjects[0] if wanted.subjects else ""
    named = {} if seal_in(first) else {"identifier": first}
    seal = {"seal_id": seal_in(first) or ""}
    note_about(order=number, act=wanted.kind.value, **named, **seal, subjects=str(len(wanted.subjects)))
    note_about(digest=wanted.digest)
    note_reason(wanted.ground)
