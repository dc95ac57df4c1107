"""The XML of an OFD package: read with expat alone, without a document type; written from escaped text.

Nothing that could reach outside the octets given is allowed: no DOCTYPE, hence no entities of its own; no
processing instruction; no encoding but UTF-8; bounded size, depth and number of elements. `Element` keeps names
with their namespace, attributes without one, and the text directly inside. Comments are skipped: a document of
ours is compared octet for octet with what we would have written, so it has none.

Raises `Malformed` with `xml-doctype`, `xml-instruction`, `xml-size` or `xml-form`; `xml-text` when writing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from trust.errors import Malformed

NAMESPACE = "http://www.ofdspec.org/2016"
OURS = f"{NAMESPACE} "
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAX_OCTETS = 4 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 100_000
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""
SPECIAL = re.compile("[^\t\n !#-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Those, and all that are written as a reference somewhere; most texts have none."""
PLAIN = re.compile(r"[0-9A-Za-z ./_\-:]*")


@dataclass(slots=True)
class Element:
    """An element as read; `name` is `local` in the OFD namespace and `{other}local` in any other."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def one(self, name: str) -> "Element":
        """The only child of this name.

        Raises:
            Malformed: `xml-form`, there is none or more than one.

        """
        found = self.all(name)
        if len(found) != 1:
            raise Malformed("xml-form", f"{len(found)} elements {name} in {self.name}")
        return found[0]

    def all(self, name: str) -> list["Element"]:
        """The children of this name, in their order."""
        return [child for child in self.children if child.name == name]

    def attribute(self, name: str) -> str:
        """An attribute that must be there."""
        if name not in self.attributes:
            raise Malformed("xml-form", f"{self.name} lacks {name}")
        return self.attributes[name]


class Reader:
    """The handlers expat calls while a document is read; a subclass may also want comments and the declaration."""

    comment: Callable[[str], None] | None = None
    declaration: Callable[[str, str | None, int], None] | None = None

    def __init__(self) -> None:
        self.open: list[Element] = [Element("", {})]
        self.texts: list[list[str]] = [[]]
        self.elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if len(self.open) > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise Malformed("xml-size", "nested too deeply, or too many elements")
        if name.startswith(OURS):
            element = Element(name[len(OURS) :], attributes)
        else:
            space, _, local = name.rpartition(" ")
            element = Element(f"{{{space}}}{local}", attributes)
        self.open[-1].children.append(element)
        self.open.append(element)
        self.texts.append([])

    def end(self, name: str) -> None:  # noqa: ARG002  (expat's signature)
        self.open.pop().text = "".join(self.texts.pop())

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)

    def doctype(self, *_: object) -> None:
        raise Malformed("xml-doctype", "a document type is not allowed")

    def instruction(self, target: str, data: str) -> None:  # noqa: ARG002  (expat's signature)
        raise Malformed("xml-instruction", "a processing instruction is not allowed")


def read_xml(octets: bytes, *, root: str | None = None) -> Element:
    """Read a document; its root must be `root` in the OFD namespace where that is given.

    Raises:
        Malformed: see the reasons above.

    """
    if len(octets) > MAX_OCTETS:
        raise Malformed("xml-size", f"more than {MAX_OCTETS} octets")
    reader = Reader()
    parse(octets, reader)
    element = reader.open[0].children[0]
    if root is not None and element.name != root:
        raise Malformed("xml-form", f"the root is {element.name}, not {root}")
    return element


def parse(octets: bytes, reader: Reader) -> None:
    """Let expat call the reader's handlers; bounds are the reader's business.

    Raises:
        Malformed: `xml-doctype`, `xml-instruction`, `xml-form`, and what the handlers raise.

    """
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    if reader.comment is not None:
        parser.CommentHandler = reader.comment
    if reader.declaration is not None:
        parser.XmlDeclHandler = reader.declaration
    try:
        octets.decode("utf-8")  # a byte order mark would make expat read UTF-16 all the same
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError) as error:
        raise Malformed("xml-form", "not well-formed XML in UTF-8") from error


def text(value: str) -> str:
    """Character data.

    Raises:
        Malformed: `xml-text`, XML cannot carry a character of it.

    """
    if not SPECIAL.search(value):
        return value
    if UNWRITABLE.search(value):
        raise Malformed("xml-text", "a character that XML cannot carry")
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def quoted(value: str) -> str:
    """An attribute's value between double quotes."""
    if PLAIN.fullmatch(value) or (not SPECIAL.search(value) and value.isprintable()):
        return f'"{value}"'
    escaped = text(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    return f'"{escaped}"'


def element(name: str, attributes: Mapping[str, str] | None = None, *content: str) -> str:
    """An element in the OFD namespace around content that is escaped already; attributes in the order given."""
    inner = "".join([f" {key}={quoted(value)}" for key, value in attributes.items()]) if attributes else ""
    if not content:
        return f"<ofd:{name}{inner}/>"
    return f"<ofd:{name}{inner}>{''.join(content)}</ofd:{name}>"


def document(name: str, attributes: Mapping[str, str], content: Iterable[str]) -> bytes:
    """A whole document with this root, in UTF-8."""
    inner = element(name, {"xmlns:ofd": NAMESPACE, **attributes}, "".join(content))
    return (HEAD + inner).encode("utf-8")
