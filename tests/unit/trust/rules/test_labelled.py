"""Members of labelled enumerations: their value is what is stored and sent, their label what people read."""

import pickle
from copy import deepcopy
from json import dumps

import pytest

from trust.rules.labelled import Labelled


class Stage(Labelled):
    """An example."""

    WAITING = "waiting", "待审批"
    DONE = "done", "已办结"


def test_a_member_is_its_value_and_has_a_label() -> None:
    assert [(one.value, one.label) for one in Stage] == [("waiting", "待审批"), ("done", "已办结")]
    assert (f"{Stage.DONE}", str(Stage.DONE), dumps(Stage.DONE)) == ("done", "done", '"done"')
    assert Stage.DONE == "done"


def test_a_member_is_found_by_its_value_alone_and_stays_the_one_it_is() -> None:
    assert Stage("done") is Stage.DONE
    assert deepcopy(Stage.DONE) is Stage.DONE
    assert pickle.loads(pickle.dumps(Stage.DONE)) is Stage.DONE
    with pytest.raises(ValueError, match="已办结"):
        Stage("已办结")


def test_a_member_without_a_label_is_none() -> None:
    with pytest.raises((ValueError, RuntimeError)):

        class Wrong(Labelled):
            WAITING = "waiting"
