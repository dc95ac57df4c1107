"""Certificates: written and read back, refused when not DER or outside the profile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509 as foreign_x509
from hypothesis import given
from hypothesis import strategies as st

from keys.codec import der_from_raw
from tests.der_edit import exchange, spelled_otherwise
from tests.pki_parts import AT, CA, CERTIFYING, DAY, SEALING, SIGNING, certify, party, signer
from trust.errors import Malformed
from trust.formats.asn1 import core, x509
from trust.formats.certificate import (
    MAX_BUNDLE,
    Certificate,
    CertificateProfile,
    KeyUsage,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
    load_pem,
    to_pem,
)
from trust.formats.der import write, write_object_identifier
from trust.formats.x509_fields import make_name

ROOT = party(None, "格式根")
LEAF = certify(ROOT, signer("格式局"), "格式局", SEALING, crl_url="http://127.0.0.1/crl/root.crl")


def resigned(change) -> bytes:
    """The leaf with one thing changed by `change(tbs)`, signed again: what is refused is not the signature."""
    tbs = x509.TbsCertificate.load(LEAF.tbs)
    change(tbs)
    octets = tbs.dump(force=True)
    return assemble(octets, ROOT.signer.sign(octets))


def exchanged(old: bytes, new: bytes) -> bytes:
    """The leaf with other octets in the place of an element, signed again."""
    tbs = exchange(LEAF.tbs, old, new)
    return assemble(tbs, ROOT.signer.sign(tbs))


def added(extension: dict) -> bytes:
    return resigned(lambda tbs: tbs["extensions"].append(x509.Extension(extension)))


def test_what_is_written_is_read_back():
    assert LEAF.subject == make_name("格式局", organisation="雁栖市测试局")
    assert LEAF.issuer.der == ROOT.certificate.subject.der
    assert LEAF.public_key == signer("格式局").public
    assert (LEAF.is_ca, LEAF.path_length) == (False, None)
    assert LEAF.key_usage == SIGNING
    assert LEAF.purposes == {Purpose.SEAL_SIGNER}
    assert LEAF.subject_key_id == key_identifier(LEAF.public_key)
    assert LEAF.authority_key_id == key_identifier(ROOT.signer.public)
    assert LEAF.crl_urls == ("http://127.0.0.1/crl/root.crl",)
    assert LEAF.unapplied == frozenset()
    assert not LEAF.self_issued
    assert ROOT.certificate.self_issued
    assert (LEAF.not_before, LEAF.not_after) == (AT - 30 * DAY, AT + 900 * DAY)


def test_another_reader_sees_the_same():
    other = foreign_x509.load_der_x509_certificate(LEAF.der)
    assert other.serial_number == LEAF.serial
    assert other.tbs_certificate_bytes == LEAF.tbs
    assert other.not_valid_after_utc == LEAF.not_after
    usage = other.extensions.get_extension_for_class(foreign_x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    constraints = other.extensions.get_extension_for_class(foreign_x509.BasicConstraints)
    assert constraints.critical
    assert not constraints.value.ca
    purposes = other.extensions.get_extension_for_class(foreign_x509.ExtendedKeyUsage)
    assert [purpose.dotted_string for purpose in purposes.value] == [Purpose.SEAL_SIGNER]


def test_certificates_are_equal_by_their_octets():
    again = load_certificate.__wrapped__(LEAF.der)
    assert again is not LEAF
    assert again == LEAF
    assert len({again, LEAF}) == 1
    assert ROOT.certificate != LEAF
    assert LEAF.der != LEAF


def test_a_time_stamp_purpose_is_critical_where_the_profile_says_so():
    profile = CertificateProfile("tsa", SIGNING, (Purpose.TIME_STAMP,), critical_purpose=True)
    assert certify(ROOT, signer("时"), "时", profile).purposes_critical
    assert not LEAF.purposes_critical


@pytest.mark.parametrize(
    ("last_second", "tag"),
    [
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), 0x17),
        (datetime(2050, 1, 1, tzinfo=UTC), 0x18),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), 0x18),
    ],
)
def test_the_year_2050_changes_the_form_of_a_time(last_second, tag):
    made = certify(ROOT, signer("久"), "久", SEALING, not_after=last_second)
    assert made.not_after == last_second
    assert x509.TbsCertificate.load(made.tbs)["validity"]["not_after"].chosen.tag == tag & 0x1F
    assert foreign_x509.load_der_x509_certificate(made.der).not_valid_after_utc == last_second


def test_fractions_of_a_second_and_zones_do_not_reach_the_octets():
    east = AT.astimezone(datetime.strptime("+0800", "%z").tzinfo) + timedelta(microseconds=7)
    assert certify(ROOT, signer("东"), "东", SEALING, not_before=east).not_before == AT


@pytest.mark.parametrize(
    "time",
    [
        write(0x18, b"20280817080000Z"),
        write(0x18, b"20500817080000.5Z"),
        write(0x18, b"205008170800Z"),
        write(0x17, b"2808170800Z"),
        write(0x17, b"280817080000+0000"),
        write(0x17, b"280817080000"),
        write(0x17, b"280230080000Z"),
        write(0x17, b"28081708000\xb2Z"),
        write(0x17, b""),
    ],
)
def test_times_out_of_form_are_refused(time):
    end = write(0x17, LEAF.not_after.strftime("%y%m%d%H%M%SZ").encode())
    with pytest.raises(Malformed):
        load_certificate(exchanged(end, time))


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(Malformed, match="certificate-time"):
        certify(ROOT, signer("逆"), "逆", SEALING, not_before=AT, not_after=AT - DAY)


ALGORITHM = bytes.fromhex("300A06082A811CCF55018375")
OTHERS = {
    "NULL as parameters": bytes.fromhex("300C06082A811CCF550183750500"),
    "ECDSA with SHA-256": bytes.fromhex("300A06082A8648CE3D040302"),
    "SM2 sign": bytes.fromhex("300B06092A811CCF5501822D01"),
    "SM3 with RSA": bytes.fromhex("300A06082A811CCF55018378"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_only_sm2_with_sm3_without_parameters(other):
    inside = exchange(LEAF.tbs, ALGORITHM, other)
    outside = write(0x30, LEAF.tbs, other, write(0x03, b"\0", der_from_raw(LEAF.signature)))
    both = write(0x30, inside, other, write(0x03, b"\0", der_from_raw(ROOT.signer.sign(inside))))
    for octets in (assemble(inside, ROOT.signer.sign(inside)), outside, both):
        with pytest.raises(Malformed, match="certificate-algorithm"):
            load_certificate(octets)


def test_critical_extensions_that_are_not_applied_are_listed():
    found = load_certificate(
        added({"extn_id": "1.2.3.4", "critical": True, "extn_value": core.ParsableOctetString(b"\5\0")})
    )
    assert found.unapplied == {"1.2.3.4"}
    found = load_certificate(
        added({"extn_id": "1.2.3.4", "critical": False, "extn_value": core.ParsableOctetString(b"\5\0")})
    )
    assert found.unapplied == frozenset()


def test_limits_on_cas_are_listed_critical_or_not():
    subtree = {"permitted_subtrees": [{"base": x509.GeneralName("dns_name", "example.cn")}]}
    for critical in (True, False):
        made = added({"extn_id": "name_constraints", "critical": critical, "extn_value": subtree})
        assert load_certificate(made).unapplied == {"2.5.29.30"}


def replaced(name: str, value: object) -> bytes:
    def change(tbs):
        for extension in tbs["extensions"]:
            if extension["extn_id"].native == name:
                extension["extn_value"] = value

    return resigned(change)


POINT = {
    "distribution_point": x509.DistributionPointName(
        "full_name", [x509.GeneralName("uniform_resource_identifier", "http://a/")]
    )
}
POINTS = next(one["extn_value"].parsed.dump() for one in x509.TbsCertificate.load(LEAF.tbs)["extensions"]
              if one["extn_id"].native == "crl_distribution_points")  # fmt: skip
OTHER_NAME = x509.GeneralName("directory_name", x509.Name.load(make_name("别人").der))


@pytest.mark.parametrize(
    ("case", "octets"),
    [
        ("an extension twice", lambda: added({"extn_id": "key_usage", "critical": True, "extn_value": {"crl_sign"}})),
        ("a path length without CA", lambda: replaced("basic_constraints", {"ca": False, "path_len_constraint": 1})),
        ("a negative path length", lambda: replaced("basic_constraints", {"ca": True, "path_len_constraint": -1})),
        ("key usage that is a number", lambda: exchanged(bytes.fromhex("030206c0"), bytes.fromhex("020206c0"))),
        ("an authority by name and number", lambda: replaced("authority_key_identifier", {
            "key_identifier": b"k" * 20, "authority_cert_issuer": [OTHER_NAME], "authority_cert_serial_number": 1})),
        ("a partial list", lambda: replaced("crl_distribution_points", [POINT | {"reasons": {"key_compromise"}}])),
        ("an indirect list", lambda: replaced("crl_distribution_points", [POINT | {"crl_issuer": [OTHER_NAME]}])),
        ("a point without a place", lambda: exchanged(POINTS, write(0x30, write(0x30)))),
        ("an empty list of points", lambda: exchanged(POINTS, write(0x30))),
        ("a key usage without a name", lambda: exchanged(bytes.fromhex("030206c0"), bytes.fromhex("030305c00020"))),
        ("an empty list of purposes", lambda: replaced("extended_key_usage", [])),
        ("a relative point", lambda: exchanged(POINTS, write(0x30, write(0x30, write(0xA0, write(0xA1)))))),
    ],
)  # fmt: skip
def test_malformed_extensions_are_refused(case, octets):
    with pytest.raises(Malformed):
        load_certificate(octets())


@pytest.mark.parametrize("serial", [0, -1, 1 << 159, 1 << 200])
def test_serial_numbers_out_of_range_are_refused(serial):
    with pytest.raises(Malformed, match="certificate"):
        load_certificate(resigned(lambda tbs: tbs.__setitem__("serial_number", serial)))
    with pytest.raises(Malformed, match="certificate"):
        certify(ROOT, signer("号"), "号", SEALING, serial=serial or -1)


def test_versions_and_unique_identifiers_are_refused():
    for change in (
        lambda tbs: tbs.__setitem__("version", "v2"),
        lambda tbs: tbs.__setitem__("issuer_unique_id", b"1"),
    ):
        with pytest.raises(Malformed, match="certificate"):
            load_certificate(resigned(change))


def test_foreign_keys_are_refused():
    p256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + LEAF.public_key.point
    infinity = LEAF.public_key.spki[:-65] + bytes(65)
    for spki in (p256, infinity):
        with pytest.raises(Malformed, match="certificate"):
            load_certificate(exchanged(LEAF.public_key.spki, spki))


# DER and nothing else -----------------------------------------------------------------------------------------------


def test_no_element_may_be_spelled_another_way():
    cases = list(spelled_otherwise(LEAF.der))
    assert len(cases) > 140
    for case in cases:
        assert case != LEAF.der
        with pytest.raises(Malformed):
            load_certificate(case)


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        ("TRUE as 01", "0101ff", "010101"),
        ("FALSE where it is the default", "0603551d0e", "0603551d0e010100"),
        ("an unused bit set", "030206c0", "030206c1"),
        ("trailing zero bits", "030206c0", "030200c0"),
        ("a padded number", "020102", "02020002"),
        ("a padded identifier", "0603551d0e", "060480551d0e"),
    ],
)
def test_values_have_one_spelling(case, old, new):
    with pytest.raises(Malformed):
        load_certificate(exchanged(bytes.fromhex(old), bytes.fromhex(new)))


@given(st.integers(0, len(LEAF.der) * 8 - 1))
def test_a_flipped_bit_is_refused_or_seen(bit):
    octets = bytearray(LEAF.der)
    octets[bit // 8] ^= 1 << bit % 8
    try:
        found = load_certificate(bytes(octets))
    except Malformed:
        return
    assert (found.tbs, found.signature) != (LEAF.tbs, LEAF.signature)


@given(st.binary(max_size=300))
def test_rubbish_is_malformed(octets):
    with pytest.raises(Malformed):
        load_certificate(octets)
    with pytest.raises(Malformed):
        load_certificate(LEAF.der[:150] + octets)


def test_size_is_bounded():
    with pytest.raises(Malformed, match="16384"):
        load_certificate(bytes(16 * 1024 + 1))
    with pytest.raises(Malformed):
        load_certificate(b"")
    with pytest.raises(Malformed):
        load_certificate(LEAF.der + b"\0")
    with pytest.raises(Malformed):
        load_certificate(b"\x30\x82\x3f\xf0" + b"\x30\x80" * 4000)


# Names --------------------------------------------------------------------------------------------------------------


def test_a_name_carries_the_credit_code():
    name = make_name(
        "雁栖市市场监督管理局", organisation="雁栖市市场监督管理局", organisation_code="11990000MB0000000X"
    )
    assert (name.country, name.organisation_code) == ("CN", "11990000MB0000000X")
    other = foreign_x509.load_der_x509_certificate(
        load_certificate(_with_subject(name)).der,
    ).subject
    assert (
        other.get_attributes_for_oid(foreign_x509.oid.NameOID.ORGANIZATION_IDENTIFIER)[0].value == "11990000MB0000000X"
    )


def _with_subject(name) -> bytes:
    tbs = certificate_tbs(
        SEALING, subject=name, public_key=LEAF.public_key, issuer=ROOT.name, issuer_key_id=b"k" * 20, serial=5,
        not_before=AT, not_after=AT + DAY, crl_url=None,
    )  # fmt: skip
    return assemble(tbs, ROOT.signer.sign(tbs))


@pytest.mark.parametrize(
    "parts",
    [
        {"common_name": ""},
        {"common_name": "a\0b"},
        {"common_name": "市\u202e局"},
        {"common_name": "市\u200b局"},
        {"common_name": "\ud800"},
        {"common_name": "长" * 257},
        {"common_name": "局", "country": "cn"},
        {"common_name": "局", "country": "中国"},
        {"common_name": "局", "organisation": "\n"},
    ],
)
def test_names_that_deceive_are_refused(parts):
    with pytest.raises(Malformed):
        make_name(**parts)


def part(*attributes: tuple[str, int, str]) -> bytes:
    """One RDN: attributes by identifier, tag of the string, text."""
    return write(
        0x31, *(write(0x30, write_object_identifier(oid), write(tag, text.encode())) for oid, tag, text in attributes)
    )


CN, ORGANISATION = "2.5.4.3", "2.5.4.10"


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        ("no common name", [part((ORGANISATION, 0x0C, "局"))]),
        ("two common names", [part((CN, 0x0C, "甲")), part((CN, 0x0C, "乙"))]),
        ("two attributes in one part", [part((CN, 0x0C, "甲"), (ORGANISATION, 0x0C, "乙"))]),
        ("a BMPString", [part((CN, 0x1E, "甲乙"))]),
        ("a TeletexString", [part((CN, 0x14, "a"))]),
        ("an OCTET STRING", [part((CN, 0x04, "a"))]),
        ("a PrintableString with an at sign", [part((CN, 0x13, "a@b"))]),
        ("an unknown attribute", [part((CN, 0x0C, "甲")), part(("1.2.3", 0x0C, "乙"))]),
        ("an empty part", [part()]),
        ("17 parts", [part((CN, 0x0C, "甲")), *([part(("2.5.4.11", 0x0C, "乙"))] * 16)]),
        ("nothing", []),
    ],
)
def test_names_outside_the_profile_are_refused(case, parts):
    octets = exchanged(LEAF.subject.der, write(0x30, *parts))
    with pytest.raises(Malformed):
        load_certificate(octets)


def test_a_name_of_others_is_read():
    octets = exchanged(LEAF.subject.der, write(0x30, part((CN, 0x13, "a b")), *([part(("2.5.4.11", 0x0C, "乙"))] * 2)))
    assert load_certificate(octets).subject.common_name == "a b"


# PEM, bags ----------------------------------------------------------------------------------------------------------


def test_pem_goes_there_and_back():
    assert load_pem(to_pem([LEAF, ROOT.certificate])) == [LEAF, ROOT.certificate]


@pytest.mark.parametrize(
    "octets",
    [
        b"no PEM at all",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        to_pem([LEAF] * (MAX_BUNDLE + 1)),
        b"x" * 3_000_000,
    ],
    ids=["text", "not a certificate", "not base64", "a key", "too many", "too long"],
)
def test_pem_that_is_not_a_few_certificates_is_refused(octets):
    with pytest.raises(Malformed):
        load_pem(octets)


def test_profiles_say_what_a_certificate_may_do():
    sub = certify(ROOT, signer("下"), "下", replace(CA, path_length=0))
    assert (sub.is_ca, sub.path_length, sub.key_usage) == (True, 0, CERTIFYING)
    every = CertificateProfile("all", frozenset(KeyUsage))
    assert certify(ROOT, signer("全"), "全", every).key_usage == frozenset(KeyUsage)
    assert isinstance(sub, Certificate)
