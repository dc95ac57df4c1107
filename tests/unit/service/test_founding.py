"""Founding: everything the plan names, once; again it changes nothing, and cut off it is taken up."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.city import Body
from service.database import open_engine
from service.directory import SERVICES
from service.founding import mandates_of, seal_number
from service.identity import WrongCredentials
from service.keyring import MemoryRing
from service.problem import Usage
from service.wiring import Yinzheng
from tests.city import BEGINNING, City, MemoryBlobs
from tests.journey_parts import PASSED, indication
from tests.unit.service.test_publisher import changed, everything
from trust.certification.profiles import END_ENTITIES, OCSP
from trust.errors import Conflict
from trust.formats.certificate import load_certificate
from trust.rules.party import IssuingBody
from trust.store import METADATA
from verifier.errors import EvidenceUnusable


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    """The whole city, people included; the tests of this module leave it as it is."""
    made = City(apart=True)
    yield made
    made.close()


def test_everything_the_plan_names_is_there(city: City) -> None:
    archive = city.yinzheng.archive
    issued = Counter(
        kind.profile.name
        for kind in (*END_ENTITIES, OCSP)
        for record in archive.books.certificates.of_profile(kind.profile.name)
        if record.der is not None
    )
    services = {kind.profile.name: 1 for kind in SERVICES.values()}
    assert issued == {"seal-maker": 1, "seal-signer": len(city.plan.bodies)} | services
    assert {"status-list", "log", "trust-list", "receipt"} <= services.keys()
    assert set(city.ring.names()) == {
        *("root", "issuing", "seal-maker", *SERVICES),
        *(f"body-{body.login}" for body in city.plan.bodies),
    }
    for body in city.plan.bodies:
        (filed,) = archive.seals.of_body(body.body.code)
        assert filed.seal.seal_id == seal_number(body)
        assert filed.seal.name == f"{body.body.name}电子证照专用章"
        signer, certificate = city.yinzheng.directory.body(body.body.code)
        assert filed.seal.signer_certificates == (certificate.der,)
        assert filed.seal.valid_until <= certificate.not_after
        assert (certificate.subject.organisation_code, signer.public) == (body.body.code, certificate.public_key)
        assert city.ring.open(signer.reference).public == certificate.public_key
    assert {archive.people.find(person.login) is not None for person, _ in city.plan.people} == {True}
    assert [anchor.subject.common_name for anchor in city.yinzheng.anchors] == [city.plan.root]


def test_everybody_can_sign_in_with_the_password_of_the_plan(city: City) -> None:
    login, password = next((person.login, password) for person, password in city.plan.people)
    assert city.yinzheng.identity.sign_in(login, password, city.clock())
    with pytest.raises(WrongCredentials):
        city.yinzheng.identity.sign_in(login, f"{password}!", city.clock())


@pytest.mark.parametrize("hours", [0, 1])
def test_founding_twice_changes_nothing(city: City, hours: int) -> None:
    before, keys = everything(city), city.ring.names()
    again = Yinzheng(replace(city.yinzheng._means, now=lambda: BEGINNING.replace(hour=BEGINNING.hour + hours)))
    again.found()
    assert changed(before, everything(city)) - ({"log_checkpoint"} if hours else set()) == set()
    assert city.ring.names() == keys


def test_seal_numbers_are_fourteen_digits_and_differ(city: City) -> None:
    found = [seal_number(body) for body in city.plan.bodies]
    assert len(set(found)) == len(found)
    assert all(len(one) == 14 and one.isdigit() and one.startswith("530199") for one in found)


def test_mandates_begin_at_the_instant_given(city: City) -> None:
    found = mandates_of(city.plan, BEGINNING)
    assert {one.valid_from for one in found} == {BEGINNING}
    assert [one.issuer_code for one in found] == [body.body.code for body in city.plan.bodies for _ in body.types]


class PowerCutError(Exception):
    """The process ends here."""


class ShortRing(MemoryRing):
    """Hands out so many keys and signers, then the power fails; `lasts` may be raised again."""

    def __init__(self, lasts: int) -> None:
        super().__init__()
        self.lasts = lasts

    def open(self, reference: str):
        self.lasts -= 1
        if self.lasts < 0:
            raise PowerCutError
        return super().open(reference)


def bare(city: City, ring: MemoryRing) -> Yinzheng:
    """An installation of the same plan with nothing in it yet."""
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    plan = replace(city.plan, people=())
    return Yinzheng(replace(city.yinzheng._means, engine=engine, ring=ring, blobs=MemoryBlobs(), city=plan))


def test_a_founding_cut_off_anywhere_is_taken_up_by_founding_again(city: City) -> None:
    """After any use of a key; a certificate that was planned and not completed stays behind and harms nobody."""
    whole = ShortRing(1_000)
    bare(city, whole).found()
    uses = 1_000 - whole.lasts
    assert uses > 20
    for cut in range(1, uses, 7):
        ring = ShortRing(cut)
        yinzheng = bare(city, ring)
        with pytest.raises(PowerCutError):
            yinzheng.found()
        ring.lasts = 1_000
        yinzheng.found()
        records = [
            record
            for kind in (*END_ENTITIES, OCSP)
            for record in yinzheng.archive.books.certificates.of_profile(kind.profile.name)
        ]
        complete = [load_certificate(record.der).public_key for record in records if record.der is not None]
        assert len(complete) == len(set(complete)) == 1 + len(city.plan.bodies) + len(SERVICES), cut
        issued = yinzheng.issue(city.application("business-licence"), key="first", by="周明远")
        assert indication(yinzheng.verify_file(issued.ofd)) is PASSED


def test_a_plan_with_a_bundle_that_nobody_wrote_makes_nothing(city: City) -> None:
    ring = MemoryRing()
    yinzheng = bare(city, ring)
    wrong = replace(city.plan, bodies=(replace(city.plan.bodies[0], types=("business-licence", "driving-licence")),))
    with pytest.raises(Usage, match="driving-licence"):
        Yinzheng(replace(yinzheng._means, city=wrong)).found()
    assert ring.names() == []


def test_a_plan_that_has_grown_is_founded_again_for_what_is_new(city: City) -> None:
    ring = MemoryRing()
    yinzheng = bare(city, ring)
    yinzheng.found()
    before = {name: ring.open(f"file:{name}").public for name in ring.names()}
    bureau = Body("sfj", IssuingBody("云岭市司法局", "11530199MB0T35T60R"), ("food-operation",))
    grown = Yinzheng(replace(yinzheng._means, city=replace(city.plan, bodies=(*city.plan.bodies, bureau), people=())))
    with pytest.raises(Conflict) as refusal:
        grown.directory.body(bureau.body.code)
    assert refusal.value.reason == "certificate-missing"
    grown.found()
    assert grown.directory.body(bureau.body.code)[1].subject.organisation_code == bureau.body.code
    assert set(ring.names()) - set(before) == {"body-sfj"}
    assert {name: ring.open(f"file:{name}").public for name in before} == before
    listed = grown.publisher.trust_list()
    assert listed is not None
    assert (listed.sequence, len(listed.mandates)) == (2, len(mandates_of(city.plan, BEGINNING)) + 1)


@pytest.mark.parametrize("code", ["11530199MB0T35T60R", "nobody"])
def test_a_code_that_is_no_body_here_has_no_signer(city: City, code: str) -> None:
    with pytest.raises(Conflict) as refusal:
        city.yinzheng.directory.body(code)
    assert refusal.value.reason == "certificate-missing"


def test_before_founding_there_is_nothing(city: City) -> None:
    yinzheng = bare(city, MemoryRing())
    assert yinzheng.anchors == ()
    with pytest.raises(Conflict):
        yinzheng.directory.service("log")
    with pytest.raises(EvidenceUnusable) as refusal:
        yinzheng.evidence_bundle()
    assert refusal.value.reason == "not-published"
