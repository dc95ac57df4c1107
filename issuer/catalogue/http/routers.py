"""The routers of the catalogue: those whose bodies are JSON, those that take a file or nothing, and the public one."""

from fastapi import APIRouter, Depends

from issuer.catalogue.http.access import Authorize, CatalogueService
from issuer.catalogue.http.entries import add_drafts, add_entries
from issuer.catalogue.http.mandates import add_mandates, add_withdrawing
from issuer.catalogue.http.public import public_router
from trust.http import uncached

__all__ = ["plain_router", "public_router", "router"]


def router(service: CatalogueService, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON."""
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"], dependencies=[Depends(uncached)])
    add_entries(routes, service, authorize)
    add_mandates(routes, service, authorize)
    return routes


def plain_router(service: CatalogueService, *, authorize: Authorize) -> APIRouter:
    """The routes that take a ZIP, or no body at all."""
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"], dependencies=[Depends(uncached)])
    add_drafts(routes, service, authorize)
    add_withdrawing(routes, service, authorize)
    return routes
