"""Attacks on a sealed OFD file, each with the finding that catches it; none passes.

An attacker here knows the format: wherever it helps, the package is packed again in exactly our form, so that it is
the seal's own protection that has to notice. "Insider" attacks are signed with the genuine signer's key.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.seal_parts import AT, SIGNING, certificate, document, info, parts, png, sealed, sealed_by
from trust.formats import der
from trust.formats.certificate import (
    CertificateProfile,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
)
from trust.formats.errors import PathRefused
from trust.formats.ofd.document import OfdFont
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.package import read_package, write_package
from trust.formats.ofd.signature import PROPERTY_INFO, SignatureRecord, read_record, record_xml
from trust.formats.path import validate_path
from trust.formats.ses import assemble_signature, parse_signature, to_be_signed
from trust.formats.x509_fields import make_name
from trust.rules.verdict import Indication

SIGNS = "Doc_0/Signs/Sign_0"
SIGNATURE, VALUE, LIST = f"{SIGNS}/Signature.xml", f"{SIGNS}/SignedValue.dat", "Doc_0/Signs/Signatures.xml"
PAGE, BODY, ROOT = "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Document.xml", "OFD.xml"
Attack = Callable[[], bytes]


@cache
def good() -> dict[str, bytes]:
    return read_package(sealed())


def changed(name: str, old: bytes, new: bytes) -> bytes:
    """Our file with a change in one entry, packed again in our form."""
    assert old in good()[name]
    return write_package({**good(), name: good()[name].replace(old, new, 1)})


def added(**more: bytes) -> bytes:
    """Our file with further entries; `__` stands for a slash, and the last `_` for a dot."""
    return write_package(
        {**good(), **{".".join(name.replace("__", "/").rsplit("_", 1)): data for name, data in more.items()}}
    )


def zipped(entries: Iterator[tuple[str, bytes]]) -> bytes:
    """Packed by another tool, stored, names as given, doubles allowed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def record_of(entries: dict[str, bytes], *, without: tuple[str, ...] = (), **changes: object) -> bytes:
    """Signature.xml over the entries given, by our own writer."""
    names = entries.keys() - {SIGNATURE, VALUE, *without}
    record = replace(read_record(good()[SIGNATURE]), digests={name: sm3(entries[name]) for name in names})
    return record_xml(replace(record, **changes))  # type: ignore[arg-type]  # names and values come from the test


def signed_again(
    entries: dict[str, bytes], xml: bytes | None = None, *, seal: bytes | None = None, place: str = PROPERTY_INFO
) -> bytes:
    """An insider's work: Signature.xml made anew and signed with the genuine key."""
    made = parts()
    xml = record_of(entries) if xml is None else xml
    signed = to_be_signed(seal or made.seal, AT, sm3(xml), place)
    value = assemble_signature(signed, made.signer_certificate, made.signer.sign(signed))
    return write_package({**entries, SIGNATURE: xml, VALUE: value})


def own_value(**fields: bytes) -> bytes:
    """SignedValue.dat with other octets in place of some of its four members."""
    members = [member.octets for member in der.members(der.read(good()[VALUE], limit=10**6))]
    for position, name in enumerate(("signed", "certificate", "algorithm", "value")):
        members[position] = fields.get(name, members[position])
    return write_package({**good(), VALUE: der.write_sequence(*members)})


def by_stranger(*, certificate_of_victim: bool) -> bytes:
    """Attack 15: the genuine seal, copied, and a signature by another key."""
    stranger = memory_signer()
    shown = (
        parts().signer_certificate
        if certificate_of_victim
        else certificate("冒名", stranger, Purpose.SEAL_SIGNER, stranger)
    )
    signed = parse_signature(good()[VALUE]).signed
    return write_package({**good(), VALUE: assemble_signature(signed, shown, stranger.sign(signed))})


