"""Who may do what: every route of the application against everybody, and a route without a row fails the test.

Eight people ask: nobody, the official of the issuing department, one of another department, the counter, the holder,
another holder, the auditor, the administrator. A row says what each gets. `in` means admitted, whatever the route then
says of an empty form; numbers are statuses. The licence asked for was issued by `scjg` and is held by `firm`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from issuer.batches.sheet import Row as SheetRow
from issuer.batches.sheet import Sheet
from issuer.warrants.warrant import Wanted
from tests.api_parts import Api, identifier_of
from tests.ofd_foreign import letter
from trust.formats.checkpoint import parse_checkpoint
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind
from trust.sealing.ports import Officer, Wish

PEOPLE = (None, "scjg", "jyj", "window", "firm", "citizen", "auditor", "boss")
CASE = "530199202611210007"
MATTER = {
    "matter_code": "11530199MB0T35T369000131017001000",
    "requirement_code": "01",
    "holder_code_type": "001",
    "holder_code": "91530199MA6QH2K74U",
    "purpose": "食品经营许可新办",
    "consent": {"mode": "statutory", "reference": "《中华人民共和国食品安全法》第三十五条"},
}
COPY = {"purpose": "办理商铺租赁合同备案", "recipient": "云岭市住房和城乡建设局"}
COPY_CONSENT = COPY | {"valid_until": "2027-03-31T15:59:59Z"}
COPY_PAPER = COPY_CONSENT | {"reference": "ZZ-1", "mode": "agent", "giver": "高远航", "scan": "sm3:" + "0" * 64}
SHOW = {"kind": "once"}
REDEEM = {"code": "{code}", "place": "政务服务中心三号窗口"}
NO_MANDATE = {"wanted": "end", "above": "M-0", "reason": "机构改革"}
EMPTY_FORM = {"data": {"nonce": "0" * 32}}
SUSPEND = {"kind": "suspend", "ground": "penalty"}
CHECKED = {"identifiers": ["{identifier}"], "kind": "check", "ground": "check-passed"}
LOST = {"body": "scjg", "since": "2026-11-20T00:00:00Z", "reason": "签章服务器被入侵"}
ON_A_DAY = {"params": {"on": "2026-11-21"}}

CONTRACT_SEAL = {"kind": "contract", "reason": "签订政府采购合同"}
MORE_USES = {"count": 5, "purpose": "批量换发"}
SUSPEND_SEAL = {"step": "suspend", "ground": "seal-paused"}
SEAL_SEEN = "401 200 404 403 403 403 200 200"


@dataclass(frozen=True)
class Row:
    """What everybody gets from a route, in the order of `PEOPLE`; `given` is what the request carries."""

    expected: str
    given: dict[str, Any] = field(default_factory=dict)


def everybody(**given: Any) -> Row:
    return Row("200 200 200 200 200 200 200 200", given)


PUBLIC_PAGE = Row("in in in in in in in in")
OFFICIALS = "401 in in 403 403 403 403 403"
OWN_DEPARTMENT = "401 in 404 403 403 403 403 403"
COUNTER = "401 403 403 in 403 403 403 403"
HOLDERS = "401 403 403 403 in in 403 403"
OWN_HOLDER = "401 403 403 403 in 404 403 403"
NO_STOCK = "401 404 404 403 403 403 403 403"
AUDITORS = "401 403 403 403 403 403 in 403"

ROWS = {
    # --- API
    "GET /api/v1/feed": Row("401 200 200 403 403 403 403 403"),
    "GET /api/v1/feed/hooks": Row("401 200 200 403 403 403 403 403"),
    "POST /api/v1/feed/hooks": Row("401 422 422 403 403 403 403 403", {"json": {"url": "http://127.0.0.1/"}}),
    "GET /api/v1/feed/hooks/{hook_id}/deliveries": Row(NO_STOCK),
    "POST /api/v1/feed/hooks/{hook_id}/secret": Row(NO_STOCK),
    "POST /api/v1/feed/hooks/{hook_id}/resumption": Row(NO_STOCK),
    "POST /api/v1/feed/hooks/{hook_id}/pause": Row(NO_STOCK),
    "POST /api/v1/feed/hooks/{hook_id}/tests": Row(NO_STOCK),
    "DELETE /api/v1/feed/hooks/{hook_id}": Row(NO_STOCK),
    "POST /api/v1/scans": Row(OFFICIALS),
    "POST /api/v1/conversions": Row(OFFICIALS, {"json": {}}),
    "GET /api/v1/conversions": Row("401 200 200 403 403 403 403 403"),
    "GET /api/v1/conversions/{number}": Row(NO_STOCK),
    "GET /api/v1/conversions/{number}/scan": Row(NO_STOCK),
    "POST /api/v1/conversions/{number}/comparison": Row(NO_STOCK, {"json": {}}),
    "POST /api/v1/conversions/{number}/confirmation": Row(NO_STOCK, {"json": {}}),
    "POST /api/v1/conversions/{number}/refusal": Row(NO_STOCK, {"json": {"reason": "缺页"}}),
    "POST /api/v1/conversions/{number}/release": Row(NO_STOCK),
    "POST /api/v1/batches": Row("401 415 415 403 403 403 403 403"),
    "POST /api/v1/batch-trials": Row("401 415 415 403 403 403 403 403"),
    "POST /api/v1/batch-trials/problems.{ending}": Row("401 415 415 403 403 403 403 403"),
    "GET /api/v1/batches": Row("401 200 200 403 403 403 403 403"),
    "GET /api/v1/batches/{number}": Row(OWN_DEPARTMENT.replace("in", "200")),
    "GET /api/v1/batches/{number}/rows": Row(OWN_DEPARTMENT.replace("in", "200")),
    "GET /api/v1/batches/{number}/unissued.{ending}": Row(OWN_DEPARTMENT.replace("in", "200")),
    "GET /api/v1/batches/{number}/content": Row(OWN_DEPARTMENT.replace("in", "200")),
    "POST /api/v1/batches/{number}/content/searches": Row(
        OWN_DEPARTMENT.replace("in", "200"), {"json": {"words": "9"}}
    ),
    "GET /api/v1/batches/{number}/table.{ending}": Row(OWN_DEPARTMENT.replace("in", "200")),
    "GET /api/v1/batches/{number}/faces/{row}": Row(OWN_DEPARTMENT.replace("in", "200")),
    "POST /api/v1/batches/{number}/steps": Row(OWN_DEPARTMENT.replace("in", "200"), {"json": {"step": "pause"}}),
    "POST /api/v1/batches/{number}/decision": Row(OWN_DEPARTMENT.replace("in", "200"), {"json": {"step": "cancel"}}),
    "GET /api/v1/catalogue": Row("401 200 200 403 403 403 200 200"),
    "GET /api/v1/catalogue/{type_code}/{version}": Row("401 200 200 403 403 403 200 200"),
    "POST /api/v1/catalogue": Row("401 415 415 403 403 403 403 415"),
    "POST /api/v1/catalogue/{type_code}/{version}/drafting": Row(
        "401 409 409 403 403 403 403 409", {"json": {"step": "submit"}}
    ),  # it is published
    "POST /api/v1/catalogue/{type_code}/{version}/review": Row(
        "401 403 403 403 403 403 403 409", {"json": {"step": "pass"}}
    ),
    "POST /api/v1/catalogue/{type_code}/retirement": Row("401 403 403 403 403 403 403 422", {"json": {"note": ""}}),
    "GET /api/v1/mandates": Row("401 200 200 403 403 403 200 200"),
    "GET /api/v1/mandate-requests": Row("401 200 200 403 403 403 200 200"),
    "POST /api/v1/mandate-requests": Row("401 422 422 403 403 403 403 422", {"json": NO_MANDATE}),
    "POST /api/v1/mandate-requests/{number}/decision": Row(
        "401 404 404 403 403 403 403 404", {"json": {"approve": True}}
    ),
    "POST /api/v1/mandate-requests/{number}/withdrawal": Row("401 404 404 403 403 403 403 404"),
    "GET /catalogue/{type_code}": everybody(),
    "GET /catalogue/{type_code}/{version}": everybody(),
    "GET /api/v1/types": everybody(),
    "POST /api/v1/types/{type_code}/photographs/{field}": Row("401 415 415 403 403 403 403 403", EMPTY_FORM),
    "POST /api/v1/originals": Row("401 415 415 403 403 403 403 403", EMPTY_FORM),
    "GET /api/v1/grounds": everybody(),
    "POST /api/v1/licences": Row("401 201 403 403 403 403 403 403", {"application": True}),
    "GET /api/v1/licences/{identifier}": Row("401 200 404 404 200 404 404 404"),
    "GET /api/v1/licences/{identifier}/files/{name}": Row("401 200 404 404 200 404 404 404"),
    "GET /api/v1/licences/{identifier}/proof": Row("401 200 404 404 200 404 404 404"),
    "GET /api/v1/licences/{identifier}/standing": Row("401 200 404 200 200 404 200 404"),
    "GET /api/v1/licences/{identifier}/operations": Row("401 200 404 404 200 404 200 404"),
    "GET /api/v1/applications": Row("401 200 200 403 403 403 403 403"),
    "POST /api/v1/applications": Row("401 201 403 403 403 403 403 403", {"application": True}),
    "GET /api/v1/applications/{number}": Row("401 200 404 403 403 403 403 403"),
    "PUT /api/v1/applications/{number}": Row("401 200 404 403 403 403 403 403", {"draft": True}),
    "POST /api/v1/applications/{number}/steps": Row(
        "401 409 404 403 403 403 403 403", {"json": {"step": "abandon", "reason": "作废"}}
    ),  # it is a draft: there is nothing to give up
    "GET /api/v1/licences/{identifier}/past-standing": Row("401 200 404 200 200 404 200 404", ON_A_DAY),
    "GET /api/v1/licences/{identifier}/standing-evidence": Row("401 200 404 404 200 404 200 404", ON_A_DAY),
    "GET /api/v1/key-losses": Row("401 200 200 403 403 403 200 200"),
    "POST /api/v1/key-losses": Row("401 201 404 403 403 403 403 201", {"json": LOST}),
    "POST /api/v1/key-losses/preview": Row("401 200 404 403 403 403 403 200", {"json": LOST}),
    "GET /api/v1/key-losses/{number}": Row("401 200 404 403 403 403 200 200"),
    "POST /api/v1/key-losses/{number}/steps": Row("401 200 404 403 403 403 403 422", {"json": {"step": "withdraw"}}),
    "GET /api/v1/act-orders": Row("401 200 200 403 403 403 403 403"),
    "POST /api/v1/act-orders": Row("401 201 422 403 403 403 403 403", {"json": CHECKED}),
    "GET /api/v1/act-orders/{number}": Row(OWN_DEPARTMENT.replace("in", "200")),
    "POST /api/v1/act-orders/{number}/steps": Row(OWN_DEPARTMENT.replace("in", "200"), {"json": {"step": "withdraw"}}),
    "POST /api/v1/licences/{identifier}/acts": Row("401 201 404 404 404 404 404 404", {"json": SUSPEND}),
    "POST /api/v1/licences/{identifier}/copies": Row("401 403 404 403 201 404 403 403", {"json": COPY}),
    "GET /api/v1/licences/{identifier}/copies": Row("401 200 404 403 200 404 403 403"),
    "POST /api/v1/licences/{identifier}/copy-consents": Row("401 404 404 403 201 404 403 403", {"json": COPY_CONSENT}),
    "GET /api/v1/licences/{identifier}/copy-consents": Row("401 200 404 403 200 404 403 403"),
    "POST /api/v1/licences/{identifier}/copy-consents/papers": Row(
        "401 422 404 403 403 403 403 403", {"json": COPY_PAPER}
    ),  # nobody has handed in the scan
    "POST /api/v1/licences/{identifier}/copy-consents/{reference}/decision": Row(
        NO_STOCK, {"json": {"step": "confirm"}}
    ),
    "POST /api/v1/licences/{identifier}/copy-consents/{reference}/withdrawal": Row(
        "401 404 404 403 404 404 403 403", {"json": {"reason": "来函撤回"}}
    ),
    "GET /api/v1/licences/{identifier}/copy-consents/{reference}/paper": Row(NO_STOCK),
    "GET /api/v1/copy-consents": Row("401 200 200 403 403 403 403 403"),
    "POST /api/v1/citations/{number}/copy": Row("401 404 404 201 403 403 403 403", {"json": {}}),
    "GET /api/v1/copies/{identifier}": Row("401 200 404 404 200 404 403 403"),
    "GET /api/v1/copies/{identifier}/files/{name}": Row("401 200 404 404 200 404 403 403"),
    "POST /api/v1/copies/{identifier}/withdrawal": Row("401 200 404 404 200 404 403 403", {"json": {}}),
    # the first redeems it; the others hear that it is used
    "POST /api/v1/redemptions": Row("401 201 409 409 403 403 403 403", {"json": REDEEM}),
    "POST /api/v1/licences/{identifier}/presentations": Row("401 403 403 403 201 404 403 403", {"json": SHOW}),
    "GET /api/v1/licences/{identifier}/presentations": Row("401 403 403 403 200 404 403 403"),
    "GET /api/v1/presentations/{number}": Row("401 403 403 403 200 404 403 403"),
    "POST /api/v1/presentations/{number}/withdrawal": Row("401 403 403 403 200 404 403 403", {"json": {}}),
    "GET /api/v1/me/licences": Row("401 403 403 403 200 200 403 403"),
    "POST /api/v1/verifications": everybody(json={"identifier": "{identifier}"}),
    "GET /api/v1/evidence-bundle": everybody(),
    "GET /api/v1/matters": Row("401 200 200 200 403 403 403 403"),
    "POST /api/v1/cases/{case_number}/citations": Row("401 404 404 201 403 403 403 403", {"json": MATTER}),
    "GET /api/v1/cases/{case_number}/citations": Row("401 200 200 200 403 403 403 403"),
    "GET /api/v1/citations/{number}/receipt": Row("401 404 404 200 403 403 403 403"),
    "GET /api/v1/citations/{number}/face": Row("401 404 404 200 403 403 403 403"),
    "POST /api/v1/consent-withdrawals": Row(
        "401 200 200 200 403 403 403 403", {"json": {"mode": "holder", "reference": "SQ-1"}}
    ),
    "POST /api/v1/token": everybody(
        data={"grant_type": "client_credentials", "client_id": "shop", "client_secret": "demo-shop"}
    ),
    "GET /api/v1/openapi.json": everybody(),
    "GET /api/v1/seal-grounds": everybody(),
    "GET /api/v1/seals": Row("401 200 200 403 403 403 200 200"),
    "POST /api/v1/seals": Row("401 201 201 403 403 403 403 403", {"json": CONTRACT_SEAL}),
    "GET /api/v1/seals/{seal_id}": Row(SEAL_SEEN),
    "GET /api/v1/seals/{seal_id}/blast": Row("401 200 404 403 403 403 200 200"),
    "GET /api/v1/seals/{seal_id}/picture.png": Row(SEAL_SEEN),
    "GET /api/v1/seals/{seal_id}/uses": Row(SEAL_SEEN),
    "GET /api/v1/seals/{seal_id}/requests": Row(SEAL_SEEN),
    "POST /api/v1/seals/{seal_id}/requests": Row("401 201 404 403 403 403 403 403", {"json": MORE_USES}),
    "POST /api/v1/seals/{seal_id}/requests/{number}/decision": Row(
        "401 404 404 403 403 403 403 404", {"json": {"approve": True}}
    ),
    # the licence seal was founded without an application: there is nothing to decide
    # the seal is on file: nothing is left to decide, and filing it again gives the same
    "POST /api/v1/seals/{seal_id}/decision": Row("401 409 404 403 403 403 403 409", {"json": {"approve": True}}),
    "POST /api/v1/seals/{seal_id}/filing": Row("401 200 404 403 403 403 403 200"),
    # everybody asks for the same act under a key of their own: the first suspends, the administrator finds it done
    "POST /api/v1/seals/{seal_id}/acts": Row("401 201 404 403 403 403 403 409", {"json": SUSPEND_SEAL}),
    "POST /api/v1/seals/{seal_id}/sealings": Row("401 in 404 403 403 403 403 403", {"sealing": True}),
    # --- published files and operation
    "GET /status": everybody(),
    "GET /status/{shard}": everybody(),
    "GET /status/{shard}/bitstring": everybody(),
    "GET /log/checkpoint": everybody(),
    "GET /log/checkpoint/cosigned": Row("404 404 404 404 404 404 404 404"),  # no witness was admitted here
    "POST /log/cosignatures": PUBLIC_PAGE,  # without a note it is refused
    "GET /log/tile/entries/{path:path}": everybody(),
    "GET /log/tile/{level}/{path:path}": everybody(),
    "GET /log/proof/inclusion": everybody(params={"commitment": "{commitment}"}),
    "GET /log/proof/consistency": everybody(params={"old": "1", "new": "{size}"}),
    "GET /crl/{name}.crl": everybody(),
    "GET /trust-list": everybody(),
    "GET /ocsp/{request:path}": everybody(),
    "POST /ocsp": PUBLIC_PAGE,  # without a request it is refused; with one, see test_publishing_edges
    "POST /tsa": PUBLIC_PAGE,  # without a request it is refused; with one, see test_time_stamp_edges
    "GET /healthz": everybody(),
    "GET /readyz": everybody(),
    "GET /metrics": everybody(),
    # --- pages
    "GET /": PUBLIC_PAGE,
    "GET /q": PUBLIC_PAGE,
    "GET /verify": PUBLIC_PAGE,
    "POST /verify": PUBLIC_PAGE,
    "GET /sign-in": PUBLIC_PAGE,
    # the next three are refused because this test does not send them from our own page
    "POST /sign-in": Row("403 403 403 403 403 403 403 403"),
    "POST /sign-out": Row("403 403 403 403 403 403 403 403"),
    "POST /display": Row("403 403 403 403 403 403 403 403"),
    "GET /issuer/catalogue": Row("401 in in 403 403 403 in in"),
    "GET /issuer/catalogue/draft": Row("401 in in 403 403 403 403 in"),
    "POST /issuer/catalogue/draft": Row("401 in in 403 403 403 403 in"),
    "GET /issuer/catalogue/{type_code}/{version}": Row("401 in in 403 403 403 in in"),
    "POST /issuer/catalogue/{type_code}/{version}": Row("401 403 403 403 403 403 403 in", EMPTY_FORM),
    "GET /issuer/mandates": Row("401 in in 403 403 403 in in"),
    "GET /issuer/mandates/ask": Row("401 in in 403 403 403 403 in"),
    "POST /issuer/mandates/ask": Row("401 in in 403 403 403 403 in", EMPTY_FORM),
    "POST /issuer/mandates/requests/{number}": Row("401 404 404 403 403 403 403 404", EMPTY_FORM),
    "GET /issuer": Row(OFFICIALS),
    "POST /issuer/find": Row(OWN_DEPARTMENT, {"data": {"identifier": "{identifier}"}}),
    "GET /issuer/licences/{identifier}": Row(OWN_DEPARTMENT),
    "GET /issuer/licences/{identifier}/{name}": Row(OWN_DEPARTMENT),
    "GET /issuer/licences/{identifier}/act/{word}": Row(OWN_DEPARTMENT),
    "POST /issuer/licences/{identifier}/act/{word}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/issue/{name}": Row(OWN_DEPARTMENT),
    "POST /issuer/issue/{name}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /keys": Row("401 in in 403 403 403 in in"),
    "GET /keys/new": Row("401 in in 403 403 403 403 in"),
    "POST /keys/new": Row("401 in in 403 403 403 403 in", EMPTY_FORM),
    "GET /keys/{number}": Row("401 in 404 403 403 403 in in"),
    "GET /keys/{number}/signed.csv": Row("401 in 404 403 403 403 in in"),
    "POST /keys/{number}/steps": Row("401 in 404 403 403 403 403 in", EMPTY_FORM),
    "POST /keys/{number}/again": Row("401 404 404 403 403 403 403 404", EMPTY_FORM),
    "GET /issuer/acts": Row(OFFICIALS),
    "GET /issuer/acts/new": Row(OFFICIALS),
    "POST /issuer/acts/new": Row(OFFICIALS, EMPTY_FORM),
    "GET /issuer/acts/{number}": Row(OWN_DEPARTMENT),
    "GET /issuer/acts/{number}/signed.csv": Row(OWN_DEPARTMENT),
    "POST /issuer/acts/{number}/steps": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/applications": Row(OFFICIALS),
    "GET /issuer/applications/new/{name}": Row(OWN_DEPARTMENT),
    "POST /issuer/applications/new/{name}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/applications/transfer-in/{name}": Row(OWN_DEPARTMENT),
    "POST /issuer/applications/transfer-in/{name}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/applications/{number}": Row(OWN_DEPARTMENT),
    "GET /issuer/applications/{number}/edit": Row(OWN_DEPARTMENT),
    "POST /issuer/applications/{number}/edit": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "POST /issuer/applications/{number}/steps": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "POST /issuer/applications/{number}/photo/{key}": Row(OWN_DEPARTMENT, {"document": True}),
    "POST /issuer/applications/{number}/original": Row(OWN_DEPARTMENT, {"document": True}),
    "GET /issuer/licences/{identifier}/succeed/{word}": Row(OWN_DEPARTMENT),
    "POST /issuer/licences/{identifier}/succeed/{word}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/find": Row("303 in in 303 303 303 303 303"),  # back to the page that has the form
    "GET /issuer/templates": Row(OFFICIALS),
    "GET /issuer/templates/{name}.png": Row(OFFICIALS),
    "POST /issuer/templates": Row("401 415 415 403 403 403 403 403", EMPTY_FORM),
    "GET /issuer/seals": Row(OFFICIALS),
    "GET /issuer/seal-application": Row(OFFICIALS),
    "POST /issuer/seal-application": Row(OFFICIALS, EMPTY_FORM),
    "GET /issuer/seals/{seal_id}": Row(OWN_DEPARTMENT),
    "GET /issuer/seals/{seal_id}/picture.png": Row(OWN_DEPARTMENT),
    "POST /issuer/seals/{seal_id}/decision": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "POST /issuer/seals/{seal_id}/requests": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/seals/{seal_id}/act/{word}": Row(OWN_DEPARTMENT),
    "POST /issuer/seals/{seal_id}/act/{word}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/seals/{seal_id}/use": Row(OWN_DEPARTMENT),
    "POST /issuer/seals/{seal_id}/use": Row(OWN_DEPARTMENT, {"document": True}),
    "GET /issuer/seals/{seal_id}/use/{ticket}": Row(OWN_DEPARTMENT),
    "POST /issuer/seals/{seal_id}/use/{ticket}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    # a number of another kind: there is no such request, for nobody
    "GET /issuer/seals/{seal_id}/requests/{number}": Row("401 404 404 403 403 403 403 403"),
    "GET /issuer/seals/{seal_id}/requests/{number}/sealed": Row("401 404 404 403 403 403 403 403"),
    "POST /issuer/seals/{seal_id}/requests/{number}/decision": Row("401 404 404 403 403 403 403 403", EMPTY_FORM),
    "POST /issuer/seals/{seal_id}/requests/{number}/document": Row(
        "401 404 404 403 403 403 403 403", {"document": True}
    ),
    "GET /issuer/batches": Row(OFFICIALS),
    "POST /issuer/batches": Row(OFFICIALS),
    "GET /issuer/batches/blank/{name}.{ending}": Row(OWN_DEPARTMENT),
    "GET /issuer/batches/{number}": Row(OWN_DEPARTMENT),
    "POST /issuer/batches/{number}": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/batches/{number}/unissued.{ending}": Row(OWN_DEPARTMENT),
    "GET /issuer/batches/{number}/content": Row(OWN_DEPARTMENT),
    "POST /issuer/batches/{number}/content": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /issuer/batches/{number}/faces": Row(OWN_DEPARTMENT),
    "GET /issuer/batches/{number}/table.{ending}": Row(OWN_DEPARTMENT),
    "GET /issuer/hooks": Row(OFFICIALS),
    "POST /issuer/hooks": Row(OFFICIALS, EMPTY_FORM),
    "GET /issuer/hooks/{hook_id}": Row(NO_STOCK),
    "POST /issuer/hooks/{hook_id}": Row(NO_STOCK, EMPTY_FORM),
    "GET /issuer/conversions": Row(OFFICIALS),
    "POST /issuer/conversions": Row(OFFICIALS),
    "GET /issuer/conversions/{number}": Row(NO_STOCK),
    "POST /issuer/conversions/{number}": Row(NO_STOCK, EMPTY_FORM),
    "GET /issuer/conversions/{number}/scan": Row(NO_STOCK),
    "GET /reviewer": Row(COUNTER),
    "GET /reviewer/standing": Row(COUNTER),
    "POST /reviewer/standing": Row(COUNTER, EMPTY_FORM),
    "GET /audit/standing": Row(AUDITORS),
    "POST /audit/standing": Row(AUDITORS, EMPTY_FORM),
    "GET /reviewer/cite": Row(COUNTER),
    "GET /reviewer/case": Row(COUNTER),
    "POST /reviewer/cite": Row(COUNTER, EMPTY_FORM),
    "POST /reviewer/case": Row(COUNTER, EMPTY_FORM),
    "GET /reviewer/citations/{number}": Row(COUNTER),
    "GET /reviewer/citations/{number}/receipt": Row(COUNTER),
    "GET /me": Row(HOLDERS),
    "GET /me/licences/{identifier}": Row(OWN_HOLDER),
    "GET /me/licences/{identifier}/{name}": Row(OWN_HOLDER),
    "GET /me/qr/{identifier}.png": Row(OWN_HOLDER),
    "POST /reviewer/citations/{number}/copy": Row(COUNTER, EMPTY_FORM),
    "GET /reviewer/copies/{identifier}/{name}": Row("401 403 403 404 403 403 403 403"),  # the holder's own copy
    "GET /reviewer/redeem": Row(COUNTER),
    "POST /reviewer/redeem": Row(COUNTER, EMPTY_FORM),
    "GET /p": PUBLIC_PAGE,
    "GET /me/present/{identifier}": Row(OWN_HOLDER),
    "POST /me/present/{identifier}": Row(OWN_HOLDER, {"data": {"kind": "once", "minutes": "5"}}),
    "GET /me/codes/{number}": Row(OWN_HOLDER),
    "POST /me/codes/{number}": Row(OWN_HOLDER, EMPTY_FORM),
    "GET /me/copy/{identifier}": Row(OWN_HOLDER),
    "POST /me/copy/{identifier}": Row(OWN_HOLDER, EMPTY_FORM),
    "GET /me/copies/{identifier}/{name}": Row(OWN_HOLDER),
    "POST /me/copies/{identifier}/withdrawal": Row(OWN_HOLDER, EMPTY_FORM),
    "GET /me/consent/{identifier}": Row(OWN_HOLDER),
    "POST /me/consent/{identifier}": Row(OWN_HOLDER, EMPTY_FORM),
    "POST /me/consent/{identifier}/{reference}": Row("401 403 403 403 404 404 403 403", EMPTY_FORM),
    "GET /issuer/copying/{identifier}": Row(OWN_DEPARTMENT),
    "POST /issuer/copying/{identifier}/consents": Row("401 415 415 403 403 403 403 403", EMPTY_FORM),
    "POST /issuer/copying/{identifier}/consents/{reference}": Row("401 404 404 403 403 403 403 403", EMPTY_FORM),
    "GET /issuer/copying/{identifier}/papers/{reference}": Row("401 404 404 403 403 403 403 403"),
    "GET /issuer/copies/{identifier}/files/{name}": Row(OWN_DEPARTMENT),
    "POST /issuer/copies/{identifier}/withdrawal": Row(OWN_DEPARTMENT, EMPTY_FORM),
    "GET /audit": Row(AUDITORS),
    "GET /audit/acts": Row(AUDITORS),
    "GET /audit/acts.csv": Row(AUDITORS),
    "GET /audit/uses": Row(AUDITORS),
    "GET /audit/uses.csv": Row(AUDITORS),
    "GET /audit/looks": Row(AUDITORS),
    "GET /audit/looks.csv": Row(AUDITORS),
    "GET /audit/trail": Row(AUDITORS),
    "GET /audit/trail.csv": Row(AUDITORS),
    "GET /audit/coverage": Row(AUDITORS),
    "POST /audit/report.pdf": Row(AUDITORS, EMPTY_FORM),
}
NAMES = {
    "GET /api/v1/licences/{identifier}/files/{name}": "ofd",
    "GET /issuer/licences/{identifier}/{name}": "licence.ofd",
    "GET /me/licences/{identifier}/{name}": "licence.ofd",
    "GET /api/v1/copies/{identifier}/files/{name}": "ofd",
    "GET /reviewer/copies/{identifier}/{name}": "licence.ofd",
    "GET /issuer/copies/{identifier}/files/{name}": "licence.ofd",
    "GET /me/copies/{identifier}/{name}": "licence.ofd",
    "GET /crl/{name}.crl": "root",
    "GET /issuer/issue/{name}": "business-licence",
    "GET /issuer/batches/blank/{name}.{ending}": "business-licence",
    "GET /issuer/applications/new/{name}": "business-licence",
    "POST /issuer/applications/new/{name}": "business-licence",
    "GET /issuer/applications/transfer-in/{name}": "business-licence",
    "POST /issuer/applications/transfer-in/{name}": "business-licence",
    "GET /issuer/templates/{name}.png": "business-licence",
    "POST /issuer/issue/{name}": "business-licence",
}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def known(api: Api) -> dict[str, str]:
    """What stands in the addresses: a licence, a citation that rests on it, and places in the log."""
    issued = api.issue()
    cited = api.client.post(
        f"/api/v1/cases/{CASE}/citations", json=MATTER, headers=api.as_("window", Idempotency_Key=api.key())
    )
    as_holder = api.as_("firm", Idempotency_Key=api.key())
    own = f"/api/v1/licences/{identifier_of(issued)}"
    copy = api.client.post(f"{own}/copies", json=COPY, headers=as_holder).json()
    once = api.client.post(f"{own}/presentations", json=SHOW, headers=as_holder).json()
    note = api.yinzheng.archive.log.latest()
    assert note is not None
    size = parse_checkpoint(note)[0].size
    with api.city.engine.connect() as connection:
        commitment = connection.exec_driver_sql("SELECT commitment FROM log_commitment WHERE place = 1").scalar_one()
    return {
        "identifier": identifier_of(issued),
        "number": cited.json()["number"],
        "case_number": CASE,
        "shard": "0",
        "level": "0",
        "reference": "SQ-NONE",
        "path:path": f"000.p/{size}",
        "request:path": "AAAA",
        "size": str(size),
        "commitment": commitment.hex(),
        "word": "suspend",
        "ticket": "0" * 32,
        "docket": docket_of(api),
        "batch": batch_of(api),
        "order": order_of(api, identifier_of(issued)),
        "loss": loss_of(api),
        "ending": "xlsx",
        "row": "2",
        "key": "photo",
        "seal_id": seal_of(api),
        "type_code": "11100000MB0143028R001",
        "version": "1",
        "copy": copy["identifier"],
        "shown": once["number"],
        "code": once["text"],
    }


RENAMED = {
    "/copies/{identifier}": ("identifier", "copy"),
    "/batches/{number}": ("number", "batch"),
    "/act-orders/{number}": ("number", "order"),
    "/issuer/acts/{number}": ("number", "order"),
    "/keys/{number}": ("number", "loss"),
    "/key-losses/{number}": ("number", "loss"),
    "/presentations/{number}": ("number", "shown"),
    "/codes/{number}": ("number", "shown"),
}
"""In these addresses the same word stands for something else."""


def docket_of(api: Api) -> str:
    """A draft of the issuing department."""
    desk, body = api.yinzheng.applications, api.city.body_code("business-licence")
    proposal = desk.propose({}, type_code=api.application()["type"], issuer_code=body)
    return desk.open(proposal, by=Officer("scjg", "周明远"), key=api.key()).number


def order_of(api: Api, identifier: str) -> str:
    """An order of the issuing department that nobody has decided."""
    wanted = Wanted(api.city.body_code("business-licence"), ActKind.CHECK, "check-passed", (identifier,))
    return api.yinzheng.warrants.place(wanted, by=Officer("scjg", "周明远"), key=api.key()).number


def loss_of(api: Api) -> str:
    """A lost key that one official has reported and nobody confirmed."""
    reports = api.yinzheng.compromises
    loss = reports.loss_of_body("scjg", api.city.clock(), "签章服务器被入侵")
    return reports.report(loss, by=Officer("scjg", "周明远"), key=api.key()).number


def batch_of(api: Api) -> str:
    """A batch of the issuing department, of which nothing is issued yet."""
    body, row = api.city.body_code("business-licence"), api.application()
    kind = row.pop("type")
    sheet = Sheet((SheetRow(2, row),), (), "sm3:" + "0" * 64)
    officer = Officer("scjg", "周明远")
    desk = api.yinzheng.batches
    return desk.submit(sheet, type_code=kind, body_code=body, name="", by=officer, key=api.key()).number


def seal_of(api: Api) -> str:
    """A seal of the issuing department that the other rows do not need in use: one for contracts."""
    seals, officer = api.yinzheng.seals, Officer("scjg", "周明远")
    wish = Wish(api.city.body_code("business-licence"), SealKind.CONTRACT, "云岭市市场监督管理局合同专用章", "签订合同")
    made = seals.apply(wish, key=api.key(), by=officer)
    seals.decide(made.seal_id, approve=True, note="", by=Officer("scjg2", "顾清和"))
    return seals.file(made.seal_id, by=officer).seal.seal_id


def filled(value: Any, known: dict[str, str]) -> Any:
    """A value with every `{name}` in its texts filled in."""
    if isinstance(value, dict):
        return {name: filled(part, known) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, known) for part in value]
    if not isinstance(value, str):
        return value
    for name, text in known.items():
        value = value.replace(f"{{{name}}}", text)
    return value


def routes(api: Api) -> set[str]:
    """Every method and pattern that the application answers, static files apart."""
    return {
        f"{method} {route.path}"
        for route in iter_route_contexts(api.app.routes)
        for method in route.methods or ()
        if method != "HEAD"
    }


def test_every_route_has_its_row(api: Api) -> None:
    assert routes(api) == set(ROWS)


@pytest.mark.parametrize("route", ROWS)
def test_everybody_gets_what_the_row_says(api: Api, known: dict[str, str], route: str) -> None:
    method, pattern = route.split(" ", 1)
    names = known | {"name": NAMES.get(route, "")}
    if "/applications/" in pattern:
        names["number"] = known["docket"]
    if "/succeed/" in pattern:
        names["word"] = "amend"
    for part, (name, meant) in RENAMED.items():
        if part in pattern:
            names[name] = known[meant]
    got = []
    for login, expected in zip(PEOPLE, ROWS[route].expected.split(), strict=True):
        given = filled(ROWS[route].given, names)
        if given.pop("document", False):
            given["files"] = {"file": ("letter.ofd", letter())}
        if given.pop("sealing", False):
            given |= {
                "files": {"file": ("letter.ofd", letter())},
                "data": {"purpose": "报送", "page": "1", "x": "9", "y": "9"},
            }
        if given.pop("application", False):
            given["json"] = api.application()
        if given.pop("draft", False):
            given["json"] = api.application(draft=True)
        if pattern.endswith("/acts") and expected == "201":
            names["identifier"] = identifier_of(api.issue())
        headers = api.as_(login, Idempotency_Key=api.key())
        answer = api.client.request(method, filled(pattern, names), headers=headers, follow_redirects=False, **given)
        admitted = answer.status_code < 500 and answer.status_code not in {401, 403, 404}
        got.append("in" if expected == "in" and admitted else str(answer.status_code))
    assert " ".join(got) == ROWS[route].expected
