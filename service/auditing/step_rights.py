"""With what right a step may be taken, for each kind of paper: by its row in the life, and the tables of who is let in.

A step for a second person is one that its life keeps from whoever had a hand in the paper. The roles stand in the
tables by which the edges let people in (`service.admitting`, `service.catalogue_rights`); they are asked here, and not
repeated.
"""

from collections.abc import Iterable
from typing import Any

from issuer.converting.stock import Step as StockStep
from service.admitting import CLERKS
from service.auditing.staff import Right, clerks_of, keepers_of, officials_of, rights_of, users_of
from service.catalogue_rights import CATALOGUE_RIGHTS
from service.identity import Role
from trust.rules.life import Row, Who


def of_clerks(body_code: str, row: Row[Any, Any]) -> tuple[Right, ...]:
    """What a step takes of those who work for a body: what is for a second person is for its officials."""
    return officials_of(body_code) if row.who is Who.ANOTHER else clerks_of(body_code)


def of_stock(body_code: str, row: Row[Any, Any]) -> tuple[Right, ...]:
    """What a step of a conversion takes: a system may enter one, and everything else is for officials."""
    return rights_of(CLERKS["enter" if row.step is StockStep.SUBMIT else "decide"], body_code)


def of_seals(body_code: str, row: Row[Any, Any]) -> tuple[Right, ...]:
    """What a step of a request to seal takes: the second person may be an administrator."""
    return keepers_of(body_code) if row.who is Who.ANOTHER else users_of(body_code)


def of_keepers(body_code: str, _row: Row[Any, Any]) -> tuple[Right, ...]:
    """Who takes the steps of a seal, or of the report of a lost key."""
    return keepers_of(body_code)


def of_catalogue(row: Row[Any, Any]) -> tuple[Right, ...]:
    """What a step of a version takes: an own draft is for whoever drafts, the rest for whoever decides."""
    return rights_of(CATALOGUE_RIGHTS["draft" if row.who is Who.ACCOUNT else "decide"], None)


def of_mandates(asking: tuple[Right, ...], deciding: tuple[Right, ...], row: Row[Any, Any]) -> tuple[Right, ...]:
    """What a step of a request about a mandate takes, where it is known who may ask, and who decide."""
    return deciding if row.who is Who.ANOTHER else asking


def of_bodies(bodies: Iterable[str]) -> tuple[Right, ...]:
    """Officials of these bodies, and administrators."""
    own = (right for body in sorted(bodies) for right in rights_of((Role.OFFICIAL,), body))
    return (*own, *rights_of((Role.ADMIN,), None))
