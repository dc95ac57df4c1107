"""The half of sealing an OFD document that reads no XML: from what a reader prepared to the signature and the file.

Reading a hostile document may be done in a process apart, which the document might take over; then its answer is
hostile too. `PreparedOfd` is that answer: names, ids, places, and where in two XML files something is put in. The rest
is done here from the package as it was handed in. Every digest is of the entry that goes into the file, unchanged
entries keep their packed octets, and what is put in is written here. So nothing but the document that was handed in
can get the seal; a false answer misplaces a picture, or gives a file that no reader takes.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.ofd.repacking import ROOT, OpenPackage, entry_digest, repack
from trust.formats.ofd.sealing_record import (
    STYLE,
    SealingRecord,
    SignatureType,
    StampOnPage,
    new_list,
    sealing_record_xml,
)
from trust.formats.ofd.splicing import Spot, append_inside, replace_inside, tag
from trust.formats.sealed_document import SealBox

MAX_NAME, MAX_ID = 200, 24
_NAME = re.compile(r"(?:[\w.\-]+:)?(DocBody|Signatures|MaxSignId)")
_PAGE = re.compile(r"[0-9]{1,10}")
_AROUND = rb"(?:\s|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->)*"
_HIGHEST = re.compile(rb"[\s0-9A-Za-z]*")

DigestOf = Callable[[str], bytes]
"""SM3 of an entry of the package as it was handed in."""


@dataclass(frozen=True)
class PreparedOfd:
    """What a reader of a document says of the signature to be added.

    `listing`, `signature` and `value` are the entries of the list of signatures, of the new Signature.xml and of its
    value. Before the first signature `body` is DocBody in OFD.xml; after that `listed` is the root of the list, and
    `highest` where it states its highest id. `id` is that of the signature, `stamp_ids` and `page_ids` those of each
    picture shown and of its page, and `boxes` where that is.
    """

    listing: str
    signature: str
    value: str
    body: Spot | None
    listed: Spot | None
    highest: tuple[Spot, ...]
    id: str
    stamp_ids: tuple[str, ...]
    page_ids: tuple[str, ...]
    boxes: tuple[SealBox, ...]


@dataclass(frozen=True)
class Addition:
    """What one more signature changes: all new and changed entries but the signature value, and where that goes."""

    package: OpenPackage
    changed: Mapping[str, bytes]
    signature: str
    value: str

    @property
    def digest(self) -> bytes:
        """SM3 of the new Signature.xml."""
        return sm3(self.changed[self.signature])

    def packed(self, value: bytes) -> bytes:
        """The file with the signature value in it."""
        return repack(self.package, {**self.changed, self.value: value})


def added(
    package: OpenPackage,
    prepared: PreparedOfd,
    kind: SignatureType,
    at: datetime,
    *,
    lock: bool,
    provider: str,
    digest: DigestOf | None = None,
) -> Addition:
    """Everything that one more signature adds to the package, but its value; `digest` where digests are known."""
    known = digest or (lambda name: entry_digest(package, name))
    changed = changed_entries(package, prepared, kind)
    digests = {name: sm3(changed[name]) if name in changed else known(name) for name in package.places}
    digests[prepared.listing] = sm3(changed[prepared.listing])
    if not lock:
        del digests[prepared.listing]
    shown = zip(prepared.page_ids, prepared.boxes, strict=True)
    stamps = tuple(StampOnPage(page, (box.x, box.y, box.width, box.height), box.clip) for page, box in shown)
    record = SealingRecord(provider, at, digests, stamps, prepared.stamp_ids, prepared.value)
    record_xml = sealing_record_xml(record)
    return Addition(package, {**changed, prepared.signature: record_xml}, prepared.signature, prepared.value)


def changed_entries(package: OpenPackage, prepared: PreparedOfd, kind: SignatureType) -> dict[str, bytes]:
    """The list of signatures with one record more, and before the first signature OFD.xml with the list's name."""
    highest = (prepared.id, *prepared.stamp_ids)[-1]
    listing, location = prepared.listing, f"/{prepared.signature}"
    if prepared.body is not None:
        name = tag(prepared.body.prefix, "Signatures", {}, f"/{listing}")
        root = append_inside(package.entries[ROOT], prepared.body, name)
        return {ROOT: root, listing: new_list(prepared.id, kind, prepared.signature, highest)}
    octets, spot = package.entries[listing], prepared.listed
    if spot is None:
        raise Malformed("prepared", "neither a first signature nor a further one")
    record = tag(spot.prefix, "Signature", {"ID": prepared.id, "Type": kind, "BaseLoc": location})
    octets = append_inside(octets, spot, record)  # all that follows lies before it, so no place moves
    for earlier in sorted(prepared.highest, key=lambda spot: -spot.start):
        octets = replace_inside(octets, earlier, highest)
    return {listing: octets}


