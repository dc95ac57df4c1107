"""Editions that were taken out of the public folder: found from inside, and by a stranger with the folder alone."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.auditing.opening import inside, stranger
from service.auditing.public import FolderSource
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from service.wiring import Yinzheng
from tests.audit_parts import found
from tests.city import City
from tests.journey_parts import number
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from verifier.auditing.auditing import Brought
from verifier.auditing.report import Report

SERIES = (status_list(0), TRUST_LIST, revocation_list("issuing"), revocation_list("root"))
Scene = tuple[City, Path]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A city that has published four editions of everything."""
    city, folder = City(people=False), tmp_path_factory.mktemp("published")
    city.yinzheng = Yinzheng(replace(city.yinzheng._means, public=PublicFolder(folder)))
    city.yinzheng.publisher.refresh(city.clock())
    for _ in range(3):
        city.act(ActKind.SUSPEND, city.issue(number=number()), "penalty")
        city.clock.forward(days=61)
        city.yinzheng.publisher.refresh(city.clock())
    yield city, folder
    city.close()


@pytest.fixture
def folder(scene: Scene, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scene[1], tmp_path / "public"))


def from_inside(scene: Scene, folder: Path) -> Report:
    city = scene[0]
    yinzheng = Yinzheng(replace(city.yinzheng._means, public=PublicFolder(folder)))
    made, registers, trail = inside(yinzheng, city.yinzheng.anchors, Brought(), city.clock())
    return made.inside(registers, trail, files=False)


def from_outside(scene: Scene, folder: Path) -> Report:
    city = scene[0]
    return stranger(FolderSource(folder), city.yinzheng.anchors, Brought(), city.clock()).stranger()


def files(folder: Path, series: Series) -> list[Path]:
    """The editions of a series, the oldest first."""
    return [folder / series.name / f"{one}{series.suffix}" for one in PublicFolder(folder).numbers(series)]


def test_a_whole_folder_passes(scene: Scene, folder: Path) -> None:
    assert all(len(files(folder, series)) > 2 for series in SERIES)
    assert (found(from_inside(scene, folder)), found(from_outside(scene, folder))) == (set(), set())


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_an_edition_between_others_that_is_gone_is_found(scene: Scene, folder: Path, series: Series) -> None:
    files(folder, series)[1].unlink()
    assert "rebuilt-copy-missing" in found(from_inside(scene, folder))
    assert "entry-without-row" in found(from_outside(scene, folder))


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_a_series_that_is_gone_is_found(scene: Scene, folder: Path, series: Series) -> None:
    shutil.rmtree(folder / series.name)
    assert found(from_inside(scene, folder)) & {"rebuilt-copy-missing", "rebuilt-public-copy-damaged"}
    outside = from_outside(scene, folder)
    if series is TRUST_LIST:  # without it a stranger has no key of the log, and can confirm nothing
        assert outside.indication is Indication.INDETERMINATE
    else:
        assert "entry-without-row" in found(outside)


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_the_first_edition_that_is_gone_is_told_inside_and_found_outside(
    scene: Scene, folder: Path, series: Series
) -> None:
    """From inside a folder that was begun later looks the same."""
    files(folder, series)[0].unlink()
    report = from_inside(scene, folder)
    assert found(report) == set()
    assert "rebuilt-copy-begins-later" in {one.name for one in report.findings}
    assert "entry-without-row" in found(from_outside(scene, folder))


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_the_newest_edition_that_is_gone_is_found(scene: Scene, folder: Path, series: Series) -> None:
    files(folder, series)[-1].unlink()
    assert found(from_inside(scene, folder)) & {"rebuilt-copy-missing", "rebuilt-public-copy-damaged"}
    assert "entry-without-row" in found(from_outside(scene, folder))
