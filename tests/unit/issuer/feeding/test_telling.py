"""Many hooks at a time: nobody waits for the slow one, turns are fair, and what is under way is waited for at the end."""

from collections.abc import Iterator, Mapping
from threading import Event as Flag
from threading import get_ident

import pytest

from issuer.feeding.delivering import send_test
from issuer.feeding.errors import HookRefused, NoSuchHook
from issuer.feeding.hooks import HookState
from issuer.feeding.registering import end, pause, resume
from issuer.feeding.telling import OF_THE_DEAF, TURNS, Telling, deliver_once
from tests.unit.issuer.feeding.test_delivering import BODY, OTHER, Ear, Scene, scene  # noqa: F401  (a fixture, asked for by name)

LONG_S = 30.0
"""How long a test waits for what has to come; nobody waits so long where it does."""


class Slow(Ear):
    """An ear whose addresses with `slow` in their name answer only when they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.begun, self.threads = Flag(), list[str](), set[int]()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.begun.append(url)
        self.threads.add(get_ident())
        if "slow" in url:
            assert self.let.wait(LONG_S)
        return super().post(url, headers, body)


@pytest.fixture
def slow(scene: Scene) -> Iterator[Slow]:  # noqa: F811  (the fixture is asked for)
    made = Slow()
    scene.desk = type(scene.desk)(scene.feed, scene.feed, made, scene.desk.secret)
    yield made
    made.let.set()


def until_told(telling: Telling, hook_id: str) -> None:
    """Go on until a hook has been told something."""
    for _ in range(1000):
        if any(one.hook_id == hook_id for one in telling.settle(waiting=True)):
            return
        telling.begin()
    raise AssertionError(hook_id)


def test_a_slow_receiver_delays_nobody(scene: Scene, slow: Slow) -> None:  # noqa: F811  (the fixture is asked for)
    hanging = scene.hook("https://slow.example/")
    quick = scene.hook("https://quick.example/", OTHER)
    scene.happen()
    scene.happen(body=OTHER)
    with Telling(scene.desk, scene.clock) as telling:
        telling.step()
        for told in range(1, 4):
            until_told(telling, quick.hook_id)
            assert scene.now(quick).delivered == told
            scene.happen(body=OTHER)
            telling.step()
        assert (scene.now(hanging).delivered, telling.busy) == (0, True)
        assert slow.begun.count(hanging.url) == 1, "one message of a hook at a time"
        slow.let.set()
    assert scene.now(hanging).delivered == 1
    assert get_ident() not in slow.threads


def test_the_deaf_have_half_of_the_turns_and_the_others_the_rest(scene: Scene, slow: Slow) -> None:  # noqa: F811  (the fixture is asked for)
    for place in range(OF_THE_DEAF + 1):
        body = f"deaf{place:028d}"
        hook = scene.hook(f"https://slow{place}.example/", body)
        scene.happen(body=body)
        with scene.feed._engine.begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE feed_hook SET hook_id = 'd{place}', failures = 1 WHERE url = '{hook.url}'"
            )
    scene.hook("https://quick.example/")
    scene.happen()
    with Telling(scene.desk, scene.clock) as telling:
        telling.step()
        until_told(telling, "00")
        assert len([url for url in slow.begun if "slow" in url]) == OF_THE_DEAF
        slow.let.set()


def test_whoever_never_failed_leaves_one_turn_to_the_deaf(scene: Scene, slow: Slow) -> None:  # noqa: F811  (the fixture is asked for)
    for place in range(TURNS):
        body = f"slow{place:028d}"
        hook = scene.hook(f"https://slow{place}.example/", body)
        scene.happen(body=body)
        with scene.feed._engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE feed_hook SET hook_id = 's{place}' WHERE url = '{hook.url}'")
    deaf = scene.hook("https://deaf.example/")
    scene.happen()
    with scene.feed._engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE feed_hook SET failures = 1 WHERE hook_id = '{deaf.hook_id}'")
    with Telling(scene.desk, scene.clock) as telling:
        telling.step()
        until_told(telling, deaf.hook_id)
        assert len(slow.begun) <= TURNS + 1
        slow.let.set()
    assert scene.now(deaf).failures == 0


def test_turns_go_round_when_there_are_more_hooks_than_turns(scene: Scene, slow: Slow) -> None:  # noqa: F811  (the fixture is asked for)
    hooks = [scene.hook(f"https://oa{place}.example/") for place in range(5)]
    scene.happen(250)
    assert len(deliver_once(scene.desk, now=scene.clock, turns=2)) == 5
    assert {scene.now(hook).delivered for hook in hooks} == {100}, "each once, before any twice"


def test_a_fault_of_one_keeps_nothing_from_the_others(scene: Scene, slow: Slow) -> None:  # noqa: F811  (the fixture is asked for)
    broken, sound = scene.hook("https://broken.example/"), scene.hook("https://sound.example/", OTHER)
    scene.happen()
    scene.happen(body=OTHER)
    post = slow.post

    def failing(url: str, headers: Mapping[str, str], body: bytes) -> int:
        if url == broken.url:
            raise ZeroDivisionError
        return post(url, headers, body)

    slow.post = failing  # type: ignore[method-assign]  # a courier with a fault
    with Telling(scene.desk, scene.clock) as telling:
        telling.begin()
        for _ in range(2):
            try:
                telling.settle(waiting=True)
            except ZeroDivisionError:
                continue
    assert (scene.now(sound).delivered, scene.now(broken).delivered) == (1, 0)
    scene.clock.forward(minutes=3)
    slow.post = post  # type: ignore[method-assign]  # it is mended
    assert len(deliver_once(scene.desk, now=scene.clock)) == 1


def test_a_test_says_what_came_of_it_and_changes_nothing(scene: Scene) -> None:  # noqa: F811  (the fixture is asked for)
    hook = scene.hook()
    scene.happen()
    scene.ear.answers = [204, 500]
    done = send_test(scene.desk, hook, at=scene.clock())
    assert (done.is_test, done.trouble, done.status) == (True, "", 204)
    assert (scene.ear.heard[0]["test"], scene.ear.heard[0]["events"]) == (True, [])
    with pytest.raises(HookRefused, match="test-too-soon"):
        send_test(scene.desk, hook, at=scene.clock())
    scene.clock.forward(seconds=11)
    assert send_test(scene.desk, hook, at=scene.clock()).trouble == "status"
    assert scene.now(hook) == hook
    assert [one.is_test for one in scene.feed.deliveries(hook.hook_id, 5)] == [True, True]
    end(scene.desk, hook)
    with pytest.raises(NoSuchHook):
        send_test(scene.desk, scene.now(hook), at=scene.clock())


def test_a_hook_is_paused_and_goes_on_where_it_was(scene: Scene) -> None:  # noqa: F811  (the fixture is asked for)
    hook = scene.hook(body=BODY)
    assert pause(scene.desk, hook).state is HookState.PAUSED
    scene.happen(2)
    assert scene.deliver() == 0
    assert pause(scene.desk, scene.now(hook)).state is HookState.PAUSED
    resume(scene.desk, scene.now(hook), at=scene.clock())
    assert (scene.deliver(), scene.ear.numbers) == (1, [1, 2])
    end(scene.desk, scene.now(hook))
    assert pause(scene.desk, hook).state is HookState.ENDED
