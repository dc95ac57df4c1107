"""The truth table of a seal's standing: what it was × whether the time of signing is proven × online or offline.

Online and offline are the same evidence of different age: online the newest trust list and status list, offline those
of an hour before whatever happened, and a trust list that was taken along without its status list, or the other way.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from keys.sm3 import sm3
from tests.pki_parts import AT
from trust.formats.status_list import StatusList
from trust.formats.trust_list import TrustList
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod
from trust.rules.standing import LIST_VALUE, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import Times
from trust.rules.verdict import Indication
from verifier.evidence import Evidence
from verifier.seal_status import judge_claimed_use, judge_seal_kind, judge_seal_status

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
V, S, C = Status.VALID, Status.SUSPENDED, Status.CANCELLED
P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)
OCTETS, NUMBER, ENTRY = b"a seal", "53019900000001", 5
NOW = AT + 100 * DAY


def listed(*changes: tuple[Status, datetime], digest: bytes | None = None) -> ListedSeal:
    periods = tuple(SealPeriod(status, since) for status, since in changes)
    pointer = StatusPointer(0, ENTRY)
    return ListedSeal(NUMBER, SealKind.UNIT, "11530199MB0T35T1XE", digest or sm3(OCTETS), AT, pointer, periods)


def trust_list(*seals: ListedSeal, at: datetime) -> TrustList:
    return TrustList(1, at, at + 7 * DAY, (), (), (), "log", "status", seals)


def status_list(value: int, at: datetime, *, holds: timedelta = DAY, size: int = 16) -> StatusList:
    bits = bytearray(size // 4)
    if size > ENTRY:
        bits[ENTRY // 4] |= value << 2 * (ENTRY % 4)
    return StatusList("status/0", 0, 1, at, at + holds, 60, 1, bytes(bits))


def evidence(trust: TrustList | None, status: StatusList | None) -> Evidence:
    return Evidence((), (), (), trust, {0: status} if status else {}, (), None, ())


def published(*changes: tuple[Status, datetime], at: datetime) -> Evidence:
    """What the installation publishes at an instant: it knows of the changes until then, and both lists agree."""
    known = tuple(change for change in changes if change[1] <= at)
    value = LIST_VALUE[known[-1][0]] if known else 0
    return evidence(trust_list(listed(*known), at=at), status_list(value, at))


def judged(known: Evidence, times: Times) -> tuple[str, Indication]:
    """Name and indication of what decides: the last finding."""
    found = judge_seal_status(NUMBER, OCTETS, known, times)
    assert {one.step for one in found} == {3}
    return found[-1].name, found[-1].indication


SUSPENDED = ((S, AT + 10 * DAY),)
RESUMED = ((S, AT + 10 * DAY), (V, AT + 20 * DAY))
ENDED = ((C, AT + 10 * DAY),)
ENDED_AFTER_PAUSE = ((S, AT + 10 * DAY), (V, AT + 20 * DAY), (C, AT + 30 * DAY))
NEVER = ((C, AT),)
BEFORE, WHILE, AFTER, LATE = AT + 5 * DAY, AT + 15 * DAY, AT + 25 * DAY, AT + 35 * DAY
UNPROVEN = None


@pytest.mark.parametrize(
    ("changes", "sealed_at", "online", "offline_before_it"),
    [
        # in use all the time
        ((), BEFORE, P, P),
        ((), UNPROVEN, P, P),
        ((), AT - SECOND, F, F),
        # suspended: a signature from before holds, one from then on never does
        (SUSPENDED, BEFORE, P, P),
        (SUSPENDED, AT + 10 * DAY - SECOND, P, P),
        (SUSPENDED, AT + 10 * DAY, F, P),
        (SUSPENDED, WHILE, F, P),
        (SUSPENDED, UNPROVEN, I, P),
        # resumed: the time in between stays lost, and nobody can tell without proof
        (RESUMED, BEFORE, P, P),
        (RESUMED, WHILE, F, P),
        (RESUMED, AT + 20 * DAY, P, P),
        (RESUMED, AFTER, P, P),
        (RESUMED, UNPROVEN, I, P),
        # ended
        (ENDED, BEFORE, P, P),
        (ENDED, WHILE, F, P),
        (ENDED, UNPROVEN, I, P),
        (ENDED_AFTER_PAUSE, WHILE, F, P),
        (ENDED_AFTER_PAUSE, AFTER, P, P),
        (ENDED_AFTER_PAUSE, LATE, F, P),
        (ENDED_AFTER_PAUSE, UNPROVEN, I, P),
        # ended from its beginning
        (NEVER, BEFORE, F, None),
        (NEVER, UNPROVEN, F, None),
    ],
)
def test_the_truth_table(
    changes: tuple[tuple[Status, datetime], ...],
    sealed_at: datetime | None,
    online: Indication,
    offline_before_it: Indication | None,
) -> None:
    times = Times(NOW, sealed_at)
    assert judged(published(*changes, at=NOW), times)[1] is online
    if offline_before_it is None:
        return
    taken = AT + 9 * DAY  # evidence of an hour before anything happened knows nothing of it, and says how old it is
    early = Times(taken + HOUR, sealed_at if sealed_at and sealed_at <= taken else None)
    name, indication = judged(published(*changes, at=taken), early)
    assert indication is (F if sealed_at and sealed_at < AT else offline_before_it), name


@pytest.mark.parametrize("changes", [SUSPENDED, ENDED, RESUMED, ENDED_AFTER_PAUSE])
def test_old_evidence_is_open_once_it_is_stale(changes: tuple[tuple[Status, datetime], ...]) -> None:
    known = published(*changes, at=AT + 9 * DAY)
    assert judged(known, Times(AT + 10 * DAY, None)) == ("seal-status", I), "the status list has run out"
    assert judged(known, Times(NOW, BEFORE)) == ("seal-status", P), "what lies before both lists stays settled"


@pytest.mark.parametrize(("value", "sealed_at"), [(2, None), (1, None), (2, BEFORE), (1, BEFORE), (3, WHILE)])
def test_a_status_list_that_knows_more_than_the_trust_list_leaves_it_open(
    value: int, sealed_at: datetime | None
) -> None:
    known = evidence(trust_list(listed(), at=AT + 9 * DAY), status_list(value, AT + 10 * DAY))
    assert judged(known, Times(AT + 10 * DAY + HOUR, sealed_at)) == ("seal-status", I)


def test_a_trust_list_that_knows_more_than_the_status_list_decides() -> None:
    known = evidence(trust_list(listed(*SUSPENDED), at=AT + 12 * DAY), status_list(0, AT + 9 * DAY, holds=30 * DAY))
    now = AT + 12 * DAY + HOUR
    assert [judged(known, Times(now, at))[1] for at in (BEFORE, AT + 11 * DAY, None)] == [P, F, I]


def test_lists_of_one_act_agree_although_one_is_dated_in_whole_seconds() -> None:
    since = AT + 10 * DAY + timedelta(milliseconds=700)
    known = evidence(trust_list(listed((S, since)), at=AT + 10 * DAY), status_list(2, AT + 10 * DAY))
    assert judged(known, Times(since + SECOND, BEFORE)) == ("seal-status", P)


@pytest.mark.parametrize(
    ("status", "times", "expected"),
    [
        (None, Times(NOW), I),
        (None, Times(NOW, BEFORE), P),
        (status_list(0, NOW, size=4), Times(NOW), F),
        (status_list(0, NOW + HOUR), Times(NOW), I),
        (status_list(0, NOW - DAY), Times(NOW), I),
        (status_list(0, NOW - DAY + SECOND), Times(NOW), P),
    ],
)
def test_the_status_list_for_instants_after_the_trust_list(
    status: StatusList | None, times: Times, expected: Indication
) -> None:
    known = evidence(trust_list(listed(), at=NOW - 2 * DAY), status)
    assert judged(known, times) == ("seal-status", expected)


def test_what_is_not_on_file() -> None:
    other = listed(digest=sm3(b"another seal"))
    table = [
        (None, ("seal-status", I)),
        (replace(trust_list(at=NOW), seals=None), ("seal-status", I)),
        (trust_list(at=NOW), ("seal-not-filed", F)),
        (trust_list(other, at=NOW), ("seal-not-filed", F)),
    ]
    for trust, expected in table:
        for times in (Times(NOW), Times(NOW, BEFORE)):
            assert judged(evidence(trust, status_list(0, NOW)), times) == expected


def test_verifying_for_an_instant_before_the_filing() -> None:
    known = published(at=NOW)
    assert judged(known, Times(AT - DAY)) == ("seal-status", I)
    assert judged(known, Times(NOW, AT - DAY)) == ("seal-not-filed", F)


def test_the_kind_of_a_seal() -> None:
    known = published(at=NOW)
    for kinds, expected in ((None, []), (frozenset({SealKind.UNIT}), []), (frozenset({SealKind.LICENCE}), [F])):
        assert [one.indication for one in judge_seal_kind(NUMBER, known, kinds)] == expected
    assert judge_seal_kind("another", known, frozenset()) == []
    assert judge_seal_kind(NUMBER, evidence(None, None), frozenset()) == []


@pytest.mark.parametrize(
    ("claimed", "fails"),
    [
        (None, False),
        (AT - DAY, False),
        (AT + DAY - SECOND, False),
        (AT + 2 * DAY, True),
        (AT + 3 * DAY - SECOND, False),
        (AT + 3 * DAY, False),
        (AT + 6 * DAY, True),
    ],
    ids=["nothing", "before its filing", "in use", "suspended", "the second it came back", "in use again", "ended"],
)
def test_a_claim_can_only_speak_against(claimed: datetime | None, fails: bool) -> None:
    changes = ((S, AT + DAY), (V, AT + 3 * DAY), (C, AT + 5 * DAY))
    found = judge_claimed_use(NUMBER, claimed, published(*changes, at=NOW))
    assert [(one.name, one.indication) for one in found] == ([("seal-not-in-use-at-claim", F)] if fails else [])
    assert judge_claimed_use("53019900000002", claimed, published(*changes, at=NOW)) == []
    assert judge_claimed_use(NUMBER, claimed, evidence(None, None)) == []
