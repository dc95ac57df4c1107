"""Everything that is stored as planned before it is signed, and how to see that it was never completed."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table

from issuer.catalogue.store.tables import catalogue_edition
from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from trust.certification.store import time_stamp, trust_list_publication, x509_certificate, x509_crl
from trust.log.store import log_checkpoint
from trust.revocation.store.tables import act, status_publication
from trust.sealing.store.tables import seal_request_item
from trust.sealing.using import Result


@dataclass(frozen=True)
class Planned:
    """A register that keeps plans: the key of a row, when it was planned, and when it is still open."""

    register: str
    key: tuple[ColumnElement[object], ...]
    at: ColumnElement[object]
    open: ColumnElement[bool]


def _of(table: Table, at: str, is_open: ColumnElement[bool]) -> Planned:
    return Planned(str(table.name), tuple(table.primary_key.columns), table.c[at], is_open)


PLANNED = (
    _of(licence, "begun_at", licence.c.state != State.RELEASED),
    _of(COPIES, "begun_at", COPIES.c.state != State.RELEASED),
    _of(act, "recorded_at", act.c.log_index.is_(None)),
    _of(seal_request_item, "planned_at", seal_request_item.c.result == Result.PLANNED.value),
    _of(status_publication, "at", status_publication.c.octets.is_(None)),
    _of(trust_list_publication, "issued_at", trust_list_publication.c.octets.is_(None)),
    _of(x509_crl, "issued_at", x509_crl.c.octets.is_(None)),
    _of(x509_certificate, "planned_at", x509_certificate.c.der.is_(None)),
    _of(catalogue_edition, "since", catalogue_edition.c.octets.is_(None)),
    _of(time_stamp, "at", time_stamp.c.done.is_(False)),
    _of(log_checkpoint, "at", log_checkpoint.c.note.is_(None)),
)
