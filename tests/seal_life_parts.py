"""What journeys of seals share: wishes, seals on file, acts on them, and documents sealed with them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from tests.city import SEAL_OFFICERS, City
from tests.ofd_foreign import letter
from trust.errors import Conflict
from trust.formats.placing import AtPoint, Placing
from trust.formats.trust_list import TrustList
from trust.rules.seal_standing import SealKind
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, FiledSeal, Officer, Wish
from trust.sealing.sealing import Sealed, Wanted

ASKER, SECOND = SEAL_OFFICERS
KEYS = (f"seal-key-{one}" for one in count(1))
CORNER = AtPoint(0, 100, 100)


def wish(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> Wish:
    made = Wish(city.body_code("business-licence"), kind, "云岭市市场监督管理局合同专用章", "签订合同")
    return replace(made, **changes)  # type: ignore[arg-type]  # the test decides


def applied(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> Application:
    return city.yinzheng.seals.apply(wish(city, kind, **changes), key=next(KEYS), by=ASKER)


def filed(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> FiledSeal:
    """A seal through all its steps."""
    return city.seal(kind, **changes)


def act(city: City, seal_id: str, step: Step, ground: str, **more: object) -> State:
    city.clock.forward(seconds=1)
    if step is Step.CANCEL:
        city.end_seal(seal_id, ground, **more)  # type: ignore[arg-type]  # as below
        return city.yinzheng.seals.state(seal_id)
    values: dict[str, object] = {"ground": ground, "reason": "", "by": ASKER, "key": next(KEYS)} | more
    return city.yinzheng.seals.act(seal_id, step, **values)  # type: ignore[arg-type]  # the test decides


def seal(
    city: City,
    seal_id: str,
    data: bytes | None = None,
    placing: Placing = CORNER,
    *,
    key: str | None = None,
    by: Officer = ASKER,
    department: str | None = None,
) -> Sealed:
    return city.yinzheng.seals.seal(
        seal_id,
        data or letter(),
        Wanted(placing, "向市政府报送材料"),
        key=key or next(KEYS),
        by=by,
        department=department or city.body_code("business-licence"),
    )


def published(city: City) -> TrustList:
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    return listed


def licence_seal(city: City) -> FiledSeal:
    (found,) = city.yinzheng.archive.seals.of_body(city.body_code("business-licence"))
    return found


def refused(work: Callable[[], object], kind: type[Exception] = Conflict) -> str:
    with pytest.raises(kind) as refusal:
        work()
    return str(getattr(refusal.value, "reason", ""))
