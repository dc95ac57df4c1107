"""The log as static files in the public folder, laid out as C2SP tlog-tiles says, so that a mirror alone serves proofs.

    log/checkpoint                the newest signed note
    log/cosigned                  the newest note with the lines of witnesses under it
    log/tile/entries/x001/234     256 entries, each after its length; 234.p/17 while there are only 17
    log/tile/0/x001/234           256 leaf hashes; tile/1 holds the hashes of level 8, tile/2 those of level 16 …

Tiles are written before the checkpoint that needs them and never changed. Of partial ones those of the checkpoint
before stay, because it may still be in somebody's hands; older ones are taken away. Nothing that is read here is
believed: whoever reads holds what he gets against a signed root.
"""

from collections.abc import Iterator, Sequence

from service.public_folder import PublicFolder
from trust.errors import Malformed
from trust.formats.merkle import HASH_SIZE, Node, levels_of
from trust.log.errors import LogDamaged
from trust.log.ports import ReadLog
from trust.log.tiles import HEIGHT, WIDTH, Tile, parse_tile_path, read_entries, read_hashes, tile_path

LOG, CHECKPOINT, COSIGNED, ENTRIES = "log", "log/checkpoint", "log/cosigned", "log/tile/entries"


def hashes_at(level: int) -> str:
    """Where the tiles of a level are."""
    return f"log/tile/{level}"


def write_tiles(folder: PublicFolder, log: ReadLog, shown: int, size: int) -> None:
    """Bring the tiles of the first `size` entries into a folder that has those of the first `shown`.

    Raises:
        Conflict: `public-copy-differs`, a tile was published with other octets.

    """
    for tile in _fresh(shown, size):
        folder.keep(f"{ENTRIES}/{tile_path(tile)}", read_entries(log, size, tile))
    level, whole = 0, _has_hashes(folder, shown)
    while nodes := size >> HEIGHT * level:
        for tile in _fresh(shown >> HEIGHT * level if whole else 0, nodes):
            folder.keep(f"{hashes_at(level)}/{tile_path(tile)}", read_hashes(log, size, level, tile))
        level += 1


def drop_older(folder: PublicFolder, shown: int, size: int) -> None:
    """Take away the partial tiles that are older than the checkpoint of `shown` entries, now that `size` are shown."""
    _drop(folder, ENTRIES, shown, size)
    level = 0
    while nodes := shown >> HEIGHT * level:
        _drop(folder, hashes_at(level), nodes, size >> HEIGHT * level)
        level += 1


def entries_shown(folder: PublicFolder) -> int:
    """How many entries lie in the folder, by the names of their tiles; for a folder without a checkpoint."""
    highest = 0
    for name in folder.names_below(ENTRIES):
        try:
            tile = parse_tile_path(name)
        except Malformed:
            continue
        highest = max(highest, tile.number * WIDTH + tile.width)
    return highest


class TileReader:
    """Nodes and entries of the first `size` entries, read from tiles."""

    def __init__(self, folder: PublicFolder, size: int) -> None:
        self._folder, self._size = folder, size

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Hashes of complete nodes; raises LogDamaged `node-missing`."""
        return [self._node(node) for node in wanted]

    def entries(self, first: int, end: int) -> list[bytes]:
        """Entries `first` up to, not including, `end`; raises LogDamaged `entry-missing`."""
        found = list[bytes]()
        for number in range(first // WIDTH, -(-end // WIDTH)):
            start = number * WIDTH
            found += self.tile(number)[max(0, first - start) : end - start]
        return found

    def tile(self, number: int) -> list[bytes]:
        """The entries of one tile; raises LogDamaged `entry-missing`."""
        width = min(WIDTH, self._size - number * WIDTH)
        octets = self._folder.read(f"{ENTRIES}/{tile_path(Tile(number, width))}") if width > 0 else None
        entries = entries_in(octets or b"")
        if len(entries) != width:
            raise LogDamaged("entry-missing", f"entry tile {number} of width {width} is missing or cut short")
        return entries

    def _node(self, node: Node) -> bytes:
        level, above = divmod(node.level, HEIGHT)
        number, offset = divmod(node.place << above, WIDTH)
        width = min(WIDTH, (self._size >> HEIGHT * level) - number * WIDTH)
        octets = self._folder.read(f"{hashes_at(level)}/{tile_path(Tile(number, width))}") if width > 0 else None
        end = offset + (1 << above)
        if octets is None or len(octets) != width * HASH_SIZE or end > width:
            raise LogDamaged("node-missing", f"level {node.level}, place {node.place}")
        hashes = [octets[place * HASH_SIZE : (place + 1) * HASH_SIZE] for place in range(offset, end)]
        return levels_of(hashes)[-1][0]


def entries_in(octets: bytes) -> list[bytes]:
    """The entries in a tile; none where it is cut short."""
    found, place = list[bytes](), 0
    while place + 2 <= len(octets):
        length = int.from_bytes(octets[place : place + 2], "big")
        found.append(octets[place + 2 : place + 2 + length])
        place += 2 + length
    return found if place == len(octets) else []


def _fresh(shown: int, size: int) -> Iterator[Tile]:
    """The tiles that a row of `size` has and one of `shown` has not."""
    for number in range(shown // WIDTH, -(-size // WIDTH)) if size > shown else ():
        yield Tile(number, min(WIDTH, size - number * WIDTH))


def _has_hashes(folder: PublicFolder, shown: int) -> bool:
    """Whether hash tiles were written with the checkpoint of `shown` entries, as older versions did not."""
    number, width = divmod(shown, WIDTH)
    last = Tile(number, width) if width else Tile(number - 1, WIDTH)
    return shown > 0 and folder.has(f"{hashes_at(0)}/{tile_path(last)}")


def _drop(folder: PublicFolder, home: str, shown: int, size: int) -> None:
    number, width = divmod(shown, WIDTH)
    if not width or size <= shown:
        return
    partial = f"{home}/{tile_path(Tile(number, WIDTH))}.p"
    for name in folder.names_below(partial):
        if name.isdigit() and int(name) < width:
            folder.drop(f"{partial}/{name}")
