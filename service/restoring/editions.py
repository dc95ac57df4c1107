"""Editions 各期清单: revocation lists of before a restore, checked under the authority's keys, and taken up.

What a revocation list says is recorded of every certificate on record; the rest stays in the list, and in those that
follow it. An edition of which the database has another under its number is refused: two histories.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from keys.sm2 import PublicKey
from service.archive import Archive
from service.public_folder import Edition, PublicFolder, Series, revocation_list
from trust.certification.ports import Editions
from trust.certification.profiles import ISSUING, ROOT
from trust.errors import Conflict, Untrusted
from trust.formats.certificate import load_certificate
from trust.formats.crl import RevocationList, load_crl
from trust.formats.path import check_list_issued


def keys_of(archive: Archive, profile: str) -> list[PublicKey]:
    """Every key of a kind, newest first."""
    records = archive.books.certificates.of_profile(profile)
    return [load_certificate(one.der).public_key for one in reversed(records) if one.der is not None]


def require_same(series: Series, edition: Edition, stored: bytes | None) -> None:
    """Refuse an edition of which the database has another under its number; raises Conflict."""
    if stored != edition.octets:
        raise Conflict("public-copy-differs", f"{series.name}: number {edition.number} is stored with other octets")


def adopt_edition(
    lists: Editions,
    name: str,
    series: Series,
    edition: Edition,
    *,
    number: int,
    issued_at: datetime,
    next_update: datetime,
    to_be_signed: bytes,
) -> None:
    """Make a published edition the current one; one that was planned and not completed is completed with it.

    So it may be when the backup was made, or where a restore was cut off. `number` is what the edition itself says.

    Raises:
        Conflict: `public-copy-damaged`, it lies under another number; `public-copy-differs`, another edition is stored
            under its number, or a later one is known.

    """
    if number != edition.number:
        raise Conflict("public-copy-damaged", f"{series.name}: {edition.number} says that it is {number}")
    highest = lists.highest(name)
    stored = lists.edition(name, number)
    if number > highest:
        lists.plan(name, number, issued_at=issued_at, next_update=next_update, to_be_signed=to_be_signed)
    if number > highest or (stored is None and number == highest):
        lists.complete(name, number, edition.octets)
    else:
        require_same(series, edition, stored)


def published_list(archive: Archive, folder: PublicFolder, name: str) -> RevocationList | None:
    """The revocation list that the public sees, by an authority of ours; None where none was published.

    Raises:
        Untrusted: no key that the authority ever had has signed it.

    """
    edition = folder.newest(revocation_list(name))
    if edition is None:
        return None
    crl, profile = load_crl(edition.octets), ROOT if name == "root" else ISSUING
    issuers = keys_of(archive, profile.profile.name)
    if not issuers:
        raise Untrusted("signature", f"there is no certificate of the authority {name}")
    _check_issued_by_any(crl, issuers)
    return crl


def adopt_revocations(archive: Archive, name: str, folder: PublicFolder) -> int:
    """Make the published revocation list the current one and record what it says; how many entries were not known."""
    crl, edition, books = published_list(archive, folder, name), folder.newest(revocation_list(name)), archive.books
    if crl is None or edition is None:
        return 0
    series, times = revocation_list(name), {"issued_at": crl.this_update, "next_update": crl.next_update}
    adopt_edition(books.editions, name, series, edition, number=crl.number, **times, to_be_signed=crl.tbs)
    known, count = books.revocations.of(name), 0
    for serial, entry in crl.revoked.items():
        if entry not in known.get(serial, ()) and books.certificates.find(name, serial) is not None:
            books.revocations.add(name, serial, entry)
            count += 1
    return count


def _check_issued_by_any(crl: RevocationList, issuers: Sequence[PublicKey]) -> None:
    """Check the list under the keys that the authority ever had, newest first; raises Untrusted."""
    for public in issuers[:-1]:
        with suppress(Untrusted):
            return check_list_issued(crl, public)
    return check_list_issued(crl, issuers[-1])
