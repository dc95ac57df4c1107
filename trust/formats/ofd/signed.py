"""One signature of an OFD package judged by its octets: digests, signature value, seal, place, what it leaves out.

The value is a seal signature (GB/T 38540 and its kin) or a signed message (GB/T 35275), whichever its octets show; the
type the list states is compared and never relied on. A signature of our own making, by its seal's vendor or its
provider's mark, has one spelling: Signature.xml must be what our writer makes of its values, and every tolerance is a
failure.

A fault in one signature is a finding of that signature and does not keep the others from being read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.gm_cms import read_signed_data, signed_data_facts
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.coverage import Group, check_one
from trust.formats.ofd.protected import ShownPage, boxes_of, check_methods, check_references, check_seal_file
from trust.formats.ofd.sealing_record import SEAL_MARK, SealingRecord, StampOnPage, sealing_record_xml
from trust.formats.ofd.signatures import Description, Listed, read_description
from trust.formats.ofd.survey import ROOT, Package
from trust.formats.ofd.write import FORMAT_MARK
from trust.formats.sealed_document import Form, SignatureFacts
from trust.formats.ses_judge import is_ours, local_time_findings, refusal, seal_facts, signature_facts
from trust.formats.ses_read import read_signature, recognise
from trust.rules.verdict import Finding, Indication

NEARLY = timedelta(minutes=5)
TIME_ONLY = frozenset({"seal-not-valid-at-time"})
NO_PROOF = frozenset({"foreign-algorithm", "bare-signature"})
KINDS = {"ses": "seal", "cms": "sign"}


@dataclass(frozen=True)
class Judged:
    """A signature with what the package as a whole needs of it.

    `sound` tells whether its cryptography holds, whatever the times; `protects` are the entries it protects then, its
    own files among them. `ours` and `licence` tell what its marks claim.
    """

    facts: SignatureFacts
    sound: bool
    protects: frozenset[str]
    ours: bool = False
    licence: bool = False
    revocations: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Value:
    """What the octets of a signature value gave; `facts` has no coverage yet."""

    facts: SignatureFacts
    ours: bool = False
    revocations: tuple[bytes, ...] = ()


def judge_signature(package: Package, group: Group, one: Listed, pages: Mapping[str, ShownPage]) -> Judged:
    """Read and judge one signature of a list; never raises for what the package holds."""
    notes = Notes()
    try:
        description = read_description(package, one.entry, notes)
    except Malformed as fault:
        notes.note(fault.reason, one.entry)
        return Judged(
            SignatureFacts(one.number, Form.UNKNOWN, tuple(notes.findings())), sound=False, protects=frozenset()
        )
    check_methods(description, notes)
    covered = check_references(package, description, notes)
    marked = description.version in {SEAL_MARK, FORMAT_MARK}
    value = value_of(package, one, description, ours=marked)
    ours = marked or value.ours
    own = own_files(package, one, description, value, notes)
    check_type(one, value.facts.form, description, notes)
    check_times(value.facts.claimed_at, description.at, notes)
    if ours:
        check_spelling(package, one, description, notes)
    sound = holds([*value.facts.findings, *notes.findings(ours=ours)])
    protecting = covered if sound else None
    boxes = boxes_of(description, pages, protecting, notes) if value.facts.seal is not None else ()
    if sound:
        check_one(group, covered, notes)
    facts = replace(
        value.facts,
        findings=(*value.facts.findings, *notes.findings(ours=ours)),
        boxes=boxes,
        covers=tuple(sorted(covered)),
        uncovered=tuple(sorted(package.entries.keys() - covered - own)),
        locks={ROOT, group.signatures} <= covered,
    )
    licence = description.version == FORMAT_MARK
    return Judged(facts, sound, covered | own, ours, licence, value.revocations)


def holds(findings: list[Finding]) -> bool:
    """Whether the cryptography of a signature holds, whatever is said of its time."""
    return all(
        finding.name not in NO_PROOF and (finding.indication is not Indication.FAILED or finding.name in TIME_ONLY)
        for finding in findings
    )


def own_files(package: Package, one: Listed, description: Description, value: Value, notes: Notes) -> frozenset[str]:
    """The files of a signature that need no digest: hashed by the value, the value, the seal that stands in it too."""
    seal = value.facts.seal
    same = check_seal_file(package, description, None if seal is None else seal.octets, notes)
    copy = {description.seal} if same and description.seal is not None else set()
    return frozenset({one.entry, description.value, *copy})


def value_of(package: Package, one: Listed, description: Description, *, ours: bool) -> Value:
    """Judge the signature value by what its octets show."""
    octets = package.entries[description.value]
    try:
        match recognise(octets):
            case "ses":
                return seal_value(octets, one, description, package.digest(one.entry), ours=ours)
            case "cms":
                return message_value(octets, one.number, package.entries[one.entry], written=description.at, ours=ours)
            case "bare":
                return unjudged(one.number, Form.BARE, "bare-signature")
            case "unknown":
                return unjudged(one.number, Form.UNKNOWN, "signature-value-form")
    except Malformed as fault:
        return Value(SignatureFacts(one.number, Form.UNKNOWN, (refusal(fault),)))


def seal_value(octets: bytes, one: Listed, description: Description, digest: bytes, *, ours: bool) -> Value:
    """A seal signature.

    Raises:
        Malformed: `encoding`, `ses-shape`.

    """
    read = read_signature(octets)
    claimed = read.claimed_at or (None if read.inner_time_stamp else description.at)
    strict = ours or is_ours(read)
    findings = (
        *signature_facts(read, digest, f"/{one.entry}", ours=strict),
        *seal_facts(read, claimed, ours=strict),
        *local_time_findings(read.claimed_at, description.at, ours=strict),
    )
    return Value(
        SignatureFacts(
            name=one.number,
            form=read.form,
            findings=findings,
            seal=read.shown,
            signer=read.certificate,
            claimed_at=claimed,
            value=read.value,
            time_stamp=read.time_stamp,
        ),
        strict,
    )


def message_value(octets: bytes, name: str, data: bytes, *, written: datetime | None, ours: bool) -> Value:
    """A signed message about `data`.

    Raises:
        Malformed: `encoding`, `cms-shape`.

    """
    read = read_signed_data(octets)
    return Value(
        SignatureFacts(
            name=name,
            form=read.form,
            findings=(
                *signed_data_facts(read, sm3(data), data, ours=ours),
                *local_time_findings(read.signer.claimed_at, written, ours=ours),
            ),
            signer=read.signer.certificate,
            others=read.others,
            claimed_at=read.signer.claimed_at or written,
            value=read.signer.value,
            time_stamp=read.signer.time_stamp,
        ),
        ours,
        read.revocations,
    )


def unjudged(name: str, form: Form, code: str) -> Value:
    """A value that says nothing by itself, or nothing at all."""
    notes = Notes()
    notes.note(code)
    return Value(SignatureFacts(name, form, tuple(notes.findings())))


def check_type(one: Listed, form: Form, description: Description, notes: Notes) -> None:
    """Whether the list states the type that the value has; a seal should be shown somewhere."""
    sealed = form in {Form.SES_1, Form.SES_4, Form.SES_5}
    if one.kind.casefold() not in KINDS.values():
        notes.note("signature-type", one.kind)
    elif form not in {Form.UNKNOWN, Form.BARE} and sealed is not (one.kind.casefold() == "seal"):
        notes.note("type-differs", one.kind)
    if sealed and not description.stamps:
        notes.note("stamp-missing")


def check_times(claimed: datetime | None, written: datetime | None, notes: Notes) -> None:
    """Whether both places say the same time; a difference of eight hours has a name of its own and another judge."""
    if claimed is None or written is None:
        return
    gap = abs(claimed - written)
    if gap > NEARLY and abs(gap - timedelta(hours=8)) > NEARLY:
        notes.note("time-differs")


def check_spelling(package: Package, one: Listed, description: Description, notes: Notes) -> None:
    """Signature.xml of our making is what our writer makes of its values; that of a licence is compared elsewhere."""
    if description.version != FORMAT_MARK and spelled(description) != package.entries[one.entry]:
        notes.note("profile", PurePosixPath(one.entry).name)


def spelled(description: Description) -> bytes | None:
    """Signature.xml as our writer makes it of these values, or None where it would not write them."""
    digests = {path.removeprefix("/"): digest for path, digest in description.references if digest is not None}
    stamps = [StampOnPage(stamp.page, stamp.box, stamp.clip) for stamp in description.stamps if stamp.box is not None]
    if description.at is None or len(digests) != len(description.references) or len(stamps) != len(description.stamps):
        return None
    record = SealingRecord(
        provider=description.provider,
        at=description.at,
        digests=digests,
        stamps=tuple(stamps),
        ids=tuple(stamp.number for stamp in description.stamps),
        value=description.value,
    )
    try:
        return sealing_record_xml(record)
    except Malformed:
        return None
