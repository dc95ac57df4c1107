"""Batches of a type whose face has a photograph: the table and its pictures in one ZIP become licences that verify."""

import io
from collections.abc import Iterator, Mapping

import pytest

from issuer.batches.errors import BatchRefused
from issuer.batches.life import Batch, RowState, State
from issuer.batches.sheet import Sheet
from issuer.ports import Blobs
from templates.library import load_bundle
from templates.photo import photo_name, take_photo
from tests.batch_parts import FIRST
from tests.city import City
from tests.photo_parts import CARD, KIND, card, cards, packed, picture, table_of

PLACE = load_bundle(CARD).layout.photos[0]


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def read(city: City, octets: bytes, name: str = "社保卡.zip") -> Sheet:
    return city.yinzheng.batches.read(io.BytesIO(octets), type_code=KIND.code, name=name, mapping={})


def submit(city: City, sheet: Sheet) -> Batch:
    desk, body = city.yinzheng.batches, city.body_code(CARD)
    key = desk.key_for(sheet, type_code=KIND.code, body_code=body)
    return desk.submit(sheet, type_code=KIND.code, body_code=body, name="社保卡.zip", by=FIRST, key=key)


def run(city: City) -> None:
    while city.yinzheng.batches.work("worker", size=3) is not None:
        continue


def made_of(shade: int) -> bytes:
    return take_photo(picture(shade), PLACE.width, PLACE.height)


def kept(city: City, octets: bytes) -> bool:
    return city.yinzheng.batches.desk.office.photo(photo_name(octets)) == octets


def test_each_licence_has_its_own_photograph_on_both_files(city: City) -> None:
    batch = submit(city, read(city, cards(4)))
    assert (batch.state, batch.total) == (State.RUNNING, 4)
    assert all(kept(city, made_of(shade)) for shade in range(1, 5)), "before the submission is acknowledged"
    run(city)
    rows = city.yinzheng.batches.rows(batch, tuple(RowState), limit=10)
    assert [row.state for row in rows] == [RowState.DONE] * 4
    for shade, row in enumerate(rows, start=1):
        entry = city.yinzheng.archive.released(row.identifier or "")
        assert entry is not None
        assert entry.licence.fields["photo"] == photo_name(made_of(shade))
        files = city.yinzheng.files_of(entry)
        assert made_of(shade) in files.ofd
        assert made_of(shade) in files.pdf
        assert city.yinzheng.verify_file(files.ofd).verdict.indication == "PASSED"
        assert city.yinzheng.verify_file(files.pdf).verdict.indication == "PASSED"


def test_a_trial_stores_nothing_and_tells_everything_by_row(city: City) -> None:
    table = table_of("甲.jpg", "乙.jpg", "丙.jpg", first=20, issued_on="2099-01-01")
    sheet = read(city, packed({"表.csv": table, "甲.jpg": picture(71), "乙.jpg": b"x", "丁.jpg": picture(72)}))
    desk, body = city.yinzheng.batches, city.body_code(CARD)
    told = list(desk.try_sheet(sheet, type_code=KIND.code, body_code=body))
    assert [(row, one.reason) for row, one in told] == [
        (2, "in-the-future"),
        (3, "photo-format"),
        (4, "photo-missing"),
    ]
    assert [one.reason for one in sheet.warnings] == ["photo-unused"]
    assert not kept(city, made_of(71))
    with pytest.raises(BatchRefused):
        submit(city, sheet)
    assert not kept(city, made_of(71)), "a table that is refused leaves no photograph behind"
    sound = read(city, cards(3, first=24))
    assert list(desk.try_sheet(sound, type_code=KIND.code, body_code=body)) == []
    assert not kept(city, made_of(24))


def test_a_photograph_that_nobody_has_handed_in_is_told(city: City) -> None:
    unknown = f"sm3:{'2' * 64}"
    sheet = read(city, table_of(unknown, first=30), "社保卡.csv")
    told = city.yinzheng.batches.try_sheet(sheet, type_code=KIND.code, body_code=city.body_code(CARD))
    assert [(row, one.reason, one.place) for row, one in told] == [(2, "no-such-photo", "照片")]


def test_rows_that_were_not_issued_are_handed_in_again_without_their_pictures(city: City) -> None:
    desk = city.yinzheng.batches
    files = {"甲.jpg": picture(81), "乙.jpg": picture(82)}
    taken = card(1, "")["number"]
    table = table_of("甲.jpg", "乙.jpg", first=40).replace(card(41, "")["number"].encode(), taken.encode())
    submit(city, read(city, cards(1)))
    batch = submit(city, read(city, packed({"表.csv": table} | files)))
    run(city)
    (failed,) = desk.rows(batch, [RowState.FAILED], limit=5)
    listed = desk.unissued(batch)
    assert photo_name(made_of(82)) in listed.decode()
    assert failed.failure is not None
    mended = listed.replace(taken.encode(), card(42, "")["number"].encode())
    again = submit(city, read(city, mended, "未签发.csv"))
    run(city)
    (done,) = desk.rows(again, [RowState.DONE], limit=5)
    entry = city.yinzheng.archive.released(done.identifier or "")
    assert entry is not None
    assert made_of(82) in city.yinzheng.files_of(entry).pdf


def test_whoever_was_cut_off_hands_in_the_same_file_and_gets_one_batch(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets, desk = cards(5, first=50), city.yinzheng.batches
    before = len(desk.of_body(city.body_code(CARD)))
    blobs = type(desk.desk.office.blobs)
    put, seen = blobs.put_many, list[int]()

    def once(self: Blobs, files: Mapping[str, bytes]) -> None:
        put(self, files)  # type: ignore[arg-type]  # of whichever class the city has
        seen.append(len(files))
        raise OSError("cut off")

    monkeypatch.setattr("issuer.batches.submitting.MOST_AT_ONCE", 2)
    monkeypatch.setattr(blobs, "put_many", once)
    with pytest.raises(OSError, match="cut off"):
        submit(city, read(city, octets))
    monkeypatch.setattr(blobs, "put_many", put)
    assert (seen, len(desk.of_body(city.body_code(CARD)))) == ([2], before)
    batches = {submit(city, read(city, octets)).number for _ in range(2)}
    assert (len(batches), len(desk.of_body(city.body_code(CARD)))) == (1, before + 1)
    run(city)
    (number,) = batches
    assert desk.counts(desk.find(number, city.body_code(CARD)))[RowState.DONE] == 5
