"""The verifying API: verdicts for everybody, lines for the circle that may read them, evidence to carry away."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Timer
from typing import Any

import pytest

from issuer.issuing import Issued
from tests.api_parts import Api, identifier_of, is_problem, pour
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.pdf_sealing_parts import seal as seal_pdf
from tests.sealing_parts import seal_on
from trust.formats.bundle import decode_bundle
from trust.formats.token import to_base45_text, to_text
from trust.rules.identifier import LicenceIdentifier
from trust.rules.standing import ActKind
from verifier import http as verifier_http
from verifier.document_report import MOST_LISTED, document_as_json
from verifier.evidence import weigh
from verifier.http import MAX_BODY, MAX_HEARD, MAX_LET_BY, MAX_TOGETHER
from verifier.recognising import MAX_FILE
from verifier.submissions import VerificationView
from verifier.verifying import verify_file

ADDRESS = "/api/v1/verifications"
NOBODYS = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def teacher(api: Api) -> Issued:
    """A licence of a person, with a person's name and number on it."""
    return api.issue("teacher-qualification")


def ask(api: Api, **given: Any) -> dict[str, Any]:
    answer = api.client.post(ADDRESS, **given)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    VerificationView.model_validate(body)  # what the description promises
    return body


def shown(verdict: dict[str, Any]) -> dict[str, str]:
    return {row["key"]: row["text"] for row in verdict["shown"]["rows"]}


def test_a_file_a_code_and_an_identifier_agree(api: Api, teacher: Issued) -> None:
    identifier = identifier_of(teacher)
    verdicts = [
        ask(api, files={"file": ("licence.ofd", teacher.ofd)}),
        ask(api, files={"file": ("licence.pdf", teacher.pdf)}),
        ask(api, json={"code": to_text(teacher.token, "https://elsewhere.example")}),
        ask(api, json={"code": to_base45_text(teacher.token)}),
        ask(api, json={"identifier": identifier}),
    ]
    assert [one["indication"] for one in verdicts] == ["PASSED"] * 5
    assert {one["subject"] for one in verdicts} == {identifier}
    assert [one["shown"]["circle"] for one in verdicts] == ["scan"] * 4 + ["public"]
    assert verdicts[0]["digest"] != verdicts[1]["digest"]
    assert all(finding["step"] in range(11) for one in verdicts for finding in one["findings"])
    told = [{finding["name"]: finding["detail"] for finding in one["findings"]} for one in verdicts]
    assert all("共同签名的见证方：没有。" in one["log-not-cosigned"] for one in told)
    assert "共同签名的见证方：没有。" in api.client.post("/verify", data={"identifier": identifier}).text


@pytest.mark.parametrize("data", [seal_on(letter()), seal_pdf(page(pages=2))], ids=["ofd", "pdf"])
def test_a_sealed_document_is_told_signature_by_signature(api: Api, data: bytes) -> None:
    body = ask(api, files={"file": ("letter", data)})
    document, (one,) = body["document"], body["document"]["signatures"]
    assert (body["indication"], body["policy"]) == ("INDETERMINATE", "document-online-1")
    assert document["pages"][0][0] == pytest.approx(210, abs=0.2)
    assert (one["seal"]["version"], one["seal"]["type"], one["sealed_at"]) == (4, 1, None)
    assert one["signer"]
    assert one["maker"]
    assert (one["boxes"][0]["page"], one["boxes"][0]["width"]) == (1, 42)
    assert (one["covers_count"], one["uncovered_count"]) == (len(one["covers"]), len(one["uncovered"]))
    own = [found for found in body["findings"] if found.get("signature") == one["name"]]
    assert sorted(own, key=str) == sorted(one["findings"], key=str)
    assert [found for found in body["findings"] if "signature" not in found]


def test_a_licence_has_no_document(api: Api, teacher: Issued) -> None:
    assert "document" not in ask(api, files={"file": ("licence.ofd", teacher.ofd)})


