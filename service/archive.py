"""The registers of one installation on one database: every store, made once."""

from collections.abc import Callable

from sqlalchemy import Engine

from cases.store import SqlCitations
from issuer.store import SqlRegister
from service.store import SqlPeople
from trust.certification.store import SqlStamps, books, trust_lists
from trust.log.store import SqlLog
from trust.revocation.store import SqlActs, SqlPublications, SqlSlots
from trust.sealing.store import SqlApplications, SqlSealRegister, SqlSealRequests


class Archive:
    """Every store over an engine; `index_holder` keys the index from holder to licence."""

    def __init__(self, engine: Engine, index_holder: Callable[[str, str], bytes]) -> None:
        self.engine = engine
        self.books = books(engine)
        self.trust_lists = trust_lists(engine)
        self.stamps = SqlStamps(engine)
        self.seals = SqlSealRegister(engine)
        self.seal_applications = SqlApplications(engine)
        self.seal_requests = SqlSealRequests(engine)
        self.log = SqlLog(engine)
        self.acts = SqlActs(engine)
        self.slots = SqlSlots(engine)
        self.publications = SqlPublications(engine)
        self.register = SqlRegister(engine, index_holder)
        self.citations = SqlCitations(engine)
        self.people = SqlPeople(engine)
