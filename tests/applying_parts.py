"""What the tests of applications share: two officials of one body, members of an application, an application handed in.

The first official hands in, the second decides. A licence is taken through the same journeys that pages, API and
command line call.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

from issuer.applying.docket import Docket
from issuer.applying.succeeding import carried_on
from issuer.issuing import Issued
from issuer.ports import Entry
from service.applications import Applications
from templates.library import load_bundle
from tests.catalogue_parts import COUNTY, plan_with_county
from tests.city import LICENCES, City
from trust.rules.succession import SuccessionKind
from trust.sealing.ports import Officer

MAKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
BUNDLE = "business-licence"
TYPE = load_bundle(BUNDLE).type.code
NUMBERS, KEYS = count(1), count(1)


def key() -> str:
    return f"key-of-applying-{next(KEYS):06}"


def members(bundle: str = BUNDLE, **changed: Any) -> dict[str, Any]:
    """The demo's application under a number of its own."""
    body: dict[str, Any] = json.loads((LICENCES / f"{bundle}.json").read_text("utf-8"))
    made = body | {"number": f"SQ{next(NUMBERS):010}"} | changed
    return {name: value for name, value in made.items() if value is not ...}


class Hall:
    """The applications of a city, and the people of its market regulator."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.desk: Applications = city.yinzheng.applications
        self.body = city.body_code(BUNDLE)

    def submit(
        self, *, by: Officer = MAKER, follows: tuple[str, str] | None = None, basis: str = "", **more: Any
    ) -> Docket:
        """Hand in an application."""
        made = members(**more)
        proposal = self.desk.propose(made, type_code=TYPE, issuer_code=self.body, succession=follows, basis=basis)
        return self.desk.hand_in(proposal, by=by, key=key())

    def draft(self, *, by: Officer = MAKER, **more: Any) -> Docket:
        proposal = self.desk.propose(members(**more), type_code=TYPE, issuer_code=self.body)
        return self.desk.open(proposal, by=by, key=key())

    def approve(self, docket: Docket, *, by: Officer = SECOND) -> tuple[Docket, Issued]:
        return self.desk.approve(docket, digest=docket.proposal.digest, by=by, key=key())

    def issue(self, **more: Any) -> Issued:
        """A licence through both hands."""
        return self.approve(self.submit(**more))[1]

    def follow(
        self,
        before: Entry,
        kind: SuccessionKind,
        changed: Mapping[str, Any] | None = None,
        *,
        basis: str = "",
        by: Officer = MAKER,
    ) -> Docket:
        """Hand in an application to follow a licence, with these members changed."""
        made = carried_on(before.licence, changed or {}, at=self.city.clock())
        wanted = (kind.value, str(before.licence.identifier))
        proposal = self.desk.propose(made, type_code=TYPE, issuer_code=self.body, succession=wanted, basis=basis)
        return self.desk.hand_in(proposal, by=by, key=key())

    def now(self, docket: Docket) -> Docket:
        return self.desk.find(docket.number, self.body)


@cache
def _foreign_papers() -> Iterator[Issued]:
    """Licences of another installation, whose county bureau no body here is."""
    plan = replace(plan_with_county(), bodies=(*plan_with_county().bodies[:-1], replace(COUNTY, types=(BUNDLE,))))
    city = City(plan=plan)
    issued = []
    for place in range(FOREIGN):
        application = replace(city.application(BUNDLE, number=f"QX{place:08}"), issuer_code=COUNTY.body.code)
        hall = city.yinzheng.applications
        issued.append(hall.issue_for(application, key=f"foreign-{place}", maker=MAKER, second=SECOND))
    city.close()
    return iter(issued)


FOREIGN = 8


def foreign_paper() -> Issued:
    """A licence of another installation that no test has used yet; its holder is that of `members`."""
    return next(_foreign_papers())
