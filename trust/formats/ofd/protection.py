"""The list that protects a whole package from additions: OFDEntries.xml (GM/T 0099 annex D, reconstructed).

It names every entry of the package and bears a GB/T 35275 signature of its own over its octets. It holds no digests:
that nothing was slipped in is all it says, and signatures of the document say the rest. An entry it does not name is
refused, for that is what the list is for.
"""

from dataclasses import dataclass

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.foreign_xml import text_of
from trust.formats.ofd.locating import joined
from trust.formats.ofd.sealing_record import SEAL_MARK
from trust.formats.ofd.survey import Package
from trust.formats.ofd.xml import Element

ENTRIES = "OFDEntries.xml"
MAX_FILES = 8_000


@dataclass(frozen=True)
class Protection:
    """The list and the entry with its signature, None where there is none; `ours` is what the list's mark claims."""

    entry: str
    value: str | None
    ours: bool

    @property
    def own(self) -> frozenset[str]:
        """The entries that make up the protection."""
        return frozenset({self.entry} if self.value is None else {self.entry, self.value})


def read_protection(package: Package, notes: Notes) -> Protection | None:
    """Read the list, if there is one, and compare it with the package.

    Raises:
        Malformed: `path-…`, `xml-…`, `limit`.

    """
    entry = package.locator.entry(ENTRIES)
    if entry is None:
        return None
    root = package.structure(entry, "DocEntries", notes)
    location = text_of(root, "SignedValueLoc")
    value = package.locator.the_one(location, entry, notes) if location else None
    if value is None:
        notes.note("entries-unsigned")
    protection = Protection(entry, value, root.attributes.get("Version") == SEAL_MARK)
    check_listed(package, root, protection, notes)
    return protection


def check_listed(package: Package, root: Element, protection: Protection, notes: Notes) -> None:
    """Every entry is named, and every name is an entry."""
    files = root.one("FileList").all("File")
    if len(files) > MAX_FILES:
        raise Malformed("limit", f"{len(files)} files listed")
    named: set[str] = set()
    for file in files:
        path = file.attributes.get("FileLoc", "")
        found = package.locator.exact(joined("", path), notes)
        if found is None:
            notes.note("entries-missing", path)
        else:
            named.add(found)
    unlisted = package.entries.keys() - named - protection.own
    if unlisted:
        notes.note("entries-unlisted", *sorted(unlisted))
    if not notes.has("entries-missing", "entries-unlisted", "entries-unsigned"):
        notes.passed(2, "ofd-entries", f"整包保护清单所列的 {len(named)} 个条目与文件一致。")
