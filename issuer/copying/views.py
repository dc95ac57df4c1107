"""What is answered about an annotated copy."""

from datetime import datetime

from pydantic import BaseModel

from issuer.copying.errors import NoSuchCopy
from issuer.copying.ports import CopyEntry
from trust.rules.standing import Standing


class CopyLinks(BaseModel):
    """Where the parts of a copy are."""

    here: str
    original: str
    ofd: str
    pdf: str
    code: str
    document: str


class CopyView(BaseModel):
    """加注件."""

    identifier: str
    original: str
    purpose: str
    recipient: str
    creator: str
    basis: str
    made_at: datetime
    expires_at: datetime
    status: str
    label: str
    ended_at: datetime | None
    log_index: int
    links: CopyLinks


def address_of(identifier: str) -> str:
    """Where a copy is, on this service."""
    return f"/api/v1/copies/{identifier}"


def copy_view(copy: CopyEntry, standing: Standing) -> CopyView:
    """A released copy as it is answered; raises NoSuchCopy for one that is not."""
    entry, note = copy.entry, copy.entry.licence.copy
    if entry.artefacts is None or note is None:
        raise NoSuchCopy
    identifier = str(entry.licence.identifier)
    here = address_of(identifier)
    return CopyView(
        identifier=identifier,
        original=str(note.original),
        purpose=note.cause,
        recipient=note.recipient,
        creator=note.creator,
        basis=note.basis,
        made_at=note.made_at,
        expires_at=note.expires_at,
        status=standing.status.value,
        label=standing.label,
        ended_at=copy.ended_at,
        log_index=entry.artefacts.log_index,
        links=CopyLinks(
            here=here,
            original=f"/api/v1/licences/{note.original}",
            ofd=f"{here}/files/ofd",
            pdf=f"{here}/files/pdf",
            code=f"{here}/files/qr.png",
            document=f"{here}/files/licence.json",
        ),
    )
