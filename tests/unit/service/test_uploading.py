"""Documents wait in memory for their seal: for minutes, for one person, and never beyond the room there is."""

from datetime import UTC, datetime, timedelta

import pytest

from service.pages import uploading
from service.pages.uploading import LASTING, MOST_OF_ONE, Held, Waiting
from service.problem import Usage
from tests.api_parts import Api, pour
from tests.city import random_octets
from tests.page_parts import Visitor
from verifier.pictures.sheets import Drawn

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


def held(login: str = "scjg", octets: int = 10, at: datetime = NOW) -> Held:
    return Held(login, "1", bytes(octets), "letter.ofd", Drawn(), at)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(random_octets)


def gone(waiting: Waiting, ticket: str, login: str = "scjg", seal_id: str = "1", at: datetime = NOW) -> bool:
    try:
        waiting.find(ticket, login, seal_id, at)
    except Usage as error:
        return error.code == "upload-gone"
    return False


def test_it_is_found_by_whoever_handed_it_in_and_for_that_seal(waiting: Waiting) -> None:
    ticket = waiting.keep(held())
    assert not gone(waiting, ticket)
    assert gone(waiting, ticket, login="jyj")
    assert gone(waiting, ticket, seal_id="2")
    assert gone(waiting, "0" * 32)
    waiting.drop(ticket)
    assert gone(waiting, ticket)


def test_it_is_forgotten_in_time(waiting: Waiting) -> None:
    ticket = waiting.keep(held())
    assert not gone(waiting, ticket, at=NOW + LASTING - timedelta(seconds=1))
    assert gone(waiting, ticket, at=NOW + LASTING)


def test_the_oldest_of_one_person_goes_first(waiting: Waiting) -> None:
    other = waiting.keep(held("jyj"))
    tickets = [waiting.keep(held()) for _ in range(MOST_OF_ONE + 2)]
    assert [gone(waiting, ticket) for ticket in tickets] == [True, True, *[False] * MOST_OF_ONE]
    assert not gone(waiting, other, login="jyj")


def test_the_room_is_bounded(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "MOST_OCTETS", 100)
    first, second = waiting.keep(held("a", 60)), waiting.keep(held("b", 60))
    assert gone(waiting, first, "a")
    assert not gone(waiting, second, "b")


def test_an_upload_without_end_is_cut_off() -> None:
    api = Api()
    try:
        seal_id = api.city.seal().seal.seal_id
        visitor = Visitor(api, "scjg")
        form = visitor.open(f"/issuer/seals/{seal_id}/use").form(f"/issuer/seals/{seal_id}/use")
        assert form.fields["form_token"]
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        headers = api.as_("scjg") | {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
        poured = pour(api, form.action, headers, head)
        assert (poured.status, poured.taken < 25 * 1024 * 1024) == (413, True)
    finally:
        api.close()
