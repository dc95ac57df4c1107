"""Paths of tiles, and what is in them."""

import pytest

from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, MemoryLog, grown
from trust.errors import Malformed
from trust.formats.leaf import EntryKind, Statement
from trust.formats.merkle import Node, leaf_hash, root_of
from trust.log.appending import append
from trust.log.errors import NotLogged
from trust.log.tiles import Tile, parse_tile_path, read_entries, read_hashes, tile_path


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("000", Tile(0, 256)),
        ("999", Tile(999, 256)),
        ("x001/000", Tile(1000, 256)),
        ("x001/x234/067", Tile(1_234_067, 256)),
        ("000.p/1", Tile(0, 1)),
        ("x001/x234/067.p/255", Tile(1_234_067, 255)),
    ],
)
def test_paths_of_the_specification(path: str, tile: Tile) -> None:
    assert parse_tile_path(path) == tile
    assert tile_path(tile) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "1000",
        "x000/000",
        "001/234",
        "x001",
        "000.p",
        "000.p/0",
        "000.p/01",
        "000.p/256",
        "000/",
        "-01",
        "\uff10\uff10\uff10",
        "../000",
        "x000/x001/000",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(Malformed, match="tile-path"):
        parse_tile_path(path)


def test_tiles_hold_hashes_and_entries() -> None:
    log = MemoryLog()
    append(log, [Statement(EntryKind.ISSUE, (sm3(n.to_bytes(2, "big")),)) for n in range(600)], AT)
    assert read_hashes(log, 600, 0, Tile(1, 256)) == b"".join(map(leaf_hash, log.stored[256:512]))
    assert read_hashes(log, 600, 0, Tile(2, 88)) == b"".join(map(leaf_hash, log.stored[512:600]))
    assert read_hashes(log, 600, 1, Tile(0, 2)) == log.tree[Node(8, 0)] + log.tree[Node(8, 1)]
    assert read_hashes(log, 600, 1, Tile(0, 1)) == root_of(log.stored[:256])
    entries = read_entries(log, 600, Tile(2, 3))
    assert entries == b"".join(len(one).to_bytes(2, "big") + one for one in log.stored[512:515])


@pytest.mark.parametrize(("level", "tile"), [(0, Tile(0, 256)), (0, Tile(0, 6)), (1, Tile(0, 1)), (0, Tile(1, 1))])
def test_nothing_beyond_the_signed_size_is_served(level: int, tile: Tile) -> None:
    log = grown(MemoryLog(), 9)
    with pytest.raises(NotLogged, match="no-tile"):
        read_hashes(log, 5, level, tile)
