"""Annotated copies: made for one purpose, recipient and time, genuine for that and nothing else, ended with their ground."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.copying.errors import BasisEnded, CopyRefused, NotInForce
from issuer.copying.making import LONGEST, USUAL, CopyRequest, make_copy
from issuer.copying.ports import ConsentName, Terms
from issuer.errors import IdempotencyMismatch, NoSuchLicence, PlanBroken
from templates.errors import MissingGlyph
from tests.city import City
from tests.copy_parts import (
    PURPOSE,
    RECIPIENT,
    WINDOW,
    copy_of,
    holder_of,
    note_of,
)
from tests.journey_parts import (
    FAILED,
    PASSED,
    Exchanged,
    against,
    code_text,
    failed,
    finding,
    identifier,
    indication,
    number,
    open_at,
    presented,
)
from trust.formats.leaf import EntryKind, commitment
from trust.formats.licence_document import decode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.log.proving import find
from trust.rules.annotation import annotation
from trust.rules.standing import ActKind
from verifier.evidence import weigh
from verifier.verifying import verify_file, verify_words


def test_a_copy_passes_in_every_form_and_says_everywhere_that_it_is_one(city: City) -> None:
    issued = city.issue(number=number())
    copy = copy_of(city, issued)
    for form, examined in presented(city, copy).items():
        assert (form, indication(examined), failed(examined)) == (form, PASSED, set())
        told = finding(examined, 10, "copy-purpose")
        assert told.warning
        assert annotation(note_of(copy)) in told.detail
        assert finding(examined, 8, "original-status").indication is PASSED
        assert examined.is_copy
    assert not any(examined.is_copy for examined in presented(city, issued).values())
    assert not any(one.step == 10 for one in presented(city, issued)["ofd"].verdict.findings)


def test_a_copy_is_a_document_of_its_own_about_the_same_licence(city: City) -> None:
    issued = city.issue(number=number())
    copy, again = copy_of(city, issued), copy_of(city, issued)
    original, made, other = (one.entry.licence for one in (issued, copy, again))
    assert len({one.identifier for one in (original, made, other)}) == 3
    assert len({one.status for one in (original, made, other)}) == 3
    assert len({one.log_salt for one in (original, made, other)}) == 3
    same = replace(made, identifier=original.identifier, status=original.status, log_salt=original.log_salt, copy=None)
    assert same == original
    entry = find(
        city.yinzheng.archive.log,
        commitment(made.log_salt, str(made.identifier), bytes.fromhex(copy.entry.artefacts.ofd[4:])),  # type: ignore[union-attr]  # it is released
    )
    assert entry is not None
    assert entry[1].statement.kind is EntryKind.ISSUE


def test_the_four_items_stand_in_the_copy_and_never_in_the_original(city: City) -> None:
    issued = city.issue(number=number())
    copy = copy_of(city, issued)
    items = {"JZJZZSJ", "JZJZZZ", "JZJZZSY", "JZJYXQJZSJ"}
    assert items <= examine_ofd(copy.ofd).custom.keys()
    assert examine_ofd(copy.ofd).custom["JZJZZSY"] == PURPOSE
    assert not items & examine_ofd(issued.ofd).custom.keys()
    metadata = examine_ofd(copy.ofd).metadata
    assert metadata is not None
    assert decode_licence(metadata).copy == note_of(copy)


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_copy_ends_at_its_instant(fresh: City, seconds: int) -> None:
    issued = fresh.issue()
    copy = copy_of(fresh, issued, until=fresh.clock() + timedelta(hours=2))
    fresh.clock.forward(hours=2, seconds=seconds - 1)
    fresh.yinzheng.publisher.refresh(fresh.clock())
    over = {form: failed(examined) for form, examined in presented(fresh, copy).items()}
    assert set(map(frozenset, over.values())) == {frozenset({(10, "copy-expired")} if seconds else set())}
    assert {indication(examined) for examined in presented(fresh, issued).values()} == {PASSED}


AUDIENCES = {
    RECIPIENT: PASSED,
    "住房和城乡建设局": PASSED,
    "租赁合同备案": PASSED,
    "办理 商铺租赁，合同备案。": PASSED,
    "某银行贷款审批": FAILED,
    "云岭市住房公积金管理中心": FAILED,
    "。": FAILED,
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_copy_shown_elsewhere_is_reported_as_made_for_another_purpose(city: City, audience: str) -> None:
    copy = copy_of(city, city.issue(number=number()))
    installation = city.yinzheng
    for examined in (
        installation.verify_file(copy.ofd, audience=audience),
        installation.verify_file(copy.pdf, audience=audience),
        installation.verify_words(code_text(copy), audience=audience),
        installation.verify_words(identifier(copy), audience=audience),
    ):
        assert indication(examined) is AUDIENCES[audience]
        assert finding(examined, 10, "copy-audience").indication is AUDIENCES[audience]


def test_naming_a_purpose_changes_nothing_for_an_original(city: City) -> None:
    examined = city.yinzheng.verify_file(city.issue(number=number()).ofd, audience="某银行贷款审批")
    assert (indication(examined), against(examined)) == (PASSED, [])


@pytest.mark.parametrize("online", [True, False])
def test_what_befalls_the_original_befalls_its_copies(fresh: City, online: bool) -> None:
    issued = fresh.issue()
    copy = copy_of(fresh, issued)
    installation = fresh.yinzheng

    def verdicts() -> list[set[tuple[int, str]]]:
        if online:
            return [failed(installation.verify_file(copy.ofd)), failed(installation.verify_words(code_text(copy)))]
        evidence = weigh(installation.carried_bundle(), installation.anchors, fresh.clock())
        offline = {"now": fresh.clock(), "online": None}
        return [
            failed(verify_file(copy.ofd, evidence, **offline)),
            failed(verify_words(code_text(copy), evidence, **offline)),
        ]

    assert verdicts() == [set(), set()]
    fresh.act(ActKind.SUSPEND, issued, "penalty")
    wanted = {(8, "original-status")} | ({(8, "original-register")} if online else set())
    assert verdicts() == [wanted, wanted]
    fresh.clock.forward(minutes=1)
    fresh.act(ActKind.REINSTATE, issued, "rectified")
    assert verdicts() == [set(), set()]


def test_offline_the_code_of_a_copy_tells_no_purpose_and_does_not_guess(city: City) -> None:
    copy, installation = copy_of(city, city.issue(number=number())), city.yinzheng
    evidence = weigh(installation.carried_bundle(), installation.anchors, city.clock())
    examined = verify_words(code_text(copy), evidence, now=city.clock(), online=None, audience=RECIPIENT)
    assert (10, "copy-audience") in open_at(examined)
    assert RECIPIENT not in finding(examined, 10, "copy-purpose").detail


REFUSED = {
    "the past": ({"until": timedelta(seconds=-1)}, "copy-ended"),
    "this very instant": ({"until": timedelta(0)}, "copy-ended"),
    "more than a year": ({"until": LONGEST + timedelta(seconds=1)}, "copy-too-long"),
    "no purpose": ({"cause": ""}, "copy-purpose"),
    "a long purpose": ({"cause": "用" * 201}, "copy-purpose"),
    "a purpose of two lines": ({"cause": "办事\n有效期至永远"}, "copy-purpose"),
    "a purpose that turns round": ({"cause": "办事\u202e限有"}, "copy-purpose"),
    "a lone surrogate": ({"cause": "办事\ud800"}, "copy-purpose"),
    "no recipient": ({"recipient": " "}, "copy-recipient"),
    "a long recipient": ({"recipient": "局" * 101}, "copy-recipient"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_in_order_is_refused_and_nothing_is_kept(city: City, name: str) -> None:
    changed, reason = REFUSED[name]
    given = dict(changed)
    if "until" in given:
        given["until"] = city.clock() + given["until"]
    issued = city.issue(number=number())
    with pytest.raises(CopyRefused) as caught:
        copy_of(city, issued, **given)
    assert caught.value.reason == reason
    assert city.yinzheng.copies.of_licence(identifier(issued), holder_of(issued)) == []


def test_a_character_that_cannot_be_printed_is_no_hole(city: City) -> None:
    with pytest.raises(MissingGlyph):
        copy_of(city, city.issue(number=number()), cause="办理𠀀𪛖事项")


def test_long_texts_are_wrapped_and_shown_whole(city: City) -> None:
    copy = copy_of(city, city.issue(number=number()), cause="用" * 200, recipient="局" * 100)
    for form in (copy.ofd, copy.pdf):
        examined = city.yinzheng.verify_file(form)
        assert (indication(examined), finding(examined, 7, "face").indication) == (PASSED, PASSED)


def test_texts_that_look_like_markup_are_texts(city: City) -> None:
    cause = "办事<script>(Tj) ET</ofd:TextCode>&amp;%PDF"
    copy = copy_of(city, city.issue(number=number()), cause=cause)
    assert {indication(examined) for examined in presented(city, copy).values()} == {PASSED}
    assert note_of(copy).cause == cause


def test_an_end_that_is_not_named_is_thirty_days_and_never_beyond_the_licence(city: City) -> None:
    issued = city.issue("food-operation", number=number())
    assert note_of(copy_of(city, issued)).expires_at == city.clock() + USUAL
    last = issued.entry.licence.valid_until
    assert last is not None
    beyond = city.clock() + timedelta(days=364)
    if beyond.date() <= last:
        assert note_of(copy_of(city, issued, until=beyond)).expires_at == beyond
    short = city.issue("food-operation", number=number(), valid_until="2026-12-01")
    assert note_of(copy_of(city, short)).expires_at.isoformat() == "2026-12-01T16:00:00+00:00"
    with pytest.raises(CopyRefused, match="copy-too-long"):
        copy_of(city, short, until=city.clock() + timedelta(days=20))


@pytest.mark.parametrize("kind", [ActKind.SUSPEND, ActKind.REVOKE])
def test_no_copy_of_what_is_not_in_force(city: City, kind: ActKind) -> None:
    issued = city.issue(number=number())
    city.act(kind, issued, "penalty")
    with pytest.raises(NotInForce):
        copy_of(city, issued)


def test_no_copy_before_the_first_day_and_none_of_a_copy(city: City) -> None:
    early = city.issue("food-operation", number=number(), valid_from="2027-01-01")
    with pytest.raises(NotInForce):
        copy_of(city, early)
    copy = copy_of(city, city.issue(number=number()))
    with pytest.raises(NoSuchLicence):
        copy_of(city, copy)


def test_only_the_holder_makes_one_for_himself(city: City) -> None:
    issued, other = city.issue(number=number()), city.issue("teacher-qualification", number=number())
    with pytest.raises(NoSuchLicence):
        city.yinzheng.copies.for_holder(identifier(issued), Terms("用", "谁"), by=holder_of(other), key="not-mine")
    with pytest.raises(NoSuchLicence):
        city.yinzheng.copies.for_holder("1.2.3", Terms("用", "谁"), by=holder_of(issued), key="no-licence")


# --- once, whatever happens -------------------------------------------------------------------------------------------


def test_the_same_key_and_terms_give_the_same_copy(city: City) -> None:
    issued = city.issue(number=number())
    first = copy_of(city, issued, key="the-same-copy")
    city.clock.forward(seconds=5)
    again = copy_of(city, issued, key="the-same-copy")
    assert (again.ofd, again.pdf, again.token) == (first.ofd, first.pdf, first.token)
    with pytest.raises(IdempotencyMismatch):
        copy_of(city, issued, key="the-same-copy", cause="另一用途")


@pytest.mark.parametrize("step", ["plan_many", "seal_many", "release_many"])
def test_what_broke_off_is_taken_up_where_it_stopped(city: City, step: str) -> None:
    issued = city.issue(number=number())
    copies = city.yinzheng.copies
    first = holder_of(issued)
    request = CopyRequest(identifier(issued), PURPOSE, RECIPIENT, first.name, "holder")
    at, key = city.clock(), f"broken-at-{step}"

    def fail(_wanted: object, **_more: object) -> None:
        raise ConnectionError("the database went away")

    broken = replace(copies.desk, copies=Exchanged(copies.desk.copies, **{step: fail}))
    with pytest.raises(ConnectionError):
        make_copy(broken, request, key=key, by="某人", at=at)
    made = make_copy(copies.desk, request, key=key, by="某人", at=city.clock.forward(seconds=9))
    assert note_of(made).made_at == at
    city.yinzheng.publisher.after_issue(made.entry.licence.status.list, city.clock())
    assert indication(city.yinzheng.verify_file(made.ofd)) is PASSED


def test_another_plan_than_the_stored_one_is_not_signed(city: City) -> None:
    issued = city.issue(number=number())
    copies = city.yinzheng.copies
    request = CopyRequest(identifier(issued), PURPOSE, RECIPIENT, holder_of(issued).name, "holder")

    def other_plan(wanted: object) -> object:
        stored = copies.desk.copies.plan_many(wanted)  # type: ignore[arg-type]  # as it was asked
        return [replace(one, plan=replace(one.plan, ofd="sm3:" + "0" * 64)) for one in stored]

    broken = replace(copies.desk, copies=Exchanged(copies.desk.copies, plan_many=other_plan))
    with pytest.raises(PlanBroken):
        make_copy(broken, request, key="another-plan", by="某人", at=city.clock())


def test_a_consent_withdrawn_while_the_copy_is_made_wins(city: City) -> None:
    issued = city.issue(number=number())
    copies, name = city.yinzheng.copies, ConsentName(WINDOW, "holder", f"SQ-{number()}")
    asked = CopyRequest(
        identifier(issued), PURPOSE, RECIPIENT, "窗口", f"consent:{name.reference}", asker=WINDOW, consent=name
    )
    seen: list[ConsentName] = []

    def withdrawn(consent: ConsentName) -> object:
        seen.append(consent)
        return city.clock() if len(seen) > 1 else None

    with pytest.raises(BasisEnded, match="consent-withdrawn"):
        make_copy(replace(copies.desk, withdrawn=withdrawn), asked, key=name.reference, by="某人", at=city.clock())
    (begun,) = city.yinzheng.archive.copies.of_consent(name)
    assert begun.entry.artefacts is None
    assert copies.end_of_consent(name) == 1
