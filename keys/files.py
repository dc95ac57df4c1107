"""Small private files on disk: written whole or not at all, read only where none else may write.

Key files, secrets and marks of keys are such files, and none is written over another; what an installation notes of
itself is. A folder that has to be made for them is made to stay, too: a name
counts as stored only when the folder that holds it is on disk. A link, a device, a file that others may change or
strangers may read is refused instead of believed.
"""

import os
import stat
from pathlib import Path

from keys.errors import KeyFileRefused, KeyNotUsable, UnknownReference
from keys.key_file import FILE_MAX
from keys.randomness import random_octets


def write_once(path: Path, octets: bytes) -> None:
    """Write a new file of mode 0600: after return it is on disk whole; after a crash it is whole or not there.

    Raises:
        KeyNotUsable: a file of that name exists; it was not touched.
        KeyFileRefused: the folder does not take it.

    """
    temporary = path.with_name(f".{path.name}.{random_octets(8).hex()}")
    try:
        make_folder(path.parent)
        try:
            _write_synced(temporary, octets)
            os.link(temporary, path)  # unlike a rename, never over an existing file
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except FileExistsError:
        raise KeyNotUsable("key-exists", f"{path.name} exists") from None
    except OSError as error:
        raise KeyFileRefused("key-file-write", f"{path.name}: {error.strerror}") from error


def write_over(path: Path, octets: bytes) -> None:
    """Write a file of mode 0600, also over one: after return it is on disk; after a crash it is the old or the new.

    Raises:
        KeyFileRefused: the folder does not take it.

    """
    temporary = path.with_name(f".{path.name}.{random_octets(8).hex()}")
    try:
        make_folder(path.parent)
        try:
            _write_synced(temporary, octets)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise KeyFileRefused("key-file-write", f"{path.name}: {error.strerror}") from error


def make_folder(path: Path) -> None:
    """Make a folder of mode 0700, and those above it that are missing; after return their names are on disk.

    Raises:
        OSError: the place does not take it.

    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in reversed(missing):
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk; what a file holds is another matter.

    Raises:
        OSError: the folder cannot be read, or not be written to disk.

    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_private(path: Path, *, secret: bool = True) -> bytes:
    """Read a small regular file that only its owner may change and, if it is `secret`, strangers may not read.

    Raises:
        UnknownReference: there is none.
        KeyFileRefused: a link, not a file, too large, or open to others.

    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > FILE_MAX:
                raise KeyFileRefused("key-file-form", f"{path.name}: not a small regular file")
            if about.st_mode & (stat.S_IWGRP | (stat.S_IRWXO if secret else stat.S_IWOTH)):
                raise KeyFileRefused("key-file-open-to-others", f"{path.name}: chmod 600 it")
            return file.read(FILE_MAX)
    except FileNotFoundError:
        raise UnknownReference("no-such-key", f"there is no file {path.name}") from None
    except OSError as error:
        raise KeyFileRefused("key-file-read", f"{path.name}: {error.strerror}") from error


def _write_synced(path: Path, octets: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # whatever the umask took away
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
