"""What it costs to try a password where nobody says otherwise: the tests of everything else say otherwise."""

import argon2
import pytest
from argon2 import Type, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from service import identity
from tests.city import City


def test_passwords_are_as_costly_as_rfc_9106_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "PasswordHasher", argon2.PasswordHasher)
    city = City(people=False)
    cost = extract_parameters(city.yinzheng.identity._decoy)
    assert cost.type is Type.ID
    asked = RFC_9106_LOW_MEMORY
    assert cost.memory_cost >= asked.memory_cost
    assert cost.time_cost >= asked.time_cost
    assert cost.salt_len >= asked.salt_len
    assert cost.hash_len >= asked.hash_len
    city.close()
