"""Backups and restores that are cut off: a backup with a manifest is whole, and a restore is begun again or carried on.

What is laid has licences in a pack and by themselves. A backup that was acknowledged comes back, row for row and octet
for octet; one that was cut off is either whole or none. A restore that was cut off is begun again as the runbook says;
after it nothing that the public has seen is taken back, and issuing goes on with identifiers of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from argon2 import PasswordHasher
from sqlalchemy import func, select

from keys.key_file import ROUNDS_MIN
from service import clock
from service.blobs import FolderBlobs
from service.city import read_city
from service.data_folder import DEMO_CITY
from service.database import open_engine
from service.opening import open_installation
from service.problem import Usage
from service.restoring.backup import MANIFEST, back_up, load_backup, lost_of, read_manifest
from service.settings import Settings
from service.wiring import Yinzheng
from tests.crash.issuing import chunk, chunk_holds, issued, licence_holds
from tests.crash.parts import BUNDLE, body_code
from tests.crash.promised import GivenUpError, chain_of, heads, insisting, opened, repeated
from tests.crash.subject import Client, Journal, acknowledged
from trust.store import METADATA

BY, SECOND = "运维甲", "运维乙"
BACKUP, NEW, AGAIN = "backup", "new", "again"


def laid(yinzheng: Yinzheng) -> dict[str, dict[str, object]]:
    """A licence by itself, and some in a pack."""
    return {"one": dict(issued(yinzheng, "LAID-1")), "chunk": dict(chunk(yinzheng, "LAID-2"))}


def rows_of(yinzheng: Yinzheng) -> dict[str, int]:
    """How many rows each table has."""
    with yinzheng.archive.engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in METADATA.tables.items()
        }


@contextmanager
def restored_at(tree: Path, data: str) -> Iterator[Yinzheng]:
    """The installation in another data folder of the tree, publishing where the first one did."""
    settings = _settings(tree, data)
    with patch.object(PasswordHasher, "hash", lambda *_: ""):
        yinzheng = open_installation(settings, city=replace(read_city(DEMO_CITY), people=()))
    try:
        yield yinzheng
    finally:
        yinzheng.archive.engine.dispose()


def _settings(tree: Path, data: str) -> Settings:
    common = {"key_rounds": ROUNDS_MIN, "database": None, "passphrase": None, "production": False}
    return Settings(data=tree / data, public=tree / "data" / "public", **common)


def load(tree: Path, data: str) -> None:
    """Load the backup, unless its rows are there already."""
    engine = open_engine(_settings(tree, data).database_url)
    try:
        load_backup(tree / BACKUP, tree / data, engine, clock.now(), BY, SECOND)
    except Usage as refused:
        if refused.code != "not-empty":
            raise
    finally:
        engine.dispose()


def restore(tree: Path, data: str) -> dict[str, object]:
    """Restore as the runbook says: load, or go on with what is loaded."""
    load(tree, data)
    with restored_at(tree, data) as yinzheng:
        if any(one.report for one in yinzheng.archive.epochs.every()):
            return {"epochs": len(yinzheng.archive.epochs.every())}
        yinzheng.take_up_published(BY, SECOND, lost_of(tree / data))
        return {"epochs": len(yinzheng.archive.epochs.every())}


class BackedUp:
    """A backup of a city at work."""

    def lay(self, tree: Path) -> None:
        """See `Subject`."""
        with opened(tree) as yinzheng:
            yinzheng.found()
            laid(yinzheng)

    def work(self, tree: Path, client: Client) -> None:
        """See `Subject`."""
        with opened(tree) as yinzheng:
            made = back_up(yinzheng.archive.engine, tree / "data", tree / BACKUP, yinzheng.now())
        client.tell(promise=BACKUP, facts={"tables": made.tables, "lost": list(made.lost)})

    def check(self, tree: Path, journal: Journal) -> list[str]:
        """See `Subject`."""
        kept = acknowledged(journal).get(BACKUP)
        if not (tree / BACKUP / MANIFEST).exists():
            return ["P1 the backup has no manifest"] if kept else []
        try:
            made = read_manifest(tree / BACKUP)
        except Usage as refused:
            return [f"P1 {refused.en}"] if kept else []
        complaints = [f"P1 lost {made.lost}"] if made.lost else []
        load(tree, AGAIN)
        with restored_at(tree, AGAIN) as yinzheng:
            now = rows_of(yinzheng) | {"restore_epoch": 0}
            complaints += [f"P1 rows {name}" for name, count in made.tables.items() if now[name] != count]
            blobs = FolderBlobs(tree / AGAIN / "blobs")
            for entry in yinzheng.archive.register.recent(body_code(yinzheng, BUNDLE), 99):
                for name in (entry.artefacts.ofd, entry.artefacts.pdf) if entry.artefacts else ():
                    blobs.get(name)
        return complaints


class Restored:
    """A restore into an empty data folder, after more was published than the backup has."""

    def lay(self, tree: Path) -> None:
        """See `Subject`."""
        with opened(tree) as yinzheng:
            yinzheng.found()
            laid(yinzheng)
            back_up(yinzheng.archive.engine, tree / "data", tree / BACKUP, yinzheng.now())
            issued(yinzheng, "LOST-1")

    def work(self, tree: Path, client: Client) -> None:
        """See `Subject`."""
        with opened(tree) as before:
            client.tell(heads=heads(before))
        try:
            client.tell(promise=NEW, facts=insisting(client, NEW, lambda: restore(tree, NEW)))
        except GivenUpError:
            return

    def check(self, tree: Path, journal: Journal) -> list[str]:
        """See `Subject`."""
        kept, seen = acknowledged(journal).get(NEW), [said["heads"] for said in journal if "heads" in said]
        now = restore(tree, NEW)
        complaints = [f"P3 {kept} was acknowledged, now it is {now}"] if kept and kept != now else []
        with restored_at(tree, NEW) as yinzheng:
            facts = laid(yinzheng)
            complaints += [f"P1 {one}" for one in licence_holds(yinzheng, facts["one"])]
            complaints += [f"P1 {one}" for one in chunk_holds(yinzheng, facts["chunk"])]
            again = issued(yinzheng, "LOST-1")
            with opened(tree) as before:
                lost = before.archive.register.by_key("LOST-1")
            same = lost is None or again["identifier"] == str(lost.licence.identifier)
            complaints += ["P2 an identifier twice"] if same else []
            complaints += chain_of(yinzheng, seen) + repeated(yinzheng)
        return complaints
