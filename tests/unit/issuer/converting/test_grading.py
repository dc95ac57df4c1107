"""The evidence grade follows from what was compared with what; nobody raises it."""

import pytest

from issuer.converting.errors import StockRefused
from issuer.converting.grading import Checks, grade_of, lowest
from trust.rules.conversion import Grade, claims_grade, marks_of

ITEMS = frozenset({"number", "holder", "holder_code", "issued_on", "fields.address"})
KEY = frozenset({"number", "holder"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("scan", "register", "paper", "scanned", "grade"),
    [
        (ITEMS, ITEMS, True, True, Grade.A),
        (KEY, ITEMS, True, True, Grade.A),  # the paper does not show everything that the register has
        (ITEMS, ITEMS, False, True, Grade.B),  # nobody has had the paper itself
        (ITEMS, KEY, True, True, Grade.B),
        (ITEMS - {"fields.address"}, KEY | {"fields.address"}, False, True, Grade.B),
        (ITEMS, NONE, True, True, Grade.C),
        (ITEMS, frozenset({"number"}), True, True, Grade.C),  # a number alone says nothing of whose it is
        (NONE, ITEMS, False, False, Grade.D),
    ],
)
def test_what_was_compared_decides(
    scan: frozenset[str], register: frozenset[str], paper: bool, scanned: bool, grade: Grade
) -> None:
    assert grade_of(Checks(scan, register, paper), ITEMS, scanned=scanned) is grade


@pytest.mark.parametrize(
    ("checks", "scanned", "problem"),
    [
        (Checks(NONE, NONE), True, ("fields.address", "not-compared")),
        (Checks(ITEMS - {"issued_on"}, KEY), True, ("issued_on", "not-compared")),
        (Checks(ITEMS - {"holder"}, ITEMS), True, ("holder", "not-compared")),  # whose paper is it, then?
        (Checks(NONE, KEY), False, ("fields.address", "not-compared")),
        (Checks(ITEMS, ITEMS), False, ("scan", "no-scan")),
        (Checks(NONE, ITEMS, paper=True), False, ("scan", "no-scan")),
        (Checks(ITEMS | {"fields.colour"}, ITEMS), True, ("fields.colour", "not-an-item")),
    ],
)
def test_what_was_compared_with_nothing_is_not_converted(
    checks: Checks, scanned: bool, problem: tuple[str, str]
) -> None:
    with pytest.raises(StockRefused) as refused:
        grade_of(checks, ITEMS, scanned=scanned)
    assert problem in refused.value.problems


def test_no_subset_of_checks_earns_more_than_a_larger_one() -> None:
    """Leaving a tick out never helps."""
    full = Checks(ITEMS, ITEMS, paper=True)
    for name in sorted(ITEMS):
        for less in (
            Checks(full.scan - {name}, full.register, full.paper),
            Checks(full.scan, full.register - {name}, full.paper),
            Checks(full.scan, full.register, paper=False),
        ):
            try:
                found = grade_of(less, ITEMS, scanned=True)
            except StockRefused:
                continue
            assert Grade.A.at_least(found)


@pytest.mark.parametrize(
    ("grades", "weakest"),
    [((Grade.A, Grade.B, None), Grade.B), ((Grade.C, Grade.A), Grade.C), ((Grade.D, None, Grade.A), Grade.D)],
)
def test_a_person_can_lower_a_grade_and_never_raise_it(grades: tuple[Grade | None, ...], weakest: Grade) -> None:
    assert lowest(*grades) is weakest


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("存量转换 证据等级B", ["B"]),
        ("证 据\u3000等级 A", ["A"]),
        ("证据等级a，证据等级", ["a", ""]),
        ("证据，等级A", []),
        ("经营范围：档案整理", []),
    ],
)
def test_what_claims_a_grade_is_recognised(text: str, marks: list[str]) -> None:
    assert marks_of(text) == marks


@pytest.mark.parametrize(
    "text",
    [
        "证据等级A",
        "办理租赁，證據 等級：A",
        "…A级证据",
        "\uff21级证据",
        "\u0410级的证据",
        "证据A级",
        "B等证据",
        "证据为A级",
        "证据级别A",
        "等级A的证据",
        "证据·等级 A",
        "经存量转换",
        "存量轉換，A",
    ],
)
def test_no_text_of_somebody_speaks_of_a_grade_of_evidence(text: str) -> None:
    assert claims_grade(text)


@pytest.mark.parametrize(
    "text",
    ["办理租赁", "纳税信用等级A", "A级景区评定", "提交证据材料等", "证据材料存档", "数据等级保护", "存量房", "5A级"],
)
def test_other_grades_and_other_evidence_are_for_everybody_to_name(text: str) -> None:
    assert not claims_grade(text)
