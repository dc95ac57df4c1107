"""Signature.xml as we write it for documents of any origin, and its place in the list of signatures.

The form is that of our licences (GB/T 33190-2016 chapter 18, reconstructed): absolute references in order, SM3 by its
object identifier, one `StampAnnot` per picture shown. Other than there, several pictures may be shown, each with a
`Clip` where only a strip of it is seen, and a signature without a seal (`Type="Sign"`) shows none. The mark in
Provider/@Version differs from that of licences, because a document of others is not in the form of our licences; a
reader knows by it that this signature must be in our strict spelling all the same.

Ids: numbers go on behind the highest one used by any signature or picture of the list, in the spelling found there
(`7`, `007`, `s007`).
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from trust.errors import Malformed
from trust.formats.der import time_text
from trust.formats.ofd.signature import SM3
from trust.formats.ofd.splicing import Spot, outline
from trust.formats.ofd.write_page import boxed
from trust.formats.ofd.xml import document, element
from trust.formats.ses import SM2_WITH_SM3

SEAL_MARK = "yinzheng-seal/1"
"""Provider/@Version of every signature we add to a document."""

SignatureType = Literal["Seal", "Sign"]
STYLE = re.compile(r"(s?)([0-9]{1,9})")


@dataclass(frozen=True)
class StampOnPage:
    """One picture: the object id of its page, its box `x y w h`, and the part of it that is seen, relative to it."""

    page_ref: str
    box: tuple[float, float, float, float]
    clip: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class SealingRecord:
    """What Signature.xml says; `digests` maps entry names to SM3, `ids` are those of the stamps."""

    provider: str
    at: datetime
    digests: Mapping[str, bytes]
    stamps: tuple[StampOnPage, ...]
    ids: tuple[str, ...]
    value: str


def sealing_record_xml(record: SealingRecord) -> bytes:
    """Signature.xml."""
    references = [
        element(
            "Reference",
            {"FileRef": f"/{name}"},
            element("CheckValue", None, b64encode(record.digests[name]).decode("ascii")),
        )
        for name in sorted(record.digests)
    ]
    info = element(
        "SignedInfo",
        None,
        element("Provider", {"ProviderName": record.provider, "Version": SEAL_MARK}),
        element("SignatureMethod", None, SM2_WITH_SM3),
        element("SignatureDateTime", None, time_text(record.at)),
        element("References", {"CheckMethod": SM3}, *references),
        *(stamp_xml(number, stamp) for number, stamp in zip(record.ids, record.stamps, strict=True)),
    )
    return document("Signature", {}, [info, element("SignedValue", None, f"/{record.value}")])


def stamp_xml(number: str, stamp: StampOnPage) -> str:
    """One StampAnnot."""
    attributes = {"ID": number, "PageRef": stamp.page_ref, "Boundary": boxed(*stamp.box)}
    if stamp.clip:
        attributes["Clip"] = boxed(*stamp.clip)
    return element("StampAnnot", attributes)


def further_ids(used: Sequence[str], count: int) -> tuple[str, ...]:
    """The next `count` ids behind those used.

    Raises:
        Malformed: `signature-ids`, the numbers in use are too high to go on.

    """
    styles = [match for match in map(STYLE.fullmatch, used) if match]
    last = max((int(match[2]) for match in styles), default=0)
    prefix, width = (styles[-1][1], len(styles[-1][2])) if styles else ("", 1)
    if last + count >= 10**9:
        raise Malformed("signature-ids", "the ids in use leave no room")
    return tuple(f"{prefix}{number:0{width}d}" for number in range(last + 1, last + 1 + count))


def ids_in(octets: bytes) -> Iterable[str]:
    """The ids that a list of signatures itself states as its highest."""
    return [octets[spot.start : spot.end].decode("utf-8").strip() for spot in outline(octets) if is_highest(spot)]


def is_highest(spot: Spot) -> bool:
    """Whether an element is MaxSignId."""
    return spot.depth == 1 and spot.local == "MaxSignId"


def new_list(number: str, kind: SignatureType, location: str, highest: str) -> bytes:
    """A Signatures.xml with one signature."""
    record = element("Signature", {"ID": number, "Type": kind, "BaseLoc": f"/{location}"})
    return document("Signatures", {}, [element("MaxSignId", None, highest), record])
