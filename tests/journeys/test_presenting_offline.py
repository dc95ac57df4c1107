"""Presenting a code that holds for a minute and verifies without a network; and codes that were forged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.presenting.ports import CodeKind, Presented, Presenter
from keys.custody import memory_signer
from service.presenting import Presenting
from tests.city import City
from tests.copy_parts import copy_of, presenter_of
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
from tests.presenting_parts import shown_in
from trust.formats.cose import sign1
from trust.formats.presentation import (
    AHEAD,
    MAX_LIFE,
    PRESENTATION_TYPE,
    encode_presentation,
    split_presentation,
)
from trust.formats.token import from_text, to_text
from trust.rules.standing import ActKind
from verifier.evidence import Evidence, weigh
from verifier.ports import Shown
from verifier.verifying import Examined, verify_words


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
    city.clock.forward(minutes=1)  # a clock that is behind is not behind the founding
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
