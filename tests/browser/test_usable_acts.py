"""Everybody can use the pages of acts: on one licence and on many, with what comes of them, and of past days."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from issuer.warrants.warrant import Wanted, Warrant
from tests.api_parts import identifier_of
from tests.applying_parts import MAKER, SECOND
from tests.browser.conftest import Opening
from tests.browser.serving import Site
from tests.browser.usable import Walk, expect_usable, look
from trust.rules.standing import ActKind

LONGEST = "（2026）云0199行初7号"


def order_of(site: Site, kind: ActKind = ActKind.REVOKE) -> Warrant:
    """An order on two licences that waits for somebody else."""
    subjects = tuple(identifier_of(site.api.issue()) for _ in range(2))
    body = site.api.city.body_code("business-licence")
    wanted = Wanted(body, kind, "penalty", subjects, reason="逾期未整改", decision="云市监罚〔2026〕18号")
    return site.api.yinzheng.warrants.place(wanted, by=MAKER, key=site.api.key())


def ended_licence(site: Site) -> str:
    """A licence suspended, given back and revoked, and the revocation set aside: every column has something."""
    issued, city = site.api.issue(), site.api.city
    city.act(ActKind.SUSPEND, issued, "penalty", reason="立案调查期间暂扣")
    city.act(ActKind.REINSTATE, issued, "decision-overturned", decision="云复决〔2026〕12号")
    city.act(ActKind.REVOKE, issued, "penalty")
    city.act(ActKind.OVERTURN, issued, "decision-set-aside", decision=LONGEST)
    return identifier_of(issued)


def at_orders(page: Page, site: Site) -> None:
    placed = order_of(site, ActKind.SUSPEND)
    site.api.yinzheng.warrants.refuse(placed, reason="证据不足", by=SECOND, key=site.api.key())
    order_of(site)
    page.goto("/issuer/acts")


def at_order(page: Page, site: Site) -> None:
    page.goto(f"/issuer/acts/{order_of(site).number}")


def ask_for_many(page: Page, identifiers: list[str]) -> None:
    page.goto("/issuer/acts/new")
    page.locator("#identifiers").fill("\n".join(identifiers))
    page.locator("#kind").select_option("revoke")
    page.locator("#ground").select_option("penalty")
    page.get_by_role("button", name="下一步：核对").click()


def at_preview(page: Page, site: Site) -> None:
    ask_for_many(page, [ended_licence(site), identifier_of(site.api.issue())])
    expect(page.get_by_role("heading", level=1)).to_have_text("核对：吊销 2 本")


def at_refused_order(page: Page, _site: Site) -> None:
    ask_for_many(page, ["1.2.156"])
    expect(page.get_by_role("alert")).to_be_visible()


def at_ended_licence(page: Page, site: Site) -> None:
    page.goto(f"/issuer/licences/{ended_licence(site)}")
    expect(page.get_by_text(LONGEST)).to_be_visible()


def at_checked_licence(page: Page, site: Site) -> None:
    issued = site.api.issue("medical-institution-permit")
    page.goto(f"/issuer/licences/{identifier_of(issued)}")
    page.get_by_role("link", name="登记校验合格").click()
    page.get_by_label("依法校验、年度检验合格").check()
    page.get_by_role("button", name="下一步：确认").click()
    page.get_by_role("button", name="确认校验合格").click()
    expect(page.get_by_text("上次校验合格")).to_be_visible()


def ask_of_a_day(page: Page, site: Site, address: str) -> None:
    identifier = ended_licence(site)
    page.goto(address)
    page.locator("#identifier").fill(identifier)
    page.locator("#on").fill(site.api.city.clock().isoformat())
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="状态历史")).to_be_visible()


PAGES: list[Any] = [
    pytest.param("scjg", at_orders, id="acts"),
    pytest.param("scjg", look("/issuer/acts/new"), id="acts-new"),
    pytest.param("scjg", at_preview, id="acts-preview"),
    pytest.param("scjg", at_refused_order, id="acts-refused"),
    pytest.param("scjg2", at_order, id="act-order"),
    pytest.param("scjg", at_ended_licence, id="licence-ended"),
    pytest.param("spj", at_checked_licence, id="licence-checked"),
    pytest.param("window", look("/reviewer/standing"), id="counter-standing"),
    pytest.param(
        "window", lambda page, site: ask_of_a_day(page, site, "/reviewer/standing"), id="counter-standing-told"
    ),
    pytest.param("auditor", look("/audit/standing"), id="audit-standing"),
    pytest.param("auditor", lambda page, site: ask_of_a_day(page, site, "/audit/standing"), id="audit-standing-told"),
]


@pytest.mark.parametrize(("login", "walk"), PAGES)
def test_everybody_can_use_the_page(site: Site, browse: Opening, axe: str, login: str, walk: Walk) -> None:
    page = browse(login)
    walk(page, site)
    expect_usable(page, axe, None)