def altered_seal(**fields: object) -> bytes:
    """Attack 17: the seal's content changed under the old maker's signature, everything signed again."""
    made = parts()
    members = der.members(der.read(made.seal, limit=10**6))
    altered = info((made.signer_certificate,), **fields)
    seal = der.write_sequence(altered, *(member.octets for member in members[1:]))
    return signed_again(good(), seal=seal)


def with_body(old: bytes, new: bytes, **more: bytes) -> dict[str, bytes]:
    assert old in good()[BODY]
    return {
        **good(),
        BODY: good()[BODY].replace(old, new),
        **{f"Doc_0/{name}.xml": data for name, data in more.items()},
    }


def own_raw(sign: Callable[[bytes], bytes]) -> bytes:
    """Our file with r ‖ s made by `sign` over the right TBS_Sign."""
    signed = parse_signature(good()[VALUE]).signed
    return write_package({**good(), VALUE: assemble_signature(signed, parts().signer_certificate, sign(signed))})


def with_identity(identity: bytes) -> Callable[[bytes], bytes]:
    """The genuine key under another identity than the default one."""
    signer: Any = parts().signer
    return lambda message: signer._library.sign(signer._key, message, identity)


def forged_pages() -> Iterator[tuple[str, bytes]]:
    for name, data in good().items():
        yield name, data
        if name == PAGE:
            yield name, data.replace("营业执照".encode(), "营业执造".encode())


def forged_pages_first() -> Iterator[tuple[str, bytes]]:
    for name, data in good().items():
        if name == PAGE:
            yield name, data.replace("营业执照".encode(), "营业执造".encode())
        yield name, data


def local_name_differs() -> bytes:
    octets = bytearray(sealed())
    at = octets.index(PAGE.encode())
    octets[at : at + len(PAGE)] = PAGE.replace("Page_0", "Page_9").encode()
    return bytes(octets)


def overlapping() -> bytes:
    octets = bytearray(sealed())
    record = octets.index(PAGE.encode(), octets.index(b"PK\1\2")) - 46
    octets[record + 42 : record + 46] = bytes(4)
    return bytes(octets)


def bomb() -> bytes:
    out = io.BytesIO(sealed())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Doc_0/Res/zeros", bytes(60_000_000))
    return out.getvalue()


BODY_END = b"</ofd:DocBody>"
SECOND = b"<ofd:DocBody><ofd:DocInfo><ofd:DocID>00000000000000000000000000000000</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody>"
EVIL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
EMPTY_RECORD = SignatureRecord("印证", AT, {}, 3, "120 95 40 40")

