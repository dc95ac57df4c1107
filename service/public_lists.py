"""What the public routes read: the public folder first, so that they answer while the database is down.

Without a folder, and for what is not in it yet, the database is asked; so it is where the folder's copy is damaged. The
folder is written whenever something is published, before anybody is told, so it is never behind for long.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from service.archive import Archive
from service.public_folder import TRUST_LIST, Edition, PublicFolder, Series, bitstring, revocation_list, status_list
from trust.certification.ports import Editions
from trust.errors import Conflict
from trust.formats.cose import split
from trust.formats.status_list import decode_status_list
from trust.revocation.ports import Served
from trust.revocation.publishing import MAX_ENVELOPE, TTL_S


class PublicLists:
    """`trust.revocation.ports.PublishedLists`."""

    def __init__(self, folder: PublicFolder | None, archive: Archive) -> None:
        self._folder, self._archive = folder, archive

    def numbers(self) -> list[int]:
        """The numbers of all lists that are served."""
        if self._folder is not None and (found := self._folder.status_lists()):
            return found
        return list(self._archive.publications.lists())

    def current(self, shard: int) -> Served | None:
        """The list that is served."""
        edition = _in_folder(self._folder, status_list(shard))
        if edition is not None:
            return Served(edition.octets, _ttl_of(edition.octets))
        found = self._archive.publications.current(shard)
        return None if found is None else Served(found.octets, found.ttl_s)

    def at_time(self, shard: int, instant: datetime) -> Served | None:
        """The list that was served at an instant; the database knows."""
        found = self._archive.publications.at_time(shard, instant)
        return None if found is None else Served(found.octets, found.ttl_s)

    def second_form(self, shard: int) -> Served | None:
        """The second form of the list that is served, or of the one before it: it is signed a moment later."""
        edition = _in_folder(self._folder, bitstring(shard))
        if edition is not None:
            return Served(edition.octets, TTL_S)
        stored = self._archive.second_forms.latest(shard)
        return None if stored is None else Served(stored, TTL_S)


class PublicEditions:
    """`trust.certification.ports.Published`, over editions of one kind."""

    def __init__(self, folder: PublicFolder | None, editions: Editions, series: Callable[[str], Series]) -> None:
        self._folder, self._editions, self._series = folder, editions, series

    def current(self, name: str) -> bytes | None:
        """The octets of the edition that is served."""
        edition = _in_folder(self._folder, self._series(name))
        if edition is not None:
            return edition.octets
        found = self._editions.current(name)
        return None if found is None else found.octets


def public_revocation_lists(folder: PublicFolder | None, archive: Archive) -> PublicEditions:
    """The revocation lists, by authority."""
    return PublicEditions(folder, archive.books.editions, revocation_list)


def public_trust_lists(folder: PublicFolder | None, archive: Archive) -> PublicEditions:
    """The trust list, of which there is one."""
    return PublicEditions(folder, archive.trust_lists, lambda _name: TRUST_LIST)


@lru_cache(maxsize=64)
def _ttl_of(octets: bytes) -> int:
    return decode_status_list(split(octets, MAX_ENVELOPE).payload).ttl_s


def _in_folder(folder: PublicFolder | None, series: Series) -> Edition | None:
    """What the folder has; nothing where it is damaged, which publishing complains of."""
    with suppress(Conflict, OSError):
        return None if folder is None else folder.current(series)
    return None
