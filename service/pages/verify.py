"""Verifying for everyone: a file, a picture of a code, the text of a code, or an identifier.

What is to be verified travels in the body of a form and never in an address, so it stands in no log and no history; it
is examined and not kept. What is shown of the licence is what `trust.rules.disclosure` allows: `SCAN` for who has the
document or its code, `PUBLIC` for who has only typed an identifier. What no circle may see is never here. An identifier that is unknown and one that is not
open give the same page.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.ports import Entry
from service.disclosing import show
from service.pages.forms import MAX_FORM, Form, read_form
from service.pages.rendering import render, see_other
from service.pages.words import MARKS, POLICY_WORDS, meaning_of, oldest_evidence, steps_of
from service.problems import Usage, problem_of
from service.wiring import Yinzheng
from trust.formats.token import TokenClaims
from trust.rules.disclosure import Circle, Row, chinese_date
from trust.rules.verdict import ONLINE, Indication, judge
from verifier.errors import NotUnderstood
from verifier.recognising import MAX_FILE
from verifier.verifying import TOO_LARGE, Examined


def add_verifying(routes: APIRouter, yinzheng: Yinzheng) -> None:
    """Add `/`, `/verify` and `/q`."""

    @routes.get("/")
    def home(request: Request) -> Response:
        return render(request, "home", refusal="", text="", identifier="")

    @routes.get("/q")
    def scan(request: Request) -> Response:
        return render(request, "scan")

    @routes.get("/verify")
    def nothing_to_verify() -> Response:
        return see_other("/")

    @routes.post("/verify")
    def verify(request: Request, form: Annotated[Form, Depends(_bounded_form)]) -> Response:
        try:
            examined, circle, code = _examine(yinzheng, form)
        except (NotUnderstood, Usage) as error:
            problem = problem_of(error)
            text, identifier = form.text("text"), form.text("identifier")
            return render(request, "home", status=problem.status, refusal=problem.zh, text=text, identifier=identifier)
        return _result_page(request, yinzheng, examined, circle, code=code)


async def _bounded_form(request: Request) -> Form:
    """The form, or an empty one marked too large: whoever uploads too much gets a verdict, not an error."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_FORM:
        async for _ in request.stream():
            pass  # heard to the end, as far as the shell lets it come, or the browser would show no answer
        return Form({"too-large": "1"})
    return await read_form(request)


def _examine(yinzheng: Yinzheng, form: Form) -> tuple[Examined, Circle, bool]:
    """Verify whatever the form holds, and say in which circle the asker is and whether it was a code."""
    if "too-large" in form.texts:
        return Examined(judge([TOO_LARGE], ONLINE, at=yinzheng.now(), subject=None)), Circle.PUBLIC, False
    file = form.files.get("file")
    if file is not None and file.size:
        examined = yinzheng.verify_file(file.file.read(MAX_FILE + 1))
        return examined, Circle.SCAN, examined.claims is not None
    if words := form.text("text"):
        examined = yinzheng.verify_words(words)
        scanned = examined.claims is not None or "#" in words or words.startswith("EL1:")
        return examined, Circle.SCAN if scanned else Circle.PUBLIC, scanned
    if identifier := form.text("identifier"):
        if "#" in identifier:
            raise Usage("not-an-identifier", "这一栏只填证照标识；二维码内容请填到上一栏。", "not an identifier.")
        return yinzheng.verify_words(identifier), Circle.PUBLIC, False
    raise Usage("nothing-given", "请选择文件、粘贴二维码内容，或填写证照标识。", "give a file, a code or a number.")


def _result_page(request: Request, yinzheng: Yinzheng, examined: Examined, circle: Circle, *, code: bool) -> Response:
    verdict = examined.verdict
    entry = yinzheng.archive.register.find(str(examined.claims.identifier)) if examined.claims else None
    return render(
        request,
        "verdict",
        verdict=verdict,
        meaning=meaning_of(verdict, code=code),
        steps=steps_of(verdict),
        marks=MARKS,
        policy=POLICY_WORDS.get(verdict.policy, verdict.policy),
        evidence_age=oldest_evidence(verdict),
        rows=_rows(yinzheng, examined, circle),
        digest=_digest(examined, entry),
        by_code=code,
        circle=circle.name,
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
