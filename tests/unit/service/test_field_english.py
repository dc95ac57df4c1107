"""What is wrong with a member is said in both languages, beside its stable reason."""

import pytest

from issuer.errors import ApplicationRefused
from service.field_english import ENGLISH, about
from service.field_words import SENTENCES
from service.problems import problem_of


def test_every_sentence_is_there_in_english() -> None:
    assert ENGLISH.keys() == SENTENCES.keys()
    assert all(text.isascii() or "年" in text or "、" in text for text in ENGLISH.values())
    assert all(text.endswith((".", "?")) for text in ENGLISH.values())


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        ("not-a-date", "请填写真实存在的日期，例如 2026-11-21。", "A date that exists is wanted, like 2026-11-21."),
        ("scan-pages", "扫描件超过 20 页，请分开扫描。", "The scan has more than 20 pages; scan it in parts."),
        ("something else", "内容不合规范，请核对。", "This is not in order."),
    ],
)
def test_a_reason_is_said(reason: str, zh: str, en: str) -> None:
    assert about(reason) == (zh, en)


def test_an_application_that_is_refused_says_why_member_by_member() -> None:
    answer = problem_of(ApplicationRefused([("issued_on", "in-the-future"), ("holder", "missing")])).as_json()
    assert answer["errors"] == [
        {
            "field": "issued_on", "reason": "in-the-future",
            "title": "不能晚于今天。", "detail": "It may not be later than today.",
        },
        {"field": "holder", "reason": "missing", "title": "请填写这一项。", "detail": "This is needed."},
    ]  # fmt: skip
