"""Where things of PDF stand in its octets: white space, comments, headers of objects, dictionaries.

pyHanko says what values mean. Whether other programs would find the same values is a question about octets, and this
small part of PDF syntax (ISO 32000-2 §7.2, §7.3) answers it: where a value ends, and where a program that searches a
file for objects would see one begin. A comment counts as white space if it is short and has no word in it that such
a program looks for; libraries put their name there.
"""

import re
from collections.abc import Iterator

from trust.formats.pdf.errors import PdfRefused

SPACE = rb"[\0\t\n\f\r ]"
REGULAR = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
MAX_DICTIONARY, MAX_LEVELS, MAX_NESTED = 64 * 1024, 16, 64
MAX_WORD, MAX_NAME = 40, 250
"""Octets of a number or a name as they are spelt; some programs cut off what is longer, or give up."""
_TOKEN = re.compile(rb"(<<|\[)|(>>|\])|(/%b*+)|(<[0-9A-Fa-f\0\t\n\f\r ]*+>)|(\()|(%b++)" % (REGULAR, REGULAR))
_OPEN, _CLOSE, _NAME, _OCTETS, _STRING, _WORD = range(1, 7)
_DIGITS = b"0123456789"
_HEXADECIMAL = [bytes([each]) for each in b"0123456789abcdefABCDEF"]
_CLOSES = {b"<<": b">>", b"[": b"]"}
_WORDS = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)|true|false|null|R")
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_PLAIN_STRING = re.compile(rb"(?:[^\\\r]|\\[nrtbf()\\]|\\[0-3][0-7]{2})*+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NEEDLESS = re.compile(rb"#(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
"""Escapes of letters and digits, which programs of old files take as they stand."""
_OBJECT = re.compile(rb"[0-9]%b++[0-9]++%b*+obj(?![A-Za-z0-9])" % (SPACE, SPACE))
_COMMENTS = re.compile(rb"(?:%[^\r\n]*+[\r\n]?)++")
_HEADER = re.compile(rb"(?<!%b)([0-9]{1,10})%b++([0-9]{1,5})%b++obj(?!%b)" % (REGULAR, SPACE, SPACE, REGULAR))
_FILLER = re.compile(rb"(?:%b++|%%(?!PDF-|%%EOF)[^\r\n]{0,255}+[\r\n])*+" % SPACE)
_KEYWORD = re.compile(rb"obj|stream|xref|trailer")


def objects_seen(data: bytes, start: int, end: int) -> Iterator[int]:
    """Where a program that looks for `12 0 obj` without regard to tables would see an object begin."""
    for found in _OBJECT.finditer(data, start, end):
        place = found.start()
        while place > start and data[place - 1] in _DIGITS:
            place -= 1
        yield place


def without_comments(data: bytes, start: int) -> bytes:
    """The octets, with white space for those before `start` and for whatever a program might take for a comment."""
    return bytes(start) + _COMMENTS.sub(lambda found: b" " * len(found[0]), data[start:])


def header_at(data: bytes, place: int) -> tuple[int, int] | None:
    """Number and generation of the object that begins exactly here, if one does."""
    found = _HEADER.match(data, place)
    return (int(found[1]), int(found[2])) if found else None


def after_header(data: bytes, place: int) -> int:
    """Where the value of the object that begins here begins; `place` itself if none does."""
    found = _HEADER.match(data, place)
    return found.end() if found else place


def after_space(data: bytes, position: int) -> int:
    """The next octet that is no white space."""
    while position < len(data) and data[position] in b"\0\t\n\f\r ":
        position += 1
    return position


def after_filler(data: bytes, position: int) -> int:
    """The next octet that is neither white space nor in a short comment without any word that programs look for."""
    found = _FILLER.match(data, position)
    end = found.end() if found else position
    return position if _KEYWORD.search(data, position, end) else end


def read_dictionary(data: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    """The entries of the dictionary that begins here, as they are spelt, by name with its slash; and where it ends.

    Raises:
        PdfRefused: `pdf-table-form`, it is not one, is too long, or has a key twice.

    """
    opened: list[tuple[bytes, int]] = []
    parts: list[tuple[int, bytes]] = []
    end = position
    while opened or end == position:
        kind, text, end = _token(data, end, position + MAX_DICTIONARY)
        if kind == _OPEN:
            opened.append((text, end - len(text)))
        elif kind == _CLOSE:
            opening, start = opened.pop() if opened else (b"", 0)
            text = data[start:end]
            if _CLOSES.get(opening) is None or not text.endswith(_CLOSES[opening]):
                raise malformed()
        if kind != _OPEN and len(opened) == 1:
            parts.append((kind, text))
        if len(opened) > MAX_LEVELS or not data.startswith(b"<<", position):
            raise malformed()
    return _entries(parts), end


def after_value(data: bytes, position: int, *, written_anew: bool) -> int:
    """Where the value that begins here ends, if it is spelt so that every program reads the same.

    White space is what the standard calls so and nothing else. In an object `written_anew` names are of ASCII: others
    are compared as text, and the same text can be different octets to a program that looks a name up. Letters in names
    are not escaped, and strings are spelt plainly, without raw returns, broken lines, short escapes or half an octet.

    Raises:
        PdfRefused: `pdf-table-form`.

    """
    opened: list[bytes] = []
    words: tuple[bytes, bytes] = (b"", b"")
    while True:
        before, (kind, text, position) = position, _token(data, position, len(data))
        if len(text) > {_WORD: MAX_WORD, _NAME: MAX_NAME}.get(kind, len(data)):
            raise malformed()
        if written_anew and not _plainly(kind, data, before, position):
            raise malformed()
        if kind == _OPEN:
            opened.append(text)
        elif kind == _CLOSE and (not opened or _CLOSES[opened.pop()] != text):
            raise malformed()
        if text == b"R" and not all(word.isdigit() for word in words):
            raise malformed()
        if (kind == _NAME and written_anew and not _unescaped(text).isascii()) or len(opened) > MAX_NESTED:
            raise malformed()
        words = (words[1], text if kind == _WORD else b"")
        if not opened:
            return position


def _plainly(kind: int, data: bytes, before: int, end: int) -> bool:
    """Whether the token behind `before`, a string or a name, is spelt so that every program takes the same from it."""
    if kind == _NAME:
        return _NEEDLESS.search(data, before, end) is None
    if kind == _STRING:
        return _PLAIN_STRING.fullmatch(data, after_filler(data, before), end) is not None
    return kind != _OCTETS or sum(data.count(each, after_filler(data, before), end) for each in _HEXADECIMAL) % 2 == 0


def _unescaped(name: bytes) -> bytes:
    """A name's octets."""
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), name)


