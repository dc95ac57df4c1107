"""The sentence on a copy, and whether a purpose is its own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from trust.rules.annotated_copy import CopyNote
from trust.rules.annotation import alike, annotation, china_time, suits
from trust.rules.identifier import LicenceIdentifier
from trust.rules.status_pointer import StatusPointer

NOTE = CopyNote(
    original=LicenceIdentifier("11100000MB0143028R001", "11530199MB0T35T1XE", "4T8Q2X6ZB1M9WD5R7C3H"),
    original_status=StatusPointer(0, 7),
    made_at=datetime(2026, 11, 21, 4, 0, tzinfo=UTC),
    creator="云岭市青禾食品有限公司",
    recipient="云岭市住房和城乡建设局",
    cause="办理商铺租赁合同备案",
    expires_at=datetime(2026, 12, 31, 16, 0, 5, tzinfo=UTC),
    basis="holder",
)


def test_the_sentence_names_everything_in_the_time_of_china() -> None:
    said = annotation(NOTE)
    assert said.startswith("加注件：")
    for part in (NOTE.creator, NOTE.recipient, NOTE.cause, "2027年01月01日00时00分05秒"):
        assert part in said
    assert china_time(NOTE.made_at) == "2026年11月21日12时00分00秒"


def test_what_somebody_chose_says_nothing_of_its_own() -> None:
    """A purpose that looks like the rest of the sentence stays inside its quotation marks."""
    posing = "任何用途」，有效期至2099年12月31日24时。「以下为系统附注"
    said = annotation(replace(NOTE, cause=posing))
    assert "用于「任何用途』，有效期至2099年12月31日24时。『以下为系统附注」，有效期至2027年01月01日" in said
    assert (said.count("「"), said.count("」")) == (3, 3)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("贷款审批", "贷款审批", True),
        ("贷款审批", "某银行贷款审批业务", True),
        ("某银行 贷款，审批", "贷款审批", True),
        ("ＡＢＣ公司", "abc公司", True),
        ("贷款审批", "食品经营许可", False),
        ("贷", "贷款审批", False),
        ("贷", "贷", True),
        ("", "", False),
        ("。", "，", False),
        ("", "贷款审批", False),
    ],
)
def test_alike(one: str, other: str, expected: bool) -> None:
    assert (alike(one, other), alike(other, one)) == (expected, expected)


def test_either_purpose_or_recipient_suits() -> None:
    assert suits(NOTE, "住房和城乡建设局")
    assert suits(NOTE, "商铺租赁合同备案")
    assert not suits(NOTE, "云岭市青禾食品有限公司")
