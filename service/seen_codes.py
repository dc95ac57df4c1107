"""Which 60-second codes a counter without network has checked already: `verifier.ports.Showings` in a file.

A line for each code: the digest of its number, when it expires and when it was first shown, in seconds. What expired
an hour ago is dropped, so the file stays small. It is written aside, synced and renamed, so a crash forgets nothing
that was answered; a last line without its end is none. A second file is locked while this one is looked at, so of two
checks at once one is the first; codes shown at another counter are not known here. What is something else is no memory,
and says so.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from issuer.presenting.codes import number_digest
from keys.files import sync_folder
from service.problem import Usage
from verifier.ports import Shown

KEPT = timedelta(hours=1)
MAX_OCTETS = 4 * 1024 * 1024


class SeenCodes:
    """The memory of one counter."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, number: bytes, expires_at: datetime, at: datetime) -> Shown:
        """See `Showings`.

        Raises:
            Usage: the file cannot be opened or is none of ours.

        """
        name = number_digest(number).hex()
        with self._locked():
            seen = self._read()
            if name in seen:
                return Shown("again", datetime.fromtimestamp(seen[name][1], UTC))
            kept = {one: row for one, row in seen.items() if row[0] > (at - KEPT).timestamp()}
            kept[name] = int(expires_at.timestamp()), int(at.timestamp())
            self._write("".join(f"{one} {ends} {shown}\n" for one, (ends, shown) in kept.items()))
        return Shown("first", at)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = self._path.with_name(f"{self._path.name}.lock")
            lock.touch(mode=0o600)
            with lock.open("r+") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _read(self) -> dict[str, tuple[int, int]]:
        if not self._path.exists():
            return {}
        try:
            with self._path.open(encoding="ascii") as file:
                text = file.read(MAX_OCTETS)
            rows = [line.split(" ") for line in text[: text.rfind("\n") + 1].splitlines()]
            return {name: (int(ends), int(shown)) for name, ends, shown in rows}
        except ValueError as error:
            raise self._unusable("不是亮证码记录") from error

    def _write(self, text: str) -> None:
        """Put a new file in the place of the old one; it is on disk when this returns."""
        aside = self._path.with_name(f"{self._path.name}.part")
        aside.touch(mode=0o600)
        with aside.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)
        sync_folder(self._path.parent)

    def _unusable(self, why: str) -> Usage:
        said = f"亮证码记录用不了（{self._path}：{why}）。"
        return Usage("seen-codes", said, f"the record of codes cannot be used: {self._path}.")
