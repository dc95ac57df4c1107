"""Pages for holders: the licences held, one of them to present with its code, its files, and who has cited it.

A holder sees own licences whole. Another's, an unknown one and one that was not released give the same answer.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.copying.ports import CopyEntry
from issuer.ports import Entry
from issuer.presenting.http import state_of
from issuer.presenting.ports import Code
from service.disclosing import linked
from service.guards import Guards
from service.identity import Person, Role
from service.pages.files import code_answer, file_answer
from service.pages.issuing import body_names
from service.pages.presenting import STATES
from service.pages.rendering import render
from service.who import asker_of, presenter_of
from service.wiring import Yinzheng
from trust.revocation.errors import SubjectUnknown
from trust.rules.disclosure import Circle, disclose, standing_text


def add_holding(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/me` and the pages below it."""
    Held = Annotated[Person, Depends(guards.person(Role.HOLDER))]  # noqa: N806  (an alias of a type)

    @routes.get("/me")
    def overview(request: Request, holder: Held) -> Response:
        at = yinzheng.now()
        entries = _held(yinzheng, holder)
        standings = [yinzheng.standing(str(entry.licence.identifier), at) for entry in entries]
        words = [standing_text(entry.licence, now, at=at) for entry, now in zip(entries, standings, strict=True)]
        return render(request, "me", rows=[*zip(entries, standings, words, strict=True)])

    @routes.get("/me/licences/{identifier}")
    def licence(request: Request, holder: Held, identifier: str) -> Response:
        entry, at = _own(yinzheng, holder, identifier), yinzheng.now()
        standing = yinzheng.standing(identifier, at)
        kind = yinzheng.catalogue.type_of(entry.licence)
        return render(
            request,
            "my_licence",
            entry=entry,
            standing=standing,
            rows=(
                *disclose(entry.licence, kind, standing, at=at, circle=Circle.CONSENT),
                *linked(yinzheng, entry.licence, Circle.CONSENT),
            ),
            citations=[*reversed(yinzheng.archive.citations.of_licence(identifier))],
            codes=_codes(yinzheng, holder, identifier),
            copies=_copies(yinzheng, holder, identifier),
            now=at,
            bodies=body_names(yinzheng),
            matters={matter.code: matter.name for matter in yinzheng.cases.citing.matters},
        )

    @routes.get("/me/licences/{identifier}/{name}")
    def file(holder: Held, identifier: str, name: str) -> Response:
        return file_answer(yinzheng, _own(yinzheng, holder, identifier), name)

    @routes.get("/me/qr/{identifier}.png")
    def code(holder: Held, identifier: str) -> Response:
        return code_answer(yinzheng, _own(yinzheng, holder, identifier))


def _codes(yinzheng: Yinzheng, holder: Person, identifier: str) -> list[tuple[Code, str]]:
    """The codes with which a licence was shown, each with how it stands."""
    at = yinzheng.now()
    codes = yinzheng.presenting.mine(identifier, presenter_of(holder))
    return [(code, STATES[state_of(code, at)]) for code in codes]


def _copies(yinzheng: Yinzheng, holder: Person, identifier: str) -> list[tuple[CopyEntry, str]]:
    """The annotated copies of a licence, each with how it stands."""
    made = yinzheng.copies.of_licence(identifier, asker_of(yinzheng, holder))
    return [(copy, yinzheng.copies.words(copy)) for copy in made]


def _held(yinzheng: Yinzheng, holder: Person) -> list[Entry]:
    if holder.holder_code_type is None or holder.holder_code is None:
        return []
    return list(yinzheng.archive.register.held(holder.holder_code_type, holder.holder_code))


def _own(yinzheng: Yinzheng, holder: Person, identifier: str) -> Entry:
    for entry in _held(yinzheng, holder):
        if str(entry.licence.identifier) == identifier:
            return entry
    raise SubjectUnknown("subject-unknown")
