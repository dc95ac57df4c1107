"""The half of sealing a PDF that reads nothing: from what a reader prepared to the octets to be signed and the file.

Reading a hostile document may be done in a process apart, which the document might take over; then its answer is
hostile too. `PreparedPdf` is that answer. The file is put together here, from the document as it was handed in: what
is signed is always a digest over that document and one revision behind it, and the revision is written down here,
with the signature dictionary, the table and the trailer. `check_prepared` holds the rest against what sealing needs:
no streams but those that draw or carry this seal, so no page content that the document did not bring along itself.
What it cannot see without reading is whether dictionaries that are written again (pages, form, catalogue) kept all
their other entries.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from keys.errors import SignatureRefused
from keys.sm3 import Sm3
from trust.errors import Malformed
from trust.formats.pdf import approval
from trust.formats.pdf.layout import Hole, Statement, stream_body
from trust.formats.pdf.stamping import StampPicture, picture_objects
from trust.formats.pdf.update import MAX_NUMBER, Update
from trust.formats.placing import PlannedSealing
from trust.formats.sealed_document import SealBox

_HEAD = b"%d 0 obj\n"
_REFERENCE = rb"\d{1,7} \d{1,5} R"
_LOCK = re.compile(
    rb"<< /Type /SigRef /TransformMethod /FieldMDP /Data %s /TransformParams << /Type /TransformParams /V /1\.2"
    rb" /Action /(?:All|Include|Exclude)(?: /Fields \[[0-9a-f<> ]*\])? >> >>" % _REFERENCE
)
_APPEARANCE = re.compile(
    rb"<< /Type /XObject /Subtype /Form /BBox \[[0-9. ]+\] /Matrix \[[-0-9. ]+\]"
    rb"(?: /PieceInfo << /YINZHENG << /LastModified \(D:\d{14}Z\) /Private (\d{1,7}) 0 R >> >>"
    rb" /LastModified \(D:\d{14}Z\))? /Resources <<(?: /XObject << /Seal (\d{1,7}) 0 R >>"
    rb" /ExtGState << /Ink << /Type /ExtGState /BM /Multiply >> >>)? >> /Length \d{1,4} >>\nstream\n"
    rb"(?:q /Ink gs [-0-9. ]+ cm /Seal Do Q)?\nendstream"
)
_MASK = re.compile(rb"/SMask \d{1,7} 0 R")
_BETWEEN = re.compile(rb"[\s\0<>\[\]{}()]+")
_KEYWORDS = (b"stream", b"endstream", b"obj", b"endobj", b"xref", b"trailer", b"startxref", b"%")


@dataclass(frozen=True)
class Sealing:
    """What a seal on a PDF is made of, apart from the document: value, statement, picture and the seal's octets."""

    value: approval.Value
    statement: Statement
    picture: StampPicture | None
    seal_der: bytes | None

    @property
    def carried(self) -> bytes | None:
        """The seal's octets where they travel beside the signature, not in it."""
        return self.seal_der if isinstance(self.value, approval.CmsValue) else None


@dataclass(frozen=True)
class PreparedPdf:
    """What a reader of a document says of the revision that seals it.

    `afresh`: the document has to be written afresh first (`rewriting`), and the revision goes behind that. `signature`
    is the number of the signature dictionary, whose body in `update` is left empty, and `reference` the octets of its
    `/Reference`, empty for none. `boxes` is where the seal will be seen.
    """

    afresh: bool
    update: Update
    signature: int
    reference: bytes
    boxes: tuple[SealBox, ...]


@dataclass(frozen=True)
class Unsigned:
    """A file complete but for its signature value: `prepared` has zeros where the value goes."""

    prepared: bytes
    hole: Hole
    digest: bytes
    covered: bytes
    value: approval.Value

    def complete(self, raw_signature: bytes, certificate: bytes) -> bytes:
        """The sealed file.

        Raises:
            Malformed: `signer-not-in-seal`, not the certificate that was planned for.
            Malformed: `encoding`, `raw_signature` is not r ‖ s in range. (Whether it verifies is not asked here.)

        """
        if certificate != self.value.certificate:
            raise Malformed("signer-not-in-seal", "the file was planned for another certificate")
        try:
            contents = self.value.contents(self.digest, self.covered, raw_signature)
        except SignatureRefused as error:
            raise Malformed("encoding", "the signature is not r and s in range") from error
        literal = b"<" + contents.hex().encode() + b">"
        return self.prepared[: self.hole.start] + literal + self.prepared[self.hole.end :]


