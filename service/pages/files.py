"""The files of a licence as downloads: OFD, PDF, the code as a picture, and the proof of its entry in the log.

The name a file is saved under holds the licence's serial, which is random, and nothing about a person.
"""

from fastapi import Response

from issuer.issuing import Issued
from issuer.ports import Entry
from service.wiring import Yinzheng
from templates.code import code_png
from trust.formats.leaf import token_commitment
from trust.formats.token import to_text
from trust.http import attachment
from trust.revocation.errors import SubjectUnknown

KINDS = {
    "licence.ofd": "application/ofd",
    "licence.pdf": "application/pdf",
    "qr.png": "image/png",
    "proof.json": "application/json",
}


def file_answer(yinzheng: Yinzheng, entry: Entry, name: str) -> Response:
    """One of the files of a released licence, as a download.

    Raises:
        SubjectUnknown: no file of that name.
        NotLogged: the proof, while no checkpoint covers the entry.

    """
    if name not in KINDS:
        raise SubjectUnknown("subject-unknown")
    saved = f"{entry.licence.identifier.serial}.{name.rpartition('.')[2]}"
    return attachment(_octets(yinzheng, entry, name), KINDS[name], saved)


def code_answer(yinzheng: Yinzheng, entry: Entry) -> Response:
    """The code of a licence as a picture to show in a page."""
    return Response(_octets(yinzheng, entry, "qr.png"), media_type="image/png", headers={"Cache-Control": "no-store"})


def _octets(yinzheng: Yinzheng, entry: Entry, name: str) -> bytes:
    return octets_of(yinzheng, yinzheng.files_of(entry), name)


def octets_of(yinzheng: Yinzheng, issued: Issued, name: str) -> bytes:
    """The octets of one of the files of `KINDS`."""
    if name == "proof.json":
        return yinzheng.log_proof(token_commitment(issued.token))
    if name == "qr.png":
        return code_png(to_text(issued.token, yinzheng.office.host_url))
    return issued.ofd if name == "licence.ofd" else issued.pdf
