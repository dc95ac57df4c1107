"""The audit on either database: an honest installation passes, and an edited row of any audited table is found."""

from sqlalchemy import Engine

from tests.audit_parts import TARGETS, audited, busy, change_row, found, rebuild, rows_of, superuser
from tests.city import City
from trust.rules.verdict import Indication


def test_every_table(engine: Engine) -> None:
    city = City(engine=engine)
    scene, anchors = busy(city), city.yinzheng.anchors
    assert audited(city, engine, anchors, old=scene.old, files=True).indication is Indication.PASSED
    for target in TARGETS:
        with superuser(engine) as connection:
            before = rows_of(connection, target.described)
            row = target.rows(connection)[0]
            change_row(connection, target.described, row, **{target.column: target.forge(row[target.column])})
        assert found(audited(city, engine, anchors)), target.table
        with superuser(engine) as connection:
            rebuild(connection, target.described, before)
    assert audited(city, engine, anchors, old=scene.old).indication is Indication.PASSED
