"""The application around the routes: tokens, forged requests, headers, readiness, metrics, journal, description."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import OperationalError

from issuer.bodies import ActBody, ApplicationBody
from service.describing import operations
from service.guards import COOKIE, FORM_FIELD, FORM_HEADER
from service.health import ages_of
from service.identity import form_token
from service.outlet import MEDIA_TYPE
from service.shell import CAREFUL, MAX_BODY
from tests.api_parts import ORIGIN, Api, identifier_of, is_problem, pour
from tests.city import LICENCES
from trust.rules.standing import ActKind
from verifier.submissions import Question

TOKEN = "/api/v1/token"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def production() -> Iterator[Api]:
    made = Api(production=True)
    yield made
    made.close()


# --- tokens -------------------------------------------------------------------------------------------------------


def ask_token(api: Api, headers: dict[str, str] | None = None, **form: str) -> Any:
    usual = {"grant_type": "client_credentials", "client_id": "scjg", "client_secret": "demo-scjg"}
    sent = {name: value for name, value in (usual | form).items() if value}
    return api.client.post(TOKEN, data=sent, headers=headers)


def test_a_program_gets_a_token_and_works_with_it(api: Api) -> None:
    answer = ask_token(api)
    given = answer.json()
    assert (answer.status_code, given["token_type"], given["expires_in"]) == (200, "Bearer", 8 * 3600)
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert api.client.get("/api/v1/matters", headers=headers).status_code == 200


def test_basic_does_as_well(api: Api) -> None:
    basic = {"Authorization": "Basic " + b64encode(b"scjg:demo%2Dscjg").decode()}
    assert ask_token(api, basic, client_id="", client_secret="").status_code == 200


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({"grant_type": ""}, {}, 400, "invalid_request"),
        ({"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ({"client_secret": ""}, {}, 400, "invalid_request"),
        ({"client_id": ""}, {}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, {}, 401, "invalid_client"),
        ({"client_id": "nobody"}, {}, 401, "invalid_client"),
        ({"client_id": "x" * 200}, {}, 401, "invalid_client"),
        ({"client_id": "scjg\x00"}, {}, 401, "invalid_client"),
        ({"client_id": "' OR 1=1 --"}, {}, 401, "invalid_client"),
        ({}, {"Authorization": "Basic " + b64encode(b"scjg:x").decode()}, 400, "invalid_request"),
        ({"client_id": "", "client_secret": ""}, {"Authorization": "Basic %%%"}, 401, "invalid_client"),
        (
            {"client_id": "", "client_secret": ""},
            {"Authorization": "Basic " + b64encode(b"x").decode()},
            401,
            "invalid_client",
        ),
    ],
)
def test_errors_are_those_of_oauth(
    api: Api, form: dict[str, str], headers: dict[str, str], status: int, error: str
) -> None:
    stored = api.rows()
    answer = ask_token(api, headers, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert api.rows() == stored


def test_unknown_login_and_wrong_password_are_one_answer(api: Api) -> None:
    wrong, unknown = ask_token(api, client_secret="no"), ask_token(api, client_id="noone", client_secret="no")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)


def test_trying_is_limited(api: Api) -> None:
    answers = [ask_token(api, client_id="spj", client_secret=f"guess-{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "300"
    assert ask_token(api, client_id="spj", client_secret="demo-spj").status_code == 429
    api.city.clock.forward(minutes=6)
    assert ask_token(api, client_id="spj", client_secret="demo-spj").status_code == 200


def test_a_token_ends(api: Api) -> None:
    token = ask_token(api).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = api.city.clock()
    api.city.clock.forward(hours=8)
    try:
        assert is_problem(api.client.get("/api/v1/matters", headers=headers), 401, "not-signed-in")
    finally:
        api.city.clock.at = before
    api.yinzheng.identity.sign_out(token)
    assert is_problem(api.client.get("/api/v1/matters", headers=headers), 401, "not-signed-in")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x y",
        "bearer " + "0" * 64,
        "Basic c2NqZzpkZW1vLXNjamc=",
        "Token abc",
        "Bearer \x7f",
    ],
)
def test_an_authorization_that_is_no_session_hides_behind_no_cookie(api: Api, authorization: str) -> None:
    headers = {"Authorization": authorization, "Cookie": f"{COOKIE}={api.token('scjg')}"}
    assert is_problem(api.client.get("/api/v1/matters", headers=headers), 401, "not-signed-in")


# --- requests that somebody else's page made the browser send ------------------------------------------------------

SAME, CROSS = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        (SAME, "own", 201),
        ({"Origin": ORIGIN}, "own", 201),
        (SAME, None, 403),
        (SAME, "other", 403),
        (SAME, "münchen", 403),
        (CROSS, "own", 403),
        ({"Sec-Fetch-Site": "same-site"}, "own", 403),
        ({"Sec-Fetch-Site": "none"}, "own", 403),
        (CROSS | {"Origin": ORIGIN}, "own", 403),
        ({"Origin": "https://evil.example"}, "own", 403),
        ({"Origin": "null"}, "own", 403),
        ({"Origin": "https://testserver.evil.example"}, "own", 403),
        ({"Origin": "https://testserver@evil.example"}, "own", 403),
        ({}, "own", 403),
    ],
)
def test_a_cookie_alone_writes_nothing(api: Api, headers: dict[str, str], token: str | None, status: int) -> None:
    session = api.token("scjg")
    sent = {"own": form_token(session), "other": form_token("x"), None: None}.get(token, token)
    headers = headers | {"Cookie": f"{COOKIE}={session}", "Idempotency-Key": api.key()}
    forged = headers | ({FORM_HEADER: sent.encode("latin-1")} if sent else {})  # type: ignore[dict-item]  # octets that are no ASCII, on purpose
    stored = api.rows()
    answer = api.client.post("/api/v1/licences", json=api.application(), headers=forged)
    assert answer.status_code == status
    if status == 403:
        assert is_problem(answer, 403, "forged-request")
        assert api.rows() == stored


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "with parts"])
def test_a_form_token_is_read_from_a_plain_form_only(api: Api, plain: bool) -> None:
    """Parts are not read before it is known who sends them: they would be kept on disk for anybody."""
    session = api.token("scjg")
    fields = {FORM_FIELD: form_token(session), "identifier": identifier_of(api.issue())}
    form: dict[str, Any] = {"data": fields} if plain else {"files": {name: (None, one) for name, one in fields.items()}}
    headers = SAME | {"Cookie": f"{COOKIE}={session}", "Accept": "application/json"}
    answer = api.client.post("/issuer/find", headers=headers, follow_redirects=False, **form)
    assert answer.status_code == (303 if plain else 403), answer.text


def test_reading_needs_no_form_token(api: Api) -> None:
    headers = CROSS | {"Cookie": f"{COOKIE}={api.token('scjg')}"}
    assert api.client.get("/api/v1/matters", headers=headers).status_code == 200


# --- headers ------------------------------------------------------------------------------------------------------

ADDRESSES = ["/", "/q", "/api/v1/types", "/api/v1/matters", "/nowhere", "/static/nothing.css", "/status/0", "/metrics"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_careful_headers(api: Api, address: str) -> None:
    answer = api.client.get(address)
    assert {name: answer.headers[name] for name in CAREFUL} == CAREFUL
    assert "cache-control" in answer.headers
    assert "strict-transport-security" not in answer.headers
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
    assert "server" not in answer.headers


def test_the_policy_lets_nothing_in_line_run() -> None:
    policy = CAREFUL["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


def test_production_asks_for_tls(production: Api) -> None:
    assert "max-age=" in production.client.get("/healthz").headers["strict-transport-security"]


def test_static_files_are_kept_and_pages_are_not(api: Api) -> None:
    assert "max-age" in api.client.get("/static/yinzheng.css").headers["cache-control"]
    assert api.client.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address", ["/static/../service/settings.py", "/static/%2e%2e/pages/home.html", "/static//etc/passwd"]
)
def test_static_files_end_at_their_folder(api: Api, address: str) -> None:
    assert api.client.get(address).status_code == 404


def test_a_person_gets_a_page_and_a_program_a_problem(api: Api) -> None:
    page = api.client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个地址" in page.text
    assert is_problem(api.client.get("/nowhere"), 404, "no-such-address")
    assert is_problem(api.client.get("/api/v1/nowhere", headers={"Accept": "text/html"}), 404, "no-such-address")


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b", "text/plain"])
@pytest.mark.parametrize("address", ["/api/v1/licences", TOKEN, "/sign-in"])
def test_a_body_is_counted_while_it_arrives(api: Api, address: str, kind: str) -> None:
    poured = pour(api, address, api.as_("scjg", Idempotency_Key=api.key(), Content_Type=kind))
    assert 400 <= poured.status < 500
    assert poured.headers["connection"] == "close"  # nobody knows how much more there would have come
    assert poured.taken <= MAX_BODY + 65_536


def test_a_form_with_a_file_is_only_taken_where_files_are(api: Api) -> None:
    refused = api.client.post(TOKEN, files={"file": bytes(MAX_BODY)})
    assert is_problem(refused, 413, "too-large")


# --- alive, ready, measured ---------------------------------------------------------------------------------------


def test_alive_and_ready(api: Api) -> None:
    assert api.client.get("/healthz").json() == {"status": "ok"}
    ready = api.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert {check["name"] for check in ready.json()["checks"]} == {
        "self-test",
        "signing",
        "database",
        "public-copy",
        "status-lists",
        "checkpoint",
    }


def test_stale_publications_are_not_ready(api: Api) -> None:
    before = api.city.clock()
    api.city.clock.forward(days=2)
    try:
        ready = api.client.get("/readyz")
    finally:
        api.city.clock.at = before
    late = {check["name"] for check in ready.json()["checks"] if not check["ok"]}
    assert (ready.status_code, late) == (503, {"status-lists", "checkpoint"})


def test_a_list_holds_until_its_next_update_and_not_in_it(api: Api) -> None:
    archive = api.yinzheng.archive
    ends = min(
        one.next_update for shard in archive.publications.lists() if (one := archive.publications.current(shard))
    )
    for at, holds in ((ends - timedelta(seconds=1), True), (ends, False)):
        assert ages_of(api.yinzheng, at).lists_hold is holds


def test_a_database_that_is_gone_is_told_and_told_to_nobody_else(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> Any:
        raise OperationalError("SELECT secret FROM person", {"login": "金丝雀"}, OSError("no route to 10.1.2.3"))

    identifier, headers = known(api), api.as_("scjg")
    monkeypatch.setattr(api.yinzheng.archive.engine, "connect", gone)
    refused = api.client.get(f"/api/v1/licences/{identifier}", headers=headers)
    assert is_problem(refused, 503, "storage")
    for word in ("secret", "金丝雀", "10.1.2.3", "SELECT"):
        assert word not in refused.text + api.journal.getvalue()
    ready = api.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)


def known(api: Api) -> str:
    return identifier_of(api.issue())


def test_metrics_count_without_naming(api: Api) -> None:
    identifier = known(api)
    api.client.post("/api/v1/verifications", json={"identifier": identifier})
    api.client.get(f"/api/v1/licences/{identifier}", headers=api.as_("scjg"))
    said = api.client.get("/metrics").text
    assert 'yinzheng_verdicts_total{indication="PASSED"}' in said
    assert 'route="/api/v1/licences/{identifier}"' in said
    assert re.search(r"^yinzheng_status_list_age_seconds \d", said, re.MULTILINE)
    assert re.search(r"^yinzheng_certificates_end_seconds [1-9]", said, re.MULTILINE)
    assert "process_resident_memory_bytes" in said
    assert identifier not in said


def test_labels_cannot_be_multiplied_from_outside(api: Api) -> None:
    for number in range(20):
        api.client.get(f"/nowhere-{number}")
        api.client.request(f"METHOD{number}", "/api/v1/types")
        api.client.get(f"/static/nothing-{number}")
    said = api.client.get("/metrics").text
    assert "nowhere-" not in said
    assert "METHOD" not in said
    assert "nothing-" not in said


@pytest.mark.parametrize(
    ("login", "status"), [(None, 401), ("scjg", 403), ("firm", 403), ("auditor", 200), ("boss", 200)]
)
def test_production_shows_metrics_to_those_who_run_it(production: Api, login: str | None, status: int) -> None:
    assert production.client.get("/metrics", headers=production.as_(login)).status_code == status


@pytest.mark.parametrize(("login", "status"), [(None, 401), ("scjg", 200)])
def test_production_describes_itself_to_those_who_are_signed_in(
    production: Api, login: str | None, status: int
) -> None:
    answer = production.client.get("/api/v1/openapi.json", headers=production.as_(login))
    assert answer.status_code == status


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json", "/debug", "/.git/config", "/admin/console"])
def test_nothing_else_is_open(production: Api, address: str) -> None:
    assert is_problem(production.client.get(address), 404, "no-such-address")


# --- nobody's data in places where it does not belong --------------------------------------------------------------


def test_no_person_appears_in_addresses_journal_or_metrics(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person with a rare name is licensed, verified, cited and failed for; none of the traces names them."""
    person = {"name": "林𬭎雅", "code": "530199191107070021", "code_type": "111"}
    teacher = json.loads(_teacher(api)) | {"number": "20265301932777042", "holders": [person]}
    headers = api.as_("jyj", Idempotency_Key="530199191107070021/林".encode().hex())
    answers = [api.client.post("/api/v1/licences", json=teacher, headers=headers)]
    made = answers[0].json()
    files = [api.client.get(made["links"][name], headers=api.as_("citizen")) for name in ("ofd", "pdf", "code")]
    answers += [api.client.post("/api/v1/verifications", files={"file": one.content}) for one in files]
    answers.append(api.client.post("/api/v1/verifications", json={"identifier": made["identifier"]}))

    def talkative(*_: object) -> str:
        raise RuntimeError("林𬭎雅 530199191107070021")

    monkeypatch.setattr(api.city.blobs, "put_many", talkative)
    failed = api.client.post(
        "/api/v1/licences",
        json=teacher | {"number": "20265301932777043"},
        headers=api.as_("jyj", Idempotency_Key=api.key()),
    )
    assert is_problem(failed, 500, "internal")
    traces = [api.journal.getvalue(), api.client.get("/metrics").text, failed.text]
    traces += [f"{answer.request.url} {answer.headers}" for answer in [*answers, *files]]
    for word in ("林𬭎雅", "𬭎", "530199191107070021", "20265301932777042", "20265301932777043"):
        assert not any(word in trace for trace in traces)
    for word in ("林𬭎雅", "530199191107070021"):
        assert not any(word in answer.text for answer in answers[1:])
    assert "RuntimeError" in api.journal.getvalue()


