"""Converting stock over the API: scans as they are, rows that name them, two people, and nobody else's business."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.identity import Person, Role
from tests.api_parts import TYPE, Api, is_problem
from tests.stock_parts import SOURCE, drawn_here, pdf, picture

ITEMS = ("number", "holder", "holder_code", "issued_on", "valid_until")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    made.yinzheng.draw = drawn_here
    made.yinzheng.identity.enrol(
        Person("his-system", "市场监管业务系统", Role.SYSTEM, made.city.body_code("business-licence")),
        "demo-his-system",
    )
    yield made
    made.close()


def scan(api: Api, octets: bytes, kind: str = "application/pdf", login: str = "scjg") -> Any:
    return api.client.post("/api/v1/scans", content=octets, headers=api.as_(login, Content_Type=kind))


def submit(api: Api, login: str = "scjg", **changed: Any) -> Any:
    """One row, with a scan of its own."""
    members = api.application()
    members.pop("type")
    kept = scan(api, pdf(text=members["number"])).json()["scan"]
    row = {"application": members, "scan": kept, "grade": "A", "source": SOURCE} | changed
    return api.client.post(
        "/api/v1/conversions",
        json={"type": TYPE, "rows": [{name: value for name, value in row.items() if value is not ...}]},
        headers=api.as_(login),
    )


def post(api: Api, number: str, step: str, login: str, body: dict[str, Any] | None = None) -> Any:
    return api.client.post(f"/api/v1/conversions/{number}/{step}", json=body, headers=api.as_(login))


def all_items(api: Api, number: str) -> list[str]:
    found = api.client.get(f"/api/v1/conversions/{number}", headers=api.as_("scjg")).json()
    return [item["key"] for item in found["items"]]


def test_the_whole_way(api: Api) -> None:
    (row,) = submit(api, "his-system").json()
    number, items = row["number"], all_items(api, row["number"])
    assert (row["stage"], row["grade"]) == ("submitted", None)
    compared = post(api, number, "comparison", "scjg", {"scan": items, "register": ["number", "holder"]})
    seen = compared.json()
    assert (seen["stage"], seen["grade"], seen["scan"]["pages"]) == ("compared", "B", 2)
    confirmed = post(api, number, "confirmation", "scjg2", {"content": seen["content"], "pages": [1, 2]})
    assert confirmed.json()["stage"] == "confirmed"
    done = post(api, number, "release", "scjg2").json()
    assert [step["step"] for step in done["steps"]] == ["submit", "compare", "confirm", "release"]
    licence = api.client.get(f"/api/v1/licences/{done['identifier']}", headers=api.as_("scjg")).json()
    assert licence["conversion"] == {
        "grade": "B", "label": "有纸质证照扫描件，登记数据部分核对", "source": SOURCE, "scan": seen["scan"]["scan"],
    }  # fmt: skip
    assert post(api, number, "release", "scjg").json() == done
    file = api.client.get(f"/api/v1/conversions/{number}/scan", headers=api.as_("scjg"))
    assert file.headers["content-type"] == "application/pdf"
    assert "attachment" in file.headers["content-disposition"]
    assert file.content.startswith(b"%PDF-")
    found = api.client.post("/api/v1/verifications", json={"identifier": done["identifier"]}).json()
    assert any(row["key"] == "conversion" for row in found["shown"]["rows"])
    assert any(one["name"] == "conversion" for one in found["findings"])


@pytest.mark.parametrize("step", ["comparison", "confirmation", "refusal", "release"])
def test_a_system_decides_nothing(api: Api, step: str) -> None:
    (row,) = submit(api, "his-system").json()
    answer = post(api, row["number"], step, "his-system", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def test_another_department_sees_nothing_of_it(api: Api) -> None:
    (row,) = submit(api).json()
    number, missing = row["number"], "0" * 24 + "-0001"
    for path in ("", "/scan"):
        own = api.client.get(f"/api/v1/conversions/{number}{path}", headers=api.as_("jyj"))
        none = api.client.get(f"/api/v1/conversions/{missing}{path}", headers=api.as_("jyj"))
        assert (own.status_code, own.content) == (none.status_code, none.content) == (404, own.content)
    assert is_problem(post(api, number, "refusal", "jyj", {"reason": "缺页"}), 404, "not-found")
    listed = api.client.get("/api/v1/conversions", headers=api.as_("jyj")).json()
    assert listed == []


def test_a_scan_of_another_department_cannot_be_named(api: Api) -> None:
    kept = scan(api, pdf(text="somebody else's"), login="jyj").json()["scan"]
    answer = submit(api, scan=kept)
    assert is_problem(answer, 422, "stock-refused")
    (error,) = answer.json()["errors"]
    assert error == {
        "field": "rows.1.scan", "reason": "missing", "title": "请填写这一项。", "detail": "This is needed.",
    }  # fmt: skip


def test_whoever_entered_it_does_not_confirm_it(api: Api) -> None:
    (row,) = submit(api).json()
    seen = post(api, row["number"], "comparison", "scjg", {"scan": all_items(api, row["number"])}).json()
    assert seen["grade"] == "C"
    own = post(api, row["number"], "confirmation", "scjg", {"content": seen["content"], "pages": [1, 2]})
    assert is_problem(own, 409, "second-person")
    other = post(api, row["number"], "confirmation", "scjg2", {"content": "sm3:" + "0" * 64, "pages": [1, 2]})
    assert is_problem(other, 409, "confirmation-stale")
    fewer = post(api, row["number"], "confirmation", "scjg2", {"content": seen["content"], "pages": [1]})
    (error,) = fewer.json()["errors"]
    assert (error["field"], error["reason"]) == ("pages", "not-looked-at")
    assert error["title"].endswith("。")
    assert is_problem(post(api, row["number"], "release", "scjg2"), 409, "stock-moved")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("comparison", {"scan": list(ITEMS), "register": [], "grade": "A"}),
        ("comparison", {"scan": ["x" * 81]}),
        ("comparison", {"lower": "E"}),
        ("confirmation", {"content": "sm3:" + "0" * 64, "pages": [1, 2], "raise": "A"}),
        ("confirmation", {"content": "A", "pages": []}),
        ("refusal", {}),
    ],
)
def test_nobody_sets_a_grade_by_adding_a_member(api: Api, step: str, body: dict[str, Any]) -> None:
    (row,) = submit(api).json()
    assert is_problem(post(api, row["number"], step, "scjg", body), 422, "invalid-request")


@pytest.mark.parametrize(
    "changed",
    [
        {"grade": "A+"},
        {"state": "confirmed"},
        {"source": ...},
        {"scan": "sm3:zz"},
        {"application": []},
    ],
)
def test_a_row_is_closed(api: Api, changed: dict[str, Any]) -> None:
    assert is_problem(submit(api, **changed), 422, "invalid-request")


def test_a_conversion_is_no_member_of_an_application(api: Api) -> None:
    members = api.application() | {"conversion": {"grade": "A", "source": "x", "scan": None}}
    answer = api.client.post("/api/v1/licences", json=members, headers=api.as_("scjg", Idempotency_Key=api.key()))
    assert is_problem(answer, 422, "invalid-request")
    own = dict(members)
    own.pop("type")
    assert is_problem(submit(api, application=own), 422, "stock-refused")


@pytest.mark.parametrize(
    ("octets", "kind", "status", "code"),
    [
        (b"GIF89a", "application/octet-stream", 422, "scan-refused"),
        (picture("PNG") + b"more", "image/png", 422, "scan-refused"),
        (pdf(21), "application/pdf", 422, "scan-refused"),
        (b"", "application/pdf", 422, "scan-refused"),
        (pdf(), "application/json", 415, "unsupported-media-type"),
        (b"%PDF-" + bytes(20 * 1024 * 1024), "application/pdf", 413, "too-large"),
    ],
    ids=["gif", "tail", "pages", "empty", "json", "large"],
)
def test_what_is_no_scan_is_refused(api: Api, octets: bytes, kind: str, status: int, code: str) -> None:
    before = api.rows()
    assert is_problem(scan(api, octets, kind), status, code)
    assert api.rows() == before


def test_a_picture_is_a_scan_too(api: Api) -> None:
    assert scan(api, picture("JPEG"), "image/jpeg").json()["pages"] == 1
    assert scan(api, picture("PNG"), "image/png").json()["kind"] == "png"
