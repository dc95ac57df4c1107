"""A photograph for an application that may still be changed: taken in, stored by its digest, named in the draft.

What was handed in is taken apart by whoever the caller names (`service.photographs` does it in a process of its own);
what comes back is looked at again before it is kept.
"""

from collections.abc import Callable
from datetime import datetime

from issuer.applying.docket import Docket, propose
from issuer.applying.filing import save
from issuer.applying.ports import Applying
from issuer.errors import ApplicationRefused
from templates.photo import photo_name
from templates.raster import read_raster
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
    members = dict(proposal.members)
    members["fields"] = dict(members.get("fields") or {}) | {field: name}
    changed = propose(
        members,
        type_code=proposal.type_code,
        issuer_code=proposal.issuer_code,
        template=proposal.template,
        succession=proposal.succession,
        basis=proposal.basis,
    )
    applying.office.blobs.put(photo)
    key = f"docket:{docket.number}:{docket.sequence + 1}:photo"
    return save(applying, docket, changed, by=by, key=key, at=at)
