"""Our own time-stamp authority (RFC 3161): a request comes in, a token or a reasoned refusal goes out.

    1 read      bounded and strict; what cannot be read is answered, never guessed
    2 clock     no stamp while the clock is out of its accuracy, or behind the last stamp
    3 plan      serial number by chance, what will be stated stored under it; the number is never used again
    4 sign      with the authority's own key, then read back and verified as anybody would
    5 complete  the number is marked as used; only now the token leaves

A token states the instant it was given and nothing about who asked. One policy is served. Whoever runs the service
answers for its clock: `ClockHealth` is how the journey hears of it, because nothing here reads a clock. Anybody may
ask, so the number of stamps in a minute is bounded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.signer import Signer
from trust.certification.errors import PublicationDamaged
from trust.certification.issuing import Random, draw_serial
from trust.certification.ports import ClockHealth, StampRecord, Stamps
from trust.errors import Conflict
from trust.formats.certificate import Certificate, Purpose
from trust.formats.certificate_extensions import ARC
from trust.formats.time_stamp import TimeStampInfo, read_time_stamp, signature_holds
from trust.formats.time_stamp_query import (
    Failure,
    RequestRefused,
    TimeStampRequest,
    read_request,
    write_answer,
    write_refusal,
)
from trust.formats.time_stamp_writing import plan_time_stamp, write_info
from trust.rules.times import aware

POLICY = f"{ARC.removesuffix('.1')}.2.1"
"""Our one policy: UTC to a second, SM2 with SM3."""
ACCURACY = timedelta(seconds=1)
PER_MINUTE = 120
"""Stamps in a minute up to which anybody gets one; our own seals are not kept waiting by strangers."""
TEXTS = {
    Failure.BAD_ALGORITHM: "请求中的摘要算法不在受理之列",
    Failure.BAD_REQUEST: "请求不合规范",
    Failure.BAD_DATA_FORMAT: "请求无法读取",
    Failure.TIME_NOT_AVAILABLE: "时钟不在精度范围之内，暂停签发时间戳",
    Failure.UNACCEPTED_POLICY: "不提供所请求的策略",
    Failure.UNACCEPTED_EXTENSION: "不受理带扩展的请求",
    Failure.SYSTEM_FAILURE: "时间戳服务暂时不可用",
}


@dataclass(frozen=True)
class StampDesk:
    """The authority at work: key, certificate, the certificates between it and the root, register, clock, chance."""

    signer: Signer
    certificate: Certificate
    chain: tuple[bytes, ...]
    stamps: Stamps
    clock: ClockHealth
    random: Random
    per_minute: int = PER_MINUTE


class StampRefused(Conflict):
    """No stamp is given now; `failure` is what RFC 3161 calls it."""

    def __init__(self, reason: str, failure: Failure) -> None:
        super().__init__(reason, failure.name.lower())
        self.failure = failure


def answer_request(desk: StampDesk, octets: bytes, at: datetime) -> bytes:
    """Answer a request as octets; every answer is a TimeStampResp.

    Raises:
        KeysError: the key cannot be used.
        PublicationDamaged: what came out does not hold; nothing is handed out.

    """
    try:
        token = stamp(desk, read_request(octets), at)
    except (RequestRefused, StampRefused) as error:
        return write_refusal(error.failure, TEXTS[error.failure])
    return write_answer(token)


def stamp(desk: StampDesk, request: TimeStampRequest, at: datetime) -> bytes:
    """Give a token for a request.

    Raises:
        StampRefused: `clock-…`, the clock is out; `time-stamp-policy`; `time-stamp-busy`; `certificate-period`.
        KeysError, PublicationDamaged: as `answer_request`.

    """
    instant = aware(at)
    instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    _check(desk, request, instant)
    info = TimeStampInfo(
        policy=POLICY,
        algorithm=request.algorithm,
        imprint=request.imprint,
        serial=draw_serial(desk.random),
        at=instant,
        accuracy=ACCURACY,
        nonce=request.nonce,
    )
    desk.stamps.plan(StampRecord(info.serial, instant, write_info(info)))
    carried = (desk.certificate.der, *desk.chain) if request.wants_certificates else ()
    plan = plan_time_stamp(info, desk.certificate.der, carried)
    octets = plan.complete(desk.signer.sign(plan.to_be_signed))
    token = read_time_stamp(octets)
    if token.info != info or token.tolerances or not signature_holds(token, desk.certificate.der):
        raise PublicationDamaged("time-stamp-damaged", f"{info.serial:x}")
    desk.stamps.complete(info.serial)
    return octets


def _check(desk: StampDesk, request: TimeStampRequest, at: datetime) -> None:
    """Refuse what cannot be answered with a good stamp now."""
    if request.policy not in {None, POLICY}:
        raise StampRefused("time-stamp-policy", Failure.UNACCEPTED_POLICY)
    if (trouble := desk.clock.trouble(at)) is not None:
        raise StampRefused(trouble, Failure.TIME_NOT_AVAILABLE)
    latest = desk.stamps.latest()
    if latest is not None and at < latest - ACCURACY:
        raise StampRefused("clock-went-back", Failure.TIME_NOT_AVAILABLE)
    certificate = desk.certificate
    inside = certificate.not_before <= at <= certificate.not_after
    if not inside or Purpose.TIME_STAMP not in certificate.purposes:
        raise StampRefused("certificate-period", Failure.SYSTEM_FAILURE)
    if desk.stamps.since(at - timedelta(minutes=1)) >= desk.per_minute:
        raise StampRefused("time-stamp-busy", Failure.SYSTEM_FAILURE)
