"""grounds, acts: what may be done to a licence, why and by whom, as commands that only tell."""

from typing import Annotated, Any

import typer

from service.commands.output import OUT, say_json
from trust.rules.act_table import act_rows
from trust.rules.grounds import GROUNDS
from trust.rules.two_people import CAUSES


def grounds(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """列出状态变更的事由、适用的处理和法律依据。"""
    rows: list[dict[str, Any]] = [
        {
            "code": one.code,
            "label": one.label,
            "acts": sorted(kind.value for kind in one.kinds),
            "legal_basis": one.legal_basis,
            "retroactive": one.retroactive,
            "needs_reason": one.needs_reason,
            "needs_decision": one.needs_decision,
            "successor": one.successor,
        }
        for one in GROUNDS.values()
    ]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        OUT.print(f"{row['code']:<22} {row['label']}（{'、'.join(row['acts'])}；{row['legal_basis']}）", markup=False)


def acts(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """列出各种处理：从何种状态、到何种状态、状态清单怎样变、可由何种处理解除、何时须两人办理。"""
    rows = [
        {
            "kind": row.kind.value,
            "label": row.label,
            "from": [status.value for status in row.allowed_from],
            "result": row.result.value if row.result else None,
            "list_value": row.list_value,
            "lifted_by": [kind.value for kind in row.lifted_by],
            "grounds": [ground.code for ground in row.grounds],
        }
        for row in act_rows()
    ]
    if with_json:
        say_json({"acts": rows, "two_people": [{"cause": one.value, "label": one.label} for one in CAUSES]})
        return
    for row in act_rows():
        result = row.result.label if row.result else "状态不变"
        lifted = "、".join(kind.label for kind in row.lifted_by)
        OUT.print(
            f"{row.kind.value:<14} {row.label} → {result}" + (f"（可由{lifted}解除）" if lifted else ""), markup=False
        )
    OUT.print(f"须两人办理：{'；'.join(one.label for one in CAUSES)}", markup=False)
