"""The audit that a stranger makes: public files, one old checkpoint, and nothing of the installation."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keys.sm3 import sm3
from service.auditing.opening import stranger
from service.auditing.public import AddressSource, FolderSource
from service.public_folder import PublicFolder
from service.wiring import Yinzheng
from tests.api_parts import Api
from tests.audit_parts import Busy, busy, found
from tests.city import City
from tests.log_parts import serving
from trust.formats.canonical_json import encode_json
from trust.formats.crl import Reason, Revoked, assemble_crl, crl_tbs, load_crl
from trust.formats.status_list import pack
from trust.formats.verifier_key import VerifierKey
from trust.rules.verdict import Indication
from trust.store import METADATA
from verifier.auditing.auditing import Brought
from verifier.auditing.report import Report


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Busy, Path]]:
    city, folder = City(), tmp_path_factory.mktemp("public")
    city.yinzheng = Yinzheng(replace(city.yinzheng._means, public=PublicFolder(folder)))
    city.yinzheng.publisher.refresh(city.clock())
    yield busy(city), folder
    city.close()


@pytest.fixture
def folder(scene: tuple[Busy, Path], tmp_path: Path) -> Path:
    """The public folder, for one attack."""
    return Path(shutil.copytree(scene[1], tmp_path / "public"))


def judged(scene: tuple[Busy, Path], folder: Path, **brought: object) -> Report:
    city = scene[0].city
    given = {"since": [("kept", scene[0].old)]} | brought
    return stranger(FolderSource(folder), city.yinzheng.anchors, Brought(**given), city.clock()).stranger()  # type: ignore[arg-type]  # names and values come from the test


def test_an_honest_folder_passes(scene: tuple[Busy, Path], folder: Path) -> None:
    report = judged(scene, folder)
    assert [one for one in report.findings if one.indication is not Indication.PASSED] == []
    assert {"log", "since", "status-lists", "trust-lists", "revocation-lists", "entries"} <= set(report.examined)
    assert report.as_json()["manner"] == "public"


def test_the_logs_key_alone_is_enough_for_the_log(scene: tuple[Busy, Path], folder: Path) -> None:
    city = scene[0].city
    brought = Brought((city.yinzheng.log_key,), [("kept", scene[0].old)])
    report = stranger(FolderSource(folder), (), brought, city.clock()).stranger()
    assert not found(report)
    assert report.examined["since"] == 1
    stranger_key = VerifierKey(city.yinzheng.log_key.name, city.yinzheng.directory.service("receipt")[0].public)
    report = stranger(FolderSource(folder), (), Brought((stranger_key,)), city.clock()).stranger()
    assert report.indication is Indication.FAILED
    assert report.examined["log"] == 0


def test_without_any_key_nothing_is_confirmed(scene: tuple[Busy, Path], folder: Path) -> None:
    report = stranger(FolderSource(folder), (), Brought(), scene[0].city.clock()).stranger()
    assert report.indication is Indication.INDETERMINATE
    assert {"no-anchor"} <= {one.name for one in report.findings}


def newest(folder: Path, pattern: str) -> Path:
    return max(folder.glob(pattern), key=lambda path: int("".join(filter(str.isdigit, path.stem)) or 0))


def flip(path: Path, place: int = 100) -> None:
    octets = bytearray(path.read_bytes())
    octets[place] ^= 1
    path.write_bytes(octets)


def tile(folder: Path) -> Path:
    return next(path for path in (folder / "log/tile/entries").rglob("*") if path.is_file())


def test_an_entry_that_was_changed_is_found(scene: tuple[Busy, Path], folder: Path) -> None:
    flip(tile(folder), 60)
    assert found(judged(scene, folder)) & {"log-root", "log-entry", "log-tile", "log-rewritten"}


def test_entries_that_were_exchanged_are_found(scene: tuple[Busy, Path], folder: Path) -> None:
    path = tile(folder)
    octets = path.read_bytes()
    first = 2 + int.from_bytes(octets[:2], "big")
    second = first + 2 + int.from_bytes(octets[first : first + 2], "big")
    path.write_bytes(octets[first:second] + octets[:first] + octets[second:])
    assert "log-rewritten" in found(judged(scene, folder))


def test_a_missing_tile_ends_the_walk_loudly(scene: tuple[Busy, Path], folder: Path) -> None:
    tile(folder).unlink()
    assert "log-tile" in found(judged(scene, folder))


@pytest.mark.parametrize("pattern", ["status/0/[0-9]*.cwt", "trust-list/[0-9]*.cose", "crl/issuing/[0-9]*.crl"])
def test_a_list_that_was_changed_is_found(scene: tuple[Busy, Path], folder: Path, pattern: str) -> None:
    flip(newest(folder, pattern), 90)
    report = judged(scene, folder)
    assert report.indication is Indication.FAILED
    assert found(report) & {"list-unreadable", "list-signature", "not-logged", "entry-without-row", "list-elsewhere"}


@pytest.mark.parametrize("pattern", ["status/0/[0-9]*.cwt", "trust-list/[0-9]*.cose"])
def test_a_list_that_was_withdrawn_is_found(scene: tuple[Busy, Path], folder: Path, pattern: str) -> None:
    newest(folder, pattern).unlink()
    assert "entry-without-row" in found(judged(scene, folder))


def test_an_old_list_under_a_new_number_is_found(scene: tuple[Busy, Path], folder: Path) -> None:
    last = newest(folder, "status/0/[0-9]*.cwt")
    first = min(folder.glob("status/0/[0-9]*.cwt"), key=lambda path: int(path.stem))
    (last.with_name(f"{int(last.stem) + 1}.cwt")).write_bytes(first.read_bytes())
    names = found(judged(scene, folder))
    assert "list-number" in names


def test_a_list_that_takes_a_revocation_back_is_found(scene: tuple[Busy, Path], folder: Path) -> None:
    """The signer's own key puts it there, and nobody logs it."""
    from trust.formats.cose import sign1, split
    from trust.formats.status_list import STATUS_LIST_TYPE, decode_status_list, encode_status_list

    city, path = scene[0].city, newest(folder, "status/0/[0-9]*.cwt")
    listed = decode_status_list(split(path.read_bytes(), 2**20).payload)
    signer, _ = city.yinzheng.directory.service("status-list")
    again = replace(listed, number=listed.number + 1, bits=pack([], listed.size))
    octets = sign1(encode_status_list(again), signer, STATUS_LIST_TYPE)
    path.with_name(f"{again.number}.cwt").write_bytes(octets)
    report = judged(scene, folder)
    (finding,) = [one for one in report.findings if one.name == "list-unrevoked"]
    assert finding.proof["number"] == again.number
    assert len(finding.proof["entries"]) >= 1  # type: ignore[arg-type]  # a list of entries


