"""Rows of requests that nobody should send: where to, what, and the status and code of the answer.

A new route has its rows here; `test_api_bad_inputs` says what holds for every one of them.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.api_parts import TYPE

CANARY = "金丝雀㐀７８"
"""Sent in many rows, found in no answer and no journal."""
CANARY_ASCII = "canary-8c1f"
LICENCES, VERIFICATIONS, TOKEN = "/api/v1/licences", "/api/v1/verifications", "/api/v1/token"
LOSSES, BLAST = "/api/v1/key-losses", "/api/v1/seals/{}/blast{}"
ORDERS, PAST = "/api/v1/act-orders", "/api/v1/licences/{{licence}}/past-standing?on={}"
ACTS, CITE = "/api/v1/licences/{licence}/acts", "/api/v1/cases/530199-0001/citations"
JSON = {"Content-Type": "application/json"}
NOTE = {"Content-Type": "text/plain"}
BIDI, NUL, ZERO_WIDTH, PRIVATE = "\u202e", "\x00", "\u200b", "\ue000"
SQL = "'; DROP TABLE licence; --"


@dataclass(frozen=True)
class Bad:
    """A request, and the problem it gets; `body` may be a function of the city's own good body."""

    name: str
    path: str
    status: int
    code: str
    method: str = "POST"
    login: str | None = "scjg"
    json: Any = None
    good: dict[str, Any] | None = None
    content: bytes | None = None
    files: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    key: str | bytes | None = "usual"
    field: str | None = None


