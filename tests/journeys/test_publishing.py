"""What is published is in the public folder too, and is served while the database is down."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from keys.sm3 import sm3
from service.apps import make_app
from service.public_folder import TRUST_LIST, PublicFolder, bitstring, revocation_list, status_list
from tests.city import City
from tests.public_parts import current, listed, published_city, with_folder
from trust.errors import Conflict
from trust.formats.cose import split
from trust.log.tiles import Tile, read_entries
from trust.revocation.second_form import open_bitstring
from trust.rules.standing import ActKind


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = published_city(tmp_path / "public")
    yield made
    made.close()


def test_an_act_is_in_the_folder_when_it_is_answered(city: City, tmp_path: Path) -> None:
    issued = city.issue()
    entry, folder = issued.entry.licence.status.index, tmp_path / "public"
    assert listed(current(folder, status_list(0))).value(entry) == 0
    city.clock.forward(seconds=1)
    city.act(ActKind.REVOKE, issued, "penalty")
    served = current(folder, status_list(0))
    stored = city.yinzheng.archive.publications.current(0)
    assert stored is not None
    assert served == stored.octets
    assert listed(served).value(entry) == 1
    assert (folder / "status/0/latest.cwt").read_bytes() == served


def test_editions_stay_and_the_pointer_names_the_newest(city: City, tmp_path: Path) -> None:
    home = tmp_path / "public/status/0"
    first = (home / "1.cwt").read_bytes()
    issued = city.issue()
    for kind, ground in ((ActKind.SUSPEND, "penalty"), (ActKind.REINSTATE, "rectified")):
        city.clock.forward(seconds=1)
        city.act(kind, issued, ground)
    assert PublicFolder(tmp_path / "public").numbers(status_list(0)) == [1, 2, 3]
    assert (home / "1.cwt").read_bytes() == first
    pointer = json.loads((home / "current").read_text("utf-8"))
    assert pointer == {"file": "3.cwt", "number": 3, "sm3": sm3((home / "3.cwt").read_bytes()).hex()}


def test_everything_else_follows_with_the_next_look(city: City, tmp_path: Path) -> None:
    city.issue()
    city.yinzheng.publisher.refresh(city.clock())
    folder, archive = tmp_path / "public", city.yinzheng.archive
    assert (folder / "log/checkpoint").read_bytes() == archive.log.latest()
    size = archive.log.size()
    assert (folder / f"log/tile/entries/000.p/{size}").read_bytes() == read_entries(archive.log, size, Tile(0, size))
    for name in ("root", "issuing"):
        assert current(folder, revocation_list(name)) == archive.books.editions.current(name).octets
    assert current(folder, TRUST_LIST) == archive.trust_lists.current("trust-list").octets


def test_the_second_form_says_the_same(city: City, tmp_path: Path) -> None:
    issued = city.issue()
    city.act(ActKind.SUSPEND, issued, "penalty")
    city.yinzheng.publisher.refresh(city.clock())
    public = city.yinzheng.directory.service("status-list")[1].public_key
    octets = current(tmp_path / "public", bitstring(0))
    assert open_bitstring(octets, public) == listed(current(tmp_path / "public", status_list(0)))
    subject = json.loads(split(octets, 2**21).payload)["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"], subject["number"]) == ("BitstringStatusList", "message", 2)


def no_database(_connection: object) -> None:
    raise OperationalError("", {}, ConnectionError("the database is gone"))


def test_lists_are_served_while_the_database_is_down(city: City, tmp_path: Path) -> None:
    issued = city.issue()
    city.act(ActKind.REVOKE, issued, "penalty")
    city.yinzheng.publisher.refresh(city.clock())
    with TestClient(make_app(city.yinzheng, production=False)) as http:
        event.listen(city.engine, "begin", no_database)
        for path, series in (
            ("/status/0", status_list(0)),
            ("/status/0/bitstring", bitstring(0)),
            ("/crl/issuing.crl", revocation_list("issuing")),
            ("/trust-list", TRUST_LIST),
        ):
            answer = http.get(path)
            assert (answer.status_code, answer.content) == (200, current(tmp_path / "public", series)), path
            again = http.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304, path
        assert http.get("/status/0?time=1").status_code == 503  # history is asked of the database


def test_a_damaged_copy_stops_publishing_and_the_database_answers_instead(city: City, tmp_path: Path) -> None:
    file = tmp_path / "public/status/0/1.cwt"
    octets = file.read_bytes()
    file.write_bytes(octets[:-1] + b"\x00")
    other = with_folder(city, tmp_path / "public")
    with TestClient(make_app(other, production=False)) as http:
        assert http.get("/status/0").content == octets
    with pytest.raises(Conflict, match="public-copy-damaged"):
        other.publisher.refresh(city.clock())
