"""Content-addressed storage in a folder: `sm3:<hex>` names the file, and reading re-hashes what was stored.

A blob is written aside, synced, renamed, and its folder synced, before `put` returns. Trust: who can write the folder
can make a document unreadable, but cannot make another one pass as it.
"""

import os
import threading
from pathlib import Path

from keys.sm3 import sm3


class BlobMissing(Exception):  # noqa: N818  (named by what happened)
    """No blob of this digest that can be read, or its octets no longer have it."""


class FolderBlobs:
    """`issuer.ports.Blobs` on a folder, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, octets: bytes) -> str:
        """Store octets durably and answer their digest; storing the same octets again changes nothing."""
        name = sm3(octets).hex()
        target = self._folder / name[:2] / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, octets)
        for folder in (target.parent, self._folder):
            _sync(folder)  # also for one who comes second: the first one's rename may not be on disk yet
        return f"sm3:{name}"

    def get(self, digest: str) -> bytes:
        """The octets of a digest.

        Raises:
            BlobMissing: there is no such blob, it cannot be read, or it has been changed on disk.

        """
        algorithm, _, name = digest.partition(":")
        if algorithm != "sm3" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise BlobMissing(digest)
        try:
            octets = (self._folder / name[:2] / name).read_bytes()
        except OSError as error:
            raise BlobMissing(digest) from error
        if sm3(octets).hex() != name:
            raise BlobMissing(f"{digest} was changed on disk")
        return octets


def _write(target: Path, octets: bytes) -> None:
    """Write aside, under a name of this thread's own, then rename."""
    aside = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with aside.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
