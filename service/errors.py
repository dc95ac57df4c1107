"""What `service` itself has to tell: done but not yet public, no time stamp to be had, a log that fails or lies."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from keys.errors import KeysError
from trust.errors import TrustError


class NotYetPublished(Exception):
    """An act or an issue of `subject` is recorded for good; publishing it failed and will be tried again."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


class TimeStampUnavailable(Exception):
    """The time-stamp authority outside gave no stamp that holds; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LogUnavailable(Exception):
    """A log that is followed from here gave no answer that is one; `reason` is a stable code, or its own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LogMisbehaved(Exception):
    """A log that is followed from here contradicts itself; `kind` is how, `proof` the file that proves it."""

    def __init__(self, kind: str, proof: str) -> None:
        super().__init__(f"{kind}: {proof}")
        self.kind, self.proof = kind, proof


@contextmanager
def published_later(subject: str) -> Iterator[None]:
    """Say of a failure in here that what it should publish is recorded all the same.

    Raises:
        NotYetPublished: instead of an error of keys, trust, database or disk, which is its cause.

    """
    try:
        yield
    except (KeysError, TrustError, DBAPIError, OSError) as error:
        raise NotYetPublished(subject) from error