def test_long_lists_are_cut_and_counted(api: Api) -> None:
    found = api.yinzheng.verify_file(seal_on(letter())).document
    assert found is not None
    facts = replace(found.signatures[0].facts, covers=tuple(f"entry-{number}" for number in range(999)))
    (one,) = document_as_json(replace(found, signatures=(replace(found.signatures[0], facts=facts),)))["signatures"]  # type: ignore[misc]  # an object to the type checker
    assert (len(one["covers"]), one["covers_count"]) == (MOST_LISTED, 999)


def test_a_person_is_masked_in_every_circle(api: Api, teacher: Issued) -> None:
    holder = teacher.entry.licence.holders[0]
    for given in ({"files": {"file": teacher.ofd}}, {"json": {"identifier": identifier_of(teacher)}}):
        answer = api.client.post(ADDRESS, **given)
        lines = " ".join(shown(answer.json()).values())
        assert holder.name not in lines
        assert holder.code not in answer.text
        assert "**" in lines


def test_the_narrower_circle_sees_more(api: Api, teacher: Issued) -> None:
    by_number = shown(ask(api, json={"identifier": identifier_of(teacher)}))
    by_file = shown(ask(api, files={"file": teacher.ofd}))
    assert by_number.keys() <= by_file.keys()
    assert by_number["number"] != by_file["number"]


def test_an_identifier_sent_as_a_code_does_not_widen_the_circle(api: Api, teacher: Issued) -> None:
    assert ask(api, json={"code": identifier_of(teacher)})["shown"]["circle"] == "public"


def test_unknown_and_not_released_are_one_answer(api: Api, teacher: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    own = teacher.entry.licence.identifier
    unknown = ask(api, json={"identifier": str(LicenceIdentifier(own.type_code, own.issuer_code, "0" * 20))})
    assert (unknown["indication"], [one["name"] for one in unknown["findings"]]) == ("INDETERMINATE", ["not-found"])
    assert "shown" not in unknown

    def broken(*_: object) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(api.city.blobs, "put_many", broken)
    headers = api.as_("scjg", Idempotency_Key=api.key())
    body = api.application(number="YL-HIDDEN-0001")
    assert is_problem(api.client.post("/api/v1/licences", json=body, headers=headers), 503, "storage")
    with api.city.engine.connect() as connection:
        query = "SELECT identifier FROM licence WHERE number = 'YL-HIDDEN-0001'"
        identifier = connection.exec_driver_sql(query).scalar_one()
    hidden = ask(api, json={"identifier": identifier})
    assert hidden | {"subject": ""} == unknown | {"subject": ""}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"identifier": "1.2.156.3005.2.11100000MB0143028R001.11530199MB0T35T1XE.X0YHG8PGT5HTK7Q7X9H4.001.3"}, None),
        ({"code": "https://elsewhere.example/q#12345"}, None),
        ({"code": "EL1:%%%"}, None),
    ],
)
def test_words_that_are_nearly_right_get_a_verdict(api: Api, words: dict[str, str], reason: str | None) -> None:
    verdict = ask(api, json=words)
    assert verdict["indication"] == "FAILED"
    assert "shown" not in verdict


def test_words_that_are_nothing_are_a_problem(api: Api) -> None:
    assert is_problem(api.client.post(ADDRESS, json={"code": "你好"}), 422, "not-understood")


