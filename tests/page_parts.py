"""A visitor of the pages: a browser without JavaScript, over the real application in memory.

It follows what a person would: opens an address, reads the forms that are there, fills some fields and presses a
button. Hidden fields travel along unseen, and everything that goes over the wire is remembered for tests that ask what
stood in addresses.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import httpx2
from fastapi.testclient import TestClient

from service.guards import COOKIE
from tests.api_parts import ORIGIN, Api

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "javascript:alert(1)",
)

Files = dict[str, tuple[str, bytes]] | list[tuple[str, tuple[str, bytes]]]
"""Files of a form by their fields; a list where a field has several."""


@dataclass
class PageForm:
    """A form as it was sent: where it goes, its fields, its buttons, and what its fields say of themselves."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """An answer, read."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.answer, self.status, self.html = answer, answer.status_code, answer.text
        self.forms: list[PageForm] = []
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self._area: str | None = None
        self._select: str | None = None
        self.feed(self.html)

    @property
    def text(self) -> str:
        """What a person reads, without the gaps between elements."""
        return "".join("".join(self._texts).split())

    def says(self, *sentences: str) -> bool:
        return all("".join(sentence.split()) in self.text for sentence in sentences)

    def form(self, action: str) -> PageForm:
        (found,) = [form for form in self.forms if form.action == action]
        return found

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        self.tags.append((tag, given))
        self.addresses += [given[name] for name in ("href", "src", "action") if name in given]
        if tag == "form":
            self.forms.append(PageForm(given.get("method", "get"), given.get("action", "")))
        if not self.forms:
            return
        form = self.forms[-1]
        chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
        if tag == "input" and given.get("type") != "file" and chosen:
            form.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            form.fields[self._area] = ""
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            form.options.setdefault(self._select, []).append(given["value"])
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given["value"]
        elif tag == "button":
            form.buttons.append((given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].fields[self._area] += data
        self._texts.append(data)


class Visitor:
    """Somebody at a browser."""

    def __init__(self, api: Api, login: str | None = None) -> None:
        headers = {"Accept": "text/html,*/*", "Sec-Fetch-Site": "same-origin"}
        self.client = TestClient(api.app, base_url=ORIGIN, headers=headers)
        self.visited: list[str] = []
        if login:
            self.client.cookies.set(COOKIE, api.token(login))  # signing in takes its time on purpose

    def open(self, address: str, **more: Any) -> Page:
        return self._seen(self.client.get(address, **more))

    def post(self, address: str, files: Files | None = None, **texts: str) -> Page:
        return self._seen(self.client.post(address, data=texts or None, files=files))

    def press(self, form: PageForm, button: tuple[str, str] = ("", ""), **changed: str) -> Page:
        """Fill in some fields and send the form; names with dots are given with `__`."""
        texts = form.fields | {name.replace("__", "."): value for name, value in changed.items()}
        if button[0]:
            texts |= {button[0]: button[1]}
        return self.post(form.action, **texts)

    def _seen(self, answer: httpx2.Response) -> Page:
        for one in (*answer.history, answer):
            self.visited += [unquote(str(one.request.url)), unquote(one.headers.get("location", ""))]
        return Page(answer)
