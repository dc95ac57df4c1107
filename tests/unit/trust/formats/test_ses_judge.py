"""What is said of seal signatures of any origin: what holds, what does not, what cannot be examined, what is odd."""

import re
from base64 import b64decode
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.pki_parts import certify, signer
from tests.seal_parts import AT, certificate, parts
from tests.ses_variants import (
    DATA,
    FROM,
    PLACE,
    UNTIL,
    as_raw,
    certificates,
    digests,
    extension,
    general_time,
    information,
    seal,
    signature,
    stamped,
    token,
)
from trust.errors import Malformed
from trust.formats import der
from trust.formats.certificate import Purpose
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms import read_signed_data, signed_data_facts
from trust.formats.seal_check import seal_findings
from trust.formats.sealed_document import Form
from trust.formats.ses import parse_seal, parse_signature
from trust.formats.ses_judge import (
    OUR_VENDOR,
    holds,
    local_time_findings,
    refusal,
    seal_facts,
    signature_facts,
)
from trust.formats.ses_read import read_signature, recognise
from trust.formats.tolerances import SENTENCE
from trust.rules.verdict import Finding, Indication
from trust.sealing.making import VENDOR

MADE = parts()
PASSED, FAILED, OPEN = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE
RSA = der.write_object_identifier("1.2.840.113549.1.1.11")
SM2_SIGN = der.write_object_identifier("1.2.156.10197.1.301.1")


def said(octets: bytes, *, at: datetime | None = None, place: str | None = PLACE, ours: bool = False) -> list[Finding]:
    read = read_signature(octets)
    found = seal_facts(read, at or read.claimed_at, ours=ours)
    return found + signature_facts(read, sm3(DATA), place, ours=ours)


def of(octets: bytes, indication: Indication, **given: object) -> set[str]:
    return {one.name for one in said(octets, **given) if one.indication is indication and not one.warning}  # type: ignore[arg-type]  # the test knows


def warnings(octets: bytes) -> set[str]:
    return {one.name for one in said(octets) if one.warning}


@pytest.mark.parametrize("form", [1, 4, 5])
def test_a_sound_signature_of_every_version(form: int) -> None:
    found = said(signature(form))
    assert [(one.step, one.name) for one in found] == [
        (3, "seal-signature"),
        (3, "signer-in-seal"),
        (3, "seal-claimed-time"),
        (2, "data-hash"),
        (4, "seal-signature-value"),
    ]
    assert all(one.indication is PASSED and not one.warning for one in found)


def test_names_are_those_of_the_strict_judge() -> None:
    strict = {one.name for one in seal_findings(parse_seal(MADE.seal), MADE.signer_certificate, AT)}
    assert {one.name for one in said(signature(4)) if one.step == 3} == strict


OTHER = memory_signer("another")
OTHER_CERTIFICATE = certify(None, signer("another maker"), "另一制章者").der
SECOND = certify(None, MADE.signer, "同一把钥匙的另一张证书").der  # type: ignore[arg-type]  # any signer will do


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (signature(sealed=seal(maker=OTHER)), "seal-signature-bad"),
        (signature(1, sealed=seal(1, maker=OTHER)), "seal-signature-bad"),
        (signature(sealed=seal(spelling=lambda raw: der.write_bit_string(raw[1:]))), "seal-signature-bad"),
        (signature(sealed=seal(certificate=der.write_sequence())), "seal-signature-bad"),
        (signature(signer=OTHER), "seal-signature-value"),
        (signature(spelling=lambda raw: as_raw(raw[32:] + raw[:32])), "seal-signature-value"),
        (signature(spelling=lambda _: as_raw(bytes(64))), "seal-signature-value"),
        (signature(certificate=MADE.maker_certificate, signer=MADE.maker), "signer-not-in-seal"),
        (signature(certificate=SECOND), "signer-not-in-seal"),
        (signature(sealed=seal(info=information(listed=certificates(OTHER_CERTIFICATE)))), "signer-not-in-seal"),
        (signature(sealed=seal(info=information(listed=der.write_sequence()))), "signer-not-in-seal"),
        (signature(sealed=seal(info=information(listed=digests(bytes(32)), list_type=2))), "signer-not-in-seal"),
        (signature(time=general_time(FROM - timedelta(seconds=1))), "seal-not-valid-at-time"),
        (signature(time=general_time(UNTIL + timedelta(seconds=1))), "seal-not-valid-at-time"),
        (signature(data_hash=der.write_bit_string(sm3(b"other"))), "datahash"),
        (signature(data_hash=der.write_bit_string(b"")), "datahash"),
        (signature(place=der.write_ia5_string("/Doc_0/Signs/Sign_1/Signature.xml")), "property-info"),
        (signature(certificate=der.write_sequence(b"\5\0")), "certificate"),
    ],
)
def test_what_does_not_hold(octets: bytes, name: str) -> None:
    assert name in of(octets, FAILED)


