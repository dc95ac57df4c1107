"""Founding an installation: keys, authority, certificates, seals, people, first lists. Safe to repeat.

Every step makes only what is missing, so a founding that was cut off is taken up by founding again. The order follows
who vouches for whom: root, issuing authority, seal maker and departments, seals, trust list. Keys are made and opened
side by side, because sealing or opening a key file takes a quarter of a second of work each.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from keys.lifecycle import KeyState
from service.archive import Archive
from service.city import Body, City, check_bundles
from service.directory import MAKER, SERVICES, Directory
from service.identity import Identity
from service.keyring import KeyRing, LateSigner
from service.renewal import name_of, subject_of
from service.seal_pictures import LICENCE_LINE, licence_picture
from templates.library import load_bundle
from templates.seal_picture import SealPicture
from trust.certification.authority import Authority, found
from trust.certification.issuing import key_digest
from trust.certification.profiles import ISSUING, ROOT, SEAL_MAKER, SEAL_SIGNER, Kind
from trust.formats import ses
from trust.formats.certificate import load_certificate
from trust.formats.x509_fields import Name, make_name
from trust.rules.area import area_of
from trust.rules.mandate import Mandate
from trust.rules.seal_standing import SealKind
from trust.sealing.making import make_seal
from trust.sealing.ports import FiledSeal

Random = Callable[[int], bytes]


def take_up_authority(
    city: City, archive: Archive, ring: KeyRing, *, base_url: str, at: datetime, random: Random
) -> Authority:
    """The embedded authority: founded if its books are empty, else as they know it, its keys unopened."""
    signers = (_ca_signer(archive, ring, name, kind) for name, kind in (("root", ROOT), ("issuing", ISSUING)))
    root, issuing = signers
    return found(
        root,
        issuing,
        root_name=make_name(city.root, organisation=city.operator.name),
        issuing_name=make_name(city.authority, organisation=city.operator.name),
        books=archive.books,
        address=base_url,
        at=at,
        random=random,
    )


def found_city(
    city: City,
    archive: Archive,
    ring: KeyRing,
    identity: Identity,
    *,
    base_url: str,
    at: datetime,
    random: Random,
) -> Authority:
    """Make everything of the plan that is not there yet, and give the authority.

    Raises:
        Usage: the plan names a bundle that does not do; nothing was made.

    """
    check_bundles(city)
    _make_keys(city, ring)
    authority = take_up_authority(city, archive, ring, base_url=base_url, at=at, random=random)
    certify = partial(_certify, authority, archive, ring, at=at, random=random)
    for name, kind in SERVICES.items():
        certify(name, kind, subject_of(city, name))
    certify(MAKER, SEAL_MAKER, subject_of(city, MAKER))
    for body in city.bodies:
        certify(f"body-{body.login}", SEAL_SIGNER, name_of(body.body, body.body.name))
    directory = Directory(archive, ring, city)
    for body in city.bodies:
        _make_seal(body, archive, directory, at)
    for person, password in city.people:
        if archive.people.find(person.login) is None and not archive.people.is_amiss(person.login):
            identity.enrol(person, password)
    return authority


def mandates_of(city: City, since: datetime) -> tuple[Mandate, ...]:
    """The mandates of the plan, in force from an instant, for the area of the body or else of the city."""
    return tuple(
        Mandate(
            body.body.code,
            body.body.name,
            load_bundle(name).type.code,
            since,
            area=body.area or area_of(city.area_code),
        )
        for body in city.bodies
        for name in body.types
    )


def picture_of(body: Body) -> SealPicture:
    """The round seal of a body for licences, with its registration number below the star."""
    return licence_picture(body.body.name, seal_number(body))


def seal_number(body: Body) -> str:
    """Fourteen digits: division of the body's code and a number of the installation's own."""
    return f"{body.body.code[2:8]}{int.from_bytes(body.body.code.encode()[-4:], 'big') % 10**8:08d}"


def _make_keys(city: City, ring: KeyRing) -> None:
    """Make what is missing, and open what certifying will ask for the state of; the authority's own stay closed."""
    certified = [MAKER, *SERVICES, *(f"body-{body.login}" for body in city.bodies)]
    missing = sorted({"root", "issuing", *certified} - set(ring.names()))
    with ThreadPoolExecutor() as pool:
        list(pool.map(ring.make, missing))
        list(pool.map(ring.record, certified))


def _ca_signer(archive: Archive, ring: KeyRing, name: str, kind: Kind) -> LateSigner:
    """The CA's signer; where its certificate is on record, the key stays closed until it signs."""
    for record in reversed(archive.books.certificates.of_profile(kind.profile.name)):
        if record.der is not None:
            return LateSigner(load_certificate(record.der).public_key, f"file:{name}", ring.open)
    signer = ring.open(f"file:{name}")
    return LateSigner(signer.public, f"file:{name}", ring.open)


def _certify(
    authority: Authority,
    archive: Archive,
    ring: KeyRing,
    name: str,
    kind: Kind,
    subject: Name,
    *,
    at: datetime,
    random: Random,
) -> None:
    record = ring.record(name)
    if record.state is not KeyState.ACTIVE:
        return  # its certificates are what they are; there will be no new one
    public = record.public
    known = archive.books.certificates.of_key(key_digest(public))
    if not any(record.der is not None for record in known):
        authority.certify(public, kind, subject=subject, at=at, random=random)


def _make_seal(body: Body, archive: Archive, directory: Directory, at: datetime) -> None:
    """Make and file a body's seal for licences; the plan stands in for application and approval."""
    number = seal_number(body)
    if archive.seals.find(number) is not None:
        return
    maker, maker_certificate = directory.maker()
    _, certificate = directory.body(body.body.code)
    picture = picture_of(body)
    begins = at.replace(microsecond=0)
    seal = make_seal(
        maker,
        maker_certificate,
        seal_id=number,
        name=f"{body.body.name}{LICENCE_LINE}",
        seal_type=SealKind.LICENCE.code,
        signer_certificates=[certificate],
        picture=ses.SealPicture("PNG", picture.png, round(picture.width), round(picture.height)),
        valid_from=begins,
        valid_until=min(certificate.not_after, begins + timedelta(days=3 * 365)),
        at=at,
    )
    archive.seals.file(FiledSeal(seal, body.body.code, at, "founding"))
