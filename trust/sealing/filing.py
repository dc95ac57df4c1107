"""Making an approved seal and filing it (制作、备案); from then on it may be used, and verifiers know it.

Made, its octets are stored before anything else happens; filed, it is in the register for good. A seal that replaces
another ends that one: the old one is cancelled first, so there is never an instant at which both are in use. A process
that was cut off anywhere is taken up by filing again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.signer import Signer
from trust.formats.certificate import Certificate
from trust.formats.seal_check import check_seal
from trust.formats.ses import Seal, parse_seal
from trust.rules.times import aware
from trust.sealing.acting import REPLACED
from trust.sealing.applying import Registry, check_room, find
from trust.sealing.errors import SealMoveRefused
from trust.sealing.life import LIFE, State, Step, state_of
from trust.sealing.making import make_seal
from trust.sealing.ports import Application, FiledSeal, Officer, Taken

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Workshop:
    """The seal maker: signer and certificate, and the certificates of those who will use a seal."""

    maker: Callable[[], tuple[Signer, Certificate]]
    signers: Callable[[Application], Sequence[Certificate]]


def make_and_file(registry: Registry, workshop: Workshop, seal_id: str, *, by: Officer, at: datetime) -> FiledSeal:
    """Make the seal of an approved application and file it, or go on where that stopped.

    Raises:
        SealUnknown: no application has this number.
        SealMoveRefused: it is not approved, or is past its filing.
        SealNotMade, Malformed: as `make_seal`; nothing was stored.

    """
    application = find(registry, seal_id)
    if application.state is State.IN_USE and (filed := registry.seals.find(seal_id)) is not None:
        return filed
    if application.state is not State.MADE:
        application = _make(registry, workshop, application, by=by, at=at)
    return _file(registry, application, by=by, at=at)


def _make(
    registry: Registry, workshop: Workshop, application: Application, *, by: Officer, at: datetime
) -> Application:
    result = LIFE.after(application.state, Step.MAKE)
    seal = _made(registry, workshop, application, at)
    taken = Taken(Step.MAKE, by, aware(at))
    registry.applications.move(application.seal_id, application.state, result, taken, octets=seal.der)
    return find(registry, application.seal_id)


def _made(registry: Registry, workshop: Workshop, application: Application, at: datetime) -> Seal:
    wish, begins = application.wish, aware(at).replace(microsecond=0)
    maker, maker_certificate = workshop.maker()
    signers = workshop.signers(application)
    return make_seal(
        maker,
        maker_certificate,
        seal_id=application.seal_id,
        name=wish.name,
        seal_type=wish.kind.code,
        signer_certificates=signers,
        picture=registry.picture(application),
        valid_from=begins,
        valid_until=min([begins + wish.years * YEAR, *(signer.not_after for signer in signers)]),
        at=at,
    )


def _file(registry: Registry, application: Application, *, by: Officer, at: datetime) -> FiledSeal:
    """Read the seal back from storage, check it, end the one it replaces, and file it."""
    result = LIFE.after(application.state, Step.FILE)
    if application.octets is None:
        raise SealMoveRefused(application.state, Step.FILE)
    check_seal(application.octets)
    wish = application.wish
    if registry.seals.find(application.seal_id) is None:
        check_room(registry, wish, at)
    if wish.replaces is not None and wish.cause is not None:
        _end(registry, application, wish.replaces, wish.cause.ground, by=by, at=at)
    filed = FiledSeal(
        seal=parse_seal(application.octets),
        body_code=wish.body_code,
        filed_at=aware(at),
        filed_by=by.login,
        kind=wish.kind,
        holder=wish.holder.login if wish.holder else None,
        limits=wish.limits,
    )
    registry.seals.file(filed)
    registry.applications.move(application.seal_id, State.MADE, result, Taken(Step.FILE, by, aware(at)))
    return registry.seals.find(application.seal_id) or filed


def _end(registry: Registry, application: Application, old: str, ground: str, *, by: Officer, at: datetime) -> None:
    """Cancel the seal that is replaced, unless somebody already has."""
    state = state_of(registry.standings.standing(old, at).status)
    if state in LIFE.row(Step.CANCEL).begins:
        registry.standings.act(
            old,
            Step.CANCEL,
            ground=ground,
            reason=f"由印章 {application.seal_id} 替换",
            by=by.login,
            key=f"{REPLACED}{application.seal_id}",
            at=at,
            effective_at=None,
        )
