"""Archive records: one encoding, and what each layer's stamp is over."""

import json
from dataclasses import replace

import pytest

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.archive import (
    MAX_LAYERS,
    Archive,
    Layer,
    decode_archive,
    encode_archive,
    renewed,
    stamped_octets,
    to_be_stamped,
)

FILE = b"a sealed file"
FIRST, SECOND = Layer("sm3", b"evidence of then", b"stamp one"), Layer("sha256", b"of later", b"stamp two")
ARCHIVE = Archive(sm3(FILE), b"proof", (FIRST, SECOND))


@pytest.mark.parametrize("archive", [ARCHIVE, replace(ARCHIVE, proof=None), replace(ARCHIVE, layers=(FIRST,) * 64)])
def test_a_record_comes_back(archive: Archive) -> None:
    assert decode_archive(encode_archive(archive)) == archive


def test_each_layer_is_stamped_over_everything_before_it() -> None:
    first = to_be_stamped(FILE, b"proof", (), FIRST.evidence)
    second = to_be_stamped(FILE, b"proof", (FIRST,), SECOND.evidence, algorithm="sha256")
    assert [stamped_octets(ARCHIVE, number, FILE) for number in (0, 1)] == [first, second]
    assert (json.loads(first)["layers"], json.loads(first)["algorithm"]) == ([], "sm3")
    assert len(json.loads(second)["layers"]) == 1
    assert json.loads(first)["file"] != json.loads(second)["file"]
    one = Archive(sm3(FILE), b"proof", (FIRST,))
    assert renewed(one, SECOND) == ARCHIVE
    changed = [
        to_be_stamped(FILE + b"\0", b"proof", (), FIRST.evidence),
        to_be_stamped(FILE, None, (), FIRST.evidence),
        to_be_stamped(FILE, b"other", (), FIRST.evidence),
        to_be_stamped(FILE, b"proof", (SECOND,), FIRST.evidence),
        to_be_stamped(FILE, b"proof", (), SECOND.evidence),
        to_be_stamped(FILE, b"proof", (), FIRST.evidence, algorithm="sha256"),
    ]
    assert len({first, *changed}) == 7


@pytest.mark.parametrize(
    "archive",
    [
        replace(ARCHIVE, layers=()),
        replace(ARCHIVE, layers=(FIRST,) * (MAX_LAYERS + 1)),
        replace(ARCHIVE, digest=b"short"),
        replace(ARCHIVE, layers=(replace(FIRST, algorithm="md5"),)),
        replace(ARCHIVE, layers=(replace(FIRST, stamp=bytes(64 * 1024 + 1)),)),
    ],
)
def test_what_is_no_record_is_not_written(archive: Archive) -> None:
    with pytest.raises(Malformed):
        encode_archive(archive)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "yinzheng-archive/2"},
        {"layers": {}},
        {"layers": ["x"]},
        {"layers": [{}]},
        {"digest": 5},
        {"proof": 5},
        {"more": 1},
    ],
)
def test_what_is_no_record_is_not_read(change: dict[str, object]) -> None:
    value = json.loads(encode_archive(ARCHIVE)) | change
    with pytest.raises(Malformed):
        decode_archive(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def test_bounds_and_algorithms() -> None:
    for octets in (b"", b"{}", encode_archive(ARCHIVE)[:-1], encode_archive(ARCHIVE) + b"\n"):
        with pytest.raises(Malformed):
            decode_archive(octets)
    with pytest.raises(Malformed, match="archive"):
        to_be_stamped(FILE, None, (), b"", algorithm="md5")
    with pytest.raises(Malformed, match="archive"):
        to_be_stamped(FILE, None, (FIRST,) * MAX_LAYERS, b"")
