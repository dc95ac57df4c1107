"""What the API does with what it should never be sent: a problem with a code and two sentences, and nothing stored.

Each row is one request that somebody has sent to some service by mistake or on purpose. The address, the status and the
code are the contract; so are these: the sentence is there in Chinese and in English, what was sent is not repeated,
nothing of our insides shows, no table has a row more, and the API's description knows the status for this route.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.outlet import MEDIA_TYPE
from tests.api_parts import Api, identifier_of, is_problem
from tests.edges.bad_inputs import (
    ACTS,
    CANARY,
    CANARY_ASCII,
    CITE,
    GOOD_BODIES,
    JSON,
    LICENCES,
    TABLE,
    VERIFICATIONS,
    Bad,
)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def licence(api: Api) -> str:
    identifier = identifier_of(api.issue())
    for login in ("scjg", "window"):
        api.token(login)  # sessions are rows too
    return identifier


@pytest.fixture(scope="module")
def documented(api: Api) -> Callable[[str, str], set[str]]:
    """The statuses that the API's description names for a method and an address."""
    paths = api.client.get("/api/v1/openapi.json").json()["paths"]
    patterns = {
        re.compile(re.sub(r"{path:path}|{path}", ".+", re.sub(r"{(?!path)\w+}", "[^/]+", path))): path for path in paths
    }

    def statuses(method: str, address: str) -> set[str]:
        for pattern, path in patterns.items():
            if pattern.fullmatch(address) and method.lower() in paths[path]:
                return set(paths[path][method.lower()]["responses"])
        return {"404", "405"}  # no route of ours: there is nothing that could be described

    return statuses


def send(api: Api, bad: Bad, licence: str) -> Any:
    headers = api.as_(bad.login) | bad.headers
    if bad.key is not None:
        headers |= {"Idempotency-Key": api.key() if bad.key == "usual" else bad.key}  # type: ignore[dict-item]  # the test knows the type
    body = api.application(**bad.good) if bad.good is not None else bad.json
    if isinstance(body, dict) and "identifiers" in body:
        body = body | {"identifiers": [one.replace("{licence}", licence) for one in body["identifiers"]]}
    given: dict[str, Any] = {"json": body} if body is not None else {}
    if bad.content is not None:
        given = {"content": bad.content}
    if bad.files is not None:
        given = {"files": bad.files}
    mistyped = licence[:-1] + ("A" if licence[-1] != "A" else "B")
    path = bad.path.replace("{licence}?", f"{LICENCES}/{mistyped}").replace("{licence}", licence)
    return api.client.request(bad.method, path, headers=headers, **given)


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_bad_input_gets_a_sentence_and_stores_nothing(
    api: Api, licence: str, documented: Callable[[str, str], set[str]], bad: Bad
) -> None:
    stored = api.rows()
    said_before = len(api.journal.getvalue())
    answer = send(api, bad, licence)
    assert is_problem(answer, bad.status, bad.code), answer.text
    if bad.field is not None:
        assert bad.field in {one["field"] for one in answer.json()["errors"]}, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert api.rows() == stored
    said = answer.text + api.journal.getvalue()[said_before:]
    assert CANARY not in said
    assert CANARY_ASCII not in said
    assert str(bad.status) in documented(bad.method, answer.request.url.path)


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 45
    assert len({bad.name for bad in TABLE}) == len(TABLE)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates too: JSON can carry them
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def bodies(good: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The good body with a few members changed into anything, or anything at all."""
    names = st.sampled_from(sorted(good)) | ANY_TEXT
    changed = st.dictionaries(names, ANY_VALUE, min_size=1, max_size=4).map(lambda change: good | change)
    return changed | ANY_VALUE


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([LICENCES, ACTS, CITE, VERIFICATIONS]).flatmap(
        lambda path: st.tuples(st.just(path), bodies(GOOD_BODIES[path]))
    )
)
def test_whatever_is_sent_is_answered(api: Api, licence: str, sent: tuple[str, Any]) -> None:
    path, body = sent
    login = "window" if path == CITE else "scjg"
    headers = api.as_(login, Idempotency_Key=api.key()) | JSON
    answer = api.client.post(path.replace("{licence}", licence), content=json.dumps(body), headers=headers)
    assert answer.status_code < 500, api.journal.getvalue()[-2000:]
    if answer.status_code >= 400:
        assert is_problem(answer, answer.status_code, answer.json()["code"])


BOMB = b"PK\x03\x04" + b"\x00" * 200
HOSTILE = [
    ("a text", "我是营业执照".encode(), "FAILED", "unrecognised"),
    ("a zip that is none", BOMB, "FAILED", None),
    ("a PDF that is none", b"%PDF-1.7\n%%EOF", "FAILED", None),
    ("a PDF of loops", b"%PDF-1.7\n1 0 obj<</Prev 9>>endobj\nstartxref\n9\n%%EOF", "FAILED", None),
    ("a picture that is none", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "FAILED", "picture-unreadable"),
    ("a page of a browser", b"<html><script>alert(1)</script>", "FAILED", "unrecognised"),
    ("a program", b"\x7fELF" + b"\x00" * 1000, "FAILED", "unrecognised"),
]


@pytest.mark.parametrize(("name", "data", "indication", "finding"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_a_hostile_file_gets_a_verdict(
    api: Api, licence: str, name: str, data: bytes, indication: str, finding: str | None
) -> None:
    stored = api.rows()
    files = {"file": ("../../etc/passwd\r\nX: y", data, "application/x-evil")}
    answer = api.client.post(VERIFICATIONS, files=files)
    verdict = answer.json()
    assert (answer.status_code, verdict["indication"], verdict["subject"]) == (200, indication, None)
    assert finding is None or finding in {one["name"] for one in verdict["findings"]}
    assert "shown" not in verdict
    assert all(one["detail"].endswith("。") for one in verdict["findings"])
    assert "passwd" not in answer.text + api.journal.getvalue()
    assert api.rows() == stored
