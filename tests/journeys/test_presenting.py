"""Presenting: a code that is redeemed once, a code that holds for a minute and verifies without a network."""

from dataclasses import replace
from datetime import timedelta

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
from issuer.presenting.ports import CodeKind, Presented, Presenter
from issuer.presenting.redeeming import Redemption
from keys.custody import memory_signer
from service.presenting import Presenting, Redeemed
from tests.city import City
from tests.copy_parts import WINDOW, copy_of, presenter_of
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    failed,
    finding,
    identifier,
    indication,
    number,
    open_at,
)
from trust.formats.cose import sign1
from trust.formats.presentation import (
    AHEAD,
    MAX_LIFE,
    PRESENTATION_TYPE,
    Presentation,
    decode_presentation,
    encode_presentation,
    split_presentation,
)
from trust.formats.token import from_text, to_text
from trust.rules.standing import ActKind
from verifier.evidence import Evidence, weigh
from verifier.ports import Shown
from verifier.verifying import Examined, verify_words

PLACE = "政务服务中心三号窗口"


def redeemed(city: City, made: Presented, *, key: str, place: str = PLACE, by: str = "罗小满") -> Redeemed:
    asked = Redemption(made.text, by, WINDOW, place, "食品经营许可新办")
    return city.yinzheng.presenting.redeem(asked, key=f"{key} of {made.code.number}")


# --- the one-time code ------------------------------------------------------------------------------------------------


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


# --- the 60-second code -----------------------------------------------------------------------------------------------


def shown_in(made: Presented) -> Presentation:
    return decode_presentation(split_presentation(from_text(made.text)).payload)


def evidence_of(city: City) -> Evidence:
    """What a counter without network carries."""
    return weigh(city.yinzheng.carried_bundle(), city.yinzheng.anchors, city.clock())


class Memory:
    """A counter's memory of codes."""

    def __init__(self) -> None:
        self.seen: dict[bytes, object] = {}

    def show(self, number: bytes, expires_at: object, at: object) -> Shown:
        first = self.seen.setdefault(number, at)
        return Shown("first" if first is at else "again", first)  # type: ignore[arg-type]  # an instant


def offline(city: City, evidence: Evidence, made: Presented, memory: Memory | None, *, late: float = 0.0) -> Examined:
    at = city.clock() + timedelta(seconds=late)
    return verify_words(made.text, evidence, now=at, online=None, showings=memory)


def test_it_passes_online_once(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    made = presenting.signed(identifier(issued), me)
    first = city.yinzheng.verify_words(made.text)
    assert (indication(first), first.verdict.policy) == (PASSED, "presentation-online-1")
    assert first.verdict.subject == identifier(issued)
    again = city.yinzheng.verify_words(made.text)
    assert failed(again) == {(10, "presentation-replay")}
    use = presenting.code(made.code.number, me).use
    assert use is not None
    assert use.at == city.clock()


def test_it_passes_without_a_network_once(city: City) -> None:
    issued = city.issue(number=number())
    made, memory, evidence = (
        city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued)),
        Memory(),
        evidence_of(city),
    )
    first = offline(city, evidence, made, memory)
    assert (indication(first), first.verdict.policy) == (PASSED, "presentation-offline-1")
    assert failed(offline(city, evidence, made, memory, late=1)) == {(10, "presentation-replay")}


def test_who_remembers_nothing_says_so(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    examined = offline(city, evidence_of(city), made, None)
    assert indication(examined) is INDETERMINATE
    assert (10, "presentation-replay") in open_at(examined)


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (-AHEAD.total_seconds() - 1, "presentation-not-yet"),
        (-AHEAD.total_seconds(), "presentation"),
        (0.0, "presentation"),
        (59.9, "presentation"),
        (60.0, "presentation-expired"),
        (3600.0, "presentation-expired"),
    ],
)
def test_its_minute_is_not_stretched(city: City, late: float, expected: str) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    examined = offline(city, evidence_of(city), made, Memory(), late=late)
    wanted = PASSED if expected == "presentation" else FAILED
    assert (indication(examined), finding(examined, 10, expected).indication) == (wanted, wanted)


@pytest.mark.parametrize(
    ("named", "audience", "expected"),
    [
        ("三号窗口", None, INDETERMINATE),
        ("三号窗口", "政务服务中心三号窗口", PASSED),
        ("政务服务中心三号窗口", "三号窗口", PASSED),
        ("三号窗口", "四号窗口", FAILED),
        ("", "四号窗口", PASSED),
        ("", None, PASSED),
    ],
)
def test_its_audience(city: City, named: str, audience: str | None, expected: object) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued), audience=named)
    examined = city.yinzheng.verify_words(made.text, audience=audience)
    assert indication(examined) is expected
    if expected is not PASSED:  # and the right one is not kept from using it
        assert indication(city.yinzheng.verify_words(made.text, audience="三号窗口")) is PASSED


