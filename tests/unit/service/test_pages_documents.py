"""The report on a sealed document: seals boxed on the page, each signature in words, gravest findings first."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.pages.document_words import document_meaning, mark_of, places_on, signatures_of, told, where_of
from service.pages.documents import pages_of
from templates.fonts import FONT_FILE
from tests.api_parts import Api
from tests.ofd_foreign import letter
from tests.page_parts import Page, Visitor
from tests.pdf_parts import page as pdf_page
from tests.sealing_parts import seal_on
from trust.formats.placing import AtPoint, Placing, Riding
from trust.formats.sealed_document import Form, SealBox
from trust.rules.seal_standing import SealKind
from trust.rules.verdict import Finding, Indication, Verdict
from trust.sealing.ports import Officer
from trust.sealing.sealing import Wanted
from verifier.confinement import Confinement
from verifier.documents import ExaminedDocument
from verifier.pictures.sheets import WORDS, Drawn, Paper, Sheet

PLACE = AtPoint(0, 100, 50)
ASKER = Officer("scjg", "周明远")
PASSED, FAILED, OPEN = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    readers = Confinement(font=FONT_FILE)
    made.yinzheng.confine(readers)
    yield made
    readers.close()
    made.close()


@pytest.fixture(scope="module")
def seal_id(api: Api) -> str:
    return api.city.seal(SealKind.UNIT, name="云岭市市场监督管理局").seal.seal_id


@pytest.fixture
def visitor(api: Api) -> Visitor:
    return Visitor(api)


def sealed(api: Api, seal_id: str, data: bytes, placing: Placing = PLACE, *, lock: bool = False) -> bytes:
    wanted, body = Wanted(placing, "答复来函", lock=lock), api.city.body_code("business-licence")
    made = api.yinzheng.seals.seal(seal_id, data, wanted, key=api.key(), by=ASKER, department=body)
    assert made.file is not None
    api.city.clock.forward(seconds=1)
    api.yinzheng.publisher.refresh(api.city.clock())
    return made.file


def by_file(visitor: Visitor, octets: bytes) -> Page:
    return visitor.post("/verify", files={"file": ("letter", octets)})


def examined(api: Api, octets: bytes) -> ExaminedDocument:
    found = api.yinzheng.verify_file(octets).document
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_a_sound_document_is_told_seal_by_seal(api: Api, visitor: Visitor, seal_id: str, kind: str) -> None:
    page = by_file(visitor, sealed(api, seal_id, letter() if kind == "ofd" else pdf_page(pages=2)))
    assert page.says("核验通过", "1 个签章都成立", "第 1 个签章：云岭市市场监督管理局", "公章，已在本地备案")
    assert page.says("签章人", "制章者", "签章时间", "覆盖范围", "通过的检查", "整个文件", "本文件的 SM3 摘要")
    (box,) = [given for tag, given in page.tags if given.get("class") == "box"]
    assert (box["x"], box["y"]) == ("100.0", "50.0")
    assert [given for tag, given in page.tags if tag == "image" and given["href"].startswith("data:image/png;base64,")]


def test_the_page_may_show_what_it_carries_and_nothing_else(api: Api, visitor: Visitor, seal_id: str) -> None:
    page = by_file(visitor, sealed(api, seal_id, letter()))
    policy = page.answer.headers["content-security-policy"]
    assert "img-src 'self' data:;" in policy
    assert "script-src 'self';" in policy
    assert page.answer.headers["cache-control"] == "no-store"
    assert not re.search(r"\sstyle=", page.html)
    assert "data:" not in visitor.open("/").answer.headers["content-security-policy"]


def test_a_stranger_is_told_apart_from_a_forgery(api: Api, visitor: Visitor) -> None:
    page = by_file(visitor, seal_on(letter()))
    assert page.says("无法确认", "签章人的证书不是", "无法确认不等于无效")


def test_a_changed_document_says_which_seal_failed(api: Api, visitor: Visitor, seal_id: str) -> None:
    once = sealed(api, seal_id, pdf_page(pages=2))
    broken = once.replace(b"/MediaBox", b"/MediaBux", 1)
    page = by_file(visitor, broken)
    assert page.says("核验未通过", "不要采信")
    grave = [given["class"] for tag, given in page.tags if given.get("class", "").startswith("card signature")]
    assert not grave or grave == ["card signature failed"]


def test_several_seals_are_numbered(api: Api, visitor: Visitor, seal_id: str) -> None:
    twice = sealed(api, seal_id, sealed(api, seal_id, letter()), AtPoint(2, 20, 20), lock=True)
    page = by_file(visitor, twice)
    assert page.says("2 个签章", "第 2 个签章", "盖章后已锁定", "签章 2 通过")
    assert [given["id"] for tag, given in page.tags if tag == "article"] == ["signature-1", "signature-2"]


def test_without_pictures_the_report_stands(api: Api, seal_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.yinzheng, "draw", lambda _: Drawn())
    page = by_file(Visitor(api), sealed(api, seal_id, letter()))
    assert page.says("核验通过", "第 1 页", WORDS["limit"])
    assert [given for _, given in page.tags if given.get("class") == "box"]


def test_names_from_a_file_are_text(api: Api, visitor: Visitor, seal_id: str) -> None:
    found = examined(api, sealed(api, seal_id, letter()))
    (words,) = signatures_of(found, {})
    seal = words.judged.facts.seal
    assert seal is not None
    facts = replace(words.judged.facts, seal=replace(seal, name="<script>alert(1)</script>"))
    odd = replace(found, signatures=(replace(words.judged, facts=facts),))
    assert signatures_of(odd, {})[0].title == "<script>alert(1)</script>"
    html = visitor.post("/verify", files={"file": ("<img src=x>.ofd", seal_on(letter()))}).html
    assert "<img src=x>" not in html


def finding(indication: Indication, detail: str, *, warning: bool = False, step: int = 2, name: str = "x") -> Finding:
    return Finding(step, name, indication, detail, warning=warning)


def test_findings_are_told_by_gravity_and_once() -> None:
    found = told(
        [
            finding(PASSED, "甲"),
            finding(PASSED, "乙", warning=True),
            finding(OPEN, "丙"),
            finding(FAILED, "丁", step=5),
            finding(FAILED, "戊", step=2),
            finding(FAILED, "丁", step=5, name="y"),
        ]
    )
    assert [(one.word, one.finding.detail) for one in found] == [
        ("未通过", "戊"),
        ("未通过", "丁"),
        ("无法确认", "丙"),
        ("提醒", "乙"),
        ("通过", "甲"),
    ]
    assert mark_of(finding(FAILED, "己", warning=True)) == "FAILED"


@pytest.mark.parametrize(
    ("pages", "clip", "said"),
    [
        ([], None, "页面上没有显示"),
        ([0], None, "第 1 页"),
        ([3, 0], None, "第 1、4 页"),
        ([0, 1, 2, 3], (0.0, 0.0, 9.0, 42.0), "第 1 至 4 页（骑缝）"),
        ([99], None, "页面上没有显示"),
    ],
)
def test_where_a_seal_is_shown(pages: list[int], clip: tuple[float, float, float, float] | None, said: str) -> None:
    assert where_of(tuple(SealBox(page, 1, 1, 42, 42, clip) for page in pages), 5) == said


def test_a_box_is_what_can_be_seen_of_it(api: Api, seal_id: str) -> None:
    found = examined(api, sealed(api, seal_id, letter(), Riding("right", 100)))
    (place,) = places_on(0, found)
    assert (place.x, place.y, place.height) == (199.5, 100, 42)
    assert place.x + place.width == pytest.approx(210)
    boxes = (SealBox(0, -10, 5, 42, 42), SealBox(0, 300, 5, 42, 42), SealBox(1, 5, 5, 42, 42))
    moved = replace(found.signatures[0], facts=replace(found.signatures[0].facts, boxes=boxes))
    (left,) = places_on(0, replace(found, signatures=(moved,)))
    assert (left.x, left.width) == (0, 32)


def test_pages_with_seals_are_shown_even_when_they_are_not_drawn(api: Api, seal_id: str) -> None:
    found = examined(api, sealed(api, seal_id, letter(), AtPoint(3, 100, 150)))
    drawn = Drawn(Paper(found.document.pages), (Sheet(0, trouble="unreadable"),))
    shown = pages_of(found, drawn)
    assert [(one.number, one.trouble) for one in shown] == [(1, WORDS["unreadable"]), (4, WORDS["limit"])]
    assert [len(one.places) for one in shown] == [0, 1]


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([finding(FAILED, "没有", name="not-signed")], "没有电子签章"),
        ([finding(FAILED, "坏", name="pdf-unreadable", step=1)], "已损坏"),
        ([finding(OPEN, "密", name="encrypted", step=1)], "加了密"),
        ([finding(OPEN, "多", name="limit", step=1)], "没有读完"),
        ([finding(OPEN, "依据", name="trust-list", step=5)], "依据缺失"),
        ([finding(OPEN, "不知", name="signer-path", step=5)], "签章人是谁无法确认"),
    ],
)
def test_a_verdict_without_seals_says_why(api: Api, findings: list[Finding], said: str) -> None:
    indication = FAILED if any(one.indication is FAILED for one in findings) else OPEN
    verdict = Verdict(indication, "document-online-1", api.city.clock(), None, tuple(findings))
    found = replace(examined(api, seal_on(letter())), verdict=verdict, signatures=())
    meaning = document_meaning(found)
    assert said in meaning.meaning
    assert meaning.reasons == (findings[0].detail,)


def test_every_form_of_a_signature_has_its_words(api: Api) -> None:
    found = examined(api, seal_on(letter()))
    for form in Form:
        odd = replace(found.signatures[0], facts=replace(found.signatures[0].facts, form=form, seal=None))
        (words,) = signatures_of(replace(found, signatures=(odd,)), {})
        assert words.form
        assert words.title in {"没有印章图形的签名", "文件时间戳"}