def planned(data: bytes, prepared: PreparedPdf, sealing: Sealing) -> PlannedSealing:
    """The plan of a seal on `data`, which is the document itself, or what it was written afresh as."""
    empty = approval.dictionary(sealing.value, sealing.statement, prepared.reference, b"")
    update = prepared.update.with_body(prepared.signature, empty)
    appended, offsets = update.octets(data)
    start = offsets[prepared.signature] + len(_HEAD % prepared.signature)
    unsigned = _with_range(data, appended, start, sealing, prepared.reference)
    return PlannedSealing(unsigned.value.message(unsigned.digest, unsigned.covered), unsigned.complete, prepared.boxes)


def _with_range(data: bytes, appended: bytes, start: int, sealing: Sealing, reference: bytes) -> Unsigned:
    """The whole file with its byte range, and the digest of what that covers; `start` is that of the dictionary."""
    empty = approval.dictionary(sealing.value, sealing.statement, reference, b"")
    end = start + len(empty) - len(b" >>")
    hole = Hole(end - 2 * sealing.value.room - 2, end)
    covered = approval.byte_range(hole.start, hole.end, len(data) + len(appended) - hole.end)
    final = approval.dictionary(sealing.value, sealing.statement, reference, covered)
    at = start - len(data)
    whole = b"".join((data, appended[:at], final, appended[at + len(final) :]))
    digest = Sm3(memoryview(whole)[: hole.start].tobytes())
    digest.update(memoryview(whole)[hole.end :].tobytes())
    return Unsigned(whole, hole, digest.digest(), covered, sealing.value)


def check_prepared(prepared: PreparedPdf, sealing: Sealing, size: int) -> None:
    """Hold what a reader prepared for a document of `size` octets against what this seal needs.

    Raises:
        Malformed: `prepared`, it is something else.

    """
    objects, trailer = prepared.update.objects, prepared.update.trailer
    numbers = [one.number for one in objects]
    _require(len(set(numbers)) == len(numbers) and prepared.signature in numbers, "objects")
    _require(all(0 < one.number < trailer.following <= MAX_NUMBER for one in objects), "numbers")
    _require(all(0 <= one.generation < 1 << 16 for one in objects), "generations")
    references = [trailer.root, *([trailer.information] if trailer.information is not None else [])]
    _require(all(re.fullmatch(_REFERENCE, one) for one in references), "trailer")
    _require(0 <= trailer.older < size and len(trailer.identifier or b"") <= 1 << 10, "trailer")
    _require(not prepared.reference or bool(_LOCK.fullmatch(prepared.reference)), "reference")
    seals, pictures = _streams_of(sealing)
    bodies = {one.number: one.body for one in objects if one.number != prepared.signature}
    drawn = {number for number, body in bodies.items() if _MASK.sub(b"/SMask 0 0 R", body, 1) in pictures}
    carried = {number for number, body in bodies.items() if body in seals}
    for number in bodies.keys() - drawn - carried:
        _check_body(bodies[number], drawn, carried)


def _check_body(body: bytes, drawn: set[int], carried: set[int]) -> None:
    """A body is the appearance of this seal, or no stream and nothing that could end the object."""
    if found := _APPEARANCE.fullmatch(body):
        _require(found[1] is None or int(found[1]) in carried, "appearance")
        _require(found[2] is None or int(found[2]) in drawn, "appearance")
    else:
        _require(not any(token.startswith(_KEYWORDS) for token in _BETWEEN.split(body)), "stream")


def _streams_of(sealing: Sealing) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """The streams that carry the seal, and those that are its picture."""
    pictures: list[bytes] = []

    def add(body: bytes) -> int:
        pictures.append(_MASK.sub(b"/SMask 0 0 R", body, 1))
        return 0

    if sealing.picture is not None:
        picture_objects(sealing.picture, add)
    return [] if sealing.carried is None else [carrier(sealing.carried)], pictures


def carrier(seal_der: bytes) -> bytes:
    """The object that carries a seal's octets."""
    return stream_body(b"/Type /YinzhengSeal", seal_der)


def _require(held: object, what: str) -> None:
    if not held:
        raise Malformed("prepared", what)