def _token(data: bytes, position: int, limit: int) -> tuple[int, bytes, int]:
    """The next token: its kind, how it is spelt, and where it ends."""
    found = _TOKEN.match(data, after_filler(data, position), limit)
    if found is None or found.lastindex is None:
        raise malformed()
    kind = found.lastindex
    if kind == _WORD and not _WORDS.fullmatch(found[kind]):
        raise malformed()
    end = _after_string(data, found.end(), limit) if kind == _STRING else found.end()
    return kind, found[kind], end


def _after_string(data: bytes, position: int, limit: int) -> int:
    depth = 1
    for found in _IN_STRING.finditer(data, position, limit):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    raise malformed()


def _entries(parts: list[tuple[int, bytes]]) -> dict[bytes, bytes]:
    """Names and values in turn; a reference is one value of three words."""
    values: list[tuple[int, bytes]] = []
    for kind, text in parts:
        if text == b"R":
            if not all(each.isdigit() for _, each in values[-2:]):
                raise malformed()
            values[-2:] = [(_WORD, b" ".join((*(each for _, each in values[-2:]), text)))]
        else:
            values.append((kind, text))
    names = [_unescaped(text) for _, text in values[::2]]
    if len(values) % 2 or any(kind != _NAME for kind, _ in values[::2]) or len(set(names)) != len(names):
        raise malformed()
    return dict(zip(names, (text for _, text in values[1::2]), strict=True))


def malformed() -> PdfRefused:
    """The refusal of a table, or of what belongs to one, that programs would not read alike."""
    return PdfRefused("pdf-table-form", "pdf-table-form", step=2)
