"""Every entry in asn1crypto's private tables is there, both ways where it must be."""

import pytest

from trust.formats import asn1
from trust.formats.asn1 import algos, cms, core, crl, keys

BOTH_WAYS = [
    (algos.DigestAlgorithmId, "1.2.156.10197.1.401", "sm3"),
    (algos.HmacAlgorithmId, "1.2.156.10197.1.401.2", "sm3"),
    (algos.SignedDigestAlgorithmId, "1.2.156.10197.1.501", "sm2_with_sm3"),
    (algos.SignedDigestAlgorithmId, "1.2.156.10197.1.301.1", "sm2_sign"),
    (algos.EncryptionAlgorithmId, "1.2.156.10197.1.104.2", "sm4_cbc"),
    (keys.NamedCurve, "1.2.156.10197.1.301", "sm2p256v1"),
    (crl.TBSCertListExtensionId, "2.5.29.60", "expired_certs_on_crl"),
]


@pytest.mark.parametrize(("table", "oid", "name"), BOTH_WAYS)
def test_names_are_known_both_ways(table, oid, name):
    assert table.map(oid) == name
    assert table.unmap(name) == oid
    assert table(name).dump() == table(oid).dump()


@pytest.mark.parametrize(
    ("oid", "name", "written"),
    [
        ("1.2.156.10197.6.1.4.2.1", "data", "1.2.840.113549.1.7.1"),
        ("1.2.156.10197.6.1.4.2.2", "signed_data", "1.2.840.113549.1.7.2"),
    ],
)
def test_gm_content_types_are_read_but_never_written(oid, name, written):
    assert cms.ContentType.map(oid) == name
    assert cms.ContentType.unmap(name) == written


def test_other_names_are_as_before():
    assert algos.SignedDigestAlgorithmId.unmap("sha256_rsa") == "1.2.840.113549.1.1.11"
    assert algos.DigestAlgorithmId.map("2.16.840.1.101.3.4.2.1") == "sha256"


def test_registering_again_changes_nothing():
    before = dict(algos.SignedDigestAlgorithmId._map), dict(cms.ContentType._reverse_map)
    asn1.register()
    assert (algos.SignedDigestAlgorithmId._map, cms.ContentType._reverse_map) == before


def test_the_signature_algorithm_has_no_parameters():
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sm2_with_sm3"})
    assert algorithm.dump() == asn1.SM2_WITH_SM3_ALGORITHM == bytes.fromhex("300A06082A811CCF55018375")


def test_the_cipher_carries_its_iv():
    cipher = algos.EncryptionAlgorithm({"algorithm": "sm4_cbc", "parameters": core.OctetString(bytes(16))})
    assert algos.EncryptionAlgorithm.load(cipher.dump())["parameters"].native == bytes(16)
