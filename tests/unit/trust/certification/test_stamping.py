"""Our own authority: stamps under numbers that are stored first, and none while the clock cannot be believed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from keys.sm3 import sm3
from tests.certification_parts import Fuse, PowerCutError, chance
from tests.pki_parts import AT, DAY, party
from tests.time_parts import STAMPING, authority, evidence, root
from trust.certification.errors import PublicationDamaged
from trust.certification.ports import StampRecord
from trust.certification.stamping import ACCURACY, POLICY, StampDesk, StampRefused, answer_request, stamp
from trust.errors import Conflict
from trust.formats.asn1 import SM3
from trust.formats.time_stamp import read_info, read_time_stamp
from trust.formats.time_stamp_query import (
    Failure,
    TimeStampRequest,
    check_answer,
    read_answer,
    write_request,
)
from trust.formats.tolerances import Tolerances
from verifier.time_stamps import judge_token

VALUE = b"a signature value"
ASKED = TimeStampRequest(SM3, sm3(VALUE), None, 7, wants_certificates=True)


@dataclass
class MemoryStamps:
    """`Stamps` in a dictionary."""

    fuse: Fuse = field(default_factory=Fuse)
    records: dict[int, StampRecord] = field(default_factory=dict)

    def plan(self, record: StampRecord) -> None:
        self.fuse.burn()
        if record.serial in self.records:
            raise Conflict("serial-taken")
        self.records[record.serial] = record

    def complete(self, serial: int) -> None:
        self.fuse.burn()
        record = self.records.get(serial)
        if record is None or record.done:
            raise Conflict("not-planned")
        self.records[serial] = replace(record, done=True)

    def latest(self) -> datetime | None:
        return max((one.at for one in self.records.values()), default=None)

    def since(self, at: datetime) -> int:
        return sum(one.at >= at for one in self.records.values())


@dataclass
class Clock:
    """A clock whose health the test decides."""

    wrong: str | None = None

    def trouble(self, at: datetime) -> str | None:
        return self.wrong


def desk(**changes: object) -> StampDesk:
    tsa = authority()
    made = StampDesk(tsa.signer, tsa.certificate, (), MemoryStamps(), Clock(), chance)
    return replace(made, **changes)  # type: ignore[arg-type]  # the test decides


def refusal(given: StampDesk, at: datetime = AT, request: TimeStampRequest = ASKED) -> frozenset[int]:
    answer = read_answer(answer_request(given, write_request(request), at))
    assert (answer.status, answer.token) == (2, None)
    assert answer.texts[0]
    return answer.failures


def test_a_stamp_is_given_and_holds() -> None:
    given = desk()
    token = check_answer(read_answer(answer_request(given, write_request(ASKED), AT)), ASKED)
    assert (token.info.policy, token.info.at, token.info.accuracy) == (POLICY, AT, ACCURACY)
    found, proven = judge_token(token.octets, VALUE, evidence(), AT + DAY)
    assert ({one.indication.value for one in found}, proven) == ({"PASSED"}, AT + ACCURACY)
    (record,) = given.stamps.records.values()  # type: ignore[attr-defined]  # the test's own register
    assert (record.serial, record.at, record.done) == (token.info.serial, AT, True)
    assert read_info(record.info, Tolerances()) == token.info


def test_certificates_only_where_they_are_asked_for() -> None:
    given = desk(chain=(root().certificate.der,))
    certificates = set(read_time_stamp(stamp(given, ASKED, AT)).certificates)
    assert certificates == {authority().certificate.der, root().certificate.der}
    assert read_time_stamp(stamp(given, replace(ASKED, wants_certificates=False), AT)).certificates == ()


def test_numbers_differ_and_milliseconds_are_kept() -> None:
    given, at = desk(), AT + timedelta(microseconds=123_456)
    tokens = [read_time_stamp(stamp(given, ASKED, at)) for _ in range(20)]
    assert len({token.info.serial for token in tokens}) == 20
    assert {token.info.at for token in tokens} == {AT + timedelta(milliseconds=123)}


def test_no_stamp_while_the_clock_is_out() -> None:
    given = desk(clock=Clock("clock-jumped"))
    assert refusal(given) == {Failure.TIME_NOT_AVAILABLE}
    assert given.stamps.latest() is None
    with pytest.raises(StampRefused, match="clock-jumped"):
        stamp(given, ASKED, AT)


def test_no_stamp_behind_the_last_one() -> None:
    given = desk()
    stamp(given, ASKED, AT)
    stamp(given, ASKED, AT - ACCURACY)
    with pytest.raises(StampRefused, match="clock-went-back"):
        stamp(given, ASKED, AT - ACCURACY - timedelta(milliseconds=1))
    assert refusal(given, AT - DAY) == {Failure.TIME_NOT_AVAILABLE}


def test_other_policies_and_odd_requests_are_refused() -> None:
    assert refusal(desk(), request=replace(ASKED, policy="1.2.3")) == {Failure.UNACCEPTED_POLICY}
    assert read_answer(answer_request(desk(), b"junk", AT)).failures == {Failure.BAD_DATA_FORMAT}
    granted = read_answer(answer_request(desk(), write_request(replace(ASKED, policy=POLICY)), AT))
    assert granted.status == 0


def test_a_certificate_out_of_its_period_stamps_nothing() -> None:
    assert refusal(desk(), authority().certificate.not_after + DAY) == {Failure.SYSTEM_FAILURE}
    assert refusal(desk(), authority().certificate.not_before - DAY) == {Failure.SYSTEM_FAILURE}


def test_so_many_in_a_minute() -> None:
    given = desk(per_minute=3)
    for _ in range(3):
        stamp(given, ASKED, AT)
    assert refusal(given) == {Failure.SYSTEM_FAILURE}
    assert stamp(given, ASKED, AT + timedelta(minutes=2))


@pytest.mark.parametrize("left", [0, 1])
def test_a_crash_hands_nothing_out_and_leaves_its_record(left: int) -> None:
    given = desk(stamps=MemoryStamps(Fuse(left)))
    with pytest.raises(PowerCutError):
        answer_request(given, write_request(ASKED), AT)
    assert [one.done for one in given.stamps.records.values()] == [False] * left  # type: ignore[attr-defined]  # as above


def test_another_key_is_noticed_before_anything_leaves() -> None:
    other = party(root(), "别的时间戳", STAMPING)
    with pytest.raises(PublicationDamaged, match="time-stamp-damaged"):
        stamp(desk(signer=other.signer), ASKED, AT)
