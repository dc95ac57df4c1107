"""An audit put together: what is read, whose keys count, and what the auditor brought along."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial

from service.archive import Archive
from service.auditing.accounts import Accounts
from service.auditing.applied import Applied
from service.auditing.derived import Derived
from service.auditing.hands import doubts_of
from service.auditing.inside import Compared, InsideRegisters, InsideSource
from service.auditing.lives import Lives
from service.auditing.ordered import Ordered
from service.auditing.papers import Papers
from service.auditing.public import Source
from service.auditing.staff import Staff, staff_of
from service.auditing.trail_source import TrailSource
from service.rebuilding import rebuilt
from service.wiring import Yinzheng
from trust.errors import Malformed
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import RevocationList, load_crl
from verifier.auditing.auditing import INSIDE, Audit, Brought
from verifier.auditing.ports import Edition, PublicLists, Unjudged
from verifier.auditing.signers import Signers
from verifier.auditing.walking import Progress


def silent(_count: int) -> None:
    """Progress that nobody watches."""


def stranger(
    source: Source, anchors: Sequence[Certificate], brought: Brought, now: datetime, progress: Progress = silent
) -> Audit:
    """An audit of a public side; certificates among the anchors that are no roots help to find paths."""
    roots = [one for one in anchors if one.subject == one.issuer]
    helpers = [*(one for one in anchors if one.subject != one.issuer), *source.certificates()]
    signers = Signers(roots, helpers, newest_crls(source), now)
    return Audit(source, source, signers, brought, now, manner="public", progress=progress)


def inside(
    yinzheng: Yinzheng, anchors: Sequence[Certificate], brought: Brought, now: datetime, progress: Progress = silent
) -> tuple[Audit, InsideRegisters, TrailSource]:
    """An audit of an installation: the audit, its registers, its trail."""
    archive, trail = yinzheng.archive, yinzheng.trail
    people, bodies = trail.ledgers.every["person"], [one.body.code for one in yinzheng.city.bodies]
    bodies += [one.department for one, _ in yinzheng.city.people if one.department is not None]
    staff = cache(partial(staff_of, archive.engine, people, trail.store.marks, bodies))
    source = InsideSource(archive.engine, archive)
    records = [
        one for profile in ("issuing-ca", "trust-list") for one in archive.books.certificates.of_profile(profile)
    ]
    helpers = [found for one in records if one.der is not None for found in _readable(one.der)]
    signers = Signers(anchors, helpers, newest_crls(source), now)
    audit = Audit(source, source, signers, brought, now, manner=INSIDE, progress=progress)
    more: tuple[Compared, ...] = (
        source.mismatches,
        Derived(archive.engine).mismatches,
        Ordered(archive, yinzheng.warrants.bench.approval_of, staff).mismatches,
        Applied(archive.engine, staff).mismatches,
        *Papers(archive, staff).comparisons(),
        *_lives(archive),
        partial(_open_of, staff),
        Accounts(archive.engine, yinzheng.account_tags).mismatches,
        partial(rebuilt, archive, yinzheng.public_folder),
    )
    registers = InsideRegisters(archive.engine, archive, yinzheng.office.blobs, more)
    with archive.engine.connect() as connection:  # tags under another key say nothing of who wrote what
        tags = yinzheng.record_tags if yinzheng.account_tags.is_as_begun(connection) else None
    return audit, registers, TrailSource(trail.store, trail.ledgers, tags)


def _open_of(staff: Callable[[], Staff]) -> Iterator[Unjudged]:
    """Of whom it is open, once everything was looked at that people stand behind, whether they might have."""
    yield from doubts_of(staff())


def _lives(archive: Archive) -> Sequence[Compared]:
    """One for each kind of paper, so that a row that cannot be read cuts off no other."""
    lives = Lives(archive)
    return [lives.batches, lives.stock, lives.dockets, lives.versions]


def _readable(der: bytes) -> list[Certificate]:
    """The certificate in these octets; none where there is none, and then what it signed is signed by nobody."""
    try:
        return [load_certificate(der)]
    except Malformed:
        return []


def newest_crls(lists: PublicLists) -> list[RevocationList]:
    """The newest revocation list of each authority that can be read."""
    found = []
    for editions in lists.revocation_lists().values():
        newest: Edition | None = None
        for newest in editions:  # noqa: B007  (the last one counts)
            pass
        try:
            found += [load_crl(newest.octets)] if newest is not None else []
        except Malformed:
            continue  # it is found unreadable where it is judged
    return found
