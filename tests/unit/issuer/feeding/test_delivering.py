"""Told at least once and in order; the deaf wait longer, and at last pause."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from issuer.feeding.delivering import AT_ONCE, LEASE
from issuer.feeding.errors import DeliveryFailed, HookRefused, NoSuchHook
from issuer.feeding.events import EventKind, Noted
from issuer.feeding.hooks import MOST_FAILURES, Hook, HookState
from issuer.feeding.ports import Feeding
from issuer.feeding.registering import end, find, register, renew, resume
from issuer.feeding.store import SqlFeed
from issuer.feeding.telling import deliver_once
from service.database import open_engine
from tests.city import Clock
from trust.store import METADATA

BODY, OTHER = "11530199MB0T35T1XE", "11530199MB0T35T28E"


@dataclass
class Ear:
    """A courier who remembers what was sent, and answers as told; what it cannot send is a reason."""

    answers: list[int | str] = field(default_factory=list)
    heard: list[dict[str, object]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answer = self.answers.pop(0) if self.answers else 204
        self.heard.append(json.loads(body) | {"url": url})
        self.headers.append(headers)
        if isinstance(answer, str):
            raise DeliveryFailed(answer)
        return answer

    @property
    def numbers(self) -> list[int]:
        return [event["number"] for one in self.heard for event in one["events"]]  # type: ignore[attr-defined, index]  # members of JSON


@dataclass
class Scene:
    """A feed, its hooks, an ear and a clock."""

    feed: SqlFeed
    ear: Ear
    clock: Clock
    desk: Feeding
    events: int = 0

    def happen(self, count: int = 1, body: str = BODY) -> None:
        told = []
        for _ in range(count):
            self.events += 1
            told.append(
                Noted(body, EventKind.LICENCE_ISSUED, f"subject {self.events}", f"mark {self.events}", self.clock())
            )
        self.feed.note(told)

    def hook(self, url: str = "https://oa.example/x", body: str = BODY) -> Hook:
        made = register(
            self.desk,
            url,
            body_code=body,
            by="scjg",
            at=self.clock(),
            hook_id=f"{int(body != BODY)}{len(self.feed.of_body(body))}",
        )
        return made[0]

    def deliver(self, turns: int = 2) -> int:
        return len(deliver_once(self.desk, now=self.clock, turns=turns))

    def now(self, hook: Hook) -> Hook:
        found = self.feed.find(hook.hook_id)
        assert found is not None
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """On a file: an address that acts while it is told does so in a thread, and a connection in memory is one for all."""
    engine = open_engine(f"sqlite:///{tmp_path / 'feed.db'}")
    METADATA.create_all(engine)
    feed, ear = SqlFeed(engine), Ear()
    return Scene(feed, ear, Clock(), Feeding(feed, feed, ear, lambda key_id: key_id.encode()))


def test_told_in_order_and_then_quiet(scene: Scene) -> None:
    scene.happen(2)  # before anybody wanted to be told
    hook = scene.hook()
    assert scene.deliver() == 0
    scene.happen(3)
    assert (scene.deliver(), scene.deliver()) == (1, 0)
    assert scene.ear.numbers == [3, 4, 5]
    assert scene.ear.heard[0]["after"] == 2
    assert (scene.now(hook).delivered, scene.now(hook).failures) == (5, 0)
    assert 'keyid="00.1"' in scene.ear.headers[0]["Signature-Input"]


def test_a_message_says_nothing_of_anybody(scene: Scene) -> None:
    scene.hook()
    scene.happen()
    scene.deliver()
    (event,) = scene.ear.heard[0]["events"]  # type: ignore[misc]  # members of JSON
    assert scene.ear.heard[0].keys() == {"format", "body", "after", "events", "url"}
    assert event.keys() == {"number", "kind", "subject", "detail", "at"}


def test_a_large_backlog_goes_in_parts(scene: Scene) -> None:
    scene.hook()
    scene.happen(2 * AT_ONCE + 1)
    assert [scene.deliver() for _ in range(4)] == [1, 1, 1, 0]
    assert scene.ear.numbers == list(range(1, 2 * AT_ONCE + 2))


@pytest.mark.parametrize("answer", [500, 404, 301, 302, 100, "timeout", "not-public", "tls"])
def test_what_did_not_arrive_is_sent_again(scene: Scene, answer: int | str) -> None:
    hook = scene.hook()
    scene.happen()
    scene.ear.answers = [answer]
    scene.deliver()
    assert (scene.now(hook).delivered, scene.now(hook).failures) == (0, 1)
    assert scene.deliver() == 0  # not yet
    scene.clock.forward(seconds=31)
    scene.happen()
    assert scene.deliver() == 1
    assert scene.ear.numbers == [1, 1, 2]
    assert (scene.now(hook).failures, scene.now(hook).trouble) == (0, "")
    log = scene.feed.deliveries(hook.hook_id, 10)
    assert [(one.sequence, one.first, one.last, bool(one.trouble)) for one in log] == [
        (2, 1, 2, False), (1, 1, 1, True),
    ]  # fmt: skip


def test_after_many_failures_a_hook_pauses_until_somebody_looks(scene: Scene) -> None:
    hook = scene.hook()
    scene.happen()
    scene.ear.answers = [503] * MOST_FAILURES
    tried = 0
    for _ in range(500):
        tried += scene.deliver()
        scene.clock.forward(minutes=10)
    assert tried == MOST_FAILURES
    assert (scene.now(hook).state, scene.now(hook).trouble) == (HookState.PAUSED, "status 503")
    scene.happen()
    assert scene.deliver() == 0
    resume(scene.desk, scene.now(hook), at=scene.clock())
    assert scene.deliver() == 1
    assert scene.ear.numbers[-2:] == [1, 2]  # nothing was lost meanwhile


def test_an_address_that_is_gone_pauses_at_once(scene: Scene) -> None:
    hook = scene.hook()
    scene.happen()
    scene.ear.answers = [410]
    scene.deliver()
    assert scene.now(hook).state is HookState.PAUSED


def test_a_worker_that_died_loses_its_claim(scene: Scene) -> None:
    hook = scene.hook()
    scene.happen()
    assert scene.feed.claim(hook, scene.clock() + LEASE)
    assert not scene.feed.claim(hook, scene.clock() + LEASE)
    assert scene.deliver() == 0
    scene.clock.forward(minutes=3)
    assert scene.deliver() == 1


def test_a_claim_begins_when_it_is_made(scene: Scene) -> None:
    """Slow hooks before it take nothing of a hook's time: while it is told, nobody else takes it for due."""
    hooks = [scene.hook(f"https://oa.example/{place}") for place in range(3)]
    scene.happen()
    post, due = scene.ear.post, []

    def slow(url: str, headers: Mapping[str, str], body: bytes) -> int:
        scene.clock.forward(seconds=100)
        due.append([hook.url for hook in scene.feed.due(scene.clock(), 9, deaf=False)])
        return post(url, headers, body)

    scene.ear.post = slow  # type: ignore[method-assign]  # the ear takes its time
    assert scene.deliver(turns=1) == len(hooks)
    told = [str(one["url"]) for one in scene.ear.heard]
    assert all(url not in waiting for url, waiting in zip(told, due, strict=True))


