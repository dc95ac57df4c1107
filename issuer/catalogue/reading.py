"""The catalogue as issuing reads it: the template in force for a type, and the one that a licence was begun with.

Every entry is believed for its signature, never for its row; its template is taken from where files are kept by digest
and must be the type that the entry describes. What was read is kept until the next edition, so that issuing asks the
database one small question. A template that came with the installation and was changed under the same version issues
nothing: nobody has said what the change means. What was begun or issued with it goes on from the files on record.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from threading import Lock

from issuer.catalogue.errors import EntryDamaged, TemplateChanged, TypeRetired
from issuer.catalogue.ports import Entries, Shelf, Version
from issuer.catalogue.publishing import read_entry
from issuer.errors import UnknownType
from templates.library import Bundle
from trust.errors import TrustError
from trust.formats.certificate import Certificate
from trust.rules.catalogue import LicenceType
from trust.rules.catalogue_entry import MAX_VERSION, CatalogueEntry, EntryStatus, TypeInForce
from trust.rules.periodic_check import CheckDuty

_DIGITS = len(str(MAX_VERSION))


@dataclass(frozen=True)
class Listed:
    """A published version: the entry where its signature holds, else why it does not."""

    version: Version
    entry: CatalogueEntry | None
    refused: str = ""


class Catalogue:
    """The published versions of all types."""

    def __init__(self, entries: Entries, shelf: Shelf, believed: Callable[[], Iterable[Certificate]]) -> None:
        self._entries, self._shelf, self._believed = entries, shelf, believed
        self._lock = Lock()
        self._revision = -1
        self._listed: dict[str, dict[int, Listed]] = {}
        self._bundles: dict[tuple[str, int], Bundle] = {}

    def in_force(self, type_code: str) -> Bundle:
        """The template under which licences of a type are issued now.

        Raises:
            UnknownType: no such type.
            TypeRetired: it has ended.
            TemplateChanged: the template that came with the installation was changed under the same version.
            EntryDamaged: the entry does not verify, or its template is not the one it names.
            TemplateError: its template cannot be had.

        """
        versions = self._read().get(type_code)
        if not versions:
            raise UnknownType(type_code)
        newest = versions[max(versions)]
        entry = _believable(newest)
        if entry.status is EntryStatus.RETIRED:
            raise TypeRetired(type_code)
        supplied = self._shelf.supplied(entry.type.bundle)
        if supplied is not None and supplied[0] != entry.layout and supplied[1].type.bundle_version == entry.version:
            raise TemplateChanged(type_code)
        return self._bundle(newest, entry)

    def face(self, type_code: str, template: str) -> Bundle:
        """The template of a licence, in force or not: what was begun under a version is completed under it.

        Raises:
            UnknownType: the type was never published under this template.
            EntryDamaged, TemplateError: as `in_force`.

        """
        listed = self._version(type_code, template)
        return self._bundle(listed, _believable(listed))

    def type_of(self, type_code: str, template: str) -> LicenceType:
        """The type of a licence in the version it was begun under; raises UnknownType, EntryDamaged."""
        return _believable(self._version(type_code, template)).type

    def newest(self, type_code: str) -> LicenceType:
        """The type as it was published last, in force or not; raises UnknownType, EntryDamaged."""
        versions = self._read().get(type_code)
        if not versions:
            raise UnknownType(type_code)
        return _believable(versions[max(versions)]).type

    def bundles(self) -> Sequence[Bundle]:
        """The templates in force, by name; a type that cannot be issued now is left out."""
        found = []
        for type_code in self._read():
            try:
                found.append(self.in_force(type_code))
            except (UnknownType, EntryDamaged):
                continue  # what is wrong is told when somebody issues the type, and where the catalogue is looked at
        return sorted(found, key=lambda bundle: bundle.name)

    def types(self) -> tuple[tuple[str, str], ...]:
        """Codes and names of all types ever published, older names first; those that do not verify are left out."""
        return tuple(
            dict.fromkeys(
                (code, listed.entry.type.name)
                for code, versions in sorted(self._read().items())
                for _, listed in sorted(versions.items())
                if listed.entry is not None
            )
        )

    def types_in_force(self) -> tuple[TypeInForce, ...]:
        """The newest version of each type whose entry verifies, and since when it is retired."""
        found = []
        for _, versions in sorted(self._read().items()):
            entries = [listed.entry for _, listed in sorted(versions.items()) if listed.entry is not None]
            if entries:
                newest = entries[-1]
                ended = newest.since if newest.status is EntryStatus.RETIRED else None
                found.append(TypeInForce(newest.type.code, newest.version, ended))
        return tuple(found)

    def check_duties(self) -> tuple[CheckDuty, ...]:
        """The checks that types ask for, each since the version that began to ask; the newest says how often."""
        found = []
        for _, versions in sorted(self._read().items()):
            entries = [listed.entry for _, listed in sorted(versions.items()) if listed.entry is not None]
            asking = [*takewhile(lambda entry: entry.type.check_months is not None, reversed(entries))]
            if asking and (months := asking[0].type.check_months) is not None:
                found.append(CheckDuty(asking[0].type.code, months, asking[-1].since))
        return tuple(found)

    def listed(self) -> Sequence[Listed]:
        """Every published version, by type and version."""
        return [one for _, versions in sorted(self._read().items()) for _, one in sorted(versions.items())]

    def _version(self, type_code: str, template: str) -> Listed:
        bundle, _, number = template.rpartition("/")
        digits = number if number.isascii() and number.isdigit() and len(number) <= _DIGITS else "0"
        listed = self._read().get(type_code, {}).get(int(digits))
        if listed is None or listed.version.type.bundle != bundle:
            raise UnknownType(type_code)
        return listed

    def _read(self) -> dict[str, dict[int, Listed]]:
        revision = self._entries.revision()
        with self._lock:
            if revision != self._revision:
                signers = tuple(self._believed())
                listed: dict[str, dict[int, Listed]] = {}
                for version in self._entries.listed():
                    code, number = version.place
                    listed.setdefault(code, {})[number] = _judged(version, signers)
                self._listed, self._revision, self._bundles = listed, revision, {}
            return self._listed

    def _bundle(self, listed: Listed, entry: CatalogueEntry) -> Bundle:
        place = listed.version.place
        found = self._bundles.get(place)
        if found is None:
            found = self._shelf.take(entry.type.bundle, entry.layout, listed.version.sample)
            if found.type != entry.type:
                raise EntryDamaged(entry.type.code, "the template is not of the type that the entry describes")
            self._bundles[place] = found
        return found


def _judged(version: Version, signers: Sequence[Certificate]) -> Listed:
    """A version with its entry, if that is signed and is the entry of this very version."""
    if version.document is None:
        return Listed(version, None, "unsigned")
    try:
        entry = read_entry(version.document, signers)
    except TrustError as error:
        return Listed(version, None, error.reason)
    if (entry.type.code, entry.version) != version.place:
        return Listed(version, None, "another-entry")
    return Listed(version, entry)


def _believable(listed: Listed) -> CatalogueEntry:
    if listed.entry is None:
        raise EntryDamaged(listed.version.type.code, listed.refused)
    return listed.entry
