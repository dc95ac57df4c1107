"""What the tests of the second implementation need before they ask it anything."""

import shutil
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent / "node_modules" / "@noble" / "curves"


@pytest.fixture(scope="session")
def _with_node() -> None:
    if shutil.which("node") is None:
        pytest.skip("there is no node on this machine")
    if not PACKAGES.is_dir():
        pytest.skip("the packages are not there: run `npm ci` in tests/interop")
