"""Everybody can use the pages of licences: verified, issued, applied for, in tables, acted on, cited, sealed and held."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api_parts import identifier_of
from tests.applying_parts import Hall
from tests.batch_parts import table
from tests.browser.clicking import place_seal, verify_file, verify_number
from tests.browser.conftest import Opening
from tests.browser.serving import Site
from tests.browser.usable import Walk, expect_usable, look
from tests.ofd_foreign import letter
from tests.sealing_parts import seal_on
from trust.rules.succession import SuccessionKind

ISSUE = "/issuer/issue/business-licence"


def licence_of(site: Site) -> str:
    return f"/issuer/licences/{identifier_of(site.api.issue())}"


def at_verdict(page: Page, site: Site) -> None:
    verify_file(page, site.api.issue("teacher-qualification").ofd)


def at_failure(page: Page, _site: Site) -> None:
    verify_file(page, b"no licence at all")


def at_doubt(page: Page, site: Site) -> None:
    licence = site.api.issue().entry.licence.identifier
    verify_number(page, str(type(licence)(licence.type_code, licence.issuer_code, "0" * 20)))


def at_report(page: Page, _site: Site) -> None:
    verify_file(page, seal_on(letter()), "letter.ofd")


def at_seal(page: Page, site: Site) -> None:
    seal(page, site)
    page.goto("/issuer/seals")
    page.get_by_role("link", name="云岭市市场监督管理局电子证照专用章").first.click()


def seal(page: Page, site: Site) -> None:
    place_seal(page, site)
    page.get_by_label("用途").fill("答复来函")
    page.get_by_role("button", name="用印", exact=True).click()


def at_cancelling(page: Page, site: Site) -> None:
    page.goto(f"/issuer/seals/{site.api.city.seal().seal.seal_id}/act/cancel")
    page.get_by_role("button", name="注销印章").click()


def at_refused_place(page: Page, site: Site) -> None:
    place_seal(page, site)
    page.get_by_label("距左边").fill("999")
    page.get_by_role("button", name="用印", exact=True).click()


def at_refused_sign_in(page: Page, _site: Site) -> None:
    page.goto("/sign-in")
    page.get_by_role("textbox", name="账号").fill("nobody")
    page.get_by_label("密码").fill("x")
    page.locator("form.card").first.get_by_role("button", name="登录").click()


def at_errors(page: Page, _site: Site) -> None:
    page.goto(f"{ISSUE}?sample=true")
    page.get_by_label("成立日期").fill("三月")
    page.get_by_label("证照编号").fill("")
    page.get_by_role("button", name="签章并签发").click()


def at_licence(page: Page, site: Site) -> None:
    page.goto(licence_of(site))


def application_of(site: Site, *, succeed: bool = False) -> str:
    """An application that waits for the second person; one that follows a licence where asked for."""
    hall = Hall(site.api.city)
    if succeed:
        issued = site.api.issue()
        docket = hall.follow(issued.entry, SuccessionKind.AMEND, {"fields": {"legal_representative": "顾远舟"}})
    else:
        docket = hall.submit()
    return f"/issuer/applications/{docket.number}"


def at_application(page: Page, site: Site) -> None:
    page.goto(application_of(site))


def at_successor(page: Page, site: Site) -> None:
    page.goto(application_of(site, succeed=True))


def at_sent_back_without_a_reason(page: Page, site: Site) -> None:
    page.goto(application_of(site))
    page.get_by_role("button", name="退回补正").click()


def at_application_errors(page: Page, _site: Site) -> None:
    page.goto("/issuer/applications/new/business-licence")
    page.get_by_role("button", name="增加一个持证主体").click()
    page.get_by_label("代码", exact=True).first.fill("123")
    page.get_by_role("button", name="提交", exact=True).click()


def at_followed(page: Page, site: Site) -> None:
    hall, issued = Hall(site.api.city), site.api.issue()
    hall.approve(hall.follow(issued.entry, SuccessionKind.REISSUE))
    page.goto(f"/issuer/licences/{identifier_of(issued)}")


def at_act(page: Page, site: Site) -> None:
    page.goto(f"{licence_of(site)}/act/rescind")


def at_confirmation(page: Page, site: Site) -> None:
    page.goto(f"{licence_of(site)}/act/revoke")
    page.get_by_label("依法作出行政处罚决定").check()
    page.get_by_role("button", name="下一步：确认").click()


def at_citation(page: Page, site: Site) -> None:
    site.api.issue()
    page.goto("/reviewer?sample=true")
    page.get_by_role("button", name="核验并引用").click()


def at_case(page: Page, _site: Site) -> None:
    page.goto("/reviewer?sample=true")
    page.locator("#watched").fill(page.get_by_label("办件编号").first.input_value())
    page.get_by_role("button", name="查看").click()


def hand_in_a_table(page: Page, octets: bytes) -> None:
    page.get_by_label("证照类型").select_option("business-licence")
    page.get_by_label("表格", exact=True).set_input_files({"name": "表.csv", "mimeType": "text/csv", "buffer": octets})
    page.get_by_role("button", name="提交", exact=True).click()


def at_unknown_headers(page: Page, _site: Site) -> None:
    page.goto("/issuer/batches")
    hand_in_a_table(page, table(2, first=91_000).replace("证照编号".encode(), "许可证号".encode()))


def at_batch(page: Page, site: Site) -> None:
    page.goto("/issuer/batches")
    hand_in_a_table(page, table(2, first=92_000))
    expect(page.get_by_text("本页每 5 秒自动刷新")).to_be_visible()
    page.get_by_role("link", name="停止自动刷新").click()
    site.api.yinzheng.batches.work("worker")
    page.get_by_role("link", name="刷新", exact=True).click()


def at_own_licence(page: Page, site: Site) -> None:
    page.goto(f"/me/licences/{identifier_of(site.api.issue())}")


PAGES: list[Any] = [
    pytest.param(None, look("/"), "核验电子证照", id="front"),
    pytest.param(None, look("/q"), "扫码核验", id="scan"),
    pytest.param(None, look("/sign-in"), "登录", id="sign-in"),
    pytest.param(None, look("/nothing"), "没有找到", id="not-found"),
    pytest.param(None, at_refused_sign_in, "登录", id="sign-in-refused"),
    pytest.param(None, at_verdict, "核验通过", id="passed"),
    pytest.param(None, at_failure, "核验未通过", id="failed"),
    pytest.param(None, at_doubt, "无法确认", id="indeterminate"),
    pytest.param("scjg", look("/issuer"), "签发与管理", id="issuer"),
    pytest.param("scjg", look(ISSUE), "签发营业执照", id="issue"),
    pytest.param("scjg", at_errors, "签发营业执照", id="issue-errors"),
    pytest.param("scjg", at_licence, "营业执照 有效", id="licence"),
    pytest.param("scjg", at_act, "撤销营业执照", id="act"),
    pytest.param("scjg", look("/issuer/applications"), "申请", id="applications"),
    pytest.param("scjg", at_application_errors, "申请营业执照", id="application-errors"),
    pytest.param("scjg2", at_application, "申请营业执照 待审批", id="application"),
    pytest.param("scjg2", at_successor, "变更营业执照 待审批", id="successor"),
    pytest.param("scjg2", at_sent_back_without_a_reason, "申请营业执照 待审批", id="application-refused"),
    pytest.param("scjg", at_followed, "营业执照 失效", id="followed"),
    pytest.param("scjg", at_confirmation, "确认吊销", id="confirmation"),
    pytest.param(None, at_report, "无法确认", id="report"),
    pytest.param("scjg", look("/issuer/batches"), "批量签发", id="batches"),
    pytest.param("scjg", at_unknown_headers, "批量签发", id="batch-headers"),
    pytest.param("scjg", at_batch, "批次：营业执照 已办结", id="batch"),
    pytest.param("scjg", look("/issuer/seals"), "印章", id="seals"),
    pytest.param("scjg", look("/issuer/seal-application"), "申请制章", id="seal-application"),
    pytest.param("scjg", at_seal, "云岭市市场监督管理局电子证照专用章 在用", id="seal"),
    pytest.param("scjg", at_cancelling, "注销印章", id="seal-cancelling"),
    pytest.param("scjg", place_seal, None, id="seal-placing"),
    pytest.param("scjg", at_refused_place, None, id="seal-placing-refused"),
    pytest.param("scjg", seal, "已用印", id="sealed"),
    pytest.param("window", look("/reviewer"), "办件用证", id="reviewer"),
    pytest.param("window", at_citation, "已引用", id="citation"),
    pytest.param("window", at_case, None, id="case"),
    pytest.param("firm", look("/me"), "我的证照", id="me"),
    pytest.param("firm", at_own_licence, "营业执照 有效", id="my-licence"),
    pytest.param("auditor", look("/audit"), "审计", id="audit"),
    pytest.param("auditor", look("/audit/acts"), "审计：处理", id="audit-acts"),
    pytest.param("auditor", look("/audit/uses"), "审计：用章", id="audit-uses"),
    pytest.param("auditor", look("/audit/looks"), "审计：查看", id="audit-looks"),
    pytest.param("auditor", look("/audit/trail"), "审计：留痕", id="audit-trail"),
    pytest.param("auditor", look("/audit/coverage"), "审计：覆盖", id="audit-coverage"),
]


@pytest.mark.parametrize(("login", "walk", "heading"), PAGES)
def test_everybody_can_use_the_page(
    site: Site, browse: Opening, axe: str, login: str | None, walk: Walk, heading: str | None
) -> None:
    page = browse(login)
    walk(page, site)
    expect_usable(page, axe, heading)
