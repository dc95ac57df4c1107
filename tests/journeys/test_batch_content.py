"""What was approved is what is issued: the digest of a batch covers its rows as they were read, and the worker holds it."""

import io
import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, insert, select, update

from issuer.batches.content import content_of, is_sound
from issuer.batches.errors import BatchNotOpened, NoSuchBatch
from issuer.batches.life import Batch, RowState, State
from issuer.batches.reading import read_sheet
from issuer.batches.sheet import Ending
from issuer.batches.store.tables import batches, rows
from keys.sm3 import sm3
from service.batches import trouble_of
from templates.library import load_bundle
from tests.batch_parts import FIRST, SECOND, approve, members, sheet_of, table
from tests.city import City

TWO = "real-estate-certificate"
KIND = load_bundle(TWO).type


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def submit(city: City, *numbers: int, key: str) -> Batch:
    return city.yinzheng.batches.submit(
        sheet_of([members(number, bundle=TWO) for number in numbers]),
        type_code=KIND.code,
        body_code=city.body_code(TWO),
        name="表.csv",
        by=FIRST,
        key=key,
    )


def run(city: City, size: int = 100) -> None:
    while city.yinzheng.batches.work("worker", size=size) is not None:
        continue


def now(city: City, batch: Batch) -> Batch:
    return city.yinzheng.batches.find(batch.number, batch.body_code)


def done(city: City, batch: Batch) -> int:
    return city.yinzheng.batches.counts(batch)[RowState.DONE]


def renamed(connection: Connection, batch: Batch) -> None:
    """Another holder in one row."""
    mine = rows.c.number == batch.number, rows.c.row == 3
    told = json.loads(connection.execute(select(rows.c.members).where(*mine)).scalar_one())
    told["holders"][0]["name"] = "冒名有限公司"
    connection.execute(update(rows).where(*mine).values(members=json.dumps(told)))


def added(connection: Connection, batch: Batch) -> None:
    """A row that nobody handed in."""
    told = json.dumps(members(9999, bundle=TWO))
    connection.execute(insert(rows).values(number=batch.number, row=99, members=told, digest="0" * 64, state="waiting"))


def taken_away(connection: Connection, batch: Batch) -> None:
    connection.execute(rows.delete().where(rows.c.number == batch.number, rows.c.row == 3))


def moved(connection: Connection, batch: Batch) -> None:
    """A row under another number, which would be another key."""
    connection.execute(update(rows).where(rows.c.number == batch.number, rows.c.row == 3).values(row=5))


def unbound(connection: Connection, batch: Batch) -> None:
    """The digests in between rewritten, and not the one that was approved."""
    connection.execute(update(batches).where(batches.c.number == batch.number).values(pieces="[]"))


def of_another_face(connection: Connection, batch: Batch) -> None:
    """A digest that was of another table."""
    connection.execute(update(batches).where(batches.c.number == batch.number).values(digest="sm3:" + "0" * 64))


CHANGES: list[Callable[[Connection, Batch], None]] = [renamed, added, taken_away, moved, unbound, of_another_face]


@pytest.mark.parametrize("change", CHANGES)
def test_rows_that_were_changed_after_the_approval_are_not_issued(
    city: City, change: Callable[[Connection, Batch], None]
) -> None:
    first = 10 * CHANGES.index(change)
    batch = submit(city, first + 1, first + 2, first + 3, key=change.__name__)
    approve(city.yinzheng, batch)
    with city.engine.begin() as connection:
        change(connection, batch)
    run(city)
    held = now(city, batch)
    assert (held.state, held.trouble, done(city, batch)) == (State.PAUSED, "content-changed", 0)
    assert "改动" in trouble_of(held)
    city.yinzheng.batches.cancel(held, by=FIRST)


def test_a_change_in_the_middle_of_a_batch_is_seen_by_the_next_chunk(city: City) -> None:
    batch = submit(city, *range(101, 105), key="middle")
    approve(city.yinzheng, batch)
    city.yinzheng.batches.work("worker", size=1)
    with city.engine.begin() as connection:
        renamed(connection, batch)
    run(city, size=1)
    assert (now(city, batch).trouble, done(city, batch)) == ("content-changed", 1)
    city.yinzheng.batches.cancel(now(city, batch), by=FIRST)


@pytest.mark.parametrize("size", [1, 7, 100, 250])
def test_rows_are_issued_whatever_the_chunks(city: City, size: int) -> None:
    """Chunks that begin and end anywhere among the pieces of the digest."""
    book, first = city.yinzheng.archive.batches, 1000 * size
    batch = submit(city, *range(first, first + 230), key=f"size {size}")
    approve(city.yinzheng, batch)
    while (taken := book.lease("w", at=city.clock(), until=city.clock(), size=size)) is not None:
        assert is_sound(book, *taken)
        book.issued(batch.number, [(row.number, f"id-{row.number}") for row in taken[1]])
    assert done(city, batch) == 230
    run(city)


def test_a_digest_can_be_had_again_from_the_file(city: City) -> None:
    octets = table(3, first=7000, bundle=TWO)
    sheet = read_sheet(io.BytesIO(octets), name="表.csv", kind=KIND)
    desk = city.yinzheng.batches
    batch = desk.submit(sheet, type_code=KIND.code, body_code=city.body_code(TWO), name="", by=FIRST, key="file")
    assert desk.digest_of(sheet, batch) == batch.digest
    other = read_sheet(io.BytesIO(table(3, first=7001, bundle=TWO)), name="表.csv", kind=KIND)
    assert desk.digest_of(other, batch) != batch.digest


