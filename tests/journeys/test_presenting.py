"""Presenting a code that is redeemed once."""

from dataclasses import replace

import pytest

from issuer.errors import IdempotencyMismatch, NoSuchLicence
from issuer.presenting.errors import (
    CodeExpired,
    CodeForOthers,
    CodeUsed,
    CodeWithdrawn,
    NoSuchCode,
    PresentingRefused,
    TooManyCodes,
)
from issuer.presenting.ports import Presenter
from issuer.presenting.redeeming import Redemption
from tests.city import City
from tests.copy_parts import WINDOW, copy_of, presenter_of
from tests.journey_parts import (
    FAILED,
    PASSED,
    identifier,
    number,
)
from tests.presenting_parts import PLACE, redeemed, shown_in
from trust.rules.standing import ActKind


def test_a_code_opens_the_licence_once_and_the_holder_sees_who_used_it(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    made = presenting.once(identifier(issued), me)
    done = redeemed(city, made, key="k1")
    assert done.verdict.indication is PASSED
    rows = {row.key: row.text for row in done.rows}
    assert rows["holder"] == issued.entry.licence.holders[0].name
    use = presenting.code(made.code.number, me).use
    assert use is not None
    assert (use.at, use.by, use.department, use.place) == (city.clock(), "罗小满", WINDOW, PLACE)
    assert presenting.mine(identifier(issued), me)[0].use == use


def test_the_second_redemption_hears_when_and_where(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    first = city.clock()
    redeemed(city, made, key="k1")
    city.clock.forward(seconds=30)
    with pytest.raises(CodeUsed) as caught:
        redeemed(city, made, key="k2", place="别处")
    assert (caught.value.at, caught.value.place) == (first, PLACE)
    assert redeemed(city, made, key="k1").code.use == replace(redeemed(city, made, key="k1").code.use, at=first)  # type: ignore[type-var]  # there is one


def test_a_repeated_request_is_answered_for_a_minute(city: City) -> None:
    """A key is worth its own request for as long as a form is sent twice; it is no way to look in again later."""
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    use = redeemed(city, made, key="k1").code.use
    for other in ({"place": "别处"}, {"by": "别人"}):
        with pytest.raises(IdempotencyMismatch):
            redeemed(city, made, key="k1", **other)
    city.clock.forward(seconds=60)
    assert redeemed(city, made, key="k1").code.use == use
    city.clock.forward(seconds=1)
    for place in (PLACE, "别处"):
        with pytest.raises(CodeUsed):
            redeemed(city, made, key="k1", place=place)


def test_a_key_that_has_redeemed_one_code_redeems_no_other(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    first, second = (presenting.once(identifier(issued), me) for _ in range(2))
    asked = [Redemption(made.text, "罗小满", WINDOW, PLACE) for made in (first, second)]
    use = presenting.redeem(asked[0], key="one key").code.use
    with pytest.raises(IdempotencyMismatch):
        presenting.redeem(asked[1], key="one key")
    assert presenting.code(second.code.number, me).use is None
    assert presenting.redeem(asked[0], key="one key").code.use == use
    assert presenting.redeem(asked[1], key="another key").code.use is not None


BUREAU = "云岭市政务服务和数据局"
AUDIENCES = {
    "another organisation": ("某某银行滨江支行", PLACE, False),
    "the department by its name": (BUREAU, "三号", True),
    "the department in other spacing": (f"{BUREAU[:3]} {BUREAU[3:]}一楼", "三号", True),
    "the place that whoever redeems names": ("三号窗口", PLACE, False),
    "another's name as the place": ("某某银行滨江支行", "某某银行滨江支行", False),
}


@pytest.mark.parametrize(("audience", "place", "admitted"), AUDIENCES.values(), ids=AUDIENCES.keys())
def test_a_code_for_somebody_is_used_by_nobody_else(city: City, audience: str, place: str, admitted: bool) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    made = presenting.once(identifier(issued), me, audience=audience)
    if admitted:
        assert redeemed(city, made, key="k1", place=place).verdict.indication is PASSED
        return
    for _ in range(2):
        with pytest.raises(CodeForOthers):
            redeemed(city, made, key="k1", place=place)
    assert presenting.withdraw(made.code.number, me).use is None


def test_a_code_ends_and_can_be_taken_back(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    old, gone = (presenting.once(identifier(issued), me, minutes=1) for _ in range(2))
    assert presenting.withdraw(gone.code.number, me).withdrawn_at == city.clock()
    with pytest.raises(CodeWithdrawn):
        redeemed(city, gone, key="k1")
    city.clock.forward(seconds=60)
    with pytest.raises(CodeExpired):
        redeemed(city, old, key="k2")


def test_what_was_used_stays_used(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    made = presenting.once(identifier(issued), me)
    redeemed(city, made, key="k1")
    assert presenting.withdraw(made.code.number, me).withdrawn_at is None


@pytest.mark.parametrize("minutes", [-1, 0, 11, 10**9])
def test_a_code_lasts_ten_minutes_at_most(city: City, minutes: int) -> None:
    issued = city.issue(number=number())
    with pytest.raises(PresentingRefused, match="present-minutes"):
        city.yinzheng.presenting.once(identifier(issued), presenter_of(issued), minutes=minutes)


def test_only_digests_are_stored(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    signed = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    secret, mark = made.text.rpartition("#")[2], shown_in(signed).number
    with city.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM presentation_code").all()
    kept = repr([tuple(row) for row in rows])
    assert (secret not in kept, secret[2:20] not in kept, repr(mark)[2:-1] not in kept, mark.hex() not in kept) == (
        True, True, True, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "LZ", "LZ" + "A" * 27, "http://127.0.0.1:8000/p#LZ", "LZ\0", "锁" * 29, "x" * 10_000]
)
def test_what_is_no_code_is_none(city: City, text: str) -> None:
    with pytest.raises(NoSuchCode):
        city.yinzheng.presenting.redeem(Redemption(text, "罗小满", WINDOW, PLACE), key="k")


def test_the_number_and_the_signed_code_redeem_nothing(city: City) -> None:
    issued = city.issue(number=number())
    once = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    signed = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    for text in (once.code.number, signed.text, signed.code.number):
        with pytest.raises(NoSuchCode):
            city.yinzheng.presenting.redeem(Redemption(text, "罗小满", WINDOW, PLACE), key="k")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"place": ""}, "redeem-place"),
        ({"place": "窗" * 61}, "redeem-place"),
        ({"place": "三号\n窗口"}, "redeem-place"),
        ({"purpose": "办" * 201}, "redeem-purpose"),
        ({"purpose": "办\u202e"}, "redeem-purpose"),
    ],
)
def test_who_redeems_says_where(city: City, changed: dict[str, str], reason: str) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    asked = replace(Redemption(made.text, "罗小满", WINDOW, PLACE), **changed)
    with pytest.raises(PresentingRefused, match=reason):
        city.yinzheng.presenting.redeem(asked, key="k")
    assert redeemed(city, made, key="k").verdict.indication is PASSED


def test_nobody_presents_another_ones_licence(city: City) -> None:
    issued, other = city.issue(number=number()), city.issue("teacher-qualification", number=number())
    presenting, me, stranger = city.yinzheng.presenting, presenter_of(issued), presenter_of(other)
    for show in (presenting.once, presenting.signed):
        with pytest.raises(NoSuchLicence):
            show(identifier(issued), stranger)
        with pytest.raises(NoSuchLicence):
            show("1.2.3", me)
    made = presenting.once(identifier(issued), me)
    for named in (made.code.number, "0" * 32, "x'; --", ""):
        with pytest.raises(NoSuchCode):
            presenting.withdraw(named, Presenter("citizen", "111", "x"))


def test_what_is_not_in_force_and_a_copy_are_not_presented(city: City) -> None:
    issued = city.issue(number=number())
    copy = copy_of(city, issued)
    with pytest.raises(NoSuchLicence):
        city.yinzheng.presenting.once(identifier(copy), presenter_of(issued))
    city.act(ActKind.SUSPEND, issued, "penalty")
    for show in (city.yinzheng.presenting.once, city.yinzheng.presenting.signed):
        with pytest.raises(PresentingRefused, match="not-in-force"):
            show(identifier(issued), presenter_of(issued))


def test_a_licence_that_falls_before_the_redemption_does_not_pass(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.once(identifier(issued), presenter_of(issued))
    city.act(ActKind.REVOKE, issued, "penalty")
    assert redeemed(city, made, key="k").verdict.indication is FAILED


def test_so_many_codes_are_open_at_a_time(fresh: City) -> None:
    issued = fresh.issue()
    presenting, me = fresh.yinzheng.presenting, presenter_of(issued)
    made = [presenting.once(identifier(issued), me, minutes=1) for _ in range(20)]
    with pytest.raises(TooManyCodes):
        presenting.signed(identifier(issued), me)
    presenting.withdraw(made[0].code.number, me)
    presenting.signed(identifier(issued), me)
    fresh.clock.forward(minutes=1)
    presenting.once(identifier(issued), me)
    fresh.clock.forward(days=2)
    presenting.once(identifier(issued), me)
    assert len(presenting.mine(identifier(issued), me)) == 1  # what ended unused long ago is forgotten
