"""Evidence bundle 离线核验包: everything a verifier without a network needs, in one file with an expiry.

A bundle carries the signed trust list, certificates, certificate revocation lists, signed status lists and a log
checkpoint. Each part is signed by itself and says itself until when it holds; the bundle's own signature would add
nothing, and its `expires_at` (the earliest of its parts) is for people and for planning, not evidence. A verifier
reads the parts as if it had fetched them.

    {"certificates":["MIIB…"],"checkpoint":"eWlu…","crls":[…],"expires_at":"2026-03-01T20:00:00Z",
     "format":"yinzheng-bundle/1","made_at":"…","status_lists":[…],"trust_list":"0oRN…"}
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.formats.canonical_json import (
    base64_of,
    decode_json,
    encode_json,
    instant_from,
    octets_from,
    require,
    text_of,
)

FORMAT = "yinzheng-bundle/1"
MAX_BUNDLE = 64 * 1024 * 1024
MAX_PARTS = 10_000
_NAMES = frozenset(
    {"certificates", "checkpoint", "crls", "expires_at", "format", "made_at", "status_lists", "trust_list"}
)


@dataclass(frozen=True)
class Bundle:
    """The parts as the octets in which they were published; certificates and revocation lists in DER."""

    made_at: datetime
    expires_at: datetime
    trust_list: bytes
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    status_lists: tuple[bytes, ...]
    checkpoint: bytes


def earliest(next_updates: Iterable[datetime]) -> datetime:
    """When a bundle of parts with these next updates expires.

    Raises:
        Malformed: `bundle-expiry`, no part says until when it holds.

    """
    expiry = min(next_updates, default=None)
    if expiry is None:
        raise Malformed("bundle-expiry", "no part has a next update")
    return expiry


def encode_bundle(bundle: Bundle) -> bytes:
    """The octets of the file.

    Raises:
        Malformed: `bundle-expiry`, it would be expired when made; `too-large`.

    """
    _check(bundle)
    octets = encode_json(
        {
            "certificates": [base64_of(part) for part in bundle.certificates],
            "checkpoint": base64_of(bundle.checkpoint),
            "crls": [base64_of(part) for part in bundle.crls],
            "expires_at": text_of(bundle.expires_at),
            "format": FORMAT,
            "made_at": text_of(bundle.made_at),
            "status_lists": [base64_of(part) for part in bundle.status_lists],
            "trust_list": base64_of(bundle.trust_list),
        }
    )
    if len(octets) > MAX_BUNDLE:
        raise Malformed("too-large", f"more than {MAX_BUNDLE} octets")
    return octets


def decode_bundle(octets: bytes) -> Bundle:
    """The bundle in a file; its parts are not looked into.

    Raises:
        Malformed: not exactly what `encode_bundle` writes.

    """
    value = decode_json(octets, limit=MAX_BUNDLE)
    require(value, _NAMES)
    if value["format"] != FORMAT:
        raise Malformed("bundle-format", "not a bundle of this version")
    bundle = Bundle(
        made_at=instant_from(value["made_at"]),
        expires_at=instant_from(value["expires_at"]),
        trust_list=octets_from(value["trust_list"]),
        certificates=_parts(value["certificates"]),
        crls=_parts(value["crls"]),
        status_lists=_parts(value["status_lists"]),
        checkpoint=octets_from(value["checkpoint"]),
    )
    _check(bundle)
    return bundle


def _parts(value: object) -> tuple[bytes, ...]:
    if type(value) is not list or len(value) > MAX_PARTS:
        raise Malformed("bundle-parts", f"a list of at most {MAX_PARTS} parts was expected")
    return tuple(map(octets_from, value))


def _check(bundle: Bundle) -> None:
    if bundle.expires_at <= bundle.made_at:
        raise Malformed("bundle-expiry", "the bundle expires before it is made")
    if max(len(bundle.certificates), len(bundle.crls), len(bundle.status_lists)) > MAX_PARTS:
        raise Malformed("bundle-parts", f"more than {MAX_PARTS} parts of one kind")
