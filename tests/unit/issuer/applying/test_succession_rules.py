"""Which licence may be followed, by its standing, and by what became of the act that ended it."""

from datetime import UTC, datetime, timedelta

import pytest

from issuer.applying.succession_rules import Fate, fate_of, followable, require_followable
from trust.errors import Conflict
from trust.rules.standing import Act, ActKind, Status
from trust.rules.succession import SuccessionKind

AT = datetime(2026, 3, 20, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SUBJECT = "1.2.156.3005.2.11100000MB0143028R001.11530199MB0T35T1XE.4T8Q2X6ZB1M9WD5R7C3H.001.O"
Kind = SuccessionKind


def acts(*kinds: ActKind, effective_at: datetime = AT) -> list[Act]:
    """One act a day; an overturning names the act before it."""
    made = []
    for place, kind in enumerate(kinds, 1):
        at = AT - (len(kinds) - place) * DAY
        names = place - 1 if kind is ActKind.OVERTURN else None
        effective = effective_at if place == len(kinds) else at
        made.append(Act(SUBJECT, place, kind, "other", "理由", at, effective, at, "周明远", reverses=names))
    return made


FOLLOWED: dict[str, tuple[list[Act], set[SuccessionKind]]] = {
    "in force": (acts(), {Kind.RENEW, Kind.AMEND, Kind.REISSUE, Kind.CORRECT, Kind.COURT_ORDER}),
    "checked": (acts(ActKind.CHECK), {Kind.RENEW, Kind.AMEND, Kind.REISSUE, Kind.CORRECT, Kind.COURT_ORDER}),
    "suspended": (acts(ActKind.SUSPEND), set()),
    "restricted": (acts(ActKind.RESTRICT), set()),
    "being transferred": (acts(ActKind.TRANSFER_OUT), {Kind.TRANSFER_IN}),
    "revoked": (acts(ActKind.REVOKE), set()),
    "lapsed": (acts(ActKind.LAPSE), set()),
    "revoked, and that set aside": (acts(ActKind.REVOKE, ActKind.OVERTURN), {Kind.COURT_ORDER}),
    "annulled, and that set aside": (acts(ActKind.RESCIND, ActKind.OVERTURN), {Kind.COURT_ORDER}),
    "cancelled, and that set aside": (acts(ActKind.CANCEL, ActKind.OVERTURN), {Kind.COURT_ORDER}),
    "revoked, and that set aside from tomorrow": (
        acts(ActKind.REVOKE, ActKind.OVERTURN, effective_at=AT + DAY),
        set(),
    ),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_may_be_followed(name: str) -> None:
    recorded, ways = FOLLOWED[name]
    fate = fate_of(recorded, AT)
    assert {kind for kind in Kind if followable(kind, fate)} == ways
    for kind in Kind:
        if kind in ways:
            require_followable(kind, fate)
            continue
        with pytest.raises(Conflict) as refused:
            require_followable(kind, fate)
        assert refused.value.reason.startswith("predecessor-")


def test_an_annulment_that_reaches_before_the_end_is_another_end() -> None:
    """The revocation was set aside, the annulment that was recorded afterwards was not."""
    first, second = acts(ActKind.REVOKE, ActKind.OVERTURN)
    annulled = Act(SUBJECT, 3, ActKind.RESCIND, "fraud", "", AT, AT - 9 * DAY, AT, "周明远")
    assert fate_of([first, second], AT).set_aside
    fate = fate_of([first, second, annulled], AT)
    assert (fate.standing.status, fate.set_aside) == (Status.RESCINDED, False)
    assert not followable(Kind.COURT_ORDER, fate)


def test_what_is_in_force_was_not_set_aside() -> None:
    fate = fate_of([], AT)
    assert fate == Fate(fate.standing, set_aside=False)
    assert fate.standing.status is Status.VALID
