"""A new key for a body whose key was put away: the key, its certificate, and the trust list that names it.

It is the operator's step, as founding is; with the certificate alone nothing can be issued. The seal is made again by
two officials of the body, in the place of the one that was cancelled. Cut off, it is taken up by saying it again: a
key that was made and not certified is found under its name.
"""

from collections.abc import Callable
from datetime import datetime

from keys.lifecycle import KeyState
from service.city import City
from service.directory import Directory
from service.keyring import KeyRing
from service.lost_keys.errors import CompromiseRefused
from service.publisher import Publisher
from trust.certification.authority import Authority
from trust.certification.profiles import SEAL_SIGNER
from trust.formats.certificate import Certificate
from trust.formats.x509_fields import make_name

LONGEST_NAME = 64


def renew_key(
    city: City,
    directory: Directory,
    ring: KeyRing,
    authority: Authority,
    publisher: Publisher,
    body: str,
    *,
    at: datetime,
    random: Callable[[int], bytes],
) -> tuple[str, Certificate]:
    """Make a body's next key and certificate, and publish; its reference, and the certificate.

    Raises:
        CompromiseRefused: `body-unknown`; `key-in-use`, the body's present key has not been put away.
        KeysError, TrustError: it could not be made, certified or published; said again it is taken up.

    """
    own = next((one.body for one in city.bodies if body in {one.login, one.body.code}), None)
    if own is None:
        raise CompromiseRefused("body-unknown", body)
    present, _ = directory.body(own.code)
    if ring.record(present.reference.removeprefix("file:")).state is KeyState.ACTIVE:
        raise CompromiseRefused("key-in-use", present.reference)
    name = directory.next_key_name(own.code)
    signer = ring.open(f"file:{name}") if name in ring.names() else ring.make(name)
    subject = make_name(own.name[:LONGEST_NAME], organisation=own.name, organisation_code=own.code)
    certificate = authority.certify(signer.public, SEAL_SIGNER, subject=subject, at=at, random=random)
    publisher.refresh(at)
    return f"file:{name}", certificate
