"""Placing an order: whether one person may act alone, and if not, storing what a second one is asked to approve.

What could not be recorded now is refused at once, so that nobody approves in vain; for many licences at once those that
cannot be acted on are told beforehand, and only an order that concerns none at all is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from issuer.applying.docket import MAX_REASON, check_words
from issuer.errors import ApplicationRefused, IdempotencyMismatch
from issuer.warrants.errors import NeedsSecond, WarrantRefused
from issuer.warrants.life import LIFE, Step
from issuer.warrants.ports import Bench
from issuer.warrants.warrant import MOST_SUBJECTS, Event, Wanted, Warrant, wanted_of
from keys.sm3 import sm3
from trust.errors import Conflict
from trust.revocation.acting import Order, act_of
from trust.rules.admission import check_act, check_begun
from trust.rules.catalogue import Approval
from trust.rules.life import Who
from trust.rules.people import login_in
from trust.rules.seal_grounds import LEAKED
from trust.rules.times import aware
from trust.rules.two_people import WINDOW, Alone, Asked, Cause, causes_for_two
from trust.sealing.ports import Officer

NUMBER_OCTETS = 8
MOST_TOLD = 50
"""How many licences a refusal names."""


def causes_of(bench: Bench, wanted: Wanted, by: str, at: datetime) -> tuple[Cause, ...]:
    """Why a second person has to approve what somebody of this login wants; empty if one may do it alone."""
    approvals = {bench.approval_of(subject) for subject in wanted.subjects}
    strictest: Approval = "two" if "two" in approvals else "one"
    lately = bench.acts.weighty_by(by, at - WINDOW)
    return causes_for_two(
        Asked(
            wanted.kind,
            len(wanted.subjects),
            at,
            wanted.effective_at,
            strictest,
            wanted.ground,
            lately,
            bench.alone,
        )
    )


def require_alone(bench: Bench, order: Order, at: datetime) -> Order:
    """Make sure that one person may take this act; one that nobody may take is refused as such.

    Returns the order with what one person may take alone in a day, so that it is held to that as it is recorded.

    Raises:
        NeedsSecond: it takes two.
        Malformed, Untrusted, Conflict: as `check_act` and `check_begun`, and two could not take it either.

    """
    if causes := causes_of(bench, wanted_of(order, ""), login_in(order.by), at):
        check(bench, order, at)
        raise NeedsSecond(causes)
    check_begun(act_of(order, bench.acts.of(order.subject), at), bench.begun(order.subject))
    return replace(order, alone=Alone(login_in(order.by), bench.alone))


def check(bench: Bench, order: Order, at: datetime) -> None:
    """Ask the rules now what the register will ask them; raises as `check_act` and `check_begun`."""
    recorded = bench.acts.of(order.subject)
    new = act_of(order, recorded, at)
    check_act(recorded, new, authority=order.authority)
    check_begun(new, bench.begun(order.subject))


def refusals(bench: Bench, wanted: Wanted, by: str, at: datetime) -> dict[str, str]:
    """The licences that could not be acted on now, each with the reason.

    Raises:
        Malformed, Untrusted, FieldRefused: as `check_act`, what would be wrong with every one of them.

    """
    refused: dict[str, str] = {}
    for subject in wanted.subjects:
        try:
            check(bench, wanted.order(subject, by), at)
        except Conflict as error:
            refused[subject] = error.reason
    return refused


def place(bench: Bench, wanted: Wanted, *, by: Officer, key: str, at: datetime, reason: str = "") -> Warrant:
    """Store an order for somebody else to decide on.

    Raises:
        WarrantRefused: no licences, too many, or one that is not the body's; none that could be acted on; a reason
            that cannot be kept.
        MoveRefused, Conflict: the only licence of the order cannot be acted on.
        Malformed, Untrusted, FieldRefused: as `check_act`.
        IdempotencyMismatch: the key was used for something else.

    """
    body = asked(Step.PLACE, wanted.digest, by, reason)
    if (known := bench.warrants.by_key(key)) is not None:
        if known[1].body != body:
            raise IdempotencyMismatch(key)
        return known[0]
    check_note(reason)
    check_subjects(bench, wanted)
    _check_possible(bench, wanted, by, at)
    number, when = bench.random(NUMBER_OCTETS).hex(), aware(at)
    stage = LIFE.after(None, Step.PLACE)
    causes = causes_of(bench, wanted, by.login, at)
    warrant = Warrant(number, stage, 1, wanted, causes, by, when, when)
    return bench.warrants.open(warrant, Event(number, 1, Step.PLACE, stage, when, by, reason, key, body))


def check_subjects(bench: Bench, wanted: Wanted) -> None:
    """Check that the licences are released ones of the body, each named once.

    Raises:
        WarrantRefused: they are not.

    """
    if not wanted.subjects:
        raise WarrantRefused([("identifiers", "missing")])
    if wanted.ground == LEAKED:  # ending the seal is the least of what has to be done
        raise WarrantRefused([("ground", "report-key-loss")])
    if len(wanted.subjects) > MOST_SUBJECTS or len(set(wanted.subjects)) < len(wanted.subjects):
        raise WarrantRefused([("identifiers", "too-many" if len(wanted.subjects) > MOST_SUBJECTS else "repeated")])
    strange = [place for place, subject in enumerate(wanted.subjects, 1) if not _is_own(bench, subject, wanted)]
    if strange:  # what was sent is not said again: it may be anything
        raise WarrantRefused([(f"identifiers.{place}", "not-own-licence") for place in strange[:MOST_TOLD]])


def told(wanted: Wanted, refused: Mapping[str, str]) -> WarrantRefused:
    """The refusal of an order on licences none of which can be acted on."""
    places = {subject: place for place, subject in enumerate(wanted.subjects, 1)}
    some = list(refused.items())[:MOST_TOLD]
    return WarrantRefused([(f"identifiers.{places[subject]}", reason) for subject, reason in some])


def check_note(reason: str) -> None:
    """Check words that are kept with a step.

    Raises:
        WarrantRefused: they cannot be shown, or are too long.

    """
    if not reason:
        return
    try:
        check_words("reason", reason, MAX_REASON)
    except ApplicationRefused as error:
        raise WarrantRefused(error.problems) from error


def asked(step: Step, digest: str, by: Officer, reason: str) -> bytes:
    """SM3 of what somebody asks for; a step that the register takes is the same whoever occasions it."""
    who = "" if LIFE.row(step).who is Who.REGISTER else by.login
    return sm3(f"{step.value}\n{digest}\n{who}\n{reason}".encode("utf-8", "surrogatepass"))


def changed_since(warrant: Warrant, events: Iterable[Event]) -> bool:
    """Whether an order orders anything else than what its steps say was placed and approved, by whom it says."""
    bound = [event for event in events if event.step in {Step.PLACE, Step.APPROVE}]
    placed = next((event.by.login for event in bound if event.step is Step.PLACE), None)
    content = warrant.wanted.digest
    return placed != warrant.maker.login or any(
        event.body != asked(event.step, content, event.by, event.reason) for event in bound
    )


def _check_possible(bench: Bench, wanted: Wanted, by: Officer, at: datetime) -> None:
    refused: Mapping[str, str] = refusals(bench, wanted, by.login, at)
    if len(refused) < len(wanted.subjects):
        return
    if len(wanted.subjects) == 1:
        (subject,) = wanted.subjects
        check(bench, wanted.order(subject, by.login), at)
    raise told(wanted, refused)


def _is_own(bench: Bench, subject: str, wanted: Wanted) -> bool:
    """Whether this is a released licence, or a filed seal, of the body that orders."""
    return "\0" not in subject and bench.body_of(subject) == wanted.body_code
