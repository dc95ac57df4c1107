"""Content-addressed storage in a folder: `sm3:<hex>` names the file, and reading re-hashes what was stored.

A blob is written aside, synced, renamed, and its folder synced, before `put` returns; several at once go into one file
in the same way (`service.packs`). What is there already is held against the octets that are put before it is left as it
is, so putting mends what was damaged; one whole copy is enough to read. Trust: who can write the folder can make a
document unreadable, but cannot make another one pass as it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from keys.files import sync_folder
from keys.sm3 import sm3
from service import clock
from service.packs import FOLDER, MAX_BLOBS, Packs, changed_in, digests_of, remove_left_overs, write_aside

SEVERAL = 4
"""From so many on, new blobs go into a pack: more than the two files of one licence."""


class BlobMissing(Exception):  # noqa: N818  (named by what happened)
    """No blob of this digest that can be read, or its octets no longer have it."""


class FolderBlobs:
    """`issuer.ports.Blobs` on a folder, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packs = Packs(folder / FOLDER)
        self._rooted = False

    def put(self, octets: bytes) -> str:
        """Store octets durably and answer their digest; storing the same octets again changes nothing."""
        name = f"sm3:{sm3(octets).hex()}"
        self.put_many({name: octets})
        return name

    def put_many(self, files: Mapping[str, bytes]) -> None:
        """Store octets under the names computed from them, all durably, with one sync of each folder they go into.

        Raises:
            BlobMissing: a name that no blob can have; nothing is stored.

        """
        targets = {self._path(name): octets for name, octets in files.items()}
        there = {path for path in targets if path.exists() or self._packs.holds(path.name)}
        new = {path: octets for path, octets in targets.items() if path not in there}
        alone = {path: targets[path] for path in there if not self._has(path, targets[path])}
        if SEVERAL <= len(new) <= MAX_BLOBS:
            self._packs.put({path.name: octets for path, octets in new.items()})
        else:
            alone |= new
        for path, octets in alone.items():
            write_aside(path, octets)
        single = {path.parent for path in targets if path.exists()}
        if any(not path.exists() for path in targets):
            self._packs.sync()
        for folder in (*sorted(single), self._folder):
            sync_folder(folder)  # also for one who comes second: the first one's rename may not be on disk yet
        if not self._rooted:  # once in a process: whoever made the folder itself may have been cut off before
            sync_folder(self._folder.parent)
            remove_left_overs(self._folder / FOLDER, clock.now())
            self._rooted = True

    def get(self, digest: str) -> bytes:
        """The octets of a digest.

        Raises:
            BlobMissing: there is no such blob, it cannot be read, or it has been changed on disk.

        """
        found = False
        for octets in self._copies(self._path(digest)):
            if f"sm3:{sm3(octets).hex()}" == digest:
                return octets
            found = True
        raise BlobMissing(f"{digest} was changed on disk") if found else self._missing(digest)

    def stored(self, digest: str) -> bytes:
        """The octets in the place of a digest, which may have been changed on disk.

        Raises:
            BlobMissing: there is no such blob, or it cannot be read.

        """
        octets = next(self._copies(self._path(digest)), None)
        if octets is None:
            raise self._missing(digest)
        return octets

    def _copies(self, path: Path) -> Iterator[bytes]:
        """What stands in the place of a blob, wherever it can be read, a file of its own first."""
        octets = _read(path)
        if octets is not None:
            yield octets
        yield from self._packs.copies(path.name)

    def _has(self, path: Path, octets: bytes) -> bool:
        """Whether what is read first in the place of a blob is these octets; packs nobody here knows are not asked."""
        return (_read(path) if path.exists() else self._packs.first(path.name)) == octets

    def _missing(self, digest: str) -> BlobMissing:
        bad = sorted(self._packs.unreadable)
        return BlobMissing(f"{digest}; these packs cannot be read: {', '.join(bad)}" if bad else digest)

    def _path(self, digest: str) -> Path:
        algorithm, _, name = digest.partition(":")
        if algorithm != "sm3" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise BlobMissing(digest)
        return self._folder / name[:2] / name


def _read(path: Path) -> bytes | None:
    """The octets of a file; None where there is none, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def changed_on_disk(path: Path) -> bool:
    """Whether a file of a folder of blobs is not what its name says.

    Raises:
        OSError: it cannot be read.

    """
    return changed_in(path) if path.parent.name == FOLDER else sm3(path.read_bytes()).hex() != path.name


def digests_in(path: Path) -> list[str]:
    """The names (`sm3:…`) of the blobs that a file of a folder of blobs is said to have; none where it is no pack.

    Raises:
        OSError: it cannot be read.

    """
    return [f"sm3:{name}" for name in (digests_of(path) if path.parent.name == FOLDER else [path.name])]
