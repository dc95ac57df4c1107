"""The tables of docs/spec/application.md are those of the code."""

from pathlib import Path

from issuer.applying.succession_rules import RULES
from trust.rules.standing import MOVES
from trust.rules.succession import SuccessionKind

SPEC = Path(__file__).parents[4] / "docs" / "spec" / "application.md"
HOLDERS = {"same": "the same", "codes": "same codes", "any": "may change"}


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with this heading."""
    lines = SPEC.read_text("utf-8").splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[begins + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_table_of_kinds() -> None:
    told = {kind: tuple(rest) for kind, *rest in table("Kind")}
    assert told == {f"`{kind}` {kind.label}": expected(kind) for kind in SuccessionKind}


def expected(kind: SuccessionKind) -> tuple[str, ...]:
    rule = RULES[kind]
    number = "same" if rule.number else "may change" if kind.keeps_identity else "of its own"
    return (
        kind.operation,
        "next version" if kind.keeps_identity else "of its own",
        number,
        HOLDERS[rule.holders],
        "needed" if rule.needs_basis else "",
        rule.follows.label + (", or ended and set aside" if rule.revives else ""),
        f"{rule.act.label} `{rule.ground}`",
    )


def test_the_codes_of_the_acts() -> None:
    text = SPEC.read_text("utf-8")
    said = text[text.index("## Operations") :]
    for code in {move.operation for move in MOVES.values()}:
        labels = [move.label for move in MOVES.values() if move.operation == code]
        assert any(f"{label} `{code}`" in said for label in labels)
        assert all(label in said for label in labels)
