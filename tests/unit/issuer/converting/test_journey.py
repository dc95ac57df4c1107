"""Stock on its way: entered and compared by one, confirmed page by page by another, issued once with its grade."""

from dataclasses import replace
from itertools import count

import pytest

from issuer.converting.comparing import compare
from issuer.converting.confirming import confirm, refuse
from issuer.converting.errors import ConfirmationStale, ScanRefused, SecondPersonNeeded, StockMoved, StockRefused
from issuer.converting.ports import Converting
from issuer.converting.releasing import release
from issuer.converting.stock import Stage, Step, Stock
from issuer.converting.submitting import keep_scan, submit
from issuer.errors import DuplicateNumber, NoMandate
from service.blobs import BlobMissing
from tests.city import City, MemoryBlobs
from tests.stock_parts import FIRST, SECOND, SOURCE, checks_for, desk_of, pdf, picture, row, submitted
from trust.rules.conversion import Conversion, Grade
from trust.sealing.ports import Officer

NUMBERS = count(1)
THIRD = Officer("scjg3", "林知夏")


@pytest.fixture
def desk(city: City) -> Converting:
    return desk_of(city)


def taken_in(city: City, desk: Converting, octets: bytes | None = None, **changed: object) -> Stock:
    """Stock under a number that was not used before."""
    return submitted(city, desk, octets, **({"number": f"CL{next(NUMBERS):08}"} | changed))


def compared(city: City, desk: Converting, grade: Grade = Grade.B, **changed: object) -> Stock:
    stock = taken_in(city, desk, b"" if grade is Grade.D else None, **changed)
    return compare(desk, stock, checks_for(stock, grade), by=FIRST, at=city.clock())


def confirmed(city: City, desk: Converting, grade: Grade = Grade.B, **changed: object) -> Stock:
    stock = compared(city, desk, grade, **changed)
    pages = range(1, 1 + (stock.scan.pages if stock.scan else 0))
    return confirm(desk, stock, content=stock.content, pages=[*pages], by=SECOND, at=city.clock())


@pytest.mark.parametrize("grade", Grade)
def test_the_whole_way(city: City, desk: Converting, grade: Grade) -> None:
    stock, issued = release(desk, confirmed(city, desk, grade), by=SECOND, at=city.clock())
    licence = issued.entry.licence
    assert licence.conversion == Conversion(grade, SOURCE, stock.scan.digest if stock.scan else None)
    assert stock.identifier == str(licence.identifier)
    assert issued.entry.by == "顾清和（scjg2）"
    steps = [(one.step, one.by) for one in desk.stocks.events(stock.number)]
    assert steps == [(Step.SUBMIT, FIRST), (Step.COMPARE, FIRST), (Step.CONFIRM, SECOND), (Step.RELEASE, SECOND)]


def test_released_again_it_is_the_same_licence(city: City, desk: Converting) -> None:
    ready = confirmed(city, desk)
    stock, issued = release(desk, ready, by=SECOND, at=city.clock())
    again, same = release(desk, stock, by=FIRST, at=city.clock())
    assert (again, same.ofd, same.pdf) == (stock, issued.ofd, issued.pdf)
    with pytest.raises(StockMoved):  # somebody who still sees it as confirmed
        release(desk, ready, by=FIRST, at=city.clock())


def test_a_release_that_broke_off_is_taken_up(city: City, desk: Converting) -> None:
    ready = confirmed(city, desk)
    issued = desk.issue(ready.as_converted(), key=f"stock:{ready.number}", by="顾清和（scjg2）")
    stock, again = release(desk, ready, by=SECOND, at=city.clock())
    assert again.entry.licence.identifier == issued.entry.licence.identifier
    assert stock.stage is Stage.RELEASED


def test_the_same_manifest_gives_the_same_stock(city: City, desk: Converting) -> None:
    first = taken_in(city, desk, number="CL-SAME")
    moved = compare(desk, first, checks_for(first, Grade.C), by=FIRST, at=city.clock())
    assert submitted(city, desk, number="CL-SAME") == moved


def test_a_number_is_converted_once(city: City, desk: Converting) -> None:
    stock = taken_in(city, desk, number="CL-ONCE")
    with pytest.raises(DuplicateNumber):
        taken_in(city, desk, pdf(text="another scan"), number="CL-ONCE")
    refuse(desk, stock, reason="扫描件缺页", by=FIRST, at=city.clock())
    assert taken_in(city, desk, pdf(text="another scan"), number="CL-ONCE").stage is Stage.SUBMITTED


