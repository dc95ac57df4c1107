"""Asking 查询: a department's system reads on from where it was, and is told where it has seen more than is known here.

A cursor beyond the newest event is no reader that is up to date: numbers are never taken back. It has seen events that
this installation has lost, as when an old database was put back; silence would let it wait for ever.
"""

from collections.abc import Sequence

from issuer.feeding.errors import CursorAhead
from issuer.feeding.events import Event
from issuer.feeding.ports import Feed


def read_on(feed: Feed, body_code: str, number: int, limit: int) -> Sequence[Event]:
    """The events of a body behind a number.

    Raises:
        CursorAhead: nothing has that number yet.

    """
    last = feed.last(body_code)
    if number > last:
        raise CursorAhead(number, last)
    return feed.after(body_code, number, limit)
