"""The digest of what a signature covers: everything outside the literal of `/Contents`.

Whoever lays a file out computes it, and examines the finished file right afterwards. The digest of octets is always the
same, so it is not computed a second time over octets that are equal, all of which are compared. Only files laid out
in this process are remembered, each for one more question.
"""

from threading import Lock

from keys.sm3 import Sm3
from trust.formats.pdf.layout import Hole

LARGEST, MOST = 512 * 1024, 128
"""Octets of a file that is remembered, and how many are: a chunk of licences has 100."""


class _LaidOut:
    """Files that were laid out, with the hole and the digest of the rest, by that digest."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[bytes, tuple[bytes, Hole]] = {}

    def add(self, prepared: bytes, hole: Hole, digest: bytes) -> None:
        """Remember one; the oldest is forgotten."""
        with self._lock:
            self._held[digest] = prepared, hole
            if len(self._held) > MOST:
                del self._held[next(iter(self._held))]

    def taken(self, data: bytes, hole: Hole, digest: bytes) -> bool:
        """Whether all octets outside the hole are those that had this digest; not remembered from then on."""
        with self._lock:
            prepared, where = self._held.pop(digest, (b"", None))
        return (
            where == hole
            and len(prepared) == len(data)
            and prepared[: hole.start] == data[: hole.start]
            and prepared[hole.end :] == data[hole.end :]
        )


_LAID_OUT = _LaidOut()


def note_laid_out(prepared: bytes, hole: Hole, digest: bytes) -> None:
    """Remember the digest that was computed over everything of `prepared` outside the hole."""
    if len(prepared) <= LARGEST:
        _LAID_OUT.add(prepared, hole, digest)


def covers(data: bytes, hole: Hole, digest: bytes) -> bool:
    """Whether SM3 over everything outside the hole is this digest."""
    if _LAID_OUT.taken(data, hole, digest):
        return True
    computed = Sm3(data[: hole.start])
    computed.update(data[hole.end :])
    return computed.digest() == digest
