"""Which 60-second codes a counter without network has checked already: `verifier.ports.Showings` in a file.

A line for each code: the digest of its number, when it expires and when it was first shown, in seconds. What expired
an hour ago is dropped, so the file stays small. The file is locked while it is looked at, so of two checks at once one
is the first; codes shown at another counter are not known here. What cannot be read is no memory, and says so.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path

from issuer.presenting.codes import number_digest
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
        with self._opened() as file:
            seen = self._read(file)
            if name in seen:
                return Shown("again", datetime.fromtimestamp(seen[name][1], UTC))
            kept = {one: row for one, row in seen.items() if row[0] > (at - KEPT).timestamp()}
            kept[name] = int(expires_at.timestamp()), int(at.timestamp())
            file.seek(0)
            file.truncate()
            file.writelines(f"{one} {ends} {shown}\n" for one, (ends, shown) in kept.items())
        return Shown("first", at)

    @contextmanager
    def _opened(self) -> Iterator[TextIOWrapper]:
        try:
            self._path.touch(mode=0o600)
            with self._path.open("r+", encoding="ascii") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield file
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _read(self, file: TextIOWrapper) -> dict[str, tuple[int, int]]:
        try:
            rows = [line.split(" ") for line in file.read(MAX_OCTETS).splitlines()]
            return {name: (int(ends), int(shown)) for name, ends, shown in rows}
        except ValueError as error:
            raise self._unusable("不是亮证码记录") from error

    def _unusable(self, why: str) -> Usage:
        said = f"亮证码记录用不了（{self._path}：{why}）。"
        return Usage("seen-codes", said, f"the record of codes cannot be used: {self._path}.")
