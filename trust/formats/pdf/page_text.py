"""Which character stands where on a page, as far as finding words needs it.

Text operators are followed, forms drawn on the page too, and fonts say which characters their codes mean (`glyphs`).
Where they stand is `text_state`'s. Work is bounded: a page beyond the bounds is read
as far as they reach. Rules: ISO 32000-2 §9.4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.glyphs import Font, font_of
from trust.formats.pdf.operators import Name, Operand, operators
from trust.formats.pdf.paper import number
from trust.formats.pdf.text_state import IDENTITY, Mark, State, as_matrix, product, set_mark

MAX_CONTENT = 8 * 1024 * 1024
MAX_OPERATORS = 3_000_000
OCTETS_PER_STEP = 64
MAX_GLYPHS = 200_000
MAX_FORMS = 8
MAX_STATES = 200


@dataclass
class Sheet:
    """What is shared while pages and their forms are read: characters noted on the page, operators met, fonts known."""

    reader: PdfFileReader
    marks: list[Mark] = field(default_factory=list)
    steps: int = 0
    fonts: dict[int, Font] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether the bounds are reached."""
        return self.steps > MAX_OPERATORS or len(self.marks) > MAX_GLYPHS


def page_marks(sheet: Sheet, page: generic.DictionaryObject) -> list[Mark]:
    """The characters of a page in the order in which they are drawn; the bounds of `sheet` hold for all its pages.

    Raises:
        PdfRefused: `pdf-unreadable`; also pyHanko's errors (`source.READING_ERRORS`) over streams it cannot decode.

    """
    reader = sheet.reader
    sheet.marks = []
    entry = source.resolve(reader, dict.get(page, "/Contents"))
    parts = [source.resolve(reader, each) for each in source.raw_items(entry)] or [entry]
    content = b"\n".join(part.data for part in parts if isinstance(part, generic.StreamObject))
    Stream(sheet, source.inherited(reader, page, "/Resources"), State(), 0).read(content)
    return sheet.marks


