"""Bundles as files: what of a folder makes a face, one digest over it, and the way in from a folder or a ZIP.

The digest of a layout is SM3 over a manifest that names every file of the bundle with its own digest, in canonical
JSON. Kept by digest, manifest and files give the bundle back at any time, octet by octet. The sample and the expected
picture are left out of it: they may be bettered without anything that was issued looking different.

    {"files":{"template.toml":"sm3:…"},"format":"yinzheng-bundle/1"}
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from keys.sm3 import sm3
from templates.errors import TemplateError
from templates.library import SAMPLE, TEMPLATE
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json

FORMAT = "yinzheng-bundle/1"
MAX_FILES, MAX_FILE, MAX_BUNDLE, MAX_MANIFEST = 20, 8 * 1024 * 1024, 16 * 1024 * 1024, 16_384
BUNDLE_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
_EXPECTED = re.compile(r"expected[A-Za-z0-9_.-]*\.png")


def files_of(folder: Path) -> Mapping[str, bytes]:
    """The files of a bundle in a folder, the sample among them, expected pictures not.

    Raises:
        TemplateError: `unreadable`, `form` (a name, a number of files or a size that no bundle has).

    """
    try:
        found = [path for path in sorted(folder.iterdir()) if path.is_file() and not _left_out(path.name)]
        _check_sizes(folder.name, {path.name: path.stat().st_size for path in found})
        return {path.name: path.read_bytes() for path in found}
    except OSError as error:
        raise TemplateError("unreadable", folder.name, str(error)) from error


def unzip(octets: bytes, name: str = "") -> tuple[str, Mapping[str, bytes]]:
    """The name and the files of a bundle in a ZIP: one folder of that name, or the files alone under a name given.

    Raises:
        TemplateError: `unreadable`, no ZIP that can be read; `form`.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            folders = {entry.filename.rpartition("/")[0] for entry in entries}
            if len(folders) != 1:
                raise TemplateError("form", name, "the files of one bundle in one folder were expected")
            inside = folders.pop()
            chosen = check_name(name or inside)
            kept = {one: entry for entry in entries if not _left_out(one := entry.filename.rpartition("/")[2])}
            _check_sizes(chosen, {one: entry.file_size for one, entry in kept.items()})
            return chosen, {one: _bounded(archive, entry, chosen) for one, entry in kept.items()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise TemplateError("unreadable", name, "no ZIP that can be read") from error


def check_name(name: str) -> str:
    """A name that a bundle may have: it is part of what every licence says of its face.

    Raises:
        TemplateError: `form`.

    """
    if not BUNDLE_NAME.fullmatch(name):
        raise TemplateError("form", name[:40], "a bundle's name is a–z, 0–9 and hyphens, at most 40")
    return name


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The manifest of a bundle; its digest is the digest of the layout."""
    named = {name: digest_of(octets) for name, octets in files.items() if name != SAMPLE}
    return encode_json({"files": named, "format": FORMAT})


def layout_of(files: Mapping[str, bytes]) -> str:
    """The digest of the layout."""
    return digest_of(manifest_of(files))


def named_in(manifest: bytes) -> Mapping[str, str]:
    """The files that a manifest names, with their digests.

    Raises:
        TemplateError: `form`, it is no manifest.

    """
    try:
        value = decode_json(manifest, limit=MAX_MANIFEST)
    except Malformed as error:
        raise TemplateError("form", "", f"no manifest of a bundle: {error.reason}") from error
    files = value.get("files")
    if value.keys() != {"files", "format"} or value["format"] != FORMAT or not isinstance(files, dict):
        raise TemplateError("form", "", "no manifest of a bundle")
    if any(not _FILE_NAME.fullmatch(name) or not isinstance(digest, str) for name, digest in files.items()):
        raise TemplateError("form", "", "no manifest of a bundle")
    return files


def lay_out(folder: Path, layout: str, sample: str | None, get: Callable[[str], bytes]) -> None:
    """Write a bundle that is kept by digest into a folder; what is there already and the same is left as it is.

    Raises:
        TemplateError: `form`, or `unreadable`, the folder does not take it.
        Exception: what `get` raises for octets that are not there or not the same.

    """
    names = dict(named_in(get(layout))) | ({SAMPLE: sample} if sample else {})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, digest in names.items():
            place, octets = folder / name, get(digest)
            if not place.exists() or place.read_bytes() != octets:
                aside = place.with_name(f"{name}.part")
                aside.write_bytes(octets)
                aside.replace(place)
    except OSError as error:
        raise TemplateError("unreadable", folder.name, str(error)) from error


def digest_of(octets: bytes) -> str:
    """`sm3:` and the digest in hexadecimal digits, as files are named that are kept."""
    return f"sm3:{sm3(octets).hex()}"


def _left_out(name: str) -> bool:
    """Expected pictures, and what systems leave in folders."""
    return bool(_EXPECTED.fullmatch(name)) or name.startswith(".")


def _check_sizes(bundle: str, sizes: Mapping[str, int]) -> None:
    if TEMPLATE not in sizes or len(sizes) > MAX_FILES:
        raise TemplateError("form", bundle, f"{TEMPLATE} and at most {MAX_FILES - 1} more files were expected")
    if strange := [name for name in sizes if not _FILE_NAME.fullmatch(name)]:
        raise TemplateError("form", bundle, f"a file's name: {strange[0][:60]}")
    if max(sizes.values()) > MAX_FILE or sum(sizes.values()) > MAX_BUNDLE:
        raise TemplateError("form", bundle, f"more than {MAX_BUNDLE} octets, or {MAX_FILE} in a file")


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bundle: str) -> bytes:
    """A file of the archive, whatever size it claims."""
    with archive.open(entry) as file:
        octets = file.read(MAX_FILE + 1)
    if len(octets) > MAX_FILE:
        raise TemplateError("form", bundle, f"more than {MAX_FILE} octets in a file")
    return octets
