"""Fifteen years later: a sealed document verifies with its archive record, which names its proof, and not without.

The record is renewed before each time stamp's certificate ends; when our own authority ends after ten years, an
authority outside takes over. A PDF that carries its evidence is told beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from service.preserving import Extras
from tests.city import City
from tests.journey_parts import number
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.preserving_parts import YEAR, after, officer, outside, seal_on, unit_seal
from trust.certification.stamping import StampRefused
from trust.errors import Conflict
from trust.formats.archive import Archive, decode_archive, encode_archive
from trust.formats.certificate import Certificate
from trust.formats.crl import Reason
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.ofd.repacking import open_package, repack
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.placing import AtPoint
from trust.formats.ses import assemble_signature, parse_signature
from trust.formats.time_stamp_query import Failure
from trust.rules.verdict import Finding, Indication
from trust.sealing.sealing import SealingDesk, Wanted, seal_document
from verifier.archived import verify_archived
from verifier.documents import ExaminedDocument
from verifier.evidence import Evidence
from verifier.verifying import Examined, verify_file

PASSED, FAILED, OPEN = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE


@dataclass(frozen=True)
class Kept:
    """A sealed file and its record, fifteen years later: the evidence of that day, and the day."""

    file: bytes
    archive: Archive
    evidence: Evidence
    now: datetime
    anchors: tuple[Certificate, ...]


def today(city: City, now: datetime) -> Evidence:
    """What can be had on a day long after our own authority has ended: the outside authority's list, and the anchors."""
    anchors = (*city.yinzheng.anchors, outside().root.certificate)
    return Evidence(anchors, (), (outside().crl(now),), None, {}, (), None, ())


def kept_for_years(city: City, file: bytes) -> Archive:
    """The record of a file, renewed three times in ten years."""
    yinzheng = city.yinzheng
    archive = yinzheng.preserving.archive(file).archive
    for years in (4.5, 9.0):
        after(city, years * YEAR)
        archive = yinzheng.preserving.renew(file, archive).archive
    now = after(city, 9.5 * YEAR)
    taking_over = replace(
        yinzheng.preserving,
        stamper=outside().stamper(city.clock),
        anchors=lambda: (*yinzheng.anchors, outside().root.certificate),
    )
    extras = Extras((outside().tsa.certificate.der,), (outside().crl(now).der,))
    return taking_over.renew(file, archive, extras).archive


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    city = City()
    file = seal_on(city, unit_seal(city), letter())
    archive = kept_for_years(city, file)
    now = city.clock.forward(days=5.5 * 365)
    yield Kept(file, archive, today(city, now), now, city.yinzheng.anchors)
    city.close()


def named(examined: Examined, name: str) -> list[Finding]:
    return [one for one in examined.verdict.findings if one.name == name]


def test_with_its_record_it_passes_and_the_proof_is_named(kept: Kept) -> None:
    read = decode_archive(encode_archive(kept.archive))
    examined = verify_archived(kept.file, read, kept.evidence, now=kept.now)
    assert examined.verdict.indication is PASSED
    assert (examined.verdict.at, examined.verdict.policy) == (kept.now, "document-online-1")
    (proof,) = named(examined, "archive")
    assert "2026-11-21T04:00:0" in proof.detail
    assert "续期 3 次" in proof.detail
    assert [one.indication for one in named(examined, "archive-time-stamp")] == [PASSED] * 4
    (log,) = named(examined, "log")
    assert log.indication is PASSED


def test_without_it_it_does_not(kept: Kept) -> None:
    alone = verify_file(kept.file, kept.evidence, now=kept.now, online=None)
    assert alone.verdict.indication is OPEN
    assert {one.name for one in alone.verdict.of(OPEN)} >= {"signer-path", "time-stamp-path"}
    assert alone.verdict.of(FAILED) == ()


