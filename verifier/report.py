"""A verdict as JSON, in the shape that `yinzheng verify --json` and the API promise.

{"indication", "policy", "at", "subject", "findings": [{"step", "name", "indication", "detail", "evidence_age_s"?,
"warning"?, "signature"?}]}
"""

from datetime import UTC

from trust.rules.verdict import Finding, Verdict


def as_json(verdict: Verdict) -> dict[str, object]:
    """The verdict as values that `json.dumps` takes; times in UTC with `Z`."""
    return {
        "indication": verdict.indication.value,
        "policy": verdict.policy,
        "at": f"{verdict.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "subject": verdict.subject,
        "findings": [finding_as_json(finding) for finding in verdict.findings],
    }


def finding_as_json(finding: Finding) -> dict[str, object]:
    """One finding; members that have nothing to say are left out."""
    row: dict[str, object] = {
        "step": finding.step,
        "name": finding.name,
        "indication": finding.indication.value,
        "detail": finding.detail,
    }
    if finding.evidence_age_s is not None:
        row["evidence_age_s"] = finding.evidence_age_s
    if finding.warning:
        row["warning"] = True
    if finding.signature is not None:
        row["signature"] = finding.signature
    return row
