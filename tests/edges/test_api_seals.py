"""The API of seals: a department applies, another person approves, documents are sealed, strangers learn nothing."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from service.seal_planners import READERS
from tests.api_parts import Api, is_problem
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.seal_parts import png
from trust.rules.verdict import Indication

SEALS = "/api/v1/seals"
PLACE = {"page": "1", "x": "100", "y": "100"}
WISH = {"kind": "contract", "reason": "签订采购合同"}
STRANGERS = ("jyj", "spj")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def ask(api: Api, method: str, address: str, login: str | None = "scjg", key: str | None = None, **given: Any) -> Any:
    api.city.clock.forward(seconds=1)
    headers = api.as_(login, Idempotency_Key=key or api.key())
    return api.client.request(method, address, headers=headers, **given)


def applied(api: Api, **changes: Any) -> str:
    answer = ask(api, "POST", SEALS, json=WISH | changes)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{SEALS}/{answer.json()['seal']}"
    return str(answer.json()["seal"])


def filed(api: Api, **changes: Any) -> str:
    one = applied(api, **changes)
    assert ask(api, "POST", f"{SEALS}/{one}/decision", "scjg2", json={"approve": True}).status_code == 200
    assert ask(api, "POST", f"{SEALS}/{one}/filing").status_code == 200
    return one


@pytest.fixture(scope="module")
def one(api: Api) -> str:
    return filed(api)


def seal(
    api: Api, one: str, data: bytes | None = None, login: str = "scjg", key: str | None = None, **form: str
) -> Any:
    fields = {"purpose": "向市政府报送"} | (form or PLACE)
    files = {"file": ("letter", data or letter(), "application/octet-stream")}
    return ask(api, "POST", f"{SEALS}/{one}/sealings", login, key, data=fields, files=files)


def test_from_application_to_the_end(api: Api) -> None:
    made = applied(api, name="云岭市市场监督管理局采购合同章", per_day=9, threshold=5)
    view = ask(api, "GET", f"{SEALS}/{made}").json()["seal"]
    assert (view["state"], view["kind_label"], view["name"]) == (
        "applied",
        "合同专用章",
        "云岭市市场监督管理局采购合同章",
    )
    assert is_problem(ask(api, "POST", f"{SEALS}/{made}/decision", json={"approve": True}), 403, "second-person")
    decided = ask(api, "POST", f"{SEALS}/{made}/decision", "boss", json={"approve": True, "note": "同意"})
    assert decided.json()["seal"]["state"] == "approved"
    done = ask(api, "POST", f"{SEALS}/{made}/filing", "scjg2").json()["seal"]
    assert (done["state"], done["width_mm"], done["per_day"], done["threshold"]) == ("in-use", 42, 9, 5)
    for step, ground, state in (
        ("suspend", "seal-paused", "suspended"),
        ("resume", "seal-pause-ended", "in-use"),
    ):
        body = {"step": step, "ground": ground}
        answer = ask(api, "POST", f"{SEALS}/{made}/acts", json=body)
        assert (answer.status_code, answer.json()["seal"]["state"]) == (201, state)
    alone = ask(api, "POST", f"{SEALS}/{made}/acts", json={"step": "cancel", "ground": "seal-remade"})
    assert is_problem(alone, 409, "needs-second-person")
    order = {"identifiers": [f"seal:{made}"], "kind": "cancel", "ground": "seal-remade"}
    placed = ask(api, "POST", "/api/v1/act-orders", json=order).json()
    approval = {"step": "approve", "digest": placed["digest"]}
    assert ask(api, "POST", f"/api/v1/act-orders/{placed['number']}/steps", "scjg2", json=approval).status_code == 200
    assert ask(api, "GET", f"{SEALS}/{made}").json()["seal"]["state"] == "cancelled"
    told = ask(api, "GET", f"{SEALS}/{made}", "auditor").json()["steps"]
    assert [step["step"] for step in told] == ["approve", "make", "file", "suspend", "resume", "cancel"]
    assert [step["by"] for step in told][:2] == ["管理员", "顾清和"]
    assert told[3]["note"] == "暂不使用"


def test_withdrawing(api: Api) -> None:
    made = applied(api)
    answer = ask(api, "POST", f"{SEALS}/{made}/acts", json={"step": "withdraw", "reason": "改日再报"})
    assert answer.json()["seal"]["state"] == "withdrawn"
    assert is_problem(ask(api, "POST", f"{SEALS}/{made}/filing"), 409, "seal-move")


@pytest.mark.parametrize("data", [letter(), page(pages=2)], ids=["ofd", "pdf"])
@pytest.mark.parametrize(
    "form",
    [PLACE, {"page": "0", "x": "9", "y": "9"}, {"riding": "right"}, PLACE | {"lock": "1"}],
    ids=["point", "every page", "riding", "lock"],
)
def test_a_document_is_sealed(api: Api, one: str, data: bytes, form: dict[str, str]) -> None:
    key = api.key()
    answer = seal(api, one, data, key=key, **form)
    assert answer.status_code == 200, answer.text
    kind = "pdf" if data.startswith(b"%PDF") else "ofd"
    assert answer.headers["content-type"] == f"application/{kind}"
    assert answer.headers["content-disposition"] == f'attachment; filename="sealed.{kind}"'
    assert answer.headers["cache-control"] == "no-store"
    found = READERS[kind](answer.content)  # type: ignore[index]  # one of the two
    assert not [one.name for facts in found.signatures for one in facts.findings if one.indication is Indication.FAILED]
    assert seal(api, one, data, key=key, **form).content == answer.content
    last = ask(api, "GET", f"{SEALS}/{one}/uses").json()[-1]
    assert (last["purpose"], last["result"], last["by"]) == ("向市政府报送", "已用印", "scjg")
    assert answer.headers["seal-request"] == last["subject"]


def test_words_in_the_document(api: Api, one: str) -> None:
    assert is_problem(seal(api, one, words="这里没有", occurrence="1"), 409, "no-such-words")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"x": "1", "y": "1"}, 422, "seal-place"),
        ({"page": "1"}, 422, "seal-place"),
        ({"page": "1", "x": "-1", "y": "1"}, 422, "seal-place"),
        ({"page": "1", "x": "1e3", "y": "1"}, 422, "seal-place"),
        ({"page": "-1", "x": "1", "y": "1"}, 422, "seal-place"),
        ({"page": "\uff11", "x": "1", "y": "1"}, 422, "seal-place"),
        ({"riding": "middle"}, 422, "seal-place"),
        ({"words": "文", "riding": "left"}, 422, "seal-place"),
        ({"words": "文\u200b字"}, 422, "format-character"),
        (PLACE | {"purpose": ""}, 422, "empty"),
        (PLACE | {"purpose": "字" * 201}, 422, "too-long"),
        (PLACE | {"lock": "yes"}, 422, "seal-field"),
        (PLACE | {"more": "1"}, 422, "seal-field"),
    ],
)
def test_forms_that_do_not_do(api: Api, one: str, form: dict[str, str], status: int, code: str) -> None:
    stored = api.rows()
    assert is_problem(seal(api, one, **form), status, code)
    assert api.rows() == stored


@pytest.mark.parametrize("data", [b"not a document", b"GIF89a", b"x"])
def test_what_is_no_document(api: Api, one: str, data: bytes) -> None:
    assert is_problem(seal(api, one, data), 422, "seal-document")


def test_bodies_that_are_no_form(api: Api, one: str) -> None:
    address = f"{SEALS}/{one}/sealings"
    assert ask(api, "POST", address, json={"page": 1}).status_code == 415
    assert ask(api, "POST", address).status_code == 415
    assert is_problem(ask(api, "POST", address, files={"other": ("a", b"b")}, data=PLACE), 422, "seal-file")
    assert is_problem(
        ask(api, "POST", address, data=PLACE | {"file": "text"}, files={"x": ("a", b"")}), 422, "seal-file"
    )
    torn = {"content-type": "multipart/form-data; boundary=x"}
    headers = api.as_("scjg", Idempotency_Key=api.key()) | torn
    assert api.client.post(address, headers=headers, content=b"nothing of the kind").status_code == 400


def test_a_body_that_is_too_large(api: Api, one: str) -> None:
    big = b"%PDF-" + bytes(20 * 1024 * 1024 + 70_000)
    assert seal(api, one, big).status_code == 413


def test_above_the_threshold(api: Api) -> None:
    made = filed(api, threshold=1)
    assert seal(api, made).status_code == 200
    key = api.key()
    waits = seal(api, made, key=key)
    number = waits.json()["number"]
    assert (waits.status_code, waits.json()["progress"], waits.headers["seal-request"]) == (202, "waiting", number)
    decision = f"{SEALS}/{made}/requests/{number}/decision"
    assert is_problem(ask(api, "POST", decision, json={"approve": True}), 403, "second-person")
    assert ask(api, "POST", decision, "jyj", json={"approve": True}).status_code == 404
    assert ask(api, "POST", decision, "scjg2", json={"approve": True}).json()["progress"] == "approved"
    assert seal(api, made, key=key).status_code == 200
    listed = ask(api, "GET", f"{SEALS}/{made}/requests").json()
    assert [one["progress"] for one in listed] == ["approved", "open"]
    assert listed[0]["documents"][0]["result_label"] == "已用印"
    more = ask(api, "POST", f"{SEALS}/{made}/requests", json={"count": 3, "purpose": "批量换发"})
    assert (more.status_code, more.json()["progress"], more.json()["documents"]) == (201, "waiting", [])


def test_a_picture_that_is_brought_along(api: Api) -> None:
    picture = {"png": b64encode(png(400)).decode(), "width_mm": 42, "height_mm": 42}
    made = filed(api, picture=picture)
    shown = ask(api, "GET", f"{SEALS}/{made}/picture.png")
    assert (shown.headers["content-type"], shown.content) == ("image/png", png(400))
    for changed, code in (
        ({"png": b64encode(png(40)).decode()}, "picture-refused"),
        ({"png": "no base64!"}, "wish-picture"),
        ({"png": b64encode(b"x" * 200_000).decode()}, "picture-refused"),
    ):
        body = WISH | {"picture": picture | changed}
        assert is_problem(ask(api, "POST", SEALS, json=body), 422, code)


def test_a_personal_seal(api: Api) -> None:
    made = applied(api, kind="personal", holder="scjg2")
    assert is_problem(
        ask(api, "POST", f"{SEALS}/{made}/decision", "scjg2", json={"approve": True}), 403, "second-person"
    )
    assert ask(api, "POST", f"{SEALS}/{made}/decision", "boss", json={"approve": True}).status_code == 200
    view = ask(api, "POST", f"{SEALS}/{made}/filing").json()["seal"]
    assert (view["name"], view["holder"], view["width_mm"]) == ("顾清和印", "scjg2", 18)
    assert seal(api, made).status_code == 404
    assert seal(api, made, login="scjg2").status_code == 200
    assert is_problem(ask(api, "POST", SEALS, json=WISH | {"kind": "personal", "holder": "jyj"}), 422, "wish-holder")


def test_strangers_learn_nothing(api: Api, one: str) -> None:
    nobody = "53019900000000"
    for login in STRANGERS:
        for address in ("", "/picture.png", "/uses", "/requests"):
            answers = [ask(api, "GET", f"{SEALS}/{seal}{address}", login) for seal in (one, nobody)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        assert seal(api, one, login=login).content == seal(api, nobody, login=login).content
        assert one not in {row["seal"] for row in ask(api, "GET", SEALS, login).json()}
    for login in ("auditor", "boss", "scjg2"):
        assert one in {row["seal"] for row in ask(api, "GET", SEALS, login).json()}


def test_grounds(api: Api) -> None:
    told = {row["code"]: row for row in api.client.get("/api/v1/seal-grounds").json()}
    assert told["seal-lost"] == {
        "code": "seal-lost", "label": "丢失", "acts": ["cancel"], "needs_reason": False, "retroactive": True,
    }  # fmt: skip
    assert told["other"]["acts"] == ["suspend", "resume", "cancel"]


def test_nothing_but_the_description_is_sent(api: Api, one: str) -> None:
    for extra in ({"state": "in-use"}, {"seal_id": "1"}, {"body_code": "11530199MB0T35T28E"}):
        assert ask(api, "POST", SEALS, json=WISH | extra).status_code == 422
