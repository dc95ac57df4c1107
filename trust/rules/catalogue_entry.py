"""Catalogue entries 目录条目: one version of a licence type, as it is published and as it is retired.

The version is that of the template, because a type and its face change together. A type is in force under its highest
version, until that is retired: then nothing of the type can be issued, until a further version is published. Older
versions issue nothing new, and what was issued under them stays what it is: a licence names the version it was drawn
by, and the layout's digest in the entry says which files that was.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trust.errors import Malformed
from trust.rules.catalogue import LicenceType
from trust.rules.times import aware

DIGEST = re.compile(r"sm3:[0-9a-f]{64}")
MAX_VERSION = 9_999


class EntryStatus(StrEnum):
    """What a signed entry says of its version."""

    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True)
class TypeInForce:
    """What everybody is told of a type: the newest version ever published, and since when it is retired, if it is.

    Raises:
        Malformed: `catalogue-entry`, a version that is none.

    """

    code: str
    version: int
    retired_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.retired_at is not None:
            object.__setattr__(self, "retired_at", aware(self.retired_at))
        if not 1 <= self.version <= MAX_VERSION:
            raise Malformed("catalogue-entry", self.code)

    def may_follow(self, before: "TypeInForce") -> bool:
        """Whether this may be told after that: versions only grow, a retired one comes back as a higher one only."""
        if self.version == before.version and before.retired_at is not None:
            return self.retired_at == before.retired_at
        return self.version >= before.version


@dataclass(frozen=True)
class CatalogueEntry:
    """A type in one version, with the digest of its layout and since when its status is what it is.

    Raises:
        Malformed: `catalogue-entry`, a digest or a version that is none, or the same fields twice.

    """

    type: LicenceType
    layout: str
    status: EntryStatus
    since: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", aware(self.since))
        if not DIGEST.fullmatch(self.layout) or not 1 <= self.version <= MAX_VERSION:
            raise Malformed("catalogue-entry", self.type.code)

    @property
    def version(self) -> int:
        """The version, which is that of the template."""
        return self.type.bundle_version

    @property
    def template(self) -> str:
        """What licences of this version call their face."""
        return f"{self.type.bundle}/{self.version}"


def in_force(entries: Iterable[CatalogueEntry]) -> CatalogueEntry | None:
    """The entry under which licences of a type are issued, of all its entries; None where the type has ended."""
    newest = max(entries, key=lambda entry: entry.version, default=None)
    return newest if newest is not None and newest.status is EntryStatus.PUBLISHED else None
