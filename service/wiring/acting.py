"""Acting on what was issued: acts and the orders of them, the register of seals, keys that were lost."""

from functools import cached_property

from issuer.warrants.warrant import ORDERED
from service.compromises.remaking import Remaking
from service.compromises.renewing import renew_key
from service.compromises.reporting import Reports
from service.compromises.stamped import Stamps
from service.compromises.working import Tools
from service.errors import published_later
from service.sealing import Seals
from service.trail.doing import note_about, note_reason
from service.warranting import Warranting
from service.wiring.issuing import Issuing
from trust.errors import Malformed
from trust.formats.certificate import Certificate
from trust.revocation.acting import Order, act
from trust.rules.seal_standing import SUBJECT_PREFIX
from trust.rules.standing import Act


class Acting(Issuing):
    """An installation that suspends, ends and mends."""

    def act(self, order: Order, *, key: str) -> Act:
        """Record an act and publish the list that shows it; raises as `trust.revocation.acting.act`.

        Raises:
            NeedsSecond: one person may not take it alone; it is ordered and approved (`warrants`).
            Malformed: `idempotency-reserved`, the key begins as those do that the register makes for itself.
            NotYetPublished: it is recorded and in force, and the list does not show it yet.

        """
        note_about(identifier=order.subject, act=order.kind.value)
        note_reason(order.ground)
        if self.archive.acts.by_key(key) is None:  # what was recorded stays what it was, whatever is asked for now
            _check_own(key)
            order = self.warrants.require_alone(order, self.now())
        self.publisher.ready()
        done = act(self.archive.acts, self.archive.log, order, key=key, at=self.now(), random=self.random)
        with published_later(done.subject):
            self.publisher.after_act(self.now())
        return done

    @cached_property
    def warrants(self) -> Warranting:
        """Acts that two people stand behind."""
        publisher = lambda: self.publisher  # noqa: E731  (asked for late, as everywhere here)
        return Warranting(
            self.archive,
            self.catalogue,
            publisher,
            self.now,
            self.random,
            self._means.alone_a_day,
            after_end=lambda order: self.compromises.list_ends(order),  # noqa: PLW0108  (late: it needs `warrants`)
        )

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
            require_alone=self.warrants.require_alone,
        )

    @cached_property
    def compromises(self) -> Reports:
        """Keys reported lost, and the work that follows."""
        publisher = lambda: self.publisher  # noqa: E731  (asked for late, as everywhere here)
        read = lambda data: self._read(data)  # noqa: E731, PLW0108  (late: `confine` may come later)
        stamps = Stamps(self.archive.seals.find, read, self.evidence, self.now)
        tools = Tools(self.archive, self.ring, self._means.blobs, publisher, self.now, self.random, stamps)
        return Reports(tools, self.city, self.directory, self.seals)

    @cached_property
    def remaking(self) -> Remaking:
        """What has to be made again after a loss."""
        return Remaking(self.archive, lambda: self.applications, lambda: self.office, self.now)

    def renew_key(self, body: str) -> tuple[str, Certificate]:
        """A new key and certificate for a body whose key was put away; raises as `service.compromises.renewing`."""
        return renew_key(
            self.city,
            self.archive,
            self.directory,
            self.ring,
            self.authority,
            self.publisher,
            body,
            at=self.now(),
            random=self.random,
        )


def _check_own(key: str) -> None:
    """By the beginning of an act's key an audit tells what it comes of: callers choose none of those."""
    if key.startswith((ORDERED, SUBJECT_PREFIX)):
        raise Malformed("idempotency-reserved", "it begins like a key of the register's own")
