"""The register of licences in SQL: table `licence`, and `licence_holder` from keyed holder digest to licence.

The licence document is personal data and stands in one column of one table; the holder index carries only a keyed
digest. Rows are never deleted, and `identifier` and `key` are unique for ever, so a number given out once is not given
out again. `claim` is the number on the face, in the form in which numbers are compared, where a licence is the first to
bear it: successors of the same serial keep the number and claim none, so that a number belongs to one licence and its
versions for ever. What was given up before its release (`void_at`) follows nothing any more, and keeps its number from
all but its holders. A licence has at most one successor. Trust: who can write these tables can hide licences but cannot
make one pass: seals, status lists and log are checked by the verifier on their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, NoResultFound

from issuer.errors import AlreadySucceeded, DuplicateNumber, IdempotencyMismatch, IssuerError
from issuer.feeding.store import note_released
from issuer.ports import Artefacts, Entry, SigningPlan, State, Void
from trust.formats.licence_document import decode_licence, encode_licence
from trust.rules.licence import Licence
from trust.rules.number_rule import same_number
from trust.rules.succession import Succession
from trust.store import METADATA, Instant, text

VOID_REASON = 64

licence = Table(
    "licence",
    METADATA,
    text("identifier", 128, primary_key=True),
    text("key", 128, unique=True),
    text("body_digest", 80),
    text("type_code", 32),
    text("issuer_code", 32),
    text("number", 128),
    text("claim", 128, nullable=True),
    text("predecessor", 140, nullable=True, unique=True),
    text("state", 16),
    Column("document", LargeBinary, nullable=False),
    text("by", 128),
    Column("begun_at", Instant, nullable=False),
    text("token_plan", 80),
    Column("token", LargeBinary),
    text("ofd_plan", 80, nullable=True),
    text("pdf_plan", 80, nullable=True),
    text("ofd", 80, nullable=True),
    text("pdf", 80, nullable=True),
    Column("leaf", BigInteger),
    Column("released_at", Instant),
    Column("void_at", Instant),
    text("void_reason", VOID_REASON, nullable=True),
    UniqueConstraint("issuer_code", "type_code", "claim", name="uq_licence_number"),
    CheckConstraint("state IN ('begun', 'planned', 'released')", name="state_known"),
    CheckConstraint(
        "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)",
        name="released_whole",
    ),
    Index("ix_licence_released", "issuer_code", "released_at"),
)

holder = Table(
    "licence_holder",
    METADATA,
    Column("holder", LargeBinary(32), primary_key=True),
    Column("identifier", ForeignKey("licence.identifier"), primary_key=True),
)


AT_ONCE = 500
"""Values in one IN list; SQLite's limit was once 999."""

_MOVES = update(licence).where(licence.c.identifier == bindparam("moved"))
_OPEN = _MOVES.where(licence.c.void_at.is_(None))
_PLANS = _OPEN.where(licence.c.state == State.BEGUN)
_SEALS = _OPEN.where(licence.c.state == State.PLANNED, licence.c.ofd.is_(None))
_RELEASES = _OPEN.where(licence.c.state == State.PLANNED)
_VOIDS = _OPEN.where(licence.c.state != State.RELEASED)
_PROGRESS = select(
    licence.c.identifier,
    licence.c.state,
    licence.c.token,
    licence.c.ofd_plan,
    licence.c.pdf_plan,
    licence.c.ofd,
    licence.c.pdf,
    licence.c.leaf,
    licence.c.released_at,
    licence.c.void_at,
    licence.c.void_reason,
)


