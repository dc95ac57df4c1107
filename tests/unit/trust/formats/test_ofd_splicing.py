"""Octets are put into foreign XML where they belong, and no other octet moves."""

import pytest

from trust.errors import Malformed
from trust.formats.ofd.splicing import append_inside, outline, replace_inside, tag


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<o:A><o:B>x</o:B></o:A>", "<o:A><o:B>x</o:B><o:New/></o:A>"),
        ("<A></A>", "<A><New/></A>"),
        ("<A/>", "<A><New/></A>"),
        ("<o:A xmlns:o='u' />", "<o:A xmlns:o='u' ><o:New/></o:A>"),
        ('<A t="a>b/>c" />', '<A t="a>b/>c" ><New/></A>'),
        ("<A t='\">'>\r\n\t</A>\r\n", "<A t='\">'>\r\n\t<New/></A>\r\n"),
        ("\ufeff<A>雁栖𬭎</A>", "\ufeff<A>雁栖𬭎<New/></A>"),
        ("<?xml version='1.0'?><!-- </A> --><A><![CDATA[</A>]]></A>", None),
    ],
)
def test_appending(before: str, after: str | None) -> None:
    octets = before.encode()
    root = outline(octets)[-1]
    added = append_inside(octets, root, tag(root.prefix, "New", {}))
    expected = after or before.removesuffix("</A>") + "<New/></A>"
    assert added.decode() == expected


def test_replacing_the_content_of_one_element() -> None:
    octets = b"<A><M>s006</M><M/></A>"
    first, second, _ = outline(octets)
    assert replace_inside(octets, first, "s007") == b"<A><M>s007</M><M/></A>"
    assert replace_inside(octets, second, "s007") == octets


def test_depth_and_names_are_told() -> None:
    spots = outline(b"<o:A><o:B><C/></o:B></o:A>")
    assert [(spot.prefix, spot.local, spot.depth, spot.closed) for spot in spots] == [
        ("", "C", 2, True),
        ("o:", "B", 1, False),
        ("o:", "A", 0, False),
    ]


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"<!DOCTYPE A><A/>", "xml-doctype"),
        (b"<A>", "xml-form"),
        (b"", "xml-form"),
        (b"<A>\xff</A>", "xml-form"),
    ],
)
def test_what_is_no_plain_xml_is_refused(octets: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        outline(octets)
    assert refusal.value.reason == reason


def test_text_put_in_is_escaped() -> None:
    assert tag("o:", "S", {"a": '"<'}, "a&b") == '<o:S a="&quot;&lt;">a&amp;b</o:S>'
