"""Time for this installation: is our clock good enough to stamp with, and whose time stamps do we put into files.

The machine's clock is watched in two ways. It must run like the clock that cannot be set: a jump between the two means
that somebody set it, and then no stamps are given until the process starts anew or the time daemon has set it right.
And where a mark is named, a file that the daemon touches at each synchronisation (systemd-timesyncd does), the mark
must be young. Production asks for the mark; without one the machine is taken at its word.

Stamps come from our own authority, or from one outside whose address and certificate stand in the settings. That is
the only connection this service ever opens, and no document can cause or steer it: what is sent is a digest of a
signature of our own. The answer is held against the request and the pinned certificate before it goes into a file.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from keys.sm3 import sm3
from service.archive import Archive
from service.directory import Directory
from service.errors import TimeStampUnavailable
from trust.certification.ports import ClockHealth
from trust.certification.stamping import ACCURACY, StampDesk, stamp
from trust.errors import TrustError, Untrusted
from trust.formats.asn1 import SM3
from trust.formats.certificate import Certificate, Purpose
from trust.formats.time_stamp import signature_holds
from trust.formats.time_stamp_query import (
    MAX_ANSWER,
    QUERY_TYPE,
    TimeStampRequest,
    check_answer,
    read_answer,
    write_request,
)
from trust.rules.times import TOLERANCE

Stamper = Callable[[bytes], bytes]
"""Takes octets, gives a token over them (DER)."""
MARK_HOLDS = timedelta(hours=2)
"""How old the mark of the last synchronisation may be; timesyncd asks every 34 minutes at the latest."""
TIMEOUT_S, NONCE_OCTETS = 10.0, 8
OWN_PER_MINUTE = 1_000_000


class TrustedClock:
    """`ClockHealth` that takes the clock at its word, for tests with a clock of their own."""

    def trouble(self, at: datetime) -> str | None:  # noqa: ARG002  (the port's signature)
        """Nothing is ever wrong."""
        return None


class WatchedClock:
    """`ClockHealth` of this machine: no jumps against `steady` (seconds), and a young mark where one is named."""

    def __init__(self, now: Callable[[], datetime], steady: Callable[[], float], mark: Path | None) -> None:
        self._steady, self._mark = steady, mark
        self._began, self._began_steady = now(), steady()
        self._jumped_at: datetime | None = None

    def trouble(self, at: datetime) -> str | None:
        """See `ClockHealth`."""
        marked = self._marked_at()
        passed = timedelta(seconds=self._steady() - self._began_steady)
        if abs(at - self._began - passed) > ACCURACY / 2:
            self._jumped_at = self._jumped_at or at
            if marked is None or marked <= self._jumped_at:
                return "clock-jumped"
            self._began, self._began_steady, self._jumped_at = at, self._steady(), None
        if self._mark is not None and (marked is None or not timedelta(0) <= at - marked + ACCURACY <= MARK_HOLDS):
            return "clock-unsynchronised"
        return None

    def _marked_at(self) -> datetime | None:
        if self._mark is None:
            return None
        try:
            return datetime.fromtimestamp(self._mark.stat().st_mtime, self._began.tzinfo)
        except OSError:
            return None  # no mark: never synchronised, which is told as that


def stamp_desk(archive: Archive, directory: Directory, clock: ClockHealth, random: Callable[[int], bytes]) -> StampDesk:
    """Our own authority; raises Conflict `certificate-missing` before founding."""
    signer, certificate = directory.service("time-stamp")
    between = archive.books.certificates.of_profile("issuing-ca")
    chain = tuple(record.der for record in between if record.der is not None)
    return StampDesk(signer, certificate, chain, archive.stamps, clock, random)


def own_stamper(desk: Callable[[], StampDesk], now: Callable[[], datetime], random: Callable[[int], bytes]) -> Stamper:
    """Stamps by our own authority, in this process; what strangers ask for does not keep them waiting."""

    def stamped(octets: bytes) -> bytes:
        return stamp(replace(desk(), per_minute=OWN_PER_MINUTE), _request(octets, random), now())

    return stamped


def _request(octets: bytes, random: Callable[[int], bytes]) -> TimeStampRequest:
    nonce = int.from_bytes(random(NONCE_OCTETS), "big")
    return TimeStampRequest(SM3, sm3(octets), nonce=nonce, wants_certificates=True)


@dataclass(frozen=True)
class OutsideAuthority:
    """A `Stamper` at an address outside; `certificate` is pinned, whatever the answer brings along."""

    address: str
    certificate: Certificate
    now: Callable[[], datetime]
    random: Callable[[int], bytes]

    def __call__(self, octets: bytes) -> bytes:
        """A token over octets.

        Raises:
            TimeStampUnavailable: no answer, a refusal, or one that does not hold.

        """
        request = _request(octets, self.random)
        try:
            answer = self._post(write_request(request))
            token = check_answer(read_answer(answer), request)
            self._check(token.octets, token.info.at, token.info.accuracy, held=signature_holds(token, self.pinned))
        except (OSError, HTTPException, TrustError) as error:
            raise TimeStampUnavailable(getattr(error, "reason", type(error).__name__)) from error
        return token.octets

    @property
    def pinned(self) -> bytes:
        """The certificate's octets."""
        return self.certificate.der

    def _check(self, octets: bytes, stated: datetime, accuracy: timedelta | None, *, held: bool | None) -> None:
        """Hold the token against the pinned certificate and our own clock."""
        if held is not True or Purpose.TIME_STAMP not in self.certificate.purposes:
            raise Untrusted("time-stamp-signer", f"{len(octets)} octets not signed by the pinned authority")
        if accuracy is not None and accuracy > ACCURACY:
            raise Untrusted("time-stamp-accuracy", "less exact than a second")
        if abs(stated - self.now()) > TOLERANCE:
            raise Untrusted("time-stamp-time", "far from our own clock")
        if not self.certificate.not_before <= stated <= self.certificate.not_after:
            raise Untrusted("time-stamp-signer", "outside the period of the pinned certificate")

    def _post(self, body: bytes) -> bytes:
        """The body of the answer; there is no redirect, no proxy, and no more than a bound."""
        parts = urlsplit(self.address)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", parts.path or "/", body, {"Content-Type": QUERY_TYPE})
            with connection.getresponse() as answer:
                octets = answer.read(MAX_ANSWER + 1)
        finally:
            connection.close()
        if answer.status != 200 or len(octets) > MAX_ANSWER:
            raise Untrusted("time-stamp-http", f"status {answer.status}, {len(octets)} octets")
        return octets
