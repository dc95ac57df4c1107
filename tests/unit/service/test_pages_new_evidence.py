"""The field for new evidence on the page of an application that follows a licence made from paper, and nowhere else."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api, identifier_of
from tests.journeys.test_conversion import converted
from tests.page_parts import Visitor
from tests.unit.service.test_pages_applications import SUBMIT, path_of
from trust.rules.conversion import Grade

WORDS = "2026年11月21日现场核验纸质原件"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def amending(identifier: str) -> str:
    return f"/issuer/licences/{identifier}/succeed/amend"


def test_new_evidence_is_typed_changed_and_approved_by_another(api: Api) -> None:
    maker, second = Visitor(api, "scjg"), Visitor(api, "scjg2")
    address = amending(str(converted(api.city, Grade.C).entry.licence.identifier))
    form = maker.open(address).form(address)
    assert form.fields["evidence"] == ""
    wrong = maker.press(form, SUBMIT, fields__legal_representative="程亦舟", evidence="长" * 201)
    assert (wrong.status, wrong.form(address).fields["evidence"]) == (422, "长" * 201)
    page = maker.press(wrong.form(address), ("step", "draft"), evidence=WORDS)
    path = path_of(page)
    assert page.says("重新核实的证据", WORDS)
    edit = maker.open(f"{path}/edit").form(f"{path}/edit")
    assert edit.fields["evidence"] == WORDS
    changed = maker.press(edit, SUBMIT, evidence=f"{WORDS}及登记档案")
    assert changed.says(f"{WORDS}及登记档案")
    assert {value for _, value in changed.form(f"{path}/steps").buttons} == {"withdraw"}, "nobody stands for it alone"
    done = second.press(second.open(path).form(f"{path}/steps"), ("step", "approve"))
    assert done.says("已签发并通过签后自查")


def test_taking_the_words_back_leaves_the_grade(api: Api) -> None:
    maker, second = Visitor(api, "scjg"), Visitor(api, "scjg2")
    address = amending(str(converted(api.city, Grade.C).entry.licence.identifier))
    page = maker.press(
        maker.open(address).form(address), ("step", "draft"), fields__legal_representative="程亦舟", evidence=WORDS
    )
    path = path_of(page)
    edited = maker.press(maker.open(f"{path}/edit").form(f"{path}/edit"), SUBMIT, evidence="")
    assert not edited.says(WORDS)
    second.press(second.open(path).form(f"{path}/steps"), ("step", "approve"))
    docket = api.yinzheng.applications.find(path.rpartition("/")[2], api.city.body_code("business-licence"))
    successor = api.yinzheng.applications.successor_of(docket.proposal.succession.predecessor)  # type: ignore[union-attr]  # it follows one
    assert successor is not None
    assert successor.licence.conversion is not None


def test_a_licence_that_was_never_paper_has_no_such_field(api: Api) -> None:
    maker = Visitor(api, "scjg")
    address = amending(identifier_of(api.issue()))
    assert "evidence" not in maker.open(address).form(address).fields
    form = maker.open(address).form(address)
    refused = maker.press(form, SUBMIT, fields__legal_representative="程亦舟", evidence=WORDS)
    assert (refused.status, refused.form(address).fields["evidence"]) == (422, WORDS)
