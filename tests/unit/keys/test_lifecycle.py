"""The states of a key: every pair of states is either an allowed move or refused; only active keys sign."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from keys.custody import memory_signer
from keys.errors import KeyNotUsable
from keys.lifecycle import KeyRecord, KeyState

AT = datetime(2026, 1, 1, tzinfo=UTC)
PUBLIC = memory_signer().public
ALLOWED = {("active", "retired"), ("active", "compromised"), ("retired", "compromised")}


@pytest.mark.parametrize(("old", "new"), list(product(KeyState, repeat=2)))
def test_moves(old, new):
    record = KeyRecord("file:a", PUBLIC, old, AT)
    if (old.value, new.value) in ALLOWED:
        assert record.moved(new, AT) == KeyRecord("file:a", PUBLIC, new, AT)
    else:
        with pytest.raises(KeyNotUsable) as refusal:
            record.moved(new, AT)
        assert refusal.value.reason == "key-state"


@pytest.mark.parametrize("state", KeyState)
def test_only_active_keys_sign(state):
    record = KeyRecord("file:a", PUBLIC, state, AT)
    if state is KeyState.ACTIVE:
        record.check_may_sign()
    else:
        with pytest.raises(KeyNotUsable) as refusal:
            record.check_may_sign()
        assert refusal.value.reason == f"key-{state}"
    assert state.label


def test_states_follow_in_time():
    record = KeyRecord("file:a", PUBLIC)
    assert (record.state, record.since) == (KeyState.ACTIVE, None)
    retired = record.moved(KeyState.RETIRED, AT)
    with pytest.raises(KeyNotUsable) as refusal:
        retired.moved(KeyState.COMPROMISED, AT - timedelta(seconds=1))
    assert refusal.value.reason == "key-state-order"
    with pytest.raises(ValueError, match="time zone"):
        KeyRecord("file:a", PUBLIC, KeyState.RETIRED, AT.replace(tzinfo=None))
