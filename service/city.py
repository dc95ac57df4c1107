"""The plan of an installation: its name, its bodies and their licence types, its people. Read from `city.toml`.

The demo's plan is `deploy/demo/city.toml`; a real installation writes its own. Reading is strict: a word too many or
a code with a wrong check digit stops with the name of what is wrong.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.identity import Person, Role
from service.problems import Usage
from trust.errors import Malformed
from trust.rules.party import IssuingBody, check_uscc


@dataclass(frozen=True)
class Body:
    """A body with a seal, and the bundles of the licence types it may issue; `login` names its key file."""

    login: str
    body: IssuingBody
    types: tuple[str, ...]


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
        table = tomllib.loads(path.read_text("utf-8"))
        return City(
            name=table["name"],
            area_code=table["area_code"],
            root=table["root"],
            authority=table["authority"],
            operator=_body(table["operator"]),
            seal_maker=_body(table["seal_maker"]),
            bodies=tuple(Body(row["login"], _body(row), tuple(row["types"])) for row in table["bodies"]),
            people=tuple(_person(row) for row in table["people"]),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, Malformed) as error:
        said = f"{path.name}: {type(error).__name__} {error}"
        raise Usage("city-plan", f"城市配置读不出来（{said}）。", f"the city plan cannot be read ({said})") from error


def _body(row: dict[str, Any]) -> IssuingBody:
    check_uscc(row["code"])
    return IssuingBody(row["name"], row["code"])


def _person(row: dict[str, Any]) -> tuple[Person, str]:
    known = {"login", "password", "name", "role", "department", "holder_code_type", "holder_code"}
    if unknown := row.keys() - known:
        raise ValueError(f"unknown words {sorted(unknown)}")
    person = Person(
        row["login"],
        row["name"],
        Role(row["role"]),
        row.get("department"),
        row.get("holder_code_type"),
        row.get("holder_code"),
    )
    return person, row["password"]