def check_prepared(package: OpenPackage, prepared: PreparedOfd) -> None:
    """Hold what a reader prepared against the package.

    Raises:
        Malformed: `prepared`, it does not fit.

    """
    names = (prepared.listing, prepared.signature, prepared.value)
    fresh = {prepared.signature, prepared.value} | ({prepared.listing} if prepared.body else set())
    _require(len({name.casefold() for name in names}) == len(names), "names")
    _require(all(len(name) <= MAX_NAME and name.isascii() for name in fresh), "names")
    _require(not fresh & package.places.keys(), "names")
    _require((prepared.body is None) is not (prepared.listed is None), "list")
    _require(prepared.body is not None or prepared.listing in package.places, "list")
    ids = (prepared.id, *prepared.stamp_ids)
    _require(len(set(ids)) == len(ids) and all(STYLE.fullmatch(one) for one in ids), "ids")
    _require(len(prepared.stamp_ids) == len(prepared.page_ids) == len(prepared.boxes), "boxes")
    _require(all(_PAGE.fullmatch(one) for one in prepared.page_ids), "pages")
    for box in prepared.boxes:
        sides = (box.x, box.y, box.width, box.height, *(box.clip or ()))
        _require(all(math.isfinite(side) for side in sides), "boxes")
    if prepared.body is not None:
        _check_spot(package.entries[ROOT], prepared.body, "DocBody")
    if prepared.listed is not None:
        octets = package.entries[prepared.listing]
        _check_spot(octets, prepared.listed, "Signatures")
        _require(_is_root(octets, prepared.listed), "list")  # what is no list would go without its digest
        for spot in prepared.highest:
            _check_spot(octets, spot, "MaxSignId")
            held = octets[spot.start : spot.end]
            _require(len(held) <= MAX_ID and bool(_HIGHEST.fullmatch(held)), "highest")
            _require(spot.end <= prepared.listed.end, "highest")


def _check_spot(octets: bytes, spot: Spot, local: str) -> None:
    """A spot is a place in the octets; for an element written as `<a/>` it is right behind that."""
    named = _NAME.fullmatch(spot.name)
    _require(named is not None and named[1] == local and len(spot.name) <= MAX_NAME, "spot")
    _require(0 <= spot.start <= spot.end <= len(octets), "spot")
    _require(not spot.closed or (spot.start == spot.end and octets[: spot.start].endswith(b"/>")), "spot")


def _is_root(octets: bytes, spot: Spot) -> bool:
    """Whether the element is all there is in the file, but for the declaration, comments and white space."""
    named = re.escape(spot.name.encode("utf-8"))
    behind = octets[spot.end :]
    closing = b"" if spot.closed else rb"</%s\s*>" % named
    return bool(
        re.match(rb"(?:\xef\xbb\xbf)?%s<%s[\s/>]" % (_AROUND, named), octets)
        and re.fullmatch(closing + _AROUND, behind)
    )


def _require(held: object, what: str) -> None:
    if not held:
        raise Malformed("prepared", what)
