"""The API of batches: a table as it is, tried or handed in, its rows, the steps, and who may not take them."""

from collections.abc import Iterator
from typing import Any

import pytest

from templates.library import load_bundle
from tests.api_parts import TYPE, Api, is_problem
from tests.batch_parts import table
from tests.photo_parts import KIND as CARD
from tests.photo_parts import cards, packed, picture, table_of

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
    whole = {"rows": 2, "complete": True, "number": None, "problems": [], "warnings": []}
    assert send(api, table(2, first=50), to="batch-trials").json() == whole
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


def send_zip(api: Api, octets: bytes, to: str = "batches", kind: str = "application/zip") -> Any:
    headers = api.as_("rsj", Idempotency_Key=api.key(), Content_Type=kind)
    return api.client.post(f"/api/v1/{to}", params={"type": CARD.code}, content=octets, headers=headers)


def test_a_table_with_photographs_is_one_zip(api: Api) -> None:
    told = send_zip(api, cards(2, first=1)).json()
    assert (told["state"], told["total"]) == ("running", 2)
    while api.yinzheng.batches.work("worker") is not None:
        continue
    rows = api.client.get(f"/api/v1/batches/{told['number']}/rows", headers=api.as_("rsj")).json()
    assert [row["state"] for row in rows] == ["done", "done"]
    assert send_zip(api, cards(1, first=5), kind="application/octet-stream").status_code == 201
    assert send_zip(api, cards(1, first=6), kind="application/x-rar").status_code == 415


def test_a_trial_of_a_zip_tells_its_pictures_by_row(api: Api) -> None:
    octets = packed({"表.csv": table_of("甲.jpg", "乙.jpg", first=30), "乙.jpg": b"x", "丙.jpg": picture(1)})
    told = send_zip(api, octets, "batch-trials").json()
    assert [(row["row"], row["column"], row["reason"]) for row in told["problems"]] == [
        (2, "照片", "photo-missing"),
        (3, "照片", "photo-format"),
    ]
    assert [row["reason"] for row in told["warnings"]] == ["photo-unused"]
    listed = send_zip(api, octets, "batch-trials/problems.csv").content.decode()
    assert "压缩包里没有“甲.jpg”这张照片" in listed
    assert is_problem(send_zip(api, octets), 422, "batch-refused")


def _work(api: Api) -> None:
    while api.yinzheng.batches.work("worker") is not None:
        continue


