"""Lock files: every requirement pinned with hashes, no address, no option, and the same pins in all of them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PIN = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,._-]+\])?==[0-9][A-Za-z0-9.!+]*( ; [^\\#]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: Path) -> dict[str, str]:
    """Name to version, markers left out; a name may be pinned differently for different Pythons, then it stands twice."""
    lines = [line for line in lock.read_text("utf-8").splitlines() if line and not line[0].isspace()]
    named = [re.match(r"([a-z0-9._-]+)(?:\[.*?\])?==([^ ;\\]+)", line) for line in lines]
    return {found[1]: found[2] for found in named if found}


def test_the_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == ["requirements-test.lock", "requirements-uv.lock", "requirements.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_everything_with_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^-|\s@\s|^git\+", text, re.MULTILINE)
    lines = text.splitlines()
    assert lines
    for place, line in enumerate(lines):
        assert PIN.fullmatch(line) or HASH.fullmatch(line), f"line {place + 1}: {line}"
        if PIN.fullmatch(line):
            assert HASH.fullmatch(lines[place + 1]), f"line {place + 1} has no hash: {line}"


def test_what_is_tested_is_what_is_run() -> None:
    run, test = (pins(ROOT / name) for name in ("requirements.lock", "requirements-test.lock"))
    assert run.items() <= test.items()


def test_every_requirement_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for lock, wanted in (
        ("requirements.lock", project["project"]["dependencies"]),
        ("requirements-test.lock", [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]),
    ):
        names = {re.split(r"[\[<>=!~ ;]", requirement)[0].lower() for requirement in wanted}
        assert names <= pins(ROOT / lock).keys(), lock
        assert len(names) > 15


def test_every_requirement_of_the_project_is_accounted_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    told = (ROOT / "docs/adr/0005-dependencies.md").read_text("utf-8").lower()
    names = {re.split(r"[\[<>=!~ ;]", requirement)[0].lower() for requirement in wanted}
    assert {name for name in names if not re.search(rf"^\|[^|]*\b{re.escape(name)}\b", told, re.MULTILINE)} == set()
