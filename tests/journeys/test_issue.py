"""Issuing, from the application to two sealed files that any verifier accepts, and everything it refuses."""

from datetime import timedelta

import pytest

from issuer.application import Application, read_application
from issuer.errors import ApplicationRefused, DuplicateNumber, NoMandate, NoPen, UnknownType
from issuer.issuing import issue
from issuer.ports import State
from keys.sm3 import sm3
from templates.errors import CodeDoesNotFit, DoesNotFit, MissingGlyph
from templates.library import load_bundle
from tests.city import BUNDLES, OFFICIAL, City
from tests.journey_parts import (
    FAILED,
    PASSED,
    against,
    code_text,
    failed,
    finding,
    identifier,
    indication,
    number,
    office_of,
    presented,
    revoke_certificate,
    signer_certificate,
)
from trust.formats.crl import Reason
from trust.formats.leaf import EntryKind, commitment
from trust.formats.licence_document import decode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.log.proving import find

ALL_STEPS = set(range(1, 10))


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_type_is_issued_and_passes_in_every_form(city: City, bundle: str) -> None:
    issued = city.issue(bundle)
    verdicts = presented(city, issued)
    assert {name: against(one) for name, one in verdicts.items()} == {name: [] for name in verdicts}
    assert {indication(one) for one in verdicts.values()} == {PASSED}
    assert {one.verdict.subject for one in verdicts.values()} == {identifier(issued)}
    for form in ("ofd", "pdf", "identifier"):
        passed = {one.step for one in verdicts[form].verdict.of(PASSED)}
        assert passed >= ALL_STEPS, form
        assert verdicts[form].verdict.policy == "online-1"
    assert verdicts["code"].verdict.policy == "code-online-1"


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_licence_says_what_was_applied_for(city: City, bundle: str) -> None:
    application = city.application(bundle, number=number())
    issued = city.yinzheng.issue(application, key=f"as applied {bundle}", by=OFFICIAL)
    for sealed in (examine_ofd(issued.ofd), examine_pdf(issued.pdf)):
        assert sealed.metadata is not None
        licence = decode_licence(sealed.metadata)
        assert licence == issued.entry.licence
        assert (licence.number, licence.holders, licence.issued_on, licence.valid_until) == (
            application.number,
            application.holders,
            application.issued_on,
            application.valid_until,
        )
        assert dict(licence.fields) == dict(application.fields)
        assert licence.identifier.issuer_code == application.issuer_code == licence.issuing_body.code


def test_what_is_on_record_afterwards(city: City) -> None:
    issued = city.issue(number=number(), key="the record")
    entry, archive = issued.entry, city.yinzheng.archive
    assert entry.state is State.RELEASED
    assert archive.register.by_key("the record") == archive.register.find(identifier(issued)) == entry
    assert entry.artefacts is not None
    assert entry.plan is not None
    assert [city.blobs.get(name) for name in (entry.artefacts.ofd, entry.artefacts.pdf)] == [issued.ofd, issued.pdf]
    (seal,) = archive.seals.of_body(entry.licence.issuing_body.code)
    uses = [use for _, use in archive.seals.uses(seal.seal.seal_id) if use.subject == identifier(issued)]
    assert [f"sm3:{use.digest.hex()}" for use in uses] == [entry.plan.ofd, entry.plan.pdf]
    assert {use.by for use in uses} == {OFFICIAL}
    for file in (issued.ofd, issued.pdf):
        logged = find(archive.log, commitment(entry.licence.log_salt, identifier(issued), sm3(file)))
        assert logged is not None
        place, leaf = logged
        assert (place, leaf.statement.kind) == (entry.artefacts.log_index, EntryKind.ISSUE)
    assert identifier(issued) in city.yinzheng.licences.held("001", entry.licence.holders[0].code, [])


def test_identifiers_and_status_entries_are_never_shared(city: City) -> None:
    licences = [city.issue("teacher-qualification", number=number()).entry.licence for _ in range(12)]
    assert len({str(one.identifier) for one in licences}) == 12
    assert len({(one.status.list, one.status.index) for one in licences}) == 12
    assert len({one.log_salt for one in licences}) == 12


