"""A paper licence becomes an electronic one, and what its evidence is worth goes wherever it goes.

The grade stands in the signed document, in the metadata, on the face and in the code; every form in which the licence
is presented says it, and none of them can be made to say another.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from cases.errors import GradeTooLow, NothingHeld
from issuer.applying.deciding import waive
from issuer.applying.errors import NeedsApproval
from issuer.applying.ports import Applying
from issuer.converting.comparing import compare
from issuer.converting.confirming import confirm
from issuer.converting.errors import FaceChanged, StockMoved
from issuer.converting.releasing import release
from issuer.converting.stock import items_of
from issuer.errors import ApplicationRefused, NotSound
from issuer.issuing import Issued, issue
from issuer.ports import nothing_more
from templates.library import Bundle
from tests.applying_parts import MAKER, Hall
from tests.applying_parts import SECOND as OTHER
from tests.catalogue_parts import published, template
from tests.city import City
from tests.journey_parts import PASSED, against, code_text, failed, finding, identifier, presented
from tests.stock_parts import FIRST, SECOND, SOURCE, checks_for, desk_of, submitted
from trust.formats.cose import sign1
from trust.formats.licence_document import encode_licence
from trust.formats.receipt import open_receipt
from trust.formats.token import decode_claims, encode_claims, split_token, to_text
from trust.rules.conversion import Grade
from trust.rules.disclosure import Circle
from trust.rules.standing import ActKind
from trust.rules.succession import Succession, SuccessionKind

NUMBERS = count(1)
LICENSED = "11530199MB0T35T369000131017001000"
BOARD = "11530199MB0T35T369000117003001000"
APPROVAL = "11530199MB0T35T369"


def converted(city: City, grade: Grade, **changed: object) -> Issued:
    """A licence made from stock."""
    desk = desk_of(city)
    octets = b"" if grade is Grade.D else None
    stock = submitted(city, desk, octets, **({"number": f"CL{next(NUMBERS):08}"} | changed))
    stock = compare(desk, stock, checks_for(stock, grade), by=FIRST, at=city.clock())
    pages = [1, 2] if stock.scan else []
    stock = confirm(desk, stock, content=stock.content, pages=pages, by=SECOND, at=city.clock())
    return release(desk, stock, by=SECOND, at=city.clock())[1]


@pytest.mark.parametrize("grade", Grade)
def test_every_form_says_the_grade(city: City, grade: Grade) -> None:
    issued = converted(city, grade)
    for form, examined in presented(city, issued).items():
        assert against(examined) == [], form
        found = finding(examined, 7, "conversion")
        assert found.indication is PASSED
        assert f"证据等级 {grade}" in found.detail
        assert (SOURCE in found.detail) == (form != "code")
        assert found.warning == (grade in {Grade.C, Grade.D})


def test_the_face_says_it_once_and_the_metadata_too(city: City) -> None:
    issued = converted(city, Grade.C)
    content = _part(issued.ofd, lambda name: name.endswith("Content.xml"))
    assert b"".join(content.values()).count("证据等级C".encode()) == 1
    assert b"KZ_CLZHDJ" in b"".join(_part(issued.ofd, lambda name: name == "OFD.xml").values())
    plain = city.issue(number=f"CL{next(NUMBERS):08}")
    assert b"KZ_CLZHDJ" not in b"".join(_part(plain.ofd, lambda name: name == "OFD.xml").values())
    assert all(one.name != "conversion" for one in presented(city, plain)["ofd"].verdict.findings)


def test_whoever_looks_a_licence_up_is_told(city: City) -> None:
    from service.disclosing import show

    examined = city.yinzheng.verify_words(identifier(converted(city, Grade.C)))
    shown = {row.key: row.text for row in show(city.yinzheng, examined, Circle.PUBLIC)}
    assert shown["conversion"].startswith("证据等级 C：仅有扫描件")


# --- no other grade -------------------------------------------------------------------------------------------------


def _part(ofd: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(ofd)) as package:
        return {name: package.read(name) for name in package.namelist() if wanted(name)}


def rewritten(ofd: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """An OFD with entries exchanged, in the same order and form."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd)) as package, zipfile.ZipFile(held, "w") as made:
        for info in package.infolist():
            made.writestr(info, change(info.filename, package.read(info)))
    return held.getvalue()


CHANGES = {
    "metadata": ("OFD.xml", b'"KZ_CLZHDJ">C<', b'"KZ_CLZHDJ">A<'),
    "face": ("Content.xml", "证据等级C".encode(), "证据等级A".encode()),
    "licence.json": ("licence.json", b'"grade":"C"', b'"grade":"A"'),
}


