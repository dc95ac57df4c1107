"""The catalogue's tables on both databases: one version once, steps from the state before, counts that never repeat."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from issuer.catalogue.errors import EntryRefused, StepRefused
from issuer.catalogue.life import Progress, State, Step
from issuer.catalogue.ports import (
    Event,
    FiledMandate,
    MandateRequest,
    MandateWish,
    Origin,
    Version,
    Wanted,
)
from issuer.catalogue.store.counts import SqlCounts
from issuer.catalogue.store.entries import SqlEntries
from issuer.catalogue.store.mandates import SqlMandates
from templates.library import load_bundle
from tests.catalogue_parts import DRAFTER, REVIEWER
from tests.city import BEGINNING as AT
from trust.errors import Conflict
from trust.rules.mandate import Mandate

KIND = load_bundle("food-operation").type
LAYOUT = "sm3:" + "0" * 64
DRAFT = Version(KIND, LAYOUT, None, State.DRAFT, DRAFTER, AT, "11530199MB0T35T369")
PLACE = DRAFT.place
DAY = timedelta(days=1)
MANDATE = Mandate("11530199MB0T35T369", "云岭市行政审批服务局", KIND.code, AT, None, "5301", "M1")
GIVEN = replace(MANDATE, number="M2", area="530102", delegated_from="M1", issuer_code="11530199MB0T35T28E")
WISH = MandateWish(Wanted.GRANT, "11530199MB0T35T28E", KIND.code, "事由", "5301", AT, AT + DAY)
REQUEST = MandateRequest("R1", WISH, Progress.WAITING, DRAFTER, AT)


def event(step: Step) -> Event:
    return Event(step, DRAFTER, AT, "说明", LAYOUT)


def published(store: SqlEntries, version: Version, octets: bytes) -> None:
    store.define(version, event(Step.DRAFT))
    store.move(version.place, State.DRAFT, State.REVIEWED, event(Step.PASS))
    number = store.plan(version.place, AT, b"to be signed")
    store.complete(version.place, number, octets, State.REVIEWED, State.PUBLISHED, event(Step.PUBLISH))


def test_a_version_goes_there_and_back(engine: Engine) -> None:
    store = SqlEntries(engine)
    store.define(DRAFT, event(Step.DRAFT))
    assert store.find(*PLACE) == DRAFT
    changed = replace(DRAFT, layout="sm3:" + "1" * 64, sample=LAYOUT)
    store.define(changed, event(Step.DRAFT))
    assert (store.find(*PLACE), store.all(), store.listed()) == (changed, [changed], [])
    store.move(PLACE, State.DRAFT, State.IN_REVIEW, event(Step.SUBMIT))
    assert [one.step for one in store.events(PLACE)] == [Step.DRAFT, Step.DRAFT, Step.SUBMIT]
    with pytest.raises(EntryRefused, match="version-taken"):
        store.define(DRAFT, event(Step.DRAFT))
    with pytest.raises(StepRefused):
        store.move(PLACE, State.DRAFT, State.IN_REVIEW, event(Step.SUBMIT))
    for code, number in (("\0", 1), (KIND.code, -1), (KIND.code, 2**40), ("nothing", 1)):
        assert store.find(code, number) is None


def test_what_was_signed_last_is_the_document(engine: Engine) -> None:
    store = SqlEntries(engine)
    assert store.revision() == 0
    published(store, DRAFT, b"first")
    second = replace(DRAFT, type=replace(KIND, bundle_version=2))
    published(store, second, b"of version two")
    planned = store.plan(PLACE, AT, b"the end, to be signed")
    assert (store.revision(), [one.document for one in store.listed()]) == (2, [b"first", b"of version two"])
    store.complete(PLACE, planned, b"the end", State.PUBLISHED, State.RETIRED, event(Step.RETIRE))
    found = store.find(*PLACE)
    assert found is not None
    assert (found.document, found.state, store.revision()) == (b"the end", State.RETIRED, 3)
    with pytest.raises(StepRefused):
        store.complete(PLACE, planned, b"again", State.RETIRED, State.RETIRED, event(Step.RETIRE))
    assert store.find(*PLACE) == found, "nothing of a refused step stays"


def test_of_two_who_publish_at_once_one_does(engine: Engine) -> None:
    store = SqlEntries(engine)
    store.define(DRAFT, event(Step.DRAFT))
    numbers = [store.plan(PLACE, AT, b"a"), store.plan(PLACE, AT, b"b")]

    def complete(number: int) -> bool:
        try:
            store.complete(PLACE, number, b"%d" % number, State.DRAFT, State.PUBLISHED, event(Step.PUBLISH))
        except StepRefused:
            return False
        return True

    with ThreadPoolExecutor() as pool:
        done = list(pool.map(complete, numbers))
    assert sorted(done) == [False, True]
    found = store.find(*PLACE)
    assert found is not None
    assert found.document == b"%d" % numbers[done.index(True)]
    assert len(store.events(PLACE)) == 2


def test_mandates_keep_their_order_and_only_get_an_end(engine: Engine) -> None:
    store = SqlMandates(engine)
    filed = [FiledMandate(MANDATE, Origin.PLAN), FiledMandate(GIVEN, Origin.DECISION)]
    assert store.file(filed)
    assert store.all() == filed
    assert not store.file([FiledMandate(replace(GIVEN, number="M3"), Origin.PLAN), filed[0]]), "M1 is given out"
    assert store.all() == filed, "all of them or none"
    store.end("M2", AT + 2 * DAY, Origin.DECISION)
    store.end("M2", AT + 3 * DAY, Origin.PLAN)
    ended = FiledMandate(replace(GIVEN, valid_until=AT + 2 * DAY), Origin.DECISION, Origin.DECISION)
    assert store.all() == [filed[0], ended]
    with pytest.raises(IntegrityError):
        store.end("M1", AT, Origin.PLAN)


def test_a_request_is_stored_once_and_decided_once(engine: Engine) -> None:
    store = SqlMandates(engine)
    assert store.begin(REQUEST, key="k", body=bytes(32)) == REQUEST
    other = replace(REQUEST, number="R2")
    assert store.begin(other, key="k", body=bytes(32)) == REQUEST
    with pytest.raises(Conflict, match="idempotency-mismatch"):
        store.begin(other, key="k", body=b"1" * 32)
    assert (store.request("R1"), store.request("R2"), store.request("\0")) == (REQUEST, None, None)
    decided = replace(
        REQUEST, progress=Progress.APPROVED, decided_by=REVIEWER, decided_at=AT + DAY, note="同意", mandate="M1"
    )
    store.decide(decided, FiledMandate(MANDATE, Origin.DECISION), None)
    assert (store.requests(), store.all()) == ([decided], [FiledMandate(MANDATE, Origin.DECISION)])
    with pytest.raises(StepRefused):
        store.decide(decided, FiledMandate(replace(MANDATE, number="M9"), Origin.DECISION), None)
    assert len(store.all()) == 1, "what a lost decision would have filed is not filed"


def test_a_number_that_was_given_out_meanwhile_decides_nothing(engine: Engine) -> None:
    store = SqlMandates(engine)
    store.begin(REQUEST, key="k", body=bytes(32))
    assert store.file([FiledMandate(MANDATE, Origin.PLAN)])
    decided = replace(REQUEST, progress=Progress.APPROVED, decided_by=REVIEWER, decided_at=AT, mandate="M1")
    with pytest.raises(StepRefused):
        store.decide(decided, FiledMandate(MANDATE, Origin.DECISION), None)
    assert store.request("R1") == REQUEST


def test_counts_go_up_by_one_for_each_scope(engine: Engine) -> None:
    counts = SqlCounts(engine)
    assert [counts.next("body", "type", "2026") for _ in range(3)] == [1, 2, 3]
    assert [counts.next("body", "type", "2027"), counts.next("other", "type", "2026")] == [1, 1]


def test_many_who_count_at_once_never_get_the_same(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: SqlCounts(engine).next("body", "type", "scope"), range(80)))
    assert sorted(given) == list(range(1, 81))
