"""How far an order that ends seals reaches, for whoever is about to decide on it, and what became of it afterwards.

The instant is the one that is ordered, or now; once it was carried out, the one on record. The table lists what does
not count any more, or everything; like the counts it changes nothing. Of many seals in one order the first few are
counted on the page, and all are in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from issuer.warrants.life import Stage
from issuer.warrants.warrant import Warrant
from service.compromises.exporting import signed_csv
from service.compromises.reporting import Reports
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
    reports = yinzheng.compromises
    if order.stage is Stage.WAITING:
        some = [reports.end_of_seal(one, order.wanted.effective_at) for one in _ended(order)[:MOST_SEALS]]
        return [Reached(one.seal_id or "", reports.blast(one), None) for one in some]
    listed = [(seal_id, reports.listed_end(order, seal_id)) for seal_id in _ended(order)]
    return [Reached(seal_id, None, one.number) for seal_id, one in listed if one]


def add_seal_reach(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the table of an order."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)

    @routes.get("/issuer/acts/{number}/signed.csv")
    def table(official: Official, number: str, everything: str = "") -> Response:
        code = official.department or ""
        order, reports = yinzheng.warrants.find(number, code), yinzheng.compromises
        ends = [_end(reports, order, seal_id) for seal_id in _ended(order)]
        signed = (reports.signed(one, everything=everything == EVERYTHING) for one in ends)
        types = {one.type.code: one.type.name for one in yinzheng.catalogue.bundles()}
        name = body_names(yinzheng).get(code, code)
        octets = signed_csv(chain.from_iterable(signed), body_code=code, body_name=name, types=types)
        return attachment(octets, "text/csv; charset=utf-8", f"{number}.csv")


def _ended(order: Warrant) -> list[str]:
    """The numbers of the seals that an order ends."""
    seals = [seal_id for subject in order.wanted.subjects if (seal_id := seal_in(subject))]
    return seals if MOVES[order.wanted.kind].ends else []


def _end(reports: Reports, order: Warrant, seal_id: str) -> Loss:
    """The end of a seal as it is on record, or as it is ordered."""
    known = reports.listed_end(order, seal_id)
    return known.loss if known else reports.end_of_seal(seal_id, order.wanted.effective_at)
