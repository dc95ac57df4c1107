"""The public folder: every signed list as a file that never changes, and beside them a pointer to the newest.

    status/0/17.cwt        edition 17 of status list 0; written once, never touched again
    status/0/current       {"file":"17.cwt","number":17,"sm3":"…"}: which edition is the newest
    status/0/latest.cwt    the newest edition under a name that stays, for web servers that only know files

Any web server or CDN can serve it while the database is down. Whatever is written is written aside, synced, renamed,
its folder synced, and read back; the pointer moves last and only upwards, under a lock of the folder, so that a reader
finds a whole edition at any moment. The pointer is not signed and is trusted for availability alone: an edition is
signed and says its own number. Who controls the folder can withhold a newer edition until the one in hand runs out.
It is kept apart from the database on purpose: after a restore it tells what had been published. What that was is told
by the editions, never by the pointer alone (`newest`): a copy that was cut off may have the one without the other.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keys.files import sync_folder
from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.formats.canonical_json import decode_json, encode_json, require

MAX_POINTER, MAX_EDITION = 1024, 8 * 1024 * 1024
POINTER, LATEST, LOCK = "current", "latest", ".lock"


@dataclass(frozen=True)
class Series:
    """Editions of one list: the folder they are in, below the public one, and how their names end."""

    name: str
    suffix: str


TRUST_LIST = Series("trust-list", ".cose")


def status_list(shard: int) -> Series:
    """The editions of a status list."""
    return Series(f"status/{shard}", ".cwt")


def bitstring(shard: int) -> Series:
    """The editions of a status list in the form of a Bitstring Status List."""
    return Series(f"status/{shard}/bitstring", ".cose")


def revocation_list(name: str) -> Series:
    """The editions of an authority's revocation list."""
    return Series(f"crl/{name}", ".crl")


@dataclass(frozen=True)
class Edition:
    """One edition as the folder has it."""

    number: int
    octets: bytes


