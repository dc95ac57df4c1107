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

from keys.errors import KeysError
from keys.sm3 import hmac_sm3
from service.bound import LEDGERS
from service.store import Tag, account_tag, person
from service.trail.ledger import every_digest_in
from service.trail.marking import SERVICE
from service.trail.store import add_in, hold_tip, marks_in, trail
from trust.formats.trail_record import TrailRecord

BEGUN = "accounts.tagged"
"""The action of the record that says that accounts from before have been tagged; there is one in a trail."""
BLOCK = 500
_PUT = text("UPDATE person SET tag = :tag WHERE login = :login")
"""In words of SQL, so that it goes in blocks: the trail marks no tags, and what it marks is not changed here."""


class AccountTags:
    """Tags under a key derived from the secret that `index_key` opens; `there` says whether there is such a secret."""

    def __init__(self, index_key: Callable[[], bytes], there: Callable[[], bool]) -> None:
        self.there = there
        self._key = cache(lambda: hmac_sm3(index_key(), b"yinzheng account"))

    def __call__(self, table: str, *values: object) -> bytes:
        """The tag of a row: HMAC-SM3 over the deterministic CBOR of its table and its values; raises KeysError."""
        return hmac_sm3(self._key(), cbor2.dumps([table, *values], canonical=True))


def start_tagging(engine: Engine, tag: Tag, at: datetime) -> None:
    """Tag the accounts from before, once and for all; safe at every start, and to be done after `start_marking`.

    Where the key cannot be opened nothing is begun: accounts are nobody's, and whoever has the key begins.
    """
    with engine.connect() as connection:
        if times_begun(connection):
            return
    try:
        with engine.begin() as connection:
            hold_tip(connection)
            if not times_begun(connection):
                tagged, left_out = _tag_accounts(connection, tag)
                about = {"table": str(person.name), "tagged": str(tagged), "left-out": str(left_out)}
                add_in(connection, [TrailRecord(0, at, *SERVICE, BEGUN, 0, about)])
    except KeysError:
        return  # a process that cannot open the key lets nobody sign in either


def times_begun(connection: Connection) -> int:
    """How often accounts from before were tagged: once, or somebody meddled with the trail."""
    begun = (trail.c.subject == str(person.name)) & (trail.c.action == BEGUN)
    return connection.scalar(select(func.count()).select_from(trail).where(begun)) or 0


def _tag_accounts(connection: Connection, tag: Tag) -> tuple[int, int]:
    """Tag every account without one; how many were tagged, and how many were not what the trail marked last."""
    there, marked = every_digest_in(connection, LEDGERS["person"]), dict[str, str]()
    for record in marks_in(connection, "person"):
        marked |= record.rows
    tagged, left_out, last = 0, 0, ""
    while some := connection.execute(_untagged_after(last)).all():
        own = [row for row in some if there.get(row.login) == marked.get(row.login)]
        if own:
            connection.execute(_PUT, [{"login": row.login, "tag": account_tag(tag, row)} for row in own])
        tagged, left_out, last = tagged + len(own), left_out + len(some) - len(own), some[-1].login
    return tagged, left_out


def _untagged_after(login: str) -> Select[*tuple[Any, ...]]:
    return select(person).where(person.c.tag.is_(None), person.c.login > login).order_by(person.c.login).limit(BLOCK)
