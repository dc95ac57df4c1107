"""Which certificate and which key stand behind each role of an installation.

Certificates are looked up in the authority's register; keys are named after their role, a body's after its login. Every
signer handed out is late: nothing is opened until something is signed.
"""

from service.archive import Archive
from service.city import City
from service.keyring import KeyRing, LateSigner
from trust.certification.profiles import (
    LOG,
    OCSP,
    PRESENTATION,
    RECEIPT,
    SEAL_MAKER,
    SEAL_SIGNER,
    STATUS_LIST,
    TIME_STAMP,
    TRUST_LIST,
    Kind,
)
from trust.errors import Conflict
from trust.formats.certificate import Certificate, load_certificate

SERVICES = {
    "trust-list": TRUST_LIST,
    "status-list": STATUS_LIST,
    "log": LOG,
    "receipt": RECEIPT,
    "presentation": PRESENTATION,
    "time-stamp": TIME_STAMP,
    "ocsp": OCSP,
}
"""Roles of the installation itself, by the name of their key."""

MAKER = "seal-maker"


class Directory:
    """Certificates and signers by role."""

    def __init__(self, archive: Archive, ring: KeyRing, city: City) -> None:
        self._archive, self._ring, self._city = archive, ring, city
        self._signers: dict[str, LateSigner] = {}

    def certificate(self, kind: Kind, body_code: str | None = None) -> Certificate:
        """The newest complete certificate of a kind, of one body where a code is given.

        Raises:
            Conflict: `certificate-missing`; the installation was not founded, or not for this body.

        """
        for record in reversed(self._archive.books.certificates.of_profile(kind.profile.name)):
            if record.der is not None:
                found = load_certificate(record.der)
                if body_code is None or found.subject.organisation_code == body_code:
                    return found
        raise Conflict("certificate-missing", f"{kind.profile.name} {body_code or ''}")

    def service(self, name: str) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of one of `SERVICES`."""
        return self._pair(name, self.certificate(SERVICES[name]))

    def maker(self) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of the seal maker."""
        return self._pair(MAKER, self.certificate(SEAL_MAKER))

    def body(self, code: str) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of a body.

        Raises:
            Conflict: `certificate-missing`, also for a code that is no body here.

        """
        login = next((one.login for one in self._city.bodies if one.body.code == code), None)
        if login is None:
            raise Conflict("certificate-missing", code)
        return self._pair(f"body-{login}", self.certificate(SEAL_SIGNER, code))

    def _pair(self, name: str, certificate: Certificate) -> tuple[LateSigner, Certificate]:
        known = self._signers.get(name)
        if known is None or known.public != certificate.public_key:
            known = self._signers[name] = LateSigner(certificate.public_key, f"file:{name}", self._ring.open)
        return known, certificate