class Stream:
    """One content stream being read: its graphics state, and where text stands."""

    def __init__(self, sheet: Sheet, resources: source.Value | None, state: State, depth: int) -> None:
        self._sheet = sheet
        self._resources = resources
        self._state = state
        self._depth = depth
        self._stack: list[State] = []
        self._line = self._text = IDENTITY

    def read(self, content: bytes) -> None:
        """Follow the operators."""
        self._sheet.steps += len(content) // OCTETS_PER_STEP
        for operator, operands in operators(content[:MAX_CONTENT]):
            self._sheet.steps += 1
            if self._sheet.full:
                return
            values = [each for each in operands if isinstance(each, float)]
            if operator in PLACING and len(values) == PLACING[operator][0]:
                PLACING[operator][1](self, *values)
            elif operator in SHOWING:
                SHOWING[operator](self, operands)

    def save(self) -> None:
        """Keep the state."""
        if len(self._stack) < MAX_STATES:
            self._stack.append(self._state)

    def restore(self) -> None:
        """Go back to the state kept last."""
        if self._stack:
            self._state = self._stack.pop()

    def concatenate(self, *values: float) -> None:
        """Change the coordinates."""
        self._state = replace(self._state, matrix=product(as_matrix(values), self._state.matrix))

    def begin(self) -> None:
        """Begin a stretch of text."""
        self._line = self._text = IDENTITY

    def set(self, *values: float) -> None:
        """Set where text stands."""
        self._line = self._text = as_matrix(values)

    def move(self, x: float, y: float) -> None:
        """Move to another line."""
        self._line = self._text = product((1, 0, 0, 1, x, y), self._line)

    def move_leading(self, x: float, y: float) -> None:
        """Move to another line, and remember how far down it is."""
        self._state = replace(self._state, leading=-y)
        self.move(x, y)

    def next_line(self) -> None:
        """Move down by the leading."""
        self.move(0, -self._state.leading)

    def space(self, value: float) -> None:
        """Set the space between characters."""
        self._state = replace(self._state, spacing=value)

    def space_words(self, value: float) -> None:
        """Set the space between words."""
        self._state = replace(self._state, word=value)

    def lead(self, value: float) -> None:
        """Set how far lines are apart."""
        self._state = replace(self._state, leading=value)

    def raise_text(self, value: float) -> None:
        """Set how far text stands above its line."""
        self._state = replace(self._state, rise=value)

    def stretch(self, percent: float) -> None:
        """Set how wide text runs, in percent."""
        self._state = replace(self._state, scale=percent / 100)

    def choose(self, operands: list[Operand]) -> None:
        """Font and size."""
        if len(operands) == 2 and isinstance(operands[0], Name) and isinstance(operands[1], float):
            self._state = replace(self._state, font=self._font(operands[0]), size=operands[1])

    def show_on_next(self, operands: list[Operand]) -> None:
        """A string on the next line; with two numbers before it, these are the spacings."""
        values = [each for each in operands if isinstance(each, float)]
        if len(values) == 2:
            self._state = replace(self._state, word=values[0], spacing=values[1])
        self.next_line()
        self.show(operands)

    def show(self, operands: list[Operand]) -> None:
        """Strings, and numbers that move what follows."""
        items = operands[-1] if operands and isinstance(operands[-1], list) else operands[-1:]
        for item in items:
            if isinstance(item, bytes):
                self._note(item)
            elif isinstance(item, float):
                self._advance(-item / 1000 * self._state.size)

    def _note(self, string: bytes) -> None:
        state = self._state
        for glyph in state.font.glyphs(string) if state.font else ():
            width = glyph.width / 1000 * state.size
            if glyph.text:
                self._sheet.marks.append(set_mark(glyph.text, state, self._text, width))
            self._advance(width + state.spacing + (state.word if glyph.space else 0))

    def _advance(self, distance: float) -> None:
        self._text = product((1, 0, 0, 1, distance * self._state.scale, 0), self._text)

    def draw(self, operands: list[Operand]) -> None:
        """A form drawn here."""
        reader = self._sheet.reader
        form = self._resource(operands, "/XObject")
        if self._depth >= MAX_FORMS or not isinstance(form, generic.StreamObject):
            return
        if source.name(reader, form, "/Subtype") != "/Form":
            return
        listed = source.raw_items(source.resolve(reader, dict.get(form, "/Matrix")))
        values = [number(source.resolve(reader, each)) or 0.0 for each in listed]
        matrix = product(as_matrix(values), self._state.matrix) if len(values) == 6 else self._state.matrix
        own = source.resolve(reader, dict.get(form, "/Resources")) or self._resources
        Stream(self._sheet, own, replace(self._state, matrix=matrix), self._depth + 1).read(form.data)

    def _font(self, name: Name) -> Font | None:
        found = self._resource([name], "/Font")
        if not isinstance(found, generic.DictionaryObject):
            return None
        if id(found) not in self._sheet.fonts:
            self._sheet.fonts[id(found)] = font_of(self._sheet.reader, found)
        return self._sheet.fonts[id(found)]

    def _resource(self, operands: list[Operand], kind: str) -> source.Value | None:
        """The resource that the first operand names."""
        resources, reader = self._resources, self._sheet.reader
        if not operands or not isinstance(operands[0], Name) or not isinstance(resources, generic.DictionaryObject):
            return None
        named = source.resolve(reader, dict.get(resources, kind))
        if not isinstance(named, generic.DictionaryObject):
            return None
        return source.resolve(reader, dict.get(named, f"/{operands[0]}"))


PLACING: Mapping[bytes, tuple[int, Callable[..., None]]] = {
    b"q": (0, Stream.save),
    b"Q": (0, Stream.restore),
    b"cm": (6, Stream.concatenate),
    b"BT": (0, Stream.begin),
    b"Tm": (6, Stream.set),
    b"Td": (2, Stream.move),
    b"TD": (2, Stream.move_leading),
    b"T*": (0, Stream.next_line),
    b"Tc": (1, Stream.space),
    b"Tw": (1, Stream.space_words),
    b"TL": (1, Stream.lead),
    b"Ts": (1, Stream.raise_text),
    b"Tz": (1, Stream.stretch),
}
"""Operators that take so many numbers."""

SHOWING: Mapping[bytes, Callable[[Stream, list[Operand]], None]] = {
    b"Tf": Stream.choose,
    b"Tj": Stream.show,
    b"TJ": Stream.show,
    b"'": Stream.show_on_next,
    b'"': Stream.show_on_next,
    b"Do": Stream.draw,
}
