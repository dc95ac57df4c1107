"""People and sessions in SQL: tables `person` and `session`, and what makes a row one of ours.

Passwords are kept only as argon2 hashes and session tokens only as keyed digests. Every row bears a tag over all that
it says, made with a key that is kept outside the database; a row without it, or with another, is nobody's account and
nobody's session. A session is of the account as it was when it was opened, and for whoever works here none is opened on
a row that the trail did not mark last, or that this process has seen replaced. What the database answers is held
against what was asked. Trust: who can write these tables can take an account away and put an old row of a holder back;
they cannot make an account, nor change what somebody is, what their password is, or whose a session is.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from hmac import compare_digest
from threading import Lock
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
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
from service.trail.following import as_marked, was_marked
from trust.formats.canonical_json import text_of
from trust.formats.trail_record import ACCOUNT
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
ACCOUNTS = ACCOUNT
"""The register of the trail that binds the tags of whoever works here."""
MOST_REPLACED = 20_000
"""So many tags that were replaced are known in a process; the oldest are forgotten first."""
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
        self._engine, self._tag, self._replaced = engine, tag, Replaced()

    def enrol(self, one: Person, password_hash: str) -> None:
        """See `People`."""
        values = self._values(one, password_hash)
        with self._engine.begin() as connection:
            before = connection.scalar(select(person.c.tag).where(person.c.login == one.login))
            connection.execute(delete(session).where(session.c.login == one.login))
            changed = connection.execute(update(person).where(person.c.login == one.login).values(values))
            if changed.rowcount == 0:
                connection.execute(insert(person).values(values))
        self._replaced.learn(one.login, values["tag"], before)

    def enrol_anew(self, one: Person, password_hash: str) -> None:
        """See `People`."""
        values = self._values(one, password_hash)
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.login == one.login))
            before = connection.scalar(select(person.c.tag).where(person.c.login == one.login))
            connection.execute(delete(person).where(person.c.login == one.login))
            connection.execute(insert(person).values(values))
        self._replaced.learn(one.login, values["tag"], before)

    def find(self, login: str) -> tuple[Person, str] | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
        return (_person(row), row.password_hash) if row is not None and self._is_of(login, row) else None

    def is_forged(self, login: str) -> bool:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
        return row is not None and not self._is_of(login, row)

    def is_amiss(self, login: str) -> bool:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
            if row is None:
                return was_marked(self._engine, connection, ACCOUNTS, login)
            return not self._is_of(login, row) or self._mark(connection, login) is None

    def is_holders(self, login: str) -> bool | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(_own(login)).first()
            if was_marked(self._engine, connection, str(person.name), login):
                return False
        return True if row is not None and row.role == Role.HOLDER.value else None

    def open_session(self, digest: bytes, login: str, ends_at: datetime) -> str | None:
        """See `People`."""
        with self._engine.begin() as connection:
            row = connection.execute(_own(login).with_for_update()).first()
            if row is None or not self._is_of(login, row) or (mark := self._mark(connection, login)) is None:
                return None
            made = _session_tag(self._tag, digest, login, ends_at, row.tag)
            connection.execute(insert(session).values(digest=digest, login=login, ends_at=ends_at, tag=made))
        if mark:  # what nobody marks may be an old row as well: that says nothing of the one before
            self._replaced.learn(login, row.tag)
        return mark

    def session(self, digest: bytes) -> tuple[Person, datetime] | None:
        """See `People`."""
        with self._engine.connect() as connection:
            row = connection.execute(sessions().where(session.c.digest == digest)).first()
        if row is None or not (_same(row.digest, digest) and is_session(self._tag, row)):
            return None  # a database that lies may answer with somebody else's
        return (_person(row), row.ends_at) if self._is_of(row.login, row) else None

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
            if self._is_of(login, row):
                values = self._values(_person(row), password_hash)
            connection.execute(own.values(values), execution_options=STOPS)
            connection.execute(delete(session).where(session.c.login == login))
        self._replaced.learn(login, values["tag"], row.tag)
        return True

    def systems(self) -> Sequence[Person]:
        """See `People`."""
        wanted = select(person).where(person.c.role == Role.SYSTEM.value).order_by(person.c.login)
        with self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(wanted) if self._is_of(row.login, row)]

    def _is_of(self, login: str, row: AnyRow) -> bool:
        """Whether a row is the account of this login, as the installation wrote it last as far as is known here."""
        return bool(row.login == login) and is_account(self._tag, row) and not self._replaced.has(login, row.tag)

    def _mark(self, connection: Connection, login: str) -> str | None:
        """The mark of an account, empty for a holder's; None where it is not the last one."""
        marks = [as_marked(self._engine, connection, name, login) for name in (str(person.name), ACCOUNTS)]
        return None if None in marks else marks[-1]

    def _values(self, one: Person, password_hash: str) -> dict[str, object]:
        """The columns of an account, with their tag."""
        code_type, code = one.held or (None, None)
        values = (one.login, one.name, one.role.value, one.department, code_type, code, password_hash)
        return dict(zip(VOUCHED, values, strict=True)) | {"tag": self._tag("person", *values)}


class Replaced:
    """Tags of accounts that this process has seen replaced: a row that bears one was put back."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, object] = OrderedDict()
        self._gone: OrderedDict[tuple[str, object], None] = OrderedDict()
        self._lock = Lock()

    def learn(self, login: str, tag: object, before: object = None) -> None:
        """A login's tag is this one now; the one from before, and any other that was seen here, is gone."""
        with self._lock:
            for old in (before, self._last.pop(login, None)):
                if old is not None:
                    self._gone[login, old] = None
            self._last[login] = tag
            self._gone.pop((login, tag), None)
            while len(self._last) > MOST_REPLACED:
                self._last.popitem(last=False)
            while len(self._gone) > MOST_REPLACED:
                self._gone.popitem(last=False)

    def has(self, login: str, tag: object) -> bool:
        """Whether a login's tag was replaced."""
        with self._lock:
            return (login, tag) in self._gone


def _own(login: str) -> Select[*tuple[Any, ...]]:
    return select(person).where(person.c.login == login)


def _session_tag(tag: Tag, digest: bytes, login: str, ends_at: datetime, of_account: bytes) -> bytes:
    return tag("session", digest, login, text_of(ends_at), of_account)


def _same(stored: object, made: bytes) -> bool:
    return isinstance(stored, bytes) and compare_digest(stored, made)


def _person(row: AnyRow) -> Person:
    return Person(row.login, row.name, Role(row.role), row.department, row.holder_code_type, row.holder_code)
