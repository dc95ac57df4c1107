"""A new certificate by order: for a body or service whose key was put away, and for a body whose certificate ends soon.

A key that was put away is followed by a new one, under the next name; a key that is in use is certified again once its
certificate ends within three months (`service.renewal`; services do that by themselves). It is the operator's step, as
founding is; with the certificate alone nothing can be issued. A body's seal is made again by two officials of the body,
in the place of the old one. Cut off, it is taken up by saying it again: a key that was made and not certified is found
under its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from keys.lifecycle import KeyState
from service.city import City
from service.directory import Directory
from service.keyring import KeyRing
from service.lost_keys.errors import CompromiseRefused
from service.publisher import Publisher
from service.renewal import AHEAD, OWN
from trust.certification.authority import Authority
from trust.certification.profiles import SEAL_SIGNER, Kind
from trust.formats.certificate import Certificate
from trust.formats.x509_fields import Name, make_name

LONGEST_NAME = 64
LOG = "log"


@dataclass(frozen=True)
class Due:
    """What is to be certified: of which kind, for whom, its newest certificate, its key's name, and the next one."""

    kind: Kind
    subject: Name
    newest: Certificate
    present: str
    following: str


def renew_key(
    city: City,
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
    due = _of_service(directory, owner) if owner in OWN else _of_body(city, directory, owner)
    if ring.record(due.present).state is KeyState.ACTIVE:
        if due.newest.not_after - at > AHEAD:
            raise CompromiseRefused("key-in-use", due.present)
        name, public = due.present, due.newest.public_key
    elif owner == LOG:
        raise CompromiseRefused("log-key-fixed", due.present)
    else:
        name = due.following
        public = (ring.open(f"file:{name}") if name in ring.names() else ring.make(name)).public
    certificate = authority.certify(public, due.kind, subject=due.subject, at=at, random=random)
    publisher.refresh(at)
    return f"file:{name}", certificate


def _of_service(directory: Directory, role: str) -> Due:
    newest = directory.certificate(OWN[role])
    return Due(OWN[role], newest.subject, newest, directory.key_name(role, newest), directory.next_key_name(role))


def _of_body(city: City, directory: Directory, body: str) -> Due:
    own = next((one.body for one in city.bodies if body in {one.login, one.body.code}), None)
    if own is None:
        raise CompromiseRefused("body-unknown", body)
    _, newest = directory.body(own.code)
    subject = make_name(own.name[:LONGEST_NAME], organisation=own.name, organisation_code=own.code)
    names = directory.body_key_name(own.code, newest), directory.next_body_key_name(own.code)
    return Due(SEAL_SIGNER, subject, newest, *names)
