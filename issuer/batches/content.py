"""What a batch is made of, as one digest: an approval is of it, and a worker issues no row that it does not cover.

    leaf of a row     SM3 of its number, LF, and its members as JSON with sorted keys, no spaces, ASCII alone
    piece             SM3 of the leaves of a hundred rows, one behind the other, in the order of the rows
    digest            `sm3:`, SM3 of ["body","type","template",rows] as such JSON, LF, and the pieces

The leaf stands beside its row and the pieces beside the batch, so that a chunk is held against the digest without
reading the other rows. Of the rows that are to be issued the leaf is made anew from what is there: whoever changes,
adds, moves or takes away a row has to change the digest too, which is the one that somebody approved. Row and digest
together can be rewritten by whoever may write to the database; the number of the approved digest stands in the step.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from issuer.batches.life import Batch, Row
from keys.sm3 import sm3

PIECE = 100
"""Rows in a piece; a worker takes as many at once, so that most chunks are whole pieces."""
KEPT = 8
"""Batches whose pieces stay in memory, so that they are not read for each chunk: a hundred kilobytes each at most."""
Covered = tuple[tuple[int, ...], tuple[str, ...]]
_KNOWN: dict[tuple[bytes, str], Covered] = {}


@dataclass(frozen=True)
class Content:
    """The digest of a batch, and its pieces: the number of the first row of each, and its digest in hexadecimal."""

    digest: str
    pieces: tuple[tuple[int, str], ...]

    @property
    def told(self) -> str:
        """The pieces as they are stored."""
        return json.dumps(self.pieces, separators=(",", ":"))


class Leaves(Protocol):
    """What is kept beside the rows of a batch."""

    def pieces(self, number: str) -> str:
        """The pieces of a batch, as `Content.told`; empty where there is no such batch."""
        ...

    def leaves(self, number: str, first: int, below: int | None) -> Mapping[int, str]:
        """The leaves of its rows from the number `first` on, up to another, in hexadecimal, by row."""
        ...


def told(members: Mapping[str, object]) -> str:
    """Members as they are stored and digested."""
    return json.dumps(members, sort_keys=True, separators=(",", ":"))  # ASCII: also what no database could keep


def leaf(number: int, text: str) -> bytes:
    """The leaf of a row whose members are `text`; 32 octets."""
    return sm3(f"{number}\n{text}".encode())


def content_of(
    rows: Iterable[tuple[int, Mapping[str, object]]], *, type_code: str, body_code: str, template: str
) -> Content:
    """The content of rows in the order of their numbers."""
    coming, pieces, count = iter(rows), [], 0
    while some := list(islice(coming, PIECE)):
        leaves = b"".join(leaf(number, told(members)) for number, members in some)
        pieces.append((some[0][0], sm3(leaves).hex()))
        count += len(some)
    kept = tuple(pieces)
    return Content(_digest(_head(body_code, type_code, template, count), kept), kept)


def is_sound(kept: Leaves, batch: Batch, rows: Sequence[Row]) -> bool:
    """Whether these rows, as they were just read, are those that the digest of their batch covers."""
    covered = _covered(kept, batch)
    if covered is None:
        return False
    firsts, digests = covered
    here = dict[int, dict[int, str]]()
    for row in rows:
        here.setdefault(bisect_right(firsts, row.number) - 1, {})[row.number] = row.leaf
    below = (*firsts[1:], None)
    return -1 not in here and all(
        _piece(kept, batch.number, mine, firsts[place], below[place]) == digests[place] for place, mine in here.items()
    )


def _covered(kept: Leaves, batch: Batch) -> Covered | None:
    """Where the pieces of a batch begin, and their digests; None where what is stored is not what its digest is of.

    What a digest is of never changes, so it is read once for each batch that is worked on.
    """
    head = _head(batch.body_code, batch.type_code, batch.template, batch.total)
    if (known := _KNOWN.get((head, batch.digest))) is not None:
        return known
    pieces = _opened(kept.pieces(batch.number), head, batch.digest)
    if pieces is None:
        return None
    while len(_KNOWN) >= KEPT:
        _KNOWN.pop(next(iter(_KNOWN)), None)
    found = tuple(first for first, _ in pieces), tuple(digest for _, digest in pieces)
    return _KNOWN.setdefault((head, batch.digest), found)


def _piece(kept: Leaves, number: str, mine: Mapping[int, str], first: int, below: int | None) -> str:
    """The digest of a piece of which these rows were read; the leaves of the others are those that are kept."""
    leaves = mine if len(mine) == PIECE else {**kept.leaves(number, first, below), **mine}
    try:
        return sm3(b"".join(bytes.fromhex(leaves[one]) for one in sorted(leaves))).hex()
    except ValueError:
        return ""  # what stands beside a row is no digest


def _opened(text: str, head: bytes, digest: str) -> tuple[tuple[int, str], ...] | None:
    """Pieces as they were stored, or None where they are not those of this digest."""
    try:
        pieces = tuple((int(first), str(one)) for first, one in json.loads(text or "[]"))
        return pieces if _digest(head, pieces) == digest else None
    except ValueError:  # no JSON, no pairs, no hexadecimal digits: not what we stored
        return None


def _head(body_code: str, type_code: str, template: str, count: int) -> bytes:
    return json.dumps([body_code, type_code, template, count], separators=(",", ":")).encode() + b"\n"


def _digest(head: bytes, pieces: Sequence[tuple[int, str]]) -> str:
    return f"sm3:{sm3(head + b''.join(bytes.fromhex(one) for _, one in pieces)).hex()}"
