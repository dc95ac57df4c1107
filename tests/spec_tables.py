"""Tables in specifications: read as people read them, and written from the rules where a table is the rules' own.

`python -m tests.spec_tables` writes the rules' tables into `docs/spec/acts.md`; a test holds the two together.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from trust.rules.act_table import act_rows
from trust.rules.grounds import GROUNDS
from trust.rules.two_people import CAUSES

ACTS = Path(__file__).resolve().parent.parent / "docs" / "spec" / "acts.md"


def table_after(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table after a line that begins like this, its own head first, without the rule below it."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(heading):
            break
    rows: list[list[str]] = []
    for line in lines if not heading.startswith("|") else iter([heading, *lines]):
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return [row for place, row in enumerate(rows) if place != 1]


def move_rows() -> list[str]:
    """What each act does."""
    return [
        _line(
            f"{row.kind.value} {row.label}",
            "、".join(status.value for status in row.allowed_from),
            f"{row.result.value} {row.result.label}" if row.result else "不变",
            "不变" if row.list_value is None else str(row.list_value),
            "、".join(kind.label for kind in row.lifted_by) or "—",
        )
        for row in act_rows()
    ]


def ground_rows() -> list[str]:
    """On which grounds, by whom, how far back."""
    made = []
    for ground in GROUNDS.values():
        needs = [
            word for word, wanted in (("reason", ground.needs_reason), ("decision", ground.needs_decision)) if wanted
        ]
        acts = "、".join(row.label for row in act_rows() if ground in row.grounds)
        every = "除原决定被撤销以外的各种处理" if ground.code == "other" else acts
        made.append(
            _line(
                f"`{ground.code}` {ground.label}",
                every,
                ground.legal_basis,
                "、".join(one.label for one in sorted(ground.authorities)),
                "可以" if ground.retroactive else "不可以",
                "、".join(needs) or "—",
                "有" if ground.successor else "—",
            )
        )
    return made


def two_rows() -> list[str]:
    """When two people have to stand behind an act."""
    return [_line(f"`{cause.value}`", cause.label) for cause in CAUSES]


WRITTEN: dict[str, Callable[[], Sequence[str]]] = {"moves": move_rows, "grounds": ground_rows, "two": two_rows}


def written(text: str) -> str:
    """The text with the rules' own tables in their places, each in front of its mark."""
    lines: list[str] = []
    for line in text.splitlines():
        name = line.removeprefix("<!-- ").removesuffix(" -->")
        if line.startswith("<!-- ") and name in WRITTEN:
            while not lines[-1].startswith("|---"):
                lines.pop()
            lines += WRITTEN[name]()
        lines.append(line)
    return "\n".join(lines) + "\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    ACTS.write_text(written(ACTS.read_text("utf-8")), "utf-8")
