"""The plan of an installation: its name, its bodies and their licence types, its people. Read from `city.toml`.

The demo's plan is `deploy/demo/city.toml`; a real installation writes its own. Reading is strict: a word too many, a
code with a wrong check digit or two of one login stop with the name of what is wrong.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from service.identity import MAX_LOGIN, MAX_PASSWORD, Person, Role
from service.problem import Usage
from templates.errors import TemplateError
from templates.library import load_bundle
from trust.errors import Malformed
from trust.rules.area import check_area
from trust.rules.errors import naming
from trust.rules.party import Holder, IssuingBody, check_holder, check_uscc
from trust.rules.text import check_text

MAX_NAME = 64
"""Characters; the names stand in certificates."""
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
"""A body's login is part of a file name."""
WORDS = frozenset({"name", "area_code", "root", "authority", "operator", "seal_maker", "bodies", "people"})
PERSON_WORDS = frozenset({"login", "password", "name", "role"})
MORE_WORDS = frozenset({"department", "holder_code_type", "holder_code"})


@dataclass(frozen=True)
class Body:
    """A body with a seal, and the bundles of the licence types it may issue; `login` names its key file.

    A body without types issues what others delegate to it. `area` is where it may, the whole city where none is given.
    """

    login: str
    body: IssuingBody
    types: tuple[str, ...]
    area: str | None = None


@dataclass(frozen=True)
class City:
    """Everything that founding an installation needs."""

    name: str
    area_code: str
    root: str
    authority: str
    operator: IssuingBody
    seal_maker: IssuingBody
    bodies: tuple[Body, ...]
    people: tuple[tuple[Person, str], ...]


def read_city(path: Path) -> City:
    """Read a plan.

    Raises:
        Usage: the file is not there or not in order.

    """
    try:
        return _city(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, Malformed) as error:
        said = f"{path.name}: {type(error).__name__} {error}"
        raise Usage("city-plan", f"城市配置读不出来（{said}）。", f"the city plan cannot be read ({said})") from error


def check_bundles(city: City) -> None:
    """Make sure of every bundle that the plan names, before anything is made of it.

    Raises:
        Usage: one of them does not do.

    """
    for name in sorted({name for body in city.bodies for name in body.types}):
        try:
            load_bundle(name)
        except TemplateError as error:
            raise Usage("city-plan", f"证照模板 {name} 不能用（{error}）。", f"template {name}: {error}") from error


def _city(table: dict[str, Any]) -> City:
    _only(table, WORDS, frozenset({"people"}))
    city = City(
        name=_text(table, "name"),
        area_code=_text(table, "area_code", 6),
        root=_text(table, "root"),
        authority=_text(table, "authority"),
        operator=_named_body(table, "operator"),
        seal_maker=_named_body(table, "seal_maker"),
        bodies=tuple(_body(row) for row in table["bodies"]),
        people=tuple(_person(row) for row in table.get("people", ())),
    )
    if not re.fullmatch("[0-9]{6}", city.area_code):
        raise ValueError("area_code: six digits")
    _once("login", (body.login for body in city.bodies))
    _once("code", (body.body.code for body in city.bodies))
    _once("login", (person.login for person, _ in city.people))
    return city


def _only(row: object, needed: frozenset[str], more: frozenset[str] = frozenset()) -> None:
    """A table with these words and no others."""
    if not isinstance(row, dict):
        raise TypeError(f"a table was expected, not {row!r}")
    if wrong := (needed - more - row.keys()) or (row.keys() - needed - more):
        raise ValueError(f"missing or unknown: {', '.join(sorted(wrong))}")


def _once(what: str, values: Iterable[str]) -> None:
    if twice := [value for value, times in Counter(values).items() if times > 1]:
        raise ValueError(f"{what} given twice: {twice[0]}")


def _text(row: dict[str, Any], word: str, limit: int = MAX_NAME) -> str:
    with naming(word, word):
        return check_text(row[word], limit)


def _named_body(table: dict[str, Any], word: str) -> IssuingBody:
    _only(table[word], frozenset({"name", "code"}))
    return _issuing_body(table[word])


def _issuing_body(row: dict[str, Any]) -> IssuingBody:
    code = _text(row, "code")
    with naming("code", code):
        check_uscc(code)
    return IssuingBody(_text(row, "name"), code)


def _body(row: dict[str, Any]) -> Body:
    _only(row, frozenset({"login", "name", "code", "types"}), frozenset({"area"}))
    types = row["types"]
    if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
        raise TypeError("types: names of templates in brackets")
    if not LOGIN.fullmatch(_text(row, "login")):
        raise ValueError("login: at most 32 of a-z, 0-9 and -")
    area = check_area(_text(row, "area", 6)) if "area" in row else None
    return Body(row["login"], _issuing_body(row), tuple(types), area)


def _person(row: dict[str, Any]) -> tuple[Person, str]:
    _only(row, PERSON_WORDS, MORE_WORDS)
    person = Person(
        _text(row, "login", MAX_LOGIN),
        _text(row, "name"),
        Role(row["role"]),
        row.get("department"),
        row.get("holder_code_type"),
        row.get("holder_code"),
    )
    if person.role in {Role.OFFICIAL, Role.REVIEWER, Role.SYSTEM}:
        with naming("department", person.login):
            check_uscc(_text(row, "department"))
    if person.role is Role.HOLDER:
        code_type, code = _text(row, "holder_code_type"), _text(row, "holder_code")
        check_holder(Holder(person.name, code, code_type), date.max)
    return person, _text(row, "password", MAX_PASSWORD)
