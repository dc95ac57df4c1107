"""A backup: one folder with all rows, all files and the sealed keys, and a manifest that is written last.

    database.sqlite     every row of every table, read in one transaction, whichever database they come from
    keys/ blobs/        key files as they are (sealed under the passphrase, which is not in here), files by digest
    blobs.list          each file of `blobs` with its size and how many blobs are in it
    city.toml …         the plan, and what else of the data folder makes the installation
    backup.json         when, of which tables how many rows, digests of all files but the blobs, which name themselves

Rows are read first: files are stored before rows name them, so the files copied later are all that the rows need.
Every blob is read again from the backup and held against its digest; what is lost already is told, and keeps nothing
else from being saved. The public folder is not in a backup: it has to be newer than any backup. A folder without a
manifest is none.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import Engine, select

from keys.errors import UnknownReference
from keys.files import make_folder, read_private, sync_folder, write_once
from keys.sm3 import sm3
from service.begun import FILE as BEGUN_FILE
from service.database import migrate
from service.epochs.store import begin_in
from service.packs import remove_left_overs
from service.problem import Usage
from service.restoring.files import LIST, copy_files, lost_in, read_list, sync_tree, write_list
from service.restoring.rows import as_of_now, copy_rows_in, copy_rows_out, has_rows
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, text_of
from trust.log.store import log_head

DATABASE, MANIFEST, KEYS, BLOBS = "database.sqlite", "backup.json", "keys", "blobs"
PLAIN = ("city.toml", "matters.toml", "anchors.pem", "DEMO")
BEGUN, LOST = ".restoring", "restored-without.json"
"""In the data folder: a restore that has not come to the rows yet, and the blobs that it went on without."""
FORMAT = "yinzheng-backup/2"
MAX_MANIFEST, MAX_LOST, SHOWN = 4 * 1024 * 1024, 64 * 1024 * 1024, 5


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when it was made, rows by table, digests by file, blobs it cannot give."""

    made_at: str
    tables: dict[str, int]
    files: dict[str, str]
    lost: tuple[str, ...] = ()


def back_up(engine: Engine, data: Path, target: Path, at: datetime) -> Manifest:
    """Write a backup of an installation into an empty or new folder; it says which blobs are lost by now.

    Raises:
        Usage: `backup-folder`, it has something in it.
        OSError: it cannot be written.

    """
    _make_empty(target)
    begun = _begun(data / KEYS / BEGUN_FILE)  # before the rows, which say of all of it that it began
    tables = copy_rows_out(engine, target / DATABASE)
    for name in PLAIN:
        if (data / name).exists():
            shutil.copy2(data / name, target / name)
    if (data / KEYS).is_dir():
        shutil.copytree(data / KEYS, target / KEYS, ignore=shutil.ignore_patterns("*.part", ".*", BEGUN_FILE))
    if begun is not None:
        write_once(target / KEYS / BEGUN_FILE, begun)
    remove_left_overs(data / BLOBS, at)
    stored = copy_files(data / BLOBS, target / BLOBS)
    write_list(target, stored)
    files = {str(path.relative_to(target)): _digest(path) for path in _named_files(target)}
    sync_tree(target)
    made = Manifest(text_of(at), tables, files, tuple(lost_in(target / BLOBS, stored)))
    content = {"format": FORMAT, "made_at": made.made_at, "tables": made.tables, "files": made.files}
    _note(target / MANIFEST, encode_json(content))
    return made


def _begun(path: Path) -> bytes | None:
    """The file of what has begun, as it is now."""
    try:
        return read_private(path, secret=False)
    except UnknownReference:
        return None


def _make_empty(target: Path) -> None:
    """Make the folder of a backup, or take an empty one.

    Raises:
        Usage: `backup-folder`, it has something in it, or cannot be made.

    """
    try:
        if target.exists() and any(target.iterdir()):
            raise Usage(
                "backup-folder", f"{target} 不是空目录，请另选一个。", f"{target} is not empty; choose another."
            )
        make_folder(target)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Usage(
            "backup-folder",
            f"不能在 {target} 建立备份（{why}），请另选一个。",
            f"no backup can be made in {target} ({why}).",
        ) from error


