"""Bringing a public folder back from a mirror: what is missing is taken from there, and nothing that is there replaced.

    1 editions    of every list, each under its number; octets that differ are refused
    2 tiles       of the log
    3 pointers    move to the highest edition that lies there then, and never down
    4 checkpoint  the larger of the two, if the tiles lead to the root that it states

Signatures are not looked at here: who takes the folder up or publishes behind it does (`service.restoring.taking_up`,
`service.seen_checkpoints`). A mirror that lags brings what it has; a checkpoint kept elsewhere tells that it does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.abreast import AUTHORITIES
from service.log_tiles import CHECKPOINT, COSIGNED, LOG, TileReader
from service.mirroring import CERTIFICATES
from service.public_editions import number_in
from service.public_folder import TRUST_LIST, PublicFolder, Series, bitstring, revocation_list, status_list
from trust.errors import Conflict, TrustError
from trust.formats.checkpoint import Checkpoint, parse_checkpoint
from trust.formats.merkle import root_of

TILES = "log/tile"


@dataclass(frozen=True)
class Mended:
    """How many files were brought, by the folder they went to; and the series whose pointers were moved."""

    files: int
    pointers: tuple[str, ...]


def mend(folder: PublicFolder, mirror: PublicFolder) -> Mended:
    """Bring what is missing; doing it again changes nothing.

    Raises:
        Conflict: `public-copy-missing`, the mirror has nothing; `public-copy-differs`, the two have other octets under
            one name; `public-copy-damaged`, an edition is not what its name says, or a checkpoint not of its tiles.

    """
    if mirror.read(CHECKPOINT) is None and not mirror.status_lists():
        raise Conflict("public-copy-missing", "the mirror holds nothing that was published")
    brought, moved = 0, list[str]()
    for series in _series(folder, mirror):
        brought += _editions(folder, mirror, series)
        if _point(folder, series):
            moved.append(series.name)
    brought += _files(folder, mirror, [f"{TILES}/{name}" for name in mirror.names_below(TILES)])
    brought += _files(folder, mirror, [CERTIFICATES])
    for name in (CHECKPOINT, COSIGNED):
        brought += _note(folder, mirror, name)
    return Mended(brought, tuple(moved))


def _series(*folders: PublicFolder) -> Iterator[Series]:
    for shard in sorted({shard for one in folders for shard in one.status_lists()}):
        yield from (status_list(shard), bitstring(shard))
    yield from map(revocation_list, AUTHORITIES)
    yield TRUST_LIST


def _editions(folder: PublicFolder, mirror: PublicFolder, series: Series) -> int:
    missing = sorted(set(mirror.numbers(series)) - set(folder.numbers(series)))
    for number in missing:
        octets = mirror.edition(series, number) or b""
        if number_in(series, octets) != number:
            raise Conflict(
                "public-copy-damaged", f"{series.name}: {number} of the mirror says that it is another number"
            )
        folder.keep(f"{series.name}/{number}{series.suffix}", octets)
    return len(missing)


def _point(folder: PublicFolder, series: Series) -> bool:
    """Let pointer and `latest` be those of the highest edition; whether they were not."""
    number = max(folder.numbers(series), default=0)
    octets = folder.edition(series, number)
    if octets is None or folder.holds(series, number, octets):
        return False
    if number_in(series, octets) != number:
        raise Conflict("public-copy-damaged", f"{series.name}: {number} says that it is another number")
    folder.put(series, number, octets)
    return True


def _files(folder: PublicFolder, mirror: PublicFolder, names: list[str]) -> int:
    missing = [name for name in names if not Path(name).name.startswith(".") and not folder.has(name)]
    for name in missing:
        octets = mirror.read(name)
        if octets is not None:
            folder.keep(name, octets)
    return len(missing)


def _note(folder: PublicFolder, mirror: PublicFolder, name: str) -> int:
    """Take a note from the mirror where it is the larger or later one, and the tiles lead to its root."""
    theirs, ours = mirror.read(name), folder.read(name)
    said = _said(theirs)
    if theirs is None or said is None:
        return 0
    own = _said(ours)
    if own is not None and (said.size, said.at) <= (own.size, own.at):
        return 0
    if root_of(TileReader(folder, said.size).entries(0, said.size)) != said.root:
        raise Conflict("public-copy-damaged", f"{name}: the tiles do not lead to its root")
    with folder.alone(LOG):
        folder.replace(name, theirs)
    return 1


def _said(note: bytes | None) -> Checkpoint | None:
    """What a note says; nothing where there is none, or one that cannot be read and may be replaced."""
    try:
        return parse_checkpoint(note)[0] if note is not None else None
    except TrustError:
        return None
