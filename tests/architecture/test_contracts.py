"""The import contracts of `pyproject.toml` hold: the tower, the slices, the one home of every foreign library."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_import_linter_finds_nothing() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert f"{len(contracts)} kept, 0 broken" in ran.stdout
    assert len(contracts) >= 10


def test_every_package_is_under_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert set(project["tool"]["importlinter"]["root_packages"]) == packages
    assert set(project["tool"]["mypy"]["files"]) >= packages
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) >= packages
