"""The files of a backup: which there are, by name, size and number of blobs, and which blobs cannot be read any more.

    packs/0a41…  1048576  200        a line for each file of the blob folder: name, octets, blobs in it
    5f/5f0c…     48213    1

A blob is lost where no copy of it has its digest; a damaged file whose blobs stand elsewhere loses nothing. A file that
is not there, or of which even the head is gone, is told by its name, because nobody knows which blobs it had.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from keys.files import make_folder, sync_folder
from service.blobs import BlobMissing, FolderBlobs, changed_on_disk, digests_in
from trust.errors import Malformed

LIST = "blobs.list"
_FIELDS = 3


@dataclass(frozen=True)
class StoredFile:
    """A file of the blob folder, how many octets it has, and how many blobs."""

    name: str
    size: int
    blobs: int


def copy_files(source: Path, target: Path) -> list[StoredFile]:
    """Copy a blob folder file by file; what each had where it came from, also of those that could not be read."""
    copied = []
    for path in _files(source):
        name = str(path.relative_to(source))
        size, blobs = path.stat().st_size, 0
        make_folder((target / name).parent)
        try:
            shutil.copy2(path, target / name)
            blobs = len(digests_in(target / name))
        except OSError:
            (target / name).unlink(missing_ok=True)  # it is on the list, and told with what is lost
        copied.append(StoredFile(name, size, blobs))
    return copied


def sync_tree(folder: Path) -> None:
    """Bring every file under a folder to disk, and every name, its own among them; a write that failed is told.

    Raises:
        OSError: something did not get there.

    """
    for root, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(root) / name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(root))
    sync_folder(folder.parent)


def write_list(folder: Path, files: Sequence[StoredFile]) -> None:
    """Write the list of a backup."""
    lines = "".join(f"{one.name} {one.size} {one.blobs}\n" for one in files)
    (folder / LIST).write_text(lines, encoding="ascii")


def read_list(folder: Path) -> list[StoredFile]:
    """Read the list of a backup.

    Raises:
        OSError, Malformed: it cannot be read.

    """
    rows = [line.split(" ") for line in (folder / LIST).read_text("ascii").splitlines()]
    try:
        return [StoredFile(name, int(size), int(blobs)) for name, size, blobs in rows]
    except ValueError as error:
        raise Malformed("backup", "the list of files") from error


def lost_in(folder: Path, files: Sequence[StoredFile]) -> list[str]:
    """What of a blob folder cannot be read any more: digests of blobs, or names of files with what they had."""
    blobs = FolderBlobs(folder)
    lost = [one for stored in files for one in _lost_of(folder, stored, blobs)]
    return sorted(set(lost))


def _lost_of(folder: Path, stored: StoredFile, blobs: FolderBlobs) -> Iterator[str]:
    path = folder / stored.name
    try:
        if path.stat().st_size == stored.size and not changed_on_disk(path):
            return
        digests = digests_in(path)
    except OSError:
        digests = []
    if len(digests) != max(stored.blobs, 1):
        yield f"{stored.name} ({stored.blobs})"
    for digest in digests:
        try:
            blobs.get(digest)
        except BlobMissing:
            yield digest


def _files(folder: Path) -> list[Path]:
    found = folder.rglob("*") if folder.is_dir() else []
    return sorted(path for path in found if path.is_file() and path.suffix != ".part" and not path.name.startswith("."))
