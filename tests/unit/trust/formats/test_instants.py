"""Instants from JSON: with a zone, in the form, in our years; nothing is guessed."""

from datetime import UTC, datetime

import pytest

from trust.errors import Malformed
from trust.formats.instants import read_instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T12:00:00+08:00", datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ("2026-11-21T04:00:00Z", datetime(2026, 11, 21, 4, tzinfo=UTC)),
        ("2026-11-21t04:00:00.25z", datetime(2026, 11, 21, 4, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-01-01T00:00:00+08:00", datetime(2025, 12, 31, 16, tzinfo=UTC)),
        ("2024-02-29T23:59:59-11:30", datetime(2024, 3, 1, 11, 29, 59, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant
    assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-21T12:00:00", "instant-zone"),
        ("2026-11-21", "instant-form"),
        ("2026-11-21 12:00:00Z", "instant-form"),
        ("2026-11-21T12:00Z", "instant-form"),
        ("2026-11-21T12:00:00+0800", "instant-form"),
        ("2026-02-29T12:00:00Z", "instant-form"),
        ("2026-11-21T24:01:00Z", "instant-form"),
        ("2026-11-21T12:00:00+99:00", "instant-form"),
        ("\uff12\uff10\uff12\uff16-11-21T12:00:00Z", "instant-form"),
        ("2026-11-21T12:00:00Z\n", "instant-form"),
        ("1795000000", "instant-form"),
        ("", "instant-form"),
        (1_795_000_000, "instant-form"),
        (True, "instant-form"),
        (None, "instant-form"),
        ("0001-01-01T00:00:00+14:00", "instant-range"),
        ("9999-12-31T23:59:59-14:00", "instant-range"),
    ],
)
def test_everything_else_is_refused(text: object, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_instant(text)
    assert refused.value.reason == reason
