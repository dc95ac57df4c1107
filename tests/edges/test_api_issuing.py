"""The issuing API: a department issues and acts, a holder reads, everybody else learns nothing, not even that it exists."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from issuer.issuing import Issued
from tests.api_parts import Api, identifier_of, is_problem
from trust.rules.identifier import LicenceIdentifier
from trust.rules.standing import ActKind

STRANGERS = ("jyj", "window", "citizen", "shop", "auditor", "boss")
"""Everybody who is signed in and neither issued the licence nor holds it."""


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def licence(api: Api) -> Issued:
    return api.issue()


def issue(api: Api, body: dict[str, Any] | None = None, *, login: str = "scjg", key: str | None = None) -> Any:
    headers = api.as_(login, Idempotency_Key=key or api.key())
    return api.client.post("/api/v1/licences", json=body or api.application(), headers=headers)


def act(api: Api, identifier: str, body: dict[str, Any], *, login: str = "scjg", key: str | None = None) -> Any:
    headers = api.as_(login, Idempotency_Key=key or api.key())
    return api.client.post(f"/api/v1/licences/{identifier}/acts", json=body, headers=headers)


def test_a_department_issues_and_gets_what_it_needs(api: Api) -> None:
    answer = issue(api, api.application(number="YL-ISSUE-0001"))
    made = answer.json()
    assert (answer.status_code, made["number"], made["state"]) == (201, "YL-ISSUE-0001", "released")
    assert answer.headers["location"] == made["links"]["licence"]
    assert answer.headers["cache-control"] == "no-store"
    shown = api.client.get(made["links"]["licence"], headers=api.as_("scjg")).json()
    assert shown | made == shown
    assert shown["issuing_body"]["name"] == "云岭市市场监督管理局"
    assert shown["fields"]["legal_representative"] == "沈砚秋"


def test_the_same_key_and_body_give_the_same_octets(api: Api) -> None:
    body, key = api.application(), api.key()
    first = issue(api, body, key=key)
    stored = api.rows()
    api.city.clock.forward(hours=1)
    again = issue(api, body, key=key)
    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        first.content,
        first.headers["location"],
    )
    files = [
        api.client.get(first.json()["links"][name], headers=api.as_("scjg")).content for name in ("ofd", "pdf") * 2
    ]
    assert files[:2] == files[2:]
    assert api.rows() == stored


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    key = api.key()
    issue(api, key=key)
    stored = api.rows()
    assert is_problem(issue(api, key=key), 409, "idempotency-mismatch")
    assert api.rows() == stored


def test_a_key_belongs_to_its_department(api: Api) -> None:
    key = api.key()
    assert issue(api, key=key).status_code == 201
    other = json.loads(json.dumps(api.application())) | {"type": "11100000999901153M001"}
    assert is_problem(issue(api, other, login="jyj", key=key), 422, "application-refused")  # judged on its own merits


def test_keys_are_not_stored_as_they_were_sent(api: Api) -> None:
    issue(api, key="530199191107070021-again")
    with api.city.engine.connect() as connection:
        keys = connection.exec_driver_sql("SELECT key FROM licence").scalars().all()
    assert not any("530199191107070021" in key for key in keys)


def test_a_number_is_used_once(api: Api) -> None:
    issue(api, api.application(number="YL-ONCE-0001"))
    assert is_problem(issue(api, api.application(number="YL-ONCE-0001")), 409, "duplicate-number")


def test_another_departments_type_is_not_ours_to_issue(api: Api) -> None:
    assert is_problem(issue(api, login="jyj"), 403, "no-mandate")


@pytest.mark.parametrize(
    ("name", "media_type", "begins"),
    [
        ("ofd", "application/ofd", b"PK\x03\x04"),
        ("pdf", "application/pdf", b"%PDF-"),
        ("qr.png", "image/png", b"\x89PNG"),
        ("licence.json", "application/json", b"{"),
    ],
)
def test_files_are_what_they_are_called(api: Api, licence: Issued, name: str, media_type: str, begins: bytes) -> None:
    address = f"/api/v1/licences/{identifier_of(licence)}/files/{name}"
    for login in ("scjg", "firm"):
        answer = api.client.get(address, headers=api.as_(login))
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.content.startswith(begins)
        assert answer.headers["cache-control"] == "no-store"
        assert "attachment" in answer.headers["content-disposition"]
    if name in {"ofd", "pdf", "qr.png"}:
        verdict = api.client.post("/api/v1/verifications", files={"file": answer.content}).json()
        assert (verdict["indication"], verdict["subject"]) == ("PASSED", identifier_of(licence))


def test_a_holder_sees_what_they_hold(api: Api, licence: Issued) -> None:
    mine = api.client.get("/api/v1/me/licences", headers=api.as_("firm")).json()
    assert identifier_of(licence) in {one["identifier"] for one in mine}
    assert {holder["code"] for one in mine for holder in one["holders"]} == {"91530199MA6QH2K74U"}
    assert api.client.get("/api/v1/me/licences", headers=api.as_("citizen")).json() == []


READ = ("", "/files/ofd", "/files/pdf", "/files/qr.png", "/files/licence.json")


def unknown(licence: Issued) -> str:
    """A whole identifier with a right check character that nobody was given."""
    own = licence.entry.licence.identifier
    return str(LicenceIdentifier(own.type_code, own.issuer_code, "0" * 20))


@pytest.mark.parametrize("login", STRANGERS)
@pytest.mark.parametrize("part", READ)
def test_forbidden_looks_like_unknown(api: Api, licence: Issued, login: str, part: str) -> None:
    answers = [
        api.client.get(f"/api/v1/licences/{identifier}{part}", headers=api.as_(login))
        for identifier in (identifier_of(licence), unknown(licence), "1.2.3", "' OR 1=1 --", "x" * 500)
    ]
    assert is_problem(answers[0], 404, "not-found")
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    volatile = {"x-request-id"}
    heads = [{name: value for name, value in answer.headers.items() if name not in volatile} for answer in answers]
    assert all(head == heads[0] for head in heads)


@pytest.mark.parametrize("login", [*STRANGERS, "firm"])
def test_who_may_not_act_learns_nothing(api: Api, licence: Issued, login: str) -> None:
    stored = api.rows()
    body = {"kind": "suspend", "ground": "penalty"}
    refused = act(api, identifier_of(licence), body, login=login)
    assert is_problem(refused, 404, "not-found")
    assert refused.content == act(api, unknown(licence), body, login=login).content
    assert api.rows() == stored


@pytest.mark.parametrize("login", [None, "bogus"])
def test_who_is_not_signed_in_learns_nothing(api: Api, licence: Issued, login: str | None) -> None:
    headers = {} if login is None else {"Authorization": "Bearer " + "0" * 64}
    found, missing = (
        api.client.get(f"/api/v1/licences/{identifier}", headers=headers)
        for identifier in (identifier_of(licence), unknown(licence))
    )
    assert is_problem(found, 401, "not-signed-in")
    assert found.content == missing.content
    assert found.headers["www-authenticate"].startswith("Bearer")


def test_a_suspension_and_its_end(api: Api) -> None:
    identifier = identifier_of(api.issue())
    api.city.clock.forward(minutes=1)
    key = api.key()
    body = {"kind": "suspend", "ground": "penalty", "reason": "立案调查期间暂扣"}
    done = act(api, identifier, body, key=key)
    assert (done.status_code, done.json()["result_label"]) == (201, "暂扣")
    assert done.headers["location"] == f"/api/v1/licences/{identifier}/standing"
    api.city.clock.forward(seconds=1)
    verdict = api.client.post("/api/v1/verifications", json={"identifier": identifier}).json()
    assert verdict["indication"] == "FAILED"
    assert "暂扣" in next(row["text"] for row in verdict["shown"]["rows"] if row["key"] == "standing")
    again = act(api, identifier, body, key=key)
    assert (again.status_code, again.content) == (201, done.content)
    assert is_problem(act(api, identifier, body | {"reason": "另一份"}, key=key), 409, "idempotency-mismatch")
    assert is_problem(act(api, identifier, body), 409, "standing-move")
    assert act(api, identifier, {"kind": "reinstate", "ground": "rectified"}).status_code == 201
    api.city.clock.forward(seconds=1)
    assert api.client.post("/api/v1/verifications", json={"identifier": identifier}).json()["indication"] == "PASSED"


def test_what_was_revoked_stays_revoked(api: Api) -> None:
    identifier = identifier_of(api.issue())
    assert act(api, identifier, {"kind": "revoke", "ground": "penalty"}).status_code == 201
    refused = act(api, identifier, {"kind": "reinstate", "ground": "rectified"})
    assert is_problem(refused, 409, "standing-final")


def test_an_act_may_begin_later_and_says_so(api: Api) -> None:
    identifier = identifier_of(api.issue())
    later = "2030-01-01T00:00:00+08:00"
    done = act(api, identifier, {"kind": "suspend", "ground": "penalty", "effective_at": later}).json()
    assert done["effective_at"] == "2029-12-31T16:00:00Z"
    now = api.client.get(f"/api/v1/licences/{identifier}/standing", headers=api.as_("scjg")).json()
    assert (now["label"], now["next_change"]) == ("有效", "2029-12-31T16:00:00Z")


@pytest.mark.parametrize(("login", "told"), [("scjg", True), ("firm", True), ("auditor", True), ("window", False)])
def test_who_is_told_why(api: Api, login: str, told: bool) -> None:
    issued = api.issue()
    api.city.act(ActKind.SUSPEND, issued, "penalty", reason="内部案号不对外")
    answer = api.client.get(f"/api/v1/licences/{identifier_of(issued)}/standing", headers=api.as_(login))
    assert answer.status_code == 200
    assert answer.json()["label"] == "暂扣"
    assert ("内部案号" in answer.text) is told
    assert (answer.json()["acts"] is not None) is told


def test_what_was_never_released_is_not_there(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(api.city.blobs, "put_many", broken)
    body, key = api.application(number="YL-DRAFT-0001"), api.key()
    assert is_problem(issue(api, body, key=key), 507, "storage-full")
    with api.city.engine.connect() as connection:
        query = "SELECT identifier FROM licence WHERE number = 'YL-DRAFT-0001'"
        (identifier,) = connection.exec_driver_sql(query).scalars().all()
    for part in (*READ, "/standing"):
        assert api.client.get(f"/api/v1/licences/{identifier}{part}", headers=api.as_("scjg")).status_code == 404
    monkeypatch.undo()
    assert issue(api, body, key=key).json()["identifier"] == identifier


def test_the_catalogues_are_for_everybody(api: Api) -> None:
    types, grounds = (api.client.get(f"/api/v1/{name}") for name in ("types", "grounds"))
    assert {one["bundle"] for one in types.json()} >= {"business-licence", "food-operation", "teacher-qualification"}
    assert {"penalty", "other"} <= {one["code"] for one in grounds.json()}
    assert all("public" in answer.headers["cache-control"] for answer in (types, grounds))
