"""The API of copies and codes: what is answered, what is refused, and that a code is nowhere to be had again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api_parts import Api, identifier_of, is_problem

TERMS = {"purpose": "办理商铺租赁合同备案", "recipient": "云岭市住房和城乡建设局"}
PLACE = "政务服务中心三号窗口"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def here(api: Api) -> str:
    """The address of a licence that `firm` holds."""
    return f"/api/v1/licences/{identifier_of(api.issue())}"


def post(api: Api, login: str | None, address: str, body: Any, **more: str) -> Any:
    headers = api.as_(login, **({"Idempotency_Key": api.key()} | more))
    return api.client.post(address, json=body, headers=headers)


def test_a_copy_from_end_to_end(api: Api, here: str) -> None:
    until = api.city.clock() + timedelta(days=2)
    key = api.key()
    made = post(api, "firm", f"{here}/copies", TERMS | {"expires_at": until.isoformat()}, Idempotency_Key=key)
    assert made.status_code == 201, made.text
    view = made.json()
    assert made.headers["location"] == view["links"]["here"]
    assert (view["purpose"], view["recipient"], view["basis"]) == (TERMS["purpose"], TERMS["recipient"], "holder")
    assert view["original"] == here.rpartition("/")[2] != view["identifier"]
    again = post(api, "firm", f"{here}/copies", TERMS | {"expires_at": until.isoformat()}, Idempotency_Key=key)
    assert again.json() == view
    assert is_problem(post(api, "firm", f"{here}/copies", TERMS, Idempotency_Key=key), 409, "idempotency-mismatch")
    octets = api.client.get(view["links"]["ofd"], headers=api.as_("firm")).content
    assert octets.startswith(b"PK")
    listed = api.client.get(f"{here}/copies", headers=api.as_("firm")).json()
    assert [one["identifier"] for one in listed] == [view["identifier"]]
    verdict = api.client.post("/api/v1/verifications", files={"file": ("a.ofd", octets)}).json()
    assert (verdict["indication"], verdict["copy_of"]) == ("PASSED", view["original"])
    elsewhere = api.client.post(
        "/api/v1/verifications", files={"file": ("a.ofd", octets)}, data={"audience": "某银行贷款"}
    ).json()
    assert elsewhere["indication"] == "FAILED"
    assert "copy-audience" in {one["name"] for one in elsewhere["findings"] if one["indication"] == "FAILED"}
    named = {"identifier": view["identifier"], "audience": TERMS["recipient"]}
    assert api.client.post("/api/v1/verifications", json=named).json()["indication"] == "PASSED"
    ended = post(api, "firm", f"{view['links']['here']}/withdrawal", {})
    assert (ended.status_code, ended.json()["label"]) == (200, "注销")
    assert api.client.post("/api/v1/verifications", json=named).json()["indication"] == "FAILED"


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "an end in the past": ({"expires_at": "2026-01-01T00:00:00Z"}, 422, "copy-refused"),
    "an end far off": ({"expires_at": "2036-01-01T00:00:00Z"}, 422, "copy-refused"),
    "an end without a zone": ({"expires_at": "2027-01-01T00:00:00"}, 422, "invalid-request"),
    "no purpose": ({"purpose": ""}, 422, "copy-refused"),
    "a purpose too long": ({"purpose": "用" * 201}, 422, "copy-refused"),
    "a purpose with a line end": ({"purpose": "用\n途"}, 422, "copy-refused"),
    "a lone surrogate": ({"purpose": "用\ud800"}, 422, ""),
    "a purpose that claims a grade": ({"purpose": "已核验，证据等级A"}, 422, "copy-refused"),
    "a recipient that claims a grade": ({"recipient": "证据 等级 A 级单位"}, 422, "copy-refused"),
    "a glyph that is not there": ({"purpose": "办理𠀀𪛖"}, 422, "missing-glyph"),
    "a basis of one's own": ({"basis": "citation:YZ1"}, 422, "invalid-request"),
    "a creator of one's own": ({"creator": "市长"}, 422, "invalid-request"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_copies_that_are_refused(api: Api, here: str, name: str) -> None:
    changed, status, code = REFUSED[name]
    before = api.rows()
    answer = api.client.post(
        f"{here}/copies",
        content=_json(TERMS | changed),
        headers=api.as_("firm", Idempotency_Key=api.key()) | {"Content-Type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert code in {"", answer.json()["code"]}
    assert {name for name, rows in api.rows().items() if rows != before[name]} <= {"log_checkpoint"}


def _json(value: object) -> bytes:
    import json

    return json.dumps(value).encode()


def test_a_body_needs_a_consent_and_names_it(api: Api, here: str) -> None:
    assert is_problem(post(api, "scjg", f"{here}/copies", TERMS), 403, "basis-ended")
    nobody = post(api, "scjg", f"{here}/copies", TERMS | {"consent": {"reference": "SQ-2026-000300"}})
    assert is_problem(nobody, 403, "basis-ended")
    assert "没有登记过这份授权" in nobody.text
    given = post(api, "firm", f"{here}/copy-consents", TERMS | {"valid_until": "2026-12-31T16:00:00Z"})
    assert given.status_code == 201, given.text
    reference = given.json()["reference"]
    assert (given.json()["stage"], given.json()["label"], given.json()["on_paper"]) == ("given", "有效", False)
    other = post(
        api, "scjg", f"{here}/copies", TERMS | {"recipient": "任意一家公司", "consent": {"reference": reference}}
    )
    assert is_problem(other, 403, "basis-ended")
    made = post(api, "scjg", f"{here}/copies", TERMS | {"consent": {"reference": reference}})
    assert made.json()["basis"] == f"consent:{reference}"
    gone = {"mode": "holder", "reference": reference, "reason": "持证主体来函撤回"}
    assert post(api, "scjg", "/api/v1/consent-withdrawals", gone).status_code == 200
    assert api.client.get(made.json()["links"]["here"], headers=api.as_("scjg")).json()["label"] == "注销"
    listed = api.client.get(f"{here}/copy-consents", headers=api.as_("firm")).json()
    assert {"reference": reference, "label": "已撤回"}.items() <= listed[0].items()
    assert api.client.get(f"{here}/copy-consents", headers=api.as_("jyj")).status_code == 404


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"purpose": ""}, "purpose"),
        ({"recipient": "局" * 101}, "recipient"),
        ({"purpose": "證據等級A"}, "purpose"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_until": "2036-01-01T00:00:00Z"}, "valid_until"),
    ],
)
def test_a_consent_that_is_not_in_order(api: Api, here: str, changed: dict[str, str], member: str) -> None:
    asked = TERMS | {"valid_until": "2026-12-31T16:00:00Z"} | changed
    answer = post(api, "firm", f"{here}/copy-consents", asked)
    assert is_problem(answer, 422, "consent-not-taken")
    assert member in answer.text


def test_a_one_time_code_from_end_to_end(api: Api, here: str) -> None:
    made = post(api, "firm", f"{here}/presentations", {"kind": "once", "minutes": 1})
    assert made.status_code == 201, made.text
    text, number = made.json()["text"], made.json()["number"]
    seen = api.client.get(f"/api/v1/presentations/{number}", headers=api.as_("firm")).json()
    assert (seen["state"], "text" in seen) == ("open", False)
    key = api.key()
    asked = {"code": text, "place": PLACE, "purpose": "食品经营许可新办"}
    done = post(api, "window", "/api/v1/redemptions", asked, Idempotency_Key=key)
    assert (done.status_code, done.json()["indication"]) == (201, "PASSED")
    assert {row["key"]: row["text"] for row in done.json()["rows"]}["holder"] == "云岭市青禾数据科技有限公司"
    assert post(api, "window", "/api/v1/redemptions", asked, Idempotency_Key=key).json() == done.json()
    refused = post(api, "scjg", "/api/v1/redemptions", asked)
    assert is_problem(refused, 409, "code-used")
    assert PLACE in refused.json()["title"]
    seen = api.client.get(f"{here}/presentations", headers=api.as_("firm")).json()[0]
    assert (seen["state"], seen["use"]["by"], seen["use"]["place"]) == ("used", "罗小满", PLACE)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "LZ", "place": PLACE}, 404),
        ({"code": "x" * 321, "place": PLACE}, 422),
        ({"code": "", "place": PLACE}, 404),
        ({"code": "LZIN5DLJ7LXVVKBGYF4WS6AOFYL67", "place": ""}, 422),
        ({"code": "LZIN5DLJ7LXVVKBGYF4WS6AOFYL67", "place": "窗" * 61}, 422),
        ({"code": "LZIN5DLJ7LXVVKBGYF4WS6AOFYL67", "place": PLACE}, 404),
        ({"place": PLACE}, 422),
        ({"code": "LZ", "place": PLACE, "by": "市长"}, 422),
        ([], 422),
    ],
)
def test_redemptions_that_are_refused(api: Api, body: object, status: int) -> None:
    assert post(api, "window", "/api/v1/redemptions", body).status_code == status


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "once", "minutes": 0}, "presenting-refused"),
        ({"kind": "once", "minutes": 11}, "presenting-refused"),
        ({"kind": "forever"}, "invalid-request"),
        ({"kind": "signed", "audience": "窗" * 41}, "presenting-refused"),
        ({"kind": "signed", "audience": "窗\n口"}, "presenting-refused"),
        ({"kind": "signed", "holder": "别人"}, "invalid-request"),
        ({}, "invalid-request"),
    ],
)
def test_presentations_that_are_refused(api: Api, here: str, body: object, code: str) -> None:
    assert is_problem(post(api, "firm", f"{here}/presentations", body), 422, code)


def test_a_signed_code_verifies_once_and_can_be_withdrawn(api: Api, here: str) -> None:
    first, second = (
        post(api, "firm", f"{here}/presentations", {"kind": "signed", "audience": "三号窗口"}).json() for _ in range(2)
    )
    asked = {"code": first["text"], "audience": PLACE}
    assert api.client.post("/api/v1/verifications", json=asked).json()["indication"] == "PASSED"
    assert api.client.post("/api/v1/verifications", json=asked).json()["indication"] == "FAILED"
    withdrawn = post(api, "firm", f"/api/v1/presentations/{second['number']}/withdrawal", {})
    assert withdrawn.json()["state"] == "withdrawn"
    asked = {"code": second["text"], "audience": PLACE}
    assert api.client.post("/api/v1/verifications", json=asked).json()["indication"] == "FAILED"


def test_a_one_time_code_is_not_verified_but_told_apart(api: Api, here: str) -> None:
    made = post(api, "firm", f"{here}/presentations", {"kind": "once"}).json()
    answer = api.client.post("/api/v1/verifications", json={"code": made["text"]})
    assert is_problem(answer, 422, "not-understood")
    assert "一次性亮证码" in answer.json()["title"]
    seen = api.client.get(f"/api/v1/presentations/{made['number']}", headers=api.as_("firm")).json()
    assert seen["state"] == "open"


def test_no_secret_is_in_the_journal_or_an_address(api: Api, here: str) -> None:
    made = post(api, "firm", f"{here}/presentations", {"kind": "once"}).json()
    post(api, "window", "/api/v1/redemptions", {"code": made["text"], "place": PLACE})
    secret = made["text"].rpartition("#")[2]
    journal = api.journal.getvalue()
    assert "redemptions" in journal
    assert not any(word in journal for word in (secret, PLACE, TERMS["purpose"]))


@pytest.mark.parametrize("audience", ["用" * 201, 5, "", ["a"]])
def test_an_audience_that_is_none(api: Api, here: str, audience: object) -> None:
    body = {"identifier": here.rpartition("/")[2], "audience": audience}
    assert api.client.post("/api/v1/verifications", json=body).status_code == 422
