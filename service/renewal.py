"""Renewal 证书更新: the services' own certificates, and the seal maker's, made anew before they end.

A certificate lasts some years, and what is signed under one that has ended counts for nothing: without a new one an
installation would fall silent on a known day, and with it every revocation after that day. So what the installation
needs for itself is certified again in good time, the same key in the same name, by the process that publishes; the
trust list names both. A key that was put away is not certified again: that is for people (`yinzheng key renew`). Nor is
a body's, whose seal has to be made again with it by two people; its last months are told instead (`ending_soon`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.lifecycle import KeyState
from keys.sm2 import PublicKey
from service.archive import Archive
from service.directory import MAKER, SERVICES, Directory
from service.keyring import KeyRing
from trust.certification.authority import Authority
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_MAKER, Kind
from trust.formats.certificate import Certificate, load_certificate

AHEAD = timedelta(days=90)
"""How long before its end a certificate is made anew."""
GAIN = timedelta(days=30)
"""A new certificate that lasts no longer than this beyond the old one is not worth making: its authority ends too."""
EVERY = timedelta(hours=12)
"""How often a process looks."""
OWN = {**SERVICES, MAKER: SEAL_MAKER}
"""What an installation certifies for itself, by role."""


@dataclass(frozen=True)
class Ending:
    """When the newest certificate of a role or body ends."""

    name: str
    ends_at: datetime


class Renewal:
    """Sees to it that the installation's own certificates do not end while their keys are in use."""

    def __init__(
        self, directory: Directory, ring: KeyRing, authority: Callable[[], Authority], random: Callable[[int], bytes]
    ) -> None:
        self._directory, self._ring, self._authority, self._random = directory, ring, authority, random
        self._looked: datetime | None = None

    def renew_due(self, at: datetime) -> None:
        """Certify again what ends within `AHEAD`; looks at most once in `EVERY`.

        Two processes that look at the same moment make two certificates of one key, which harms nobody.

        Raises:
            KeysError, TrustError: one could not be made; it is tried again at the next call.

        """
        if self._looked is not None and timedelta(0) <= at - self._looked < EVERY:
            return
        for name, kind in OWN.items():
            present = self._directory.certificate(kind)
            if self._wants(name, kind, present, at):
                self._authority().certify(present.public_key, kind, subject=present.subject, at=at, random=self._random)
        self._looked = at

    def _wants(self, name: str, kind: Kind, present: Certificate, at: datetime) -> bool:
        if present.not_after - at > AHEAD:
            return False
        if self._ring.record(self._directory.key_name(name, present)).state is not KeyState.ACTIVE:
            return False
        ends = min(at + kind.lasts, self._authority().issuing.certificate.not_after)
        return ends - present.not_after > GAIN

    def endings(self) -> Iterator[Ending]:
        """When the newest certificates end: of the authorities, of each role, and of each body by its login."""
        authority = self._authority()
        yield Ending("root", authority.root.certificate.not_after)
        yield Ending("issuing", authority.issuing.certificate.not_after)
        for name, kind in OWN.items():
            yield Ending(name, self._directory.certificate(kind).not_after)
        for login, certificate in self._directory.bodies():
            yield Ending(login, certificate.not_after)

    def ending_soon(self, at: datetime) -> Iterator[Ending]:
        """Those that end within `AHEAD`, or have ended."""
        return (one for one in self.endings() if one.ends_at - at <= AHEAD)


def certified_until(archive: Archive, public: PublicKey) -> datetime | None:
    """When the last of a key's certificates ends; None for a key that was never certified."""
    found = [one.der for one in archive.books.certificates.of_key(key_digest(public)) if one.der is not None]
    return max((load_certificate(der).not_after for der in found), default=None)
