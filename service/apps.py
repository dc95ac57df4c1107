"""The web application of one installation: every router plugged in, errors, headers, bounds and eyes around them.

Slices bring their own routers and know nobody; here they learn who asks. From the outside in: the observer counts and
notes, the shell puts its headers on and bounds the body, the outlet turns errors into answers.
"""

from collections.abc import Callable
from typing import Annotated, Any, TextIO

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from cases.citation import Officer
from cases.http import router as cases_router
from issuer.applying.http import Clerk
from issuer.applying.http import router as applications_router
from issuer.batches.http import Clerk as BatchClerk
from issuer.batches.http import Right as BatchRight
from issuer.batches.http import plain_router as tables_router
from issuer.batches.http import router as batches_router
from issuer.catalogue.granting import Actor
from issuer.catalogue.http.access import Right as CatalogueRight
from issuer.catalogue.http.routers import plain_router as drafts_router
from issuer.catalogue.http.routers import public_router as entries_router
from issuer.catalogue.http.routers import router as catalogue_router
from issuer.converting.http import Clerk as StockClerk
from issuer.converting.http import Right as StockRight
from issuer.converting.http import plain_router as scans_router
from issuer.converting.http import router as stock_router
from issuer.copying.http import CopyPorts, CopyRight
from issuer.copying.http import router as copies_router
from issuer.copying.ports import Asker
from issuer.feeding.http import Listener
from issuer.feeding.http import Right as FeedRight
from issuer.feeding.http import plain_router as hooks_router
from issuer.feeding.http import router as feed_router
from issuer.http import Desk, Overseen, Right, Viewer
from issuer.http import router as issuer_router
from issuer.presenting.http import Redeemer
from issuer.presenting.http import router as presenting_router
from issuer.presenting.ports import Presenter
from issuer.warrants.http import Clerk as WarrantClerk
from issuer.warrants.http import Right as WarrantRight
from issuer.warrants.http import router as warrants_router
from service import pages
from service.catalogue_rights import CATALOGUE_RIGHTS, actor_of
from service.compromise_routes import ACTING, SEEING, compromises_router
from service.describing import describe_api
from service.disclosing import show
from service.guards import Guards
from service.health import router as health_router
from service.identity import Person, Role
from service.observing import Journal, Meters, Observer
from service.originals import originals_router
from service.outlet import Outlet, describe, json_only, wants_page
from service.pages.rendering import STATIC
from service.past_standing_routes import past_standing_router
from service.photographing import photographs_router
from service.shell import BodyLimit, CarefulHeaders
from service.tokens import router as tokens_router
from service.trail_keeper import TrailKeeper
from service.who import asker_of, presenter_of
from service.wiring import Yinzheng
from trust.certification.http import responding_router, stamping_router
from trust.certification.http import router as certification_router
from trust.formats.leaf import token_commitment
from trust.log.http import router as log_router
from trust.revocation.http import router as status_router
from trust.rules.verdict import Indication
from trust.sealing.http.access import Right as SealRight
from trust.sealing.http.access import SealViewer
from trust.sealing.http.routers import plain_router as sealing_router
from trust.sealing.http.routers import router as seals_router
from trust.sealing.ports import Officer as SealOfficer
from verifier.http import Counter
from verifier.http import router as verifier_router
from verifier.verifying import Examined