def test_the_edges_of_the_period_belong_to_it() -> None:
    for at in (FROM, UNTIL):
        assert of(signature(time=general_time(at)), FAILED) == set()


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (signature(algorithm=RSA), "foreign-algorithm"),
        (signature(1, algorithm=RSA), "foreign-algorithm"),
        (signature(sealed=seal(algorithm=RSA)), "foreign-algorithm"),
        (signature(sealed=seal(info=information(listed=digests(bytes(20), kind="SHA1")))), "foreign-algorithm"),
        (signature(time=der.write(0x18, b"now")), "seal-time-unknown"),
        (signature(1, time=der.write_bit_string(token())), "seal-time-unknown"),
        (
            signature(sealed=seal(info=information(times=(general_time(FROM),) * 2 + (der.write(0x18, b""),)))),
            "seal-time-unknown",
        ),
        (
            signature(extensions=der.write(0xA0, der.write_sequence(extension(critical=b"\1\1\xff")))),
            "critical-extension",
        ),
        (
            signature(sealed=seal(info=information(extensions=der.write_sequence(extension(critical=b"\1\1\xff"))))),
            "critical-extension",
        ),
    ],
)
def test_what_cannot_be_examined_is_left_open(octets: bytes, name: str) -> None:
    assert name in of(octets, OPEN)
    assert of(octets, FAILED) == set()


def exchanged(octets: bytes, old: bytes, new: bytes) -> bytes:
    assert octets.count(old) == 1
    return octets.replace(old, new)


def test_a_key_of_another_algorithm_is_left_open_and_a_point_off_the_curve_is_not() -> None:
    p256 = exchanged(
        MADE.signer_certificate, bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")
    )
    assert certificate_parts(p256).is_sm2 is False
    assert "foreign-algorithm" in of(signature(certificate=p256), OPEN)
    point = MADE.signer.public.point
    off = exchanged(MADE.signer_certificate, point, point[:-1] + bytes((point[-1] ^ 1,)))
    assert "certificate" in of(signature(certificate=off), FAILED)
    with pytest.raises(Malformed):
        holds(off, b"", bytes(64))


@pytest.mark.parametrize(
    ("octets", "codes"),
    [
        (signature(spelling=as_raw), {"sig-raw64"}),
        (signature(4, seal(spelling=as_raw)), {"sig-raw64"}),
        (signature() + b"\0\0", {"trailing-bytes"}),
        (signature(place=der.write_ia5_string('{"DocId":"1","Entry":"Doc_0"}')), {"property-info"}),
        (signature(place=der.write_ia5_string("4e1f2a")), {"property-info"}),
        (signature(place=der.write_ia5_string(PLACE[1:])), {"property-info"}),
        (signature(algorithm=SM2_SIGN), {"signature-oid"}),
        (signature(1, seal(1, information(1, version=2)), version=2), {"header-version"}),
        (signature(4, seal(info=information(list_type=3))), {"certlist-type"}),
        (
            signature(
                4,
                seal(info=information(listed=certificates(MADE.maker_certificate))),
                certificate=MADE.maker_certificate,
                signer=MADE.maker,
            ),
            {"seal-maker-is-signer"},
        ),
        (signature(4, seal(maker=MADE.signer, certificate=SECOND)), {"seal-maker-is-signer"}),
        (signature(stamp=stamped(token())), set()),
        (signature(5, seal(5, stamp=stamped(token()))), {"seal-time-stamp"}),
        (signature(4, seal(info=information(listed=digests(sm3(MADE.signer_certificate)), list_type=2))), set()),
    ],
)
def test_tolerances_are_warnings_and_the_signature_still_holds(octets: bytes, codes: set[str]) -> None:
    assert warnings(octets) == codes
    assert of(octets, FAILED) | of(octets, OPEN) == set()


