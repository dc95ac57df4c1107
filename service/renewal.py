"""Renewal 证书更新: the services' own certificates, and the seal maker's, made anew before they end.

A certificate lasts some years, and what is signed under one that has ended counts for nothing: without a new one an
installation would fall silent on a known day, and with it every revocation after that day. So what the installation
needs for itself is certified again in good time, the same key in the same name, by the process that publishes; the
trust list names both. The key is the ring's and the name the plan's: what the register of certificates says decides
only that it is time, so that nobody who writes there has a key of his own certified. A key that was put away is not
certified again: that is for people (`yinzheng key renew`). Nor is a body's, whose seal has to be made again with it by
two people; its last months are told instead (`ending_soon`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.lifecycle import KeyRecord, KeyState
from keys.sm2 import PublicKey
from service.archive import Archive
from service.city import City
from service.directory import FIRST_KEY, MAKER, SERVICES, Directory
from service.keyring import KeyRing
from trust.certification.authority import ISSUING, Authority
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_MAKER
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.x509_fields import Name, make_name
from trust.rules.party import IssuingBody

AHEAD = timedelta(days=90)
"""How long before its end a certificate is made anew."""
GAIN = timedelta(days=30)
"""A new certificate that lasts no longer than this beyond the old one is not worth making: its authority ends too."""
EVERY = timedelta(hours=12)
"""How often a process looks, also where it did not succeed."""
OWN = {**SERVICES, MAKER: SEAL_MAKER}
"""What an installation certifies for itself, by role."""
LONGEST_NAME = 64


@dataclass(frozen=True)
class Ending:
    """When the newest certificate of a role or body ends, or ended by being revoked."""

    name: str
    ends_at: datetime


class Renewal:
    """Sees to it that the installation's own certificates do not end while their keys are in use."""

    def __init__(
        self,
        city: City,
        archive: Archive,
        directory: Directory,
        ring: KeyRing,
        authority: Callable[[], Authority],
        random: Callable[[int], bytes],
    ) -> None:
        self._city, self._archive, self._directory, self._ring = city, archive, directory, ring
        self._authority, self._random = authority, random
        self._looked: datetime | None = None

    def renew_due(self, at: datetime) -> None:
        """Certify again what ends within `AHEAD`; looks at most once in `EVERY`.

        Two processes that look at the same moment make two certificates of one key, which harms nobody.

        Raises:
            Exception: the first failure, when the others have had their turn.

        """
        if self._looked is not None and timedelta(0) <= at - self._looked < EVERY:
            return
        self._looked = at
        failures: list[Exception] = []
        for role in OWN:
            try:
                self._renew(role, at)
            except Exception as error:  # noqa: BLE001  (the first is raised below, when the others have had their turn)
                failures.append(error)
        if failures:
            raise failures[0]

    def _renew(self, role: str, at: datetime) -> None:
        kind, newest = OWN[role], self._directory.newest(OWN[role])
        if newest is None or newest.not_after - at > AHEAD:
            return
        record = present_key(self._ring, key_names(self._ring, role), newest)
        revoked = standing_revocations(self._archive.books, ISSUING)
        ends = min(at + kind.lasts, self._authority().issuing.certificate.not_after)
        if record is None or newest.serial in revoked or ends - newest.not_after <= GAIN:
            return
        subject = subject_of(self._city, role)
        self._authority().certify(record.public, kind, subject=subject, at=at, random=self._random)

    def endings(self) -> Iterator[Ending]:
        """When the newest certificates end: of the authorities, of each role, and of each body by its login."""
        authority = self._authority()
        held = {"root": authority.root.certificate, "issuing": authority.issuing.certificate}
        held |= {role: found for role, kind in OWN.items() if (found := self._directory.newest(kind)) is not None}
        revoked = standing_revocations(self._archive.books, ISSUING)
        for name, one in (*held.items(), *self._directory.bodies()):
            fell = revoked.get(one.serial)
            yield Ending(name, one.not_after if fell is None else min(one.not_after, fell.at))

    def ending_soon(self, at: datetime) -> Iterator[Ending]:
        """Those that end within `AHEAD`, or have ended."""
        return (one for one in self.endings() if one.ends_at - at <= AHEAD)


def subject_of(city: City, role: str) -> Name:
    """In whose name the certificate of a role stands, by the plan."""
    if role == MAKER:
        return name_of(city.seal_maker, city.seal_maker.name)
    return name_of(city.operator, f"{city.operator.name} {role}")


def name_of(owner: IssuingBody, common_name: str) -> Name:
    """The name of an owner in a certificate."""
    return make_name(common_name[:LONGEST_NAME], organisation=owner.name, organisation_code=owner.code)


def key_names(ring: KeyRing, role: str, login: str = "") -> dict[int, str]:
    """The names in a ring of the keys of a role, or with a login those of a body, by which in order they are."""
    first, rest = (FIRST_KEY, f"-{login}") if login else (role, "")
    form = re.compile(re.escape(first) + "([1-9][0-9]*)?" + re.escape(rest))
    return {int(found[1] or 1): name for name in ring.names() if (found := form.fullmatch(name))}


def present_key(ring: KeyRing, names: dict[int, str], newest: Certificate) -> KeyRecord | None:
    """The key of the newest certificate, where the ring has it under one of these names and it may sign; else None."""
    for name in names.values():
        record = ring.record(name)
        if record.public == newest.public_key:
            return record if record.state is KeyState.ACTIVE else None
    return None


def certified_until(archive: Archive, public: PublicKey) -> datetime | None:
    """When the last of a key's certificates ends; None for a key that was never certified."""
    found = [one.der for one in archive.books.certificates.of_key(key_digest(public)) if one.der is not None]
    return max((load_certificate(der).not_after for der in found), default=None)
