"""The register of licences over its tables: what is begun, found, moved on and shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Connection,
    Engine,
    Update,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from issuer.errors import AlreadySucceeded, DuplicateNumber, IdempotencyMismatch, IssuerError
from issuer.ports import Artefacts, Entry, SigningPlan, State, Void
from issuer.store.moves import MOVES, PLANS, SEALS, as_stored, batched, release_in, void_in
from issuer.store.rows import claimed_from, claims, codes_of, entry_of, entry_values, number_of
from issuer.store.tables import holder, licence
from trust.revocation.store.acts import SqlRecording
from trust.rules.number_rule import same_number
from trust.rules.succession import Succession


class SqlRegister:
    """`issuer.ports.Register`, and the reading side that pages, cases and the verifier are wired to."""

    def __init__(self, engine: Engine, index_holder: Callable[[str, str], bytes]) -> None:
        self._engine = engine
        self._index_holder = index_holder  # (code type, code) -> 32 octets, keyed

    def by_key(self, key: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.key == key)).first()
        return None if row is None else entry_of(row)

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """See `issuer.ports.Register`."""
        found: dict[str, Entry] = {}
        with self._engine.connect() as connection:
            for some in batched(keys):
                rows = connection.execute(select(licence).where(licence.c.key.in_(some)))
                found |= {row.key: entry_of(row) for row in rows}
        return found

    def find(self, identifier: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        if "\0" in identifier:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.identifier == identifier)).first()
        return None if row is None else entry_of(row)

    def numbered(self, issuer_code: str, type_code: str, number: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        wanted = select(licence).where(
            licence.c.issuer_code == issuer_code,
            licence.c.type_code == type_code,
            licence.c.claim == same_number(number),
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else entry_of(row)

    def successor_of(self, identifier: str) -> Entry | None:
        """See `issuer.ports.Register`."""
        if "\0" in identifier:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(licence).where(licence.c.predecessor == identifier)).first()
        return None if row is None else entry_of(row)

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
        rows = [entry_values(entry) | claims(connection, entry) for entry in entries]
        connection.execute(insert(licence), rows)
        connection.execute(insert(holder), [row for entry in entries for row in self._index(entry)])

    def _taken_over(self, entry: Entry) -> Entry | None:
        """The entry, stored under the number of one of the same holders that was given up; None where there is none."""
        before = self.numbered(*number_of(entry))
        if before is None or before.void is None or codes_of(before) != codes_of(entry) or before.key == entry.key:
            return None
        held = MOVES.where(licence.c.void_at.is_not(None), licence.c.claim == same_number(entry.licence.number))
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
            if self.numbered(*number_of(entry)) is None and self.find(str(entry.licence.identifier)) is None:
                raise error
            return DuplicateNumber(entry.licence.number)
        return stored if stored.body_digest == entry.body_digest else IdempotencyMismatch(entry.key)

    def _followed(self, entry: Entry, succession: Succession) -> bool:
        with self._engine.connect() as connection:
            claimed = claimed_from(connection, entry, succession)
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
        return self._move([entry for entry, _ in wanted], PLANS, rows)

    def seal_many(self, wanted: Sequence[tuple[Entry, tuple[str, str]]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        rows = [{"moved": str(entry.licence.identifier), "ofd": ofd, "pdf": pdf} for entry, (ofd, pdf) in wanted]
        return self._move([entry for entry, _ in wanted], SEALS, rows)

    def release_many(self, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        with self._engine.begin() as connection:
            return release_in(connection, wanted)

    def void_many(self, wanted: Sequence[tuple[Entry, Void]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        with self._engine.begin() as connection:
            return void_in(connection, wanted)

    def void_with(self, recording: SqlRecording, entry: Entry, void: Void) -> Entry:
        """`void_many` for one entry, in the transaction that records the act which says so."""
        (stored,) = void_in(recording.connection, [(entry, void)])
        return stored

    def _move(self, entries: Sequence[Entry], move: Update, rows: Sequence[Mapping[str, object]]) -> Sequence[Entry]:
        """Make a move wherever it applies, and give the entries as they are then."""
        if not entries:
            return []
        with self._engine.begin() as connection:
            connection.execute(move, rows)
            return as_stored(connection, entries)

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
            return [entry_of(row) for row in connection.execute(wanted)]

    def recent(self, issuer_code: str, limit: int) -> Sequence[Entry]:
        """The newest released licences of a body."""
        wanted = (
            select(licence)
            .where(licence.c.issuer_code == issuer_code, licence.c.state == State.RELEASED)
            .order_by(licence.c.released_at.desc(), licence.c.identifier)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [entry_of(row) for row in connection.execute(wanted)]

    def unreleased(self, before: datetime) -> Sequence[Entry]:
        """Entries begun before an instant and never released: signatures of theirs may exist."""
        wanted = select(licence).where(licence.c.state != State.RELEASED, licence.c.begun_at < before)
        with self._engine.connect() as connection:
            return [entry_of(row) for row in connection.execute(wanted.order_by(licence.c.begun_at))]

    def _index(self, entry: Entry) -> list[dict[str, object]]:
        indexed = {self._index_holder(one.code_type, one.code) for one in entry.licence.holders}
        identifier = str(entry.licence.identifier)
        return [{"holder": digest, "identifier": identifier} for digest in sorted(indexed)]
