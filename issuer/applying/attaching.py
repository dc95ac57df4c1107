"""A file for an application that may still be changed: a photograph, or the original of a licence of another library.

Each is stored by its digest and named in the draft. A photograph is taken apart by whoever the caller names
(`service.photographs` does it in a process of its own); what comes back is looked at again before it is kept. Originals
come by the name under which they were kept.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from issuer.applying.docket import Docket, propose
from issuer.applying.filing import save
from issuer.applying.ports import Applying
from issuer.errors import ApplicationRefused
from templates.photo import photo_name
from templates.raster import read_raster
from trust.rules.succession import SuccessionKind
from trust.sealing.ports import Officer

Take = Callable[[bytes, float, float], bytes]
"""Makes a photograph for a box of so many millimetres of what was handed in; raises PictureRefused."""


def attach(
    applying: Applying, docket: Docket, field: str, octets: bytes, *, take: Take, by: Officer, at: datetime
) -> Docket:
    """Make what was handed in a photograph for its place on the face, and name it in the application.

    Raises:
        ApplicationRefused: the face has no photograph of this name.
        PictureRefused: it is none that can be used.
        DocketMoved: the application cannot be changed any more.

    """
    proposal = docket.proposal
    layout = applying.office.bundle(proposal.type_code).layout
    places = [place for sheet in layout.sheets for place in sheet.photos if place.field == field]
    if not places:
        raise ApplicationRefused([("", "unknown")])
    photo = take(octets, places[0].width, places[0].height)
    read_raster(photo)
    name = photo_name(photo)
    fields = dict(proposal.members.get("fields") or {}) | {field: name}
    applying.office.blobs.put(photo)
    return _named(applying, docket, {"fields": fields}, "photo", by=by, at=at)


def attach_original(applying: Applying, docket: Docket, name: str, *, by: Officer, at: datetime) -> Docket:
    """Name the file of the licence that this one follows; whether it does is judged when the application is submitted.

    Raises:
        ApplicationRefused: `original-needless`, this application is no transfer from another library.
        DocketMoved: the application cannot be changed any more.

    """
    succession = docket.proposal.succession
    if succession is None or succession.kind is not SuccessionKind.TRANSFER_IN:
        raise ApplicationRefused([("original", "original-needless")])
    return _named(applying, docket, {"original": name}, "original", by=by, at=at)


def _named(
    applying: Applying, docket: Docket, named: Mapping[str, object], what: str, *, by: Officer, at: datetime
) -> Docket:
    """Save the draft with these members; everything else stays as it is."""
    proposal = docket.proposal
    changed = propose(
        dict(proposal.members) | dict(named),
        type_code=proposal.type_code,
        issuer_code=proposal.issuer_code,
        template=proposal.template,
        succession=proposal.succession,
        basis=proposal.basis,
    )
    key = f"docket:{docket.number}:{docket.sequence + 1}:{what}"
    return save(applying, docket, changed, by=by, key=key, at=at)
