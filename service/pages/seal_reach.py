"""How far an order that ends seals reaches, for whoever is about to decide on it, and what became of it afterwards.

The instant is the one that is ordered, or now. The table lists what does not count any more, or everything; it changes
nothing, like the counts. Many seals in one order are counted one by one, the first few on the page and all in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from issuer.warrants.life import Stage
from issuer.warrants.warrant import Warrant
from service.compromises.exporting import signed_csv
from service.guards import Guards
from service.identity import Person, Role
from service.lost_keys.order import Loss
from service.lost_keys.signed import Blast
from service.pages.issuing import body_names
from service.wiring import Yinzheng
from trust.http import attachment
from trust.rules.seal_standing import seal_in
from trust.rules.standing import MOVES

MOST_SEALS = 5
EVERYTHING = "1"


@dataclass(frozen=True)
class Reached:
    """How far the end of one seal reaches; `number` is the record of what is made again, once it has ended."""

    seal_id: str
    blast: Blast | None
    number: str | None


def reached(yinzheng: Yinzheng, order: Warrant) -> Sequence[Reached]:
    """What the order page shows: counts while it waits, afterwards the records; nothing for what ends no seal."""
    if order.stage is Stage.WAITING:
        reports = yinzheng.compromises
        return [Reached(one.seal_id or "", reports.blast(one), None) for one in _ends(yinzheng, order)[:MOST_SEALS]]
    made: list[Reached] = []
    for loss in _ends(yinzheng, order):
        one = yinzheng.archive.compromises.by_key(f"seal-end:{order.number}:{loss.seal_id}")
        made += [Reached(loss.seal_id or "", None, one.number)] if one else []
    return made


def add_seal_reach(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the table of an order."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)

    @routes.get("/issuer/acts/{number}/signed.csv")
    def table(official: Official, number: str, everything: str = "") -> Response:
        code = official.department or ""
        ends = _ends(yinzheng, yinzheng.warrants.find(number, code))
        signed = (yinzheng.compromises.signed(one, everything=everything == EVERYTHING) for one in ends)
        types = {one.type.code: one.type.name for one in yinzheng.catalogue.bundles()}
        name = body_names(yinzheng).get(code, code)
        octets = signed_csv(chain.from_iterable(signed), body_code=code, body_name=name, types=types)
        return attachment(octets, "text/csv; charset=utf-8", f"{number}.csv")


def _ends(yinzheng: Yinzheng, order: Warrant) -> list[Loss]:
    """The seals that an order ends, each from when on; once it was carried out, as it was recorded."""
    wanted, reports = order.wanted, yinzheng.compromises
    numbers = [seal_id for subject in wanted.subjects if (seal_id := seal_in(subject))]
    if not MOVES[wanted.kind].ends:
        return []
    since = wanted.effective_at or (None if order.stage is Stage.WAITING else order.moved_at)
    return [reports.end_of_seal(seal_id, since) for seal_id in numbers]
