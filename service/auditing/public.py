"""The public side as a stranger has it: a folder that was copied from somewhere, or an address.

A folder is laid out as `service.public_folder` says and has every edition; an address has the present ones. Hash tiles
are only at an address: from a folder the entries themselves are enough. Nothing that is read here is believed.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from service.errors import LogUnavailable
from service.followed_log import FollowedLog
from service.log_tiles import CHECKPOINT, ENTRIES
from service.mirroring import CERTIFICATES
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from trust.errors import Conflict, Malformed, TrustError
from trust.formats import cose
from trust.formats.bundle import MAX_BUNDLE, decode_bundle
from trust.formats.canonical_json import decode_json, require
from trust.formats.certificate import Certificate, load_certificate, load_pem
from trust.formats.checkpoint import MAX_NOTE
from trust.formats.leaf import MAX_ENTRY
from trust.formats.merkle import HASH_SIZE
from trust.formats.trust_list import decode_trust_list
from trust.log.tiles import WIDTH, Tile, tile_path
from verifier.auditing.ports import Edition, Fault
from verifier.auditing.signers import MAX_ENVELOPE

AUTHORITIES = ("root", "issuing")
MAX_LISTS, MAX_INDEX = 65_536, 1024 * 1024
MOST_ABSENT = 64
"""How many numbers in a row without a list end a search that no index guides; a restore leaves out sixteen."""
MAX_ENTRIES_TILE = WIDTH * (MAX_ENTRY + 2)


class FolderSource:
    """A public folder: `PublicLog` and `PublicLists`."""

    complete = True

    def __init__(self, folder: Path) -> None:
        self._folder = PublicFolder(folder)
        self._path = folder

    def checkpoint(self) -> bytes:
        """The note; raises LookupError."""
        return self._read(CHECKPOINT)

    def entries(self, number: int, width: int) -> bytes:
        """A tile of entries; raises LookupError."""
        return self._read(f"{ENTRIES}/{tile_path(Tile(number, width))}")

    def hashes(self, level: int, number: int, width: int) -> bytes | None:
        """None: hashes follow from the entries."""
        try:
            return self._read(f"log/tile/{level}/{tile_path(Tile(number, width))}")
        except LookupError:
            return None

    def status_lists(self) -> Mapping[int, Iterator[Edition]]:
        """Every edition of every list."""
        return {shard: self._series(status_list(shard)) for shard in self._folder.status_lists()}

    def trust_lists(self) -> Iterator[Edition]:
        """Every edition."""
        return self._series(TRUST_LIST)

    def revocation_lists(self) -> Mapping[str, Iterator[Edition]]:
        """Every edition of either authority."""
        return {name: self._series(revocation_list(name)) for name in AUTHORITIES}

    def catalogue(self) -> Iterator[Edition]:
        """Catalogue entries that lie in the folder `catalogue`."""
        home = self._path / "catalogue"
        for path in sorted(home.glob("*.cose")) if home.is_dir() else ():
            yield Edition(str(path.relative_to(self._path)), self._read(f"catalogue/{path.name}"))

    def faults(self) -> Iterator[Fault]:
        """Pointers and fixed names that do not lead to the newest edition."""
        named = [("status-lists", status_list(shard)) for shard in self._folder.status_lists()]
        named += [("revocation-lists", revocation_list(name)) for name in AUTHORITIES]
        for check, series in [*named, ("trust-lists", TRUST_LIST)]:
            try:
                newest = self._folder.newest(series)
            except (Conflict, OSError):
                said = "指针残缺，或者不是最新的一期：照着它取的人看到的是旧清单。"
                yield Fault(check, "pointer-behind", series.name, said, grave=True)
                continue
            if newest is not None and not self._folder.holds(series, newest.number, newest.octets):
                said = "以固定名称提供的清单不是最新的一期。"
                yield Fault(check, "latest-differs", series.name, said, grave=True)

    def certificates(self) -> list[Certificate]:
        """Those of authorities that lie in the folder; whether they lead to a root is for the audit to judge."""
        try:
            return list(load_pem(self._read(CERTIFICATES)))
        except (LookupError, TrustError):
            return []

    def _series(self, series: Series) -> Iterator[Edition]:
        for number in self._folder.numbers(series):
            octets = self._folder.edition(series, number)
            if octets is not None:
                yield Edition(f"{series.name}/{number}{series.suffix}", octets, number)

    def _read(self, name: str) -> bytes:
        try:
            octets = self._folder.read(name)
        except (Conflict, OSError) as error:
            raise LookupError(name) from error
        if octets is None:
            raise LookupError(name)
        return octets


class AddressSource(FollowedLog):
    """The public side at an address: `PublicLog` and `PublicLists`, with the present editions only."""

    complete = False

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._faults: list[Fault] = []
        self._indexed = False

    def entries(self, number: int, width: int) -> bytes:
        """A tile of entries; raises LookupError."""
        return self._tile(f"/log/tile/entries/{tile_path(Tile(number, width))}", MAX_ENTRIES_TILE)

    def hashes(self, level: int, number: int, width: int) -> bytes | None:
        """A tile of hashes; raises LookupError."""
        return self._tile(f"/log/tile/{level}/{tile_path(Tile(number, width))}", WIDTH * HASH_SIZE)

    def status_lists(self) -> Mapping[int, Iterator[Edition]]:
        """The present edition of every list that the index names; without one, of those below a row of absent ones."""
        found: dict[int, Iterator[Edition]] = {}
        for shard in self._numbers():
            octets = self._found(f"/status/{shard}")
            if octets is not None:
                found[shard] = iter([Edition(f"/status/{shard}", octets)])
            elif self._indexed:
                said = f"索引列着状态清单 {shard}，却没有提供。"
                self._faults.append(Fault("status-lists", "list-not-served", f"/status/{shard}", said, grave=False))
            elif shard - max(found, default=-1) >= MOST_ABSENT:
                break
        if not found:
            said = "一份状态清单也没有提供。"
            self._faults.append(Fault("status-lists", "no-list-served", "/status", said, grave=False))
        return found

    def faults(self) -> Iterator[Fault]:
        """Lists that could not be fetched."""
        yield from self._faults

    def _numbers(self) -> Iterable[int]:
        """The numbers of lists by the index; all there can be, where there is none."""
        octets = self._found("/status", MAX_INDEX)
        try:
            value = decode_json(octets or b"", limit=MAX_INDEX)
            require(value, frozenset({"lists"}))
            named = value["lists"]
        except Malformed:
            named = None
        if type(named) is not list or len(named) > MAX_LISTS or any(type(one) is not int or one < 0 for one in named):
            self._indexed = False
            said = "没有状态清单的索引：逐号试取，只能确认取到的。"
            self._faults.append(Fault("status-lists", "no-list-index", "/status", said, grave=False))
            return range(MAX_LISTS)
        self._indexed = True
        return sorted(set(named))

    def trust_lists(self) -> Iterator[Edition]:
        """The present one."""
        yield from self._one("/trust-list")

    def revocation_lists(self) -> Mapping[str, Iterator[Edition]]:
        """The present ones."""
        return {name: self._one(f"/crl/{name}.crl") for name in AUTHORITIES}

    def catalogue(self) -> Iterator[Edition]:
        """The newest entry of every type that the trust list names."""
        octets = self._found("/trust-list")
        try:
            types = decode_trust_list(cose.split(octets or b"", MAX_ENVELOPE).payload).types
        except TrustError:
            return  # what is wrong with it is found where it is judged
        for code in dict.fromkeys(code for code, _ in types):
            yield from self._one(f"/catalogue/{code}")

    def certificates(self) -> list[Certificate]:
        """Certificates of authorities, as the evidence bundle carries them; their paths are for the audit to judge."""
        octets = self._found("/api/v1/evidence-bundle", MAX_BUNDLE)
        try:
            return [load_certificate(one) for one in decode_bundle(octets).certificates] if octets else []
        except TrustError:
            return []

    def _one(self, path: str) -> Iterator[Edition]:
        octets = self._found(path)
        if octets is not None:
            yield Edition(path, octets)

    def _found(self, path: str, limit: int = MAX_ENVELOPE) -> bytes | None:
        """What is at a path; None where there is nothing; raises LogUnavailable."""
        status, octets = self._ask("GET", path, limit)
        if status == 404:
            return None
        if status != 200:
            raise LogUnavailable(str(status))
        return octets

    def _tile(self, path: str, limit: int) -> bytes:
        octets = self._found(path, limit)
        if octets is None:
            raise LookupError(path)
        return octets


Source = FolderSource | AddressSource
MAX_OLD_NOTE = MAX_NOTE
