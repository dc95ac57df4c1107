"""Set up Yinzheng and run it, with nothing but Python 3.11 and pip on the machine.

    python3 run.py              set up, make the demo city, serve http://127.0.0.1:8000
    python3 run.py test [...]   all tests (arguments go to pytest)
    python3 run.py lint         ruff, mypy --strict, import-linter
    python3 run.py bench [NAME…]  benchmarks against peers in the same run
    python3 run.py cli …        the `yinzheng` command line in the environment made here
    python3 run.py lock         write the lock files anew after pyproject.toml has changed (pins are kept)

Only the standard library is used. The environment is made in `.venv` from the hashed lock files, by uv
(found on the machine, or installed from its own hashed lock) or, where uv cannot be had, by pip with the
same hashes. The stamp that says "installed" is written last, so an interrupted set-up is simply repeated.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV, TOOLS = ROOT / ".venv", ROOT / ".venv-uv"
RUN_LOCK, TEST_LOCK, UV_LOCK = (
    ROOT / name for name in ("requirements.lock", "requirements-test.lock", "requirements-uv.lock")
)
PYTHON = ENV / "bin/python"
LINTS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)

SHARED_OUT = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal")
"""All tests: one process more than there are cores, because browsers and databases let them wait; neighbours together,
because what a module sets up is set up in each process that has tests of it."""


def call(*command: object) -> None:
    """Run a command in the project's folder; never let uv fetch an interpreter of its own."""
    subprocess.run([*map(str, command)], cwd=ROOT, check=True, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"})


def with_pip(python: Path, lock: Path) -> None:
    """Install a lock file with pip, hashes required."""
    call(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
        "-r",
        lock,
    )


def find_uv() -> str | None:
    """The uv on the machine, or one installed beside the environment; None where it cannot be had."""
    if found := shutil.which("uv") or shutil.which("uv", path=str(TOOLS / "bin")):
        return found
    try:
        venv.create(TOOLS, with_pip=True, clear=True)
        with_pip(TOOLS / "bin/python", UV_LOCK)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"uv 装不上，改用 pip（较慢）/ uv cannot be had, using pip (slower): {error}", file=sys.stderr)
        return None
    return str(TOOLS / "bin/uv")


def mark(lock: Path) -> str:
    """What the stamp holds: this interpreter and the content of a lock."""
    return hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()


def prepare(lock: Path) -> None:
    """Make the environment equal to a lock; the test lock contains the run lock, so it serves for both."""
    stamp = ENV / "installed"
    if stamp.exists() and stamp.read_text() in {mark(lock), mark(TEST_LOCK)}:
        return
    begun = time.monotonic()
    print("正在准备运行环境（首次约半分钟）… / setting up (about half a minute the first time) …", file=sys.stderr)
    uv = find_uv()
    venv.create(ENV, with_pip=uv is None, clear=True)
    if uv:
        call(uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python", PYTHON, lock)
    else:
        with_pip(PYTHON, lock)
    stamp.write_text(mark(lock))
    print(f"环境就绪 / environment ready: {time.monotonic() - begun:.1f} s", file=sys.stderr)


def become(*arguments: str, keep_bytecode: bool = False) -> None:
    """Go on as the environment's Python; with `keep_bytecode`, whatever the caller's environment says of it."""
    os.chdir(ROOT)
    if keep_bytecode:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPATH"] = str(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606  (replaces this process on purpose, no shell)


def lint() -> None:
    """Every check, even after one has failed, then one exit code."""
    failed = [
        check
        for check in LINTS
        if subprocess.run([ENV / "bin" / check[0], *check[1:]], cwd=ROOT, check=False).returncode
    ]
    sys.exit(f"未通过 / failed: {', '.join(' '.join(check) for check in failed)}" if failed else 0)


def lock() -> None:
    """Compile the lock files: pins and hashes, no download addresses."""
    uv, options = (
        find_uv(),
        ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"],
    )
    options += ["--quiet", "--no-emit-index-url", "--no-emit-find-links", "--output-file"]
    if uv is None:
        sys.exit("写锁文件需要 uv / uv is needed to write the lock files")
    call(uv, "pip", "compile", "pyproject.toml", *options, RUN_LOCK)
    call(uv, "pip", "compile", "pyproject.toml", "--group", "test", "--constraints", RUN_LOCK, *options, TEST_LOCK)
    call(uv, "pip", "compile", "uv.in", *options, UV_LOCK)


def main(arguments: list[str]) -> None:
    """Choose by the first word; no word at all means the demo city."""
    if sys.version_info < (3, 11):
        sys.exit("需要 Python 3.11 或更新版本 / Python 3.11 or later is needed")
    word, rest = (arguments[0], arguments[1:]) if arguments else ("demo", [])
    if word in {"-h", "--help", "help"}:
        print(__doc__)
        return
    if word == "lock":
        lock()
        return
    prepare(TEST_LOCK if word in {"test", "lint", "bench"} else RUN_LOCK)
    if word == "test":
        become("-m", "pytest", *(rest or SHARED_OUT), keep_bytecode=True)  # it starts the service hundreds of times
    elif word == "lint":
        lint()
    elif word == "bench":
        become("-m", "bench", *rest)
    elif word == "demo":
        become("-m", "service", "demo", *rest)
    elif word == "cli":
        become("-m", "service", *rest)
    else:
        sys.exit(f"不认识的命令 / unknown command: {word}\n{__doc__}")


if __name__ == "__main__":
    main(sys.argv[1:])
