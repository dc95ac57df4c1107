"""What looking at the versions of a PDF gives: for each page a digest of what it shows, as far as it could be drawn.

These values cross from the process that reads hostile files, so whoever takes them holds them against the bounds here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_GLIMPSES, MAX_LOOKS = 400, 48
"""Pages of all versions together that are drawn, and of those between the first and the last with annotations."""
GONE = b""
DIGEST = 32


@dataclass(frozen=True)
class Glimpse:
    """What a version shows of a page, both from 0: digests of its content, and of its whole look with annotations.

    The content is `GONE` if there is no such page or it cannot be drawn; the look is None where only the content was
    drawn.
    """

    version: int
    page: int
    content: bytes = field(repr=False)
    look: bytes | None = field(default=None, repr=False)


def are_glimpses(seen: Sequence[Glimpse]) -> bool:
    """Whether what came back keeps to the bounds."""
    places = {(one.version, one.page) for one in seen}
    return (
        len(places) == len(seen) <= MAX_GLIMPSES
        and all(one.version >= 0 and one.page >= 0 for one in seen)
        and all(len(one.content) in {len(GONE), DIGEST} for one in seen)
        and all(one.look is None or len(one.look) == DIGEST for one in seen)
    )
