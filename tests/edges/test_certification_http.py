"""Revocation lists and trust lists are served as they were published, with ETag and 304."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.certification_parts import AT, DAY, Fuse, MemoryEditions
from trust.certification.errors import NotPublished
from trust.certification.http import router
from trust.certification.trust_listing import NAME

CRL, LIST = "/crl/issuing.crl", "/trust-list"


class Shown(MemoryEditions):
    """Editions as the public has them."""

    def current(self, name):
        found = super().current(name)
        return None if found is None else found.octets


@pytest.fixture
def client() -> TestClient:
    crls, lists = Shown(Fuse()), Shown(Fuse())
    for editions, name, octets in ((crls, "issuing", b"\x30\x00"), (lists, NAME, b"\xd2\x84")):
        editions.plan(name, 1, issued_at=AT, next_update=AT + DAY, to_be_signed=b"")
        editions.complete(name, 1, octets)
    application = FastAPI()
    application.include_router(router(crls, lists))
    return TestClient(application)


@pytest.mark.parametrize(
    ("path", "octets", "kind"),
    [
        (CRL, b"\x30\x00", "application/pkix-crl"),
        (LIST, b"\xd2\x84", 'application/cose; cose-type="cose-sign1"'),
    ],
)
def test_lists_are_served_and_can_be_kept(client, path, octets, kind):
    answer = client.get(path)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, octets, kind)
    assert "max-age=60" in answer.headers["cache-control"]
    tag = answer.headers["etag"]
    for asked in (tag, f'"other", {tag}'):
        kept = client.get(path, headers={"If-None-Match": asked})
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_follows_the_octets(client):
    assert client.get(CRL).headers["etag"] != client.get(LIST).headers["etag"]


@pytest.mark.parametrize("name", ["Root", "a_b", "..", "x" * 33, "%2e%2e%2fissuing"])
def test_names_are_bounded(client, name):
    assert client.get(f"/crl/{name}.crl").status_code in {404, 422}


def test_what_was_never_published_is_not_there(client):
    with pytest.raises(NotPublished):
        client.get("/crl/unknown.crl")
