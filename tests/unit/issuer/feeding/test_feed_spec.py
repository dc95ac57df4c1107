"""The example in `docs/spec/feed.md` is what this code sends, and every kind of event stands in its table."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from issuer.applying import life as applying
from issuer.applying.life import Stage
from issuer.batches import life as batches
from issuer.feeding.delivering import body_of
from issuer.feeding.events import APPLICATION_STEPS, BATCH_STEPS, Event, EventKind
from issuer.feeding.hooks import Hook
from issuer.feeding.signing import signed_headers
from trust.rules.life import Row, Who

SPEC = (Path(__file__).resolve().parents[4] / "docs" / "spec" / "feed.md").read_text("utf-8")
MESSAGE = re.search(r"```json\n(.*?)\n```", SPEC, re.DOTALL)
HEADERS = re.search(r"```http\n(.*?)\n```", SPEC, re.DOTALL)


def test_the_example_is_what_is_sent() -> None:
    assert MESSAGE is not None
    assert HEADERS is not None
    told = json.loads(MESSAGE[1])
    headers = dict(line.split(": ", 1) for line in HEADERS[1].splitlines())
    created = re.search(r"created=(\d+)", headers["Signature-Input"])
    key_id = re.search(r'keyid="([0-9a-f]+)\.1"', headers["Signature-Input"])
    assert created is not None
    assert key_id is not None
    at = datetime.fromtimestamp(int(created[1]), datetime.fromisoformat("2026-03-02T00:00:00Z").tzinfo)
    url = "https://oa.example/yinzheng"
    hook = Hook(key_id[1], told["body"], url, made_at=at, made_by="", next_at=at, delivered=told["after"])
    events = [
        Event(one["number"], EventKind(one["kind"]), one["subject"], one["detail"], datetime.fromisoformat(one["at"]))
        for one in told["events"]
    ]
    body = body_of(hook, events)
    assert body.decode() == MESSAGE[1]
    assert signed_headers(body, url=url, key_id=hook.key_id, secret=bytes(range(32)), at=at) == headers


def test_every_kind_is_described() -> None:
    table = "\n".join(line for line in SPEC.splitlines() if line.startswith("| `"))
    for kind in EventKind:
        head, _, tail = kind.value.partition(".")
        assert f"`{kind.value}`" in table or (f"`{head}." in table and f"`.{tail}`" in table), kind


@pytest.mark.parametrize("row", applying.LIFE.rows, ids=lambda row: row.step.value)
def test_every_step_into_a_stage_that_is_told_has_its_event(row: Row[Stage, applying.Step]) -> None:
    """What expires goes back among those that wait, and is told as expired."""
    wanted = None
    if row.result is not None and f"application.{row.result}" in set(EventKind):
        wanted = EventKind(f"application.{'expired' if row.step is applying.Step.EXPIRE else row.result}")
    assert APPLICATION_STEPS.get(row.step) == wanted


def test_every_stage_but_drafts_and_issuing_is_told() -> None:
    told = {stage for stage in Stage if f"application.{stage}" in set(EventKind)}
    assert told == set(Stage) - {Stage.DRAFT, Stage.ISSUING}


def test_every_end_of_a_batch_is_told() -> None:
    """And what the worker does to one by itself; a trial is nobody's news."""
    rows = [row for row in batches.LIFE.rows if not row.begins & batches.TRIALS]
    ends = {row.step.value for row in rows if row.result is not None and batches.LIFE.is_final(row.result)}
    by_itself = {row.step.value for row in rows if row.who is Who.REGISTER}
    assert ends | by_itself <= BATCH_STEPS.keys()


def test_every_kind_has_words_for_people() -> None:
    assert all(kind.label for kind in EventKind)
    assert {kind for kind in EventKind if kind.value.startswith("application.")} == set(APPLICATION_STEPS.values())