def test_many_pictures_are_examined_by_the_worker(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.batches.picturing.AT_ONCE", 2)
    files = {"甲.jpg": picture(1), "乙.jpg": picture(2), "丙.jpg": picture(3)[:2000]}
    octets = packed({"表.csv": table_of(*files, first=60)} | files)
    answer, own = send_zip(api, octets, "batch-trials"), api.as_("rsj")
    path = answer.headers["location"]
    assert (answer.status_code, answer.json()["complete"], answer.json()["problems"]) == (202, False, [])
    assert is_problem(send_zip(api, octets, "batch-trials/problems.csv"), 422, "batch-refused")
    _work(api)  # before any of it is issued
    taken = send_zip(api, octets)
    assert (taken.status_code, taken.json()["total"]) == (201, 3)
    _work(api)
    for place, counts in ((path, {"sound": 2, "failed": 1}), (taken.headers["location"], {"done": 2, "failed": 1})):
        assert counts.items() <= api.client.get(place, headers=own).json()["counts"].items()
        (row,) = api.client.get(f"{place}/rows", params={"state": "failed"}, headers=own).json()
        assert (row["row"], row["column"], row["reason"]) == (4, "照片", "photo-format")
        assert "不是可以读取的 JPEG 或 PNG 照片" in row["sentence"]
    unreadable = packed({"表.csv": table_of(*files, "丁.jpg", first=60)} | files)
    told = send_zip(api, unreadable, "batch-trials").json()
    assert ([one["reason"] for one in told["problems"]], told["complete"]) == (["photo-missing"], False)


def test_a_table_is_bounded_and_a_zip_too(api: Api) -> None:
    declared = api.as_("rsj", Idempotency_Key=api.key(), Content_Type="application/zip") | {
        "Content-Length": str(300 * 1024 * 1024)
    }
    answer = api.client.post("/api/v1/batches", params={"type": CARD.code}, content=b"PK", headers=declared)
    assert answer.status_code == 413
    declared |= {"Content-Type": CSV}
    answer = api.client.post("/api/v1/batches", params={"type": CARD.code}, content=b"a", headers=declared)
    assert answer.status_code == 413


def test_a_table_that_is_long_is_tried_by_the_worker(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.batches.http.MOST_TRIED", 2)
    octets = table(4, first=3000).replace(b"PL00003002", b"PL00003001")
    answer = send(api, octets, to="batch-trials", name="长表.csv")
    told, path = answer.json(), answer.headers["location"]
    assert (answer.status_code, told["rows"], told["complete"], told["problems"]) == (202, 4, False, [])
    own = api.as_("scjg")
    assert api.client.get(path, headers=own).json()["state"] == "trying"
    while api.yinzheng.batches.work("worker", size=3) is not None:
        continue
    told = api.client.get(path, headers=own).json()
    assert (told["state"], told["counts"]["sound"], told["counts"]["failed"]) == ("tried", 3, 1)
    rows = api.client.get(f"{path}/rows", params={"state": "failed"}, headers=own).json()
    assert [(row["row"], row["reason"]) for row in rows] == [(4, "duplicate-number")]
    assert is_problem(send(api, octets, to="batch-trials/problems.csv"), 422, "batch-refused")
    unreadable = octets.replace("颁发日期".encode(), "颁发日".encode())
    told = send(api, unreadable, to="batch-trials").json()
    assert (told["complete"], {row["reason"] for row in told["problems"]}) == (
        True,
        {"unknown-column", "missing-column"},
    )
    gone = api.client.post(f"{path}/decision", json={"step": "discard"}, headers=own).json()
    assert (gone["state"], set(gone["counts"].values())) == ("cancelled", {0})


def test_what_is_approved_was_looked_at(api: Api) -> None:
    title = load_bundle("real-estate-certificate").type.code
    octets = table(3, first=1, bundle="real-estate-certificate")
    path = send(api, octets, who="zrzyj", type=title).headers["location"]
    second = api.as_("zrzyj2")

    def approve() -> Any:
        digest = api.client.get(path, headers=second).json()["digest"]
        return api.client.post(f"{path}/decision", json={"step": "approve", "digest": digest}, headers=second)

    assert is_problem(approve(), 409, "batch-not-opened")
    told = api.client.get(f"{path}/content", params={"limit": 2}, headers=second).json()
    assert (told["total"], told["first"], told["last"], len(told["rows"])) == (3, 2, 4, 2)
    assert {"header": "证照编号", "column": "证照编号"} in told["headers"]
    assert told["rows"][0]["application"]["number"] == "PL00000001"
    found = api.client.post(f"{path}/content/searches", json={"words": "00000003"}, headers=second).json()
    assert [row["row"] for row in found["rows"]] == [4]
    assert is_problem(approve(), 409, "batch-not-opened")
    face = api.client.get(f"{path}/faces/3", headers=second)
    assert (face.content[:4], face.headers["content-type"]) == (b"%PDF", "application/pdf")
    assert is_problem(api.client.get(f"{path}/faces/9", headers=second), 404, "not-found")
    assert api.client.get(f"{path}/table.csv", headers=second).text.count("\r\n") == 4
    assert approve().json()["state"] == "running"


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
    assert step("cancel", "decision").json()["counts"] == {
        "waiting": 0,
        "done": 0,
        "failed": 0,
        "dropped": 2,
        "sound": 0,
    }
    assert is_problem(step("resume"), 409, "batch-moved")
    assert step("cancel").status_code == 422
    assert is_problem(step("cancel", "decision", who="jyj"), 404, "not-found")
