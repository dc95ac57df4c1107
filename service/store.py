"""People and sessions in SQL: tables `person` and `session`, and what makes a row one of ours.

Passwords are kept only as argon2 hashes and session tokens only as keyed digests. Every row bears a tag over all that
it says, made with a key that is kept outside the database; a row without it, or with another, is nobody's account and
nobody's session. A session is of the account as it was when it was opened, and for whoever works here none is opened on
a row that the trail did not mark last. Trust: who can write these tables can take an account away and put an old
password back; they cannot make an account, nor change what somebody is, what their password is, or whose a session is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    Table,
    delete,
    insert,
    select,
    update,
)

from service.identity import Person, Role
from service.trail.following import is_as_marked
from trust.formats.canonical_json import text_of
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
    Column("tag", LargeBinary(32)),
    CheckConstraint(
        "role = 'holder' OR (holder_code_type IS NULL AND holder_code IS NULL)", name="code_of_holders_alone"
    ),
)
session = Table(
    "session",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("login", ForeignKey("person.login"), nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("tag", LargeBinary(32)),
)
VOUCHED = ("login", "name", "role", "department", "holder_code_type", "holder_code", "password_hash")
"""The columns of an account that its tag is made over, in this order: all but the tag."""
Tag = Callable[..., bytes]
"""The tag of a row, from the name of its table and its values in their order; 32 octets."""
AnyRow = Row[*tuple[object, ...]]


def account_tag(tag: Tag, row: AnyRow) -> bytes:
    """The tag that an account with these columns has to have."""
    return tag("person", *(getattr(row, name) for name in VOUCHED))


def is_account(tag: Tag, row: AnyRow) -> bool:
    """Whether this row was written by the installation, as it stands."""
    return _same(row.tag, account_tag(tag, row))


def is_session(tag: Tag, row: AnyRow) -> bool:
    """Whether a session was opened by the installation, for this login, until this instant, on the account as it is.

    The row is of the account, with `digest`, `ends_at` and `session_tag` of the session.
    """
    return _same(row.session_tag, _session_tag(tag, row.digest, row.login, row.ends_at, row.tag))


def sessions() -> Select[*tuple[Any, ...]]:
    """Sessions with their accounts, as `is_session` takes them."""
    more = (session.c.digest, session.c.ends_at, session.c.tag.label("session_tag"))
    return select(person, *more).join(session)


class SqlPeople:
    """`service.identity.People` on SQLAlchemy; `tag` vouches for rows."""

    def __init__(self, engine: Engine, tag: Tag) -> None:
        self._engine, self._tag = engine, tag

    def enrol(self, one: Person, password_hash: str) -> None:
        """See `People`."""
        values = self._values(one, password_hash)
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.login == one.login))
            changed = connection.execute(update(person).where(person.c.login == one.login).values(values))
            if changed.rowcount == 0:
                connection.execute(insert(person).values(values))

    def enrol_anew(self, one: Person, password_hash: str) -> None:
        """See `People`."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.login == one.login))
            connection.execute(delete(person).where(person.c.login == one.login))
            connection.execute(insert(person).values(self._values(one, password_hash)))

    def find(self, login: str) -> tuple[Person, str] | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
        return None if row is None or not is_account(self._tag, row) else (_person(row), row.password_hash)

    def is_forged(self, login: str) -> bool:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
        return row is not None and not is_account(self._tag, row)

    def open_session(self, digest: bytes, login: str, ends_at: datetime) -> bool:
        """See `People`."""
        with self._engine.begin() as connection:
            row = connection.execute(_own(login).with_for_update()).first()
            if row is None or not is_account(self._tag, row):
                return False
            if not is_as_marked(self._engine, connection, str(person.name), login):
                return False
            made = _session_tag(self._tag, digest, login, ends_at, row.tag)
            connection.execute(insert(session).values(digest=digest, login=login, ends_at=ends_at, tag=made))
        return True

    def session(self, digest: bytes) -> tuple[Person, datetime] | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(sessions().where(session.c.digest == digest)).first()
        if row is None or not (is_account(self._tag, row) and is_session(self._tag, row)):
            return None
        return _person(row), row.ends_at

    def end_session(self, digest: bytes) -> None:
        """See `People`."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.digest == digest))

    def shut_out(self, login: str, password_hash: str) -> bool:
        """See `People`."""
        own = update(person).where(person.c.login == login)
        with self._engine.begin() as connection:
            row = connection.execute(_own(login).with_for_update()).first()
            if row is None:
                return False
            values: dict[str, object] = {"password_hash": password_hash, "tag": None}
            if is_account(self._tag, row):
                values = self._values(_person(row), password_hash)
            connection.execute(own.values(values), execution_options=STOPS)
            connection.execute(delete(session).where(session.c.login == login))
        return True

    def systems(self) -> Sequence[Person]:
        """See `People`."""
        wanted = select(person).where(person.c.role == Role.SYSTEM.value).order_by(person.c.login)
        with self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(wanted) if is_account(self._tag, row)]

    def _values(self, one: Person, password_hash: str) -> dict[str, object]:
        """The columns of an account, with their tag."""
        code_type, code = one.held or (None, None)
        values = (one.login, one.name, one.role.value, one.department, code_type, code, password_hash)
        return dict(zip(VOUCHED, values, strict=True)) | {"tag": self._tag("person", *values)}


def _own(login: str) -> Select[*tuple[Any, ...]]:
    return select(person).where(person.c.login == login)


def _session_tag(tag: Tag, digest: bytes, login: str, ends_at: datetime, of_account: bytes) -> bytes:
    return tag("session", digest, login, text_of(ends_at), of_account)


def _same(stored: object, made: bytes) -> bool:
    return isinstance(stored, bytes) and compare_digest(stored, made)


def _person(row: AnyRow) -> Person:
    return Person(row.login, row.name, Role(row.role), row.department, row.holder_code_type, row.holder_code)