def test_the_log_tells_a_stranger_nothing_of_the_holder(city: City) -> None:
    issued = city.issue(number=number())
    log = city.yinzheng.archive.log
    everything = b"".join(log.entries(0, log.size()))
    licence = issued.entry.licence
    for secret in (str(licence.identifier), licence.number, licence.holders[0].name, licence.holders[0].code):
        assert secret.encode() not in everything


# --- refusals: nothing is stored, nothing is signed ------------------------------------------------------------------


def refused(city: City, application: Application, error: type[Exception], key: str) -> Exception:
    """Refusal of an application that leaves no trace."""
    uses = {one.body.code: len(_uses(city, one.body.code)) for one in city.plan.bodies}
    size = city.yinzheng.archive.log.size()
    with pytest.raises(error) as caught:
        city.yinzheng.issue(application, key=key, by=OFFICIAL)
    assert city.yinzheng.archive.register.by_key(key) is None
    assert {one.body.code: len(_uses(city, one.body.code)) for one in city.plan.bodies} == uses
    assert city.yinzheng.archive.log.size() == size
    return caught.value


def _uses(city: City, body: str) -> list[object]:
    (filed,) = city.yinzheng.archive.seals.of_body(body)
    return list(city.yinzheng.archive.seals.uses(filed.seal.seal_id))


def _application(city: City, bundle: str = "business-licence", **changed: object) -> Application:
    return city.application(bundle, **({"number": number()} | changed))


def test_a_body_cannot_issue_what_another_may(city: City) -> None:
    others = city.body_code("teacher-qualification")
    body = {"holders": [{"name": "某", "code": "x", "code_type": "001"}], "number": number(), "issued_on": "2026-11-21"}
    application = read_application(
        body | {"area_code": "530199", "fields": {}},
        type_code=load_bundle("business-licence").type.code,
        issuer_code=others,
    )
    refused(city, application, NoMandate, "another body's")