def issuing(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    """A row for POST /api/v1/licences: the good application with members changed, `...` to leave one out."""
    return Bad(name, LICENCES, status, code, good=changed, field=field)


def ordering(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    """A row for POST /api/v1/act-orders."""
    body = {"identifiers": ["{licence}"], "kind": "suspend", "ground": "penalty"} | changed
    return Bad(name, ORDERS, status, code, json={k: v for k, v in body.items() if v is not ...}, field=field)


def acting(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    body = {"kind": "suspend", "ground": "penalty"} | changed
    return Bad(name, ACTS, status, code, json={k: v for k, v in body.items() if v is not ...}, field=field)


def losing(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    """A row for POST /api/v1/key-losses."""
    body = {"body": "scjg", "since": "2026-11-01T00:00:00+08:00", "reason": "遗失"} | changed
    return Bad(name, LOSSES, status, code, json={k: v for k, v in body.items() if v is not ...}, field=field)


def consenting(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    """A row for POST /api/v1/licences/…/copy-consents, by the holder."""
    body = {"purpose": "办理租赁", "recipient": "某某公司", "valid_until": "2027-03-31T15:59:59Z"} | changed
    asked = {k: v for k, v in body.items() if v is not ...}
    return Bad(name, f"{LICENCES}/{{licence}}/copy-consents", status, code, login="firm", json=asked, field=field)


def put_down(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    """A row for POST /api/v1/licences/…/copy-consents/papers, by the issuing body."""
    terms = {"purpose": "办理租赁", "recipient": "某某公司", "valid_until": "2027-03-31T15:59:59Z"}
    paper = {"reference": "ZZ-1", "mode": "agent", "giver": CANARY, "scan": "sm3:" + "0" * 64}
    asked = {k: v for k, v in (terms | paper | changed).items() if v is not ...}
    return Bad(name, f"{LICENCES}/{{licence}}/copy-consents/papers", status, code, json=asked, field=field)


def citing(name: str, status: int, code: str, field: str | None = None, /, **changed: Any) -> Bad:
    body = {
        "matter_code": "11530199MB0T35T369000131017001000",
        "requirement_code": "01",
        "holder_code_type": "001",
        "holder_code": "91530199MA6QH2K74U",
        "purpose": "食品经营许可新办",
        "consent": {"mode": "statutory", "reference": "《中华人民共和国食品安全法》第三十五条"},
    } | changed
    return Bad(name, CITE, status, code, json=body, login="window", field=field)


def deep(levels: int) -> bytes:
    return b'{"type":' + b"[" * levels + b"]" * levels + b"}"


FIRM = {"name": "云岭市青禾数据科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"}
WRONG = "application-refused"
TABLE = [
    # --- bodies that are no bodies
    Bad("no JSON", LICENCES, 422, "invalid-request", content=b'{"type": ', headers=JSON),
    Bad("JSON of another kind", LICENCES, 422, "invalid-request", json=[CANARY], field="body"),
    Bad("no body", LICENCES, 422, "invalid-request", content=b"", headers=JSON, field="body"),
    Bad("deep nesting", LICENCES, 400, "malformed-request", content=deep(100_000), headers=JSON),
    Bad("no UTF-8", LICENCES, 400, "malformed-request", content=b'{"type": "\xff\xfe"}', headers=JSON),
    Bad("an endless number", LICENCES, 400, "malformed-request", content=b"9" * 5000, headers=JSON),
    Bad("XML", LICENCES, 415, "unsupported-media-type", content=b"<a/>", headers={"Content-Type": "application/xml"}),
    Bad("no kind of content", LICENCES, 415, "unsupported-media-type", content=b"{}"),
    Bad("a form", LICENCES, 415, "unsupported-media-type", files={"file": b"x"}),
    Bad("a huge body", LICENCES, 413, "too-large", content=b'"' + b"x" * 1_100_000 + b'"', headers=JSON),
    # --- keys
    Bad("no key", LICENCES, 422, "invalid-request", good={}, key=None, field="Idempotency-Key"),
    Bad("an empty key", LICENCES, 422, "invalid-request", good={}, key="", field="Idempotency-Key"),
    Bad("a long key", LICENCES, 422, "invalid-request", good={}, key="k" * 129, field="Idempotency-Key"),
    Bad("a binary key", LICENCES, 422, "invalid-request", good={}, key=b"\xff\x01", field="Idempotency-Key"),
    Bad("a key with a space", LICENCES, 422, "invalid-request", good={}, key="a b", field="Idempotency-Key"),
    Bad("no key for an act", ACTS, 422, "invalid-request", json={"kind": "suspend", "ground": "penalty"}, key=None),
    Bad(
        "a short key for a citation",
        CITE,
        422,
        "malformed-request",
        json=citing("", 0, "").json,
        login="window",
        key="k",
    ),
    # --- keys in other hands, and ends of seals
    losing("a loss at no time", 422, "invalid-request", "since", since=...),
    losing("a loss without a time zone", 422, "invalid-request", "since", since="2026-11-01T00:00:00"),
    losing("a loss in words", 422, "invalid-request", "since", since=CANARY),
    losing("a loss to come", 422, "compromise-refused", since="2199-01-01T00:00:00Z"),
    losing("a loss without a reason", 422, "invalid-request", "reason", reason=""),
    losing("a loss with a long reason", 422, "invalid-request", "reason", reason=CANARY * 100),
    losing("a loss that turns round", 422, "compromise-refused", reason=f"{CANARY_ASCII}{BIDI}"),
    losing("a loss with a NUL", 422, "compromise-refused", reason=f"{CANARY_ASCII}{NUL}"),
    losing("a loss of two keys", 422, "key-of", seal="1"),
    losing("a loss of no key", 422, "key-of", body=...),
    losing("a loss of another's key", 404, "not-found", body="jyj"),
    losing("a loss of nobody's key", 404, "not-found", body=SQL),
    losing("a loss of a strange seal", 404, "not-found", body=..., seal=f"{CANARY_ASCII}{NUL}"),
    losing("a loss with more", 422, "invalid-request", "decided_by", decided_by=CANARY),
    Bad("a loss without a key", LOSSES, 422, "invalid-request", json=losing("", 0, "").json, key=None),
    Bad("a preview of nothing", f"{LOSSES}/preview", 422, "invalid-request", json={}, field="since"),
    Bad("a report that is none", f"{LOSSES}/KC00", 404, "not-found", method="GET"),
    Bad("a report with a strange number", f"{LOSSES}/{CANARY_ASCII}", 404, "not-found", method="GET"),
    Bad("a step on a report that is none", f"{LOSSES}/SE00/steps", 404, "not-found", json={"step": "confirm"}),
    Bad(
        "a step of a loss that is none",
        f"{LOSSES}/KC00/steps",
        422,
        "invalid-request",
        json={"step": CANARY},
        field="step",
    ),
    Bad("the reach of no seal", BLAST.format("1", ""), 404, "not-found", method="GET"),
    Bad("the reach since never", BLAST.format("1", f"?since={CANARY_ASCII}"), 422, "invalid-request", method="GET"),
    Bad("the reach of a strange seal", BLAST.format("%00", ""), 404, "not-found", method="GET"),
    # --- consents to copies
    consenting("a consent without an end", 422, "invalid-request", "valid_until", valid_until=...),
    consenting("a consent that is over", 422, "consent-not-taken", "valid_until", valid_until="2020-01-01T00:00:00Z"),
    consenting("a consent for ever", 422, "consent-not-taken", "valid_until", valid_until="2199-01-01T00:00:00Z"),
    consenting("a consent for nothing", 422, "consent-not-taken", "purpose", purpose=""),
    consenting("a consent that turns round", 422, "consent-not-taken", "recipient", recipient=f"{CANARY_ASCII}{BIDI}"),
    put_down("a paper whose scan nobody has", 422, "consent-not-taken", "scan"),
    put_down("a paper without a scan", 422, "invalid-request", "scan", scan=...),
    put_down("a paper whose number is words", 422, "consent-not-taken", "reference", reference=CANARY),
    put_down("a paper whose scan is SQL", 422, "consent-not-taken", "scan", scan=SQL),
    put_down("a paper whose scan is a NUL", 422, "consent-not-taken", "scan", scan=NUL),
    put_down("a paper that confirms itself", 422, "invalid-request", "stage", stage="given"),
    Bad(
        "a consent nobody knows",
        f"{LICENCES}/{{licence}}/copy-consents/{CANARY_ASCII}/decision",
        404,
        "not-found",
        json={"step": "confirm"},
    ),
    Bad(
        "a step there is none of",
        f"{LICENCES}/{{licence}}/copy-consents/A/decision",
        422,
        "invalid-request",
        json={"step": "give"},
    ),
    consenting("a consent with a giver of its own", 422, "invalid-request", "giver", giver=CANARY),
    # --- members of an application
    issuing("an unknown member", 422, "invalid-request", "status", status="01"),
    issuing("a member with a strange name", 422, "invalid-request", "?", **{CANARY: CANARY}),
    issuing("a missing member", 422, "invalid-request", "number", number=...),
    issuing("a number for a text", 422, "invalid-request", "number", number=7),
    issuing("a long number", 422, "invalid-request", "number", number=CANARY * 100),
    issuing("an empty number", 422, WRONG, "number", number=""),
    issuing("an impossible date", 422, WRONG, "issued_on", issued_on="2026-02-30"),
    issuing("a date in words", 422, WRONG, "issued_on", issued_on="昨天"),
    issuing("a date in the future", 422, WRONG, "issued_on", issued_on="2199-01-01"),
    issuing("an end for what has none", 422, WRONG, "valid_until", valid_until="2030-01-01"),
    issuing("an area of letters", 422, WRONG, "", area_code="云岭市"),
    issuing("no holder", 422, WRONG, "holder", holders=...),
    issuing("holders twice over", 422, WRONG, "holder", holder=FIRM),
    issuing("a holder with more", 422, "invalid-request", "holders.0.grade", holders=[FIRM | {"grade": "A"}]),
    issuing("a wrong check digit", 422, WRONG, "holder", holders=[FIRM | {"code": "91530199MA6QH2K74A"}]),
    issuing("a person for a firm's licence", 422, WRONG, "holder.code_type", holders=[FIRM | {"code_type": "111"}]),
    issuing("a twenty-first holder", 422, "invalid-request", "holders", holders=[FIRM] * 21),
    issuing("an unknown type", 404, "unknown-type", type="11100000MB0143028R999"),
    issuing("a type with a NUL", 404, "unknown-type", type=f"1{NUL}1"),
    issuing("another department's type", 403, "no-mandate", type="11100000999901153M001"),
    issuing("an unknown item", 422, WRONG, "fields.seal_id", fields={"seal_id": CANARY}),
    issuing("an item that is a list", 422, "invalid-request", "fields.address", fields={"address": [CANARY]}),
    issuing("bidi override", 422, WRONG, "number", number=f"{CANARY_ASCII}{BIDI}1"),
    issuing("zero width", 422, WRONG, "number", number=f"{CANARY_ASCII}{ZERO_WIDTH}1"),
    issuing("a NUL", 422, WRONG, "number", number=f"{CANARY_ASCII}{NUL}1"),
    issuing("private use", 422, WRONG, "number", number=f"{CANARY_ASCII}{PRIVATE}1"),
    issuing("a line break for the logs", 422, WRONG, "number", number=f"{CANARY_ASCII}\r\nfake"),
    Bad(
        "a lone surrogate",
        LICENCES,
        422,
        "invalid-request",
        content=b'{"type":"\\ud800","number":"1","issued_on":"2026-01-01","area_code":"530199"}',
        headers=JSON,
        field="type",
    ),
    # --- addresses
    Bad("an address that leads nowhere", "/api/v1/licence", 404, "no-such-address", method="GET"),
    Bad("a trailing slash", "/api/v1/types/", 404, "no-such-address", method="GET"),
    Bad("a wrong method", "/api/v1/types", 405, "method-not-allowed", json={}),
    Bad("deleting a licence", "/api/v1/licences/{licence}", 405, "method-not-allowed", method="DELETE"),
    Bad("SQL for an identifier", f"{LICENCES}/{SQL}", 404, "not-found", method="GET"),
    Bad("bidi for an identifier", f"{LICENCES}/{BIDI}", 404, "not-found", method="GET"),
    Bad("NUL for an identifier", f"{LICENCES}/%00", 404, "not-found", method="GET"),
    Bad("a long identifier", f"{LICENCES}/{'1' * 3000}", 404, "not-found", method="GET"),
    Bad("a wrong check character", "{licence}?", 404, "not-found", method="GET"),
    Bad("a file that is none", "/api/v1/licences/{licence}/files/key.pem", 404, "not-found", method="GET"),
    Bad(
        "a path upwards",
        "/api/v1/licences/{licence}/files/..%2f..%2fetc%2fpasswd",
        404,
        "no-such-address",
        method="GET",
    ),
    Bad("a list of letters", "/status/abc", 404, "not-found", method="GET"),
    Bad("a list beyond numbers", "/status/99999999999999999999", 404, "not-found", method="GET"),
    Bad("a list that is not there", "/status/77", 404, "list-unknown", method="GET"),
    Bad("a second form that is not there", "/status/77/bitstring", 404, "list-unknown", method="GET"),
    Bad("a time beyond time", "/status/0?time=1e300", 422, "invalid-request", method="GET", field="time"),
    Bad("a tile that is none", "/log/tile/0/../../x", 404, "no-such-address", method="GET"),
    Bad("a tile upwards", "/log/tile/0/..%2fx", 422, "tile-path", method="GET"),
    Bad("a commitment that is none", "/log/proof/inclusion?commitment=" + SQL, 422, "invalid-request", method="GET"),
    Bad("a note that is none", "/log/cosignatures", 422, "note", content=b"note", headers=NOTE),
    Bad("a note with a NUL", "/log/cosignatures", 422, "note", content=b"a\x00\n\n\xe2\x80\x94 b c\n", headers=NOTE),
    Bad("a long note", "/log/cosignatures", 413, "too-large", content=b"x" * 17_000, headers=NOTE),
    Bad("a note as JSON", "/log/cosignatures", 422, "invalid-request", json={}),
    Bad("a proof for the future", "/log/proof/consistency?old=1&new=999999", 404, "no-checkpoint", method="GET"),
    # --- acts
    acting("an unknown kind", 422, "invalid-request", "kind", kind="forgive"),
    acting("an unknown ground", 422, "ground-unknown", ground=CANARY),
    acting("a ground for other acts", 422, "ground-kind", ground="fraud"),
    acting("no reason where one is needed", 422, "reason-missing", "reason", ground="other"),
    acting("a long reason", 422, "too-long", "reason", reason=CANARY_ASCII * 40),
    acting("a reason with bidi", 422, "format-character", "reason", reason=f"{CANARY}{BIDI}"),
    acting("an act on behalf of others", 422, "invalid-request", "by", by="jyj"),
    acting("a time without zone", 422, "invalid-request", "effective_at", effective_at="2026-12-01T00:00:00"),
    acting("a day for a time", 422, "invalid-request", "effective_at", effective_at="2026-12-01"),
    acting("a number for a time", 422, "invalid-request", "effective_at", effective_at=1_795_000_000),
    acting("a number in a text", 422, "invalid-request", "effective_at", effective_at="1795000000"),
    acting("a thirteenth month", 422, "invalid-request", "effective_at", effective_at="2026-13-01T00:00:00Z"),
    acting("before all calendars", 422, "invalid-request", "decided_at", decided_at="0001-01-01T00:00:00+14:00"),
    acting("after all calendars", 422, "invalid-request", "effective_at", effective_at="9999-12-31T23:59:59-14:00"),
    acting("a zone that is none", 422, "invalid-request", "effective_at", effective_at="2026-12-01T00:00:00+99:99"),
    acting("decided tomorrow", 422, "act-times", decided_at="2027-01-01T00:00:00Z"),
    acting("a penalty that reaches back", 409, "not-retroactive", effective_at="2026-01-01T00:00:00Z"),
    acting("a penalty that is nobody's decision", 422, "control-character", "decision", decision="a\x07b"),
    acting("a reversal of nothing", 422, "act-reversal", reverses=7),
    acting("a reversal of the act before the first", 422, "invalid-request", "reverses", reverses=0),
    acting(
        "an annulment that reaches back, by one",
        409,
        "needs-second-person",
        kind="rescind",
        ground="fraud",
        effective_at="2026-11-20T00:00:00Z",
    ),
    ordering("an order on nothing", 422, "invalid-request", "identifiers", identifiers=[]),
    ordering("an order on half an identifier", 422, "act-order-refused", identifiers=[CANARY]),
    ordering("an order on one licence twice", 422, "act-order-refused", "identifiers", identifiers=["{licence}"] * 2),
    ordering("an order without a licence", 422, "invalid-request", "identifiers", identifiers=...),
    ordering("an order of an unknown kind", 422, "invalid-request", "kind", kind="forgive"),
    ordering("an order on an unknown ground", 422, "ground-unknown", ground=CANARY),
    ordering("an order with a note that cannot be kept", 422, "act-order-refused", "reason", note=f"a{BIDI}"),
    Bad("a step that is none", f"{ORDERS}/00/steps", 422, "invalid-request", json={"step": "sign"}, field="step"),
    Bad("a step on no order", f"{ORDERS}/00/steps", 404, "not-found", json={"step": "approve"}),
    Bad("an order of no number", f"{ORDERS}/XX", 404, "not-found", method="GET"),
    Bad("asked about no day", PAST.format("gestern"), 422, "not-a-time", method="GET"),
    Bad("asked about a time without zone", PAST.format("2026-11-21T12:00:00"), 422, "not-a-time", method="GET"),
    Bad("asked about a day of no calendar", PAST.format("2026-02-30"), 422, "not-a-time", method="GET"),
    acting("lifting what was not suspended", 409, "standing-move", kind="reinstate", ground="rectified"),
    # --- citations
    Bad("NUL for a case", "/api/v1/cases/%00/citations", 404, "not-found", method="GET", login="window"),
    Bad("SQL for a case", f"/api/v1/cases/{SQL}/citations", 404, "not-found", method="GET", login="window"),
    Bad("NUL for a citation", "/api/v1/citations/%00/receipt", 404, "not-found", method="GET", login="window"),
    citing("an officer who is somebody else", 422, "invalid-request", "officer", officer=CANARY),
    citing("an unknown matter", 404, "no-such-requirement", matter_code="11530199MB0T35T369999999999999999"),
    citing("a case that cites nothing held", 404, "nothing-held", holder_code="91530199MA6RT5X39X"),
    citing("an identifier mistyped", 422, "malformed-request", identifier="1.2.156.3005.2.X"),
    citing("SQL for a matter", 422, "malformed-request", matter_code=SQL),
    citing("a consent nobody gave", 422, "invalid-request", "consent.mode", consent={"mode": "loan", "reference": "x"}),
    citing(
        "a consent after all calendars",
        422,
        "invalid-request",
        "consent.valid_until",
        consent={"mode": "holder", "reference": "SQ-1", "valid_until": "9999-12-31T23:59:59-14:00"},
    ),
    # --- verifications that are no submissions
    Bad("nothing to verify", VERIFICATIONS, 422, "invalid-request", json={}, login=None),
    Bad("two questions", VERIFICATIONS, 422, "invalid-request", json={"code": "a", "identifier": "b"}, login=None),
    Bad("a policy of one's own", VERIFICATIONS, 422, "invalid-request", json={"identifier": "1", "policy": "none"}),
    Bad("no JSON to verify", VERIFICATIONS, 422, "invalid-request", content=b"{", headers=JSON, field="body"),
    Bad("deep JSON to verify", VERIFICATIONS, 422, "invalid-request", content=deep(20_000), headers=JSON),
    Bad("long JSON to verify", VERIFICATIONS, 413, "too-large", content=b'"' + b"x" * 70_000 + b'"', headers=JSON),
    Bad("a code that is long", VERIFICATIONS, 422, "invalid-request", json={"code": "9" * 5000}, field="code"),
    Bad(
        "text to verify",
        VERIFICATIONS,
        415,
        "unsupported-media-type",
        content=b"x",
        headers={"Content-Type": "text/plain"},
    ),
    Bad(
        "a form without boundary",
        VERIFICATIONS,
        400,
        "malformed-request",
        content=b"x",
        headers={"Content-Type": "multipart/form-data"},
    ),
    Bad(
        "a form that breaks off",
        VERIFICATIONS,
        422,
        "invalid-request",
        content=b"--b\r\nContent-Disposition: form-data; na",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        field="file",
    ),
    Bad(
        "a form with another boundary",
        VERIFICATIONS,
        400,
        "malformed-request",
        content=b"--c\r\n\r\nx\r\n--c--",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    ),
    Bad("a file by another name", VERIFICATIONS, 422, "invalid-request", files={"licence": b"x"}, field="file"),
    Bad("two files", VERIFICATIONS, 400, "malformed-request", files=[("file", b"a"), ("file", b"b")]),
    Bad("a text for a file", VERIFICATIONS, 422, "invalid-request", files={"file": (None, CANARY)}, field="file"),
]
GOOD_BODIES: dict[str, dict[str, Any]] = {
    LICENCES: {
        "type": TYPE,
        "number": "YL0000000000",
        "issued_on": "2026-03-18",
        "area_code": "530199",
        "holders": [FIRM],
        "fields": {"legal_representative": "沈砚秋"},
    },
    ACTS: {"kind": "suspend", "ground": "other", "reason": "说明", "effective_at": "2027-01-01T00:00:00Z"},
    CITE: citing("", 0, "").json,
    VERIFICATIONS: {"identifier": "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"},
}
