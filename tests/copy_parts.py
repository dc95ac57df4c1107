"""What tests of copies and codes share: who asks, the usual terms, and a copy made with them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases.citation import Citation
from cases.consent import Consent, Mode
from issuer.consenting.consent import CopyConsent, PaperWords, Step
from issuer.copying.ports import Asker, Terms
from issuer.issuing import Issued
from issuer.presenting.ports import Presenter
from tests.city import City
from tests.journey_parts import NUMBERS, identifier
from trust.rules.annotated_copy import CopyNote

PURPOSE, RECIPIENT = "办理商铺租赁合同备案", "云岭市住房和城乡建设局"
MATTER, REQUIREMENT = "11530199MB0T35T369000131017001000", "01"
SCAN = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
"""A paper as a file: a PDF as far as its first and last octets tell."""
WINDOW, WINDOW_NAME = "11530199MB0T35T60R", "云岭市政务服务中心"


def holder_of(issued: Issued) -> Asker:
    """The first holder of a licence, asking for a copy."""
    first = issued.entry.licence.holders[0]
    return Asker("firm", first.name, holder=(first.code_type, first.code))


def presenter_of(issued: Issued) -> Presenter:
    """The first holder of a licence, presenting it."""
    first = issued.entry.licence.holders[0]
    return Presenter("firm", first.code_type, first.code)


def body_of(issued: Issued) -> Asker:
    """An official of the body that issued a licence."""
    body = issued.entry.licence.issuing_body
    return Asker("scjg", "周明远", body.code, body.name, official=True)


def second_of(issued: Issued) -> Asker:
    """Another official of that body."""
    return replace(body_of(issued), login="scjg2", name="顾清和")


def counter() -> Asker:
    """A reviewer at the counter."""
    return Asker("window", "罗小满", WINDOW, WINDOW_NAME)


def copy_of(city: City, issued: Issued, *, until: datetime | None = None, **changed: Any) -> Issued:
    """A copy that the holder makes, with the usual terms or others."""
    terms = Terms(changed.get("cause", PURPOSE), changed.get("recipient", RECIPIENT), until)
    key = changed.get("key") or f"copy-{next(NUMBERS)}"
    return city.yinzheng.copies.for_holder(identifier(issued), terms, by=holder_of(issued), key=key)


def note_of(copy: Issued) -> CopyNote:
    """What a copy says of itself."""
    note = copy.entry.licence.copy
    assert note is not None
    return note


def consented(city: City, issued: Issued, terms: Terms, *, reference: str = "") -> CopyConsent:
    """A consent of the holder, until in thirty days: given by the holder, or on paper where it has a number."""
    consents, until = city.yinzheng.copy_consents, terms.expires_at or city.clock() + timedelta(days=30)
    wanted, key = replace(terms, expires_at=until), f"consent-{next(NUMBERS)}"
    if not reference:
        return consents.give(identifier(issued), wanted, by=holder_of(issued), key=key)
    words = PaperWords(reference, "holder", issued.entry.licence.holders[0].name)
    made = consents.record(identifier(issued), wanted, words, SCAN, by=body_of(issued), key=key)
    return consents.decide(made.reference, Step.CONFIRM, by=second_of(issued))


def cited(city: City, issued: Issued, *, reference: str | None = None, until: datetime | None = None) -> Citation:
    """A citation of a business licence by the counter: by statutory duty, or on a consent of the holder."""
    purpose = "食品经营许可新办"
    holder = issued.entry.licence.holders[0]
    changed: dict[str, Any] = {"purpose": purpose}
    if reference is not None:
        changed["consent"] = Consent(Mode.HOLDER, holder.code, reference, purpose, "all", until)
    else:
        basis = "《中华人民共和国食品安全法》第三十五条"
        changed["consent"] = Consent(Mode.STATUTORY, WINDOW, basis, purpose, "all", None)
    request = city.request(issued, matter=MATTER, requirement=REQUIREMENT, department=WINDOW, **changed)
    return city.yinzheng.cite(request, key=f"citation-of-tests-{next(NUMBERS):06d}")
