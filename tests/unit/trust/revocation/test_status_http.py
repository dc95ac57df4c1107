"""Status lists over HTTP: type, caching, 304 and bounds."""

from datetime import timedelta

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from tests.unit.trust.revocation.register import AT
from tests.unit.trust.revocation.test_publishing import HOUR, SIGNER, Office
from trust.revocation.errors import NotPublished
from trust.revocation.http import router
from trust.revocation.publishing import open_status_list


def client(routes: APIRouter) -> TestClient:
    app = FastAPI()
    app.include_router(routes)
    return TestClient(app, base_url="https://testserver")


@pytest.fixture
def office() -> Office:
    made = Office()
    made.publish()
    return made


def test_a_list_is_a_cacheable_file(office: Office) -> None:
    http = client(router(office.publications))
    answer = http.get("/status/0")
    assert open_status_list(answer.content, SIGNER.public).number == 1
    assert answer.headers["content-type"] == "application/statuslist+cwt"
    assert answer.headers["cache-control"] == "public, max-age=60"
    again = http.get("/status/0", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    several = http.get("/status/0", headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
    assert several.status_code == 304
    office.publish(AT + HOUR)
    fresh = http.get("/status/0", headers={"If-None-Match": answer.headers["etag"]})
    assert (fresh.status_code, open_status_list(fresh.content, SIGNER.public).number) == (200, 2)


def test_lists_of_the_past_are_kept(office: Office) -> None:
    office.publish(AT + HOUR)
    http = client(router(office.publications))

    def number(at) -> int:
        return open_status_list(http.get(f"/status/0?time={int(at.timestamp())}").content, SIGNER.public).number

    assert (number(AT + timedelta(minutes=59)), number(AT + HOUR)) == (1, 2)
    for outside in (AT - timedelta(seconds=1), AT + 13 * HOUR):
        with pytest.raises(NotPublished):
            number(outside)


def test_unknown_lists_are_the_outlets_business(office: Office) -> None:
    with pytest.raises(NotPublished, match="list-unknown"):
        client(router(office.publications)).get("/status/1")


@pytest.mark.parametrize(
    "path", ["/status/x", "/status/-1", f"/status/{2**31}", "/status/0?time=-1", "/status/0?time=1e9"]
)
def test_odd_requests_are_refused(office: Office, path: str) -> None:
    assert client(router(office.publications)).get(path).status_code == 422
