"""Seeing what the service does, without seeing whom it does it for: a journal of JSON lines, and metrics.

A line and a label name the route's pattern, never the address, because addresses carry identifiers; no login, no body,
no words of an error, which may quote what somebody wrote. A fault is told by its class and the lines of code it came
through. Every answer carries `X-Request-Id`, and the journal has the same one.
"""

import logging
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import clock
from service.settings import PROJECT

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "-"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Journal:
    """Structured lines on a stream; `now` stamps them."""

    def __init__(self, now: Callable[[], datetime], stream: TextIO | None = None) -> None:
        self._now = now
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[structlog.processors.JSONRenderer(ensure_ascii=False)],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )

    def request(self, request_id: str, method: str, route: str, status: int, seconds: float) -> None:
        """One request that was answered."""
        self._log.info(
            "request",
            at=self._stamp(),
            id=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )

    def fault(self, error: BaseException, code: str) -> None:
        """An error that is ours to mend: what class, and through which lines it came; not what it says."""
        frames = traceback.extract_tb(error.__traceback__)
        trail = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        self._log.error("fault", at=self._stamp(), code=code, error=kind, trail=trail[-12:])

    def _stamp(self) -> str:
        return f"{self._now():%Y-%m-%dT%H:%M:%S.%fZ}"


class Meters:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "yinzheng_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "yinzheng_request_seconds", "Time to answer", ("method", "route"), buckets=SECONDS, registry=self.registry
        )
        self.verdicts = Counter(
            "yinzheng_verdicts", "Verdicts given over the API", ("indication",), registry=self.registry
        )
        self.list_age = Gauge(
            "yinzheng_status_list_age_seconds", "Age of the oldest status list", registry=self.registry
        )
        self.checkpoint_age = Gauge("yinzheng_checkpoint_age_seconds", "Age of the checkpoint", registry=self.registry)
        self.certificates_end = Gauge(
            "yinzheng_certificates_end_seconds", "Until the next certificate ends", registry=self.registry
        )
        self.certificates_ended = Gauge(
            "yinzheng_certificates_ended", "Roles and bodies whose newest certificate has ended", registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)


class Observer:
    """Counts, times and notes every request that passes."""

    def __init__(self, app: ASGIApp, journal: Journal, meters: Meters, random: Callable[[int], bytes]) -> None:
        self.app, self.journal, self.meters, self.random = app, journal, meters, random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it was answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, begun, status = self.random(8).hex(), clock.elapsed(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route, seconds = route_of(scope), clock.elapsed() - begun
            self.meters.requests.labels(method, route, str(status)).inc()
            self.meters.seconds.labels(method, route).observe(seconds)
            self.journal.request(request_id, method, route, status, seconds)


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered; of an address that leads nowhere not even that."""
    pattern = getattr(scope.get("route"), "path", None)
    if isinstance(pattern, str):
        return pattern
    return "/static" if scope["path"].startswith("/static/") else UNMATCHED


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name