def _teacher(api: Api) -> str:
    body = (api.application() | {"type": "11100000999901153M001"}) | json.loads(
        (LICENCES / "teacher-qualification.json").read_text("utf-8")
    )
    return json.dumps(body)


def test_every_line_of_the_journal_is_json_without_a_caller(api: Api) -> None:
    api.client.get(
        "/api/v1/types?name=金丝雀", headers={"User-Agent": "金丝雀".encode().hex(), "X-Forwarded-For": "10.9.8.7"}
    )
    lines = [json.loads(line) for line in api.journal.getvalue().splitlines()]
    assert {line["event"] for line in lines} <= {"request", "fault"}
    allowed = {"at", "id", "method", "route", "status", "ms", "event", "code", "error", "trail"}
    assert all(line.keys() <= allowed for line in lines)
    assert not any("10.9.8.7" in str(line) for line in lines)


# --- the description ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.client.get("/api/v1/openapi.json").json()
    return body


def test_the_description_is_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    OpenAPI.model_validate(described)


def test_references_lead_somewhere_and_nothing_is_left_over(described: dict[str, Any]) -> None:
    text = json.dumps(described)
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert wanted == set(described["components"]["schemas"])
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for part in described["components"].values() for name in part)


def test_every_route_is_described(api: Api, described: dict[str, Any]) -> None:
    served = {
        (method.lower(), (route.path or "").replace(":path}", "}"))
        for route in iter_route_contexts(api.app.routes)
        for method in route.methods or ()
        if not route.endpoint.__module__.startswith("service.pages") and not route.path.endswith("openapi.json")
    }
    assert {(method, path) for path, item in described["paths"].items() for method in item} == served


