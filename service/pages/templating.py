"""Pages for whoever makes templates: every licence type with its sample, and a template of one's own to try out.

A template is handed in as files, checked like `yinzheng template check`, and its sample drawn; nothing of it is kept,
and it issues nothing. It is read in a process of its own (`service.template_trials`), and the pages are drawn where
strangers' files are drawn; other requests are answered meanwhile.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from service.guards import Guards, Sender
from service.identity import Role
from service.pages.documents import ShownPage, shown_page
from service.pages.rendering import render
from service.pages.uploading import Handed, read_files
from service.shell import POLICY_WITH_PICTURES
from service.template_trials import Trial, try_template
from service.template_words import line_of
from service.wiring import Yinzheng
from templates.errors import TemplateError
from templates.library import FILE_NAME, SAMPLE, TEMPLATE, bundles, load_bundle
from trust.revocation.errors import SubjectUnknown

PARTS = {"template": TEMPLATE, "sample": SAMPLE}
"""The files of the form that have fixed names."""
PICTURES, MOST_PICTURES = "pictures", 40
"""Backgrounds and photographs, which keep their names."""
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
        handed = await read_files(request, tuple(PARTS), several=PICTURES, most=MOST_PICTURES)
        sender.check(handed.texts.get("form_token"))
        tried = await run_in_threadpool(_tried, yinzheng, handed)
        return await run_in_threadpool(_page, request, tried)


def _page(request: Request, tried: Tried | None) -> Response:
    status = 422 if tried is not None and tried.faults else 200
    answer = render(request, "templates", bundles=bundles(), tried=tried, status=status)
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _tried(yinzheng: Yinzheng, handed: Handed) -> Tried:
    """The faults of a template, and its sample's pages as far as it can be drawn."""
    if "template" not in handed.files:
        return Tried(("请选择 template.toml。",))
    files = {PARTS[part]: upload.data for part, upload in handed.files.items()}
    wrong = []
    for upload in handed.several:
        if not FILE_NAME.fullmatch(upload.name):
            wrong.append(f"图片的文件名只能由英文字母、数字、下划线和连字符组成，以 .png 或 .jpg 结尾：{upload.name}")
        elif upload.name in files:
            wrong.append(f"有两张图片用了同一个文件名：{upload.name}")
        else:
            files[upload.name] = upload.data
    trial = try_template(files)
    more = [f"另有 {trial.more} 处问题没有列出。"] if trial.more else []
    told = (*wrong, *map(line_of, trial.faults), *more)
    return Tried(told, trial.title, _pages(yinzheng, trial)) if trial.pdf else Tried(told)


def _pages(yinzheng: Yinzheng, trial: Trial) -> tuple[ShownPage, ...]:
    drawn = yinzheng.draw(trial.pdf)
    pages = drawn.paper.pages or trial.sheets
    return tuple(shown_page(number, size, drawn) for number, size in enumerate(pages))
