"""No attack of the corpus comes out well; each is caught by the finding that has to catch it. Genuine files pass."""

import warnings

import pytest

from tests.attacks.ofd_cases import Case
from tests.attacks.ofd_corpus import attacks
from tests.attacks.ofd_making import Make
from tests.attacks.ofd_tolerated import controls, tolerated
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.sealed_document import SealedDocument
from trust.rules.verdict import Finding, Indication

GRAVITY = [Indication.PASSED, Indication.INDETERMINATE, Indication.FAILED]
OPEN_LIST = {"signatures-open"}


def all_of(read: SealedDocument) -> list[Finding]:
    return [*read.findings, *(finding for signature in read.signatures for finding in signature.findings)]


def made(make: Make) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile says that a name is there twice; that is the attack
        return make()


@pytest.mark.parametrize("case", attacks(), ids=lambda case: case.name)
def test_every_attack_is_caught_by_its_finding(case: Case) -> None:
    read = read_ofd_document(made(case.make))
    levels = [finding.indication for finding in all_of(read) if finding.name == case.code]
    assert levels, [finding.name for finding in all_of(read)]
    assert max(map(GRAVITY.index, levels)) >= GRAVITY.index(case.level)
    assert not all(finding.indication is Indication.PASSED for finding in all_of(read))


@pytest.mark.parametrize("case", tolerated(), ids=lambda case: case.name)
def test_what_is_tolerated_is_named(case: Case) -> None:
    read = read_ofd_document(made(case.make))
    assert [one.name for one in all_of(read) if one.indication is not Indication.PASSED] == []
    assert case.code in {finding.name for finding in all_of(read) if finding.warning}


@pytest.mark.parametrize("make", controls().values(), ids=controls())
def test_genuine_files_pass(make: Make) -> None:
    read = read_ofd_document(made(make))
    assert [one for one in all_of(read) if one.indication is not Indication.PASSED] == []
    assert {one.name for one in all_of(read) if one.warning} <= OPEN_LIST
    assert {1, 2, 4} <= {finding.step for finding in all_of(read)}
    assert read.signatures
    assert read.custom


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    names = [case.name for case in (*attacks(), *tolerated())]
    assert len(set(names)) == len(names)
    assert len(attacks()) >= 60
    assert len(controls()) >= 15
