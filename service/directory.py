"""Which certificate and which key stand behind each role of an installation.

Certificates are looked up in the authority's register; keys are named after their role, a body's after its login, and
after how many there were before. Every signer handed out is late: nothing is opened until something is signed.
"""

from collections.abc import Collection, Iterator, Sequence

from service.archive import Archive
from service.city import Body, City
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
        self._places: dict[int, str] = {}

    def certificate(self, kind: Kind, body_code: str | None = None) -> Certificate:
        """The newest complete certificate of a kind, of one body where a code is given.

        Raises:
            Conflict: `certificate-missing`; the installation was not founded, or not for this body.

        """
        found = self.newest(kind, body_code)
        if found is None:
            raise Conflict("certificate-missing", f"{kind.profile.name} {body_code or ''}")
        return found

    def newest(self, kind: Kind, body_code: str | None = None) -> Certificate | None:
        """The same, or None where there is none."""
        for record in reversed(self._archive.books.certificates.of_profile(kind.profile.name)):
            if record.der is not None:
                found = load_certificate(record.der)
                if body_code is None or found.subject.organisation_code == body_code:
                    return found
        return None

    def service(self, name: str) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of one of `SERVICES`."""
        certificate = self.certificate(SERVICES[name])
        return self._pair(self.key_name(name, certificate), certificate)

    def maker(self) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of the seal maker."""
        certificate = self.certificate(SEAL_MAKER)
        return self._pair(self.key_name(MAKER, certificate), certificate)

    def body(self, code: str, listed: Collection[bytes] = ()) -> tuple[LateSigner, Certificate]:
        """Signer and certificate of a body: the newest, or of those of the same key the newest that a seal lists.

        So a certificate that was made anew takes nothing from the seals that list the one before.

        Raises:
            Conflict: `certificate-missing`, also for a code that is no body here.

        """
        certificate = newest = self.certificate(SEAL_SIGNER, self._body(code).body.code)
        if listed and newest.der not in listed:
            same = [one for one in self._certificates_of(code) if one.public_key == newest.public_key]
            certificate = next((one for one in reversed(same) if one.der in listed), newest)
        return self._pair(self.body_key_name(code, certificate), certificate)

    def bodies(self) -> Iterator[tuple[str, Certificate]]:
        """The login of every body that has a certificate, and the newest."""
        for one in self._city.bodies:
            if found := self._certificates_of(one.body.code):
                yield one.login, found[-1]

    def key_name(self, role: str, certificate: Certificate) -> str:
        """The name of the key of a role that a certificate is of: `<role>` for its first, `<role>2` for the next."""
        kind = SEAL_MAKER if role == MAKER else SERVICES[role]
        return f"{role}{self._place(certificate, self._complete(kind))}"

    def body_key_name(self, code: str, certificate: Certificate) -> str:
        """The name of the key of a body that a certificate is of: `body-<login>`, `body2-<login>`, and so on."""
        place = self._place(certificate, self._certificates_of(code))
        return f"{FIRST_KEY}{place}-{self._body(code).login}"

    def keys_so_far(self, role: str, code: str = "") -> int:
        """How many keys the certificates of a role, or with a code those of a body, are of."""
        every = self._certificates_of(code) if code else self._complete(SEAL_MAKER if role == MAKER else SERVICES[role])
        return len({one.public_key for one in every})

    def _body(self, code: str) -> Body:
        found = next((one for one in self._city.bodies if one.body.code == code), None)
        if found is None:
            raise Conflict("certificate-missing", code)
        return found

    def _place(self, certificate: Certificate, every: Sequence[Certificate]) -> str:
        """Which key in order a certificate is of, as it stands in names: nothing for the first."""
        if certificate.serial not in self._places:
            keys = list(dict.fromkeys(found.public_key for found in every))
            place = keys.index(certificate.public_key) + 1
            self._places[certificate.serial] = str(place) if place > 1 else ""
        return self._places[certificate.serial]

    def _complete(self, kind: Kind) -> Sequence[Certificate]:
        """The complete certificates of a kind, oldest first."""
        records = self._archive.books.certificates.of_profile(kind.profile.name)
        return [load_certificate(one.der) for one in records if one.der is not None]

    def _certificates_of(self, code: str) -> Sequence[Certificate]:
        """The complete certificates of a body for sealing, oldest first."""
        return [one for one in self._complete(SEAL_SIGNER) if one.subject.organisation_code == code]

    def _pair(self, name: str, certificate: Certificate) -> tuple[LateSigner, Certificate]:
        known = self._signers.get(name)
        if known is None or known.public != certificate.public_key:
            known = self._signers[name] = LateSigner(certificate.public_key, f"file:{name}", self._ring.open)
        return known, certificate
