"""What converting needs from the world: where stock and scans are kept, how a scan is shown, and how one is issued."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.application import Application
from issuer.converting.scan import Scan
from issuer.converting.stock import Event, Stage, Stock
from issuer.issuing import Issued
from issuer.ports import Artefacts, Blobs, Entry
from templates.library import Bundle
from trust.rules.mandate import Mandate, MandateBook
from trust.sealing.ports import Officer

Look = Callable[[bytes], Sequence[bytes]]
"""Every page of a scan as a PNG, drawn where hostile files may be; nothing where a page could not be drawn."""


class Stocks(Protocol):
    """Stock, its steps and its scans; every method is one durable transaction."""

    def keep_scan(self, body_code: str, scan: Scan, *, by: Officer, at: datetime) -> Scan:
        """Store that a body handed in a scan; the same again changes nothing."""
        ...

    def scan(self, body_code: str, digest: str) -> Scan | None:
        """A scan that this body has handed in."""
        ...

    def add(self, wanted: Sequence[tuple[Stock, Event]]) -> Sequence[Stock]:
        """Store new stock, all of it or none; what is stored under its number already is given as it stands.

        Raises:
            DuplicateNumber: other stock of the body has this licence number, and was not refused.

        """
        ...

    def move(self, before: Stock, after: Stock, event: Event) -> Stock:
        """Store a step, if the stock still stands as `before`.

        Raises:
            StockMoved: somebody took another step meanwhile.

        """
        ...

    def release(
        self, before: Stock, after: Stock, event: Event, wanted: Sequence[tuple[Entry, Artefacts]]
    ) -> Sequence[Entry]:
        """Take the step to released together with the release of the licence that was made of it.

        Raises:
            StockMoved: as `move`.

        """
        ...

    def find(self, number: str) -> Stock | None:
        """The stock of a number."""
        ...

    def events(self, number: str) -> Sequence[Event]:
        """All steps, oldest first."""
        ...

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[Stock]:
        """The stock of a body in a stage or in all, by number; `after` names the last one seen."""
        ...

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """How much stock of a body stands where."""
        ...


class Issue(Protocol):
    """`issuer.issuing.issue`, wired with the publishing that follows it."""

    def __call__(self, application: Application, *, key: str, by: str) -> Issued: ...


@dataclass(frozen=True)
class Converting:
    """Everything that converting needs, as one value; `numbered` tells which numbers of a body and type are in use."""

    stocks: Stocks
    blobs: Blobs
    look: Look
    bundle: Callable[[str], Bundle]
    mandates: Callable[[datetime], Sequence[Mandate] | MandateBook]
    numbered: Callable[[str, str, Sequence[str]], Mapping[str, str]]
    issue: Issue
