"""Stock 存量: one paper licence on its way, what was claimed, compared and confirmed, and by whom.

Comparing may be done again until somebody else has confirmed, and after that where the type has another face by now.
After a restore a confirmation is taken back where a licence may have come of it that nobody here knows of.
A confirmation is of a digest over everything that was looked at: data, scan, source, checks, grade and the face it is
for; if any of it were another, there would be no confirmation of it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from issuer.application import Application, read_application
from issuer.converting.errors import SecondPersonNeeded, StockMoved
from issuer.converting.grading import Checks
from issuer.converting.scan import Scan
from issuer.steps import Taken
from keys.sm3 import sm3
from trust.formats.canonical_json import encode_json
from trust.rules.conversion import Conversion, Grade
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who
from trust.rules.party import HOLDER_CODE_TYPES
from trust.sealing.ports import Officer

PERMANENT = "长期"
ITEM_LABELS = {
    "number": "证照编号",
    "holder": "持证主体",
    "holder_code": "持证主体代码",
    "holder_code_type": "持证主体代码类型",
    "area_code": "行政区划代码",
    "issued_on": "颁发日期",
    "valid_from": "有效期起始日期",
    "valid_until": "有效期截止日期",
}


class Stage(Labelled):
    """Where stock stands."""

    SUBMITTED = "submitted", "待核对"
    COMPARED = "compared", "待复核"
    CONFIRMED = "confirmed", "待签发"
    RELEASED = "released", "已签发"
    REFUSED = "refused", "不予转换"


class Step(Labelled):
    """What somebody did."""

    SUBMIT = "submit", "录入"
    COMPARE = "compare", "核对"
    CONFIRM = "confirm", "复核"
    REFUSE = "refuse", "不予转换"
    RELEASE = "release", "签发"
    HOLD = "hold", "退回复核"


LIFE = Life(
    rows=(
        Row(Step.SUBMIT, {None}, Stage.SUBMITTED),
        Row(Step.COMPARE, {Stage.SUBMITTED, Stage.COMPARED, Stage.CONFIRMED}, Stage.COMPARED),
        Row(Step.CONFIRM, {Stage.COMPARED}, Stage.CONFIRMED, Who.ANOTHER),
        Row(Step.REFUSE, {Stage.SUBMITTED, Stage.COMPARED}, Stage.REFUSED, needs_reason=True),
        Row(Step.RELEASE, {Stage.CONFIRMED}, Stage.RELEASED),
        Row(Step.HOLD, {Stage.CONFIRMED}, Stage.COMPARED, Who.REGISTER),
    ),
    moved=StockMoved,
    persons={Who.ANOTHER: SecondPersonNeeded},
)
"""Confirmed stock is compared again only where the type has another face by now: `issuer.converting.comparing`."""


Event = Taken[Step]


def confirmed_in(steps: Sequence[Event]) -> Officer | None:
    """Who confirmed stock by its steps; nobody, where it was compared anew or taken back since."""
    found: Officer | None = None
    for one in steps:
        if one.step is Step.CONFIRM:
            found = one.by
        elif one.step in {Step.COMPARE, Step.HOLD}:
            found = None
    return found


@dataclass(frozen=True)
class Stock:
    """One paper licence; `claimed` is the grade of its manifest, `grade` the one that was decided, `confirmed` of what.

    `template` is the face (`name/version`) that it was compared for.

    `application` never has a conversion: it is put in when the licence is issued.
    """

    number: str
    application: Application
    source: str
    claimed: Grade
    scan: Scan | None
    submitted_by: Officer
    stage: Stage = Stage.SUBMITTED
    sequence: int = 1
    checks: Checks | None = None
    grade: Grade | None = None
    compared_by: Officer | None = None
    confirmed_by: Officer | None = None
    confirmed: str | None = None
    identifier: str | None = None
    template: str | None = None

    @property
    def body_code(self) -> str:
        """Whose it is."""
        return self.application.issuer_code

    @property
    def hands(self) -> tuple[Officer, ...]:
        """Whoever entered or compared it."""
        return tuple(one for one in (self.submitted_by, self.compared_by) if one is not None)

    @property
    def content(self) -> str:
        """`sm3:` and the digest of everything that a confirmation is of."""
        checks = self.checks
        told = {
            "application": self.application.digest,
            "checks": None
            if checks is None
            else {"paper": checks.paper, "register": sorted(checks.register), "scan": sorted(checks.scan)},
            "grade": self.grade and self.grade.value,
            "pages": self.scan.pages if self.scan else 0,
            "scan": self.scan and self.scan.digest,
            "source": self.source,
            **({} if self.template is None else {"template": self.template}),
        }
        return f"sm3:{sm3(encode_json(told)).hex()}"

    def as_converted(self) -> Application:
        """The application under which the licence is issued; only for stock with a grade."""
        if self.grade is None:
            raise ValueError("no grade has been decided")
        scan = self.scan.digest if self.scan else None
        return replace(self.application, conversion=Conversion(self.grade, self.source, scan))


def items_of(application: Application) -> dict[str, str]:
    """Everything that has to be compared, by key: what the paper says, as text."""
    holders = application.holders
    return {
        "number": application.number,
        "holder": "、".join(holder.name for holder in holders),
        "holder_code": "、".join(holder.code for holder in holders),
        "holder_code_type": "、".join(_code_type(holder.code_type) for holder in holders),
        "area_code": application.area_code,
        "issued_on": application.issued_on.isoformat(),
        **({"valid_from": application.valid_from.isoformat()} if application.valid_from else {}),
        "valid_until": application.valid_until.isoformat() if application.valid_until else PERMANENT,
        **{f"fields.{key}": text for key, text in application.fields.items() if text},
    }


def _code_type(code: str) -> str:
    known = HOLDER_CODE_TYPES.get(code)
    return known.label if known else code


def encode_application(application: Application) -> bytes:
    """An application as it is stored; `decode_application` gives the same again."""
    body: dict[str, Any] = {
        "number": application.number,
        "issued_on": application.issued_on.isoformat(),
        "valid_from": _day(application.valid_from),
        "valid_until": _day(application.valid_until),
        "area_code": application.area_code,
        "holders": [{"name": one.name, "code": one.code, "code_type": one.code_type} for one in application.holders],
        "fields": dict(application.fields),
    }
    return encode_json(body)


def decode_application(octets: bytes, *, type_code: str, issuer_code: str) -> Application:
    """A stored application."""
    return read_application(json.loads(octets), type_code=type_code, issuer_code=issuer_code)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
