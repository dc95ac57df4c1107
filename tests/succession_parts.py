"""What journeys of licences that follow one another share: their standings, acts on them, and one that ends."""

from datetime import datetime
from typing import Any

from issuer.issuing import Issued
from issuer.ports import Entry
from tests.applying_parts import Hall, key
from trust.revocation.acting import Order
from trust.rules.standing import ActKind, Status
from trust.rules.succession import SuccessionKind

Kind = SuccessionKind
COURT = "（2026）云0199执12号"


def standing(hall: Hall, issued: Issued | Entry, at: datetime | None = None) -> Status:
    entry = issued.entry if isinstance(issued, Issued) else issued
    return hall.city.yinzheng.standing(str(entry.licence.identifier), at or hall.city.clock()).status


def act(hall: Hall, kind: ActKind, issued: Issued, ground: str, reason: str = "", *, receiver: str = "") -> None:
    hall.city.clock.forward(seconds=1)
    subject = str(issued.entry.licence.identifier)
    if kind is ActKind.TRANSFER_OUT:
        receiver = receiver or "青石市市场监督管理局"
    order = Order(kind, subject, ground, reason, "周明远", receiver=receiver)
    hall.city.yinzheng.act(order, key=key())


def limited(hall: Hall, **more: Any) -> Issued:
    """A food licence with a last day, of the approval bureau."""
    return hall.city.issue("food-operation", number=f"JY{next(_NUMBERS):014}", **more)


_NUMBERS = iter(range(1, 10_000))


CHANGED: dict[Kind, tuple[dict[str, Any], str]] = {
    Kind.AMEND: ({"fields": {"legal_representative": "顾远舟"}}, ""),
    Kind.REISSUE: ({}, ""),
    Kind.CORRECT: ({"number": "SQ-RIGHT"}, "编号录入有误"),  # with a number of its own each time: `changed`
    Kind.COURT_ORDER: (
        {"holder": {"name": "云岭市禾香园餐饮有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}},
        COURT,
    ),
}


def changed(kind: Kind) -> tuple[dict[str, Any], str]:
    """What an application of this kind changes, and what it rests on."""
    made, basis = CHANGED[kind]
    return (made | {"number": f"SQ-RIGHT-{next(_NUMBERS)}"} if kind is Kind.CORRECT else made), basis
