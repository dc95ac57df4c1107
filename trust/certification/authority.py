"""The embedded authority: a root and an issuing CA, for demonstration, tests and intranets.

The root certifies the issuing CA, the issuing CA certifies signers. Both publish revocation lists at
`<address>/crl/<name>.crl`. Where a licensed authority issues the certificates, this module is not wired: verifiers
ask only that a path leads to a pinned anchor. `found` may be called at every start: it makes what is missing and
takes up what is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.certification import profiles
from trust.certification.issuing import Desk, Random, issue, key_digest
from trust.certification.ports import Books, CertificateRecord
from trust.certification.profiles import Kind
from trust.certification.revoking import due, publish_list, revoke, standing_revocations
from trust.errors import Conflict
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import Reason, RevocationList, Revoked, load_crl
from trust.formats.x509_fields import Name

ROOT, ISSUING = "root", "issuing"
ROOT_LIST_HOLDS, ROOT_LIST_RENEWED = timedelta(days=90), timedelta(days=30)
LIST_HOLDS, LIST_RENEWED = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Root and issuing CA at work over their books; `address` is where their lists can be fetched, without a slash."""

    root: Desk
    issuing: Desk
    books: Books
    address: str

    def certify(self, public: PublicKey, kind: Kind, *, subject: Name, at: datetime, random: Random) -> Certificate:
        """Certify a signer's key; renewing is certifying the same key again.

        Raises:
            Conflict: `not-an-end-entity`, `issuer-revoked`, and what `issue` raises.
            Malformed: what cannot stand in a certificate.

        """
        if kind.profile.is_ca:
            raise Conflict("not-an-end-entity", "CAs are made by founding alone")
        if self.issuing.certificate.serial in standing_revocations(self.books, ROOT):
            raise Conflict("issuer-revoked", "the issuing CA's own certificate is revoked")
        return issue(
            self.books,
            authority=ISSUING,
            signer=self.issuing.signer,
            issuer=self.issuing.certificate,
            kind=kind,
            public=public,
            subject=subject,
            crl_url=crl_url(self.address, ISSUING),
            at=at,
            random=random,
        )

    def revoke_certificate(
        self,
        serial: int,
        reason: Reason,
        at: datetime,
        *,
        invalid_since: datetime | None = None,
        authority: str = ISSUING,
    ) -> Revoked:
        """Revoke a certificate, by default one of the issuing CA's; it is public with the next list.

        Raises:
            Conflict: `root-cannot-be-revoked`; a root is unpinned by those who pinned it.
            CertificateUnknown, Malformed: as `revoke`.

        """
        if authority == ROOT and serial == self.root.certificate.serial:
            raise Conflict("root-cannot-be-revoked", "take the root out of the anchors instead")
        return revoke(self.books, authority, serial, reason, at, invalid_since)

    def publish_crls(
        self, at: datetime, served: Callable[[str], bytes | None] = lambda _name: None
    ) -> tuple[RevocationList, RevocationList]:
        """Publish the lists that are due; return the current lists of root and issuing CA.

        `served` tells which list of an authority the public sees.

        Raises:
            Conflict, PublicationDamaged: as `publish_list`.

        """
        root, issuing = (self._publish_if_due(desk, at, served) for desk in (self.root, self.issuing))
        return root, issuing

    def _publish_if_due(self, desk: Desk, at: datetime, served: Callable[[str], bytes | None]) -> RevocationList:
        current = self.books.editions.current(desk.name)
        if current is None or due(desk, self.books, at):
            return publish_list(desk, self.books, at, served(desk.name))
        return load_crl(current.octets)

    def unfinished(self) -> list[CertificateRecord]:
        """Certificates that were planned and never completed: a crash may have left a signature nobody has seen."""
        kinds = (profiles.ROOT, profiles.ISSUING, *profiles.END_ENTITIES, profiles.OCSP)
        records = (record for kind in kinds for record in self.books.certificates.of_profile(kind.profile.name))
        return [record for record in records if record.der is None]


def crl_url(address: str, name: str) -> str:
    """Where the revocation list of an authority can be fetched."""
    return f"{address}/crl/{name}.crl"


def found(
    root: Signer,
    issuing: Signer,
    *,
    root_name: Name,
    issuing_name: Name,
    books: Books,
    address: str,
    at: datetime,
    random: Random,
) -> Authority:
    """Found the authority under these keys, or take up the one that the books know.

    Raises:
        Conflict: `authority-has-other-key`, the books know another key in this place; and what `issue` raises.

    """
    top = _known(books, profiles.ROOT, root.public) or issue(
        books,
        authority=ROOT,
        signer=root,
        issuer=None,
        kind=profiles.ROOT,
        public=root.public,
        subject=root_name,
        crl_url=None,
        at=at,
        random=random,
    )
    below = _known(books, profiles.ISSUING, issuing.public) or issue(
        books,
        authority=ROOT,
        signer=root,
        issuer=top,
        kind=profiles.ISSUING,
        public=issuing.public,
        subject=issuing_name,
        crl_url=crl_url(address, ROOT),
        at=at,
        random=random,
    )
    return Authority(
        Desk(ROOT, root, top, ROOT_LIST_HOLDS, ROOT_LIST_RENEWED),
        Desk(ISSUING, issuing, below, LIST_HOLDS, LIST_RENEWED),
        books,
        address,
    )


def _known(books: Books, kind: Kind, public: PublicKey) -> Certificate | None:
    """The CA certificate that the books have for this key; the youngest, if it was renewed."""
    complete = [record for record in books.certificates.of_profile(kind.profile.name) if record.der is not None]
    if any(record.key != key_digest(public) for record in complete):
        raise Conflict("authority-has-other-key", f"the books know another {kind.profile.name}")
    newest = max(complete, key=lambda record: record.planned_at, default=None)
    return None if newest is None or newest.der is None else load_certificate(newest.der)
