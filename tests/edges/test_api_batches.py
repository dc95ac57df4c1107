"""The API of batches: a table as it is, tried or handed in, its rows, the steps, and who may not take them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_parts import TYPE, Api, is_problem
from tests.batch_parts import table

CSV = "text/csv"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def send(
    api: Api, octets: bytes, *, to: str = "batches", who: str = "scjg", key: str | None = None, **query: Any
) -> Any:
    headers = api.as_(who, Idempotency_Key=key or api.key(), Content_Type=CSV)
    return api.client.post(f"/api/v1/{to}", params={"type": TYPE} | query, content=octets, headers=headers)


def test_a_table_is_handed_in_and_its_rows_are_told(api: Api) -> None:
    answer = send(api, table(3), key="once", name="表.csv")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    told = answer.json()
    assert (told["state"], told["total"], told["counts"]["waiting"]) == ("running", 3, 3)
    path = answer.headers["location"]
    assert send(api, table(3), key="once").json()["number"] == told["number"]
    assert is_problem(send(api, table(2), key="once"), 409, "idempotency-mismatch")
    assert api.yinzheng.batches.work("worker") is not None
    own = api.as_("scjg")
    assert api.client.get(path, headers=own).json()["state"] == "done"
    rows = api.client.get(f"{path}/rows", params={"limit": 2}, headers=own).json()
    assert [(row["row"], row["state"]) for row in rows] == [(2, "done"), (3, "done")]
    licence = api.client.get(f"/api/v1/licences/{rows[0]['identifier']}", headers=own)
    assert licence.status_code == 200
    rest = api.client.get(f"{path}/rows", params={"after": 3, "state": ["failed", "done"]}, headers=own).json()
    assert [row["row"] for row in rest] == [4]
    for ending, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = api.client.get(f"{path}/unissued.{ending}", headers=own)
        assert (answer.content.startswith(begins), answer.headers["cache-control"]) == (True, "no-store")
    assert [one["number"] for one in api.client.get("/api/v1/batches", headers=own).json()] == [told["number"]]


def test_a_trial_stores_nothing(api: Api) -> None:
    before = api.rows()
    told = send(api, table(2, first=50, issued_on="2099-01-01"), to="batch-trials").json()
    assert (told["rows"], [row["reason"] for row in told["problems"]]) == (2, ["in-the-future"] * 2)
    assert send(api, table(2, first=50), to="batch-trials").json() == {"rows": 2, "problems": []}
    assert is_problem(send(api, b"a,b\n1,2\n"), 422, "batch-refused")
    assert is_problem(send(api, table(1), map="nothing"), 422, "batch-refused")
    assert is_problem(send(api, table(1), who="jyj"), 403, "no-mandate")
    assert is_problem(send(api, table(1), type="none"), 404, "unknown-type")
    assert api.rows() == before


def test_a_list_of_problems_is_a_table_that_can_be_handed_in_again(api: Api) -> None:
    octets = table(2, first=80, issued_on="2099-01-01").replace("证照编号".encode(), "许可证号".encode())
    for ending in ("csv", "xlsx"):
        answer = send(api, octets, to=f"batch-trials/problems.{ending}", map="许可证号=number")
        assert answer.headers["content-disposition"] == f'attachment; filename="problems.{ending}"'
        again = send(api, answer.content, to="batch-trials").json()
        assert [(row["row"], row["reason"]) for row in again["problems"]] == [
            (2, "in-the-future"),
            (3, "in-the-future"),
        ]
    assert send(api, octets, to="batch-trials/problems.pdf").status_code == 404


def test_a_header_may_be_given_another_meaning(api: Api) -> None:
    octets = table(1, first=60).replace("证照编号".encode(), "许可证号".encode())
    assert is_problem(send(api, octets), 422, "batch-refused")
    assert send(api, octets, map="许可证号=证照编号").status_code == 201


def test_steps_have_their_order(api: Api) -> None:
    path = send(api, table(2, first=70)).headers["location"]

    def step(word: str, to: str = "steps", who: str = "scjg") -> Any:
        return api.client.post(f"{path}/{to}", json={"step": word}, headers=api.as_(who))

    assert step("pause").json()["state"] == "paused"
    assert is_problem(step("pause"), 409, "batch-moved")
    assert step("resume").json()["state"] == "running"
    assert is_problem(step("approve", "decision"), 409, "batch-moved")
    assert step("cancel", "decision").json()["counts"] == {"waiting": 0, "done": 0, "failed": 0, "dropped": 2}
    assert is_problem(step("resume"), 409, "batch-moved")
    assert step("cancel").status_code == 422
    assert is_problem(step("cancel", "decision", who="jyj"), 404, "not-found")