class SqlRegister:
    """`issuer.ports.Register`, and the reading side that pages, cases and the verifier are wired to."""

    def __init__(self, engine: Engine, index_holder: Callable[[str, str], bytes]) -> None:
        self._engine = engine
        self._index_holder = index_holder  # (code type, code) -> 32 octets, keyed

    def by_key(self, key: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.key == key)).first()
        return None if row is None else _entry(row)

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """See `issuer.ports.Register`."""
        found: dict[str, Entry] = {}
        with self._engine.connect() as connection:
            for some in batched(keys):
                rows = connection.execute(select(licence).where(licence.c.key.in_(some)))
                found |= {row.key: _entry(row) for row in rows}
        return found

    def find(self, identifier: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        if "\0" in identifier:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.identifier == identifier)).first()
        return None if row is None else _entry(row)

    def numbered(self, issuer_code: str, type_code: str, number: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        wanted = select(licence).where(
            licence.c.issuer_code == issuer_code,
            licence.c.type_code == type_code,
            licence.c.claim == same_number(number),
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _entry(row)

    def successor_of(self, identifier: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        if "\0" in identifier:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.predecessor == identifier)).first()
        return None if row is None else _entry(row)

    def numbered_many(self, issuer_code: str, type_code: str, numbers: Sequence[str]) -> Mapping[str, str]:
        """See `issuer.ports.Register`."""
        found: dict[str, str] = {}
        claims = {number: same_number(number) for number in numbers}
        of_body = select(licence.c.claim, licence.c.key).where(
            licence.c.issuer_code == issuer_code, licence.c.type_code == type_code
        )
        with self._engine.connect() as connection:
            for some in batched(sorted(set(claims.values()))):
                rows = connection.execute(of_body.where(licence.c.claim.in_(some), licence.c.void_at.is_(None)))
                found |= {row.claim: row.key for row in rows}
        return {number: found[claim] for number, claim in claims.items() if claim in found}

    def begin_many(self, entries: Sequence[Entry]) -> Sequence[Entry | IssuerError]:
        """See `issuer.ports.Register`; where one of them cannot be stored, each is stored by itself."""
        if not entries:
            return []
        try:
            with self._engine.begin() as connection:
                self._insert(connection, entries)
        except IntegrityError as error:
            if len(entries) > 1:
                return [one for entry in entries for one in self.begin_many([entry])]
            return [self._taken_over(entries[0]) or self._instead(entries[0], error)]
        return list(entries)

    def begin(self, entry: Entry) -> Entry:
        """`begin_many` for one entry; what keeps it from being stored is raised."""
        (stored,) = self.begin_many([entry])
        if isinstance(stored, IssuerError):
            raise stored
        return stored

    def _insert(self, connection: Connection, entries: Sequence[Entry]) -> None:
        rows = [_values(entry) | _claims(connection, entry) for entry in entries]
        connection.execute(insert(licence), rows)
        connection.execute(insert(holder), [row for entry in entries for row in self._index(entry)])

    def _taken_over(self, entry: Entry) -> Entry | None:
        """The entry, stored under the number of one of the same holders that was given up; None where there is none."""
        before = self.numbered(*_number_of(entry))
        if before is None or before.void is None or _codes(before) != _codes(entry) or before.key == entry.key:
            return None
        held = _MOVES.where(licence.c.void_at.is_not(None), licence.c.claim == same_number(entry.licence.number))
        try:
            with self._engine.begin() as connection:
                connection.execute(held.values(claim=None), {"moved": str(before.licence.identifier)})
                self._insert(connection, [entry])
        except IntegrityError:
            return None  # another one was faster, or something else stands against it, which is told instead
        return entry

    def _instead(self, entry: Entry, error: IntegrityError) -> Entry | IssuerError:
        """What is stored in the place of an entry, or why it is not."""
        stored = self.by_key(entry.key)
        if stored is None:
            succession = entry.licence.succession
            if succession is not None and self._followed(entry, succession):
                return AlreadySucceeded(succession.predecessor)
            if self.numbered(*_number_of(entry)) is None and self.find(str(entry.licence.identifier)) is None:
                raise error
            return DuplicateNumber(entry.licence.number)
        return stored if stored.body_digest == entry.body_digest else IdempotencyMismatch(entry.key)

    def _followed(self, entry: Entry, succession: Succession) -> bool:
        with self._engine.connect() as connection:
            claimed = _claimed_from(connection, entry, succession)
        return self.successor_of(claimed) is not None

    def plan_many(self, wanted: Sequence[tuple[Entry, SigningPlan]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        rows = [
            {
                "moved": str(entry.licence.identifier),
                "state": State.PLANNED,
                "token": plan.token,
                "ofd_plan": plan.ofd,
                "pdf_plan": plan.pdf,
            }
            for entry, plan in wanted
        ]
        return self._move([entry for entry, _ in wanted], _PLANS, rows)

    def seal_many(self, wanted: Sequence[tuple[Entry, tuple[str, str]]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        rows = [{"moved": str(entry.licence.identifier), "ofd": ofd, "pdf": pdf} for entry, (ofd, pdf) in wanted]
        return self._move([entry for entry, _ in wanted], _SEALS, rows)

    def release_many(self, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        with self._engine.begin() as connection:
            return release_in(connection, wanted)

    def void_many(self, wanted: Sequence[tuple[Entry, Void]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        with self._engine.begin() as connection:
            return void_in(connection, wanted)

    def _move(self, entries: Sequence[Entry], move: Update, rows: Sequence[Mapping[str, object]]) -> Sequence[Entry]:
        """Make a move wherever it applies, and give the entries as they are then."""
        if not entries:
            return []
        with self._engine.begin() as connection:
            connection.execute(move, rows)
            return _as_stored(connection, entries)

    def held(self, code_type: str, code: str, type_codes: Sequence[str] = ()) -> Sequence[Entry]:
        """Released licences of a holder, newest first, of the given types or of all."""
        wanted = (
            select(licence)
            .join(holder, holder.c.identifier == licence.c.identifier)
            .where(holder.c.holder == self._index_holder(code_type, code), licence.c.state == State.RELEASED)
            .order_by(licence.c.released_at.desc(), licence.c.identifier)
        )
        if type_codes:
            wanted = wanted.where(licence.c.type_code.in_(type_codes))
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def recent(self, issuer_code: str, limit: int) -> Sequence[Entry]:
        """The newest released licences of a body."""
        wanted = (
            select(licence)
            .where(licence.c.issuer_code == issuer_code, licence.c.state == State.RELEASED)
            .order_by(licence.c.released_at.desc(), licence.c.identifier)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def unreleased(self, before: datetime) -> Sequence[Entry]:
        """Entries begun before an instant and never released: signatures of theirs may exist."""
        wanted = select(licence).where(licence.c.state != State.RELEASED, licence.c.begun_at < before)
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(wanted.order_by(licence.c.begun_at))]

    def _index(self, entry: Entry) -> list[dict[str, object]]:
        indexed = {self._index_holder(one.code_type, one.code) for one in entry.licence.holders}
        identifier = str(entry.licence.identifier)
        return [{"holder": digest, "identifier": identifier} for digest in sorted(indexed)]


def release_in(connection: Connection, wanted: Sequence[tuple[Entry, Artefacts]]) -> list[Entry]:
    """`release_many` within somebody's transaction, which stores what rests on the release too."""
    rows = [
        {
            "moved": str(entry.licence.identifier),
            "state": State.RELEASED,
            "ofd": artefacts.ofd,
            "pdf": artefacts.pdf,
            "leaf": artefacts.log_index,
            "released_at": artefacts.released_at,
        }
        for entry, artefacts in wanted
    ]
    if rows:
        connection.execute(_RELEASES, rows)
        note_released(connection, wanted)
    return _as_stored(connection, [entry for entry, _ in wanted])


def void_in(connection: Connection, wanted: Sequence[tuple[Entry, Void]]) -> list[Entry]:
    """`void_many` within somebody's transaction, which stores why."""
    rows = [
        {
            "moved": str(entry.licence.identifier),
            "void_at": void.at,
            "void_reason": void.reason[:VOID_REASON],
            "predecessor": None,  # its document still says what it was to follow; another one may now
        }
        for entry, void in wanted
    ]
    if rows:
        connection.execute(_VOIDS, rows)
    return _as_stored(connection, [entry for entry, _ in wanted])


def batched(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Values in parts small enough for one IN list; what has no place in a text of PostgreSQL is left out."""
    askable = [value for value in values if "\0" not in value]
    for start in range(0, len(askable), AT_ONCE):
        yield askable[start : start + AT_ONCE]


def _as_stored(connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
    """Entries with how far they have come; what never changes is taken from them.

    Raises:
        NoResultFound: one of them was never begun.

    """
    found: dict[str, Row[*tuple[object, ...]]] = {}
    for some in batched([str(entry.licence.identifier) for entry in entries]):
        rows = connection.execute(_PROGRESS.where(licence.c.identifier.in_(some)))
        found |= {row.identifier: row for row in rows}
    if missing := [entry.key for entry in entries if str(entry.licence.identifier) not in found]:
        raise NoResultFound(f"No row was found for {len(missing)} entries")
    return [replace(entry, **_progress(found[str(entry.licence.identifier)])) for entry in entries]


def _number_of(entry: Entry) -> tuple[str, str, str]:
    identifier = entry.licence.identifier
    return identifier.issuer_code, identifier.type_code, entry.licence.number


def _codes(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset((one.code_type, one.code) for one in entry.licence.holders)


def _values(entry: Entry) -> dict[str, object]:
    """The row of a new entry."""
    issuer_code, type_code, number = _number_of(entry)
    return {
        "identifier": str(entry.licence.identifier),
        "key": entry.key,
        "body_digest": entry.body_digest,
        "type_code": type_code,
        "issuer_code": issuer_code,
        "number": number,
        "state": State.BEGUN,
        "document": encode_licence(entry.licence),
        "by": entry.by,
        "begun_at": entry.begun_at,
        "token_plan": entry.token_plan,
    }


def _claims(connection: Connection, entry: Entry) -> dict[str, str | None]:
    """What a new entry claims: its number, unless an earlier version of it has claimed that; and whom it follows."""
    new, succession = entry.licence, entry.licence.succession
    if succession is None:
        return {"claim": same_number(new.number), "predecessor": None}
    if not succession.kind.keeps_identity:
        return {"claim": same_number(new.number), "predecessor": _claimed_from(connection, entry, succession)}
    own = f"{str(new.identifier).rsplit('.', 2)[0]}."
    earlier = select(licence.c.identifier).where(
        licence.c.issuer_code == new.identifier.issuer_code,
        licence.c.type_code == new.identifier.type_code,
        licence.c.claim == same_number(new.number),
        licence.c.identifier.startswith(own, autoescape=True),
    )
    kept = connection.scalar(earlier) is not None
    return {"claim": None if kept else same_number(new.number), "predecessor": succession.predecessor}


def _claimed_from(connection: Connection, entry: Entry, succession: Succession) -> str:
    """Whom a transfer claims to follow: of another library once for each body, as nobody here can tell who is right."""
    known = select(licence.c.identifier).where(licence.c.identifier == succession.predecessor)
    if connection.scalar(known) is not None:
        return succession.predecessor
    return f"{succession.predecessor}#{entry.licence.identifier.issuer_code}"


@lru_cache(maxsize=256)
def _document(octets: bytes) -> Licence:
    """A stored document; one licence is read many times on its way to release."""
    return decode_licence(octets)


def _entry(row: Row[*tuple[object, ...]]) -> Entry:
    return Entry(
        key=row.key,
        body_digest=row.body_digest,
        licence=_document(row.document),
        by=row.by,
        begun_at=row.begun_at,
        token_plan=row.token_plan,
        **_progress(row),
    )


def _progress(row: Row[*tuple[object, ...]]) -> dict[str, Any]:
    """What of an entry moves on."""
    released = row.state == State.RELEASED
    return {
        "state": State(row.state),
        "plan": SigningPlan(bytes(row.token), row.ofd_plan, row.pdf_plan) if row.token else None,
        "sealed": (row.ofd, row.pdf) if row.ofd else None,
        "artefacts": Artefacts(row.ofd, row.pdf, row.leaf, row.released_at) if released else None,
        "void": Void(row.void_at, row.void_reason or "") if row.void_at else None,
    }
