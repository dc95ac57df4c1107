"""The shelf of templates: kept by digest among the files, laid out in a folder to be read, one object for each layout.

A template that came with the installation is read where it is, as long as its layout is the one asked for. Every other
(an older version, a department's own) is laid out from the files kept by digest, which are re-hashed on the way, into a
folder of the installation; what lies there is only a copy and is mended if it differs. Without such a folder, as in
tests, a folder of this process is made and removed with it.
"""

import atexit
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock

from issuer.ports import Blobs
from service.blobs import BlobMissing
from templates.errors import TemplateError
from templates.library import FOLDER, SAMPLE, Bundle, load_bundle, read_bundle
from templates.packing import check_name, files_of, lay_out, layout_of, manifest_of


class TemplateShelf:
    """`issuer.catalogue.ports.Shelf` on the files of an installation."""

    def __init__(self, blobs: Blobs, folder: Path | None = None) -> None:
        self._blobs, self._folder = blobs, folder
        self._lock = Lock()
        self._taken: dict[tuple[str, str, str | None], Bundle] = {}

    def keep(self, files: Mapping[str, bytes]) -> tuple[str, str | None]:
        """See `Shelf`."""
        names = {name: self._blobs.put(octets) for name, octets in files.items()}
        return self._blobs.put(manifest_of(files)), names.get(SAMPLE)

    def take(self, name: str, layout: str, sample: str | None) -> Bundle:
        """See `Shelf`."""
        supplied = self.supplied(name)
        if supplied is not None and supplied[0] == layout:
            return supplied[1]
        with self._lock:
            place = check_name(name), layout, sample
            if place not in self._taken:
                folder = (self._folder or _own_folder()) / layout.removeprefix("sm3:")[:32] / name
                try:
                    lay_out(folder, layout, sample, self._blobs.get)
                except BlobMissing as error:
                    raise TemplateError("unreadable", name, f"a file of it is missing: {error}") from error
                self._taken[place] = read_bundle(folder)
            return self._taken[place]

    def supplied(self, name: str) -> tuple[str, Bundle] | None:
        """See `Shelf`; None also for one that is not in order, which then is nobody's."""
        return _supplied(FOLDER / name) if (FOLDER / check_name(name)).is_dir() else None


@cache
def _supplied(folder: Path) -> tuple[str, Bundle] | None:
    """A bundle that came with the installation, read once per process with its digest."""
    try:
        return layout_of(files_of(folder)), load_bundle(folder.name)
    except TemplateError:
        return None


@cache
def _own_folder() -> Path:
    folder = Path(mkdtemp(prefix="yinzheng-templates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
