"""Four small subjects: one that does everything right, and three with one fault each that the harness has to find.

    good         row committed with synchronous=FULL, file synced, renamed, its folder synced; then the answer
    ackfirst     the answer leaves before the row is committed
    nosync       SQLite does not sync
    nodirsync    the folder is not synced after the rename

A harness that stops finding one of the three is broken; a kill alone can only ever find `ackfirst`.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.crash.subject import Client, Journal, acknowledged

ROWS = 6


@dataclass(frozen=True)
class Control:
    """Rows in a table and a file for each; every number is acknowledged once."""

    acknowledges_first: bool = False
    syncs: bool = True
    syncs_folder: bool = True

    def lay(self, tree: Path) -> None:
        """See `Subject`."""
        (tree / "files").mkdir()
        with closing(self._open(tree)) as connection:
            connection.execute("CREATE TABLE promised (number INTEGER PRIMARY KEY)")

    def work(self, tree: Path, client: Client) -> None:
        """See `Subject`."""
        with closing(self._open(tree)) as connection:
            for number in range(ROWS):
                if self.acknowledges_first:
                    client.tell(promise=str(number), facts=number)
                self._store(tree / "files", number)
                connection.execute("INSERT INTO promised VALUES (?)", (number,))
                if not self.acknowledges_first:
                    client.tell(promise=str(number), facts=number)

    def check(self, tree: Path, journal: Journal) -> list[str]:
        """See `Subject`."""
        with closing(self._open(tree)) as connection:
            try:
                kept = {row[0] for row in connection.execute("SELECT number FROM promised")}
            except sqlite3.DatabaseError as error:
                return [f"the database cannot be read: {error}"]
        told = acknowledged(journal).values()
        files = [number for number in told if _content(tree / "files" / str(number)) != f"file {number}"]
        rows = [number for number in told if number not in kept]
        return [f"row {number} is lost" for number in rows] + [f"file {number} is lost" for number in files]

    def _open(self, tree: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(tree / "rows.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if self.syncs else 'OFF'}")
        return connection

    def _store(self, folder: Path, number: int) -> None:
        aside = folder / f"{number}.part"
        with aside.open("w") as file:
            file.write(f"file {number}")
            file.flush()
            os.fsync(file.fileno())
        aside.rename(folder / str(number))
        if self.syncs_folder:
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


def _content(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


CONTROLS = {
    "good": Control(),
    "ackfirst": Control(acknowledges_first=True),
    "nosync": Control(syncs=False),
    "nodirsync": Control(syncs_folder=False),
}
