"""What stands beside the cells of an XLSX workbook: its sheets, its shared texts, and which styles are dates.

Facts of ECMA-376 part 1, in its transitional and its strict form: relationships name the parts; number formats 14 to
22, 27 to 36, 45 to 47 and 50 to 58 are days or times, others by the signs of their code; days count from 1900, where
29 February 1900 exists, or from 1904.
"""

import posixpath
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from issuer.batches.sheet import SheetError
from issuer.batches.xlsx_package import Package

MAX_SHARED, MAX_SHARED_TEXT = 2_000_000, 64_000_000
MAX_SHARED_PART = 256 * 1024 * 1024
MAX_SHEETS = 100
_BUILT_IN = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_PARTS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|.', re.DOTALL)
_HARMLESS = re.compile(
    r"_.|\* |\\ |\s|\[\$-[0-9A-Fa-f]+\]|\[(?:black|blue|cyan|green|magenta|red|yellow|color ?[0-9]{1,2})\]",
    re.IGNORECASE,
)
_OWN_DIGITS = re.compile(r'"[^"]*[0-9][^"]*"|\\[0-9]')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetPart:
    """One sheet that is not hidden: its name, and where its cells are."""

    name: str
    part: str


@dataclass(frozen=True)
class Workbook:
    """What reading the cells of its sheets depends on."""

    sheets: tuple[SheetPart, ...]
    shared: "SharedTexts"
    dates: frozenset[int]
    altering: frozenset[int]
    formatted: frozenset[int]
    whole: frozenset[int]
    from_1904: bool

    def day(self, serial: str) -> date | None:
        """The day of a cell that is a date, None where it has a time or is no day at all."""
        found = re.fullmatch(r"([0-9]{1,7})(?:\.0+)?", serial)
        if found is None:
            return None
        count = int(found[1]) + (1462 if self.from_1904 else 0)
        return date.fromordinal(693_594 + count) if 61 <= count <= 2_958_465 else None


def read_workbook(package: Package) -> Workbook:
    """Read the parts that the package's relationships name.

    Raises:
        SheetError: `xlsx-form`, `xlsx-bounds`, `xml-doctype`.

    """
    root = _Relations("")
    package.read("_rels/.rels", root)
    book = root.one("officeDocument") or "xl/workbook.xml"
    folder, name = posixpath.split(book)
    relations, index = _Relations(folder), _Index()
    package.read(f"{folder}/_rels/{name}.rels".lstrip("/"), relations)
    package.read(book, index)
    texts, styles = SharedTexts(), _Styles()
    if part := relations.one("sharedStrings"):
        package.read(part, texts, limit=MAX_SHARED_PART)
    if part := relations.one("styles"):
        package.read(part, styles)
    places = relations.all("worksheet")
    sheets = tuple(SheetPart(title, places[key]) for title, key in index.visible if key in places)
    return Workbook(sheets, texts, styles.dates, styles.altering, styles.formatted, styles.whole, index.from_1904)


