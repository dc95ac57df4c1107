"""Every request of somebody leaves its record: the one place between the routes and the answers.

A record is written before the answer goes out, so nobody sees anything that the trail does not know of; where it cannot
be written, the answer is not given. What a route names in its address (identifiers and numbers) says what it was about,
other parts know whose licences were looked for and why. Requests of nobody, such as public lists, leave none.
A caller may name the case that a look belongs to in `X-Case`.
"""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.guards import READING
from service.observing import route_of
from service.trail.doing import Doing, beginning, note_about, note_reason
from service.trail.keeping import Keeping

NAMED = (
    *("identifier", "seal_id", "number", "reference", "type_code", "version", "place", "name", "ending", "hook_id"),
    "field",
)
"""Parts of addresses that a record may show; others, such as codes that are shown once, it may not."""
CASE = "x-case"


class TrailKeeper:
    """Gathers what a request is, and has it recorded when it is answered; `status_of` tells how an error will be."""

    def __init__(self, app: ASGIApp, keeping: Keeping, status_of: Callable[[Exception], int]) -> None:
        self.app, self.keeping, self.status_of = app, keeping, status_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; whatever comes of it is recorded once."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        recorded = False
        with beginning() as doing:
            note_reason(Headers(scope=scope).get(CASE, ""))

            async def noting(message: Message) -> None:
                nonlocal recorded
                if message["type"] == "http.response.start" and not recorded:
                    recorded = True
                    await self._record(doing, scope, message["status"])
                await send(message)

            try:
                await self.app(scope, receive, noting)
            except Exception as error:  # whatever it was goes on as it came; here it is only noted that it was asked
                if not recorded:
                    await self._record(doing, scope, self.status_of(error))
                raise

    async def _record(self, doing: Doing, scope: Scope, status: int) -> None:
        if doing.actor is None and (doing.present is None or scope["method"] in READING):
            return
        named = scope.get("path_params", {})
        note_about(**{name: str(named[name]) for name in NAMED if name in named})
        action = f"{scope['method']} {route_of(scope)}"[:180]
        await run_in_threadpool(self.keeping.record, doing, action, status)
