"""Pages for whoever makes templates: every licence type with its sample, and a template of one's own to try out.

A template is handed in as files, checked like `yinzheng template check`, and its sample drawn; nothing of it is kept,
and it issues nothing. Reading it opens no picture; the pages are drawn where strangers' files are drawn.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import Guards, Sender
from service.identity import Role
from service.pages.documents import ShownPage, shown_page
from service.pages.rendering import render
from service.pages.uploading import Upload, read_files
from service.shell import POLICY_WITH_PICTURES
from service.template_words import line_of
from service.wiring import Yinzheng
from templates.checking import check_folder
from templates.errors import TemplateError, TemplatesError
from templates.library import FILE_NAME, SAMPLE, TEMPLATE, Bundle, bundles, load_bundle
from templates.sample_files import sample_files
from trust.revocation.errors import SubjectUnknown

PARTS = ("template", "sample", "background", "photo")
"""The files of the form: two of fixed names, two that keep theirs."""
OWN_NAME = "own-template"
PICTURE_AGE = "private, max-age=3600"


@dataclass(frozen=True)
class Tried:
    """What became of a template that was handed in."""

    faults: tuple[str, ...]
    title: str = ""
    pages: tuple[ShownPage, ...] = ()


def add_templating(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/templates`."""
    Known = Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)

    official = [Depends(guards.person(Role.OFFICIAL))]

    @routes.get("/issuer/templates", dependencies=official)
    def overview(request: Request) -> Response:
        return _page(request, None)

    @routes.get("/issuer/templates/{name}.png", dependencies=official)
    def picture(name: str) -> Response:
        try:
            octets = (load_bundle(name).folder / "expected.png").read_bytes()
        except (TemplateError, OSError) as error:
            raise SubjectUnknown("subject-unknown") from error
        return Response(octets, media_type="image/png", headers={"Cache-Control": PICTURE_AGE})

    @routes.post("/issuer/templates")
    async def hand_in(request: Request, sender: Known) -> Response:
        texts, files = await read_files(request, PARTS)
        sender.check(texts.get("form_token"))
        return _page(request, _tried(yinzheng, files))


def _page(request: Request, tried: Tried | None) -> Response:
    status = 422 if tried is not None and tried.faults else 200
    answer = render(request, "templates", bundles=bundles(), tried=tried, status=status)
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _tried(yinzheng: Yinzheng, files: dict[str, Upload]) -> Tried:
    """The faults of a template, and its sample's pages as far as it can be drawn."""
    if "template" not in files:
        return Tried(("请选择 template.toml。",))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / OWN_NAME
        folder.mkdir()
        for part, upload in files.items():
            name = {"template": TEMPLATE, "sample": SAMPLE}.get(part, upload.name)
            if part in {"template", "sample"} or FILE_NAME.fullmatch(name):
                (folder / name).write_bytes(upload.data)
        bundle, faults = check_folder(folder)
        told = tuple(line_of(fault) for fault in faults)
        if bundle is None or any(fault.group == "sample" for fault in faults):
            return Tried(told)
        return Tried(told, bundle.type.name, _pages(yinzheng, bundle))


def _pages(yinzheng: Yinzheng, bundle: Bundle) -> tuple[ShownPage, ...]:
    try:
        drawn = yinzheng.draw(sample_files(bundle).pdf)
    except TemplatesError:
        return ()
    sizes = [(sheet.width, sheet.height) for sheet in bundle.layout.sheets]
    pages = drawn.paper.pages or tuple(sizes)
    return tuple(shown_page(number, size, drawn) for number, size in enumerate(pages))
