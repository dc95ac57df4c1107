"""Pictures of trials, as they were handed in: kept until the trial is over, and then deleted.

A trial leads to no licence, so nothing of it belongs among the files by digest, which are never deleted. Each trial has
a folder of its own beside them, in the form of those (`service.blobs`): what is there is durable before the trial is
opened. Who looks in later, a worker, removes the folders of trials that are not on their way any more.
"""

import atexit
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import mkdtemp

from keys.files import sync_folder
from service.blobs import BlobMissing, FolderBlobs

UNOPENED = timedelta(days=1)
"""So long a folder stays whose trial nobody knows: it may be about to be opened."""


class TrialPictures:
    """`issuer.batches.ports.Aside` on a folder, or on one of this process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._given = folder

    @cached_property
    def _folder(self) -> Path:
        return self._given or _own_folder()

    def put_many(self, number: str, files: Mapping[str, bytes]) -> None:
        """See `Aside`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        sync_folder(self._folder.parent)
        FolderBlobs(self._folder / number).put_many(files)

    def finder(self, number: str) -> Callable[[str], bytes | None]:
        """See `Aside`."""
        blobs = cache(lambda: FolderBlobs(self._folder / number))

        def find(name: str) -> bytes | None:
            try:
                return blobs().get(name)
            except BlobMissing:
                return None

        return find

    def sweep(self, goes_on: Callable[[str], bool | None], *, at: datetime) -> None:
        """See `Aside`."""
        if self._given is None and "_folder" not in vars(self):
            return  # nobody has put anything there
        if not self._folder.is_dir():
            return
        for folder in sorted(self._folder.iterdir()):
            wanted = goes_on(folder.name)
            if wanted is None:
                with suppress(FileNotFoundError):  # another worker was faster
                    wanted = folder.stat().st_mtime > (at - UNOPENED).timestamp()
            if not wanted:
                shutil.rmtree(folder, ignore_errors=True)  # as above; what is left is seen the next time


def _own_folder() -> Path:
    folder = Path(mkdtemp(prefix="yinzheng-trials-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
