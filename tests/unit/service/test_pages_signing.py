"""Signing in and out, who may open which page, forged forms, large text, and pages for what went wrong."""

from collections.abc import Iterator

import pytest

from service.guards import COOKIE
from service.pages.signing import local_path
from tests.api_parts import FORBIDDEN_WORDS, Api, identifier_of
from tests.page_parts import XSS, Visitor

HOMES = {"scjg": "/issuer", "window": "/reviewer", "firm": "/me", "auditor": "/audit"}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.mark.parametrize(("login", "home"), HOMES.items())
def test_signing_in_leads_to_where_one_works(api: Api, login: str, home: str) -> None:
    visitor = Visitor(api)
    page = visitor.press(visitor.open("/sign-in").forms[1], login=login, password=f"demo-{login}")
    assert (page.status, page.answer.url.path) == (200, home)
    cookie = page.answer.history[0].headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert visitor.open("/sign-in").answer.url.path == home


def test_an_unknown_login_and_a_wrong_password_look_the_same(api: Api) -> None:
    pages = [Visitor(api).post("/sign-in", login=login, password="no") for login in ("citizen", "nobody")]
    assert {page.status for page in pages} == {401}
    assert all(page.says("没有登录", "账号或密码不对") for page in pages)
    assert pages[0].text == pages[1].text
    assert not any("no" in form.fields.get("password", "") for page in pages for form in page.forms[1:2])


def test_too_many_failures_close_the_door_for_a_while(api: Api) -> None:
    visitor = Visitor(api)
    statuses = [visitor.post("/sign-in", login="shop", password="no").status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert visitor.post("/sign-in", login="shop", password="demo-shop").status == 429


@pytest.mark.parametrize("payload", XSS)
def test_a_hostile_login_comes_back_as_text(api: Api, payload: str) -> None:
    page = Visitor(api).post("/sign-in", login=payload, password="x")
    assert page.status == 401
    assert not [given for tag, given in page.tags if tag == "script" and "src" not in given]
    assert not [tag for tag, given in page.tags if tag == "img" or "onload" in given]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/me", True),
        ("/issuer/licences/1.2.156.3005.2.A.B.C.001.X", True),
        ("/reviewer/citations/YZABC", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/me", False),
        ("/me?x=1", False),
        ("/me//evil.example", False),
        ("/api/v1/licences", False),
        ("", False),
    ],
)
def test_only_our_own_pages_are_returned_to(path: str, kept: bool) -> None:
    assert local_path(path) == (path if kept else None)


def test_after_signing_in_one_arrives_at_the_page_asked_for(api: Api) -> None:
    visitor = Visitor(api)
    page = visitor.open("/me")
    assert page.answer.url.path == "/sign-in"
    assert page.says("要打开的页面需要登录")
    arrived = visitor.press(page.forms[1], login="firm", password="demo-firm")
    assert arrived.answer.url.path == "/me"


def test_who_posts_after_the_session_has_ended_comes_back_to_the_section(api: Api) -> None:
    visitor = Visitor(api, "scjg")
    form = visitor.open("/issuer/issue/business-licence?sample=true").form("/issuer/issue/business-licence")
    visitor.client.cookies.clear()
    page = visitor.press(form)
    assert page.says("登录已经过期")
    assert visitor.press(page.forms[1], login="scjg", password="demo-scjg").answer.url.path == "/issuer"


def test_a_foreign_address_is_not_returned_to(api: Api) -> None:
    page = Visitor(api).post("/sign-in", login="firm", password="demo-firm", next="https://evil.example/")
    assert page.answer.url.path == "/me"


def test_signing_out_ends_the_session_on_the_server(api: Api) -> None:
    visitor = Visitor(api)
    visitor.post("/sign-in", login="firm", password="demo-firm")
    token = visitor.client.cookies[COOKIE]
    visitor.post("/sign-out")
    other = Visitor(api)
    other.client.cookies.set(COOKIE, token)
    assert other.open("/me").answer.url.path == "/sign-in"


