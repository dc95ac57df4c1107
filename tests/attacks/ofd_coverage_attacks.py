"""Attacks on what a seal covers: wrapped and redirected signatures, versions, files that nothing protects."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from keys.custody import memory_signer
from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_making import (
    BODY,
    FILE,
    FILES,
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
    TAGS,
    TEMPLATE,
    VALUE,
    Entries,
    Spec,
    body_xml,
    changed,
    locked,
    loose,
    page_xml,
    plain,
    record,
    sealed_by_others,
    sign,
    without,
    xml,
)
from tests.attacks.ofd_package_attacks import altered
from tests.seal_parts import certificate, info, parts, png, sealed_by
from trust.formats.certificate import Purpose


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
