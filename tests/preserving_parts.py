"""A city that lives for many years: seals on documents, service certificates renewed in time, an authority outside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from keys.sm3 import sm3
from service.directory import SERVICES
from tests.city import BEGINNING, City
from tests.pki_parts import CA, DAY, Party, party, revocations
from tests.time_parts import STAMPING, token
from trust.formats.crl import RevocationList
from trust.formats.placing import AtPoint
from trust.formats.x509_fields import make_name
from trust.rules.seal_standing import SealKind
from trust.sealing.ports import Limits, Officer, Wish
from trust.sealing.sealing import Wanted

YEAR = timedelta(days=365)
SECOND_PERSON = Officer("admin", "管理员")


def officer(city: City) -> tuple[str, Officer]:
    """The code of the first body, and its official."""
    code = city.plan.bodies[0].body.code
    person = next(one for one, _ in city.plan.people if one.department == code)
    return code, Officer(person.login, person.name)


def unit_seal(city: City) -> str:
    """The number of a unit seal, applied for, approved and filed."""
    code, by = officer(city)
    wish = Wish(
        body_code=code,
        kind=SealKind.UNIT,
        name=city.plan.bodies[0].body.name,
        reason="公务用印",
        years=3,
        holder=None,
        picture=None,
        replaces=None,
        cause=None,
        limits=Limits(None, None),
    )
    made = city.yinzheng.seals.apply(wish, key="apply-for-the-unit-seal", by=by)
    city.yinzheng.seals.decide(made.seal_id, approve=True, note="", by=SECOND_PERSON)
    city.yinzheng.seals.file(made.seal_id, by=by)
    return made.seal_id


def seal_on(city: City, seal_id: str, data: bytes, *, key: str = "seal-a-document-once", lock: bool = True) -> bytes:
    """The document with the seal in its lower left."""
    code, by = officer(city)
    wanted = Wanted(AtPoint(0, 20, 100), "公文", lock)
    made = city.yinzheng.seals.seal(seal_id, data, wanted, key=key, by=by, department=code)
    assert made.file is not None
    return made.file


def after(city: City, how_long: timedelta) -> datetime:
    """So long after the beginning, with the services' certificates renewed and everything due published."""
    city.clock.at = BEGINNING + how_long
    yinzheng, operator = city.yinzheng, city.plan.operator
    for name, kind in SERVICES.items():
        subject = make_name(f"{operator.name} {name}"[:64], organisation=operator.name, organisation_code=operator.code)
        yinzheng.authority.certify(
            city.ring.record(name).public, kind, subject=subject, at=city.clock.at, random=yinzheng.random
        )
    yinzheng.publisher.refresh(city.clock.at)
    return city.clock.at


@dataclass(frozen=True)
class Outside:
    """An authority outside with a root of its own."""

    root: Party
    tsa: Party

    def stamper(self, now: Callable[[], datetime]) -> Callable[[bytes], bytes]:
        """Its stamps, as of a clock."""
        return lambda octets: token(octets, by=self.tsa, at=now(), imprint=sm3(octets))

    def crl(self, at: datetime) -> RevocationList:
        """Its root's list of a day."""
        return revocations(self.root, number=int(at.timestamp()), this_update=at - DAY, next_update=at + 6 * DAY)


@cache
def outside() -> Outside:
    """One for the whole run; it lives long."""
    begins, ends = BEGINNING, BEGINNING + 20 * YEAR
    root = party(None, "境外无关时间根", replace(CA, name="outside-root"), not_before=begins, not_after=ends)
    return Outside(root, party(root, "外部时间戳", STAMPING, not_before=begins, not_after=ends))
