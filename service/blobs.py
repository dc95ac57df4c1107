"""Content-addressed storage in a folder: `sm3:<hex>` names the file, and reading re-hashes what was stored.

A blob is written aside, synced, renamed, and its folder synced, before `put` returns; several at once go into one file
in the same way (`service.packs`). Trust: who can write the folder can make a document unreadable, but cannot make
another one pass as it.
"""

from collections.abc import Mapping
from pathlib import Path

from keys.files import sync_folder
from keys.sm3 import sm3
from service.packs import FOLDER, MAX_BLOBS, Packs, changed_in, write_aside

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
        new = {path: octets for path, octets in targets.items() if not (path.exists() or self._packs.holds(path.name))}
        if SEVERAL <= len(new) <= MAX_BLOBS:
            self._packs.put({path.name: octets for path, octets in new.items()})
        else:
            for path, octets in new.items():
                write_aside(path, octets)
        packed = [path for path in targets if self._packs.holds(path.name)]
        if packed:
            self._packs.sync()
        for folder in (*sorted({path.parent for path in targets.keys() - packed}), self._folder):
            sync_folder(folder)  # also for one who comes second: the first one's rename may not be on disk yet
        if not self._rooted:  # once in a process: whoever made the folder itself may have been cut off before
            sync_folder(self._folder.parent)
            self._rooted = True

    def get(self, digest: str) -> bytes:
        """The octets of a digest.

        Raises:
            BlobMissing: there is no such blob, it cannot be read, or it has been changed on disk.

        """
        octets = self.stored(digest)
        if f"sm3:{sm3(octets).hex()}" != digest:
            raise BlobMissing(f"{digest} was changed on disk")
        return octets

    def stored(self, digest: str) -> bytes:
        """The octets in the place of a digest, which may have been changed on disk.

        Raises:
            BlobMissing: there is no such blob, or it cannot be read.

        """
        path = self._path(digest)
        try:
            octets = path.read_bytes() if path.exists() else self._packs.read(path.name)
        except OSError as error:
            raise BlobMissing(digest) from error
        if octets is None:
            raise BlobMissing(digest)
        return octets

    def _path(self, digest: str) -> Path:
        algorithm, _, name = digest.partition(":")
        if algorithm != "sm3" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise BlobMissing(digest)
        return self._folder / name[:2] / name


def changed_on_disk(path: Path) -> bool:
    """Whether a file of a folder of blobs is not what its name says.

    Raises:
        OSError: it cannot be read.

    """
    return changed_in(path) if path.parent.name == FOLDER else sm3(path.read_bytes()).hex() != path.name