@pytest.mark.parametrize("login", [*HOMES, None])
def test_every_page_is_for_its_role_alone(api: Api, login: str | None) -> None:
    visitor = Visitor(api, login)
    for home in HOMES.values():
        page = visitor.open(home)
        if login is None:
            assert page.answer.url.path == "/sign-in"
        elif home == HOMES[login]:
            assert page.status == 200
        else:
            assert (page.status, page.says("没有这项权限")) == (403, True)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_sent_from_elsewhere_is_refused(api: Api, site: str) -> None:
    visitor = Visitor(api, "scjg")
    form = visitor.open("/issuer/issue/business-licence?sample=true").form("/issuer/issue/business-licence")
    before = api.rows()
    visitor.client.headers["Sec-Fetch-Site"] = site
    page = visitor.press(form)
    assert (page.status, page.says("页面已过期或请求不是从本站发出")) == (403, True)
    for address in ("/sign-in", "/sign-out", "/display"):
        assert visitor.post(address, login="firm", password="demo-firm").status == 403
    assert api.rows() == before


def test_a_form_without_the_sessions_token_is_refused(api: Api) -> None:
    visitor = Visitor(api, "scjg")
    identifier = identifier_of(api.issue())
    forms = [
        visitor.open("/issuer/issue/business-licence?sample=true").form("/issuer/issue/business-licence"),
        visitor.open("/issuer").form("/issuer/find"),
        visitor.open(f"/issuer/licences/{identifier}/act/suspend").form(f"/issuer/licences/{identifier}/act/suspend"),
    ]
    before = api.rows()
    for form in forms:
        assert visitor.press(form, form_token="0" * 32).status == 403
        assert visitor.press(form, form_token="").status == 403
    assert api.rows() == before


def test_the_demos_people_are_shown_in_the_demo_and_nowhere_else(api: Api) -> None:
    assert Visitor(api).open("/sign-in").says("演示账号", "demo-citizen")
    real = Api(production=True)
    try:
        page = Visitor(real).open("/sign-in")
        assert not page.says("演示")
        assert "demo-" not in page.html
        form = Visitor(real, "scjg").open("/issuer/issue/business-licence?sample=true")
        assert form.form("/issuer/issue/business-licence").fields["holder_name"] == ""
        assert not form.says("填入样例")
    finally:
        real.close()


def test_large_text_is_remembered_and_taken_back(api: Api) -> None:
    visitor = Visitor(api)
    page = visitor.press(visitor.open("/q").form("/display"), size="large")
    assert page.answer.url.path == "/q"
    assert ("html", {"lang": "zh-CN", "class": "large"}) in page.tags
    page = visitor.press(page.form("/display"), size="")
    assert ("html", {"lang": "zh-CN"}) in page.tags


@pytest.mark.parametrize("address", ["/nothing", "/issuer/issue/nothing", "/issuer/licences/1.2.3", "/me/qr/1.2.3.png"])
def test_what_is_not_there_is_said_in_a_page(api: Api, address: str) -> None:
    page = Visitor(api, "firm" if address.startswith("/me") else "scjg").open(address)
    assert page.status == 404
    assert page.says("没有找到")
    assert not any(word in page.html for word in FORBIDDEN_WORDS)


def test_a_page_that_is_not_there_still_knows_whose_service_it_is_and_who_asks(api: Api) -> None:
    page = Visitor(api, "scjg").open("/nothing")
    assert page.says("云岭市电子证照", "演示系统", "周明远", "回到签发与管理")
    assert Visitor(api).open("/nothing").says("云岭市电子证照", "登录")
    assert Visitor(api).client.get("/api/v1/nothing").json()["code"] == "no-such-address"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/issuer/issue/nothing", "没有这类证照"),
        ("/issuer/issue/business-licence?sample=perhaps", "请从页面上的链接重新进入"),
        ("/me", "请换有权限的账号登录"),
    ],
)
def test_pages_speak_to_people_at_a_browser(api: Api, address: str, words: str) -> None:
    page = Visitor(api, "scjg").open(address)
    assert page.says(words)
    assert not any(word in page.html for word in ("yinzheng types", "bool_parsing", "<code>"))


@pytest.mark.parametrize(
    ("login", "address", "home"),
    [
        ("scjg", "/issuer/find", "/issuer"),
        ("window", "/reviewer/case", "/reviewer"),
        ("window", "/reviewer/cite", "/reviewer"),
    ],
)
def test_opening_the_address_of_an_answer_leads_back_to_its_form(api: Api, login: str, address: str, home: str) -> None:
    page = Visitor(api, login).open(address)
    assert (page.status, page.answer.url.path) == (200, home)


def test_a_form_with_a_file_where_none_belongs_is_not_read(api: Api) -> None:
    assert Visitor(api).post("/sign-in", files={"login": ("x", b"x" * 2_000_000)}).status == 415
