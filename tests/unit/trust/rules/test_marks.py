"""Words that only the system sets on a face."""

from datetime import UTC, datetime, timedelta

import pytest

from trust.rules.annotated_copy import CopyNote
from trust.rules.annotation import annotation
from trust.rules.conversion import Conversion, Grade
from trust.rules.identifier import parse
from trust.rules.marks import reserved_words
from trust.rules.status_pointer import StatusPointer

ORIGINAL = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


@pytest.mark.parametrize("text", ["证据等级：A", "证 据 等\u3000级 A", "（存量转换）", "加注件", "本证据等级"])
def test_reserved(text: str) -> None:
    assert reserved_words(text)


@pytest.mark.parametrize("text", ["", "证据", "等级：A", "存量", "转换", "颁发机构"])
def test_free(text: str) -> None:
    assert reserved_words(text) == []


def test_what_the_system_itself_sets_is_among_them() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    note = CopyNote(
        parse(ORIGINAL), StatusPointer(0, 1), at, "某局", "某行", "开户", at + timedelta(days=1), "citation:1"
    )
    assert reserved_words(annotation(note))
    assert reserved_words(Conversion(Grade.D, "云岭市档案馆").line)
