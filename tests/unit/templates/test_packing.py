"""Bundles as files: one digest over what makes a face, there and back, and archives that are refused."""

import io
import zipfile
from pathlib import Path

import pytest

from templates.errors import TemplateError
from templates.library import FOLDER, SAMPLE, TEMPLATE, bundles, read_bundle
from templates.packing import (
    MAX_FILE,
    check_name,
    digest_of,
    files_of,
    lay_out,
    layout_of,
    manifest_of,
    named_in,
    unzip,
)
from tests.catalogue_parts import write, zipped
from tests.city import MemoryBlobs

FILES = files_of(FOLDER / "food-operation")


@pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.name)
def test_every_bundle_comes_back_from_its_digest(bundle, tmp_path: Path) -> None:
    files, blobs = files_of(bundle.folder), MemoryBlobs()
    for octets in (*files.values(), manifest_of(files)):
        blobs.put(octets)
    folder = tmp_path / bundle.name
    for _ in range(2):  # what is there already is left alone
        lay_out(folder, layout_of(files), digest_of(files[SAMPLE]), blobs.get)
    assert files_of(folder) == files
    assert read_bundle(folder).type == bundle.type


def test_a_copy_that_was_changed_is_mended(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    for octets in (*FILES.values(), manifest_of(FILES)):
        blobs.put(octets)
    folder = tmp_path / "food-operation"
    lay_out(folder, layout_of(FILES), None, blobs.get)
    (folder / TEMPLATE).write_text("changed")
    lay_out(folder, layout_of(FILES), None, blobs.get)
    assert (folder / TEMPLATE).read_bytes() == FILES[TEMPLATE]
    assert not (folder / SAMPLE).exists()


def test_the_digest_is_of_what_makes_the_face() -> None:
    assert layout_of(dict(FILES) | {SAMPLE: b"{}"}) == layout_of(FILES)
    assert layout_of(dict(FILES) | {TEMPLATE: FILES[TEMPLATE] + b"\n"}) != layout_of(FILES)
    assert layout_of(dict(FILES) | {"ground.png": b"x"}) != layout_of(FILES)
    assert named_in(manifest_of(FILES)) == {TEMPLATE: digest_of(FILES[TEMPLATE])}


def test_expected_pictures_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder = write(dict(FILES) | {"expected.png": b"x", "expected-2.png": b"x", ".DS_Store": b"x"}, tmp_path / "one")
    assert files_of(folder) == FILES


def test_a_zip_with_or_without_its_folder() -> None:
    assert unzip(zipped(FILES, "food-operation")) == ("food-operation", FILES)
    assert unzip(zipped(FILES), "small-shop") == ("small-shop", FILES)
    assert unzip(zipped(FILES, "food-operation"), "small-shop") == ("small-shop", FILES)


def lying() -> bytes:
    """A ZIP with a file that is larger than it says."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a-b/template.toml", bytes(MAX_FILE + 1))
    octets = bytearray(made.getvalue())
    size = (MAX_FILE + 1).to_bytes(4, "little")
    return bytes(octets.replace(size, (100).to_bytes(4, "little")))


REFUSED = {
    "nothing": b"",
    "no ZIP": b"PK\x03\x04" + bytes(100),
    "two folders": zipped({"a/template.toml": b"x", "b/template.toml": b"x"}),
    "no folder and no name": zipped(FILES),
    "a folder in a folder": zipped({"deep/template.toml": b"x"}, "outer"),
    "a way out": zipped({"template.toml": b"x"}, ".."),
    "no template": zipped({"readme.md": b"x"}, "one"),
    "a name with a space": zipped({TEMPLATE: b"x", "a b.png": b"x"}, "one"),
    "too many files": zipped({TEMPLATE: b"x"} | {f"p{place}.png": b"x" for place in range(20)}, "one"),
    "a file too large": zipped({TEMPLATE: bytes(MAX_FILE + 1)}, "one"),
    "a file that lies about its size": lying(),
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED.keys())
def test_an_archive_that_is_refused(octets: bytes) -> None:
    with pytest.raises(TemplateError):
        unzip(octets)


@pytest.mark.parametrize("name", ["", "A", "1a", "a_b", "a-", "-a", "a" * 41, "../a", "食"])
def test_a_name_that_no_bundle_has(name: str) -> None:
    with pytest.raises(TemplateError):
        check_name(name)


@pytest.mark.parametrize(
    "manifest", [b"", b"{}", b'{"files":{},"format":"x"}', b'{"files":{"../a":"sm3:0"},"format":"yinzheng-bundle/1"}']
)
def test_octets_that_are_no_manifest(manifest: bytes) -> None:
    with pytest.raises(TemplateError):
        named_in(manifest)
