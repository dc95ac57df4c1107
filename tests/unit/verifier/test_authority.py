"""Steps 3, 5 and 6: seal, certificates and mandate at the judged instant; what is not known is open, not false."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from issuer.issuing import Issued
from tests.city import City
from trust.formats import errors
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ses import Seal
from trust.rules.mandate import Mandate
from trust.rules.times import TOLERANCE, Times
from trust.rules.verdict import Finding, Indication
from verifier.authority import PATH_WORDS, judge_mandate, judge_path, judge_seal, judge_signer
from verifier.evidence import Evidence

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def seal(licences: dict[str, Issued]) -> Seal:
    found = examine_ofd(licences["business-licence"].ofd).seal
    assert found is not None
    return found


@pytest.fixture(scope="module")
def signer(licences: dict[str, Issued]) -> Certificate:
    found = examine_ofd(licences["business-licence"].ofd).signer
    assert found is not None
    return load_certificate(found)


def said(findings: list[Finding]) -> dict[str, Indication]:
    return {finding.name: finding.indication for finding in findings}


def test_a_seal_in_force(city: City, evidence: Evidence, seal: Seal) -> None:
    findings = judge_seal(seal, evidence, Times(city.clock()))
    assert said(findings) == {"seal-in-force": P, "seal-filed": P, "seal-status": P, "seal-maker-path": P}
    assert {finding.step for finding in findings} == {3}
    assert findings[-1].evidence_age_s == 0


def test_no_seal(city: City, evidence: Evidence) -> None:
    assert said(judge_seal(None, evidence, Times(city.clock()))) == {"seal-present": F}


def test_the_seals_own_period_at_the_proven_instant(evidence: Evidence, seal: Seal, city: City) -> None:
    now = city.clock()
    table = [
        (seal.valid_from, P),
        (seal.valid_from - SECOND, F),
        (seal.valid_until, P),
        (seal.valid_until + SECOND, F),
    ]
    for sealed_at, expected in table:
        assert said(judge_seal(seal, evidence, Times(now, sealed_at)))["seal-in-force"] is expected


def test_a_seal_that_is_over_by_now_is_open_where_no_time_is_proven(evidence: Evidence, seal: Seal) -> None:
    table = [(seal.valid_until, P), (seal.valid_until + SECOND, I), (seal.valid_from - SECOND, F)]
    for now, expected in table:
        assert said(judge_seal(seal, evidence, Times(now)))["seal-in-force"] is expected


def test_a_maker_that_is_not_listed(city: City, evidence: Evidence, seal: Seal) -> None:
    assert evidence.trust_list is not None
    rest = tuple(one for one in evidence.trust_list.certificates if one.purpose is not Purpose.SEAL_MAKER)
    fewer = replace(evidence, trust_list=replace(evidence.trust_list, certificates=rest))
    well = {"seal-in-force": P, "seal-filed": P, "seal-status": P, "seal-maker-path": P}
    assert said(judge_seal(seal, fewer, Times(city.clock()))) == well | {"seal-maker-listed": F}
    unknown = replace(evidence, trust_list=None)
    assert said(judge_seal(seal, unknown, Times(city.clock()))) == {
        "seal-in-force": P,
        "seal-status": I,
        "seal-maker-path": P,
    }


@pytest.mark.parametrize("octets", [b"", b"junk", b"0\x82\xff\xff"])
def test_certificates_that_cannot_be_read(city: City, evidence: Evidence, seal: Seal, octets: bytes) -> None:
    times = Times(city.clock())
    assert said(judge_seal(replace(seal, maker_certificate=octets), evidence, times)) == {
        "seal-in-force": P,
        "seal-filed": P,
        "seal-status": P,
        "seal-maker": F,
    }
    findings, found = judge_signer(octets, evidence, times)
    assert (said(findings), found) == ({"signer-path": F}, None)


def test_a_signer(city: City, evidence: Evidence, signer: Certificate) -> None:
    findings, found = judge_signer(signer.der, evidence, Times(city.clock()))
    assert (said(findings), found) == ({"signer-path": P}, signer)
    findings, found = judge_signer(None, evidence, Times(city.clock()))
    assert (said(findings), found) == ({"signer-path": I}, None)


def test_a_maker_is_no_signer_and_a_signer_no_maker(
    city: City, evidence: Evidence, seal: Seal, signer: Certificate
) -> None:
    times = Times(city.clock())
    findings, _ = judge_signer(seal.maker_certificate, evidence, times)
    assert said(findings) == {"signer-path": F}
    assert PATH_WORDS["wrong-usage"] in findings[0].detail
    assert said(judge_seal(replace(seal, maker_certificate=signer.der), evidence, times))["seal-maker-path"] is F


class Refusing(Evidence):
    """Evidence whose every path is refused in one way."""

    refusal: errors.PathRefused

    def path(self, leaf, purpose, *, at, now):
        raise self.refusal


def refusing(error: errors.PathRefused) -> Evidence:
    made = Refusing((), (), (), None, {}, (), None, ())
    object.__setattr__(made, "refusal", error)
    return made


def every_refusal() -> list[errors.PathRefused]:
    kinds = [errors.SignatureBroken, errors.NotYetValid, errors.Expired, errors.WrongUsage, errors.ConstraintBroken]
    made = [kind("x", fingerprint="00") for kind in [*kinds, errors.NoPath, errors.RevocationUnknown]]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [*made, errors.CertificateRevoked("x", fingerprint="00", at=at, cause="unspecified")]


@pytest.mark.parametrize("error", every_refusal(), ids=lambda error: error.code)
@pytest.mark.parametrize("proven", [True, False])
def test_each_way_in_which_a_path_is_refused(
    city: City, signer: Certificate, error: errors.PathRefused, *, proven: bool
) -> None:
    times = Times(city.clock(), city.clock() if proven else None)
    found = judge_path(signer, Purpose.SEAL_SIGNER, refusing(error), times, step=5, name="signer-path", who="签章人")
    unproven = isinstance(error, errors.Expired) and not proven
    assert found.indication is (F if error.definite and not unproven else I)
    assert found.detail.startswith("签章人：")
    assert found.evidence_age_s is None
    assert (PATH_WORDS[error.reason] in found.detail) is not unproven


def test_every_reason_of_a_path_has_words() -> None:
    assert set(PATH_WORDS) == {error.reason for error in every_refusal()}


def mandates(evidence: Evidence, *changed: Mandate) -> Evidence:
    assert evidence.trust_list is not None
    return replace(evidence, trust_list=replace(evidence.trust_list, mandates=changed))


def test_the_mandate(city: City, evidence: Evidence, licences: dict[str, Issued], signer: Certificate) -> None:
    identifier = licences["business-licence"].entry.licence.identifier
    body, kind, now = identifier.issuer_code, identifier.type_code, city.clock()
    all_well = {"trust-list-fresh": P, "signer-is-body": P, "mandate": P}
    assert said(judge_mandate(signer, body, kind, evidence, Times(now))) == all_well
    other = licences["food-operation"].entry.licence.identifier
    assert said(judge_mandate(signer, body, other.type_code, evidence, Times(now))) == all_well | {"mandate": F}
    assert said(judge_mandate(signer, other.issuer_code, other.type_code, evidence, Times(now))) == (
        all_well | {"signer-is-body": F}
    )
    named = judge_mandate(signer, body, kind, evidence, Times(now), named="云岭市市场监督管理局")
    assert said(named) == all_well
    named = judge_mandate(signer, body, kind, evidence, Times(now), named="云岭市市场监督管理局（新）")
    assert said(named) == all_well | {"body-name": F}
    assert said(judge_mandate(None, body, kind, evidence, Times(now))) == all_well | {"signer-is-body": F}
    assert said(judge_mandate(signer, body, kind, replace(evidence, trust_list=None), Times(now))) == {"mandate": I}


def test_the_mandate_counts_at_the_judged_instant(
    city: City, evidence: Evidence, licences: dict[str, Issued], signer: Certificate
) -> None:
    identifier = licences["business-licence"].entry.licence.identifier
    now = city.clock()
    ended = Mandate(
        identifier.issuer_code, "云岭市市场监督管理局", identifier.type_code, now - timedelta(days=9), now - SECOND
    )
    table = [(None, F), (now - timedelta(days=1), P), (now - SECOND, F), (now - timedelta(days=10), F)]
    for sealed_at, expected in table:
        findings = judge_mandate(
            signer, identifier.issuer_code, identifier.type_code, mandates(evidence, ended), Times(now, sealed_at)
        )
        assert said(findings)["mandate"] is expected


def test_the_age_of_the_trust_list(
    city: City, evidence: Evidence, licences: dict[str, Issued], signer: Certificate
) -> None:
    identifier = licences["business-licence"].entry.licence.identifier
    ahead = -int(TOLERANCE.total_seconds())
    for later, expected in ((ahead - 1, I), (ahead, P), (0, P), (7 * 86_400 - 1, P), (7 * 86_400, I)):
        times = Times(city.clock() + timedelta(seconds=later), city.clock())
        found = judge_mandate(signer, identifier.issuer_code, identifier.type_code, evidence, times)[0]
        assert (found.name, found.indication, found.evidence_age_s) == ("trust-list-fresh", expected, max(0, later))
