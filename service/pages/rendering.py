"""Rendering: the templates' environment, the filters people's words need, and what every page knows.

Templates live in `templates/pages`; values are escaped, an unknown name is an error, and nothing is cached by anybody,
because most pages are about somebody. The page frame needs to know which installation it speaks for and who is signed
in; `attend` puts both beside the request, so that an error page, which is made far outside, has the same frame.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from keys.sm3 import sm3
from service.identity import ROLE_LABELS, Role, Session
from service.reasons import REASONS
from service.settings import PROJECT
from trust.rules.disclosure import chinese_date
from trust.rules.licence import CHINA
from trust.rules.text import quoted

PAGES = PROJECT / "templates" / "pages"
STATIC = PROJECT / "templates" / "static"
SIZE_COOKIE = "yinzheng_size"
HOMES = {
    Role.OFFICIAL: ("/issuer", "签发与管理"),
    Role.REVIEWER: ("/reviewer", "办件用证"),
    Role.HOLDER: ("/me", "我的证照"),
    Role.AUDITOR: ("/audit", "审计"),
    Role.ADMIN: ("/issuer/catalogue", "证照目录"),
}
"""Where each role works, and what the place is called."""

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DAY = re.compile(r"(?<![0-9-])[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9-])", re.ASCII)
_REASON = re.compile(r"（([a-z][a-z0-9-]*)）")
_IDENTIFIER = re.compile(r"1\.2\.156\.3005\.2(?:\.[0-9A-Z]+)+")


@dataclass(frozen=True)
class Frame:
    """What the frame of a page shows: whose service this is, whether it is a demo, and who is signed in."""

    city: str = ""
    demo: bool = False
    session: Session | None = None


def attend(request: Request, frame: Frame) -> None:
    """Remember the frame for whatever page this request ends in."""
    request.state.frame = frame


def frame_of(request: Request) -> Frame:
    """The frame of this request; a bare one where nothing attended to it."""
    frame: Frame = getattr(request.state, "frame", Frame())
    return frame


def render(request: Request, page: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page from its template."""
    frame = frame_of(request)
    person = frame.session.person if frame.session else None
    body = (
        _environment()
        .get_template(f"{page}.html")
        .render(
            frame=frame,
            person=person,
            home=HOMES.get(person.role) if person else None,
            role_label=ROLE_LABELS[person.role] if person else "",
            form_token=frame.session.form_token if frame.session else "",
            large=request.cookies.get(SIZE_COOKIE) == "large",
            here=request.url.path,
            back=request.url.path if request.method in {"GET", "HEAD"} else "/",
            **values,
        )
    )
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


def see_other(path: str) -> RedirectResponse:
    """Send the browser to another page of ours, with GET."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "moment": moment,
        "day": chinese_date,
        "age": age,
        "said": said,
        "breakable": breakable,
        "quoted": quoted,
        "mono": mono,
    }
    made.filters |= filters
    made.globals["static"] = static
    return made


@cache
def static(name: str) -> str:
    """The address of a static file with a mark of its content, so that caches may keep it."""
    return f"/static/{name}?v={sm3((STATIC / name).read_bytes()).hex()[:10]}"


def moment(instant: datetime | date | None) -> str:
    """An instant in the time of China: 2026年1月5日 09:30:05; a dash for none."""
    if instant is None:
        return "—"
    if not isinstance(instant, datetime):
        return chinese_date(instant)
    local = instant.astimezone(CHINA)
    return f"{chinese_date(local.date())} {local:%H:%M:%S}"


def age(seconds: int) -> str:
    """How old something is, in the largest unit that says enough."""
    for unit, name in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= unit:
            return f"{seconds // unit} {name}前"
    return "刚刚" if seconds < 5 else f"{seconds} 秒前"


def said(detail: str) -> Markup:
    """A finding's sentence for people: days and times of China, reasons in words, identifiers that may be broken."""
    local = _INSTANT.sub(lambda found: moment(datetime.fromisoformat(found[0])), detail)
    local = _DAY.sub(lambda found: _day(found[0]), local)
    local = _REASON.sub(lambda found: f"（{_in_words(found[1])}）", local)
    return Markup(_IDENTIFIER.sub(lambda found: breakable(found[0]), str(escape(local))))  # noqa: S704  (escaped just before; what is put in is digits, capitals, dots and <wbr>)


def _day(text: str) -> str:
    """A day as pages write it; 30 February, which a file may say, stays as it is."""
    try:
        return chinese_date(date.fromisoformat(text))
    except ValueError:
        return text


def _in_words(reason: str) -> str:
    return REASONS[reason][0].rstrip("。") if reason in REASONS else reason


def breakable(text: str) -> Markup:
    """A long code that may be broken after its dots."""
    return Markup(".<wbr>").join(escape(part) for part in text.split("."))


def mono(text: str, step: int = 8) -> Markup:
    """A digest in groups, for comparing by eye; copied text has no gaps."""
    head, mark, rest = text.rpartition(":")
    groups = (rest[start : start + step] for start in range(0, len(rest), step))
    return Markup("{}{}{}").format(head, mark, Markup("<wbr>").join(escape(group) for group in groups))
