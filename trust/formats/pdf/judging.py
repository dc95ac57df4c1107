"""One signature of a PDF: its value in whatever form it has, the electronic seal that belongs to it, what both claim.

The octets of `/Contents` say what they are, not `/SubFilter`: CMS, a seal signature of GB/T 38540 (SES), a time stamp.
A name that does not fit is a warning, a form nobody here knows leaves the file unjudged, and never unsigned. With CMS
the seal travels in the appearance of the field, under our name; a seal that bears our vendor mark means we sealed,
and then the CMS must be the one our writer writes.

Coverage and later changes are judged in `ranges`, `changes` and `permitted`; certificates and times by the verifier.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from pyhanko.pdf_utils import generic

from trust.errors import Malformed
from trust.formats import ses_judge
from trust.formats.asn1 import SM3
from trust.formats.pdf.cms import read_signed_message
from trust.formats.pdf.codes import Notes
from trust.formats.pdf.fields import SeenField, name_in, text_in
from trust.formats.pdf.imprint import read_imprint
from trust.formats.pdf.message import judge_message
from trust.formats.pdf.ranges import Covered
from trust.formats.pdf.source import READING_ERRORS, Value
from trust.formats.pdf.stamping import PIECE
from trust.formats.pdf.views import View
from trust.formats.seal_read import MAX_SEAL, ReadSeal, read_seal
from trust.formats.sealed_document import Form, ShownSeal
from trust.formats.ses_read import read_signature, recognise
from trust.formats.tolerances import tolerance_findings

CMS_NAMES = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"})
SEAL_NAMES = frozenset({"/GM.sm2seal"})
STAMP_NAMES = frozenset({"/ETSI.RFC3161"})
SHA1_NAME = "/adbe.pkcs7.sha1"
PIECE_NAME = f"/{PIECE.decode()}"
PADDING = "trailing-bytes"


@dataclass(frozen=True)
class Judged:
    """What the value of a signature gives, besides findings."""

    form: Form
    seal: ShownSeal | None = None
    signer: bytes | None = None
    others: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None
    value: bytes = b""
    time_stamp: bytes | None = None


def judge_value(notes: Notes, view: View, field: SeenField, covered: Covered, beside: bytes | None = None) -> Judged:
    """Judge the value of the signature in a field.

    `view` is the file at the end of the revision it signed, `beside` the seal where the file carries it elsewhere.
    """
    entries = view.entries(field.value)
    name = str(view.resolve(dict.get(entries, "/SubFilter")))
    contents = contents_of(entries)
    if is_time_stamp(view, field):
        return _time_stamp(notes, contents, covered)
    written = date_of(view.resolve(dict.get(entries, "/M")))
    if name == SHA1_NAME:
        notes.note("pdf-digest-weak", name)
        return Judged(Form.CMS, claimed_at=written)
    kind = recognise(contents)
    if kind == "cms":
        _expect(notes, name, CMS_NAMES)
        carried = beside if beside is not None else carried_seal(view, field)
        return _cms(notes, carried, contents, covered, written)
    if kind == "ses":
        _expect(notes, name, SEAL_NAMES)
        return _seal_signature(notes, contents, covered, written)
    if name not in CMS_NAMES | SEAL_NAMES:
        notes.note("unsupported-seal-format", name)
        return Judged(Form.UNKNOWN, claimed_at=written)
    notes.note("bare-signature" if kind == "bare" else "signature-value-form")
    return Judged(Form.BARE if kind == "bare" else Form.UNKNOWN, claimed_at=written)


def is_time_stamp(view: View, field: SeenField) -> bool:
    """Whether a field holds a document time stamp."""
    entries = view.entries(field.value)
    kind, name = (name_in(view.resolve(dict.get(entries, key))) for key in ("/Type", "/SubFilter"))
    return kind == "/DocTimeStamp" or name in STAMP_NAMES


def contents_of(entries: generic.DictionaryObject) -> bytes:
    """The octets of `/Contents`."""
    value = dict.get(entries, "/Contents")
    if isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        return bytes(value.original_bytes)
    return b""


def date_of(value: Value | None) -> datetime | None:
    """A PDF date as an instant; nothing where it is unreadable or has no time zone."""
    text = text_in(value)
    if text is None or len(text) > 64:
        return None
    try:
        found = generic.parse_pdf_date(text, strict=False)
    except READING_ERRORS:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _expect(notes: Notes, name: str, names: frozenset[str]) -> None:
    if name not in names:
        notes.note("pdf-subfilter", name)


def _time_stamp(notes: Notes, contents: bytes, covered: Covered) -> Judged:
    """A document time stamp: whether it is about this file."""
    try:
        stamped = read_imprint(contents)
    except Malformed:
        notes.note("time-stamp-form")
        return Judged(Form.TIME_STAMP)
    if contents[len(stamped.token) :].strip(b"\0"):
        notes.note("contents-padding")
    digest = covered.digest(stamped.algorithm)
    if digest is None:
        notes.note("pdf-digest-weak", stamped.algorithm)
    elif digest != stamped.imprint:
        notes.note("time-stamp-imprint")
    else:
        notes.passed(2, "time-stamp-imprint-held", "文档时间戳是对本文件加盖的（时间戳本身另行核验）。")
    return Judged(Form.TIME_STAMP, claimed_at=stamped.at, time_stamp=stamped.token)


def _seal_signature(notes: Notes, contents: bytes, covered: Covered, written: datetime | None) -> Judged:
    """A seal signature of GB/T 38540 over the byte range."""
    try:
        read = read_signature(contents, padded=True)
    except Malformed as error:
        notes.add(ses_judge.refusal(error))
        return Judged(Form.UNKNOWN, claimed_at=written)
    ours = ses_judge.is_ours(read)
    found = ses_judge.signature_facts(read, covered.digest(SM3) or b"", None)
    if any(finding.name == PADDING for finding in found):
        notes.note("contents-padding")
    notes.add(*(finding for finding in found if finding.name != PADDING))
    notes.add(*ses_judge.seal_facts(read, read.claimed_at or written))
    if ours and not covered.small_digits:
        notes.note("cms-encoding")
    if read.property_info != covered.text and (ours or read.property_info.startswith("[0 ")):
        notes.note("property-info")
    _compare_times(notes, read.claimed_at, written)
    return Judged(
        read.form,
        read.shown,
        read.certificate,
        claimed_at=read.claimed_at or written,
        value=read.value,
        time_stamp=read.time_stamp,
    )


def _cms(notes: Notes, carried: bytes | None, contents: bytes, covered: Covered, written: datetime | None) -> Judged:
    """A CMS over the byte range, and the seal beside it."""
    try:
        message = judge_message(notes, contents, covered)
    except Malformed:
        notes.note("signature-value-form")
        return Judged(Form.UNKNOWN, claimed_at=written)
    signer = message.signer
    claimed_at = written or signer.claimed_at
    seal = _judge_seal(notes, carried, signer.certificate, claimed_at)
    if carried is not None and (seal is None or seal.vendor == ses_judge.OUR_VENDOR):
        _require_our_spelling(notes, contents, covered)
    if written is not None:
        _compare_times(notes, signer.claimed_at, written)
    return Judged(
        Form.CMS if "cms-outer-type" in message.tolerances else message.form,
        None if seal is None else seal.shown,
        signer.certificate,
        message.others,
        claimed_at,
        signer.value,
        signer.time_stamp,
    )


def _compare_times(notes: Notes, one: datetime | None, other: datetime | None) -> None:
    """Tell of two claimed times that differ; neither is evidence."""
    if one is None or other is None or abs(one - other).total_seconds() <= 300:
        return
    local = ses_judge.local_time_findings(one, other)
    notes.add(*local)
    if not local:
        notes.note("time-differs")


def _require_our_spelling(notes: Notes, contents: bytes, covered: Covered) -> None:
    """See that a CMS that claims to be ours is in the one form we write, its digits included."""
    try:
        read_signed_message(contents)
    except Malformed:
        notes.note("cms-encoding")
    if not covered.small_digits:
        notes.note("cms-encoding")


def carried_seal(view: View, field: SeenField) -> bytes | None:
    """The electronic seal in the appearance of a field, where our writer puts it; empty if it cannot be read."""
    for widget in field.widgets:
        appearance = view.entries(dict.get(view.entries(view.value(widget)), "/AP"))
        pieces = view.entries(dict.get(view.entries(dict.get(appearance, "/N")), "/PieceInfo"))
        if PIECE_NAME not in pieces:
            continue
        private = view.resolve(dict.get(view.entries(dict.get(pieces, PIECE_NAME)), "/Private"))
        if not isinstance(private, generic.StreamObject) or "/Filter" in private:
            return b""
        return private.encoded_data[: MAX_SEAL + 1]
    return None


def _judge_seal(notes: Notes, octets: bytes | None, signer: bytes | None, at: datetime | None) -> ReadSeal | None:
    """The seal beside a CMS: its maker, whether it lists the signer, its period."""
    if octets is None:
        notes.note("no-seal")
        return None
    try:
        seal = read_seal(octets)
    except Malformed:
        notes.note("seal-encoding")
        return None
    notes.add(ses_judge.maker_finding(seal), ses_judge.period_finding(seal, at))
    if signer is not None:
        notes.add(ses_judge.signer_finding(seal, signer))
    ours = seal.vendor == ses_judge.OUR_VENDOR
    same_party = ["seal-maker-is-signer"] if seal.maker == signer else []
    notes.add(*tolerance_findings([*seal.tolerances, *same_party], 3, ours=ours))
    return seal
