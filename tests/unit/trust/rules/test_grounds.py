"""Grounds: one table, for which acts each may be given, by whom, and whether it reaches back."""

from collections import Counter

import pytest

from trust.errors import Malformed, Untrusted
from trust.rules.errors import FieldRefused
from trust.rules.grounds import GROUNDS, REASON_LENGTH, Authority, check_authority, ground_for, grounds_for
from trust.rules.standing import MOVES, ActKind

OF_THE_REGISTER = {"copy-basis-ended"}
"""Nobody gives these as a ground: the register acts by itself."""


@pytest.mark.parametrize("kind", ActKind)
def test_every_act_has_a_ground_and_other(kind):
    """Setting a final decision aside takes a decision that does; nothing else will do."""
    codes = [ground.code for ground in grounds_for(kind)]
    assert (codes[-1] == "other") is (kind is not ActKind.OVERTURN)
    if kind not in {ActKind.RESTRICT, ActKind.OVERTURN}:
        assert len(codes) > 1


@pytest.mark.parametrize("ground", GROUNDS.values(), ids=lambda ground: ground.code)
def test_every_row_is_complete(ground):
    assert ground.kinds
    assert ground.kinds <= set(ActKind)
    assert ground.label
    assert ground.legal_basis
    assert ground.authorities
    assert (Authority.ISSUER in ground.authorities) is (ground.code not in OF_THE_REGISTER)


def test_codes_and_labels_are_not_used_twice():
    assert max(Counter(ground.label for ground in GROUNDS.values()).values()) == 1
    assert all(code == ground.code for code, ground in GROUNDS.items())


@pytest.mark.parametrize("ground", [ground for ground in GROUNDS.values() if ground.retroactive], ids=lambda g: g.code)
def test_only_what_ends_a_licence_may_reach_back_and_no_penalty(ground):
    assert all(MOVES[kind].ends for kind in ground.kinds)
    assert ActKind.REVOKE not in ground.kinds


def test_other_needs_words_and_never_reaches_back():
    other = GROUNDS["other"]
    assert other.needs_reason
    assert not other.retroactive
    assert other.kinds == set(ActKind) - {ActKind.OVERTURN}
    for empty in ("", "  ", "\u3000"):
        with pytest.raises(FieldRefused) as caught:
            ground_for(ActKind.SUSPEND, "other", empty)
        assert (caught.value.reason, caught.value.key) == ("reason-missing", "reason")
    assert ground_for(ActKind.SUSPEND, "other", "主管部门书面要求") is other


@pytest.mark.parametrize(
    ("kind", "code", "reason", "refusal"),
    [
        (ActKind.REVOKE, "no-such-ground", "", "ground-unknown"),
        (ActKind.REVOKE, "", "", "ground-unknown"),
        (ActKind.REVOKE, "fraud", "", "ground-kind"),
        (ActKind.RESCIND, "penalty", "", "ground-kind"),
        (ActKind.CANCEL, "penalty", "", "ground-kind"),
        (ActKind.REINSTATE, "holder-died", "", "ground-kind"),
        (ActKind.LAPSE, "issued-in-error", "", "reason-missing"),
        (ActKind.REVOKE, "penalty", "说明\u202e", "format-character"),
        (ActKind.REVOKE, "penalty", "字" * (REASON_LENGTH + 1), "too-long"),
    ],
)
def test_refusals(kind, code, reason, refusal):
    with pytest.raises(Malformed) as caught:
        ground_for(kind, code, reason)
    assert caught.value.reason == refusal


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ActKind.SUSPEND, "penalty"),
        (ActKind.REVOKE, "penalty"),
        (ActKind.RESCIND, "fraud"),
        (ActKind.CANCEL, "holder-died"),
        (ActKind.CANCEL, "not-renewed"),
        (ActKind.LAPSE, "superseded"),
        (ActKind.REINSTATE, "suspension-ended"),
    ],
)
def test_grounds_that_need_no_words(kind, code):
    assert ground_for(kind, code, "").code == code
    assert ground_for(kind, code, "字" * REASON_LENGTH).code == code


@pytest.mark.parametrize(
    ("code", "authority", "allowed"),
    [
        ("penalty", Authority.ENFORCEMENT, True),
        ("penalty", Authority.SUPERIOR, False),
        ("penalty", Authority.REGISTER, False),
        ("fraud", Authority.SUPERIOR, True),
        ("fraud", Authority.ENFORCEMENT, False),
        ("holder-died", Authority.ISSUER, True),
        ("holder-died", Authority.SUPERIOR, False),
        ("not-renewed", Authority.REGISTER, True),
        ("suspension-ended", Authority.REGISTER, True),
        ("other", Authority.REGISTER, False),
    ],
)
def test_who_may_use_which(code, authority, allowed):
    ground = GROUNDS[code]
    if allowed:
        check_authority(ground, authority)
    else:
        with pytest.raises(Untrusted, match="ground-authority"):
            check_authority(ground, authority)
    for kind in ground.kinds:
        assert (ground in grounds_for(kind, [authority])) is allowed


def test_nobody_may_use_nothing():
    assert grounds_for(ActKind.REVOKE, []) == ()


def test_the_register_alone_neither_suspends_nor_revokes():
    for kind in (ActKind.SUSPEND, ActKind.REVOKE, ActKind.RESCIND, ActKind.TRANSFER_OUT, ActKind.RESTRICT):
        assert grounds_for(kind, [Authority.REGISTER]) == ()


def test_authorities_have_words():
    assert len({authority.label for authority in Authority}) == len(Authority)
