"""Sealing an OFD document of any origin, also one that bears seals already.

Of the document's entries only OFD.xml changes, before its first signature (the name of the list of signatures is put
in), and the list itself (one record is put in); everything else stays octet for octet. The new Signature.xml covers
every other entry of the package: OFD.xml, so that no second document can be slipped in, and the files of earlier
signatures, so that none can be taken away. Whether it covers the list of signatures is the choice `lock`: open, a
further seal can follow; locked, none can, and a reader need not wonder whether one is missing.

A document whose earlier signature covers what would have to change is refused, and so is one whose earlier signature
no longer matches. `Type="Sign"` (no seal, no picture) carries GB/T 35275 signed data in place of a seal signature.

The work is parted: `prepare_ofd_sealing` reads the document, which a process apart can do, and `plan_prepared_ofd`
makes the plan from the package alone (`prepared`). The order of work is that of `seal.plan_ofd`. Reasons of `Conflict`
besides those of `sealable` and `placing`: `locked`, `licence-form` (the document bears the mark of our licences, which
are sealed in one way only). Of `Malformed` besides those of `sealable`: `signer-not-in-seal`, `encoding`, `profile`,
`signature-ids`.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.errors import KeysError
from trust.errors import Conflict, Malformed
from trust.formats.gm_cms import plan_signed_data
from trust.formats.ofd.prepared import Addition, DigestOf, PreparedOfd, added, check_prepared
from trust.formats.ofd.read import MARK
from trust.formats.ofd.repacking import ROOT, OpenPackage, unread_package
from trust.formats.ofd.sealable import Sealable, open_for_sealing
from trust.formats.ofd.sealing_record import SignatureType, further_ids, ids_in, is_highest
from trust.formats.ofd.splicing import Spot, outline
from trust.formats.ofd.text_search import find_on
from trust.formats.placing import Placing, PlannedSealing, boxes_of
from trust.formats.sealed_document import SealBox
from trust.formats.ses import assemble_signature, parse_seal, to_be_signed

MAX_PROVIDER = 100


@dataclass(frozen=True)
class OfdOrder:
    """One more signature that is wanted on an OFD document; the fields are the arguments of `plan_ofd_sealing`."""

    placing: Placing | None
    seal_der: bytes | None
    certificate: bytes
    at: datetime
    lock: bool
    provider: str

    def __post_init__(self) -> None:
        if (self.placing is None) != (self.seal_der is None):
            raise ValueError("a seal needs a place, and a signature without a seal has none")

    @property
    def kind(self) -> SignatureType:
        """The type of the signature."""
        return "Sign" if self.seal_der is None else "Seal"


def plan_ofd_sealing(
    data: bytes,
    placing: Placing | None,
    *,
    seal_der: bytes | None,
    certificate: bytes,
    at: datetime,
    lock: bool,
    provider: str,
) -> PlannedSealing:
    """Plan one more signature on a document.

    Args:
        data: the OFD file.
        placing: where the seal is shown; None for a signature without a seal.
        seal_der: the seal (SESeal) to use, or None for `Type="Sign"`.
        certificate: the signer's (DER); the seal must list it.
        at: the signing time to be claimed, cut to whole seconds.
        lock: whether nothing may follow.
        provider: who makes the signature, for Provider/@ProviderName, 1 to 100 characters.

    Raises:
        Malformed, Conflict: a reason above.
        ValueError: a seal without a place, or a place without a seal.

    """
    order = OfdOrder(placing, seal_der, certificate, at, lock, provider)
    sealable, prepared = _prepared(data, order)
    return _planned(sealable.package, prepared, order, sealable.digests.__getitem__)


def prepare_ofd_sealing(data: bytes, order: OfdOrder) -> PreparedOfd:
    """What the document has to say about one more signature; raises as `plan_ofd_sealing`."""
    return _prepared(data, order)[1]


def plan_prepared_ofd(data: bytes, prepared: PreparedOfd, order: OfdOrder) -> PlannedSealing:
    """The plan of a signature on a document that was read elsewhere, by somebody who need not be trusted.

    Raises:
        Malformed: `prepared`, what was prepared does not fit the package; or as `plan_ofd_sealing`.

    """
    package = unread_package(data)
    check_prepared(package, prepared)
    return _planned(package, prepared, order, None)


def _prepared(data: bytes, order: OfdOrder) -> tuple[Sealable, PreparedOfd]:
    if not 1 <= len(order.provider) <= MAX_PROVIDER:
        raise Malformed("profile", f"the provider's name has 1 to {MAX_PROVIDER} characters")
    sealable = open_for_sealing(data)
    refuse_licence(sealable)
    refuse_locked(sealable)
    boxes = boxes_on(sealable, order)
    folder = free_folder(sealable)
    listing = sealable.signatures or f"{posixpath.dirname(folder)}/Signatures.xml"
    ids = further_ids(used_ids(sealable), 1 + len(boxes))
    pages = tuple(sealable.pages[box.page].id for box in boxes)
    names = (listing, f"{folder}/Signature.xml", f"{folder}/SignedValue.dat")
    return sealable, PreparedOfd(*names, *spots(sealable), ids[0], ids[1:], pages, boxes)


def boxes_on(sealable: Sealable, order: OfdOrder) -> tuple[SealBox, ...]:
    """Where the seal is shown; nowhere without one."""
    if order.placing is None or order.seal_der is None:
        return ()
    picture = parse_seal(order.seal_der).picture
    size = (float(picture.width_mm), float(picture.height_mm))
    return boxes_of(order.placing, sealable.sizes, size, lambda words: find_on(sealable, words))


def spots(sealable: Sealable) -> tuple[Spot | None, Spot | None, tuple[Spot, ...]]:
    """Where something is put in: into DocBody for the first signature, into the list of signatures after that."""
    if sealable.signatures is None:
        found = outline(sealable.entries[ROOT])
        (body,) = (spot for spot in found if spot.depth == 1 and spot.local == "DocBody")
        return body, None, ()
    found = outline(sealable.entries[sealable.signatures])
    return None, found[-1], tuple(filter(is_highest, found))


def _planned(package: OpenPackage, prepared: PreparedOfd, order: OfdOrder, digest: DigestOf | None) -> PlannedSealing:
    """The plan, without looking at the document any more."""
    seal = None if order.seal_der is None else parse_seal(order.seal_der)
    if seal is not None and order.certificate not in seal.signer_certificates:
        raise Malformed("signer-not-in-seal", "the seal does not list this certificate")
    kind, at = order.kind, order.at
    addition = added(package, prepared, kind, at, lock=order.lock, provider=order.provider, digest=digest)
    if seal is None:
        return plan_signature(addition, order.certificate, at)
    return plan_seal(addition, seal.der, order.certificate, at, prepared.boxes)


def plan_seal(
    addition: Addition, seal_der: bytes, certificate: bytes, at: datetime, boxes: tuple[SealBox, ...]
) -> PlannedSealing:
    """Plan a seal signature of GB/T 38540."""
    message = to_be_signed(seal_der, at, addition.digest, f"/{addition.signature}")

    def complete(raw: bytes, own: bytes, time_stamp: bytes | None = None) -> bytes:
        same_signer(own, certificate)
        try:
            value = assemble_signature(message, certificate, raw, time_stamp=time_stamp)
        except KeysError as error:
            raise Malformed("encoding", "not a signature r‖s") from error
        return addition.packed(value)

    return PlannedSealing(message, complete, boxes, complete)


def plan_signature(addition: Addition, certificate: bytes, at: datetime) -> PlannedSealing:
    """Plan a signature without a seal: GB/T 35275 signed data over the digest of Signature.xml."""
    message, finish = plan_signed_data(addition.digest, certificate, at)

    def complete(raw: bytes, own: bytes, time_stamp: bytes | None = None) -> bytes:
        same_signer(own, certificate)
        return addition.packed(finish(raw, time_stamp))

    return PlannedSealing(message, complete, (), complete)


def used_ids(sealable: Sealable) -> list[str]:
    """All ids that the signatures of a document use, in their order."""
    stated = ids_in(sealable.entries[sealable.signatures]) if sealable.signatures else []
    own = [signature.id for signature in sealable.earlier]
    inner = [number for signature in sealable.earlier for number in signature.ids]
    return [*stated, *inner, *own]


def free_folder(sealable: Sealable) -> str:
    """A folder for the new signature that no entry lies in, beside the list of signatures.

    The path goes into the seal signature, which takes ASCII only; a document kept elsewhere gets a folder at the root.
    """
    base = beside_list(sealable.signatures) if sealable.signatures else first_folder(sealable)
    number = 0
    while is_taken(sealable.entries, f"{base}/Sign_{number}"):
        number += 1
    return f"{base}/Sign_{number}"


def beside_list(listing: str) -> str:
    """The folder of the list of signatures."""
    folder = posixpath.dirname(listing)
    return folder if folder and folder.isascii() else "Signs"


def first_folder(sealable: Sealable) -> str:
    """Where the first signature's list goes: `Signs` beside the document, or the first such name that is free."""
    parent = posixpath.dirname(sealable.document)
    beside = posixpath.join(parent if parent.isascii() else "", "Signs")
    number, folder = 0, beside
    while is_taken(sealable.entries, folder):
        number += 1
        folder = f"{beside}_{number}"
    return folder


def is_taken(entries: Mapping[str, bytes], folder: str) -> bool:
    """Whether an entry lies in a folder, or bears its name; systems that fold case must not mix them up."""
    folded = folder.casefold()
    return any(name.casefold() == folded or name.casefold().startswith(f"{folded}/") for name in entries)


def refuse_locked(sealable: Sealable) -> None:
    """No earlier signature may cover what has to change: the list of signatures."""
    for signature in sealable.earlier:
        if sealable.signatures in signature.covers:
            raise Conflict("locked", f"signature {signature.id} covers {sealable.signatures}")


def refuse_licence(sealable: Sealable) -> None:
    """Our licences are sealed once, in one way; a further seal would make them fail as licences."""
    if any(MARK in octets for name, octets in sealable.entries.items() if name.endswith(".xml")):
        raise Conflict("licence-form", "the document bears the mark of a licence of ours")


def same_signer(own: bytes, planned: bytes) -> None:
    """A plan is completed with the certificate it was made for."""
    if own != planned:
        raise Malformed("signer-not-in-seal", "the plan was made for another certificate")
