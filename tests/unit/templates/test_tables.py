"""Tables: rows over several pages, row heights, cells in the order that verifiers look for, and what does not fit."""

from dataclasses import replace

import pytest

from templates.checking import fullest
from templates.errors import DoesNotFit
from templates.items import Shape, Text
from templates.layout import LicencePage, licence_pages
from templates.library import Bundle, load_bundle
from templates.parts import Column, Layout, Table
from templates.table_rows import head_items, lay_rows
from tests.face_parts import drawn, sample
from trust.rules.licence import Licence
from trust.rules.party import Holder
from trust.rules.table import joined, rows_of
from verifier.content import is_shown

BLACK = (0, 0, 0)
FELLING, ESTATE = load_bundle("tree-felling-permit"), load_bundle("real-estate-certificate")
COLUMNS = (Column("序号", 12, 0), Column("名称", 30, 1), Column("数量", 20, 2, "right"))


def table(**changed: object) -> Table:
    made = Table("rows", 10, 20, 60, 7, 10, 6, COLUMNS, BLACK, BLACK, BLACK, head=8)
    return replace(made, **changed)  # type: ignore[arg-type]  # the test knows the fields


def texts(items: tuple[object, ...]) -> list[str]:
    return [item.text for item in items if isinstance(item, Text)]


def pages_of(bundle: Bundle, licence: Licence) -> tuple[LicencePage, ...]:
    return licence_pages(bundle.layout, licence, bundle.labels, sample(bundle.name).qr_text)


def felling(count: int) -> Licence:
    licence = sample(FELLING.name).licence
    rows = [(f"{place:03}林班01小班", "杉木", "10", "15%", "0.5", "3.1", "2.0") for place in range(count)]
    return replace(licence, fields={**licence.fields, "parcels": joined(rows)})


def test_rows_stand_below_each_other_with_their_numbers() -> None:
    laid = lay_rows(table(), [("杉木", "12"), ("松", "3")], 0, "表")
    assert texts(laid.items) == ["1", "杉木", "12", "2", "松", "3"]
    assert laid.following == 2
    first, second = (item.baseline for item in laid.items if isinstance(item, Text) and item.text in {"1", "2"})
    assert second - first == pytest.approx(7)


def test_a_long_cell_makes_its_row_higher_and_not_the_others() -> None:
    laid = lay_rows(table(), [("国" * 20, "甲"), ("松", "乙"), ("柏", "丙")], 0, "表")
    lines = {item.text: item.baseline for item in laid.items if isinstance(item, Text)}
    assert lines["乙"] - lines["甲"] > 9
    assert lines["丙"] - lines["乙"] == pytest.approx(7)


def test_what_has_no_room_is_left_for_the_next_page() -> None:
    rows = [(f"第{place}行", str(place)) for place in range(20)]
    laid = lay_rows(table(), rows, 0, "表")
    assert laid.following == 7
    again = lay_rows(table(), rows, laid.following, "表")
    assert texts(again.items)[:2] == ["8", "第7行"]


def test_one_row_too_high_for_a_page_is_refused() -> None:
    with pytest.raises(DoesNotFit, match="表"):
        lay_rows(table(depth=12), [("国" * 40, "1")], 0, "表")


def test_the_row_after_the_last_says_that_nothing_follows_where_there_is_room() -> None:
    assert texts(lay_rows(table(closing="以下空白"), [("松", "3")], 0, "表").items)[-1] == "以下空白"
    full = [("松", str(place)) for place in range(7)]
    assert "以下空白" not in texts(lay_rows(table(closing="以下空白"), full, 0, "表").items)
    assert texts(lay_rows(table(closing="以下空白"), [], 0, "表").items) == []


def test_a_filled_table_is_ruled_to_its_end() -> None:
    def bottom(filled: bool) -> float:
        (grid,) = [
            item for item in lay_rows(table(filled=filled), [("松", "3")], 0, "表").items if isinstance(item, Shape)
        ]
        return grid.bounds[3]

    assert bottom(filled=True) == pytest.approx(80, abs=0.2)
    assert bottom(filled=False) == pytest.approx(35, abs=0.2)


