"""Putting keys away: the operator's word that a key is retired or has leaked, carried to everything that asks.

A retired key signs no more, and what it signed stands. A leaked one is blocked by its public half for ever; every
certificate of it is revoked too, so that verifiers learn of it with the next revocation list, and the authority never
certifies it again. The block comes first: whatever fails after it, nothing more is signed, and the word can be said
again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from keys.errors import KeysError
from keys.lifecycle import KeyRecord, KeyState
from keys.sm2 import PublicKey
from service.archive import Archive
from service.keyring import KeyRing
from trust.certification.issuing import key_digest
from trust.certification.profiles import ROOT
from trust.certification.revoking import revoke
from trust.errors import Malformed
from trust.formats.crl import Reason


def retire_key(ring: KeyRing, name: str, at: datetime) -> KeyRecord:
    """Retire a key; raises as `KeyRing.put_away`."""
    return ring.put_away(name, KeyState.RETIRED, at)


def check_leaked(ring: KeyRing, name: str, at: datetime, lost_at: datetime | None) -> None:
    """Check that a key can be blocked as one that leaked at `lost_at`; blocked already, it can.

    Raises:
        Malformed: `invalidity-date`; it cannot have leaked later than `at`.
        KeysError: there is no such key, or its state does not lead there.

    """
    if lost_at is not None and lost_at > at:
        raise Malformed("invalidity-date", "a key cannot be lost later than it is revoked")
    known = ring.record(name)
    if known.state is not KeyState.COMPROMISED:
        known.moved(KeyState.COMPROMISED, at)


@dataclass(frozen=True)
class BlockedAgain:
    """Keys that were blocked; those that cannot be read; and those of the authority, which people have to block."""

    names: tuple[str, ...]
    unreadable: tuple[str, ...]
    authorities: tuple[str, ...]


def block_leaked_again(
    ring: KeyRing, leaked: Collection[PublicKey], authorities: Collection[PublicKey], at: datetime
) -> BlockedAgain:
    """Block the keys of a ring that leaked, and are not blocked; those of the authority are named and left as they are.

    A restore brings back the keys as they were at the backup, also those that were blocked since.

    Raises:
        KeysError: the mark of a key cannot be written.

    """
    blocked, unreadable, left = list[str](), list[str](), list[str]()
    for name in ring.names() if leaked or authorities else ():
        try:
            known = ring.record(name)
        except KeysError:
            unreadable.append(name)
            continue
        if known.state is KeyState.COMPROMISED:
            continue
        if known.public in authorities:
            left.append(name)
        elif known.public in leaked:
            ring.put_away(name, KeyState.COMPROMISED, at)
            blocked.append(name)
    return BlockedAgain(tuple(blocked), tuple(unreadable), tuple(left))


def block_leaked_key(
    ring: KeyRing, archive: Archive, name: str, at: datetime, lost_at: datetime | None = None
) -> tuple[KeyRecord, int]:
    """Block a key that leaked and revoke its certificates; the record, and how many certificates that were.

    `lost_at` is when it leaked, as far as is known; without it nothing that the key ever signed counts. The root's own
    certificate is in no list: whoever pinned it has to unpin it.

    Raises:
        Malformed: `invalidity-date`; it cannot have leaked later than `at`. Nothing was done.
        KeysError: as `KeyRing.put_away`.

    """
    check_leaked(ring, name, at, lost_at)
    record = ring.put_away(name, KeyState.COMPROMISED, at)
    certificates = [
        one for one in archive.books.certificates.of_key(key_digest(record.public)) if one.profile != ROOT.profile.name
    ]
    for one in certificates[:1]:  # of a key that leaked, all fall together
        revoke(archive.books, one.authority, one.serial, Reason.KEY_COMPROMISE, at, lost_at)
    return record, len(certificates)
