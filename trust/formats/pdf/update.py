"""What one more revision of a PDF consists of, as plain values, and the octets it is in the file.

`revision` makes such a value from a document it has read. Writing it down needs no reader: positions, table and trailer
follow from the objects and a few facts about the document, so whoever did not read the document can still write the
update, and knows that every object begins where the table says (ISO 32000-2 §7.5.4, §7.5.6, §7.5.8).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from keys.sm3 import sm3

MAX_NUMBER = 8_000_000
"""Highest object number accepted, the limit of many readers."""

FREE_HEAD = b"0 1\n0000000000 65535 f \n"


@dataclass(frozen=True)
class Written:
    """One new or changed object; `body` is its value as it stands between `obj` and `endobj`."""

    number: int
    generation: int
    body: bytes


@dataclass(frozen=True)
class Trailer:
    """What the trailer has to say: references to catalogue and information, the permanent half of the identifier.

    `following` is the first number that is still free, `older` where the cross-reference before this one stands, and
    `stream` whether the cross-reference is a stream.
    """

    following: int
    root: bytes
    information: bytes | None
    identifier: bytes | None
    older: int
    stream: bool


@dataclass(frozen=True)
class Update:
    """Objects in the order in which they are written, each number once, and the trailer behind them."""

    objects: tuple[Written, ...]
    trailer: Trailer

    def octets(self, data: bytes) -> tuple[bytes, dict[int, int]]:
        """What is to be appended to `data`, and where in the whole file each object begins (at its number)."""
        lead = b"" if data.endswith((b"\n", b"\r")) else b"\n"
        parts = [lead]
        position = len(data) + len(lead)
        offsets: dict[int, int] = {}
        for one in self.objects:
            offsets[one.number] = position
            parts.append(b"%d %d obj\n%s\nendobj\n" % (one.number, one.generation, one.body))
            position += len(parts[-1])
        identity = sm3(b"".join((len(data).to_bytes(8, "big"), *parts)))[:16]
        ending = self._stream_ending if self.trailer.stream else self._table_ending
        parts += [ending(offsets, position, identity), b"startxref\n%d\n%%%%EOF\n" % position]
        return b"".join(parts), offsets

    def with_body(self, number: int, body: bytes) -> "Update":
        """The same with another body for one of its objects."""
        changed = (replace(one, body=body) if one.number == number else one for one in self.objects)
        return replace(self, objects=tuple(changed))

    @property
    def _generations(self) -> dict[int, int]:
        return {one.number: one.generation for one in self.objects}

    def _table_ending(self, offsets: Mapping[int, int], _position: int, identity: bytes) -> bytes:
        """A classic table, and the trailer."""
        sections, generations = [b"xref\n", FREE_HEAD], self._generations
        for run in runs(offsets):
            sections.append(b"%d %d\n" % (run[0], len(run)))
            sections += [b"%010d %05d n \n" % (offsets[number], generations[number]) for number in run]
        return b"".join((*sections, b"trailer\n<< ", self._entries(self.trailer.following, identity), b" >>\n"))

    def _stream_ending(self, offsets: Mapping[int, int], position: int, identity: bytes) -> bytes:
        """A cross-reference stream, which lists itself too; it is left uncompressed."""
        own, generations = self.trailer.following, self._generations
        places = {**offsets, own: position}
        index: list[bytes] = []
        rows: list[bytes] = []
        for run in runs(places):
            index.append(b"%d %d" % (run[0], len(run)))
            rows += [
                b"\x01" + places[number].to_bytes(4, "big") + generations.get(number, 0).to_bytes(2, "big")
                for number in run
            ]
        entries = b"<< /Type /XRef /W [1 4 2] /Index [%s] %s /Length %d >>" % (
            b" ".join(index),
            self._entries(own + 1, identity),
            7 * len(rows),
        )
        return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, entries, b"".join(rows))

    def _entries(self, size: int, identity: bytes) -> bytes:
        """The entries of the trailer: how many objects, where what stands, which file it is."""
        trailer = self.trailer
        entries = [b"/Size %d" % size, b"/Root " + trailer.root]
        if trailer.information is not None:
            entries.append(b"/Info " + trailer.information)
        kept = trailer.identifier or identity
        entries.append(b"/ID [<%s> <%s>]" % (kept.hex().encode(), identity.hex().encode()))
        return b" ".join((*entries, b"/Prev %d" % trailer.older))


def runs(numbers: Mapping[int, int]) -> list[list[int]]:
    """The numbers in order, parted where one is missing."""
    ordered = sorted(numbers)
    grouped = groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in group] for _, group in grouped]
