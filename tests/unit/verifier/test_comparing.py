"""What was drawn of a PDF's versions, weighed: differences fail the signatures before them, gaps are told."""

from collections.abc import Mapping

import pytest

from tests.seal_parts import AT
from trust.formats.sealed_document import Form, SealedDocument, SignatureFacts, SignedVersion
from trust.rules.verdict import COMPARED_OFFLINE, DOCUMENT_OFFLINE, POLICIES, Finding, Indication, judge
from verifier.comparing import ALIKE, with_comparison
from verifier.pictures.seen import DIGEST, GONE, MAX_GLIMPSES, Glimpse, are_glimpses

A, B = b"a" * DIGEST, b"b" * DIGEST
PAGES = 2


def document(*names: str, rest: bool = False) -> SealedDocument:
    """A document of two pages with signatures of these names, one after the other; with `rest` something follows."""
    versions = [SignedVersion(100 * at, (name,)) for at, name in enumerate(names, 1)]
    versions += [SignedVersion(1_000, ())] if rest else []
    facts = tuple(SignatureFacts(name, Form.CMS, ()) for name in names)
    return SealedDocument("pdf", (), facts, ((210.0, 297.0),) * PAGES, versions=tuple(versions))


def seen(*versions: str) -> list[Glimpse]:
    """One letter for each page of each version: `a` and `b` are pictures, `-` is gone, `?` was not looked at."""
    digests: Mapping[str, bytes] = {"a": A, "b": B, "-": GONE}
    return [
        Glimpse(number, page, digests[letter])
        for number, letters in enumerate(versions)
        for page, letter in enumerate(letters)
        if letter != "?"
    ]


def told(found: SealedDocument) -> dict[str, tuple[str, ...]]:
    """Names of findings, of each signature and of the document (under an empty name)."""
    names = {facts.name: tuple(each.name for each in facts.findings) for facts in found.signatures}
    return names | {"": tuple(each.name for each in found.findings)}


DIFFERS, NOT = "pdf-shown-differs", "pdf-not-compared"


@pytest.mark.parametrize(
    ("versions", "first", "second", "whole"),
    [
        (["aa", "aa"], ALIKE, None, None),
        (["aa", "ab"], DIFFERS, None, None),
        (["aa", "a-"], DIFFERS, None, None),
        (["a-", "aa"], DIFFERS, None, None),
        (["a-", "a-"], None, None, NOT),
        (["aa", "a?"], None, None, NOT),
        (["a?", "ab"], None, None, NOT),
        (["ba", "a?"], DIFFERS, None, NOT),
        (["aa"], None, None, NOT),
        ([], None, None, NOT),
        (["aa-", "aab"], DIFFERS, None, None),
    ],
)
def test_two_signatures(versions: list[str], first: str | None, second: str | None, whole: str | None) -> None:
    found = told(with_comparison(b"", document("S1", "S2"), lambda _: seen(*versions)))
    assert found == {"S1": (first,) if first else (), "S2": (second,) if second else (), "": (whole,) if whole else ()}


@pytest.mark.parametrize(
    ("versions", "first", "second"),
    [
        (["aa", "aa", "aa"], ALIKE, ALIKE),
        (["aa", "ab", "aa"], DIFFERS, DIFFERS),
        (["aa", "ab", "ab"], DIFFERS, ALIKE),
        (["aa", "aa", "ab"], DIFFERS, DIFFERS),
        (["ab", "??", "aa"], DIFFERS, None),
    ],
)
def test_what_follows_counts_against_every_signature_before_it(versions: list[str], first: str, second: str) -> None:
    found = told(with_comparison(b"", document("S1", "S2", rest=True), lambda _: seen(*versions)))
    assert (found["S1"], found["S2"]) == ((first,), (second,) if second else ())


@pytest.mark.parametrize(
    ("looks", "first", "second"),
    [
        ([A, None, A], ALIKE, ALIKE),
        ([A, None, B], DIFFERS, ALIKE),
        ([A, B, A], DIFFERS, DIFFERS),
        ([A, None, None], ALIKE, ALIKE),
    ],
)
def test_looks_count_where_both_versions_have_been_drawn_with_theirs(
    looks: list[bytes | None], first: str, second: str
) -> None:
    glimpses = [Glimpse(number, page, A, look) for number, look in enumerate(looks) for page in range(PAGES)]
    found = told(with_comparison(b"", document("S1", "S2", rest=True), lambda _: glimpses))
    assert (found["S1"], found["S2"]) == ((first,), (second,))


def test_a_file_that_ends_with_its_first_signature_is_not_drawn() -> None:
    def never(_: bytes) -> list[Glimpse]:
        raise AssertionError

    assert with_comparison(b"", document("S1"), never) == document("S1")


def test_a_difference_names_its_pages() -> None:
    found = with_comparison(b"", document("S1", "S2"), lambda _: seen("aa", "bb"))
    (finding,) = found.signatures[0].findings
    assert (finding.step, finding.indication, finding.signature) == (2, Indication.FAILED, "S1")
    assert "第 1 页”、“第 2 页" in finding.detail


def test_without_anybody_who_draws_it_is_told_and_nothing_fails() -> None:
    found = with_comparison(b"", document("S1", "S2"), None)
    (finding,) = found.findings
    assert (finding.name, finding.indication, finding.warning) == (NOT, Indication.PASSED, True)
    assert "2 页" in finding.detail


def test_a_policy_may_ask_for_the_comparison() -> None:
    passed = [Finding(step, "done", Indication.PASSED, "") for step in sorted(DOCUMENT_OFFLINE.required)]
    findings = [*passed, *with_comparison(b"", document("S1", "S2"), None).findings]
    assert judge(findings, DOCUMENT_OFFLINE, at=AT, subject=None).indication is Indication.PASSED
    assert judge(findings, COMPARED_OFFLINE, at=AT, subject=None).indication is Indication.INDETERMINATE
    assert judge(passed, COMPARED_OFFLINE, at=AT, subject=None).indication is Indication.PASSED
    assert POLICIES[COMPARED_OFFLINE.name] is COMPARED_OFFLINE


@pytest.mark.parametrize(
    ("glimpses", "sound"),
    [
        ([], True),
        ([Glimpse(0, 0, A), Glimpse(0, 1, GONE), Glimpse(1, 0, B)], True),
        ([Glimpse(0, 0, A), Glimpse(0, 0, A)], False),
        ([Glimpse(0, 0, A[:-1])], False),
        ([Glimpse(0, 0, A, B), Glimpse(0, 1, A, None)], True),
        ([Glimpse(0, 0, A, B[:-1])], False),
        ([Glimpse(0, 0, A, b"")], False),
        ([Glimpse(-1, 0, A)], False),
        ([Glimpse(0, -1, A)], False),
        ([Glimpse(0, page, A) for page in range(MAX_GLIMPSES)], True),
        ([Glimpse(0, page, A) for page in range(MAX_GLIMPSES + 1)], False),
    ],
)
def test_bounds_of_what_comes_back(glimpses: list[Glimpse], sound: bool) -> None:
    assert are_glimpses(glimpses) is sound
