"""Keys that were put away: they sign no more, under any name, in no process, and nothing leads back."""

import json
import shutil
import stat
from datetime import UTC, datetime, timedelta

import pytest

from keys.custody import Custody
from keys.errors import KeyFileRefused, KeyNotUsable, UnknownReference
from keys.lifecycle import KeyRecord, KeyState

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
AWAY = (KeyState.RETIRED, KeyState.COMPROMISED)


def custody(folder, **changes):
    return Custody(folder, lambda: b"a passphrase for tests", **({"production": False, "rounds": 1024} | changes))


def refused(work, reason):
    with pytest.raises(KeyNotUsable) as refusal:
        work()
    assert refusal.value.reason == reason


@pytest.mark.parametrize("state", AWAY)
def test_a_key_that_was_put_away_signs_no_more_even_where_it_is_open(tmp_path, state):
    keys, elsewhere = custody(tmp_path), custody(tmp_path)
    signer = keys.make("log")
    there = elsewhere.open("file:log")
    record = keys.put_away("log", state, AT)
    assert record == KeyRecord("file:log", signer.public, state, AT) == elsewhere.record("log")
    for one in (signer, there):
        refused(lambda one=one: one.sign(b"m"), f"key-{state}")
    for ring in (keys, elsewhere, custody(tmp_path)):
        refused(lambda ring=ring: ring.open("file:log"), f"key-{state}")


def test_other_keys_sign_on(tmp_path):
    keys = custody(tmp_path)
    other = keys.make("other")
    keys.make("log")
    keys.put_away("log", KeyState.COMPROMISED, AT)
    assert other.sign(b"m")
    assert keys.record("other") == KeyRecord("file:other", other.public)


def test_a_leaked_key_is_blocked_by_its_public_half_and_not_by_its_name(tmp_path):
    keys = custody(tmp_path)
    keys.make("log")
    keys.put_away("log", KeyState.COMPROMISED, AT)
    shutil.copy(tmp_path / "log.p8.pem", tmp_path / "again.p8.pem")
    refused(lambda: keys.open("file:again"), "key-compromised")
    (tmp_path / "log.p8.pem").unlink()
    assert keys.make("log").sign(b"m"), "the name is free for another key"


def test_nothing_leads_back_and_it_only_gets_worse(tmp_path):
    keys = custody(tmp_path)
    keys.make("log")
    retired = keys.put_away("log", KeyState.RETIRED, AT)
    assert keys.put_away("log", KeyState.RETIRED, AT + timedelta(days=1)) == retired
    refused(lambda: keys.put_away("log", KeyState.ACTIVE, AT), "key-state")
    refused(lambda: keys.put_away("log", KeyState.COMPROMISED, AT - timedelta(days=1)), "key-state-order")
    leaked = keys.put_away("log", KeyState.COMPROMISED, AT + timedelta(days=2))
    assert keys.record("log") == leaked
    refused(lambda: keys.put_away("log", KeyState.RETIRED, AT + timedelta(days=3)), "key-state")


def test_the_mark_is_a_file_of_its_own_and_says_what_it_is(tmp_path):
    keys = custody(tmp_path)
    signer = keys.make("log")
    keys.put_away("log", KeyState.RETIRED, AT)
    (mark,) = tmp_path.glob("*.retired.json")
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    assert json.loads(mark.read_bytes()) == {
        "format": "yinzheng-key-state/1",
        "reference": "file:log",
        "public": signer.public.spki.hex(),
        "state": "retired",
        "since": "2026-11-21T04:00:00+00:00",
    }
    assert keys.names() == ["log"]


@pytest.mark.parametrize(
    "octets", [b"", b"{}", b"[]", b'{"since": "soon"}', b'{"since": 7}', b'{"since": "2026-01-01"}']
)
def test_a_mark_that_cannot_be_read_still_blocks(tmp_path, octets):
    keys = custody(tmp_path)
    signer = keys.make("log")
    keys.put_away("log", KeyState.RETIRED, AT)
    (mark,) = tmp_path.glob("*.retired.json")
    mark.write_bytes(octets)
    refused(lambda: signer.sign(b"m"), "key-retired")
    with pytest.raises(KeyFileRefused) as refusal:
        keys.record("log")
    assert refusal.value.reason == "key-state-form"


def test_a_place_that_cannot_be_looked_into_blocks(tmp_path, monkeypatch):
    keys = custody(tmp_path)
    signer = keys.make("log")

    def broken(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("keys.key_states.Path.lstat", broken)
    with pytest.raises(KeyFileRefused) as refusal:
        signer.sign(b"m")
    assert refusal.value.reason == "key-state-read"


def test_only_keys_that_are_there_are_put_away(tmp_path):
    with pytest.raises(UnknownReference):
        custody(tmp_path).put_away("log", KeyState.RETIRED, AT)
    refused(
        lambda: custody(tmp_path, production=True).put_away("log", KeyState.RETIRED, AT), "software-key-in-production"
    )
