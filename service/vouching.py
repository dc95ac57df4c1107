"""What signed documents say of entries in status lists: tokens of licences and copies, the trust list of seals.

The register that allots entries is a table like any other. Before an act is recorded or a list is made, its entries are
held against what licences and seals themselves say; and what was carried over a restore, against the reports of
restores that were settled. Only octets are read here; that they were signed and logged is what an audit proves.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection, select

from issuer.copying.store import COPIES
from issuer.store import licence
from service.epochs.store import restore_epoch
from trust.certification.store import trust_list_publication
from trust.certification.trust_listing import MAX_ENVELOPE, NAME
from trust.errors import TrustError
from trust.formats.cose import split
from trust.formats.token import decode_claims, split_token
from trust.formats.trust_list import decode_trust_list
from trust.log.store import AT_ONCE
from trust.rules.seal_standing import subject_of
from trust.rules.status_pointer import StatusPointer

SEAL = subject_of("")
"""How the subjects of seals begin."""
NOWHERE = StatusPointer(2**31 - 1, 0)
"""The entry of a token that cannot be read or is another licence's: no list has it."""


class Documents:
    """`trust.revocation.store.checking.Vouching` over the registers of an installation."""

    def named(self, connection: Connection, subjects: Sequence[str]) -> Mapping[str, StatusPointer]:
        """The entries that tokens of licences and copies name, and the newest trust list for seals."""
        found: dict[str, StatusPointer] = {}
        seals = [one for one in subjects if one.startswith(SEAL)]
        if seals:
            listed = self.listed_seals(connection)
            found |= {one: listed[one] for one in seals if one in listed}
        rest = [one for one in subjects if not one.startswith(SEAL)]
        for start in range(0, len(rest), AT_ONCE):
            some = rest[start : start + AT_ONCE]
            for table in (licence, COPIES):
                wanted = select(table.c.identifier, table.c.token)
                there = table.c.identifier.in_(some) & table.c.token.is_not(None)
                for row in connection.execute(wanted.where(there)):
                    found[row.identifier] = pointer_in(bytes(row.token), row.identifier)
        return found

    def listed_seals(self, connection: Connection) -> Mapping[str, StatusPointer]:
        """The subjects of all seals in the newest trust list, with their entries."""
        table = trust_list_publication
        newest = select(table.c.octets).where(table.c.name == NAME, table.c.octets.is_not(None))
        octets = connection.scalar(newest.order_by(table.c.number.desc()).limit(1))
        return {} if octets is None else _seals_in(bytes(octets))

    def carried(self, connection: Connection, shard: int) -> frozenset[tuple[int, int]]:
        """Entry and value of everything that reports of settled restores say was carried over in a list."""
        reports = connection.scalars(select(restore_epoch.c.report)).all()
        return frozenset((entry, value) for octets in reports for of, entry, value in carried_in(octets) if of == shard)


def pointer_in(token: bytes, identifier: str) -> StatusPointer:
    """The entry that a token names, if it is the token of this licence; else one that no list has."""
    try:
        claims = decode_claims(split_token(token).payload)
    except TrustError:
        return NOWHERE
    return claims.status if identifier == str(claims.identifier) else NOWHERE


def carried_in(report: bytes, member: str = "carried") -> Iterator[tuple[int, int, int]]:
    """List, entry and value of what a report of a restore says was carried over; nothing where it cannot be read.

    With `carried_ended`: of what an earlier restore had, and the public lists showed as valid again.
    """
    try:
        said = json.loads(report).get(member, []) if report else []
    except (ValueError, AttributeError):
        return
    for one in said if type(said) is list else ():
        if type(one) is list and len(one) == 3 and all(type(part) is int for part in one):
            yield one[0], one[1], one[2]


def recovered_in(report: bytes, kind: str | None = None) -> int:
    """How many entries of the log, or of one kind, a restore brought back from the public copy, by its report."""
    try:
        said = json.loads(report).get("log_entries_recovered", {}) if report else {}
        return sum(said.values()) if kind is None else int(said.get(kind, 0))
    except (ValueError, AttributeError, TypeError):
        return 0


@lru_cache(maxsize=4)
def _seals_in(octets: bytes) -> Mapping[str, StatusPointer]:
    """The entries of the seals in a trust list; none in one that cannot be read, which is told elsewhere."""
    try:
        listed = decode_trust_list(split(octets, MAX_ENVELOPE).payload)
    except TrustError:
        return {}
    return {subject_of(one.seal_id): one.pointer for one in listed.seals or ()}