def test_a_hook_that_was_ended_does_not_come_back(scene: Scene) -> None:
    hook = scene.hook()
    end(scene.desk, hook)
    with pytest.raises(NoSuchHook):
        renew(scene.desk, hook)
    assert resume(scene.desk, replace(hook, state=HookState.PAUSED), at=scene.clock()).state is HookState.ENDED
    assert scene.now(hook) == replace(hook, state=HookState.ENDED)
    assert end(scene.desk, hook) == scene.now(hook)


def test_a_secret_is_renewed_by_one_at_a_time(scene: Scene) -> None:
    hook = scene.hook()
    renewed, _ = renew(scene.desk, hook)
    with pytest.raises(HookRefused, match="hook-moved"):
        renew(scene.desk, hook)
    assert scene.now(hook) == renewed
    assert end(scene.desk, hook).generation == renewed.generation


def test_whoever_was_ended_while_it_was_told_stays_ended(scene: Scene) -> None:
    hook = scene.hook()
    scene.happen()
    post = scene.ear.post

    def ended(url: str, headers: Mapping[str, str], body: bytes) -> int:
        end(scene.desk, scene.now(hook))
        return post(url, headers, body)

    scene.ear.post = ended  # type: ignore[method-assign]  # the address acts while it is told
    scene.ear.answers = [410]
    scene.deliver()
    assert scene.now(hook).state is HookState.ENDED
    scene.happen()
    assert scene.deliver() == 0


def test_hooks_hear_of_their_own_body_alone(scene: Scene) -> None:
    own, other = scene.hook(), scene.hook("https://other.example/", OTHER)
    scene.happen(2)
    assert scene.deliver() == 1
    assert {one["url"] for one in scene.ear.heard} == {own.url}
    with pytest.raises(NoSuchHook):
        find(scene.desk, other.hook_id, "another body")


def test_a_new_secret_has_a_new_name(scene: Scene) -> None:
    hook, secret = renew(scene.desk, scene.hook())
    assert (hook.key_id, secret) == ("00.2", b"00.2")
    end(scene.desk, hook)
    with pytest.raises(NoSuchHook):
        renew(scene.desk, scene.now(hook))
    assert resume(scene.desk, scene.now(hook), at=scene.clock()).state is HookState.ENDED


def test_a_body_has_five_at_most(scene: Scene) -> None:
    made = [scene.hook() for _ in range(5)]
    with pytest.raises(HookRefused):
        scene.hook()
    end(scene.desk, made[0])
    assert scene.hook().state is HookState.ACTIVE
