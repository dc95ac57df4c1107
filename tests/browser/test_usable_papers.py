"""Everybody can use the pages of what a licence goes through: stock, copies, codes, templates, catalogue, mandates."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from issuer.converting.manifest import read_manifest
from issuer.converting.stock import Stock
from issuer.copying.ports import Terms
from tests.api_parts import TYPE, identifier_of
from tests.applying_parts import MAKER, Hall, members
from tests.browser.conftest import Opening
from tests.browser.serving import Site
from tests.browser.usable import Walk, expect_usable, look
from tests.copy_parts import body_of, consented
from tests.stock_parts import SOURCE, picture

TERMS = {"使用单位": "云岭市住房和城乡建设局", "用途": "办理商铺租赁合同备案"}


def stock_of(site: Site) -> Stock:
    """A paper licence that waits for its comparison."""
    hall, yinzheng = Hall(site.api.city), site.api.yinzheng
    row = {"file": "a.png", "grade": "C", "source": SOURCE, "application": members()}
    body = json.dumps({"format": "yinzheng-stock/1", "rows": [row]}).encode()
    rows = read_manifest(body, yinzheng.office.bundle(TYPE).type, issuer_code=hall.body)
    scan = yinzheng.conversions.keep_scan(picture(), body_code=hall.body, by=MAKER)
    (made,) = yinzheng.conversions.submit(rows, {"a.png": scan}, by=MAKER)
    return made


def at_stock(page: Page, site: Site) -> None:
    page.goto(f"/issuer/conversions/{stock_of(site).number}")


def at_stocks(page: Page, site: Site) -> None:
    stock_of(site)
    page.goto("/issuer/conversions")


def at_copying(page: Page, site: Site) -> None:
    page.goto(f"/me/copy/{identifier_of(site.api.issue())}")


def at_copying_errors(page: Page, site: Site) -> None:
    at_copying(page, site)
    page.locator("form.card").first.get_by_role("button").last.click()


def at_copy(page: Page, site: Site) -> None:
    at_copying(page, site)
    for label, text in TERMS.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("有效期至").fill("2026-12-31")
    page.locator("form.card").first.get_by_role("button").last.click()


def at_consent(page: Page, site: Site) -> None:
    issued = site.api.issue()
    consented(site.api.city, issued, Terms(TERMS["用途"], TERMS["使用单位"]))
    page.goto(f"/me/consent/{identifier_of(issued)}")


def at_consent_errors(page: Page, site: Site) -> None:
    at_consent(page, site)
    page.locator("form.card").first.get_by_role("button").last.click()


def at_body_copies(page: Page, site: Site) -> None:
    issued = site.api.issue()
    terms = Terms(TERMS["用途"], TERMS["使用单位"])
    given = consented(site.api.city, issued, terms)
    consented(site.api.city, issued, terms, reference=f"SQ-{given.reference[-6:]}")
    copies, by = site.api.yinzheng.copies, body_of(issued)
    copies.for_body(given.original, terms, mode=given.mode, reference=given.reference, by=by, key=given.reference)
    page.goto(f"/issuer/copying/{given.original}")


def at_presenting(page: Page, site: Site) -> None:
    page.goto(f"/me/present/{identifier_of(site.api.issue())}")


def at_code(page: Page, site: Site) -> None:
    at_presenting(page, site)
    page.locator("form").filter(has=page.locator('[name="kind"][value="once"]')).get_by_role("button").click()


def at_code_used(page: Page, site: Site) -> None:
    at_code(page, site)
    page.locator('a[href^="/me/codes/"]').first.click()


def at_redeeming_refused(page: Page, _site: Site) -> None:
    page.goto("/reviewer/redeem")
    page.locator('form[action="/reviewer/redeem"]').get_by_role("button").click()


def at_entry(page: Page, _site: Site) -> None:
    page.goto("/issuer/catalogue")
    page.locator('main a[href^="/issuer/catalogue/"]').first.click()


def at_refused_template(page: Page, _site: Site) -> None:
    page.goto("/issuer/templates")
    page.get_by_role("button", name="检查并预览").click()


PAGES: list[Any] = [
    pytest.param("scjg", at_stocks, id="conversions"),
    pytest.param("scjg", at_stock, id="conversion"),
    pytest.param("firm", at_copying, id="copy"),
    pytest.param("firm", at_copying_errors, id="copy-errors"),
    pytest.param("firm", at_copy, id="copied"),
    pytest.param("firm", at_consent, id="copy-consent"),
    pytest.param("firm", at_consent_errors, id="copy-consent-errors"),
    pytest.param("scjg", at_body_copies, id="body-copies"),
    pytest.param("firm", at_presenting, id="present"),
    pytest.param("firm", at_code, id="presented"),
    pytest.param("firm", at_code_used, id="code"),
    pytest.param("window", look("/reviewer/redeem"), id="redeem"),
    pytest.param("window", at_redeeming_refused, id="redeem-refused"),
    pytest.param("scjg", look("/issuer/catalogue"), id="catalogue"),
    pytest.param("scjg", at_entry, id="catalogue-entry"),
    pytest.param("scjg", look("/issuer/templates"), id="templates"),
    pytest.param("scjg", at_refused_template, id="templates-refused"),
    pytest.param("scjg", look("/issuer/mandates"), id="mandates"),
]


@pytest.mark.parametrize(("login", "walk"), PAGES)
def test_everybody_can_use_the_page(site: Site, browse: Opening, axe: str, login: str, walk: Walk) -> None:
    page = browse(login)
    walk(page, site)
    expect_usable(page, axe, None)
