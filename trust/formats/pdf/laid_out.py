"""Files that this process laid out and judged, each for the one examination that follows its sealing.

Whoever plans a seal lays the file out, judges what is in it and hashes it; once the signature is put in, the finished
file is examined from its octets as any other. Outside the hole these are the octets that were laid out, or it is
another file: all of them are compared. What was read from them and what they hash to follows from them alone, so for
equal octets neither is done again. What stands in the hole is never taken from here.

Only planning adds to it. A file is forgotten when it was asked about, and the oldest where there are too many, so
files from outside find something here at most once, and then it is the very file that was made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from trust.formats.pdf.layout import Hole, Item
from trust.formats.pdf.values import Value

LARGEST, MOST = 512 * 1024, 128
"""Octets of a file that is remembered, and how many are: a chunk of licences has 100."""


@dataclass(frozen=True, slots=True, eq=False)
class LaidOut:
    """A file but for its hole, and its objects and their values as reading and judging it gave them.

    The first object is the signature dictionary as it was with nothing in the hole.
    """

    before: bytes
    behind: bytes
    items: Sequence[Item]
    values: Sequence[Value]

    def is_in(self, data: bytes, hole: Hole) -> bool:
        """Whether a file has the same hole and, outside it, the same octets."""
        return (
            (hole.start, hole.end) == (len(self.before), len(data) - len(self.behind))
            and data.startswith(self.before)
            and data.endswith(self.behind)
        )


class _Remembered:
    """Files by the digest of what they have outside the hole."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[bytes, LaidOut] = {}

    def add(self, made: LaidOut, digest: bytes) -> None:
        """Remember one; the oldest is forgotten."""
        with self._lock:
            self._held[digest] = made
            if len(self._held) > MOST:
                del self._held[next(iter(self._held))]

    def taken(self, digest: bytes) -> LaidOut | None:
        """The file that had this digest; not remembered from then on."""
        with self._lock:
            return self._held.pop(digest, None)


_REMEMBERED = _Remembered()


def note_laid_out(made: LaidOut, digest: bytes) -> None:
    """Remember a file under the digest that was computed over everything of it outside the hole."""
    if len(made.before) + len(made.behind) <= LARGEST:
        _REMEMBERED.add(made, digest)


def laid_out_here(data: bytes, hole: Hole, digest: bytes) -> LaidOut | None:
    """The file that `data` was made from here, if it was; then everything outside the hole has this digest."""
    made = _REMEMBERED.taken(digest)
    return made if made is not None and made.is_in(data, hole) else None
