"""Was it valid on that day, with evidence: a stranger checks the file alone, and finds what was changed or left out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from issuer.errors import NoSuchLicence
from issuer.issuing import Issued
from tests.city import City
from tests.journey_parts import identifier, number
from tests.ofd_foreign import letter
from trust.formats.act_record import decode_act, encode_act
from trust.formats.bundle import decode_bundle, encode_bundle
from trust.formats.log_proof import decode_log_proof, encode_log_proof
from trust.formats.standing_evidence import (
    EvidencedAct,
    StandingEvidence,
    decode_standing_evidence,
    encode_standing_evidence,
)
from trust.revocation.acting import Order, act
from trust.rules.past_standing import Answer
from trust.rules.standing import ActKind, Status
from trust.rules.verdict import Indication
from verifier.past_standing import PastVerdict, check_past_standing
from verifier.reading import read_sealed

HOUR = timedelta(hours=1)
LISTS = ("list_then", "list_then_proof", "list_next", "list_next_proof")


@dataclass
class Story:
    """A licence suspended after two hours, given back after four, annulled after eight as of the fifth."""

    city: City
    issued: Issued
    other: Issued
    begun: datetime

    def at(self, hours: float) -> datetime:
        return self.begun + HOUR * hours

    def evidence(self, hours: float) -> StandingEvidence:
        made, _ = self.city.yinzheng.past_standings.evidence(identifier(self.issued), self.at(hours))
        return made

    def check(self, evidence: StandingEvidence, now: datetime | None = None) -> PastVerdict:
        """What somebody says who has the file and the pinned root, and nothing else."""
        octets = encode_standing_evidence(evidence)
        return check_past_standing(
            decode_standing_evidence(octets), self.city.yinzheng.anchors, now or self.city.clock()
        )


@pytest.fixture(scope="module")
def story() -> Story:
    city = City(people=False)
    issued, other = city.issue(number=number()), city.issue(number=number())
    told = Story(city, issued, other, city.clock())
    city.clock.forward(hours=2)
    city.act(ActKind.SUSPEND, issued, "penalty", reason="立案调查")
    city.act(ActKind.SUSPEND, other, "penalty")
    city.clock.forward(hours=2)
    city.act(ActKind.REINSTATE, issued, "decision-overturned", decision="云复决〔2026〕12号")
    city.clock.forward(hours=4)
    city.act(ActKind.RESCIND, issued, "fraud", effective_at=told.at(5))
    city.clock.forward(hours=1)
    city.yinzheng.publisher.refresh(city.clock())
    return told


@pytest.mark.parametrize(
    ("hours", "answer", "today", "then"),
    [
        (-1, Answer.NOT_YET_ISSUED, Status.VALID, Status.VALID),
        (1, Answer.VALID_NOT_SINCE, Status.VALID, Status.VALID),
        (3, Answer.NOT_VALID, Status.SUSPENDED, Status.SUSPENDED),
        (4.5, Answer.VALID_NOT_SINCE, Status.VALID, Status.VALID),
        (6, Answer.NOT_VALID, Status.RESCINDED, Status.VALID),
        (8.5, Answer.NOT_VALID, Status.RESCINDED, Status.RESCINDED),
        (24, Answer.UNKNOWN, None, None),
    ],
)
def test_the_answers(story: Story, hours: float, answer: Answer, today: Status | None, then: Status | None) -> None:
    verdict = story.check(story.evidence(hours))
    assert verdict.answer is answer
    register = story.city.yinzheng.past_standings.answer(identifier(story.issued), story.at(hours))
    assert register.answer is answer  # who has no evidence is told the same
    assert [one for one in verdict.findings if one.indication is Indication.FAILED] == []
    if today is not None:
        assert verdict.standing is not None
        assert (verdict.standing.today.status, verdict.standing.then.status) == (today, then)
        warned = {one.name for one in verdict.findings if one.warning}
        assert ("retroactive" in warned) is (today is not then)


def test_what_the_evidence_proves_is_told_step_by_step(story: Story) -> None:
    verdict = story.check(story.evidence(4.5))
    passed = {(one.step, one.name) for one in verdict.findings if one.indication is Indication.PASSED}
    assert passed >= {
        (0, "evidence-time"), (3, "seal-then"), (4, "token-signature"), (5, "signer-path"), (6, "mandate"),
        (7, "identifier"), (8, "acts-complete"), (8, "list-then"), (8, "list-now"), (8, "list-current"), (8, "standing-on"),
        (9, "issue-logged"), (9, "acts-logged"), (9, "list-logged"),
    }  # fmt: skip


def without(number: int) -> Callable[[Story, StandingEvidence], StandingEvidence]:
    return lambda _story, given: replace(
        given, acts=tuple(one for place, one in enumerate(given.acts, 1) if place != number)
    )


def with_act(number: int, **changed: object) -> Callable[[Story, StandingEvidence], StandingEvidence]:
    def change(_story: Story, given: StandingEvidence) -> StandingEvidence:
        one = given.acts[number - 1]
        forged = replace(one, act=encode_act(replace(decode_act(one.act), **changed)))
        return replace(given, acts=(*given.acts[: number - 1], forged, *given.acts[number:]))

    return change


def of_another(_story: Story, given: StandingEvidence) -> StandingEvidence:
    made, _ = _story.city.yinzheng.past_standings.evidence(identifier(_story.other), given.on)
    return replace(given, acts=made.acts)


def token_of_another(story: Story, given: StandingEvidence) -> StandingEvidence:
    made, _ = story.city.yinzheng.past_standings.evidence(identifier(story.other), given.on)
    return replace(given, token=made.token, issue=made.issue)


def resequenced(_story: Story, given: StandingEvidence) -> StandingEvidence:
    """The first two acts left out, and the third given their number."""
    one = given.acts[2]
    return replace(
        given, acts=(EvidencedAct(encode_act(replace(decode_act(one.act), sequence=1)), one.salt, one.proof),)
    )


def list_of(hours: float) -> Callable[[Story, StandingEvidence], StandingEvidence]:
    def change(story: Story, given: StandingEvidence) -> StandingEvidence:
        other = story.evidence(hours)
        return replace(given, **{name: getattr(other, name) for name in LISTS})

    return change


def two_acts_and_their_list_left_out(story: Story, given: StandingEvidence) -> StandingEvidence:
    """A suspension and its lifting, hidden behind the list of before: only the list after it gives them away."""
    return list_of(1)(story, replace(given, acts=()))


def flipped(octets: bytes | None) -> bytes:
    assert octets is not None
    return octets[:-1] + bytes([octets[-1] ^ 1])


def moved_entry(_story: Story, given: StandingEvidence) -> StandingEvidence:
    proof = decode_log_proof(given.issue or b"")
    return replace(given, issue=encode_log_proof(replace(proof, index=proof.index + 1)))


def without_lists(_story: Story, given: StandingEvidence) -> StandingEvidence:
    return replace(given, bundle=encode_bundle(replace(decode_bundle(given.bundle), status_lists=())))


TAMPERED: dict[str, tuple[float, Callable[[Story, StandingEvidence], StandingEvidence], tuple[int, str]]] = {
    "the suspension left out": (3, without(1), (8, "acts-complete")),
    "the end left out": (4.5, without(3), (8, "list-now")),
    "all acts left out": (3, lambda _, given: replace(given, acts=()), (8, "list-then")),
    "the first two left out and the rest renumbered": (3, resequenced, (9, "act-logged")),
    "an act twice": (3, lambda _, given: replace(given, acts=(*given.acts, given.acts[0])), (8, "acts-complete")),
    "another effective time": (3, with_act(1, reason="另案"), (9, "act-logged")),
    "another reversal": (4.5, with_act(2, reverses=None, decision="〔2026〕1号"), (9, "act-logged")),
    "an act of another licence": (3, of_another, (8, "acts-complete")),
    "another salt": (
        3,
        lambda _, given: replace(given, acts=(replace(given.acts[0], salt=bytes(16)), *given.acts[1:])),
        (9, "act-logged"),
    ),
    "another act's proof": (
        3,
        lambda _, given: replace(given, acts=(replace(given.acts[0], proof=given.acts[1].proof), *given.acts[1:])),
        (9, "act-logged"),
    ),
    "another licence's token": (3, token_of_another, (7, "identifier")),
    "a token changed": (3, lambda _, given: replace(given, token=flipped(given.token)), (4, "token-signature")),
    "the issue at another place": (3, moved_entry, (9, "issue-logged")),
    "an older list that had not run out yet": (3, list_of(1), (8, "list-current")),
    "two acts and the list that showed them": (3, two_acts_and_their_list_left_out, (8, "list-current")),
    "a later list": (3, list_of(4.5), (8, "list-then")),
    "the list changed": (3, lambda _, given: replace(given, list_then=flipped(given.list_then)), (8, "list-then")),
    "asked about another time": (
        3,
        lambda story, given: replace(given, on=story.at(1)),
        (8, "list-then"),
    ),
    "made in the future": (
        3,
        lambda story, given: replace(given, made_at=story.city.clock() + timedelta(days=1)),
        (0, "evidence-time"),
    ),
    "another seal": (3, lambda _, given: replace(given, seal="53019999999999"), (3, "seal-then")),
}


@pytest.mark.parametrize("case", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_changed_is_found_and_answers_nothing(
    story: Story, case: tuple[float, Callable[[Story, StandingEvidence], StandingEvidence], tuple[int, str]]
) -> None:
    hours, change, expected = case
    verdict = story.check(change(story, story.evidence(hours)))
    failed = {(one.step, one.name) for one in verdict.findings if one.indication is Indication.FAILED}
    assert expected in failed
    assert verdict.answer is Answer.UNKNOWN


MISSING: dict[str, tuple[Callable[[Story, StandingEvidence], StandingEvidence], tuple[int, str]]] = {
    "no list of the time": (
        lambda _, given: replace(given, list_then=None, list_then_proof=None),
        (8, "list-then"),
    ),
    "a list without its place in the log": (lambda _, given: replace(given, list_then_proof=None), (9, "list-logged")),
    "no list after it": (
        lambda _, given: replace(given, list_next=None, list_next_proof=None),
        (8, "list-current"),
    ),
    "no newest list": (without_lists, (8, "list-now")),
    "no proof of the issue": (lambda _, given: replace(given, issue=None), (9, "issue-logged")),
    "an act without its proof": (
        lambda _, given: replace(given, acts=(replace(given.acts[0], proof=None), *given.acts[1:])),
        (9, "act-logged"),
    ),
}


@pytest.mark.parametrize("case", MISSING.values(), ids=MISSING.keys())
def test_what_is_missing_leaves_the_answer_open(
    story: Story, case: tuple[Callable[[Story, StandingEvidence], StandingEvidence], tuple[int, str]]
) -> None:
    change, expected = case
    verdict = story.check(change(story, story.evidence(4.5)))
    opened = {(one.step, one.name) for one in verdict.findings if one.indication is Indication.INDETERMINATE}
    assert expected in opened
    assert verdict.answer is Answer.UNKNOWN


def test_a_stranger_with_another_root_believes_nothing(story: Story) -> None:
    apart = City(people=False, apart=True)
    verdict = check_past_standing(story.evidence(4.5), apart.yinzheng.anchors, story.city.clock())
    apart.close()
    assert verdict.answer is Answer.UNKNOWN


def test_it_is_checked_years_later_as_of_the_day_it_was_made(story: Story) -> None:
    evidence = story.evidence(4.5)
    verdict = story.check(evidence, now=story.city.clock() + timedelta(days=3650))
    assert verdict.answer is Answer.VALID_NOT_SINCE
    assert verdict.as_of is not None
    (age,) = [one.evidence_age_s for one in verdict.findings if one.name == "evidence-time"]
    assert age == int((story.city.clock() + timedelta(days=3650) - verdict.as_of).total_seconds())


def redated(given: StandingEvidence, made_at: datetime, on: datetime) -> StandingEvidence:
    """The same file under a later date, about a later instant: what it holds itself was signed before."""
    bundle = replace(decode_bundle(given.bundle), made_at=made_at.replace(microsecond=0))
    return replace(given, on=on, made_at=made_at, bundle=encode_bundle(bundle))


@pytest.mark.parametrize("minutes", [0, 4, 300])
def test_a_file_of_before_says_nothing_about_what_came_after_it(minutes: int) -> None:
    city = City(people=False)
    issued = city.issue(number=number())
    city.clock.forward(hours=1)
    made, told = city.yinzheng.past_standings.evidence(identifier(issued), city.clock())
    assert told.answer is Answer.VALID
    assert told.as_of == city.clock().replace(microsecond=0)
    city.clock.forward(seconds=2)
    city.act(ActKind.SUSPEND, issued, "penalty")
    city.clock.forward(minutes=minutes, seconds=1)
    now = city.clock()
    verdict = check_past_standing(redated(made, now, now), city.yinzheng.anchors, now)
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.as_of == told.as_of
    assert "known-until" in {one.name for one in verdict.findings if one.indication is Indication.INDETERMINATE}
    verdict = check_past_standing(redated(made, now, made.on), city.yinzheng.anchors, now)
    assert (verdict.answer, verdict.as_of) == (Answer.VALID, told.as_of)  # true, and as of then
    _, told = city.yinzheng.past_standings.evidence(identifier(issued), now)
    assert told.answer is Answer.NOT_VALID


def test_the_evidence_is_about_this_very_file(story: Story) -> None:
    given, now = story.evidence(4.5), story.city.clock()
    changed = bytearray(story.issued.ofd)
    changed[-1] ^= 1
    told = {}
    for name, octets in {
        "ofd": story.issued.ofd,
        "pdf": story.issued.pdf,
        "another": story.other.ofd,
        "changed": bytes(changed),
        "longer": story.issued.pdf + b"\n",
        "no licence": letter(),
    }.items():
        verdict = check_past_standing(given, story.city.yinzheng.anchors, now, (octets, read_sealed(octets)))
        (finding,) = [one for one in verdict.findings if one.name == "licence-file"]
        told[name] = (finding.indication, verdict.answer)
    right, wrong = (Indication.PASSED, Answer.VALID_NOT_SINCE), (Indication.FAILED, Answer.UNKNOWN)
    assert told == dict.fromkeys(told, wrong) | {"ofd": right, "pdf": right}
    unproven, read = replace(given, issue=None), read_sealed(story.issued.ofd)
    verdict = check_past_standing(unproven, story.city.yinzheng.anchors, now, (story.issued.ofd, read))
    assert (7, "licence-file") in {
        (one.step, one.name) for one in verdict.findings if one.indication is Indication.INDETERMINATE
    }


def test_asking_about_now_publishes_at_most_once_a_minute() -> None:
    city = City(people=False)
    issued = city.issue(number=number())
    entry = city.yinzheng.archive.register.find(identifier(issued))
    assert entry is not None
    shard, numbers = entry.licence.status.list, []
    for _ in range(4):
        city.clock.forward(seconds=31)
        _, told = city.yinzheng.past_standings.evidence(identifier(issued), city.clock())
        assert told.answer is Answer.VALID
        numbers.append(city.yinzheng.archive.publications.highest(shard))
    assert numbers[-1] - numbers[0] == 2  # in 124 seconds, four times


def test_asking_about_now_knows_the_act_of_this_very_second() -> None:
    """The list that shows it is of whole seconds, the act is not."""
    city = City(people=False)
    issued = city.issue(number=number())
    city.clock.at = city.clock().replace(microsecond=0) + timedelta(seconds=5.2)
    city.act(ActKind.REVOKE, issued, "penalty")
    city.clock.forward(seconds=1.3)
    given, told = city.yinzheng.past_standings.evidence(identifier(issued), city.clock())
    assert (told.answer, len(told.acts)) == (Answer.NOT_VALID, 1)
    assert given.on == city.clock() - timedelta(seconds=1.3), (
        "that of the list, and none was published for the question"
    )


@pytest.mark.parametrize("later", [False, True])
def test_a_recent_list_is_no_answer_once_an_act_is_newer(later: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act is recorded, and its publication was cut off; or it takes effect only after the list was made."""
    city = City(people=False)
    issued = city.issue(number=number())
    city.clock.forward(minutes=5)
    past, name = city.yinzheng.past_standings, identifier(issued)
    assert past.evidence(name, city.clock())[1].answer is Answer.VALID
    city.clock.forward(seconds=20)
    order = Order(ActKind.SUSPEND, name, "penalty", "逾期未整改", "周明远（scjg）")
    order = replace(order, effective_at=city.clock() + timedelta(seconds=5) if later else None)
    act(city.yinzheng.archive.acts, city.yinzheng.archive.log, order, key="x", at=city.clock(), random=bytes)
    city.clock.forward(seconds=20)
    evidence, verdict = past.evidence(name, city.clock())
    assert (evidence.on, verdict.answer) == (city.clock(), Answer.NOT_VALID)
    city.close()


def test_nobodys_licence_has_no_past(story: Story) -> None:
    with pytest.raises(NoSuchLicence):
        story.city.yinzheng.past_standings.evidence(identifier(story.issued)[:-1], story.begun)
