"""Renewal is no way to a certificate for somebody else's key, and one bad key does not keep the others from it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from keys.custody import memory_signer
from keys.errors import KeysError
from keys.lifecycle import KeyState
from service.renewal import AHEAD, OWN
from service.wiring import Yinzheng
from tests.audit_parts import over, superuser
from tests.city import City, copy_of
from trust.certification.authority import ISSUING
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_MAKER, SEAL_SIGNER, STATUS_LIST, TRUST_LIST, YEAR, Kind
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate, assemble, certificate_tbs, key_identifier, load_certificate
from trust.formats.crl import Reason
from trust.formats.path import check_issued
from trust.formats.x509_fields import make_name
from trust.store import METADATA

ROWS = METADATA.tables["x509_certificate"]
DAY = timedelta(days=1)


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def certificates(yinzheng: Yinzheng, kind: Kind) -> list[Certificate]:
    records = yinzheng.archive.books.certificates.of_profile(kind.profile.name)
    return [load_certificate(one.der) for one in records if one.der is not None]


def put_in_place(yinzheng: Yinzheng, kind: Kind) -> bytes:
    """A certificate of one's own, nearly at its end, in every row of a kind; the digest of its key."""
    mine, issuing, now = memory_signer("mine"), yinzheng.authority.issuing.certificate, yinzheng.now()
    tbs = certificate_tbs(
        kind.profile,
        subject=make_name("他人", organisation="他人"),
        public_key=mine.public,
        issuer=issuing.subject,
        issuer_key_id=key_identifier(issuing.public_key),
        serial=certificates(yinzheng, kind)[0].serial,
        not_before=now - 30 * DAY,
        not_after=now + 10 * DAY,
        crl_url=None,
    )
    digest = key_digest(mine.public)
    with superuser(yinzheng.archive.engine) as connection:
        own = update(ROWS).where(ROWS.c.profile == kind.profile.name)
        connection.execute(own.values(der=assemble(tbs, mine.sign(tbs)), tbs=tbs, public_key=digest))
    return digest


@pytest.mark.parametrize("kind", [TRUST_LIST, STATUS_LIST, SEAL_MAKER], ids=lambda kind: kind.profile.name)
def test_nobody_has_a_key_of_their_own_certified(city: City, kind: Kind) -> None:
    yinzheng = over(city, copy_of(city.engine))
    mine = put_in_place(yinzheng, kind)
    before = len(certificates(yinzheng, kind))
    yinzheng.renewal.renew_due(city.clock())
    assert len(certificates(yinzheng, kind)) == before
    role = next(role for role, one in OWN.items() if one is kind)
    with suppress(KeysError):  # what is published with it has to wait until the rows are put right
        yinzheng.renew_key(role)
    found = certificates(yinzheng, kind)
    assert len([one for one in found if key_digest(one.public_key) == mine]) == 1, "what was put in, and nothing else"
    for one in found:
        if key_digest(one.public_key) != mine:
            check_issued(one, yinzheng.authority.issuing.certificate.public_key)
            owner = city.plan.seal_maker if kind is SEAL_MAKER else city.plan.operator
            assert one.subject.organisation == owner.name, "an order certifies in the name of the plan"
    yinzheng.archive.engine.dispose()


def near_the_end(city: City) -> Yinzheng:
    """Shortly before the first certificates are due to be made anew."""
    city.clock.forward(days=(2 * YEAR - AHEAD - DAY).days)
    city.yinzheng.publisher.refresh(city.clock())
    city.clock.forward(days=2)
    return city.yinzheng


def test_a_key_that_is_gone_keeps_no_other_from_being_certified_again(city: City) -> None:
    yinzheng = near_the_end(city)
    del city.ring._signers["trust-list"]
    with pytest.raises(Exception, match="trust-list"):
        yinzheng.publisher.refresh(city.clock())
    assert len(certificates(yinzheng, STATUS_LIST)) == 2
    assert len(certificates(yinzheng, TRUST_LIST)) == 1


def test_what_fails_is_not_tried_again_every_second(city: City) -> None:
    yinzheng = near_the_end(city)
    del city.ring._signers["issuing"]
    for _ in range(20):
        city.clock.forward(seconds=1)
        with pytest.raises(Exception, match="issuing"):
            yinzheng.publisher.refresh(city.clock())
    planned = [one for one in yinzheng.authority.unfinished() if one.profile == STATUS_LIST.profile.name]
    assert len(planned) <= 1


def test_a_role_that_has_no_certificate_is_passed_over(city: City) -> None:
    yinzheng = over(city, copy_of(city.engine))
    with superuser(yinzheng.archive.engine) as connection:
        connection.execute(delete(ROWS).where(ROWS.c.profile == "ocsp"))
    yinzheng.renewal.renew_due(city.clock())
    assert "ocsp" not in {one.name for one in yinzheng.renewal.endings()}
    yinzheng.archive.engine.dispose()


def test_a_revoked_certificate_is_followed_by_one_of_another_key(city: City) -> None:
    yinzheng, own = city.yinzheng, city.body_code("business-licence")
    (only,) = certificates(yinzheng, STATUS_LIST)
    body = next(one for one in certificates(yinzheng, SEAL_SIGNER) if one.subject.organisation_code == own)
    for one in (only, body):
        yinzheng.authority.revoke_certificate(one.serial, Reason.SUPERSEDED, city.clock())
    yinzheng.publisher.refresh(city.clock())
    assert {"status-list", "scjg"} <= {one.name for one in yinzheng.renewal.ending_soon(city.clock())}
    for owner, old in (("status-list", only), ("scjg", body)):
        _, made = yinzheng.renew_key(owner)
        assert made.public_key != old.public_key
        assert made.serial not in standing_revocations(yinzheng.archive.books, ISSUING)


def test_a_key_that_the_ring_has_lost_is_followed_by_one_under_the_next_name(city: City) -> None:
    for number in (2, 3):
        city.ring.put_away(f"receipt{number - 1 if number > 2 else ''}", KeyState.RETIRED, city.clock())
        assert city.yinzheng.renew_key("receipt")[0] == f"file:receipt{number}"
        city.clock.forward(hours=1)
    del city.ring._signers["receipt3"]
    assert over(city, city.engine).renew_key("receipt")[0] == "file:receipt4"
