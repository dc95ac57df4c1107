"""What becomes of issuing when the seal of licences is suspended, ended, made again, of another kind or not on file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.errors import NoPen
from issuer.issuing import Issued, issue
from service.pens import Pens
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    failed,
    indication,
    number,
    office_of,
    open_at,
)
from tests.seal_life_parts import KEYS, act, filed, licence_seal, refused, seal
from trust.certification.profiles import SEAL_SIGNER
from trust.formats.x509_fields import make_name
from trust.rules.seal_standing import FOR_LICENCES, SealKind
from trust.rules.times import Times
from trust.sealing.life import Step
from trust.sealing.ports import Cause
from verifier.authority import judge_seal
from verifier.evidence import weigh
from verifier.verifying import Examined, verify_file


@pytest.fixture
def city(fresh: City) -> City:
    return fresh


def test_a_suspended_seal_issues_nothing_and_what_it_sealed_before_stays(city: City) -> None:
    before = city.issue(number=number())
    held = city.yinzheng.evidence_bundle()
    one = licence_seal(city).seal.seal_id
    act(city, one, Step.SUSPEND, "seal-suspected")
    assert refused(lambda: city.issue(number=number()), NoPen) == "seal-suspended"
    during = issued_nevertheless(city)
    assert indication(city.yinzheng.verify_file(before.ofd)) is PASSED
    assert failed(city.yinzheng.verify_file(during.ofd)) == {(3, "seal-status")}
    assert failed(city.yinzheng.verify_file(during.pdf)) == {(3, "seal-status")}
    act(city, one, Step.RESUME, "seal-pause-ended")
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    for issued, online in ((before, PASSED), (during, FAILED), (after, PASSED)):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is online
        alone = offline(city, issued)
        assert (indication(alone), (3, "seal-status") in open_at(alone)) == (INDETERMINATE, True)
    old = weigh(held, city.yinzheng.anchors, city.clock())
    assert indication(verify_file(before.ofd, old, now=city.clock(), online=None)) is PASSED


def offline(city: City, issued: Issued) -> Examined:
    evidence = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    return verify_file(issued.ofd, evidence, now=city.clock(), online=None)


def issued_nevertheless(city: City) -> Issued:
    """Issue with a pen that does not ask for the seal's standing, as somebody with the key could."""
    pens = Pens(city.yinzheng.archive, city.yinzheng.directory, city.plan)
    at = licence_seal(city).filed_at
    office = office_of(city, pen=lambda code, _now: pens.pen(code, at))
    made = issue(
        office, city.application("business-licence", number=number()), key=next(KEYS), by=OFFICIAL, at=city.clock()
    )
    city.yinzheng.publisher.after_issue(made.entry.licence.status.list, city.clock())
    return made


def test_a_cancelled_seal_ends_issuing_until_another_is_made(city: City) -> None:
    before = city.issue(number=number())
    old = licence_seal(city).seal.seal_id
    act(city, old, Step.CANCEL, "seal-remade")
    assert refused(lambda: city.issue(number=number()), NoPen) == "seal-ended"
    new = filed(city, SealKind.LICENCE)
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    assert new.seal.seal_id != old
    for issued in (before, after):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
        assert indication(city.yinzheng.verify_file(issued.pdf)) is PASSED
    assert (indication(offline(city, before)), indication(offline(city, after))) == (INDETERMINATE, PASSED)


def test_a_seal_is_used_on_after_its_certificate_was_renewed_until_it_is_made_again(city: City) -> None:
    before, old = city.issue(number=number()), licence_seal(city).seal.seal_id
    code = city.body_code("business-licence")
    signer, certificate = city.yinzheng.directory.body(code)
    city.clock.forward(days=1)
    subject = make_name(certificate.subject.common_name, organisation="云岭市市场监督管理局", organisation_code=code)
    city.yinzheng.authority.certify(
        signer.public, SEAL_SIGNER, subject=subject, at=city.clock(), random=city.yinzheng.random
    )
    city.yinzheng.publisher.refresh(city.clock())
    between = city.issue(number=number())
    assert seal(city, old).file is not None
    city.clock.forward(seconds=1)
    new = filed(city, SealKind.LICENCE, replaces=old, cause=Cause.RENEWED)
    assert city.yinzheng.seals.acts_on(old)[-1].ground == "seal-certificate-renewed"
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    assert city.yinzheng.directory.body(code)[1].der in new.seal.signer_certificates
    for issued in (before, between, after):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_a_seal_that_nobody_filed_seals_no_licence(city: City) -> None:
    issued = city.issue(number=number())
    evidence = city.yinzheng.evidence()
    assert evidence.trust_list is not None
    others = evidence.trust_list.seals[1:] if evidence.trust_list.seals else ()
    now = city.clock.forward(hours=1)
    for made_at, found in ((now, failed), (now - timedelta(hours=2), open_at)):
        without = replace(evidence, trust_list=replace(evidence.trust_list, seals=others, issued_at=made_at))
        verdict = verify_file(issued.ofd, without, now=now, online=city.yinzheng.online)
        name = "seal-not-filed" if found is failed else "seal-status"  # an older list cannot know the seal
        assert (3, name) in found(verdict)
        assert indication(verdict) is not PASSED


def test_a_seal_of_another_kind_seals_no_licence(city: City) -> None:
    contract = filed(city)
    times = Times(city.clock())
    evidence = city.yinzheng.evidence()
    found = judge_seal(contract.seal, evidence, times, kinds=FOR_LICENCES)
    assert [(one.name, one.indication) for one in found if one.indication is not PASSED] == [("seal-kind", FAILED)]
    assert all(one.indication is PASSED for one in judge_seal(contract.seal, evidence, times))