def test_a_number_of_an_issued_licence_is_refused_before_anything_is_stored(city: City, desk: Converting) -> None:
    number = city.issue(number="YL-ISSUED").entry.licence.number
    with pytest.raises(StockRefused) as refused:
        taken_in(city, desk, number=number)
    assert refused.value.problems == (("rows.1.number", "duplicate-number"),)


def test_every_problem_of_every_row_is_told(city: City, desk: Converting) -> None:
    rows = [row(city, number="CL-R1", issued_on="2031-01-01", file=""), row(city, number="CL-R2", file="gone.pdf")]
    with pytest.raises(StockRefused) as refused:
        submit(desk, rows, {}, by=FIRST, at=city.clock())
    assert refused.value.problems == (("rows.1.issued_on", "in-the-future"), ("rows.2.file", "missing"))


def test_a_body_converts_its_own_types_only(city: City, desk: Converting) -> None:
    other = replace(row(city, file="").application, issuer_code=city.body_code("teacher-qualification"))
    with pytest.raises(NoMandate):
        submit(desk, [replace(row(city, file=""), application=other)], {}, by=FIRST, at=city.clock())
    with pytest.raises(ValueError, match="one type and one body"):
        submit(desk, [row(city), row(city, "food-operation")], {}, by=FIRST, at=city.clock())


@pytest.mark.parametrize(
    ("octets", "reason"), [(b"GIF89a", "scan-form"), (picture("PNG")[:60] + picture("PNG")[-12:], "scan-unshown")]
)
def test_a_scan_that_cannot_be_shown_is_not_kept(city: City, desk: Converting, octets: bytes, reason: str) -> None:
    with pytest.raises(ScanRefused) as refused:
        keep_scan(desk, octets, body_code="body", by=FIRST, at=city.clock())
    assert refused.value.reason == reason


@pytest.mark.parametrize("pages", [0, 21])
def test_a_scan_has_pages_that_somebody_can_look_at(city: City, desk: Converting, pages: int) -> None:
    blind = replace(desk, look=lambda _: [b"page"] * pages)
    with pytest.raises(ScanRefused):
        keep_scan(blind, pdf(), body_code="body", by=FIRST, at=city.clock())


def test_a_claim_lowers_a_grade_and_never_raises_it(city: City, desk: Converting) -> None:
    humble = taken_in(city, desk, claimed=Grade.C)
    assert compare(desk, humble, checks_for(humble, Grade.A), by=FIRST, at=city.clock()).grade is Grade.C
    proud = taken_in(city, desk, claimed=Grade.A)
    assert compare(desk, proud, checks_for(proud, Grade.C), by=FIRST, at=city.clock()).grade is Grade.C
    again = compare(
        desk, desk.stocks.find(proud.number), checks_for(proud, Grade.B), lower=Grade.A, by=FIRST, at=city.clock()
    )  # type: ignore[arg-type]  # it was stored a moment ago
    assert again.grade is Grade.B


def test_a_person_may_lower_a_grade(city: City, desk: Converting) -> None:
    stock = taken_in(city, desk)
    stock = compare(desk, stock, checks_for(stock, Grade.A), lower=Grade.B, by=FIRST, at=city.clock())
    stock = confirm(desk, stock, content=stock.content, pages=[1, 2], lower=Grade.C, by=SECOND, at=city.clock())
    _, issued = release(desk, stock, by=SECOND, at=city.clock())
    assert issued.entry.licence.conversion is not None
    assert issued.entry.licence.conversion.grade is Grade.C
    assert [one.note for one in desk.stocks.events(stock.number)] == [
        "", "证据等级 B（核对结果 A）", "证据等级降为 C", "",
    ]  # fmt: skip


@pytest.mark.parametrize("by", [FIRST, Officer("another-login", FIRST.name), Officer(FIRST.login, "another name")])
def test_whoever_compared_it_does_not_confirm_it(city: City, desk: Converting, by: Officer) -> None:
    stock = compared(city, desk)
    with pytest.raises(SecondPersonNeeded):
        confirm(desk, stock, content=stock.content, pages=[1, 2], by=by, at=city.clock())


def test_whoever_entered_it_does_not_confirm_it_either(city: City, desk: Converting) -> None:
    stock = taken_in(city, desk)
    stock = compare(desk, stock, checks_for(stock, Grade.B), by=SECOND, at=city.clock())
    for one in (FIRST, SECOND):
        with pytest.raises(SecondPersonNeeded):
            confirm(desk, stock, content=stock.content, pages=[1, 2], by=one, at=city.clock())
    assert confirm(desk, stock, content=stock.content, pages=[2, 1], by=THIRD, at=city.clock()).confirmed_by == THIRD