@pytest.mark.parametrize("layers", [slice(0, 3), slice(0, 1)])
def test_a_record_that_was_not_renewed_in_time_proves_nothing(kept: Kept, layers: slice) -> None:
    old = replace(kept.archive, layers=kept.archive.layers[layers])
    examined = verify_archived(kept.file, old, kept.evidence, now=kept.now)
    assert examined.verdict.indication is OPEN
    assert named(examined, "archive") == []


def test_a_record_under_an_anchor_nobody_pinned_proves_nothing(kept: Kept) -> None:
    only_ours = replace(kept.evidence, anchors=kept.anchors)
    examined = verify_archived(kept.file, kept.archive, only_ours, now=kept.now)
    assert examined.verdict.indication is OPEN
    assert named(examined, "archive-time-stamp-path")[0].indication is OPEN


def swapped(archive: Archive, number: int, **changes: object) -> Archive:
    layers = list(archive.layers)
    layers[number] = replace(layers[number], **changes)  # type: ignore[arg-type]  # the test decides
    return replace(archive, layers=tuple(layers))


def damaged(octets: bytes) -> bytes:
    middle = len(octets) // 2
    return octets[:middle] + bytes((octets[middle] ^ 1,)) + octets[middle + 1 :]


@pytest.mark.parametrize("number", range(4))
def test_nothing_in_a_record_can_be_exchanged(kept: Kept, number: int) -> None:
    layer = kept.archive.layers[number]
    attempts = [
        swapped(kept.archive, number, evidence=damaged(layer.evidence)),
        swapped(kept.archive, number, stamp=damaged(layer.stamp)),
        swapped(kept.archive, number, algorithm="sha256"),
        swapped(kept.archive, number, stamp=kept.archive.layers[number - 1].stamp),
        swapped(kept.archive, number, evidence=kept.archive.layers[number - 1].evidence),
        replace(kept.archive, layers=(*kept.archive.layers[:number], *kept.archive.layers[number + 1 :])),
    ]
    for attempt in attempts:
        examined = verify_archived(kept.file, attempt, kept.evidence, now=kept.now)
        assert examined.verdict.indication is not PASSED


def test_a_record_belongs_to_one_file_and_one_proof(kept: Kept) -> None:
    other = verify_archived(kept.file + b"\0", kept.archive, kept.evidence, now=kept.now)
    assert other.verdict.indication is FAILED
    renamed = replace(kept.archive, digest=bytes(32))
    assert verify_archived(kept.file, renamed, kept.evidence, now=kept.now).verdict.indication is FAILED
    unproven = replace(kept.archive, proof=None)
    assert verify_archived(kept.file, unproven, kept.evidence, now=kept.now).verdict.indication is FAILED


def test_before_its_time_a_record_says_nothing(kept: Kept) -> None:
    early = verify_archived(kept.file, kept.archive, kept.evidence, now=kept.now - 10 * YEAR)
    assert early.verdict.indication is not PASSED


def test_it_is_renewed_only_while_it_holds(fresh_with_people: City) -> None:
    city = fresh_with_people
    file = seal_on(city, unit_seal(city), letter())
    made = city.yinzheng.preserving.archive(file)
    assert made.examined.verdict.indication is PASSED
    assert made.renew_by is not None
    assert made.renew_by > city.clock() + 4 * YEAR
    after(city, 5.5 * YEAR)
    with pytest.raises(Conflict, match="archive-lost"):
        city.yinzheng.preserving.renew(file, made.archive)


