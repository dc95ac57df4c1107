"""Attacks on sealed OFD files of any origin, by name, each with the finding that has to catch it; and genuine files.

A small writer seals documents in the manner of others: rich enough that every kind of reference occurs (resources,
templates, annotations, attachments, tags, versions), and free to leave anything out or spell anything oddly, with the
genuine key or a stranger's. Documents sealed by our own planner and licences of ours are attacked beside them: there
nothing is tolerated. All names and texts are invented.

A case is caught when the reader answers with the finding named, at the level named or graver. "Tolerated" cases are
those a reader of foreign files must bear with and name; whether their signer is trusted is another matter.
"""

import io
import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.der_edit import exchange
from tests.seal_parts import AT, certificate, document, info, parts, png, sealed, sealed_by
from trust.formats import der
from trust.formats.certificate import Purpose
from trust.formats.gm_cms import plan_signed_data
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.ofd.document import OfdPage, TextRun
from trust.formats.ofd.entries import plan_package_protection
from trust.formats.ofd.package import read_package, write_package
from trust.formats.placing import AtPoint, Riding
from trust.formats.ses import assemble_signature, parse_signature, to_be_signed
from trust.rules.verdict import Indication

FAILED, OPEN, PASSED = Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED
NAMESPACE = "http://www.ofdspec.org/2016"
SM3, SM2_WITH_SM3 = "1.2.156.10197.1.401", "1.2.156.10197.1.501"
ROOT, BODY, LIST = "OFD.xml", "Doc_0/Document.xml", "Doc_0/Signs/Signatures.xml"
PAGE, SECOND, TEMPLATE = "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Pages/Page_1/Content.xml", "Doc_0/Tpls/T.xml"
FONT, IMAGE, PAGE_RES = "Doc_0/Res/font.ttf", "Doc_0/Res/qr.png", "Doc_0/Pages/Page_1/PageRes.xml"
NOTES, NOTE = "Doc_0/Annots/Annotations.xml", "Doc_0/Annots/Page_0/Annotation.xml"
FILES, FILE = "Doc_0/Attachs/Attachments.xml", "Doc_0/Attachs/list.csv"
TAGS, TAG = "Doc_0/Tags/CustomTags.xml", "Doc_0/Tags/Tag_0.xml"
FIRST = "Doc_0/Signs/Sign_0"
SIGNATURE, VALUE, SEAL_FILE = f"{FIRST}/Signature.xml", f"{FIRST}/SignedValue.dat", f"{FIRST}/Seal.esl"
SHOWN = (("1", "120 95 40 40", ""),)
ORDER = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
Entries = dict[str, bytes]
Make = Callable[[], bytes]


def xml(root: str, inner: str, attributes: str = "") -> bytes:
    """A file in the OFD namespace."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<ofd:{root} xmlns:ofd="{NAMESPACE}"{attributes}>{inner}</ofd:{root}>'.encode()


def body_xml(inner: str = "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>") -> str:
    """A DocBody."""
    data = '<ofd:CustomDatas><ofd:CustomData Name="文号">云岭发〔2026〕7号</ofd:CustomData></ofd:CustomDatas>'
    return f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{'ab' * 16}</ofd:DocID>{data}</ofd:DocInfo>{inner}</ofd:DocBody>"


def page_xml(words: str, more: str = "") -> bytes:
    """A Content.xml with one line of text."""
    drawn = (
        '<ofd:TextObject ID="20" Boundary="20 20 80 6" Font="3" Size="5"><ofd:TextCode X="0" Y="4.4">'
        f'{words}</ofd:TextCode></ofd:TextObject><ofd:ImageObject ID="21" Boundary="150 20 20 20" ResourceID="4"/>'
    )
    area = "<ofd:Area><ofd:PhysicalBox>0 0 210 148</ofd:PhysicalBox></ofd:Area>"
    under = '<ofd:Template TemplateID="5" ZOrder="Background"/>'
    return xml("Page", f'{area}{more}{under}<ofd:Content><ofd:Layer ID="9">{drawn}</ofd:Layer></ofd:Content>')


DOCUMENT = (
    "<ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    "</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
    '<ofd:TemplatePage ID="5" BaseLoc="Tpls/T.xml"/></ofd:CommonData><ofd:Pages>'
    '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/><ofd:Page ID="2" BaseLoc="Pages/Page_1/Content.xml"/>'
    "</ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations><ofd:Attachments>Attachs/Attachments.xml"
    "</ofd:Attachments><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
)


@cache
def _plain() -> Entries:
    return {
        ROOT: xml("OFD", body_xml(), ' DocType="OFD" Version="1.1"'),
        BODY: xml("Document", DOCUMENT),
        "Doc_0/PublicRes.xml": xml(
            "Res",
            '<ofd:Fonts><ofd:Font ID="3" FontName="F"><ofd:FontFile>font.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>',
            ' BaseLoc="Res"',
        ),
        "Doc_0/DocumentRes.xml": xml(
            "Res",
            '<ofd:MultiMedias><ofd:MultiMedia ID="4" Type="Image"><ofd:MediaFile>qr.png</ofd:MediaFile>'
            "</ofd:MultiMedia></ofd:MultiMedias>",
            ' BaseLoc="Res"',
        ),
        PAGE: page_xml("关于召开会议的通知"),
        SECOND: page_xml("附件", "<ofd:PageRes>PageRes.xml</ofd:PageRes>"),
        PAGE_RES: xml("Res", ""),
        TEMPLATE: xml("Page", '<ofd:Content><ofd:Layer ID="8"/></ofd:Content>'),
        FONT: b"\0\1\0\0" + bytes(range(256)) * 4,
        IMAGE: png(40),
        NOTES: xml("Annotations", '<ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page>'),
        NOTE: xml("PageAnnot", '<ofd:Annot ID="30" Type="Watermark"><ofd:Appearance Boundary="0 0 9 9"/></ofd:Annot>'),
        FILES: xml(
            "Attachments",
            '<ofd:Attachment ID="40" Name="list.csv"><ofd:FileLoc>list.csv</ofd:FileLoc></ofd:Attachment>',
        ),
        FILE: "姓名,单位\n".encode(),
        TAGS: xml("CustomTags", '<ofd:CustomTag TypeID="t"><ofd:FileLoc>Tag_0.xml</ofd:FileLoc></ofd:CustomTag>'),
        TAG: b'<t:r xmlns:t="urn:example">1</t:r>',
    }


def plain() -> Entries:
    """An unsealed document that uses every kind of reference."""
    return dict(_plain())


def seal_signature(description: bytes, location: str, spec: "Spec") -> bytes:
    """A seal signature of version 4."""
    signed = to_be_signed(spec.seal or parts().seal, spec.at, sm3(description), spec.place or location)
    return assemble_signature(signed, spec.certificate or parts().signer_certificate, spec.sign(signed))


def message_b(description: bytes, location: str, spec: "Spec") -> bytes:
    """A signed message with attributes."""
    plan = plan_signed_data(sm3(description), spec.certificate or parts().signer_certificate, spec.at)
    return plan.complete(spec.sign(plan.to_be_signed))


def message_a(description: bytes, location: str, spec: "Spec") -> bytes:
    """A signed message whose content is the digest."""
    made = message_b(description, location, spec)
    digest = sm3(description)
    outer, wrapped = der.members(der.read(made, limit=10**6))
    version, algorithms, inside, certificates, signers = wrapped.children()[0].children()
    number, issuer, digesting, _attributes, signing, _value = signers.children()[0].children()
    value = der.write_octet_string(der_from_raw(spec.sign(digest)))
    signer = der.write_sequence(number.octets, issuer.octets, digesting.octets, signing.octets, value)
    content = der.write_sequence(inside.children()[0].octets, der.write(0xA0, der.write_octet_string(digest)))
    data = (version.octets, algorithms.octets, content, certificates.octets, der.write(0x31, signer))
    return der.write_sequence(outer.octets, der.write(0xA0, der.write_sequence(*data)))


@dataclass(frozen=True)
class Spec:
    """One signature to be made; `leave` are entries left out, `lock` tells whether the list is covered."""

    folder: str = FIRST
    number: str = "1"
    kind: str = ' Type="Seal"'
    leave: tuple[str, ...] = ()
    lock: bool = True
    method: str = f' CheckMethod="{SM3}"'
    signing: str = SM2_WITH_SM3
    at: datetime = AT
    written: str = AT.strftime("%Y%m%d%H%M%SZ")
    stamps: tuple[tuple[str, str, str], ...] = SHOWN
    seal: bytes | None = None
    seal_file: bool = False
    certificate: bytes | None = None
    sign: Callable[[bytes], bytes] = field(default_factory=lambda: parts().signer.sign)
    value: Callable[[bytes, str, "Spec"], bytes] = seal_signature
    place: str = ""
    relative: str = ""
    digest: Callable[[bytes], bytes] = sm3
    references: Callable[[list[tuple[str, str]]], list[tuple[str, str]]] = lambda found: found
    rewrite: Callable[[bytes], bytes] = lambda octets: octets


def sealed_by_others(entries: Mapping[str, bytes], *specs: Spec) -> Entries:
    """Seal a document with each of the specifications in turn."""
    made = dict(entries)
    if b"<ofd:Signatures>" not in made[ROOT]:
        made[ROOT] = made[ROOT].replace(
            b"</ofd:DocBody>", f"<ofd:Signatures>/{LIST}</ofd:Signatures></ofd:DocBody>".encode()
        )
    made[LIST] = xml("Signatures", "<ofd:MaxSignId>9</ofd:MaxSignId>" + "".join(map(record, specs)))
    for spec in specs:
        sign(made, spec)
    return made


def record(spec: Spec) -> str:
    """One record of the list."""
    base = f' Relative="{spec.relative}"' if spec.relative else ""
    return f'<ofd:Signature ID="{spec.number}"{spec.kind}{base} BaseLoc="/{spec.folder}/Signature.xml"/>'


def sign(made: Entries, spec: Spec) -> None:
    """Add the files of one signature."""
    if spec.seal_file:
        made[f"{spec.folder}/Seal.esl"] = spec.seal or parts().seal
    left = {*spec.leave, *(() if spec.lock else (LIST,))}
    found = [(f"/{name}", b64encode(spec.digest(made[name])).decode()) for name in made if name not in left]
    listed = "".join(
        f'<ofd:Reference FileRef="{name}"><ofd:CheckValue>{value}</ofd:CheckValue></ofd:Reference>'
        for name, value in spec.references(found)
    )
    stamps = "".join(
        f'<ofd:StampAnnot ID="{50 + number}" PageRef="{page}" Boundary="{box}"{clip}/>'
        for number, (page, box, clip) in enumerate(spec.stamps)
    )
    seal = f"<ofd:Seal><ofd:BaseLoc>/{spec.folder}/Seal.esl</ofd:BaseLoc></ofd:Seal>" if spec.seal_file else ""
    signing = f"<ofd:SignatureMethod>{spec.signing}</ofd:SignatureMethod>" if spec.signing else ""
    inner = (
        f'<ofd:SignedInfo><ofd:Provider ProviderName="others" Version="1.0"/>{signing}<ofd:SignatureDateTime>'
        f"{spec.written}</ofd:SignatureDateTime><ofd:References{spec.method}>{listed}</ofd:References>{stamps}{seal}"
        f"</ofd:SignedInfo><ofd:SignedValue>/{spec.folder}/SignedValue.dat</ofd:SignedValue>"
    )
    location = f"{spec.folder}/Signature.xml"
    made[location] = spec.rewrite(xml("Signature", inner))
    made[f"{spec.folder}/SignedValue.dat"] = spec.value(made[location], f"/{location}", spec)


def zipped(entries: Mapping[str, bytes] | list[tuple[str, bytes]], *, deflate: bool = True) -> bytes:
    """Packed as others do; doubles are possible in a list."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as archive:
        for name, data in entries.items() if isinstance(entries, Mapping) else entries:
            one = zipfile.ZipInfo(name, (2026, 3, 1, 8, 30, 0))
            one.compress_type = archive.compression
            archive.writestr(one, data)
    return out.getvalue()


