"""A folder tree as a power cut would leave it, put together again from what the preloaded library kept (`powerloss.c`).

What was in the tree at the beginning counts as on disk. A file has the octets of its last sync, none if it was never
synced; a folder has the names of its own last sync. So a file that was written, synced and renamed is gone until its
folder is synced too, as POSIX allows and some file systems do.

Not modelled: torn writes, writes that reach the disk without a sync, `O_SYNC`, `msync`, `sync_file_range`.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).with_name("powerloss.c")
Names = Mapping[str, str]
"""The names in a folder, each with `f` or `d` and the inode that it leads to."""


def build(folder: Path) -> Path:
    """Compile the library; the path of it."""
    made = folder / "powerloss.so"
    flags = ("-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror")
    subprocess.run(["gcc", *flags, "-o", made, SOURCE, "-ldl"], check=True)
    return made


@dataclass
class Domain:
    """A tree under watch: `tree` is what the process writes, `origin` an untouched copy of how it began."""

    tree: Path
    origin: Path
    kept: Path
    _contents: dict[str, Path] = field(default_factory=dict)
    _folders: dict[str, Names] = field(default_factory=dict)
    _held: list[int] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What the library has to be told."""
        return {"POWERLOSS_TREE": str(self.tree), "POWERLOSS_KEPT": str(self.kept)}

    def begin(self) -> None:
        """Note what is there, and hold it so that no inode is given away meanwhile."""
        for name in ("files", "folders"):
            (self.kept / name).mkdir(parents=True)
        for folder, _, files in os.walk(self.tree):
            self._folders[f"d{Path(folder).stat().st_ino}"] = _names(Path(folder))
            for name in files:
                path = Path(folder, name)
                self._contents[f"f{path.stat().st_ino}"] = self.origin / path.relative_to(self.tree)
                self._held.append(os.open(path, os.O_PATH | os.O_CLOEXEC))

    def cut(self) -> None:
        """Put in place of the tree what is on disk of it."""
        for inode, (_, folder) in sorted(_last_of_each(self.kept / "folders").items()):
            self._folders[f"d{inode}"] = {link.name: str(link.readlink()) for link in folder.iterdir()}
        for record in (self.kept / "files").iterdir():
            if record.suffix != ".part":
                self._contents[f"f{record.name}"] = record
        left = self.tree.with_name(f"{self.tree.name}.left")
        self._lay(f"d{self.tree.stat().st_ino}", left)
        self.end()
        shutil.rmtree(self.tree)
        left.rename(self.tree)

    def end(self) -> None:
        """Let go of what was held."""
        while self._held:
            os.close(self._held.pop())

    def _lay(self, inode: str, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        for name, target in self._folders.get(inode, {}).items():
            if target.startswith("d"):
                self._lay(target, folder / name)
            elif target in self._contents:
                shutil.copy(self._contents[target], folder / name)
            else:
                (folder / name).touch(mode=0o600)  # a name that is on disk, of octets that are not


def _names(folder: Path) -> Names:
    with os.scandir(folder) as entries:
        return {one.name: f"{'d' if one.is_dir(follow_symlinks=False) else 'f'}{one.inode()}" for one in entries}


def _last_of_each(records: Path) -> dict[str, tuple[int, Path]]:
    """The latest record of each folder."""
    found: dict[str, tuple[int, Path]] = {}
    for record in records.iterdir():
        inode, _, number = record.name.partition(".")
        if number.isdigit() and stat.S_ISDIR(record.stat().st_mode):
            found[inode] = max(found.get(inode, (-1, record)), (int(number), record))
    return found
