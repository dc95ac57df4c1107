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
from issuer.http import Desk, Overseen, Right, Viewer
from issuer.http import router as issuer_router
from service import pages
from service.describing import describe_api
from service.disclosing import show
from service.guards import Guards
from service.health import router as health_router
from service.identity import Person, Role
from service.observing import Journal, Meters, Observer
from service.outlet import Outlet, json_only, wants_page
from service.pages.rendering import STATIC
from service.shell import BodyLimit, CarefulHeaders
from service.tokens import router as tokens_router
from service.wiring import Yinzheng
from templates.library import bundles
from trust.certification.http import router as certification_router
from trust.certification.http import stamping_router
from trust.log.http import router as log_router
from trust.revocation.http import router as status_router
from trust.rules.verdict import Indication
from trust.sealing.http import Right as SealRight
from trust.sealing.http import SealViewer
from trust.sealing.http import plain_router as sealing_router
from trust.sealing.http import router as seals_router
from trust.sealing.ports import Officer as SealOfficer
from verifier.http import Counter
from verifier.http import router as verifier_router
from verifier.verifying import Examined

OVERSEES: dict[Role, Overseen] = {Role.REVIEWER: "standing", Role.AUDITOR: "reasons"}
RIGHTS: dict[Right, tuple[Role, ...]] = {"look": tuple(Role), "issue": (Role.OFFICIAL,), "hold": (Role.HOLDER,)}
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
    app.include_router(verifier_router(_counter(yinzheng, meters)))
    app.include_router(
        cases_router(yinzheng.cases, authorize=_officers(guards), clock=yinzheng.now, random=yinzheng.random),
        dependencies=[Depends(json_only)],
        responses=CITING,
    )
    sealers = _sealers(guards)
    app.include_router(seals_router(yinzheng.seals, authorize=sealers), dependencies=[Depends(json_only)])
    app.include_router(sealing_router(yinzheng.seals, authorize=sealers))
    app.include_router(tokens_router(yinzheng.identity, yinzheng.now))
    app.include_router(status_router(archive.publications), responses=PUBLISHED)
    app.include_router(log_router(archive.log), responses=PUBLISHED)
    app.include_router(certification_router(archive.books.editions, archive.trust_lists), responses=PUBLISHED)
    app.include_router(stamping_router(yinzheng.answer_stamp_request))


def _desk(yinzheng: Yinzheng) -> Desk:
    register = yinzheng.archive.register
    return Desk(
        bundles=bundles,
        issue=yinzheng.issue,
        find=register.find,
        held=register.held,
        files=yinzheng.files_of,
        act=yinzheng.act,
        acts=yinzheng.archive.acts.of,
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
        verify_file=lambda data: counted(yinzheng.verify_file(data)),
        verify_words=lambda words: counted(yinzheng.verify_words(words)),
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
                department=person.department if person.role is Role.OFFICIAL else None,
                holder=_holder(person),
                oversees=OVERSEES.get(person.role, ""),
            )

        return viewer

    return authorize


def _holder(person: Person) -> tuple[str, str] | None:
    if person.role is not Role.HOLDER or person.holder_code_type is None or person.holder_code is None:
        return None
    return person.holder_code_type, person.holder_code


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
