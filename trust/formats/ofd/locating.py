"""Which entry a location in an OFD package means, and every entry it might mean to another reader.

GB/T 33190 knows absolute paths from the package's root and paths relative to the file that holds them; real files also
hold paths relative to the root without the slash, a `Res` element adds a folder of its own, some write backslashes,
and readers that unpack to a disk may not tell upper from lower case. A reader that guesses one meaning can be shown
another file than the one that is signed, so `meanings` gives every entry a location could mean; whoever checks
coverage asks for all of them. `the_one` is for locations that decide the structure: two meanings are refused there.

Package names are unique without regard to case and normal form (`read_package` sees to that), so folding is safe.
"""

import unicodedata
from collections.abc import Iterable

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes

MAX_LOCATION = 512


def folded(name: str) -> str:
    """A name as the most forgiving reader sees it."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def folder_of(entry: str) -> str:
    """The folder of an entry, without a slash at its end."""
    return entry.rpartition("/")[0]


def joined(folder: str, location: str) -> str:
    """The path that a location means in a folder, from the root.

    Raises:
        Malformed: `path-escape`, it leaves the package.

    """
    steps: list[str] = [] if location.startswith("/") or not folder else folder.split("/")
    for step in location.split("/"):
        if step == "..":
            if not steps:
                raise Malformed("path-escape", location[:MAX_LOCATION])
            steps.pop()
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


class Locator:
    """The names of a package, to be found by location."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {folded(name): name for name in names}
        self.last_steps = frozenset(name.rpartition("/")[2] for name in self._names)

    def entry(self, path: str) -> str | None:
        """The entry at a path from the root, found without regard to case."""
        return self._names.get(folded(path))

    def exact(self, path: str, notes: Notes) -> str | None:
        """As `entry`, noting a difference in case."""
        found = self.entry(path)
        if found is not None and found != path:
            notes.note("path-case", path)
        return found

    def meanings(self, location: str, holder: str, notes: Notes, *, base: str = "") -> tuple[str, ...]:
        """Every entry a location could mean, the likeliest first.

        Args:
            location: as written.
            holder: the entry it is written in.
            notes: takes `path-form` and `path-case`.
            base: the BaseLoc of the `Res` element around it.

        Raises:
            Malformed: `path-escape`, read relative to its holder it leaves the package.

        """
        plain = location.strip()
        if len(plain) > MAX_LOCATION:
            return ()
        if "\\" in plain:
            plain = plain.replace("\\", "/")
            notes.note("path-form", location)
        found: dict[str, None] = {}
        for number, folder in enumerate(folders(plain, holder, base)):
            try:
                path = joined(folder, plain)
            except Malformed:
                if number == 0:
                    raise
                continue
            entry = self.exact(path, notes) if path else None
            if entry is not None:
                found[entry] = None
        return tuple(found)

    def the_one(self, location: str, holder: str, notes: Notes) -> str | None:
        """The entry a location means, or None.

        Raises:
            Malformed: `path-escape`; `path-ambiguous`, it could mean two.

        """
        found = self.meanings(location, holder, notes)
        if len(found) > 1:
            raise Malformed("path-ambiguous", location)
        return found[0] if found else None


def folders(location: str, holder: str, base: str) -> list[str]:
    """The folders a location may be relative to, the likeliest first."""
    if location.startswith("/"):
        return [""]
    own = folder_of(holder)
    if not base:
        return [own, ""]
    based = [path for folder in (own, "") if (path := inside(folder, base)) is not None]
    return [*based, own, ""]


def inside(folder: str, base: str) -> str | None:
    """The folder a BaseLoc means, or None where it leaves the package."""
    try:
        return joined(folder, base.strip().replace("\\", "/"))
    except Malformed:
        return None
