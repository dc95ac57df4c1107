"""An application 申请: what a department hands in to have a licence issued, and the strict reading of it from JSON.

The form is closed: an unknown member is refused, so that a misspelt field or an attempt to set a status is heard of.
What the values mean for a licence type is judged by `issuer.checking`.

    {"number": "JY15301990012345", "issued_on": "2026-11-21", "valid_until": "2031-11-20", "area_code": "530199",
     "holder": {"name": "云岭市青禾食品有限公司", "code": "91…", "code_type": "001"}, "fields": {"operator": "…"}}
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from issuer.errors import ApplicationRefused
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.rules.conversion import Conversion
from trust.rules.party import Holder
from trust.rules.succession import Succession
from trust.rules.text import check_text

MAX_OCTETS = 65_536
MAX_EVIDENCE = 200
MEMBERS = {
    "number", "issued_on", "valid_from", "valid_until", "area_code", "holder", "holders", "fields",
    "evidence", "original",
}  # fmt: skip


@dataclass(frozen=True)
class Application:
    """A request for one licence of `type_code`, issued by the body `issuer_code`.

    `succession` says what it follows, `conversion` what a converted one rests on. Neither is ever a member of what is
    handed in: the one is judged where it is applied for, the other where two people have compared the stock.

    `evidence` says on what new evidence a licence rests that follows a converted one, where two people have recorded
    some; `original` is the digest (`sm3:…`) of the file of a licence of another library that this one follows.
    """

    type_code: str
    issuer_code: str
    number: str
    issued_on: date
    area_code: str
    holders: tuple[Holder, ...]
    valid_from: date | None = None
    valid_until: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    succession: Succession | None = None
    conversion: Conversion | None = None
    evidence: str = ""
    original: str | None = None

    def canonical(self) -> bytes:
        """The octets that the idempotency digest is taken over."""
        body: dict[str, object] = {
            "type": self.type_code,
            "issuer": self.issuer_code,
            "number": self.number,
            "issued_on": self.issued_on.isoformat(),
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_until": self.valid_until and self.valid_until.isoformat(),
            "area_code": self.area_code,
            "holders": [[holder.name, holder.code, holder.code_type] for holder in self.holders],
            "fields": dict(self.fields),
        }
        if self.succession is not None:
            body["succession"] = [self.succession.kind.value, self.succession.predecessor]
        if (conversion := self.conversion) is not None:
            body["conversion"] = [conversion.grade.value, conversion.source, conversion.scan]
        if self.evidence or self.original:
            body["evidence"] = [self.evidence, self.original]
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")  # what cannot stand in a licence is refused elsewhere

    @property
    def digest(self) -> str:
        """`sm3:` and the hexadecimal digest of the canonical form."""
        return "sm3:" + sm3(self.canonical()).hex()


def parse_application(octets: bytes, *, type_code: str, issuer_code: str) -> Application:
    """Read an application from JSON octets.

    Raises:
        ApplicationRefused: too large, not JSON (a member given twice is none either), or not in the form above.

    """
    return read_application(decode_members(octets), type_code=type_code, issuer_code=issuer_code)


def decode_members(octets: bytes) -> object:
    """The JSON value of an application, not judged yet.

    Raises:
        ApplicationRefused: too large, or not JSON; a member given twice is none either.

    """
    if len(octets) > MAX_OCTETS:
        raise ApplicationRefused([("", "too-large")])
    try:
        return json.loads(octets.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ApplicationRefused([("", "not-json")]) from error


def read_application(body: object, *, type_code: str, issuer_code: str) -> Application:
    """Read an application from a decoded JSON object; every problem found is told at once.

    Raises:
        ApplicationRefused: `problems` as (member, reason).

    """
    if not isinstance(body, dict):
        raise ApplicationRefused([("", "not-an-object")])
    problems = [(str(name)[:64], "unknown") for name in sorted(body.keys() - MEMBERS)]
    number, area = _number(body, problems), _text(body, "area_code", 6, problems)
    issued = _date(body, "issued_on", problems)
    if issued is None and not any(name == "issued_on" for name, _ in problems):
        problems.append(("issued_on", "missing"))
    start, end = _date(body, "valid_from", problems), _date(body, "valid_until", problems)
    holders = _holders(body, problems)
    fields = _fields(body, problems)
    evidence, original = _evidence(body, problems), _original(body, problems)
    if problems or issued is None:
        raise ApplicationRefused(problems)
    return Application(
        type_code, issuer_code, number, issued, area, holders, start, end, fields, evidence=evidence, original=original
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member is given twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _text(body: Mapping[str, object], name: str, limit: int, problems: list[tuple[str, str]]) -> str:
    value = body.get(name)
    if isinstance(value, str) and 0 < len(value) <= limit:
        return value
    reason = "missing" if value is None or value == "" else "too-long" if isinstance(value, str) else "not-text"
    problems.append((name, reason))
    return ""


def _number(body: Mapping[str, object], problems: list[tuple[str, str]]) -> str:
    """The number; one that is left out may be drawn, which the rules of the type say."""
    return "" if body.get("number") in (None, "") else _text(body, "number", 128, problems)


def _evidence(body: Mapping[str, object], problems: list[tuple[str, str]]) -> str:
    value = body.get("evidence")
    if value is None or value == "":
        return ""
    try:
        return check_text(value, MAX_EVIDENCE)
    except Malformed as error:
        problems.append(("evidence", error.reason))
        return ""


def _original(body: Mapping[str, object], problems: list[tuple[str, str]]) -> str | None:
    value = body.get("original")
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch("sm3:[0-9a-f]{64}", value):
        return value
    problems.append(("original", "original-name"))
    return None


def _date(body: Mapping[str, object], name: str, problems: list[tuple[str, str]]) -> date | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:  # 20261121 and 2026-W47-6 are dates too, to Python
        problems.append((name, "not-a-date"))
        return None
    return found


def _holders(body: Mapping[str, object], problems: list[tuple[str, str]]) -> tuple[Holder, ...]:
    if "holder" in body and "holders" in body:
        problems.append(("holder", "given-twice"))
        return ()
    rows = body.get("holders", [body["holder"]] if "holder" in body else [])
    if not isinstance(rows, list) or not 1 <= len(rows) <= 20:
        problems.append(("holder", "missing"))
        return ()
    holders = []
    for row in rows:
        if (
            not isinstance(row, dict)
            or row.keys() != {"name", "code", "code_type"}
            or not all(isinstance(value, str) and 0 < len(value) <= 256 for value in row.values())
        ):
            problems.append(("holder", "needs name, code and code_type"))
            continue
        holders.append(Holder(row["name"], row["code"], row["code_type"]))
    return tuple(holders)


def _fields(body: Mapping[str, object], problems: list[tuple[str, str]]) -> dict[str, str]:
    values = body.get("fields", {})
    if not isinstance(values, dict):
        problems.append(("fields", "not-an-object"))
        return {}
    for name, value in values.items():
        if not isinstance(value, str):
            problems.append((f"fields.{name}", "not-text"))
    return {str(name): value for name, value in values.items() if isinstance(value, str)}
