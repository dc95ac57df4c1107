"""A database superuser deletes, edits, swaps and rebuilds rows of every audited table; the audit finds all of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from tests.audit_parts import (
    TARGETS,
    Busy,
    Target,
    audited,
    busy,
    change_row,
    drop_row,
    found,
    rebuild,
    superuser,
    swap_rows,
)
from tests.city import City, copy_of
from trust.formats.certificate import Certificate
from trust.rules.verdict import Indication


@pytest.fixture(scope="module")
def scene() -> Iterator[tuple[Busy, tuple[Certificate, ...]]]:
    city = City()
    yield busy(city), city.yinzheng.anchors
    city.close()


@pytest.fixture
def stolen(scene: tuple[Busy, tuple[Certificate, ...]]) -> Iterator[Engine]:
    """The city's database, for one attack."""
    engine = copy_of(scene[0].city.engine)
    yield engine
    engine.dispose()


def test_an_honest_installation_passes(scene: tuple[Busy, tuple[Certificate, ...]], stolen: Engine) -> None:
    report = audited(scene[0].city, stolen, scene[1], old=scene[0].old, files=True)
    assert [one for one in report.findings if one.indication is not Indication.PASSED] == []
    assert report.indication is Indication.PASSED
    assert {"licences", "copies", "acts", "documents", "files", "trail", "rows", "since"} <= set(report.examined)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.table}-{target.column}")
@pytest.mark.parametrize("attack", ["delete", "edit", "swap", "rebuild"])
def test_it_is_found(scene: tuple[Busy, tuple[Certificate, ...]], stolen: Engine, target: Target, attack: str) -> None:
    with superuser(stolen) as connection:
        do(attack, target, connection)
    report = audited(scene[0].city, stolen, scene[1])
    assert found(report), f"{attack} of {target.table} goes unnoticed"
    assert report.indication is Indication.FAILED


def do(attack: str, target: Target, connection: Connection) -> None:
    table, rows = target.described, target.rows(connection)
    if attack == "delete":
        drop_row(connection, table, rows[0])
    elif attack == "edit":
        forged = target.forge(rows[0][target.column])
        assert forged != rows[0][target.column]
        change_row(connection, table, rows[0], **{target.column: forged})
    elif attack == "swap":
        if len(rows) < 2:
            pytest.skip("there is only one")
        swap_rows(connection, table, rows[0], rows[-1])
    else:
        kept = [row | {target.column: target.forge(row[target.column])} for row in rows[1:]]
        rebuild(connection, table, kept)
