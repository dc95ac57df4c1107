"""The data folder of an installation: which plan and which matters it goes by, and whether it is a demo's.

A folder without files of its own goes by the demo's plan and matters; production refuses such a folder, and one that
bears the demo's mark.
"""

from pathlib import Path

from cases.requirement import Matter, load_matters
from service.problem import Usage
from service.settings import PROJECT

DEMO_CITY = PROJECT / "deploy" / "demo" / "city.toml"
DEMO_MARK = "DEMO"
"""A file of this name marks a data folder whose keys and people are the demo's."""

PLAN, MATTERS = "city.toml", "matters.toml"
"""Files of an installation of its own: its bodies and people, and what their matters require."""
DEMO_MATTERS = PROJECT / "deploy" / "demo" / MATTERS


def unusable_folder(folder: Path, error: OSError) -> Usage:
    """What is said of a data folder that cannot be used."""
    said = f"{folder}: {error.strerror}"
    return Usage("data-folder", f"数据目录用不了（{said}）。", f"the data folder cannot be used ({said}).")


def require_no_demo(data: Path) -> None:
    """Refuse what a demo left behind, and a folder without a plan, for which the demo's would be taken.

    Raises:
        Usage: either of them.

    """
    if (data / DEMO_MARK).exists():
        raise Usage(
            "demo-in-production",
            f"{data} 是演示城市的数据，不能用于正式业务。",
            f"{data} holds the demo's data, which production refuses.",
        )
    if not (data / PLAN).exists():
        raise Usage(
            "demo-in-production",
            f"{data} 里没有 city.toml，正式业务不能用演示城市的设置。",
            f"there is no city.toml in {data}, and production does not take the demo's plan.",
        )


def plan_file(data: Path) -> Path:
    """The plan that a data folder goes by: its own, or the demo's."""
    own = data / PLAN
    return own if own.exists() else DEMO_CITY


def matters_of(data: Path) -> tuple[Matter, ...]:
    """The matters of an installation; the demo's go with the demo's plan, and one of its own may have none yet."""
    own = data / MATTERS
    if own.exists():
        return load_matters(own.read_text("utf-8"))
    return () if (data / PLAN).exists() else load_matters(DEMO_MATTERS.read_text("utf-8"))