def test_a_type_that_nobody_defined(city: City) -> None:
    known = _application(city)
    refused(city, Application(**vars(known) | {"type_code": "11100000MB0143028R999"}), UnknownType, "no type")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"fields": {}}, ("fields.legal_representative", "missing")),
        ({"fields": {"motto": "诚信"}}, ("fields.motto", "unknown")),
        ({"issued_on": "2026-11-22"}, ("issued_on", "in-the-future")),
        ({"valid_until": "2025-01-01"}, ("valid_until", "before-start")),
        (
            {"holders": [{"name": "林𬭎雅", "code": "530199191107070021", "code_type": "111"}]},
            ("holder.code_type", "not-for-this-type"),
        ),
        (
            {"holders": [{"name": "某公司", "code": "91530199MA6QH2K74V", "code_type": "001"}]},
            ("holder", "uscc-check"),
        ),
    ],
)
def test_data_that_cannot_become_a_licence(
    city: City, changed: dict[str, object], problem: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    error = refused(city, _application(city, **changed), ApplicationRefused, request.node.name[:128])
    assert isinstance(error, ApplicationRefused)
    assert problem[0] in dict(error.problems)


@pytest.mark.parametrize(
    ("member", "value"),
    [("status", "released"), ("serial", "1"), ("identifier", "1.2.156"), ("issuing_body", {"name": "别的机关"})],
)
def test_an_application_cannot_set_what_is_not_its_own(city: City, member: str, value: object) -> None:
    with pytest.raises(ApplicationRefused) as caught:
        city.application("business-licence", **{member: value})
    assert caught.value.problems == ((member, "unknown"),)


def test_a_number_is_given_out_once(city: City) -> None:
    used = number()
    city.issue(number=used, key="first use of the number")
    error = refused(city, _application(city, number=used), DuplicateNumber, "second use of the number")
    assert isinstance(error, DuplicateNumber)
    assert error.number == used


PERSON = {"code": "530199191107070021", "code_type": "111"}


@pytest.mark.parametrize(
    ("holder", "subject", "error"),
    [
        ("林\U0002b820雅", "语文", MissingGlyph),
        ("林" * 100, "语文", DoesNotFit),
        ("林𬭎雅", "\U0002b820", MissingGlyph),
    ],
)
def test_what_cannot_be_printed_is_refused_before_anything_is_promised(
    city: City, holder: str, subject: str, error: type[Exception]
) -> None:
    """The number stays free: the corrected application is issued under it."""
    right = _application(city, "teacher-qualification")
    holders, fields = [PERSON | {"name": holder}], dict(right.fields) | {"subject": subject}
    wrong = _application(city, "teacher-qualification", number=right.number, holders=holders, fields=fields)
    key = f"{holder[:3]} {subject}"
    refused(city, wrong, error, key)
    issued = city.yinzheng.issue(right, key=f"corrected {key}", by=OFFICIAL)
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_a_code_too_fine_to_print_is_refused_before_anything_is_promised(city: City) -> None:
    office = office_of(city, host_url=f"https://{'long' * 50}.example")
    application = _application(city)
    with pytest.raises(CodeDoesNotFit):
        issue(office, application, key="a long address", by=OFFICIAL, at=city.clock())
    assert city.yinzheng.archive.register.by_key("a long address") is None


@pytest.mark.parametrize("length", [20, 21, 40, 60])
def test_firms_with_long_names_get_a_code_that_can_be_read(city: City, length: int) -> None:
    name = "云岭市" + "青" * (length - 13) + "餐饮管理有限公司分店"
    firm = {"name": name, "code": "91530199MA6QH2K74U", "code_type": "001"}
    issued = city.issue(number=number(), holders=[firm])
    examined = city.yinzheng.verify_words(code_text(issued))
    assert (indication(examined), against(examined)) == (PASSED, [])
    assert examined.claims is not None
    assert len(examined.claims.holder) == 20
    assert (examined.claims.holder == name) is (length == 20)
    assert (examined.claims.holder[:11], examined.claims.holder[-8:]) == (name[:11], name[-8:])


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb", "\x00"])
def test_keys_that_are_none(city: City, key: str) -> None:
    with pytest.raises(ApplicationRefused):
        city.yinzheng.issue(_application(city), key=key, by=OFFICIAL)


@pytest.mark.parametrize("reason", [Reason.KEY_COMPROMISE, Reason.SUPERSEDED, Reason.CESSATION_OF_OPERATION])
def test_a_revoked_certificate_seals_nothing_more(fresh: City, reason: Reason) -> None:
    """What it would seal no verifier would accept, so no number is spent on it."""
    application = _application(fresh)
    revoke_certificate(fresh, signer_certificate(fresh), reason)
    fresh.clock.forward(seconds=1)
    error = refused(fresh, application, NoPen, "revoked")
    assert isinstance(error, NoPen)
    assert error.reason == "certificate-revoked"


def test_a_seal_past_its_end_seals_nothing_more(fresh: City) -> None:
    application = _application(fresh)
    fresh.clock.forward(days=3 * 365 + 1)
    error = refused(fresh, application, NoPen, "too late")
    assert isinstance(error, NoPen)
    assert error.reason == "seal-expired"


def test_an_acknowledged_licence_is_there_for_another_process(city: City) -> None:
    """A second installation on the same database and files finds it, verifies it, and gives the same octets."""
    issued = city.issue(number=number(), key="for the other process")
    other = type(city.yinzheng)(city.yinzheng._means)
    again = other.issue(
        city.application("business-licence", number=issued.entry.licence.number),
        key="for the other process",
        by=OFFICIAL,
    )
    assert (again.ofd, again.pdf, again.token) == (issued.ofd, issued.pdf, issued.token)
    assert indication(other.verify_words(identifier(issued))) is PASSED


def test_a_licence_is_not_in_force_before_its_first_day(city: City) -> None:
    """Sealed today, in force from a later day on: that it is genuine is not enough."""
    start = city.clock() + timedelta(days=10)
    issued = city.issue("food-operation", number=number(), valid_from=f"{start:%Y-%m-%d}")
    early = city.yinzheng.verify_file(issued.ofd)
    assert (indication(early), failed(early)) == (FAILED, {(8, "period")})
    assert "尚未生效" in finding(early, 8, "period").detail
    for form, examined in presented(city, issued).items():
        assert failed(examined) == {(8, "period")}, f"{form}: a code says as much as a file"
    city.clock.forward(days=10)
    city.yinzheng.publisher.refresh(city.clock())
    assert {indication(one) for one in presented(city, issued).values()} == {PASSED}
