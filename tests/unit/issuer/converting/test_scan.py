"""A scan is what its first octets say, within bounds, and nothing besides; decided before anything is decoded."""

import struct
import zlib

import pytest

from issuer.converting.errors import ScanRefused
from issuer.converting.scan import MAX_SCAN, kind_of
from tests.stock_parts import pdf, picture


def bomb(columns: int, rows: int) -> bytes:
    """A PNG whose header claims what it does not hold."""
    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )  # fmt: skip


def test_the_three_kinds() -> None:
    assert [kind_of(one) for one in (pdf(), picture("PNG"), picture("JPEG"))] == ["pdf", "png", "jpeg"]


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "scan-form"),
        (b"GIF89a" + bytes(100), "scan-form"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100), "scan-form"),  # JPEG 2000
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "scan-form"),
        (b"PK\x03\x04" + bytes(100), "scan-form"),
        (pdf()[:-200], "scan-form"),
        (b"%PDF-1.7\n", "scan-form"),
        (b"\x89PNG\r\n\x1a\n", "scan-form"),
        (b"\xff\xd8\xff\xd9", "scan-form"),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(40), "scan-form"),
        (bomb(50_000, 50_000), "scan-dots"),
        (bomb(0, 10), "scan-dots"),
        (bomb(12_001, 1), "scan-dots"),
        (bomb(8_000, 8_000), "scan-dots"),
        (picture("PNG") + b"%PDF-1.7 ...", "scan-tail"),
        (picture("JPEG") + b"PK\x03\x04", "scan-tail"),
        (picture("JPEG")[:-2], "scan-tail"),
        (b"%PDF-" + bytes(MAX_SCAN), "scan-too-large"),
    ],
    ids=range(18),
)
def test_what_is_no_scan(octets: bytes, reason: str) -> None:
    with pytest.raises(ScanRefused) as refused:
        kind_of(octets)
    assert refused.value.reason == reason
