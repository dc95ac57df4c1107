"""Pages: server-rendered, Chinese first, working without JavaScript.

`router` gives every page of an installation, `attending` the frame that they share. Each module adds the pages of one
kind of person and asks the guards who is there; `rendering` knows the templates, `forms` reads what browsers post,
`errors` is the page for a problem. Pages decide nothing: they ask the installation, and put its answer into words.
"""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request

from service.guards import COOKIE, Guards
from service.identity import NotSignedIn, Session
from service.pages.act_orders import add_act_orders
from service.pages.acting import add_acting
from service.pages.application_form import add_application_form
from service.pages.applications import add_applications
from service.pages.audit_parts import add_audit_parts
from service.pages.auditing import add_auditing
from service.pages.batches import add_batches
from service.pages.body_copies import add_body_copies
from service.pages.catalogue import add_catalogue
from service.pages.compromises import add_compromises
from service.pages.converting import add_converting
from service.pages.copies import add_citation_copies, add_copies
from service.pages.holder_consents import add_holder_consents
from service.pages.holding import add_holding
from service.pages.hooks import add_hooks
from service.pages.issuing import add_issue_form, add_issuing
from service.pages.mandates import add_mandates
from service.pages.past_standing import add_past_standing
from service.pages.presenting import add_presenting, add_redeeming
from service.pages.rendering import Frame, attend
from service.pages.reviewing import add_reviewing
from service.pages.seal_acts import add_seal_acts
from service.pages.seal_apply import add_seal_application
from service.pages.seal_register import add_seal_register
from service.pages.seal_requests import add_seal_requests
from service.pages.seal_use import add_seal_use
from service.pages.signing import add_signing
from service.pages.templating import add_templating
from service.pages.verify import add_verifying
from service.trail.doing import note_present
from service.wiring import Yinzheng

__all__ = ["attending", "router"]


def router(yinzheng: Yinzheng, *, demo: bool = False) -> APIRouter:
    """Every page; `demo` shows the demo's people on the sign-in page and says on every page that it is a demo."""
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(attending(yinzheng, demo=demo))])
    guards = Guards(yinzheng.identity, yinzheng.now)
    add_verifying(routes, yinzheng)
    add_signing(routes, yinzheng)
    add_acting(routes, yinzheng, guards)
    add_act_orders(routes, yinzheng, guards)
    add_issuing(routes, yinzheng, guards)
    add_issue_form(routes, yinzheng, guards)
    add_application_form(routes, yinzheng, guards)
    add_applications(routes, yinzheng, guards)
    add_templating(routes, yinzheng, guards)
    add_catalogue(routes, yinzheng, guards)
    add_mandates(routes, yinzheng, guards)
    add_converting(routes, yinzheng, guards)
    add_batches(routes, yinzheng, guards)
    add_hooks(routes, yinzheng, guards)
    add_seal_register(routes, yinzheng, guards)
    add_seal_application(routes, yinzheng, guards)
    add_seal_acts(routes, yinzheng, guards)
    add_seal_use(routes, yinzheng, guards)
    add_seal_requests(routes, yinzheng, guards)
    add_compromises(routes, yinzheng, guards)
    add_reviewing(routes, yinzheng, guards)
    add_citation_copies(routes, yinzheng, guards)
    add_redeeming(routes, yinzheng, guards)
    add_holding(routes, yinzheng, guards)
    add_presenting(routes, yinzheng, guards)
    add_copies(routes, yinzheng, guards)
    add_holder_consents(routes, yinzheng, guards)
    add_body_copies(routes, yinzheng, guards)
    add_past_standing(routes, yinzheng, guards)
    add_auditing(routes, yinzheng, guards)
    add_audit_parts(routes, yinzheng, guards)
    return routes


def attending(yinzheng: Yinzheng, *, demo: bool = False) -> Callable[[Request], None]:
    """A dependency that notes the frame of the page: whose service, and who is signed in."""

    def noted(request: Request) -> None:
        attend(request, Frame(yinzheng.city.name, demo))  # stands also where the session cannot be had
        attend(request, Frame(yinzheng.city.name, demo, _session(yinzheng, request)))

    return noted


def _session(yinzheng: Yinzheng, request: Request) -> Session | None:
    try:
        found = yinzheng.identity.session(request.cookies.get(COOKIE), yinzheng.now())
    except NotSignedIn:
        return None  # nobody, or a session that has ended; pages that need somebody say so
    note_present(found.person.login, found.person.role.value, found.person.held)
    return found
