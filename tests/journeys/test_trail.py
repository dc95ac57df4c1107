"""The operation trail over the real application: who did or looked at what, why, and nobody's name."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update

from service.trail.store import Search, trail, trail_tip
from tests.api_parts import Api, identifier_of
from tests.audit_parts import audited, found, superuser
from tests.city import SEAL_OFFICERS, copy_of
from trust.formats.trail_record import MARKED, TrailRecord, decode_record

ALL = Search()


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def last(api: Api, count: int = 1) -> TrailRecord:
    return api.yinzheng.trail.store.search(ALL, before=None, limit=count)[-1]


def test_looking_at_a_licence_is_recorded_with_the_case(api: Api) -> None:
    identifier = identifier_of(api.issue())
    path = f"/api/v1/licences/{identifier}"
    assert api.client.get(path, headers=api.as_("scjg", X_Case="530199202611210007")).status_code == 200
    record = last(api)
    assert (record.actor, record.role, record.outcome) == ("scjg", "official", 200)
    assert record.action == "GET /api/v1/licences/{identifier}"
    assert record.about == {"identifier": identifier}
    assert record.why == "530199202611210007"


def test_words_are_no_reason(api: Api) -> None:
    path = f"/api/v1/licences/{identifier_of(api.issue())}"
    api.client.get(path, headers=api.as_("scjg") | {"X-Case": "because Lin asked"})
    assert last(api).why == ""


def test_who_is_refused_is_recorded_too(api: Api) -> None:
    path = f"/api/v1/licences/{identifier_of(api.issue())}"
    assert api.client.get(path, headers=api.as_("citizen")).status_code == 404
    assert last(api).outcome == 404
    assert api.client.get("/audit/trail", headers=api.as_("scjg")).status_code == 403
    assert (last(api).action, last(api).outcome) == ("GET /audit/trail", 403)


def test_issuing_and_acting_name_what_came_of_it(api: Api) -> None:
    headers = api.as_("scjg", Idempotency_Key=api.key())
    made = api.client.post("/api/v1/licences", json=api.application(), headers=headers)
    identifier = made.json()["identifier"]
    record = last(api)
    assert (record.outcome, record.about["identifier"]) == (201, identifier)
    assert len(record.holders) == 1, "whose licence it is, by keyed hash"
    act = {"kind": "suspend", "ground": "penalty"}
    headers = api.as_("scjg", Idempotency_Key=api.key())
    assert api.client.post(f"/api/v1/licences/{identifier}/acts", json=act, headers=headers).status_code == 201
    assert (last(api).why, last(api).about) == ("penalty", {"identifier": identifier, "act": "suspend"})


def test_the_gravest_acts_say_about_what_and_why(api: Api) -> None:
    """Orders of two people, acts on seals, a lost key, what was valid when, and what is verified by somebody signed in."""
    identifier = identifier_of(api.issue())

    def post(login: str, path: str, **more: object) -> TrailRecord:
        answer = api.client.post(path, headers=api.as_(login, Idempotency_Key=api.key()), **more)
        assert answer.status_code in {200, 201}, answer.text
        made.update(answer.json())
        return last(api)

    made: dict[str, str] = {}
    order = {"identifiers": [identifier], "kind": "revoke", "ground": "penalty"}
    placed = post("scjg", "/api/v1/act-orders", json=order)
    number, digest = made["number"], made["digest"]
    told = {"order": number, "act": "revoke", "identifier": identifier, "subjects": "1", "digest": digest}
    assert (placed.about, placed.why) == (told, "penalty")
    approved = post("scjg2", f"/api/v1/act-orders/{number}/steps", json={"step": "approve", "digest": digest})
    assert (approved.about, approved.why) == (told | {"number": number}, "penalty")
    seal = api.city.seal().seal.seal_id
    paused = post("scjg2", f"/api/v1/seals/{seal}/acts", json={"step": "suspend", "ground": "seal-paused"})
    assert (paused.about, paused.why) == ({"seal_id": seal, "act": "suspend"}, "seal-paused")
    path = f"/api/v1/licences/{identifier}/standing-evidence?on=2026-11-21"
    assert api.client.get(path, headers=api.as_("auditor")).status_code == 200
    assert last(api).about == {"identifier": identifier}
    loss = {"body": "scjg", "since": None, "reason": "签章服务器被入侵"}
    lost = post("scjg", "/api/v1/key-losses", json=loss)
    assert (lost.about["loss"], lost.why) == (made["number"], "key-compromise")
    api.yinzheng.compromises.withdraw(api.yinzheng.compromises.find(made["number"], None), by=SEAL_OFFICERS[0])


def test_signing_in_and_failing_to(api: Api) -> None:
    def ask(login: str, password: str) -> int:
        form = {"grant_type": "client_credentials", "client_id": login, "client_secret": password}
        return int(api.client.post("/api/v1/token", data=form).status_code)

    assert ask("scjg", "wrong") == 401
    assert (last(api).actor, last(api).action) == ("scjg", "sign-in failed POST /api/v1/token")
    assert ask("my-password-by-mistake", "scjg") == 401
    assert (last(api).actor, last(api).role) == ("?", "")
    assert ask("scjg", "demo-scjg") == 200
    assert (last(api).actor, last(api).outcome) == ("scjg", 200)


def test_a_holder_is_a_keyed_hash(api: Api) -> None:
    path = f"/api/v1/licences/{identifier_of(api.issue())}"
    assert api.client.get(path, headers=api.as_("firm")).status_code == 200
    record = last(api)
    assert record.actor.startswith("holder:")
    assert "91530199MA6QH2K74U" not in record.actor
    every = b"".join(one.record for one in api.yinzheng.trail.store.records())
    for personal in ("91530199MA6QH2K74U", "青禾", "林", "firm"):
        assert personal.encode() not in every


def test_nobody_leaves_no_record(api: Api) -> None:
    before = api.yinzheng.trail.store.tip()
    for path in ("/", "/log/checkpoint", "/status/0", "/trust-list", "/no-such-page"):
        api.client.get(path)
    assert api.yinzheng.trail.store.tip() == before


def test_what_cannot_be_recorded_is_not_shown() -> None:
    api = Api()
    path = f"/api/v1/licences/{identifier_of(api.issue())}"
    headers = api.as_("scjg")
    assert api.client.get(path, headers=headers).status_code == 200
    with superuser(api.city.engine) as connection:
        connection.execute(text("ALTER TABLE trail RENAME TO gone"))
    answer = api.client.get(path, headers=headers)
    assert answer.status_code >= 500
    assert "number" not in answer.text
    api.close()


def test_the_head_is_logged_once_a_minute_and_rows_are_marked(api: Api) -> None:
    city, keeping = api.city, api.yinzheng.trail
    api.issue()
    city.clock.forward(minutes=2)
    api.yinzheng.publisher.refresh(city.clock())
    commitment = keeping.store.last_commitment()
    assert commitment is not None
    assert commitment.log_index is not None
    assert commitment.number == keeping.store.tip()[0]
    marked = {decode_record(one.record).about["table"] for one in keeping.store.records() if one.columns[2] == MARKED}
    assert {"licence", "seal_use", "seal", "seal_filing"} <= marked
    api.client.get("/api/v1/types", headers=api.as_("scjg"))
    size = city.yinzheng.archive.log.size()
    api.yinzheng.publisher.refresh(city.clock() + timedelta(seconds=30))
    assert city.yinzheng.archive.log.size() == size


@pytest.mark.parametrize("attack", ["edit", "delete", "reorder", "cut", "cut with tip", "all"])
def test_a_trail_that_was_touched_is_found(api: Api, attack: str) -> None:
    city = api.city
    for _ in range(3):
        api.client.get("/api/v1/mandates", headers=api.as_("scjg"))
    city.clock.forward(minutes=2)
    api.yinzheng.publisher.refresh(city.clock())
    engine, (number, _) = copy_of(city.engine), api.yinzheng.trail.store.tip()
    assert not found(audited(city, engine, city.yinzheng.anchors))
    with superuser(engine) as connection:
        if attack == "edit":
            forged = update(trail).where(trail.c.number == number - 1).values(actor="somebody")
            connection.execute(forged)
        elif attack == "delete":
            connection.execute(delete(trail).where(trail.c.number == number - 1))
        elif attack == "reorder":
            for old, new in ((number, 0), (number - 1, number), (0, number - 1)):
                connection.execute(update(trail).where(trail.c.number == old).values(number=new))
        else:
            kept = 0 if attack == "all" else number - 2
            connection.execute(delete(trail).where(trail.c.number > kept))
            if attack == "cut with tip":
                head = connection.scalar(trail.select().with_only_columns(trail.c.head).where(trail.c.number == kept))
                connection.execute(update(trail_tip).values(number=kept, head=head))
            if attack == "all":
                connection.execute(delete(trail_tip))
    assert found(audited(city, engine, city.yinzheng.anchors)) & {
        "trail-columns",
        "trail-missing",
        "trail-chain",
        "trail-tip",
        "trail-cut",
    }
    engine.dispose()
