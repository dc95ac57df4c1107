"""However much a document brings along, judging it is bounded, and what was left out is told."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.pki_parts import AT, CA, SEALING, certify, party, revocations, signer
from tests.time_parts import STAMPING, root, token
from tests.time_parts import evidence as evidence_of_time
from trust.formats import path as path_module
from trust.formats.certificate import Certificate, assemble, load_certificate
from trust.formats.sealed_document import Form, SealedDocument, SignatureFacts
from trust.rules.verdict import DOCUMENT_OFFLINE, Finding, Indication
from verifier import budget as budget_module
from verifier.budget import Budget, within_bounds
from verifier.documents import ExaminedDocument, verify_document
from verifier.evidence import Evidence

ROOT = party(None, "账根")
SUB = party(ROOT, "账签发", replace(CA, path_length=0))
LEAF = party(SUB, "账局", SEALING).certificate
UNCHANGED = Finding(2, "coverage", Indication.PASSED, "全部内容受签章保护。")


def known(*certificates: Certificate) -> Evidence:
    return Evidence((ROOT.certificate,), certificates, (revocations(ROOT), revocations(SUB)), None, {}, (), None, ())


def forged(count: int) -> tuple[bytes, ...]:
    """Certificates of keys of their own that bear the name and the key identifier of the CA."""
    made = []
    for number in range(count):
        impostor = certify(ROOT, signer(f"冒签发{number % 90}"), "账签发", serial=5000 + number)
        octets = impostor.der.replace(impostor.subject_key_id or b"", SUB.certificate.subject_key_id or b"")
        made.append(octets)
    return tuple(made)


def strangers(count: int) -> list[bytes]:
    """Leaves that name the CA as their issuer; it never signed them."""
    forger = signer("伪造者")
    leaves = [certify(SUB, signer("账外"), "账外", SEALING, serial=9000 + number) for number in range(count)]
    return [assemble(one.tbs, forger.sign(one.tbs)) for one in leaves]


def signature(number: int, leaf: bytes = LEAF.der, others: tuple[bytes, ...] = ()) -> SignatureFacts:
    return SignatureFacts(f"s{number}", Form.GM_CMS_HASH, (UNCHANGED,), signer=leaf, others=others, value=b"v")


def verify(document: SealedDocument, evidence: Evidence) -> ExaminedDocument:
    return verify_document(b"x", document, evidence, now=AT, log=None, policy=DOCUMENT_OFFLINE)


def names(examined: ExaminedDocument) -> set[str]:
    return {one.name for one in examined.verdict.findings}


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    seen: list[object] = []
    real: Callable[..., None] = path_module.verify

    def counting(*given: object, **named: object) -> None:
        seen.append(given)
        real(*given, **named)

    monkeypatch.setattr(path_module, "verify", counting)
    return seen


def test_forged_certificates_cost_a_bounded_number_of_trials(tried: list[object]) -> None:
    crowd, leaves = forged(400), strangers(60)
    signatures = tuple(signature(place, leaf, crowd[place * 5 : place * 5 + 60]) for place, leaf in enumerate(leaves))
    found = verify(SealedDocument("ofd", (), signatures), known(SUB.certificate))
    assert len(tried) <= budget_module.MAX_TRIALS
    assert found.verdict.indication is Indication.INDETERMINATE
    assert {"carried-limit", "trials-limit"} <= names(found)


def test_no_more_is_read_of_what_is_carried_than_the_budget_has(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    real = load_certificate
    monkeypatch.setattr(budget_module, "load_certificate", lambda octets: (read.append(octets), real(octets))[1])
    crowd = forged(300)
    signatures = tuple(signature(place, others=crowd[place : place + 31]) for place in range(200))
    found = verify(SealedDocument("ofd", (), signatures, validation=crowd), known(SUB.certificate))
    assert len(set(read)) == len(read) == budget_module.MAX_CERTIFICATES + 1
    assert "carried-limit" in names(found)


def test_what_stays_within_the_budget_says_nothing_of_it() -> None:
    document = SealedDocument("ofd", (), (signature(1, others=(SUB.certificate.der,)),))
    found = verify(document, known())
    assert not {"carried-limit", "trials-limit", "too-many-signatures"} & names(found)
    assert ("signer-path", Indication.PASSED) in {(one.name, one.indication) for one in found.verdict.findings}


def test_the_first_signatures_helpers_are_not_crowded_out_by_later_ones() -> None:
    first = signature(1, others=(SUB.certificate.der,))
    document = SealedDocument("ofd", (), (first, signature(2, others=forged(100))))
    found = verify(document, known())
    assert found.signatures[0].indication is Indication.INDETERMINATE  # there is no seal, step 3 stays open
    (path,) = [one for one in found.signatures[0].findings if one.name == "signer-path"]
    assert path.indication is Indication.PASSED


def test_no_more_lists_than_the_budget_has() -> None:
    lists = tuple(revocations(SUB, number=100 + number).der for number in range(budget_module.MAX_LISTS + 5))
    spent = Budget()
    assert len(spent.lists(lists)) == budget_module.MAX_LISTS
    assert [one.name for one in spent.findings()] == ["carried-limit"]


def test_octets_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_module, "MAX_CARRIED_OCTETS", len(LEAF.der) + 10)
    spent = Budget()
    assert spent.helpers([LEAF.der, SUB.certificate.der]) == [LEAF]
    assert [one.warning for one in spent.findings()] == [True]
    monkeypatch.setattr(budget_module, "MAX_LEAF_OCTETS", len(LEAF.der) + 10)
    spent = Budget()
    assert spent.certificate(LEAF.der) == LEAF
    assert spent.certificate(SUB.certificate.der) is None
    assert spent.certificate(LEAF.der) == LEAF
    assert [one.name for one in spent.findings()] == ["carried-limit"]


def test_what_cannot_be_read_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    real = load_certificate
    monkeypatch.setattr(budget_module, "load_certificate", lambda octets: (read.append(octets), real(octets))[1])
    spent = Budget()
    assert [spent.certificate(b"junk") for _ in range(9)] == [None] * 9
    assert spent.helpers([b"junk"] * 9) == []
    assert read == [b"junk"]


def test_certificates_of_time_stamps_are_paid_from_the_same_budget() -> None:
    stamps = tuple(
        replace(signature(place), time_stamp=token(b"v", by=party(root(), f"时{place}", STAMPING)))
        for place in range(budget_module.MAX_CERTIFICATES + 3)
    )
    evidence = evidence_of_time()
    found = verify(SealedDocument("ofd", (), stamps), evidence)
    assert "carried-limit" in names(found)


def test_the_first_signers_certificates_are_not_crowded_out_by_later_time_stamps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget_module, "MAX_LEAF_OCTETS", len(LEAF.der) + 10)
    monkeypatch.setattr(budget_module, "MAX_CERTIFICATES", 0)
    stamped = replace(signature(2), time_stamp=token(b"v"))
    found = verify(SealedDocument("ofd", (), (signature(1), stamped)), known(SUB.certificate))
    (path,) = [one for one in found.signatures[0].findings if one.name == "signer-path"]
    assert path.indication is Indication.PASSED
    assert "carried-limit" in names(found)


def test_so_many_signatures_are_judged_and_the_rest_is_told() -> None:
    document = SealedDocument("ofd", (), tuple(map(signature, range(budget_module.MAX_SIGNATURES + 1))))
    found = verify(document, known(SUB.certificate))
    assert len(found.signatures) == budget_module.MAX_SIGNATURES
    (told,) = [one for one in found.verdict.findings if one.name == "too-many-signatures"]
    assert (told.step, told.indication) == (1, Indication.INDETERMINATE)
    assert found.verdict.indication is Indication.INDETERMINATE
    assert within_bounds(replace(document, signatures=document.signatures[:-1])).signatures == document.signatures[:-1]
