"""The registers of copies and of codes on both databases: what is unique, what moves, and who wins a race."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from cases.consent import Mode
from cases.store import SqlCitations
from issuer.completing import Issued
from issuer.copying.errors import BasisEnded
from issuer.copying.making import CopyRequest, make_copy
from issuer.copying.ports import ConsentName, CopyEntry
from issuer.copying.store import UNDER_WAY, SqlCopies
from issuer.errors import IdempotencyMismatch
from issuer.ports import Artefacts, Entry, SigningPlan, State
from issuer.presenting.codes import digest_of, draw_code
from issuer.presenting.errors import CodeUsed
from issuer.presenting.ports import Code, CodeKind, PresentDesk, Use
from issuer.presenting.presenting import MOST_OPEN
from issuer.presenting.redeeming import Redemption, redeem
from issuer.presenting.store import SqlCodes
from issuer.store import SqlRegister
from keys.randomness import random_octets
from service.blobs import FolderBlobs
from tests.case_parts import licence
from tests.city import City
from tests.copy_parts import WINDOW, copy_of, holder_of
from tests.journey_parts import Exchanged, all_at_once, identifier
from trust.rules.annotated_copy import CopyNote
from trust.rules.licence import Licence

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MANY = 8
PLAN = SigningPlan(b"token", "sm3:" + "0a" * 32, "sm3:" + "0b" * 32)
FILES = ("sm3:" + "0d" * 32, "sm3:" + "0e" * 32)
MADE = Artefacts(*FILES, 7, AT)
CONSENT = ConsentName(WINDOW, "holder", "SQ-1")
ORIGINAL = replace(licence("ORIGINAL"), issued_on=date(2026, 1, 5))


def entry(paper: Licence, serial: str, **changed: Any) -> Entry:
    """An entry just begun."""
    made = Entry(f"key {serial}", f"sm3:{serial:0>64}", paper, "周明远", AT, "sm3:" + "0c" * 32)
    return replace(made, **changed)


def copied(
    serial: str = "C1", *, basis: str = "holder", consent: ConsentName | None = None, **changed: Any
) -> CopyEntry:
    """A copy of `ORIGINAL`, just begun."""
    note = CopyNote(ORIGINAL.identifier, ORIGINAL.status, AT, "甲", "乙", "丙", AT + timedelta(days=1), basis)
    paper = replace(ORIGINAL, identifier=replace(ORIGINAL.identifier, serial=serial), copy=note)
    return CopyEntry(entry(paper, serial, **changed), "" if consent is None else consent.department, consent)


@pytest.fixture
def copies(engine: Engine) -> SqlCopies:
    SqlRegister(engine, lambda _kind, code: code.encode().ljust(32)).begin_many([entry(ORIGINAL, "ORIGINAL")])
    return SqlCopies(engine)


@pytest.fixture
def codes(engine: Engine, copies: SqlCopies) -> SqlCodes:  # the original has to be there
    return SqlCodes(engine)


def test_a_copy_from_begun_to_released_and_never_again(copies: SqlCopies) -> None:
    begun = copied()
    name = identifier_of(begun)
    assert (copies.by_key("key C1"), copies.find(name)) == (None, None)
    assert copies.begin(begun) == begun
    assert copies.by_key("key C1") == copies.find(name) == begun
    assert copies.of_original(str(ORIGINAL.identifier)) == []
    planned = replace(begun.entry, state=State.PLANNED, plan=PLAN)
    assert copies.plan_many([(begun.entry, PLAN)]) == [planned]
    assert copies.plan_many([(begun.entry, SigningPlan(b"another", "sm3:1", "sm3:2"))]) == [planned]
    sealed = replace(planned, sealed=FILES)
    assert copies.seal_many([(begun.entry, FILES)]) == [sealed]
    assert copies.seal_many([(begun.entry, ("sm3:1", "sm3:2"))]) == [sealed]
    done = replace(sealed, state=State.RELEASED, artefacts=MADE)
    assert copies.release_many([(begun.entry, MADE)]) == [done]
    later = replace(MADE, log_index=8, released_at=AT + timedelta(days=1))
    assert copies.release_many([(begun.entry, later)]) == [done]
    assert copies.of_original(str(ORIGINAL.identifier)) == [replace(begun, entry=done)]
    for nothing in ("1.2.3", "", "\0"):
        assert copies.find(nothing) is None


def identifier_of(copy: CopyEntry) -> str:
    return str(copy.entry.licence.identifier)


def test_a_key_and_an_identifier_are_given_once(copies: SqlCopies) -> None:
    first = copies.begin(copied())
    assert copies.begin(copied("C2", key="key C1", body_digest=first.entry.body_digest)) == first
    with pytest.raises(IdempotencyMismatch):
        copies.begin(copied("C2", key="key C1"))
    with pytest.raises(IntegrityError):
        copies.begin(copied("C1", key="another key"))
    with pytest.raises(ValueError, match="note"):
        copies.begin(CopyEntry(entry(ORIGINAL, "X"), "", None))


def test_a_copy_needs_its_original(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        SqlCopies(engine).begin(copied())


def test_copies_are_found_by_the_consent_or_citation_they_rest_on(engine: Engine, copies: SqlCopies) -> None:
    for serial, consent in (("A", CONSENT), ("B", replace(CONSENT, mode="agent")), ("C", None)):
        begun = copies.begin(copied(serial, basis="citation:YZ1" if serial == "B" else "holder", consent=consent))
        copies.plan_many([(begun.entry, PLAN)])
        copies.release_many([(begun.entry, MADE)])
    assert [one.entry.key for one in copies.of_consent(CONSENT)] == ["key A"]
    assert [one.entry.key for one in copies.of_basis("citation:YZ1")] == ["key B"]
    assert copies.orphaned() == []
    SqlCitations(engine).withdraw(WINDOW, Mode.HOLDER, "SQ-1", AT)
    (orphan,) = copies.orphaned()
    copies.end(identifier_of(orphan), AT)
    copies.end(identifier_of(orphan), AT + timedelta(days=1))
    assert copies.orphaned() == []
    ended = copies.find(identifier_of(orphan))
    assert ended == replace(orphan, ended_at=AT)


def test_of_many_copies_for_one_citation_at_once_no_more_are_begun_than_there_may_be(copies: SqlCopies) -> None:
    """As two processes that have both counted four: what counts is counted again where it is stored."""
    basis = "citation:YZ1"
    wanted = [copied(f"M{place}", basis=basis) for place in range(MANY)]
    outcomes = all_at_once(*(partial(copies.begin, one, most=5) for one in wanted))
    begun = [one for one in outcomes if isinstance(one, CopyEntry)]
    refused = [one.reason for one in outcomes if isinstance(one, BasisEnded)]
    assert (len(begun), refused) == (5, ["citation-copies"] * 3)
    assert [copies.begin(one, most=5) for one in begun] == begun  # what was begun is taken up again
    assert copies.begin(copied("OTHER1", basis="citation:YZ2"), most=5)
    assert copies.begin(copied("FREE1", basis=basis))


def test_what_was_begun_and_never_released_takes_no_room_for_good(copies: SqlCopies) -> None:
    basis, later = "citation:YZ3", AT + UNDER_WAY
    left = [copies.begin(copied(f"L{place}", basis=basis), most=5) for place in range(5)]
    early = copied("E1", basis=basis, begun_at=later - timedelta(seconds=1))
    with pytest.raises(BasisEnded, match="citation-copies"):
        copies.begin(early, most=5)
    for one in left[:4]:
        (planned,) = copies.plan_many([(one.entry, PLAN)])
        copies.release_many([(planned, MADE)])
    assert copies.begin(copied("N1", basis=basis, begun_at=later), most=5)
    with pytest.raises(BasisEnded, match="citation-copies"):
        copies.begin(copied("N2", basis=basis, begun_at=later), most=5)


def test_copies_that_broke_off_long_ago_do_not_pass_the_limit_together(copies: SqlCopies) -> None:
    """None of them counts any more where another begins, and all are taken up at the same moment."""
    basis, planned = "citation:YZ4", list[Entry]()
    for hour in range(2):
        begun_at = AT + timedelta(hours=hour)
        begun = [copies.begin(copied(f"H{hour}{one}", basis=basis, begun_at=begun_at), most=5) for one in range(4)]
        planned += copies.plan_many([(one.entry, PLAN) for one in begun])
    made = replace(MADE, released_at=AT + timedelta(hours=2))
    release = partial(copies.release_many, most=5)
    outcomes = all_at_once(*(partial(release, [(one, made)]) for one in planned))
    refused = [one.reason for one in outcomes if isinstance(one, BasisEnded)]
    assert (len(outcomes) - len(refused), refused) == (5, ["citation-copies"] * 3)
    out = copies.of_basis(basis)
    assert len(out) == 5
    assert [release([(one.entry, made)]) for one in out] == [[one.entry] for one in out]  # it is so already
    fresh = copied("F1", basis=basis, begun_at=made.released_at)
    with pytest.raises(BasisEnded, match="citation-copies"):
        copies.begin(fresh, most=5)


def test_what_is_under_way_keeps_its_place_from_what_broke_off(copies: SqlCopies) -> None:
    basis, late = "citation:YZ5", AT + timedelta(hours=1)
    early, fresh = (copies.begin(copied(f"U{at:%H}", basis=basis, begun_at=at), most=1) for at in (AT, late))
    made = replace(MADE, released_at=late + timedelta(minutes=1))
    old, new = copies.plan_many([(early.entry, PLAN), (fresh.entry, PLAN)])
    with pytest.raises(BasisEnded, match="citation-copies"):
        copies.release_many([(old, made)], most=1)
    assert copies.release_many([(new, made)], most=1)[0].state is State.RELEASED
    assert (
        copies.release_many([(old, made)])[0].state is State.RELEASED
    )  # its files are out: a restore had forgotten it


def test_taking_up_asks_for_the_limit_again() -> None:
    city = City(people=False)
    issued, desk = city.issue(), city.yinzheng.copies.desk
    request = CopyRequest(identifier(issued), "用途", "单位", "制作人", "citation:YZ6", most=1)
    cut = replace(desk, copies=Exchanged(desk.copies, seal_many=_broken))
    for key in ("cut 1", "cut 2"):
        with pytest.raises(OSError, match="cut"):
            make_copy(cut, request, key=key, by="窗口", at=city.clock())
        city.clock.forward(minutes=11)
    assert make_copy(desk, request, key="cut 1", by="窗口", at=city.clock()).entry.state is State.RELEASED
    with pytest.raises(BasisEnded, match="citation-copies"):
        make_copy(desk, request, key="cut 2", by="窗口", at=city.clock())


def _broken(*_: object) -> None:
    raise OSError("cut")


def test_many_at_once_under_one_key_make_one_copy(engine: Engine, tmp_path: Path) -> None:
    city = City(engine=engine, blobs=FolderBlobs(tmp_path / "blobs"), people=False)
    issued = city.issue()
    outcomes = all_at_once(*[lambda: copy_of(city, issued, key="all at once")] * MANY)
    assert [one for one in outcomes if not isinstance(one, Issued)] == []
    assert len({one.ofd for one in outcomes if isinstance(one, Issued)}) == 1
    assert len(city.yinzheng.copies.of_licence(identifier(issued), holder_of(issued))) == 1
    register, whole = city.yinzheng.archive.register, issued.entry.licence
    assert register.numbered(whole.identifier.issuer_code, whole.identifier.type_code, whole.number) == issued.entry


def code(**changed: Any) -> Code:
    """A code of the original that is good for a minute."""
    usual = Code(
        random_octets(16).hex(),
        digest_of(random_octets(8).hex()),
        CodeKind.ONCE,
        str(ORIGINAL.identifier),
        "firm",
        AT,
        AT + timedelta(minutes=1),
    )
    return replace(usual, **changed)


def test_a_code_is_kept_and_used_once(codes: SqlCodes) -> None:
    one = code(audience="三号窗口")
    codes.add(one, MOST_OPEN)
    assert (codes.find(one.number), codes.by_digest(one.digest)) == (one, one)
    first, second = (Use(AT, by, WINDOW, "窗口", "用途") for by in ("甲", "乙"))
    used = replace(one, use=first, use_key="k1")
    assert codes.redeem(one.digest, first, "k1") == used
    assert codes.redeem(one.digest, second, "k2") == used
    assert codes.withdraw(one.number, AT) == used
    assert (codes.redeem(bytes(32), first, "k3"), codes.withdraw("none", AT)) == (None, None)
    with pytest.raises(IntegrityError):
        codes.add(code(digest=one.digest), MOST_OPEN)


def test_of_many_codes_under_one_key_at_once_one_is_used(codes: SqlCodes) -> None:
    made = [code() for _ in range(4)]
    for one in made:
        codes.add(one, MOST_OPEN)
    use = Use(AT, "甲", WINDOW, "窗口", "用途")
    outcomes = all_at_once(*(partial(codes.redeem, one.digest, use, "one key") for one in made))
    assert len([one for one in outcomes if isinstance(one, Code)]) == 1
    assert len([one for one in outcomes if isinstance(one, IdempotencyMismatch)]) == 3
    found = [codes.find(one.number) for one in made]
    assert sum(one is not None and one.use is not None for one in found) == 1


def test_a_code_that_is_over_or_taken_back_is_not_used(codes: SqlCodes) -> None:
    over, gone = code(), code()
    for one in (over, gone):
        codes.add(one, MOST_OPEN)
    codes.withdraw(gone.number, AT)
    codes.withdraw(gone.number, AT + timedelta(seconds=5))
    for one, at in ((over, over.expires_at), (gone, AT)):
        found = codes.redeem(one.digest, Use(at, "甲"), "k")
        assert found is not None
        assert found.use is None
    assert codes.find(gone.number) == replace(gone, withdrawn_at=AT)


def test_what_ended_unused_is_forgotten_and_nothing_else(codes: SqlCodes) -> None:
    used, gone, over, fresh = (code() for _ in range(4))
    fresh = replace(fresh, expires_at=AT + timedelta(hours=2))
    for one in (used, gone, over, fresh):
        codes.add(one, MOST_OPEN)
    codes.redeem(used.digest, Use(AT, "甲"), "k")
    codes.withdraw(gone.number, AT)
    assert codes.forget(AT + timedelta(hours=1)) == 2
    assert {one.number for one in codes.of_licence(str(ORIGINAL.identifier), 10)} == {used.number, fresh.number}


def test_of_many_who_redeem_at_once_exactly_one_wins(codes: SqlCodes) -> None:
    desk = PresentDesk(codes, lambda _name: None, None, None, random_octets, "http://127.0.0.1:8000")  # type: ignore[arg-type]  # redeeming asks the register of codes alone
    for turn in range(4):
        secret = draw_code(random_octets)
        codes.add(code(digest=digest_of(secret)), MOST_OPEN)

        def use(place: int, secret: str = secret, turn: int = turn) -> Code:
            asked = Redemption(secret, f"核验员{place}", WINDOW, f"{place} 号窗口")
            return redeem(desk, asked, key=f"key {turn} {place}", at=AT)

        outcomes = all_at_once(*[lambda place=place: use(place) for place in range(MANY)])
        winners = [one for one in outcomes if isinstance(one, Code)]
        losers = [one for one in outcomes if isinstance(one, CodeUsed)]
        assert (len(winners), len(losers)) == (1, MANY - 1), outcomes
        assert winners[0].use is not None
        assert {one.place for one in losers} == {winners[0].use.place}


def test_a_holder_has_only_so_many_open_also_when_asking_at_once(codes: SqlCodes) -> None:
    assert codes.add(code(), 3)
    stored = all_at_once(*[lambda: codes.add(code(), 3) for _ in range(MANY)])
    assert sorted(stored) == [False] * (MANY - 2) + [True] * 2
    assert codes.add(code(holder="other"), 3)
    (one, *_) = codes.of_licence(str(ORIGINAL.identifier), 10)
    codes.withdraw(one.number, AT)
    assert [codes.add(code(holder=one.holder), 3 if one.holder == "firm" else 1) for _ in range(2)] == [True, False]


def test_of_withdrawal_and_use_at_once_one_is_on_record(codes: SqlCodes) -> None:
    for _ in range(8):
        one = code()
        codes.add(one, MOST_OPEN)
        all_at_once(
            lambda one=one: codes.withdraw(one.number, AT),
            lambda one=one: codes.redeem(one.digest, Use(AT, "甲", WINDOW, "窗口"), "k"),
        )
        found = codes.find(one.number)
        assert found is not None
        assert (found.use is None) is (found.withdrawn_at is not None)
