"""Protecting a whole OFD package against smuggled entries: OFDEntries.xml of GM/T 0099 annex D (reconstructed).

The file lists every entry but itself and its own signature value; GB/T 35275 signed data over its digest closes the
list, with a time stamp where `complete_stamped` is given one. It says which entries there are and nothing of what they
hold: contents are protected by seals. So it comes last, after the seals, and after it no seal can be added. The names
of the elements and the place of the value are those of the one public implementation.

Reasons: `Conflict` and `Malformed` of `sealable`, `Malformed` `signer-not-in-seal` and `encoding` when completing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.sm3 import sm3
from trust.formats.gm_cms import plan_signed_data
from trust.formats.ofd.adding import is_taken, same_signer
from trust.formats.ofd.repacking import OpenPackage, repack, unread_package
from trust.formats.ofd.sealable import ENTRY_LIST, open_for_sealing
from trust.formats.ofd.sealing_record import SEAL_MARK
from trust.formats.ofd.xml import document, element
from trust.formats.placing import PlannedSealing
from trust.rules.times import aware

VALUE = "signedvalue.dat"


@dataclass(frozen=True)
class PackageOrder:
    """A closing that is wanted; the fields are the arguments of `plan_package_protection`."""

    certificate: bytes
    at: datetime
    creator: str


@dataclass(frozen=True)
class PreparedPackage:
    """The word of a reader that a package can be closed; what goes into the list is seen without reading."""


def plan_package_protection(data: bytes, *, certificate: bytes, at: datetime, creator: str) -> PlannedSealing:
    """Plan the closing of a package: sign `to_be_signed` and complete as with a seal.

    `certificate` is that of whoever puts the file together (DER), `creator` their name, `at` the claimed time.

    Raises:
        Malformed, Conflict: a reason above.

    """
    order = PackageOrder(certificate, at, creator)
    return _planned(open_for_sealing(data).package, order)


def prepare_package_protection(data: bytes) -> PreparedPackage:
    """See that the package can be closed; raises as `plan_package_protection`."""
    open_for_sealing(data)
    return PreparedPackage()


def plan_prepared_package(data: bytes, order: PackageOrder) -> PlannedSealing:
    """The plan for a package that was looked at elsewhere; raises as `plan_package_protection`."""
    return _planned(unread_package(data), order)


def _planned(package: OpenPackage, order: PackageOrder) -> PlannedSealing:
    value = free_name(package.entries)
    listing = entry_list_xml(sorted(package.places), value, order.at, order.creator)
    message, finish = plan_signed_data(sm3(listing), order.certificate, order.at)

    def complete(raw: bytes, own: bytes, time_stamp: bytes | None = None) -> bytes:
        same_signer(own, order.certificate)
        return repack(package, {ENTRY_LIST: listing, value: finish(raw, time_stamp)})

    return PlannedSealing(message, complete, (), complete)


def free_name(entries: Mapping[str, bytes]) -> str:
    """A name at the root for the signature value, `signedvalue.dat` if nothing bears it."""
    name, number = VALUE, 0
    while is_taken(entries, name):
        number += 1
        name = f"signedvalue_{number}.dat"
    return name


def entry_list_xml(names: list[str], value: str, at: datetime, creator: str) -> bytes:
    """OFDEntries.xml; ids count from 1, which is the list's own."""
    files = [element("File", {"ID": str(number), "FileLoc": f"/{name}"}) for number, name in enumerate(names, start=2)]
    head = {"ID": "1", "CreatorName": creator, "Version": SEAL_MARK, "CreationDate": aware(at).date().isoformat()}
    return document(
        "DocEntries", head, [element("SignedValueLoc", None, f"/{value}"), element("FileList", None, *files)]
    )