class PublicFolder:
    """The folder on disk; see the module's text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, series: Series, number: int, octets: bytes) -> None:
        """Publish an edition; doing it again puts pointer and `latest` right where they are behind or spoilt.

        Raises:
            Conflict: `number-not-greater`, a higher one is published: this one is kept, and the pointer not moved;
                `public-copy-differs`, the number is taken by other octets; `public-copy-damaged`, the edition before
                it was changed, or what was written is not what is read back.

        """
        home = self._folder / series.name
        _make(home)
        with _held(home / LOCK):
            highest = self._highest(series, number)
            self._write_once(home / f"{number}{series.suffix}", octets)
            if highest > number:
                raise Conflict("number-not-greater", f"{series.name}: {highest} is published, {number} is older")
            _replace(home / f"{LATEST}{series.suffix}", octets)
            _replace(home / POINTER, _pointer_to(series, number, octets))
            sync_folder(home)
            if self.current(series) != Edition(number, octets):
                raise Conflict("public-copy-damaged", f"{series.name}: {number} is not read back as it was written")

    def holds(self, series: Series, number: int, octets: bytes) -> bool:
        """Whether this edition lies there, and pointer and `latest` are its; three short looks at the disk."""
        home, name = self._folder / series.name, f"{number}{series.suffix}"
        try:
            lies = all(_read(home / one, MAX_EDITION) == octets for one in (name, f"{LATEST}{series.suffix}"))
            return lies and _read(home / POINTER, MAX_POINTER) == _pointer_to(series, number, octets)
        except Conflict:
            return False

    def current(self, series: Series) -> Edition | None:
        """The edition that is served, by its pointer; None before the first.

        Raises:
            Conflict: `public-copy-damaged`, pointer or edition cannot be read, or the edition is not the one meant.

        """
        pointed = self.pointed(series)
        if pointed is None:
            return None
        number, digest = pointed
        octets = self.edition(series, number)
        if octets is None or sm3(octets).hex() != digest:
            raise Conflict("public-copy-damaged", f"{series.name}: edition {number} is missing or was changed")
        return Edition(number, octets)

    def newest(self, series: Series) -> Edition | None:
        """The highest edition that lies there, which has to be the one that the pointer names; None before the first.

        Raises:
            Conflict: `public-copy-damaged`, as `current`; and editions without a pointer, or above it: the folder is
                a copy that was cut off, and who knows what else it lacks.

        """
        named, highest = self.current(series), max(self.numbers(series), default=None)
        if highest != (named.number if named else None):
            told = f"{series.name}: edition {highest} is there, the pointer names {named.number if named else 'none'}"
            raise Conflict("public-copy-damaged", told)
        return named

    def pointed(self, series: Series) -> tuple[int, str] | None:
        """Number and digest that the pointer names; None where there is none; raises as `current`."""
        pointer = _read(self._folder / series.name / POINTER, MAX_POINTER)
        if pointer is None:
            return None
        try:
            value = decode_json(pointer, limit=MAX_POINTER)
            require(value, frozenset({"file", "number", "sm3"}))
        except Malformed as error:
            raise Conflict("public-copy-damaged", f"{series.name}: the pointer cannot be read") from error
        number, digest = value["number"], value["sm3"]
        if type(number) is not int or type(digest) is not str or value["file"] != f"{number}{series.suffix}":
            raise Conflict("public-copy-damaged", f"{series.name}: the pointer names no edition")
        return number, digest

    def edition(self, series: Series, number: int) -> bytes | None:
        """The octets of an edition, as they are on disk now."""
        return _read(self._folder / series.name / f"{number}{series.suffix}", MAX_EDITION)

    def numbers(self, series: Series) -> list[int]:
        """The numbers of all editions that are there, lowest first."""
        home = self._folder / series.name
        names = [path.name.removesuffix(series.suffix) for path in home.glob(f"*{series.suffix}")]
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def status_lists(self) -> list[int]:
        """The numbers of the status lists that were ever published here."""
        home = self._folder / "status"
        names = [path.name for path in home.iterdir()] if home.is_dir() else []
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def read(self, name: str) -> bytes | None:
        """A file by its place below the folder."""
        return _read(self._folder / name, MAX_EDITION)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._folder / name).is_file()

    def names_below(self, name: str) -> list[str]:
        """The names of all files in a folder and below it, as seen from there."""
        home = self._folder / name
        return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] if home.is_dir() else []

    def keep(self, name: str, octets: bytes) -> None:
        """Write a file that never changes; raises as `put`."""
        path = self._folder / name
        _make(path.parent)
        self._write_once(path, octets)

    def replace(self, name: str, octets: bytes) -> None:
        """Write a file over the one of that name, whole and on disk."""
        path = self._folder / name
        _make(path.parent)
        _replace(path, octets)
        sync_folder(path.parent)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Write below the folder `name` while no other process of this machine does."""
        home = self._folder / name
        _make(home)
        with _held(home / LOCK):
            yield

    def drop(self, name: str) -> None:
        """Take away a file that another one has made superfluous."""
        (self._folder / name).unlink(missing_ok=True)

    def _highest(self, series: Series, number: int) -> int:
        """The highest number there may be beside `number`, by the pointer or, where it says nothing, by all names.

        Raises:
            Conflict: `public-copy-damaged`, the edition before this one is other octets than the pointer says.

        """
        try:
            pointed = self.pointed(series)
        except Conflict:
            pointed = None  # spoilt: it is written anew, if no edition is higher
        if pointed is None:
            return max(self.numbers(series), default=0)
        highest, digest = pointed
        before = self.edition(series, highest) if highest < number else None
        if before is not None and sm3(before).hex() != digest:
            raise Conflict("public-copy-damaged", f"{series.name}: edition {highest} was changed")
        while (self._folder / series.name / f"{highest + 1}{series.suffix}").exists():
            highest += 1
        return highest

    def _write_once(self, path: Path, octets: bytes) -> None:
        present = _read(path, MAX_EDITION)
        if present is None:
            _replace(path, octets)
        elif present != octets:
            raise Conflict("public-copy-differs", f"{path.relative_to(self._folder)} was published with other octets")
        sync_folder(path.parent)  # also where it is there already: whoever wrote it may have died before this


def _pointer_to(series: Series, number: int, octets: bytes) -> bytes:
    """The pointer of an edition."""
    return encode_json({"file": f"{number}{series.suffix}", "number": number, "sm3": sm3(octets).hex()})


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a lock that other processes on this machine take too."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make(folder: Path) -> None:
    """Make a folder that others may read, and those above it; their names are on disk afterwards."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for one in reversed(missing):
        sync_folder(one.parent)


def _read(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            octets = file.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(octets) > limit:
        raise Conflict("public-copy-damaged", f"{path.name} has more than {limit} octets")
    return octets


def _replace(path: Path, octets: bytes) -> None:
    """Write aside, under a name of this thread's own, sync, then rename."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with aside.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
