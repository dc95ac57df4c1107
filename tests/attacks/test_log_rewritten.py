"""The whole log is written anew, with the log's own key, and all registers with it: one old checkpoint finds it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, delete, select, update

from service.wiring import Yinzheng
from tests.audit_parts import Busy, audited, busy, found, over, superuser
from tests.city import City, copy_of
from trust.formats.leaf import EntryKind, decode_entry
from trust.log.appending import append
from trust.log.checkpointing import publish_checkpoint
from trust.store import METADATA

TABLES = METADATA.tables
LOG = ("log_cosignature", "log_checkpoint", "log_commitment", "log_node", "log_entry", "log_head")
TRAIL = ("trail", "trail_tip", "trail_commitment")


@pytest.fixture(scope="module")
def scene() -> Iterator[Busy]:
    city = City()
    yield busy(city)
    city.close()


def rewritten(scene: Busy) -> Yinzheng:
    """Another history, in which the first licence was never issued and nobody ever did anything."""
    city, victim = scene.city, str(scene.issued[3].entry.licence.identifier)
    forged = over(city, copy_of(city.engine))
    log = forged.archive.log
    entries = [decode_entry(octets) for octets in log.entries(0, log.size())]
    gone = forged.archive.register.find(victim)
    assert gone is not None
    assert gone.artefacts is not None
    kept = [
        (place, entry)
        for place, entry in enumerate(entries)
        if place != gone.artefacts.log_index and entry.statement.kind is not EntryKind.TRAIL
    ]
    with superuser(forged.archive.engine) as connection:
        for name in (*LOG, *TRAIL):
            connection.execute(delete(TABLES[name]))
        _forget(connection, victim)
    places = {place: append(log, [entry.statement], entry.at)[0] for place, entry in kept}
    with superuser(forged.archive.engine) as connection:
        for name, column in (("licence", "leaf"), ("licence_copy", "leaf"), ("act", "log_index")):
            table = TABLES[name]
            for row in connection.execute(select(*table.primary_key.columns, table.c[column])).all():
                key = table.primary_key.columns.keys()
                same = table.c[key[0]] == row[0]
                if len(key) > 1:
                    same &= table.c[key[1]] == row[1]
                connection.execute(update(table).where(same).values({column: places[row[-1]]}))
    signer, _ = forged.directory.service("log")
    publish_checkpoint(log, signer, forged.publisher.origin, city.clock())
    return forged


def _forget(connection: Connection, victim: str) -> None:
    for name, column in (("licence_holder", "identifier"), ("licence", "identifier"), ("seal_use", "subject")):
        connection.execute(delete(TABLES[name]).where(TABLES[name].c[column] == victim))


def test_whoever_kept_a_checkpoint_finds_it(scene: Busy) -> None:
    forged = rewritten(scene)
    engine, anchors = forged.archive.engine, scene.city.yinzheng.anchors
    alone = audited(scene.city, engine, anchors)
    told = audited(scene.city, engine, anchors, old=scene.old)
    assert "log-rewritten" not in found(alone), "the forger signs whatever he writes"
    assert found(told) & {"log-rewritten", "log-shorter"}
    (proof,) = [one.proof for one in told.findings if one.check == "since"]
    assert proof["source"] == "kept"
    assert proof["signed_root"] != proof.get("computed_root")
    engine.dispose()
