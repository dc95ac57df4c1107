"""Content-addressed storage in a folder: `sm3:<hex>` names the file, and reading re-hashes what was stored.

A blob is written aside, synced, renamed, and its folder synced, before `put` returns. Trust: who can write the folder
can make a document unreadable, but cannot make another one pass as it.
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from keys.files import sync_folder
from keys.sm3 import sm3


class BlobMissing(Exception):  # noqa: N818  (named by what happened)
    """No blob of this digest that can be read, or its octets no longer have it."""


class FolderBlobs:
    """`issuer.ports.Blobs` on a folder, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        for target, octets in targets.items():
            if not target.exists():
                _write(target, octets)
        for folder in (*sorted({target.parent for target in targets}), self._folder):
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
        try:
            return self._path(digest).read_bytes()
        except OSError as error:
            raise BlobMissing(digest) from error

    def _path(self, digest: str) -> Path:
        algorithm, _, name = digest.partition(":")
        if algorithm != "sm3" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise BlobMissing(digest)
        return self._folder / name[:2] / name


def _write(target: Path, octets: bytes) -> None:
    """Write aside, under a name of this thread's own, sync, then rename."""
    aside = Path(f"{target}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with _opened(aside) as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _opened(path: Path) -> BinaryIO:
    """A new file; its folder is made where it is not there yet."""
    try:
        return path.open("wb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")
