"""Verifying for everyone: a file, a picture of a code, the text of a code, or an identifier.

What is to be verified travels in the body of a form and never in an address, so it stands in no log and no history; it
is examined and not kept. What is shown of the licence is what `trust.rules.disclosure` allows: `SCAN` for who has the
document or its code, `PUBLIC` for who has only typed an identifier. What no circle may see is never here. An
identifier that is unknown and one that is not open give the same page. A sealed file that is no licence of ours has a
report of its own (`documents`).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.ports import Entry
from service.disclosing import show
from service.pages.documents import document_page
from service.pages.forms import read_form
from service.pages.rendering import render, see_other
from service.pages.words import MARKS, MISTYPED, POLICY_WORDS, meaning_of, oldest_evidence, steps_of
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from trust.formats.token import TokenClaims
from trust.rules.disclosure import Circle, Row, chinese_date
from trust.rules.verdict import (
    CODE_OFFLINE,
    CODE_ONLINE,
    ONLINE,
    PRESENTATION_OFFLINE,
    PRESENTATION_ONLINE,
    Indication,
    judge,
)
from verifier.errors import NotUnderstood
from verifier.http import submission_reader
from verifier.submissions import MAX_AUDIENCE, Submission, circle_of
from verifier.verifying import TOO_LARGE, Examined

OF_CODES = {one.name for one in (CODE_ONLINE, CODE_OFFLINE, PRESENTATION_ONLINE, PRESENTATION_OFFLINE)}
NOTHING_GIVEN = "请选择文件、粘贴二维码内容，或填写证照标识。"


def add_verifying(routes: APIRouter, yinzheng: Yinzheng) -> None:
    """Add `/`, `/verify` and `/q`."""

    @routes.get("/")
    def home(request: Request) -> Response:
        return render(request, "home", refusal="", text="", identifier="", audience="")

    @routes.get("/q")
    def scan(request: Request) -> Response:
        return render(request, "scan")

    @routes.get("/verify")
    def nothing_to_verify() -> Response:
        return see_other("/")

    Submitted = Annotated[Asked, Depends(_reader())]  # noqa: N806  (an alias of a type)

    @routes.post("/verify")
    def verify(request: Request, asked: Submitted) -> Response:
        try:
            examined, circle = _examine(yinzheng, asked)
        except (NotUnderstood, Usage) as error:
            problem = problem_of(error)
            return render(
                request,
                "home",
                status=problem.status,
                refusal=problem.zh,
                text=asked.text,
                identifier=asked.identifier,
                audience=asked.audience,
            )
        if examined.document is not None and asked.file is not None:
            return document_page(request, yinzheng, examined, asked.file.file or b"")
        return _result_page(request, yinzheng, examined, circle, asked)


@dataclass(frozen=True)
class Asked:
    """What the page was asked to verify: a file as the verifier's reader took it in, or one of two texts."""

    file: Submission | None = None
    text: str = ""
    identifier: str = ""
    audience: str = ""


def _reader() -> Callable[[Request], AsyncIterator[Asked]]:
    """The dependency that reads either form; files are kept in memory within the bounds all uploads share."""
    uploaded = asynccontextmanager(submission_reader())

    async def asked(request: Request) -> AsyncIterator[Asked]:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with uploaded(request) as submission:
                yield Asked(file=submission, audience=submission.audience or "")
        else:
            form = await read_form(request)
            named = form.text("audience")[:MAX_AUDIENCE]
            yield Asked(text=form.text("text"), identifier=form.text("identifier"), audience=named)

    return asked


def _examine(yinzheng: Yinzheng, asked: Asked) -> tuple[Examined, Circle]:
    """Verify what was handed in, and say in which circle whoever did so is.

    Raises:
        NotUnderstood: the text is neither code nor identifier.
        Usage: nothing was given, or in the wrong place.

    """
    submission = asked.file or Submission(words=asked.text or asked.identifier)
    if submission.words is not None:
        if "#" in asked.identifier:
            raise Usage("not-an-identifier", "这一栏只填证照标识；二维码内容请填到上一栏。", "not an identifier.")
        if not submission.words:
            raise Usage("nothing-given", NOTHING_GIVEN, "give a file, a code or an identifier.")
        examined = yinzheng.verify_words(submission.words, audience=asked.audience or None)
    elif submission.file is None:
        examined = Examined(judge([TOO_LARGE], ONLINE, at=yinzheng.now(), subject=None))
    elif not submission.file:
        raise Usage("nothing-given", NOTHING_GIVEN, "give a file, a code or an identifier.")
    else:
        examined = yinzheng.verify_file(submission.file, audience=asked.audience or None)
    return examined, circle_of(submission, examined)


def _result_page(request: Request, yinzheng: Yinzheng, examined: Examined, circle: Circle, asked: Asked) -> Response:
    verdict = examined.verdict
    code = verdict.policy in OF_CODES
    entry = yinzheng.archive.released(str(examined.claims.identifier)) if examined.claims else None
    return render(
        request,
        "verdict",
        verdict=verdict,
        meaning=meaning_of(verdict, code=code),
        is_copy=examined.is_copy,
        note=examined.note,
        presentation=examined.presentation,
        steps=steps_of(verdict),
        marks=MARKS,
        policy=POLICY_WORDS.get(verdict.policy, verdict.policy),
        evidence_age=oldest_evidence(verdict),
        rows=_rows(yinzheng, examined, circle),
        digest=_digest(examined, entry),
        by_code=code,
        circle=circle.name,
        asked=asked if any(one.name in MISTYPED for one in verdict.findings) else Asked(),
    )


def _rows(yinzheng: Yinzheng, examined: Examined, circle: Circle) -> Sequence[Row]:
    """What may be shown of the licence; of a genuine code whose licence is not here, what the code itself says."""
    rows = show(yinzheng, examined, circle)
    if not rows and examined.claims and examined.verdict.indication is Indication.PASSED:
        return _claimed(examined.claims)
    return rows


def _claimed(claims: TokenClaims) -> Sequence[Row]:
    return (
        Row("holder", "持证主体", claims.holder),
        Row("issued_on", "颁发日期", chinese_date(claims.issued_on)),
        Row("validity", "有效期至", chinese_date(claims.valid_until) if claims.valid_until else "长期"),
    )


def _digest(examined: Examined, entry: Entry | None) -> str:
    """The digest of the document examined, or of the document a code stands for."""
    if examined.digest is not None:
        return f"sm3:{examined.digest.hex()}"
    return entry.artefacts.ofd if entry and entry.artefacts else ""