OVERSEES: dict[Role, Overseen] = {Role.REVIEWER: "standing", Role.AUDITOR: "reasons"}
RIGHTS: dict[Right, tuple[Role, ...]] = {
    "look": tuple(Role),
    "issue": (Role.OFFICIAL, Role.SYSTEM),
    "hold": (Role.HOLDER,),
}
COPY_RIGHTS: dict[CopyRight, tuple[Role, ...]] = {
    "copy": (Role.HOLDER, Role.OFFICIAL),
    "cite": (Role.REVIEWER, Role.OFFICIAL),
    "see": (Role.HOLDER, Role.OFFICIAL, Role.REVIEWER),
}
FEED_RIGHTS: dict[FeedRight, tuple[Role, ...]] = {"read": (Role.OFFICIAL, Role.SYSTEM), "change": (Role.OFFICIAL,)}
STOCK_RIGHTS: dict[StockRight, tuple[Role, ...]] = {
    "enter": (Role.OFFICIAL, Role.SYSTEM),
    "decide": (Role.OFFICIAL,),
}
BATCH_RIGHTS: dict[BatchRight, tuple[Role, ...]] = {
    "enter": (Role.OFFICIAL, Role.SYSTEM),
    "decide": (Role.OFFICIAL,),
}
WARRANT_RIGHTS: dict[WarrantRight, tuple[Role, ...]] = {
    "order": (Role.OFFICIAL, Role.SYSTEM),
    "decide": (Role.OFFICIAL,),
}
SEAL_RIGHTS: dict[SealRight, tuple[Role, ...]] = {
    "look": (Role.OFFICIAL, Role.AUDITOR, Role.ADMIN),
    "use": (Role.OFFICIAL,),
    "decide": (Role.OFFICIAL, Role.ADMIN),
}
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
    archive = yinzheng.archive
    app.include_router(issuer_router(_desk(yinzheng), authorize=_viewers(guards)), dependencies=[Depends(json_only)])
    app.include_router(
        applications_router(yinzheng.applications, authorize=_clerks(guards)), dependencies=[Depends(json_only)]
    )
    app.include_router(
        warrants_router(yinzheng.warrants, authorize=_warrant_clerks(guards)), dependencies=[Depends(json_only)]
    )
    app.include_router(
        copies_router(CopyPorts(yinzheng.copies, yinzheng.office.host_url), authorize=_askers(yinzheng, guards)),
        dependencies=[Depends(json_only)],
    )
    app.include_router(
        presenting_router(
            yinzheng.presenting, holders=_presenters(guards), redeemers=_redeemers(guards), now=yinzheng.now
        ),
        dependencies=[Depends(json_only)],
    )
    stock_clerks = _stock_clerks(guards)
    app.include_router(stock_router(yinzheng.conversions, authorize=stock_clerks), dependencies=[Depends(json_only)])
    app.include_router(scans_router(yinzheng.conversions, authorize=stock_clerks))
    batch_clerks = _batch_clerks(guards)
    app.include_router(batches_router(yinzheng.batches, authorize=batch_clerks), dependencies=[Depends(json_only)])
    app.include_router(tables_router(yinzheng.batches, authorize=batch_clerks))
    listeners = _listeners(guards)
    app.include_router(feed_router(yinzheng.feeds, authorize=listeners), dependencies=[Depends(json_only)])
    app.include_router(hooks_router(yinzheng.feeds, authorize=listeners))
    app.include_router(verifier_router(_counter(yinzheng, meters)))
    app.include_router(
        cases_router(yinzheng.cases, authorize=_officers(guards), clock=yinzheng.now, random=yinzheng.random),
        dependencies=[Depends(json_only)],
        responses=CITING,
    )
    app.include_router(past_standing_router(yinzheng, guards.person()), dependencies=[Depends(json_only)])
    app.include_router(
        compromises_router(yinzheng.compromises, guards.person(*SEEING), guards.person(*ACTING)),
        dependencies=[Depends(json_only)],
    )
    sealers = _sealers(guards)
    app.include_router(seals_router(yinzheng.seals, authorize=sealers), dependencies=[Depends(json_only)])
    app.include_router(sealing_router(yinzheng.seals, authorize=sealers))
    issuers = guards.person(Role.OFFICIAL, Role.SYSTEM)
    app.include_router(photographs_router(yinzheng.photographs, yinzheng.catalogue, issuers))
    app.include_router(originals_router(yinzheng.originals, issuers))
    app.include_router(tokens_router(yinzheng.identity, yinzheng.now))
    app.include_router(status_router(yinzheng.public_lists), responses=PUBLISHED)
    app.include_router(log_router(archive.log, yinzheng.take_cosignatures), responses=PUBLISHED)
    catalogue, deciders = yinzheng.catalogue, _actors(guards)
    app.include_router(catalogue_router(catalogue, authorize=deciders), dependencies=[Depends(json_only)])
    app.include_router(drafts_router(catalogue, authorize=deciders))
    app.include_router(entries_router(catalogue))
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


def _viewers(guards: Guards) -> Callable[[Right], Callable[..., Viewer]]:
    """Who asks, as the issuing routes see it: by department, by holder's code, or overseeing."""

    def authorize(right: Right) -> Callable[..., Viewer]:
        def viewer(person: Annotated[Person, Depends(guards.person(*RIGHTS[right]))]) -> Viewer:
            return Viewer(
                login=person.login,
                department=person.department if person.role in {Role.OFFICIAL, Role.SYSTEM} else None,
                holder=_holder(person),
                oversees=OVERSEES.get(person.role, ""),
            )

        return viewer

    return authorize


def _clerks(guards: Guards) -> Callable[..., Clerk]:
    """Who may hand in applications: officials and systems, for their own department; officials decide on them."""

    def clerk(person: Annotated[Person, Depends(guards.person(Role.OFFICIAL, Role.SYSTEM))]) -> Clerk:
        officer = SealOfficer(person.login, person.name)
        return Clerk(officer, person.department or "", is_person=person.role is Role.OFFICIAL)

    return clerk


