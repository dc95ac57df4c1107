"""Sealing in two halves: the same plan as in one, and nothing else sealed when the half that reads the document lies."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from keys.sm3 import sm3
from tests.ofd_foreign import letter
from tests.pdf_parts import NAME, REASON, page
from tests.pdf_sealing_parts import changed, hybrid, text_fields, vector
from tests.seal_parts import AT, parts, png
from tests.sealing_parts import later, office_seal
from tests.sealing_parts import seal_on as sealed_letter
from trust.errors import Malformed
from trust.formats.ofd.adding import OfdOrder, plan_ofd_sealing
from trust.formats.ofd.entries import PackageOrder, PreparedPackage, plan_package_protection
from trust.formats.ofd.package import read_package
from trust.formats.ofd.prepared import PreparedOfd
from trust.formats.ofd.repacking import entry_digest, open_package, unread_package
from trust.formats.ofd.splicing import Spot
from trust.formats.pdf.approving import PdfOrder, plan_pdf_sealing
from trust.formats.pdf.prepared import PreparedPdf
from trust.formats.pdf.rewriting import rewritten
from trust.formats.pdf.stamping import StampPicture
from trust.formats.pdf.update import Written
from trust.formats.placing import AtPoint, AtWords, OnPages, Placing, PlannedSealing, Riding
from trust.formats.sealed_document import SealBox
from trust.formats.sealing_orders import Order, Prepared, plan_prepared, prepare
from verifier.carrying import pack, unpack

CORNER = AtPoint(0, 120, 40)
PNG = StampPicture(40, 40, png=png())


def for_pdf(placing: Placing | None = CORNER, **changes: Any) -> PdfOrder:
    values: dict[str, Any] = {
        "seal_der": None if placing is None else parts().seal,
        "picture": None if placing is None else vector(),
        "certificates": (parts().signer_certificate, parts().maker_certificate),
        "at": AT,
        "reason": REASON,
        "name": NAME,
    }
    return PdfOrder(placing, **(values | changes))


def for_ofd(placing: Placing | None = CORNER, **changes: Any) -> OfdOrder:
    seal = None if placing is None else office_seal()
    values: dict[str, Any] = {
        "certificate": parts().signer_certificate,
        "at": later(5),
        "lock": False,
        "provider": "印证",
    }
    return OfdOrder(placing, seal, **(values | changes))


def in_one(data: bytes, order: Order) -> PlannedSealing:
    match order:
        case OfdOrder():
            return plan_ofd_sealing(data, **vars(order))
        case PackageOrder():
            return plan_package_protection(data, **vars(order))
        case PdfOrder():
            values = {key: value for key, value in vars(order).items() if key != "certificates"}
            certificate, *chain = order.certificates
            return plan_pdf_sealing(data, certificate=certificate, chain=chain, **values)


def in_two(data: bytes, order: Order) -> PlannedSealing:
    """With every value carried from one process to another."""
    carried: Order = unpack(pack(order), Order)  # type: ignore[arg-type]  # a union is a type too
    assert carried == order
    return plan_prepared(data, carried, unpack(pack(prepare(data, carried)), Prepared))  # type: ignore[arg-type]  # as above


def file_of(plan: PlannedSealing) -> bytes:
    return plan.complete(bytes(31) + b"\1" + bytes(31) + b"\1", parts().signer_certificate)


def twofold() -> bytes:
    """A page with two kinds of cross-reference."""
    return hybrid(page())


DOCUMENTS: list[tuple[str, Callable[[], bytes], Order]] = [
    ("ofd", letter, for_ofd()),
    ("ofd, locked", letter, for_ofd(lock=True)),
    ("ofd, riding", lambda: letter(3), for_ofd(Riding())),
    ("ofd, every page", lambda: letter(3), for_ofd(OnPages(20, 20))),
    ("ofd, text signature", letter, for_ofd(None)),
    ("ofd, a second seal", lambda: sealed_letter(letter(), lock=False), for_ofd()),
    ("ofd, package", letter, PackageOrder(parts().signer_certificate, AT, NAME)),
    ("pdf", page, for_pdf()),
    ("pdf, locked", page, for_pdf(lock=True)),
    ("pdf, riding", lambda: page(pages=3), for_pdf(Riding())),
    ("pdf, some pages", lambda: page(pages=3), for_pdf(OnPages(20, 20, (0, 2)))),
    ("pdf, a picture", page, for_pdf(picture=PNG)),
    ("pdf, the seal's own picture", page, for_pdf(picture=None)),
    ("pdf, a seal signature", page, for_pdf(form="ses")),
    ("pdf, not shown", page, for_pdf(None)),
    ("pdf, not shown, with its seal", page, for_pdf(None, seal_der=parts().seal)),
    ("pdf, fields", lambda: changed(text_fields), for_pdf()),
    ("pdf, cross-reference stream", lambda: changed(lambda _: None, stream_xrefs=True), for_pdf()),
    ("pdf, written afresh", twofold, for_pdf()),
    ("pdf, a second seal", lambda: file_of(in_one(page(), for_pdf())), for_pdf(AtPoint(0, 20, 60))),
]


@pytest.mark.parametrize(("document", "order"), [case[1:] for case in DOCUMENTS], ids=[case[0] for case in DOCUMENTS])
def test_in_two_halves_the_plan_is_the_same(document: Callable[[], bytes], order: Order) -> None:
    data = document()
    whole, parted = in_one(data, order), in_two(data, order)
    assert parted.to_be_signed == whole.to_be_signed
    assert parted.boxes == whole.boxes
    assert file_of(parted) == file_of(whole)
    if isinstance(order, PdfOrder):
        assert file_of(parted).startswith(rewritten(data) if document is twofold else data)


def test_words_are_found_by_the_half_that_reads() -> None:
    order = for_ofd(AtWords("云岭市"))
    data = letter()
    assert in_two(data, order).boxes == in_one(data, order).boxes


@cache
def prepared_ofd() -> PreparedOfd:
    found = prepare(letter(), for_ofd())
    assert isinstance(found, PreparedOfd)
    return found


@cache
def prepared_next() -> PreparedOfd:
    found = prepare(sealed_letter(letter(), lock=False), for_ofd())
    assert isinstance(found, PreparedOfd)
    return found


@cache
def prepared_pdf(*, stamped: bool = True) -> PreparedPdf:
    found = prepare(page(), for_pdf() if stamped else for_pdf(None))
    assert isinstance(found, PreparedPdf)
    return found


def refused(data: bytes, order: Order, prepared: Prepared) -> str:
    with pytest.raises(Malformed) as refusal:
        plan_prepared(data, order, prepared)
    return refusal.value.reason


NAN = SealBox(0, 120, 40, float("nan"), 42)
SPOT = prepared_ofd().body or Spot("", 0, 0, 0, closed=False)


@pytest.mark.parametrize(
    "lie",
    [
        {"signature": "OFD.xml"},
        {"signature": "Doc_0/Document.xml"},
        {"value": "Doc_0/Document.xml"},
        {"value": prepared_ofd().signature},
        {"listing": "Doc_0/Document.xml"},
        {"signature": "文.xml"},
        {"signature": "x" * 300},
        {"body": None},
        {"listed": SPOT},
        {"body": replace(SPOT, name="ofd:Document")},
        {"body": replace(SPOT, name="ofd:x><ofd:DocBody", closed=True)},
        {"body": replace(SPOT, start=-1)},
        {"body": replace(SPOT, end=10**9)},
        {"body": replace(SPOT, closed=True)},
        {"id": "1'"},
        {"id": prepared_ofd().stamp_ids[0]},
        {"stamp_ids": ()},
        {"stamp_ids": ("<",)},
        {"page_ids": ("1 2",)},
        {"page_ids": ()},
        {"boxes": (NAN,)},
        {"boxes": (replace(prepared_ofd().boxes[0], x=20.0),)},
        {"boxes": (replace(prepared_ofd().boxes[0], page=1),)},
        {"boxes": ()},
    ],
    ids=lambda lie: repr(lie)[:60],
)  # fmt: skip
def test_what_does_not_fit_an_ofd_is_refused(lie: dict[str, object]) -> None:
    told: dict[str, Any] = lie
    assert refused(letter(), for_ofd(), replace(prepared_ofd(), **told)) == "prepared"


@pytest.mark.parametrize(
    "lie",
    [
        {"listing": "Doc_0/Document.xml"},
        {"listing": "Doc_0/Pages/Page_0/Content.xml", "highest": ()},
        {"listing": "nowhere.xml"},
        {"listed": replace(prepared_next().listed or SPOT, end=(prepared_next().listed or SPOT).end - 30)},
        {"highest": (replace(prepared_next().listed or SPOT, name="MaxSignId"),)},
        {"highest": (replace(prepared_next().highest[0], end=prepared_next().highest[0].end + 3),)},
    ],
)
def test_what_does_not_fit_a_list_of_signatures_is_refused(lie: dict[str, object]) -> None:
    told: dict[str, Any] = lie
    data = sealed_letter(letter(), lock=False)
    assert refused(data, for_ofd(), replace(prepared_next(), **told)) == "prepared"


def test_whatever_a_reader_of_an_ofd_says_the_document_itself_is_sealed() -> None:
    """A place in OFD.xml that is none gives a file no reader takes, with every entry that was handed in as it was."""
    data, lie = letter(), replace(prepared_ofd(), body=replace(SPOT, start=3, end=3))
    before, after = (read_package(one) for one in (data, file_of(plan_prepared(data, for_ofd(), lie))))
    assert {name for name in before if after[name] != before[name]} == {"OFD.xml"}
    added = f"<o:Signatures>/{lie.listing}</o:Signatures>".encode()
    assert after["OFD.xml"] == before["OFD.xml"][:3] + added + before["OFD.xml"][3:]


def with_body(made: PreparedPdf, place: int, body: bytes) -> PreparedPdf:
    """With another body for one of the objects."""
    one = made.update.objects[place]
    assert one.number != made.signature
    return replace(made, update=made.update.with_body(one.number, body))


def place_of(made: PreparedPdf, mark: bytes) -> int:
    (found,) = [place for place, one in enumerate(made.update.objects) if mark in one.body]
    return found


def test_objects_are_told_apart() -> None:
    made = prepared_pdf()
    assert [mark in made.update.objects[place_of(made, mark)].body for mark in (b"/YinzhengSeal", b"/Seal Do")]


SMUGGLED = b"<< /Length 30 >>\nstream\nBT /F1 12 Tf (1000000) Tj ET  \nendstream"


@pytest.mark.parametrize(
    "body",
    [
        SMUGGLED,
        SMUGGLED.replace(b"\nstream\n", b" stream\r\n"),
        SMUGGLED.replace(b"\nstream\n", b"stream\n"),
        SMUGGLED.replace(b"\nstream\n", b"%\nstream\n"),
        b"<< >>\nendobj\n7 0 obj\n<< >>",
        b"<< >> xref 0 1",
        b"<< /Kids [5 0 R]>>trailer<< /Root 5 0 R >>",
    ],
)
@pytest.mark.parametrize("mark", [b"/Type /Page", b"/YinzhengSeal", b"/Seal Do", b"/FT /Sig"])
def test_no_content_is_smuggled_into_a_pdf(mark: bytes, body: bytes) -> None:
    made = prepared_pdf()
    assert refused(page(), for_pdf(), with_body(made, place_of(made, mark), body)) == "prepared"


def test_the_appearance_shows_this_seal_and_nothing_else() -> None:
    made = prepared_pdf()
    place = place_of(made, b"/Seal Do")
    body = made.update.objects[place].body
    seal = made.update.objects[place_of(made, b"/YinzhengSeal")].number
    for lie in (
        body.replace(b"/Seal Do", b"/Seal Do /Seal Do"),
        body.replace(b"/Seal %d 0 R" % drawn_of(body), b"/Seal 1 0 R"),
        body.replace(b"/Private %d 0 R" % seal, b"/Private 1 0 R"),
    ):
        assert lie != body
        assert refused(page(), for_pdf(), with_body(made, place, lie)) == "prepared"
    other = prepare(page(), for_pdf(picture=PNG))
    assert refused(page(), for_pdf(), other) == "prepared", "another picture than the seal's"


def drawn_of(body: bytes) -> int:
    return int(body.split(b"/XObject << /Seal ")[1].split()[0])


@pytest.mark.parametrize(
    "lie",
    [
        {"signature": 999},
        {"reference": b"<< /Type /SigRef >>"},
        {"reference": b"<< >>] /Contents <00> /Reference ["},
        {"boxes": ()},
        {"boxes": (replace(prepared_pdf().boxes[0], y=41.0),)},
    ],
)
def test_what_does_not_fit_a_pdf_is_refused(lie: dict[str, object]) -> None:
    told: dict[str, Any] = lie
    assert refused(page(), for_pdf(), replace(prepared_pdf(), **told)) == "prepared"


@pytest.mark.parametrize(
    "lie",
    [
        {"root": b"1 0 R /Encrypt 5 0 R"},
        {"information": b"(text)"},
        {"older": 10**9},
        {"older": -1},
        {"following": 10**9},
        {"following": 2},
        {"identifier": bytes(5000)},
    ],
)
def test_what_does_not_fit_a_trailer_is_refused(lie: dict[str, object]) -> None:
    told: dict[str, Any] = lie
    made = prepared_pdf()
    update = replace(made.update, trailer=replace(made.update.trailer, **told))
    assert refused(page(), for_pdf(), replace(made, update=update)) == "prepared"


def test_no_object_is_written_twice() -> None:
    made = prepared_pdf()
    twice = (*made.update.objects, Written(made.signature, 0, b"<< /Type /Sig >>"))
    told = replace(made, update=replace(made.update, objects=twice))
    assert refused(page(), for_pdf(), told) == "prepared"


def test_what_was_prepared_for_one_document_seals_no_other() -> None:
    """The answer for a document cannot be lent: the file begins with the document that was handed in."""
    other = page(pages=2)
    plan = plan_prepared(other, for_pdf(), prepared_pdf())
    assert plan.to_be_signed != in_one(page(), for_pdf()).to_be_signed
    assert file_of(plan).startswith(other)
    afresh = file_of(plan_prepared(page(), for_pdf(), replace(prepared_pdf(), afresh=True)))
    assert afresh.startswith(rewritten(page())), "written afresh here, not by whoever says so"


@pytest.mark.parametrize(
    ("order", "prepared"),
    [
        (for_pdf(), prepared_ofd()),
        (for_ofd(), prepared_pdf()),
        (for_ofd(), PreparedPackage()),
        (PackageOrder(parts().signer_certificate, AT, NAME), prepared_ofd()),
    ],
)
def test_kinds_are_not_mixed_up(order: Order, prepared: Prepared) -> None:
    assert refused(page() if isinstance(order, PdfOrder) else letter(), order, prepared) == "prepared"


def test_entries_are_digested_piece_by_piece() -> None:
    data = letter(3)
    package, unread = open_package(data), unread_package(data)
    assert dict(unread.entries) == dict(package.entries)
    for name, octets in package.entries.items():
        assert entry_digest(unread, name) == sm3(octets)


def test_an_entry_that_is_not_what_the_directory_says_has_no_digest() -> None:
    data = letter()
    package = unread_package(data)
    name, place = next((name, place) for name, place in package.places.items() if place.method)
    for lie in ({"size": place.size - 1}, {"size": place.size + 1}, {"checksum": 0}, {"packed": place.packed - 1}):
        damaged = replace(package, places={name: replace(place, **lie)})
        with pytest.raises(Malformed, match="zip"):
            entry_digest(damaged, name)
