"""Sealing and examining: what a good file is found to be, and that not one octet of it is free."""

import random
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.seal_parts import AT, STAMP, certificate, document, info, parts, sealed, sealed_by
from trust.errors import Malformed
from trust.formats.certificate import Purpose, load_certificate
from trust.formats.ofd.examine import SENTENCE, examine_ofd
from trust.formats.ofd.package import read_package, write_package
from trust.formats.ofd.read import MARK
from trust.formats.ofd.seal import Stamp, plan_ofd
from trust.formats.ses import parse_seal, parse_signature
from trust.rules.verdict import Indication

NS = {"o": "http://www.ofdspec.org/2016"}
SIGNATURE = "Doc_0/Signs/Sign_0/Signature.xml"
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"


def indications(octets: bytes) -> dict[str, str]:
    return {finding.name: finding.indication.value for finding in examine_ofd(octets).findings}


def test_a_good_file_passes_everything() -> None:
    file = examine_ofd(sealed())
    assert {(finding.step, finding.name) for finding in file.findings} == {
        (1, "ofd-package"),
        (2, "ofd-content"),
        (2, "ofd-coverage"),
        (2, "ofd-data-hash"),
        (3, "seal-signature"),
        (3, "signer-in-seal"),
        (3, "seal-claimed-time"),
        (4, "seal-signature-value"),
    }
    assert {finding.indication for finding in file.findings} == {Indication.PASSED}
    assert all(finding.detail.endswith("。") for finding in file.findings)
    assert file.seal == parse_seal(parts().seal)
    assert file.signer == parts().signer_certificate
    assert file.claimed_at == AT
    assert file.metadata == b'{"format":"yinzheng-licence/1"}'
    assert file.custom == {"ZZBS": "1.2.156.3005.2.X", "ZZMC": "营业执照"}
    assert file.face == ("营业执照", "A鿬𬭎B")


def test_the_whole_package_is_protected() -> None:
    entries = read_package(sealed())
    references = {
        item.get("FileRef"): b64decode(item.findtext("o:CheckValue", "", NS))
        for item in ET.fromstring(entries[SIGNATURE]).iterfind(".//o:Reference", NS)
    }
    assert references == {f"/{name}": sm3(octets) for name, octets in entries.items() if name not in {SIGNATURE, VALUE}}
    assert list(references) == sorted(references)


def test_signature_xml_has_the_form_readers_expect() -> None:
    info_element = ET.fromstring(read_package(sealed())[SIGNATURE])[0]
    assert [child.tag.partition("}")[2] for child in info_element] == [
        *("Provider", "SignatureMethod", "SignatureDateTime", "References", "StampAnnot"),
    ]
    assert info_element.findtext("o:SignatureDateTime", namespaces=NS) == "20260301083015Z"
    stamp = info_element.find("o:StampAnnot", NS)
    page = ET.fromstring(read_package(sealed())["Doc_0/Document.xml"]).find("o:Pages/o:Page", NS)
    assert stamp is not None
    assert page is not None
    assert (stamp.get("PageRef"), stamp.get("Boundary")) == (page.get("ID"), "120 95 40 40")


