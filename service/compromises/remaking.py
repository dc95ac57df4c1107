"""Working off what has to be made again: licences as re-issues through the ordinary applications, the rest by people.

A licence of the register is a true licence, only its file cannot be told from a forgery any more. So it is followed by
a re-issue (补发) of the same content, which ends it. Two officials stand behind that where its type asks for two. Each
is under a key of its own, so that one that was cut off is found. What cannot be re-issued now (suspended, ended,
followed by another already) stays in the queue with the reason, until somebody drops it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.applying.deciding import needs_two
from issuer.applying.life import Stage
from issuer.applying.succeeding import carried_on
from issuer.errors import IssuerError
from issuer.ports import Entry as Registered
from issuer.ports import Office
from keys.sm3 import sm3
from service.applications import Applications
from service.archive import Archive
from service.lost_keys.again import Entry, State
from service.lost_keys.errors import CompromiseError, CompromiseRefused, NoSuchCompromise
from service.lost_keys.order import Compromise
from service.lost_keys.signed import Kind
from templates.errors import TemplatesError
from trust.errors import Malformed, TrustError
from trust.rules.succession import SuccessionKind
from trust.rules.text import check_text
from trust.sealing.ports import Officer

LONGEST = 400
BASIS = {True: "原签章密钥泄露，重新签发", False: "原印章已注销，重新签发"}
"""Why a licence is issued again, by whether a key was lost; else its seal ended."""


@dataclass(frozen=True)
class Worked:
    """What became of a chunk: made again, found made again already, and stuck, with the reason by subject."""

    again: int
    found: int
    stuck: dict[str, str]


@dataclass(frozen=True)
class Remaking:
    """The queue of an installation at work."""

    archive: Archive
    applications: Callable[[], Applications]
    office: Callable[[], Office]
    now: Callable[[], datetime]

    def listed(
        self, one: Compromise, state: State | None = None, *, after: str = "", limit: int = 100
    ) -> Sequence[Entry]:
        """Entries of a report."""
        return self.archive.reissues.listed(one.number, state, after=after, limit=limit)

    def entry(self, one: Compromise, subject: str) -> Entry:
        """One entry; raises NoSuchCompromise."""
        found = self.archive.reissues.find(one.number, subject)
        if found is None:
            raise NoSuchCompromise
        return found

    def work(self, one: Compromise, *, maker: Officer, second: Officer, limit: int, after: str = "") -> Worked:
        """Re-issue the next licences that wait, at most so many, from behind a subject on."""
        done, found, stuck = 0, 0, {}
        for entry in self.archive.reissues.listed(
            one.number, State.WAITING, after=after, limit=limit, kind=Kind.LICENCE
        ):
            try:
                fresh = self._again(one, entry, maker, second)
            except (CompromiseError, IssuerError, TemplatesError, TrustError) as error:
                stuck[entry.signed.subject] = getattr(error, "reason", type(error).__name__)
                self.archive.reissues.stuck(entry, stuck[entry.signed.subject][:LONGEST])
            else:
                done, found = done + fresh, found + (not fresh)
        return Worked(done, found, stuck)

    def settle(self, entry: Entry, *, successor: str, by: Officer) -> None:
        """Note under which number something was made again: the licence that follows, a copy, a request to seal.

        Raises:
            CompromiseRefused: `loss-successor`, there is no such copy or request of this body.
            CompromiseMoved: it does not wait any more.

        """
        if not self._exists(entry, successor):
            raise CompromiseRefused("loss-successor", successor)
        self.archive.reissues.settle(entry, State.AGAIN, by=by, at=self.now(), successor=successor)

    def drop(self, entry: Entry, *, reason: str, by: Officer) -> None:
        """Take an entry out of the work, with a reason; raises CompromiseRefused (`loss-reason`), CompromiseMoved."""
        try:
            check_text(reason, LONGEST)
        except Malformed as error:
            raise CompromiseRefused("loss-reason", error.reason) from error
        self.archive.reissues.settle(entry, State.DROPPED, by=by, at=self.now(), note=reason)

    def _again(self, one: Compromise, entry: Entry, maker: Officer, second: Officer) -> bool:
        """Re-issue one licence and note it; False if it had been followed before."""
        subject, applications = entry.signed.subject, self.applications()
        before = self.archive.register.find(subject)
        if before is None or before.artefacts is None:
            raise CompromiseRefused("loss-never-released", subject)
        follower = applications.successor_of(subject)
        fresh = follower is None
        if follower is None:
            follower = self._issued(entry, before, BASIS[one.loss.of_key], maker, second)
        identifier = str(follower.licence.identifier)
        self.archive.reissues.settle(entry, State.AGAIN, by=maker, at=self.now(), successor=identifier)
        return fresh

    def _issued(self, entry: Entry, before: Registered, basis: str, maker: Officer, second: Officer) -> Registered:
        applications, licence = self.applications(), before.licence
        type_code, body = licence.identifier.type_code, licence.identifier.issuer_code
        key = f"again:{entry.number}:{sm3(entry.signed.subject.encode()).hex()[:32]}"
        docket = self.archive.dockets.by_key(key)
        opened = docket[0] if docket is not None else None
        if opened is None:
            proposal = applications.propose(
                carried_on(licence, {}, at=self.now()),
                type_code=type_code,
                issuer_code=body,
                succession=(SuccessionKind.REISSUE.value, entry.signed.subject),
                basis=basis,
            )
            opened = applications.hand_in(proposal, by=maker, key=key)
        elif opened.stage is Stage.DRAFT:
            opened = applications.submit(opened, by=maker, key=f"{key}:submit")
        if opened.stage is Stage.SUBMITTED and needs_two(self.office().bundle(type_code)):
            digest = opened.proposal.digest
            return applications.approve(opened, digest=digest, by=second, key=f"{key}:approve")[1].entry
        return applications.issue(opened, by=maker)[1].entry

    def _exists(self, entry: Entry, successor: str) -> bool:
        if entry.signed.kind is Kind.DOCUMENT:
            request = self.archive.seal_requests.find(successor)
            filed = self.archive.seals.find(request.seal_id) if request else None
            return filed is not None and filed.body_code == entry.body_code
        if entry.signed.kind is Kind.LICENCE:
            follower = self.applications().successor_of(entry.signed.subject)
            return follower is not None and str(follower.licence.identifier) == successor
        found = self.archive.released(successor)
        return found is not None and found.licence.identifier.issuer_code == entry.body_code
