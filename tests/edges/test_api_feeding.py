"""The feed over the API, from what really happens; webhooks, by people alone; and what a department's system may do."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from issuer.feeding.events import EventKind
from issuer.feeding.signing import signature_base
from keys.sm3 import hmac_sm3, sm3
from service.identity import NotAllowed, WrongCredentials
from tests.api_parts import Api, identifier_of, is_problem
from trust.rules.seal_standing import SealKind

HOOK = {"url": "https://oa.example/yinzheng"}


class Ear:
    """Takes whatever is sent."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Mapping[str, str], bytes]] = []

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.heard.append((url, headers, body))
        return 204


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    made.yinzheng.feeds._courier = Ear()
    secret = made.yinzheng.identity.admit_system("reg-system", "登记系统", made.city.body_code("business-licence"))
    made._tokens["reg-system"] = made.yinzheng.identity.sign_in("reg-system", secret, made.city.clock())
    yield made
    made.close()


def feed(api: Api, login: str = "reg-system", **query: int) -> Any:
    return api.client.get("/api/v1/feed", params=query, headers=api.as_(login)).json()


def since(api: Api) -> int:
    return api.yinzheng.feeds.last(api.city.body_code("business-licence"))


def told(api: Api, after: int) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["subject"], one["detail"]) for one in feed(api, after=after)["events"]]


def test_a_system_gets_a_token_and_issues_and_hears_of_it(api: Api) -> None:
    before = since(api)
    key = api.key()
    made = [
        api.client.post("/api/v1/licences", json=body, headers=api.as_("reg-system", Idempotency_Key=key))
        for body in [api.application()] * 2
    ]
    assert [one.status_code for one in made] == [201, 201]
    identifier = made[0].json()["identifier"]
    assert told(api, before) == [("licence.issued", identifier, "")]  # asked twice, issued once, told once
    suspended = api.client.post(
        f"/api/v1/licences/{identifier}/acts",
        json={"kind": "suspend", "ground": "penalty"},
        headers=api.as_("reg-system", Idempotency_Key=api.key()),
    )
    assert suspended.status_code == 201
    assert told(api, before)[1:] == [("licence.act", identifier, "suspend")]


def test_what_happens_to_applications_is_told(api: Api) -> None:
    before = since(api)
    body = api.application()
    opened = api.client.post(
        "/api/v1/applications", json=body, headers=api.as_("reg-system", Idempotency_Key=api.key())
    )
    assert opened.status_code == 201, opened.text
    number, digest = opened.json()["number"], opened.json()["digest"]

    def step(login: str, **said: str) -> Any:
        return api.client.post(
            f"/api/v1/applications/{number}/steps", json=said, headers=api.as_(login, Idempotency_Key=api.key())
        )

    assert is_problem(step("reg-system", step="approve", digest=digest), 403, "people-only")
    done = step("scjg2", step="approve", digest=digest)
    assert done.status_code == 200, done.text
    kinds = [(kind, subject) for kind, subject, _ in told(api, before)]
    assert kinds[:2] == [("application.submitted", number), ("application.approved", number)]
    released = [one for one in told(api, before) if one[0] == "application.released"]
    assert len(released) == 1
    assert ("licence.issued", released[0][2], "") in told(api, before)


def test_what_happens_to_seals_is_told(api: Api) -> None:
    before = since(api)
    filed = api.city.seal(SealKind.CONTRACT)
    steps = {"step": "suspend", "ground": "seal-paused"}
    path = f"/api/v1/seals/{filed.seal.seal_id}/acts"
    acted = api.client.post(path, json=steps, headers=api.as_("scjg", Idempotency_Key=api.key()))
    assert acted.status_code == 201, acted.text
    assert told(api, before) == [("seal.act", filed.seal.seal_id, "suspend")]


def test_pages_of_the_feed_meet(api: Api) -> None:
    before = since(api)
    identifiers = [identifier_of(api.issue()) for _ in range(3)]
    first = feed(api, after=before, limit=2)
    second = feed(api, after=first["next"], limit=2)
    assert [one["subject"] for one in first["events"] + second["events"]] == identifiers
    assert [one["number"] for one in first["events"] + second["events"]] == [before + 1, before + 2, before + 3]
    assert (first["more"], second["more"], second["next"]) == (True, False, before + 3)
    assert feed(api, after=second["next"]) == second | {"events": []}