def test_every_operation_tells_what_it_does_and_how_it_fails(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(described)]
    assert len(set(names)) == len(names)
    for operation in operations(described):
        assert re.search("[\u4e00-\u9fff]", operation["summary"]), operation["operationId"]
        statuses = operation["responses"].keys()
        assert {"500", "503"} <= statuses
        assert ("401" in statuses) >= ("security" in operation)
        assert ("413" in statuses) == ("requestBody" in operation)
        for status, response in operation["responses"].items():
            assert re.search("[\u4e00-\u9fff]", response["description"]) or status[0] == "2"
            if status[0] in "45" and operation["operationId"].split("_")[0] not in {"token", "ready"}:
                assert response["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_guarded_routes_say_so(described: dict[str, Any]) -> None:
    paths = described["paths"]
    assert paths["/api/v1/licences"]["post"]["security"] == [{"bearer": []}, {"session": []}]
    assert "security" not in paths["/api/v1/verifications"]["post"]


def test_the_examples_are_what_the_routes_take(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    ApplicationBody.model_validate(schemas["ApplicationBody"]["examples"][0])
    ActBody.model_validate(schemas["ActBody"]["examples"][0])
    body = described["paths"]["/api/v1/verifications"]["post"]["requestBody"]["content"]["application/json"]
    Question.model_validate(body["schema"]["examples"][0])


def test_a_suspension_is_published_within_the_promise(api: Api) -> None:
    issued = api.issue()
    api.city.clock.forward(seconds=1)
    api.city.act(ActKind.SUSPEND, issued, "penalty")
    api.city.clock.forward(seconds=1)
    first = api.client.get(f"/status/{issued.entry.licence.status.list}")
    assert first.status_code == 200
    tag = {"If-None-Match": first.headers["etag"]}
    assert api.client.get(f"/status/{issued.entry.licence.status.list}", headers=tag).status_code == 304
    verdict = api.client.post("/api/v1/verifications", json={"identifier": identifier_of(issued)}).json()
    assert verdict["indication"] == "FAILED"