def repointed(folder: Path) -> None:
    home = folder / "status/0"
    first = (home / "1.cwt").read_bytes()
    (home / "current").write_bytes(encode_json({"file": "1.cwt", "number": 1, "sm3": sm3(first).hex()}))


def renamed(folder: Path) -> None:
    (folder / "status/0/latest.cwt").write_bytes((folder / "status/0/1.cwt").read_bytes())


@pytest.mark.parametrize(("deed", "name"), [(repointed, "pointer-behind"), (renamed, "latest-differs")])
def test_an_old_list_that_is_shown_as_the_newest_is_found(
    scene: tuple[Busy, Path], folder: Path, deed: Callable[[Path], None], name: str
) -> None:
    deed(folder)
    assert name in found(judged(scene, folder))


class Revoker:
    """An authority that revokes in one edition and signs whatever it likes as the next."""

    def __init__(self, scene: tuple[Busy, Path], folder: Path) -> None:
        self.city, self.home = scene[0].city, folder / "crl/issuing"
        self.last = load_crl(newest(folder, "crl/issuing/[0-9]*.crl").read_bytes())
        self.signer = self.city.yinzheng.ring.open("file:issuing")

    def publish(self, revoked: dict[int, Revoked], more: int, *, kept: bool = True) -> None:
        tbs = crl_tbs(
            issuer=self.last.issuer,
            number=self.last.number + more,
            this_update=self.last.this_update + timedelta(seconds=more),
            next_update=self.last.next_update,
            issuer_key_id=self.last.authority_key_id,
            kept_since=self.last.kept_since if kept else None,
            revoked=revoked,
        )
        octets = assemble_crl(tbs, self.signer.sign(tbs))
        (self.home / f"{self.last.number + more}.crl").write_bytes(octets)