class Pipe(io.RawIOBase):
    """Takes octets and cannot be rewound, so that a ZIP is written with data descriptors."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        self.octets += octets
        return len(octets)


def streamed(entries: Mapping[str, bytes]) -> bytes:
    """Packed by a program that writes into a stream."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return bytes(pipe.octets)


@cache
def _locked() -> Entries:
    return sealed_by_others(plain(), Spec())


@cache
def _open() -> Entries:
    return sealed_by_others(plain(), Spec(lock=False))


@cache
def _loose() -> Entries:
    return sealed_by_others(plain(), Spec(lock=False, leave=(ROOT,)))


def locked(**more: bytes) -> Entries:
    """A document of others, every entry covered; further entries by name with `__` for a slash, last `_` for a dot."""
    return {**_locked(), **named(more)}


def left_open(**more: bytes) -> Entries:
    """The same with the list of signatures uncovered."""
    return {**_open(), **named(more)}


def loose(**more: bytes) -> Entries:
    """The same with OFD.xml uncovered as well."""
    return {**_loose(), **named(more)}


def named(more: Mapping[str, bytes]) -> Entries:
    """Entries with names that can be keywords."""
    return {".".join(name.replace("__", "/").rsplit("_", 1)): data for name, data in more.items()}


def changed(entries: Entries, name: str, old: bytes | str, new: bytes | str) -> Entries:
    """One entry with one change."""
    before = old.encode() if isinstance(old, str) else old
    after = new.encode() if isinstance(new, str) else new
    assert before in entries[name], (name, before)
    return {**entries, name: entries[name].replace(before, after, 1)}


def without(entries: Entries, *names: str) -> Entries:
    """Some entries less."""
    return {name: data for name, data in entries.items() if name not in names}


