"""Vouching for records of the trail: a tag over each, under a key that the database does not have.

The chain and the log show that a record was not changed after the log committed to it; who wrote it they do not show.
Whoever can write the database could put in a row and, at the end of the trail, a record that marks it. So every record
bears a tag over its octets and the head after it, made by the process that writes it: an audit that has the key names a
record without one, and what looks for the last mark of a row passes such a record over. Records from before bear none;
a record of the trail says from where on they do (`service.trail.starting`).
"""

from collections.abc import Callable, Mapping
from functools import cache
from hmac import compare_digest
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, event

from keys.errors import KeysError
from keys.sm3 import hmac_sm3

FIRST = "records.from"
"""Under which the number of the first record with a tag is kept outside the database."""


class RecordTags:
    """Tags under a key derived from the secret that `index_key` opens; `there` says whether there is such a secret.

    `begun` gives what is kept outside the database of what has begun, with the number of the first record with a tag.
    """

    def __init__(
        self,
        index_key: Callable[[], bytes],
        there: Callable[[], bool],
        begun: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._there, self._begun = there, begun
        self._key = cache(lambda: hmac_sm3(index_key(), b"yinzheng trail"))
        self._first: int | None = None

    def __call__(self, octets: bytes, head: bytes) -> bytes:
        """The tag of a record, 32 octets; raises KeysError."""
        return hmac_sm3(self._key(), head + octets)

    def holds(self, octets: bytes, head: bytes, tag: bytes | None) -> bool:
        """Whether a tag is that of a record; raises KeysError."""
        return tag is not None and compare_digest(self(octets, head), tag)

    def first(self, in_database: Callable[[], int | None]) -> int | None:
        """The number of the first record with a tag; by the database's word only where nothing else says it."""
        if self._first is None:
            told = self._begun().get(FIRST)
            self._first = int(told) if told is not None else in_database()
        return self._first

    def can_tell(self) -> bool:
        """Whether the key is there and opens; it is not made for the question."""
        try:
            return self._there() and bool(self._key())
        except KeysError:
            return False


_VOUCHING: WeakKeyDictionary[Engine, RecordTags] = WeakKeyDictionary()
_CONNECTED: WeakKeyDictionary[Connection, RecordTags] = WeakKeyDictionary()


def vouch(engine: Engine, tags: RecordTags) -> None:
    """Tag from now on what is written to the trail through this engine."""
    if engine not in _VOUCHING:
        known = ref(engine)

        def connected(connection: Connection) -> None:
            if (through := known()) is not None:
                _CONNECTED[connection] = _VOUCHING[through]

        event.listen(engine, "engine_connect", connected)
    _VOUCHING[engine] = tags


def tags_of(connection: Connection) -> RecordTags | None:
    """What tags the records that are written here; None where nobody vouches."""
    return _CONNECTED.get(connection)
