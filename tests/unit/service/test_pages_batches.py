"""Batches by clicking: try a table, hand it in, pause it, take it up, see what was issued and what was not."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api
from tests.batch_parts import table
from tests.page_parts import XSS, Page, Visitor
from tests.photo_parts import CARD, cards, packed, picture, table_of

HOME = "/issuer/batches"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def official(api: Api) -> Visitor:
    return Visitor(api, "scjg")


def send(
    who: Visitor, octets: bytes, step: str, *, name: str = "表.csv", bundle: str = "business-licence", **more: str
) -> Page:
    form = next(one for one in who.open(HOME).forms if one.action == HOME)
    assert ("step", step) in form.buttons
    texts = {"form_token": form.fields["form_token"], "bundle": bundle, "step": step} | more
    return who._seen(who.client.post(HOME, data=texts, files={"file": (name, octets)}))


def press(who: Visitor, path: str, step: str) -> Page:
    form = next(one for one in who.open(path).forms if ("step", step) in one.buttons)
    return who._seen(who.client.post(path, data=form.fields | {"step": step}))


def path_of(page: Page) -> str:
    return str(page.answer.url.path)


def test_a_table_is_tried_and_nothing_is_stored(api: Api, official: Visitor) -> None:
    before = api.rows()
    page = send(official, table(3, first=1), "try")
    assert (page.status, page.says("3 行全部通过检查")) == (200, True)
    page = send(official, table(2, first=1, issued_on="2099-01-01"), "try", name=XSS[1])
    assert (page.status, page.says("2 行有问题", "颁发日期：不能晚于今天。")) == (422, True)
    report = send(official, table(2, first=1, issued_on="2099-01-01"), "report")
    assert report.answer.headers["content-disposition"] == 'attachment; filename="problems.csv"'
    assert "不能晚于今天" in report.answer.text
    book = send(official, table(2, first=1, issued_on="2099-01-01"), "report-xlsx")
    assert book.answer.headers["content-disposition"] == 'attachment; filename="problems.xlsx"'
    assert send(official, book.answer.content, "try", name="problems.xlsx").says("2 行有问题")
    assert send(official, b"", "submit").says("文件是空的")
    assert api.rows() == before


def test_a_batch_is_handed_in_steered_and_issued(api: Api, official: Visitor) -> None:
    page = send(official, table(3, first=11), "submit", name=XSS[0])
    path = path_of(page)
    assert page.says("签发中", "已办 0 行，共 3 行")
    assert XSS[0] not in page.html
    assert path_of(send(official, table(3, first=11), "submit")) == path
    assert press(official, path, "pause").says("已暂停")
    assert press(official, path, "resume").says("签发中")
    while api.yinzheng.batches.work("worker", size=2) is not None:
        pass
    page = official.open(path)
    assert page.says("已办结", "已办 3 行，共 3 行", "第 2 行")
    assert not [one for one in page.forms if one.action == path]
    assert official.open(HOME).says("3 / 3")
    assert Visitor(api, "jyj").open(path).status == 404


def test_what_was_not_issued_is_shown_and_downloaded(api: Api, official: Visitor) -> None:
    taken = send(official, table(1, first=21), "submit")
    again = path_of(send(official, table(2, first=21), "submit"))
    while api.yinzheng.batches.work("worker") is not None:
        pass
    page = official.open(again)
    assert page.says("未签发的行", "该证照编号已经用过")
    assert taken.status == 200
    saved = official.client.get(f"{again}/unissued.csv")
    assert "已经用过" in saved.content.decode("utf-8-sig")
    assert f"{again}/unissued.csv" in page.addresses


def test_a_cancelled_batch_offers_nothing_more(api: Api, official: Visitor) -> None:
    path = path_of(send(official, table(2, first=31), "submit"))
    stale = next(one for one in official.open(path).forms if ("step", "pause") in one.buttons)
    assert press(official, path, "cancel").says("已取消")
    page = official._seen(official.client.post(path, data=stale.fields | {"step": "pause"}))
    assert (page.status, page.says("批次目前的状态不能这样办理")) == (409, True)
    assert path_of(send(official, table(2, first=31), "submit")) != path  # the same table may be handed in once more
    page = official._seen(official.client.post(path, data=stale.fields | {"step": "nonsense"}))
    assert page.status == 409


def test_headers_that_are_not_known_are_offered_with_a_choice(api: Api, official: Visitor) -> None:
    octets = table(1, first=41).replace("证照编号".encode(), "许可证号".encode())
    page = send(official, octets, "submit")
    assert (page.status, page.says("列名对应", "“许可证号”列", "不认识这一列")) == (422, True)
    (form,) = [one for one in page.forms if one.action == HOME]
    assert (form.fields["header-1"], form.fields["column-1"]) == ("许可证号", "?")
    said = {"header-1": "许可证号", "column-1": "issued_on"}
    page = send(official, octets, "try", **said)
    (form,) = [one for one in page.forms if one.action == HOME]
    assert (page.status, form.fields["column-1"]) == (422, "issued_on")  # the choice is there to be changed
    page = send(official, octets, "submit", **said | {"column-1": "number"})
    assert page.says("签发中", "已办 0 行，共 1 行")
    assert api.yinzheng.batches.work("worker") is not None


def test_a_running_batch_is_shown_anew_until_somebody_stops_that(api: Api, official: Visitor) -> None:
    page = send(official, table(1, first=51), "submit")
    path = path_of(page)
    assert page.answer.headers["refresh"] == "5"
    assert path in page.addresses
    still = official.open(path)
    assert "refresh" not in still.answer.headers
    assert f"{path}?live=1" in still.addresses
    while api.yinzheng.batches.work("worker") is not None:
        pass
    assert "refresh" not in official.open(f"{path}?live=1").answer.headers


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_blank_tables_are_there(official: Visitor, ending: str) -> None:
    assert f"{HOME}/blank/business-licence.{ending}" in official.open(HOME).addresses
    got = official.client.get(f"{HOME}/blank/business-licence.{ending}")
    assert (got.status_code, got.headers["cache-control"]) == (200, "no-store")
    assert got.content.startswith(b"PK" if ending == "xlsx" else b"\xef\xbb\xbf")


def test_a_table_with_photographs_is_tried_and_handed_in_as_a_zip(api: Api) -> None:
    who = Visitor(api, "rsj")
    octets = packed({"表.csv": table_of("甲.jpg", "乙.jpg"), "甲.jpg": picture(1), "丙.jpg": picture(2)})
    page = send(who, octets, "try", name="社保卡.zip", bundle=CARD)
    assert (page.status, page.says("压缩包里没有“乙.jpg”这张照片", "1 张照片没有用到")) == (422, True)
    listed = send(who, octets, "report", name="社保卡.zip", bundle=CARD)
    assert "乙.jpg" in listed.answer.text
    assert send(who, cards(3, first=40), "try", name="社保卡.zip", bundle=CARD).says("3 行全部通过检查")
    page = send(who, cards(3, first=40), "submit", name="社保卡.zip", bundle=CARD)
    assert path_of(page).startswith(f"{HOME}/")
    assert who.client.get(f"{HOME}/blank/{CARD}.xlsx").status_code == 200


def test_a_table_with_many_photographs_is_tried_by_the_worker(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.batches.picturing.AT_ONCE", 2)
    who, octets = Visitor(api, "rsj"), cards(3, first=70)
    assert send(who, octets, "try", name="社保卡.zip", bundle=CARD).says("试算中", "已办 0 行，共 3 行")
    page = send(who, octets, "submit", name="社保卡.zip", bundle=CARD)
    shown = who.open(f"{path_of(page).partition('?')[0]}/content")
    assert shown.says("照片70.jpg")
    assert "picture:" not in shown.answer.text


def test_a_table_may_be_larger_than_any_document(official: Visitor) -> None:
    page = send(official, table(1, first=5000) + (b"," * 62 + b"\r\n") * (22 * 1024 * 1024 // 64), "try")
    assert (page.status, page.says("1 行全部通过检查")) == (200, True)


def test_a_long_table_is_tried_by_the_worker_and_has_a_page(
    api: Api, official: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.batches.http.MOST_TRIED", 2)
    page = send(official, table(3, first=4000, issued_on="2099-01-01"), "try")
    path = path_of(page)
    assert page.says("试算中", "已办 0 行，共 3 行", "本页每 5 秒自动刷新")
    while api.yinzheng.batches.work("worker", size=2) is not None:
        pass
    page = official.open(path)
    assert page.says("已试算", "有问题的行", "颁发日期：不能晚于今天。", "下载问题清单")
    assert [button for form in page.forms for button in form.buttons if button[0] == "step"] == [("step", "discard")]
    assert press(official, path, "discard").says("已取消")
    fine = path_of(send(official, table(3, first=4100), "try"))
    while api.yinzheng.batches.work("worker") is not None:
        pass
    assert official.open(fine).says("3 行全部通过检查")


def test_a_second_person_looks_before_there_is_a_button(api: Api) -> None:
    first, second = Visitor(api, "zrzyj"), Visitor(api, "zrzyj2")
    name = "real-estate-certificate"
    path = path_of(send(first, table(30, first=1, bundle=name), "submit", bundle=name))

    def offered() -> bool:
        return any(("step", "approve") in form.buttons for form in second.open(path).forms)

    assert (second.open(path).says("尚未打开"), offered()) == (True, False)
    rows = second.open(f"{path}/content")
    assert rows.says("共 30 行，从第 2 行到第 31 行", "PL00000001", "看末尾", "列的列名与模板一致")
    assert second.open(f"{path}/content?after=29").says("第 31 行", "PL00000030")
    form = next(one for one in rows.forms if "words" in one.fields)
    found = second._seen(second.client.post(f"{path}/content", data=form.fields | {"words": "PL00000017"}))
    assert (found.says("第 18 行"), "PL00000016" in found.html) == (True, False)
    nothing = second._seen(second.client.post(f"{path}/content", data=form.fields | {"words": XSS[0], "after": "x"}))
    assert (nothing.says("没有这样的行"), XSS[0] in nothing.html) == (True, False)
    assert not offered()
    assert second.open(f"{path}/faces").says("第 2 行", "第 17 行", "第 31 行")
    assert second.open(f"{path}/faces?row=3").says("第 3 行")
    assert second.open(f"{path}/table.csv").answer.text.count("\r\n") == 31
    assert press(second, path, "approve").says("签发中")
    assert Visitor(api, "jyj").open(f"{path}/content").status == 404