def _stock_clerks(guards: Guards) -> Callable[[StockRight], Callable[..., StockClerk]]:
    """Who converts stock: officials, and, to hand it in, systems."""

    def authorize(right: StockRight) -> Callable[..., StockClerk]:
        def clerk(person: Annotated[Person, Depends(guards.person(*STOCK_RIGHTS[right]))]) -> StockClerk:
            return StockClerk(SealOfficer(person.login, person.name), person.department or "")

        return clerk

    return authorize


def _batch_clerks(guards: Guards) -> Callable[[BatchRight], Callable[..., BatchClerk]]:
    """Who hands in batches: officials and systems, for their own department; officials decide on them."""

    def authorize(right: BatchRight) -> Callable[..., BatchClerk]:
        def clerk(person: Annotated[Person, Depends(guards.person(*BATCH_RIGHTS[right]))]) -> BatchClerk:
            return BatchClerk(SealOfficer(person.login, person.name), person.department or "")

        return clerk

    return authorize


def _warrant_clerks(guards: Guards) -> Callable[[WarrantRight], Callable[..., WarrantClerk]]:
    """Who orders acts: officials and systems, for their own department; officials decide on them."""

    def authorize(right: WarrantRight) -> Callable[..., WarrantClerk]:
        def clerk(person: Annotated[Person, Depends(guards.person(*WARRANT_RIGHTS[right]))]) -> WarrantClerk:
            return WarrantClerk(SealOfficer(person.login, person.name), person.department or "")

        return clerk

    return authorize


def _listeners(guards: Guards) -> Callable[[FeedRight], Callable[..., Listener]]:
    """Who hears what happened in a department: its people and systems; its people say who else is told."""

    def authorize(right: FeedRight) -> Callable[..., Listener]:
        def listener(person: Annotated[Person, Depends(guards.person(*FEED_RIGHTS[right]))]) -> Listener:
            return Listener(person.login, person.department or "")

        return listener

    return authorize


def _holder(person: Person) -> tuple[str, str] | None:
    if person.role is not Role.HOLDER or person.holder_code_type is None or person.holder_code is None:
        return None
    return person.holder_code_type, person.holder_code


def _actors(guards: Guards) -> Callable[[CatalogueRight], Callable[..., Actor]]:
    """Who asks about the catalogue and about mandates."""

    def authorize(right: CatalogueRight) -> Callable[..., Actor]:
        def actor(person: Annotated[Person, Depends(guards.person(*CATALOGUE_RIGHTS[right]))]) -> Actor:
            return actor_of(person)

        return actor

    return authorize


def _askers(yinzheng: Yinzheng, guards: Guards) -> Callable[[CopyRight], Callable[..., Asker]]:
    """Who asks for annotated copies: a holder, or somebody for a department."""

    def authorize(right: CopyRight) -> Callable[..., Asker]:
        def asker(person: Annotated[Person, Depends(guards.person(*COPY_RIGHTS[right]))]) -> Asker:
            return asker_of(yinzheng, person)

        return asker

    return authorize


def _presenters(guards: Guards) -> Callable[..., Presenter]:
    """Who presents: a holder."""

    def presenter(person: Annotated[Person, Depends(guards.person(Role.HOLDER))]) -> Presenter:
        return presenter_of(person)

    return presenter


def _redeemers(guards: Guards) -> Callable[..., Redeemer]:
    """Who redeems: the counter, and officials."""

    def redeemer(person: Annotated[Person, Depends(guards.person(Role.REVIEWER, Role.OFFICIAL))]) -> Redeemer:
        return Redeemer(person.login, person.name, person.department or "")

    return redeemer


def _sealers(guards: Guards) -> Callable[[SealRight], Callable[..., SealViewer]]:
    """Who asks about seals: an official for their department; auditors and administrators oversee all."""

    def authorize(right: SealRight) -> Callable[..., SealViewer]:
        def viewer(person: Annotated[Person, Depends(guards.person(*SEAL_RIGHTS[right]))]) -> SealViewer:
            official = person.role is Role.OFFICIAL
            own = person.department if official else None
            return SealViewer(SealOfficer(person.login, person.name), own, oversees=not official)

        return viewer

    return authorize


def _officers(guards: Guards) -> Callable[..., Officer]:
    """Who may cite: the counter, and officials for their own department."""

    def officer(person: Annotated[Person, Depends(guards.person(Role.REVIEWER, Role.OFFICIAL))]) -> Officer:
        return Officer(person.name, person.department or "")

    return officer


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
