"""Consents on paper over the API: put down by a department's system, confirmed by a person, withdrawn, listed."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_parts import Api, identifier_of, is_problem
from tests.stock_parts import drawn_here, picture

TERMS = {"purpose": "办理商铺租赁合同备案", "recipient": "云岭市住房和城乡建设局"}
HOLDER = "云岭市青禾数据科技有限公司"
PAPER = picture()
PNG = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    made.yinzheng.draw = drawn_here
    body = made.city.body_code("business-licence")
    secret = made.yinzheng.identity.admit_system("reg-system", "登记系统", body)
    made._tokens["reg-system"] = made.yinzheng.identity.sign_in("reg-system", secret, made.city.clock())
    yield made
    made.close()


@pytest.fixture(scope="module")
def here(api: Api) -> str:
    """The consents of a licence that `firm` holds."""
    return f"/api/v1/licences/{identifier_of(api.issue())}/copy-consents"


@pytest.fixture(scope="module")
def scan(api: Api) -> str:
    """The paper, as the department's system has handed it in."""
    made = api.client.post("/api/v1/scans", content=PAPER, headers=api.as_("reg-system") | PNG)
    assert made.status_code == 201, made.text
    return str(made.json()["scan"])


def post(api: Api, login: str, address: str, body: Any = None, **more: str) -> Any:
    headers = api.as_(login, **({"Idempotency_Key": api.key()} | more))
    return api.client.post(address, json={} if body is None else body, headers=headers)


def words(scan: str, reference: str, **changed: str) -> dict[str, str]:
    paper = {"reference": reference, "mode": "holder", "giver": HOLDER, "scan": scan}
    return TERMS | {"valid_until": "2026-12-31T16:00:00Z"} | paper | changed


def test_a_paper_from_a_system_to_a_copy_and_back(api: Api, here: str, scan: str) -> None:
    key = api.key()
    made = [post(api, "reg-system", f"{here}/papers", words(scan, "ZZ-2026-1"), Idempotency_Key=key) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201], made[0].text
    assert made[0].json() == made[1].json()
    assert {"stage": "waiting", "on_paper": True, "giver": HOLDER}.items() <= made[0].json().items()
    copy = TERMS | {"consent": {"reference": "ZZ-2026-1"}}
    copies = here.replace("copy-consents", "copies")
    assert is_problem(post(api, "scjg", copies, copy), 403, "basis-ended")  # nobody has confirmed it
    one = f"{here}/ZZ-2026-1"
    by_system = post(api, "reg-system", f"{one}/decision", {"step": "confirm"})
    assert (by_system.status_code, by_system.json()["code"]) == (403, "not-allowed")  # a person has to look at it
    seen = api.client.get(f"{one}/paper", headers=api.as_("scjg"))
    assert (seen.status_code, seen.content) == (200, PAPER)
    assert post(api, "scjg", f"{one}/decision", {"step": "confirm"}).json()["stage"] == "given"
    assert post(api, "scjg", f"{one}/decision", {"step": "confirm"}).json()["stage"] == "given"
    refused = post(api, "scjg", f"{one}/decision", {"step": "refuse", "reason": "字迹不清"})
    assert is_problem(refused, 409, "consent-moved")
    made_copy = post(api, "scjg", copies, copy)
    assert made_copy.status_code == 201, made_copy.text
    assert is_problem(post(api, "reg-system", f"{one}/withdrawal"), 422, "consent-not-taken")  # a body says why
    gone = [post(api, "reg-system", f"{one}/withdrawal", {"reason": reason}) for reason in ("来函撤回", "再次来函")]
    assert [(one.json()["label"], one.json()["reason"]) for one in gone] == [("已撤回", "来函撤回")] * 2
    assert api.client.get(made_copy.json()["links"]["here"], headers=api.as_("scjg")).json()["label"] == "注销"


def test_whoever_put_it_down_does_not_confirm_it(api: Api, here: str, scan: str) -> None:
    mine = words(scan, "ZZ-2026-2", mode="agent", giver="高远航")
    assert post(api, "scjg", f"{here}/papers", mine).status_code == 201
    for step in ({"step": "confirm"}, {"step": "refuse", "reason": "无效"}):
        assert is_problem(post(api, "scjg", f"{here}/ZZ-2026-2/decision", step), 403, "consent-own-hand")
    assert is_problem(post(api, "scjg2", f"{here}/ZZ-2026-2/decision", {"step": "refuse"}), 422, "consent-not-taken")
    told = post(api, "scjg2", f"{here}/ZZ-2026-2/decision", {"step": "refuse", "reason": "没有授权人签字"})
    assert (told.json()["stage"], told.json()["reason"]) == ("refused", "没有授权人签字")