def read_manifest(source: Path) -> Manifest:
    """The manifest of a backup whose rows and keys are all there and as they were written, and what blobs it has lost.

    Raises:
        Usage: `not-a-backup`, there is no manifest, or a file that is no blob is missing or was changed.

    """
    try:
        value = decode_json((source / MANIFEST).read_bytes(), limit=MAX_MANIFEST)
        made_at, tables, files = _members(value)
        changed = [name for name, digest in files.items() if _digest(source / name) != digest]
        lost = [] if changed else lost_in(source / BLOBS, read_list(source))
    except (OSError, Malformed) as error:
        raise _no_backup(source, str(error)) from error
    if changed:
        raise _no_backup(source, f"{changed[0]} was changed")
    return Manifest(made_at, tables, files, tuple(lost))


def _members(value: dict[str, object]) -> tuple[str, dict[str, int], dict[str, str]]:
    """When, rows by table, digests by file.

    Raises:
        Malformed: another format.

    """
    made_at, tables, files = value.get("made_at"), value.get("tables"), value.get("files")
    if value.get("format") != FORMAT or not (isinstance(tables, dict) and isinstance(files, dict) and LIST in files):
        raise Malformed("backup", "another format")
    if DATABASE not in files or not all(_inside(name) for name in files):
        raise Malformed("backup", f"it lacks {DATABASE}, or names files outside of it")
    return str(made_at), tables, files


def _inside(name: str) -> bool:
    """Whether a name is that of a file below the backup's folder."""
    place = PurePosixPath(name)
    return not place.is_absolute() and ".." not in place.parts


def load_backup(
    source: Path,
    data: Path,
    engine: Engine,
    at: datetime,
    by: str,
    approved_by: str,
    *,
    without_missing: bool = False,
) -> Manifest:
    """Put a backup into an empty data folder and an empty database; the epoch it begins is not settled yet.

    What was cut off may be begun again. With `without_missing` blobs that the backup has lost are done without; the
    data folder has a list of them (`lost_of`).

    Raises:
        Usage: `not-a-backup`; `backup-incomplete`, blobs are missing and nobody said that it is to go on without them;
            `not-empty`, there is an installation already.

    """
    manifest = read_manifest(source)
    if manifest.lost and not without_missing:
        raise _incomplete(source, manifest.lost)
    make_folder(data)
    migrate(engine)
    if ((data / KEYS).exists() and not (data / BEGUN).exists()) or has_rows(engine):
        raise Usage(
            "not-empty",
            f"{data} 或其数据库里已有安装；恢复须在空的数据目录和空的数据库上进行。",
            f"{data} or its database holds an installation; restore into an empty one.",
        )
    _note(data / BEGUN, b"")
    _note(data / LOST, encode_json({"lost": list(manifest.lost)}))
    for name in PLAIN:
        if (source / name).exists():
            shutil.copy2(source / name, data / name)
    for name in (BLOBS, KEYS):
        if (source / name).is_dir():
            shutil.copytree(source / name, data / name, dirs_exist_ok=True)
    sync_tree(data)
    with as_of_now(source / DATABASE) as stored, engine.begin() as connection:
        copy_rows_in(stored, connection)
        size = connection.scalar(select(log_head.c.size)) or 0
        begin_in(connection, at, by, approved_by, size)
    (data / BEGUN).unlink()
    return manifest


def lost_of(data: Path) -> list[str]:
    """What a restore went on without; nothing where none was.

    Raises:
        OSError, Malformed: the note of it cannot be read.

    """
    if not (data / LOST).exists():
        return []
    lost = decode_json((data / LOST).read_bytes(), limit=MAX_LOST).get("lost")
    return [str(one) for one in lost] if isinstance(lost, list) else []


def _note(path: Path, octets: bytes) -> None:
    """Write a small file; it is on disk when this returns."""
    with path.open("wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _named_files(folder: Path) -> list[Path]:
    """The files of a backup that do not name themselves."""
    own = [path for path in folder.iterdir() if path.is_file()]  # the list of blobs among them
    return sorted([*own, *(path for path in (folder / KEYS).rglob("*") if path.is_file())])


def _digest(path: Path) -> str:
    return sm3(path.read_bytes()).hex()


def _incomplete(source: Path, lost: Sequence[str]) -> Usage:
    first = "、".join(lost[:SHOWN]) + ("……" if len(lost) > SHOWN else "")
    return Usage(
        "backup-incomplete",
        f"{source} 缺少或损坏了 {len(lost)} 项文件（{first}）。换一份完整的备份；"
        "没有的，两个人确认之后加 --without-missing，缺的列入恢复记录。",
        f"{source} lacks {len(lost)} files; take another backup, or go on --without-missing.",
    )


def _no_backup(source: Path, why: str) -> Usage:
    return Usage(
        "not-a-backup",
        f"{source} 不是一份完整的备份（{why}）。",
        f"{source} is not a whole backup ({why}).",
    )
