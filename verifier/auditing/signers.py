"""Whose signatures count in an audit: keys that a path from a pinned root vouches for at the time of signing.

Where no root was given, signatures are checked against the keys that the lists themselves name, which proves nothing by
itself; then the lists rest on the log alone, and the report says so.
"""

from collections.abc import Iterable
from datetime import datetime

from keys.sm2 import PublicKey
from trust.errors import Malformed, Untrusted
from trust.formats import cose
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.crl import RevocationList
from trust.formats.path import check_issued, validate_path
from trust.formats.trust_list import TrustList
from trust.formats.verifier_key import VerifierKey
from trust.formats.x509_fields import Name

MAX_ENVELOPE = 4 * 1024 * 1024


class Signers:
    """The certificates known in an audit; `now` is when it is made."""

    def __init__(
        self,
        anchors: Iterable[Certificate],
        helpers: Iterable[Certificate],
        crls: Iterable[RevocationList],
        now: datetime,
    ) -> None:
        self._anchors, self._now = tuple(anchors), now
        self._certificates = list(dict.fromkeys(helpers))
        self._crls = tuple(crls)
        self._listed: dict[bytes, set[Purpose]] = {}
        self._held: dict[tuple[bytes, Purpose, object], bool] = {}
        self._led: tuple[int, tuple[Certificate, ...]] | None = None

    @property
    def pinned(self) -> bool:
        """Whether a root was given."""
        return bool(self._anchors)

    def is_root(self, name: Name) -> bool:
        """Whether somebody of this name is a root that was given."""
        return any(one.subject == name for one in self._anchors)

    @property
    def authorities(self) -> tuple[Certificate, ...]:
        """Certificates that may have signed revocation lists: the roots, and authorities that lead to one of them.

        Without a root everything that is known may have.
        """
        if not self.pinned:
            return tuple(self._certificates)
        if self._led is not None and self._led[0] == len(self._certificates):
            return self._led[1]
        found, rest = list(self._anchors), [one for one in self._certificates if one.is_ca]
        for above in found:  # it grows by what each of its certificates vouches for
            below = [one for one in rest if one not in found and _vouches(above, one)]
            found += below
        self._led = len(self._certificates), tuple(found)
        return self._led[1]

    def admit(self, listed: TrustList) -> None:
        """Take up the certificates that a trust list names."""
        for one in listed.certificates:
            try:
                certificate = load_certificate(one.der)
            except Malformed:
                continue  # nobody's certificate; what it signed is then signed by nobody
            if certificate.fingerprint not in self._listed:
                self._certificates.append(certificate)
            self._listed.setdefault(certificate.fingerprint, set()).add(one.purpose)

    def unwrap(self, octets: bytes, content_type: str, purpose: Purpose, at: datetime) -> bytes:
        """The payload of an envelope that somebody with this purpose signed at `at`.

        Raises:
            Malformed: not such an envelope.
            Untrusted: nobody known signed it, or the signature does not hold.

        """
        envelope = cose.split(octets, MAX_ENVELOPE)
        for key in self._keys(envelope.key_id, purpose, at):
            return cose.unwrap(octets, key, content_type=content_type, limit=MAX_ENVELOPE)
        raise Untrusted("signer-unknown")

    def log_keys(self, origin: str) -> list[VerifierKey]:
        """The keys that trust lists name for the log, as far as their paths hold."""
        wanted = [one for one in self._certificates if Purpose.LOG in self._listed.get(one.fingerprint, ())]
        return [VerifierKey(origin, one.public_key) for one in wanted if self._holds(one, Purpose.LOG, self._now)]

    def _keys(self, key_id: bytes, purpose: Purpose, at: datetime) -> Iterable[PublicKey]:
        for certificate in self._certificates:
            if certificate.public_key.key_id == key_id and self._holds(certificate, purpose, at):
                yield certificate.public_key

    def _holds(self, certificate: Certificate, purpose: Purpose, at: datetime) -> bool:
        """Whether a path held at that time; asked once for each certificate and day."""
        if not self.pinned:
            return True
        key = (certificate.fingerprint, purpose, at.date())
        if key not in self._held:
            try:
                validate_path(
                    certificate,
                    others=self._certificates,
                    anchors=self._anchors,
                    crls=self._crls,
                    at=at,
                    now=self._now,
                    purpose=purpose,
                    require_revocation=False,  # a list that is missing is a finding of its own
                )
                self._held[key] = True
            except Untrusted:
                self._held[key] = False
        return self._held[key]


def _vouches(above: Certificate, certificate: Certificate) -> bool:
    """Whether an authority signed a certificate."""
    if certificate.issuer != above.subject:
        return False
    try:
        check_issued(certificate, above.public_key)
    except Untrusted:
        return False
    return True
