"""Forms: what a browser posted, bounded before it is read.

Whether it came from our own page is for `service.guards`. Only the first value of a name counts, and files are read up
to the bound of the reader. Keys for writes are drawn when a form is shown, so that a double click does a thing once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile

from service.problems import Usage

MAX_FIELDS = 100
MAX_TEXT = 16_384
MAX_FORM = 21 * 1024 * 1024
"""Octets of a whole form: the largest file that is examined, and room for the rest."""

_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Form:
    """The texts and files of a form, by name."""

    texts: Mapping[str, str]
    files: Mapping[str, UploadFile] = field(default_factory=dict)

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
    """Read a form of any kind a browser sends.

    Raises:
        Usage: too large, or a text in it is.

    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_FORM:
        raise Usage("too-large", "提交的内容太大，或没有说明长度；文件不能超过 20 MB。", "the form is too large.")
    form = await request.form(max_files=1, max_fields=MAX_FIELDS)
    texts: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, value)
        elif len(value) > MAX_TEXT:
            raise Usage("too-long", "有一项内容太长，请缩短后重试。", "a field is too long.")
        else:
            texts.setdefault(name, value)
    return Form(texts, files)
