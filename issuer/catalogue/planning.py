"""Taking up what an installation's plan names: its templates as published versions, its bodies' mandates as filed ones.

The plan stands in for draft, review and request; who wrote it is accountable for it. Safe to repeat at every start and
at every publication: what is there already is left alone. A version below one that was published is passed over, and so
is a mandate that two officers have ended, although the plan still names it. A mandate that the plan names no more is
ended now; one that was listed before there was a register is filed as it was listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from issuer.catalogue.life import State, Step
from issuer.catalogue.ports import Event, FiledMandate, Mandates, Origin, Press, Version
from issuer.catalogue.publishing import newest_of, publish
from trust.rules.mandate import Mandate
from trust.rules.times import aware
from trust.sealing.ports import Officer

FOUNDER = Officer("founding", "随系统建立")
"""Who takes the steps that a plan stands in for."""
ATTEMPTS = 5
Key = tuple[str, str, str | None]


def take_up_template(press: Press, files: Mapping[str, bytes], name: str, *, at: datetime) -> bool:
    """Publish the version that a template describes, unless it or a higher one was published; whether it was.

    Raises:
        TemplateError: the template is not in order.
        EntryDamaged: what was signed does not hold.

    """
    layout, sample = press.shelf.keep(files)
    kind = press.shelf.take(name, layout, sample).type
    newest = newest_of(press.entries, kind.code)
    if newest is not None and newest.type.bundle_version >= kind.bundle_version:
        return False
    known = press.entries.find(kind.code, kind.bundle_version)
    if known is None:
        made = Version(kind, layout, sample, State.DRAFT, FOUNDER, aware(at))
        press.entries.define(made, Event(Step.DRAFT, FOUNDER, aware(at), "", layout))
        press.entries.move(made.place, State.DRAFT, State.REVIEWED, Event(Step.PASS, FOUNDER, aware(at), "", layout))
        known = replace(made, state=State.REVIEWED)
    if known.state is not State.REVIEWED or known.layout != layout:
        return False  # a department has a version of this number under way; what becomes of it is theirs to say
    publish(press, kind.code, kind.bundle_version, by=FOUNDER, at=at)
    return True


def take_up_mandates(
    register: Mandates, planned: Sequence[Mandate], listed: Sequence[Mandate], *, at: datetime
) -> tuple[Mandate, ...]:
    """Bring the register up to the plan, and give every mandate on file in its order.

    `planned` begin at `at`; `listed` are those of the last trust list.
    """
    now = aware(at).replace(microsecond=0)
    for _ in range(ATTEMPTS):
        filed = register.all()
        missing = _missing(filed, planned, listed)
        if not missing or register.file(missing):
            break
    filed = register.all()
    for one in _no_longer_planned(filed, planned, now):
        register.end(one.mandate.number, now, Origin.PLAN)
        filed = register.all()
    return tuple(one.mandate for one in filed)


def number_for(filed: Iterable[Mandate], issuer_code: str, type_code: str) -> str:
    """The number that the next mandate of a body for a type has."""
    taken = {one.number for one in filed}
    base, count = f"{issuer_code}-{type_code}", 1
    while f"{base}-{count}" in taken:
        count += 1
    return f"{base}-{count}"


def _missing(
    filed: Sequence[FiledMandate], planned: Sequence[Mandate], listed: Sequence[Mandate]
) -> list[FiledMandate]:
    """What the last list or the plan has and the register has not, each with its number."""
    new: list[FiledMandate] = []
    known = {one.mandate.identity for one in filed}
    for one in listed:
        if one.identity not in known:
            new.append(_numbered([*filed, *new], one))
    here = [*filed, *new]
    open_now = {_key(one.mandate) for one in here if one.mandate.valid_until is None}
    decided = {_key(one.mandate) for one in here if one.ended_by is Origin.DECISION}
    for one in planned:
        if not any(_same_plan(key, _key(one)) for key in open_now | decided):
            new.append(_numbered([*filed, *new], one))
    return new


def _numbered(filed: Sequence[FiledMandate], one: Mandate) -> FiledMandate:
    number = one.number or number_for((held.mandate for held in filed), one.issuer_code, one.type_code)
    return FiledMandate(replace(one, number=number), Origin.PLAN)


def _no_longer_planned(filed: Sequence[FiledMandate], planned: Sequence[Mandate], now: datetime) -> list[FiledMandate]:
    keys = [_key(one) for one in planned]
    return [
        one
        for one in filed
        if one.origin is Origin.PLAN
        and one.mandate.valid_from < now
        and one.mandate.covers(now)
        and (one.mandate.valid_until is None or one.mandate.valid_until > now + timedelta(seconds=1))
        and not any(_same_plan(_key(one.mandate), key) for key in keys)
    ]


def _key(one: Mandate) -> Key:
    return one.issuer_code, one.type_code, one.area


def _same_plan(held: Key, planned: Key) -> bool:
    """Whether a mandate on file is what the plan names; one for everywhere, as older plans made them, is."""
    return held[:2] == planned[:2] and held[2] in (None, planned[2])
