"""Pages on which a holder allows the issuing body to make annotated copies of an own licence, and takes that back.

Consents that the body has put down from a paper are shown too, so that nobody speaks for a holder unseen. Another's
licence and one that is not there give the same answer.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.consenting.consent import Stage
from issuer.copying.ports import Terms
from issuer.errors import ApplicationRefused
from service.field_english import about
from service.guards import Guards
from service.identity import Person, Role
from service.pages.copies import until_of
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.who import asker_of
from service.wiring import Yinzheng
from trust.rules.idempotency import own_key
from trust.rules.licence import day_in_china

HOME = "/me/consent/{identifier}"
NAMES = ("purpose", "recipient", "valid_until")


def add_holder_consents(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/me/consent`."""
    Held = Annotated[Person, Depends(guards.person(Role.HOLDER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get(HOME)
    def ask(request: Request, holder: Held, identifier: str) -> Response:
        return _page(request, yinzheng, holder, identifier, {})

    @routes.post(HOME)
    def give(request: Request, holder: Held, identifier: str, form: Posted) -> Response:
        values = {name: form.text(name) for name in NAMES}
        terms = Terms(values["purpose"], values["recipient"], until_of(values["valid_until"]))
        key = own_key(holder.login, f"form:{form.nonce()}")
        try:
            yinzheng.copy_consents.give(identifier, terms, by=asker_of(yinzheng, holder), key=key)
        except ApplicationRefused as refusal:
            errors = {place: about(reason)[0] for place, reason in refusal.problems}
            return _page(request, yinzheng, holder, identifier, values, errors)
        return see_other(f"/me/consent/{identifier}#given")

    @routes.post(HOME + "/{reference}")
    def withdraw(holder: Held, identifier: str, reference: str, _form: Posted) -> Response:
        consents, asker = yinzheng.copy_consents, asker_of(yinzheng, holder)
        consents.withdraw(consents.find(identifier, reference[:64], asker), by=asker)
        return see_other(f"/me/consent/{identifier}#given")


def _page(
    request: Request,
    yinzheng: Yinzheng,
    holder: Person,
    identifier: str,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The form, and what was given; raises NoSuchLicence for another's licence."""
    consents = yinzheng.copy_consents
    found = consents.of_licence(identifier, asker_of(yinzheng, holder))
    return render(
        request,
        "copy_consent",
        status=422 if errors else 200,
        entry=yinzheng.archive.register.find(identifier),
        lines=[(one, consents.label(one), one.stage is Stage.WAITING or consents.carries(one)) for one in found],
        values={name: values.get(name, "") for name in NAMES},
        errors=errors or {},
        today=day_in_china(yinzheng.now()).isoformat(),
        nonce=fresh_nonce(yinzheng.random),
    )
