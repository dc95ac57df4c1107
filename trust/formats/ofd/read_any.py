"""Reading a sealed OFD of any origin: what its octets say of the package and of every signature in it.

`read_ofd_document` surveys the package (its documents, everything reachable from them), reads every list of signatures,
judges each signature apart, and then asks what the sound ones protect together. The result holds facts only; whose
certificates they are, whether a seal was in force and which time can be believed is judged by the verifier.

Input is hostile: every size is bounded before anything is inflated or parsed, nothing outside the octets is ever
looked up, and nothing is raised. What is refused is a FAILED finding, what cannot be examined INDETERMINATE. Codes and
sentences are in `codes`, those of seals and messages in `ses_judge` and `gm_cms_judge`.

A file that bears a signature of our licences is also held against the form of our licences (`examine`), where
nothing is tolerated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trust.errors import Malformed, TrustError
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.coverage import Group, check_all
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.package import read_package
from trust.formats.ofd.protected import ShownPage
from trust.formats.ofd.protection import Protection, read_protection
from trust.formats.ofd.reachable import Page, Reached, pages_of, reach
from trust.formats.ofd.repacking import in_our_form
from trust.formats.ofd.signatures import MAX_SIGNATURES, Listed, listed
from trust.formats.ofd.signed import Judged, Value, judge_signature, message_value
from trust.formats.ofd.survey import ENCRYPTIONS, ROOT, Body, Package, package_of, read_bodies
from trust.formats.sealed_document import Form, SealedDocument, SignatureFacts
from trust.formats.ses_judge import refusal
from trust.rules.verdict import Finding, Indication


@dataclass
class Reading:
    """What has been read so far."""

    notes: Notes = field(default_factory=Notes)
    judged: list[Judged] = field(default_factory=list)
    pages: list[tuple[float, float]] = field(default_factory=list)
    custom: Mapping[str, str] = field(default_factory=dict)
    licence: tuple[Finding, ...] = ()


def read_ofd_document(data: bytes) -> SealedDocument:
    """Take any OFD apart and say what its octets support; never raises for what `data` holds."""
    reading = Reading()
    try:
        read_into(reading, data)
    except TrustError as fault:
        reading.notes.note(fault.reason, fault.text if fault.reason.startswith("path-") else "")
    findings = reading.notes.findings()
    known = {finding.name for finding in findings}
    further = [finding for finding in reading.licence if finding.name not in known]
    sound = not any(finding.indication is Indication.FAILED for finding in (*findings, *further))
    return SealedDocument(
        kind="ofd",
        findings=(*findings, *further),
        signatures=tuple(one.facts for one in reading.judged),
        validation=tuple(dict.fromkeys(other for one in reading.judged for other in one.facts.others)),
        revocations=tuple(dict.fromkeys(crl for one in reading.judged for crl in one.revocations)),
        pages=tuple(reading.pages),
        custom=reading.custom if sound else {},
    )


def read_into(reading: Reading, data: bytes) -> None:
    """Read everything there is to read.

    Raises:
        TrustError: what prevents reading on.

    """
    notes = reading.notes
    package = package_of(read_package(data, foreign=True))
    if package.locator.entry(ENCRYPTIONS) is not None:
        notes.note("encrypted")
        return
    bodies = read_bodies(package, notes)
    reached = [reach(package, [*body.lists, *body.roots], notes) for body in bodies]
    pages = pages_by_number(package, bodies, reached, reading)
    notes.passed(1, "ofd-package", f"文件是完整的 OFD 包，共 {len(package.entries)} 个条目。")
    protection = protection_of(package, notes)
    judge_lists(package, bodies, reached, pages, reading)
    if reading.judged and reading.judged[-1].ours and not in_our_form(data):
        notes.note("zip-ours")
    if protection is not None:
        reading.judged.extend(judged_protection(package, protection))
    judge_together(package, bodies, reached, reading)
    if any(one.licence for one in reading.judged):
        reading.licence = tuple(
            finding for finding in examine_ofd(data).findings if finding.indication is not Indication.PASSED
        )


def protection_of(package: Package, notes: Notes) -> Protection | None:
    """The list that protects the whole package; a fault in it does not keep the document from being read."""
    try:
        return read_protection(package, notes)
    except Malformed:
        notes.note("entries-form")
        return None


def pages_by_number(
    package: Package, bodies: Sequence[Body], reached: Sequence[Reached], reading: Reading
) -> list[dict[str, ShownPage]]:
    """The pages of each document by their object ids; those shown are counted through the file."""
    found: list[dict[str, ShownPage]] = []
    for body, one in zip(bodies, reached, strict=True):
        numbered: dict[str, ShownPage] = {}
        for root in body.roots:
            for page in pages_of(package, root, one.boxes, reading.notes):
                shown = ShownPage(page, place(page, reading) if root == body.roots[0] else None)
                numbered.setdefault(page.number, shown)
        found.append(numbered)
    return found


def place(page: Page, reading: Reading) -> int:
    """Put a page behind those shown before it; its position."""
    reading.pages.append((page.width, page.height))
    return len(reading.pages) - 1


def judge_lists(
    package: Package,
    bodies: Sequence[Body],
    reached: Sequence[Reached],
    pages: Sequence[Mapping[str, ShownPage]],
    reading: Reading,
) -> None:
    """Judge every signature of every list; documents may share a list.

    Raises:
        Malformed: `limit`, or what prevents reading a list.

    """
    lists = dict.fromkeys(body.signatures for body in bodies if body.signatures is not None)
    if not lists:
        reading.notes.note("not-signed")
    for entry in lists:
        own = [number for number, body in enumerate(bodies) if body.signatures == entry]
        shared = joined([reached[number] for number in own])
        group = Group(entry, tuple(bodies[number] for number in own), shared, alone=len(own) == len(bodies))
        shown = {name: page for number in reversed(own) for name, page in pages[number].items()}
        signatures = listed(package, entry, reading.notes)
        if len(reading.judged) + len(signatures) > MAX_SIGNATURES:
            raise Malformed("limit", "too many signatures in all lists together")
        judged = [judge_signature(package, group, one, shown) for one in signatures]
        reading.judged.extend(judged)
        check_bases(signatures, judged, reading.notes)
    if lists and any(body.signatures is None for body in bodies):
        reading.notes.note("unsigned-docbody")


def joined(reached: Sequence[Reached]) -> Reached:
    """What can be reached from any of several documents."""
    if len(reached) == 1:
        return reached[0]
    return Reached(
        entries=set().union(*(one.entries for one in reached)),
        annotations=set().union(*(one.annotations for one in reached)),
    )


def check_bases(signatures: Sequence[Listed], judged: Sequence[Judged], notes: Notes) -> None:
    """A signature that rests on another (GM/T 0099) protects that one's files; the other must be there."""
    by_number = {one.number: result for one, result in zip(signatures, judged, strict=True)}
    for one, result in zip(signatures, judged, strict=True):
        if not one.base:
            continue
        base = by_number.get(one.base)
        if base is None or one.base == one.number:
            notes.note("relative-missing", one.base)
        elif {entry.entry for entry in signatures if entry.number == one.base} - result.protects:
            notes.note("relative-not-covered", one.base)


