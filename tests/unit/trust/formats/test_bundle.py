"""Evidence bundles: parts come back as they were, with an expiry and within bounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from trust.errors import Malformed
from trust.formats.bundle import MAX_BUNDLE, Bundle, decode_bundle, earliest, encode_bundle

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
BUNDLE = Bundle(
    made_at=AT,
    expires_at=AT + timedelta(hours=12),
    trust_list=b"trust",
    certificates=(b"one", b"two"),
    crls=(),
    status_lists=(bytes(300),),
    checkpoint="日志\n".encode(),
)


@pytest.mark.parametrize("bundle", [BUNDLE, replace(BUNDLE, certificates=(), status_lists=(), checkpoint=b"")])
def test_a_bundle_comes_back(bundle: Bundle) -> None:
    assert decode_bundle(encode_bundle(bundle)) == bundle


def test_it_expires_with_the_first_of_its_parts() -> None:
    assert earliest([AT + timedelta(hours=2), AT, AT + timedelta(hours=1)]) == AT
    with pytest.raises(Malformed, match="bundle-expiry"):
        earliest([])


def test_a_bundle_that_is_expired_when_made_is_refused() -> None:
    expired = replace(BUNDLE, expires_at=AT)
    with pytest.raises(Malformed, match="bundle-expiry"):
        encode_bundle(expired)
    text = encode_bundle(BUNDLE).replace(b'"expires_at":"2026-03-01T20', b'"expires_at":"2026-03-01T07')
    with pytest.raises(Malformed, match="bundle-expiry"):
        decode_bundle(text)


def test_too_much_is_refused() -> None:
    with pytest.raises(Malformed, match="too-large"):
        encode_bundle(replace(BUNDLE, status_lists=(bytes(50 * 1024 * 1024),)))
    with pytest.raises(Malformed, match="bundle-parts"):
        encode_bundle(replace(BUNDLE, crls=(b"",) * 10_001))
    with pytest.raises(Malformed, match="too-large"):
        decode_bundle(bytes(MAX_BUNDLE + 1))


GOOD = encode_bundle(BUNDLE)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{}",
        GOOD[:-1],
        GOOD + b"\n",
        GOOD.replace(b"bundle/1", b"bundle/2"),
        GOOD.replace(b'"crls":[]', b'"crls":{}'),
        GOOD.replace(b'"crls":[]', b'"crls":[1]'),
        GOOD.replace(b'"crls":[]', b'"crls":["A"]'),
        GOOD.replace(b'"crls":[],', b""),
        GOOD.replace(b'"made_at":"2026', b'"made_at":"20x6'),
    ],
)
def test_other_octets_are_no_bundle(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_bundle(octets)
