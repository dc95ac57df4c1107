"""Verdicts: what is open is never passed, failures count everywhere, and there is no truth value."""

from datetime import UTC, datetime

import pytest

from trust.rules.verdict import OFFLINE, ONLINE, POLICIES, STEPS, Finding, Indication, Policy, judge

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TWO = Policy("two-1", frozenset({1, 8}))
P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (three letters read as a table)


def verdict_of(*findings, policy=TWO):
    made = [Finding(step, f"check-{step}", indication, "…") for step, indication in findings]
    return judge(made, policy, at=NOON, subject=None)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], I),
        ([(1, P)], I),
        ([(1, P), (8, P)], P),
        ([(1, P), (8, I)], I),
        ([(1, P), (8, P), (8, I)], I),
        ([(1, P), (8, P), (9, I)], P),
        ([(1, P), (8, P), (9, F)], F),
        ([(1, F), (8, I)], F),
        ([(9, P), (2, P)], I),
    ],
)
def test_findings_and_policy_make_the_verdict(findings, expected):
    for order in (findings, findings[::-1]):
        assert verdict_of(*order).indication is expected


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError, match="no truth value"):
        bool(verdict_of((1, P), (8, P)))


def test_every_finding_is_kept_in_the_order_of_the_steps():
    verdict = verdict_of((8, P), (1, F), (1, P), (9, I))
    assert [finding.step for finding in verdict.findings] == [1, 1, 8, 9]
    assert [finding.step for finding in verdict.of(F)] == [1]
    assert verdict.policy == "two-1"


def test_the_same_facts_under_another_policy():
    facts = [(step, P) for step in range(1, 9)]
    assert verdict_of(*facts, policy=OFFLINE).indication is P
    assert verdict_of(*facts, policy=ONLINE).indication is I


def test_policies_ask_for_steps_that_exist():
    assert all(policy.required <= set(STEPS) and name == policy.name for name, policy in POLICIES.items())