def judged_protection(package: Package, protection: Protection) -> list[Judged]:
    """The signature of the list that protects the whole package; it protects names, so the list is all it covers."""
    if protection.value is None:
        return []
    octets, data = package.entries[protection.value], package.entries[protection.entry]
    try:
        value = message_value(octets, protection.entry, data, written=None, ours=protection.ours)
    except Malformed as fault:
        value = Value(SignatureFacts(protection.entry, Form.UNKNOWN, (refusal(fault),)))
    sound = all(finding.indication is Indication.PASSED for finding in value.facts.findings)
    return [Judged(value.facts, sound, protection.own if sound else frozenset(), revocations=value.revocations)]


def judge_together(package: Package, bodies: Sequence[Body], reached: Sequence[Reached], reading: Reading) -> None:
    """What all sound signatures protect; nothing can be said of it where none is sound."""
    notes = reading.notes
    sound = [one for one in reading.judged if one.sound]
    if not any(one.facts.covers for one in sound):
        if reading.judged:
            notes.note("coverage-unknown")
        return
    covered = frozenset().union(*(one.protects for one in sound))
    ours = any(one.ours for one in reading.judged)
    check_all(bodies, reached, covered, package.entries, notes, strict=ours)
    if all(ROOT in one.facts.covers for one in sound if one.facts.covers):
        reading.custom = {name: value for body in reversed(bodies) for name, value in body.custom.items()}