def test_a_department_hears_of_itself_alone(api: Api) -> None:
    api.issue()
    assert feed(api, "jyj")["events"] == []
    assert feed(api)["body"] == api.city.body_code("business-licence")


def test_the_feed_names_nobody(api: Api) -> None:
    entry = api.issue().entry
    text = json.dumps(feed(api, limit=500), ensure_ascii=False)
    holder = entry.licence.holders[0]
    for secret in (holder.name, holder.code, entry.licence.number, "周明远"):
        assert secret not in text
    assert {one["kind"] for one in feed(api, limit=500)["events"]} <= set(EventKind)


def test_a_cursor_from_before_a_restore_is_told(api: Api) -> None:
    answer = api.client.get(f"/api/v1/feed?after={since(api) + 1}", headers=api.as_("scjg"))
    assert is_problem(answer, 409, "feed-cursor")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=501", f"after={2**60}"])
def test_a_cursor_is_a_number(api: Api, query: str) -> None:
    answer = api.client.get(f"/api/v1/feed?{query}", headers=api.as_("scjg"))
    assert is_problem(answer, 422, "invalid-request")


def test_a_hook_from_beginning_to_end(api: Api) -> None:
    made = api.client.post("/api/v1/feed/hooks", json=HOOK, headers=api.as_("scjg"))
    assert made.status_code == 201
    hook = made.json()
    listed = api.client.get("/api/v1/feed/hooks", headers=api.as_("reg-system")).json()
    assert "secret" not in json.dumps(listed)
    identifier = identifier_of(api.issue())
    (done,) = api.yinzheng.feeds.deliver_once()
    url, headers, body = api.yinzheng.feeds._courier.heard[-1]  # type: ignore[attr-defined]  # the ear of this test
    assert url == HOOK["url"]
    (event,) = json.loads(body)["events"]
    assert (event["kind"], event["subject"]) == ("licence.issued", identifier)
    parameters = headers["Signature-Input"].removeprefix("yinzheng=")
    base = signature_base(url, headers["Content-Digest"], parameters)
    signature = b64decode(headers["Signature"].removeprefix("yinzheng=:").rstrip(":"))
    assert signature == hmac_sm3(bytes.fromhex(hook["secret"]), base)
    assert b64decode(headers["Content-Digest"].removeprefix("sm3=:").rstrip(":")) == sm3(body)
    path = f"/api/v1/feed/hooks/{hook['hook']}"
    (tried,) = api.client.get(f"{path}/deliveries", headers=api.as_("scjg")).json()
    assert (tried["arrived"], tried["last"], tried["status"]) == (True, done.last, 204)
    renewed = api.client.post(f"{path}/secret", headers=api.as_("scjg")).json()
    assert renewed["secret"] != hook["secret"]
    assert renewed["key_id"] == f"{hook['hook']}.2"
    assert api.client.post(f"{path}/resumption", headers=api.as_("scjg")).json()["state"] == "active"
    assert api.client.delete(path, headers=api.as_("scjg")).json()["state"] == "ended"
    api.issue()
    assert api.yinzheng.feeds.deliver_once() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://oa.example/"}, "hook-refused"),
        ({"url": "https://127.0.0.1/"}, "hook-refused"),
        ({"url": "https://localhost/"}, "hook-refused"),
        ({"url": "https://u@oa.example/"}, "hook-refused"),
        ({"url": ""}, "hook-refused"),
        ({"url": "https://oa.example/" + "x" * 300}, "invalid-request"),
        ({"url": "https://oa.example/", "secret": "mine"}, "invalid-request"),
        ({}, "invalid-request"),
    ],
)
def test_addresses_that_nothing_is_sent_to(api: Api, body: dict[str, str], code: str) -> None:
    before = api.rows()
    assert is_problem(api.client.post("/api/v1/feed/hooks", json=body, headers=api.as_("scjg")), 422, code)
    assert api.rows() == before


