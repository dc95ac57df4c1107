"""Examining pictures 照片检查: those of a long table are looked at where its rows are judged or issued.

A cell then holds `picture:`, the digest of the picture as it was handed in, and the name of its file: these octets are
what an approval is of. What they become follows from them alone; it is made, looked at again and kept before the row is
issued. So a worker that is killed has lost nothing but time, and what has begun keeps the photograph it began with. A
picture that will not do is a problem of its row.

Pictures may take seconds each. A worker begins none when a third of its lease is over (`Lease`), and leaves the rows
that it has not come to.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from issuer.errors import ApplicationRefused
from templates.errors import PictureRefused
from templates.library import Bundle
from templates.photo import photo_name
from templates.raster import read_raster
from trust.rules.catalogue import LicenceType

Take = Callable[[bytes, str], bytes]
"""Makes the photograph for a field of the type; raises PhotoRefused."""
TakeFor = Callable[[Bundle], AbstractContextManager[Take]]
"""Makes photographs for a type as long as it is entered; taking raises PhotographsBusy where too many are at it."""
SHARE = 3
"""Pictures are examined for this part of a lease; the rest is for issuing."""
_CELL = re.compile("picture:(sm3:[0-9a-f]{64})/(.+)", re.DOTALL)


def cell_of(digest: str, file_name: str) -> str:
    """What a cell holds that names a picture of the table, by its digest (`sm3:…`) and the name of its file."""
    return f"picture:{digest}/{file_name}"


def picture_in(value: object) -> str | None:
    """The digest of the picture that a cell holds; None where it holds none, or a photograph."""
    found = _CELL.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else found[1]


def file_name_in(value: str) -> str:
    """The name of the file that a cell holds; any other value as it is."""
    found = _CELL.fullmatch(value)
    return value if found is None else found[2]


def reason_of(refused: PictureRefused) -> str:
    """Why a picture will not do, as it is told of a row."""
    return f"photo-{refused.reason.removeprefix('picture-')}"


def pictures_in(members: Mapping[str, Any], kind: LicenceType) -> dict[str, str]:
    """The pictures that a row names, by the keys of its items."""
    fields = members.get("fields")
    named = fields if isinstance(fields, Mapping) else {}
    found = {rule.key: picture_in(named.get(rule.key)) for rule in kind.photos}
    return {key: digest for key, digest in found.items() if digest is not None}


@dataclass(frozen=True)
class Lease:
    """What a worker holds some rows under: since when, and for how long."""

    worker: str
    now: Callable[[], datetime]
    since: datetime
    lasts: timedelta

    @property
    def is_late(self) -> bool:
        """Whether so much of it is over that no further picture is begun."""
        return self.now() - self.since > self.lasts / SHARE


@dataclass
class Examining:
    """Rows of a type on their way; `find` gives the octets of a picture, `made` are photographs by their names.

    `looked_at` counts the pictures that were examined.
    """

    kind: LicenceType
    take: Take
    find: Callable[[str], bytes | None]
    made: dict[str, bytes] = field(default_factory=dict)
    looked_at: int = 0

    def photographed(self, members: Mapping[str, Any], begun: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The members of a row with photographs in the place of its pictures; `begun` are the fields it began with.

        Raises:
            ApplicationRefused: `photo-…`, a picture that will not do, or that `find` has not.
            Exception: what `take` raises beyond refusals, and what `find` raises.

        """
        pictures = pictures_in(members, self.kind)
        if not pictures:
            return dict(members)
        kept = begun or {}
        names = {key: kept.get(key) or self._named(key, digest) for key, digest in pictures.items()}
        return {**members, "fields": {**members["fields"], **names}}

    def _named(self, key: str, digest: str) -> str:
        self.looked_at += 1
        octets = self.find(digest)
        if octets is None:
            raise ApplicationRefused([(f"fields.{key}", "photo-needs-zip")])
        try:
            made = self.take(octets, key)
            read_raster(made)
        except PictureRefused as refused:
            raise ApplicationRefused([(f"fields.{key}", reason_of(refused))]) from refused
        name = photo_name(made)
        self.made[name] = made
        return name
