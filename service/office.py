"""The office where licences are issued: `issuer.ports.Office` with an installation's stores, pens and templates."""

from issuer.ports import Blobs, Office
from service.adapters import LogBook
from service.archive import Archive
from service.blobs import BlobMissing
from service.cataloguing import Cataloguing
from service.directory import Directory
from service.means import Means
from service.pens import Pens
from service.restoring.forgotten import out_by_log
from trust.revocation.allotting import allot_many
from verifier.content import read_licence


def open_office(
    means: Means,
    archive: Archive,
    directory: Directory,
    catalogue: Cataloguing,
) -> Office:
    """Everything an issue needs."""
    return Office(
        register=archive.register,
        blobs=means.blobs,
        log=LogBook(archive),
        uses=archive.seals,
        pen=Pens(archive, directory, means.city).pen,
        bundle=catalogue.in_force,
        face=catalogue.face,
        draw_number=catalogue.draw_number,
        mandates=lambda _at: catalogue.mandate_book(),
        allot_many=lambda subjects, _at: allot_many(archive.slots, subjects, random=means.random, size=means.list_size),
        random=means.random,
        host_url=means.base_url,
        photo=lambda name: _photo(means.blobs, name),
        judged=lambda sealed: read_licence(sealed)[0],
        first_list=archive.epochs.first_list,
        out=lambda entries: out_by_log(archive, entries),
    )


def _photo(blobs: Blobs, name: str) -> bytes | None:
    try:
        return blobs.get(name)
    except BlobMissing:
        return None