@pytest.mark.parametrize("pages", [[], [1], [2], [1, 1], [1, 2, 3], [0, 1]])
def test_every_page_has_to_be_looked_at(city: City, desk: Converting, pages: list[int]) -> None:
    stock = compared(city, desk)
    with pytest.raises(StockRefused) as refused:
        confirm(desk, stock, content=stock.content, pages=pages, by=SECOND, at=city.clock())
    assert refused.value.problems == (("pages", "not-looked-at"),)


def test_a_confirmation_is_of_what_was_looked_at(city: City, desk: Converting) -> None:
    seen = compared(city, desk, Grade.A)
    now = compare(desk, seen, checks_for(seen, Grade.C), by=FIRST, at=city.clock())
    with pytest.raises(ConfirmationStale):
        confirm(desk, now, content=seen.content, pages=[1, 2], by=SECOND, at=city.clock())
    with pytest.raises(StockMoved):  # the page of a moment ago
        confirm(desk, seen, content=seen.content, pages=[1, 2], by=SECOND, at=city.clock())


CHANGES = {
    "grade": {"grade": Grade.A},
    "source": {"source": "别处"},
    "scan": {"scan": None},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_what_is_stored_otherwise_than_confirmed_is_not_issued(
    city: City, desk: Converting, changed: dict[str, object]
) -> None:
    stock = replace(confirmed(city, desk, Grade.C), **changed)  # type: ignore[arg-type]  # members by name
    with pytest.raises(ConfirmationStale):
        release(desk, stock, by=SECOND, at=city.clock())
    assert desk.numbered(stock.body_code, stock.application.type_code, [stock.application.number]) == {}


def test_other_data_than_was_confirmed_are_not_issued(city: City, desk: Converting) -> None:
    stock = confirmed(city, desk)
    swapped = replace(stock, application=replace(stock.application, number="CL-SWAPPED"))
    with pytest.raises(ConfirmationStale):
        release(desk, swapped, by=SECOND, at=city.clock())


def test_without_its_scan_nothing_is_issued(city: City, desk: Converting) -> None:
    stock = confirmed(city, desk)
    with pytest.raises(BlobMissing):
        release(replace(desk, blobs=MemoryBlobs()), stock, by=SECOND, at=city.clock())


def test_refusing_needs_a_reason_and_is_final(city: City, desk: Converting) -> None:
    stock = compared(city, desk)
    with pytest.raises(StockRefused) as refused:
        refuse(desk, stock, reason="", by=SECOND, at=city.clock())
    assert refused.value.problems == (("reason", "reason-missing"),)
    gone = refuse(desk, stock, reason="印章模糊，无法辨认", by=SECOND, at=city.clock())
    assert gone.stage is Stage.REFUSED
    for work in (
        lambda: refuse(desk, gone, reason="再来", by=SECOND, at=city.clock()),
        lambda: compare(desk, gone, checks_for(gone, Grade.B), by=FIRST, at=city.clock()),
        lambda: confirm(desk, gone, content=gone.content, pages=[1, 2], by=SECOND, at=city.clock()),
    ):
        with pytest.raises(StockMoved):
            work()
    with pytest.raises((StockMoved, ConfirmationStale)):
        release(desk, gone, by=SECOND, at=city.clock())


def test_what_was_confirmed_is_compared_no_more(city: City, desk: Converting) -> None:
    stock = confirmed(city, desk, Grade.C)
    with pytest.raises(StockMoved):
        compare(desk, stock, checks_for(stock, Grade.A), by=FIRST, at=city.clock())


@pytest.fixture
def strict(city: City) -> Converting:
    """A desk whose types ask for grade B at least."""
    desk = desk_of(city)

    def bundle(type_code: str) -> object:
        found = desk.bundle(type_code)
        return replace(found, type=replace(found.type, least_grade=Grade.B))

    return replace(desk, bundle=bundle)


def test_a_type_may_ask_for_a_least_grade(city: City, strict: Converting) -> None:
    stock = taken_in(city, strict)
    with pytest.raises(StockRefused) as refused:
        compare(strict, stock, checks_for(stock, Grade.C), by=FIRST, at=city.clock())
    assert refused.value.problems == (("grade", "grade-too-low"),)
    stock = compare(strict, stock, checks_for(stock, Grade.B), by=FIRST, at=city.clock())
    with pytest.raises(StockRefused):
        confirm(strict, stock, content=stock.content, pages=[1, 2], lower=Grade.D, by=SECOND, at=city.clock())
