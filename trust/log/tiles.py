"""The layout of C2SP tlog-tiles: fixed paths for hashes and entries, so that mirrors and caches can serve the log.

A tile of level L and number N holds the hashes of the complete nodes of tree level 8·L, places 256·N and following:
256 in a full tile, fewer in a partial one, whose width is in its path. Entry tiles hold the entries themselves, each
after its length in two octets. It is the *layout* of that specification, with SM3 where it says SHA-256.

    tile/0/x001/x234/067       tile/0/000.p/17       tile/entries/000
"""

import re
from dataclasses import dataclass

from trust.errors import Malformed
from trust.formats.merkle import Node
from trust.log.errors import NotLogged
from trust.log.ports import ReadLog

WIDTH = 256
HEIGHT = 8
_NUMBER = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True)
class Tile:
    """`number` counts tiles of one level; `width` is 256 for a full tile."""

    number: int
    width: int


def parse_tile_path(path: str) -> Tile:
    """Number and width from the part of the path behind the level.

    Raises:
        Malformed: `tile-path`, not in the only spelling.

    """
    found = _NUMBER.fullmatch(path)
    if found is None:
        raise Malformed("tile-path", "not a tile's number")
    tile = Tile(int(re.sub(r"[x/]", "", found[1])), int(found[2] or WIDTH))
    if tile_path(tile) != path:
        raise Malformed("tile-path", "not in canonical form")
    return tile


def tile_path(tile: Tile) -> str:
    """The part of a tile's path behind the level."""
    digits = str(tile.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if tile.width == WIDTH else f"{path}.p/{tile.width}"


def read_hashes(log: ReadLog, size: int, level: int, tile: Tile) -> bytes:
    """The hashes of a tile of the tree of `size` entries, one after the other.

    Raises:
        NotLogged: `no-tile`, that tree has no such tile.

    """
    first = _check(tile, size >> HEIGHT * level)
    return b"".join(log.nodes([Node(HEIGHT * level, first + place) for place in range(tile.width)]))


def read_entries(log: ReadLog, size: int, tile: Tile) -> bytes:
    """The entries of a tile of the log of `size` entries, each after its length.

    Raises:
        NotLogged: `no-tile`.

    """
    first = _check(tile, size)
    entries = log.entries(first, first + tile.width)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _check(tile: Tile, nodes: int) -> int:
    """The first place of a tile that is wholly there."""
    first = tile.number * WIDTH
    if first + tile.width > nodes:
        raise NotLogged("no-tile", "the published log has no such tile")
    return first
