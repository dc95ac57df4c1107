"""Routes of citing: who may see what, what a body may say, and that the receipt is the one recorded."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from cases.citation import Officer
from cases.errors import CasesError
from cases.http import ENVELOPE_TYPE, CasePorts, router
from tests.case_parts import (
    FIRM,
    FOOD,
    KEY,
    NEWER,
    NOW,
    PEN,
    SCHOOLS,
    WINDOW,
    Ledger,
    citing_ports,
    counting,
    showing_ports,
)
from trust.formats.receipt import open_receipt
from trust.rules.standing import Act, ActKind, Standing, standing_at

PATH = "/api/v1/cases/YL-2026-000815/citations"


@dataclass
class Standings:
    acts: list[Act] = field(default_factory=list)

    def standing(self, identifier: str, at: datetime) -> Standing:
        return standing_at([act for act in self.acts if act.subject == identifier], at)


def officer(x_department: Annotated[str, Header()] = WINDOW) -> Officer:
    """Whoever is signed in: here, whoever says so."""
    return Officer("罗小满", x_department)


@pytest.fixture
def standings() -> Standings:
    return Standings()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def client(ledger: Ledger, standings: Standings) -> Iterator[TestClient]:
    citing = citing_ports(store=ledger)
    app = FastAPI()
    ports = CasePorts(citing, showing_ports(citing), standings)
    app.include_router(router(ports, authorize=officer, clock=lambda: NOW, random=counting()))

    @app.exception_handler(CasesError)
    def problem(_: Request, error: CasesError) -> JSONResponse:
        return JSONResponse({"reason": error.reason}, status_code=400)

    with TestClient(app, base_url="https://testserver") as made:
        yield made


def body(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "matter_code": FOOD.code,
        "requirement_code": "01",
        "holder_code_type": "001",
        "holder_code": FIRM.code,
        "purpose": "食品经营许可新办",
        "consent": {"mode": "statutory", "reference": "《中华人民共和国食品安全法》第三十五条"},
    }
    return usual | changes


def post(client: TestClient, sent: dict[str, Any] | None = None, key: str = KEY, **headers: str) -> Any:
    return client.post(PATH, json=body() if sent is None else sent, headers={"Idempotency-Key": key, **headers})


def test_a_citation_is_made_and_answered_with_its_receipt(client: TestClient) -> None:
    answer = post(client)
    assert answer.status_code == 201
    made = answer.json()
    assert made["identifier"] == str(NEWER.identifier)
    assert (made["officer"], made["department_code"]) == ("罗小满", WINDOW)
    assert answer.headers["cache-control"] == "no-store"
    receipt = client.get(answer.headers["location"])
    assert (receipt.status_code, receipt.headers["content-type"]) == (200, ENVELOPE_TYPE)
    assert receipt.headers["cache-control"] == "no-store"
    assert receipt.content == b64decode(made["receipt"])
    assert open_receipt(receipt.content, PEN.public).facts["number"] == made["number"]


def test_the_same_request_gets_the_same_answer(client: TestClient) -> None:
    first, second = post(client), post(client)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert post(client, body(requirement_code="02")).json() == {"reason": "idempotency-mismatch"}


@pytest.mark.parametrize(
    "sent",
    [
        body(officer="沈知夏"),
        body(department_code=SCHOOLS),
        body(case_number="YL-1"),
        body(consent={"mode": "loan", "reference": "x"}),
        body(consent={"mode": "statutory"}),
        body(consent={"mode": "holder", "reference": "SQ-1", "valid_until": "2026-03-10T00:00:00"}),
        body(purpose="办" * 201),
        body(holder_code=7),
        {},
    ],
)
def test_what_a_body_may_not_say(client: TestClient, ledger: Ledger, sent: dict[str, Any]) -> None:
    assert post(client, sent).status_code == 422
    assert ledger.plans == {}


def test_a_key_is_needed(client: TestClient) -> None:
    assert client.post(PATH, json=body()).status_code == 422
    assert post(client, key="short").json() == {"reason": "key"}


@pytest.mark.parametrize("written", [FIRM.code.lower(), f" {FIRM.code} "])
def test_a_code_is_taken_as_licences_hold_it(client: TestClient, written: str) -> None:
    assert post(client, body(holder_code=written)).status_code == 201


def test_the_giver_follows_from_the_mode(client: TestClient) -> None:
    consent = {"mode": "holder", "reference": "SQ-1", "valid_until": "2026-03-10T00:00:00+08:00"}
    assert post(client, body(consent=consent)).status_code == 201
    agent = consent | {"mode": "agent"}
    assert post(client, body(consent=agent), key=KEY + "2").json() == {"reason": "consent-giver"}
    named = agent | {"given_by": "530199190902150210"}
    assert post(client, body(consent=named), key=KEY + "3").status_code == 201


def test_a_consent_is_for_this_case_unless_it_says_otherwise(client: TestClient) -> None:
    consent = {"mode": "holder", "reference": "SQ-1", "valid_until": "2026-03-10T00:00:00+08:00"}
    elsewhere = "/api/v1/cases/YL-2026-000816/citations"
    assert post(client, body(consent=consent)).status_code == 201
    again = client.post(elsewhere, json=body(consent=consent), headers={"Idempotency-Key": KEY + "2"})
    assert again.json() == {"reason": "consent-changed"}
    wide = consent | {"reference": "SQ-2", "every_case": True}
    assert post(client, body(consent=wide), key=KEY + "3").status_code == 201
    again = client.post(elsewhere, json=body(consent=wide), headers={"Idempotency-Key": KEY + "4"})
    assert again.status_code == 201


def test_a_case_lists_its_citations_and_what_became_of_the_licence(client: TestClient, standings: Standings) -> None:
    number = post(client).json()["number"]
    (entry,) = client.get(PATH).json()
    assert (entry["citation"]["number"], entry["standing"], entry["ground"]) == (number, "01", "stands")
    act = Act(str(NEWER.identifier), 1, ActKind.REVOKE, "other", "测试", NOW, NOW, NOW, "周明远")
    standings.acts.append(act)
    (entry,) = client.get(PATH).json()
    assert (entry["standing_label"], entry["ground"]) == ("吊销", "gone-before")
    assert entry["notice"] == "引用时证照已失去效力，请复核本办件"


def test_the_face_has_the_fields_of_the_requirement(client: TestClient) -> None:
    number = post(client).json()["number"]
    face = client.get(f"/api/v1/citations/{number}/face")
    assert face.json() == {"legal_representative": "林若溪", "address": "云岭市东大街１号"}
    assert face.headers["cache-control"] == "no-store"


def test_another_departments_citations_look_like_none(client: TestClient) -> None:
    number = post(client).json()["number"]
    elsewhere = {"X-Department": SCHOOLS}
    assert client.get(PATH, headers=elsewhere).json() == []
    for what in ("receipt", "face"):
        theirs = client.get(f"/api/v1/citations/{number}/{what}", headers=elsewhere)
        none = client.get(f"/api/v1/citations/YZ{'A' * 27}/{what}")
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content)
        assert theirs.json() == {"reason": "no-such-citation"}


def test_a_department_sees_the_matters_it_takes_in(client: TestClient) -> None:
    (matter,) = client.get("/api/v1/matters").json()
    assert (matter["name"], matter["requirements"][0]["type_codes"]) == (
        "食品经营许可新办",
        [NEWER.identifier.type_code],
    )
    (other,) = client.get("/api/v1/matters", headers={"X-Department": SCHOOLS}).json()
    assert other["name"] == "民办学校教师聘任备案"


WITHDRAWALS = "/api/v1/consent-withdrawals"


def test_a_consent_is_withdrawn_for_this_department_alone(client: TestClient) -> None:
    consent = {"mode": "holder", "reference": "SQ-9", "valid_until": "2026-03-10T00:00:00Z"}
    number = post(client, body(consent=consent)).json()["number"]
    assert client.get(f"/api/v1/citations/{number}/face").status_code == 200
    sent = {"mode": "holder", "reference": "SQ-9"}
    elsewhere = client.post(WITHDRAWALS, json=sent, headers={"X-Department": SCHOOLS})
    assert elsewhere.status_code == 200
    assert client.get(f"/api/v1/citations/{number}/face").status_code == 200
    answer = client.post(WITHDRAWALS, json=sent)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {"mode": "holder", "reference": "SQ-9", "withdrawn_at": "2026-03-02T01:30:15.250000Z"}
    assert client.post(WITHDRAWALS, json=sent).json() == answer.json()
    assert client.get(f"/api/v1/citations/{number}/face").json() == {"reason": "consent-withdrawn"}
    assert post(client, body(consent=consent), key=KEY + "2").json() == {"reason": "consent-withdrawn"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"mode": "holder"},
        {"mode": "loan", "reference": "SQ-9"},
        {"mode": "holder", "reference": "x" * 201},
        {"mode": "holder", "reference": "SQ-9", "department_code": SCHOOLS},
    ],
)
def test_what_a_withdrawal_may_not_say(client: TestClient, ledger: Ledger, sent: dict[str, Any]) -> None:
    assert client.post(WITHDRAWALS, json=sent).status_code == 422
    assert ledger.ended == {}
