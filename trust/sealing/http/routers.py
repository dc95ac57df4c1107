"""The routes of seals on two routers, because two kinds of request are let in differently.

Bodies of JSON are bounded and checked by their type before a route sees them; a document comes as a form, and filing
has no body at all.
"""

from fastapi import APIRouter, Depends

from trust.http import uncached
from trust.sealing.http.access import Authorize
from trust.sealing.http.life import add_filing, add_life
from trust.sealing.http.register import add_register
from trust.sealing.http.requests import add_requests
from trust.sealing.http.sealing import add_sealing
from trust.sealing.http.service import SealService


def router(seals: SealService, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON."""
    routes = APIRouter(prefix="/api/v1", tags=["sealing"], dependencies=[Depends(uncached)])
    add_register(routes, seals, authorize)
    add_life(routes, seals, authorize)
    add_requests(routes, seals, authorize)
    return routes


def plain_router(seals: SealService, *, authorize: Authorize) -> APIRouter:
    """The routes that take a document, or no body at all."""
    routes = APIRouter(prefix="/api/v1", tags=["sealing"], dependencies=[Depends(uncached)])
    add_filing(routes, seals, authorize)
    add_sealing(routes, seals, authorize)
    return routes
