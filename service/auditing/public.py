"""The public side as a stranger has it: a folder that was copied from somewhere, or an address.

A folder is laid out as `service.public_folder` says and has every edition; an address has the present ones. Hash tiles
are only at an address: from a folder the entries themselves are enough. Nothing that is read here is believed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from service.errors import LogUnavailable
from service.followed_log import FollowedLog
from service.mirroring import CERTIFICATES, CHECKPOINT, ENTRIES
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from trust.errors import Conflict, TrustError
from trust.formats import cose
from trust.formats.bundle import MAX_BUNDLE, decode_bundle
from trust.formats.certificate import Certificate, load_certificate, load_pem
from trust.formats.checkpoint import MAX_NOTE
from trust.formats.leaf import MAX_ENTRY
from trust.formats.merkle import HASH_SIZE
from trust.formats.trust_list import decode_trust_list
from trust.log.tiles import WIDTH, Tile, tile_path
from verifier.auditing.ports import Edition
from verifier.auditing.signers import MAX_ENVELOPE

AUTHORITIES = ("root", "issuing")
MAX_LISTS = 65_536
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

    def entries(self, number: int, width: int) -> bytes:
        """A tile of entries; raises LookupError."""
        return self._tile(f"/log/tile/entries/{tile_path(Tile(number, width))}", MAX_ENTRIES_TILE)

    def hashes(self, level: int, number: int, width: int) -> bytes | None:
        """A tile of hashes; raises LookupError."""
        return self._tile(f"/log/tile/{level}/{tile_path(Tile(number, width))}", WIDTH * HASH_SIZE)

    def status_lists(self) -> Mapping[int, Iterator[Edition]]:
        """The present edition of every list; lists are numbered without gaps."""
        found: dict[int, Iterator[Edition]] = {}
        for shard in range(MAX_LISTS):
            octets = self._found(f"/status/{shard}")
            if octets is None:
                break
            found[shard] = iter([Edition(f"/status/{shard}", octets)])
        return found

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
