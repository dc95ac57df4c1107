"""Settings of the whole suite: where real files of others may be, and hypothesis profiles."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("YINZHENG_SAMPLES") or ROOT.parent / "shared" / "samples")

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("default")


@pytest.fixture(scope="session")
def samples() -> Path:
    """A folder of real files that other producers made, one folder for each format (`ofd`, …).

    They are not ours to hand on; what they teach is tested without them too, on files made in code.
    """
    if not SAMPLES.is_dir():
        pytest.skip(f"no files of other producers: put some into {SAMPLES}, or name their folder in YINZHENG_SAMPLES")
    return SAMPLES
