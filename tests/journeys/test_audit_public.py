"""The audit that a stranger makes: public files, one old checkpoint, and nothing of the installation."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.auditing.opening import stranger
from service.auditing.public import AddressSource, FolderSource
from service.public_folder import PublicFolder
from service.wiring import Yinzheng
from tests.api_parts import Api
from tests.audit_parts import Busy, busy, found
from tests.city import City
from tests.log_parts import serving
from trust.formats.status_list import pack
from trust.formats.verifier_key import VerifierKey
from trust.rules.verdict import Indication
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
