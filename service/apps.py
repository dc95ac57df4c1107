"""The web application of one installation: every router plugged in, errors, headers, bounds and eyes around them.

Slices bring their own routers and know nobody; here they learn who asks. From the outside in: the observer counts and
notes, the shell puts its headers on and bounds the body, the outlet turns errors into answers.
"""

from collections.abc import Callable
from typing import Any, TextIO

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from cases.http import router as cases_router
from issuer.applying.http import router as applications_router
from issuer.batches.http import plain_router as tables_router
from issuer.batches.http import router as batches_router
from issuer.catalogue.http.routers import plain_router as drafts_router
from issuer.catalogue.http.routers import public_router as entries_router
from issuer.catalogue.http.routers import router as catalogue_router
from issuer.consenting.http import router as copy_consents_router
from issuer.converting.http import plain_router as scans_router
from issuer.converting.http import router as stock_router
from issuer.copying.http import CopyPorts
from issuer.copying.http import router as copies_router
from issuer.feeding.http import plain_router as hooks_router
from issuer.feeding.http import router as feed_router
from issuer.http import Desk
from issuer.http import router as issuer_router
from issuer.presenting.http import router as presenting_router
from issuer.warrants.http import router as warrants_router
from service import pages
from service.admitting import CLERKS, COPYING, ISSUING, SEALS, admit, admit_roles
from service.batch_routes import content_router
from service.catalogue_rights import CATALOGUE_RIGHTS, actor_of
from service.compromise_routes import ACTING, SEEING, compromises_router
from service.describing import describe_api
from service.disclosing import show
from service.guards import Guards
from service.health import router as health_router
from service.identity import Role
from service.observing import Journal, Meters, Observer
from service.originals import originals_router
from service.outlet import Outlet, describe, json_only, wants_page
from service.pages.rendering import STATIC
from service.past_standing_routes import past_standing_router
from service.photographing import photographs_router
from service.shell import BodyLimit, CarefulHeaders
from service.tokens import router as tokens_router
from service.trail_keeper import TrailKeeper
from service.who import (
    asker_of,
    citing_officer_of,
    clerk_of,
    presenter_of,
    redeemer_of,
    seal_viewer_of,
    viewer_of,
)
from service.wiring import Yinzheng
from trust.certification.http import responding_router, stamping_router
from trust.certification.http import router as certification_router
from trust.formats.leaf import token_commitment
from trust.log.http import router as log_router
from trust.revocation.http import router as status_router
from trust.rules.verdict import Indication
from trust.sealing.http.routers import plain_router as sealing_router
from trust.sealing.http.routers import router as seals_router
from verifier.http import Counter
from verifier.http import router as verifier_router
from verifier.verifying import Examined