def test_it_can_be_taken_back_while_there_is_a_network(city: City) -> None:
    issued = city.issue(number=number())
    presenting, me = city.yinzheng.presenting, presenter_of(issued)
    made = presenting.signed(identifier(issued), me)
    presenting.withdraw(made.code.number, me)
    assert failed(city.yinzheng.verify_words(made.text)) == {(10, "presentation-withdrawn")}


def test_of_a_suspended_licence_it_fails_for_that_reason(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    city.act(ActKind.SUSPEND, issued, "penalty")
    assert failed(city.yinzheng.verify_words(made.text)) == {(8, "status"), (8, "register")}


def test_the_holder_of_two_is_the_one_who_is_signed_in(city: City) -> None:
    holders = [
        {"name": "云岭市青禾数据科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"},
        {"name": "云岭市青禾食品有限公司", "code": "91530199MA6TE5T848", "code_type": "001"},
    ]
    issued = city.issue(number=number(), holders=holders)
    for holder in issued.entry.licence.holders:
        me = Presenter("somebody", holder.code_type, holder.code)
        made = city.yinzheng.presenting.signed(identifier(issued), me)
        assert shown_in(made).holder == holder.masked_name
        examined = city.yinzheng.verify_words(made.text)
        assert finding(examined, 10, "presentation-holder").indication is PASSED


# --- forged -----------------------------------------------------------------------------------------------------------


def forged(city: City, made: Presented, service: str | None = "presentation", **changed: object) -> str:
    """The code with claims changed, signed again by a service of the city, or by a key of nobody."""
    signer = city.yinzheng.directory.service(service)[0] if service else memory_signer("nobody")
    payload = encode_presentation(replace(shown_in(made), **changed))  # type: ignore[arg-type]  # names and values come from the test
    return to_text(sign1(payload, signer, PRESENTATION_TYPE), "http://127.0.0.1:8000")


@pytest.mark.parametrize("service", [None, "receipt", "status-list", "log", "trust-list", "time-stamp"])
def test_no_other_key_presents(city: City, service: str | None) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    examined = city.yinzheng.verify_words(forged(city, made, service))
    assert failed(examined) == {(4, "presentation-signature")}
    assert examined.claims is None
    assert indication(city.yinzheng.verify_words(made.text)) is PASSED  # the forgery used nothing up


def test_the_key_that_presents_makes_no_licence(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    signer, _ = city.yinzheng.directory.service("presentation")
    bare = sign1(split_presentation(from_text(made.text)).payload, signer)
    assert indication(city.yinzheng.verify_words(to_text(bare, "http://127.0.0.1:8000"))) is FAILED
    token = sign1(b"\xa0", signer)
    examined = city.yinzheng.verify_words(forged(city, made, token=token))
    assert (4, "code-signature") in failed(examined)


def test_a_licence_shown_by_somebody_else_fails(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    examined = city.yinzheng.verify_words(forged(city, made, holder="别的公司"))
    assert failed(examined) == {(10, "presentation-holder")}


def test_a_number_that_the_register_does_not_know_is_not_taken_for_fresh(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    examined = city.yinzheng.verify_words(forged(city, made, number=bytes(16)))
    assert (10, "presentation-replay") in open_at(examined)
    assert indication(examined) is INDETERMINATE


def test_every_flipped_octet_is_noticed(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    octets = bytearray(from_text(made.text))
    evidence = evidence_of(city)
    for place in range(0, len(octets), 11):
        octets[place] ^= 1
        text = to_text(bytes(octets), "http://127.0.0.1:8000")
        examined = verify_words(text, evidence, now=city.clock(), online=None, showings=Memory())
        assert indication(examined) is FAILED, place
        octets[place] ^= 1
    assert indication(city.yinzheng.verify_words(made.text)) is PASSED


def test_the_life_of_a_code_cannot_be_signed_longer(city: City) -> None:
    issued = city.issue(number=number())
    made = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued))
    shown = shown_in(made)
    assert shown.expires_at - shown.issued_at == MAX_LIFE
    assert made.code.kind is CodeKind.SIGNED
    assert isinstance(city.yinzheng.presenting, Presenting)


def test_an_empty_name_names_nobody(city: City) -> None:
    issued = city.issue(number=number())
    copied = copy_of(city, issued)
    for blank in ("", "  "):
        assert indication(city.yinzheng.verify_file(copied.pdf, audience=blank)) is PASSED
    shown = city.yinzheng.presenting.signed(identifier(issued), presenter_of(issued), audience="三号窗口")
    assert indication(city.yinzheng.verify_words(shown.text, audience="")) is INDETERMINATE
