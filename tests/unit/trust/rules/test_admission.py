"""What may join the acts on record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from trust.errors import Conflict, TrustError
from trust.rules.admission import check_act, check_begun, reversed_by
from trust.rules.errors import MoveRefused
from trust.rules.grounds import Authority
from trust.rules.standing import Act, ActKind, Status, reversal_of, standing_at

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


NUMBERS = {"decision-overturned": "云复决〔2026〕12号", "decision-set-aside": "（2026）云行终3号"}
"""Decisions that these grounds rest on."""


def act(sequence, kind, ground, *, decided, effective=None, recorded=None, reason="", decision=None, reverses=None):
    effective, recorded = (decided if number is None else number for number in (effective, recorded))
    decision = NUMBERS.get(ground, "") if decision is None else decision
    times = day(decided), day(effective), day(recorded)
    receiver = "青石市市场监督管理局" if kind is ActKind.TRANSFER_OUT else ""
    more = {"decision": decision, "reverses": reverses, "receiver": receiver}
    return Act("id", sequence, kind, ground, reason, *times, "甲", **more)


def reason_of(acts, new, authority=Authority.ISSUER) -> str | None:
    try:
        check_act(acts, new, authority=authority)
    except TrustError as refusal:
        return refusal.reason
    return None


SUSPENDED = act(1, ActKind.SUSPEND, "penalty", decided=10)
REVOKED = act(1, ActKind.REVOKE, "penalty", decided=10)
CANCELLED = act(1, ActKind.CANCEL, "holder-request", decided=10)
RESCINDED = act(1, ActKind.RESCIND, "fraud", decided=10)
SCHEDULED_END = act(1, ActKind.CANCEL, "holder-request", decided=10, effective=30)


@pytest.mark.parametrize(
    ("acts", "new", "reason"),
    [
        ([], act(1, ActKind.SUSPEND, "penalty", decided=1), None),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "rectified", decided=11), None),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "suspension-ended", decided=11, effective=40), None),
        ([SUSPENDED], act(2, ActKind.REVOKE, "penalty", decided=11), None),
        ([SUSPENDED], act(2, ActKind.SUSPEND, "penalty", decided=11), "standing-move"),
        ([], act(1, ActKind.REINSTATE, "rectified", decided=11), "standing-move"),
        # an act recorded days after it was decided and took effect is no retroaction
        ([], act(1, ActKind.SUSPEND, "penalty", decided=1, recorded=5), None),
        # reaching back
        ([], act(1, ActKind.SUSPEND, "penalty", decided=5, effective=4), "not-retroactive"),
        ([], act(1, ActKind.REVOKE, "penalty", decided=5, effective=4), "not-retroactive"),
        ([], act(1, ActKind.REVOKE, "other", decided=5, effective=4, reason="说明"), "not-retroactive"),
        ([], act(1, ActKind.CANCEL, "holder-request", decided=5, effective=4), "not-retroactive"),
        ([], act(1, ActKind.CANCEL, "holder-died", decided=5, effective=4), None),
        ([], act(1, ActKind.RESCIND, "fraud", decided=5, effective=-400), None),
        # nor by the claim that it was decided long ago
        ([], act(1, ActKind.SUSPEND, "penalty", decided=1, recorded=31), None),
        ([], act(1, ActKind.SUSPEND, "penalty", decided=1, recorded=31.1), "recorded-too-late"),
        ([], act(1, ActKind.REVOKE, "penalty", decided=-9000, recorded=5), "recorded-too-late"),
        ([], act(1, ActKind.CANCEL, "holder-request", decided=-9000, recorded=5), "recorded-too-late"),
        ([], act(1, ActKind.LAPSE, "superseded", decided=-9000, recorded=5), "recorded-too-late"),
        ([], act(1, ActKind.REVOKE, "penalty", decided=-9000, effective=5, recorded=5), None),
        ([], act(1, ActKind.CANCEL, "holder-died", decided=-9000, recorded=5), None),
        ([], act(1, ActKind.RESCIND, "fraud", decided=-9000, recorded=5), None),
        # what restores does not even reach back to a decision recorded late
        ([SUSPENDED], act(2, ActKind.REINSTATE, "rectified", decided=12, recorded=15), "not-retroactive"),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "rectified", decided=12, effective=15, recorded=15), None),
        # the end is the end, and only a rescission annuls from before it
        ([REVOKED], act(2, ActKind.REINSTATE, "decision-overturned", decided=11), "standing-final"),
        ([REVOKED], act(2, ActKind.CANCEL, "withdrawn", decided=11), "standing-final"),
        ([REVOKED], act(2, ActKind.CANCEL, "holder-died", decided=11, effective=5), "standing-final"),
        ([CANCELLED], act(2, ActKind.RESCIND, "fraud", decided=11), "standing-final"),
        ([CANCELLED], act(2, ActKind.RESCIND, "fraud", decided=11, effective=0), None),
        ([RESCINDED], act(2, ActKind.RESCIND, "fraud", decided=11, effective=0), "standing-final"),
        # the move is judged where the act takes effect
        ([SCHEDULED_END], act(2, ActKind.SUSPEND, "penalty", decided=12), None),
        ([SCHEDULED_END], act(2, ActKind.SUSPEND, "penalty", decided=12, effective=30), "standing-final"),
        ([SUSPENDED], act(2, ActKind.SUSPEND, "penalty", decided=12, effective=50), "standing-move"),
        # grounds
        ([], act(1, ActKind.SUSPEND, "fraud", decided=1), "ground-kind"),
        ([], act(1, ActKind.SUSPEND, "other", decided=1), "reason-missing"),
        # place in the record
        ([SUSPENDED], act(1, ActKind.REVOKE, "penalty", decided=11), "act-sequence"),
        ([SUSPENDED], act(3, ActKind.REVOKE, "penalty", decided=11), "act-sequence"),
        ([], act(2, ActKind.REVOKE, "penalty", decided=11), "act-sequence"),
        ([SUSPENDED], act(2, ActKind.REVOKE, "penalty", decided=9), "act-recorded-order"),
        ([SUSPENDED], replace(act(2, ActKind.REVOKE, "penalty", decided=11), subject="other"), "act-subject"),
    ],
)
def test_what_may_be_recorded(acts, new, reason):
    assert reason_of(acts, new) == reason


@pytest.mark.parametrize(
    ("kind", "ground", "receiver", "reason"),
    [
        (ActKind.TRANSFER_OUT, "transfer-applied", "青石市市场监督管理局", None),
        (ActKind.TRANSFER_OUT, "transfer-applied", "11530199MB0T35T1XE", None),
        (ActKind.TRANSFER_OUT, "transfer-applied", "", "receiver-missing"),
        (ActKind.TRANSFER_OUT, "transfer-applied", " ", "edge-space"),
        (ActKind.TRANSFER_OUT, "transfer-applied", "局" * 101, "too-long"),
        (ActKind.SUSPEND, "penalty", "青石市市场监督管理局", "receiver-needless"),
    ],
)
def test_a_transfer_out_names_who_takes_it_in_and_no_other_act_does(kind, ground, receiver, reason):
    assert reason_of([], replace(act(1, kind, ground, decided=1), receiver=receiver)) == reason


def test_a_second_suspension_may_begin_where_the_first_ends():
    acts = [SUSPENDED, act(2, ActKind.REINSTATE, "suspension-ended", decided=10, effective=20)]
    assert reason_of(acts, act(3, ActKind.SUSPEND, "penalty", decided=12, effective=20)) is None


FIXED = act(1, ActKind.SUSPEND, "penalty", decided=10, effective=20)
FIXED_RESTRICTION = act(1, ActKind.RESTRICT, "other", decided=10, effective=20, reason="说明")
FIXED_TRANSFER = act(1, ActKind.TRANSFER_OUT, "transfer-applied", decided=10, effective=20)


@pytest.mark.parametrize(
    ("acts", "new", "reason"),
    [
        # an interruption before one that is fixed would swallow it, and whatever lifts the first would lift both
        ([FIXED], act(2, ActKind.TRANSFER_OUT, "transfer-applied", decided=11), "would-void-an-act"),
        ([FIXED], act(2, ActKind.RESTRICT, "other", decided=11, reason="说明"), "would-void-an-act"),
        ([FIXED], act(2, ActKind.SUSPEND, "penalty", decided=11), "would-void-an-act"),
        ([FIXED], act(2, ActKind.SUSPEND, "penalty", decided=11, effective=19.9), "would-void-an-act"),
        ([FIXED_RESTRICTION], act(2, ActKind.SUSPEND, "penalty", decided=11), "would-void-an-act"),
        # a transfer is the holder's wish: fixing one in advance wards off no measure
        ([FIXED_TRANSFER], act(2, ActKind.SUSPEND, "penalty", decided=11), None),
        ([FIXED_TRANSFER], act(2, ActKind.RESTRICT, "other", decided=11, reason="说明"), None),
        # an end is an end of everything, also of what is fixed for later
        ([FIXED], act(2, ActKind.REVOKE, "penalty", decided=11), None),
        ([FIXED], act(2, ActKind.CANCEL, "holder-request", decided=11), None),
        ([FIXED], act(2, ActKind.RESCIND, "fraud", decided=11, effective=0), None),
        ([SCHEDULED_END], act(2, ActKind.REVOKE, "penalty", decided=11), None),
        # what lifts it may take it back before it has begun, and end it when it has
        ([FIXED], act(2, ActKind.REINSTATE, "decision-overturned", decided=11, effective=20), None),
        ([FIXED], act(2, ActKind.REINSTATE, "suspension-ended", decided=11, effective=30), None),
        # lifting earlier than was fixed makes only the later lifting void
        (
            [SUSPENDED, act(2, ActKind.REINSTATE, "suspension-ended", decided=10, effective=40)],
            act(3, ActKind.REINSTATE, "rectified", decided=15),
            None,
        ),
    ],
)
def test_no_interruption_is_lost_by_an_act_that_does_not_lift_it(acts, new, reason):
    assert reason_of(acts, new) == reason


def test_a_lifting_in_the_gap_before_a_fixed_suspension_is_no_place_for_another_interruption():
    acts = [
        SUSPENDED,
        act(2, ActKind.REINSTATE, "rectified", decided=11),
        act(3, ActKind.SUSPEND, "penalty", decided=12, effective=20),
    ]
    assert reason_of(acts, act(4, ActKind.TRANSFER_OUT, "transfer-applied", decided=13)) == "would-void-an-act"
    back = act(5, ActKind.TRANSFER_BACK, "transfer-withdrawn", decided=25)
    assert reason_of([*acts, act(4, ActKind.TRANSFER_OUT, "transfer-applied", decided=13)], back) is None


def test_a_fixed_suspension_is_taken_back_to_suspend_at_once():
    """The way for an emergency: the fixed one is withdrawn on record, the new one begins now and stays."""
    acts = [FIXED, act(2, ActKind.REINSTATE, "decision-overturned", decided=11, effective=20)]
    now = act(3, ActKind.SUSPEND, "penalty", decided=11)
    assert reason_of(acts, now) is None
    assert standing_at([*acts, now], day(90)).act == now


def test_the_refusal_names_the_act_and_where_the_licence_would_stand():
    with pytest.raises(MoveRefused) as caught:
        check_act([FIXED], act(2, ActKind.TRANSFER_OUT, "transfer-applied", decided=11))
    assert (caught.value.status, caught.value.kind) == (Status.VALID, ActKind.TRANSFER_OUT)


@pytest.mark.parametrize(
    ("authority", "reason"),
    [(Authority.ISSUER, None), (Authority.ENFORCEMENT, None), (Authority.SUPERIOR, "ground-authority")],
)
def test_who_acts_is_asked(authority, reason):
    assert reason_of([], act(1, ActKind.SUSPEND, "penalty", decided=1), authority) == reason


def test_the_ground_comes_back():
    assert check_act([], act(1, ActKind.RESCIND, "fraud", decided=1)).code == "fraud"


def test_the_order_of_the_record_given_does_not_matter():
    acts = [SUSPENDED, act(2, ActKind.REINSTATE, "rectified", decided=11)]
    new = act(3, ActKind.SUSPEND, "penalty", decided=12)
    assert reason_of(acts, new) is reason_of(acts[::-1], new) is None


# --- acts about acts --------------------------------------------------------------------------------------------------

LIFT = act(2, ActKind.REINSTATE, "decision-overturned", decided=11, reverses=1)
ASIDE = act(2, ActKind.OVERTURN, "decision-set-aside", decided=11, reverses=1)


@pytest.mark.parametrize(
    ("acts", "new", "reason"),
    [
        # a lifting names what it lifts, or is understood to mean it; it names nothing else
        ([SUSPENDED], LIFT, None),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "decision-overturned", decided=11), None),
        (
            [SUSPENDED, LIFT, act(3, ActKind.SUSPEND, "penalty", decided=12)],
            act(4, ActKind.REINSTATE, "decision-overturned", decided=13, reverses=1),
            "act-reversal",
        ),
        ([SUSPENDED], act(2, ActKind.REVOKE, "penalty", decided=11, reverses=1), "act-reversal"),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "decision-overturned", decided=11, decision=""), "decision-missing"),
        ([SUSPENDED], act(2, ActKind.REINSTATE, "rectified", decided=11, decision="一" * 121), "too-long"),
        # an end is set aside once, by name, on a decision; it stays an end
        ([REVOKED], ASIDE, None),
        ([REVOKED], act(2, ActKind.OVERTURN, "decision-set-aside", decided=11), "act-reversal"),
        ([REVOKED], act(2, ActKind.OVERTURN, "decision-set-aside", decided=11, reverses=1, decision=""), "decision-missing"),
        ([REVOKED], act(2, ActKind.OVERTURN, "other", decided=11, reverses=1, reason="说明"), "ground-kind"),
        ([REVOKED, ASIDE], act(3, ActKind.OVERTURN, "decision-set-aside", decided=12, reverses=1), "already-reversed"),
        ([REVOKED, ASIDE], act(3, ActKind.REINSTATE, "decision-overturned", decided=12), "standing-final"),
        ([REVOKED], act(2, ActKind.OVERTURN, "decision-set-aside", decided=11, effective=10, reverses=1), "not-retroactive"),
        ([SUSPENDED], act(2, ActKind.OVERTURN, "decision-set-aside", decided=11, reverses=1), "standing-move"),
        # a check is no move: it lifts nothing and is not in the way of anything
        ([], act(1, ActKind.CHECK, "check-passed", decided=10), None),
        ([SUSPENDED], act(2, ActKind.CHECK, "check-passed", decided=11), None),
        ([REVOKED], act(2, ActKind.CHECK, "check-passed", decided=11), "standing-final"),
        ([FIXED], act(2, ActKind.CHECK, "check-passed", decided=11), None),
    ],
)  # fmt: skip
def test_acts_about_acts(acts, new, reason):
    assert reason_of(acts, new) == reason


def test_what_is_set_aside_stays_what_it_was():
    assert standing_at([REVOKED, ASIDE], day(99)) == standing_at([REVOKED], day(99))
    assert reversal_of([REVOKED, ASIDE], 1) == ASIDE
    assert reversal_of([REVOKED], 1) is None


def test_nothing_takes_effect_before_the_licence_was_there():
    begun = day(3)
    for kind, ground in ((ActKind.RESCIND, "fraud"), (ActKind.REVOKE, "penalty")):
        check_begun(act(1, kind, ground, decided=3), begun)
        check_begun(act(1, kind, ground, decided=2, recorded=4), None)
        with pytest.raises(Conflict) as caught:
            check_begun(act(1, kind, ground, decided=2.9, recorded=4), begun)
        assert caught.value.reason == "before-issue"


FIXED_END = act(1, ActKind.REVOKE, "penalty", decided=10, effective=30)
WITHDRAWN = act(2, ActKind.OVERTURN, "decision-set-aside", decided=20, reverses=1)


@pytest.mark.parametrize(
    ("acts", "new", "reason"),
    [
        ([FIXED_END], WITHDRAWN, None),
        ([SUSPENDED, replace(FIXED_END, sequence=2)], replace(WITHDRAWN, sequence=3, reverses=2), None),
        ([SUSPENDED, replace(FIXED_END, sequence=2)], replace(WITHDRAWN, sequence=3), "act-reversal"),
        ([FIXED], WITHDRAWN, "standing-move"),  # a suspension is taken back by lifting it
        ([FIXED_END, WITHDRAWN], replace(WITHDRAWN, sequence=3), "standing-move"),  # nothing is left to set aside
        ([FIXED_END, WITHDRAWN], act(3, ActKind.REVOKE, "penalty", decided=21), None),
        ([FIXED_END], act(2, ActKind.OVERTURN, "decision-set-aside", decided=20, reverses=1, decision=""), "decision-missing"),
    ],
)  # fmt: skip
def test_an_end_that_is_still_to_come_can_be_set_aside(acts, new, reason):
    assert reason_of(acts, new) == reason


@pytest.mark.parametrize(
    ("effective", "recorded", "status"),
    [
        (20, 20, Status.VALID),
        (29.9, 29.9, Status.VALID),
        (30, 20, Status.REVOKED),
        (20, 30, Status.REVOKED),  # whatever it claims: the end was there first, and people were told
        (20, 40, Status.REVOKED),
        (40, 40, Status.REVOKED),
    ],
)
def test_only_an_end_that_has_not_come_is_undone(effective, recorded, status):
    aside = act(
        2, ActKind.OVERTURN, "decision-set-aside", decided=20, effective=effective, recorded=recorded, reverses=1
    )
    assert standing_at([FIXED_END, aside], day(90)).status is status
    assert reversed_by([FIXED_END], ActKind.OVERTURN, day(effective)) == 1


def test_which_act_a_reversal_would_be_about():
    fixed = act(1, ActKind.SUSPEND, "penalty", decided=10, effective=20)
    assert reversed_by([fixed], ActKind.REINSTATE, day(20)) == 1
    assert reversed_by([fixed], ActKind.REINSTATE, day(19)) is None
    assert reversed_by([fixed], ActKind.REVOKE, day(20)) is None