ATTACKS: dict[str, tuple[Attack, str]] = {
    "01 page text changed": (lambda: changed(PAGE, "营业执照".encode(), "营业执造".encode()), "ref-digest"),
    "01b metadata changed": (lambda: changed("Doc_0/Attachs/licence.json", b"{", b" {"), "ref-digest"),
    "02 unreferenced entry added": (lambda: added(Doc_0__Res__extra_png=png(40)), "extra-entry"),
    "03 unsigned DocBody first": (lambda: changed(ROOT, b"<ofd:DocBody>", SECOND + b"<ofd:DocBody>"), "docbody-count"),
    "03b unsigned DocBody second": (lambda: changed(ROOT, BODY_END, BODY_END + SECOND), "docbody-count"),
    "03c signed again with a second DocBody": (
        lambda: signed_again({**good(), ROOT: good()[ROOT].replace(BODY_END, BODY_END + SECOND)}),
        "docbody-count",
    ),
    "04 DocRoot led to a forged copy": (
        lambda: write_package(
            {
                **good(),
                **{
                    name.replace("Doc_0", "Doc_9"): data
                    for name, data in good().items()
                    if "Signs" not in name and name != ROOT
                },
                ROOT: good()[ROOT].replace(b"Doc_0/Document.xml", b"Doc_9/Document.xml"),
            }
        ),
        "root-xml",
    ),
    "05 list of signatures emptied": (
        lambda: write_package(
            {
                **good(),
                LIST: b'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"/>',
            }
        ),
        "signatures-empty",
    ),
    "05b Signatures taken out of OFD.xml": (
        lambda: changed(ROOT, b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", b""),
        "not-signed",
    ),
    "05c list changed": (lambda: changed(LIST, b'Type="Seal"', b'Type="Sign"'), "signatures-xml"),
    "06 Reference removed": (
        lambda: write_package({**good(), SIGNATURE: record_of(good(), without=(PAGE,))}),
        "datahash",
    ),
    "07 spare copy of the sign folder": (
        lambda: write_package(
            {**good(), **{name.replace("Sign_0", "Sign_1"): data for name, data in good().items() if SIGNS in name}}
        ),
        "extra-entry",
    ),
    "08 duplicate entry, forged last": (lambda: zipped(forged_pages()), "zip-duplicate"),
    "08b duplicate entry, forged first": (lambda: zipped(forged_pages_first()), "zip-duplicate"),
    "09 case variant": (lambda: zipped(iter([*good().items(), (PAGE.upper(), b"forged")])), "zip-duplicate"),
    "09b composed and decomposed name": (
        lambda: zipped(iter([*good().items(), ("Doc_0/é", b""), ("Doc_0/e\u0301", b"")])),
        "zip-duplicate",
    ),
    "10 path traversal": (lambda: zipped(iter([*good().items(), ("../../evil.sh", b"echo")])), "zip-path"),
    "10b absolute path": (lambda: zipped(iter([*good().items(), ("/etc/evil", b"echo")])), "zip-path"),
    "10c backslashes": (lambda: sealed().replace(b"Doc_0/Res/font_1.ttf", b"Doc_0\\Res\\font_1.ttf"), "zip-path"),
    "11 decompression bomb": (bomb, "zip-bomb"),
    "12 external entity in Signatures.xml": (
        lambda: changed(LIST, b"<ofd:Signatures", EVIL + b"<ofd:Signatures"),
        "xml-doctype",
    ),
    "12b external entity in OFD.xml": (lambda: changed(ROOT, b"<ofd:OFD", EVIL + b"<ofd:OFD"), "xml-doctype"),
    "12c external entity in Signature.xml": (
        lambda: changed(SIGNATURE, b"<ofd:Sig", EVIL + b"<ofd:Sig"),
        "xml-doctype",
    ),
    "12d insider: entity in a page": (
        lambda: signed_again({**good(), PAGE: good()[PAGE].replace(b"<ofd:Page", EVIL + b"<ofd:Page", 1)}),
        "xml-doctype",
    ),
    "12e insider: processing instruction in a page": (
        lambda: signed_again({**good(), PAGE: good()[PAGE].replace(b"<ofd:Page", b"<?x y?><ofd:Page", 1)}),
        "xml-instruction",
    ),
    "13 a Seal.esl put in": (lambda: write_package({**good(), f"{SIGNS}/Seal.esl": parts().seal}), "extra-entry"),
    "14 self-made seal, one certificate for both": (lambda: self_made(two_keys=False), "seal-maker-is-signer"),
    "15 genuine seal, foreign signer": (lambda: by_stranger(certificate_of_victim=False), "signer-not-in-seal"),
    "15b genuine seal and certificate, foreign key": (
        lambda: by_stranger(certificate_of_victim=True),
        "seal-signature-value",
    ),
    "16 seal expired at signing": (lambda: sealed(at=AT + timedelta(days=701)), "seal-not-valid-at-time"),
    "16b seal not yet valid at signing": (lambda: sealed(at=AT - timedelta(days=21)), "seal-not-valid-at-time"),
    "17 seal renamed, signed again": (lambda: altered_seal(name="雁栖市卫生健康委员会"), "seal-signature-bad"),
    "17b seal prolonged, signed again": (
        lambda: altered_seal(valid_until=AT + timedelta(days=9999)),
        "seal-signature-bad",
    ),
    "17c picture exchanged, signed again": (lambda: altered_seal(picture=picture()), "seal-signature-bad"),
    "20 insider: resources left out of the References": (
        lambda: signed_again(good(), record_of(good(), without=("Doc_0/Res/image_2.png",))),
        "extra-entry",
    ),
    "20b and the QR code swapped": (
        lambda: signed_again(
            {**good(), "Doc_0/Res/image_2.png": png(44)}, record_of(good(), without=("Doc_0/Res/image_2.png",))
        ),
        "extra-entry",
    ),
    "21 insider: OFD.xml left out, custom data changed": (
        lambda: signed_again(
            {**good(), ROOT: good()[ROOT].replace(b"1.2.156.3005.2.X", b"1.2.156.3005.2.Y")},
            record_of(good(), without=(ROOT,)),
        ),
        "extra-entry",
    ),
    "21b custom data changed": (lambda: changed(ROOT, b"1.2.156.3005.2.X", b"1.2.156.3005.2.Y"), "ref-digest"),
    "22 octets after SignedValue": (lambda: write_package({**good(), VALUE: good()[VALUE] + b"\0"}), "encoding"),
    "23 signature rewritten as raw r ‖ s": (
        lambda: own_value(value=der.write_bit_string(parse_signature(good()[VALUE]).signature)),
        "encoding",
    ),
    "23b indefinite length": (
        lambda: write_package({**good(), VALUE: b"\x30\x80" + good()[VALUE][4:] + b"\0\0"}),
        "encoding",
    ),
    "page added to Document.xml": (
        lambda: changed(BODY, b"</ofd:Pages>", b'<ofd:Page ID="90" BaseLoc="x.xml"/></ofd:Pages>'),
        "ref-digest",
    ),
    "insider: page added that no Reference covers": (
        lambda: signed_again(
            {
                **with_body(b"</ofd:Pages>", b'<ofd:Page ID="90" BaseLoc="Pages/Page_1/Content.xml"/></ofd:Pages>'),
                "Doc_0/Pages/Page_1/Content.xml": good()[PAGE],
            },
            record_of(
                with_body(b"</ofd:Pages>", b'<ofd:Page ID="90" BaseLoc="Pages/Page_1/Content.xml"/></ofd:Pages>')
            ),
        ),
        "extra-entry",
    ),
    "annotations added": (lambda: added(Doc_0__Annots__Annotations_xml=b"<a/>"), "extra-entry"),
    "insider: annotations over the face": (
        lambda: signed_again(
            with_body(b"</ofd:Pages>", b"</ofd:Pages><ofd:Annotations>Annots.xml</ofd:Annotations>", Annots=b"<a/>")
        ),
        "document-xml",
    ),
    "insider: actions": (
        lambda: signed_again(with_body(b"</ofd:Pages>", b"</ofd:Pages><ofd:Actions/>")),
        "document-xml",
    ),
    "insider: a page template": (
        lambda: signed_again(
            with_body(b"</ofd:CommonData>", b'<ofd:TemplatePage ID="88" BaseLoc="T.xml"/></ofd:CommonData>', T=b"<a/>")
        ),
        "document-xml",
    ),
    "OFD Versions switch the document": (lambda: changed(ROOT, BODY_END, b"<ofd:Versions/>" + BODY_END), "root-xml"),
    "insider: OFD Versions": (
        lambda: signed_again({**good(), ROOT: good()[ROOT].replace(BODY_END, b"<ofd:Versions/>" + BODY_END)}),
        "root-xml",
    ),
    "local and directory name differ": (local_name_differs, "zip-mismatch"),
    "entries overlap": (overlapping, "zip-mismatch"),
    "octets before the package": (lambda: b"#!/bin/sh\n" + sealed(), "zip-gap"),
    "octets behind the package": (lambda: sealed() + b"%PDF-1.7", "zip-form"),
    "packed again by another tool": (lambda: zipped(iter(good().items())), "package-form"),
    "order of entries changed": (lambda: zipped(reversed(good().items())), "package-form"),
    "stamp moved to another place": (
        lambda: write_package({**good(), SIGNATURE: record_of(good(), boundary="0 0 40 40")}),
        "datahash",
    ),
    "stamp on another page": (lambda: write_package({**good(), SIGNATURE: record_of(good(), page_ref=9)}), "datahash"),
    "insider: stamp on a page that is not there": (
        lambda: signed_again(good(), record_of(good(), page_ref=99)),
        "stamp-page",
    ),
    "insider: times contradict each other": (
        lambda: signed_again(good(), record_of(good(), at=AT - timedelta(days=1))),
        "time-differs",
    ),
    "insider: signature of another place": (
        lambda: signed_again(good(), place="/Doc_0/Signs/Sign_9/Signature.xml"),
        "property-info",
    ),
    "insider: no References at all": (lambda: signed_again(good(), record_xml(EMPTY_RECORD)), "signature-xml"),
    "insider: MD5 as digest": (
        lambda: signed_again(good(), record_of(good()).replace(b' CheckMethod="1.2.156.10197.1.401"', b"")),
        "signature-xml",
    ),
    "insider: References in another order": (
        lambda: signed_again(good(), swapped(record_of(good()))),
        "signature-xml",
    ),
    "insider: a Reference to a missing entry": (
        lambda: signed_again(good(), record_of({**good(), "Doc_0/Res/gone": b""})),
        "ref-missing",
    ),
    "another identity": (lambda: own_raw(with_identity(b"ALICE123@YAHOO.COM")), "seal-signature-value"),
    "no identity": (lambda: own_raw(with_identity(b"")), "seal-signature-value"),
    "digest taken as the message": (
        lambda: own_raw(lambda signed: parts().signer.sign(sm3(signed))),
        "seal-signature-value",
    ),
    "another algorithm named": (
        lambda: own_value(algorithm=der.write_object_identifier("1.2.840.113549.1.1.11")),
        "profile",
    ),
    "certificate exchanged for the maker's": (
        lambda: own_value(certificate=der.write_octet_string(parts().maker_certificate)),
        "signer-not-in-seal",
    ),
    "certificate replaced by nothing": (lambda: own_value(certificate=der.write_octet_string(b"")), "encoding"),
    "certificate replaced by no certificate": (
        lambda: own_value(certificate=der.write_octet_string(der.write_sequence())),
        "certificate",
    ),
    "signature of another file of the same seal": (lambda: write_package({**good(), VALUE: other_value()}), "datahash"),
    "signature of another file, with its Signature.xml": (
        lambda: write_package({**good(), VALUE: other_value(), SIGNATURE: read_package(other_file())[SIGNATURE]}),
        "ref-digest",
    ),
    "SignedValue left out": (
        lambda: write_package({name: data for name, data in good().items() if name != VALUE}),
        "entry-missing",
    ),
    "cut short": (lambda: sealed()[:-100], "zip-form"),
    "SignedValue of two hundred kilobytes of nesting": (
        lambda: write_package({**good(), VALUE: nested()}),
        "profile",
    ),
}


def picture() -> object:
    return replace(parse_signature(good()[VALUE]).seal.picture, octets=png(44))


def other_file() -> bytes:
    return sealed(document(title="另一份", fonts=(OfdFont(1, "Other", "Other", b"\0\1\0\0"),)))


def other_value() -> bytes:
    return read_package(other_file())[VALUE]


def nested() -> bytes:
    octets = b""
    for _ in range(60_000):
        if len(octets) > 200_000:
            break
        octets = der.write_sequence(octets)
    return octets


def swapped(xml: bytes) -> bytes:
    first, second, *rest = xml.split(b"<ofd:Reference ")[1:]
    head = xml.split(b"<ofd:Reference ", 1)[0]
    return b"<ofd:Reference ".join([head, second, first, *rest])


def self_made(*, two_keys: bool) -> bytes:
    """Attack 14: the same picture, names and number, under the attacker's own keys and certificates."""
    maker, signer = memory_signer(), memory_signer()
    name = "雁栖市市场监督管理局"
    shown = certificate(name, signer, Purpose.SEAL_SIGNER, signer)
    own_maker = certificate("制章者", maker, Purpose.SEAL_MAKER, maker) if two_keys else shown
    seal = sealed_by(maker if two_keys else signer, own_maker, info((shown,)))
    xml = good()[SIGNATURE]
    signed = to_be_signed(seal, AT, sm3(xml), PROPERTY_INFO)
    return write_package({**good(), VALUE: assemble_signature(signed, shown, signer.sign(signed))})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_is_caught(name: str) -> None:
    attack, expected = ATTACKS[name]
    file = examine_ofd(attack())
    caught = {finding.name for finding in file.findings if finding.indication is Indication.FAILED}
    assert expected in caught
    assert file.metadata is None
    assert file.custom == {}


def test_the_file_attacked_is_good() -> None:
    assert {finding.indication for finding in examine_ofd(sealed()).findings} == {Indication.PASSED}
    assert {finding.indication for finding in examine_ofd(signed_again(good())).findings} == {Indication.PASSED}


def test_a_self_made_seal_with_two_keys_fails_on_trust() -> None:
    """Attack 14: octets cannot tell it from a genuine one; the certificates' paths do."""
    file = examine_ofd(self_made(two_keys=True))
    root = parts().root
    tbs = certificate_tbs(
        CertificateProfile("root", SIGNING | {"keyCertSign"}, is_ca=True, path_length=1),  # type: ignore[operator]  # the test knows the type
        subject=make_name("雁栖市测试根"),
        public_key=root.public,
        issuer=make_name("雁栖市测试根"),
        issuer_key_id=key_identifier(root.public),
        serial=1,
        not_before=AT - timedelta(days=30),
        not_after=AT + timedelta(days=900),
        crl_url=None,
    )
    anchor = load_certificate(assemble(tbs, root.sign(tbs)))
    assert file.seal is not None
    genuine, forged = (parts().signer_certificate, Purpose.SEAL_SIGNER), (file.signer, Purpose.SEAL_SIGNER)
    maker = (file.seal.maker_certificate, Purpose.SEAL_MAKER)
    for (octets, purpose), holds in ((genuine, True), (forged, False), (maker, False)):
        assert octets is not None
        judged = {"others": [], "anchors": [anchor], "crls": [], "at": AT, "now": AT, "purpose": purpose}
        if holds:
            validate_path(load_certificate(octets), **judged, require_revocation=False)  # type: ignore[arg-type]  # names and values come from the test
        else:
            with pytest.raises(PathRefused):
                validate_path(load_certificate(octets), **judged, require_revocation=False)  # type: ignore[arg-type]  # names and values come from the test


VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "sm2.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["verify"] + VECTORS["sign"], ids=lambda vector: vector["id"])
def test_signatures_of_the_vectors_do_not_pass_inside_a_signed_value(vector: dict[str, str]) -> None:
    """Whatever its form, a signature made over something else or malformed is refused, and nothing is raised."""
    octets = bytes.fromhex(vector.get("signature", vector.get("der", "")))
    file = examine_ofd(own_value(value=der.write_bit_string(octets)))
    failed = {finding.name for finding in file.findings if finding.indication is Indication.FAILED}
    assert failed & {"encoding", "seal-signature-value"}
    if not vector.get("strict", True) and vector.get("compat") is False and len(octets) not in {70, 71, 72}:
        assert failed == {"encoding"}


def test_extreme_numbers_as_signature_are_refused() -> None:
    n = int(VECTORS["curve"]["n"], 16)
    r = int.from_bytes(parse_signature(good()[VALUE]).signature[:32], "big")
    s = int.from_bytes(parse_signature(good()[VALUE]).signature[32:], "big")
    for pair in ((0, s), (r, 0), (n, s), (r, n), (r, s + n), (r + n, s), (-r, s), (r, n - r), (s, r), (r, n - s)):
        value = der.write_sequence(*(der.write_integer(number) for number in pair))
        file = examine_ofd(own_value(value=der.write_bit_string(value)))
        failed = {finding.name for finding in file.findings if finding.indication is Indication.FAILED}
        assert failed & {"encoding", "seal-signature-value"}, pair
