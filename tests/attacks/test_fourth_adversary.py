"""A face that nobody can read is worth the same in both formats: nothing."""

from collections.abc import Callable

import pytest

from issuer.errors import NotSound
from templates.errors import TemplateError
from templates.library import TEMPLATE
from tests.applying_parts import BUNDLE, Hall
from tests.attacks.pale_templates import PALE
from tests.catalogue_parts import published, template
from tests.city import City
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.rules.verdict import Indication
from verifier.content import read_licence

every_way = pytest.mark.parametrize("change", PALE.values(), ids=PALE.keys())


def changed_files(change: Callable[[str], str]) -> dict[str, bytes]:
    files = template(BUNDLE, 2)
    return files | {TEMPLATE: change(files[TEMPLATE].decode()).encode()}


@every_way
def test_it_is_not_published(change: Callable[[str], str]) -> None:
    with pytest.raises(TemplateError, match="not-legible"):
        published(City(), changed_files(change), BUNDLE)


@every_way
def test_issued_past_the_check_it_fails_in_both_formats(
    change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("templates.judging.judge_legibility", lambda _layout, _paths: ())
    city = City()
    published(city, changed_files(change), BUNDLE)
    with pytest.raises(NotSound, match="face"):
        Hall(city).issue()
    monkeypatch.setattr("issuer.sealing.require_sound", lambda *_: None)
    issued = Hall(city).issue(number="91530199MA6QH2K74U")
    for sealed in (examine_ofd(issued.ofd), examine_pdf(issued.pdf)):
        said = {finding.name: finding.indication for finding in read_licence(sealed)[0]}
        assert said["face"] is Indication.FAILED
        assert sealed.unseen
