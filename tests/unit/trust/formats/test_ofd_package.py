"""The container: one form when writing; nothing ambiguous, hidden or oversized when reading."""

import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.formats.ofd.package import MAX_FILE, is_package_of, read_package, write_package

ENTRIES = {"OFD.xml": b"<root/>", "Doc_0/Document.xml": b"<document/>", "Doc_0/印.txt": "印证".encode()}


def reason(octets: bytes) -> str:
    with pytest.raises(Malformed) as refusal:
        read_package(octets)
    return refusal.value.reason


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.comment = comment
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def test_entries_come_back_in_a_fixed_order() -> None:
    octets = write_package(ENTRIES)
    assert read_package(octets) == ENTRIES
    assert list(read_package(octets)) == ["OFD.xml", "Doc_0/Document.xml", "Doc_0/印.txt"]
    assert write_package(dict(reversed(ENTRIES.items()))) == octets


def test_other_readers_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(write_package(ENTRIES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == ENTRIES


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}", fullmatch=True), st.binary(max_size=300), max_size=6)
)
def test_whatever_is_written_is_read(more: dict[str, bytes]) -> None:
    entries = {"OFD.xml": b"x", **more}
    assert read_package(write_package(entries)) == entries


@given(st.binary(max_size=400))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    with suppress(Malformed):
        read_package(octets)


def test_every_flipped_octet_is_refused_or_repacks_differently() -> None:
    octets = write_package(ENTRIES)
    for position in range(len(octets)):
        for bit in (1, 0x80):
            changed = bytearray(octets)
            changed[position] ^= bit
            try:
                entries = read_package(bytes(changed))
            except Malformed:
                continue
            if "OFD.xml" in entries:
                assert write_package(entries) != bytes(changed), position
                assert not is_package_of(bytes(changed), entries), position


def test_a_package_is_of_its_entries_alone() -> None:
    octets = write_package(ENTRIES)
    assert is_package_of(octets, ENTRIES)
    for other in (octets[:-1], octets + b"\0", b"\0" + octets, b""):
        assert not is_package_of(other, ENTRIES)
    for name in ENTRIES:
        assert not is_package_of(octets, {**ENTRIES, name: b"other"})
    assert not is_package_of(octets, {**ENTRIES, "Doc_0/more.xml": b""})


def test_zip_files_of_others_are_read() -> None:
    assert read_package(zipped(("OFD.xml", b"x" * 999), ("Doc_0/", b""), ("Doc_0/a", b""))) == {
        "OFD.xml": b"x" * 999,
        "Doc_0/a": b"",
    }


