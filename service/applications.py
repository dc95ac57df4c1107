"""Applications of an installation: handing in, deciding, issuing, and what follows from it in public.

The journeys are `issuer.applying`; here they get their stores and their instant, and what they changed is published.
Whoever approves issues with it: the answer to an approval is the licence, or why there is none yet.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from issuer.application import Application
from issuer.applying import deciding, filing, releasing
from issuer.applying.attaching import attach, attach_original
from issuer.applying.docket import Docket, Event, Proposal, members_of_application, propose
from issuer.applying.errors import NeedsApproval
from issuer.applying.life import Stage, Step
from issuer.applying.linting import Caution, check_proposal, warnings_of
from issuer.applying.moving import find
from issuer.applying.operations import Operation, operations_of
from issuer.applying.ports import Applying
from issuer.applying.previewing import preview
from issuer.applying.succeeding import wish
from issuer.errors import GivenUp
from issuer.inheriting import Originals
from issuer.issuing import Issued
from issuer.ports import Entry, Office
from service.archive import Archive
from service.errors import published_later
from service.photographs import taken_apart
from service.publisher import Publisher
from trust.revocation.acting import resume
from trust.rules.succession import Succession
from trust.sealing.ports import Officer

PAGE = 50
DECIDABLE = frozenset({Stage.SUBMITTED, Stage.RETURNED, Stage.APPROVED})


class Applications:
    """`issuer.applying` at work; every method that writes takes whoever acts and an idempotency key."""

    def __init__(
        self,
        archive: Archive,
        office: Callable[[], Office],
        publisher: Callable[[], Publisher],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        originals: Originals,
    ) -> None:
        self._archive, self._office, self._publisher, self._now, self._random = archive, office, publisher, now, random
        self._originals = originals

    @property
    def ports(self) -> Applying:
        """What the journeys need."""
        archive = self._archive
        held, acts = archive.register.held, archive.acts
        return Applying(
            archive.dockets, self._office(), held, acts.of, acts.carried_over, self._random, self._originals
        )

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, number: str, body_code: str) -> Docket:
        """The application of a body; raises NoSuchDocket."""
        return find(self.ports, number, body_code)

    def events(self, docket: Docket) -> Sequence[Event]:
        """Its steps, oldest first."""
        return self._archive.dockets.events(docket.number)

    def of_body(
        self, body_code: str, stages: Sequence[Stage] = tuple(Stage), *, limit: int = PAGE, after: str = ""
    ) -> Sequence[Docket]:
        """The applications of a body in these stages, the one moved last first."""
        return self._archive.dockets.of_body(body_code, stages, limit=limit, after=after)

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """How many applications of a body stand where."""
        return self._archive.dockets.counts(body_code)

    def warnings(self, docket: Docket) -> tuple[Caution, ...]:
        """What whoever decides should weigh; also that it may have been decided before a restore."""
        since = max((epoch.at for epoch in self._archive.epochs.every()), default=None)
        forgotten = since is not None and docket.opened_at <= since and docket.stage in {Stage.DRAFT, *DECIDABLE}
        own = (Caution("", "restored"),) if forgotten else ()
        return (*own, *warnings_of(self.ports, docket.proposal, at=self._now()))

    def preview(self, docket: Docket) -> bytes:
        """The face as it would be issued, as a PDF without seal; raises as `previewing.preview`."""
        return preview(self.ports, docket, at=self._now())

    def successor_of(self, identifier: str) -> Entry | None:
        """The released licence that follows another."""
        found = self._archive.register.successor_of(identifier)
        return found if found is not None and found.artefacts is not None else None

    def operations(self, entry: Entry) -> tuple[Operation, ...]:
        """The operations on a released licence."""
        identifier = str(entry.licence.identifier)
        return operations_of(entry, self._archive.acts.of(identifier), self.successor_of(identifier))

    # --- handing in --------------------------------------------------------------------------------------------------

    def propose(
        self,
        members: Mapping[str, Any],
        *,
        type_code: str,
        issuer_code: str,
        succession: tuple[str, str] | None = None,
        basis: str = "",
    ) -> Proposal:
        """A proposal for the face in force today; `succession` is the kind and the predecessor, in words.

        Raises:
            UnknownType, ApplicationRefused, SuccessionRefused: it cannot be one.

        """
        follows: Succession | None = wish(*succession) if succession else None
        template = self._office().bundle(type_code).template
        return propose(
            members, type_code=type_code, issuer_code=issuer_code, template=template, succession=follows, basis=basis
        )

    def open(self, proposal: Proposal, *, by: Officer, key: str) -> Docket:
        """Open a draft; raises as `filing.open_docket`."""
        return filing.open_docket(self.ports, proposal, by=by, key=key, at=self._now())

    def hand_in(self, proposal: Proposal, *, by: Officer, key: str) -> Docket:
        """Open and submit in one; what does not pass every check is not kept at all.

        Raises:
            IssuerError, TemplatesError, Conflict: as `filing.open_docket` and `filing.submit`.

        """
        if self._archive.dockets.by_key(key) is None:
            check_proposal(self.ports, proposal, key="", at=self._now())
        docket = self.open(proposal, by=by, key=key)
        return self.submit(docket, by=by, key=f"{key}:submit") if docket.stage is Stage.DRAFT else docket

    def save(self, docket: Docket, proposal: Proposal, *, by: Officer, key: str) -> Docket:
        """Change it; raises as `filing.save`."""
        return filing.save(self.ports, docket, proposal, by=by, key=key, at=self._now())

    def attach(self, docket: Docket, field: str, octets: bytes, *, by: Officer) -> Docket:
        """Give it a photograph; raises as `attaching.attach`."""
        return attach(self.ports, docket, field, octets, take=taken_apart, by=by, at=self._now())

    def attach_original(self, docket: Docket, name: str, *, by: Officer) -> Docket:
        """Name the original that was kept; raises as `attaching.attach_original`."""
        return attach_original(self.ports, docket, name, by=by, at=self._now())

    def submit(self, docket: Docket, *, by: Officer, key: str) -> Docket:
        """Submit it; raises as `filing.submit`."""
        return filing.submit(self.ports, docket, by=by, key=key, at=self._now())

    def withdraw(self, docket: Docket, *, by: Officer, key: str, reason: str = "") -> Docket:
        """Withdraw it; raises as `filing.withdraw`."""
        return filing.withdraw(self.ports, docket, reason=reason, by=by, key=key, at=self._now())

    # --- deciding ----------------------------------------------------------------------------------------------------

    def send_back(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket:
        """Send it back; raises as `deciding.send_back`."""
        return deciding.send_back(self.ports, docket, reason=reason, by=by, key=key, at=self._now())

    def refuse(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket:
        """Refuse it; raises as `deciding.refuse`."""
        return deciding.refuse(self.ports, docket, reason=reason, by=by, key=key, at=self._now())

    def abandon(self, docket: Docket, *, reason: str, by: Officer, key: str) -> Docket:
        """Give up what was begun, and publish that it is void; raises as `releasing.abandon`."""
        self._publisher().ready()
        done = releasing.abandon(self.ports, docket, reason=reason, by=by, key=key, at=self._now())
        self._publish_acts(docket.number)
        return done

    def approve(self, docket: Docket, *, digest: str, by: Officer, key: str) -> tuple[Docket, Issued]:
        """Approve and issue; raises as `deciding.approve` and `issue`."""
        self._publisher().ready()
        approved = deciding.approve(self.ports, docket, digest=digest, by=by, key=key, at=self._now())
        return self.issue(approved, by=by)

    def issue(self, docket: Docket, *, by: Officer) -> tuple[Docket, Issued]:
        """Issue what was approved, or what needs nobody else, or take it up again; and make it provable.

        Raises:
            IssuerError, TemplatesError, Conflict: as `deciding.waive` and `releasing.carry_out`.
            NotYetPublished: it is issued, and its proof is not public yet.

        """
        self._publisher().ready()
        at = self._now()
        if docket.stage is Stage.SUBMITTED:
            key = f"docket:{docket.number}:{docket.sequence + 1}:{Step.WAIVE.value}"
            docket = deciding.waive(self.ports, docket, by=by, key=key, at=at)
        try:
            done, issued = releasing.carry_out(self.ports, docket, by=by, at=at)
        except (GivenUp, NeedsApproval):
            self._publish_acts(docket.number)  # what was begun is void, and whoever has a file of it is to know
            raise
        licence = issued.entry.licence
        with published_later(str(licence.identifier)):
            self._publisher().after_issue(licence.status.list, self._now())
        if licence.succession is not None:
            self._publish_acts(str(licence.identifier))
        return done, issued

    def issue_for(self, application: Application, *, key: str, maker: Officer, second: Officer) -> Issued:
        """Hand in, approve and issue what two people stand behind; repeated under its key, the same licence.

        Raises:
            IssuerError, TemplatesError, Conflict: as `hand_in` and `approve`.

        """
        members = members_of_application(application)
        proposal = self.propose(members, type_code=application.type_code, issuer_code=application.issuer_code)
        docket = self.hand_in(proposal, by=maker, key=key)
        return self.approve(docket, digest=docket.proposal.digest, by=second, key=f"{key}:approve")[1]

    def take_up(self) -> tuple[int, tuple[Exception, ...]]:
        """Carry on every issue that was begun and cut off; how many were completed, and what kept the others."""
        kept: list[Exception] = []
        done = 0
        for docket in releasing.unfinished(self.ports):
            second = docket.approval.by if docket.approval else docket.maker
            try:
                self.issue(docket, by=second)
                done += 1
            except Exception as error:  # noqa: BLE001  (whatever keeps one from going on must not keep the others)
                kept.append(error)
        return done, tuple(kept)

    def _publish_acts(self, subject: str) -> None:
        """Log and publish the acts that were recorded with a step."""
        with published_later(subject):
            resume(self._archive.acts, self._archive.log, self._now())
            self._publisher().after_act(self._now())
