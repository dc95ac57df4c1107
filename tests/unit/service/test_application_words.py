"""What is to be weighed about an application: one line for each reason, however many licences it is about."""

from issuer.applying.linting import Caution
from service.pages.application_words import MOST_NAMED, Weighed, weighed


def of_licences(count: int) -> list[Caution]:
    return [Caution("holder", "holder-has-one", f"licence {number}") for number in range(count)]


def test_a_few_licences_are_named() -> None:
    (line,) = weighed(of_licences(2))
    assert (line.subjects, line.more) == (("licence 0", "licence 1"), 0)


def test_of_many_it_is_told_how_many_more_there_are() -> None:
    (line,) = weighed(of_licences(MOST_NAMED + 5))
    assert (len(line.subjects), line.more) == (MOST_NAMED, 5)


def test_each_reason_has_its_line_in_the_order_found() -> None:
    lines = weighed([*of_licences(1), Caution("valid_until", "already-past"), *of_licences(1)])
    assert [(len(line.subjects), line.more) for line in lines] == [(2, 0), (0, 0)]
    assert lines[1] == Weighed("有效期的最后一天已经过去", (), 0)
