"""The way between entries of the register and their rows, and what a new row claims: a number, and whom it follows."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    select,
)

from issuer.ports import Artefacts, Entry, SigningPlan, State, Void
from issuer.store.tables import licence
from trust.formats.licence_document import decode_licence, encode_licence
from trust.rules.identifier import ROOT
from trust.rules.licence import Licence
from trust.rules.number_rule import same_number
from trust.rules.succession import Succession


def number_of(entry: Entry) -> tuple[str, str, str]:
    """Body, type and number on the face."""
    identifier = entry.licence.identifier
    return identifier.issuer_code, identifier.type_code, entry.licence.number


def codes_of(entry: Entry) -> frozenset[tuple[str, str]]:
    """Whose it is: code types and codes."""
    return frozenset((one.code_type, one.code) for one in entry.licence.holders)


def entry_values(entry: Entry) -> dict[str, object]:
    """The row of a new entry."""
    issuer_code, type_code, number = number_of(entry)
    return {
        "identifier": str(entry.licence.identifier),
        "key": entry.key,
        "body_digest": entry.body_digest,
        "type_code": type_code,
        "issuer_code": issuer_code,
        "number": number,
        "state": State.BEGUN,
        "document": encode_licence(entry.licence),
        "by": entry.by,
        "begun_at": entry.begun_at,
        "token_plan": entry.token_plan,
    }


def claims(connection: Connection, entry: Entry) -> dict[str, str | None]:
    """What a new entry claims: its number, unless an earlier version of it has claimed that; and whom it follows."""
    new, succession = entry.licence, entry.licence.succession
    if succession is None:
        return {"claim": same_number(new.number), "predecessor": None}
    if not succession.kind.keeps_identity:
        return {"claim": same_number(new.number), "predecessor": claimed_from(connection, entry, succession)}
    own = f"{ROOT}.{new.identifier.type_code}.{new.identifier.issuer_code}.{new.identifier.line}"
    earlier = select(licence.c.identifier).where(
        licence.c.issuer_code == new.identifier.issuer_code,
        licence.c.type_code == new.identifier.type_code,
        licence.c.claim == same_number(new.number),
        licence.c.identifier.startswith(own, autoescape=True),
    )
    kept = connection.scalar(earlier) is not None
    return {"claim": None if kept else same_number(new.number), "predecessor": succession.predecessor}


def claimed_from(connection: Connection, entry: Entry, succession: Succession) -> str:
    """Whom a transfer claims to follow: of another library once for each body, as nobody here can tell who is right."""
    known = select(licence.c.identifier).where(licence.c.identifier == succession.predecessor)
    if connection.scalar(known) is not None:
        return succession.predecessor
    return f"{succession.predecessor}#{entry.licence.identifier.issuer_code}"


@lru_cache(maxsize=256)
def _document(octets: bytes) -> Licence:
    """A stored document; one licence is read many times on its way to release."""
    return decode_licence(octets)


def entry_of(row: Row[*tuple[object, ...]]) -> Entry:
    """The entry in a row."""
    return Entry(
        key=row.key,
        body_digest=row.body_digest,
        licence=_document(row.document),
        by=row.by,
        begun_at=row.begun_at,
        token_plan=row.token_plan,
        **progress_of(row),
    )


def progress_of(row: Row[*tuple[object, ...]]) -> dict[str, Any]:
    """What of an entry moves on."""
    released = row.state == State.RELEASED
    return {
        "state": State(row.state),
        "plan": SigningPlan(bytes(row.token), row.ofd_plan, row.pdf_plan) if row.token else None,
        "sealed": (row.ofd, row.pdf) if row.ofd else None,
        "artefacts": Artefacts(row.ofd, row.pdf, row.leaf, row.released_at) if released else None,
        "void": Void(row.void_at, row.void_reason or "") if row.void_at else None,
    }
