"""Conversion of stock, wired: the stores of an installation, scans shown by the process for hostile files, its issuing.

Two people have stood for every row before anything is issued, so a type that asks for an approval finds it here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from issuer.application import Application
from issuer.converting.comparing import compare, reopened
from issuer.converting.confirming import confirm, refuse
from issuer.converting.errors import NoSuchStock
from issuer.converting.grading import Checks
from issuer.converting.manifest import Row
from issuer.converting.ports import Converting
from issuer.converting.releasing import release
from issuer.converting.scan import Scan
from issuer.converting.stock import Event, Stage, Stock
from issuer.converting.submitting import keep_scan, submit
from issuer.issuing import Issued, issue
from issuer.ports import Blobs, Office
from service.archive import Archive
from service.errors import published_later
from service.publisher import Publisher
from service.trail.following import require_marked
from service.trail.ledger import spelled_of
from templates.library import Bundle
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer
from verifier.pictures.sheets import Drawn


class Conversions:
    """What pages, API and command line ask about stock; `draw` shows scans."""

    def __init__(
        self,
        archive: Archive,
        blobs: Blobs,
        office: Callable[[], Office],
        publisher: Callable[[], Publisher],
        draw: Callable[[bytes], Drawn],
        now: Callable[[], datetime],
    ) -> None:
        self._archive, self._blobs, self._office, self._publisher = archive, blobs, office, publisher
        self._draw, self._now = draw, now

    @cached_property
    def desk(self) -> Converting:
        """Everything that converting needs."""
        office = self._office()
        return Converting(
            stocks=self._archive.stocks,
            blobs=self._blobs,
            look=self._look,
            bundle=office.bundle,
            mandates=office.mandates,
            numbered=office.register.numbered_many,
            issue=self._issue,
        )

    def keep_scan(self, octets: bytes, *, body_code: str, by: Officer) -> Scan:
        """Keep a scan for a body; raises ScanRefused."""
        return keep_scan(self.desk, octets, body_code=body_code, by=by, at=self._now())

    def kept_scan(self, body_code: str, digest: str) -> Scan | None:
        """A scan that the body has handed in."""
        return self._archive.stocks.scan(body_code, digest)

    def submit(self, rows: Sequence[Row], scans: Mapping[str, Scan], *, by: Officer) -> Sequence[Stock]:
        """Take in rows with their scans; raises as `issuer.converting.submitting.submit`."""
        return submit(self.desk, rows, scans, by=by, at=self._now())

    def compare(self, stock: Stock, checks: Checks, *, lower: Grade | None, by: Officer) -> Stock:
        """Record a comparison; raises as `issuer.converting.comparing.compare`."""
        return compare(self.desk, stock, checks, lower=lower, by=by, at=self._now())

    def confirm(self, stock: Stock, *, content: str, pages: Collection[int], lower: Grade | None, by: Officer) -> Stock:
        """Record the second person's word; raises as `issuer.converting.confirming.confirm`."""
        return confirm(self.desk, stock, content=content, pages=pages, lower=lower, by=by, at=self._now())

    def refuse(self, stock: Stock, *, reason: str, by: Officer) -> Stock:
        """Refuse to convert; raises as `issuer.converting.confirming.refuse`."""
        return refuse(self.desk, stock, reason=reason, by=by, at=self._now())

    def release(self, stock: Stock, *, by: Officer) -> tuple[Stock, Issued]:
        """Issue the licence and make it provable; raises as `issuer.converting.releasing.release`.

        Raises:
            Conflict: `register-changed`, the stock or one of its steps is not what was stored here.

        """
        steps = [spelled_of([one.number, one.sequence]) for one in self.events(stock)]
        require_marked(self._archive.engine, "stock", [stock.number])
        require_marked(self._archive.engine, "stock_step", steps)
        return release(self.desk, stock, by=by, at=self._now())

    def find(self, number: str, body_code: str) -> Stock:
        """The stock of a body.

        Raises:
            NoSuchStock: there is none, or it is another's: the same answer.

        """
        found = self._archive.stocks.find(number)
        if found is None or found.body_code != body_code:
            raise NoSuchStock
        return found

    def reopened(self, stock: Stock) -> bool:
        """Whether confirmed stock has to be compared again, as the face is another one by now."""
        return reopened(self.desk, stock)

    def bundle_of(self, stock: Stock) -> Bundle:
        """The type of the stock, with its face."""
        return self._office().bundle(stock.application.type_code)

    def events(self, stock: Stock) -> Sequence[Event]:
        """What was done to it, oldest first."""
        return self._archive.stocks.events(stock.number)

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[Stock]:
        """The stock of a body."""
        return self._archive.stocks.of_body(body_code, stage, limit=limit, after=after)

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """How much stock of a body stands where."""
        return self._archive.stocks.counts(body_code)

    def scan_of(self, stock: Stock) -> bytes:
        """The scan as it was handed in.

        Raises:
            NoSuchStock: it has none.

        """
        if stock.scan is None:
            raise NoSuchStock
        return self._blobs.get(stock.scan.digest)

    def pages_of(self, stock: Stock) -> Sequence[bytes]:
        """The pages of the scan as pictures; none where there is no scan, or it cannot be shown now."""
        return self._look(self.scan_of(stock)) if stock.scan else ()

    def _look(self, octets: bytes) -> Sequence[bytes]:
        """Every page as a PNG, or nothing where one of them was not drawn."""
        drawn = self._draw(octets)
        pictures = [drawn.sheet(page).picture for page in range(len(drawn.paper.pages))]
        return pictures if all(pictures) else ()

    def _issue(self, application: Application, *, key: str, by: str) -> Issued:
        self._publisher().ready()
        issued = issue(self._office(), application, key=key, by=by, at=self._now())
        with published_later(str(issued.entry.licence.identifier)):
            self._publisher().after_issue(issued.entry.licence.status.list, self._now())
        return issued
