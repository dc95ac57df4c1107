"""Reading any sealed PDF: `read_pdf_document` takes it apart and says of each signature what its octets tell.

The document is judged, not one signature. Every signature has its own findings: what it covers, what happened to the
file afterwards and whether it allows that, whether its value holds, which seal belongs to it. What concerns the file
as a whole (can it be read in one way, is every signature accounted for, does anything follow the last) is among the
document's findings. A file that begins with our mark is a licence of ours, and has to pass `examine_pdf` whole.

Nothing is raised for hostile input and nothing is fetched: a refusal is a FAILED finding with a code of `codes`, what
cannot be examined is INDETERMINATE. Paths, revocation, seal status and time are the verifier's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from trust.formats.pdf import layout
from trust.formats.pdf.changes import steps_after
from trust.formats.pdf.codes import CODES, Notes
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.fields import Permissions, SeenField, annotations_of, permissions_of
from trust.formats.pdf.judging import Judged, is_time_stamp, judge_value
from trust.formats.pdf.one_reading import judge_reading
from trust.formats.pdf.paper import rectangle_of
from trust.formats.pdf.permitted import covered_words, judge_after_seals, judge_end, judge_later
from trust.formats.pdf.ranges import LINE_ENDS, Beginnings, Covered, check_within, read_range, refused
from trust.formats.pdf.source import READING_ERRORS
from trust.formats.pdf.steps import Step
from trust.formats.pdf.survey import Survey, carried, information, offset_of, survey
from trust.formats.pdf.views import Key, key_of
from trust.formats.sealed_document import Form, SealBox, SealedDocument, SignatureFacts, SignedVersion
from trust.formats.ses_judge import OUR_VENDOR
from trust.rules.verdict import Finding, Indication

MAX_BOXES = 5_000
LARGE_MM = 100.0
HIDDEN = 2
"""The flag of a widget that is neither shown nor printed; one that is only not shown may be printed over the page."""
NO_PERMISSIONS = Permissions(None, certifies=False, locks=())
NOT_JUDGED = Judged(Form.UNKNOWN)


@dataclass
class Signed:
    """One signature while it is judged; `covered` is None where that cannot be told."""

    field: SeenField
    notes: Notes
    covered: Covered | None = None
    permissions: Permissions = NO_PERMISSIONS
    judged: Judged = NOT_JUDGED


def read_pdf_document(data: bytes) -> SealedDocument:
    """Take a sealed PDF apart, whoever made it."""
    notes = Notes()
    try:
        return _read(data, notes)
    except PdfRefused as refusal:
        _refuse(notes, refusal)
    except Exception as error:  # noqa: BLE001  (whatever a hostile file provokes in a parser is a refusal, not a crash)
        notes.note("pdf-unreadable", type(error).__name__)
    return SealedDocument("pdf", notes.findings(None))


def _read(data: bytes, notes: Notes) -> SealedDocument:
    found = survey(data, notes)
    notes.passed(
        1, "pdf-recognised", f"是完好的 PDF 文件，共 {len(found.papers)} 页、{found.reader.total_revisions} 版。"
    )
    beside = _licence_seal(data, notes) if data.startswith(layout.HEADER) else None
    beginnings = Beginnings(data)
    signatures = [_covering(found, beginnings, field, beside) for field in found.signed]
    steps = _judge_history(found, notes, signatures)
    touched = {name for step in steps for name in step.touched} & found.fields.keys()
    boxes = _boxes(found, [*found.signed, *(found.fields[name] for name in sorted(touched))])
    facts = tuple(_facts(found, each, boxes) for each in _in_order(signatures))
    sound = notes.sound and all(each.notes.sound for each in signatures)
    return SealedDocument(
        "pdf",
        notes.findings(None),
        facts,
        tuple(paper.size for paper in found.papers),
        information(found.view) if sound and not any(step.described for step in steps) else {},
        carried(found.view, "/Certs"),
        carried(found.view, "/CRLs"),
        _versions(found, signatures, steps, boxes),
    )


def _refuse(notes: Notes, refusal: PdfRefused) -> None:
    """A refusal as a finding: by the table where it has its code, else in its own words."""
    if refusal.reason in CODES:
        own = refusal.text not in {"", refusal.reason, CODES[refusal.reason].sentence}
        notes.note(refusal.reason, *([refusal.text] if own else []))
    else:
        notes.add(Finding(refusal.step, refusal.reason, refusal.indication, refusal.text))


def _licence_seal(data: bytes, notes: Notes) -> bytes | None:
    """Note what stands against a file that claims to be a licence of ours; its seal, which travels as an attachment."""
    licence = examine_pdf(data)
    notes.add(*(finding for finding in licence.findings if finding.indication is not Indication.PASSED))
    return None if licence.seal is None else licence.seal.der


def _covering(found: Survey, beginnings: Beginnings, field: SeenField, beside: bytes | None) -> Signed:
    """What a signature covers, and what it allows later."""
    signed = Signed(field, Notes())
    try:
        signed.permissions = permissions_of(found.view, field)
        place = offset_of(found.reader, field.value, field.key, found.view.revision)
        if place is None:
            raise refused("pdf-signature-dictionary")
        covered = read_range(beginnings, found.reader, found.view.entries(field.value), place[0])
        if covered.revision < place[1]:
            raise refused("pdf-revision-end")
        signed.covered = covered
        check_within(found.reader, found.view, covered)
        signed.judged = judge_value(signed.notes, found.view.back_at(covered.revision), field, covered, beside)
    except PdfRefused as refusal:
        _refuse(signed.notes, refusal)
    except READING_ERRORS as error:
        signed.notes.note("pdf-unreadable-part", type(error).__name__)
    return signed


def _in_order(signatures: Sequence[Signed]) -> list[Signed]:
    """In the order of signing, as far as the file tells."""
    return sorted(signatures, key=lambda each: each.covered.end if each.covered else 0)


def _judge_history(found: Survey, notes: Notes, signatures: Sequence[Signed]) -> list[Step]:
    """What happened after each signature, and whether it allows that; the steps after the first."""
    ordered = [each for each in _in_order(signatures) if each.covered is not None]
    if not ordered:
        return []
    bases = [each.covered for each in ordered if each.covered is not None]
    first, last = bases[0], bases[-1]
    steps = steps_after(found.reader, found.view.back_at(first.revision))
    stamps = frozenset(each.field.name for each in ordered if is_time_stamp(found.view, each.field))
    for position, (each, covered) in enumerate(zip(ordered, bases, strict=True)):
        later = [step for step in steps if step.revision > covered.revision]
        judge_later(each.notes, each.permissions, later, stamps)
        if each.permissions.certifies and position > 0:
            each.notes.note("docmdp-order")
        if each.notes.sound:
            each.notes.passed(2, "pdf-coverage", _coverage_words(covered, later))
    judge_reading(notes, found.view, found.reader, found.data, (first.end, first.revision))
    seals = [covered for each, covered in zip(ordered, bases, strict=True) if each.field.name not in stamps]
    if seals:
        judge_after_seals(notes, [step for step in steps if step.revision > seals[-1].revision], stamps)
    ours = any(each.judged.seal is not None and each.judged.seal.vendor == OUR_VENDOR for each in ordered)
    judge_end(notes, last, [step for step in steps if step.revision > last.revision], ours=ours)
    return steps


def _coverage_words(covered: Covered, later: Sequence[Step]) -> str:
    if covered.whole_file:
        return "签章覆盖文件的全部内容，盖章之后没有改动。"
    return f"签章覆盖其版本的全部内容，之后的 {len(later)} 次追加均在允许的范围内。"


def _facts(found: Survey, signed: Signed, boxes: dict[Key, list[SealBox]]) -> SignatureFacts:
    shown = tuple(box for widget in signed.field.widgets for box in boxes.get(widget, ()))
    if is_large(shown):
        signed.notes.note("pdf-seal-large")
    covers, uncovered = covered_words(signed.covered, found.reader.total_revisions) if signed.covered else ((), ())
    judged = signed.judged
    return SignatureFacts(
        signed.field.name,
        judged.form,
        signed.notes.findings(signed.field.name),
        judged.seal,
        judged.signer,
        judged.others,
        judged.claimed_at,
        judged.value,
        judged.time_stamp,
        shown,
        covers,
        uncovered,
        signed.permissions.closes,
    )


def is_large(boxes: Sequence[SealBox]) -> bool:
    """Whether one of the boxes, or all on a page together, could cover what the page says."""
    covered: dict[int, float] = {}
    for box in boxes:
        covered[box.page] = covered.get(box.page, 0.0) + box.width * box.height
    return any(min(box.width, box.height) > LARGE_MM for box in boxes) or any(
        area > LARGE_MM**2 for area in covered.values()
    )


def _versions(
    found: Survey, signatures: Sequence[Signed], steps: Sequence[Step], boxes: dict[Key, list[SealBox]]
) -> tuple[SignedVersion, ...]:
    """The file at the end of each signature, and whole, with what was put on its pages from one to the next.

    A time stamp has no place on a page: anybody gets one.
    """
    named: dict[tuple[int, int], list[str]] = {}
    for each in _in_order(signatures):
        if each.covered is not None:
            named.setdefault((each.covered.end, each.covered.revision), []).append(each.field.name)
    if named and found.data[max(named)[0] :] not in LINE_ENDS | {b""}:
        named[len(found.data), found.reader.total_revisions] = []
    stamps = {each.field.name for each in signatures if is_time_stamp(found.view, each.field)}
    versions: list[SignedVersion] = []
    before = min(named, default=(0, 0))[1]
    for end, revision in sorted(named):
        put = {name for step in steps if before < step.revision <= revision for name in step.touched} - stamps
        widgets = (widget for name in sorted(put & found.fields.keys()) for widget in found.fields[name].widgets)
        shown = tuple(box for widget in widgets for box in boxes.get(widget, ()))
        versions.append(SignedVersion(end, tuple(named[end, revision]), shown))
        before = revision
    return tuple(versions)


def _boxes(found: Survey, fields: Sequence[SeenField]) -> dict[Key, list[SealBox]]:
    """Where widgets of fields are seen, page by page."""
    wanted = {widget for field in fields for widget in field.widgets}
    boxes: dict[Key, list[SealBox]] = {}
    for number, page in enumerate(found.page_keys):
        for item in annotations_of(found.view, page):
            if isinstance(item, generic.IndirectObject) and key_of(item) in wanted and len(boxes) < MAX_BOXES:
                box = _box(found, number, key_of(item))
                boxes.setdefault(key_of(item), []).extend([box] if box else [])
    return boxes


def _box(found: Survey, page: int, widget: Key) -> SealBox | None:
    entries = found.view.entries(found.view.value(widget))
    flags = found.view.resolve(dict.get(entries, "/F"))
    rectangle = rectangle_of(found.reader, found.view.resolve(dict.get(entries, "/Rect")))
    if rectangle is None or (isinstance(flags, generic.NumberObject) and int(flags) & HIDDEN):
        return None
    x, y, width, height = found.papers[page].displayed(rectangle)
    return SealBox(page, x, y, width, height) if width > 0 and height > 0 else None
