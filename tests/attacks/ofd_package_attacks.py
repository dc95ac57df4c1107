"""Attacks on what an OFD package holds: changed content, archives that two programs read differently, odd structure."""

import io
import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from keys.sm3 import sm3
from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_making import (
    BODY,
    FILE,
    FONT,
    IMAGE,
    LIST,
    NOTE,
    NOTES,
    OPEN,
    PAGE,
    PAGE_RES,
    ROOT,
    SECOND,
    SIGNATURE,
    TAG,
    TEMPLATE,
    VALUE,
    Entries,
    Spec,
    changed,
    flipped,
    left_open,
    locked,
    loose,
    page_xml,
    plain,
    record,
    sealed_by_others,
    without,
    xml,
    zipped,
)


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
