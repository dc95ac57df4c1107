"""Drawing the number of a licence by the rule of its type, where the rule has a count and the type lets it be drawn.

Counts go up for each body, type and scope (what the number shares with its neighbours, such as area and year). A number
that is drawn and then not used is not given out again. One that was given by hand is passed over when the count comes
to it, so the register never sees the same number twice.
"""

from issuer.application import Application
from issuer.catalogue.errors import NumberExhausted
from issuer.catalogue.ports import NumberCounts
from issuer.drafting import facts_of
from issuer.ports import Register
from trust.errors import Malformed
from trust.rules.catalogue import LicenceType
from trust.rules.number_rule import same_number

MOST_PASSED_OVER = 100_000


def draw_number(counts: NumberCounts, register: Register, kind: LicenceType, application: Application) -> str:
    """The next number for an application that has none.

    Raises:
        NumberExhausted: the rule has no number left in this scope.
        Malformed: `number-rule`, numbers of this type are not drawn.

    """
    rule = kind.numbering
    if rule is None or not kind.number_drawn:
        raise Malformed("number-rule", "numbers of this type are given")
    facts = facts_of(application)
    scope, year = same_number(rule.scope(facts) or "-"), facts.issued_on.year if rule.by_year else None
    for _ in range(MOST_PASSED_OVER):
        count = counts.next(application.issuer_code, kind.code, scope, year)
        try:
            number = rule.number(facts, count)
        except Malformed as error:
            raise NumberExhausted(kind.code) from error
        if register.numbered(application.issuer_code, kind.code, number) is None:
            return number
    raise NumberExhausted(kind.code)