GONE = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "name"),
    [
        ({}, "list-unrevoked"),
        ({12345: Revoked(GONE, Reason.SUPERSEDED, GONE)}, "list-milder"),
        ({12345: Revoked(GONE + timedelta(hours=1), Reason.KEY_COMPROMISE, GONE)}, "list-milder"),
        ({12345: Revoked(GONE, Reason.KEY_COMPROMISE, GONE + timedelta(hours=1))}, "list-milder"),
    ],
    ids=["left out", "another reason", "a later date", "a later loss"],
)
def test_a_certificate_that_is_no_longer_revoked_is_found(
    scene: tuple[Busy, Path], folder: Path, after: dict[int, Revoked], name: str
) -> None:
    revoker = Revoker(scene, folder)
    assert revoker.last.kept_since is not None, "our lists keep what expired"
    revoker.publish({12345: Revoked(GONE, Reason.KEY_COMPROMISE, GONE)}, 1)
    revoker.publish(after, 2)
    assert name in found(judged(scene, folder))


def test_a_list_that_stays_as_it_was_or_becomes_graver_is_not_held_against_it(
    scene: tuple[Busy, Path], folder: Path
) -> None:
    revoker = Revoker(scene, folder)
    mild, grave = Revoked(GONE, Reason.SUPERSEDED), Revoked(GONE, Reason.KEY_COMPROMISE, GONE)
    for more, entry in enumerate((mild, mild, grave), start=1):
        revoker.publish({12345: entry}, more)
    assert found(judged(scene, folder)) & {"list-unrevoked", "list-milder"} == set()


def over_address(folder: Path, hidden: Callable[[str], bool] = lambda _path: False) -> Report:
    """An audit of a folder as a server shows it that hides some of it."""
    api = Api()
    api.issue()
    api.city.clock.forward(minutes=2)
    api.yinzheng.publisher.refresh(api.city.clock())

    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        await (NOT_FOUND if hidden(scope.get("path", "")) else api.app)(scope, receive, send)

    with serving(shown) as address:  # type: ignore[arg-type]  # an application like any other
        source = AddressSource(address)
        report = stranger(source, api.yinzheng.anchors, Brought(), api.city.clock()).stranger()
    api.close()
    return report


NOT_FOUND = Response(status_code=404)


@pytest.mark.parametrize(
    ("hidden", "names"),
    [
        (lambda path: path == "/status/0", {"list-not-served", "no-list-served"}),
        (lambda path: path.startswith("/status"), {"no-list-index", "no-list-served", "list-not-served"}),
    ],
    ids=["a list", "lists and index"],
)
def test_what_a_server_keeps_back_is_told(tmp_path: Path, hidden: Callable[[str], bool], names: set[str]) -> None:
    report = over_address(tmp_path, hidden)
    assert report.indication is Indication.INDETERMINATE
    assert names <= {one.name for one in report.findings}


def test_lists_behind_a_gap_are_looked_at(tmp_path: Path) -> None:
    api = Api()
    api.issue()
    engine = api.city.engine
    shard = METADATA.tables["status_shard"]
    with engine.begin() as connection:
        connection.execute(shard.update().values(allotted=shard.c.size))
        connection.execute(shard.insert().values(shard=17, size=4096, allotted=0))
    api.city.issue(number="GAP1")
    api.yinzheng.publisher.refresh(api.city.clock())
    with serving(api.app) as address:
        source = AddressSource(address)
        assert sorted(source.status_lists()) == [0, 17]
        assert list(source.faults()) == []
    api.close()


def test_over_an_address(tmp_path: Path) -> None:
    api = Api()
    api.issue()
    api.yinzheng.publisher.refresh(api.city.clock())
    with serving(api.app) as address:
        source = AddressSource(address)
        report = stranger(source, api.yinzheng.anchors, Brought(), api.city.clock()).stranger()
    assert [one for one in report.findings if one.indication is not Indication.PASSED] == []
    assert report.examined["log"] == api.yinzheng.archive.log.size()
    assert report.examined["catalogue"] > 0
    api.close()
