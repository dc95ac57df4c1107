"""Settings of the whole suite: where shared samples and vectors may be, and hypothesis profiles."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("default")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared vectors and samples beside the checkout; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder with third-party vectors is not beside this checkout")
    return SHARED
