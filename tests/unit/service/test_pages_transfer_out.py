"""A transfer out by clicking: it names who takes the licence in, in a field of its own, and only a transfer does."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api, identifier_of
from tests.page_parts import Visitor

RECEIVER = "青石市市场监督管理局"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def test_the_receiver_is_asked_for_confirmed_recorded_and_shown(api: Api) -> None:
    who, identifier = Visitor(api, "scjg"), identifier_of(api.issue())
    path = f"/issuer/licences/{identifier}/act/transfer-out"
    form = who.open(path).form(path)
    missing = who.press(form, ("step", "check"), ground="transfer-applied")
    assert (missing.status, missing.says("办理转出须写明转入机构")) == (422, True)
    sure = who.press(missing.form(path), ("step", "check"), ground="transfer-applied", receiver=RECEIVER)
    assert sure.says("转入机构", RECEIVER)
    done = who.press(sure.form(path), ("step", "confirm"))
    assert done.says(f"转入机构：{RECEIVER}")
    assert api.yinzheng.archive.acts.of(identifier)[-1].receiver == RECEIVER


def test_another_act_has_no_such_field_and_refuses_one(api: Api) -> None:
    who, identifier = Visitor(api, "scjg"), identifier_of(api.issue())
    path = f"/issuer/licences/{identifier}/act/suspend"
    form = who.open(path).form(path)
    assert "receiver" not in form.fields
    page = who.press(form, ("step", "check"), ground="penalty", receiver=RECEIVER)
    assert (page.status, page.says("只有办理转出才写转入机构")) == (422, True)


def test_the_api_takes_and_tells_the_receiver(api: Api) -> None:
    identifier = identifier_of(api.issue())
    where = f"/api/v1/licences/{identifier}"

    def act(**body: str) -> tuple[int, dict[str, object]]:
        headers = api.as_("scjg", Idempotency_Key=api.key())
        answer = api.client.post(f"{where}/acts", json=body, headers=headers)
        return answer.status_code, answer.json()

    assert act(kind="transfer-out", ground="transfer-applied")[0] == 422
    status, told = act(kind="transfer-out", ground="transfer-applied", receiver=RECEIVER)
    assert (status, told["receiver"]) == (201, RECEIVER)
    status, told = act(kind="transfer-back", ground="transfer-withdrawn")
    assert (status, told["receiver"]) == (201, "")
