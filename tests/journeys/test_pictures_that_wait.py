"""Pictures of a long table: nothing decodes them where it comes in; the worker does, row by row, and may be killed there.

A table counts as long here with more than two pictures.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any

import pytest

from issuer.batches.errors import BatchRefused, PhotographsBusy
from issuer.batches.examining import cell_of, file_name_in, picture_in
from issuer.batches.life import Batch, RowState, State
from issuer.batches.running import STRIKES, run_chunk
from issuer.batches.sheet import Sheet
from service import photograph_series
from service.batches import trouble_of
from service.blobs import BlobMissing
from service.restoring.comparing import compare
from templates.library import load_bundle
from templates.photo import photo_name, take_photo
from tests.batch_parts import FIRST
from tests.city import City, MemoryBlobs
from tests.journey_parts import Exchanged
from tests.photo_parts import CARD, KIND, cards, packed, picture, table_of

PLACE = load_bundle(CARD).layout.photos[0]
BAD = {"小.jpg": picture(size=(90, 110)), "横.jpg": picture(size=(640, 480)), "断.jpg": picture(9)[:2000]}


class _CutError(Exception):
    """The process ends here."""


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.batches.picturing.AT_ONCE", 2)


def read(city: City, octets: bytes, name: str = "社保卡.zip") -> Sheet:
    return city.yinzheng.batches.read(io.BytesIO(octets), type_code=KIND.code, name=name, mapping={})


def submit(city: City, sheet: Sheet, key: str = "") -> Batch:
    desk, body = city.yinzheng.batches, city.body_code(CARD)
    key = key or desk.key_for(sheet, type_code=KIND.code, body_code=body)
    return desk.submit(sheet, type_code=KIND.code, body_code=body, name="社保卡.zip", by=FIRST, key=key)


def open_trial(city: City, sheet: Sheet) -> Batch:
    body = city.body_code(CARD)
    return city.yinzheng.batches.open_trial(sheet, type_code=KIND.code, body_code=body, name="社保卡.zip", by=FIRST)


def run(city: City) -> None:
    while city.yinzheng.batches.work("worker", size=3) is not None:
        continue


def stored(city: City) -> set[str]:
    assert isinstance(city.blobs, MemoryBlobs)
    return set(city.blobs.octets)


def cells(sheet: Sheet) -> list[str]:
    return [row.members["fields"]["photo"] for row in sheet.rows]  # type: ignore[index]  # members of an application


def reasons(city: City, batch: Batch) -> list[tuple[int, str]]:
    failed = city.yinzheng.batches.rows(batch, [RowState.FAILED], limit=9)
    return [(row.number, row.failure.reason) for row in failed if row.failure]


def made_of(shade: int) -> bytes:
    return take_photo(picture(shade), PLACE.width, PLACE.height)


@contextmanager
def nobody(*_: object) -> Iterator[Any]:
    """Whoever takes pictures apart where none may be."""

    def take(octets: bytes, field: str) -> bytes:
        raise AssertionError((len(octets), field))

    yield take


def test_a_long_table_is_read_without_decoding_anything(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.batches.taking", nobody)
    sheet = read(city, cards(3))
    digests = [photo_name(picture(shade)) for shade in (1, 2, 3)]
    assert (sheet.pictures_wait, sheet.problems) == (True, ())
    assert cells(sheet) == [cell_of(one, f"照片{place}.jpg") for place, one in enumerate(digests, start=1)]
    assert dict(sheet.photographs) == {one: picture(place) for place, one in enumerate(digests, start=1)}
    bad = packed({"表.csv": table_of("无", "文.jpg", "空.jpg"), "文.jpg": b"%PDF", "空.jpg": b"", "多.jpg": picture()})
    assert [one.reason for one in read(city, bad).problems] == ["photo-missing", "photo-format", "photo-octets"]
    assert [one.reason for one in read(city, bad).warnings] == ["photo-unused"]


def test_a_few_pictures_are_examined_at_once_as_ever(city: City) -> None:
    sheet = read(city, cards(2))
    assert (sheet.pictures_wait, cells(sheet)) == (False, [photo_name(made_of(shade)) for shade in (1, 2)])


def test_the_worker_examines_them_and_what_will_not_do_is_told_by_row(city: City) -> None:
    table = table_of("甲.jpg", *BAD, "乙", first=100)
    octets = packed({"表.csv": table, "甲.jpg": picture(11), "乙.jpg": picture(12)} | BAD)
    sheet, desk = read(city, octets), city.yinzheng.batches
    batch = submit(city, sheet)
    assert {photo_name(picture(11)), *map(photo_name, BAD.values())} <= stored(city), "before it is acknowledged"
    assert photo_name(made_of(11)) not in stored(city)
    lost = city.blobs.octets.pop(photo_name(picture(12)))
    assert [one.digest for one in compare(city.yinzheng.archive.engine, city.blobs).first] == [photo_name(lost)]
    assert city.yinzheng.mend_files([lost]) == [photo_name(lost)]
    assert desk.digest_of(read(city, octets), batch) == batch.digest
    assert b"%PDF" in desk.open_face(batch, 2, by=FIRST)[:10]
    run(city)
    assert reasons(city, batch) == [(3, "photo-dots"), (4, "photo-shape"), (5, "photo-format")]
    for row, shade in zip(desk.rows(batch, [RowState.DONE], limit=9), (11, 12), strict=True):
        entry = city.yinzheng.archive.released(row.identifier or "")
        assert entry is not None
        assert entry.licence.fields["photo"] == photo_name(made_of(shade))
        assert made_of(shade) in city.yinzheng.files_of(entry).pdf
    listed = desk.unissued(batch)
    assert "照片太小或太大" in listed.decode()
    again = packed({"未签发.csv": listed} | {name: picture(20 + place) for place, name in enumerate(BAD)})
    mended = submit(city, read(city, again))
    run(city)
    assert desk.counts(mended)[RowState.DONE] == 3


def test_what_waited_is_handed_in_again_with_its_pictures(city: City) -> None:
    table = table_of("甲.jpg", "乙.jpg", "丙.jpg", first=120).replace(b"PL00000121", b"PL00000120")
    files = {"甲.jpg": picture(31), "乙.jpg": picture(32), "丙.jpg": picture(33)}
    batch, desk = submit(city, read(city, packed({"表.csv": table} | files))), city.yinzheng.batches
    run(city)
    ((row, reason),) = reasons(city, batch)
    assert (row, reason) == (3, "duplicate-number")
    mended = desk.unissued(batch).replace(b"PL00000120", b"PL00000124")
    sheet = read(city, mended, "未签发.csv")
    assert [file_name_in(one) for one in cells(sheet)] == ["乙.jpg"]
    with pytest.raises(BatchRefused):
        submit(city, sheet)
    again = submit(city, read(city, packed({"未签发.csv": mended, "乙.jpg": picture(32)})))
    run(city)
    (done,) = desk.rows(again, [RowState.DONE], limit=9)
    entry = city.yinzheng.archive.released(done.identifier or "")
    assert entry is not None
    assert entry.licence.fields["photo"] == photo_name(made_of(32))


def test_what_had_begun_keeps_its_photograph_and_nothing_is_decoded_again(city: City) -> None:
    batch, desk = submit(city, read(city, cards(3, first=140))), city.yinzheng.batches.desk

    def cut(*_: object) -> None:
        raise _CutError

    broken = replace(desk.office, register=Exchanged(desk.office.register, plan_many=cut))
    with pytest.raises(_CutError):
        run_chunk(replace(desk, office=broken), "killed", now=city.clock)
    city.clock.forward(minutes=3)
    worked = run_chunk(replace(desk, take_for=nobody), "another", now=city.clock)
    assert worked is not None
    assert (worked.issued, worked.failed) == (3, 0)
    run(city)
    assert city.yinzheng.batches.find(batch.number, batch.body_code).state is State.DONE


@pytest.mark.parametrize("opening", [submit, open_trial])
def test_too_many_at_it_are_no_fault_of_a_row(
    city: City, monkeypatch: pytest.MonkeyPatch, opening: Callable[[City, Sheet], Batch]
) -> None:
    batch, desk = opening(city, read(city, cards(3, first=210 if opening is submit else 220))), city.yinzheng.batches
    with monkeypatch.context() as busy:
        busy.setattr(photograph_series, "PATIENCE_S", 0.01)
        busy.setattr(photograph_series, "TURNS", BoundedSemaphore(1))
        photograph_series.TURNS.acquire()
        with pytest.raises(PhotographsBusy):
            desk.work("worker")
    assert desk.counts(batch)[RowState.WAITING] == 3
    city.clock.forward(minutes=3)
    run(city)
    assert desk.counts(batch)[RowState.DONE if opening is submit else RowState.SOUND] == 3


def test_a_trial_examines_them_too_and_leaves_none_behind(city: City) -> None:
    table = table_of("甲.jpg", "小.jpg", "断.jpg", first=160)
    octets, before = packed({"表.csv": table, "甲.jpg": picture(41)} | BAD), stored(city)
    desk, aside = city.yinzheng.batches, city.yinzheng.batches.desk.aside
    trial = open_trial(city, read(city, octets))
    assert aside.finder(trial.number)(photo_name(picture(41))) == picture(41)
    assert desk.work("killed", size=1) is not None
    run(city)
    assert reasons(city, trial) == [(3, "photo-dots"), (4, "photo-format")]
    assert desk.find(trial.number, trial.body_code).state is State.TRIED
    assert "小.jpg" in desk.unissued(trial).decode()
    run(city)
    assert aside.finder(trial.number)(photo_name(picture(41))) is None
    assert stored(city) == before


def test_a_trial_that_is_discarded_takes_its_pictures_along(city: City) -> None:
    desk, aside = city.yinzheng.batches, city.yinzheng.batches.desk.aside
    gone, kept = (open_trial(city, read(city, cards(3, first=first))) for first in (170, 180))
    desk.discard(gone, by=FIRST)
    desk.work("worker", size=1)
    assert aside.finder(gone.number)(photo_name(picture(170))) is None
    assert aside.finder(kept.number)(photo_name(picture(180))) == picture(180)
    run(city)


def test_a_picture_that_nobody_has_handed_in_is_told(city: City) -> None:
    cell = cell_of("sm3:" + "2" * 64, "甲.jpg")
    sheet = read(city, table_of(cell, first=190), "社保卡.csv")
    assert (cells(sheet), picture_in(cell)) == ([cell], "sm3:" + "2" * 64)
    told = city.yinzheng.batches.try_sheet(sheet, type_code=KIND.code, body_code=city.body_code(CARD))
    assert [(row, one.reason, one.place) for row, one in told] == [(2, "photo-needs-zip", "照片")]
    with pytest.raises(BatchRefused) as refused:
        submit(city, sheet)
    assert refused.value.problems == (("rows.2.照片", "photo-needs-zip"),)


def test_a_picture_that_somebody_else_has_handed_in_is_nobody_elses(city: City) -> None:
    cell, desk = cell_of(city.blobs.put(picture(250)), "甲.jpg"), city.yinzheng.batches
    sheet = read(city, table_of(cell, first=191), "社保卡.csv")
    told = list(desk.try_sheet(sheet, type_code=KIND.code, body_code=city.body_code(CARD)))
    assert [(row, one.reason, one.place) for row, one in told] == [(2, "photo-needs-zip", "照片")]
    with pytest.raises(BatchRefused, match="photo-needs-zip"):
        submit(city, sheet)
    trial = open_trial(city, sheet)
    assert reasons(city, trial) == [(2, "photo-needs-zip")]
    run(city)
    octets = packed({"表.csv": table_of(cell, first=191)} | {f"{shade}.jpg": picture(shade) for shade in (1, 2, 3)})
    assert [one.reason for one in read(city, octets).problems] == ["photo-missing"]


def test_what_is_put_over_the_zip_between_reading_and_handing_in_is_not_taken(city: City) -> None:
    file = io.BytesIO(cards(3, first=195))
    sheet = city.yinzheng.batches.read(file, type_code=KIND.code, name="社保卡.zip", mapping={})
    names = [file_name_in(one) for one in cells(sheet)]
    other = packed({"社保卡.csv": b"x"} | {name: picture(240) for name in names})
    file.seek(0)
    file.write(other)
    with pytest.raises(BatchRefused, match="zip-changed"):
        submit(city, sheet)


def test_a_trial_whose_pictures_are_gone_says_so(city: City) -> None:
    desk, trial = city.yinzheng.batches, open_trial(city, read(city, cards(3, first=230)))
    desk.desk.aside.sweep(lambda number: number != trial.number, at=city.clock())  # as after a restore
    run(city)
    ended = desk.find(trial.number, trial.body_code)
    assert (ended.state, ended.trouble) == (State.TRIED, "pictures-lost")
    assert "没有错，请重新提交" in trouble_of(ended)
    assert reasons(city, ended) == []


def test_a_picture_that_was_lost_is_no_fault_of_its_row(city: City) -> None:
    batch, desk = submit(city, read(city, cards(3, first=200))), city.yinzheng.batches
    lost = city.blobs.octets.pop(photo_name(picture(201)))
    for _ in range(STRIKES):
        with pytest.raises(BlobMissing):
            desk.work("worker")
        city.clock.forward(minutes=3)
    held = desk.find(batch.number, batch.body_code)
    assert (held.state, desk.counts(held)[RowState.WAITING]) == (State.PAUSED, 3)
    assert city.yinzheng.mend_files([lost]) == [photo_name(lost)]
    desk.resume(held, by=FIRST)
    run(city)
    assert desk.counts(batch)[RowState.DONE] == 3