def test_what_does_not_hold_is_not_archived(fresh_with_people: City) -> None:
    city = fresh_with_people
    file = bytearray(seal_on(city, unit_seal(city), letter()))
    file[len(file) // 2] ^= 1
    with pytest.raises(Conflict, match="archive-not-sound"):
        city.yinzheng.preserving.archive(bytes(file))
    without = replace(city.yinzheng.preserving, stamper=None)
    with pytest.raises(Conflict, match="no-time-stamps"):
        without.archive(seal_on(city, unit_seal_again(city), letter()))


def unit_seal_again(city: City) -> str:
    return next(one.seal.seal_id for one in city.yinzheng.seals.filed() if one.kind.value == "unit")


@pytest.fixture
def fresh_with_people() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def test_what_came_to_light_later_counts(fresh_with_people: City) -> None:
    """A key that turns out to have been lost before the archive was made takes the record's word away."""
    city = fresh_with_people
    file = seal_on(city, unit_seal(city), letter())
    archive = city.yinzheng.preserving.archive(file).archive
    sealed_at = city.clock()
    city.clock.forward(days=30)
    _, certificate = city.yinzheng.directory.body(city.plan.bodies[0].body.code)
    city.yinzheng.authority.revoke_certificate(
        certificate.serial, Reason.KEY_COMPROMISE, city.clock(), invalid_since=sealed_at - timedelta(days=1)
    )
    city.clock.forward(days=2)
    city.yinzheng.publisher.refresh(city.clock())
    examined = verify_archived(file, archive, city.yinzheng.evidence(), now=city.clock())
    assert examined.verdict.indication is FAILED
    assert [one.name for one in examined.verdict.of(FAILED)] == ["signer-path"]


def test_a_key_lost_later_does_not_matter(fresh_with_people: City) -> None:
    city = fresh_with_people
    file = seal_on(city, unit_seal(city), letter())
    archive = city.yinzheng.preserving.archive(file).archive
    city.clock.forward(days=30)
    _, certificate = city.yinzheng.directory.body(city.plan.bodies[0].body.code)
    city.yinzheng.authority.revoke_certificate(
        certificate.serial, Reason.KEY_COMPROMISE, city.clock(), invalid_since=city.clock() - timedelta(days=1)
    )
    city.clock.forward(days=2)
    city.yinzheng.publisher.refresh(city.clock())
    examined = verify_archived(file, archive, city.yinzheng.evidence(), now=city.clock())
    assert examined.verdict.indication is PASSED


def test_a_licence_is_archived_too_and_its_standing_of_today_is_asked(fresh_with_people: City) -> None:
    city = fresh_with_people
    issued = city.issue(number=number())
    archive = city.yinzheng.preserving.archive(issued.ofd).archive
    now = after(city, 4 * YEAR)
    alone = verify_file(issued.ofd, city.yinzheng.evidence(), now=now, online=None)
    assert alone.verdict.indication is OPEN
    examined = verify_archived(issued.ofd, archive, city.yinzheng.evidence(), now=now)
    assert examined.verdict.indication is PASSED
    assert named(examined, "status-since")[0].indication is PASSED
    unknown = replace(city.yinzheng.evidence(), status_lists={})
    assert verify_archived(issued.ofd, archive, unknown, now=now).verdict.indication is OPEN


def indications(city: City, *files: bytes) -> list[Indication]:
    evidence, now = city.yinzheng.evidence(), city.clock()
    return [verify_file(one, evidence, now=now, online=None).verdict.indication for one in files]


# --- evidence inside a PDF --------------------------------------------------------------------------------------------


def test_a_pdf_carries_its_own_evidence(fresh_with_people: City) -> None:
    city, preserving = fresh_with_people, fresh_with_people.yinzheng.preserving
    sealed = seal_on(city, unit_seal(city), page())
    first = preserving.keep_in_pdf(sealed)
    assert not first.complete
    with pytest.raises(Conflict, match="evidence-too-early"):
        preserving.keep_in_pdf(first.file)
    city.clock.forward(days=2)
    city.yinzheng.publisher.refresh(city.clock())
    second = preserving.keep_in_pdf(first.file)
    assert second.complete
    assert second.file.startswith(first.file)
    after(city, 4 * YEAR)  # the signer's certificate has ended, that of the first time stamps has not
    assert indications(city, sealed, first.file, second.file) == [OPEN, PASSED, PASSED]
    again = preserving.keep_in_pdf(second.file)
    assert again.complete
    after(city, 7 * YEAR)  # now it has, and that of the last one has not
    assert indications(city, sealed, first.file, second.file, again.file) == [OPEN, OPEN, OPEN, PASSED]


def test_a_certified_and_locked_pdf_takes_validation_data(fresh_with_people: City) -> None:
    city = fresh_with_people
    sealed = seal_on(city, unit_seal(city), page(), lock=True)
    kept = city.yinzheng.preserving.keep_in_pdf(sealed)
    document = read_pdf_document(kept.file)
    assert len(document.signatures) == 2
    assert {one.indication for facts in document.signatures for one in facts.findings} == {PASSED}


# --- sealing and time -------------------------------------------------------------------------------------------------


def test_a_seal_carries_its_time_and_waits_for_it(fresh_with_people: City) -> None:
    """While no stamp can be had nothing is handed out; the same key then gives the sealed document."""
    city = fresh_with_people
    seal_id, (code, by) = unit_seal(city), officer(city)
    desk, wanted = city.yinzheng.seals.desk, Wanted(AtPoint(0, 20, 100), "公文")

    def out_of_order(_: bytes) -> bytes:
        raise StampRefused("clock-jumped", Failure.TIME_NOT_AVAILABLE)

    def attempt(used: SealingDesk) -> bytes | None:
        key, at = "seal-when-time-can-be-had", city.clock()
        return seal_document(used, seal_id, letter(), wanted, key=key, by=by, department=code, at=at).file

    with pytest.raises(StampRefused, match="clock-jumped"):
        attempt(replace(desk, stamp=out_of_order))
    city.clock.forward(minutes=5)
    file = attempt(desk)
    assert file is not None
    (facts,) = read_ofd_document(file).signatures
    assert facts.time_stamp is not None
    (judged,) = (
        verify_file(file, city.yinzheng.evidence(), now=city.clock(), online=None).document or none()
    ).signatures
    assert (judged.indication, judged.sealed_at) == (PASSED, city.clock())
    assert attempt(desk) == file
    (unstamped,) = read_ofd_document(attempt_without(city, seal_id)).signatures
    assert unstamped.time_stamp is None


def none() -> ExaminedDocument:
    raise AssertionError("it was not examined as a document")


def attempt_without(city: City, seal_id: str) -> bytes:
    """A document sealed where the settings name no authority."""
    code, by = officer(city)
    desk = replace(city.yinzheng.seals.desk, stamp=None)
    wanted = Wanted(AtPoint(0, 20, 100), "公文")
    at = city.clock()
    made = seal_document(desk, seal_id, letter(), wanted, key="no-stamp-wanted", by=by, department=code, at=at)
    assert made.file is not None
    return made.file


def test_a_stamp_in_a_seal_cannot_be_lent_to_another(fresh_with_people: City) -> None:
    """A token from one seal put into another file's seal is told as such; a seal without its token only loses time."""
    city = fresh_with_people
    seal_id = unit_seal(city)
    first = seal_on(city, seal_id, letter(3), key="the-first-of-two-seals")
    second = seal_on(city, seal_id, letter(4), key="the-second-of-two-seals")
    tokens = [read_ofd_document(one).signatures[0].time_stamp or b"" for one in (first, second)]
    lent, stripped = with_token(second, tokens[0]), with_token(second, None)
    evidence, now = city.yinzheng.evidence(), city.clock()
    verdicts = [verify_file(one, evidence, now=now, online=None).verdict for one in (second, lent, stripped)]
    assert [one.indication for one in verdicts] == [PASSED, FAILED, PASSED]
    assert [one.name for one in verdicts[1].of(FAILED)] == ["time-stamp"]


def with_token(file: bytes, token: bytes | None) -> bytes:
    """The file, packed as we do, with another token in its seal signature, or none."""
    package = open_package(file)
    (name,) = (one for one in package.entries if one.endswith("SignedValue.dat"))
    read = parse_signature(package.entries[name], stamped=True)
    return repack(package, {name: assemble_signature(read.signed, read.certificate, read.signature, token)})
