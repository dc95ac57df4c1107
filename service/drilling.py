"""A drill 演练: the loss of a body's key, worked through on a copy of the installation, with times and findings.

Nobody is asked and nothing outside the copy is touched; two made-up people report and confirm. What is compared:

    before the drill     every licence of the sample passes, or whatever it was, is noted
    proven to be older   afterwards the same as before the drill
    the others           afterwards FAILED
    every code           FAILED where no log can be asked
    the key              opens no more
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from keys.errors import KeyNotUsable
from service.lost_keys.order import Compromise, Done
from service.lost_keys.signed import Blast, Kind, Proof, Signed
from service.wiring import Yinzheng
from trust.rules.verdict import Indication
from trust.sealing.ports import Officer
from verifier.verifying import verify_file

PEOPLE = (Officer("drill-1", "演练甲"), Officer("drill-2", "演练乙"))
REASON = "演练"


@dataclass(frozen=True)
class Checked:
    """A licence of the sample: what it was before, after, and after without the log; and what was to be expected."""

    one: Signed
    before: Indication
    after: Indication
    offline: Indication
    expected: Indication

    @property
    def well(self) -> bool:
        """Whether it came out as the rule says."""
        return self.after is self.expected and self.offline is Indication.FAILED


@dataclass(frozen=True)
class Drill:
    """The report: the blast, the steps with their times, the sample, and whether the key is out of use."""

    blast: Blast
    compromise: Compromise
    work: tuple[Done, ...]
    sample: tuple[Checked, ...]
    blocked: bool

    @property
    def differing(self) -> tuple[Checked, ...]:
        """What came out otherwise than the rule says."""
        return tuple(one for one in self.sample if not one.well)

    @property
    def well(self) -> bool:
        """Whether everything came out as expected."""
        return self.blocked and not self.differing

    def seconds(self, done: Done) -> float:
        """From the confirmation to the end of a step."""
        decided = self.compromise.decided_at or self.compromise.reported_at
        return (done.at - decided).total_seconds()


def drill_key_loss(copy: Yinzheng, body: str, since: datetime | None, *, sample: int) -> Drill:
    """Lose the key of a body in a copy of an installation; without an instant, in the middle of what was issued.

    Raises:
        CompromiseRefused: `body-unknown`, `loss-in-future`.
        KeysError, TrustError, NotYetPublished: a step of the work failed; that is a finding too.

    """
    reports = copy.compromises
    if since is None:
        whole = reports.reach(reports.loss_of_body(body, None, REASON))
        since = copy.archive.extent.middle(whole) or copy.now()
    loss = reports.loss_of_body(body, since, REASON)
    blast, chosen = reports.blast(loss), _sample(copy, body, since, sample)
    earlier = {one.subject: _judged(copy, one)[0] for one in chosen}
    one = reports.report(loss, by=PEOPLE[0], key=f"drill:{copy.random(8).hex()}")
    done = reports.confirm(one, digest=loss.digest, by=PEOPLE[1])
    checked = tuple(_checked(copy, each, earlier[each.subject]) for each in chosen)
    return Drill(blast, done, tuple(reports.work(done)), checked, _is_blocked(copy, loss.key_name))


def _sample(copy: Yinzheng, body: str, since: datetime, most: int) -> tuple[Signed, ...]:
    """The first licences of the body, and the first after the loss."""
    reports = copy.compromises
    loss = reports.loss_of_body(body, since, REASON)
    released = [one for one in islice(reports.signed(loss, everything=True), most) if one.kind is Kind.LICENCE]
    before = [one for one in released if one.proof is Proof.BEFORE]
    after = [one for one in islice(reports.signed(loss), most) if one.kind is Kind.LICENCE]
    return tuple(one for one in (*before, *after) if one.proof is not Proof.NONE)


def _judged(copy: Yinzheng, one: Signed) -> tuple[Indication, Indication]:
    """The verdict on the file of a licence with the log, and without it."""
    entry = copy.archive.register.find(one.subject)
    if entry is None:
        raise LookupError(one.subject)
    file, now = copy.files_of(entry).pdf, copy.now()
    offline = verify_file(file, copy.evidence(), now=now, online=None)
    return copy.verify_file(file).verdict.indication, offline.verdict.indication


def _checked(copy: Yinzheng, one: Signed, earlier: Indication) -> Checked:
    after, offline = _judged(copy, one)
    return Checked(one, earlier, after, offline, earlier if one.proof is Proof.BEFORE else Indication.FAILED)


def _is_blocked(copy: Yinzheng, name: str) -> bool:
    try:
        copy.ring.open(f"file:{name}")
    except KeyNotUsable:
        return True
    return False