def test_the_head_names_the_columns() -> None:
    assert [item.text for item in head_items(table())] == ["序号", "名称", "数量"]
    assert head_items(table(head=0)) == ()


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2), (37, 2), (80, 4)])
def test_a_licence_has_as_many_pages_as_its_rows_need(count: int, pages: int) -> None:
    composed = pages_of(FELLING, felling(count))
    assert len(composed) == pages
    shown = [text for page in composed for text in texts(page.items)]
    assert [text for text in shown if text.endswith("小班")] == [f"{place:03}林班01小班" for place in range(count)]
    for number, page in enumerate(composed, start=1):
        assert f"第{number}页 共{pages}页" in texts(page.items)
    assert [page.sheet for page in composed] == [0] + [1] * (pages - 1)


def test_rows_are_shown_so_that_a_verifier_finds_them() -> None:
    licence = felling(60)
    shown = "".join("".join(text for page in pages_of(FELLING, licence) for text in texts(page.items)).split())
    value = licence.fields["parcels"]
    assert is_shown(value, shown, frozenset())
    rows = list(rows_of(value))
    swapped = [rows[1], rows[0], *rows[2:]]
    assert not is_shown(joined(swapped), shown, frozenset())
    other = [(*rows[0][:2], "11", *rows[0][3:]), *rows[1:]]
    assert not is_shown(joined(other), shown, frozenset())


def test_several_holders_stand_in_their_table_with_what_belongs_to_each() -> None:
    (first, second, third) = pages_of(ESTATE, sample(ESTATE.name).licence)
    assert "苏棠棣" not in texts(first.items)
    assert "苏棠棣、苏棣华、陆晚照" in texts(second.items)
    rows = texts(third.items)
    place = rows.index("苏棣华")
    assert rows[place - 1 : place + 5] == ["2", "苏棣华", "公民身份号码", "530199191011030041", "按份共有", "25%"]


def test_forty_holders_take_more_pages() -> None:
    licence = sample(ESTATE.name).licence
    first = licence.holders[0]
    holders = tuple(Holder(f"人{place}", first.code, first.code_type) for place in range(40))
    fields = {key: value for key, value in licence.fields.items() if key != "shares"}
    changed = replace(licence, holders=holders, fields=fields)
    assert [page.sheet for page in pages_of(ESTATE, changed)] == [0, 1, 2, 2, 2]
    assert len(drawn(ESTATE, holders=holders, fields=fields).ofd.pages) == 5


def test_more_shares_than_holders_are_refused() -> None:
    licence = sample(ESTATE.name).licence
    with pytest.raises(DoesNotFit):
        pages_of(ESTATE, replace(licence, holders=licence.holders[:2]))


def test_rows_without_a_page_to_go_on_are_refused() -> None:
    permit = load_bundle("construction-permit")
    licence = sample(permit.name).licence
    rows = joined([("勘察单位", "国" * 40, "人")] * 9)
    with pytest.raises(DoesNotFit) as caught:
        pages_of(permit, replace(licence, fields={**licence.fields, "parties": rows}))
    assert caught.value.where == "参建单位"


def test_a_licence_of_endless_pages_is_refused() -> None:
    licence, layout = felling(400), FELLING.layout
    small = replace(layout.sheets[1], tables=(replace(layout.sheets[1].tables[0], depth=20.0),))
    changed = Layout((layout.sheets[0], small), layout.code, layout.stamp)
    with pytest.raises(DoesNotFit, match="页数"):
        licence_pages(changed, licence, FELLING.labels, sample(FELLING.name).qr_text)


def test_the_longest_table_keeps_to_its_rule() -> None:
    (rule,) = [rule for rule in FELLING.type.fields if rule.kind == "table"]
    value = fullest(rule)
    assert value is not None
    assert len(value) <= rule.max_length
    assert rule.check(value) == value
