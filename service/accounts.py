"""Who vouches for accounts: the installation, by a tag over each row under a key that the database does not have.

What somebody is (role, department, whose licences they hold) and what their password is stands in one row, and who can
write the database could change it for a moment and change it back. So the store takes a row without its right tag for
nobody's (`service.store`). Accounts that are there from before get their tags once, at the first start that finds none,
in one transaction with a record of the trail that says so; where that record is, a row without a tag is nobody's. Of
those, whoever works here has to be what the trail marked last: one that was changed past the installation is left out.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import cbor2
from sqlalchemy import Connection, Engine, Select, func, select, text

from keys.errors import KeysError, OtherSecret
from keys.sm3 import hmac_sm3
from service.begun import SECRET, Begun, MemoryBegun, check_value
from service.bound import LEDGERS
from service.store import ACCOUNTS, Tag, account_tag, person
from service.trail.ledger import every_digest_in
from service.trail.marking import SERVICE
from service.trail.store import add_in, hold_tip, marks_in, trail
from trust.errors import Malformed
from trust.formats.trail_record import MARKED, TAGGED, TrailRecord, decode_record

BEGUN = "accounts.tagged"
"""The action of the record that says that accounts from before have been tagged; there is one in a trail."""
ACCOUNTS_BEGUN = "accounts"
"""The name under which it stands outside the database that they have (`service.begun`)."""
BLOCK = 500
_PUT = text("UPDATE person SET tag = :tag WHERE login = :login")
"""In words of SQL, so that it goes in blocks; the trail is told of all of them together, in the same transaction."""


class AccountTags:
    """Tags under a key derived from the secret that `index_key` opens; `there` says whether there is such a secret."""

    def __init__(self, index_key: Callable[[], bytes], there: Callable[[], bool]) -> None:
        self.there = there
        self._index_key = index_key
        self._key = cache(lambda: hmac_sm3(index_key(), b"yinzheng account"))

    def __call__(self, table: str, *values: object) -> bytes:
        """The tag of a row: HMAC-SM3 over the deterministic CBOR of its table and its values; raises KeysError."""
        return hmac_sm3(self._key(), cbor2.dumps([table, *values], canonical=True))

    def check(self) -> str:
        """What tells the secret from another; raises KeysError."""
        return check_value(self._index_key())

    def is_as_begun(self, connection: Connection) -> bool:
        """Whether the secret is there, opens, and is the one that the trail says tagging began with."""
        try:
            return self.there() and _told(connection) in {None, self.check()}
        except KeysError:
            return False


def start_tagging(engine: Engine, tag: AccountTags, at: datetime, begun: Begun | None = None) -> None:
    """Tag the accounts from before, once and for all; safe at every start, and to be done after `start_marking`.

    `begun` is what is kept outside the database of what has begun; without it the database's word counts. Where the
    key cannot be opened nothing is begun: accounts are nobody's, and whoever has the key begins.

    Raises:
        OtherSecret, KeyFileRefused: as `start_marking`.

    """
    begun = begun or MemoryBegun()
    if begun.known().get(ACCOUNTS_BEGUN) == TAGGED:
        return
    with engine.connect() as connection:
        done = times_begun(connection) > 0
    if done:
        begun.note({ACCOUNTS_BEGUN: TAGGED})
    elif _begin(engine, tag, at):
        begun.note({ACCOUNTS_BEGUN: TAGGED, SECRET: tag.check()})


def _begin(engine: Engine, tag: AccountTags, at: datetime) -> bool:
    """Tag what is there, with a record that says so, unless another process does; whether that could be done."""
    try:
        with engine.begin() as connection:
            hold_tip(connection)
            if not times_begun(connection):
                tagged, left_out, marks = _tag_accounts(connection, tag)
                about = {"table": str(person.name), "tagged": str(tagged), "left-out": str(left_out)}
                said = TrailRecord(0, at, *SERVICE, BEGUN, 0, about | {"key": tag.check()})
                parts = [marks[start : start + BLOCK] for start in range(0, len(marks), BLOCK)]
                add_in(connection, [*(_marked(at, dict(part)) for part in parts), said])
    except OtherSecret:
        raise
    except KeysError:
        return False  # a process that cannot open the key lets nobody sign in either
    return True


def _marked(at: datetime, rows: dict[str, str]) -> TrailRecord:
    return TrailRecord(0, at, *SERVICE, MARKED, 0, {"table": ACCOUNTS}, rows=rows)


def times_begun(connection: Connection) -> int:
    """How often accounts from before were tagged: once, or somebody meddled with the trail."""
    begun = (trail.c.subject == str(person.name)) & (trail.c.action == BEGUN)
    return connection.scalar(select(func.count()).select_from(trail).where(begun)) or 0


def _told(connection: Connection) -> str | None:
    """The check value of the secret that tagging began with; None where nothing is said of it."""
    begun = (trail.c.subject == str(person.name)) & (trail.c.action == BEGUN)
    octets = connection.scalar(select(trail.c.record).where(begun).order_by(trail.c.number).limit(1))
    try:
        return None if octets is None else decode_record(bytes(octets)).about.get("key")
    except Malformed:
        return None  # it is found unreadable where the trail is judged


def _tag_accounts(connection: Connection, tag: Tag) -> tuple[int, int, list[tuple[str, str]]]:
    """Tag every account without one.

    Gives how many were tagged, how many were not what the trail marked last, and the new marks of whoever works here.
    """
    tags_before = every_digest_in(connection, LEDGERS[ACCOUNTS])
    there, marked = every_digest_in(connection, LEDGERS["person"]), dict[str, str]()
    for record in marks_in(connection, "person"):
        marked |= record.rows
    tagged, left_out, last = 0, 0, ""
    while some := connection.execute(_untagged_after(last)).all():
        own = [row for row in some if there.get(row.login) == marked.get(row.login)]
        if own:
            connection.execute(_PUT, [{"login": row.login, "tag": account_tag(tag, row)} for row in own])
        tagged, left_out, last = tagged + len(own), left_out + len(some) - len(own), some[-1].login
    now = every_digest_in(connection, LEDGERS[ACCOUNTS])
    return tagged, left_out, sorted((login, one) for login, one in now.items() if tags_before.get(login) != one)


def _untagged_after(login: str) -> Select[*tuple[Any, ...]]:
    return select(person).where(person.c.tag.is_(None), person.c.login > login).order_by(person.c.login).limit(BLOCK)
