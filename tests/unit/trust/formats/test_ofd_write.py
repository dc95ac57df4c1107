"""The XML of a document: the form readers expect, the same octets for the same values, and the values back."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal_parts import document
from trust.errors import Malformed
from trust.formats.ofd.document import (
    ImageBox,
    OfdAttachment,
    OfdDocument,
    OfdFont,
    OfdImage,
    OfdPage,
    OfdTemplate,
    PathShape,
    TextRun,
)
from trust.formats.ofd.read import read_document
from trust.formats.ofd.write import write_document
from trust.formats.ofd.write_page import mm
from trust.formats.ofd.xml import read_xml

NS = {"o": "http://www.ofdspec.org/2016"}


def page(value: OfdDocument, index: int = 0) -> ET.Element:
    return ET.fromstring(write_document(value)[f"Doc_0/Pages/Page_{index}/Content.xml"])


def drawn(*objects: object) -> OfdDocument:
    return document(pages=(OfdPage(210, 148, tuple(objects)),))  # type: ignore[arg-type]  # the test knows the type


def test_entries_of_a_document() -> None:
    assert list(write_document(document())) == [
        "OFD.xml",
        "Doc_0/Document.xml",
        "Doc_0/PublicRes.xml",
        "Doc_0/Res/font_1.ttf",
        "Doc_0/DocumentRes.xml",
        "Doc_0/Res/image_2.png",
        "Doc_0/Pages/Page_0/Content.xml",
        "Doc_0/Attachs/Attachments.xml",
        "Doc_0/Attachs/licence.json",
    ]


def test_the_root_says_what_the_document_is() -> None:
    root = ET.fromstring(write_document(document())["OFD.xml"])
    assert root.attrib == {"DocType": "OFD", "Version": "1.1"}
    (body,) = root
    assert [child.tag.partition("}")[2] for child in body] == ["DocInfo", "DocRoot"]
    assert [child.tag.partition("}")[2] for child in body[0]] == [
        *("DocID", "Title", "CreationDate", "Creator", "CreatorVersion", "CustomDatas"),
    ]
    assert body.findtext("o:DocInfo/o:Title", namespaces=NS) == "营业执照 <试验> & 样例"
    assert body.findtext("o:DocRoot", namespaces=NS) == "Doc_0/Document.xml"
    custom = {item.get("Name"): item.text for item in body.iterfind(".//o:CustomData", NS)}
    assert custom == {"ZZBS": "1.2.156.3005.2.X", "ZZMC": "营业执照"}
    sealed = ET.fromstring(write_document(document(), sealed=True)["OFD.xml"])
    assert sealed.findtext("o:DocBody/o:Signatures", namespaces=NS) == "Doc_0/Signs/Signatures.xml"


def test_text_is_placed_by_box_baseline_and_advances() -> None:
    run = TextRun(20, 46.4, 5, 1, "营业执照", (5.0, 5.0, 5.0, 5.0), (180, 0, 0))
    (text,) = page(drawn(run)).iterfind(".//o:TextObject", NS)
    assert (text.get("Boundary"), text.get("Font"), text.get("Size")) == ("20 42 20.5 6.5", "1", "5")
    colour, code = text
    assert (colour.tag.partition("}")[2], colour.get("Value")) == ("FillColor", "180 0 0")
    assert (code.attrib, code.text) == ({"X": "0", "Y": "4.4", "DeltaX": "g 3 5"}, "营业执照")


@pytest.mark.parametrize(
    ("advances", "delta"),
    [
        ((1.0,), None),
        ((1.0, 2.0), "1"),
        ((1.0, 1.0, 2.0), "1 1"),
        ((1.5, 1.5, 1.5, 2.0, 1.0), "g 3 1.5 2"),
        ((2.0, 1.0, 1.0, 1.0, 1.0, 3.0), "2 g 4 1"),
    ],
)
def test_equal_advances_are_written_as_runs(advances: tuple[float, ...], delta: str | None) -> None:
    run = TextRun(0, 10, 5, 1, "字" * len(advances), advances)
    (code,) = page(drawn(run)).iterfind(".//o:TextCode", NS)
    assert code.get("DeltaX") == delta


def test_characters_outside_the_basic_plane_stand_alone() -> None:
    run = TextRun(0, 10, 4, 1, "𬭎AB𬭎𬭎", (4.0, 2.0, 2.5, 4.0, 4.0))
    codes = list(page(drawn(run)).iterfind(".//o:TextCode", NS))
    assert [(code.get("X"), code.text, code.get("DeltaX")) for code in codes] == [
        ("0", "𬭎", None),
        ("4", "AB", "2"),
        ("8.5", "𬭎", None),
        ("12.5", "𬭎", None),
    ]


def test_images_and_paths() -> None:
    root = page(drawn(ImageBox(165, 105, 30, 30.5, 2), PathShape(1, 2, 3, 4, "M 0 0 L 1 1 C", None, 0.2, (1, 2, 3))))
    (image,) = root.iterfind(".//o:ImageObject", NS)
    assert (image.get("CTM"), image.get("Boundary"), image.get("ResourceID")) == (
        "30 0 0 30.5 0 0",
        "165 105 30 30.5",
        "2",
    )
    (shape,) = root.iterfind(".//o:PathObject", NS)
    assert (shape.get("Stroke"), shape.get("Fill"), shape.get("LineWidth")) == ("false", "true", None)
    assert [child.tag.partition("}")[2] for child in shape] == ["FillColor", "AbbreviatedData"]


def test_ids_are_distinct_and_below_the_maximum() -> None:
    two = document(pages=document().pages * 2)
    entries = write_document(two)
    parsed = [
        ET.fromstring(octets) for name, octets in entries.items() if name.endswith((".xml",)) and "Attach" not in name
    ]
    ids = [int(found.get("ID", "0")) for root in parsed for found in root.iter() if found.get("ID")]
    largest = parsed[1].findtext("o:CommonData/o:MaxUnitID", namespaces=NS)
    assert len(ids) == len(set(ids))
    assert max(ids) == int(largest or 0)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-0.00001, "0"),
        (1.5, "1.5"),
        (1e-3, "0.001"),
        (0.1 + 0.2, "0.3"),
        (210, "210"),
        (1 / 3, "0.3333"),
    ],
)
def test_lengths_are_plain_numbers(value: float, written: str) -> None:
    assert mm(value) == written


RUN = TextRun(0, 10, 4, 1, "AB", (2.0, 2.0))


@pytest.mark.parametrize(
    "broken",
    [
        {"doc_id": "0123"},
        {"doc_id": "0123456789ABCDEF0123456789ABCDEF"},
        {"title": "\0"},
        {"title": "\ufffe"},
        {"title": "\ud800"},
        {"pages": ()},
        {"pages": (OfdPage(0, 148, ()),)},
        {"pages": (OfdPage(float("nan"), 148, ()),)},
        {"pages": (OfdPage(1e9, 148, ()),)},
        {"pages": (OfdPage(210, 148, (replace(RUN, text=""),)),)},
        {"pages": (OfdPage(210, 148, (replace(RUN, advances=(2.0,)),)),)},
        {"pages": (OfdPage(210, 148, (replace(RUN, font_id=9),)),)},
        {"pages": (OfdPage(210, 148, (replace(RUN, colour=(0, 0, 256)),)),)},
        {"pages": (OfdPage(210, 148, (ImageBox(0, 0, 1, 1, 9),)),)},
        {"pages": (OfdPage(210, 148, (ImageBox(0, 0, 0, 1, 2),)),)},
        {"pages": (OfdPage(210, 148, (PathShape(0, 0, 1, 1, "M 1e5 0"),)),)},
        {"pages": (OfdPage(210, 148, (PathShape(0, 0, 1, 1, ""),)),)},
        {"fonts": (OfdFont(1, "a", "a", b""), OfdFont(1, "b", "b", b""))},
        {"images": (OfdImage(1, b""), OfdImage(2, b""))},
        {"images": (OfdImage(0, b""), OfdImage(2, b""))},
        {"attachments": (OfdAttachment("../licence.json", "JSON", b""),)},
        {"attachments": (OfdAttachment("a", "JSON", b""), OfdAttachment("A", "JSON", b""))},
        {"attachments": (OfdAttachment("Attachments.xml", "XML", b""),)},
        {"custom": {"A": "x" * 5_000_000}},
    ],
)
def test_what_cannot_be_written_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        write_document(document(**broken))


lengths = st.floats(0.01, 400, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)
colours = st.tuples(*[st.integers(0, 255)] * 3)
runs = texts.flatmap(
    lambda text: st.builds(
        TextRun,
        *(lengths, lengths, lengths, st.just(1), st.just(text)),
        advances=st.tuples(*[st.floats(0.01, 50)] * len(text)),
        colour=colours,
    )
)
shapes = st.builds(
    PathShape,
    *(lengths, lengths, lengths, lengths, st.just("M 0 0 L 1.5 -2 C")),
    stroke=st.none() | colours,
    line_width=lengths,
    fill=st.none() | colours,
)
boxes = st.builds(ImageBox, lengths, lengths, lengths, lengths, st.just(2))
pages = st.builds(OfdPage, lengths, lengths, st.lists(runs | shapes | boxes, max_size=5).map(tuple))


@given(st.lists(pages, min_size=1, max_size=3).map(tuple), texts, st.dictionaries(texts, texts, max_size=4))
def test_values_come_back_from_the_entries(made: tuple[OfdPage, ...], title: str, custom: dict[str, str]) -> None:
    value = document(pages=made, title=title, custom=custom)
    entries = write_document(value, sealed=True)
    back = read_document(entries)
    assert write_document(back, sealed=True) == entries
    assert (back.title, dict(back.custom), len(back.pages)) == (title, custom, len(made))
    for ours, theirs in zip(made, back.pages, strict=True):
        texts_of = [[item.text for item in one.objects if isinstance(item, TextRun)] for one in (ours, theirs)]
        assert texts_of[0] == texts_of[1]


def test_a_value_without_rounding_comes_back_equal() -> None:
    assert read_document(write_document(document(), sealed=True)) == document()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("OFD.xml", b"</ofd:DocBody>", b"<ofd:Versions/></ofd:DocBody>"),
        ("OFD.xml", b'DocType="OFD"', b'DocType="OFD-A"'),
        ("OFD.xml", b"</ofd:OFD>", b"</ofd:OFD>\n"),
        ("OFD.xml", b"Doc_0/Document.xml", b"Doc_1/Document.xml"),
        ("OFD.xml", b"2026-03-01", b"2026-02-30"),
        ("Doc_0/Document.xml", b"</ofd:Pages>", b"</ofd:Pages><ofd:Actions/>"),
        ("Doc_0/Document.xml", b"</ofd:Pages>", b"</ofd:Pages><ofd:Annotations>Annots.xml</ofd:Annotations>"),
        ("Doc_0/Document.xml", b"Pages/Page_0", b"Pages/Page_1"),
        ("Doc_0/Document.xml", b"</ofd:Pages>", b'<ofd:Page ID="99" BaseLoc="x"/></ofd:Pages>'),
        ("Doc_0/Pages/Page_0/Content.xml", b"</ofd:Layer>", b'</ofd:Layer><ofd:Layer ID="77"/>'),
        ("Doc_0/Pages/Page_0/Content.xml", b"</ofd:Layer>", b"<ofd:CompositeObject/></ofd:Layer>"),
        ("Doc_0/Pages/Page_0/Content.xml", b"<ofd:TextObject", b'<ofd:TextObject Visible="false"'),
        ("Doc_0/Pages/Page_0/Content.xml", b"g 3 5", b"g 99999 5"),
        ("Doc_0/Pages/Page_0/Content.xml", b"g 3 5", b"g 2 5"),
        ("Doc_0/Pages/Page_0/Content.xml", b"g 3 5", b"5 5 5"),
        ("Doc_0/Pages/Page_0/Content.xml", b"g 3 5", b"g"),
        ("Doc_0/Pages/Page_0/Content.xml", b'Size="5"', b'Size="5.0"'),
        ("Doc_0/Pages/Page_0/Content.xml", b'Size="5"', b'Size="1e1"'),
        ("Doc_0/Pages/Page_0/Content.xml", b"180 30 30", b"180 30 300"),
        ("Doc_0/PublicRes.xml", b'ID="1"', b'ID="5"'),
        ("Doc_0/DocumentRes.xml", b'Type="Image"', b'Type="Video"'),
        ("Doc_0/Attachs/Attachments.xml", b'Visible="false"', b'Visible="true"'),
        ("Doc_0/Attachs/Attachments.xml", b"licence.json", b"../OFD.xml"),
        ("Doc_0/Attachs/Attachments.xml", b"<ofd:FileLoc>", b"<!-- --><ofd:FileLoc>"),
        ("Doc_0/Attachs/licence.json", b"{", b" {"),
    ],
)
def test_what_we_would_not_have_written_is_refused(name: str, old: bytes, new: bytes) -> None:
    entries = write_document(document(), sealed=True)
    assert old in entries[name]
    changed = {**entries, name: entries[name].replace(old, new, 1)}
    if name.endswith(".json"):
        changed["Doc_0/more"] = b""
    with pytest.raises(Malformed) as refusal:
        read_document(changed)
    assert refusal.value.reason in {"root-xml", "document-xml", "xml-form"}


@pytest.mark.parametrize("missing", list(write_document(document(), sealed=True)))
def test_a_missing_entry_is_refused(missing: str) -> None:
    entries = write_document(document(), sealed=True)
    del entries[missing]
    with pytest.raises(Malformed):
        read_document(entries)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml-doctype"),
        (b"<!DOCTYPE a><a/>", "xml-doctype"),
        (b"<?php x?><a/>", "xml-instruction"),
        (b"<a><?x y?></a>", "xml-instruction"),
        (b"<a>&x;</a>", "xml-form"),
        (b"<a>", "xml-form"),
        (b"", "xml-form"),
        (b"<a/><b/>", "xml-form"),
        (b"\xff\xfe<\0a\0/\0>\0", "xml-form"),
        (b"<a>\xff</a>", "xml-form"),
        (b"<a b='1' b='2'/>", "xml-form"),
        (b"<a>" * 40 + b"</a>" * 40, "xml-size"),
        (b"<a>" + b"<b/>" * 100_001 + b"</a>", "xml-size"),
        (b" " * (4 * 1024 * 1024 + 1), "xml-size"),
    ],
)
def test_xml_that_reaches_out_or_overflows_is_refused(octets: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        read_xml(octets)
    assert refusal.value.reason == reason


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode("utf-8", "surrogatepass"))
)
def test_any_octets_are_xml_or_refused(octets: bytes) -> None:
    with suppress(Malformed):
        read_xml(octets)


def test_equal_documents_give_equal_octets() -> None:
    entries = [write_document(document(created_on=date(2026, 3, 1))) for _ in range(2)]
    assert all(list(one) == list(other) and one == other for one, other in pairwise(entries))


# Template pages.

TEMPLATE = OfdTemplate(50, 1001, 210, 148, (PathShape(5, 5, 10, 10, "M 0 0 L 10 10"), RUN))


def on_template(template: OfdTemplate = TEMPLATE, **changed: object) -> OfdDocument:
    own = replace(document(), templates=(template,), pages=(replace(document().pages[0], template=50),))
    return replace(own, **changed)  # type: ignore[arg-type]  # the test knows the type


def test_a_template_page_lies_below_the_pages_that_name_it() -> None:
    entries = write_document(on_template(), sealed=True)
    listed = ET.fromstring(entries["Doc_0/Document.xml"]).find("{*}CommonData/{*}TemplatePage")
    assert listed is not None
    assert listed.attrib == {"ID": "50", "ZOrder": "Background", "BaseLoc": "Tpls/Tpl_50/Content.xml"}
    shown = ET.fromstring(entries["Doc_0/Pages/Page_0/Content.xml"])
    assert shown[0].attrib == {"TemplateID": "50", "ZOrder": "Background"}
    layer = ET.fromstring(entries["Doc_0/Tpls/Tpl_50/Content.xml"]).find("{*}Content/{*}Layer")
    assert layer is not None
    assert [node.attrib["ID"] for node in (layer, *layer)] == ["1001", "1002", "1003"]
    ids = [node.attrib["ID"] for node in shown.iter() if "ID" in node.attrib]
    assert all(int(number) > 1003 for number in ids)


def test_a_template_page_comes_back_and_is_shown() -> None:
    value = on_template()
    back = read_document(write_document(value, sealed=True))
    assert back.templates == value.templates
    assert back.shown(back.pages[0]) == (*TEMPLATE.objects, *back.pages[0].objects)
    assert read_document(write_document(value, sealed=True)).templates[0] is back.templates[0]


def test_a_template_page_has_the_same_octets_in_every_document() -> None:
    one = write_document(on_template())["Doc_0/Tpls/Tpl_50/Content.xml"]
    other = on_template(title="另一份", pages=(OfdPage(210, 148, (), 50), OfdPage(210, 148, (), 50)))
    assert write_document(other)["Doc_0/Tpls/Tpl_50/Content.xml"] == one


@pytest.mark.parametrize(
    "broken",
    [
        on_template(replace(TEMPLATE, id=51)),
        on_template(templates=()),
        on_template(pages=document().pages),
        on_template(templates=(TEMPLATE, replace(TEMPLATE, id=51))),
        on_template(replace(TEMPLATE, first=50)),
        on_template(replace(TEMPLATE, first=1_000_000)),
        on_template(replace(TEMPLATE, id=1), pages=(OfdPage(210, 148, (), 1),)),
        on_template(replace(TEMPLATE, objects=(replace(RUN, font_id=9),))),
    ],
    ids=["another", "none", "unused", "ids twice", "ids below", "ids beyond", "a font's id", "no such font"],
)
def test_a_template_that_does_not_fit_is_refused(broken: OfdDocument) -> None:
    with pytest.raises(Malformed, match="ofd-value"):
        write_document(broken)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'ID="1001"', b'ID="01001"'),
        (b'ID="1002"', b'ID="1004"'),
        (b'Type="Background"', b'Type="Foreground"'),
        (b"</ofd:Layer>", b"<ofd:Action/></ofd:Layer>"),
        (b"M 0 0 L 10 10", b"M 0 0 L 10 1e1"),
    ],
)
def test_a_template_page_we_would_not_have_written_is_refused(old: bytes, new: bytes) -> None:
    entries = write_document(on_template(), sealed=True)
    name = "Doc_0/Tpls/Tpl_50/Content.xml"
    assert old in entries[name]
    for _ in range(2):  # also when the true one was read before, and this one too
        read_document(entries)
        with pytest.raises(Malformed, match="document-xml"):
            read_document({**entries, name: entries[name].replace(old, new, 1)})
