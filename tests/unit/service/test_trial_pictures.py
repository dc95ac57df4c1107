"""Pictures of trials: each trial has its own, and they go when it is over; one that nobody knows yet has a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from keys.sm3 import sm3
from service.trial_pictures import UNOPENED, TrialPictures


def named(*octets: bytes) -> dict[str, bytes]:
    return {f"sm3:{sm3(one).hex()}": one for one in octets}


def put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def test_each_trial_has_its_own_and_loses_them_when_it_is_over(tmp_path: Path):
    kept = TrialPictures(tmp_path / "trials")
    (name,) = one = named(b"a picture")
    kept.put_many("aa", one | named(*(bytes([place]) for place in range(9))))
    kept.put_many("bb", one)
    assert kept.finder("aa")(name) == kept.finder("bb")(name) == b"a picture"
    assert kept.finder("cc")(name) is kept.finder("aa")("sm3:" + "0" * 64) is None
    kept.sweep({"aa": False, "bb": True}.__getitem__, at=put_at(tmp_path / "trials" / "bb"))
    assert (kept.finder("aa")(name), kept.finder("bb")(name)) == (None, b"a picture")
    assert [one.name for one in (tmp_path / "trials").iterdir()] == ["bb"]


def test_what_was_changed_on_disk_is_not_given(tmp_path: Path):
    (name,) = one = named(b"a picture")
    TrialPictures(tmp_path).put_many("aa", one)
    (file,) = (path for path in (tmp_path / "aa").rglob("*") if path.is_file())
    file.write_bytes(b"another")
    assert TrialPictures(tmp_path).finder("aa")(name) is None


def test_pictures_of_a_trial_that_nobody_knows_stay_for_a_day(tmp_path: Path):
    kept = TrialPictures(tmp_path)
    (name,) = one = named(b"a picture")
    kept.put_many("aa", one)
    since = put_at(tmp_path / "aa")
    kept.sweep(lambda _number: None, at=since + UNOPENED - timedelta(seconds=1))
    assert kept.finder("aa")(name) == b"a picture"
    kept.sweep(lambda _number: None, at=since + UNOPENED + timedelta(seconds=1))
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_was_put_nothing_is_made(tmp_path: Path):
    kept = TrialPictures(tmp_path / "trials")
    kept.sweep(lambda _number: False, at=datetime(2026, 11, 21, tzinfo=UTC))
    assert not (tmp_path / "trials").exists()
    own = TrialPictures()
    own.sweep(lambda _number: False, at=datetime(2026, 11, 21, tzinfo=UTC))
    (name,) = one = named(b"a picture")
    own.put_many("aa", one)
    assert own.finder("aa")(name) == b"a picture"
