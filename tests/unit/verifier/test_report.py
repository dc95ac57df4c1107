"""The verdict as JSON: the members, their order and their types are a promise to whoever reads them by machine."""

import json
from datetime import UTC, datetime, timedelta, timezone

from trust.rules.verdict import ONLINE, Finding, Indication, judge
from verifier.report import as_json

AT = datetime(2026, 11, 21, 4, 0, 1, 999_999, tzinfo=UTC)
FINDINGS = [
    Finding(8, "status", Indication.PASSED, "有效。", 12),
    Finding(1, "recognised", Indication.PASSED, "识别。"),
    Finding(5, "signer-path", Indication.INDETERMINATE, "不知道。", 0),
]


def test_the_members() -> None:
    assert as_json(judge(FINDINGS, ONLINE, at=AT, subject="1.2.156")) == {
        "indication": "INDETERMINATE",
        "policy": "online-1",
        "at": "2026-11-21T04:00:01Z",
        "subject": "1.2.156",
        "findings": [
            {"step": 1, "name": "recognised", "indication": "PASSED", "detail": "识别。"},
            {
                "step": 5,
                "name": "signer-path",
                "indication": "INDETERMINATE",
                "detail": "不知道。",
                "evidence_age_s": 0,
            },
            {"step": 8, "name": "status", "indication": "PASSED", "detail": "有效。", "evidence_age_s": 12},
        ],
    }


def test_it_is_json_with_the_members_in_this_order() -> None:
    text = json.dumps(as_json(judge(FINDINGS, ONLINE, at=AT, subject=None)))
    read = json.loads(text)
    assert list(read) == ["indication", "policy", "at", "subject", "findings"]
    assert list(read["findings"][2]) == ["step", "name", "indication", "detail", "evidence_age_s"]
    assert read["subject"] is None


def test_no_findings_are_an_empty_list() -> None:
    view = as_json(judge([], ONLINE, at=AT, subject=None))
    assert (view["indication"], view["findings"]) == ("INDETERMINATE", [])


def test_the_instant_is_told_in_utc_whatever_its_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert as_json(judge([], ONLINE, at=there, subject=None))["at"] == "2026-11-21T04:00:01Z"
