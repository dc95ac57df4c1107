"""Issuing licences 签发: allot, plan, sign, check, log, store, and only then acknowledge.

    1 checks           mandate, type, holder, fields, dates, and that all of it can be printed; nothing stored yet
    2 allot            serial, status slot, salt; stored with the digest of the token to be signed
    3–8                token, plan, seal, check, store and log, release: `issuer.completing`

Many licences of one type and body are issued as a chunk: each step is done for all of them before the next one begins,
so what a step stores is one durable transaction, and a single licence is a chunk of one. A licence that is refused on
the way leaves the others alone.

A crash anywhere leaves a stored record of what was about to be promised, and the same key and body take it up again
where it stopped. Same key and same body give the same licence and the same octets; another body is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.application import Application
from issuer.checking import check, check_draft, check_seal
from issuer.chunks import Outcome, each, together
from issuer.completing import Issued, complete, complete_many
from issuer.drafting import check_face, digest_of, draft, draw_serial, plan_token
from issuer.errors import ApplicationRefused, DuplicateNumber, IdempotencyMismatch
from issuer.inheriting import next_identifier, with_grade
from issuer.photographs import photographs
from issuer.ports import Entry, Office, Pen, Release
from issuer.soundness import require_sound, require_token
from templates.library import Bundle
from trust.rules.licence import SALT_LENGTH, Licence
from trust.rules.number_rule import same_number

__all__ = ["Issued", "Order", "complete", "issue", "issue_many", "require_sound", "require_token"]

MAX_KEY = 128


@dataclass(frozen=True)
class Order:
    """One licence to be issued: what is applied for, under which idempotency key, by whom.

    `template` is the face (`name/version`) that was decided on, where somebody decided on one.
    """

    application: Application
    key: str
    by: str
    template: str | None = None


def issue(office: Office, application: Application, *, key: str, by: str, at: datetime) -> Issued:
    """Issue one licence, or take up or repeat the one begun under the same key.

    Raises:
        UnknownType, NoMandate, NoPen, ApplicationRefused, DuplicateNumber: nothing was promised.
        MissingGlyph, DoesNotFit, CodeDoesNotFit: the face cannot be printed; nothing was promised.
        IdempotencyMismatch: the key belongs to another body.
        PlanBroken, NotSound: something is wrong inside; nothing was released.

    """
    (outcome,) = issue_many(office, [Order(application, key, by)], at=at)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def issue_many(
    office: Office, orders: Sequence[Order], *, at: datetime, release: Release | None = None
) -> list[Outcome[Issued]]:
    """Issue licences of one type and body together; a licence, or what kept it from being issued, for each order.

    `release` stores the release of all that came through in one transaction; the register's own where none is given.

    Raises:
        ValueError: the orders are for more than one type or body.
        UnknownType, NoPen: none can be issued now; nothing was promised.
        Exception: what any port raises; then every order may be given again.

    """
    if len({(order.application.type_code, order.application.issuer_code) for order in orders}) > 1:
        raise ValueError("a chunk is of one type and one body")
    keyed = each(_keyed, orders)
    known = office.register.by_keys([order.key for order in keyed if isinstance(order, Order)])
    fresh = [order for order in keyed if isinstance(order, Order) and order.key not in known]
    begun, pen = _begin(office, fresh, at) if fresh else ([], None)
    entries: dict[str, Outcome[Entry]] = {**known, **dict(zip((order.key for order in fresh), begun, strict=True))}

    def entry_of(order: Order) -> Outcome[Entry]:
        entry = entries[order.key]
        if isinstance(entry, Entry) and entry.body_digest != order.application.digest:
            raise IdempotencyMismatch(order.key)
        return entry

    return complete_many(office, each(entry_of, keyed), at=at, pen=pen, release=release)


def _keyed(order: Order) -> Order:
    """The order, if its key can be one."""
    if not (0 < len(order.key) <= MAX_KEY and order.key.isprintable()):
        raise ApplicationRefused([("idempotency-key", f"1 to {MAX_KEY} printable characters")])
    return order


def _begin(office: Office, orders: Sequence[Order], at: datetime) -> tuple[list[Outcome[Entry]], Pen | None]:
    """Check and draft all, and store those that pass, with their status entries and the digests of their tokens."""
    first = orders[0].application
    bundle, mandates = office.bundle(first.type_code), office.mandates(at)

    def checked(order: Order) -> Order:
        if order.template not in {None, bundle.template}:
            raise ApplicationRefused([("", "template-changed")])
        check(order.application, bundle.type, mandates, at)
        return order

    sound = each(checked, orders)
    if all(isinstance(one, Exception) for one in sound):
        return [one for one in sound if isinstance(one, Exception)], None
    pen = office.pen(first.issuer_code, at)
    check_seal(bundle.type, pen)
    drafts = each(lambda order: (order, _draft(office, order.application, bundle, pen)), sound)
    free = together(lambda some: _free(office, some), drafts)
    entries = together(lambda some: _allotted(office, some, pen, at), free)
    return together(office.register.begin_many, entries), pen


def _draft(office: Office, application: Application, bundle: Bundle, pen: Pen) -> Licence:
    """The licence, as it will be but for its status entry; all of it can be printed.

    A number that is to be drawn is drawn last, so that none is lost to a licence that cannot be.
    """
    application = with_grade(application, office.register)
    licence = draft(
        application,
        bundle,
        pen,
        serial=draw_serial(office.random),
        salt=office.random(SALT_LENGTH),
        identifier=next_identifier(application, office),
    )
    check_draft(licence, bundle.type)
    photographs(office, licence, bundle)
    check_face(licence, bundle, pen, host_url=office.host_url)
    return licence if application.number else replace(licence, number=office.draw_number(bundle.type, application))


def _free(office: Office, drafts: Sequence[tuple[Order, Licence]]) -> list[Outcome[tuple[Order, Licence]]]:
    """The drafts whose numbers are free; the register would refuse the others too, but a status entry would be spent.

    Under the very key of an order another request may just have begun: that is no duplicate.
    """
    first = drafts[0][0].application
    numbers = [licence.number for _, licence in drafts]
    taken = office.register.numbered_many(first.issuer_code, first.type_code, numbers)
    here: dict[str, str] = {}
    found: list[Outcome[tuple[Order, Licence]]] = []
    for order, licence in drafts:
        if licence.succession is not None:
            found.append((order, licence))  # it may share a number with its predecessor; the register knows with whom
            continue
        holder = taken.get(licence.number) or here.setdefault(same_number(licence.number), order.key)
        found.append((order, licence) if holder == order.key else DuplicateNumber(licence.number))
    return found


def _allotted(office: Office, drafts: Sequence[tuple[Order, Licence]], pen: Pen, at: datetime) -> list[Entry]:
    """The entries as they go into the register."""
    pointers = office.allot_many([str(licence.identifier) for _, licence in drafts], at)
    entries = []
    for order, drafted in drafts:
        licence = replace(drafted, status=pointers[str(drafted.identifier)])
        message, _ = plan_token(licence, pen)
        digest = order.application.digest
        entries.append(Entry(order.key, digest, licence, order.by, at, token_plan=digest_of(message)))
    return entries
