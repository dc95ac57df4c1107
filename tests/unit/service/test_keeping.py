"""Keys that the operator puts away: nothing more is promised with them, and verifiers learn of a leak."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from keys.errors import KeyNotUsable
from keys.lifecycle import KeyState
from service.keeping import block_leaked_key, retire_key
from tests.city import City
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_SIGNER
from trust.errors import Conflict, Malformed
from trust.formats.crl import Reason
from trust.rules.verdict import Indication
from trust.store import METADATA

BODY = "body-scjg"


@pytest.fixture
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def rows(city: City) -> dict[str, int]:
    with city.engine.connect() as connection:
        tables = METADATA.tables.values()
        return {one.name: len(connection.execute(one.select()).all()) for one in tables}


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.COMPROMISED])
def test_nothing_is_begun_with_a_key_that_was_put_away(city: City, state: KeyState) -> None:
    issued = city.issue()
    city.ring.put_away(BODY, state, city.clock())
    before = rows(city)
    with pytest.raises(KeyNotUsable) as refusal:
        city.issue(number="YL-2")
    assert refusal.value.reason == f"key-{state}"
    assert rows(city) == before
    city.issue("food-operation", number="YL-3")
    verdict = city.yinzheng.verify_file(issued.ofd).verdict
    assert verdict.indication is Indication.PASSED, "what was signed before stands until verifiers hear otherwise"


def test_a_retired_key_is_named_again_and_founding_goes_on(city: City) -> None:
    record = retire_key(city.ring, BODY, city.clock())
    assert (record.state, record.since) == (KeyState.RETIRED, city.clock())
    assert retire_key(city.ring, BODY, city.clock.forward(days=1)) == record
    before = rows(city)
    city.yinzheng.found()
    after = rows(city)
    assert after["x509_certificate"] == before["x509_certificate"]


@pytest.mark.parametrize(("lost", "falls"), [(None, True), (timedelta(days=-1), True), (timedelta(minutes=30), False)])
def test_verifiers_learn_of_a_leak_and_since_when(city: City, lost: timedelta | None, falls: bool) -> None:
    begun = city.clock()
    issued = city.issue()
    at = city.clock.forward(hours=1)
    record, certificates = block_leaked_key(city.ring, city.yinzheng.archive, BODY, at, lost and begun + lost)
    assert certificates == 1
    city.yinzheng.publisher.publish_revocations(at)
    verdict = city.yinzheng.verify_file(issued.ofd).verdict
    assert (verdict.indication is Indication.FAILED) is falls, verdict
    (revoked,) = city.yinzheng.archive.books.revocations.of("issuing").values()
    assert revoked[0].reason is Reason.KEY_COMPROMISE
    again = block_leaked_key(city.ring, city.yinzheng.archive, BODY, city.clock.forward(days=1), lost and begun + lost)
    assert again == (record, 1)


def test_a_leaked_key_is_never_certified_again(city: City) -> None:
    record, _ = block_leaked_key(city.ring, city.yinzheng.archive, BODY, city.clock())
    authority = city.yinzheng.publisher._authority
    known = city.yinzheng.archive.books.certificates.of_key(key_digest(record.public))
    assert len(known) == 1
    subject = city.yinzheng.directory.certificate(SEAL_SIGNER).subject
    with pytest.raises(Conflict) as refusal:
        authority.certify(
            record.public,
            replace(SEAL_SIGNER),
            subject=subject,
            at=city.clock(),
            random=city.yinzheng.random,
        )
    assert refusal.value.reason == "key-blocked"


def test_a_leak_is_not_reported_from_the_future(city: City) -> None:
    with pytest.raises(Malformed) as refusal:
        block_leaked_key(city.ring, city.yinzheng.archive, BODY, city.clock(), city.clock() + timedelta(seconds=1))
    assert refusal.value.reason == "invalidity-date"
    assert city.ring.record(BODY).state is KeyState.ACTIVE
