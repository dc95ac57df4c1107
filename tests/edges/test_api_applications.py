"""Applications over the API: handing in, deciding, keys, and what is answered to everything that does not fit."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_parts import Api, identifier_of, is_problem

PATH = "/api/v1/applications"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def post(api: Api, path: str, login: str | None, body: Any, key: str = "") -> Any:
    return api.client.post(path, json=body, headers=api.as_(login, Idempotency_Key=key or api.key()))


def handed_in(api: Api, **changed: Any) -> dict[str, Any]:
    answer = post(api, PATH, "scjg", api.application(**changed))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{found['number']}"
    return found


def step(api: Api, docket: dict[str, Any], login: str, word: str, key: str = "", **more: str) -> Any:
    return post(api, f"{PATH}/{docket['number']}/steps", login, {"step": word} | more, key)


def approved(api: Api, **changed: Any) -> dict[str, Any]:
    docket = handed_in(api, **changed)
    answer = step(api, docket, "scjg2", "approve", digest=docket["digest"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_handing_in_to_the_licence(api: Api) -> None:
    docket = handed_in(api)
    assert (docket["stage"], docket["stage_label"], docket["identifier"]) == ("submitted", "待审批", None)
    assert [event["step"] for event in docket["events"]] == ["open", "submit"]
    assert set(docket["steps"]) == {"withdraw", "return", "refuse", "approve", "waive"}
    back = step(api, docket, "scjg2", "return", reason="请核对住所").json()
    assert (back["stage"], back["events"][-1]["reason"]) == ("returned", "请核对住所")
    changed = api.application(number=docket["application"]["number"])
    put = api.client.put(f"{PATH}/{docket['number']}", json=changed, headers=api.as_("scjg", Idempotency_Key=api.key()))
    assert put.json()["stage"] == "submitted"
    done = step(api, docket, "scjg2", "approve", digest=put.json()["digest"]).json()
    assert done["stage"] == "released"
    licence = api.client.get(f"/api/v1/licences/{done['identifier']}", headers=api.as_("scjg")).json()
    assert (licence["succession"], licence["successor"]) == (None, None)
    seen = api.client.get(f"{PATH}/{docket['number']}", headers=api.as_("scjg")).json()
    assert seen == done


def test_a_successor_over_the_api(api: Api) -> None:
    first = approved(api)
    fields = first["application"]["fields"] | {"legal_representative": "顾远舟"}
    more = {"kind": "amend", "predecessor": first["identifier"], "number": first["application"]["number"]}
    second = approved(api, fields=fields, **more)
    old, new = (
        api.client.get(f"/api/v1/licences/{one['identifier']}", headers=api.as_("scjg")).json()
        for one in (first, second)
    )
    assert old["successor"] == new["identifier"]
    assert new["succession"] == {
        "kind": "amend",
        "label": "变更",
        "operation": "09",
        "predecessor": old["identifier"],
    }
    for login, code in (("scjg", 200), ("firm", 200), ("auditor", 200), ("window", 404), ("citizen", 404), (None, 401)):
        answer = api.client.get(f"/api/v1/licences/{old['identifier']}/operations", headers=api.as_(login))
        assert answer.status_code == code
        if code == 200:
            assert [(one["code"], one["linked"]) for one in answer.json()] == [("01", ""), ("04", new["identifier"])]
            assert "周明远" not in answer.text
    refused = post(api, PATH, "scjg", api.application(**more, fields=fields))
    assert is_problem(refused, 422, "succession-refused")
    (told,) = refused.json()["errors"]
    assert (told["field"], told["reason"]) == ("predecessor", "predecessor-succeeded")
    assert told["title"].endswith("。")
    assert told["detail"].endswith(".")


def test_the_same_key_hands_in_once(api: Api) -> None:
    body, own = api.application(), api.key()
    one, two = (post(api, PATH, "scjg", body, own) for _ in range(2))
    assert one.status_code == two.status_code == 201
    assert one.json()["number"] == two.json()["number"]
    assert is_problem(post(api, PATH, "scjg", api.application(), own), 409, "idempotency-mismatch")
    docket, own = one.json(), api.key()
    first, again = (step(api, docket, "scjg2", "approve", own, digest=docket["digest"]) for _ in range(2))
    assert first.json() == again.json()
    assert is_problem(step(api, docket, "scjg2", "refuse", own, reason="不符"), 409, "idempotency-mismatch")


def test_the_maker_does_not_decide_and_other_bytes_are_not_approved(api: Api) -> None:
    docket = handed_in(api)
    before = api.rows()
    for word, more in (
        ("approve", {"digest": docket["digest"]}),
        ("return", {"reason": "x"}),
        ("refuse", {"reason": "x"}),
    ):
        assert is_problem(step(api, docket, "scjg", word, **more), 403, "same-person")
    assert is_problem(step(api, docket, "scjg2", "approve"), 409, "approval-stale")
    assert is_problem(step(api, docket, "scjg2", "approve", digest="sm3:" + "0" * 64), 409, "approval-stale")
    assert is_problem(step(api, docket, "scjg2", "withdraw"), 403, "not-an-author")
    assert is_problem(step(api, docket, "scjg2", "return"), 422, "application-refused")
    assert api.rows() == before


def test_another_department_finds_nothing(api: Api) -> None:
    docket = handed_in(api)
    path = f"{PATH}/{docket['number']}"
    answers = [
        api.client.get(path, headers=api.as_("jyj")),
        api.client.get(f"{PATH}/{'0' * 24}", headers=api.as_("scjg")),
        step(api, docket, "jyj", "approve", digest=docket["digest"]),
        step(api, {"number": "0" * 24}, "scjg", "withdraw"),
    ]
    assert all(is_problem(answer, 404, "not-found") for answer in answers)
    assert len({answer.text for answer in answers}) == 1
    numbers = {one["number"] for one in api.client.get(PATH, headers=api.as_("jyj")).json()}
    assert docket["number"] not in numbers


def test_lists(api: Api) -> None:
    docket = handed_in(api)
    api.city.clock.forward(seconds=1)
    docket = step(api, docket, "scjg", "withdraw").json()
    everything = api.client.get(PATH, headers=api.as_("scjg")).json()
    assert everything[0]["number"] == docket["number"]
    some = api.client.get(f"{PATH}?stage=withdrawn&stage=refused&limit=1", headers=api.as_("scjg")).json()
    assert [one["number"] for one in some] == [docket["number"]]
    rest = api.client.get(f"{PATH}?after={everything[0]['number']}", headers=api.as_("scjg")).json()
    assert rest == everything[1:]
    for query in ("stage=lost", "limit=0", "limit=101", "after=%00", "after=x%27"):
        assert api.client.get(f"{PATH}?{query}", headers=api.as_("scjg")).status_code == 422


def test_a_draft_may_be_incomplete_and_is_handed_in_later(api: Api) -> None:
    kind = api.application()["type"]
    docket = post(api, PATH, "scjg", {"type": kind, "draft": True}).json()
    assert (docket["stage"], docket["application"]) == ("draft", {})
    assert is_problem(step(api, docket, "scjg", "submit"), 422, "application-refused")
    assert is_problem(step(api, docket, "scjg2", "approve", digest=docket["digest"]), 409, "application-moved")


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "a member too many": ({"stage": "released"}, 422, "invalid-request"),
    "an identifier of one's own": ({"identifier": "1.2.3"}, 422, "invalid-request"),
    "no such type": ({"type": "11100000MB0143028R999"}, 404, "unknown-type"),
    "another body's type": ({"type": "11100000MB0143028R028"}, 403, "no-mandate"),
    "no such kind": ({"kind": "divorce", "predecessor": "x"}, 422, "invalid-request"),
    "a kind without a predecessor": ({"kind": "amend"}, 422, "succession-refused"),
    "a predecessor without a kind": ({"predecessor": "1.2"}, 422, "succession-refused"),
    "no number": ({"number": ...}, 422, "application-refused"),
    "too many holders": ({"holders": [{"name": "a", "code": "b", "code_type": "001"}] * 21}, 422, "invalid-request"),
    "a basis too long": ({"basis": "依" * 201}, 422, "application-refused"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_leaves_nothing(api: Api, name: str) -> None:
    changed, status, code = BAD[name]
    before = api.rows()
    answer = post(api, PATH, "scjg", api.application(**changed))
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code, answer.text
    assert api.rows() == before


@pytest.mark.parametrize("body", [{}, {"step": "release"}, {"step": "begin"}, {"step": "approve", "force": True}, []])
def test_no_step_but_those_of_the_table(api: Api, body: Any) -> None:
    docket = handed_in(api)
    answer = post(api, f"{PATH}/{docket['number']}/steps", "scjg2", body)
    assert answer.status_code == 422


def test_without_a_key_nothing_is_written(api: Api) -> None:
    answer = api.client.post(PATH, json=api.application(), headers=api.as_("scjg"))
    assert answer.status_code == 422


def test_a_licence_issued_directly_may_be_followed(api: Api) -> None:
    issued = api.issue()
    licence = issued.entry.licence
    body = api.application(number=licence.number, kind="reissue", predecessor=identifier_of(issued))
    body |= {"valid_from": licence.valid_from and licence.valid_from.isoformat(), "fields": dict(licence.fields)}
    answer = post(api, PATH, "scjg", body)
    assert answer.status_code == 201, answer.text