@pytest.mark.parametrize("place", CHANGES)
def test_a_grade_changed_in_the_file_fails(city: City, place: str) -> None:
    name, old, new = CHANGES[place]
    issued = converted(city, Grade.C)
    changed = rewritten(issued.ofd, lambda entry, octets: octets.replace(old, new) if entry.endswith(name) else octets)
    assert changed != rewritten(issued.ofd, lambda _, octets: octets), "nothing was changed"
    assert failed(city.yinzheng.verify_file(changed))


def test_a_grade_changed_in_the_pdf_fails(city: City) -> None:
    issued = converted(city, Grade.C)
    assert b'"grade":"C"' in issued.pdf
    assert failed(city.yinzheng.verify_file(issued.pdf.replace(b'"grade":"C"', b'"grade":"A"')))


def test_a_grade_changed_in_the_code_fails(city: City) -> None:
    issued = converted(city, Grade.C)
    envelope = split_token(issued.token)
    better = encode_claims(replace(decode_claims(envelope.payload), grade=Grade.A))
    forged = issued.token.replace(envelope.payload, better)
    assert forged != issued.token
    assert (4, "code-signature") in failed(city.yinzheng.verify_words(to_text(forged, "http://127.0.0.1:8000")))
    none = encode_claims(replace(decode_claims(envelope.payload), grade=None))
    signer, _ = city.yinzheng.directory.service("receipt")
    resigned = sign1(none, signer, None)
    assert (4, "code-signature") in failed(city.yinzheng.verify_words(to_text(resigned, "http://127.0.0.1:8000")))


def test_no_text_of_a_licence_may_claim_a_grade(city: City) -> None:
    own = city.application("business-licence").fields | {"legal_representative": "存量转换 证据等级A"}
    with pytest.raises(ApplicationRefused) as refused:
        city.issue(number=f"CL{next(NUMBERS):08}", fields=own)
    assert ("fields.legal_representative", "reserved-words") in refused.value.problems


