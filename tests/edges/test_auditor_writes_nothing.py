"""The auditor reads all and writes nothing: every write route of the application refuses that role, and stores nothing."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api, identifier_of
from tests.edges.test_api_roles import PEOPLE, ROWS

QUESTIONS = {"POST /audit/standing"}
"""Asked with a form because an address must not carry a number; nothing is stored."""
REPORTS = {"POST /audit/report.pdf"}
"""Sealed for the auditor who asks, with the seal for audit reports: a use of a seal, recorded as every one is."""
AUDITOR = PEOPLE.index("auditor")
WRITES = sorted(route for route in ROWS if not route.startswith("GET "))


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def identifier(api: Api) -> str:
    return identifier_of(api.issue())


def test_every_write_that_asks_who_one_is_refuses_the_auditor() -> None:
    assert len(WRITES) > 60
    for route in WRITES:
        nobody, auditor = (ROWS[route].expected.split()[place] for place in (0, AUDITOR))
        if nobody == "401" and route not in QUESTIONS | REPORTS:
            assert auditor in {"403", "404"}, route


@pytest.mark.parametrize("route", WRITES)
def test_nothing_is_stored(api: Api, identifier: str, route: str) -> None:
    method, pattern = route.split(" ", 1)
    names = dict.fromkeys(
        ("number", "seal_id", "name", "word", "hook_id", "type_code", "version", "place", "ending", "step", "code"), "1"
    )
    before = api.rows()
    path = pattern
    for name, value in (names | {"identifier": identifier}).items():
        path = path.replace(f"{{{name}}}", value)
    headers = api.as_("auditor", Idempotency_Key=api.key())
    answer = api.client.request(method, path, headers=headers, json={}, follow_redirects=False)
    assert answer.status_code < 500
    assert api.rows() == before
