"""A new certificate by order: for a body or service whose key was put away, and for a body whose certificate ends soon.

A key that was put away, that a restore lost, or whose certificate was revoked is followed by a new one, under the next
name; a key that is in use is certified again once its certificate ends within three months (`service.renewal`; services
do that by themselves). What is certified is a key of the ring, in a name of the plan. It is the operator's step, as
founding is; with the certificate alone nothing can be issued. A body's seal is made again by two officials of the body,
in the place of the old one. Cut off, it is taken up by saying it again: a key that was made and not certified is found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from keys.lifecycle import KeyState
from keys.sm2 import PublicKey
from service.archive import Archive
from service.city import City
from service.directory import FIRST_KEY, Directory
from service.keyring import KeyRing
from service.lost_keys.errors import CompromiseRefused
from service.publisher import Publisher
from service.renewal import AHEAD, OWN, certified_until, key_names, name_of, present_key, subject_of
from trust.certification.authority import ISSUING, Authority
from trust.certification.profiles import SEAL_SIGNER, Kind
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate
from trust.formats.x509_fields import Name

LOG = "log"


@dataclass(frozen=True)
class Owner:
    """Whose key it is: kind and subject of its certificates, the newest, keys in the ring by order, keys so far."""

    kind: Kind
    subject: Name
    newest: Certificate
    names: dict[int, str]
    keys_so_far: int
    form: str

    @property
    def following(self) -> str:
        """The name of the next key: none that the ring has, and none that a certificate was ever of."""
        return self.form.format(max([self.keys_so_far, *self.names]) + 1)


def renew_key(
    city: City,
    archive: Archive,
    directory: Directory,
    ring: KeyRing,
    authority: Authority,
    publisher: Publisher,
    owner: str,
    *,
    at: datetime,
    random: Callable[[int], bytes],
) -> tuple[str, Certificate]:
    """Certify the next key of a body (login or code) or of a service (its role), and publish; reference, certificate.

    Raises:
        CompromiseRefused: `body-unknown`, no body and no service; `key-in-use`, the key has not been put away and its
            certificate does not end soon; `log-key-fixed`, the log goes on under its key or not at all.
        KeysError, TrustError: it could not be made, certified or published; said again it is taken up.

    """
    own = _of_service(city, directory, ring, owner) if owner in OWN else _of_body(city, directory, ring, owner)
    present = present_key(ring, own.names, own.newest)
    if present is not None and own.newest.serial not in standing_revocations(archive.books, ISSUING):
        if own.newest.not_after - at > AHEAD:
            raise CompromiseRefused("key-in-use", present.reference)
        reference, public = present.reference, present.public
    elif owner == LOG:
        raise CompromiseRefused("log-key-fixed", owner)
    else:
        reference, public = _fresh(archive, ring, own)
    certificate = authority.certify(public, own.kind, subject=own.subject, at=at, random=random)
    publisher.refresh(at)
    return reference, certificate


def _fresh(archive: Archive, ring: KeyRing, own: Owner) -> tuple[str, PublicKey]:
    """A key that was made and never certified, or else a new one."""
    for name in own.names.values():
        record = ring.record(name)
        if record.state is KeyState.ACTIVE and certified_until(archive, record.public) is None:
            return record.reference, record.public
    signer = ring.make(own.following)
    return f"file:{own.following}", signer.public


def _of_service(city: City, directory: Directory, ring: KeyRing, role: str) -> Owner:
    newest, subject = directory.certificate(OWN[role]), subject_of(city, role)
    return Owner(OWN[role], subject, newest, key_names(ring, role), directory.keys_so_far(role), role + "{}")


def _of_body(city: City, directory: Directory, ring: KeyRing, body: str) -> Owner:
    found = next((one for one in city.bodies if body in {one.login, one.body.code}), None)
    if found is None:
        raise CompromiseRefused("body-unknown", body)
    own, login = found.body, found.login
    return Owner(
        SEAL_SIGNER,
        name_of(own, own.name),
        directory.certificate(SEAL_SIGNER, own.code),
        key_names(ring, FIRST_KEY, login),
        directory.keys_so_far(FIRST_KEY, own.code),
        f"{FIRST_KEY}{{}}-{login}",
    )
