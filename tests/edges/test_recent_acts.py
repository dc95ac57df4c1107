"""The auditor's list of recent acts, on both databases: newest first, bounded, and without words about people."""

from dataclasses import astuple

from sqlalchemy import Engine

from service.recent import recent_acts
from tests.api_parts import identifier_of
from tests.city import City
from trust.rules.standing import ActKind


def test_recent_acts_are_the_newest_and_name_nobody(engine: Engine) -> None:
    city = City(engine=engine, people=False)
    first, second = city.issue(), city.issue("teacher-qualification")
    city.act(ActKind.SUSPEND, first, "penalty", reason="写给自己看的理由")
    city.clock.forward(seconds=1)
    city.act(ActKind.REINSTATE, first, "rectified")
    city.clock.forward(seconds=1)
    city.act(ActKind.CANCEL, second, "holder-request")

    found = recent_acts(engine, 2)

    assert [act.kind for act in found] == [ActKind.CANCEL, ActKind.REINSTATE]
    assert found[0].recorded_at == city.clock()
    assert found[0].ground == "持证主体申请注销"
    assert found[0].type_code == second.entry.licence.identifier.type_code
    assert all(act.log_index is not None for act in found)
    told = str([astuple(act) for act in recent_acts(engine, 10)])
    secrets = ("写给自己看的理由", "林𬭎雅", identifier_of(first), identifier_of(second), "周明远")
    assert not [word for word in secrets if word in told]