def test_one_name_under_two_keys_is_pointed_out_even_in_ours() -> None:
    same = certificate("雁栖市市场监督管理局", OTHER, Purpose.SEAL_MAKER, MADE.root)
    for info in (information(), OURS):
        octets = signature(4, seal(info=info, maker=OTHER, certificate=same))
        assert warnings(octets) == {"seal-maker-same-name"}
        assert of(octets, FAILED) == set()


# --- our own ----------------------------------------------------------------------------------------------------------


OURS = information(vendor=OUR_VENDOR)


def test_the_vendor_mark_is_the_one_seals_are_made_with() -> None:
    assert OUR_VENDOR == VENDOR


@pytest.mark.parametrize("form", [4, 5])
def test_our_own_spelling_passes(form: int) -> None:
    sealed = seal(form, information(form, vendor=OUR_VENDOR))
    for octets in (signature(form, sealed), signature(form, sealed, stamp=stamped(token()))):
        assert all(one.indication is PASSED and not one.warning for one in said(octets))


@pytest.mark.parametrize(
    ("octets", "names"),
    [
        (signature(4, seal(info=OURS), spelling=as_raw), {"sig-raw64", "encoding"}),
        (signature(4, seal(info=OURS, spelling=as_raw)), {"sig-raw64", "encoding"}),
        (signature(4, seal(info=OURS)) + b"\0", {"trailing-bytes", "encoding"}),
        (signature(4, seal(info=OURS), version=5), {"tbs-version", "profile"}),
        (signature(1, seal(1, information(1, vendor=OUR_VENDOR))), {"profile"}),
        (signature(4, seal(info=OURS), algorithm=SM2_SIGN), {"signature-oid", "profile"}),
        (signature(4, seal(info=OURS), place=der.write_ia5_string("4e1f2a")), {"property-info"}),
        (
            signature(
                4, seal(info=information(vendor=OUR_VENDOR, listed=digests(sm3(MADE.signer_certificate)), list_type=2))
            ),
            {"profile"},
        ),
        (signature(4, seal(info=information(vendor=OUR_VENDOR, extensions=der.write_sequence()))), {"profile"}),
        (signature(4, seal(info=OURS, maker=MADE.signer, certificate=SECOND)), {"seal-maker-is-signer"}),
        (signature(4, seal(info=OURS), stamp=stamped(b"token")), {"profile"}),
    ],
)
def test_a_tolerance_about_ours_is_a_failure(octets: bytes, names: set[str]) -> None:
    assert of(octets, FAILED) == names


def test_a_document_can_claim_to_be_ours_in_another_way() -> None:
    assert of(signature(spelling=as_raw), FAILED, ours=True) == {"sig-raw64", "encoding"}


# --- the specification -----------------------------------------------------------------------------------------------

SPEC = (Path(__file__).resolve().parents[4] / "docs" / "spec" / "seal.md").read_text("utf-8")


def block(name: str) -> bytes:
    (found,) = re.findall(rf"^```{name}\n(.*?)^```$", SPEC, re.MULTILINE | re.DOTALL)
    return b64decode(str(found).replace("\n", ""), validate=True)


def test_the_examples_are_what_we_write_and_they_hold() -> None:
    octets = block("base64")
    strict = parse_signature(octets)
    assert (strict.signed_at, strict.property_info, strict.data_hash) == (AT, PLACE, sm3(DATA))
    found = said(octets, ours=True)
    assert {one.name for one in found if one.step == 4} == {"seal-signature-value"}
    assert all(one.indication is PASSED and not one.warning for one in found)
    message = read_signed_data(block("cms"))
    assert (message.signer.certificate, message.signer.claimed_at) == (strict.certificate, AT)
    assert all(one.indication is PASSED for one in signed_data_facts(message, sm3(DATA), ours=True))


