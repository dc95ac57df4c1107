"""Every list that was ever published is made again from what is recorded, and what does not fit is named."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from service.public_folder import PublicFolder
from service.rebuilding import Rebuilt, rebuild
from tests.city import City
from tests.journey_parts import number
from tests.public_parts import published_city
from trust.formats.crl import Reason
from trust.rules.standing import ActKind


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A city with a life behind it: suspended and reinstated, revoked from tomorrow on, a certificate revoked."""
    city = published_city(tmp_path / "public")
    first, second = city.issue(number=number()), city.issue(number=number())
    for kind, issued, ground in (
        (ActKind.SUSPEND, first, "penalty"),
        (ActKind.REINSTATE, first, "rectified"),
        (ActKind.REVOKE, second, "penalty"),
    ):
        city.clock.forward(seconds=2)
        city.act(kind, issued, ground)
    serial = city.yinzheng.directory.maker()[1].serial
    city.yinzheng.authority.revoke_certificate(serial, Reason.SUPERSEDED, city.clock.forward(seconds=2))
    for _ in range(3):
        city.yinzheng.publisher.refresh(city.clock.forward(hours=13))
    yield city
    city.close()


def rebuilt(city: City, tmp_path: Path) -> Rebuilt:
    return rebuild(city.yinzheng.archive, PublicFolder(tmp_path / "public"))


def kinds(found: Rebuilt) -> set[str]:
    return {one.kind for one in found.oddities if one.grave}


def test_everything_fits(city: City, tmp_path: Path) -> None:
    found = rebuilt(city, tmp_path)
    assert found.oddities == ()
    assert found.sound
    assert found.checked >= 12


def run(statement: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(text(statement))


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (run("DELETE FROM act WHERE kind = 'revoke'"), "unexplained"),
        (run("UPDATE act SET kind = 'suspend' WHERE kind = 'revoke'"), "unexplained"),
        (run("UPDATE act SET effective_at = effective_at + 86400000000 WHERE kind = 'revoke'"), "unexplained"),
        (run("DELETE FROM x509_revocation"), "unexplained"),
        (run("UPDATE status_publication SET octets = (SELECT octets FROM status_publication WHERE number = 1) "
             "WHERE number = 3"), "succession"),
        (run("DELETE FROM log_commitment WHERE place IN "
             "(SELECT place FROM log_entry WHERE CAST(entry AS TEXT) LIKE '%status-list%')"), "not-logged"),
    ],
    ids=["act deleted", "act edited", "act moved", "revocation deleted", "list swapped", "list not in the log"],
)  # fmt: skip
def test_what_was_done_to_the_database_is_found(city: City, tmp_path: Path, deed, kind: str) -> None:
    with city.engine.begin() as connection:
        deed(connection)
    found = rebuilt(city, tmp_path)
    assert not found.sound
    assert kind in kinds(found)


def test_what_was_done_to_the_public_folder_is_found(city: City, tmp_path: Path) -> None:
    home = tmp_path / "public/status/0"
    (home / "2.cwt").write_bytes((home / "1.cwt").read_bytes())
    (home / "99.cwt").write_bytes(b"")
    (home / "current").write_bytes(b"{}")
    assert kinds(rebuilt(city, tmp_path)) == {"copy-differs", "not-stored", "public-copy-damaged"}
