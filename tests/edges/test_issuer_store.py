"""The register of licences on both databases: what is given out once, what only moves forward, who holds what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from issuer.errors import DuplicateNumber, IdempotencyMismatch
from issuer.ports import Artefacts, Entry, SigningPlan, State, Void
from issuer.store import SqlRegister, holder, licence
from keys.sm3 import hmac_sm3
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
BODY = IssuingBody("云岭市市场监督管理局", "11530199MB0T35T1XE")
OTHER_BODY = IssuingBody("云岭市教育局", "11530199MB0T35T28E")
TYPE, OTHER_TYPE = "11100000MB0143028R001", "11100000MB0143028R028"
FIRM = Holder("云岭市青禾数据科技有限公司", "91530199MA6QH2K74U", "001")
PERSON = Holder("林𬭎雅", "530199191107070021", "111")
PLAN = SigningPlan(b"token", "sm3:" + "0a" * 32, "sm3:" + "0b" * 32)


def index_holder(code_type: str, code: str) -> bytes:
    return hmac_sm3(b"a key for this test, 32 octets ..", f"{code_type}:{code}".encode())


def register(engine: Engine) -> SqlRegister:
    return SqlRegister(engine, index_holder)


FILES = ("sm3:" + "0d" * 32, "sm3:" + "0e" * 32)


def entry(serial: str = "A1", *, body: IssuingBody = BODY, type_code: str = TYPE, **changed: Any) -> Entry:
    """An entry just begun; `holders` and `number` go into the licence."""
    paper = Licence(
        identifier=LicenceIdentifier(type_code, body.code, serial),
        name="营业执照",
        type_name="营业执照",
        number=changed.pop("number", f"N{serial}"),
        issuing_body=body,
        holders=changed.pop("holders", (FIRM,)),
        issued_on=date(2026, 11, 21),
        valid_from=None,
        valid_until=None,
        area_code="530199",
        fields={"legal_representative": "林𬭎雅"},
        status=StatusPointer(0, 17),
        log_salt=bytes(16),
        template="business-licence/1",
    )
    made = Entry(f"key {serial}", f"sm3:{serial:0>64}", paper, "周明远", AT, "sm3:" + "0c" * 32)
    return replace(made, **changed)


def identifier(of: Entry) -> str:
    return str(of.licence.identifier)


def artefacts(at: datetime = AT, place: int = 7) -> Artefacts:
    return Artefacts(*FILES, place, at)


def plan(book: SqlRegister, made: Entry, wanted: SigningPlan) -> Entry:
    return book.plan_many([(made, wanted)])[0]


def seal(book: SqlRegister, made: Entry, files: tuple[str, str]) -> Entry:
    return book.seal_many([(made, files)])[0]


def release(book: SqlRegister, made: Entry, wanted: Artefacts) -> Entry:
    return book.release_many([(made, wanted)])[0]


def released(book: SqlRegister, made: Entry, at: datetime = AT) -> Entry:
    book.begin(made)
    plan(book, made, PLAN)
    return release(book, made, artefacts(at))


def rows(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        counted = [connection.scalar(select(func.count()).select_from(table)) for table in (licence, holder)]
    return counted[0] or 0, counted[1] or 0


def test_an_entry_from_begun_to_released(engine: Engine) -> None:
    book, made = register(engine), entry(holders=(FIRM, PERSON))
    assert (book.by_key(made.key), book.find(identifier(made))) == (None, None)
    assert book.begin(made) == made
    assert book.by_key(made.key) == book.find(identifier(made)) == made
    planned = replace(made, state=State.PLANNED, plan=PLAN)
    assert plan(book, made, PLAN) == planned
    assert book.find(identifier(made)) == planned
    sealed = replace(planned, sealed=FILES)
    assert seal(book, made, FILES) == sealed
    assert book.find(identifier(made)) == sealed
    done = replace(sealed, state=State.RELEASED, artefacts=artefacts())
    assert release(book, made, artefacts()) == done
    assert book.by_key(made.key) == book.find(identifier(made)) == done


def test_the_same_key_and_body_give_the_entry_that_was_first(engine: Engine) -> None:
    book, first = register(engine), entry("A1")
    book.begin(first)
    later = entry("B2", key=first.key, body_digest=first.body_digest, number=first.licence.number)
    assert book.begin(later) == first
    assert book.find(identifier(later)) is None
    assert rows(engine) == (1, 1)


def test_the_same_key_with_another_body_is_refused(engine: Engine) -> None:
    book, first = register(engine), entry("A1")
    book.begin(first)
    with pytest.raises(IdempotencyMismatch) as refusal:
        book.begin(entry("B2", key=first.key))
    assert refusal.value.key == first.key
    assert rows(engine) == (1, 1)


def test_a_number_is_given_out_once_by_a_body_for_a_type(engine: Engine) -> None:
    book = register(engine)
    book.begin(entry("A1", number="N"))
    with pytest.raises(DuplicateNumber) as refusal:
        book.begin(entry("B2", number="N"))
    assert refusal.value.number == "N"
    assert rows(engine) == (1, 1)
    book.begin(entry("B2", number="N", body=OTHER_BODY))
    book.begin(entry("C3", number="N", type_code=OTHER_TYPE))
    assert rows(engine) == (3, 3)


def test_an_identifier_is_given_out_once(engine: Engine) -> None:
    book, first = register(engine), entry("A1")
    book.begin(first)
    with pytest.raises(DuplicateNumber):
        book.begin(entry("A1", key="another key", number="another number"))
    assert book.find(identifier(first)) == first
    assert rows(engine) == (1, 1)


def test_an_entry_is_found_by_its_number(engine: Engine) -> None:
    book, made = register(engine), entry("A1", number="N")
    assert book.numbered(BODY.code, TYPE, "N") is None
    book.begin(made)
    assert book.numbered(BODY.code, TYPE, "N") == made
    assert book.numbered(OTHER_BODY.code, TYPE, "N") is None
    assert book.numbered(BODY.code, OTHER_TYPE, "N") is None
    assert book.numbered(BODY.code, TYPE, "n") == book.numbered(BODY.code, TYPE, "\uff2e ") == made, (
        "one number, however spelt"
    )
    assert book.numbered(BODY.code, TYPE, "N1") is None


def test_a_refused_entry_leaves_no_holder_behind(engine: Engine) -> None:
    book = register(engine)
    released(book, entry("A1", number="N"))
    with pytest.raises(DuplicateNumber):
        book.begin(entry("B2", number="N", holders=(PERSON,)))
    assert book.held("111", PERSON.code) == []
    assert rows(engine) == (1, 1)


def test_many_at_once_under_one_key_are_one_entry(engine: Engine) -> None:
    book = register(engine)
    entries = [entry(f"A{one}", key="one key", body_digest="sm3:0", number="N") for one in range(8)]
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(book.begin, entries))
    assert len({identifier(one) for one in stored}) == 1
    assert rows(engine) == (1, 1)


def test_many_at_once_for_one_number_leave_one_winner(engine: Engine) -> None:
    book = register(engine)

    def begin(one: int) -> bool:
        try:
            book.begin(entry(f"A{one}", number="N"))
        except DuplicateNumber:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(begin, range(8))) == [False] * 7 + [True]


def test_an_entry_that_has_a_plan_keeps_it(engine: Engine) -> None:
    book, made = register(engine), entry()
    book.begin(made)
    plan(book, made, PLAN)
    other = SigningPlan(b"another", "sm3:" + "1a" * 32, "sm3:" + "1b" * 32)
    assert plan(book, made, other).plan == PLAN
    release(book, made, artefacts())
    assert plan(book, made, other).plan == PLAN


def test_there_is_never_a_second_pair_of_sealed_files(engine: Engine) -> None:
    book, made = register(engine), entry()
    book.begin(made)
    assert seal(book, made, FILES).sealed is None, "nothing is sealed before it is planned"
    plan(book, made, PLAN)
    other = ("sm3:" + "2d" * 32, "sm3:" + "2e" * 32)
    with ThreadPoolExecutor(4) as pool:
        kept = {one.sealed for one in pool.map(lambda pair: seal(book, made, pair), [FILES, other] * 4)}
    assert len(kept) == 1
    release(book, made, artefacts())
    assert seal(book, made, other).artefacts is not None


def test_what_is_released_stays_as_it_was_released(engine: Engine) -> None:
    book, made = register(engine), entry()
    done = released(book, made)
    assert release(book, made, artefacts(AT + timedelta(days=1), place=8)) == done


def test_nothing_is_released_without_a_plan(engine: Engine) -> None:
    book, made = register(engine), entry()
    book.begin(made)
    assert release(book, made, artefacts()).state is State.BEGUN
    assert book.find(identifier(made)) == made


@pytest.mark.parametrize(
    "step", [lambda book: plan(book, entry(), PLAN), lambda book: release(book, entry(), artefacts())]
)
def test_what_was_not_begun_does_not_go_on(engine: Engine, step: Callable[[SqlRegister], Entry]) -> None:
    with pytest.raises(Exception, match=r"(?i)no row"):
        step(register(engine))


def test_a_holder_finds_what_was_released_and_newest_first(engine: Engine) -> None:
    book = register(engine)
    old = released(book, entry("A1", holders=(FIRM, PERSON)), AT)
    new = released(book, entry("B2", type_code=OTHER_TYPE), AT + timedelta(seconds=1))
    book.begin(entry("C3"))
    planned = entry("D4")
    book.begin(planned)
    plan(book, planned, PLAN)
    assert book.held("001", FIRM.code) == [new, old]
    assert book.held("001", FIRM.code, [TYPE]) == [old]
    assert book.held("001", FIRM.code, [TYPE, OTHER_TYPE]) == [new, old]
    assert book.held("001", FIRM.code, ["11100000999901153M001"]) == []
    assert book.held("111", PERSON.code) == [old]
    assert book.held("111", FIRM.code) == []
    assert book.held("001", FIRM.code.lower()) == []


def test_one_holder_named_twice_is_indexed_once(engine: Engine) -> None:
    book = register(engine)
    released(book, entry(holders=(FIRM, replace(FIRM, name="旧名"))))
    assert rows(engine) == (1, 1)
    assert len(book.held("001", FIRM.code)) == 1


def test_the_holder_index_does_not_hold_the_code(engine: Engine) -> None:
    book = register(engine)
    book.begin(entry(holders=(PERSON,)))
    with engine.connect() as connection:
        (row,) = connection.execute(select(holder)).all()
    assert row.holder == index_holder("111", PERSON.code)
    assert PERSON.code not in str(row)


def test_the_newest_of_a_body(engine: Engine) -> None:
    book = register(engine)
    mine = [released(book, entry(f"A{one}"), AT + timedelta(seconds=one)) for one in range(4)]
    released(book, entry("Z9", body=OTHER_BODY), AT + timedelta(days=1))
    book.begin(entry("Y8"))
    assert book.recent(BODY.code, 3) == [mine[3], mine[2], mine[1]]
    assert book.recent("nobody", 3) == []


def test_what_was_begun_and_never_released_can_be_found(engine: Engine) -> None:
    book = register(engine)
    first, second, fresh = (entry(f"A{one}", begun_at=AT + timedelta(minutes=one)) for one in range(3))
    for one in (second, fresh, first):
        book.begin(one)
    plan(book, second, PLAN)
    released(book, entry("B1"))
    found = book.unreleased(AT + timedelta(minutes=2))
    assert [identifier(one) for one in found] == [identifier(first), identifier(second)]
    assert [one.state for one in found] == [State.BEGUN, State.PLANNED]


@pytest.mark.parametrize(
    "change",
    [
        "state = 'withdrawn'",
        "state = 'released'",
        "number = NULL",
        f"issuer_code = '{'x' * 33}'",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(engine: Engine, change: str) -> None:
    book = register(engine)
    book.begin(entry())
    with pytest.raises((IntegrityError, DBAPIError)), engine.begin() as connection:
        connection.execute(text(f"UPDATE licence SET {change}"))
    assert book.find(identifier(entry())) == entry()


def test_a_holder_needs_a_licence(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(holder.insert().values(holder=bytes(32), identifier="nothing"))


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="time zone"):
        register(engine).begin(entry(begun_at=AT.replace(tzinfo=None)))
    assert rows(engine) == (0, 0)


@pytest.mark.parametrize("asked", ["", "\0", "1.2.156\0", "x" * 5000, "\u202e", "' OR 1=1 --"])
def test_whatever_is_asked_for_is_merely_not_found(engine: Engine, asked: str) -> None:
    register(engine).begin(entry())
    assert register(engine).find(asked) is None


GIVEN_UP = Void(AT + timedelta(minutes=5), "no-mandate")


def test_what_is_given_up_stays_given_up_and_what_is_released_stays_released(engine: Engine) -> None:
    book = register(engine)
    begun, released = book.begin(entry("V1")), book.begin(entry("V2"))
    made = Artefacts(*FILES, 3, AT)
    (planned,) = book.plan_many([(released, PLAN)])
    book.release_many([(planned, made)])
    first, second = book.void_many([(begun, GIVEN_UP), (released, GIVEN_UP)])
    assert (first.void, second.void, second.state) == (GIVEN_UP, None, State.RELEASED)
    assert book.by_key(begun.key) == first
    again = Void(AT + timedelta(days=1), "type-retired")
    assert [one.void for one in book.void_many([(begun, again)])] == [GIVEN_UP]
    assert book.plan_many([(begun, PLAN)])[0].plan is None
    assert book.release_many([(begun, made)])[0].artefacts is None
    assert begun.licence.number not in book.numbered_many(BODY.code, TYPE, [begun.licence.number])


def test_the_number_of_what_was_given_up_is_for_the_same_holders_alone(engine: Engine) -> None:
    book = register(engine)
    (void,) = book.void_many([(book.begin(entry("V3", number="N3")), GIVEN_UP)])
    stranger, same = entry("V4", number="N3", holders=(PERSON,)), entry("V5", number="n3")
    assert [type(one) for one in book.begin_many([stranger])] == [DuplicateNumber]
    assert book.begin(same) == same
    assert book.numbered(BODY.code, TYPE, "N3") == same
    assert book.find(str(void.licence.identifier)) == void
    assert [type(one) for one in book.begin_many([entry("V6", number="N3")])] == [DuplicateNumber]