def test_hooks_of_others_are_not_there(api: Api) -> None:
    hook = api.client.post("/api/v1/feed/hooks", json=HOOK, headers=api.as_("jyj")).json()["hook"]
    for method, path in (("POST", "/secret"), ("POST", "/resumption"), ("GET", "/deliveries"), ("DELETE", "")):
        own, none = (
            api.client.request(method, f"/api/v1/feed/hooks/{number}{path}", headers=api.as_("scjg"))
            for number in (hook, "00")
        )
        assert (own.status_code, own.content) == (none.status_code, none.content)
        assert is_problem(own, 404, "not-found")


MAY = {
    *("POST /api/v1/licences", "GET /api/v1/licences/{identifier}", "GET /api/v1/licences/{identifier}/files/{name}"),
    *("GET /api/v1/licences/{identifier}/operations", "GET /api/v1/licences/{identifier}/standing"),
    *("POST /api/v1/licences/{identifier}/acts", "GET /api/v1/licences/{identifier}/proof"),
    *("GET /api/v1/licences/{identifier}/past-standing", "GET /api/v1/licences/{identifier}/standing-evidence"),
    *("GET /api/v1/act-orders", "GET /api/v1/act-orders/{number}", "POST /api/v1/originals"),
    "POST /api/v1/types/{type_code}/photographs/{field}",
    *("GET /api/v1/applications", "GET /api/v1/applications/{number}", "POST /api/v1/applications"),
    *("PUT /api/v1/applications/{number}", "POST /api/v1/applications/{number}/steps"),
    *("GET /api/v1/feed", "GET /api/v1/feed/hooks", "GET /api/v1/feed/hooks/{hook_id}/deliveries"),
    *("POST /api/v1/scans", "POST /api/v1/conversions", "GET /api/v1/conversions"),
    *("GET /api/v1/conversions/{number}", "GET /api/v1/conversions/{number}/scan"),
    *("POST /api/v1/batches", "POST /api/v1/batch-trials", "GET /api/v1/batches", "GET /api/v1/batches/{number}"),
    "POST /api/v1/batch-trials/problems.{ending}",
    *("GET /api/v1/batches/{number}/rows", "GET /api/v1/batches/{number}/unissued.{ending}"),
    *("GET /api/v1/batches/{number}/content", "POST /api/v1/batches/{number}/content/searches"),
    *("POST /api/v1/licences/{identifier}/copy-consents/papers", "GET /api/v1/copy-consents"),
    "POST /api/v1/licences/{identifier}/copy-consents/{reference}/withdrawal",
    "GET /api/v1/licences/{identifier}/copy-consents/{reference}/paper",
    *("GET /api/v1/batches/{number}/faces/{row}", "GET /api/v1/batches/{number}/table.{ending}"),
}
"""What a system is admitted to beyond what everybody may: one by one, so that nothing is admitted by chance."""


def test_a_system_is_admitted_to_its_own_and_to_nothing_else(api: Api) -> None:
    wrong = []
    for route in iter_route_contexts(api.app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            path = route.path.replace("{path:path}", "x")
            for name in ("identifier", "number", "name", "hook_id", "seal_id"):
                path = path.replace(f"{{{name}}}", "0a")
            nobody, system = (
                api.client.request(method, path, headers=api.as_(login), follow_redirects=False).status_code
                for login in (None, "reg-system")
            )
            named = f"{method} {route.path}"
            refused = nobody == 401 and system == 403
            if nobody == 401 and (named in MAY) == refused:
                wrong.append((named, system))
    assert wrong == []


def test_the_secret_of_a_system(api: Api) -> None:
    identity, body = api.yinzheng.identity, api.city.body_code("business-licence")
    first = identity.admit_system("old-system", "旧系统", body)
    token = identity.sign_in("old-system", first, api.city.clock())
    second = identity.admit_system("old-system", "旧系统", body)
    with pytest.raises(WrongCredentials):
        identity.sign_in("old-system", first, api.city.clock())
    assert api.client.get("/api/v1/feed", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    asked = {"grant_type": "client_credentials", "client_id": "old-system", "client_secret": second}
    assert api.client.post("/api/v1/token", data=asked).status_code == 200
    assert "old-system" in {one.login for one in identity.systems()}
    identity.end_system("old-system")
    assert api.client.post("/api/v1/token", data=asked).status_code == 401
    for login in ("scjg", "nobody"):
        with pytest.raises(NotAllowed):
            identity.end_system(login)
    with pytest.raises(NotAllowed):  # no system takes the place of a person
        identity.admit_system("scjg", "系统", body)
