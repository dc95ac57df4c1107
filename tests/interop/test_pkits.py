"""NIST's path validation suite, put to our path rules by SM2 twins: the same answers, or a difference that is told.

docs/divergences.md has two tables: how many questions of each section get the same answer, and every question that gets
another one, with both answers. What is computed here must be what stands there, question by question.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from keys.errors import SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, verify
from tests.conftest import ROOT
from tests.pkits_parts import (
    ANCHOR,
    CASES,
    FOLDER,
    GENERAL,
    REFUSED,
    VALID,
    Case,
    anchor,
    outcome,
    read_cases,
    signer_of,
    twin_certificate,
)
from trust.formats.certificate import load_certificate

HEADING = "## Paths of certificates: NIST's path validation suite (PKITS)"
SECTION = re.compile(r"\| 4\.(\d+) \| [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")
DIFFERENCE = re.compile(r"\| ((?:4\.\d+\.\d+[a-z]? ?)+)\| (\w+) \| (\w+)(?: `([\w-]+)`)? \| .+ \|")
ACCEPTED = 5
"""Paths that PKITS refuses and we do not: four that ask for policies, one that rests on a delta list."""


@pytest.fixture(scope="module")
def answers() -> dict[Case, tuple[str, str]]:
    if not CASES.is_file():
        pytest.skip(f"no list of PKITS cases: put it at {CASES}, or name its place in YINZHENG_PKITS")
    return {case: outcome(case) for case in read_cases()}


def told() -> str:
    """What docs/divergences.md says under its heading."""
    text = (ROOT / "docs" / "divergences.md").read_text("utf-8")
    return text.split(HEADING, 1)[1].split("\n## ", 1)[0]


def told_differences() -> Iterator[tuple[str, tuple[str, str, str]]]:
    for cases, theirs, ours, reason in DIFFERENCE.findall(told()):
        yield from ((number, (theirs, ours, reason)) for number in cases.split())


def test_every_difference_is_told_and_no_other(answers: dict[Case, tuple[str, str]]) -> None:
    rows = list(told_differences())
    assert len(dict(rows)) == len(rows)
    assert {
        case.number: (case.expected, kind, reason) for case, (kind, reason) in answers.items() if kind != case.expected
    } == dict(rows)


def test_the_sections_add_up(answers: dict[Case, tuple[str, str]]) -> None:
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for case, (kind, reason) in answers.items():
        same = kind == case.expected
        found = counted[int(case.number.split(".")[1])]
        for place, holds in enumerate((True, same, same and reason in GENERAL, not same)):
            found[place] += holds
    rows = {int(row[0]): [int(number) for number in row[1:]] for row in SECTION.findall(told())}
    assert dict(counted) == rows
    assert sum(row[0] for row in rows.values()) == len(answers) == 246
    assert len({case.number for case in answers}) == len(answers)


def test_what_is_accepted_against_the_suite_is_counted(answers: dict[Case, tuple[str, str]]) -> None:
    """Being narrower costs paths; being wider would cost trust."""
    wider = [case for case, (kind, _) in answers.items() if kind == VALID and case.expected != VALID]
    assert len(wider) == ACCEPTED
    assert all(case.restricted or case.number.startswith("4.15.") for case in wider)


def test_twins_are_signed_by_whoever_signed_the_originals() -> None:
    root = anchor()
    good = load_certificate(twin_certificate("GoodCACert.crt"))
    verify(root.public_key, good.tbs, good.signature, identity=DEFAULT_IDENTITY)
    assert signer_of((FOLDER / "certs" / ANCHOR).read_bytes()).public == root.public_key
    for name in ("BadSignedCACert.crt", "InvalidEESignatureTest3EE.crt"):
        twin = load_certificate(twin_certificate(name))
        for issuer in (root, good):
            with pytest.raises(SignatureRefused):
                verify(issuer.public_key, twin.tbs, twin.signature, identity=DEFAULT_IDENTITY)


def test_broken_signatures_are_what_those_cases_fail_for(answers: dict[Case, tuple[str, str]]) -> None:
    by_number = {case.number: answer for case, answer in answers.items()}
    assert [by_number[f"4.1.{number}"] for number in (2, 3, 6)] == [(REFUSED, "signature")] * 3
