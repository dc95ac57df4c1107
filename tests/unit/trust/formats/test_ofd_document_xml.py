"""XML of packages of any origin: trees of the files that decide the structure, streams of all others."""

import pytest

from trust.errors import Malformed
from trust.formats.ofd.foreign_xml import looks_like_xml, read_structure, scan
from trust.formats.ofd.xml import NAMESPACE

OLDER = "http://www.ofdspec.org"


def ofd(inner: str, namespace: str = NAMESPACE, head: str = "") -> bytes:
    return f'{head}<o:OFD xmlns:o="{namespace}">{inner}</o:OFD>'.encode()


def everything(element: str, attribute: str, value: str) -> bool:
    return True


def test_a_tree_has_local_names_and_trimmed_texts() -> None:
    root, older = read_structure(ofd("<o:DocBody>\r\n <o:DocRoot> a.xml\n</o:DocRoot></o:DocBody>"), "OFD")
    assert root.one("DocBody").one("DocRoot").text == "a.xml"
    assert not older
    root, older = read_structure(ofd("<o:DocBody/>", OLDER), "OFD")
    assert root.all("DocBody")
    assert older


def test_a_byte_order_mark_of_utf_8_is_read() -> None:
    assert read_structure(b"\xef\xbb\xbf" + ofd(""), "OFD")[0].name == "OFD"


def test_comments_beside_values_are_skipped() -> None:
    root, _ = read_structure(ofd("<!-- a --><o:DocRoot>a.xml</o:DocRoot><!-- b -->"), "OFD")
    assert root.one("DocRoot").text == "a.xml"


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (ofd("<o:DocRoot>a<!-- -->.xml</o:DocRoot>"), "xml-comment"),
        (ofd("<o:DocRoot><!-- -->a.xml</o:DocRoot>"), "xml-comment"),
        (ofd("<o:DocRoot>a<o:x/>.xml</o:DocRoot>"), "xml-form"),
        (ofd("text<o:x/>"), "xml-form"),
        (ofd('<DocRoot xmlns="urn:x">a</DocRoot>'), "xml-form"),
        (ofd("<DocRoot>a</DocRoot>"), "xml-form"),
        (ofd('<o:x o:ID="1" ID="2"/>'), "xml-form"),
        (ofd("", "urn:x"), "xml-form"),
        (b"<o:Res xmlns:o='" + NAMESPACE.encode() + b"'/>", "xml-form"),
        (ofd("\x01"), "xml-form"),
        (ofd("&e;"), "xml-form"),
        (b"", "xml-form"),
        (ofd("", head="<!DOCTYPE o>"), "xml-doctype"),
        (ofd("<?a b?>"), "xml-instruction"),
        (ofd("", head='<?xml version="1.0" encoding="gb18030"?>'), "xml-encoding"),
        (ofd("", head=f'<?xml version="1.0"{" " * 900}encoding="gb18030"?>'), "xml-encoding"),
        (ofd("").decode().encode("utf-16"), "xml-encoding"),
        (ofd("").decode().encode("utf-16-be"), "xml-encoding"),
        (ofd("").decode().encode("utf-32"), "xml-encoding"),
        (ofd("<o:x>" * 70 + "</o:x>" * 70), "xml-size"),
        (ofd("<o:x/>" * 100_001), "xml-size"),
        (ofd(" " * (8 * 1024 * 1024)), "xml-size"),
    ],
)
def test_what_readers_could_read_differently_is_refused(octets: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_structure(octets, "OFD")
    assert caught.value.reason == reason


def test_a_stream_gives_values_without_a_tree() -> None:
    octets = ofd('<o:Page ID="1" BaseLoc="a.xml"/><o:FontFile> f.ttf </o:FontFile><o:x>b<o:y/>c</o:x>')
    found = scan(octets, everything)
    assert found.root == "OFD"
    assert found.elements == 5
    assert ("Page", "BaseLoc", "a.xml") in found.values
    assert ("FontFile", "", "f.ttf") in found.values
    assert ("x", "", "b") in found.values
    assert ("x", "", "c") in found.values


def test_a_stream_sees_prefixed_attributes_and_the_base_of_resources() -> None:
    found = scan(f'<o:Res xmlns:o="{OLDER}" BaseLoc="Res"><o:Page o:BaseLoc="a.xml"/></o:Res>'.encode(), everything)
    assert found.base == "Res"
    assert found.older
    assert ("Page", "BaseLoc", "a.xml") in found.values


def test_drawing_is_passed_over_and_the_first_box_is_kept() -> None:
    page = ofd(
        "<o:Area><o:PhysicalBox>0 0 1 2</o:PhysicalBox><o:PhysicalBox>0 0 3 4</o:PhysicalBox></o:Area>"
        '<o:TextObject Font="a.xml"><o:TextCode>a.xml</o:TextCode></o:TextObject>'
    )
    found = scan(page, everything)
    assert found.box == "0 0 1 2"
    assert "a.xml" not in {value for _, _, value in found.values}


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (ofd("<a>" * 70 + "</a>" * 70), "xml-size"),
        (ofd("", head="<!DOCTYPE o>"), "xml-doctype"),
        (ofd("", head='<?xml version="1.0" encoding="gbk"?>'), "xml-encoding"),
        (ofd("<a>"), "xml-form"),
    ],
)
def test_streams_are_bounded_as_well(octets: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        scan(octets, everything)
    assert caught.value.reason == reason


def test_the_number_of_elements_is_bounded_by_the_caller() -> None:
    with pytest.raises(Malformed, match="xml-size"):
        scan(ofd("<a/>" * 10), everything, 10)


@pytest.mark.parametrize(
    ("octets", "answer"),
    [
        (b"<a/>", True),
        (b" " * 999 + b"<a/>", True),
        (b"\xef\xbb\xbf<a/>", True),
        (b"\xff\xfe<\x00", True),
        (b"\x00<", True),
        (b"\x89PNG<", False),
        (b"", False),
        (b"a<", False),
    ],
)
def test_what_some_reader_could_take_for_xml(octets: bytes, answer: bool) -> None:
    assert looks_like_xml(octets) is answer
