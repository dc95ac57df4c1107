"""What is to be sealed is read in another process, within limits; what it answers is what would be prepared here."""

from collections.abc import Iterator

import pytest

from tests.ofd_foreign import letter
from tests.pdf_parts import NAME, REASON, page
from tests.pdf_sealing_parts import laborious, vector
from tests.seal_parts import AT, parts
from tests.sealing_parts import office_seal
from trust.errors import Conflict, Malformed
from trust.formats.ofd.adding import OfdOrder
from trust.formats.ofd.entries import PackageOrder
from trust.formats.pdf.approving import PdfOrder
from trust.formats.pdf.errors import PdfRefused
from trust.formats.placing import AtPoint, AtWords, Placing
from trust.formats.sealing_orders import Order, prepare
from verifier import confinement
from verifier.carrying import pack
from verifier.confinement import Confinement
from verifier.preparing import Refusal, answered, prepared_for, question

CORNER = AtPoint(0, 20, 20)


def for_ofd(placing: Placing = CORNER) -> OfdOrder:
    return OfdOrder(placing, office_seal(), parts().signer_certificate, AT, lock=False, provider="印证")


def for_pdf(placing: Placing = CORNER) -> PdfOrder:
    return PdfOrder(placing, parts().seal, vector(), (parts().signer_certificate,), AT, REASON, NAME)


@pytest.fixture(scope="module")
def readers() -> Iterator[Confinement]:
    made = Confinement()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("data", "order"),
    [
        (letter(), for_ofd()),
        (letter(), PackageOrder(parts().signer_certificate, AT, NAME)),
        (page(), for_pdf()),
    ],
    ids=["ofd", "package", "pdf"],
)
def test_what_is_prepared_there_is_what_would_be_prepared_here(readers: Confinement, data: bytes, order: Order) -> None:
    assert readers.prepare(data, order) == prepare(data, order)


@pytest.mark.parametrize(
    ("data", "order", "kind", "reason"),
    [
        (letter(), for_ofd(AtPoint(99, 1, 1)), Conflict, "no-such-page"),
        (letter(), for_ofd(AtWords("这里没有这些字")), Conflict, "no-such-words"),
        (b"PK\x03\x04", for_ofd(), Malformed, "zip-form"),
        (b"%PDF-1.7", for_pdf(), PdfRefused, "pdf-unreadable"),
        (b"", for_pdf(), PdfRefused, "not-pdf"),
    ],
)
def test_a_refusal_is_raised_here(
    readers: Confinement, data: bytes, order: Order, kind: type[Exception], reason: str
) -> None:
    with pytest.raises(kind) as here:
        prepare(data, order)
    with pytest.raises(kind) as there:
        readers.prepare(data, order)
    assert (type(there.value), str(there.value)) == (type(here.value), str(here.value))
    assert there.value.reason == reason  # type: ignore[attr-defined]  # all of them have one


def test_what_meets_a_limit_is_not_prepared() -> None:
    made = Confinement(processor_s=1, wall_s=2.0)
    try:
        with pytest.raises(Conflict, match="sealing-limit"):
            made.prepare(laborious(), for_pdf(AtWords("合同")))
        assert made.prepare(page(), for_pdf()) == prepare(page(), for_pdf())
    finally:
        made.close()


def test_no_more_than_so_many_at_a_time(readers: Confinement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "PATIENCE_S", 0.01)
    turns = [readers._turns.acquire() for _ in range(confinement.AT_ONCE)]
    try:
        with pytest.raises(Conflict, match="sealing-busy"):
            readers.prepare(page(), for_pdf())
    finally:
        for _ in turns:
            readers._turns.release()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"null",
        b"[]",
        pack(for_pdf()),
        b'{"":"Refusal","kind":"other","reason":"x","text":""}',
        b'{"":"PreparedPackage","more":1}',
    ],
)
def test_what_is_no_answer_is_a_limit(answer: bytes | None) -> None:
    with pytest.raises(Conflict, match="sealing-limit"):
        answered(answer)


def test_the_words_of_a_refusal_are_cut() -> None:
    with pytest.raises(Malformed) as refusal:
        answered(pack(Refusal("malformed", "r" * 1000, "t" * 100_000)))
    assert len(str(refusal.value)) < 1000


def test_a_question_holds_the_order_and_the_document() -> None:
    assert prepared_for(question(letter(), for_ofd())) == prepare(letter(), for_ofd())
    refusal = prepared_for(question(b"nothing", for_pdf()))
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.reason) == ("pdf", "not-pdf")
