"""A database superuser changes what lists are made from: the next list says what was logged, or there is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from issuer.issuing import Issued
from service.public_folder import status_list
from tests.audit_parts import Busy, audited, busy, found, superuser, swap_rows
from tests.city import City, copy_of
from tests.public_parts import current, listed, with_folder
from trust.errors import TrustError
from trust.formats.certificate import Certificate
from trust.rules.standing import ActKind
from trust.store import METADATA

Deed = Callable[[Connection, str, str], object]
SLOT, STANDING, ACT, CARRIED, SHARD = (
    METADATA.tables[name] for name in ("status_slot", "standing", "act", "status_carried", "status_shard")
)
SUSPENDED, ALIVE = 0, 3
"""Places in the busy city's licences: one that is suspended, one that nothing happened to."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Busy, Path, tuple[Certificate, ...]]]:
    city, folder = City(), tmp_path_factory.mktemp("public")
    city.yinzheng = with_folder(city, folder)
    yield busy(city), folder, city.yinzheng.anchors
    city.close()


@pytest.fixture
def stage(scene: tuple[Busy, Path, tuple[Certificate, ...]], tmp_path: Path) -> Iterator["Stage"]:
    made = Stage(scene[0], scene[2], tmp_path / "public")
    yield made
    made.engine.dispose()


class Stage:
    """The busy city on a database of its own, with a public folder that it has published into."""

    def __init__(self, scene: Busy, anchors: tuple[Certificate, ...], folder: Path) -> None:
        self.busy, self.anchors, self.folder = scene, anchors, folder
        self.engine, self.at = copy_of(scene.city.engine), scene.city.clock()
        self.server = with_folder(scene.city, folder, self.engine)
        self.server.publisher.refresh(self.at)

    def subject(self, place: int) -> str:
        return str(self.busy.issued[place].entry.licence.identifier)

    def value(self, one: Issued) -> int:
        pointer = one.entry.licence.status
        return listed(current(self.folder, status_list(pointer.list))).value(pointer.index)

    def values(self) -> list[int]:
        return [self.value(one) for one in self.busy.issued]

    def publish(self, restarted: bool = True) -> str | None:
        """The next list, by a server that has been started anew; why there is none, if there is none."""
        server = with_folder(self.busy.city, self.folder, self.engine) if restarted else self.server
        try:
            server.publisher.for_evidence(0, self.busy.city.clock())
        except TrustError as error:
            return error.reason
        return None


def drop_standing(connection: Connection, suspended: str, _alive: str) -> object:
    return connection.execute(update(STANDING).where(STANDING.c.subject == suspended).values(status="01"))


def raise_standing(connection: Connection, _suspended: str, alive: str) -> object:
    return connection.execute(update(STANDING).where(STANDING.c.subject == alive).values(status="07", sequence=1))


def move_acts(connection: Connection, suspended: str, _alive: str) -> object:
    return connection.execute(update(ACT).where(ACT.c.subject == suspended).values(shard=7))


def drop_acts(connection: Connection, suspended: str, _alive: str) -> object:
    drop_standing(connection, suspended, "")
    return connection.execute(delete(ACT).where(ACT.c.subject == suspended))


def edit_act(connection: Connection, suspended: str, _alive: str) -> object:
    drop_standing(connection, suspended, "")
    edited = update(ACT).where(ACT.c.subject == suspended, ACT.c.kind == "suspend")
    return connection.execute(edited.values(kind="check", ground="annual-check"))


def swap_slots(connection: Connection, suspended: str, alive: str) -> None:
    rows = {row.subject: dict(row._mapping) for row in connection.execute(select(SLOT))}
    swap_rows(connection, SLOT, rows[suspended], rows[alive])


def drop_slot(connection: Connection, suspended: str, _alive: str) -> object:
    return connection.execute(delete(SLOT).where(SLOT.c.subject == suspended))


def carry(connection: Connection, _suspended: str, alive: str) -> object:
    slot = connection.execute(select(SLOT).where(SLOT.c.subject == alive)).one()
    since = connection.scalar(select(func.max(ACT.c.recorded_at)))
    return connection.execute(insert(CARRIED).values(shard=slot.shard, entry=slot.entry, value=1, since=since))


DEEDS = {
    "a standing lifted": (drop_standing, None),
    "a standing made": (raise_standing, None),
    "acts moved to another list": (move_acts, "act-elsewhere"),
    "acts deleted": (drop_acts, "act-missing"),
    "an act edited": (edit_act, "act-changed"),
    "entries swapped": (swap_slots, "entry-changed"),
    "an entry deleted": (drop_slot, "act-missing"),
    "a value carried over no restore": (carry, None),
}


@pytest.mark.parametrize(("deed", "refused"), DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
def test_the_next_list_says_what_was_logged_or_there_is_none(
    stage: Stage, deed: Deed, refused: str | None, restarted: bool
) -> None:
    before = stage.values()
    assert (before[SUSPENDED], before[ALIVE]) == (2, 0)
    with superuser(stage.engine) as connection:
        deed(connection, stage.subject(SUSPENDED), stage.subject(ALIVE))
    assert stage.publish(restarted) == refused
    assert stage.values() == before


@pytest.mark.parametrize("deed", [deed for deed, _ in DEEDS.values()], ids=DEEDS)
def test_the_audit_names_it(stage: Stage, deed: Deed) -> None:
    with superuser(stage.engine) as connection:
        deed(connection, stage.subject(SUSPENDED), stage.subject(ALIVE))
    assert found(audited(stage.busy.city, stage.engine, stage.anchors))


def test_an_act_is_refused_on_a_licence_whose_entry_is_not_the_one_it_names(stage: Stage) -> None:
    with superuser(stage.engine) as connection:
        swap_slots(connection, stage.subject(SUSPENDED), stage.subject(ALIVE))
    server, alive = stage.server, stage.subject(ALIVE)
    with pytest.raises(TrustError) as refused, server.archive.acts.recording(alive):
        pass
    assert refused.value.reason == "entry-changed"
    assert ActKind.REVOKE not in {one.kind for one in server.archive.acts.of(alive)}
