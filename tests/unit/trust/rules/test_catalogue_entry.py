"""Catalogue entries: which version is in force, and entries that contradict themselves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from templates.library import load_bundle
from trust.errors import Malformed
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus, in_force

AT = datetime(2026, 11, 21, tzinfo=UTC)
KIND = load_bundle("business-licence").type


def entry(version: int = 1, status: EntryStatus = EntryStatus.PUBLISHED) -> CatalogueEntry:
    return CatalogueEntry(replace(KIND, bundle_version=version), "sm3:" + "0" * 64, status, AT)


def test_the_highest_published_version_is_in_force():
    assert in_force([]) is None
    assert in_force([entry(1), entry(3), entry(2)]) == entry(3)


def test_a_type_whose_highest_version_is_retired_is_not_in_force_again_by_an_older_one():
    assert in_force([entry(1), entry(2, EntryStatus.RETIRED)]) is None
    assert in_force([entry(1), entry(2, EntryStatus.RETIRED), entry(3)]) == entry(3)


def test_its_version_is_that_of_the_template():
    assert (entry(7).version, entry(7).template) == (7, "business-licence/7")


@pytest.mark.parametrize("layout", ["", "sm3:0", "md5:" + "0" * 64, "sm3:" + "A" * 64])
def test_a_layout_is_a_digest(layout: str):
    with pytest.raises(Malformed, match="catalogue-entry"):
        replace(entry(), layout=layout)


@pytest.mark.parametrize("version", [0, -1, 10_000])
def test_versions_count_from_one(version: int):
    with pytest.raises(Malformed, match="catalogue-entry"):
        entry(version)
