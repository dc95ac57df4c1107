"""ZIP files with a table and pictures: what is taken, what names mean, and what is refused before it is expanded."""

import io
import struct
import zipfile
import zlib

import pytest

from issuer.batches import zip_directory, zipped
from issuer.batches.sheet import SheetError
from issuer.batches.xlsx_package import GROWTH_FROM
from issuer.batches.zipped import Zipped
from tests.photo_parts import packed, picture

TABLE = {"表.csv": b"a,b\r\n1,2\r\n"}


def opened(octets: bytes) -> Zipped:
    found = zipped.zipped(io.BytesIO(octets))
    assert found is not None
    return found


def refused(octets: bytes) -> str:
    with pytest.raises(SheetError) as caught:
        opened(octets)
    return caught.value.reason


def test_table_and_pictures_are_found_by_name():
    archive = opened(packed(TABLE | {"张三.JPG": b"one", "李四.png": b"two", "李四.jpg": b"three"}))
    with archive.table() as table:
        assert (archive.table_name, table.seek(0), table.read()) == ("表.csv", 0, TABLE["表.csv"])
    assert [archive.read(name, 100) for name in archive.find(" 张三.jpg ")] == [b"one"]
    assert [archive.read(name, 100) for name in archive.find("张三")] == [b"one"], "an ending that is not shown"
    assert archive.find("李四") == ("李四.png", "李四.jpg")
    assert archive.find("王五.jpg") == ()
    assert archive.read("张三.jpg", 2) == b"one", "one octet more than the bound tells that there is more"
    assert archive.others({"张三.jpg"}) == ["李四.png", "李四.jpg"]


def renamed(octets: bytes, old: bytes, new: bytes) -> bytes:
    """The same file with other names in its headers, and without the mark of UTF-8."""
    assert len(old) == len(new)
    changed = bytearray(octets.replace(old, new))
    place = -1
    while (place := changed.find(b"PK", place + 1)) >= 0:
        if changed[place : place + 4] in (b"PK\3\4", b"PK\1\2"):
            flags = place + (6 if changed[place + 2] == 3 else 8)
            changed[flags + 1] &= 0xF7
    return bytes(changed)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_names_without_the_mark_are_those_of_the_system_that_packed_them(codec: str):
    name = "张三".encode(codec)
    octets = packed({"table.csv": b"a", "x" * len(name) + ".jpg": b"one"})
    archive = opened(renamed(octets, b"x" * len(name), name))
    assert [archive.read(one, 9) for one in archive.find("张三.jpg")] == [b"one"]


def test_a_name_in_a_field_of_its_own_counts_where_it_belongs_to_the_plain_one():
    def with_path(checked: bytes) -> bytes:
        held, told = io.BytesIO(), "𠮷野.jpg".encode()
        entry = zipfile.ZipInfo("__.jpg")
        field = b"\x01" + struct.pack("<I", zlib.crc32(checked)) + told
        entry.extra = struct.pack("<2H", 0x7075, len(field)) + field
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("table.csv", b"a")
            archive.writestr(entry, b"one")
        return held.getvalue()

    assert opened(with_path(b"__.jpg")).find("𠮷野.jpg")
    assert opened(with_path(b"other.jpg")).find("__.jpg")


HOSTILE = {
    "no table": ({"a.jpg": b"x"}, "zip-no-table"),
    "two tables": (TABLE | {"b.xlsx": b"x"}, "zip-several-tables"),
    "a folder": (TABLE | {"照片/": b""}, "zip-folder"),
    "a path": (TABLE | {"照片/a.jpg": b"x"}, "zip-folder"),
    "a way out": (TABLE | {"../a.jpg": b"x"}, "zip-folder"),
    "a path of Windows": (TABLE | {"照片\\a.jpg": b"x"}, "zip-folder"),
    "another file": (TABLE | {"readme.txt": b"x"}, "zip-other"),
    "a file without an ending": (TABLE | {"Thumbs": b"x"}, "zip-other"),
    "two names that read alike": (TABLE | {"a.jpg": b"x", "A.JPG": b"y"}, "zip-twice"),
    "two spellings of a name": (TABLE | {"\u00e9.jpg": b"x", "e\u0301.jpg": b"y"}, "zip-twice"),
    "a long name": (TABLE | {"a" * 125 + ".jpg": b"x"}, "zip-names"),
    "a name with a line break": (TABLE | {"a\nb.jpg": b"x"}, "zip-names"),
    "a name for a device": (TABLE | {"a:b.jpg": b"x"}, "zip-names"),
    "a part that grows": (TABLE | {"a.jpg": bytes(GROWTH_FROM + 1)}, "zip-bounds"),
}


