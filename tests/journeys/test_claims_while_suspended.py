"""A seal used while it was suspended, by somebody who has the key, and time-stamped once it is in use again.

A time stamp proves that a signature is no younger than it says, never that it is no older.
"""

from datetime import datetime
from itertools import count

from tests.city import City
from tests.journey_parts import FAILED, PASSED
from tests.ofd_foreign import letter
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.placing import AtPoint
from trust.formats.ses import stamped_value
from trust.rules.verdict import Indication
from trust.sealing.life import Step
from trust.sealing.ports import FiledSeal, Officer

ASKER = Officer("scjg", "周明远")
KEYS = (f"claims-{one}" for one in count(1))


def the_seal(city: City) -> FiledSeal:
    return city.yinzheng.seals.filed(city.body_code("business-licence"))[0]


def act(city: City, step: Step, ground: str) -> None:
    city.yinzheng.seals.act(the_seal(city).seal.seal_id, step, ground=ground, reason="", by=ASKER, key=next(KEYS))
    city.clock.forward(hours=1)


def sealed_apart(city: City, claimed: datetime) -> bytes:
    """Sealed with the body's key outside the service, and stamped now."""
    signer, certificate = city.yinzheng.seals.pen(the_seal(city))
    plan = plan_ofd_sealing(
        letter(),
        AtPoint(0, 20, 20),
        seal_der=the_seal(city).seal.der,
        certificate=certificate.der,
        at=claimed,
        lock=True,
        provider="印证",
    )
    stamp, raw = city.yinzheng.seals.desk.stamp, signer.sign(plan.to_be_signed)
    assert stamp is not None
    assert plan.complete_stamped is not None
    return plan.complete_stamped(raw, certificate.der, stamp(stamped_value(raw)))


def verdict(city: City, file: bytes) -> tuple[Indication, set[str]]:
    examined = city.yinzheng.verify_file(file).verdict
    return examined.indication, {one.name for one in examined.of(FAILED)}


def test_what_claims_to_have_been_sealed_while_suspended_fails_however_late_it_is_stamped(fresh: City) -> None:
    before = fresh.clock()
    fresh.clock.forward(hours=1)
    act(fresh, Step.SUSPEND, "seal-paused")
    during = fresh.clock()
    fresh.clock.forward(hours=1)
    act(fresh, Step.RESUME, "seal-pause-ended")
    fresh.clock.forward(hours=1)
    assert verdict(fresh, sealed_apart(fresh, fresh.clock())) == (PASSED, set())
    assert verdict(fresh, sealed_apart(fresh, during)) == (FAILED, {"seal-not-in-use-at-claim"})
    assert verdict(fresh, sealed_apart(fresh, before)) == (PASSED, set())
