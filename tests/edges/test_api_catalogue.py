"""The catalogue and mandates over HTTP: a type through its life, a mandate by two people, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from issuer.catalogue.publishing import read_entry
from templates.packing import MAX_BUNDLE
from tests.api_parts import Api, is_problem
from tests.catalogue_parts import FOOD, FOOD_CODE, new_type, template, zipped
from trust.rules.catalogue_entry import EntryStatus

ZIP = {"Content-Type": "application/zip"}
TEACHERS = "11100000999901153M001"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def draft(api: Api, files: dict[str, bytes], folder: str = FOOD, login: str = "spj", **query: str) -> Any:
    octets = zipped(files, "" if query else folder)
    return api.client.post("/api/v1/catalogue", content=octets, params=query, headers=api.as_(login) | ZIP)


def step(api: Api, place: str, kind: str, login: str, note: str = "") -> Any:
    route = "drafting" if kind in {"submit", "withdraw"} else "review"
    body = {"step": kind, "note": note}
    return api.client.post(f"/api/v1/catalogue/{place}/{route}", json=body, headers=api.as_(login))


def test_a_version_through_its_life(api: Api) -> None:
    made = draft(api, template())
    assert made.status_code == 201
    place = f"{FOOD_CODE}/2"
    assert made.headers["location"] == f"/api/v1/catalogue/{place}"
    assert (made.json()["state"], made.json()["in_force"], made.json()["document"]) == ("draft", False, None)
    assert api.client.get(f"/catalogue/{place}").status_code == 404
    assert step(api, place, "submit", "spj").json()["state"] == "in-review"
    assert step(api, place, "pass", "spj").status_code == 403
    assert step(api, place, "pass", "boss").json()["state"] == "reviewed"
    published = step(api, place, "publish", "boss", "新的版面").json()
    assert (published["state"], published["in_force"], published["document"]) == (
        "published",
        True,
        f"/catalogue/{place}",
    )
    assert [one["note"] for one in published["steps"]][-1] == "新的版面"
    items = [item for group in published["groups"] for item in group["items"]]
    assert {item["key"] for item in items} >= {"representative", "premises"}
    offered = {one["bundle"]: one["template"] for one in api.client.get("/api/v1/types").json()}
    assert offered[FOOD] == "food-operation/2"


def test_the_signed_entry_is_for_everybody(api: Api) -> None:
    answer = api.client.get(f"/catalogue/{TEACHERS}")
    entry = read_entry(answer.content, api.yinzheng.catalogue._signers())
    assert (entry.type.code, entry.status) == (TEACHERS, EntryStatus.PUBLISHED)
    assert answer.content == api.client.get(f"/catalogue/{TEACHERS}/1").content
    again = api.client.get(f"/catalogue/{TEACHERS}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["X" * 21, f"{FOOD_CODE}/99"])
def test_an_entry_that_was_never_published(api: Api, path: str) -> None:
    assert is_problem(api.client.get(f"/catalogue/{path}"), 404, "not-found")


@pytest.mark.parametrize("path", ["short", f"{FOOD_CODE}/0", f"{FOOD_CODE}/x", f"{FOOD_CODE}/10000", "%00" * 21])
def test_an_address_of_no_entry(api: Api, path: str) -> None:
    assert api.client.get(f"/catalogue/{path}").status_code in {404, 422}


def test_a_retired_type_is_not_issued_and_stays_in_the_public_catalogue(api: Api) -> None:
    code = new_type_published(api)
    body = {"note": "办法废止"}
    ended = api.client.post(f"/api/v1/catalogue/{code}/retirement", json=body, headers=api.as_("boss"))
    assert (ended.json()["state"], ended.json()["in_force"]) == ("retired", False)
    entry = read_entry(api.client.get(f"/catalogue/{code}").content, api.yinzheng.catalogue._signers())
    assert entry.status is EntryStatus.RETIRED
    headers = api.as_("spj", Idempotency_Key=api.key())
    answer = api.client.post("/api/v1/licences", json=api.application(type=code), headers=headers)
    assert is_problem(answer, 409, "type-retired")
    assert code not in {one["code"] for one in api.client.get("/api/v1/types").json()}
    again = api.client.post(f"/api/v1/catalogue/{code}/retirement", json=body, headers=api.as_("boss"))
    assert is_problem(again, 409, "entry-step")


def new_type_published(api: Api) -> str:
    made = draft(api, new_type("905"), "small-shop", name="small-shop").json()
    place = f"{made['type_code']}/1"
    for kind, login in (("submit", "spj"), ("pass", "boss"), ("publish", "boss")):
        assert step(api, place, kind, login).status_code == 200
    return str(made["type_code"])


def test_templates_that_are_refused(api: Api) -> None:
    assert is_problem(draft(api, template(version=1)), 422, "entry-refused")
    for octets in (b"", b"PK\x03\x04", zipped({"a": b"1", "b/c": b"2"}), zipped({"readme.md": b"x"}, FOOD)):
        answer = api.client.post("/api/v1/catalogue", content=octets, headers=api.as_("spj") | ZIP)
        assert answer.status_code in {422, 500}
        assert answer.json()["code"] == "template"
    too_large = api.client.post("/api/v1/catalogue", content=bytes(MAX_BUNDLE + 65_537), headers=api.as_("spj") | ZIP)
    assert too_large.status_code == 413
    assert api.client.post("/api/v1/catalogue", json={}, headers=api.as_("spj")).status_code == 415


@pytest.mark.parametrize("body", [{}, {"step": "draft"}, {"step": "retire"}, {"step": "pass", "x": 1}])
def test_steps_that_are_none(api: Api, body: dict[str, Any]) -> None:
    answer = api.client.post(f"/api/v1/catalogue/{FOOD_CODE}/1/review", json=body, headers=api.as_("boss"))
    assert is_problem(answer, 422, "invalid-request")
    crossed = {"step": "pass"}
    answer = api.client.post(f"/api/v1/catalogue/{FOOD_CODE}/1/drafting", json=crossed, headers=api.as_("spj"))
    assert is_problem(answer, 422, "invalid-request")


# --- mandates ------------------------------------------------------------------------------------------------------------


def ask(api: Api, login: str, key: str | None = None, **body: Any) -> Any:
    headers = api.as_(login, Idempotency_Key=key or api.key())
    return api.client.post("/api/v1/mandate-requests", json=body, headers=headers)


def test_a_mandate_by_two_people(api: Api) -> None:
    own = api.city.body_code(FOOD)
    wish = {"wanted": "grant", "issuer_code": own, "type_code": TEACHERS, "area": "530199", "reason": "委托办理"}
    asked = ask(api, "spj", "my-key", **wish)
    assert asked.status_code == 201
    assert ask(api, "spj", "my-key", **wish).json() == asked.json()
    place = f"/api/v1/mandate-requests/{asked.json()['number']}/decision"
    refused = api.client.post(place, json={"approve": True}, headers=api.as_("spj"))
    assert is_problem(refused, 403, "second-person")
    decided = api.client.post(place, json={"approve": True}, headers=api.as_("boss")).json()
    assert (decided["progress"], decided["decided_by"]["login"]) == ("approved", "boss")
    listed = api.client.get("/api/v1/mandates", headers=api.as_("auditor")).json()
    (made,) = [one for one in listed if one["number"] == decided["mandate"]]
    assert (made["issuer_code"], made["type_code"], made["origin"]) == (own, TEACHERS, "decision")
    api.city.clock.forward(minutes=1)
    end = ask(api, "boss", wanted="end", above=made["number"], reason="收回").json()
    assert is_problem(
        api.client.post(
            f"/api/v1/mandate-requests/{end['number']}/decision", json={"approve": True}, headers=api.as_("spj")
        ),
        422,
        "mandate-refused",
    )
    taken = api.client.post(f"/api/v1/mandate-requests/{end['number']}/withdrawal", headers=api.as_("boss"))
    assert taken.json()["progress"] == "withdrawn"


@pytest.mark.parametrize(
    ("login", "body", "status", "code"),
    [
        ("jyj", {"wanted": "grant", "issuer_code": "11530199MB0T35T369", "type_code": FOOD_CODE}, 422, "mandate-refused"),
        ("boss", {"wanted": "grant", "issuer_code": "11530199MB0T35T369", "type_code": "X"}, 422, "mandate-refused"),
        ("boss", {"wanted": "grant", "issuer_code": "11530199MB0T35T369", "type_code": FOOD_CODE, "area": "999"}, 422, "area"),
        ("boss", {"wanted": "delegate", "issuer_code": "11530199MB0T35T28E", "above": "M-0"}, 422, "mandate-refused"),
        ("boss", {"wanted": "give"}, 422, "invalid-request"),
        ("boss", {"wanted": "grant", "colour": "red"}, 422, "invalid-request"),
        ("boss", {"wanted": "end", "valid_until": "2026-01-01"}, 422, "invalid-request"),
    ],
)  # fmt: skip
def test_wishes_that_are_refused(api: Api, login: str, body: dict[str, Any], status: int, code: str) -> None:
    answer = ask(api, login, **body, reason="理由")
    assert is_problem(answer, status, code)


def test_outside_its_area_a_body_issues_nothing(api: Api) -> None:
    headers = api.as_("scjg", Idempotency_Key=api.key())
    answer = api.client.post("/api/v1/licences", json=api.application(area_code="110101"), headers=headers)
    assert is_problem(answer, 403, "outside-area")
