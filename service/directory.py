"""Which certificate and which key stand behind each role of an installation.

Certificates are looked up in the authority's register; keys are named after their role, a body's after its login and
how many it had before. Every signer handed out is late: nothing is opened until something is signed.
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

MAKER, FIRST_KEY = "seal-maker", "body"


class Directory:
    """Certificates and signers by role."""

    def __init__(self, archive: Archive, ring: KeyRing, city: City) -> None:
        self._archive, self._ring, self._city = archive, ring, city
        self._signers: dict[str, LateSigner] = {}
        self._names: dict[int, str] = {}

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
        certificate = self.certificate(SEAL_SIGNER, code)
        return self._pair(self._name_of_key(login, code, certificate), certificate)

    def next_key_name(self, code: str) -> str:
        """The name of the key that a body will have after its present one; raises as `body`."""
        reference = self.body(code)[0].reference.removeprefix("file:")
        prefix, _, login = reference.partition("-")
        return f"{FIRST_KEY}{int(prefix.removeprefix(FIRST_KEY) or 1) + 1}-{login}"

    def _name_of_key(self, login: str, code: str, certificate: Certificate) -> str:
        """`body-<login>` for a body's first key, `body2-<login>` for the one that took its place, and so on."""
        if certificate.serial not in self._names:
            keys = list(dict.fromkeys(found.public_key for found in self._certificates_of(code)))
            place = keys.index(certificate.public_key) + 1
            self._names[certificate.serial] = f"{FIRST_KEY}{place if place > 1 else ''}-{login}"
        return self._names[certificate.serial]

    def _certificates_of(self, code: str) -> list[Certificate]:
        """The complete certificates of a body for sealing, oldest first."""
        records = self._archive.books.certificates.of_profile(SEAL_SIGNER.profile.name)
        found = [load_certificate(one.der) for one in records if one.der is not None]
        return [one for one in found if one.subject.organisation_code == code]

    def _pair(self, name: str, certificate: Certificate) -> tuple[LateSigner, Certificate]:
        known = self._signers.get(name)
        if known is None or known.public != certificate.public_key:
            known = self._signers[name] = LateSigner(certificate.public_key, f"file:{name}", self._ring.open)
        return known, certificate
