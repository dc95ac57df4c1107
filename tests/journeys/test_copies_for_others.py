"""Annotated copies that somebody else than the holder makes: a body on a consent, and whoever cites for a citation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.consent import Mode
from cases.errors import ConsentRefused, CopyNotCited, NoSuchCitation
from cases.withdrawing import withdraw
from issuer.copying.errors import BasisEnded, CopyRefused, NoSuchCopy
from issuer.copying.ports import Asker, Terms
from issuer.errors import NoSuchLicence
from service.copying import MOST_OF_CITATION, Copying
from tests.city import City
from tests.copy_parts import (
    WINDOW,
    WINDOW_NAME,
    body_of,
    cited,
    consented,
    copy_of,
    counter,
    holder_of,
    note_of,
)
from tests.journey_parts import (
    FAILED,
    PASSED,
    Exchanged,
    failed,
    identifier,
    indication,
    number,
    presented,
)
from trust.formats.ofd.examine import examine_ofd

# --- for a body, on a consent -----------------------------------------------------------------------------------------


def test_the_body_makes_one_on_a_consent_and_its_withdrawal_cancels_it(fresh: City) -> None:
    issued = fresh.issue()
    body, installation = body_of(issued), fresh.yinzheng
    terms = Terms("银行开户", "云岭市商业银行")
    consented(fresh, issued, terms, reference="SQ-2026-000117")
    copy = installation.copies.for_body(
        identifier(issued), terms, mode="holder", reference="SQ-2026-000117", by=body, key="k1"
    )
    assert note_of(copy).basis == "consent:SQ-2026-000117"
    assert {indication(one) for one in presented(fresh, copy).values()} == {PASSED}
    fresh.clock.forward(minutes=1)
    consents = installation.cases.showing.consents
    withdraw(consents, body.department, Mode.HOLDER, "SQ-2026-000117", fresh.clock())
    for examined in presented(fresh, copy).values():
        assert (8, "status") in failed(examined)
    assert {indication(one) for one in presented(fresh, issued).values()} == {PASSED}
    withdraw(consents, body.department, Mode.HOLDER, "SQ-2026-000117", fresh.clock())
    with pytest.raises(BasisEnded, match="consent-withdrawn"):
        installation.copies.for_body(
            identifier(issued), terms, mode="holder", reference="SQ-2026-000117", by=body, key="k2"
        )


@pytest.mark.parametrize(
    ("mode", "reference", "reason"),
    [
        ("statutory", "SQ-1", "consent-statutory"),
        ("", "", "consent-statutory"),
        ("holder", "第 1 号", "consent-reference"),
    ],
)
def test_a_body_needs_a_consent(city: City, mode: str, reference: str, reason: str) -> None:
    issued = city.issue(number=number())
    with pytest.raises(BasisEnded, match=reason):
        city.yinzheng.copies.for_body(
            identifier(issued), Terms("用", "谁"), mode=mode, reference=reference, by=body_of(issued), key="needs-one"
        )


def test_another_body_is_told_nothing(city: City) -> None:
    issued = city.issue(number=number())
    other = Asker("jyj", "许知夏", "11530199MB0T35T28E", "云岭市教育局", official=True)
    with pytest.raises(NoSuchLicence):
        city.yinzheng.copies.for_body(
            identifier(issued), Terms("用", "谁"), mode="holder", reference="SQ-1", by=other, key="another-body"
        )


# --- for a citation ---------------------------------------------------------------------------------------------------


def test_a_copy_for_a_citation_shows_what_the_citation_may_see(city: City) -> None:
    issued = city.issue(number=number())
    citation = cited(city, issued)
    copy = city.yinzheng.copies.for_citation(citation.number, None, by=counter(), key=f"c-{citation.number}")
    note, licence = note_of(copy), copy.entry.licence
    assert (note.cause, note.recipient, note.basis) == (citation.purpose, WINDOW_NAME, f"citation:{citation.number}")
    assert set(licence.fields) == set(citation.fields) & set(issued.entry.licence.fields)
    assert set(licence.fields) < set(issued.entry.licence.fields)
    hidden = next(text for key, text in issued.entry.licence.fields.items() if key not in licence.fields)
    assert hidden not in "".join(examine_ofd(copy.ofd).face)
    assert {indication(one) for one in presented(city, copy).values()} == {PASSED}


def test_nobody_else_makes_or_fetches_it(city: City) -> None:
    issued = city.issue(number=number())
    citation = cited(city, issued)
    stranger = Asker("jyj", "许知夏", "11530199MB0T35T28E", "云岭市教育局", official=True)
    copies = city.yinzheng.copies
    with pytest.raises(NoSuchCitation):
        copies.for_citation(citation.number, None, by=stranger, key=f"s-{citation.number}")
    made = copies.for_citation(citation.number, None, by=counter(), key=f"c-{citation.number}")
    for asker in (counter(), holder_of(issued), body_of(issued)):
        assert copies.files(copies.find(identifier(made), asker), asker).ofd == made.ofd
    for asker in (stranger, Asker("nobody", "无名"), Asker("citizen", "甲", holder=("111", "x"))):
        with pytest.raises(NoSuchCopy):
            copies.find(identifier(made), asker)


def test_a_statutory_citation_carries_copies_for_thirty_days_and_no_longer(fresh: City) -> None:
    issued = fresh.issue()
    citation, copies = cited(fresh, issued), fresh.yinzheng.copies
    ends = (citation.cited_at + timedelta(days=30)).replace(microsecond=0)
    fresh.clock.forward(days=20)
    fresh.yinzheng.publisher.refresh(fresh.clock())
    copy = copies.for_citation(citation.number, None, by=counter(), key="c1")
    assert note_of(copy).expires_at == ends
    with pytest.raises(CopyRefused, match="copy-too-long"):
        copies.for_citation(citation.number, ends + timedelta(seconds=1), by=counter(), key="c2")
    fresh.clock.forward(days=10)
    with pytest.raises(BasisEnded, match="citation-old"):
        copies.for_citation(citation.number, None, by=counter(), key="c3")


def test_there_is_no_end_of_copies_for_a_citation_but_this(fresh: City) -> None:
    issued = fresh.issue()
    citation, copies = cited(fresh, issued), fresh.yinzheng.copies
    made = [copies.for_citation(citation.number, None, by=counter(), key=f"c{one}") for one in range(MOST_OF_CITATION)]
    with pytest.raises(BasisEnded, match="citation-copies"):
        copies.for_citation(citation.number, None, by=counter(), key="one more")
    assert copies.for_citation(citation.number, None, by=counter(), key="c0").ofd == made[0].ofd


def test_a_copy_that_was_cut_off_is_not_the_sixth_when_it_is_asked_for_again(fresh: City) -> None:
    issued = fresh.issue()
    citation, copies = cited(fresh, issued), fresh.yinzheng.copies

    def end(*_: object) -> None:
        raise RuntimeError("cut off")

    with pytest.MonkeyPatch.context() as patch:
        broken = replace(copies.desk, copies=Exchanged(copies.desk.copies, plan_many=end))
        patch.setattr(Copying, "desk", property(lambda _: broken))
        with pytest.raises(RuntimeError, match="cut off"):
            copies.for_citation(citation.number, None, by=counter(), key="cut off")
    fresh.clock.forward(minutes=11)
    for one in range(MOST_OF_CITATION):
        copies.for_citation(citation.number, None, by=counter(), key=f"c{one}")
    for key in ("cut off", "one more"):
        with pytest.raises(BasisEnded, match="citation-copies"):
            copies.for_citation(citation.number, None, by=counter(), key=key)


def test_the_consent_behind_a_citation_bounds_the_copy_and_takes_it_along(fresh: City) -> None:
    issued = fresh.issue()
    until = fresh.clock() + timedelta(days=3)
    citation = cited(fresh, issued, reference="SQ-2026-000200", until=until)
    copies = fresh.yinzheng.copies
    copy = copies.for_citation(citation.number, None, by=counter(), key="c1")
    assert note_of(copy).expires_at == until
    with pytest.raises(CopyRefused, match="copy-too-long"):
        copies.for_citation(citation.number, until + timedelta(seconds=1), by=counter(), key="c2")
    fresh.clock.forward(hours=1)
    withdraw(fresh.yinzheng.cases.showing.consents, WINDOW, Mode.HOLDER, "SQ-2026-000200", fresh.clock())
    assert {(8, "status")} <= failed(fresh.yinzheng.verify_file(copy.ofd))
    with pytest.raises(NoSuchCopy):
        copies.files(copies.find(identifier(copy), counter()), counter())
    assert copies.files(copies.find(identifier(copy), holder_of(issued)), holder_of(issued)).ofd == copy.ofd
    fresh.clock.forward(days=3)
    with pytest.raises(ConsentRefused, match="consent-expired"):
        copies.for_citation(citation.number, None, by=counter(), key="c3")


def test_a_withdrawal_that_broke_off_is_taken_up(fresh: City) -> None:
    issued = fresh.issue()
    citation = cited(fresh, issued, reference="SQ-2026-000201", until=fresh.clock() + timedelta(days=3))
    copy = fresh.yinzheng.copies.for_citation(citation.number, None, by=counter(), key="c1")
    fresh.clock.forward(minutes=1)
    fresh.yinzheng.archive.citations.withdraw(WINDOW, Mode.HOLDER, "SQ-2026-000201", fresh.clock())
    assert indication(fresh.yinzheng.verify_file(copy.ofd)) is PASSED
    assert (fresh.yinzheng.copies.sweep(), fresh.yinzheng.copies.sweep()) == (1, 0)
    assert indication(fresh.yinzheng.verify_file(copy.ofd)) is FAILED


def test_the_holder_takes_a_copy_back(fresh: City) -> None:
    issued = fresh.issue()
    copy, asker = copy_of(fresh, issued), holder_of(issued)
    copies = fresh.yinzheng.copies
    fresh.clock.forward(minutes=1)
    ended = copies.end(copies.find(identifier(copy), asker), asker)
    assert ended.ended_at == fresh.clock()
    assert copies.words(ended) == "注销"
    assert {indication(one) for one in presented(fresh, copy).values()} == {FAILED}
    assert copies.end(ended, asker) == ended


def test_citing_a_copy_instead_of_the_original_is_refused(city: City) -> None:
    issued = city.issue(number=number())
    copy = copy_of(city, issued)
    request = city.request(issued, matter="11530199MB0T35T369000131017001000", requirement="01", department=WINDOW)
    statutory = replace(request.consent, given_by=WINDOW)
    asked = replace(request, identifier=identifier(copy), consent=statutory)
    with pytest.raises(CopyNotCited):
        city.yinzheng.cite(asked, key="citing-a-copy-000001")
    assert city.yinzheng.cite(replace(asked, identifier=None), key="citing-a-copy-000002").identifier != identifier(
        copy
    )