def test_a_holder_takes_back_an_own_consent_and_no_system_does(api: Api, here: str) -> None:
    terms = TERMS | {"valid_until": "2026-12-31T16:00:00Z"}
    made = [post(api, "firm", here, terms).json()["reference"] for _ in range(2)]
    reason = {"reason": "来函撤回"}
    by_system = post(api, "reg-system", f"{here}/{made[0]}/withdrawal", reason)
    assert is_problem(by_system, 404, "not-found")
    assert post(api, "firm", f"{here}/{made[0]}/withdrawal").json()["label"] == "已撤回"
    assert is_problem(post(api, "jyj", f"{here}/{made[1]}/withdrawal", reason), 404, "not-found")
    for body, status in (({}, 422), ({"reason": " "}, 422), ({"reason": "长" * 201}, 422), (reason, 200)):
        assert post(api, "scjg", f"{here}/{made[1]}/withdrawal", body).status_code == status, body


def test_the_other_door_has_the_same_rule(api: Api, here: str, scan: str) -> None:
    """`/consent-withdrawals` is for every consent of a department, so for these too."""
    terms = TERMS | {"valid_until": "2026-12-31T16:00:00Z"}
    given = post(api, "firm", here, terms).json()["reference"]
    post(api, "reg-system", f"{here}/papers", words(scan, "ZZ-2026-3"))
    door, why = "/api/v1/consent-withdrawals", {"reason": "来函撤回"}
    for reference in (given, "ZZ-2026-3"):
        named = {"mode": "holder", "reference": reference}
        for short in (named, named | {"reason": " "}, named | {"reason": "长" * 201}):
            assert is_problem(post(api, "scjg", door, short), 422, "consent-not-taken")
        assert post(api, "reg-system", door, named | why).status_code == 403
        assert post(api, "jyj", door, named).status_code == 200  # a consent of that department's own, by this number
        listed = {one["reference"]: one for one in api.client.get(here, headers=api.as_("scjg")).json()}
        assert (listed[reference]["withdrawn_at"], listed[reference]["reason"]) == (None, None)
    first = post(api, "scjg", door, {"mode": "holder", "reference": given} | why)
    assert post(api, "firm", f"{here}/{given}/withdrawal").json()["reason"] == "来函撤回"
    assert post(api, "firm", f"{here}/{given}/withdrawal").json()["withdrawn_at"] == first.json()["withdrawn_at"]
    agent = {"mode": "agent", "reference": "ZZ-2026-3"}
    assert post(api, "scjg", door, agent).status_code == 200  # another mode is another consent
    plain = post(api, "scjg", door, {"mode": "holder", "reference": "SQ-of-citing"} | why)
    assert plain.status_code == 200  # a reason is not asked for there, and is not kept


@pytest.mark.parametrize("after", ["\0", "ZZ\0", "ZZ-LIST-0\0"])
def test_a_list_that_goes_on_behind_what_no_number_can_be(api: Api, after: str) -> None:
    found = api.client.get("/api/v1/copy-consents", params={"after": after}, headers=api.as_("scjg"))
    assert found.status_code == 200, found.text


def test_a_body_lists_its_consents(api: Api, here: str, scan: str) -> None:
    references = [f"ZZ-LIST-{place}" for place in range(3)]
    for reference in references:
        assert post(api, "reg-system", f"{here}/papers", words(scan, reference)).status_code == 201
    waiting = {"stage": "waiting", "after": "ZZ-LIST-0"}
    found = api.client.get("/api/v1/copy-consents", params=waiting, headers=api.as_("reg-system")).json()
    assert [one["reference"] for one in found] == references[1:]
    assert {one["original"] for one in found} == {here.split("/")[4]}
    assert api.client.get("/api/v1/copy-consents", headers=api.as_("jyj")).json() == []
    unknown = api.client.get("/api/v1/copy-consents", params={"stage": "lost"}, headers=api.as_("scjg"))
    assert is_problem(unknown, 422, "invalid-request")


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"scan": "sm3:" + "0" * 64}, "scan"),
        ({"scan": "x"}, "scan"),
        ({"reference": "一号"}, "reference"),
        ({"mode": "statutory"}, "mode"),
        ({"giver": "别人"}, "giver"),
        ({"mode": "agent"}, "giver"),
        ({"purpose": ""}, "purpose"),
        ({"valid_until": "2036-01-01T00:00:00Z"}, "valid_until"),
    ],
)
def test_a_paper_that_is_not_in_order(api: Api, here: str, scan: str, changed: dict[str, str], member: str) -> None:
    before = api.rows()
    answer = post(api, "reg-system", f"{here}/papers", words(scan, "ZZ-BAD") | changed)
    assert is_problem(answer, 422, "consent-not-taken"), answer.text
    assert member in answer.text
    assert api.rows() == before


def test_a_scan_of_another_body_is_none(api: Api, here: str) -> None:
    theirs = api.client.post("/api/v1/scans", content=PAPER, headers=api.as_("jyj") | PNG).json()["scan"]
    body = words(theirs, "ZZ-2026-9")
    assert is_problem(post(api, "jyj", f"{here}/papers", body), 404, "not-found")
    assert is_problem(post(api, "jyj", f"{here}/ZZ-2026-1/decision", {"step": "confirm"}), 404, "not-found")
    assert api.client.get(f"{here}/ZZ-2026-1/paper", headers=api.as_("jyj")).status_code == 404