class Pipe(io.RawIOBase):
    """A place to write to that cannot be rewound, so that zipfile writes data descriptors."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # a pipe takes octets only
        self.octets += data
        return len(data)


def test_streamed_zip_files_are_read() -> None:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]  # it can write, which is all that is asked
        archive.writestr("OFD.xml", b"x" * 999)
    assert read_package(bytes(pipe.octets)) == {"OFD.xml": b"x" * 999}
    damaged = bytes(pipe.octets).replace(b"PK\7\x08" + struct.pack("<I", zlib.crc32(b"x" * 999)), b"PK\7\x08\0\0\0\0")
    assert reason(damaged) == "zip-mismatch"


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../x", "/x", "a//x", "./x", "a\\x", "C:x", "a/.", "x ", " x", "x.", "a\nb", "a/", "x" * 201, "a\0b"],
)
def test_paths_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(Malformed) as refusal:
        write_package({"OFD.xml": b"", name: b"x"})
    assert refusal.value.reason == "zip-path"
    raw = name.encode()
    if len(raw) <= 200:
        plain = write_package({"OFD.xml": b"", "y" * len(raw): b"x"})
        assert reason(plain.replace(b"y" * len(raw), raw)) == "zip-path"


def test_names_that_are_not_utf8_are_refused() -> None:
    assert reason(write_package({"OFD.xml": b"", "yy": b""}).replace(b"yy", b"\xff\xfe")) == "zip-path"


@pytest.mark.parametrize(("first", "second"), [("a", "a"), ("a", "A"), ("é", "e\u0301"), ("straße", "STRASSE")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(first: str, second: str) -> None:
    assert reason(zipped((first, b"1"), (second, b"2"))) == "zip-duplicate"


def test_bombs_are_refused_before_they_go_off() -> None:
    assert reason(zipped(("OFD.xml", bytes(60_000_000)))) == "zip-bomb"
    octets = bytearray(zipped(("OFD.xml", bytes(900_000))))
    for at in (22, octets.index(b"PK\1\2") + 24):  # both headers state one octet only
        octets[at : at + 4] = struct.pack("<I", 1)
    assert reason(bytes(octets)) == "zip-bomb"


def test_many_entries_that_are_small_enough_alone_are_a_bomb_together() -> None:
    assert reason(zipped(*((f"{number}", bytes(2**20)) for number in range(40)))) == "zip-bomb"


def test_more_than_sixty_four_megabytes_are_refused_by_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trust.formats.ofd.package.MAX_RATIO", 10_000)
    octets = zipped(*((f"{number}", bytes(2**20)) for number in range(64)))
    assert len(read_package(octets)) == 64
    assert reason(zipped(*((f"{number}", bytes(2**20)) for number in range(64)), ("one", b"more"))) == "zip-bomb"


def test_too_many_octets_are_refused_unread() -> None:
    assert reason(bytes(MAX_FILE + 1)) == "zip-size"
    with pytest.raises(Malformed, match="zip-size"):
        write_package({"OFD.xml": bytes(MAX_FILE)})


def test_too_many_entries_are_refused() -> None:
    assert reason(zipped(*((str(number), b"") for number in range(4001)))) == "zip-form"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("before", "zip-gap"),
        ("behind", "zip-form"),
        ("between", "zip-gap"),
        ("comment", "zip-form"),
        ("local name", "zip-mismatch"),
        ("local size", "zip-mismatch"),
        ("local method", "zip-mismatch"),
        ("checksum", "zip-checksum"),
        ("encrypted", "zip-encrypted"),
        ("method", "zip-method"),
        ("zip64", "zip-method"),
        ("overlap", "zip-mismatch"),
        ("hidden entry", "zip-gap"),
        ("empty", "zip-form"),
        ("damaged deflate", "zip-checksum"),
    ],
)
def test_hidden_or_contradicting_octets_are_refused(case: str, expected: str) -> None:
    octets = bytearray(write_package(ENTRIES))
    index = octets.index(b"PK\1\2")
    second = octets.index(b"PK\3\4", 4)
    match case:
        case "before":
            octets[0:0] = b"junk"
        case "behind":
            octets += b"junk"
        case "between":
            octets[index:index] = b"junk"
            octets[-6:-2] = struct.pack("<I", index + 4)
        case "comment":
            octets = bytearray(zipped(("OFD.xml", b""), comment=b"hello"))
        case "local name":
            octets[30] ^= 1
        case "local size":
            octets[22] ^= 1
        case "local method":
            octets[8] = 8
        case "checksum":
            octets[37] ^= 1
        case "encrypted":
            octets[6] |= 1
            octets[index + 8] |= 1
        case "method":
            octets[8] = octets[index + 10] = 12
        case "zip64":
            octets[18:26] = octets[index + 20 : index + 28] = b"\xff" * 8
        case "overlap":
            record = octets.index(b"PK\1\2", index + 4)
            octets[record + 42 : record + 46] = struct.pack("<I", second + 1)
        case "hidden entry":
            record = octets.index(b"PK\1\2", index + 4)
            size = record - index
            del octets[index:record]
            octets[-14:-12] = octets[-12:-10] = b"\2\0"
            octets[-10:-6] = struct.pack("<I", struct.unpack("<I", octets[-10:-6])[0] - size)
        case "empty":
            octets = bytearray(zipped())
        case "damaged deflate":
            octets = bytearray(zipped(("OFD.xml", b"x" * 999)))
            octets[37] ^= 0xFF
    assert reason(bytes(octets)) == expected


def test_two_records_for_the_same_octets_are_refused() -> None:
    """A second directory record that points at the first entry: the overlap that zip bombs are made of."""
    octets = bytearray(write_package({"OFD.xml": b"x", "OFD.xmk": b"x"}))
    octets[octets.index(b"OFD.xmk", octets.index(b"PK\1\2")) - 4 :][:4] = b"\0\0\0\0"
    second = octets.rindex(b"PK\1\2")
    octets[second + 42 : second + 46] = b"\0\0\0\0"
    assert reason(bytes(octets)) == "zip-mismatch"


def test_a_package_needs_its_root() -> None:
    with pytest.raises(Malformed, match="zip-form"):
        write_package({"Doc_0/Document.xml": b""})
