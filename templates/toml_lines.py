"""Where in a `template.toml` a word stands, so that a mistake can be told with its line.

The standard library reads TOML without places. This goes over the lines once and knows headers (`[a]`, `[[a.b]]`) and
the words below them; that is all a template has. A word it cannot find (inside an inline table, say) is told with the
line of what holds it.
"""

import re

_HEADER = re.compile(r"^\s*\[(\[)?\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?$")
_WORD = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def lines_of(source: str) -> dict[str, int]:
    """Path to line, both counted from 1: `layout.slot[3].size`, `type.code`."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    here = ""
    for number, text in enumerate(source.splitlines(), start=1):
        if header := _HEADER.match(text):
            here = _path(header[2], counts, new=bool(header[1]))
            found.setdefault(here, number)
        elif word := _WORD.match(text):
            found.setdefault(f"{here}.{word[1]}" if here else word[1], number)
    return found


def line_at(found: dict[str, int], path: str) -> int | None:
    """The line of a path, or of the nearest thing that holds it."""
    while path:
        if path in found:
            return found[path]
        path = path.rpartition(".")[0] if not path.endswith("]") else path.rpartition("[")[0]
    return None


def _path(name: str, counts: dict[str, int], *, new: bool) -> str:
    """The path of a header: every array on the way with the number of its last element."""
    path = ""
    words = name.split(".")
    for place, word in enumerate(words):
        path = f"{path}.{word}" if path else word
        if new and place == len(words) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path