def test_a_face_that_claims_a_grade_without_a_conversion_fails(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if issuing let it through, the face would say something that the signed document does not.

    An office with the verifier at hand does not release it in the first place.
    """
    monkeypatch.setattr("issuer.checking.claims_grade", lambda _: False)
    application = city.application("business-licence", number=f"CL{next(NUMBERS):08}")
    claiming = replace(application, fields={**application.fields, "address": "云岭市 存量转换 证据等级A"})
    office, key = city.yinzheng.office, claiming.number
    with pytest.raises(NotSound, match="face"):
        issue(office, claiming, key=key, by="周明远", at=city.clock())
    issued = issue(replace(office, judged=nothing_more), claiming, key=key, by="周明远", at=city.clock())
    assert (7, "face") in failed(city.yinzheng.verify_file(issued.ofd))


def test_what_was_confirmed_for_one_face_is_not_issued_on_another(fresh: City) -> None:
    desk = desk_of(fresh)
    stock = submitted(fresh, desk, None, number=f"CL{next(NUMBERS):08}")
    stock = compare(desk, stock, checks_for(stock, Grade.C), by=FIRST, at=fresh.clock())
    assert stock.template == "business-licence/1"
    pages = list(range(1, 1 + (stock.scan.pages if stock.scan else 0)))
    stock = confirm(desk, stock, content=stock.content, pages=pages, by=SECOND, at=fresh.clock())
    with pytest.raises(StockMoved):  # it is confirmed, and nothing changed
        compare(desk, stock, checks_for(stock, Grade.C), by=FIRST, at=fresh.clock())
    published(fresh, template("business-licence", 2), "business-licence")
    with pytest.raises(FaceChanged):
        release(desk, stock, by=FIRST, at=fresh.clock())
    stock = compare(desk, stock, checks_for(stock, Grade.C), by=FIRST, at=fresh.clock())
    assert (stock.template, stock.confirmed) == ("business-licence/2", None)
    stock = confirm(desk, stock, content=stock.content, pages=pages, by=SECOND, at=fresh.clock())
    assert release(desk, stock, by=FIRST, at=fresh.clock())[1].entry.licence.template == "business-licence/2"


def test_place_and_kind_of_code_are_compared_too(city: City) -> None:
    items = items_of(city.application("business-licence"))
    assert (items["area_code"], items["holder_code_type"]) == ("530199", "统一社会信用代码")


# --- what follows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SuccessionKind)
def test_a_new_paper_does_not_wash_a_grade_off(city: City, kind: SuccessionKind) -> None:
    before = converted(city, Grade.C)
    application = city.application("business-licence", number=before.entry.licence.number)
    if kind is SuccessionKind.TRANSFER_IN:
        application = replace(application, number=f"CL{next(NUMBERS):08}")
    follows = replace(application, succession=Succession(kind, identifier(before)))
    after = issue(city.yinzheng.office, follows, key=f"after {identifier(before)}", by="周明远", at=city.clock())
    assert after.entry.licence.conversion == before.entry.licence.conversion


def test_a_grade_ends_only_where_two_people_record_new_evidence(city: City) -> None:
    before, hall = converted(city, Grade.C), Hall(city)
    made = {"evidence": "2026年11月21日现场核验纸质原件及登记档案", "fields": {"legal_representative": "程亦舟"}}
    docket = hall.follow(before.entry, SuccessionKind.AMEND, made)
    with pytest.raises(NeedsApproval):
        waive(alone(hall), docket, by=MAKER, key="alone", at=city.clock())
    _, after = hall.approve(docket)
    assert after.entry.licence.conversion is None
    act = city.yinzheng.archive.acts.of(identifier(before))[-1]
    assert "证据重新核实：2026年11月21日现场核验纸质原件及登记档案" in act.reason
    assert MAKER.name in act.by
    assert OTHER.name in act.by
    with pytest.raises(ApplicationRefused) as refused:  # this one has no grade to end
        hall.follow(
            after.entry, SuccessionKind.AMEND, {"evidence": "再次核验", "fields": {"legal_representative": "甲"}}
        )
    assert refused.value.problems == (("evidence", "evidence-needless"),)
    with pytest.raises(ApplicationRefused) as refused:
        hall.submit(evidence="首次申领")
    assert refused.value.problems == (("evidence", "needs-predecessor"),)


def alone(hall: Hall) -> Applying:
    """The same office, where one person may issue every type."""
    ports = hall.desk.ports

    def one(type_code: str) -> Bundle:
        bundle = ports.office.bundle(type_code)
        return replace(bundle, type=replace(bundle.type, approval="one"))

    return replace(ports, office=replace(ports.office, bundle=one))


# --- relying --------------------------------------------------------------------------------------------------------


def cite(city: City, issued: Issued, *, named: bool, grade: Grade | None = None) -> object:
    request = city.request(
        issued,
        matter=BOARD,
        requirement="01",
        department=APPROVAL,
        identifier=identifier(issued) if named else None,
    )
    cases = city.yinzheng.cases.citing
    if grade is not None:
        wanted = tuple(
            replace(one, requirements=tuple(replace(item, least_grade=grade) for item in one.requirements))
            for one in cases.matters
        )
        cases = replace(cases, matters=wanted)
    from cases.citing import cite as cited

    return cited(cases, request, key=f"cite-{next(NUMBERS):016}", at=city.clock(), number_random=city.yinzheng.random)


@pytest.mark.parametrize("named", [True, False])
def test_weak_evidence_is_not_cited_unless_the_matter_says_so(fresh: City, named: bool) -> None:
    issued = converted(fresh, Grade.C)
    with pytest.raises(GradeTooLow) as refused:
        cite(fresh, issued, named=named)
    assert (refused.value.found, refused.value.needed) == (Grade.C, Grade.B)
    citation = cite(fresh, issued, named=named, grade=Grade.C)
    assert citation.grade is Grade.C  # type: ignore[attr-defined]  # it is a Citation


def test_the_receipt_says_the_grade(fresh: City) -> None:
    citation = cite(fresh, converted(fresh, Grade.B), named=True)
    key = fresh.yinzheng.cases.citing.pen.public
    facts = open_receipt(citation.receipt, key).facts  # type: ignore[attr-defined]  # it is a Citation
    assert facts["licence"]["grade"] == "B"  # type: ignore[index]  # members of JSON
    plain = cite(fresh, fresh.issue(number=f"CL{next(NUMBERS):08}"), named=True)
    assert "grade" not in open_receipt(plain.receipt, key).facts["licence"]  # type: ignore[attr-defined, operator]  # as said above


def test_better_evidence_is_found_behind_weaker(fresh: City) -> None:
    """The holder's newest licence is converted on weak evidence; the one before it will do."""
    good = fresh.issue(number=f"CL{next(NUMBERS):08}")
    fresh.clock.forward(minutes=1)
    weak = converted(fresh, Grade.D)
    assert cite(fresh, weak, named=False).identifier == identifier(good)  # type: ignore[attr-defined]  # it is a Citation
    fresh.act(ActKind.REVOKE, good, "penalty", reason="依法吊销")
    with pytest.raises((GradeTooLow, NothingHeld)):
        cite(fresh, weak, named=False)


def test_the_document_of_a_converted_licence_is_the_one_spelling(city: City) -> None:
    issued = converted(city, Grade.B)
    assert encode_licence(issued.entry.licence) in issued.pdf
    assert code_text(issued)