def unescaped(text: str) -> str:
    """Text in which signs that XML cannot carry were written as `_x000D_`."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def is_date(code: str) -> bool:
    """Whether a number format shows a day: a year, or month and day, outside quotes and brackets."""
    signs = _NOT_DATE.sub("", code).casefold()
    return signs not in {"general", "standard"} and ("y" in signs or ("m" in signs and "d" in signs))


def alters_text(code: str) -> bool:
    """Whether a number format shows a text otherwise than it is: hidden, replaced, or with signs beside it.

    The fourth section is for texts, or else the last one where it has an `@`; space, colours and locales do no harm.
    """
    sections = _sections(code)
    last = sections[3] if len(sections) > 3 else sections[-1]
    return (len(sections) > 3 or "@" in _NOT_DATE.sub("", last)) and _HARMLESS.sub("", last) != "@"


def _sections(code: str) -> list[str]:
    """The sections of a number format."""
    found = [""]
    for part in _PARTS.findall(code):
        if part == ";":
            found.append("")
        else:
            found[-1] += part
    return found


class _Relations:
    def __init__(self, folder: str) -> None:
        self._folder, self._found = folder, dict[str, tuple[str, str]]()

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", ""))).lstrip("/")
            self._found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    def end(self, name: str) -> None: ...
    def characters(self, text: str) -> None: ...

    def all(self, kind: str) -> dict[str, str]:
        return {key: target for key, (of, target) in self._found.items() if of == kind}

    def one(self, kind: str) -> str | None:
        return next(iter(self.all(kind).values()), None)


class _Index:
    def __init__(self) -> None:
        self.visible: list[tuple[str, str]] = []
        self.from_1904 = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            self.visible.append((attributes.get("name", ""), attributes.get("id", "")))
            if len(self.visible) > MAX_SHEETS:
                raise SheetError("xlsx-bounds")

    def end(self, name: str) -> None: ...
    def characters(self, text: str) -> None: ...


class SharedTexts:
    """The texts that cells name by number; readings of ideographs (`rPh`) are left out.

    They are kept end to end as UTF-8: a text of its own for each of a million cells would take ten times the room.
    """

    def __init__(self) -> None:
        self._octets, self._begins = bytearray(), array("Q")
        self._text: list[str] | None = None
        self._aside, self._total = 0, 0

    def __len__(self) -> int:
        return len(self._begins)

    def __getitem__(self, place: int) -> str:
        end = self._begins[place + 1] if place + 1 < len(self._begins) else len(self._octets)
        return self._octets[self._begins[place] : end].decode("utf-8", "surrogatepass")

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  (every handler is told)
        if name == "rPh":
            self._aside += 1
        elif name == "si":
            self._begins.append(len(self._octets))
            if len(self) > MAX_SHARED:
                raise SheetError("xlsx-bounds")
        elif name == "t" and not self._aside and self._begins:
            self._text = []

    def characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            self._total += len(text)
            if self._total > MAX_SHARED_TEXT:
                raise SheetError("xlsx-bounds")

    def end(self, name: str) -> None:
        if name == "rPh":
            self._aside -= 1
        elif name == "t" and self._text is not None:
            self._octets += unescaped("".join(self._text)).encode("utf-8", "surrogatepass")
            self._text = None


class _Styles:
    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._inside = self._conditional = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = attributes.get("formatCode", "")[:1000]
            if not self._conditional:
                self._codes[_count(attributes.get("numFmtId"))] = code
            elif alters_text(code):
                raise SheetError("text-format")
        elif name == "dxfs":
            self._conditional = True
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._formats.append(_count(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        self._inside = self._inside and name != "cellXfs"
        self._conditional = self._conditional and name != "dxfs"

    def characters(self, text: str) -> None: ...

    @property
    def dates(self) -> frozenset[int]:
        """Styles that show a day, and no digits of their own beside it."""
        return self._of(lambda code: is_date(code) and not _OWN_DIGITS.search(code)) | frozenset(
            place for place, one in enumerate(self._formats) if one in _BUILT_IN and one not in self._codes
        )

    @property
    def altering(self) -> frozenset[int]:
        """Styles that show a text otherwise than it is."""
        return self._of(alters_text)

    def _of(self, holds: Callable[[str], bool]) -> frozenset[int]:
        wanted = {number for number, code in self._codes.items() if holds(code)}
        return frozenset(place for place, one in enumerate(self._formats) if one in wanted)

    @property
    def formatted(self) -> frozenset[int]:
        """Styles that may show a number otherwise than it is: all but General (0) and text (49)."""
        return frozenset(place for place, one in enumerate(self._formats) if one not in {0, 49})

    @property
    def whole(self) -> frozenset[int]:
        """Styles that show whole numbers as they are (1)."""
        return frozenset(place for place, one in enumerate(self._formats) if one == 1)


def _count(text: str | None) -> int:
    if text is None or not re.fullmatch("[0-9]{1,9}", text):
        raise SheetError("xlsx-form")
    return int(text)
