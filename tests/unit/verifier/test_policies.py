"""Policies over real findings: what a policy requires and nothing passed is open, whatever else is well."""

import io
from dataclasses import replace

import pytest
import qrcode

from issuer.issuing import Issued
from tests.city import City
from tests.journey_parts import code_text
from trust.rules.verdict import (
    CODE_OFFLINE,
    CODE_ONLINE,
    DOCUMENT_OFFLINE,
    DOCUMENT_ONLINE,
    OFFLINE,
    ONLINE,
    POLICIES,
    Finding,
    Indication,
    Policy,
    Verdict,
    judge,
)
from verifier.errors import PolicyMismatch
from verifier.evidence import Evidence
from verifier.verifying import verify_file, verify_number, verify_token, verify_words

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)


@pytest.fixture(scope="module")
def of_file(city: City, evidence: Evidence, licences: dict[str, Issued]) -> Verdict:
    ofd = licences["food-operation"].ofd
    return verify_file(ofd, evidence, now=city.clock(), online=city.yinzheng.online).verdict


@pytest.fixture(scope="module")
def of_code(city: City, evidence: Evidence, licences: dict[str, Issued]) -> Verdict:
    text = code_text(licences["food-operation"])
    return verify_words(text, evidence, now=city.clock(), online=city.yinzheng.online).verdict


FOR_ME = (Finding(10, "presentation", P, "。"), Finding(9, "log-witnessed", P, "。"))
"""What codes that were presented have besides, and proofs that witnesses stand behind."""


def again(verdict: Verdict, policy: Policy, *left_out: int, more: tuple[Finding, ...] = ()) -> Indication:
    """The same facts under a policy, without those of some steps, and with more."""
    kept = [finding for finding in verdict.findings if finding.step not in left_out]
    return judge([*kept, *more], policy, at=verdict.at, subject=verdict.subject).indication


def test_genuine_facts_pass_under_the_policies_for_their_kind(of_file: Verdict, of_code: Verdict) -> None:
    assert (of_file.indication, of_file.policy) == (P, "online-1")
    assert (of_code.indication, of_code.policy) == (P, "code-online-1")
    assert {
        again(of_file, policy) for policy in POLICIES.values() if 10 not in policy.required and not policy.needs
    } == {P}
    assert {again(of_file, policy) for policy in POLICIES.values() if policy.needs} == {I}
    assert {again(of_file, policy, more=FOR_ME) for policy in POLICIES.values()} == {P}
    assert {again(of_code, policy) for policy in (CODE_ONLINE, CODE_OFFLINE)} == {P}
    assert {again(of_code, policy) for policy in (ONLINE, OFFLINE)} == {I}


@pytest.mark.parametrize("policy", [ONLINE, OFFLINE])
def test_a_file_lacking_the_facts_of_a_required_step(of_file: Verdict, policy: Policy) -> None:
    for step in sorted(policy.required):
        assert again(of_file, policy, step) is I, step


@pytest.mark.parametrize("policy", [CODE_ONLINE, CODE_OFFLINE])
def test_a_code_lacking_the_facts_of_a_required_step(of_code: Verdict, policy: Policy) -> None:
    for step in sorted(policy.required):
        assert again(of_code, policy, step) is I, step


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())
def test_one_fact_open_or_failed(of_file: Verdict, policy: Policy) -> None:
    for step in range(11):
        one_open = (Finding(step, "made up", I, "。"),)
        assert again(of_file, policy, more=(*FOR_ME, *one_open)) is (I if step in policy.required else P)
        assert again(of_file, policy, more=(*FOR_ME, Finding(step, "made up", F, "。"))) is F


def test_steps_outside_a_policy_may_be_missing(of_file: Verdict) -> None:
    assert again(of_file, OFFLINE, 0, 9) is P
    assert again(of_file, CODE_OFFLINE, 0, 2, 3, 9) is P
    assert again(of_file, CODE_ONLINE, 0, 2, 3, 9) is I
    assert again(of_file, ONLINE, 9) is I


def test_offline_the_log_stays_open_and_is_not_needed(
    city: City, evidence: Evidence, licences: dict[str, Issued]
) -> None:
    ofd = licences["food-operation"].ofd
    examined = verify_file(ofd, evidence, now=city.clock(), online=None)
    assert (examined.verdict.indication, examined.verdict.policy) == (P, "offline-1")
    assert [finding.step for finding in examined.verdict.of(I)] == [0, 9]
    stricter = verify_file(ofd, evidence, now=city.clock(), online=None, policy=ONLINE)
    assert (stricter.verdict.indication, stricter.verdict.policy) == (I, "online-1")
    assert stricter.verdict.findings == examined.verdict.findings


def test_without_any_evidence_nothing_is_false_and_nothing_passes(
    city: City, evidence: Evidence, licences: dict[str, Issued]
) -> None:
    none = Evidence(evidence.anchors, (), (), None, {}, (), None, ())
    issued = licences["food-operation"]
    for examined in (
        verify_file(issued.ofd, none, now=city.clock(), online=None),
        verify_file(issued.pdf, none, now=city.clock(), online=None),
        verify_token(issued.token, none, now=city.clock(), online=None, policy=CODE_OFFLINE),
        verify_number(
            issued.entry.licence.identifier, none, now=city.clock(), online=city.yinzheng.online, policy=ONLINE
        ),
    ):
        assert examined.verdict.indication is I, examined.verdict.of(F)


def test_a_policy_for_codes_is_not_for_files_and_the_other_way_round(
    city: City, evidence: Evidence, licences: dict[str, Issued]
) -> None:
    """A code has no seal and no face; its policy would be too weak for a file."""
    issued = licences["food-operation"]
    for policy in POLICIES.values():
        wrong = verify_file if policy.subject == "code" else verify_words
        subject = issued.ofd if policy.subject == "code" else code_text(issued)
        with pytest.raises(PolicyMismatch) as refusal:
            wrong(subject, evidence, now=city.clock(), online=None, policy=policy)  # type: ignore[operator]  # the pair fits
        assert refusal.value.name == policy.name


def qr_picture(text: str) -> bytes:
    drawn = io.BytesIO()
    qrcode.make(text).save(drawn, "PNG")
    return drawn.getvalue()


@pytest.mark.parametrize("policy", [DOCUMENT_ONLINE, DOCUMENT_OFFLINE])
def test_a_policy_for_documents_gives_a_verdict_whatever_the_octets_are(
    city: City, evidence: Evidence, licences: dict[str, Issued], policy: Policy
) -> None:
    """Nobody can know what octets are before they are looked at; what they are not is told."""
    issued = licences["food-operation"]
    for octets, expected in (
        (issued.ofd, I),
        (issued.pdf, I),
        (qr_picture(code_text(issued)), I),
        (b"%PDF-1.7 nothing", F),
        (b"PK\x03\x04 nothing", F),
    ):
        verdict = verify_file(octets, evidence, now=city.clock(), online=city.yinzheng.online, policy=policy).verdict
        assert (verdict.indication, verdict.policy) == (expected, policy.name)
        told = [one for one in verdict.findings if one.name == "policy-mismatch"]
        assert [(one.step, one.indication, policy.name in one.detail) for one in told] == [(1, I, True)] * (
            expected is I
        )


def test_a_verdict_has_no_truth_value(of_file: Verdict) -> None:
    with pytest.raises(TypeError):
        assert of_file
    with pytest.raises(TypeError):
        assert not replace(of_file, indication=F)
