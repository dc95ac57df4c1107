"""The auditor's other pages: acts, uses of seals, who looked at whom, the trail, coverage; as CSV, and as a report.

They read and never write. A period is at most a year long, a listing has pages of fifty and at most two hundred pages,
and a CSV has at most ten thousand rows. Cells of a CSV are neutral for spreadsheet programs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from markupsafe import Markup

from issuer.batches.neutral import csv_octets
from service.auditing.charts import DEFINITIONS, lying, standing
from service.auditing.figures import PAGE, Figures
from service.auditing.periods import Period
from service.auditing.report_pdf import draw_report
from service.auditing.report_signing import ReportPen
from service.auditing.sections import Asked, Part, Section, Sections
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, read_form
from service.pages.issuing import body_names
from service.pages.rendering import moment, render
from service.wiring import Yinzheng
from trust.http import attachment
from trust.rules.licence import CHINA

LONGEST, USUAL = timedelta(days=366), timedelta(days=29)
MOST_PAGES, MOST_CSV = 200, 10_000
Text = Annotated[str, Query(max_length=200)]
CSV_TYPE = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Filters:
    """What the form of a page was filled with, and what it means; `wrong` says what it could not mean."""

    begin: str
    end: str
    body: str
    actor: str
    action: str
    subject: str
    asked: Asked
    wrong: str = ""

    def query(self, page: int) -> str:
        """The same, for another page."""
        values = {"begin": self.begin, "end": self.end, "body": self.body, "actor": self.actor}
        values |= {"action": self.action, "subject": self.subject, "page": str(page) if page > 1 else ""}
        return urlencode({name: value for name, value in values.items() if value})


def add_audit_parts(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/audit/acts`, `/audit/uses`, `/audit/looks`, `/audit/trail`, `/audit/coverage`, CSV and the report."""
    Auditor = Annotated[Person, Depends(guards.person(Role.AUDITOR))]  # noqa: N806  (an alias of a type)

    def filters(
        begin: Text = "",
        end: Text = "",
        body: Text = "",
        actor: Text = "",
        action: Text = "",
        subject: Text = "",
        page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    ) -> Filters:
        return _filters(yinzheng.now(), begin, end, body, actor, action, subject, page)

    Filled = Annotated[Filters, Depends(filters)]  # noqa: N806  (as above)

    def sections(said: Callable[[datetime], str] = moment) -> Sections:
        types = dict(yinzheng.catalogue.types())
        archive = yinzheng.archive
        return Sections(Figures(archive.engine), yinzheng.trail.store, body_names(yinzheng), types, said)

    def shown(request: Request, filled: Filters, part: Part) -> Response:
        return render(
            request,
            "audit_part",
            part=part,
            filters=filled if part.listing else None,
            wrong=filled.wrong,
            bodies=sorted(body_names(yinzheng).items()),
            now=yinzheng.now(),
            patterns=DEFINITIONS,
            drawn=_drawn,
            page=filled.asked.page,
            size=PAGE,
            most=MOST_PAGES,
            query=filled.query,
        )

    def add(name: str, make: Callable[[Sections, Asked, int], Part]) -> None:
        @routes.get(f"/audit/{name}", name=f"audit-{name}")
        def part(request: Request, _auditor: Auditor, filled: Filled) -> Response:
            return shown(request, filled, make(sections(), filled.asked, PAGE))

        @routes.get(f"/audit/{name}.csv", name=f"audit-{name}-csv")
        def csv(_auditor: Auditor, filled: Filled) -> Response:
            listing = make(sections(_short), replace(filled.asked, page=1), MOST_CSV).listing
            rows = [listing.headers, *listing.rows] if listing else []
            return attachment(csv_octets(rows), CSV_TYPE, f"audit-{name}.csv")

    add("acts", Sections.acts)
    add("uses", Sections.uses)
    add("looks", Sections.looks)
    add("trail", Sections.trail)

    @routes.get("/audit/coverage")
    def coverage(request: Request, _auditor: Auditor, filled: Filled) -> Response:
        return shown(request, filled, sections().coverage())

    @routes.post("/audit/report.pdf")
    def report(auditor: Auditor, filled: Filled, _form: Annotated[Form, Depends(read_form)]) -> Response:
        made, asked, at = sections(_short), filled.asked, yinzheng.now()
        parts = [made.acts(asked), made.uses(asked), made.looks(asked), made.coverage()]
        period = f"{moment(asked.period.begins)} 至 {moment(asked.period.ends)}"
        drawn = draw_report(
            f"{yinzheng.city.name}电子证照服务审计报告", period, f"{moment(at)}，{auditor.login}", parts
        )
        return attachment(ReportPen(yinzheng).sign(drawn, at), "application/pdf", "audit-report.pdf")


def _short(instant: datetime) -> str:
    """An instant in the time of China, as short as a table wants it."""
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _drawn(section: Section) -> Markup:
    """The chart of a section; nothing where there is none."""
    if not any(bar.value for bar in section.bars):
        return Markup()
    return standing(section.bars, section.every) if section.upright else lying(section.bars)


def _filters(
    at: datetime, begin: str, end: str, body: str, actor: str, action: str, subject: str, page: int
) -> Filters:
    today = at.astimezone(CHINA).date()
    first, last, wrong = _day(begin), _day(end), ""
    if (begin and first is None) or (end and last is None):
        wrong = "日期应写作 2026-03-01；没有采用。"
    last = last or today
    first = first or last - USUAL
    if first > last or last - first > LONGEST:
        first, wrong = last - USUAL, "起始日期须在截止日期之前，相距不超过一年；已改为截止日期前三十天。"
    period = Period(_midnight(first), _midnight(last) + timedelta(days=1), body)
    asked = Asked(period, page, actor.strip(), action.strip(), subject.strip())
    return Filters(first.isoformat(), last.isoformat(), body, actor, action, subject, asked, wrong)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 9999 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
