"""A small writer that seals OFD documents in the manner of others, and is free to leave anything out.

Its document is rich enough that every kind of reference occurs (resources, templates, annotations, attachments, tags,
versions). It signs with the genuine key or a stranger's. All names and texts are invented.
"""

import io
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from keys.codec import der_from_raw
from keys.sm3 import sm3
from tests.seal_parts import AT, parts, png
from trust.formats import der
from trust.formats.gm_cms import plan_signed_data
from trust.formats.ses import assemble_signature, to_be_signed
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
