"""People and sessions in SQL: tables `person` and `session`.

Passwords are kept only as argon2 hashes and session tokens only as keyed digests. Trust: who can write these tables
makes no session, but can put another hash in place of somebody's and sign in as them; the trail and the transparency
log still show what was done.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    LargeBinary,
    Row,
    Table,
    delete,
    insert,
    select,
    update,
)

from service.identity import Person, Role
from trust.store import METADATA, STOPS, Instant, text

person = Table(
    "person",
    METADATA,
    text("login", 64, primary_key=True),
    text("name", 256),
    text("role", 16),
    text("department", 32, nullable=True),
    text("holder_code_type", 8, nullable=True),
    text("holder_code", 64, nullable=True),
    text("password_hash", 256),
    CheckConstraint(
        "role = 'holder' OR (holder_code_type IS NULL AND holder_code IS NULL)", name="code_of_holders_alone"
    ),
)
_SOUND = (person.c.role == Role.HOLDER.value) | (person.c.holder_code.is_(None) & person.c.holder_code_type.is_(None))
"""Whoever works here has no holder's code; a row that says otherwise was not written by us, and is nobody's account."""

session = Table(
    "session",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("login", ForeignKey("person.login"), nullable=False),
    Column("ends_at", Instant, nullable=False),
)


class SqlPeople:
    """`service.identity.People` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enrol(self, one: Person, password_hash: str) -> None:
        """See `People`."""
        values = {
            "name": one.name,
            "role": one.role.value,
            "department": one.department,
            "holder_code_type": one.holder_code_type if one.role is Role.HOLDER else None,
            "holder_code": one.holder_code if one.role is Role.HOLDER else None,
            "password_hash": password_hash,
        }
        with self._engine.begin() as connection:
            changed = connection.execute(update(person).where(person.c.login == one.login).values(values))
            if changed.rowcount == 0:
                connection.execute(insert(person).values(login=one.login, **values))

    def find(self, login: str) -> tuple[Person, str] | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(person).where(person.c.login == login, _SOUND)).first()
        return row and (_person(row), row.password_hash)

    def open_session(self, digest: bytes, login: str, ends_at: datetime) -> None:
        """See `People`."""
        with self._engine.begin() as connection:
            connection.execute(insert(session).values(digest=digest, login=login, ends_at=ends_at))

    def session(self, digest: bytes) -> tuple[Person, datetime] | None:
        """See `People`."""
        wanted = select(person, session.c.ends_at).join(session).where(session.c.digest == digest, _SOUND)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return row and (_person(row), row.ends_at)

    def end_session(self, digest: bytes) -> None:
        """See `People`."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.digest == digest))

    def end_sessions(self, login: str) -> None:
        """See `People`."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.login == login))

    def shut_out(self, login: str, password_hash: str) -> None:
        """See `People`."""
        own = update(person).where(person.c.login == login)
        with self._engine.begin() as connection:
            connection.execute(own.values(password_hash=password_hash), execution_options=STOPS)
            connection.execute(delete(session).where(session.c.login == login))

    def systems(self) -> Sequence[Person]:
        """See `People`."""
        wanted = select(person).where(person.c.role == Role.SYSTEM.value).order_by(person.c.login)
        with self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(wanted)]


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person(row.login, row.name, Role(row.role), row.department, row.holder_code_type, row.holder_code)
