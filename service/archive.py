"""The registers of one installation on one database: every store, made once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from cases.store import SqlCitations
from issuer.applying.store import SqlDockets
from issuer.batches.store import SqlBatches
from issuer.catalogue.store.counts import SqlCounts
from issuer.catalogue.store.entries import SqlEntries
from issuer.catalogue.store.mandates import SqlMandates
from issuer.consenting.store import SqlCopyConsents
from issuer.converting.store import SqlStocks
from issuer.copying.store import SqlCopies
from issuer.feeding.store import SqlFeed, note_act
from issuer.ports import Entry
from issuer.presenting.store import SqlCodes
from issuer.store import SqlRegister
from issuer.warrants.store import SqlWarrants
from service.epochs.store import SqlEpochs
from service.lost_keys.store.extent import SqlExtent
from service.lost_keys.store.orders import SqlCompromises
from service.lost_keys.store.queue import SqlQueue
from service.store import SqlPeople, Tag
from service.trail.following import add_last, require_marked_in
from service.trail.marking import mark_of
from service.vouching import Documents
from trust.certification.store import SqlStamps, books, trust_lists
from trust.log.store import SqlLog, SqlWitnesses
from trust.revocation.store.acts import SqlActs
from trust.revocation.store.publications import SqlPublications, SqlSecondForms
from trust.revocation.store.slots import SqlSlots
from trust.rules.standing import Act
from trust.sealing.store.applications import SqlApplications
from trust.sealing.store.register import SqlSealRegister
from trust.sealing.store.requests import SqlSealRequests


def _noted(engine: Engine, connection: Connection, new: Act) -> None:
    """What rests on an act, in its transaction: a notice for followers, and the trail, whose tip is held last."""
    note_act(connection, new)
    add_last(engine, connection, [mark_of(connection, new)])


def _decided_here(engine: Engine, connection: Connection, numbers: Sequence[str]) -> None:
    """Make sure that requests to seal are what was asked and decided here; raises as `require_marked`."""
    require_marked_in(engine, connection, "seal_request", numbers)


class Archive:
    """Every store over an engine.

    `index_holder` keys the index from holder to licence, `now` is the log's clock, `tag` vouches for accounts.
    """

    def __init__(
        self, engine: Engine, index_holder: Callable[[str, str], bytes], now: Callable[[], datetime], tag: Tag
    ) -> None:
        self.engine = engine
        self.books = books(engine)
        self.trust_lists = trust_lists(engine)
        self.stamps = SqlStamps(engine)
        self.seals = SqlSealRegister(engine, partial(_decided_here, engine))
        self.seal_applications = SqlApplications(engine)
        self.seal_requests = SqlSealRequests(engine)
        self.log = SqlLog(engine, now)
        self.witnesses = SqlWitnesses(engine)
        noted = partial(_noted, engine)
        self.acts = SqlActs(engine, noted, Documents())
        self.feed = SqlFeed(engine)
        self.slots = SqlSlots(engine)
        self.publications = SqlPublications(engine)
        self.second_forms = SqlSecondForms(engine)
        self.epochs = SqlEpochs(engine)
        self.compromises = SqlCompromises(engine)
        self.reissues = SqlQueue(engine)
        self.extent = SqlExtent(engine)
        self.register = SqlRegister(engine, index_holder)
        self.catalogue = SqlEntries(engine)
        self.mandates = SqlMandates(engine)
        self.counts = SqlCounts(engine)
        self.dockets = SqlDockets(engine, noted)
        self.warrants = SqlWarrants(engine)
        self.stocks = SqlStocks(engine)
        self.batches = SqlBatches(engine)
        self.copies = SqlCopies(engine)
        self.copy_consents = SqlCopyConsents(engine)
        self.codes = SqlCodes(engine)
        self.citations = SqlCitations(engine)
        self.people = SqlPeople(engine, tag)

    def released(self, identifier: str) -> Entry | None:
        """The released licence of an identifier, or the released copy."""
        found = self.register.find(identifier)
        if found is None:
            copy = self.copies.find(identifier)
            found = None if copy is None else copy.entry
        return found if found is not None and found.artefacts is not None else None