@pytest.mark.parametrize(("files", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_a_clerk_would_not_pack_is_refused(files: dict[str, bytes], reason: str):
    assert refused(packed(files)) == reason


def test_encrypted_files_and_other_methods_are_refused():
    octets = packed(TABLE | {"a.jpg": b"x"}, zipfile.ZIP_STORED)
    directory = octets.index(b"PK\1\2")
    flagged = bytearray(octets)
    flagged[directory + 8] |= 1
    assert refused(bytes(flagged)) == "zip-encrypted"
    assert refused(packed(TABLE | {"a.jpg": b"x"}, zipfile.ZIP_BZIP2)) == "zip-form"


def test_two_files_of_the_same_octets_are_refused():
    octets = packed(TABLE | {"a.jpg": bytes(100), "b.jpg": bytes(100)}, zipfile.ZIP_STORED)
    last = octets.rindex(b"PK\1\2")
    start = struct.unpack_from("<I", octets, octets.index(b"PK\1\2", octets.index(b"PK\1\2") + 1) + 42)[0]
    assert refused(octets[: last + 42] + struct.pack("<I", start) + octets[last + 46 :]) == "zip-form"


def test_more_files_than_the_directory_says_are_never_looked_at(monkeypatch: pytest.MonkeyPatch):
    octets = packed(TABLE | {f"{number}.jpg": b"x" for number in range(9)})
    end = octets.rindex(b"PK\5\6")
    lying = octets[: end + 8] + struct.pack("<2H", 3, 3) + octets[end + 12 :]
    assert refused(lying) == "not-a-sheet"
    monkeypatch.setattr(zip_directory, "MAX_ENTRIES", 9)
    assert refused(octets) == "zip-bounds"
    monkeypatch.setattr(zip_directory, "MAX_ENTRIES", 10)
    assert opened(octets).find("8.jpg")
    monkeypatch.setattr(zip_directory, "MAX_DIRECTORY", 100)
    assert refused(octets) == "zip-bounds"


def test_a_directory_of_zip64_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
    octets = packed(TABLE | {f"{number}.jpg": b"x" for number in range(9)})
    assert b"PK\6\6" in octets
    assert opened(octets).find("8.jpg")
    monkeypatch.setattr(zip_directory, "MAX_ENTRIES", 9)
    assert refused(octets) == "zip-bounds"


@pytest.mark.parametrize("kept", [0, 10, 60, 200, -1, -23])
def test_a_file_that_is_cut_off_is_none(kept: int):
    octets = packed(TABLE | {"a.jpg": picture()})
    assert refused(octets[:kept]) == "not-a-sheet"


def test_a_damaged_picture_is_told_when_it_is_read():
    octets = packed(TABLE | {"a.jpg": bytes(range(256)) * 4}, zipfile.ZIP_STORED)
    place = octets.index(bytes(range(256))) + 7
    archive = opened(octets[:place] + b"\xff" + octets[place + 1 :])
    with pytest.raises(SheetError) as caught:
        archive.read("a.jpg", 4096)
    assert caught.value.reason == "zip-form"


def test_a_table_too_large_for_its_kind_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(zipped._TABLES, "csv", 5)
    with pytest.raises(SheetError) as caught, opened(packed(TABLE)).table():
        pass
    assert caught.value.reason == "too-large"
