"""Many blobs in one file: what a chunk of licences leaves is written once, synced once and renamed once.

    the line yinzheng-pack/1 | number of blobs, 4 octets | of each its digest, 32, and length, 8 | the blobs in a row

A pack is named by the SM3 of its head, that is of everything before the first blob, in hexadecimal digits. It is never
changed. Which pack holds a digest is kept in memory, twelve octets for a blob, and follows from the heads alone: they
are read when a digest is asked for that is not known yet, so packs that other processes wrote meanwhile are found. A
file that is no pack holds nothing; one that cannot be read is told once, looked at again later, and hides no other.
Octets are handed out as they stand; who asks holds them against the digest.
"""

import logging
import os
import re
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from keys.files import sync_folder
from keys.sm3 import sm3

FOLDER = "packs"
MARK = b"yinzheng-pack/1\n"
MAX_BLOBS, OPEN_HEADS = 65_536, 32
KEPT = timedelta(days=1)
"""After so long a file that was not renamed was left by a writer that is gone."""
_NAME = re.compile(r"[0-9a-f]{64}")
_COUNT, _ENTRY = struct.Struct(">I"), struct.Struct(">32sQ")
_KNOWN, _NUMBER = 8, struct.Struct(">I")
_STRIDE = _KNOWN + _NUMBER.size
_LOGGER = logging.getLogger("yinzheng")
Places = Mapping[bytes, tuple[int, int]]
"""Of each digest in a pack: where its octets begin, and how many they are."""


class Packs:
    """The packs of a folder; safe to share between threads, and between processes that have the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._names: list[str] = []
        self._known: set[str] = set()
        self.unreadable: set[str] = set()
        """Packs that could not be read when they were last looked at."""
        self._by_octet = [bytearray() for _ in range(256)]
        self._places = lru_cache(maxsize=OPEN_HEADS)(lambda name: _places_of(folder / name))

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write octets under their digests (hexadecimal) into a new pack; its name is not safe before `sync`.

        Raises:
            OSError: the folder does not take it; there is no new pack.

        """
        head = _head(files)
        name = sm3(head).hex()
        self._folder.mkdir(parents=True, exist_ok=True)
        write_aside(self._folder / name, head, *files.values())
        with self._lock:
            self._places.cache_clear()
            self._known.discard(name)  # one that was there and was damaged is whole again
            self._take(name, [bytes.fromhex(digest) for digest in files])

    def sync(self) -> None:
        """Bring the names of all packs to disk."""
        sync_folder(self._folder)

    def holds(self, digest: str) -> bool:
        """Whether a pack that this process knows of has octets for a digest."""
        return next(self._find(bytes.fromhex(digest)), None) is not None

    def copies(self, digest: str) -> Iterator[bytes]:
        """The octets in each place of a digest, which may have been changed on disk, in packs that can be read."""
        wanted = bytes.fromhex(digest)
        if next(self._find(wanted), None) is None:
            self._look()
        yield from self._known_copies(wanted)

    def first(self, digest: str) -> bytes | None:
        """What is read first in the place of a digest, among the packs that this process knows of."""
        return next(self._known_copies(bytes.fromhex(digest)), None)

    def _known_copies(self, wanted: bytes) -> Iterator[bytes]:
        for name, (start, length) in self._find(wanted):
            try:
                with (self._folder / name).open("rb", buffering=0) as file:
                    octets = os.pread(file.fileno(), length, start)
            except OSError as error:
                self._tell(name, error)
            else:
                yield octets

    def _find(self, digest: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        """Packs with a digest, by its second to ninth octet among those that begin alike, then by head; and where."""
        among, wanted = self._by_octet[digest[0]], digest[1 : 1 + _KNOWN]
        place = among.find(wanted)
        while place >= 0:
            if place % _STRIDE == 0:
                (number,) = _NUMBER.unpack_from(among, place + _KNOWN)
                name = self._names[int(number)]
                if (found := self._read_head(name).get(digest)) is not None:
                    yield name, found
            place = among.find(wanted, place + 1)

    def _look(self) -> None:
        """Take in the heads of packs that are not known yet; one that cannot be read is none of them."""
        with self._lock:
            present = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
            for name in sorted(present - self._known):
                if _NAME.fullmatch(name):
                    places = self._read_head(name)
                    if name not in self.unreadable:
                        self._take(name, list(places))

    def _read_head(self, name: str) -> Places:
        """Where a pack has what; nothing where it cannot be read."""
        try:
            places = self._places(name)
        except OSError as error:
            self._tell(name, error)
            return {}
        self.unreadable.discard(name)
        return places

    def _tell(self, name: str, error: OSError) -> None:
        """Say once that a pack cannot be read."""
        if name not in self.unreadable:
            self.unreadable.add(name)
            _LOGGER.warning("the pack %s cannot be read: %s", self._folder / name, error.strerror or error)

    def _take(self, name: str, digests: list[bytes]) -> None:
        if name not in self._known:
            number = _NUMBER.pack(len(self._names))
            self._names.append(name)
            self._known.add(name)
            for digest in digests:
                self._by_octet[digest[0]] += digest[1 : 1 + _KNOWN] + number


def write_aside(target: Path, *parts: bytes) -> None:
    """Write a file under a name of this thread's own, sync it, then rename it; its folder is made if it is not there.

    Raises:
        OSError: nothing of it is left.

    """
    aside = Path(f"{target}.{os.getpid()}-{threading.get_ident()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with aside.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def remove_left_overs(folder: Path, at: datetime) -> int:
    """Remove from a folder and those in it what writers that were killed have left aside; how many.

    Raises:
        OSError: one cannot be looked at or removed.

    """
    before, removed = (at - KEPT).timestamp(), 0
    for path in folder.rglob("*.part"):
        with suppress(FileNotFoundError):  # renamed by its writer, or removed by another process
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


def changed_in(pack: Path) -> bool:
    """Whether a file in the folder of packs is none, or has octets in it that do not have their digest.

    Raises:
        OSError: it cannot be read.

    """
    octets, places = pack.read_bytes(), _places_of(pack)
    end = max((start + length for start, length in places.values()), default=-1)
    return end != len(octets) or any(
        sm3(octets[start : start + length]) != digest for digest, (start, length) in places.items()
    )


def digests_of(pack: Path) -> list[str]:
    """The digests of the blobs in a file in the folder of packs, by its head; none where it is no pack.

    Raises:
        OSError: it cannot be read.

    """
    return [digest.hex() for digest in _places_of(pack)]


def _head(files: Mapping[str, bytes]) -> bytes:
    entries = [_ENTRY.pack(bytes.fromhex(digest), len(octets)) for digest, octets in files.items()]
    return b"".join((MARK, _COUNT.pack(len(files)), *entries))


def _places_of(pack: Path) -> Places:
    """Where each blob stands; none where the file is not named by its head."""
    with pack.open("rb") as file:
        mark, count = file.read(len(MARK)), file.read(_COUNT.size)
        number = _COUNT.unpack(count)[0] if len(count) == _COUNT.size else 0
        entries = file.read(number * _ENTRY.size) if number <= MAX_BLOBS else b""
    if mark != MARK or len(entries) != number * _ENTRY.size or sm3(mark + count + entries).hex() != pack.name:
        return {}
    places: dict[bytes, tuple[int, int]] = {}
    start = len(mark + count + entries)
    for digest, length in _ENTRY.iter_unpack(entries):
        places[digest] = start, length
        start += length
    return places
