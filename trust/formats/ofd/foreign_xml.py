"""XML of OFD packages of any origin: the few files that decide the structure as trees, all others as streams.

The bounds of `xml` hold in kind: no document type, no processing instruction, UTF-8 alone, bounded size, depth and
number of elements. Wider than there: an older namespace is read and noted. Narrower: in a file that decides the
structure a comment inside a value, text between child elements, or a structural name in a foreign namespace is
refused, because readers differ on what such a file says.

`scan` builds no tree: it gives the values of a file that could be locations, which is all that following references
needs, at a tenth of the memory.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from trust.errors import Malformed
from trust.formats.ofd.xml import NAMESPACE, Element, Reader, parse

OLDER_NAMESPACE = "http://www.ofdspec.org"
MAX_STRUCTURE = 8 * 1024 * 1024
MAX_SCANNED = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 100_000
MAX_SCANNED_ELEMENTS = 1_000_000
DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
WIDER = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0\xfe\xff", b"\0\0\0<", b"\x4c\x6f\xa7\x94")
"""How XML in UTF-16, UTF-32 or EBCDIC begins, with or without a byte order mark."""
UTF8 = frozenset({"utf-8", "utf8"})
UTF8_MARK = b"\xef\xbb\xbf"
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
COMMENT = "\uffff"
"""Stands for a comment inside text; XML itself cannot carry this character."""
STRUCTURAL = frozenset(
    {"OFD", "DocBody", "DocInfo", "DocRoot", "Versions", "Version", "Signatures", "Signature", "SignedInfo"}
    | {"SignedValue", "References", "Reference", "CheckValue", "StampAnnot", "Seal", "BaseLoc", "CustomDatas"}
    | {"CustomData", "Document", "CommonData", "PageArea", "PhysicalBox", "Pages", "Page", "DocVersion"}
    | {"DocEntries", "FileList", "File", "SignedValueLoc", "Provider", "SignatureMethod", "SignatureDateTime"}
)
DRAWING = frozenset(
    {"TextObject", "TextCode", "CGTransform", "Glyphs", "PathObject", "AbbreviatedData", "ImageObject", "FillColor"}
    | {"StrokeColor", "Clip", "Clips", "Area", "Path", "Layer", "PageBlock", "CompositeObject", "Text", "CustomData"}
)
"""Elements whose own text and attributes are never locations: by far most of what a page holds."""
LABELS = frozenset({"Title", "Name", "FontName", "FamilyName", "TypeID", "NameSpace"})
"""Attributes for people."""


class ForeignReader(Reader):
    """Refuses a declared encoding that is not the one read."""

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002  (expat's signature)
        if encoding is not None and encoding.casefold() not in UTF8:
            raise Malformed("xml-encoding", "an encoding other than UTF-8")


class TreeReader(ForeignReader):
    """Builds a tree in which the older namespace counts as the present one."""

    def __init__(self) -> None:
        super().__init__()
        self.older = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if len(self.open) > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise Malformed("xml-size", "nested too deeply, or too many elements")
        if any(" " in key and key.rpartition(" ")[2] in attributes for key in attributes):
            raise Malformed("xml-form", "an attribute that some readers take for another")
        element = Element(self.known(name), attributes)
        self.open[-1].children.append(element)
        self.open.append(element)
        self.texts.append([])

    def known(self, name: str) -> str:
        """The local name, or with its namespace where that is foreign."""
        space, _, local = name.rpartition(" ")
        if space == OLDER_NAMESPACE:
            self.older = True
        elif space != NAMESPACE:
            if local in STRUCTURAL:
                raise Malformed("xml-form", f"{local} in a foreign namespace")
            return f"{{{space}}}{local}"
        return local

    def end(self, name: str) -> None:
        super().end(name)
        closed = self.open[-1].children[-1]
        plain = closed.text.replace(COMMENT, "")
        if plain.strip():
            if closed.children:
                raise Malformed("xml-form", "text between child elements")
            if COMMENT in closed.text:
                raise Malformed("xml-comment", "a comment inside a value")
        closed.text = plain.strip()

    def comment(self, text: str) -> None:  # noqa: ARG002  (expat's signature; what it says does not matter)
        self.texts[-1].append(COMMENT)


def looks_like_xml(octets: bytes) -> bool:
    """Whether some reader could take an entry for XML."""
    return octets.startswith(WIDER) or MARKUP.match(octets) is not None


def check_encoding(octets: bytes) -> None:
    """Refuse what says it is in another encoding than UTF-8.

    Raises:
        Malformed: `xml-encoding`.

    """
    declared = DECLARED.match(octets.removeprefix(UTF8_MARK)[:300])
    if octets.startswith(WIDER) or (declared and declared[1].decode("ascii").casefold() not in UTF8):
        raise Malformed("xml-encoding", "an encoding other than UTF-8")


def read_structure(octets: bytes, root: str) -> tuple[Element, bool]:
    """Read a file that decides the structure; also tell whether it uses the older namespace.

    Texts come without white space around them.

    Raises:
        Malformed: `xml-…` reasons, `xml-form` where the root is another.

    """
    if len(octets) > MAX_STRUCTURE:
        raise Malformed("xml-size", f"more than {MAX_STRUCTURE} octets")
    check_encoding(octets)
    reader = TreeReader()
    parse(octets, reader)
    element = reader.open[0].children[0]
    if element.name != root:
        raise Malformed("xml-form", f"the root is {element.name[:100]}, not {root}")
    return element, reader.older


def at_most_one(element: Element, name: str) -> Element | None:
    """The only child of this name, or None.

    Raises:
        Malformed: `xml-form`, there are more.

    """
    return element.one(name) if element.all(name) else None


def text_of(element: Element, name: str) -> str:
    """The text of the only child of this name; empty where there is none."""
    child = at_most_one(element, name)
    return "" if child is None else child.text


@dataclass
class Scan:
    """What a stream gave: `values` are (element, attribute or empty, value), each once, `box` the first PhysicalBox."""

    root: str = ""
    base: str = ""
    box: str = ""
    values: dict[tuple[str, str, str], None] = field(default_factory=dict)
    elements: int = 0
    older: bool = False


class Scanner(ForeignReader):
    """Hands on the texts and attributes that `wanted` asks for."""

    def __init__(self, wanted: Callable[[str, str, str], bool], allowed: int) -> None:
        super().__init__()
        self.found = Scan()
        self.wanted = wanted
        self.allowed = allowed
        self.names: list[str] = []
        self.pieces: list[str] = []
        self.locals: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        found = self.found
        found.elements += 1
        if len(self.names) >= MAX_DEPTH or found.elements > self.allowed:
            raise Malformed("xml-size", "nested too deeply, or too many elements")
        if self.pieces:
            self.flush()
        local = self.locals.get(name) or self.learn(name)
        if not self.names:
            found.root = local
            found.base = attributes.get("BaseLoc", "") if local == "Res" else ""
        self.names.append(local)
        if attributes and local not in DRAWING:
            for key, value in attributes.items():
                plain = key.rpartition(" ")[2]
                if plain not in LABELS and self.wanted(local, plain, value):
                    found.values[local, plain, value] = None

    def learn(self, name: str) -> str:
        """The local name of an element met for the first time."""
        space, _, local = name.rpartition(" ")
        self.found.older |= space == OLDER_NAMESPACE
        self.locals[name] = local
        return local

    def end(self, name: str) -> None:  # noqa: ARG002  (expat's signature)
        if self.pieces:
            self.flush()
        self.names.pop()

    def characters(self, text: str) -> None:
        self.pieces.append(text)

    def flush(self) -> None:
        """Look at the text gathered since the last tag."""
        local, value = self.names[-1], "".join(self.pieces).strip()
        self.pieces = []
        if not value or local in DRAWING:
            return
        if local == "PhysicalBox" and not self.found.box:
            self.found.box = value
        if self.wanted(local, "", value):
            self.found.values[local, "", value] = None


def scan(octets: bytes, wanted: Callable[[str, str, str], bool], allowed: int = MAX_SCANNED_ELEMENTS) -> Scan:
    """Read any XML entry of at most `allowed` elements as a stream.

    `wanted` is asked with element, attribute (empty for text) and value.

    Raises:
        Malformed: `xml-…` reasons.

    """
    if len(octets) > MAX_SCANNED:
        raise Malformed("xml-size", f"more than {MAX_SCANNED} octets")
    check_encoding(octets)
    scanner = Scanner(wanted, allowed)
    parse(octets, scanner)
    return scanner.found