def test_the_digest_is_what_the_documentation_says() -> None:
    made = content_of([(2, {"b": "乙", "a": "甲"}), (4, {})], type_code="T", body_code="B", template="t/1")
    leaves = sm3(b'2\n{"a":"\\u7532","b":"\\u4e59"}') + sm3(b"4\n{}")
    head = b'["B","T","t/1",2]\n'
    assert made.digest == "sm3:" + sm3(head + sm3(leaves)).hex()


def test_a_table_that_is_handed_in_again_is_the_same_batch_under_another_face(city: City) -> None:
    batch = submit(city, 8001, key="again")
    with city.engine.begin() as connection:
        before = content_of(
            [(2, members(8001, bundle=TWO))], type_code=KIND.code, body_code=batch.body_code, template="older/1"
        )
        changed = update(batches).where(batches.c.number == batch.number)
        connection.execute(changed.values(template="older/1", digest=before.digest))
    assert submit(city, 8001, key="again").number == batch.number
    city.yinzheng.batches.cancel(now(city, batch), by=SECOND)


def test_whoever_approves_has_opened_the_rows_and_a_face(city: City) -> None:
    desk, batch = city.yinzheng.batches, submit(city, 9001, 9002, 9003, key="opened")

    def refused() -> tuple[str, ...]:
        with pytest.raises(BatchNotOpened) as error:
            desk.approve(batch, digest=batch.digest, by=SECOND)
        return error.value.parts

    assert refused() == ("rows", "faces")
    opened = desk.open_rows(batch, by=SECOND, limit=2)
    assert ([row.number for row in opened.rows], opened.first, opened.last) == ([2, 3], 2, 4)
    assert opened.rows[0].members["number"] == "PL00009001"
    assert refused() == ("faces",)
    desk.open_face(batch, 2, by=FIRST)
    assert refused() == ("faces",)
    assert desk.open_face(batch, 4, by=SECOND).startswith(b"%PDF")
    desk.open_face(batch, 4, by=SECOND)
    with pytest.raises(NoSuchBatch):
        desk.open_face(batch, 5, by=SECOND)
    assert desk.approve(batch, digest=batch.digest, by=SECOND).state is State.RUNNING
    assert desk.events(batch)[-1].note == batch.digest
    run(city)
    assert done(city, batch) == 3


def test_rows_are_found_by_what_stands_in_them(city: City) -> None:
    desk = city.yinzheng.batches
    given = [members(9100 + place, bundle=TWO) for place in range(4)]
    given[2]["holders"] = [{**given[2]["holders"][0], "name": "欧阳一百%_\\"}]
    batch = desk.submit(
        sheet_of(given), type_code=KIND.code, body_code=city.body_code(TWO), name="", by=FIRST, key="found"
    )

    def found(words: str, **more: int) -> list[int]:
        return [row.number for row in desk.open_rows(batch, by=SECOND, words=words, **more).rows]

    assert (found("欧阳"), found("100%_"), found("百%_\\"), found("pl0000910"), found("holders")) == (
        [4],
        [],
        [4],
        [2, 3, 4, 5],
        [],
    )
    assert (found("PL0000910", limit=2), found("PL0000910", limit=2, after=3)) == ([2, 3], [4, 5])
    desk.cancel(batch, by=FIRST)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_table_that_is_taken_along_has_the_digest_of_the_batch(city: City, ending: Ending) -> None:
    lines = table(3, first=9200, bundle=TWO).splitlines(keepends=True)
    gaps = b"".join([lines[0], b"\r\n", lines[1], b"\r\n\r\n", *lines[2:]])
    sheet = read_sheet(io.BytesIO(gaps), name="a.csv", kind=KIND)
    assert [row.number for row in sheet.rows] == [3, 6, 7]
    desk = city.yinzheng.batches
    batch = desk.submit(
        sheet, type_code=KIND.code, body_code=city.body_code(TWO), name="", by=FIRST, key=f"along {ending}"
    )
    octets = b"".join(desk.table(batch, ending))
    again = read_sheet(io.BytesIO(octets), name=f"a.{ending}", kind=KIND)
    assert desk.digest_of(again, batch) == batch.digest
    desk.cancel(batch, by=FIRST)


def test_how_headers_were_read_is_kept(city: City) -> None:
    octets = table(1, first=9300, bundle=TWO).replace("证照编号".encode(), "许可证号".encode())
    octets = octets.replace(b"\r\n", ",备注\r\n".encode(), 1)
    sheet = read_sheet(io.BytesIO(octets), name="a.csv", kind=KIND, mapping={"许可证号": "number", "备注": ""})
    desk = city.yinzheng.batches
    batch = desk.submit(sheet, type_code=KIND.code, body_code=city.body_code(TWO), name="", by=FIRST, key="headers")
    told = dict(desk.find(batch.number, batch.body_code).headers)
    assert (told["许可证号"], told["备注"], told["持证主体"]) == ("证照编号", "", "持证主体")
    desk.cancel(batch, by=FIRST)


def test_a_table_that_is_read_in_another_way_has_a_key_of_its_own(city: City) -> None:
    octets = table(1, first=9400, bundle=TWO).replace("证照编号".encode(), "许可证号".encode())
    octets = octets.replace(b"\r\n", ",备注\r\n".encode(), 1)
    desk, body = city.yinzheng.batches, city.body_code(TWO)

    def key_of(mapping: dict[str, str]) -> str:
        sheet = read_sheet(io.BytesIO(octets), name="a.csv", kind=KIND, mapping=mapping)
        return desk.key_for(sheet, type_code=KIND.code, body_code=body)

    plain = {"许可证号": "number", "备注": ""}
    assert key_of(plain) == key_of(plain) != key_of(plain | {"许可证号": ""})
