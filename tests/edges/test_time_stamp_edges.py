"""The register of time stamps on either database, and `/tsa` over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from keys.sm3 import sm3
from tests.api_parts import Api
from tests.certification_parts import AT, DAY
from trust.certification.ports import StampRecord
from trust.certification.stamping import PER_MINUTE
from trust.certification.store import SqlStamps
from trust.errors import Conflict
from trust.formats.asn1 import SM3
from trust.formats.time_stamp_query import (
    MAX_REQUEST,
    QUERY_TYPE,
    REPLY_TYPE,
    Failure,
    TimeStampRequest,
    check_answer,
    read_answer,
    write_request,
)
from verifier.time_stamps import judge_token

LARGEST = (1 << 127) - 1
ASKED = TimeStampRequest(SM3, sm3(b"x"), nonce=7, wants_certificates=True)
BODY = write_request(ASKED)


def record(serial: int = LARGEST, day: int = 0) -> StampRecord:
    return StampRecord(serial, AT + day * DAY, b"info")


def test_a_number_is_planned_once_and_completed_once(engine: Engine) -> None:
    stamps = SqlStamps(engine)
    assert (stamps.latest(), stamps.since(AT)) == (None, 0)
    stamps.plan(record())
    with pytest.raises(Conflict, match="serial-taken"):
        stamps.plan(record(day=1))
    stamps.complete(LARGEST)
    for serial in (LARGEST, 5):
        with pytest.raises(Conflict, match="not-planned"):
            stamps.complete(serial)
    stamps.plan(record(5, day=2))
    stamps.plan(record(6, day=1))
    assert stamps.latest() == AT + 2 * DAY
    assert [stamps.since(AT + timedelta(seconds=seconds)) for seconds in (0, 1, 90_000, 999_999)] == [3, 2, 1, 0]


def test_of_many_with_one_number_one_gets_it(engine: Engine) -> None:
    def attempt(_: int) -> bool:
        try:
            SqlStamps(engine).plan(record())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def test_anybody_gets_a_stamp_that_holds(api: Api) -> None:
    answer = api.client.post("/tsa", content=BODY, headers={"Content-Type": QUERY_TYPE})
    assert (answer.status_code, answer.headers["content-type"]) == (200, REPLY_TYPE)
    assert answer.headers["cache-control"] == "no-store"
    token = check_answer(read_answer(answer.content), ASKED)
    found, proven = judge_token(token.octets, b"x", api.city.yinzheng.evidence(), api.city.clock())
    assert {one.indication.value for one in found} == {"PASSED"}
    assert proven == api.city.clock()


def test_what_is_no_request_is_answered_in_kind(api: Api) -> None:
    answer = api.client.post("/tsa", content=b"junk", headers={"Content-Type": QUERY_TYPE})
    assert (answer.status_code, read_answer(answer.content).failures) == (200, {Failure.BAD_DATA_FORMAT})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (BODY, "text/plain", 415),
        (BODY, "application/octet-stream", 415),
        (bytes(MAX_REQUEST + 1), QUERY_TYPE, 413),
        (bytes(2 * 1024 * 1024), QUERY_TYPE, 413),
    ],
)
def test_what_is_not_taken(api: Api, body: bytes, kind: str, status: int) -> None:
    answer = api.client.post("/tsa", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_strangers_do_not_keep_our_own_seals_waiting(api: Api) -> None:
    api.city.clock.forward(minutes=5)
    answers = [
        read_answer(api.client.post("/tsa", content=BODY, headers={"Content-Type": QUERY_TYPE}).content)
        for _ in range(PER_MINUTE + 1)
    ]
    assert [answer.token is None for answer in answers] == [False] * PER_MINUTE + [True]
    assert answers[-1].failures == {Failure.SYSTEM_FAILURE}
    assert api.city.yinzheng.stamper is not None
    assert api.city.yinzheng.stamper(b"a seal of ours")
    api.city.clock.forward(minutes=2)
    again = api.client.post("/tsa", content=BODY, headers={"Content-Type": QUERY_TYPE})
    assert read_answer(again.content).token is not None


def test_only_post(api: Api) -> None:
    assert api.client.get("/tsa").status_code == 405