def test_the_specification_names_every_tolerance_and_numbers_its_rules() -> None:
    table = SPEC[SPEC.index("16. ") : SPEC.index("## What can be found")]
    rows = re.findall(r"^    \| (`.*?) \|", table, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z0-9-]+)`", " ".join(rows))) == sorted(SENTENCE)
    rules = [int(number) for number in re.findall(r"^(\d+)\. ", SPEC, re.MULTILINE)]
    assert rules == list(range(1, len(rules) + 1))
    assert SPEC.index("```") < 1000


# --- files of others -------------------------------------------------------------------------------------------------

VALUES = {
    "construction-permit-altered": (Form.SES_4, set(), set()),
    "exploration-licence-cms": (Form.GM_CMS_ATTRIBUTES, set(), {"cms-attribute-order"}),
    "v4-whole-protected": (Form.SES_4, set(), {"seal-maker-same-name"}),
    "v4-seal-expired-at-signing": (Form.SES_4, {"seal-not-valid-at-time"}, {"seal-maker-same-name"}),
    "v4-riding-seal": (Form.SES_4, set(), {"seal-maker-same-name"}),
    "v4-one-cert-maker-and-signer": (Form.SES_4, set(), {"seal-maker-is-signer"}),
    "v1-ofdrw": (Form.SES_1, {"seal-not-valid-at-time"}, {"seal-maker-same-name", "time-form"}),
    "v4-ofdrw-continue": (Form.SES_4, {"seal-not-valid-at-time"}, {"seal-maker-same-name"}),
    "v5-ofdrw": (Form.SES_5, set(), {"seal-maker-same-name"}),
    "cms-ofdrw": (Form.GM_CMS_HASH, set(), set()),
}


@pytest.mark.parametrize("name", VALUES)
def test_signature_values_of_other_producers(name: str, samples: Path) -> None:
    package = ZipFile(samples / "ofd" / f"{name}.ofd")
    values = [entry for entry in package.namelist() if entry.endswith("SignedValue.dat")]
    assert values
    for entry in values:
        place = entry.replace("SignedValue.dat", "Signature.xml")
        octets, data = package.read(entry), package.read(place)
        if recognise(octets) == "cms":
            message = read_signed_data(octets)
            form, found = message.form, signed_data_facts(message, sm3(data))
        else:
            read = read_signature(octets)
            form = read.form
            found = seal_facts(read, read.claimed_at) + signature_facts(read, sm3(data), f"/{place}")
        failures = {one.name for one in found if one.indication is FAILED}
        assert (form, failures, {one.name for one in found if one.warning}) == VALUES[name]


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_a_format_without_places_has_none_to_compare() -> None:
    octets = signature(place=der.write_ia5_string("/Doc_0/Signs/Sign_9/Signature.xml"))
    assert of(octets, FAILED, place=None) == set()


@pytest.mark.parametrize(("reason", "step"), [("encoding", 4), ("ses-shape", 4), ("profile", 1)])
def test_a_refusal_becomes_a_finding(reason: str, step: int) -> None:
    found = refusal(Malformed(reason), step=step)
    assert (found.step, found.name, found.indication) == (step, reason, FAILED)
    assert found.detail.endswith("。")


@pytest.mark.parametrize(
    ("apart", "told"),
    [(timedelta(hours=8), 1), (timedelta(hours=-8, minutes=4), 1), (timedelta(0), 0), (timedelta(hours=7), 0)],
)
def test_beijing_time_written_as_universal_time_is_diagnosed(apart: timedelta, told: int) -> None:
    assert len(local_time_findings(AT, AT + apart)) == told
    assert local_time_findings(None, AT) == local_time_findings(AT, None) == []


def test_parts_of_a_certificate() -> None:
    read = certificate_parts(MADE.signer_certificate)
    assert (read.shown, read.public_key) == ("雁栖市市场监督管理局", MADE.signer.public)
    assert (read.not_before, read.not_after) == (AT - timedelta(days=30), AT + timedelta(days=900))
    assert read.serial == der.write_integer(3)


@pytest.mark.parametrize(
    "octets", [b"", b"x", der.write_sequence(), MADE.signer_certificate[:-1], MADE.signer_certificate + b"\0"]
)
def test_what_is_no_certificate(octets: bytes) -> None:
    with pytest.raises(Malformed) as error:
        certificate_parts(octets)
    assert error.value.reason == "certificate"