def flipped(entries: Entries, name: str) -> Entries:
    """One bit of one entry changed."""
    data = bytearray(entries[name])
    data[len(data) // 2] ^= 1
    return {**entries, name: bytes(data)}


@dataclass(frozen=True)
class Case:
    """An attack: the finding that has to be there, and how grave it has to be; PASSED means a named warning."""

    name: str
    make: Make
    code: str
    level: Indication = FAILED


def attack(name: str, entries: Callable[[], Entries], code: str, level: Indication = FAILED) -> Case:
    """A case given by entries, packed as others do."""
    return Case(name, lambda: zipped(entries()), code, level)


def attacks() -> list[Case]:
    """All attacks, none of which may come out well."""
    return [
        *content_attacks(),
        *container_attacks(),
        *structure_attacks(),
        *wrapping_attacks(),
        *coverage_attacks(),
        *description_attacks(),
        *value_attacks(),
        *seal_attacks(),
        *message_attacks(),
        *protection_attacks(),
        *attacks_on_ours(),
    ]


def content_attacks() -> Iterator[Case]:
    """01: something that is covered was changed."""
    covered = (PAGE, SECOND, TEMPLATE, FONT, IMAGE, NOTE, FILE, TAG, PAGE_RES, "Doc_0/PublicRes.xml")
    for name in covered:
        yield attack(f"01 {name} changed", lambda name=name: altered(locked(), name), "ref-digest")  # type: ignore[misc]  # the default binds the loop's value now
    yield attack("01 custom data changed under the seal", lambda: changed(locked(), ROOT, "7号", "8号"), "ref-digest")
    yield attack("01 page removed from the document", lambda: changed(locked(), BODY, second_page(), ""), "ref-digest")
    yield attack("01 covered entry removed", lambda: without(locked(), FILE), "ref-missing")
    yield attack(
        "30 stamp moved to another page", lambda: changed(locked(), SIGNATURE, 'PageRef="1"', 'PageRef="2"'), "datahash"
    )
    yield attack("30 stamp moved on its page", lambda: changed(locked(), SIGNATURE, "120 95", "20 95"), "datahash")
    yield attack("06 reference removed", lambda: changed(locked(), SIGNATURE, reference_to(PAGE), ""), "datahash")
    yield attack("06 digest made to fit", forged_digest, "datahash")
    yield attack(
        "06 white space added",
        lambda: changed(locked(), SIGNATURE, "</ofd:SignedInfo>", "</ofd:SignedInfo>\n"),
        "datahash",
    )
    yield attack(
        "06 byte order mark added", lambda: {**locked(), SIGNATURE: b"\xef\xbb\xbf" + locked()[SIGNATURE]}, "datahash"
    )


def altered(entries: Entries, name: str) -> Entries:
    """An entry with other content of the same kind."""
    if name.endswith(".xml"):
        return {
            **entries,
            name: entries[name].replace(b"</", b" </", 1) if b"</" in entries[name] else entries[name] + b" ",
        }
    return flipped(entries, name)


def second_page() -> str:
    return '<ofd:Page ID="2" BaseLoc="Pages/Page_1/Content.xml"/>'


def reference_to(name: str) -> str:
    value = b64encode(sm3(locked()[name])).decode()
    return f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{value}</ofd:CheckValue></ofd:Reference>'


def forged_digest() -> Entries:
    forged = changed(locked(), PAGE, "会议", "婚礼")
    old, new = (b64encode(sm3(one[PAGE])) for one in (locked(), forged))
    return changed(forged, SIGNATURE, old, new)


def container_attacks() -> Iterator[Case]:
    """08 to 11: the ZIP says two things, leaves its bounds, or is none."""
    pages = list(locked().items())
    forged = (PAGE, page_xml("关于召开婚礼的通知"))
    yield Case("08 duplicate entry, forged one last", lambda: doubled([*pages, forged]), "zip-duplicate")
    yield Case("08b duplicate entry, forged one first", lambda: doubled([forged, *pages]), "zip-duplicate")
    yield attack("09 case variant of an entry", lambda: {**locked(), PAGE.lower(): forged[1]}, "zip-duplicate")
    yield attack(
        "09 another normal form of an entry",
        lambda: {**locked(), "Doc_0/é": b"", "Doc_0/e\u0301": b""},
        "zip-duplicate",
    )
    for name in ("../evil.xml", "/OFD2.xml", "Doc_0\\evil.xml", "C:/evil.xml", "Doc_0/./a", "Doc_0/a ", "Doc_0/a\x01"):
        yield Case(f"10 entry {name!r}", lambda name=name: doubled([*pages, (name, b"x")]), "zip-path")  # type: ignore[misc]  # the default binds the loop's value now
    yield attack("11 decompression bomb", lambda: locked(Doc_0__zero_bin=bytes(60 * 1024 * 1024)), "zip-bomb")
    yield attack(
        "11 many small bombs", lambda: {**locked(), **{f"Doc_0/z{n}": bytes(1_000_000) for n in range(99)}}, "zip-bomb"
    )
    yield Case("28 local header with another name", renamed, "zip-mismatch")
    yield Case("28 another name in an extra field", lambda: with_info(extra=unicode_path(SECOND)), "zip-mismatch")
    yield Case("10 symbolic link", lambda: with_info(external_attr=0o120777 << 16), "zip-path")
    yield Case("29 octets before the first entry", shifted, "zip-gap")
    yield Case("29 octets behind the end", lambda: zipped(locked()) + b"%PDF-1.7", "zip-form")
    yield Case("42 entry marked as encrypted", marked_encrypted, "zip-encrypted", OPEN)
    yield Case("42 unknown compression", lambda: with_method(99), "zip-method", OPEN)
    yield Case("00 no ZIP at all", lambda: b"<html></html>" * 9, "zip-form")
    yield attack("00 no OFD.xml", lambda: without(locked(), ROOT), "not-ofd")


def doubled(entries: list[tuple[str, bytes]]) -> bytes:
    """Packed with names as they are, doubles and backslashes included."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            one = zipfile.ZipInfo("x")
            one.filename = name  # set afterwards, so that nothing is put right
            archive.writestr(one, data)
    return out.getvalue()


def renamed() -> bytes:
    packed = zipped(locked(), deflate=False)
    return packed.replace(PAGE.encode(), PAGE.replace("Page_0", "Page_9").encode(), 1)


def with_info(**fields: Any) -> bytes:
    """The first page with something more in its ZIP headers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in locked().items():
            one = zipfile.ZipInfo(name)
            for field_name, value in fields.items() if name == PAGE else ():
                setattr(one, field_name, value)
            archive.writestr(one, data)
    return out.getvalue()


def unicode_path(name: str) -> bytes:
    """Info-ZIP's extra field for a name in UTF-8, made for the first page."""
    octets = name.encode()
    return struct.pack("<2HBI", 0x7075, 5 + len(octets), 1, zlib.crc32(PAGE.encode())) + octets


def shifted() -> bytes:
    """A prefix, with all offsets put right."""
    out = io.BytesIO(b"#!/bin/sh\n")
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        for name, data in locked().items():
            archive.writestr(name, data)
    return out.getvalue()


def with_method(method: int) -> bytes:
    """The last entry claims another compression in both headers."""
    packed = bytearray(zipped(locked()))
    local, central = packed.rfind(b"PK\3\4"), packed.rfind(b"PK\1\2")
    packed[local + 8 : local + 10] = packed[central + 10 : central + 12] = method.to_bytes(2, "little")
    return bytes(packed)


def marked_encrypted() -> bytes:
    packed = bytearray(zipped(locked()))
    packed[packed.rfind(b"PK\3\4") + 6] |= 1
    packed[packed.rfind(b"PK\1\2") + 8] |= 1
    return bytes(packed)


DOCTYPE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def with_doctype(entries: Entries, name: str) -> Entries:
    head, _, rest = entries[name].partition(b"?>")
    return {**entries, name: head + b"?>" + DOCTYPE + rest}


def structure_attacks() -> Iterator[Case]:
    """05, 12 and the shape of the files that decide the structure."""
    for name in (ROOT, LIST, SIGNATURE, BODY, PAGE, NOTES):
        yield attack(f"12 document type in {name}", lambda name=name: with_doctype(loose(), name), "xml-doctype")  # type: ignore[misc]  # the default binds the loop's value now
    yield attack(
        "12 processing instruction",
        lambda: changed(loose(), LIST, "<ofd:MaxSignId>", "<?a b?><ofd:MaxSignId>"),
        "xml-instruction",
    )
    yield attack(
        "12 nested too deeply",
        lambda: changed(loose(), ROOT, "<ofd:DocInfo>", "<a>" * 99 + "</a>" * 99 + "<ofd:DocInfo>"),
        "xml-size",
    )
    yield attack(
        "12 too many elements",
        lambda: changed(loose(), LIST, "<ofd:MaxSignId>", "<a/>" * 100_001 + "<ofd:MaxSignId>"),
        "xml-size",
    )
    yield attack("12 another encoding", lambda: changed(loose(), LIST, "UTF-8", "GBK"), "xml-encoding", OPEN)
    yield attack("12 UTF-16", lambda: {**loose(), LIST: loose()[LIST].decode().encode("utf-16")}, "xml-encoding", OPEN)
    yield attack("12 broken XML", lambda: {**loose(), LIST: loose()[LIST][:-9]}, "xml-form")
    yield attack("05 list emptied", lambda: {**left_open(), LIST: xml("Signatures", "")}, "signatures-empty")
    yield attack("05 list removed", lambda: without(left_open(), LIST), "entry-missing")
    yield attack(
        "05 list no longer named",
        lambda: changed(loose(), ROOT, f"<ofd:Signatures>/{LIST}</ofd:Signatures>", ""),
        "not-signed",
    )
    yield attack("05 never sealed", plain, "not-signed")
    yield attack(
        "05 two signatures of one id",
        lambda: changed(left_open(), LIST, record(Spec()), record(Spec()) * 2),
        "signature-id-doubled",
    )
    yield attack("05 Signature.xml removed", lambda: without(left_open(), SIGNATURE), "entry-missing")
    yield attack("05 SignedValue.dat removed", lambda: without(left_open(), VALUE), "entry-missing")
    yield attack(
        "05 a thousand signatures", lambda: changed(left_open(), LIST, record(Spec()), record(Spec()) * 1000), "limit"
    )
    yield attack("05 type unknown", lambda: changed(left_open(), LIST, 'Type="Seal"', 'Type="Photo"'), "signature-type")
    yield attack(
        "39 two DocRoot",
        lambda: changed(loose(), ROOT, "<ofd:DocRoot>", "<ofd:DocRoot>Doc_1/D.xml</ofd:DocRoot><ofd:DocRoot>"),
        "xml-form",
    )
    yield attack(
        "39 DocRoot in a foreign namespace",
        lambda: changed(
            loose(), ROOT, "<ofd:DocRoot>", '<x:DocRoot xmlns:x="urn:x">Doc_1/D.xml</x:DocRoot><ofd:DocRoot>'
        ),
        "xml-form",
    )
    yield attack(
        "39 comment inside DocRoot",
        lambda: changed(loose(), ROOT, "Document.xml", "Document.xml<!-- -->"),
        "xml-comment",
    )
    yield attack(
        "39 element inside DocRoot", lambda: changed(loose(), ROOT, "Document.xml", "Document<a/>.xml"), "xml-form"
    )
    yield attack(
        "40 list outside the package", lambda: changed(loose(), ROOT, f"/{LIST}", "/../" + LIST), "path-escape"
    )
    yield attack(
        "40 DocRoot outside the package",
        lambda: changed(loose(), ROOT, "Doc_0/Document.xml", "../Document.xml"),
        "path-escape",
    )
    yield attack(
        "40 DocRoot to nothing",
        lambda: changed(loose(), ROOT, "Doc_0/Document.xml", "Doc_7/Document.xml"),
        "entry-missing",
    )
    yield attack("40 SignedValue read in two ways", two_values, "path-ambiguous")
    yield attack(
        "42 encrypted package", lambda: {**locked(), "Encryptions.xml": xml("Encryptions", "")}, "encrypted", OPEN
    )
    yield attack(
        "48 two pages of one id",
        lambda: sealed_by_others(changed(plain(), BODY, 'ID="2"', 'ID="1"'), Spec()),
        "page-id-doubled",
    )


def two_values() -> Entries:
    """A relative location that means one entry beside Signature.xml and another from the root."""
    made = sealed_by_others(
        plain(), Spec(rewrite=lambda octets: octets.replace(f"/{VALUE}".encode(), b"SignedValue.dat"))
    )
    return {**made, "SignedValue.dat": b"\x30\x00"}


def wrapping_attacks() -> Iterator[Case]:
    """03 and 04: another document is put where the sealed one was."""
    unsigned = body_xml("<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot>")
    second = {"Doc_1/Document.xml": xml("Document", "<ofd:Pages/>")}
    first_body, last = "<ofd:DocBody>", "</ofd:OFD>"
    yield attack(
        "03 unsigned document first",
        lambda: {**changed(loose(), ROOT, first_body, unsigned + first_body), **second},
        "unsigned-docbody",
    )
    yield attack(
        "03b unsigned document second",
        lambda: {**changed(loose(), ROOT, last, unsigned + last), **second},
        "unsigned-docbody",
    )
    yield attack(
        "03c the same with OFD.xml covered",
        lambda: {**changed(locked(), ROOT, last, unsigned + last), **second},
        "ref-digest",
    )
    yield attack("04 DocRoot to a forged copy", redirected, "docroot-not-covered")
    yield attack(
        "04 DocRoot to a forged copy, seal open", lambda: {**redirected(), "Doc_9/x": b""}, "metadata-unprotected", OPEN
    )
    yield attack("04 forged copy covered by a second signer", co_signed, "docroot-not-covered")
    yield attack("27 version that shows another document", switched, "docroot-not-covered")
    yield attack("27 current version is not the one named", current_version, "version-differs", OPEN)
    yield attack("24 page added, Document.xml unsigned", lambda: page_added(Spec(leave=(BODY,))), "docroot-not-covered")
    yield attack("25 template added, Document.xml unsigned", template_added, "docroot-not-covered")
    yield attack(
        "38 page shadowed from the root",
        lambda: {**locked(), "Pages/Page_0/Content.xml": page_xml("别的内容")},
        "uncovered-reachable",
        OPEN,
    )
    yield attack(
        "38 font shadowed beside its file", lambda: {**locked(), "Doc_0/font.ttf": b"\0"}, "uncovered-reachable", OPEN
    )
    yield attack("38 missing image supplied later", supplied, "uncovered-reachable", OPEN)


def redirected() -> Entries:
    copied = {name.replace("Doc_0/", "Doc_1/"): data for name, data in plain().items() if name.startswith("Doc_0/")}
    forged = changed(copied, PAGE.replace("Doc_0", "Doc_1"), "会议", "婚礼")
    return {**changed(loose(), ROOT, "Doc_0/Document.xml", "Doc_1/Document.xml"), **forged}


def co_signed() -> Entries:
    """An accomplice with a seal of his own covers the forged copy, which shows both seals."""
    made = changed(
        sealed_by_others(plain(), Spec(lock=False, leave=(ROOT,))), ROOT, "Doc_0/Document.xml", "Doc_1/Document.xml"
    )
    made |= {name.replace("Doc_0/", "Doc_1/"): data for name, data in plain().items() if name.startswith("Doc_0/")}
    accomplice = replace(by_accomplice(), folder="Doc_1/Signs/Sign_1", number="2")
    made[LIST] = made[LIST].replace(b"</ofd:Signatures>", f"{record(accomplice)}</ofd:Signatures>".encode())
    sign(made, accomplice)
    return made


@cache
def by_accomplice() -> Spec:
    """Another signer with a genuine seal of the same maker."""
    key = memory_signer("accomplice")
    own = certificate("云岭市物业公司", key, Purpose.SEAL_SIGNER, parts().root, serial=44)
    seal = sealed_by(parts().maker, parts().maker_certificate, info((own,), name="云岭市物业公司"))
    return Spec(seal=seal, certificate=own, sign=key.sign)


VERSION = "Doc_0/Versions/V1.xml"


def versioned(base: Entries, current: str, root: str) -> Entries:
    """A document with one further version."""
    listed = f'<ofd:Versions><ofd:Version ID="1" Index="1" Current="{current}" BaseLoc="/{VERSION}"/></ofd:Versions>'
    described = f"<ofd:FileList/><ofd:DocRoot>/{root}</ofd:DocRoot>"
    return {**changed(base, ROOT, "</ofd:DocRoot>", f"</ofd:DocRoot>{listed}"), VERSION: xml("DocVersion", described)}


def switched() -> Entries:
    return {**versioned(loose(), "true", "Doc_0/New.xml"), "Doc_0/New.xml": xml("Document", "<ofd:Pages/>")}


def current_version() -> Entries:
    return sealed_by_others({**versioned(plain(), "true", "Doc_0/New.xml"), "Doc_0/New.xml": plain()[BODY]}, Spec())


def page_added(spec: Spec) -> Entries:
    made = sealed_by_others(plain(), spec)
    third = '<ofd:Page ID="3" BaseLoc="Pages/Page_2/Content.xml"/></ofd:Pages>'
    return {**changed(made, BODY, "</ofd:Pages>", third), "Doc_0/Pages/Page_2/Content.xml": page_xml("补充内容")}


def template_added() -> Entries:
    made = sealed_by_others(plain(), Spec(leave=(BODY,)))
    return {**changed(made, BODY, "Tpls/T.xml", "Tpls/U.xml"), "Doc_0/Tpls/U.xml": page_xml("盖住正文")}


def supplied() -> Entries:
    made = sealed_by_others(without(plain(), IMAGE), Spec())
    return {**made, IMAGE: png(40)}


def coverage_attacks() -> Iterator[Case]:
    """20, 21 and 26: something that is shown or relied on was never covered."""
    for name in (FONT, IMAGE, TEMPLATE, SECOND, PAGE_RES, NOTE, FILES, FILE, TAGS, TAG, "Doc_0/DocumentRes.xml"):
        yield left_out(name)
    yield attack(
        "20 the stamped page left out",
        lambda: sealed_by_others(plain(), Spec(leave=(PAGE,))),
        "stamp-page-not-covered",
        OPEN,
    )
    yield attack(
        "21 custom data changed, OFD.xml uncovered",
        lambda: changed(loose(), ROOT, "7号", "8号"),
        "metadata-unprotected",
        OPEN,
    )
    yield attack("20 resources in UTF-16, font left out", in_utf16, "xml-encoding", OPEN)
    yield attack("20 resources behind white space, font left out", behind_space, "uncovered-reachable", OPEN)
    yield attack("03 second document by another signer", document_by_another, "signature-covers-part", OPEN)
    yield attack("26 annotation added in an unsigned list", annotated, "uncovered-reachable", OPEN)
    yield attack("50 rest covered by another signer", rest_by_another, "signature-covers-part", OPEN)
    yield attack("46 seal added behind a lock", locked_then_another, "ref-digest")
    yield attack("41 media outside the file", outside, "location-outside", OPEN)
    yield attack(
        "47 base signature removed",
        lambda: sealed_by_others(plain(), Spec(number="2", relative="1")),
        "relative-missing",
    )
    yield attack("47 base signature not covered", base_not_covered, "relative-not-covered", OPEN)
    yield attack(
        "36 nothing covered at all", lambda: sealed_by_others(plain(), Spec(references=lambda found: [])), "ref-empty"
    )


def left_out(name: str) -> Case:
    """An entry that the signature does not list, changed afterwards."""

    def entries() -> Entries:
        return altered(sealed_by_others(plain(), Spec(leave=(name,))), name)

    return attack(f"20 {name} left out and changed", entries, "uncovered-reachable", OPEN)


RESOURCES = "Doc_0/PublicRes.xml"


def in_utf16() -> Entries:
    wide = {**plain(), RESOURCES: plain()[RESOURCES].replace(b"UTF-8", b"UTF-16").decode().encode("utf-16")}
    return sealed_by_others(wide, Spec(leave=(FONT,)))


def behind_space() -> Entries:
    spaced = {**plain(), RESOURCES: b" " * 5_000 + plain()[RESOURCES].partition(b"?>")[2]}
    return sealed_by_others(spaced, Spec(leave=(FONT,)))


def document_by_another() -> Entries:
    """An accomplice adds a document of his own beside one whose seal leaves OFD.xml out, and covers OFD.xml."""
    listed = "Doc_1/Signs/Signatures.xml"
    second = body_xml(f"<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot><ofd:Signatures>/{listed}</ofd:Signatures>")
    made = changed(loose(), ROOT, "</ofd:OFD>", f"{second}</ofd:OFD>")
    made["Doc_1/Document.xml"] = xml("Document", "<ofd:Pages/>")
    accomplice = replace(by_accomplice(), folder="Doc_1/Signs/Sign_0", stamps=())
    made[listed] = xml("Signatures", record(accomplice))
    sign(made, accomplice)
    return made


def annotated() -> Entries:
    made = sealed_by_others(plain(), Spec(leave=(NOTES,)))
    more = '<ofd:Page PageID="2"><ofd:FileLoc>Page_1/A.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
    return {**changed(made, NOTES, "</ofd:Annotations>", more), "Doc_0/Annots/Page_1/A.xml": xml("PageAnnot", "")}


def rest_by_another() -> Entries:
    """The first signer covers all but a page; an accomplice changes it and covers it with his own seal."""
    second = replace(by_accomplice(), folder="Doc_0/Signs/Sign_1", number="2")
    return sealed_by_others(plain(), Spec(lock=False, leave=(SECOND,)), second)


def locked_then_another() -> Entries:
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    made = changed(locked(), LIST, "</ofd:Signatures>", f"{record(second)}</ofd:Signatures>")
    sign(made, second)
    return made


def outside() -> Entries:
    return sealed_by_others(changed(plain(), "Doc_0/DocumentRes.xml", "qr.png", "http://example.com/qr.png"), Spec())


def base_not_covered() -> Entries:
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2", relative="1", leave=(SIGNATURE, VALUE))
    return sealed_by_others(plain(), Spec(lock=False), second)


def description_attacks() -> Iterator[Case]:
    """35 and 36: what Signature.xml says of its own method."""

    def case(name: str, code: str, level: Indication = FAILED, **fields: Any) -> Case:
        return attack(name, lambda: sealed_by_others(plain(), Spec(**fields)), code, level)

    yield case("35 MD5", "checkmethod", method=' CheckMethod="MD5"')
    yield case("35 SHA-1", "checkmethod", method=' CheckMethod="SHA1"')
    yield case("35 no method, which means MD5", "checkmethod", method="")
    yield case("35 SM3 with a key", "checkmethod", method=f' CheckMethod="{SM3}.2"')
    yield case("35 SHA-256", "foreign-algorithm", OPEN, method=' CheckMethod="SHA256"')
    yield case("35 RSA named as the method", "foreign-algorithm", OPEN, signing="1.2.840.113549.1.1.11")
    yield case(
        "36 reference to nothing", "ref-missing", references=lambda found: [*found, ("/Doc_0/none.xml", found[0][1])]
    )
    yield case(
        "36 reference outside the package", "path-escape", references=lambda found: [*found, ("/../x", found[0][1])]
    )
    yield case("36 digest cut short", "ref-digest", references=lambda found: [(found[0][0], "AAAA"), *found[1:]])
    yield case(
        "36 two digests for one entry", "ref-digest", references=lambda found: [*found, (found[0][0], found[1][1])]
    )
    yield case("30 stamp on a page that is not there", "stamp-page", stamps=(("77", "1 1 40 40", ""),))
    yield case("30 stamp without a size", "stamp-form", stamps=(("1", "1 1 nan 0", ""),))
    yield case("30 stamps beyond count", "limit", stamps=(("1", "1 1 40 40", ""),) * 10_001)


def with_value(value: Callable[[bytes], bytes]) -> Entries:
    """SignedValue.dat with other octets in its signature's BIT STRING, given r ‖ s."""

    def assembled(description: bytes, location: str, spec: Spec) -> bytes:
        signed = to_be_signed(parts().seal, spec.at, sm3(description), location)
        members = [
            signed,
            der.write_octet_string(parts().signer_certificate),
            der.write_object_identifier(SM2_WITH_SM3),
            der.write_bit_string(value(parts().signer.sign(signed))),
        ]
        return der.write_sequence(*members)

    return sealed_by_others(plain(), Spec(value=assembled))


def value_attacks() -> Iterator[Case]:
    """31 to 34: the signature value."""
    code = "seal-signature-value"
    yield attack("31 wrong identity", lambda: sealed_by_others(plain(), Spec(sign=with_other_identity)), code)
    yield attack(
        "33 digest signed in place of the message",
        lambda: sealed_by_others(plain(), Spec(sign=lambda m: parts().signer.sign(sm3(m)))),
        code,
    )
    numbers: dict[str, Callable[[int, int], tuple[int, int]]] = {
        "r = 0": lambda r, s: (0, s),
        "s = 0": lambda r, s: (r, 0),
        "r = n": lambda r, s: (ORDER, s),
        "s = n": lambda r, s: (r, ORDER),
        "n - s": lambda r, s: (r, ORDER - s),
        "exchanged": lambda r, s: (s, r),
        "r + s = n": lambda r, s: (r, ORDER - r),
        "s + 1": lambda r, s: (r, s + 1),
    }
    for name, change in numbers.items():
        yield attack(f"32 {name}", lambda change=change: with_value(lambda raw: pair(change, raw)), code)  # type: ignore[misc]  # the default binds the loop's value now
    yield attack("32 r + n", lambda: with_value(lambda raw: pair(lambda r, s: (r + ORDER, s), raw)), code)
    yield attack("32 s + n", lambda: with_value(lambda raw: pair(lambda r, s: (r, s + ORDER), raw)), code)
    yield attack("32 one integer", lambda: with_value(lambda raw: der.write_sequence(der.write_integer(7))), code)
    yield attack("32 cut short", lambda: with_value(lambda raw: der_from_raw(raw)[:-3]), code)
    yield attack(
        "32 indefinite length", lambda: with_value(lambda raw: b"\x30\x80" + der_from_raw(raw)[2:] + b"\0\0"), code
    )
    yield attack("32 key off the curve", lambda: sealed_with(bad_key()), "certificate")
    yield attack("32 key of another curve", lambda: sealed_with(other_curve()), "foreign-algorithm", OPEN)
    yield attack("32 63 octets", lambda: with_value(lambda raw: raw[:63]), code)
    yield attack("32 65 octets", lambda: with_value(lambda raw: raw + b"\0"), code)
    yield attack(
        "32 three integers", lambda: with_value(lambda raw: der.write_sequence(*(der.write_integer(5),) * 3)), code
    )
    yield attack("32 empty value", lambda: with_value(lambda raw: b""), code)
    yield attack("34 value of another document", transplanted_value, "datahash")
    yield attack("34 all files of another document's signature", transplanted_folder, "ref-digest")
    yield attack("51 value is garbage", lambda: {**locked(), VALUE: b"garbage"}, "signature-value-form")
    yield attack("51 value is empty", lambda: {**locked(), VALUE: b""}, "signature-value-form")
    yield attack("51 value cut short", lambda: {**locked(), VALUE: locked()[VALUE][:-40]}, "signature-value-form")
    yield attack(
        "51 nested without end", lambda: {**locked(), VALUE: der.write_sequence(*nested(), *nested())}, "encoding"
    )
    yield attack(
        "51 bare signature",
        lambda: {**locked(), VALUE: der_from_raw(parts().signer.sign(b"x"))},
        "bare-signature",
        OPEN,
    )
    yield attack(
        "51 place of another signature",
        lambda: sealed_by_others(plain(), Spec(place="/Doc_0/Signs/Sign_9/Signature.xml")),
        "property-info",
    )


def with_other_identity(message: bytes) -> bytes:
    """The genuine key under another identity than the default one."""
    signer: Any = parts().signer
    return bytes(signer._library.sign(signer._key, message, b"ALICE123@YAHOO.COM"))


def pair(change: Callable[[int, int], tuple[int, int]], raw: bytes) -> bytes:
    """DER of the two numbers, changed."""
    numbers = change(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return der.write_sequence(*(der.write_integer(number) for number in numbers))


def sealed_with(own: bytes) -> Entries:
    """Sealed under another certificate, which the seal lists."""
    seal = sealed_by(parts().maker, parts().maker_certificate, info((own,)))
    return sealed_by_others(plain(), Spec(seal=seal, certificate=own))


def bad_key() -> bytes:
    """The signer's certificate with the last octet of its key changed."""
    octets = parts().signer_certificate
    end = octets.index(parts().signer.public.point) + 64
    return octets[:end] + bytes([octets[end] ^ 1]) + octets[end + 1 :]


def other_curve() -> bytes:
    """The signer's certificate with the curve named as P-256."""
    named = (der.write_object_identifier(oid) for oid in ("1.2.156.10197.1.301", "1.2.840.10045.3.1.7"))
    return exchange(parts().signer_certificate, *named)


def nested() -> list[bytes]:
    inner = b""
    for _ in range(60):
        inner = der.write_sequence(inner)
    return [inner]


@cache
def other_document() -> Entries:
    return sealed_by_others(changed(plain(), PAGE, "会议", "座谈会"), Spec())


def transplanted_value() -> Entries:
    return {**locked(), VALUE: other_document()[VALUE]}


def transplanted_folder() -> Entries:
    return {**locked(), VALUE: other_document()[VALUE], SIGNATURE: other_document()[SIGNATURE]}


def seal_attacks() -> Iterator[Case]:
    """13 to 17: the seal."""
    made = parts()
    stranger = memory_signer("stranger")
    own = certificate("冒名", stranger, Purpose.SEAL_SIGNER, stranger)

    def other_seal() -> bytes:
        return sealed_by(made.maker, made.maker_certificate, info((made.signer_certificate,), seal_id="9"))

    def altered_seal(**fields: object) -> bytes:
        members = der.members(der.read(made.seal, limit=10**6))
        return der.write_sequence(info((made.signer_certificate,), **fields), *(one.octets for one in members[1:]))

    def by_seal(seal: Callable[[], bytes], **fields: Any) -> Callable[[], Entries]:
        return lambda: sealed_by_others(plain(), Spec(seal=seal(), **fields))

    uncovered = Spec(seal_file=True, leave=(SEAL_FILE,))
    yield attack(
        "13 seal file replaced",
        lambda: {**sealed_by_others(plain(), uncovered), SEAL_FILE: other_seal()},
        "seal-file-differs",
    )
    yield attack(
        "13 covered seal file replaced",
        lambda: {**sealed_by_others(plain(), Spec(seal_file=True)), SEAL_FILE: other_seal()},
        "ref-digest",
    )
    yield attack(
        "15 genuine seal, stranger's certificate",
        lambda: sealed_by_others(plain(), Spec(certificate=own, sign=stranger.sign)),
        "signer-not-in-seal",
    )
    yield attack(
        "15 genuine seal, stranger's key",
        lambda: sealed_by_others(plain(), Spec(sign=stranger.sign)),
        "seal-signature-value",
    )
    yield attack(
        "15 accomplice with the victim's seal",
        lambda: sealed_by_others(plain(), replace(by_accomplice(), seal=None)),
        "signer-not-in-seal",
    )
    yield attack(
        "16 seal expired",
        by_seal(
            lambda: sealed_by(
                made.maker, made.maker_certificate, info((made.signer_certificate,), valid_until=AT - timedelta(days=1))
            )
        ),
        "seal-not-valid-at-time",
    )
    yield attack(
        "16 seal not yet in force",
        by_seal(
            lambda: sealed_by(
                made.maker, made.maker_certificate, info((made.signer_certificate,), valid_from=AT + timedelta(days=1))
            )
        ),
        "seal-not-valid-at-time",
    )
    yield attack("17 seal's name changed", by_seal(lambda: altered_seal(name="云岭市人民政府")), "seal-signature-bad")
    yield attack(
        "17 seal's period changed",
        by_seal(lambda: altered_seal(valid_until=AT + timedelta(days=9999))),
        "seal-signature-bad",
    )
    yield attack("17 seal's picture changed", by_seal(lambda: altered_seal(seal_type=2)), "seal-signature-bad")


def message_attacks() -> Iterator[Case]:
    """44: signatures without a seal."""

    def case(name: str, code: str, make: Callable[[], Entries], level: Indication = FAILED) -> Case:
        return attack(f"44 {name}", make, code, level)

    plain_sign = Spec(kind=' Type="Sign"', stamps=(), value=message_b)
    stranger = memory_signer("stranger")
    yield case("content changed", "ref-digest", lambda: altered(sealed_by_others(plain(), plain_sign), PAGE))
    yield case(
        "message about other data",
        "datahash",
        lambda: sealed_by_others(
            plain(), replace(plain_sign, value=lambda x, loc, spec: message_b(x + b" ", loc, spec))
        ),
    )
    yield case(
        "hash of other data as content",
        "datahash",
        lambda: sealed_by_others(
            plain(), replace(plain_sign, value=lambda x, loc, spec: message_a(x + b" ", loc, spec))
        ),
    )
    yield case(
        "stranger's key", "signature-value", lambda: sealed_by_others(plain(), replace(plain_sign, sign=stranger.sign))
    )
    yield case(
        "stranger's key, dialect A",
        "signature-value",
        lambda: sealed_by_others(plain(), replace(plain_sign, value=message_a, sign=stranger.sign)),
    )
    yield case("attribute changed", "signature-value", attribute_changed)
    yield case("certificate taken out", "cms-signer", certificate_out)
    yield case(
        "Signature.xml changed",
        "datahash",
        lambda: changed(sealed_by_others(plain(), plain_sign), SIGNATURE, "others", "Others"),
    )


def signed_plainly() -> Entries:
    return sealed_by_others(plain(), Spec(kind=' Type="Sign"', stamps=(), value=message_b))


def attribute_changed() -> Entries:
    made = signed_plainly()
    return changed(made, VALUE, AT.strftime("%y%m%d%H%M%SZ"), (AT + timedelta(days=1)).strftime("%y%m%d%H%M%SZ"))


def certificate_out() -> Entries:
    made = signed_plainly()
    outer, wrapped = der.members(der.read(made[VALUE], limit=10**6))
    members = [one.octets for one in wrapped.children()[0].children() if one.tag != 0xA0]
    return {**made, VALUE: der.write_sequence(outer.octets, der.write(0xA0, der.write_sequence(*members)))}


def protected_package(entries: Mapping[str, bytes] | None = None) -> bytes:
    """A sealed document closed by OFDEntries.xml, by our planner."""
    made = parts()
    data = zipped(locked() if entries is None else entries)
    plan = plan_package_protection(data, certificate=made.signer_certificate, at=AT, creator="云岭市档案馆")
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def protection_attacks() -> Iterator[Case]:
    """43: the list that closes a package."""

    def good() -> Entries:
        return dict(read_package(protected_package()))

    yield attack("43 entry added", lambda: {**good(), "Doc_0/extra.bin": b"x"}, "entries-unlisted")
    yield attack("43 entry removed", lambda: without(good(), FILE), "entries-missing")
    yield attack(
        "43 list changed", lambda: changed(good(), "OFDEntries.xml", "云岭市档案馆", "云岭市图书馆"), "datahash"
    )
    yield attack("43 signature removed", lambda: without(good(), "signedvalue.dat"), "entries-unsigned")
    yield attack("43 signature is garbage", lambda: {**good(), "signedvalue.dat": b"\x30\x03\x02\x01\x05"}, "encoding")
    yield attack("43 list in broken XML", lambda: {**good(), "OFDEntries.xml": b"<a>"}, "entries-form")


def ours(*, lock: bool = True, seals: int = 1) -> bytes:
    """A letter of others sealed by our planner, with a seal of our making."""
    data = zipped(plain())
    for number in range(seals):
        data = sealed_once(data, lock=lock and number == seals - 1, y=20 + 40 * number)
    return data


@cache
def our_seal() -> bytes:
    """A seal that bears our vendor mark."""
    made = parts()
    return sealed_by(made.maker, made.maker_certificate, info((made.signer_certificate,), vendor="YINZHENG"))


def sealed_once(data: bytes, *, lock: bool, y: float = 20, placing: Any = None) -> bytes:
    """One more seal by our planner."""
    made = parts()
    plan = plan_ofd_sealing(
        data,
        placing or AtPoint(0, 100, y),
        seal_der=our_seal(),
        certificate=made.signer_certificate,
        at=AT,
        lock=lock,
        provider="印证",
    )
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def signed_once(data: bytes, *, lock: bool) -> bytes:
    """A signature without a seal by our planner."""
    made = parts()
    plan = plan_ofd_sealing(
        data, None, seal_der=None, certificate=made.signer_certificate, at=AT, lock=lock, provider="印证"
    )
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def our_entries(**options: Any) -> Entries:
    return dict(read_package(ours(**options)))


def our_value(*, tail: bytes = b"", raw: bool = False) -> Entries:
    """Our signature value in another spelling."""
    entries = our_entries()
    read = parse_signature(entries[VALUE])
    members = [one.octets for one in der.members(der.read(entries[VALUE], limit=10**6))]
    if raw:
        members[3] = der.write_bit_string(read.signature)
    return {**entries, VALUE: der.write_sequence(*members) + tail}


def attacks_on_ours() -> Iterator[Case]:
    """The strict profile: what others may do is refused in a signature of our making, and in our licences."""
    yield attack("ours 01 page changed", lambda: changed(our_entries(), PAGE, "会议", "婚礼"), "ref-digest")
    yield attack("ours 02 entry added", lambda: {**our_entries(), "Doc_0/extra.bin": b"x"}, "extra-entry")
    yield attack(
        "ours 02 entry added to an open file",
        lambda: {**our_entries(lock=False), "Doc_0/extra.bin": b"x"},
        "extra-entry",
    )
    yield attack(
        "ours 05 list emptied", lambda: {**our_entries(lock=False), LIST: xml("Signatures", "")}, "signatures-empty"
    )
    yield attack(
        "ours 07 spare copy of the sign folder", lambda: {**our_entries(), **spare(our_entries())}, "extra-entry"
    )
    yield attack("ours 22 octets behind the value", lambda: our_value(tail=b"\0"), "encoding")
    yield attack("ours 23 raw r ‖ s", lambda: our_value(raw=True), "encoding")
    yield attack("ours signed by other software", lambda: sealed_by_others(plain(), Spec(seal=our_seal())), "profile")
    yield attack("ours marked by other software", lambda: sealed_by_others(plain(), Spec(rewrite=our_mark)), "profile")
    yield attack("ours first of two seals removed", first_removed, "ref-digest")
    yield attack("ours maker and signer are one", own_maker, "seal-maker-is-signer")
    yield Case(
        "licence 02 entry added", lambda: write_package({**read_package(sealed()), "Doc_0/x.bin": b""}), "extra-entry"
    )
    yield Case("licence packed again", lambda: zipped(read_package(sealed())), "package-form")
    yield Case(
        "licence 01 page changed",
        lambda: write_package(changed(dict(read_package(sealed())), PAGE, "营业", "营销")),
        "ref-digest",
    )


def our_mark(octets: bytes) -> bytes:
    """A provider that says it is ours."""
    return octets.replace(b'Version="1.0"', b'Version="yinzheng-seal/1"')


def spare(entries: Entries) -> Entries:
    return {name.replace("Sign_0", "Sign_8"): data for name, data in entries.items() if name.startswith(FIRST)}


def first_removed() -> Entries:
    entries = our_entries(seals=2)
    start = entries[LIST].index(b"<ofd:Signature ")
    end = entries[LIST].index(b"/>", start) + 2
    return without({**entries, LIST: entries[LIST][:start] + entries[LIST][end:]}, SIGNATURE, VALUE)


def own_maker() -> Entries:
    """The signer makes a seal with our vendor mark for itself."""
    made = parts()
    seal = sealed_by(made.signer, made.signer_certificate, info((made.signer_certificate,), vendor="YINZHENG"))
    return sealed_by_others(plain(), Spec(seal=seal))


def tolerated() -> list[Case]:
    """What a reader of foreign files bears with and names: all findings passed, this one as a warning."""
    return [
        attack("02 unreferenced entry added", lambda: locked(Doc_0__extra_bin=b"x"), "uncovered-unreferenced", PASSED),
        attack(
            "07 spare copy of the sign folder",
            lambda: {**locked(), **spare(locked())},
            "uncovered-unreferenced",
            PASSED,
        ),
        attack("07 signature taken off an open list", taken_off, "signatures-open", PASSED),
        attack("14 self-made seal of the same look", self_made, "seal-maker-is-signer", PASSED),
        attack(
            "22 octets behind the value",
            lambda: {**locked(), VALUE: locked()[VALUE] + b"\0\0"},
            "trailing-bytes",
            PASSED,
        ),
        attack("23 raw r ‖ s", lambda: with_value(lambda raw: raw), "sig-raw64", PASSED),
        attack(
            "name of the digest",
            lambda: sealed_by_others(plain(), Spec(method=' CheckMethod="sm3"')),
            "checkmethod-name",
            PASSED,
        ),
        attack(
            "time without a zone",
            lambda: sealed_by_others(plain(), Spec(written="2026-03-01 16:30:15")),
            "time-form",
            PASSED,
        ),
        attack(
            "time eight hours off",
            lambda: sealed_by_others(plain(), Spec(written="20260301163015Z")),
            "time-local-as-z",
            PASSED,
        ),
        attack(
            "another time", lambda: sealed_by_others(plain(), Spec(written="20260303163015Z")), "time-differs", PASSED
        ),
        attack("time of no form", lambda: sealed_by_others(plain(), Spec(written="今天")), "time-unreadable", PASSED),
        attack(
            "document id as the place",
            lambda: sealed_by_others(plain(), Spec(place="ab" * 16)),
            "property-info",
            PASSED,
        ),
        attack(
            "reference twice",
            lambda: sealed_by_others(plain(), Spec(references=lambda found: [*found, found[0]])),
            "ref-doubled",
            PASSED,
        ),
        attack(
            "reference without a slash",
            lambda: sealed_by_others(
                plain(), Spec(references=lambda found: [(found[0][0][1:], found[0][1]), *found[1:]])
            ),
            "ref-relative",
            PASSED,
        ),
        attack(
            "reference in another case",
            lambda: sealed_by_others(
                plain(), Spec(references=lambda found: [(found[0][0].upper(), found[0][1]), *found[1:]])
            ),
            "path-case",
            PASSED,
        ),
        attack(
            "location in another case",
            lambda: sealed_by_others(changed(plain(), BODY, "Tpls/T.xml", "TPLS/t.XML"), Spec()),
            "path-case",
            PASSED,
        ),
        attack(
            "location with a backslash",
            lambda: sealed_by_others(changed(plain(), BODY, "Tpls/T.xml", "Tpls\\T.xml"), Spec()),
            "path-form",
            PASSED,
        ),
        attack("image missing", lambda: sealed_by_others(without(plain(), IMAGE), Spec()), "location-missing", PASSED),
        attack("older namespace", older_namespace, "ns-variant", PASSED),
        attack("two documents under one list", two_documents, "several-documents", PASSED),
        attack(
            "versions, all covered",
            lambda: sealed_by_others(versioned(plain(), "false", BODY), Spec()),
            "versions",
            PASSED,
        ),
        attack(
            "message where a seal is stated",
            lambda: sealed_by_others(plain(), Spec(value=message_b, stamps=())),
            "type-differs",
            PASSED,
        ),
        attack("seal shown nowhere", lambda: sealed_by_others(plain(), Spec(stamps=())), "stamp-missing", PASSED),
        attack(
            "seal beside the page",
            lambda: sealed_by_others(plain(), Spec(stamps=(("1", "400 9 40 40", ""),))),
            "stamp-outside",
            PASSED,
        ),
        attack("method not stated", lambda: sealed_by_others(plain(), Spec(signing="")), "method-absent", PASSED),
        attack(
            "method by another name",
            lambda: sealed_by_others(plain(), Spec(signing="SM3withSM2")),
            "method-name",
            PASSED,
        ),
        attack("custom data given twice", custom_twice, "custom-doubled", PASSED),
        attack(
            "seal file named and missing",
            lambda: without(sealed_by_others(plain(), Spec(seal_file=True, leave=(SEAL_FILE,))), SEAL_FILE),
            "seal-file-missing",
            PASSED,
        ),
        attack("OFD.xml and notes left to the second signer", indexes_left, "signature-leaves-indexes", PASSED),
    ]


def taken_off() -> Entries:
    made = sealed_by_others(plain(), Spec(lock=False), Spec(folder="Doc_0/Signs/Sign_1", number="2", lock=False))
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    return changed(made, LIST, record(second), "")


def self_made() -> Entries:
    """Everything by the attacker's own key; only trust can tell."""
    key = memory_signer("forger")
    own = certificate("雁栖市市场监督管理局", key, Purpose.SEAL_SIGNER, key)
    return sealed_by_others(plain(), Spec(seal=sealed_by(key, own, info((own,))), certificate=own, sign=key.sign))


def older_namespace() -> Entries:
    older = {name: data.replace(NAMESPACE.encode(), b"http://www.ofdspec.org") for name, data in plain().items()}
    return sealed_by_others(older, Spec())


def two_documents() -> Entries:
    listed = f"<ofd:Signatures>/{LIST}</ofd:Signatures>"
    first = body_xml(f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{listed}")
    second = body_xml(f"<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot>{listed}")
    more = {"Doc_1/Document.xml": xml("Document", "<ofd:Pages/>"), ROOT: xml("OFD", first + second)}
    return sealed_by_others({**plain(), **more}, Spec())


def custom_twice() -> Entries:
    twice = '<ofd:CustomData Name="文号">乙</ofd:CustomData></ofd:CustomDatas>'
    return sealed_by_others(changed(plain(), ROOT, "</ofd:CustomDatas>", twice), Spec())


def indexes_left() -> Entries:
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    return sealed_by_others(plain(), Spec(lock=False, leave=(ROOT, NOTES)), second)


def controls() -> dict[str, Make]:
    """Genuine files: every finding passes, and nothing but an open list is warned of."""
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    riding = tuple((str(page), f"{210 - 20 * page} 60 40 40", f' Clip="{20 * page - 20} 0 20 40"') for page in (1, 2))
    return {
        "one seal, locked": lambda: zipped(locked()),
        "one seal, open": lambda: zipped(left_open()),
        "extra field with the same name": lambda: with_info(extra=unicode_path(PAGE)),
        "stored entries": lambda: zipped(locked(), deflate=False),
        "written into a stream": lambda: streamed(locked()),
        "two seals, second locks": lambda: zipped(sealed_by_others(plain(), Spec(lock=False), second)),
        "two signers": lambda: zipped(
            sealed_by_others(
                plain(), Spec(lock=False), replace(by_accomplice(), folder="Doc_0/Signs/Sign_1", number="2")
            )
        ),
        "second rests on the first": lambda: zipped(
            sealed_by_others(plain(), Spec(lock=False), replace(second, relative="1"))
        ),
        "riding seal": lambda: zipped(sealed_by_others(plain(), Spec(stamps=riding))),
        "seal on every page": lambda: zipped(sealed_by_others(plain(), Spec(stamps=(*SHOWN, ("2", "9 9 40 40", ""))))),
        "with a seal file": lambda: zipped(sealed_by_others(plain(), Spec(seal_file=True))),
        "with a seal file that nothing covers": lambda: zipped(
            sealed_by_others(plain(), Spec(seal_file=True, leave=(SEAL_FILE,)))
        ),
        "type not stated": lambda: zipped(sealed_by_others(plain(), Spec(kind=""))),
        "ids with letters": lambda: zipped(sealed_by_others(plain(), Spec(number="s001"))),
        "message with attributes": lambda: zipped(signed_plainly()),
        "message with the hash inside": lambda: zipped(
            sealed_by_others(plain(), Spec(kind=' Type="Sign"', stamps=(), value=message_a))
        ),
        "message behind a seal": lambda: zipped(
            sealed_by_others(
                plain(), Spec(lock=False), replace(second, kind=' Type="Sign"', stamps=(), value=message_b)
            )
        ),
        "relative locations": lambda: zipped(
            sealed_by_others(
                plain(), Spec(rewrite=lambda octets: octets.replace(f"/{VALUE}".encode(), b"SignedValue.dat"))
            )
        ),
        "package closed by its list of entries": protected_package,
        "ours, locked": ours,
        "ours, open": lambda: ours(lock=False),
        "ours, three seals": lambda: ours(seals=3),
        "ours, riding": lambda: sealed_once(zipped(many_pages()), lock=True, placing=Riding()),
        "ours behind a foreign seal": lambda: sealed_once(zipped(left_open()), lock=True),
        "ours without a seal": lambda: signed_once(zipped(plain()), lock=True),
        "ours, closed by its list of entries": lambda: protected_package(our_entries()),
        "licence": sealed,
        "licence of three pages": lambda: sealed(three_pages()),
    }


def many_pages() -> Entries:
    """The document with three more pages."""
    made = plain()
    for number in (2, 3, 4):
        listed = f'<ofd:Page ID="{60 + number}" BaseLoc="Pages/Page_{number}/Content.xml"/></ofd:Pages>'
        made = changed(made, BODY, "</ofd:Pages>", listed)
        made[f"Doc_0/Pages/Page_{number}/Content.xml"] = page_xml(f"第{number}页")
    return made


def three_pages() -> Any:
    page = OfdPage(210, 148, (TextRun(20, 46.4, 5, 1, "营业执照", (5.0, 5.0, 5.0, 5.0)),))
    return document(pages=(page, page, page))
