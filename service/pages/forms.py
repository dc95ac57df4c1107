"""Forms: the texts a browser posted, bounded.

Whether a form came from our own page is for `service.guards`, and a file to verify is taken in by the verifier's own
reader; here are only forms of texts. Only the first value of a name counts. Keys for writes are drawn when a form is
shown, so that a double click does a thing once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import HTTPException, Request

from service.problem import Usage

PLAIN = "application/x-www-form-urlencoded"
MAX_FIELDS = 100
MAX_TEXT = 16_384

_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Form:
    """The texts of a form, by name."""

    texts: Mapping[str, str]

    def text(self, name: str) -> str:
        """The text of a name without white space around it; empty where there is none."""
        return self.texts.get(name, "").strip()

    def nonce(self) -> str:
        """The key of this showing of the form.

        Raises:
            Usage: the form does not carry one of ours.

        """
        nonce = self.texts.get("nonce", "")
        if not _NONCE.fullmatch(nonce):
            raise Usage("form-incomplete", "表单不完整，请刷新页面后重新填写。", "the form lacks its key; reload it.")
        return nonce


def fresh_nonce(random: Callable[[int], bytes]) -> str:
    """A key for one showing of a form."""
    return random(16).hex()


async def read_form(request: Request) -> Form:
    """Read a form of texts.

    Raises:
        HTTPException: 415, it is no such form.
        Usage: a text in it is too long.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PLAIN:
        raise HTTPException(415)
    form = await request.form(max_files=0, max_fields=MAX_FIELDS)
    texts: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise Usage("too-long", "有一项内容太长，请缩短后重试。", "a field is too long.")
        texts.setdefault(name, value)
    return Form(texts)
