"""`python -m bench [NAME…] [--rows N] [--json FILE]`: run benchmarks, print what they ran on, then a table each.

A benchmark is a module `bench.<name>` with `run() -> list[Row]`. Everything that a reader needs to judge a figure is
printed first: processor, load, commit, versions. With other load above one half the figures are marked as noisy.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rows import Row
from keys import backend

NAMES = ("sm2", "ofd", "pdf", "documents", "issue", "batch", "verify", "token", "publishing", "log", "tables", "audit")
VERSIONS = ("cryptography", "gmssl", "pyhanko", "reportlab", "asn1crypto", "cbor2", "zxing-cpp", "qrcode", "sqlalchemy")
QUIET_LOAD = 0.5


def main(arguments: list[str]) -> None:
    """Run what was asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="figures as ratios to peers of the same run")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--rows", type=int, metavar="N", help="rows of a batch, leaves of the log; 2000, 1 000 000")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    console = Console(width=None if sys.stdout.isatty() else 120)  # a file or a pipe has no width of its own
    surroundings = describe()
    for name, value in surroundings.items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
    sizes = {name: {"rows": wanted.rows} for name in ("batch", "log")} if wanted.rows else {}
    results = {name: timed(name, console, **sizes.get(name, {})) for name in wanted.names or NAMES}
    if wanted.json:
        content = {"surroundings": surroundings, "results": results}
        wanted.json.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def timed(name: str, console: Console, **sizes: int) -> dict[str, Any]:
    """Run one benchmark, print its table, return its figures; `sizes` are arguments of its `run`."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows: list[Row] = importlib.import_module(f"bench.{name}").run(**sizes)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    title = f"{name}: {wall:.1f} s, {cpu:.1f} CPU s; rates per CPU second, median of the rounds"
    console.print(table(title, rows))
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3), "rows": [asdict(row) for row in rows]}


def table(title: str, rows: list[Row]) -> Table:
    """Rows as people read them."""
    made = Table(title=title, title_justify="left")
    for heading in ("what", "rate", "unit", "IQR", "ratio", "to"):
        made.add_column(heading, justify="right" if heading in {"rate", "IQR", "ratio"} else "left")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:,.2f} ×"
        made.add_row(row.name, f"{row.rate:,.1f}", row.unit, f"{row.iqr:,.1f}", ratio, row.ratio_to or "")
    return made


def describe() -> dict[str, str]:
    """What the figures were taken on."""
    load = os.getloadavg()[0]
    return {
        "machine": f"{os.cpu_count()} × {processor()}, {platform.system()} {platform.release()}",
        "load": f"{load:.2f} over the last minute" + ("" if load <= QUIET_LOAD else " (not quiet: figures are noisy)"),
        "commit": commit(),
        "python": platform.python_version(),
        "libcrypto": backend.chosen().description,
        "packages": ", ".join(f"{name} {version}" for name in VERSIONS if (version := installed(name))),
    }


def processor() -> str:
    """Model name as the kernel gives it, or the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def commit() -> str:
    """Short commit, marked where the tree differs from it; "unknown" outside a checkout."""
    folder = Path(__file__).resolve().parent.parent
    try:
        name, changes = (
            subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
            for words in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name} with changes" if changes else name


def installed(name: str) -> str | None:
    """Version of a package, None where it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main(sys.argv[1:])