def test_openssl_agrees_on_the_signature_of_a_file(tmp_path: Path) -> None:
    signature = parse_signature(read_package(sealed())[VALUE])
    (tmp_path / "key").write_bytes(load_certificate(signature.certificate).public_key.spki)
    (tmp_path / "signature").write_bytes(der_from_raw(signature.signature))
    (tmp_path / "message").write_bytes(signature.signed)
    command = [
        *("openssl", "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-keyform", "DER", "-inkey", "key"),
        *("-sigfile", "signature", "-pkeyopt", "distid:1234567812345678", "-in", "message"),
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_planning_twice_gives_the_same_octets() -> None:
    plans = [plan_ofd(document(), STAMP, parts().seal, AT, "印证") for _ in range(2)]
    assert plans[0] == plans[1]
    raw = parts().signer.sign(plans[0].to_be_signed)
    completed = {plan.complete(raw, parts().signer_certificate) for plan in plans}
    assert len(completed) == 1
    other = plan_ofd(document(), STAMP, parts().seal, AT + timedelta(seconds=1), "印证")
    assert other.to_be_signed != plans[0].to_be_signed


def test_a_fraction_of_a_second_is_cut_off() -> None:
    assert examine_ofd(sealed(at=AT + timedelta(microseconds=999_999))).claimed_at == AT


def test_a_certificate_the_seal_does_not_list_cannot_complete_a_plan() -> None:
    plan = plan_ofd(document(), STAMP, parts().seal, AT, "印证")
    with pytest.raises(Malformed) as refusal:
        plan.complete(parts().signer.sign(plan.to_be_signed), parts().maker_certificate)
    assert refusal.value.reason == "signer-not-in-seal"
    with pytest.raises(Malformed) as refusal:
        plan.complete(bytes(64), parts().signer_certificate)
    assert refusal.value.reason == "encoding"


@pytest.mark.parametrize("stamp", [Stamp(1, 0, 0, 40, 40), Stamp(-1, 0, 0, 40, 40), Stamp(0, 0, 0, 0, 40)])
def test_a_stamp_needs_a_page_and_an_area(stamp: Stamp) -> None:
    with pytest.raises(Malformed):
        plan_ofd(document(), stamp, parts().seal, AT, "印证")


def test_several_pages_and_no_resources() -> None:
    bare = document(pages=document(pages=document().pages).pages * 3)
    assert set(indications(sealed(bare)).values()) == {"PASSED"}
    empty = document(fonts=(), images=(), attachments=(), custom={}, pages=(type(document().pages[0])(210, 148, ()),))
    file = examine_ofd(sealed(empty))
    assert {finding.indication for finding in file.findings} == {Indication.PASSED}
    assert file.metadata is None
    assert file.custom == {}


def assert_not_passed(octets: bytes, where: object) -> None:
    file = examine_ofd(octets)
    assert any(finding.indication is not Indication.PASSED for finding in file.findings), where
    assert file.metadata is None
    assert file.custom == {}
    assert file.face == ()
    assert all(
        finding.name in SENTENCE or finding.step == 3
        for finding in file.findings
        if finding.indication is Indication.FAILED
    )


def test_no_octet_of_a_file_is_free() -> None:
    """Every single octet of the file, one bit of it flipped; the bit changes from octet to octet."""
    octets = bytearray(sealed())
    for position in range(len(octets)):
        bit = 1 << position % 8
        octets[position] ^= bit
        assert_not_passed(bytes(octets), position)
        octets[position] ^= bit


def test_random_damage_never_passes() -> None:
    chance = random.Random(38540)
    good = sealed()
    for _ in range(300):
        octets = bytearray(good)
        kind = chance.randrange(4)
        start = chance.randrange(len(octets))
        if kind == 0:
            octets[start] = (octets[start] + chance.randrange(1, 256)) % 256
        elif kind == 1:
            del octets[start : start + chance.randrange(1, 50)]
        elif kind == 2:
            octets[start:start] = chance.randbytes(chance.randrange(1, 50))
        else:
            octets[start:] = b""
        assert_not_passed(bytes(octets), (kind, start))


def test_no_octet_of_an_entry_is_free_when_packed_again() -> None:
    """The attacker repairs checksums and packs anew in our form: digests and signatures must notice."""
    entries = read_package(sealed())
    chance = random.Random(33190)
    for name, octets in entries.items():
        for position in sorted(chance.sample(range(len(octets)), min(len(octets), 60))):
            changed = bytearray(octets)
            changed[position] ^= 1 << chance.randrange(8)
            assert_not_passed(write_package({**entries, name: bytes(changed)}), (name, position))


@given(st.binary(max_size=300))
def test_anything_can_be_examined(octets: bytes) -> None:
    assert_not_passed(octets, octets)
    assert_not_passed(b"PK\3\4" + octets, octets)


@given(st.dictionaries(st.sampled_from(sorted(read_package(sealed()))), st.binary(max_size=80), min_size=1))
def test_any_entries_can_be_examined(replaced: dict[str, bytes]) -> None:
    entries = {**read_package(sealed()), **replaced}
    assert_not_passed(write_package(entries), replaced)


@given(st.sampled_from([SIGNATURE, "OFD.xml", "Doc_0/Pages/Page_0/Content.xml"]), st.data())
def test_any_words_exchanged_in_xml_can_be_examined(name: str, data: st.DataObject) -> None:
    entries = read_package(sealed())
    words = entries[name].split(b'"')
    at = data.draw(st.integers(0, len(words) - 1))
    words[at] = data.draw(st.binary(max_size=12).filter(lambda word: word != words[at]))
    assert_not_passed(write_package({**entries, name: b'"'.join(words)}), (name, at))


MANNERS: dict[str, tuple[bytes, bytes]] = {
    "as ours, by another maker": (b"", b""),
    "the namespace before 2016": (b"ofdspec.org/2016", b"ofdspec.org"),
    "a default namespace": (b"ofd:", b""),
    "another prefix": (b"ofd:", b"o:"),
    "a path from the root": (b">Doc_0/Signs", b">/Doc_0/Signs"),
    "line ends of Windows": (b"><", b">\r\n\t<"),
    "a remark before the root": (b"?>\n", b"?><!-- made elsewhere -->"),
    "a second document": (b"</ofd:OFD>", b"<ofd:DocBody><ofd:DocRoot>D/D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"),
}


def root_elsewhere(root: bytes, was: bytes, becomes: bytes) -> bytes:
    """An OFD.xml in a manner of others; names of namespaces follow their prefix."""
    prefixes = {b"ofd:": (b":ofd=", b":o=" if becomes else b"=")}
    for old, new in ((was, becomes), prefixes.get(was, (b"", b""))):
        root = root.replace(old, new) if old else root
    return root


def packed_elsewhere(entries: Mapping[str, bytes]) -> bytes:
    """A package as others make it: folders, any order, deflated, with times."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name in ("Doc_0/", "Doc_0/Signs/", *reversed(entries)):
            package.writestr(ZipInfo(name, (2023, 7, 12, 9, 30, 0)), entries.get(name, b""), ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS.keys())
def test_files_of_others_are_not_judged_by_our_profile(manner: tuple[bytes, bytes]) -> None:
    entries = {
        name: data.replace(MARK, b"2.0.23.0712") if name.endswith(".xml") else data
        for name, data in read_package(sealed()).items()
    }
    root = root_elsewhere(entries["OFD.xml"], *manner)
    assert (root == entries["OFD.xml"]) is (manner == (b"", b""))
    for value in (entries[VALUE], b"a signature of another form"):
        octets = packed_elsewhere({**entries, "OFD.xml": root, VALUE: value})
        assert indications(octets) == {"foreign-profile": "INDETERMINATE"}


def test_an_unsigned_document_is_told_apart() -> None:
    plan = plan_ofd(document(), STAMP, parts().seal, AT, "印证")
    root = plan.entries["OFD.xml"].replace(b"yinzheng-ofd/1", b"other")
    unsigned = root.replace(b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", b"")
    assert indications(write_package({"OFD.xml": unsigned})) == {"not-signed": "FAILED"}
    assert indications(write_package({"OFD.xml": root})) == {"foreign-profile": "INDETERMINATE"}


def test_a_seal_of_other_hands_is_told() -> None:
    made = parts()
    stranger = memory_signer()
    own = certificate("冒名", stranger, Purpose.SEAL_MAKER, stranger)
    forged = sealed_by(stranger, made.maker_certificate, info((made.signer_certificate,)))
    assert indications(sealed(seal=forged))["seal-signature-bad"] == "FAILED"
    # Self-made throughout: octets alone cannot tell; the path of the maker's certificate will.
    assert set(indications(sealed(seal=sealed_by(stranger, own, info((made.signer_certificate,))))).values()) == {
        "PASSED"
    }


def test_the_claimed_time_must_lie_in_the_period_of_the_seal() -> None:
    for at in (AT - timedelta(days=21), AT + timedelta(days=701)):
        assert indications(sealed(at=at))["seal-not-valid-at-time"] == "FAILED"
