"""One city for all tests of the command line, founded by the command that everybody begins with, and one paper in it.

The city lives in a folder of its own with light key files. While a module of these tests runs, the environment names
that folder and nothing else; afterwards settings and installation are forgotten, so that no other test meets them.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.cli import main
from tests.cli_parts import Paper, Shell, application, reopened


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """The environment of somebody whose installation is in this folder."""
    with pytest.MonkeyPatch.context() as patch, reopened():
        for name in list(os.environ):
            if name.startswith("YINZHENG_"):
                patch.delenv(name)
        patch.setenv("YINZHENG_DATA", str(folder))
        patch.setenv("YINZHENG_KEY_ROUNDS", "1024")
        yield


def succeed(*words: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    assert left.value.code == 0


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with at_home(folder):
        succeed("demo", "--no-serve")
    return folder


@pytest.fixture(scope="session")
def paper(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """A licence issued once for all tests that only look at it, and a bundle exported right after."""
    desk, out = tmp_path_factory.mktemp("paper"), io.StringIO()
    written = desk / "application.json"
    written.write_text(application(), "utf-8")
    with at_home(founded), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        succeed("issue", "--type", "business-licence", "--data", str(written), "--out", str(desk / "out"))
        succeed("bundle", "export", str(desk / "counter.bundle"))
        identifier = out.getvalue().strip()
        succeed("present", identifier)
    return Paper(identifier, desk / "out", out.getvalue().split()[-1], desk / "counter.bundle")


@pytest.fixture(scope="module")
def data(founded: Path) -> Iterator[Path]:
    """The city's folder, which the environment names while the module runs."""
    with at_home(founded):
        yield founded


@pytest.fixture
def shell(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(data, tmp_path, capsys)
