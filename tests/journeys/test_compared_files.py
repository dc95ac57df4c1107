"""Every file that rows name is compared and put back: also faces, originals and photographs of what waits."""

from collections.abc import Callable

import pytest

from service.restoring.comparing import Compared, compare
from templates.library import FOLDER, SAMPLE
from templates.packing import named_in
from tests.applying_parts import Hall
from tests.batch_parts import FIRST, members, sheet_of
from tests.city import City, MemoryBlobs
from tests.journey_parts import number
from tests.photo_parts import CARD, card, picture


def blobs_of(city: City) -> MemoryBlobs:
    blobs = city.yinzheng.office.blobs
    assert isinstance(blobs, MemoryBlobs)
    return blobs


def compared(city: City) -> Compared:
    return compare(city.engine, blobs_of(city))


def layout(city: City) -> str:
    return min(one for one, octets in blobs_of(city).octets.items() if b'"format":"yinzheng-bundle/1"' in octets)


def sample(city: City) -> str:
    octets = (FOLDER / "business-licence" / SAMPLE).read_bytes()
    return next(name for name, one in blobs_of(city).octets.items() if one == octets)


def face_file(city: City) -> str:
    return min(named_in(blobs_of(city).octets[layout(city)]).values())


def original(city: City) -> str:
    name = blobs_of(city).put(b"%PDF the file of a licence of another library")
    Hall(city).draft(original=name)
    return name


def photograph_applied_for(city: City) -> str:
    name = blobs_of(city).put(picture(1))
    Hall(city).draft(fields={"photo": name})
    return name


def photograph_of_a_row(city: City) -> str:
    name = blobs_of(city).put(picture(2))
    city.yinzheng.batches.submit(
        sheet_of([card(1, name)]),
        type_code=type_of(city),
        body_code=city.body_code(CARD),
        name="t.csv",
        by=FIRST,
        key="waits",
    )
    return name


def photograph_of_a_licence(city: City) -> str:
    issued = city.issue(CARD, number=number())
    return issued.entry.licence.fields["photo"]


def type_of(city: City) -> str:
    return city.application(CARD).type_code


NAMED = (layout, face_file, sample, original, photograph_applied_for, photograph_of_a_row, photograph_of_a_licence)


@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("damaged", [False, True])
def test_what_rows_name_is_missed_and_put_back(city: City, named: Callable[[City], str], damaged: bool) -> None:
    digest, held = named(city), blobs_of(city).octets
    whole, octets = compared(city), held.pop(digest)
    assert whole.lost == 0
    if damaged:
        held[digest] = octets[:-1]
    found = compared(city)
    assert {(one.digest, one.damaged) for one in found.first} == {(digest, damaged)}
    assert city.yinzheng.mend_files([b"else", picture(99), octets]) == [digest]
    assert compared(city) == whole


def test_a_layout_and_its_files_come_back_together(city: City) -> None:
    held = blobs_of(city).octets
    names = [layout(city), face_file(city)]
    octets = [held.pop(one) for one in names]
    assert {one.digest for one in compared(city).first} == {names[0]}  # nobody knows what else it named
    assert sorted(city.yinzheng.mend_files(octets[::-1])) == sorted(names)
    assert compared(city).lost == 0


def test_what_nothing_names_any_more_is_not_looked_for(city: City) -> None:
    name = blobs_of(city).put(picture(3))
    desk = city.yinzheng.batches
    batch = desk.submit(
        sheet_of([members(1) | {"fields": {"photo": name}}]),
        type_code=city.application("business-licence").type_code,
        body_code=city.body_code("business-licence"),
        name="t.csv",
        by=FIRST,
        key="cancelled",
    )
    desk.cancel(batch, by=FIRST)
    octets = blobs_of(city).octets.pop(name)
    assert compared(city).lost == 0
    assert city.yinzheng.mend_files([octets]) == []
