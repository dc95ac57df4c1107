"""The seal register on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.seal_parts import AT, info, parts, sealed_by
from trust.errors import Conflict
from trust.formats.ses import parse_seal
from trust.sealing.errors import SealExists
from trust.sealing.ports import FiledSeal, SealUse
from trust.sealing.store.register import SqlSealRegister

BODY = "11440106007480318H"


def filed(seal_id: str = "11010000000001", **changes: object) -> FiledSeal:
    made = parts()
    octets = info((made.signer_certificate,), seal_id=seal_id, **changes)
    seal = parse_seal(sealed_by(made.maker, made.maker_certificate, octets))
    return FiledSeal(seal, BODY, AT, "seal-officer")


def use(number: int, seal_id: str = "11010000000001") -> SealUse:
    return SealUse(
        seal_id, f"1.2.156.3005.2.X.{number}", bytes([number]) * 32, AT + timedelta(seconds=number), "official"
    )


def test_a_filed_seal_is_found(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    one, other = filed(), filed("11010000000002")
    assert register.find("11010000000001") is None
    register.file(other)
    register.file(one)
    assert register.find("11010000000001") == one
    assert register.of_body(BODY) == [one, other]
    assert register.of_body("other") == []


def test_a_number_belongs_to_one_seal(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    one = filed()
    register.file(one)
    register.file(replace(one, filed_at=AT + timedelta(days=1), filed_by="somebody else"))
    for another in (filed(name="另一枚"), replace(one, body_code="other")):
        with pytest.raises(SealExists) as refusal:
            register.file(another)
        assert refusal.value.seal_id == "11010000000001"
    assert register.find("11010000000001") == one


def test_uses_are_kept_in_order_and_once(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    register.file(filed())
    register.file(filed("11010000000002"))
    register.record_uses([use(3), replace(use(3), by="another")])
    register.record_uses([use(1)])
    register.record_uses([use(1, "11010000000002"), replace(use(1), by="another"), use(2)])
    register.record_uses([use(2)])
    recorded = register.uses("11010000000001")
    assert [one for _, one in recorded] == [use(3), use(1), use(2)]
    first = recorded[0][0]
    assert [one for _, one in register.uses("11010000000001", after=first, limit=1)] == [use(1)]
    assert [one for _, one in register.uses("11010000000002")] == [use(1, "11010000000002")]


def test_the_same_octets_for_another_request_are_another_use(engine: Engine) -> None:
    """Two requests in one second sign the same octets; each hands out a file of its own, so each is recorded."""
    register = SqlSealRegister(engine)
    register.file(filed())
    other, third = replace(use(1), subject="another request", by="another"), replace(use(1), subject="a third")
    register.record_uses([use(1)])
    for _ in range(2):
        register.record_uses([other, third, replace(other, by="whoever")])
    assert [one for _, one in register.uses("11010000000001")] == [use(1), other, third]


def test_a_use_needs_a_seal(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    register.file(filed())
    with pytest.raises(Conflict) as refusal:
        register.record_uses([use(1), use(1, "11010000000009")])
    assert refusal.value.reason == "seal-unknown"
    assert register.uses("11010000000001") == []


def test_texts_too_long_are_refused_by_the_database(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    with pytest.raises(Exception, match=r"(?i)length|too long"):
        register.file(replace(filed(), filed_by="x" * 201))
    register.file(filed())
    with pytest.raises(Exception, match=r"(?i)length|too long"):
        register.record_uses([use(2), replace(use(1), by="x" * 201)])
    assert register.uses("11010000000001") == []


def test_many_at_once_record_one_use(engine: Engine) -> None:
    register = SqlSealRegister(engine)
    register.file(filed())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(register.record_uses, [[use(1), use(2)], [use(2), use(1)]] * 6))
    assert {one.digest for _, one in register.uses("11010000000001")} == {use(1).digest, use(2).digest}
    assert len(register.uses("11010000000001")) == 2