COUNTER = (Role.REVIEWER, Role.OFFICIAL)
CITING: dict[int | str, dict[str, Any]] = {
    404: {"description": "没有这个事项、材料或引用，或者没有可供引用的证照；别的部门的引用回答相同"},
    409: {"description": "证照核验未通过、不合要求或状态刚刚变化；或者幂等键另有所用"},
}
PUBLISHED: dict[int | str, dict[str, Any]] = {404: {"description": "没有这一份，或者尚未公布"}}
DESCRIPTION_ADDRESS = "/api/v1/openapi.json"
SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own telemetry is off: it would send to whoever the environment names."""


def make_app(yinzheng: Yinzheng, *, production: bool, log: TextIO | None = None) -> FastAPI:
    """The application; the journal goes to `log`, standard error where none is given."""
    journal, meters = Journal(yinzheng.now, log), Meters()
    guards = Guards(yinzheng.identity, yinzheng.now)
    app = FastAPI(
        telemetry=SILENT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _onwards, RequestValidationError: _onwards},
        middleware=[
            Middleware(Observer, journal=journal, meters=meters, random=yinzheng.random),
            Middleware(CarefulHeaders, production=production),
            Middleware(BodyLimit),
            Middleware(Outlet, journal=journal),
            Middleware(TrailKeeper, keeping=yinzheng.trail, status_of=lambda error: describe(error).status),
        ],
    )
    _include_slices(app, yinzheng, guards, meters)
    operator = guards.person(Role.ADMIN, Role.AUDITOR) if production else None
    app.include_router(health_router(yinzheng, meters, operator))
    _add_description(app, guards.person() if production else None)
    app.include_router(pages.router(yinzheng, demo=not production))
    app.mount("/static", StaticFiles(directory=STATIC))
    _frame_elsewhere(app, pages.attending(yinzheng, demo=not production))
    return app


def _include_slices(app: FastAPI, yinzheng: Yinzheng, guards: Guards, meters: Meters) -> None:
    for routes in _json_routers(yinzheng, guards):
        app.include_router(routes, dependencies=[Depends(json_only)])
    for routes in _plain_routers(yinzheng, guards):
        app.include_router(routes)
    app.include_router(
        cases_router(
            yinzheng.cases,
            authorize=admit_roles(guards, COUNTER, citing_officer_of),
            clock=yinzheng.now,
            random=yinzheng.random,
        ),
        dependencies=[Depends(json_only)],
        responses=CITING,
    )
    app.include_router(verifier_router(_counter(yinzheng, meters)))
    _include_public(app, yinzheng)


def _json_routers(yinzheng: Yinzheng, guards: Guards) -> list[APIRouter]:
    """Routes whose bodies are JSON, or that have none to read."""
    clerks, host = admit(guards, CLERKS, clerk_of), yinzheng.office.host_url
    askers = admit(guards, COPYING, lambda person: asker_of(yinzheng, person))
    return [
        issuer_router(_desk(yinzheng), authorize=admit(guards, ISSUING, viewer_of)),
        applications_router(yinzheng.applications, authorize=clerks),
        warrants_router(yinzheng.warrants, authorize=clerks),
        copies_router(CopyPorts(yinzheng.copies, host), authorize=askers),
        copy_consents_router(yinzheng.copy_consents, authorize=askers, clerks=clerks),
        presenting_router(
            yinzheng.presenting,
            holders=admit_roles(guards, (Role.HOLDER,), presenter_of),
            redeemers=admit_roles(guards, COUNTER, redeemer_of),
            now=yinzheng.now,
        ),
        stock_router(yinzheng.conversions, authorize=clerks),
        batches_router(yinzheng.batches, authorize=clerks),
        content_router(yinzheng.batches, authorize=clerks),
        feed_router(yinzheng.feeds, authorize=clerks),
        past_standing_router(yinzheng, guards.person()),
        compromises_router(yinzheng.compromises, guards.person(*SEEING), guards.person(*ACTING)),
        seals_router(yinzheng.seals, authorize=admit(guards, SEALS, seal_viewer_of)),
        catalogue_router(yinzheng.catalogue, authorize=admit(guards, CATALOGUE_RIGHTS, actor_of)),
    ]


def _plain_routers(yinzheng: Yinzheng, guards: Guards) -> list[APIRouter]:
    """Routes that take a file or a form as it is, or no body at all."""
    clerks, issuers = admit(guards, CLERKS, clerk_of), guards.person(Role.OFFICIAL, Role.SYSTEM)
    return [
        scans_router(yinzheng.conversions, authorize=clerks),
        tables_router(yinzheng.batches, authorize=clerks),
        hooks_router(yinzheng.feeds, authorize=clerks),
        sealing_router(yinzheng.seals, authorize=admit(guards, SEALS, seal_viewer_of)),
        photographs_router(yinzheng.photographs, yinzheng.catalogue, issuers),
        originals_router(yinzheng.originals, issuers),
        drafts_router(yinzheng.catalogue, authorize=admit(guards, CATALOGUE_RIGHTS, actor_of)),
        tokens_router(yinzheng.identity, yinzheng.now),
    ]


def _include_public(app: FastAPI, yinzheng: Yinzheng) -> None:
    """What is published for everybody, and what everybody may ask for."""
    app.include_router(status_router(yinzheng.public_lists), responses=PUBLISHED)
    app.include_router(log_router(yinzheng.public_log, yinzheng.take_cosignatures), responses=PUBLISHED)
    app.include_router(entries_router(yinzheng.catalogue))
    app.include_router(certification_router(yinzheng.public_crls, yinzheng.public_trust_lists), responses=PUBLISHED)
    app.include_router(stamping_router(yinzheng.answer_stamp_request))
    app.include_router(responding_router(yinzheng.answer_ocsp))


def _desk(yinzheng: Yinzheng) -> Desk:
    register = yinzheng.archive.register
    return Desk(
        bundles=yinzheng.catalogue.bundles,
        issue=yinzheng.issue,
        find=register.find,
        held=register.held,
        files=yinzheng.files_of,
        proof=lambda issued: yinzheng.log_proof(token_commitment(issued.token)),
        act=yinzheng.act,
        acts=yinzheng.archive.acts.of,
        standing=yinzheng.standing,
        published=yinzheng.published_since,
        operations=yinzheng.applications.operations,
        successor_of=yinzheng.applications.successor_of,
        now=yinzheng.now,
        host_url=yinzheng.office.host_url,
    )


def _counter(yinzheng: Yinzheng, meters: Meters) -> Counter:
    def counted(examined: Examined) -> Examined:
        meters.verdicts.labels(examined.verdict.indication.value).inc()
        return examined

    for indication in Indication:
        meters.verdicts.labels(indication.value)
    return Counter(
        verify_file=lambda data, audience: counted(yinzheng.verify_file(data, audience=audience)),
        verify_words=lambda words, audience: counted(yinzheng.verify_words(words, audience=audience)),
        shown=lambda examined, circle: show(yinzheng, examined, circle),
        bundle=yinzheng.carried_bundle,
        now=yinzheng.now,
    )


def _add_description(app: FastAPI, reader: Callable[..., object] | None) -> None:
    """Serve the description of the API, once every router is there; in production to those who are signed in."""
    described: list[dict[str, object]] = []

    @app.get(DESCRIPTION_ADDRESS, include_in_schema=False, dependencies=[Depends(reader)] if reader else [])
    def description() -> JSONResponse:
        if not described:
            described.append(describe_api(app))
        return JSONResponse(described[0], headers={"Cache-Control": "no-store"})


def _frame_elsewhere(app: FastAPI, attending: Callable[[Request], None]) -> None:
    """Give the page for an address that leads nowhere the frame of all pages, which otherwise only routes note."""
    nowhere = app.router.not_found

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and wants_page(request := Request(scope)):
            await run_in_threadpool(attending, request)
        await nowhere(scope, receive, send)

    app.router.default = elsewhere


async def _onwards(_: Request, error: Exception) -> Response:
    """Leave an error of the framework to the outlet, like every other."""
    raise error
