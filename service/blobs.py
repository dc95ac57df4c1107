"""Content-addressed storage in a folder: `sm3:<hex>` names the file, and reading re-hashes what was stored.

A blob is written aside, synced, renamed, and its folder synced, before `put` returns. Trust: who can write the folder
can make a document unreadable, but cannot make another one pass as it.
"""

import os
from pathlib import Path

from keys.sm3 import sm3


class BlobMissing(Exception):  # noqa: N818  (named by what happened)
    """No blob of this digest, or its octets no longer have it."""


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
            aside = target.with_name(f"{name}.{os.getpid()}.part")
            with aside.open("wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
            for folder in (target.parent, self._folder):
                _sync(folder)
        return f"sm3:{name}"

    def get(self, digest: str) -> bytes:
        """The octets of a digest.

        Raises:
            BlobMissing: there is no such blob, or it has been changed on disk.

        """
        algorithm, _, name = digest.partition(":")
        if algorithm != "sm3" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise BlobMissing(digest)
        try:
            octets = (self._folder / name[:2] / name).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing(digest) from error
        if sm3(octets).hex() != name:
            raise BlobMissing(f"{digest} was changed on disk")
        return octets


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