def test_a_forged_file_lends_its_words_no_voice(api: Api, teacher: Issued) -> None:
    forged = bytearray(teacher.ofd)
    forged[len(forged) // 2] ^= 1
    verdict = ask(api, files={"file": bytes(forged)})
    assert verdict["indication"] == "FAILED"
    assert "shown" not in verdict


def test_a_revoked_licence_is_shown_as_what_it_is(api: Api) -> None:
    issued = api.issue("food-operation")
    api.city.act(ActKind.REVOKE, issued, "penalty", reason="内部案号")
    answer = api.client.post(ADDRESS, files={"file": issued.ofd})
    assert answer.json()["indication"] == "FAILED"
    assert "吊销" in shown(answer.json())["standing"]
    assert "内部案号" not in answer.text


@pytest.mark.parametrize("size", [MAX_FILE + 1, MAX_BODY + 1, MAX_FILE * 2])
def test_what_is_too_large_gets_a_verdict(api: Api, size: int) -> None:
    verdict = ask(api, files={"file": b"%PDF-" + bytes(size - 5)})
    assert (verdict["indication"], [one["name"] for one in verdict["findings"]]) == ("INDETERMINATE", ["too-large"])


def test_an_empty_file_is_no_submission(api: Api) -> None:
    answer = api.client.post(ADDRESS, files={"file": ("licence.ofd", b"")})
    assert is_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"] == [{"field": "file", "reason": "empty_file"}]


def test_the_largest_file_is_looked_at(api: Api) -> None:
    verdict = ask(api, files={"file": b"x" * MAX_FILE})
    assert [one["name"] for one in verdict["findings"]] == ["unrecognised"]


def test_who_does_not_end_is_cut_off(api: Api) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    poured = pour(api, ADDRESS, {"Content-Type": "multipart/form-data; boundary=b"}, head)
    assert (poured.status, poured.headers["connection"]) == (200, "close")
    assert json.loads(poured.body)["findings"][0]["name"] == "too-large"
    assert MAX_HEARD < poured.taken < MAX_HEARD + 2 * 65_536


def test_who_claims_too_much_is_not_heard(api: Api) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(MAX_LET_BY + 1)}
    verdict = api.client.post(ADDRESS, content=b"--b", headers=headers).json()
    assert verdict["findings"][0]["name"] == "too-large"
    assert MAX_BODY < MAX_TOGETHER


def test_uploads_together_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.http.MAX_TOGETHER", 100_000)
    refused = api.client.post(ADDRESS, files={"file": bytes(200_000)})
    assert is_problem(refused, 503, "busy")
    assert refused.headers["retry-after"] == "5"
    for _ in range(5):  # what was taken is given back, also by those who were refused
        assert ask(api, files={"file": bytes(60_000)})["indication"] == "FAILED"


@pytest.mark.parametrize("address", [ADDRESS, "/verify"])
def test_files_examined_together_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("verifier.http.PATIENCE_S", 0.1)
    taken = [verifier_http.TURNS.acquire(blocking=False) for _ in range(verifier_http.AT_ONCE)]
    assert all(taken)
    try:
        refused = api.client.post(address, files={"file": b"any file"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert ask(api, json={"identifier": NOBODYS})["indication"] == "INDETERMINATE"
    finally:
        for _ in taken:
            verifier_http.TURNS.release()
    for _ in range(2 * verifier_http.AT_ONCE):
        assert ask(api, files={"file": b"any file"})["indication"] == "FAILED"


def test_who_waits_for_a_turn_gets_it(api: Api) -> None:
    for _ in range(verifier_http.AT_ONCE):
        assert verifier_http.TURNS.acquire(blocking=False)
    later = Timer(0.3, verifier_http.TURNS.release, [verifier_http.AT_ONCE])
    later.start()
    assert ask(api, files={"file": b"any file"})["indication"] == "FAILED"
    later.join()


def test_the_bundle_carries_everything_to_verify_offline(api: Api, teacher: Issued) -> None:
    answer = api.client.get("/api/v1/evidence-bundle")
    bundle = decode_bundle(answer.content)
    now = api.city.clock()
    evidence = weigh(bundle, api.yinzheng.anchors, now)
    assert verify_file(teacher.ofd, evidence, now=now, online=None).verdict.indication.value == "PASSED"
    assert bundle.expires_at > now


def test_a_bundle_that_has_not_changed_is_not_sent_again(api: Api) -> None:
    first = api.client.get("/api/v1/evidence-bundle")
    api.city.clock.forward(seconds=5)
    again = api.client.get("/api/v1/evidence-bundle", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    api.city.act(ActKind.SUSPEND, api.issue(), "penalty")
    changed = api.client.get("/api/v1/evidence-bundle", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_stale_evidence_is_no_evidence(api: Api, teacher: Issued) -> None:
    before = api.city.clock()
    try:
        api.city.clock.forward(days=2)
        verdict = ask(api, files={"file": teacher.ofd})
    finally:
        api.city.clock.at = before
    assert verdict["indication"] == "INDETERMINATE"
    assert "status-stale" in {one["name"] for one in verdict["findings"]}
    assert "shown" not in verdict
    assert datetime.fromisoformat(verdict["at"]).tzinfo is UTC
