"""Applications, requests and limits of seals on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from keys.sm3 import sm3
from tests.edges.test_sealing_store import BODY, filed
from tests.seal_parts import AT, png
from trust.errors import Conflict
from trust.rules.licence import CHINA
from trust.rules.seal_standing import SealKind
from trust.sealing.applying import digest_of
from trust.sealing.errors import SealMoveRefused, SealNeedsApproval, SealQuotaReached
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, Cause, FiledFacts, Limits, Officer, SealUse, Taken, Uploaded, Wish
from trust.sealing.store.applications import SqlApplications
from trust.sealing.store.register import SqlSealRegister
from trust.sealing.store.requests import SqlSealRequests
from trust.sealing.using import Item, Progress, Request, Result, Spent, day_of

ASKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
NUMBER = "11010000000001"
HOUR = timedelta(hours=1)
WISH = Wish(
    BODY,
    SealKind.PERSONAL,
    "周明远印",
    "签发公文",
    years=2,
    holder=ASKER,
    picture=Uploaded(png(), 18, 18),
    replaces="11010000000009",
    cause=Cause.LOST,
    limits=Limits(9, 3),
)


def application(seal_id: str = NUMBER, wish: Wish = WISH) -> Application:
    return Application(seal_id, wish, State.APPLIED, ASKER, AT)


def begun(store: SqlApplications, made: Application, key: str = "key") -> Application:
    return store.begin(made, key=key, body=digest_of(made.wish, made.applied_by))


def test_an_application_is_kept_as_it_was_made(engine: Engine) -> None:
    store = SqlApplications(engine)
    assert begun(store, application()) == application()
    assert begun(store, application("11010000000002")) == application(), "the key gives the first"
    assert store.find(NUMBER) == store.by_key("key") == application()
    plain = application("11010000000003", Wish(BODY, SealKind.UNIT, "某局", "公文"))
    later = replace(plain, applied_at=AT + HOUR)
    begun(store, later, "another")
    assert store.of_body(BODY) == [later, application()]
    assert (store.find("nobody"), store.by_key("nobody"), store.of_body("nobody")) == (None, None, [])


def test_a_key_is_for_one_application_and_a_number_for_one_seal(engine: Engine) -> None:
    store = SqlApplications(engine)
    begun(store, application())
    SqlSealRegister(engine).file(filed("11010000000004"))
    refusals = {
        "idempotency-mismatch": (application(wish=replace(WISH, reason="其他")), "key"),
        "seal-number-taken": (application(), "another"),
    }
    for reason, (made, key) in refusals.items():
        with pytest.raises(Conflict) as refusal:
            begun(store, made, key)
        assert refusal.value.reason == reason
    with pytest.raises(Conflict, match="seal-number-taken"):
        begun(store, application("11010000000004"), "a third")


def test_steps_are_taken_once_and_kept_in_order(engine: Engine) -> None:
    store = SqlApplications(engine)
    begun(store, application())
    approve, make = Taken(Step.APPROVE, SECOND, AT + HOUR, "同意"), Taken(Step.MAKE, ASKER, AT + 2 * HOUR)
    store.move(NUMBER, State.APPLIED, State.APPROVED, approve)
    with pytest.raises(SealMoveRefused):
        store.move(NUMBER, State.APPLIED, State.REJECTED, Taken(Step.REJECT, SECOND, AT))
    store.move(NUMBER, State.APPROVED, State.MADE, make, octets=b"a seal")
    found = store.find(NUMBER)
    assert found is not None
    assert (found.state, found.octets) == (State.MADE, b"a seal")
    assert store.steps(NUMBER) == [approve, make]


def test_of_many_deciding_at_once_one_does(engine: Engine) -> None:
    store = SqlApplications(engine)
    begun(store, application())

    def decide(step: Step) -> bool:
        after = State.APPROVED if step is Step.APPROVE else State.REJECTED
        try:
            store.move(NUMBER, State.APPLIED, after, Taken(step, SECOND, AT, "同意"))
        except SealMoveRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(decide, [Step.APPROVE, Step.REJECT] * 4)) == 1
    assert len(store.steps(NUMBER)) == 1


def test_facts_for_the_trust_list(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    one = replace(filed(), kind=SealKind.PERSONAL, holder="scjg", limits=Limits(5, None))
    register.file(one)
    assert register.find(NUMBER) == one
    assert register.listed() == [FiledFacts(NUMBER, SealKind.PERSONAL, BODY, sm3(one.seal.der), AT)]


def request(number: str = "a" * 32, count: int = 1, **changes: object) -> Request:
    items = tuple(Item(sm3(bytes([place])), f"第 {place + 1} 页") for place in range(count))
    made = Request(number, NUMBER, "报送", count, items, ASKER, AT, Progress.OPEN, sm3(number.encode()))
    return replace(made, **changes)  # type: ignore[arg-type]  # the test decides


@pytest.fixture
def requests(engine: Engine) -> SqlSealRequests:
    SqlSealRegister(engine).file(filed())
    return SqlSealRequests(engine)


def test_a_request_is_kept_with_its_documents(requests: SqlSealRequests) -> None:
    two = request(count=2)
    assert requests.begin(two, key="key") == two
    assert requests.begin(replace(two, number="b" * 32), key="key") == two
    assert requests.find(two.number) == requests.by_key("key") == two
    with pytest.raises(Conflict, match="idempotency-mismatch"):
        requests.begin(replace(two, body=bytes(32)), key="key")
    requests.begin(request("c" * 32, at=AT + HOUR), key="later")
    assert [one.number for one in requests.of_seal(NUMBER, 5)] == ["c" * 32, "a" * 32]
    assert [one.number for one in requests.of_seal(NUMBER, 1)] == ["c" * 32]
    assert requests.find("d" * 32) is None


def test_a_plan_stays_and_what_was_sealed_stays_sealed(requests: SqlSealRequests) -> None:
    made = requests.begin(request(count=2), key="key")
    planned = requests.plan(made.number, 1, signed=sm3(b"one"), at=AT)
    assert (planned.signed, planned.planned_at, planned.result) == (sm3(b"one"), AT, Result.PLANNED)
    assert requests.plan(made.number, 1, signed=sm3(b"other"), at=AT + HOUR) == planned
    requests.finish(made.number, 1, Result.FAILED, file=None, detail="x" * 900)
    requests.finish(made.number, 1, Result.SEALED, file="sm3:00", detail="")
    requests.finish(made.number, 1, Result.FAILED, file=None, detail="too late")
    found = requests.find(made.number)
    assert found is not None
    assert [(item.result, item.file, item.detail) for item in found.items] == [
        (Result.ASKED, None, ""),
        (Result.SEALED, "sm3:00", ""),
    ]


def test_only_what_waits_is_decided(requests: SqlSealRequests) -> None:
    made = requests.begin(request(progress=Progress.WAITING), key="key")
    requests.decide(made.number, Progress.APPROVED, SECOND, AT + HOUR)
    with pytest.raises(SealMoveRefused):
        requests.decide(made.number, Progress.REFUSED, SECOND, AT + HOUR)
    found = requests.find(made.number)
    assert found is not None
    assert (found.progress, found.decided_by, found.decided_at) == (Progress.APPROVED, SECOND, AT + HOUR)


def use(number: int, subject: str = "licence", hours: int = 0) -> SealUse:
    return SealUse(NUMBER, subject, sm3(bytes([number])), AT + hours * HOUR, "scjg")


def limited(engine: Engine, per_day: int | None, threshold: int | None) -> tuple[SqlSealRegister, SqlSealRequests]:
    register = SqlSealRegister(engine)
    register.file(replace(filed(), limits=Limits(per_day, threshold)))
    return register, SqlSealRequests(engine)


def test_a_quota_holds_for_a_day_of_china(engine: Engine) -> None:
    register, _ = limited(engine, 2, None)
    register.record_uses([use(1), use(2)])
    register.record_uses([use(1)])
    with pytest.raises(SealQuotaReached):
        register.record_uses([use(3)])
    assert len(register.uses(NUMBER)) == 2
    begins, ends = day_of(AT)
    assert (begins.astimezone(CHINA).hour, ends - begins) == (0, timedelta(days=1))
    register.record_uses([replace(use(3), at=ends)])
    with pytest.raises(SealQuotaReached):
        register.record_uses([use(4), use(5), use(6)])


def test_above_the_threshold_only_what_a_second_person_approved(engine: Engine) -> None:
    register, requests = limited(engine, None, 1)
    register.record_uses([use(1)])
    with pytest.raises(SealNeedsApproval):
        register.record_uses([use(2)])
    asked = requests.begin(request(progress=Progress.WAITING), key="key")
    with pytest.raises(SealNeedsApproval):
        register.record_uses([use(2, asked.number)])
    requests.decide(asked.number, Progress.APPROVED, SECOND, AT)
    register.record_uses([use(2, asked.number)])
    with pytest.raises(SealNeedsApproval):
        register.record_uses([use(3)])
    assert requests.spent(NUMBER, day_of(AT)) == Spent(2, 1, 0)


def test_an_allowance_counts_on_its_day(engine: Engine) -> None:
    register, requests = limited(engine, None, 1)
    batch = requests.begin(request(items=(), count=2, progress=Progress.WAITING), key="key")
    requests.decide(batch.number, Progress.APPROVED, SECOND, AT)
    register.record_uses([use(1), use(2), use(3)])
    with pytest.raises(SealNeedsApproval):
        register.record_uses([use(4)])
    with pytest.raises(SealNeedsApproval):
        register.record_uses([replace(one, at=one.at + timedelta(days=1)) for one in (use(5), use(6))])


def test_nobody_gets_past_a_limit_by_being_quick(engine: Engine) -> None:
    register, _ = limited(engine, 3, None)

    def one(number: int) -> bool:
        try:
            register.record_uses([use(number)])
        except SealQuotaReached:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(12))) == 3
    assert len(register.uses(NUMBER)) == 3
