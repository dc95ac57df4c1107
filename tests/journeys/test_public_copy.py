"""The public folder against the database: what is behind, set back or spoilt in either is put right or refused."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from issuer.issuing import Issued
from service.public_folder import TRUST_LIST, PublicFolder, Series, bitstring, revocation_list, status_list
from service.wiring import Yinzheng
from tests.city import copy_of
from tests.journey_parts import number
from tests.public_parts import current, listed, published_city, with_folder
from trust.errors import Conflict
from trust.rules.standing import ActKind

BY, SECOND = "运维甲", "运维乙"
LIST = status_list(0)
POINTERS = (
    "status/0/current",
    "status/0/bitstring/current",
    "crl/root/current",
    "crl/issuing/current",
    "trust-list/current",
)


class Story:
    """A licence was revoked, and `before` is the database as it was before that."""

    def __init__(self, folder: Path) -> None:
        self.public = folder
        self.city = published_city(folder)
        self.issued: Issued = self.city.issue(number=number())
        self.later(2)
        self.before: Engine = copy_of(self.city.engine)
        self.old = {name: (folder / name).read_bytes() for name in (*POINTERS, "status/0/latest.cwt")}
        self.city.clock.forward(seconds=2)
        self.city.act(ActKind.REVOKE, self.issued, "penalty")
        self.later(2)

    def later(self, seconds: int) -> None:
        self.city.clock.forward(seconds=seconds)
        self.city.yinzheng.publisher.refresh(self.city.clock())

    def set_back(self, folder: Path | None = None) -> Yinzheng:
        """The installation as it is when the older database was put back."""
        return with_folder(self.city, folder or self.public, copy_of(self.before))

    def value(self, octets: bytes) -> int:
        return listed(octets).value(self.issued.entry.licence.status.index)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path / "public")
    assert made.value(current(made.public, LIST)) == 1
    yield made
    made.before.dispose()
    made.city.close()


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


# --- an older database -----------------------------------------------------------------------------------------------


def no_pointers(story: Story) -> None:
    for name in (*POINTERS, "log/checkpoint"):
        (story.public / name).unlink()


def one_pointer(story: Story) -> None:
    (story.public / "status/0/current").unlink()


def older_pointers(story: Story) -> None:
    for name, octets in story.old.items():
        (story.public / name).write_bytes(octets)


def spoilt_pointer(story: Story) -> None:
    (story.public / "status/0/current").write_bytes(b"{}")


@pytest.mark.parametrize("cut_off", [no_pointers, one_pointer, older_pointers, spoilt_pointer])
def test_an_older_database_is_refused_however_the_pointers_are(story: Story, cut_off: Callable[[Story], None]) -> None:
    cut_off(story)
    before, back = files(story.public), story.set_back()
    story.city.clock.forward(seconds=5)
    with pytest.raises(Conflict, match="database-behind"):
        back.publisher.refresh(story.city.clock())
    with pytest.raises(Conflict, match="database-behind"):
        back.publisher.ready()
    assert files(story.public) == before


@pytest.mark.parametrize("cut_off", [one_pointer, older_pointers, spoilt_pointer])
def test_nothing_is_restored_from_a_public_folder_that_was_cut_off(
    story: Story, cut_off: Callable[[Story], None]
) -> None:
    cut_off(story)
    before, back = files(story.public), story.set_back()
    with pytest.raises(Conflict, match="public-copy-damaged"):
        back.take_up_published(BY, SECOND)
    assert back.archive.epochs.unsettled() is not None
    assert files(story.public) == before


def test_without_its_pointers_the_log_is_known_by_its_tiles(story: Story) -> None:
    no_pointers(story)
    with pytest.raises(Conflict, match=r"database-behind.*log: "):
        story.set_back().publisher.ready()
    with pytest.raises(Conflict, match="public-copy"):
        story.set_back().take_up_published(BY, SECOND)


def test_a_rubbish_edition_above_all_is_damage_and_no_edition(story: Story) -> None:
    (story.public / "status/0/99.cwt").write_bytes(b"rubbish")
    with pytest.raises(Conflict, match="public-copy-damaged"):
        with_folder(story.city, story.public).publisher.ready()


# --- a whole database ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", ["running", "new"])
@pytest.mark.parametrize("spoilt", [no_pointers, one_pointer, older_pointers, spoilt_pointer])
def test_pointers_are_put_right_from_a_whole_database(
    story: Story, spoilt: Callable[[Story], None], process: str
) -> None:
    before = files(story.public)
    spoilt(story)
    story.city.clock.forward(seconds=1)
    one = story.city.yinzheng if process == "running" else with_folder(story.city, story.public)
    one.publisher.refresh(story.city.clock())
    assert files(story.public) == before
    served = one.public_lists.current(0)
    assert served is not None
    assert story.value(served.octets) == 1


@pytest.mark.parametrize("octets", [b"rubbish", None])
@pytest.mark.parametrize(
    "series", [LIST, bitstring(0), revocation_list("root"), revocation_list("issuing"), TRUST_LIST]
)
def test_latest_is_put_right(story: Story, series: Series, octets: bytes | None) -> None:
    path = story.public / series.name / f"latest{series.suffix}"
    whole = path.read_bytes()
    path.unlink()
    if octets is not None:
        path.write_bytes(octets)
    story.later(1)
    assert path.read_bytes() == whole == current(story.public, series)


def test_a_checkpoint_that_was_set_back_is_put_right(story: Story) -> None:
    path = story.public / "log/checkpoint"
    older = path.read_bytes()
    story.later(7_200)
    newest = path.read_bytes()
    path.write_bytes(older)
    story.later(1)
    assert path.read_bytes() == newest != older


def test_the_newest_edition_that_was_deleted_comes_back(story: Story) -> None:
    newest = PublicFolder(story.public).newest(LIST)
    assert newest is not None
    path = story.public / f"status/0/{newest.number}.cwt"
    path.unlink()
    story.later(1)
    assert path.read_bytes() == newest.octets


def test_an_edition_that_another_one_may_not_follow_is_not_put_behind_it(story: Story, tmp_path: Path) -> None:
    """Whoever writes a stranger's edition there, with a lower number than ours is going to have."""
    from service.mirroring import Mirror

    copy = tmp_path / "other"
    shutil.copytree(story.public, copy)
    mirror = Mirror(story.set_back(copy).archive, PublicFolder(copy))
    old = (story.public / "status/0/1.cwt").read_bytes()
    with pytest.raises(Conflict, match=r"would-un-revoke|number-not-greater"):
        mirror._show(LIST, 77, old)
    assert not (copy / "status/0/77.cwt").exists()
