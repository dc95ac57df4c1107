"""What one Signature.xml protects: whether its digests hold, and whether its seals are shown where it says.

A digest counts for the entry at that very path, however the path is spelled; only SM3 is taken, because the digest must
be the one that belongs to SM2. MD5 and SHA-1 are refused, and so is an absent method, which would mean MD5. Every entry
is digested once, however many signatures list it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.locating import joined
from trust.formats.ofd.reachable import Page
from trust.formats.ofd.signatures import OTHER_DIGESTS, SM2_NAMES, SM2_WITH_SM3, SM3, Description, Stamp
from trust.formats.ofd.survey import Package
from trust.formats.sealed_document import SealBox


@dataclass(frozen=True)
class ShownPage:
    """A page with its position in the whole file, from 0; None for a page of another version than the one shown."""

    page: Page
    position: int | None


def check_methods(description: Description, notes: Notes) -> None:
    """Whether digests and signature are SM3 and SM2, as far as Signature.xml says."""
    method = (description.check_method or "").strip()
    if method.casefold() in OTHER_DIGESTS:
        notes.note("foreign-algorithm", method)
    elif method.casefold() == "sm3":
        notes.note("checkmethod-name", method)
    elif method != SM3:
        notes.note("checkmethod", method or "未写明")
    signing = description.method.casefold()
    if not signing:
        notes.note("method-absent")
    elif signing not in SM2_NAMES:
        notes.note("foreign-algorithm", description.method)
    elif signing != SM2_WITH_SM3:
        notes.note("method-name", description.method)


def check_references(package: Package, description: Description, notes: Notes) -> frozenset[str]:
    """The entries whose digests hold; everything else about the list is noted."""
    covered: dict[str, bool] = {}
    for path, digest in description.references:
        entry = entry_of(package, path, notes)
        if entry is None:
            continue
        if entry in covered:
            notes.note("ref-doubled", entry)
        holds = digest == package.digest(entry)
        if not holds:
            notes.note("ref-digest", entry)
        covered[entry] = holds and covered.get(entry, True)
    if not description.references:
        notes.note("ref-empty")
    sound = frozenset(entry for entry, holds in covered.items() if holds)
    if sound and not notes.has("ref-digest", "ref-missing", "path-escape"):
        notes.passed(2, "ofd-content", f"签章保护的 {len(sound)} 个条目内容均未改动。")
    return sound


def entry_of(package: Package, path: str, notes: Notes) -> str | None:
    """The entry a FileRef names."""
    if not path.startswith("/"):
        notes.note("ref-relative", path)
    try:
        entry = package.locator.exact(joined("", path.replace("\\", "/")), notes)
    except Malformed as refusal:
        notes.note(refusal.reason, path)
        return None
    if entry is None:
        notes.note("ref-missing", path)
    return entry


def check_seal_file(package: Package, description: Description, seal: bytes | None, notes: Notes) -> bool:
    """Whether the copy of the seal, if there is one, is the seal that was used."""
    if description.seal is None:
        return False
    if seal is None or package.entries[description.seal] != seal:
        notes.note("seal-file-differs", description.seal)
        return False
    return True


def boxes_of(
    description: Description, pages: Mapping[str, ShownPage], covered: frozenset[str] | None, notes: Notes
) -> tuple[SealBox, ...]:
    """Where the seal is shown; a seal has to protect the content of every page it is shown on.

    `covered` is None for a signature that protects nothing; its seal is shown all the same.
    """
    found = [box for stamp in description.stamps if (box := box_of(stamp, pages, covered, notes)) is not None]
    return tuple(found)


def box_of(
    stamp: Stamp, pages: Mapping[str, ShownPage], covered: frozenset[str] | None, notes: Notes
) -> SealBox | None:
    """One box, or None where it cannot be shown."""
    shown = pages.get(stamp.page)
    if shown is None:
        notes.note("stamp-page", f"PageRef={stamp.page}")
        return None
    if stamp.box is None or stamp.box[2] <= 0 or stamp.box[3] <= 0:
        notes.note("stamp-form", f"PageRef={stamp.page}")
        return None
    if covered is not None and not covered.issuperset(shown.page.entries):
        notes.note("stamp-page-not-covered", *(set(shown.page.entries) - covered))
    x, y, width, height = stamp.box
    left, top, across, down = stamp.clip or (0.0, 0.0, width, height)
    visible_x = x + max(left, 0) < shown.page.width and x + min(left + across, width) > 0
    visible_y = y + max(top, 0) < shown.page.height and y + min(top + down, height) > 0
    if not (visible_x and visible_y and across > 0 and down > 0):
        notes.note("stamp-outside", f"PageRef={stamp.page}")
    return None if shown.position is None else SealBox(shown.position, x, y, width, height, stamp.clip)
