"""A small office for tests of citing: two matters, two licences of one firm, one of a person, and ports in memory.

Codes are those of the invented city of the demo; every check digit is right and nobody has them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from cases.citation import Citation, CitationPlan, CitationRequest
from cases.consent import Consent, Mode
from cases.errors import ConsentRefused, IdempotencyMismatch, NumberTaken, StandingMoved
from cases.ports import Checked, CitingPorts
from cases.requirement import Matter, Requirement
from cases.showing import ShowingPorts
from keys.custody import memory_signer
from keys.sm3 import sm3
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer
from trust.rules.verdict import ONLINE, Finding, Indication, Verdict

NOW = datetime(2026, 3, 2, 1, 30, 15, 250_000, tzinfo=UTC)
FIRM = Holder("云岭市青禾食品有限公司", "91530199MA6TE5T848", "001")
PERSON = Holder("林若溪", "530199190902150210", "111")
REGISTRAR = IssuingBody("云岭市市场监督管理局", "11530199MB0T35T1XE")
APPROVALS = "11530199MB0T35T369"
WINDOW = "11530199MB0T35T60R"
SCHOOLS = "11530199MB0T35T28E"
BUSINESS = "11100000MB0143028R001"
TEACHER = "11100000999901153M001"
KEY = "5f0c7a52-8a5e-4c0b-9a43-9b6d1c1e8d10"
INDEX_KEY = bytes(range(32))
PEN = memory_signer("receipts")

FOOD = Matter(
    "food-new",
    "食品经营许可新办",
    APPROVALS,
    (Requirement("01", "营业执照", (BUSINESS,), mandatory=True, fields=("legal_representative", "address")),),
    windows=(WINDOW,),
)
HIRING = Matter(
    "teacher-hiring", "民办学校教师聘任备案", SCHOOLS, (Requirement("01", "教师资格证书", (TEACHER,), mandatory=True),)
)


def licence(serial: str, *holders: Holder, type_code: str = BUSINESS) -> Licence:
    """A licence of these holders."""
    return Licence(
        identifier=LicenceIdentifier(type_code, REGISTRAR.code, serial),
        name="营业执照",
        type_name="营业执照",
        number=serial,
        issuing_body=REGISTRAR,
        holders=holders or (FIRM,),
        issued_on=date(2026, 1, 5),
        valid_from=None,
        valid_until=None,
        area_code="530199",
        fields={"legal_representative": "林若溪", "address": "云岭市东大街１号", "registered_capital": "壹佰万元整"},
        status=StatusPointer(3, 17),
        log_salt=bytes(16),
        template="business-licence/1",
    )


def verdict(indication: Indication, subject: str) -> Verdict:
    """A verdict of this indication with one finding."""
    finding = Finding(8, "standing", indication, "状态清单第 12 号")
    return Verdict(indication, ONLINE.name, NOW, subject, (finding,))


def checked(paper: Licence, indication: Indication = Indication.PASSED, *, sequence: int = 0) -> Checked:
    """A licence as the verifier would return it."""
    identifier = str(paper.identifier)
    return Checked(verdict(indication, identifier), paper, sm3(identifier.encode()), sequence, 12)


NEWER, OLDER, TEACHERS = licence("B2"), licence("B1"), licence("T1", PERSON, type_code=TEACHER)


def statutory(**changes: object) -> Consent:
    """A consent by statutory duty, with members changed at will."""
    usual = Consent(Mode.STATUTORY, WINDOW, "《中华人民共和国食品安全法》第三十五条", "食品经营许可新办", "all", None)
    return replace(usual, **changes)  # type: ignore[arg-type]  # names and values come from the test


def given(**changes: object) -> Consent:
    """The holder's own consent for two weeks, with members changed at will."""
    usual = Consent(
        Mode.HOLDER,
        FIRM.code,
        "SQ-2026-000117",
        "食品经营许可新办",
        ("legal_representative", "address"),
        NOW + timedelta(days=14),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # names and values come from the test


def asked(**changes: object) -> CitationRequest:
    """A request for the newest business licence of the firm, with members changed at will."""
    usual = CitationRequest(
        case_number="YL-2026-000815",
        matter_code=FOOD.code,
        requirement_code="01",
        holder_code_type=FIRM.code_type,
        holder_code=FIRM.code,
        identifier=None,
        purpose="食品经营许可新办",
        officer="罗小满",
        department_code=WINDOW,
        consent=statutory(),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # names and values come from the test


def counting() -> Callable[[int], bytes]:
    """Octets that never come twice; a stand-in for chance that gives the same numbers in each run."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return sm3(drawn.to_bytes(4, "big"))[:count]

    return draw


@dataclass
class Shelf:
    """`Holdings` and `Checks` over a few licences; `before_answer` runs between verification and answer."""

    papers: dict[str, Checked]
    before_answer: Callable[[str], None] = lambda _identifier: None
    asked_for: list[str] = field(default_factory=list)

    def held(self, code_type: str, code: str, type_codes: Sequence[str]) -> Sequence[str]:
        return [
            identifier
            for identifier, paper in self.papers.items()
            if paper.licence.identifier.type_code in type_codes
            and (code_type, code) in {(holder.code_type, holder.code) for holder in paper.licence.holders}
        ]

    def check(self, identifier: str, at: datetime) -> Checked | None:
        self.asked_for.append(identifier)
        found = self.papers.get(identifier)
        self.before_answer(identifier)
        return found


def shelf(*papers: Checked) -> Shelf:
    """A shelf with these, newest first; by default all of the office."""
    usual = (checked(NEWER), checked(OLDER), checked(TEACHERS))
    return Shelf({str(paper.licence.identifier): paper for paper in papers or usual})


@dataclass
class Ledger:
    """`CitationStore`, `CitationIndex` and `ConsentRegister` in memory, for one thread."""

    standing: dict[str, int] = field(default_factory=dict)
    plans: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)
    terms: dict[tuple[str, Mode, str], bytes] = field(default_factory=dict)
    ended: dict[tuple[str, Mode, str], datetime] = field(default_factory=dict)

    def answered(self, department_code: str, key: str, body_digest: bytes) -> Citation | None:
        digest, number = self.keys.get((department_code, key), (body_digest, ""))
        if digest != body_digest:
            raise IdempotencyMismatch
        return self.citations.get(number)

    def plan(self, plan: CitationPlan, payload: bytes, terms: bytes | None) -> None:
        if plan.number in self.plans:
            raise NumberTaken
        consent = (plan.department_code, plan.consent_mode, plan.consent_reference)
        if consent in self.ended:
            raise ConsentRefused("consent-withdrawn")
        if terms is not None and self.terms.setdefault(consent, terms) != terms:
            raise ConsentRefused("consent-changed")
        self.plans[plan.number] = payload, plan.cited_at

    def record(self, citation: Citation, body_digest: bytes, key: str, expected_sequence: int) -> Citation:
        if earlier := self.answered(citation.department_code, key, body_digest):
            return earlier
        found = self.standing.get(citation.identifier, 0)
        if found != expected_sequence:
            raise StandingMoved(expected_sequence, found)
        if (citation.department_code, citation.consent_mode, citation.consent_reference) in self.ended:
            raise ConsentRefused("consent-withdrawn")
        self.citations[citation.number] = citation
        self.keys[citation.department_code, key] = body_digest, citation.number
        return citation

    def find(self, number: str) -> Citation | None:
        return self.citations.get(number)

    def of_licence(self, identifier: str) -> Sequence[Citation]:
        return [citation for citation in self.citations.values() if citation.identifier == identifier]

    def of_case(self, case_number: str) -> Sequence[Citation]:
        return [citation for citation in self.citations.values() if citation.case_number == case_number]

    def unrecorded(self, planned_before: datetime) -> Sequence[str]:
        return [n for n, (_, at) in self.plans.items() if at < planned_before and n not in self.citations]

    def withdraw(self, department_code: str, mode: Mode, reference: str, at: datetime) -> datetime:
        return self.ended.setdefault((department_code, mode, reference), at)

    def withdrawn(self, department_code: str, mode: Mode, reference: str) -> datetime | None:
        return self.ended.get((department_code, mode, reference))


def citing_ports(papers: Shelf | None = None, store: object | None = None) -> CitingPorts:
    """An office that cites; `store` is a `Ledger` unless a test brings another."""
    shelf_ = papers or shelf()
    return CitingPorts((FOOD, HIRING), shelf_, shelf_, store or Ledger(), PEN, INDEX_KEY)  # type: ignore[arg-type]  # a test may bring half a store


def showing_ports(ports: CitingPorts) -> ShowingPorts:
    """The same office, showing."""
    return ShowingPorts(ports.store, ports.checks, ports.store)  # type: ignore[arg-type]  # one object plays all three
